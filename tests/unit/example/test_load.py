"""What stands in the database once the example organisation is loaded."""

import hashlib
import itertools
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop import facts, integrity
from cop.accounts import passwords
from cop.accounts.queries import actor_of_account
from cop.choices import (
    AttendanceKind,
    CommunityType,
    ContributionKind,
    FacilitatorRole,
    PersonKind,
    SessionKind,
    SessionStatus,
    Stage,
)
from cop.db import make_engine, revisions
from cop.errors import CopError
from cop.example.load import SignIn, load_example
from cop.models import (
    Account,
    ActivityMonth,
    ActivityUnitMonth,
    Attendance,
    AuditEntry,
    Base,
    Community,
    CommunitySession,
    CommunitySkill,
    Contribution,
    Facilitator,
    MemberActivity,
    Membership,
    MembershipMonth,
    Objective,
    Organisation,
    OrgUnit,
    Person,
    PersonSkill,
    Resource,
    RoleRequirement,
    Skill,
    UnitRequirement,
)
from cop.periods import add_months, month_of
from cop.permissions import Role
from cop.query import TOPICS
from cop.skills.profile_queries import fitting_communities, my_profile
from tests import factories as make

from .conftest import NOW

TODAY = NOW.date()
FIGURES = (ActivityMonth, ActivityUnitMonth, MembershipMonth, MemberActivity)


@pytest.fixture
def example(loaded):
    with DbSession(loaded[0]) as session:
        yield session


def community(db: DbSession, slug: str) -> Community:
    return db.scalars(sa.select(Community).where(Community.slug == slug)).one()


def count(db: DbSession, table: type[Base], *where: sa.ColumnElement[bool]) -> int:
    return db.scalar(sa.select(sa.func.count()).select_from(table).where(*where))


def members(db: DbSession, slug: str, day: date) -> int:
    return count(
        db,
        Membership,
        Membership.community_id == community(db, slug).id,
        Membership.joined_on <= day,
        sa.or_(Membership.left_on.is_(None), Membership.left_on > day),
    )


def held(db: DbSession, slug: str, first: date, last: date) -> list[CommunitySession]:
    return list(
        db.scalars(
            sa.select(CommunitySession).where(
                CommunitySession.community_id == community(db, slug).id,
                CommunitySession.status == SessionStatus.HELD,
                CommunitySession.day.between(first, last),
            )
        )
    )


def attendances(db: DbSession, slug: str, first: date, last: date) -> int:
    ids = [session.id for session in held(db, slug, first, last)]
    return count(db, Attendance, Attendance.session_id.in_(ids))


def digests(engine: sa.Engine) -> dict[str, str]:
    """A digest of every table's rows, the password and its hash apart."""
    found = {}
    with engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            columns = [column for column in table.columns if column.name != "password_hash"]
            rows = connection.execute(sa.select(*columns).order_by(*table.primary_key.columns)).all()
            found[table.name] = hashlib.sha256(repr(rows).encode()).hexdigest()
    return found


@pytest.fixture(scope="module")
def again(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[sa.Engine, list[SignIn]]]:
    """What `loaded` gives, loaded once more."""
    path = tmp_path_factory.mktemp("again") / "cop.sqlite3"
    path.write_bytes(template.read_bytes())
    engine = make_engine(f"sqlite:///{path}")
    yield engine, load_example(engine, now=NOW)
    engine.dispose()


