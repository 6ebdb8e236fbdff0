"""Writes on communities: what is kept, what is refused, what it does to the figures."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from cop import db as database
from cop import integrity
from cop.catalog import operations as o
from cop.catalog import queries
from cop.choices import FacilitatorRole, SessionStatus
from cop.db import reading
from cop.errors import Conflict, Forbidden, Invalid, NotFound
from cop.execute import execute
from cop.models import (
    ActivityMonth,
    Area,
    AuditEntry,
    Community,
    Contribution,
    Facilitator,
    Membership,
    MembershipMonth,
    Objective,
    Person,
    Resource,
)
from cop.permissions import SYSTEM, Role
from tests import factories as make

NOW, TODAY = make.NOW, make.TODAY


@pytest.fixture
def world(db):
    """A community with a facilitator, and one actor of each kind; committed."""
    make.organisation(db)
    room = make.community(db, name="Data Engineering", slug="data-engineering", focus="Pipelines that last")
    other = make.community(db)
    carrier = make.actor(db, Role.FACILITATOR, communities=[room])
    found = {
        "room": room,
        "other": other,
        "admin": make.actor(db, Role.ADMIN),
        "facilitator": carrier,
        "stranger": make.actor(db, Role.FACILITATOR, communities=[other]),
        "staff": make.actor(db),
        "manager": make.actor(db, Role.MANAGER),
    }
    make.commit(db)
    return found


def _texts(row, **changes):
    return {
        "community_id": row.id,
        "version": row.version,
        "name": row.name,
        "focus": row.focus,
        "charter": row.charter,
        "norms": row.norms,
        "cadence": row.cadence,
        "channel_url": row.channel_url,
        "area": "",
        "org_unit_id": None,
        "type": row.type.value,
        "stage": row.stage.value,
        "founded_on": row.founded_on,
    } | changes


def _one(table, key):
    with reading() as db:
        return db.get(table, key)


def _count(table):
    with reading() as db:
        return db.scalar(sa.select(sa.func.count()).select_from(table))


def _entries(operation):
    with reading() as db:
        written = sa.select(AuditEntry).where(AuditEntry.operation == f"catalog.{operation}").order_by(AuditEntry.id)
        return list(db.scalars(written))


def _revisions():
    with reading() as db:
        return database.revisions(db)


class TestCreate:
    def test_makes_slug_and_area_and_tells(self, world):
        key = execute(
            o.create_community, world["admin"], now=NOW, name="  Data  engineering 2 ", focus="F", area="Data & AI"
        )
        row = _one(Community, key)
        assert (row.slug, row.name, row.created_at) == ("data-engineering-2", "Data engineering 2", NOW)
        assert _one(Area, row.area_id).name == "Data & AI"
        (entry,) = _entries("create_community")
        assert entry.after["slug"] == "data-engineering-2"
        assert (entry.community_id, entry.account_id) == (key, world["admin"].account_id)
        assert _revisions() == {"catalog": 1}

    def test_slug_is_unique_and_an_area_is_found_again(self, world):
        first = execute(o.create_community, world["admin"], now=NOW, name="C++", focus="F", area="Código")
        second = execute(o.create_community, world["admin"], now=NOW, name="C#", focus="F", area="codigo")
        assert (_one(Community, first).slug, _one(Community, second).slug) == ("c", "c-2")
        assert _one(Community, first).area_id == _one(Community, second).area_id

    @pytest.mark.parametrize("principal", ["staff", "facilitator", "manager"])
    def test_only_the_office(self, world, principal):
        with pytest.raises(Forbidden):
            execute(o.create_community, world[principal], now=NOW, name="New", focus="F")
        (entry,) = _entries("create_community")
        assert entry.outcome == "refused"
        assert _count(Community) == 2

    def test_all_problems_at_once(self, world):
        with pytest.raises(Invalid) as caught:
            execute(
                o.create_community,
                world["admin"],
                now=NOW,
                name="DATA éngineering",
                focus=" ",
                type="club",
                stage="dead",
                area="x" * 81,
                org_unit_id=99,
                founded_on=TODAY + timedelta(days=1),
            )
        assert set(caught.value.errors) == {"name", "focus", "type", "stage", "area", "org_unit_id", "founded_on"}
        assert _count(Community) == 2

    def test_the_organisations_day_counts(self, world):
        """At 23:30 UTC it is tomorrow already in Madrid."""
        late = datetime(2026, 6, 15, 23, 30, tzinfo=UTC)
        tomorrow = date(2026, 6, 16)
        execute(o.create_community, world["admin"], now=late, name="Night", focus="F", founded_on=tomorrow)


class TestEdit:
    def test_facilitator_changes_every_text(self, world):
        row = world["room"]
        changes = {
            "name": "Data Platform",
            "charter": "Why\nwe meet",
            "norms": "Be kind",
            "cadence": "every second Tuesday",
            "channel_url": "https://chat.example.org/data",
            "stage": "maturing",
            "type": "network",
            "founded_on": date(2025, 1, 1),
        }
        execute(o.edit_community, world["facilitator"], now=NOW, **_texts(row, **changes))
        after = _one(Community, row.id)
        assert {name: getattr(after, name) for name in changes} == changes
        assert (after.slug, after.version) == ("data-engineering", row.version + 1)
        (entry,) = _entries("edit_community")
        assert entry.before["name"] == "Data Engineering"
        assert "focus" not in entry.before  # only what changed

    @pytest.mark.parametrize("principal", ["staff", "stranger", "manager"])
    def test_nobody_else(self, world, principal):
        with pytest.raises(Forbidden):
            execute(o.edit_community, world[principal], now=NOW, **_texts(world["room"], focus="Mine now"))
        assert _one(Community, world["room"].id).focus == "Pipelines that last"

    def test_a_facilitator_adds_no_area_but_the_office_does(self, world):
        row = world["room"]
        with pytest.raises(Invalid) as caught:
            execute(o.edit_community, world["facilitator"], now=NOW, **_texts(row, area="Brand new"))
        assert set(caught.value.errors) == {"area"}
        assert _count(Area) == 0
        execute(o.edit_community, world["admin"], now=NOW, **_texts(row, area="Brand new"))
        assert _one(Area, _one(Community, row.id).area_id).name == "Brand new"

    def test_stale_version_shows_what_is_there_now(self, world):
        row = world["room"]
        execute(o.edit_community, world["facilitator"], now=NOW, **_texts(row, focus="First"))
        with pytest.raises(Conflict) as caught:
            execute(o.edit_community, world["admin"], now=NOW, **_texts(row, focus="Second"))
        assert caught.value.current["focus"] == "First"
        assert caught.value.current["version"] == row.version + 1
        assert caught.value.changed_by == world["facilitator"].name
        assert _one(Community, row.id).focus == "First"
        again = _texts(row, focus="Second") | {"version": caught.value.current["version"]}
        execute(o.edit_community, world["admin"], now=NOW, **again)
        assert _one(Community, row.id).focus == "Second"

    @pytest.mark.parametrize("address", ["javascript:alert(1)", "ftp://x", "https://", "https://a b"])
    def test_channel_must_be_a_web_address(self, world, address):
        with pytest.raises(Invalid) as caught:
            execute(o.edit_community, world["facilitator"], now=NOW, **_texts(world["room"], channel_url=address))
        assert set(caught.value.errors) == {"channel_url"}

    def test_100_kb_are_refused_beside_the_field(self, world):
        with pytest.raises(Invalid) as caught:
            execute(o.edit_community, world["facilitator"], now=NOW, **_texts(world["room"], charter="x" * 100_000))
        assert "100,000" in caught.value.errors["charter"]

    def test_unknown_community(self, world):
        with pytest.raises(NotFound):
            execute(o.edit_community, world["admin"], now=NOW, **_texts(world["room"], community_id=999))


class TestArchive:
    def test_merge_and_reopen(self, world):
        row, other = world["room"], world["other"]
        where = {"community_id": row.id, "now": NOW}
        execute(o.archive_community, world["admin"], **where, version=1, reason="Same people", merged_into_id=other.id)
        after = _one(Community, row.id)
        assert (after.archived_at, after.archive_reason, after.merged_into_id) == (NOW, "Same people", other.id)
        with pytest.raises(Invalid, match="archived"):
            execute(o.join_community, world["staff"], **where)
        with pytest.raises(Invalid, match="archived"):
            execute(o.edit_community, world["admin"], now=NOW, **_texts(after))
        execute(o.reopen_community, world["admin"], **where, version=2, reason="They missed it")
        after = _one(Community, row.id)
        assert (after.archived_at, after.archive_reason, after.merged_into_id) == (None, "", None)
        (entry,) = _entries("reopen_community")
        assert entry.after["reopen_reason"] == "They missed it"

    def test_refusals(self, world):
        row = world["room"]
        call = {"community_id": row.id, "version": 1, "now": NOW}
        with pytest.raises(Invalid) as caught:
            execute(o.archive_community, world["admin"], **call, reason=" ")
        assert set(caught.value.errors) == {"reason"}
        for target in (row.id, 999):
            with pytest.raises(Invalid) as caught:
                execute(o.archive_community, world["admin"], **call, reason="R", merged_into_id=target)
            assert set(caught.value.errors) == {"merged_into_id"}
        with pytest.raises(Invalid, match="isn't archived"):
            execute(o.reopen_community, world["admin"], **call, reason="R")
        with pytest.raises(Forbidden):
            execute(o.archive_community, world["facilitator"], **call, reason="R")
        with pytest.raises(Conflict):
            execute(o.archive_community, world["admin"], **call | {"version": 7}, reason="R")

    def test_planned_sessions_are_cancelled_first(self, world, db):
        make.session(db, world["room"], TODAY + timedelta(days=3), status=SessionStatus.PLANNED)
        make.commit(db)
        with pytest.raises(Invalid, match="1 session is still planned"):
            execute(o.archive_community, world["admin"], now=NOW, community_id=world["room"].id, version=1, reason="R")


class TestObjectives:
    def test_add_report_drop(self, world):
        where = {"community_id": world["room"].id, "now": NOW}
        key = execute(o.add_objective, world["facilitator"], **where, statement="20 users", baseline=0, target=20)
        figures = {"measure": "users", "baseline": 0.0, "target": 20.0, "current": 5.0, "due_on": date(2026, 12, 31)}
        call = {**where, "objective_id": key, "statement": "20 users", **figures}
        execute(o.edit_objective, world["facilitator"], **call, version=1, met=False)
        assert (_one(Objective, key).current, _one(Objective, key).status.value) == (5.0, "open")
        with pytest.raises(Conflict) as caught:
            execute(o.edit_objective, world["facilitator"], **call, version=1, met=True)
        assert caught.value.current["current"] == 5.0
        execute(o.edit_objective, world["facilitator"], **call, version=2, met=True)
        assert _one(Objective, key).status.value == "met"
        execute(o.drop_objective, world["facilitator"], **where, objective_id=key, version=3)
        assert _one(Objective, key).status.value == "dropped"
        assert _revisions()["catalog"] == 4

    def test_another_communitys_objective_is_as_good_as_none(self, world):
        key = execute(o.add_objective, world["admin"], now=NOW, community_id=world["other"].id, statement="Theirs")
        with pytest.raises(NotFound):
            execute(
                o.drop_objective,
                world["facilitator"],
                now=NOW,
                community_id=world["room"].id,
                objective_id=key,
                version=1,
            )

    def test_figures_must_make_sense(self, world):
        where = {"community_id": world["room"].id, "now": NOW}
        with pytest.raises(Invalid) as caught:
            execute(
                o.add_objective,
                world["facilitator"],
                **where,
                statement="",
                baseline=3.0,
                target=3.0,
                current=float("nan"),
            )
        assert set(caught.value.errors) == {"statement", "target", "current"}


class TestResources:
    def test_add_edit_archive_undo(self, world):
        where = {"community_id": world["room"].id, "now": NOW}
        key = execute(o.add_resource, world["facilitator"], **where, title="Guide", url="https://example.org/g")
        call = {**where, "resource_id": key}
        values = {"title": "The guide", "url": "https://example.org/g2", "kind": "document"}
        execute(o.edit_resource, world["facilitator"], **call, version=1, **values)
        with pytest.raises(Conflict):
            execute(o.edit_resource, world["facilitator"], **call, version=1, **values)
        for _ in range(2):
            execute(o.archive_resource, world["facilitator"], **call)
        assert _one(Resource, key).archived_at == NOW
        assert len(_entries("archive_resource")) == 1  # the second changed nothing
        execute(o.restore_resource, world["facilitator"], **call)
        row = _one(Resource, key)
        assert (row.archived_at, row.title, row.added_by_id) == (None, "The guide", world["facilitator"].person_id)

    def test_refused(self, world):
        where = {"community_id": world["room"].id, "now": NOW}
        with pytest.raises(Invalid) as caught:
            execute(o.add_resource, world["facilitator"], **where, title="", url="data:text/html,x", kind="virus")
        assert set(caught.value.errors) == {"title", "url", "kind"}
        key = execute(o.add_resource, world["facilitator"], **where, title="Guide", url="https://example.org/g")
        with pytest.raises(NotFound):
            execute(o.archive_resource, world["stranger"], now=NOW, community_id=world["other"].id, resource_id=key)


class TestFacilitators:
    def test_another_role_ends_the_first(self, world, db):
        somebody = make.person(db)
        make.commit(db)
        where = {"community_id": world["room"].id, "person_id": somebody.id, "now": NOW}
        first = execute(o.assign_facilitator, world["admin"], **where, role="backup", since_on=date(2026, 1, 10))
        second = execute(o.assign_facilitator, world["admin"], **where, role="lead")
        assert _one(Facilitator, first).until_on == TODAY
        row = _one(Facilitator, second)
        assert (row.role, row.since_on, row.until_on) == (FacilitatorRole.LEAD, TODAY, None)
        with pytest.raises(Invalid, match="already has that role"):
            execute(o.assign_facilitator, world["admin"], **where, role="lead")
        with pytest.raises(Invalid) as caught:  # would reach back before the role they have
            execute(o.assign_facilitator, world["admin"], **where, role="backup", since_on=date(2026, 2, 1))
        assert set(caught.value.errors) == {"since_on"}
        end = {"community_id": world["room"].id, "facilitator_id": second, "now": NOW}
        with pytest.raises(Invalid):
            execute(o.end_facilitator, world["admin"], **end, until_on=date(2026, 6, 1))
        execute(o.end_facilitator, world["admin"], **end, until_on=date(2026, 7, 1))
        assert _one(Facilitator, second).until_on == date(2026, 7, 1)
        with pytest.raises(NotFound):
            execute(o.end_facilitator, world["admin"], **end | {"community_id": world["other"].id})

    def test_a_role_that_ended_ends_earlier_but_never_later(self, world, db):
        somebody = make.person(db)
        row = make.facilitator(db, world["room"], somebody, since_on=date(2026, 1, 1), until_on=date(2026, 3, 1))
        make.commit(db)
        end = {"community_id": world["room"].id, "facilitator_id": row.id, "now": NOW}
        with pytest.raises(Invalid) as caught:
            execute(o.end_facilitator, world["admin"], **end, until_on=date(2026, 3, 2))
        assert set(caught.value.errors) == {"until_on"}
        execute(o.end_facilitator, world["admin"], **end, until_on=date(2026, 2, 1))
        assert _one(Facilitator, row.id).until_on == date(2026, 2, 1)

    def test_who_facilitates_belongs(self, world, db):
        newcomer, member = make.person(db), make.person(db)
        make.membership(db, world["room"], member, joined_on=date(2026, 1, 5))
        make.commit(db)
        where = {"community_id": world["room"].id, "role": "backup", "now": NOW}
        for somebody in (newcomer, member):
            execute(o.assign_facilitator, world["admin"], **where, person_id=somebody.id)
        with reading() as after:
            stays = after.scalars(sa.select(Membership).where(Membership.community_id == world["room"].id)).all()
            assert {(stay.person_id, stay.joined_on, stay.left_on) for stay in stays} == {
                (newcomer.id, TODAY, None),
                (member.id, date(2026, 1, 5), None),
            }

    def test_only_active_people_and_only_by_the_office(self, world, db):
        gone = make.person(db, active=False)
        make.commit(db)
        where = {"community_id": world["room"].id, "role": "lead", "now": NOW}
        for person_id in (gone.id, 999, None):
            with pytest.raises(Invalid) as caught:
                execute(o.assign_facilitator, world["admin"], **where, person_id=person_id)
            assert set(caught.value.errors) == {"person_id"}
        with pytest.raises(Forbidden):
            execute(o.assign_facilitator, world["facilitator"], **where, person_id=world["facilitator"].person_id)

    def test_participation_follows(self, world, db):
        """Two members, both came; once one of them facilitates, the other one alone is counted: 1 of 1."""
        ana, ben = make.person(db), make.person(db)
        for somebody in (ana, ben):
            make.membership(db, world["room"], somebody)
        make.session(db, world["room"], date(2026, 3, 3), people=[ana, ben])
        make.commit(db)
        march = (date(2026, 3, 1), world["room"].id)
        assert (_one(ActivityMonth, march).attending_members, _one(ActivityMonth, march).members_on_day) == (2, 2)
        where = {"community_id": world["room"].id, "now": NOW}
        key = execute(
            o.assign_facilitator, world["admin"], **where, person_id=ben.id, role="lead", since_on=date(2026, 3, 1)
        )
        assert (_one(ActivityMonth, march).attending_members, _one(ActivityMonth, march).members_on_day) == (1, 1)
        execute(o.end_facilitator, world["admin"], **where, facilitator_id=key, until_on=date(2026, 3, 2))
        assert (_one(ActivityMonth, march).attending_members, _one(ActivityMonth, march).members_on_day) == (2, 2)
        assert _revisions()["sessions"] == 2


class TestJoinAndLeave:
    def _stays(self, world):
        with reading() as db:
            rows = db.scalars(
                sa.select(Membership)
                .where(Membership.person_id == world["staff"].person_id)
                .order_by(Membership.joined_on)
            )
            return [(row.joined_on, row.left_on, row.join_reason, row.leave_reason) for row in rows]

    def _moves(self, world):
        with reading() as db:
            rows = db.scalars(sa.select(MembershipMonth).where(MembershipMonth.community_id == world["room"].id))
            return {row.month: (row.joined, row.left) for row in rows}

    def test_join_leave_and_join_again_the_same_day(self, world):
        where = {"community_id": world["room"].id, "now": NOW}
        execute(o.join_community, world["staff"], **where, reason="To learn")
        assert self._moves(world) == {date(2026, 6, 1): (1, 0)}
        execute(o.leave_community, world["staff"], **where, reason="No time")
        assert self._stays(world) == [(TODAY, TODAY, "To learn", "No time")]
        assert self._moves(world) == {date(2026, 6, 1): (1, 1)}
        execute(o.join_community, world["staff"], **where)
        assert self._stays(world) == [(TODAY, None, "To learn", "")]
        assert self._moves(world) == {date(2026, 6, 1): (1, 0)}
        assert _revisions() == {"memberships": 3}

    def test_leaving_and_coming_back_the_same_day_is_one_stay(self, world, db):
        somebody = db.get(Person, world["staff"].person_id)
        make.membership(db, world["room"], somebody, joined_on=date(2026, 1, 5))
        make.commit(db)
        where = {"community_id": world["room"].id, "now": NOW}
        execute(o.leave_community, world["staff"], **where)
        execute(o.join_community, world["staff"], **where)
        assert self._stays(world) == [(date(2026, 1, 5), None, "", "")]
        assert self._moves(world) == {date(2026, 1, 1): (1, 0)}

    def test_coming_back_later_is_a_second_stay(self, world):
        room = world["room"].id
        later = NOW + timedelta(days=20)
        execute(o.join_community, world["staff"], now=NOW, community_id=room)
        execute(o.leave_community, world["staff"], now=NOW + timedelta(days=1), community_id=room)
        execute(o.join_community, world["staff"], now=later, community_id=room)
        assert [(joined, left) for joined, left, *_ in self._stays(world)] == [
            (date(2026, 6, 15), date(2026, 6, 16)),
            (date(2026, 7, 5), None),
        ]
        assert self._moves(world) == {date(2026, 6, 1): (1, 1), date(2026, 7, 1): (1, 0)}

    def test_twice_is_once(self, world):
        where = {"community_id": world["room"].id, "now": NOW}
        first = execute(o.join_community, world["staff"], **where)
        assert execute(o.join_community, world["staff"], **where) == first
        execute(o.leave_community, world["staff"], **where)
        assert execute(o.leave_community, world["staff"], **where) is None
        assert (len(_entries("join_community")), len(_entries("leave_community"))) == (1, 1)

    def test_leaving_what_one_never_joined(self, world):
        assert execute(o.leave_community, world["staff"], now=NOW, community_id=world["room"].id) is None
        with pytest.raises(NotFound):
            execute(o.leave_community, world["staff"], now=NOW, community_id=999)

    def test_nobody_and_the_command_line_join_nothing(self, world):
        for actor in (None, SYSTEM):
            with pytest.raises(Forbidden):
                execute(o.join_community, actor, now=NOW, community_id=world["room"].id)
        assert _count(Membership) == 0

    def test_todays_session_counts_who_joined_today(self, world, db):
        """Joining in the morning and coming to the session of that day: 1 of 1 took part."""
        room, somebody = world["room"], db.get(Person, world["staff"].person_id)
        make.session(db, room, TODAY, people=[somebody])
        make.commit(db)
        june = (date(2026, 6, 1), room.id)
        assert (_one(ActivityMonth, june).attending_members, _one(ActivityMonth, june).members_on_day) == (0, 0)
        execute(o.join_community, world["staff"], now=NOW, community_id=room.id)
        assert (_one(ActivityMonth, june).attending_members, _one(ActivityMonth, june).members_on_day) == (1, 1)
        execute(o.leave_community, world["staff"], now=NOW, community_id=room.id)
        assert (_one(ActivityMonth, june).attending_members, _one(ActivityMonth, june).members_on_day) == (0, 0)


class TestContributions:
    def test_members_give_in_their_own_name(self, world):
        where = {"community_id": world["room"].id, "now": NOW}
        gift = {"kind": "lesson", "title": "Test the restore, not the backup"}
        for principal in ("staff", "stranger", "manager"):
            with pytest.raises(Forbidden):
                execute(o.add_contribution, world[principal], **where, **gift)
        execute(o.join_community, world["staff"], **where)
        execute(o.add_contribution, world["staff"], **where, **gift, day=date(2026, 5, 30))
        execute(o.add_contribution, world["facilitator"], **where, **gift)
        with reading() as db:
            rows = queries.contributions(db, None, community_id=world["room"].id)
        assert list(rows["day"]) == [TODAY, date(2026, 5, 30)]
        assert list(rows["person"]) == [_one(Person, world[name].person_id).name for name in ("facilitator", "staff")]
        may = _one(ActivityMonth, (date(2026, 5, 1), world["room"].id))
        assert (may.contributions, _revisions()["sessions"]) == (1, 2)
        execute(o.leave_community, world["staff"], **where)
        with pytest.raises(Forbidden):
            execute(o.add_contribution, world["staff"], **where, **gift)

    def test_problems(self, world):
        with pytest.raises(Invalid) as caught:
            execute(
                o.add_contribution,
                world["facilitator"],
                now=NOW,
                community_id=world["room"].id,
                kind="noise",
                title=" ",
                url="x",
                day=TODAY + timedelta(days=1),
            )
        assert set(caught.value.errors) == {"kind", "title", "url", "day"}


def test_a_double_click_writes_once(world):
    call = {"now": NOW, "once": "k1", "community_id": world["room"].id, "title": "G", "url": "https://example.org"}
    first = execute(o.add_resource, world["facilitator"], **call)
    assert execute(o.add_resource, world["facilitator"], **call) == first
    assert _count(Resource) == 1


class TestCorrectingContributions:
    """What was contributed between sessions is its author's and its community's to correct or take back."""

    @pytest.fixture
    def gift(self, db, world):
        author = db.get(Person, world["staff"].person_id)
        made = make.contribution(db, world["room"], date(2026, 5, 30), person_id=author.id, title="Test the restor")
        make.commit(db)
        return made

    @staticmethod
    def _months(world):
        with reading() as db:
            rows = db.scalars(sa.select(ActivityMonth).where(ActivityMonth.community_id == world["room"].id))
            return {row.month.month: row.contributions for row in rows if row.contributions}

    @staticmethod
    def _edit(world, gift, who, **changes):
        values = {"kind": "lesson", "title": "Test the restore", "url": "", "day": date(2026, 6, 2), "version": 1}
        where = {"community_id": world["room"].id, "contribution_id": gift.id}
        return execute(o.edit_contribution, world[who], now=NOW, **where | values | changes)

    @staticmethod
    def _withdraw(world, gift, who, **changes):
        where = {"community_id": world["room"].id, "contribution_id": gift.id, "version": 1}
        return execute(o.withdraw_contribution, world[who], now=NOW, **where | changes)

    @pytest.mark.parametrize("who", ["staff", "facilitator", "admin"])
    def test_a_correction_moves_the_figures_and_keeps_whose_it_is(self, world, gift, db, who):
        assert self._months(world) == {5: 1}
        self._edit(world, gift, who)
        row = _one(Contribution, gift.id)
        assert (row.title, row.day, row.person_id, row.version) == (
            "Test the restore",
            date(2026, 6, 2),
            world["staff"].person_id,
            2,
        )
        assert self._months(world) == {6: 1}
        assert _revisions() == {"sessions": 1}
        (entry,) = _entries("edit_contribution")
        assert (entry.before["title"], entry.after["title"]) == ("Test the restor", "Test the restore")
        assert list(integrity.figures_are_right(db, NOW)) == []

    @pytest.mark.parametrize("who", ["staff", "facilitator", "admin"])
    def test_what_is_withdrawn_is_gone_but_for_the_audit_trail(self, world, gift, who):
        self._withdraw(world, gift, who)
        assert _count(Contribution) == 0
        assert self._months(world) == {}
        (entry,) = _entries("withdraw_contribution")
        assert (entry.object_id, entry.before["title"], entry.after) == (gift.id, "Test the restor", None)

    @pytest.mark.parametrize("who", ["stranger", "manager", "other_staff"])
    def test_others_correct_nothing(self, world, gift, db, who):
        world["other_staff"] = make.actor(db)
        make.membership(db, world["room"], db.get(Person, world["other_staff"].person_id))
        make.commit(db)
        for change in (self._edit, self._withdraw):
            with pytest.raises(Forbidden):
                change(world, gift, who)
        assert _one(Contribution, gift.id).title == "Test the restor"

    def test_somebody_changed_it_first(self, world, gift):
        self._edit(world, gift, "facilitator", title="Theirs")
        for change in (self._edit, self._withdraw):
            with pytest.raises(Conflict) as caught:
                change(world, gift, "staff")
            assert (caught.value.current["title"], caught.value.current["version"]) == ("Theirs", 2)
            assert caught.value.changed_by == world["facilitator"].name
        assert _one(Contribution, gift.id).title == "Theirs"

    def test_what_is_refused(self, world, gift, db):
        with pytest.raises(Invalid) as caught:
            self._edit(world, gift, "staff", kind="wish", title=" ", url="ftp://x", day=TODAY + timedelta(days=1))
        assert set(caught.value.errors) == {"kind", "title", "url", "day"}
        with pytest.raises(NotFound):
            self._edit(world, gift, "admin", community_id=world["other"].id)
        held = make.session(db, world["room"])
        in_session = make.contribution(db, world["room"], session_id=held.id, person_id=world["staff"].person_id)
        make.commit(db)
        for change in (self._edit, self._withdraw):
            with pytest.raises(Invalid, match="Amend what was recorded"):
                change(world, in_session, "staff")
        world["room"].archived_at = NOW
        make.commit(db)
        for change in (self._edit, self._withdraw):
            with pytest.raises(Invalid, match="archived"):
                change(world, gift, "staff")

    @staticmethod
    def _restore(world, who, **changes):
        with reading() as db:
            entry = db.scalar(sa.select(sa.func.max(AuditEntry.id)).where(AuditEntry.operation.like("%withdraw%")))
        where = {"community_id": world["room"].id, "entry_id": entry}
        return execute(o.restore_contribution, world[who], now=NOW, **where | changes)

    @staticmethod
    def _gone(world, who):
        with reading() as db:
            return [gone.title for gone in queries.restorable(db, world[who], community_id=world["room"].id)]

    @pytest.mark.parametrize("who", ["staff", "facilitator", "admin"])
    def test_what_was_withdrawn_comes_back_as_it_was(self, world, gift, db, who):
        self._withdraw(world, gift, "staff")
        row = _one(Contribution, self._restore(world, who))
        assert (row.title, row.kind, row.day, row.person_id, row.session_id) == (
            "Test the restor",
            gift.kind,
            date(2026, 5, 30),
            world["staff"].person_id,
            None,
        )
        assert self._months(world) == {5: 1}
        assert _revisions() == {"sessions": 2}
        assert list(integrity.figures_are_right(db, NOW)) == []

    def test_it_comes_back_once_and_can_be_withdrawn_again(self, world, gift):
        self._withdraw(world, gift, "staff")
        with reading() as db:
            first = db.scalar(sa.select(sa.func.max(AuditEntry.id)))
        again = _one(Contribution, self._restore(world, "staff"))
        with pytest.raises(Invalid, match="back already"):
            self._restore(world, "staff", entry_id=first)
        self._withdraw(world, again, "staff")
        with pytest.raises(Invalid, match="back already"):
            self._restore(world, "staff", entry_id=first)
        self._restore(world, "staff")
        assert _count(Contribution) == 1

    @pytest.mark.parametrize("who", ["stranger", "manager", "other_staff"])
    def test_others_bring_nothing_back(self, world, gift, db, who):
        world["other_staff"] = make.actor(db)
        make.membership(db, world["room"], db.get(Person, world["other_staff"].person_id))
        make.commit(db)
        self._withdraw(world, gift, "staff")
        with pytest.raises(Forbidden):
            self._restore(world, who)
        assert _count(Contribution) == 0

    def test_what_is_no_withdrawal_here_brings_nothing_back(self, world, gift, db):
        self._edit(world, gift, "staff")
        with reading() as read:
            edited = read.scalar(sa.select(sa.func.max(AuditEntry.id)))
        self._withdraw(world, gift, "staff", version=2)
        for changes in ({"entry_id": edited}, {"entry_id": 99_999}, {"community_id": world["other"].id}):
            with pytest.raises(NotFound):
                self._restore(world, "admin", **changes)
        world["room"].archived_at = NOW
        make.commit(db)
        with pytest.raises(Invalid, match="archived"):
            self._restore(world, "staff")

    def test_it_follows_its_author_into_another_record(self, world, gift, db):
        self._withdraw(world, gift, "staff")
        keep = make.person(db)
        author = db.get(Person, world["staff"].person_id)
        author.merged_into_id, author.active = keep.id, False
        make.commit(db)
        assert _one(Contribution, self._restore(world, "admin")).person_id == keep.id

    def test_each_sees_what_is_theirs_to_bring_back(self, world, gift, db):
        carried = make.contribution(db, world["room"], title="Carried")
        make.commit(db)
        self._withdraw(world, gift, "staff")
        self._withdraw(world, carried, "admin")
        both = ["Carried", "Test the restor"]
        expected = {"staff": both[1:], "facilitator": both, "admin": both, "stranger": [], "manager": []}
        for who, titles in expected.items():
            assert self._gone(world, who) == titles, who
        self._restore(world, "admin")
        assert self._gone(world, "admin") == both[1:]

    def test_each_sees_what_is_theirs_to_correct(self, world, gift, db):
        held = make.session(db, world["room"])
        make.contribution(db, world["room"], session_id=held.id, person_id=world["staff"].person_id)
        carried = make.contribution(db, world["room"])
        both = {gift.id, carried.id}
        expected = {"staff": {gift.id}, "facilitator": both, "admin": both, "stranger": set(), "manager": set()}
        for who, ids in expected.items():
            assert set(queries.correctable(db, world[who], community_id=world["room"].id)) == ids, who
