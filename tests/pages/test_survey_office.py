"""The office's screen of surveys: from a template to a wave that is open, and its end; what is refused, what stays typed."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from cop.choices import GrantedRole, SurveyState
from cop.db import reading
from cop.execute import execute
from cop.models import Participation, Person, Survey, SurveyTemplate, TemplateQuestion
from cop.periods import local_day, utcnow
from cop.permissions import SYSTEM
from cop.surveys import template_operations as t
from cop.surveys import wave_operations as w
from cop.surveys.dimensions import INTERACTION, LEARNING, SAFETY
from cop.surveys.inputs import QuestionInput
from tests import factories as make
from tests.pages.seats import open_page, take_seat, under

TODAY = local_day(utcnow(), "Europe/Madrid")
AGREE = QuestionInput("likert", "I learn here")


@pytest.fixture
def office(db, monkeypatch):
    make.organisation(db)
    seat = take_seat(db, monkeypatch)
    make.grant(db, seat.account, GrantedRole.ADMIN)
    make.commit(db)
    return seat


def field(app, name):
    """A field or button by the last part of its key; the form's name holds the round."""
    kinds = (app.text_input, app.text_area, app.button, app.selectbox, app.multiselect, app.checkbox, app.radio,
             app.number_input, app.date_input)  # fmt: skip
    forms = ("template:", "new_survey:", "plan_survey:", "questions_survey:")
    return next(
        item for kind in kinds for item in kind
        if item.key and item.key.startswith(forms) and item.key.split(":", 2)[-1] == name
    )  # fmt: skip


def unfold(app, key):
    """Open a question's box; AppTest can't click on it."""
    app.session_state[field(app, "add").key.replace(":add", ":opened")] = {key: None}
    return app.run()


def errors(app):
    return [item.value.replace("\\", "") for item in app.error]


def said(app):
    return [item.value.replace("\\", "") for item in app.toast]


def stored(template_id):
    with reading() as db:
        own = TemplateQuestion.template_id == template_id
        return list(db.scalars(sa.select(TemplateQuestion).where(own).order_by(TemplateQuestion.place)))


def template(*questions, name="Pulse"):
    values = {"name": name, "kind": "pulse", "purpose": "", "questions": questions or (AGREE,)}
    return execute(t.add_template, SYSTEM, **values)


def wave(template_id, **values):
    base = {"name": "Autumn", "purpose": "", "audience": w.Audience(), "smallest_group": 5, "named": False}
    base["closes_on"] = TODAY + timedelta(days=7)
    return execute(w.create_wave, SYSTEM, template_id=template_id, **base | values)


def test_a_pulse_starts_from_the_example(office):
    app = open_page("survey-office", tab="Templates")
    app.button(key="template_pulse").click().run()
    field(app, "submit").click().run()
    assert said(app) == ["Pulse of our communities is saved."]
    with reading() as db:
        row = db.scalars(sa.select(SurveyTemplate)).one()
    asked = stored(row.id)
    assert [(one.dimension, one.reversed) for one in asked] == [
        *[(INTERACTION, False)] * 3, *[(LEARNING, False)] * 3, *[(SAFETY, False)] * 2, *[(SAFETY, True)] * 2, ("", False),
    ]  # fmt: skip
    assert app.query_params["template"] == str(row.id)
    app = open_page("survey-office", tab="Templates")
    keys = [button.key for button in app.button]
    assert "template_session_feedback" in keys
    assert "template_pulse" not in keys  # there is one


def test_skills_of_an_area_are_asked_for_and_changed_at_once(office, db):
    area = make.area(db, name="Cloud")
    first, second = (make.skill(db, name=name, area_id=area.id) for name in ("Azure", "Kubernetes"))
    other = make.skill(db, name="Cooking")
    make.commit(db)
    app = open_page("survey-office", tab="Templates")
    app.selectbox(key="template_source").select(("area", area.id)).run()
    app.button(key="template_build").click().run()
    assert field(app, "name").value == "Skill gap: Cloud"
    assert field(app, "skills").value == [first.id, second.id]
    field(app, "skills").set_value([second.id, other.id]).run()
    field(app, "submit").click().run()
    with reading() as found:
        key = found.scalars(sa.select(SurveyTemplate.id)).one()
    assert [(one.text, one.skill_id) for one in stored(key)] == [("Kubernetes", second.id), ("Cooking", other.id)]


def test_questions_are_added_moved_and_taken_out_and_problems_stand_beside_them(office):
    key = template(AGREE, QuestionInput("text", "Why?"))
    app = open_page("survey-office", template=str(key))
    field(app, "add").click().run()
    field(app, "2:text").set_value("What do you").run()
    assert [box.label for box in app.expander][-1] == "3. **New question** · Agreement in five steps"  # stays, so open
    field(app, "2:type").select("single").run()
    field(app, "2:lines").set_value("Tea").run()
    field(app, "submit").click().run()
    assert len(errors(app)) == 1
    assert "Question 3: there must be 2 to 20 options." in errors(app)[0]  # and its box is open
    field(app, "2:text").set_value("What do you drink?")
    field(app, "2:lines").set_value("Tea\n\nCoffee")
    field(app, "2:up").click().run()
    assert not errors(app)
    boxes = [box for box in app.expander if "Why" in box.label]
    assert boxes[0].label.startswith("3.")
    field(app, "2:up").click().run()
    unfold(app, 1)
    field(app, "1:out").click().run()
    field(app, "submit").click().run()
    assert [(one.text, one.options) for one in stored(key)] == [
        ("What do you drink?", ["Tea", "Coffee"]), ("I learn here", None),
    ]  # fmt: skip