class TestWhole:
    def test_the_size_is_as_promised(self, example):
        assert count(example, Person, Person.kind == PersonKind.STAFF) == 400
        assert count(example, Person, Person.kind == PersonKind.GUEST) == 14
        assert count(example, Community) == 25
        assert count(example, OrgUnit) == 34
        assert 350 <= count(example, CommunitySession, CommunitySession.status == SessionStatus.HELD) <= 450
        assert 4_000 <= count(example, Attendance) <= 8_000
        assert 600 <= count(example, Membership, Membership.left_on.is_(None)) <= 1_000
        assert count(example, Membership, Membership.left_on.is_not(None)) > 200

    def test_it_is_marked_as_an_example_in_its_own_time_zone(self, example):
        organisation = example.scalars(sa.select(Organisation)).one()
        assert organisation.is_example
        assert organisation.time_zone == "Europe/Madrid"

    def test_every_type_stage_kind_and_role_occurs(self, example):
        for column, wanted in (
            (Community.type, CommunityType),
            (Community.stage, Stage),
            (CommunitySession.kind, SessionKind),
            (CommunitySession.status, SessionStatus),
            (CommunitySession.attendance_kind, AttendanceKind),
            (Contribution.kind, ContributionKind),
            (Facilitator.role, FacilitatorRole),
        ):
            assert set(example.scalars(sa.select(column).distinct())) == set(wanted)

    def test_the_units_form_one_tree(self, example):
        roots = example.scalars(sa.select(OrgUnit).where(OrgUnit.parent_id.is_(None))).all()
        assert [root.name for root in roots] == ["Talvenor Energy Systems"]
        assert count(example, OrgUnit, OrgUnit.parent_id == roots[0].id) == 6

    def test_nothing_breaks_a_rule(self, loaded, example):
        assert integrity.problems(example, now=NOW) == []
        example.rollback()
        with loaded[0].connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"

    def test_every_address_is_on_a_reserved_domain(self, example):
        links = [
            *example.scalars(sa.select(Resource.url)),
            *example.scalars(sa.select(Community.channel_url)),
            *example.scalars(sa.select(CommunitySession.link).where(CommunitySession.link != "")),
        ]
        assert {link.split("/")[2].split(".", 1)[1] for link in links} == {"talvenor.example"}
        emails = example.scalars(sa.select(Person.email).where(Person.email.is_not(None))).all()
        assert len(emails) == 400
        assert all(email.isascii() and email.endswith("@talvenor.example") for email in emails)

    def test_the_last_audit_entry_tells_of_it_and_every_topic_is_raised(self, example):
        entry = example.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
        assert (entry.operation, entry.actor_name) == ("example.load_example", "command line")
        assert entry.after["communities"] == 25
        assert revisions(example) == dict.fromkeys(TOPICS, 1) | {"surveys": 2}  # after it, closed ones are cleared

    def test_it_speaks_of_no_community_in_another_ones_words(self, example):
        titles = example.execute(sa.select(CommunitySession.community_id, CommunitySession.title)).all()
        assert len(titles) == len(set(titles))
        focuses = example.scalars(sa.select(Community.focus)).all()
        assert len(set(focuses)) == 25
        assert all(example.scalars(sa.select(Community.charter)))
        assert all(example.scalars(sa.select(Community.norms)))


