"""Calendar feeds over HTTP: who gets what, when nothing any more, and what nobody else sees."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from ical.calendar_stream import IcsCalendarStream

from cop.accounts.queries import actor_of_account
from cop.accounts.tokens import new_token, token_hash
from cop.choices import Answer, SessionStatus
from cop.db import reading, revisions, transaction
from cop.errors import NotFound
from cop.execute import execute
from cop.models import Account, AuditEntry, CalendarFeed, Membership, Person, Registration
from cop.periods import utcnow
from cop.sessions.feed_operations import make_feed, revoke_feed
from cop.sessions.feeds import my_feeds
from tests import factories as make


class World:
    """Mia belongs to Data, not to Cloud; each has a session in three days."""

    def __init__(self, engine, mia):
        self.mia_id = mia.id
        with transaction(engine) as db:
            self.data, self.cloud = make.community(db, name="Data"), make.community(db, name="Cloud")
            make.membership(db, self.data, db.get_one(Person, mia.person_id), joined_on=date(2026, 1, 1))
            self.planned = self.session(db, self.data, "Circle")
            self.session(db, self.cloud, "Clouds")
            self.came = make.session(
                db, self.data, utcnow().date() - timedelta(days=5), people=[make.person(db, name="Canary Attended")]
            ).id

    def session(self, db, room, title, days=3, **values):
        starts = utcnow().replace(microsecond=0) + timedelta(days=days)
        times = {"starts_at": starts, "ends_at": starts + timedelta(hours=1), "planned_starts_at": starts}
        base = {"title": title, "status": SessionStatus.PLANNED} | times
        return make.session(db, room, starts.date(), **base | values).id

    def actor(self):
        with reading() as db:
            return actor_of_account(db, self.mia_id, now=utcnow())

    def make(self, community=None):
        token = new_token()
        params = {"token_hash": token_hash(token), "community_id": community.id if community else None}
        return f"/feeds/{token}.ics", execute(make_feed, self.actor(), **params)


@pytest.fixture
def world(engine, mia):
    return World(engine, mia)


def titles(answer):
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    calendar = IcsCalendarStream.calendar_from_ics(answer.text)
    return sorted(event.summary.partition(": ")[2] for event in calendar.events if event.dtstart.date() > date.today())  # noqa: DTZ011 - days ahead


def test_my_communities_and_one_community(client, world):
    mine, _id = world.make()
    cloud, _id = world.make(world.cloud)
    assert titles(client.get(mine)) == ["Circle"]
    assert titles(client.get(cloud)) == ["Clouds"]
    assert "Canary" not in client.get(mine).text
    assert "X-WR-CALNAME:Cloud" in client.get(cloud).text


def test_who_leaves_gets_nothing_of_it_any_more(client, world, engine):
    mine, _id = world.make()
    with transaction(engine) as db:
        db.execute(sa.update(Membership).values(left_on=utcnow().date()))
    assert titles(client.get(mine)) == []


def test_a_moved_and_a_cancelled_session_keep_their_identity(client, world, engine):
    mine, _id = world.make()
    with transaction(engine) as db:
        world.session(
            db, world.data, "Off", status=SessionStatus.CANCELLED, cancel_reason="A strike; really", sequence=1
        )
    events = {event.summary: event for event in IcsCalendarStream.calendar_from_ics(client.get(mine).text).events}
    off = events["Cancelled: Data: Off"]
    assert (off.status, off.sequence, off.transparency) == ("CANCELLED", 1, "TRANSPARENT")
    assert off.description.startswith("Reason: A strike; really")
    assert (events["Data: Circle"].status, events["Data: Circle"].transparency) == ("CONFIRMED", "OPAQUE")
    assert events["Data: Circle"].description.endswith(f"http://testserver/session?id={world.planned}")


def test_my_feed_leaves_out_what_i_declined(client, world, engine):
    """What others declined stays in mine, and the community's feed shows what I declined all the same."""
    mine, _id = world.make()
    community, _id = world.make(world.data)
    with transaction(engine) as db:
        declined = world.session(db, world.data, "Declined")
        accepted = world.session(db, world.data, "Accepted")
        other = make.person(db, name="Other")
        me = db.get_one(Account, world.mia_id).person_id
        answers = ((declined, me, "declined"), (accepted, me, "going"), (accepted, other.id, "declined"))
        for session_id, person_id, answer in answers:
            db.add(Registration(session_id=session_id, person_id=person_id, answer=Answer(answer), at=utcnow()))
    assert sorted(titles(client.get(mine))) == ["Accepted", "Circle"]
    assert sorted(titles(client.get(community))) == ["Accepted", "Circle", "Declined"]


