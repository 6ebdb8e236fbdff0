"""Recording, planning and looking at a session as each role does it."""

from datetime import time, timedelta

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from cop import db as database
from cop.choices import PersonKind, SessionStatus
from cop.db import reading, transaction
from cop.models import Attendance, CommunitySession, Draft, Person, PersonAlias, SessionSeries
from cop.periods import utcnow
from cop.ui.widgets.record_state import CHIPS
from tests import factories as make
from tests.pages.seats import open_page, take_seat

NOW = utcnow().replace(microsecond=0)
YESTERDAY = NOW - timedelta(days=1)


class World:
    """A community with a list taken a week ago, its facilitator in the seat."""

    def __init__(self, db, monkeypatch):
        make.organisation(db)
        self.room = make.community(db, name="Data *Guild*", slug="data")
        self.fay = make.person(db, name="Fay Lead")
        self.ana, self.ben = make.person(db, name="Ana Gómez"), make.person(db, name="Ben Ito")
        self.zoe = make.person(db, name="Zoë Quirk")
        make.facilitator(db, self.room, self.fay)
        for person in (self.fay, self.ana, self.ben):
            make.membership(db, self.room, person)
        week_ago = NOW - timedelta(days=7)
        make.session(
            db,
            self.room,
            week_ago.date(),
            [self.fay, self.ana],
            title="Session 12",
            starts_at=week_ago - timedelta(hours=1),
            ends_at=week_ago,
        )
        self.seat = take_seat(db, monkeypatch, make.account(db, self.fay))
        make.commit(db)

    def planned(self, db, **values):
        base = {
            "status": SessionStatus.PLANNED,
            "title": "Planned one",
            "starts_at": YESTERDAY,
            "ends_at": YESTERDAY + timedelta(hours=1),
            "planned_starts_at": YESTERDAY,
        }
        row = make.session(db, self.room, YESTERDAY.date(), **base | values)
        make.commit(db)
        return row


@pytest.fixture
def world(db, monkeypatch):
    return World(db, monkeypatch)


def held():
    with reading() as db:
        rows = db.scalars(
            sa.select(CommunitySession)
            .where(CommunitySession.status == SessionStatus.HELD)
            .order_by(CommunitySession.id.desc())
        )
        return rows.all()


def came(session_id):
    with reading() as db:
        return set(db.scalars(sa.select(Attendance.person_id).where(Attendance.session_id == session_id)))


def drafts():
    with reading() as db:
        return db.scalars(sa.select(Draft)).all()


def widget(app: AppTest, kind: str, name: str):
    """The widget of the recording or planning form whose key ends so."""
    (found,) = [item for item in app.get(kind) if item.key and item.key.endswith(f":{name}")]
    return found


def press(app: AppTest, name: str) -> AppTest:
    widget(app, "button", name).click().run()
    assert not app.exception, app.exception
    return app


def errors(app: AppTest) -> str:
    return " ".join(item.value for item in app.error).replace("\\", "")


def test_the_shortest_recording_is_two_taps(world):
    app = open_page("record", community="data")
    assert widget(app, "text_input", "title").value == "Session 13"
    assert widget(app, "pills", "ticked").value == []
    press(app, "same")
    assert not drafts() or drafts()[0].payload["ticked"]
    press(app, "save")
    row = held()[0]
    assert (row.title, came(row.id)) == ("Session 13", {world.fay.id, world.ana.id})
    assert drafts() == []


def test_without_anything_due_the_form_opens_at_once(world):
    app = open_page("record")
    assert widget(app, "text_input", "title").value == "Session 13"


def test_a_session_due_is_offered_and_recorded_as_planned(db, world):
    row = world.planned(db)
    assert any("Waiting" in item.value for item in open_page("record").subheader)
    app = open_page("record", session=str(row.id))
    assert widget(app, "text_input", "title").value == "Planned one"
    widget(app, "pills", "ticked").set_value([world.ben.id]).run()
    press(app, "save")
    assert held()[0].id == row.id
    assert came(row.id) == {world.ben.id}


