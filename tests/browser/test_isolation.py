"""What one person may see never reaches another's browser, whatever is asked for over the WebSocket."""

import contextlib
import re
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from websockets.sync.client import ClientConnection

from cop import db as database
from cop.choices import SessionStatus
from cop.models import AuditEntry, Community, CommunitySession, Facilitator, Person, Resource
from cop.periods import utcnow
from tests import factories as make
from tests.browser.conftest import Server
from tests.browser.wire import run, send, signed_in, socket, widget

pytestmark = pytest.mark.browser

ATTENDEE, SPEAKER = "Canary Quill", "Wren Canary"
DENIED = b"or you may not see or change it"
TABS = ("About", "Sessions", "Contributions", "Resources", "Feedback", "Members", "Manage")


@pytest.fixture(scope="module")
def canary(server: Server) -> int:
    """A session of the other community with two people who belong to nothing; its id."""
    with server.rows() as db:
        other = db.get_one(Community, server.ids["other"])
        people = [make.person(db, name=name) for name in (ATTENDEE, SPEAKER)]
        return make.session(db, other, (utcnow() - timedelta(days=3)).date(), people, title="Held elsewhere").id


@contextlib.contextmanager
def tab(server: Server, username: str) -> Iterator[ClientConnection]:
    """A tab of somebody who has just signed in."""
    with signed_in(server, username) as client, socket(server, cookie=client.cookies["cop_session"]) as connection:
        yield connection


def screens(session_id: int) -> list[tuple[str, dict[str, object]]]:
    """Every screen, the other community's and its session's among them."""
    rooms = [("community", {"c": "web-guild", "tab": name}) for name in TABS]
    recording = [(page, {"session": session_id}) for page in ("record", "plan")]
    recording += [(page, {"community": "web-guild"}) for page in ("record", "plan")]
    plain: list[tuple[str, dict[str, object]]] = [(page, {}) for page in ("catalog", "kpis", "account", "accounts")]
    return [*plain, ("catalog", {"view": "Table"}), *rooms, ("session", {"id": session_id}), *recording]


def refusals(server: Server) -> list[tuple[str, str]]:
    with server.rows() as db:
        rows = db.execute(sa.select(AuditEntry.operation, AuditEntry.actor_name).where(AuditEntry.outcome == "refused"))
        return [(row.operation, row.actor_name) for row in rows]


def test_what_the_office_has_warmed_is_not_served_to_others(server, canary):
    """Every result and drawing is in the cache by then, with the names of who came."""
    with tab(server, "ada") as office:
        seen = b"".join(run(office, page, **address)[1] for page, address in screens(canary))
    assert ATTENDEE.encode() in seen
    assert SPEAKER.encode() in seen
    for username in ("sam", "max", "fay"):
        with tab(server, username) as theirs:
            for page, address in screens(canary):
                drawn = run(theirs, page, **address)[1]
                assert ATTENDEE.encode() not in drawn, (username, page, address)
                assert SPEAKER.encode() not in drawn, (username, page, address)
    with tab(server, "olu") as carrier:
        assert ATTENDEE.encode() in run(carrier, "session", id=canary)[1]


@pytest.mark.parametrize("page", ["record", "plan"])
def test_another_communitys_id_is_answered_like_one_that_does_not_exist(server, canary, page):
    with tab(server, "fay") as hers:
        run(hers, page)
        for theirs, nothing in [
            ({"session": canary}, {"session": 999_999}),
            ({"session": canary}, {"session": "1 OR 1=1"}),
            ({"community": "web-guild"}, {"community": "no-such"}),
        ]:
            answers = [run(hers, page, **address)[1] for address in (theirs, nothing)]
            assert [DENIED in drawn for drawn in answers] == [True, True]
            assert not [name for name in (b"Web Guild", b"Held elsewhere") if name in answers[0]]
            assert len(visible(answers[0])) > 5
            assert visible(answers[0]) == visible(answers[1])


def visible(drawn: bytes) -> list[bytes]:
    """The sentences in what was drawn, without what is different in each run."""
    return re.findall(rb"[A-Z][\w ,.\x80-\xff\\'-]{12,}", drawn)