class TestTime:
    def test_only_plans_and_due_dates_lie_ahead(self, example):
        later = CommunitySession.ends_at > NOW
        assert not count(example, CommunitySession, later, CommunitySession.status != SessionStatus.PLANNED)
        for column in (
            Contribution.day,
            Membership.joined_on,
            Membership.left_on,
            Facilitator.since_on,
            Facilitator.until_on,
            Community.founded_on,
        ):
            assert example.scalar(sa.select(sa.func.max(column))) <= TODAY
        for moment in (
            Resource.added_at,
            Community.archived_at,
            Community.created_at,
            CommunitySession.recorded_at,
            CommunitySession.created_at,
            Person.created_at,
        ):
            assert example.scalar(sa.select(sa.func.max(moment))) <= NOW

    def test_eighteen_months_of_history_end_today(self, example):
        first, last = example.execute(
            sa.select(sa.func.min(CommunitySession.day), sa.func.max(CommunitySession.day)).where(
                CommunitySession.status == SessionStatus.HELD
            )
        ).one()
        assert add_months(month_of(TODAY), -18) <= first <= add_months(month_of(TODAY), -17)
        assert TODAY - last <= timedelta(days=7)

    def test_a_session_keeps_its_local_hour_all_year(self, example):
        rows = example.execute(
            sa.select(CommunitySession.starts_at, CommunitySession.day).where(
                CommunitySession.community_id == community(example, "software-craft").id
            )
        ).all()
        local = [moment.astimezone(ZoneInfo("Europe/Madrid")) for moment, _day in rows]
        assert {(moment.hour, moment.minute) for moment in local} == {(12, 30)}
        assert {moment.utcoffset() for moment in local} == {timedelta(hours=1), timedelta(hours=2)}
        assert [moment.date() for moment in local] == [day for _moment, day in rows]

    def test_sessions_are_on_working_days(self, example):
        assert all(day.weekday() < 5 for day in example.scalars(sa.select(CommunitySession.day)))

    def test_the_next_four_weeks_are_planned(self, example):
        ahead = example.scalars(
            sa.select(CommunitySession.day).where(
                CommunitySession.status == SessionStatus.PLANNED, CommunitySession.starts_at > NOW
            )
        ).all()
        assert len(ahead) >= 12
        assert max(ahead) <= TODAY + timedelta(days=28)

    def test_one_session_has_ended_and_waits_to_be_recorded(self, example):
        due = example.scalars(
            sa.select(CommunitySession).where(
                CommunitySession.status == SessionStatus.PLANNED, CommunitySession.ends_at <= NOW
            )
        ).one()
        assert due.community_id == community(example, "software-craft").id
        assert due.day == TODAY

    def test_the_session_before_it_has_a_list_to_start_from(self, example):
        last = max(held(example, "software-craft", date.min, TODAY), key=lambda session: session.day)
        assert last.attendance_kind is AttendanceKind.LIST
        assert count(example, Attendance, Attendance.session_id == last.id) >= 10

    def test_summer_is_quiet(self, example):
        def participation(*months: date) -> float:
            row = example.execute(
                sa.select(
                    sa.func.sum(ActivityMonth.attending_members), sa.func.sum(ActivityMonth.members_on_day)
                ).where(ActivityMonth.month.in_(months))
            ).one()
            return row[0] / row[1]

        assert participation(date(2025, 8, 1)) < 0.7 * participation(date(2025, 5, 1), date(2025, 10, 1))


