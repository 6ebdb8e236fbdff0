"""On a phone: say that one comes, check in by the room's code, and be ticked when the session is recorded."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from cop import db as database
from cop.choices import SessionStatus
from cop.models import Attendance, Community, CommunitySession, Person
from cop.periods import utcnow
from tests import factories as make
from tests.browser.conftest import DARK, PHONE

pytestmark = pytest.mark.browser


def _planned(server, title, ahead):
    starts = utcnow().replace(second=0, microsecond=0) + ahead
    with server.rows() as db:
        room = db.get_one(Community, server.ids["community"])
        times = {"starts_at": starts, "ends_at": starts + timedelta(hours=1), "planned_starts_at": starts}
        made = make.session(db, room, starts.date(), title=title, status=SessionStatus.PLANNED, **times).id
        database.bump(db, ("sessions",))
    return made


def test_say_that_one_comes_check_in_and_be_on_the_list(server, new_page, sign_in, settle, shot, axe):
    session_id = _planned(server, "Evening of streams", timedelta(minutes=10))
    phone = new_page(**PHONE)
    sign_in(phone, "sam", f"/session?id={session_id}")
    phone.get_by_role("button", name="I’ll come").click()
    expect(phone.get_by_text("You are coming. So far: 1 coming.")).to_be_visible()
    shot(phone, "check-in-coming")

    room = new_page(**DARK)
    sign_in(room, "fay", f"/session?id={session_id}")
    room.get_by_role("button", name="Show a code for the room").click()
    expect(room.get_by_text("0 people are checked in.")).to_be_visible()
    code = room.get_by_role("heading", name=re.compile(r"^[A-Z2-9]{3} [A-Z2-9]{3}$")).inner_text()
    axe(room)
    shot(room, "check-in-room")

    phone.goto(f"{server.url}/checkin")
    field = phone.get_by_label("The code shown in the room")
    field.fill("AAA AAA")
    field.press("Enter")
    expect(phone.get_by_text("This code opens no session now.")).to_be_visible()
    field.fill(code.lower())
    field.press("Enter")
    expect(phone.get_by_text("Evening of streams")).to_be_visible()
    axe(phone)
    phone.get_by_role("button", name="Check me in").click()
    expect(phone.get_by_text("You are checked in.")).to_be_visible()
    shot(phone, "check-in-done")
    expect(room.get_by_text("1 person is checked in.")).to_be_visible()

    with server.rows() as db:  # time goes on: the session has begun
        row = db.get_one(CommunitySession, session_id)
        row.starts_at = row.planned_starts_at = utcnow() - timedelta(minutes=5)
        database.bump(db, ("sessions",))
    room.goto(f"{server.url}/record?session={session_id}")
    expect(room.get_by_label("Title")).to_have_value("Evening of streams")
    settle(room)
    room.get_by_role("button", name="Save", exact=True).click()
    expect(room.get_by_text("Recorded. The community’s figures are up to date.")).to_be_visible()
    with server.rows() as db:
        came = db.scalars(sa.select(Person.name).join(Attendance).where(Attendance.session_id == session_id)).all()
        sam = db.get_one(Person, server.ids["person:sam"]).name
    assert came == [sam]
    room.get_by_text("Who said they come, and who came").click()
    expect(room.get_by_text("Came as they had said: 1")).to_be_visible()