def test_a_pasted_list_is_confirmed_line_by_line(world):
    app = open_page("record", community="data")
    widget(app, "text_area", "roster").input("Ana Gómez\nBen Itto\nNora Vidal\nSome Slide").run()
    press(app, "save")
    assert "3 names still need your answer" in errors(app)
    assert len(held()) == 1
    widget(app, "pills", "line:ben itto").set_value(world.ben.id).run()
    widget(app, "pills", "line:nora vidal").set_value("guest").run()
    widget(app, "pills", "line:some slide").set_value("leave_out").run()
    press(app, "save")
    row = held()[0]
    with reading() as db:
        nora = db.scalars(sa.select(Person).where(Person.name == "Nora Vidal")).one()
        assert db.scalars(sa.select(PersonAlias.key)).all() == ["ben itto"]
    assert nora.kind is PersonKind.GUEST
    assert came(row.id) == {world.ana.id, world.ben.id, nora.id}
    app = open_page("record", community="data")
    widget(app, "text_area", "roster").input("Ben Itto, nora vidal").run()
    assert set(widget(app, "pills", f"recognised:{hash((world.ben.id, nora.id))}").value) == {world.ben.id, nora.id}


def test_somebody_else_is_found_by_typing(world):
    app = open_page("record", community="data")
    widget(app, "text_input", "search").input("zoe").run()
    widget(app, "pills", "found").set_value(world.zoe.id).run()
    assert widget(app, "text_input", "search").value == ""
    assert widget(app, "pills", "extras").value == [world.zoe.id]
    widget(app, "text_input", "search").input("Nora Vidal").run()
    press(app, "new_guest")
    press(app, "save")
    with reading() as db:
        nora = db.scalar(sa.select(Person.id).where(Person.name == "Nora Vidal"))
    assert came(held()[0].id) == {world.zoe.id, nora}


def test_others_never_change_who_is_ticked(world):
    """Meanwhile somebody joins, the usual ones change, two records become one: the form stays as it was opened."""
    app = open_page("record", community="data")
    widget(app, "pills", "ticked").set_value([world.ben.id]).run()
    widget(app, "text_input", "search").input("zoe").run()
    widget(app, "pills", "found").set_value(world.zoe.id).run()
    with transaction() as other:
        make.membership(other, world.room, world.zoe)  # an extra becomes one of the usual people
        newcomers = [make.person(other) for _ in range(CHIPS)]  # and these push the others off the chips
        for back in (1, 2, 3):
            make.session(other, world.room, YESTERDAY.date() - timedelta(days=back), newcomers)
        twin = make.person(other, name="Benedikt Ito")
        other.get(Person, world.ben.id).merged_into_id = twin.id
        database.bump(other, ("people", "memberships", "sessions"))
    app.run()
    assert widget(app, "pills", "ticked").value == [world.ben.id]
    assert widget(app, "pills", "extras").value == [world.zoe.id]
    assert drafts()[0].payload["ticked"] == [world.ben.id, world.zoe.id]
    again = open_page("record", community="data")  # a new form from the draft: nobody is lost on the way to it either
    assert set(widget(again, "pills", "extras").value) == {world.ben.id, world.zoe.id}
    press(again, "save")
    assert came(held()[0].id) == {twin.id, world.zoe.id}


def test_two_of_one_name_are_two_people(db, world):
    unit = make.org_unit(db, name="Platform")
    other_ana = make.person(db, name="Ana Gómez", org_unit_id=unit.id)
    third_ana = make.person(db, name="Ana Gómez", org_unit_id=unit.id)
    for person in (other_ana, third_ana):
        make.membership(db, world.room, person)
    make.commit(db)
    app = open_page("record", community="data")
    widget(app, "pills", "ticked").set_value([other_ana.id]).run()
    assert widget(app, "pills", "ticked").value == [other_ana.id]
    press(app, "save")
    assert came(held()[0].id) == {other_ana.id}


