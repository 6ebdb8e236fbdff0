"""Whole imports on a real database: all or nothing, twice is once, links across files, figures included."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cop import db as database
from cop import facts, integrity
from cop.errors import Conflict, Forbidden, Invalid
from cop.execute import execute
from cop.imports.existing import MODELS
from cop.imports.mapping import parse_mapping
from cop.imports.operations import import_files
from cop.imports.queries import preview
from cop.imports.records import read_job
from cop.models import (
    ActivityMonth,
    Area,
    Attendance,
    AttendanceKind,
    AuditEntry,
    Community,
    CommunitySession,
    CommunityType,
    Facilitator,
    FacilitatorRole,
    JobRole,
    Membership,
    OrgUnit,
    Person,
    PersonAlias,
    PersonKind,
    SessionStatus,
)
from cop.permissions import SYSTEM
from tests import factories as make
from tests.unit.imports.helpers import FILES, MAPPING, bring, fates, found, job, plan_of, single

SESSIONS = FILES["sessions"]


@pytest.fixture
def organised(db):
    make.organisation(db, time_zone="Europe/Madrid")
    make.commit(db)
    return db


def _count(model) -> int:
    with database.reading() as db:
        return db.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def _everything() -> dict[str, list[tuple]]:
    """Every row of every table that an import may write."""
    with database.reading() as db:
        tables = {name: model.__table__ for name, model in MODELS.items()}
        return {name: sorted(map(tuple, db.execute(sa.select(table))), key=repr) for name, table in tables.items()}


def _assert_sound(db):
    """No rule is broken, and every figure is that of a fresh count."""
    assert integrity.problems(db, now=make.NOW) == []
    db.rollback()


def test_every_kind_and_the_links_between_them(organised):
    db = organised
    assert bring(job()) == _rows_written()
    units = {row.name: row for row in db.scalars(sa.select(OrgUnit))}
    assert units["IT"].parent_id == units["Headquarters"].id
    ana = db.scalars(sa.select(Person).where(Person.external_key == "hr:007")).one()
    assert (ana.name, ana.email, ana.handle, ana.org_unit_id) == ("Ana Gómez", "ana@x.org", "anag", units["IT"].id)
    assert db.scalars(sa.select(JobRole.name)).all() == ["Engineer"]
    data = db.scalars(sa.select(Community).where(Community.external_key == "hr:c1")).one()
    assert (data.slug, data.type, data.focus, data.founded_on) == (
        "data", CommunityType.COMMUNITY, "None", date(2024, 1, 31),
    )  # fmt: skip
    assert db.get(Area, data.area_id).name == "Tech"
    stays = db.execute(sa.select(Person.external_key, Membership.joined_on, Membership.left_on).join(Person)).all()
    assert sorted(stays) == [("hr:007", date(2024, 2, 1), None), ("hr:8", date(2024, 2, 1), date(2024, 6, 1))]
    carrier = db.scalars(sa.select(Facilitator)).one()
    assert (carrier.person_id, carrier.role) == (ana.id, FacilitatorRole.LEAD)
    _assert_sound(organised)


def _rows_written() -> int:
    """2 units, 1 role, 2 people + Zoe, Ana's other spelling, 1 area, 2 communities, 2 stays, 1 lead, 3 + 3."""
    return 2 + 1 + 3 + 1 + 1 + 2 + 2 + 1 + 3 + 3


