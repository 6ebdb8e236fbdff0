"""A facilitator records sessions on a phone: pasted list, draft, double click, two at once."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from cop.choices import FacilitatorRole, SessionStatus
from cop.models import Attendance, Community, CommunitySession, Draft, Person
from cop.periods import utcnow
from tests import factories as make
from tests.browser.conftest import DARK, PHONE, Server

pytestmark = pytest.mark.browser

TEAM = ("Ana Gómez", "Ben Ito", "Chiara Conti", "Dee O’Neill", "Eli de la Cruz")


@pytest.fixture(scope="module")
def team(server: Server) -> dict[str, int]:
    """Five members, and Olu as a second facilitator of the community."""
    with server.rows() as db:
        room = db.get_one(Community, server.ids["community"])
        people = {name: make.person(db, name=name) for name in TEAM}
        for person in people.values():
            make.membership(db, room, person)
        olu = db.get_one(Person, server.ids["person:olu"])
        make.facilitator(db, room, olu, role=FacilitatorRole.CO_FACILITATOR)
        return {name: person.id for name, person in people.items()}


def planned(server: Server, title: str) -> int:
    starts = utcnow().replace(second=0, microsecond=0) - timedelta(hours=3)
    with server.rows() as db:
        room = db.get_one(Community, server.ids["community"])
        times = {"starts_at": starts, "ends_at": starts + timedelta(hours=1), "planned_starts_at": starts}
        return make.session(db, room, starts.date(), title=title, status=SessionStatus.PLANNED, **times).id


def came(server: Server, session_id: int) -> set[str]:
    with server.rows() as db:
        return set(db.scalars(sa.select(Person.name).join(Attendance).where(Attendance.session_id == session_id)))


def drafts(server: Server) -> list[dict[str, object]]:
    with server.rows() as db:
        return list(db.scalars(sa.select(Draft.payload)))


def paste(page: Page, text: str) -> None:
    field = page.get_by_label("Or paste a list")
    field.fill(text)
    field.blur()


def answer(page: Page, question: str, choice: str) -> None:
    group = page.get_by_test_id("stButtonGroup").filter(has_text=question)
    group.get_by_text(choice).first.click()


def test_recording_from_a_pasted_list_on_a_phone(server, team, new_page, sign_in, settle, shot, axe):
    session_id = planned(server, "Lineage in practice")
    page = new_page(**PHONE)
    sign_in(page, "fay", f"/record?session={session_id}")
    expect(page.get_by_label("Title")).to_have_value("Lineage in practice")
    axe(page)
    paste(page, "- [x] Ana Gómez\n- [x] Ben Itto\nConti, Chiara\nNora Vidal <nora@elsewhere.example>")
    expect(page.get_by_text("Recognised: 2")).to_be_visible()
    answer(page, "Ben Itto", "Ben Ito")
    settle(page)
    answer(page, "Nora Vidal", "A new guest")
    settle(page)
    expect(page.get_by_text("4 people")).to_be_visible()
    shot(page, "record-phone-roster")
    axe(page)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Recorded. The community’s figures")).to_be_visible()
    settle(page)
    shot(page, "record-phone-done")
    axe(page)
    assert came(server, session_id) == {"Ana Gómez", "Ben Ito", "Chiara Conti", "Nora Vidal"}


REPORT = (
    "1. Zusammenfassung\nTitel\tRunde\n\n2. Teilnehmer\nName\tErster Beitritt\tDauer der Besprechung\tE-Mail\n"
    "Gómez, Ana\t12.11.26, 09:58:00\t1 Std. 4 Min.\t\nBen Ito\t12.11.26, 10:00:00\t2 Min.\t\n"
    "Nora Vidal (Gast)\t12.11.26, 10:00:00\t59 Min.\tnora.vidal@elsewhere.example\n"
    "Besprechungsraum Nord\t12.11.26, 09:57:00\t1 Std. 5 Min.\t\n"
)


def test_dropping_a_meetings_report_on_a_phone(server, team, new_page, sign_in, settle, shot, axe):
    session_id = planned(server, "Report dropped")
    page = new_page(**PHONE)
    sign_in(page, "fay", f"/record?session={session_id}")
    report = {"name": "report.csv", "mimeType": "text/csv", "buffer": REPORT.encode("utf-16")}
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(report)
    expect(page.get_by_text("Recognised: 2")).to_be_visible()
    expect(page.get_by_text("3 lines left out: 3 name nobody")).to_be_visible()
    minimum = page.get_by_label("Minutes one has to stay to count")
    minimum.fill("5")
    minimum.blur()
    expect(page.get_by_text("Recognised: 1")).to_be_visible()
    answer(page, "Besprechungsraum Nord", "No person, or leave out")
    settle(page)
    answer(page, "Nora Vidal", "A new guest")
    settle(page)
    shot(page, "record-phone-report")
    axe(page)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Recorded. The community’s figures")).to_be_visible()
    assert came(server, session_id) == {"Ana Gómez", "Nora Vidal"}


def test_the_shortest_recording(server, team, new_page, sign_in, settle, shot):
    page = new_page(**PHONE)
    sign_in(page, "fay", "/record?community=data-engineering")
    settle(page)
    table = page.get_by_test_id("stDataFrame").first
    table.scroll_into_view_if_needed()
    expect(table.locator("th")).to_have_text(["What", "Kind", "Who", "Link"])  # only of columns in sight
    shot(page, "record-phone-empty")
    page.get_by_role("button", name=re.compile("Same as last time")).click()
    settle(page)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Recorded. The community’s figures")).to_be_visible()


def test_a_closed_tab_loses_nothing(server, team, new_page, sign_in, settle):
    session_id = planned(server, "Half recorded")
    page = new_page(**PHONE)
    sign_in(page, "fay", f"/record?session={session_id}")
    page.get_by_label("Topics").fill("What we talked about")
    page.get_by_label("Topics").blur()
    settle(page)
    page.get_by_role("button", name="Ana Gómez").click()
    settle(page)
    expect(page.get_by_text("Draft saved")).to_be_visible()
    page.close()
    again = new_page()  # another browser
    sign_in(again, "fay", f"/record?session={session_id}")
    expect(again.get_by_label("Topics")).to_have_value("What we talked about")
    expect(again.get_by_text("1 person")).to_be_visible()
    again.get_by_role("button", name="Discard draft").click()
    again.get_by_role("button", name="Yes, discard it").click()
    expect(again.get_by_text("What we talked about")).to_have_count(0)
    expect(again.get_by_label("Topics")).to_have_value("")
    settle(again)
    assert all(draft["title"] != "Half recorded" for draft in drafts(server))


def test_a_draft_in_two_windows_is_never_overwritten_unasked(server, team, new_page, sign_in, settle, shot, axe):
    session_id = planned(server, "In two windows")
    phone, desk = new_page(**PHONE), new_page()
    for page in (phone, desk):
        sign_in(page, "fay", f"/record?session={session_id}")
    phone.get_by_label("Topics").fill("Typed on the phone")
    phone.get_by_label("Topics").blur()
    expect(phone.get_by_text("Draft saved")).to_be_visible()
    desk.get_by_label("Topics").fill("Typed at the desk")
    desk.get_by_label("Topics").blur()
    expect(desk.get_by_text("What you type here is not kept until you choose")).to_be_visible()
    assert [draft["topics"] for draft in drafts(server) if draft["title"] == "In two windows"] == ["Typed on the phone"]
    axe(desk)
    desk.get_by_role("button", name="Keep this one").click()
    expect(desk.get_by_text("Draft saved")).to_be_visible()
    settle(desk)
    phone.get_by_label("Decisions").fill("Adopt it")
    phone.get_by_label("Decisions").blur()
    expect(phone.get_by_text("What you type here is not kept until you choose")).to_be_visible()
    settle(phone)
    shot(phone, "record-phone-two-windows")
    axe(phone)
    phone.get_by_role("button", name="Go on with that one").click()
    expect(phone.get_by_text("Typed on the phone")).to_have_count(0)
    expect(phone.get_by_label("Topics")).to_have_value("Typed at the desk")
    expect(phone.get_by_label("Decisions")).to_have_value("")


def test_a_session_chosen_from_the_list_stays_chosen(server, team, page, sign_in, settle):
    """The address follows a link to the screen that one is on: the next run, a reload and the way back hang on it."""
    session_id = planned(server, "Chosen from the list")
    sign_in(page, "fay", "/record")
    page.get_by_role("link", name=re.compile("Chosen from the list")).click()
    expect(page.get_by_label("Title")).to_have_value("Chosen from the list")
    page.wait_for_url(f"**/record?session={session_id}")
    page.get_by_label("Topics").fill("What we talked about")
    page.get_by_label("Topics").blur()
    expect(page.get_by_text("Draft saved")).to_be_visible()
    page.get_by_test_id("stSidebar").get_by_role("link", name="Record a session").click()
    expect(page.get_by_text("Waiting to be recorded")).to_be_visible()
    page.wait_for_url("**/record")
    page.go_back()
    expect(page.get_by_label("Topics")).to_have_value("What we talked about")


def test_a_double_click_writes_once(server, team, page, sign_in, settle):
    sign_in(page, "fay", "/record?community=data-engineering")
    page.get_by_label("Title").fill("Clicked twice")
    settle(page)
    page.get_by_role("button", name="Ana Gómez").click()
    settle(page)
    page.get_by_role("button", name="Save", exact=True).dblclick()
    expect(page.get_by_text("Recorded. The community’s figures")).to_be_visible()
    settle(page)
    with server.rows() as db:
        held = db.scalars(sa.select(CommunitySession).where(CommunitySession.title == "Clicked twice")).all()
    assert [row.version for row in held] == [held[0].version]
    assert len(held) == 1


def test_two_facilitators_lose_nothing(server, team, new_page, sign_in, settle, shot, axe):
    session_id = planned(server, "Both at once")
    fay, olu = new_page(**PHONE), new_page()
    for page, who, name in ((fay, "fay", "Ana Gómez"), (olu, "olu", "Ben Ito")):
        sign_in(page, who, f"/record?session={session_id}")
        page.get_by_role("button", name=name).click()
        settle(page)
    olu.get_by_role("button", name="Save", exact=True).click()
    expect(olu.get_by_text("Recorded. The community’s figures")).to_be_visible()
    fay.get_by_role("button", name="Save", exact=True).click()
    expect(fay.get_by_text("while you were editing")).to_be_visible()
    assert came(server, session_id) == {"Ben Ito"}
    settle(fay)
    shot(fay, "record-phone-conflict")
    axe(fay)
    fay.get_by_role("button", name="Overwrite with my version").click()
    expect(fay.get_by_text("Recorded. The community’s figures")).to_be_visible()
    assert came(server, session_id) == {"Ana Gómez"}


def test_contributions_stay_while_people_are_ticked(server, team, page, sign_in, settle, shot, axe):
    """The table's choice of people changes with each tick; what stands in its rows must not."""
    session_id = planned(server, "With a lesson")
    sign_in(page, "fay", f"/record?session={session_id}")
    table = page.get_by_test_id("stDataFrame").first
    table.scroll_into_view_if_needed()
    box = table.bounding_box()
    page.mouse.dblclick(box["x"] + box["width"] * 0.2, box["y"] + 52)
    cell = page.locator(".gdg-input")
    expect(cell).to_be_focused()
    cell.fill("Start small")
    expect(cell).to_have_value("Start small")
    page.keyboard.press("Enter")
    settle(page)
    expect(page.get_by_text("Draft saved")).to_be_visible()
    page.get_by_role("button", name="Ana Gómez").click()
    settle(page)
    page.get_by_role("button", name="Ben Ito").click()
    settle(page)
    shot(page, "record-desktop")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Recorded. The community’s figures")).to_be_visible()
    expect(page.get_by_text("Idea: Start small")).to_be_visible()
    settle(page)
    shot(page, "session-desktop")


def test_planning_with_a_calendar_file(server, team, new_page, sign_in, settle, shot, axe):
    page = new_page(**DARK)
    sign_in(page, "fay", "/plan?community=data-engineering")
    page.get_by_label("Title").fill("Spring planning")
    page.get_by_label("Agenda").fill("Where to next")
    settle(page)
    shot(page, "plan-dark")
    axe(page)
    page.get_by_role("button", name="Save the plan").click()
    expect(page.get_by_role("heading", name="Spring planning")).to_be_visible()
    settle(page)
    shot(page, "session-dark")
    axe(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Add to calendar").click()
    text = download.value.path().read_text("utf-8")
    assert "SUMMARY:Data Engineering: Spring planning" in text
    assert "BEGIN:VTIMEZONE" in text
