"""Answering on a phone: thirty skills, a reload in the middle, the receipt code; and who shares the browser sees nothing."""

import json
import re

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from cop import db as database
from cop.choices import QuestionType, SurveyKind
from cop.models import Answer, Participation, Person, Question
from cop.periods import local_day, utcnow
from tests import factories as make
from tests.browser.conftest import DARK, PASSWORD, PHONE

pytestmark = pytest.mark.browser
COUNT = 30


@pytest.fixture
def wave(server, thirty):
    """The wave, without any answer yet."""
    with server.rows() as db:
        db.execute(sa.delete(Answer))
        db.execute(sa.update(Participation).values(done=False))
        database.bump(db, ("participation",))
    return thirty


@pytest.fixture(scope="module")
def thirty(server):
    """An open anonymous wave on thirty skills that everybody's job role requires, and a comment."""
    with server.rows() as db:
        role = make.job_role(db, name="Engineer")
        for person in db.scalars(sa.select(Person)):
            person.job_role_id = role.id
        skills = [
            make.skill(db, name=f"Skill {number:02}", level_2="Does it with help") for number in range(1, COUNT + 1)
        ]
        for skill in skills:
            make.role_requirement(db, role, skill, 2)
        asked = [{"type": QuestionType.LEVEL, "text": skill.name, "skill_id": skill.id} for skill in skills]
        asked.append({"type": QuestionType.TEXT, "text": "What would help?"})
        day = local_day(utcnow(), "Europe/Madrid")
        survey = make.open_survey(db, asked, name="Skills in autumn", kind=SurveyKind.SKILL_GAP, closes_on=day)
        return survey.id


def stored(server):
    """What was answered, by the questions' texts."""
    with server.rows() as db:
        texts = {str(key): text for key, text in db.execute(sa.select(Question.id, Question.text))}
        return [{texts[key]: value for key, value in row.values.items()} for row in db.scalars(sa.select(Answer))]


def choose(phone, number, word):
    """A tap that leads on: the next question comes to where this one was."""
    group = phone.get_by_role("radiogroup", name=f"Skill {number:02}", exact=True)
    choice = group.get_by_role("radio", name=word, exact=True)
    choice.tap()
    expect(choice).to_have_attribute("aria-checked", "true")


def drafts(page):
    kept = page.evaluate("Object.entries(localStorage).filter(([name]) => name.startsWith('cop-draft:'))")
    return [json.loads(value) for _name, value in kept]


def test_thirty_skills_on_a_phone(server, wave, new_page, sign_in, settle, shot, axe):
    phone = new_page(**PHONE, **DARK)
    sign_in(phone, "sam", "/surveys")
    phone.get_by_role("link", name="Answer", exact=True).tap()
    expect(phone.get_by_role("heading", name="Skills in autumn")).to_be_visible()
    expect(phone.get_by_text("Anonymous").first).to_be_visible()
    for number in range(1, 16):
        choose(phone, number, ("Working", "Don't know")[number % 2])
    expect(phone.get_by_text(f"15 of {COUNT + 1}")).to_be_visible()
    phone.get_by_label("What would help?").fill("Half a senten")  # without leaving the field
    phone.reload()
    expect(phone.get_by_text("This browser had kept 16 answers of yours.")).to_be_visible()
    expect(phone.get_by_label("What would help?")).to_have_value("Half a senten")
    phone.get_by_role("radiogroup", name="Skill 16").get_by_role("radio", name="None", exact=True).focus()
    for digit in "012340123401234":  # by keyboard: each digit leads on
        phone.keyboard.press(digit)
        phone.wait_for_timeout(50)
    settle(phone)
    expect(phone.get_by_text(f"{COUNT + 1} of {COUNT + 1}")).to_be_visible()
    shot(phone, "answering-phone")
    axe(phone)
    phone.get_by_role("button", name="Review and send").tap()
    expect(phone.get_by_text(f"You answered {COUNT + 1} of {COUNT + 1} questions")).to_be_visible()
    settle(phone)
    axe(phone)
    phone.get_by_role("button", name="Send", exact=True).dblclick()
    expect(phone.get_by_text("Sent. Thank you.")).to_be_visible()
    settle(phone)
    axe(phone)
    shot(phone, "answering-sent-phone")
    (answer,) = stored(server)
    evens = {f"Skill {number:02}": 2 for number in range(2, 15, 2)}  # the others aren't known
    later = {f"Skill {number:02}": (number - 16) % 5 for number in range(16, 31)}
    assert answer == {**evens, **later, "What would help?": "Half a senten"}
    assert drafts(phone) == []
    change(server, phone, phone.locator("code").inner_text(), settle)


def change(server, phone, receipt, settle):
    """Whoever holds the code changes the answer."""
    assert re.fullmatch(r"(\w{5}-){3}\w{5}", receipt)
    phone.get_by_role("button", name="Done").tap()
    phone.get_by_label("Receipt code").fill(receipt.lower())
    phone.get_by_role("button", name="Open my answer").tap()
    expect(phone.get_by_text("This is the answer that the receipt code leads to.")).to_be_visible()
    settle(phone)
    choose(phone, 1, "Expert")
    settle(phone)
    phone.get_by_role("button", name="Review and send").tap()
    phone.get_by_role("button", name="Save", exact=True).tap()
    expect(phone.get_by_text("Your answer is changed.")).to_be_visible()
    (answer,) = stored(server)
    assert answer["Skill 01"] == 4
    assert drafts(phone) == []


def test_who_shares_the_browser_sees_no_draft(server, wave, new_page, sign_in, settle):
    phone = new_page(**PHONE)
    sign_in(phone, "fay", f"/answer?survey={wave}")
    choose(phone, 1, "Expert")
    settle(phone)
    assert [list(draft.values()) for draft in drafts(phone)] == [[4]]
    phone.context.clear_cookies()  # the session ended by itself, so the draft stays for who comes back
    sign_in(phone, "olu", f"/answer?survey={wave}")
    expect(phone.get_by_text(f"0 of {COUNT + 1}")).to_be_visible()
    settle(phone)
    assert phone.get_by_text("This browser had kept").count() == 0
    assert phone.get_by_role("radio", checked=True).count() == 0
    phone.context.clear_cookies()
    sign_in(phone, "fay", f"/answer?survey={wave}", PASSWORD)
    expect(phone.get_by_text("This browser had kept 1 answer of yours.")).to_be_visible()
    phone.get_by_test_id("stExpandSidebarButton").tap()
    phone.get_by_role("button", name="Sign out").tap()
    phone.wait_for_url("**/sign-in?out")
    assert drafts(phone) == []