def test_sessions_times_and_lists(organised):
    plan = plan_of(job())
    assert fates(plan, "attendance") == {"created": 3, "left out": 1}
    bring(job())
    rows = {row.external_key: row for row in organised.scalars(sa.select(CommunitySession))}
    first, second, third = (rows[f"hr:s{number}"] for number in (1, 2, 3))
    assert first.starts_at == datetime(2024, 3, 5, 17, 30, tzinfo=UTC)  # 18:30 in Madrid
    assert second.starts_at == datetime(2024, 3, 12, 11, 0, tzinfo=UTC)  # no time: noon, for an hour
    assert second.ends_at == datetime(2024, 3, 12, 12, 0, tzinfo=UTC)
    assert [row.status for row in rows.values()] == [SessionStatus.HELD] * 3
    assert (first.attendance_kind, first.headcount) == (AttendanceKind.LIST, None)
    assert (second.attendance_kind, second.headcount) == (AttendanceKind.MISSING, None)  # 0 is no list, not nobody
    assert (third.attendance_kind, third.headcount) == (AttendanceKind.COUNT, 9)  # nobody on it could be told apart
    names = organised.execute(
        sa.select(Person.name, Person.kind, Attendance.note).join(Attendance).where(Attendance.session_id == first.id)
    ).all()
    assert sorted(names) == [
        ("Ana Gómez", PersonKind.STAFF, "led"), ("Ben Okri", PersonKind.STAFF, ""), ("Zoe Lund", PersonKind.STAFF, ""),
    ]  # fmt: skip
    assert organised.scalars(sa.select(PersonAlias.key)).all() == ["anna gomez"]


def test_twice_is_once(organised):
    """Nothing new, nothing changed, no revision, no audit entry."""
    bring(job())
    before = _everything()
    with database.reading() as db:
        revisions, entries = database.revisions(db), _count(AuditEntry)
    plan = plan_of(job())
    assert plan.size == 0
    assert {fate for item in plan.files for fate, count in item.fates.items() if count} == {"unchanged", "left out"}
    assert bring(job()) == 0
    assert _everything() == before
    with database.reading() as db:
        assert (database.revisions(db), _count(AuditEntry)) == (revisions, entries)


def test_a_changed_file_changes_what_differs(organised):
    bring(job())
    with database.transaction() as db:  # what the mapping doesn't set is the organisation's own
        db.execute(sa.update(Community).where(Community.external_key == "hr:c1").values(norms="Be kind"))
    again = job(
        people=FILES["people"].replace("Ana Gómez", "Ana Gómez Ruiz").replace(",it,Engineer", ",hq,"),
        communities=FILES["communities"].replace("None", "Data for all"),
        sessions=SESSIONS.replace("18:30", "19:00").replace("Second,0", "Second,4"),
        memberships=FILES["memberships"].replace("c1,007,2024-02-01,", "c1,007,2024-02-01,2025-01-01"),
    )
    plan = plan_of(again)
    assert fates(plan, "people") == {"changed": 1, "unchanged": 1}
    assert fates(plan, "sessions") == {"changed": 2, "unchanged": 1}
    assert plan.counts == {
        "person": (0, 1), "person_alias": (1, 0), "community": (0, 1), "membership": (0, 1), "community_session": (0, 2),
    }  # fmt: skip
    bring(again)
    organised.expire_all()
    data = organised.scalars(sa.select(Community).where(Community.external_key == "hr:c1")).one()
    assert (data.focus, data.norms, data.slug) == ("Data for all", "Be kind", "data")
    first, second = organised.scalars(
        sa.select(CommunitySession).where(CommunitySession.external_key.in_(["hr:s1", "hr:s2"])).order_by("day")
    )
    assert (first.starts_at, first.sequence) == (datetime(2024, 3, 5, 18, 0, tzinfo=UTC), 1)
    assert (second.attendance_kind, second.headcount, second.sequence) == (AttendanceKind.COUNT, 4, 0)
    ana = organised.scalars(sa.select(Person).where(Person.external_key == "hr:007")).one()
    assert (ana.name, ana.job_role_id, ana.version) == ("Ana Gómez Ruiz", None, 2)
    assert "ana gomez" in organised.scalars(sa.select(PersonAlias.key)).all()
    _assert_sound(organised)
    assert bring(again) == 0