class TestStories:
    def test_strong_growth(self, example):
        half_a_year_ago = TODAY - timedelta(days=182)
        assert members(example, "generative-ai", TODAY) > 2 * members(example, "generative-ai", half_a_year_ago)
        late = attendances(example, "generative-ai", TODAY - timedelta(days=90), TODAY)
        early = attendances(example, "generative-ai", TODAY - timedelta(days=270), TODAY - timedelta(days=180))
        assert late > 1.5 * early

    @pytest.mark.parametrize("slug", ["agile-delivery", "test-automation", "smart-metering"])
    def test_decline(self, example, slug):
        assert members(example, slug, TODAY) < 0.75 * members(example, slug, TODAY - timedelta(days=365))

    @pytest.mark.parametrize("slug", ["cloud-platform", "grid-modelling", "load-and-price-forecasting", "field-safety"])
    def test_steady(self, example, slug):
        a_year_ago = members(example, slug, TODAY - timedelta(days=365))
        assert abs(members(example, slug, TODAY) - a_year_ago) <= 0.2 * a_year_ago

    def test_dormant(self, example):
        assert not held(example, "hydrogen", TODAY - timedelta(days=150), TODAY)
        assert held(example, "hydrogen", TODAY - timedelta(days=230), TODAY - timedelta(days=150))
        assert members(example, "hydrogen", TODAY) >= 10
        planned = CommunitySession.status == SessionStatus.PLANNED
        here = CommunitySession.community_id == community(example, "hydrogen").id
        assert not count(example, CommunitySession, here, planned)

    def test_merged(self, example):
        old, new = community(example, "event-streaming"), community(example, "integration-and-apis")
        assert old.merged_into_id == new.id
        day = old.archived_at.date()
        before = members(example, "event-streaming", day - timedelta(days=1))
        assert before >= 10
        assert members(example, "event-streaming", day) == 0
        came = count(example, Membership, Membership.community_id == new.id, Membership.joined_on == day)
        assert before * 0.4 <= came <= before
        assert not held(example, "event-streaming", day, TODAY)
        current = Facilitator.until_on.is_(None)
        assert not count(example, Facilitator, Facilitator.community_id == old.id, current)

    def test_brand_new(self, example):
        here = community(example, "flexibility-markets")
        assert here.stage is Stage.POTENTIAL
        launch = example.scalars(sa.select(CommunitySession).where(CommunitySession.community_id == here.id)).one()
        assert launch.kind is SessionKind.LAUNCH
        assert launch.status is SessionStatus.PLANNED
        assert timedelta(days=7) <= launch.day - TODAY <= timedelta(days=10)

    def test_a_series_was_cancelled(self, example):
        past = example.scalars(
            sa.select(CommunitySession)
            .where(
                CommunitySession.community_id == community(example, "ux-research").id, CommunitySession.ends_at <= NOW
            )
            .order_by(CommunitySession.day.desc())
            .limit(3)
        ).all()
        assert {session.status for session in past} == {SessionStatus.CANCELLED}
        assert len({session.cancel_reason for session in past}) == 3

    def test_one_community_has_no_backup_and_one_person_leads_two(self, example):
        rows = example.execute(
            sa.select(Community.slug, Facilitator.role, Facilitator.person_id)
            .join(Community, Community.id == Facilitator.community_id)
            .where(Facilitator.until_on.is_(None), Community.archived_at.is_(None))
        ).all()
        every = {slug for slug, _role, _person in rows}
        assert every - {slug for slug, role, _person in rows if role is FacilitatorRole.BACKUP} == {"test-automation"}
        leads = {slug: person for slug, role, person in rows if role is FacilitatorRole.LEAD}
        assert len(leads) == 24
        assert leads["project-leadership"] == leads["agile-delivery"]
        assert len(set(leads.values())) == 23

    def test_a_network_that_counts_heads_has_no_list(self, example):
        sessions = held(example, "mentoring-network", date.min, TODAY)
        assert len(sessions) >= 5
        assert all(session.attendance_kind is AttendanceKind.COUNT for session in sessions)

    def test_some_sessions_have_no_list_and_some_members_gave_reasons(self, example):
        is_held = CommunitySession.status == SessionStatus.HELD
        missing = CommunitySession.attendance_kind == AttendanceKind.MISSING
        assert 5 <= count(example, CommunitySession, is_held, missing) <= 40
        assert count(example, CommunitySession, CommunitySession.status == SessionStatus.CANCELLED) >= 5
        assert count(example, Membership, Membership.leave_reason != "") > 50
        assert count(example, Membership, Membership.left_on.is_not(None), Membership.leave_reason == "") > 50

    def test_every_community_has_objectives_and_resources(self, example):
        assert len(set(example.scalars(sa.select(Objective.community_id)))) == 25
        assert len(set(example.scalars(sa.select(Resource.community_id)))) == 25
        assert len(set(example.scalars(sa.select(Contribution.community_id)))) == 25