def test_the_same_sessions_are_not_sent_again(client, world, engine):
    mine, _id = world.make()
    first = client.get(mine)
    tag = first.headers["etag"]
    assert client.get(mine).content == first.content
    again = client.get(mine, headers={"if-none-match": f"W/{tag}"})
    assert (again.status_code, again.content) == (304, b"")
    assert client.head(mine).headers["etag"] == tag
    with transaction(engine) as db:
        world.session(db, world.data, "New")
    assert client.get(mine, headers={"if-none-match": tag}).status_code == 200


@pytest.mark.parametrize("end", ["revoked", "renewed", "deactivated", "left"])
def test_what_ends_an_address(client, world, engine, end):
    mine, feed_id = world.make()
    assert client.get(mine).status_code == 200
    if end == "revoked":
        execute(revoke_feed, world.actor(), feed_id=feed_id)
    elif end == "renewed":
        new, _id = world.make()
        assert client.get(new).status_code == 200
    else:
        with transaction(engine) as db:
            table = Account if end == "deactivated" else Person
            db.execute(sa.update(table).values(active=False))
    gone, unknown = client.get(mine), client.get(f"/feeds/{new_token()}.ics")
    assert (gone.status_code, gone.content) == (unknown.status_code, unknown.content)
    assert gone.status_code == 404


@pytest.mark.parametrize(
    "path",
    ["/feeds/", "/feeds/x.ics", f"/feeds/{'a' * 44}.ics", f"/feeds/{'a' * 43}.ics/", f"/feeds/{'a' * 43}", "/feedsx"],
)
def test_nothing_else_is_open(client, world, path):
    assert client.get(path).status_code == 401


def test_an_address_opens_nothing_but_itself(client, world):
    mine, _id = world.make()
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert client.request(method, mine).status_code in {401, 403}
    token = mine.removeprefix("/feeds/").removesuffix(".ics")
    assert client.get("/kpis", headers={"cookie": f"cop_session={token}"}).status_code == 401


def test_fetching_is_noted_and_wakes_nobody(client, world, engine):
    mine, _id = world.make()
    with reading() as db:
        before = revisions(db)
        assert my_feeds(db, world.actor())[0].fetched_at is None
    client.get(mine)
    with reading() as db:
        first = my_feeds(db, world.actor())[0].fetched_at
        assert first is not None
        assert revisions(db) == before
    client.get(mine)
    with reading() as db:
        assert my_feeds(db, world.actor())[0].fetched_at == first  # once an hour


def test_the_secret_is_stored_nowhere(client, world, engine):
    mine, _id = world.make()
    token = mine.removeprefix("/feeds/").removesuffix(".ics")
    with reading() as db:
        assert db.scalar(sa.select(CalendarFeed.token_hash)) == token_hash(token)
        entries = db.scalars(sa.select(AuditEntry)).all()
    assert [entry.operation for entry in entries] == ["sessions.make_feed"]
    assert token not in str([(entry.before, entry.after) for entry in entries])
    assert token_hash(token) not in str([(entry.before, entry.after) for entry in entries])


def test_nobody_revokes_anothers(world, engine):
    _address, feed_id = world.make()
    with transaction(engine) as db:
        other = make.account(db)
        other_id = other.id
    with reading() as db:
        stranger = actor_of_account(db, other_id, now=utcnow())
        assert my_feeds(db, stranger) == ()
    with pytest.raises(NotFound):
        execute(revoke_feed, stranger, feed_id=feed_id)
    with pytest.raises(NotFound):
        execute(make_feed, stranger, token_hash="c" * 64, community_id=9_999)