def test_names_stay_while_one_looks_at_the_other_ways_to_count(world):
    app = open_page("record", community="data")
    widget(app, "pills", "ticked").set_value([world.ana.id]).run()
    widget(app, "text_area", "roster").input("Nora Vidal\nBen Ito").run()
    widget(app, "pills", "line:nora vidal").set_value("guest").run()
    widget(app, "multiselect", "led").set_value([world.ana.id]).run()
    widget(app, "segmented_control", "attendance").set_value("count").run()
    widget(app, "number_input", "headcount").set_value(14).run()
    widget(app, "segmented_control", "attendance").set_value("list").run()
    assert widget(app, "pills", "ticked").value == [world.ana.id]
    assert widget(app, "text_area", "roster").value == "Nora Vidal\nBen Ito"
    assert widget(app, "pills", "line:nora vidal").value == "guest"
    assert widget(app, "multiselect", "led").value == [world.ana.id]
    widget(app, "segmented_control", "attendance").set_value("count").run()
    assert widget(app, "number_input", "headcount").value == 14


def test_what_is_typed_survives_the_tab(world):
    app = open_page("record", community="data")
    widget(app, "text_input", "title").input("Half a ti").run()
    widget(app, "pills", "ticked").set_value([world.ana.id]).run()
    widget(app, "text_area", "topics").input("Lineage").run()
    widget(app, "text_area", "roster").input("Ben Itto").run()
    widget(app, "pills", "line:ben itto").set_value(world.ben.id).run()
    widget(app, "multiselect", "led").set_value([world.ben.id]).run()
    assert any("Draft saved" in item.value for item in app.caption)

    again = open_page("record", community="data")
    assert widget(again, "text_input", "title").value == "Half a ti"
    assert widget(again, "pills", "ticked").value == [world.ana.id]
    assert widget(again, "text_area", "topics").value == "Lineage"
    assert widget(again, "pills", "line:ben itto").value == world.ben.id
    assert widget(again, "multiselect", "led").value == [world.ben.id]
    press(again, "really_discard")
    assert drafts() == []
    assert widget(again, "text_input", "title").value == "Session 13"
    assert widget(again, "text_area", "topics").value == ""


@pytest.mark.sqlite
def test_a_draft_that_cannot_be_kept_breaks_nothing(world, caplog):
    app = open_page("record", community="data")
    with transaction() as other:
        full = "BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END"
        other.execute(sa.text(f"CREATE TRIGGER disk_full BEFORE INSERT ON draft {full}"))
    widget(app, "text_area", "topics").input("Lineage").run()
    assert not app.exception
    (told,) = [item.value.replace("\\", "").rstrip(".") for item in app.warning]
    assert "can't be kept" in told
    assert "disk" not in told
    assert told.split()[-1] in caplog.text  # the fault's number, by which it is found in the log
    assert widget(app, "text_area", "topics").value == "Lineage"
    with transaction() as other:
        other.execute(sa.text("DROP TRIGGER disk_full"))
    app.run()
    assert not app.warning
    assert drafts()[0].payload["topics"] == "Lineage"


def _type_in_two_windows():
    """Two windows on one draft; the second one has typed since the first one looked."""
    first, second = open_page("record", community="data"), open_page("record", community="data")
    widget(first, "text_area", "topics").input("Typed in the first").run()
    widget(second, "text_area", "topics").input("Typed in the second").run()
    assert drafts()[0].payload["topics"] == "Typed in the first"
    assert any("changed in another window" in item.value for item in second.warning)
    return first, second


def test_of_two_windows_one_goes_on_with_the_others_draft(world):
    first, second = _type_in_two_windows()
    widget(first, "text_area", "topics").input("Typed in the first, again").run()
    assert not first.warning
    widget(second, "segmented_control", "attendance").set_value("missing").run()
    press(second, "save")
    assert "choose first" in errors(second)
    assert len(held()) == 1
    press(second, "take_other")
    assert not second.warning
    assert widget(second, "text_area", "topics").value == "Typed in the first, again"
    widget(second, "text_area", "topics").input("Both").run()
    assert drafts()[0].payload["topics"] == "Both"


def test_of_two_windows_one_keeps_its_own(world):
    first, second = _type_in_two_windows()
    press(second, "keep_this")
    assert not second.warning
    assert drafts()[0].payload["topics"] == "Typed in the second"
    first.run()
    assert any("changed in another window" in item.value for item in first.warning)
    assert widget(first, "text_area", "topics").value == "Typed in the first"
    press(second, "really_discard")
    widget(first, "text_area", "topics").input("Typed in the first, after all").run()
    assert not first.warning
    assert drafts()[0].payload["topics"] == "Typed in the first, after all"