class TestPeople:
    def test_nobody_belongs_twice_at_once(self, example):
        stays: dict[tuple[int, int], list[tuple[date, date]]] = {}
        for row in example.scalars(sa.select(Membership)):
            stays.setdefault((row.community_id, row.person_id), []).append((row.joined_on, row.left_on or date.max))
        for spans in stays.values():
            spans.sort()
            assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))

    def test_who_left_the_company_belongs_to_nothing(self, example):
        gone = example.scalars(sa.select(Person.id).where(~Person.active)).all()
        assert len(gone) >= 10
        assert not count(example, Membership, Membership.person_id.in_(gone), Membership.left_on.is_(None))
        assert not count(example, Facilitator, Facilitator.person_id.in_(gone), Facilitator.until_on.is_(None))

    def test_facilitators_are_members(self, example):
        carrying = example.execute(
            sa.select(Facilitator.community_id, Facilitator.person_id).where(Facilitator.until_on.is_(None))
        ).all()
        belonging = example.execute(
            sa.select(Membership.community_id, Membership.person_id).where(Membership.left_on.is_(None))
        ).all()
        assert set(carrying) <= set(belonging)

    def test_each_listed_session_was_led_by_one_person_and_guests_came_to_some(self, example):
        led = sa.select(sa.func.sum(sa.cast(Attendance.led, sa.Integer))).group_by(Attendance.session_id)
        assert set(example.scalars(led)) == {1}
        guests = sa.select(Person.id).where(Person.kind == PersonKind.GUEST)
        assert count(example, Attendance, Attendance.person_id.in_(guests)) >= 30
        spoke = count(example, Attendance, Attendance.spoke)
        assert 0.08 <= spoke / count(example, Attendance) <= 0.35


class TestSignIns:
    def test_each_opens_its_account_in_its_role(self, loaded, example):
        given = loaded[1]
        assert [item.role for item in given] == ["staff", "facilitator", "manager", "admin"]
        assert len({item.password for item in given}) == 1
        assert passwords.weakness(given[0].password) is None
        for item in given:
            account = example.scalars(sa.select(Account).where(Account.username == item.username)).one()
            assert not account.must_change_password
            assert passwords.verify(item.password, account.password_hash)
            actor = actor_of_account(example, account.id, now=NOW)
            assert actor.name == item.who
            assert actor.roles == {Role.STAFF, Role(item.role)}
        assert count(example, Account) == 4

    def test_the_facilitator_carries_the_community_whose_session_waits(self, example):
        account = example.scalars(sa.select(Account).where(Account.username == "jonas")).one()
        actor = actor_of_account(example, account.id, now=NOW)
        assert actor.community_ids == {community(example, "software-craft").id}

    def test_the_manager_has_a_division_and_its_teams(self, example):
        account = example.scalars(sa.select(Account).where(Account.username == "carmen")).one()
        actor = actor_of_account(example, account.id, now=NOW)
        assert len(actor.unit_ids) == 6

    def test_the_staff_member_belongs_to_three_and_has_left_one(self, example):
        person = example.scalars(sa.select(Account.person_id).where(Account.username == "noor")).one()
        stays = example.scalars(sa.select(Membership).where(Membership.person_id == person)).all()
        assert sorted(stay.left_on is None for stay in stays) == [False, True, True, True]
        assert count(example, Attendance, Attendance.person_id == person) >= 15

    def test_the_password_is_another_one_each_time(self, loaded, again):
        assert again[1][0].password != loaded[1][0].password


class TestFigures:
    def test_they_equal_a_fresh_count(self, example):
        def figures() -> list[list[tuple[object, ...]]]:
            return [
                sorted(
                    repr(tuple(row))
                    for row in example.execute(sa.select(*[c for c in table.__table__.c if c.name != "id"]))
                )
                for table in FIGURES
            ]

        kept = figures()
        for community_id in example.scalars(sa.select(Community.id)).all():
            facts.refresh(example, community_id, date(1900, 1, 1))
        assert figures() == kept
        assert all(kept)
        example.rollback()

    def test_attendances_by_month_are_the_rows(self, example):
        month = date(2026, 3, 1)
        rows = example.scalar(
            sa.select(sa.func.count())
            .select_from(Attendance)
            .join(CommunitySession)
            .where(CommunitySession.day.between(month, date(2026, 3, 31)))
        )
        told = example.scalar(sa.select(sa.func.sum(ActivityMonth.attendances)).where(ActivityMonth.month == month))
        assert told == rows > 100