def test_the_audit_trail_names_files_and_counts_but_nobody(organised):
    bring(job())
    entry = organised.scalars(sa.select(AuditEntry)).one()
    assert entry.operation == "imports.import_files"
    assert entry.actor_name == "command line"
    files = {item["file"]: item for item in entry.after["files"]}
    assert files["attendance"]["rows"] == 4
    assert (files["attendance"]["created"], files["attendance"]["left out"]) == (3, 1)
    assert len(files["people"]["sha256"]) == 64
    assert entry.after["created"]["attendance"] == 3
    assert "Ana" not in str(entry.after)
    assert database.revisions(organised).keys() == {"organisation", "people", "catalog", "memberships", "sessions"}


def test_figures_are_those_of_a_fresh_count(organised):
    bring(job())
    march = organised.scalars(sa.select(ActivityMonth).where(ActivityMonth.month == date(2024, 3, 1))).one()
    assert (march.sessions_held, march.sessions_listed, march.sessions_counted, march.headcount) == (3, 1, 2, 12)
    # Ana facilitates; Ben is the one member left, and he came
    assert (march.attendances, march.newcomers, march.attending_members, march.members_on_day) == (3, 3, 1, 1)
    columns = [column for column in ActivityMonth.__table__.columns if column.key != "id"]
    before = set(organised.execute(sa.select(*columns)).all())
    facts.refresh_all(organised)
    assert set(organised.execute(sa.select(*columns)).all()) == before


def test_another_unit_moves_a_persons_figures(organised):
    bring(job())
    bring(job(people=FILES["people"].replace(",it,Engineer", ",hq,Engineer")))
    _assert_sound(organised)


def test_all_problems_of_all_files_and_nothing_written(organised):
    before = _everything()
    bad = job(
        org_units="code,unit,above\na,A,b\nb,B,a\nc,C,nowhere\n",
        people="nr,name,mail,login,unit,job\n1,Ana,a@x.org,a,nowhere,\n2,Ben,a@x.org,b,,\n1,Cas,c@x.org,c,,\n",
        communities="id,name,sort,about,area,since\nc1,Data,guild,,,\nc2,data,guild,,,\nc3,Law,guild,,,01/01/2030\n",
        memberships="community,nr,from,to\nzz,1,2024-01-01,\nc1,9,2024-01-01,\nc1,1,2024-01-02,2024-01-01\n",
        facilitators="community,mail,role,from\nc1,nobody@x.org,lead,\n",
        sessions="id,community,day,at,title,came\ns1,zz,2024-01-01,,A,\ns2,c1,2030-01-01,,B,\ns3,c1,2024-03-31,02:30,C,\n",
        attendance="session,login,name,note\ns9,a,,\n",
    )
    plan = plan_of(bad)
    assert found(plan) == {
        ("org_units", 2, "above", "unknown_unit"),  # the one above is out
        ("org_units", 3, "above", "unit_ring"),
        ("org_units", 4, "above", "unknown_unit"),
        ("people", 2, "unit", "unknown_unit"),
        ("people", 3, "login", "person_taken"),
        ("people", 4, "nr", "duplicate"),
        ("communities", 3, "name", "name_taken"),
        ("communities", 4, "since", "future"),
        ("memberships", 2, "community", "unknown_community"),
        ("memberships", 3, "nr", "unknown_person"),
        ("memberships", 4, "to", "ends_before_start"),
        ("facilitators", 2, "mail", "unknown_person"),
        ("sessions", 2, "community", "unknown_community"),
        ("sessions", 3, "day", "future"),
        ("sessions", 4, "at", "skipped_hour"),
        ("attendance", 2, "session", "unknown_session"),
    }
    with pytest.raises(Invalid) as refused:
        execute(import_files, SYSTEM, now=make.NOW, job=bad, fingerprint=plan.fingerprint)
    assert len(refused.value.errors) == 16
    assert _everything() == before
    assert _count(AuditEntry) == 0


def test_a_missing_file_refuses_all(organised):
    plan = plan_of(job(sessions=None))
    assert found(plan) == {("sessions", 0, "", "missing_file")}
    assert plan.size == 0