def test_opening_alone_keeps_no_draft(world):
    open_page("record", community="data").run()
    assert drafts() == []


def test_mistakes_are_told_and_nothing_typed_is_lost(world):
    app = open_page("record", community="data")
    press(app, "save")
    assert "Nobody is on the list" in errors(app)
    widget(app, "segmented_control", "attendance").set_value("missing").run()
    widget(app, "text_area", "topics").input("x" * 100_000).run()
    widget(app, "date_input", "day").set_value(NOW.date() + timedelta(days=40)).run()
    widget(app, "text_input", "title").input(" ").run()
    press(app, "save")
    told = errors(app)
    assert "A title is missing" in told
    assert "future" in told
    assert "too long: 100,000" in told
    assert len(widget(app, "text_area", "topics").value) == 100_000
    assert len(held()) == 1


def test_a_number_instead_of_names(world):
    app = open_page("record", community="data")
    widget(app, "segmented_control", "attendance").set_value("count").run()
    press(app, "save")
    assert "How many came is missing" in errors(app)
    widget(app, "number_input", "headcount").set_value(14).run()
    press(app, "save")
    assert held()[0].headcount == 14


def test_two_facilitators_see_both_versions(db, world):
    row = world.planned(db)
    app = open_page("record", session=str(row.id))
    widget(app, "pills", "ticked").set_value([world.ana.id]).run()
    widget(app, "text_area", "topics").input("Mine").run()
    with transaction() as other:
        there = other.get(CommunitySession, row.id)
        there.agenda, there.title = "Theirs", "Renamed"
    press(app, "save")
    assert any("while you were editing" in item.value.replace("\\", "") for item in app.warning)
    texts = [item.value for item in app.text]
    assert {"Renamed", "Planned one", "Theirs"} <= set(texts)
    assert held()[0].id != row.id
    press(app, "mine")
    assert (held()[0].title, held()[0].topics, came(row.id)) == ("Planned one", "Mine", {world.ana.id})


def test_theirs_can_be_taken(db, world):
    row = world.planned(db)
    app = open_page("record", session=str(row.id))
    widget(app, "text_area", "topics").input("Mine").run()
    widget(app, "segmented_control", "attendance").set_value("missing").run()
    with transaction() as other:
        other.get(CommunitySession, row.id).title = "Renamed"
    press(app, "save")
    press(app, "theirs")
    assert drafts() == []
    assert widget(app, "text_area", "topics").value == ""


def test_amending_opens_with_what_was_recorded(world):
    row = held()[0]
    app = open_page("record", session=str(row.id))
    assert set(widget(app, "pills", "ticked").value) == {world.fay.id, world.ana.id}
    widget(app, "pills", "ticked").set_value([world.fay.id]).run()
    widget(app, "multiselect", "led").set_value([world.fay.id]).run()
    press(app, "save")
    assert came(row.id) == {world.fay.id}
    page = open_page("session", id=str(row.id))
    assert any("Taken off the list: Ana Gómez" in item.value for item in page.text)


def test_all_open_names_are_answered_at_once_and_taken_back(world):
    app = open_page("record", community="data")
    unknown = [f"Person {first}{second}" for first in "ABCDEF" for second in "GHIJKLM"]
    widget(app, "text_area", "roster").input("Ben Itto\n" + "\n".join(unknown)).run()
    assert len([item for item in app.pills if item.label.startswith(("Nobody", "Who is"))]) == 30  # of 43
    press(app, "rest:single")
    press(app, "rest:guest")
    assert "43 people" in " ".join(item.value for item in app.markdown)
    press(app, "rest:undo")
    assert "1 person" in " ".join(item.value for item in app.markdown)
    press(app, "rest:leave_out")
    press(app, "save")
    assert came(held()[0].id) == {world.ben.id}


def offers_calendar_entry(page):
    return "Add to calendar" in [item.proto.label for item in page.get("download_button")]


def test_a_session_that_was_held_is_no_calendar_entry(world):
    assert not offers_calendar_entry(open_page("session", id=str(held()[0].id)))


