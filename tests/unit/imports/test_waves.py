"""Answers that were collected elsewhere: a closed wave, told of by the same rules, of which no answer is stored."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from cop.choices import GroupKind, QuestionType, SurveyKind, SurveyState
from cop.db import reading, transaction
from cop.errors import Invalid
from cop.imports import suggest_answers, summary
from cop.imports.answers import split_choices
from cop.imports.inspection import inspect
from cop.imports.mapping import parse_mapping
from cop.imports.records import read_job
from cop.models import Answer, AuditEntry, ItemGap, Participation, Question, ReleasedCell, Skill, Survey, SurveyGroup
from cop.permissions import SYSTEM
from cop.surveys import queries
from tests import factories as make
from tests.unit.imports.helpers import bring, fates, found, plan_of
from tests.unit.imports.test_undo import snapshot, undo

MAPPING = """
source = "poll"

[[files]]
kind = "survey_answers"
report = []
columns = { respondent = "who", org_unit = "unit", job_role = "job", community = "rooms" }
options = { create = ["skills"] }
wave = { name = "Poll of 2025", kind = "skill_gap", day = "2025-11-03" }

[[files.questions]]
type = "level"
skill = "SQL"
column = "sql"
values = { "some" = "working" }
empty = ["n/a"]

[[files.questions]]
type = "likert"
text = "I learn here"
column = "learn"

[[files.questions]]
type = "multiple"
text = "Which tools do you use?"
columns = ["tool", "tool2"]

[[files.questions]]
type = "multiple"
text = "Which tools would you like?"
column = "like"
separator = ";"