def test_what_changed_since_the_preview_stops_the_import(organised):
    plan = plan_of(job())
    with database.transaction() as db:
        make.person(db, name="Zoe Lund", handle="zoe")
    with pytest.raises(Conflict):
        execute(import_files, SYSTEM, now=make.NOW, job=job(), fingerprint=plan.fingerprint)
    assert _count(Community) == 0


def test_the_preview_is_for_those_who_may_import(organised):
    with pytest.raises(Forbidden):
        preview(organised, None, job=job(), now=make.NOW)


def test_keys_of_another_source_never_meet(organised):
    bring(job())
    with pytest.raises(Invalid):  # the names are taken, by communities of another source
        bring(job(MAPPING.replace('source = "hr"', 'source = "wiki"')))


def test_what_was_made_by_hand_is_recognised(organised):
    """A community by its name, a person by e-mail address, a unit by its name and place."""
    room = make.community(organised, name="Data", norms="Ours")
    ana = make.person(organised, name="A. Gómez", email="ana@x.org")
    head = make.org_unit(organised, name="Headquarters")
    make.commit(organised)
    plan = plan_of(job())
    assert fates(plan, "communities") == {"changed": 1, "created": 1}
    assert fates(plan, "people") == {"changed": 1, "created": 1}
    assert fates(plan, "org_units") == {"changed": 1, "created": 1}
    bring(job())
    for row in (room, ana, head):
        organised.refresh(row)
    assert (room.external_key, room.norms) == ("hr:c1", "Ours")
    assert (ana.external_key, ana.name, ana.handle) == ("hr:007", "Ana Gómez", "anag")
    assert head.external_key == "hr:hq"


def test_a_time_set_by_hand_survives_a_file_without_times(organised):
    bring(job())
    moved = datetime(2024, 3, 12, 15, 0, tzinfo=UTC)
    with database.transaction() as db:
        row = db.scalars(sa.select(CommunitySession).where(CommunitySession.external_key == "hr:s2")).one()
        row.starts_at, row.ends_at = moved, moved.replace(hour=16)
    assert bring(job()) == 0


def test_lists_are_never_undone_and_attendance_never_deleted(organised):
    bring(job())
    plan = plan_of(job(attendance="session,login,name,note\n", sessions=SESSIONS.replace("Kick-off,3", "Kick-off,0")))
    assert plan.size == 0


def test_attendance_of_a_session_that_was_not_held(organised):
    mapping = MAPPING.replace('title = "title"\n', 'title = "title"\nstatus = "state"\n')
    sessions = "id,community,day,at,title,came,state\ns1,c1,2024-03-05,,A,,cancelled\ns3,c1,2024-03-05,,A,,held\n"
    plan = plan_of(job(mapping, sessions=sessions))
    assert ("attendance", 2, "session", "not_held") in found(plan)


FACILITATION = """
source = "hr"
[[files]]
kind = "communities"
columns = { key = "id", name = "id" }
[[files]]
kind = "facilitators"
report = ["second_role"]
columns = { community = "c", handle = "h", name = "n", role = "r", since_on = "from", until_on = "to" }
options = { people_with_handle = "staff" }
"""


def test_the_stronger_of_two_roles_counts(organised):
    text = (
        "c,h,n,r,from,to\n"
        "x,ana,Ana,backup,,\n"
        "x,ana,Ana,lead,,\n"
        "x,ben,Ben,lead,2023-01-01,2024-01-01\n"
        "x,ben,Ben,co_facilitator,2024-01-01,\n"
        "x,cas,Cas,lead,2024-01-01,2023-01-01\n"
    )
    mapping = parse_mapping(FACILITATION)
    made = read_job(mapping, {"communities": b"id\nx\n", "facilitators": text.encode()})
    plan = plan_of(made)
    assert found(plan) == {
        ("facilitators", 2, "r", "second_role"),
        ("facilitators", 6, "to", "ends_before_start"),
    }
    good = read_job(mapping, {"communities": b"id\nx\n", "facilitators": "\n".join(text.split("\n")[:5]).encode()})
    bring(good)
    rows = organised.execute(sa.select(Person.handle, Facilitator.role, Facilitator.until_on).join(Person)).all()
    assert sorted((handle, role.value, until) for handle, role, until in rows if handle == "ana") == [
        ("ana", "lead", None)
    ]
    assert len(rows) == 3
    organised.rollback()
    assert bring(good) == 0