def test_planning_and_cancelling(world):
    app = open_page("plan", community="data")
    widget(app, "text_input", "title").input("Spring planning").run()
    press(app, "save")
    with reading() as db:
        row = db.scalars(sa.select(CommunitySession).where(CommunitySession.title == "Spring planning")).one()
    assert row.status is SessionStatus.PLANNED
    page = open_page("session", id=str(row.id))
    assert offers_calendar_entry(page)
    press(page, "submit")
    assert "reason is missing" in errors(page)
    widget(page, "text_input", "reason").input("A strike")  # sent with the form
    press(page, "submit")
    assert page.toast[0].value.startswith("Session cancelled")
    assert any("A strike" in item.value for item in page.warning)
    assert not offers_calendar_entry(page)
    press(page, "do")
    with reading() as db:
        assert db.get(CommunitySession, row.id).status is SessionStatus.PLANNED


def test_a_recording_taken_back_leads_to_a_new_one(world):
    page = open_page("session", id=str(held()[0].id))
    press(page, "do")
    assert any("Recorded by mistake" in item.value for item in page.warning)
    assert "Record it again" in [item.proto.label for item in page.get("page_link")]


def test_a_recording_taken_back_is_brought_back(world):
    row = held()[0]
    before = came(row.id)
    page = open_page("session", id=str(row.id))
    press(page, "do")
    assert came(row.id) == set()
    (back,) = [item for item in page.button if item.label == "Restore the recording"]
    back.click().run()
    assert not page.exception
    assert came(row.id) == before
    assert "Restore the recording" not in [item.label for item in page.button]


def test_what_left_the_lists_with_its_series_is_a_click_away(db, world):
    starts = utcnow() + timedelta(days=9)
    row = SessionSeries(
        community_id=world.room.id,
        title="Circle",
        rule="FREQ=WEEKLY;BYDAY=TU",
        first_on=starts.date(),
        start_time=time(9),
        minutes=60,
        time_zone="Europe/Madrid",
        created_at=starts,
    )
    db.add(row)
    db.flush()
    gone = {"status": SessionStatus.CANCELLED, "starts_at": starts, "ends_at": starts + timedelta(hours=1)}
    make.session(db, world.room, starts.date(), title="Circle", series_id=row.id, **gone)
    make.commit(db)
    page = open_page("community", c="data", tab="Sessions")
    page.session_state["withdrawn_sessions"] = True
    page.run()
    assert not page.exception
    assert any(item.proto.label.startswith("Circle, ") for item in page.get("page_link"))


def test_staff_see_counts_never_names(db, monkeypatch, world):
    row = held()[0]
    take_seat(db, monkeypatch)
    make.commit(db)
    page = open_page("session", id=str(row.id))
    shown = repr(page.main)
    assert "Ana" not in shown
    assert [item.value for item in page.metric] == ["2"]
    assert not [item for item in page.get("button") if item.key.endswith(":do")]


def test_oneself_is_told(db, monkeypatch, world):
    row = held()[0]
    take_seat(db, monkeypatch, make.account(db, world.ana))
    make.commit(db)
    assert any("You were there" in item.value for item in open_page("session", id=str(row.id)).markdown)


def test_other_peoples_communities_look_missing(db, world):
    other = make.community(db, slug="other", name="Secret")
    row = make.session(db, other, YESTERDAY.date(), title="Secret")
    make.commit(db)
    for address in ({"community": "other"}, {"session": str(row.id)}):
        page = open_page("record", **address)
        assert "doesn't exist" in errors(page)
        assert "Secret" not in repr(page.main)


@pytest.mark.parametrize("given", ["99999", "x", "9" * 20, "9" * 5_000, "2147483648", "-1", "²", "\x00"])
@pytest.mark.usefixtures("world")
def test_an_address_that_names_nothing_is_told_so(given):
    for url, name in (("record", "session"), ("plan", "session"), ("session", "id")):
        assert "doesn't exist" in errors(open_page(url, **{name: given})), url


@pytest.mark.parametrize("given", ["nothing", "da\x00ta", "data\x1f", "x" * 5_000])
@pytest.mark.usefixtures("world")
def test_no_such_community(given):
    for url in ("record", "plan"):
        assert "doesn't exist" in errors(open_page(url, community=given)), url
    assert open_page("community", c=given).title[0].value == "No such community"
