"""On the screen: a file of answers, column by column, becomes a mapping and a preview."""

from cop.choices import GrantedRole
from cop.imports import jobs
from cop.imports.mapping import mapping_of
from cop.periods import utcnow
from tests import factories as make
from tests.pages.seats import open_page, take_seat
from tests.unit.imports.test_jobs import wait

FILE = "who,team,sql,learn,tools,else\n" + "".join(
    f"r{n},Sales,{'a bit' if n % 2 else 'lots'},{['Never', 'Seldom', 'Often', 'Mostly', 'Always'][n % 5]},Saw;Drill,-\n"
    for n in range(10)
)


def test_columns_become_questions_and_the_preview_tells_how_much_would_be_told(db, monkeypatch):
    make.organisation(db)
    make.skill(db, name="SQL")
    account = make.account(db)
    make.grant(db, account, GrantedRole.ADMIN)
    take_seat(db, monkeypatch, account)
    make.commit(db)
    token = jobs.new(account.id, now=utcnow())
    jobs.add_file(token, 0, FILE.encode())
    names = ["poll.csv"]
    start = {"name": names[0], "path": names[0], "kind": "survey_answers", "part": "", "encoding": "auto"}
    start |= {"delimiter": ",", "columns": {"respondent": "who", "org_unit": "team"}}
    jobs.remember(
        token, {"stage": "looking", "names": names, "mapping": {"source": "poll", "files": [start]}, "title": ""}
    )
    jobs.start(token, "inspect", files=[{"name": names[0], "number": 0}])
    wait(token)
    app = open_page("imports", job=token)
    key = f"{token}:poll.csv:survey_answers"

    app.button(key="import_preview").click().run()
    assert "the name is missing" in app.error[0].value
    assert "at least one question is needed" in app.error[0].value

    app.text_input(key=f"wave_name:{key}").set_value("Poll")
    app.multiselect(key=f"questions:{key}").set_value(["sql", "learn", "tools"]).run()
    for column, kind in (("sql", "level"), ("learn", "likert")):
        app.selectbox(key=f"type:{key}:{column}").set_value(kind)
    app.run()
    assert app.selectbox(key=f"type:{key}:tools").value == "multiple"  # by the semicolons
    app.text_input(key=f"asked:{key}:learn").set_value("How often do you learn here?")
    app.selectbox(key=f"skill:{key}:sql").set_value("SQL")
    app.selectbox(key=f"level:{key}:sql:lots").set_value("expert")
    app.selectbox(key=f"level:{key}:sql:a bit").set_value("awareness")
    app.multiselect(key=f"steps:{key}:learn").set_value(["Never", "Seldom", "Often", "Mostly", "Always"])
    app.run()
    assert not app.exception
    wave = mapping_of(jobs.recall(token)["mapping"]).files[0].wave
    assert [(item.columns, item.type.value, item.text) for item in wave.questions] == [
        (("sql",), "level", "sql"),
        (("learn",), "likert", "How often do you learn here?"),
        (("tools",), "multiple", "tools"),
    ]
    assert wave.questions[0].values == {"lots": "expert", "a bit": "awareness"}
    assert wave.questions[1].options == ("Never", "Seldom", "Often", "Mostly", "Always")

    app.button(key="import_preview").click().run()
    wait(token)
    app.run()
    assert not app.exception
    shown = next(table.value for table in app.dataframe if "Respondents" in table.value)
    assert shown.iloc[0].tolist() == ["Poll", 10, 3, 2, 8, 0]
    assert "can't be judged together" in app.warning[0].value
    assert app.button(key="import_write").label == "Import 6 rows"


def test_options_with_a_column_each_are_one_question_and_each_row_is_a_respondent(db, monkeypatch):
    make.organisation(db)
    account = make.account(db)
    make.grant(db, account, GrantedRole.ADMIN)
    take_seat(db, monkeypatch, account)
    make.commit(db)
    token = jobs.new(account.id, now=utcnow())
    ticked = "Timestamp,Tools [Git],Tools [Docker],How satisfied are you?\n" + "2026-05-02 10:00:00,Yes,No,4\n" * 6
    jobs.add_file(token, 0, ticked.encode())
    jobs.remember(token, {"stage": "looking", "names": ["form.csv"]})
    jobs.start(token, "inspect", files=[{"name": "form.csv", "number": 0}])
    wait(token)
    app = open_page("imports", job=token)
    key = f"{token}:form.csv"
    assert app.selectbox(key=f"kind:{key}").value == "survey_answers"
    assert app.selectbox(key=f"column:{key}:survey_answers:respondent").value == ""
    key = f"{key}:survey_answers"
    app.text_input(key=f"wave_name:{key}").set_value("Form")
    app.multiselect(key=f"questions:{key}").set_value(["Tools (2 options)", "How satisfied are you?"]).run()
    assert not app.exception
    assert app.multiselect(key=f"chosen:{key}:Tools [Git]").value == ["Yes"]
    app.button(key="import_preview").click().run()
    wait(token)
    app.run()
    assert not app.exception
    shown = next(table.value for table in app.dataframe if "Respondents" in table.value)
    assert shown.iloc[0].tolist()[:3] == ["Form", 6, 2]