MEMBERS = """
source = "hr"
[[files]]
kind = "communities"
columns = { key = "id", name = "id" }
[[files]]
kind = "memberships"
columns = { community = "c", email = "e", joined_on = "from", left_on = "to" }
options = { people_with_handle = "staff" }
"""


def test_stays_of_one_person_do_not_overlap(organised):
    text = (
        "c,e,from,to\nx,a@x.org,2024-01-01,2024-03-01\nx,a@x.org,2024-03-01,\nx,a@x.org,2024-05-01,\n"
        "x,a@x.org,2024-01-01,2024-02-01\n"
    )
    made = read_job(parse_mapping(MEMBERS), {"communities": b"id\nx\n", "memberships": text.encode()})
    assert found(plan_of(made)) == {("memberships", 4, "from", "overlap"), ("memberships", 5, "from", "duplicate")}


REPEATED = """
source = "hr"
[[files]]
kind = "people"
report = ["contradiction"]
columns = { key = "h", handle = "h", name = "n", org_unit = "unit" }
options = { merge_repeated = true, create = ["org_units"] }
"""


def test_rows_of_one_person_are_merged_where_the_mapping_says_so(organised):
    made = single(REPEATED, "h,n,unit\nana,Ana,\nana,Ana,Acme\nana,Anna,Bolt\nben,Ben,acme\n", "people")
    plan = plan_of(made)
    assert fates(plan, "people") == {"created": 2, "repeated": 2}
    assert found(plan) == {("people", 4, "n", "contradiction"), ("people", 4, "unit", "contradiction")}
    bring(made)
    rows = organised.execute(sa.select(Person.name, OrgUnit.name).join(OrgUnit)).all()
    assert sorted(rows) == [("Ana", "Acme"), ("Ben", "Acme")]
    organised.rollback()
    assert bring(made) == 0


GOOD = "id,community,day,at,title,came"
_FAULTS = {
    "day": ("2024-13-01", "unreadable"),
    "at": ("noon", "unreadable"),
    "title": ("", "missing"),
    "community": ("nowhere", "unknown_community"),
    "came": ("many", "unreadable"),
    "id": ("", "missing"),
}


@given(
    faults=st.lists(
        st.one_of(st.none(), st.sampled_from([*_FAULTS, "extra", "short"])), min_size=2, max_size=30
    ).filter(lambda rows: any(rows) and not all(rows))
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_of_a_half_bad_file_nothing_is_written_and_exactly_its_faults_are_told(engine, faults):
    lines, injected = [GOOD], set()
    for number, fault in enumerate(faults, 2):
        row = dict(zip(GOOD.split(","), [f"s{number}", "c1", "2024-03-05", "18:30", "Talk", "3"], strict=True))
        if fault in _FAULTS:
            row[fault], reason = _FAULTS[fault]
            injected.add(("sessions", number, fault, reason))
        cells = list(row.values())
        if fault == "extra":
            cells.append("more")
            injected.add(("sessions", number, "", "too_many_cells"))
        if fault == "short":
            cells.pop()
            injected.add(("sessions", number, "", "too_few_cells"))
        lines.append(",".join(cells))
    made = job(sessions="\n".join(lines), attendance="session,login,name,note\n")
    plan = plan_of(made)
    assert found(plan) == injected
    bad = len({problem[1] for problem in injected})
    assert fates(plan, "sessions") == {"created": len(faults) - bad, "refused": bad}
    with pytest.raises(Invalid):
        execute(import_files, SYSTEM, on=engine, now=make.NOW, job=made, fingerprint=plan.fingerprint)
    assert {name: len(rows) for name, rows in _everything().items() if rows} == {}