def test_forged_values_of_a_filter_show_no_other_community(server, canary):
    with tab(server, "fay") as hers:
        own = run(hers, "kpis")[1]
        assert b"Data Engineering" in own
        chosen = widget(own, "community")
        for forged in ({chosen: ["Web Guild"]}, {chosen: [str(server.ids["other"])]}):
            assert b"Web Guild" not in run(hers, "kpis", widgets=forged)[1]
        assert b"Web Guild" not in run(hers, "kpis", community=server.ids["other"], within=server.ids["other"])[1]


@pytest.fixture
def kept(server: Server) -> int:
    """A resource of the other community; its id."""
    with server.rows() as db:
        row = Resource(community_id=server.ids["other"], title="Kept", url="https://example.org/", added_at=utcnow())
        db.add(row)
        database.bump(db, ("catalog",))
        db.flush()
        return row.id


def archived(server: Server, resource_id: int) -> bool:
    with server.rows() as db:
        return db.get_one(Resource, resource_id).archived_at is not None


def test_a_button_that_was_never_drawn_for_one_does_nothing(server, kept):
    """Its id is the same for everybody: who knows it can send it."""
    where = {"c": "web-guild", "tab": "Resources"}
    with tab(server, "olu") as carrier:
        button = widget(run(carrier, "community", **where)[1], f"archive_resource_{kept}")
        with tab(server, "fay") as hers:
            run(hers, "community", **where)
            assert b"Kept" in run(hers, "community", widgets={button: True}, **where)[1]
            assert not archived(server, kept)
        run(carrier, "community", widgets={button: True}, **where)
        assert archived(server, kept)


def test_a_button_pressed_after_the_right_has_ended_is_refused_on_record(server, kept):
    """The press arrives before anything is drawn again, so the operation itself must refuse; so too for no such row."""
    where = {"c": "web-guild", "tab": "Resources"}
    with server.rows() as db:
        other = db.get_one(Community, server.ids["other"])
        fay = db.get_one(Person, server.ids["person:fay"])
        assigned = make.facilitator(db, other, fay).id
    before = len(refusals(server))
    answers = []
    with tab(server, "fay") as hers:
        button = widget(run(hers, "community", **where)[1], f"archive_resource_{kept}")
        with server.rows() as db:
            db.delete(db.get_one(Facilitator, assigned))
        answers.append(run(hers, "community", widgets={button: True}, **where)[1])
        assert not archived(server, kept)
    with tab(server, "olu") as carrier:
        button = widget(run(carrier, "community", **where)[1], f"archive_resource_{kept}")
        with server.rows() as db:
            db.delete(db.get_one(Resource, kept))
        answers.append(run(carrier, "community", widgets={button: True}, **where)[1])
    assert [DENIED in drawn for drawn in answers] == [True, True]
    told = refusals(server)[before:]
    assert told == [("catalog.archive_resource", "Fay Example"), ("catalog.archive_resource", "Olu Example")]


def test_twenty_presses_of_one_button_write_once(server):
    """Sent in one go, half of them by a connection that takes the first one's place meanwhile."""
    with signed_in(server, "fay") as client:
        cookie = client.cookies["cop_session"]
        where = {"community": "data-engineering"}
        with socket(server, cookie=cookie) as first:
            session, drawn = run(first, "plan", **where)
            title, button = widget(drawn, r"plan:[0-9a-f]+:title"), widget(drawn, r"plan:[0-9a-f]+:save")
            pressed = {title: "Pressed twenty times", button: True}
            for _ in range(10):
                send(first, "plan", widgets=pressed, **where)
        with socket(server, cookie=cookie, session=session) as second:
            for _ in range(10):
                send(second, "plan", widgets=pressed, **where)
            deadline = time.monotonic() + 10
            while not (found := _planned(server, "Pressed twenty times")) and time.monotonic() < deadline:
                time.sleep(0.1)
            time.sleep(1)  # whatever is still on its way
            assert found == _planned(server, "Pressed twenty times")
    assert len(found) == 1


def _planned(server: Server, title: str) -> list[int]:
    with server.rows() as db:
        rows = sa.select(CommunitySession.id).where(
            CommunitySession.title == title, CommunitySession.status == SessionStatus.PLANNED
        )
        return list(db.scalars(rows))