[[files.questions]]
type = "text"
text = "What else?"
column = "note"
"""
HEAD = "who,unit,job,rooms,sql,learn,tool,tool2,like,note\n"


def rows(count=12):
    """Six of sales, six of others: SQL 0 … 4 by turns, all agree, everybody uses a hammer and every other a saw."""
    return HEAD + "".join(
        f"r{n},{'Sales' if n < 6 else 'Field'},{'Buyer' if n % 2 else ''},Data;Law,"
        f"{['none', 'awareness', 'Some', '3', 'expert'][n % 5]},Agree,Hammer,{'Saw' if n % 2 else ''},"
        f"{'Saw;hammer' if n < 3 else 'Drill'},note {n}\n"
        for n in range(count)
    )


def job(text=None, mapping=MAPPING):
    return read_job(parse_mapping(mapping), {"survey_answers": (text or rows()).encode()})


@pytest.fixture(autouse=True)
def house(db):
    make.organisation(db)
    make.commit(db)


def released(survey_id=None):
    with reading() as db:
        key = survey_id or db.scalars(sa.select(Survey.id)).one()
        table = queries.released(db, SYSTEM, survey_id=key)
    return {(row.group, row.question, row.option): row for row in table.itertuples()}


def test_a_file_of_answers_becomes_a_closed_wave(db):
    sales = make.org_unit(db, name="Sales")
    make.org_unit(db, name="Elsewhere")
    room = make.community(db, name="Data")
    make.unit_requirement(db, sales, make.skill(db, name="SQL"), 3)
    make.commit(db)
    plan = plan_of(job())
    assert fates(plan, "survey_answers") == {"created": 12}
    (wave,) = plan.waves
    assert (wave.name, len(wave.collected.respondents), len(wave.groups)) == ("Poll of 2025", 12, 6)
    bring(job())
    with reading() as read:
        row = read.scalars(sa.select(Survey)).one()
        groups = {item.name: item for item in read.scalars(sa.select(SurveyGroup))}
        texts = list(read.scalars(sa.select(Question.text).order_by(Question.place)))
        assert [read.scalar(sa.select(sa.func.count()).select_from(table)) for table in (Answer, Participation)] == [
            0,
            0,
        ]
        comments = queries.comments(read, SYSTEM, survey_id=row.id)
        waves = queries.results(read, SYSTEM)
    assert (row.state, row.kind, row.opened_on.isoformat()) == (SurveyState.CLOSED, SurveyKind.SKILL_GAP, "2025-11-03")
    assert row.collected_elsewhere
    assert row.cleared
    assert texts == ["SQL", "I learn here", "Which tools do you use?", "Which tools would you like?", "What else?"]
    assert {name: (item.kind, item.headcount) for name, item in groups.items()} == {
        "Everybody who answered": (GroupKind.WHOLE, 12),
        "Sales": (GroupKind.ORG_UNIT, 6),
        "Field": (GroupKind.ORG_UNIT, 6),
        "Buyer": (GroupKind.JOB_ROLE, 6),
        "Data": (GroupKind.COMMUNITY, 12),
        "Law": (GroupKind.COMMUNITY, 12),
    }
    assert (groups["Sales"].org_unit_id, groups["Data"].community_id) == (sales.id, room.id)
    assert (groups["Field"].org_unit_id, groups["Law"].community_id) == (None, None)
    assert sorted(comments["text"]) == sorted(f"note {n}" for n in range(12))
    assert waves.loc[0, ["asked", "response_rate"]].isna().all()  # nobody was asked here
    whole = released()["Everybody who answered", "SQL", 0]
    assert (whole.n, whole.known, sum(whole.counts)) == (12, 12, 12)


def test_only_what_may_be_told_is_written_and_blank_is_not_no(db):
    """Of a group of four nothing is told; of a question whose answers only four know, nothing either."""
    text = rows().replace("r11,Field", "r11,Shop").replace("r10,Field", "r10,Shop").replace("r9,Field", "r9,Shop")
    text = text.replace("r8,Field", "r8,Shop")
    for n in range(4, 12):
        text = text.replace(f",note {n}\n", ",\n")
    lines = [line.split(",") for line in text.splitlines()]
    for line in lines[5:]:
        line[4] = "N/A"
        line[6] = line[7] = ""
    bring(job("\n".join(",".join(line) for line in lines) + "\n"))
    told = released()
    assert {row.hidden for key, row in told.items() if key[0] == "Shop"} == {"few"}
    assert {row.hidden for key, row in told.items() if key[0] == "Field"} == {"few"}  # two
    assert told["Everybody who answered", "SQL", 0].hidden == "few"  # four know
    assert told["Everybody who answered", "Which tools do you use?", 1].hidden == "few"
    agree = told["Everybody who answered", "I learn here", 0]
    assert (agree.known, agree.hidden) == (12, None)
    with reading() as read:
        assert queries.comments(read, SYSTEM, survey_id=1).empty  # four of them


def test_every_odd_value_is_reported_by_row_and_column_and_nothing_is_written():
    text = HEAD + "r1,Sales,,,expert,Agree,Hammer,,,\nr1,Sales,,,none,Agree,,,,\n,Sales,,,none,,,,,\n"
    text += "r4,Sales,,,master,Sort of,,,,\nr5,,,,n/a,,,,,\nr6,Sales,,,2\n" + f"r7,Sales,,,,,{'x' * 201},,,\n"
    before = snapshot()
    plan = plan_of(job(text))
    assert found(plan) == {
        ("survey_answers", 3, "who", "answered_twice"),
        ("survey_answers", 4, "who", "missing"),
        ("survey_answers", 5, "sql", "unknown_value"),
        ("survey_answers", 5, "learn", "unknown_value"),
        ("survey_answers", 5, "who", "no_answer"),
        ("survey_answers", 6, "who", "no_answer"),
        ("survey_answers", 7, "", "too_few_cells"),
        ("survey_answers", 8, "tool", "too_long"),
        ("survey_answers", 8, "who", "no_answer"),
        ("survey_answers", 1, "tool", "wrong_options"),
        ("survey_answers", 1, "like", "wrong_options"),
        ("survey_answers", 0, "", "too_few_respondents"),
    }
    assert sum(fates(plan, "survey_answers").values()) == 7
    with pytest.raises(Invalid):
        bring(job(text))
    assert snapshot() == before


def test_the_same_wave_again_brings_nothing_new():
    bring(job())
    before = snapshot()
    plan = plan_of(job(rows(20), MAPPING.replace("Poll of 2025", "POLL of  2025")))
    assert {reason for *_rest, reason in found(plan)} == {"wave_is_there"}
    assert plan.size == 0
    with pytest.raises(Invalid):
        bring(job())
    assert snapshot() == before


def test_undone_and_imported_again_it_says_the_same():
    """Another blur of the same answers would average both away."""
    before = snapshot()
    bring(job())
    first = {key: row.counts for key, row in released().items()}
    undo()
    assert snapshot() == before
    bring(job())
    assert {key: row.counts for key, row in released().items()} == first
    assert {key: row.counts for key, row in released().items() if row.hidden is None}


def test_a_wave_that_a_funnel_item_came_from_stays(db):
    bring(job())
    with transaction() as writing:
        cell = writing.scalars(sa.select(ReleasedCell)).first()
        item = make.funnel_item(writing)
        writing.add(ItemGap(item_id=item.id, group_id=cell.group_id, question_id=cell.question_id))
    with pytest.raises(Invalid, match="item gap"):
        undo()
    with reading() as read:
        assert read.scalar(sa.select(sa.func.count()).select_from(ReleasedCell)) > 0


def test_the_trail_names_rows_and_no_answer():
    bring(job())
    with reading() as db:
        entry = db.scalars(sa.select(AuditEntry).where(AuditEntry.operation == "imports.import_files")).one()
        assert db.scalars(sa.select(Skill.name)).all() == ["SQL"]
    assert entry.after["created"] == {
        "skill": [[1, 1]],
        "survey": [[1, 1]],
        "question": [[1, 5]],
        "survey_group": [[1, 6]],
    }
    assert "note" not in str(entry.after)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('day = "2025-11-03"', f'day = "{make.TODAY + timedelta(days=1)}"', "wave_to_come"),
        ('options = { create = ["skills"] }', "", "no_such_skill"),
    ],
)
def test_what_the_mapping_says_and_isnt_so(old, new, reason):
    assert reason in {item.reason for item in plan_of(job(mapping=MAPPING.replace(old, new))).refused}


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('name = "Poll of 2025"', 'name = ""', "wave.name"),
        ("skill_gap", "session_feedback", "wave.kind"),
        ('day = "2025-11-03"', "day = 2025-11-03", "wave.day"),
        ('day = "2025-11-03"', 'day = "2025-11-03", smallest_group = 4', "wave.smallest_group"),
        ('skill = "SQL"', "", "questions[1].skill"),
        ('"some" = "working"', '"some" = "so-so"', "questions[1].values"),
        ('column = "learn"', 'column = "learn"\noptions = ["no", "yes"]', "questions[2].options"),
        ('column = "learn"', 'columns = ["learn", "note"]', "questions[2].columns"),
        ('"Which tools would you like?"', '"which tools do you USE"', "questions[4]"),
        ('type = "text"', 'type = "essay"', "questions[5].type"),
        ('column = "note"', 'column = "note"\nnotes = 1', "questions[5].notes"),
    ],
)
def test_a_wave_that_is_described_wrongly(old, new, place):
    with pytest.raises(Invalid) as refused:
        parse_mapping(MAPPING.replace(old, new))
    assert f"files[1].{place}" in refused.value.errors


def test_the_preview_tells_how_much_would_be_told_and_what_it_means_for_later():
    plan = plan_of(job())
    told = "\n".join(summary.account(plan))
    # 6 groups × (1 + 1 + 2 + 3) columns; whoever is in two of them is in them with two others at least
    assert (plan.waves[0].told, plan.waves[0].hidden) == (42, 0)
    assert ["Poll", "of", "2025", "12", "5", "6", "42", "0"] in [line.split() for line in told.splitlines()]
    assert "a later wave can't be judged together with these answers" in told


def test_a_question_of_each_type_is_stored_as_a_wave_asks_it():
    bring(job())
    with reading() as db:
        kinds = {row.text: (row.type, row.options) for row in db.scalars(sa.select(Question))}
    assert kinds == {
        "SQL": (QuestionType.LEVEL, None),
        "I learn here": (QuestionType.LIKERT, None),
        "Which tools do you use?": (QuestionType.MULTIPLE, ["Hammer", "Saw"]),
        "Which tools would you like?": (QuestionType.MULTIPLE, ["Drill", "hammer", "Saw"]),
        "What else?": (QuestionType.TEXT, None),
    }


TICKED = """
source = "forms"
[[files]]
kind = "survey_answers"
path = "tick-boxes.csv"
wave = { name = "Autumn", kind = "pulse", day = "2026-06-01" }

