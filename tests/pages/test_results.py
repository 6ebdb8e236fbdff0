"""Skill gaps and survey results on screen: empty, told, hidden, filtered from the address; from a gap to the funnel and back."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from cop.choices import RESTORED, QuestionType, SurveyKind
from cop.db import reading
from cop.models import FunnelItem, ItemGap, OrgUnit, ReleasedCell, Skill, SurveyGroup
from cop.periods import local_day, utcnow
from tests import factories as make
from tests.pages.seats import open_page, take_seat
from tests.unit.surveys.waves import closed, level

TODAY = local_day(utcnow(), "Europe/Madrid")


@pytest.fixture
def staff(db, monkeypatch):
    make.organisation(db)
    return take_seat(db, monkeypatch)


@pytest.fixture
def gaps(db, staff):
    """Alpha and Beta of twelve, of Gamma four: Cloud in two waves, of which three in ten answered the second."""
    people = {}
    for name, size in (("Alpha", 12), ("Beta", 12), ("Gamma", 4)):
        unit = make.org_unit(db, name=name)
        people[name] = [make.person(db, org_unit_id=unit.id) for _ in range(size)]
    role = make.job_role(db, name="Alpha")  # has a name with a unit in common, and its people
    for person in people["Alpha"]:
        person.job_role_id = role.id
    cloud = make.skill(db, name="Cloud *now*")
    for unit in db.query(OrgUnit):
        make.unit_requirement(db, unit, cloud, 3, importance=2)
    everybody = [person for some in people.values() for person in some]
    days = {"closes_on": TODAY - timedelta(days=9)}
    closed(
        db, [level(cloud)], {person.id: (index % 4,) for index, person in enumerate(everybody)}, name="Spring", **days
    )
    answers = {person.id: (index % 3,) for index, person in enumerate(people["Alpha"])}
    closed(db, [level(cloud)], answers, name="Autumn", **days)
    make.commit(db)


def texts(app):
    kinds = (app.markdown, app.caption, app.text, app.info, app.warning, app.subheader, app.title)
    return " ".join(str(item.value) for kind in kinds for item in kind).replace("\\", "")


@pytest.mark.usefixtures("staff")
def test_without_a_closed_wave_both_screens_say_so(db):
    make.commit(db)
    assert "No survey about skills has been closed yet" in texts(open_page("gaps"))
    assert "No unit needs a skill" in texts(open_page("gaps", tab="Coverage"))
    assert "No survey has been closed yet" in texts(open_page("results"))


@pytest.mark.usefixtures("gaps")
def test_the_heatmap_with_banner_table_and_reasons():
    app = open_page("gaps", wave="Spring")
    told = texts(app)
    assert "29 asked, 97% answered" in told
    assert "n = 3 of 3 groups and 1 of 1 skills" in told
    assert not app.warning
    assert len(app.get("vega_lite_chart")) == 1
    frame = app.dataframe[0].value
    assert list(frame["group"]) == ["Alpha", "Beta", "Gamma"]
    assert frame["hidden"].tolist() == [
        "", "together with other figures it would tell about fewer than 5 people", "fewer than 5 known answers",
    ]  # fmt: skip
    assert frame["open"].iloc[0].startswith("/gaps?wave=Spring&by=Units&tab=One+group&group=Alpha&q=")
    few = open_page("gaps", wave="Autumn")
    assert "Only 41% answered" in few.warning[0].value
    assert "fits these filters" in texts(open_page("gaps", q="nothing like it"))


@pytest.mark.usefixtures("gaps")
def test_a_gap_becomes_a_funnel_item_in_one_click_and_leads_back():
    app = open_page("gaps", wave="Autumn", tab="One group", group="Alpha")
    told = texts(app)
    assert "severity 0.65" in told
    assert "In the earlier survey: severity" in told
    assert "may be chance" in told
    app.button[next(i for i, one in enumerate(app.button) if one.label == "Make it a funnel item")].click().run()
    assert not app.exception
    with reading() as db:
        item = db.query(FunnelItem).one()
        assert (item.title, db.query(ItemGap).one().item_id) == ("Skill gap: Cloud *now* in Alpha", item.id)
    page = open_page("item", id=str(item.id))
    up = [one.proto.label for one in page.get("page_link")]
    assert any("Gap in Cloud" in label for label in up)
    assert "No later survey has asked for these skills yet" in texts(page)
    again = open_page("gaps", wave="Spring", tab="One group", group="Alpha")
    assert not [one for one in again.button if one.label == "Make it a funnel item"]
    assert any("In the funnel" in one.proto.label for one in again.get("page_link"))


@pytest.mark.usefixtures("staff")
def test_a_pulse_with_dimensions_choices_and_comments(db):
    people = [make.person(db) for _ in range(14)]
    likert = {"type": QuestionType.LIKERT, "dimension": "Psychological safety"}
    questions = [
        likert | {"text": "I can ask"},
        {"type": QuestionType.SINGLE, "text": "How often?", "options": ["weekly", "seldom"]},
        {"type": QuestionType.TEXT, "text": "What should change?"},
        {"type": QuestionType.TEXT, "text": "What else?"},
    ]
    given = {person.id: (index % 5, index % 2, f"Say *{index}*", "") for index, person in enumerate(people)}
    wave = closed(db, questions, given, kind=SurveyKind.PULSE, name="Summer", closes_on=TODAY)
    draft = make.survey(db, questions, name="Winter")
    make.commit(db)
    shown = open_page("results")
    assert [one.proto.label for one in shown.get("page_link") if "Summer" in one.proto.label]
    assert "Winter" not in texts(shown)
    app = open_page("results", survey=str(wave.id))
    assert app.metric[0].label == "Psychological safety"
    assert app.metric[0].value == "2.8 of 5"  # at least 1 to 4: 11, 8, 5 and 2, told as 1, of 14: 1 + 25 ÷ 14
    assert {"What should change?", "What else?"} <= {one.value.strip("*").replace("\\", "") for one in app.markdown}
    assert sum(one.value.startswith("Say *") for one in app.text) == 10  # a page of them
    assert "Fewer than 10 wrote something" in texts(app)
    refused = open_page("results", survey=str(draft.id))
    assert refused.error
    assert "I can ask" not in texts(refused)


@pytest.mark.usefixtures("gaps")
def test_a_wave_that_a_restore_ended_says_so_and_comes_last(db):
    lost = closed(db, [level(db.query(Skill).one())], {}, name="Lost", closes_on=TODAY)
    for group in db.query(SurveyGroup).filter_by(survey_id=lost.id):
        group.hidden = RESTORED
        db.execute(sa.delete(ReleasedCell).where(ReleasedCell.group_id == group.id))
    make.commit(db)
    told = texts(open_page("results", survey=str(lost.id)))
    assert "A backup was put back while this survey was open" in told
    assert "asked" not in told.split("make a new one.")[1]
    gaps = open_page("gaps")
    assert list(gaps.selectbox(key="wave").options) == ["Autumn", "Spring", "Lost"]
    for tab in ("Heatmap", "One group"):
        assert "A backup was put back" in texts(open_page("gaps", wave="Lost", tab=tab))


@pytest.mark.usefixtures("gaps")
def test_of_answers_from_a_file_nobody_says_how_many_were_asked(db):
    people = [make.person(db) for _ in range(14)]
    question = [{"type": QuestionType.LIKERT, "text": "I can ask"}]
    wave = closed(db, question, {person.id: (2,) for person in people}, kind=SurveyKind.PULSE, name="Old")
    wave.collected_elsewhere = True
    make.commit(db)
    told = texts(open_page("results", survey=str(wave.id)))
    assert "how many were asked isn't known here" in told
    assert "n = 14 answers. People" in told