class TestLoading:
    def test_the_same_moment_gives_the_same_rows(self, loaded, again):
        assert digests(again[0]) == digests(loaded[0])

    def test_an_organisation_set_up_without_people_becomes_the_example(self, engine, db):
        make.organisation(db, name="To be replaced")
        make.commit(db)
        load_example(engine, now=NOW)
        db.expire_all()
        assert [row.name for row in db.scalars(sa.select(Organisation))] == ["Talvenor Energy Systems"]

    @pytest.mark.parametrize(
        ("row", "what"), [(make.person, "people"), (make.org_unit, "org units"), (make.community, "communities")]
    )
    def test_a_database_in_use_is_refused_and_left_as_it_was(self, engine, db, row, what):
        row(db)
        make.commit(db)
        before = digests(engine)
        with pytest.raises(CopError, match=f"needs an empty database; this one already holds {what}"):
            load_example(engine, now=NOW)
        assert digests(engine) == before

    @pytest.mark.postgresql
    def test_a_failure_half_way_leaves_nothing(self, engine, monkeypatch):
        before = digests(engine)

        def fail(*_args: object) -> None:
            raise RuntimeError("the disk is full")

        monkeypatch.setattr(facts, "refresh", fail)
        with pytest.raises(RuntimeError, match="the disk is full"):
            load_example(engine, now=NOW)
        assert digests(engine) == before

    @pytest.mark.parametrize(
        "now",
        [
            pytest.param(datetime(2028, 2, 29, 12, 0, tzinfo=UTC), id="leap day", marks=pytest.mark.postgresql),
            pytest.param(datetime(2026, 3, 29, 1, 30, tzinfo=UTC), id="spring forward"),  # Madrid skips this hour
            pytest.param(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), id="autumn back"),  # Madrid has this hour twice
            pytest.param(datetime(2026, 12, 31, 23, 30, tzinfo=UTC), id="new year"),  # next year in Madrid
        ],
    )
    def test_it_loads_whole_on_odd_days(self, engine, db, now):
        load_example(engine, now=now)
        assert integrity.problems(db, now=now) == []
        db.rollback()


class TestSkills:
    def test_who_signs_in_has_answered_and_the_staff_finds_gaps_and_communities(self, example):
        def ask(username, query):
            account = example.scalars(sa.select(Account).where(Account.username == username)).one()
            return query(example, actor_of_account(example, account.id, now=NOW))

        for username in ("noor", "jonas", "carmen", "tomasz"):
            profile = ask(username, my_profile)
            required = [own for own in profile.skills if own.required is not None]
            assert required
            assert all(own.answered for own in required)
        noor = ask("noor", my_profile)
        assert any(own.gap for own in noor.skills)
        assert any(own.can_help for own in noor.skills)
        assert ask("noor", fitting_communities)

    def test_profiles_are_of_those_who_are_there_and_differ(self, example):
        gone = sa.or_(Person.kind == PersonKind.GUEST, ~Person.active)
        assert count(example, PersonSkill, PersonSkill.person_id.in_(sa.select(Person.id).where(gone))) == 0
        asked = example.scalar(sa.select(sa.func.count(sa.distinct(PersonSkill.person_id))))
        assert 180 <= asked <= 260
        for level in (None, 0, 1, 2, 3, 4):
            assert count(example, PersonSkill, PersonSkill.level.is_not_distinct_from(level)) >= 30
        assert count(example, PersonSkill, PersonSkill.can_help) >= 30
        assert count(example, PersonSkill, PersonSkill.updated_at > NOW) == 0

    def test_every_skill_is_needed_described_and_served(self, example):
        for skill in example.scalars(sa.select(Skill)):
            assert all((skill.description, skill.level_1, skill.level_2, skill.level_3, skill.level_4, skill.area_id))
            for table in (RoleRequirement, UnitRequirement, CommunitySkill):
                assert count(example, table, table.skill_id == skill.id) >= 1