[[files.questions]]
type = "multiple"
text = "What slows you down?"
column = "What slows you down? (choose all)"
separator = ","

[[files.questions]]
type = "multiple"
text = "Tools"
columns = ["Tools [Git]", "Tools [Docker]"]
chosen = ["Yes"]
not_chosen = ["No"]

[[files.questions]]
type = "single"
text = "How satisfied are you?"
column = "How satisfied are you? (1-5)"
"""


def test_tick_boxes_in_both_layouts_and_no_respondent():
    data = (Path(__file__).with_name("cases") / "tick-boxes.csv").read_bytes()
    made = read_job(parse_mapping(TICKED), {"survey_answers": data})
    assert not made.problems
    # Two came in one second and are two respondents; a cell that holds a line break is one row of the header.
    assert [(record.row, dict(record.answers)) for record in made.sheets[0].records] == [
        (2, {1: ["Long reviews (of people, of code)", "Old tools"], 2: ["Git"], 3: "4"}),
        (3, {1: ["Old tools"], 2: [], 3: "2"}),
        (4, {2: ["Git", "Docker"], 3: "5"}),
    ]


def test_tick_boxes_are_counted():
    head = "Timestamp,Tools [Git],Tools [Docker]\n"
    text = head + "2026-05-02 10:00:00,Yes,No\n" * 6 + "2026-05-02 10:00:00,No,No\n" * 2 + "2026-05-02 10:00:00,,\n"
    mapping = (
        TICKED.split("[[files.questions]]", maxsplit=1)[0]
        + "[[files.questions]]"
        + TICKED.split("[[files.questions]]")[2]
    )
    plan = plan_of(job(text, mapping.replace('path = "tick', 'report = ["no_answer"]\npath = "tick')))
    assert not plan.refused
    assert [(problem.row, problem.reason) for problem in plan.problems] == [(10, "no_answer")]
    (wave,) = plan.waves
    assert [person.values for person in wave.collected.respondents] == [{"1": [0]}] * 6 + [{"1": []}] * 2
    unknown = job(head + "x,Maybe,Yes\n", mapping)
    assert [(problem.row, problem.column, problem.reason) for problem in unknown.problems] == [
        (2, "Tools [Git]", "unknown_value")
    ]


@pytest.mark.parametrize(
    ("text", "separator", "known", "parts"),
    [
        ("Git;Docker;", ";", (), ["Git", "Docker"]),
        ("Long reviews (of people, of code), Old tools", ",", (), ["Long reviews (of people, of code)", "Old tools"]),
        ("Yes, always, Old tools", ",", ("yes, always", "yes"), ["Yes, always", "Old tools"]),
        ("Yes, always, Old tools", ",", ("yes",), ["Yes", "always", "Old tools"]),
        ("a :), b", ",", (), ["a :)", "b"]),
        ("a (open, b", ",", (), ["a (open", "b"]),
        ("x [1, [2, 3]], y", ",", (), ["x [1, [2, 3]]", "y"]),
    ],
)
def test_choices_of_a_cell(text, separator, known, parts):
    assert [part.strip() for part in split_choices(text, separator, known) if part.strip()] == parts


def test_what_a_file_of_answers_seems_to_ask():
    data = (Path(__file__).with_name("cases") / "tick-boxes.csv").read_bytes()
    looked = inspect("tick-boxes.csv", data)
    assert suggest_answers.tick_boxes(looked) == {"Tools": ("Tools [Git]", "Tools [Docker]")}
    assert suggest_answers.ticks_of(("Tools [Git]", "Tools [Docker]"), looked) == (["Yes"], ["No"])
    slow = "What slows you down? (choose all)"
    assert (suggest_answers.type_of(slow, looked), suggest_answers.separator_of(slow, looked)) == ("multiple", ",")
    grid = inspect("x.csv", b'Agree [Food],Agree [Rooms],Why\nOften,Never,"Nice, and warm"\nNever,Often,no\n')
    assert suggest_answers.tick_boxes(grid) == {}
    assert suggest_answers.type_of("Why", grid) == "single"