def test_both_versions_are_shown_where_somebody_else_was_faster(office):
    key = template()
    app = open_page("survey-office", template=str(key))
    field(app, "name").set_value("Mine").run()
    execute(t.edit_template, SYSTEM, template_id=key, version=1, name="Theirs", kind="pulse", purpose="",
            questions=(QuestionInput("likert", "I teach here"),))  # fmt: skip
    field(app, "submit").click().run()
    told = [item.value for item in app.text]
    assert {"Theirs", "Mine"} <= set(told)
    assert any(text.startswith("I teach here") for text in told)
    field(app, "conflict:mine").click().run()
    assert [one.text for one in stored(key)] == ["I learn here"]


def test_what_is_typed_waits_until_one_comes_back(office):
    key = template()
    app = open_page("survey-office", template=str(key))
    field(app, "name").set_value("Half typed").run()
    app.query_params.clear()
    app.query_params["tab"] = "Templates"
    app.run()
    assert any("Half typed" in item.proto.label for item in app.get("page_link"))
    app.query_params["template"] = str(key)
    app.run()
    assert field(app, "name").value == "Half typed"
    field(app, "again").click().run()
    assert field(app, "name").value == "Pulse"


def test_from_a_template_to_a_wave_that_is_open_and_closed(office, db):
    unit = make.org_unit(db, name="Aero")
    for _ in range(5):
        make.person(db, org_unit_id=unit.id)
    make.commit(db)
    key = template()
    app = open_page("survey-office", wave="new", of=str(key))
    field(app, "unit_ids").set_value([unit.id]).run()
    assert "5 people would be asked today." in [item.value for item in app.text]
    field(app, "smallest_group").set_value(6).run()
    assert "Only 5 people would be asked" in app.warning[0].value
    assert field(app, "name").value.startswith("Pulse, ")
    field(app, "name").set_value("").run()
    field(app, "submit").click().run()
    assert under(app, field(app, "name").key) == ["The name is missing."]
    field(app, "name").set_value("Aero in *autumn*")
    field(app, "smallest_group").set_value(5)
    field(app, "named").set_value(True).run()
    field(app, "submit").click().run()
    with reading() as found:
        row = found.scalars(sa.select(Survey)).one()
    assert (row.name, row.named, row.state) == ("Aero in *autumn*", True, SurveyState.DRAFT)
    assert app.query_params["wave"] == str(row.id)
    told = " ".join(item.value for item in app.markdown)
    assert "**5 people** will be asked 1 question, named" in told
    no_accounts = "0 of 5 people can sign in. The other 5 have no active account and can't answer."
    shows_nothing = "The results will show nothing: no group has 5 people who can sign in."
    assert no_accounts in [item.value for item in app.warning]
    assert any(item.value.startswith(shows_nothing) for item in app.text)
    app.button(key=f"open_survey:{row.id}:sure").click().run()
    assert said(app) == ["Aero in *autumn* is open. 5 people are asked."]
    assert "5 people asked, response rate not enough data." in [
        item.value for item in app.text
    ]  # of five, none is told
    assert no_accounts in [item.value for item in app.warning]  # before it is closed too
    app.button(key=f"close_survey:{row.id}:sure").click().run()
    with reading() as found:
        assert found.get_one(Survey, row.id).state is SurveyState.CLOSED
    assert not [item.key for item in app.button if item.key and "survey:" in item.key and "sure" in item.key]


def test_a_draft_is_changed_and_deleted_and_what_isnt_saved_isnt_opened(office, db):
    for _ in range(5):
        make.person(db)
    make.commit(db)
    key = wave(template())
    app = open_page("survey-office", wave=str(key))
    field(app, "name").set_value("").run()
    assert app.button(key=f"open_survey:{key}:sure").disabled
    field(app, "submit").click().run()
    assert errors(app) == ["The name is missing."]
    field(app, "name").set_value("Winter").run()
    field(app, "submit").click().run()
    assert app.header[0].value == "Winter"
    app.session_state["part"] = "Questions"
    app.run()
    unfold(app, 0)
    field(app, "0:text").set_value("I teach here").run()
    field(app, "submit").click().run()
    with reading() as found:
        assert found.get_one(Survey, key).version > 2
    app.checkbox(key=f"delete_survey:{key}:sure").check().run()
    app.button(key=f"delete_survey:{key}:remove").click().run()
    with reading() as found:
        assert found.get(Survey, key) is None


def test_questions_of_an_answered_wave_are_only_looked_at(office, db):
    for _ in range(10):
        make.person(db)
    make.commit(db)
    key = wave(template())
    execute(w.open_wave, SYSTEM, survey_id=key, version=1)
    three = sa.select(Person.id).limit(3).scalar_subquery()
    db.execute(sa.update(Participation).where(Participation.person_id.in_(three)).values(done=True))
    make.commit(db)
    app = open_page("survey-office", wave=str(key))
    assert [tab.label for tab in app.tabs] == ["Overview", "Preview"]
    assert "11 people asked, response rate 27%." in [item.value for item in app.text]
    day = TODAY + timedelta(days=20)
    app.date_input(key=f"move_survey:{key}:3:closes_on").set_value(day).run()
    app.button(key=f"move_survey:{key}:3:submit").click().run()
    with reading() as found:
        assert found.get_one(Survey, key).closes_on == day


def test_an_address_of_nothing_says_so(office):
    for name, value in (("wave", "99"), ("wave", "x"), ("template", "99"), ("template", "<b>")):
        app = open_page("survey-office", **{name: value})
        assert len(app.error) == 1
