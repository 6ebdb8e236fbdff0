"""Whole imports on a real database: all or nothing, twice is once, links across files, figures included."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cop import audit, integrity
from cop import db as database
from cop.catalog.operations import create_community
from cop.choices import AttendanceKind, CommunityType, FacilitatorRole, KeyKind, PersonKind, SessionStatus
from cop.errors import Conflict, Forbidden, Invalid
from cop.execute import execute
from cop.imports.changes import TABLES
from cop.imports.existing import MODELS
from cop.imports.mapping import parse_mapping
from cop.imports.operations import import_files
from cop.imports.queries import preview
from cop.imports.records import read_job
from cop.models import (
    ActivityMonth,
    Area,
    Attendance,
    AuditEntry,
    Community,
    CommunitySession,
    ExternalKey,
    Facilitator,
    JobRole,
    Membership,
    OrgUnit,
    Person,
    PersonAlias,
)
from cop.permissions import SYSTEM
from tests import factories as make
from tests.unit.imports.helpers import FILES, MAPPING, bring, by_key, fates, found, job, plan_of, single

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
        tables = {name: MODELS[name].__table__ for name in TABLES}
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
    ana = by_key(db, Person, "007")
    assert (ana.name, ana.email, ana.handle, ana.org_unit_id) == ("Ana Gómez", "ana@x.org", "anag", units["IT"].id)
    assert db.scalars(sa.select(JobRole.name)).all() == ["Engineer"]
    data = by_key(db, Community, "c1")
    assert (data.slug, data.type, data.focus, data.founded_on) == (
        "data", CommunityType.COMMUNITY, "None", date(2024, 1, 31),
    )  # fmt: skip
    assert db.get(Area, data.area_id).name == "Tech"
    stays = db.execute(sa.select(Membership.person_id, Membership.joined_on, Membership.left_on)).all()
    ben = by_key(db, Person, "8")
    assert sorted(stays) == [
        (ana.id, date(2024, 2, 1), None), (ben.id, date(2024, 2, 1), date(2024, 6, 1)),
    ]  # fmt: skip
    carrier = db.scalars(sa.select(Facilitator)).one()
    assert (carrier.person_id, carrier.role) == (ana.id, FacilitatorRole.LEAD)
    _assert_sound(organised)


def _rows_written() -> int:
    """2 units, 1 role, 2 people + Zoe, Ana's other spelling, 1 area, 2 communities, 2 stays, 1 lead, 3 + 3; 9 keys."""
    return 2 + 1 + 3 + 1 + 1 + 2 + 2 + 1 + 3 + 3 + 9


def test_sessions_times_and_lists(organised):
    plan = plan_of(job())
    assert fates(plan, "attendance") == {"created": 3, "left out": 1}
    bring(job())
    first, second, third = (by_key(organised, CommunitySession, f"s{number}") for number in (1, 2, 3))
    assert first.starts_at == datetime(2024, 3, 5, 17, 30, tzinfo=UTC)  # 18:30 in Madrid
    assert second.starts_at == datetime(2024, 3, 12, 11, 0, tzinfo=UTC)  # no time: noon, for an hour
    assert second.ends_at == datetime(2024, 3, 12, 12, 0, tzinfo=UTC)
    assert {row.status for row in (first, second, third)} == {SessionStatus.HELD}
    assert (first.attendance_kind, first.headcount) == (AttendanceKind.LIST, None)
    assert (second.attendance_kind, second.headcount) == (AttendanceKind.COUNT, 0)  # nobody came
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
        by_key(db, Community, "c1").norms = "Be kind"
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
    data = by_key(organised, Community, "c1")
    assert (data.focus, data.norms, data.slug) == ("Data for all", "Be kind", "data")
    first, second = (by_key(organised, CommunitySession, key) for key in ("s1", "s2"))
    assert (first.starts_at, first.sequence) == (datetime(2024, 3, 5, 18, 0, tzinfo=UTC), 1)
    assert (second.attendance_kind, second.headcount, second.sequence) == (AttendanceKind.COUNT, 4, 0)
    ana = by_key(organised, Person, "007")
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
    assert entry.after["rows"]["attendance"] == {"created": 3, "changed": 0}
    assert "Ana" not in str(entry.after)
    topics = {"organisation", "people", "catalog", "memberships", "sessions", "imports"}
    assert database.revisions(organised).keys() == topics


def test_the_audit_trail_tells_what_each_row_was_and_became(organised):
    """Which rows are new, and of the changed ones every column that differs: enough to take the import back."""
    bring(job())
    before = _plain_rows()
    bring(
        job(
            org_units=FILES["org_units"] + "lab,Lab,hq\n",
            people=FILES["people"].replace("Ana Gómez", "Ana Gómez Ruiz").replace(",it,", ",lab,")
            + "9,Gil Frey,,gil,it,\n",
            communities=FILES["communities"].replace("31/01/2024", "01/02/2024"),
            sessions=SESSIONS.replace("18:30", "19:00") + "s4,c2,2024-03-26,,Fourth,\n",
            attendance=FILES["attendance"].replace("zoe,Zoe Lund,", "zoe,Zoe Lund,spoke") + "s4,zoe,,\ns4,gil,,\n",
        )
    )
    after = _plain_rows()
    entry = organised.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    created = {
        table: rows.keys() - before[table].keys() for table, rows in after.items() if rows.keys() - before[table].keys()
    }
    assert {table: _keys(told) for table, told in entry.after["created"].items()} == created
    assert set(created) == {"org_unit", "person", "person_alias", "community_session", "external_key", "attendance"}
    changed = {
        table: {
            key: {name for name in row if row[name] != before[table][key][name] and name != "version"}
            for key, row in rows.items()
            if key in before[table] and row != before[table][key]
        }
        for table, rows in after.items()
    }
    changed = {table: rows for table, rows in changed.items() if rows}
    assert set(changed) == {"person", "community", "community_session", "attendance"}
    for told, rows in ((entry.before["changed"], before), (entry.after["changed"], after)):
        assert told == {
            table: {key: {name: rows[table][key][name] for name in names} for key, names in those.items()}
            for table, those in changed.items()
        }


def _plain_rows() -> dict[str, dict[str, dict]]:
    """Every row that an import may write, by table and key, as JSON values."""
    with database.reading() as db:
        return {
            name: {
                "/".join(str(value) for value in sa.inspect(row).identity): audit.values(row)
                for row in db.scalars(sa.select(model))
            }
            for name, model in MODELS.items()
        }


def _keys(told) -> set[str]:
    """The keys that the trail names as runs of ids, or as the people of each session."""
    if isinstance(told, dict):
        return {f"{session}/{person}" for session, people in told.items() for person in people}
    return {str(number) for first, last in told for number in range(first, last + 1)}


def test_figures_are_those_of_a_fresh_count(organised):
    bring(job())
    march = organised.scalars(sa.select(ActivityMonth).where(ActivityMonth.month == date(2024, 3, 1))).one()
    assert (march.sessions_held, march.sessions_listed, march.sessions_counted, march.headcount) == (3, 1, 3, 12)
    # Ana facilitates; Ben is the one member left, and he came
    assert (march.attendances, march.newcomers, march.attending_members, march.members_on_day) == (3, 3, 1, 1)
    _assert_sound(organised)


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
        ("people", 3, "mail", "person_taken"),
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
        execute(import_files, SYSTEM, now=make.NOW, plan=plan)
    assert len(refused.value.errors) == 16
    assert _everything() == before
    assert _count(AuditEntry) == 0


def test_a_missing_file_refuses_all(organised):
    plan = plan_of(job(sessions=None))
    assert found(plan) == {("sessions", 0, "", "missing_file")}
    assert plan.size == 0


def test_what_changed_since_the_preview_stops_the_import(organised):
    plan = plan_of(job())
    execute(create_community, SYSTEM, now=make.NOW, name="Data", focus="Ours")
    with pytest.raises(Conflict):
        execute(import_files, SYSTEM, now=make.NOW, plan=plan)
    assert _count(Community) == 1


def test_the_preview_is_for_those_who_may_import(organised):
    with pytest.raises(Forbidden):
        preview(organised, None, job=job(), now=make.NOW)


WIKI = """
source = "wiki"
[[files]]
kind = "people"
columns = { key = "id", name = "name", email = "mail" }
[[files]]
kind = "communities"
columns = { key = "id", name = "name" }
[[files]]
kind = "memberships"
columns = { community = "community", person = "who", joined_on = "from" }
"""


def _wiki(people: str, communities: str, memberships: str = ""):
    texts = {
        "people": f"id,name,mail\n{people}",
        "communities": f"id,name\n{communities}",
        "memberships": f"community,who,from\n{memberships}",
    }
    return read_job(parse_mapping(WIKI), {kind: text.encode() for kind, text in texts.items()})


def test_one_row_may_have_keys_of_several_systems(organised):
    """A second system knows the same people and communities by keys of its own, and refers to them by these."""
    bring(job())
    again = _wiki("ana-g,Ana Gómez,ana@x.org\n", "data,Data\nlaw,Law\n", "law,ana-g,2024-05-01\n")
    plan = plan_of(again)
    assert found(plan) == set()
    assert (fates(plan, "people"), fates(plan, "communities")) == ({"changed": 1}, {"changed": 2})
    assert plan.counts == {"membership": (1, 0), "external_key": (3, 0)}
    bring(again)
    ana, law = by_key(organised, Person, "007"), by_key(organised, Community, "c2")
    assert by_key(organised, Person, "ana-g", "wiki") is ana
    assert by_key(organised, Community, "law", "wiki") is law
    stay = organised.scalars(sa.select(Membership).where(Membership.community_id == law.id)).one()
    assert (stay.person_id, stay.joined_on) == (ana.id, date(2024, 5, 1))
    organised.rollback()
    assert (bring(job()), bring(again)) == (0, 0)


def test_keys_of_two_sources_never_meet(organised):
    """The same key of another source is another row, unless a name or an address says that it is the same."""
    bring(job())
    bring(_wiki("007,Gil Frey,gil@x.org\n", "c1,Sales\n", "c1,007,2024-05-01\n"))
    assert by_key(organised, Person, "007").name == "Ana Gómez"
    assert by_key(organised, Person, "007", "wiki").name == "Gil Frey"
    assert by_key(organised, Community, "c1", "wiki").name == "Sales"
    assert _count(Community) == 3


def test_one_source_has_one_key_for_a_row(organised):
    bring(job())
    renamed = job(
        people=FILES["people"].replace("007,", "7,"),
        communities=FILES["communities"].replace("c2,", "c3,"),
        memberships="community,nr,from,to\n",
        attendance="session,login,name,note\n",
    )
    assert found(plan_of(renamed)) == {("people", 2, "login", "person_taken"), ("communities", 3, "name", "name_taken")}


def test_a_key_goes_with_its_row_and_passes_to_no_other(organised):
    """SQLite gives the id of the last row, once deleted, to the next one."""
    bring(job())
    third = by_key(organised, CommunitySession, "s3")
    community_id = third.community_id
    organised.delete(third)
    organised.flush()
    make.session(organised, organised.get_one(Community, community_id), date(2024, 4, 1))
    make.commit(organised)
    assert fates(plan_of(job()), "sessions") == {"unchanged": 2, "created": 1}


def test_a_key_names_one_row_of_its_kind(organised):
    somebody = make.person(organised)
    make.commit(organised)
    for wrong in ({"kind": KeyKind.COMMUNITY, "person_id": somebody.id}, {"kind": KeyKind.PERSON}):
        with pytest.raises(sa.exc.IntegrityError, match="one_row_of_its_kind"), database.transaction() as db:
            db.add(ExternalKey(source="hr", key="1", **wrong))


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
    assert (by_key(organised, Community, "c1"), room.norms) == (room, "Ours")
    assert (by_key(organised, Person, "007"), ana.name, ana.handle) == (ana, "Ana Gómez", "anag")
    assert by_key(organised, OrgUnit, "hq") is head


def test_a_time_set_by_hand_survives_a_file_without_times(organised):
    bring(job())
    moved = datetime(2024, 3, 12, 15, 0, tzinfo=UTC)
    with database.transaction() as db:
        row = by_key(db, CommunitySession, "s2")
        row.starts_at, row.ends_at = moved, moved.replace(hour=16)
    assert bring(job()) == 0


def test_no_headcount_is_missing_and_zero_is_a_count_unless_the_mapping_says_otherwise(organised):
    counts = SESSIONS.replace("Third,9", "Third,")
    bring(job(sessions=counts, attendance="session,login,name,note\n"))
    rows = [by_key(organised, CommunitySession, key) for key in ("s2", "s3")]
    assert [(row.attendance_kind.value, row.headcount) for row in rows] == [("count", 0), ("missing", None)]
    organised.rollback()
    no_list = MAPPING.replace('headcount = "came"', 'headcount = { column = "came", empty = ["0"] }')
    bring(job(no_list, sessions=counts, attendance="session,login,name,note\n"))
    organised.refresh(rows[0])
    assert (rows[0].attendance_kind.value, rows[0].headcount) == ("missing", None)


def test_lists_are_never_undone_and_attendance_never_deleted(organised):
    bring(job())
    plan = plan_of(job(attendance="session,login,name,note\n", sessions=SESSIONS.replace("Kick-off,3", "Kick-off,0")))
    assert plan.size == 0


def test_attendance_of_a_session_that_was_not_held(organised):
    sessions = "id,community,day,at,title,came,state\ns1,c1,2024-03-05,,A,,cancelled\ns3,c1,2024-03-05,,A,,held\n"
    plan = plan_of(job(STATED, sessions=sessions))
    assert ("attendance", 2, "session", "not_held") in found(plan)


STATED = MAPPING.replace('title = "title"\n', 'title = "title"\nstatus = "state"\n')


@pytest.mark.parametrize("status", ["cancelled", "planned"])
def test_a_held_session_with_people_on_record_cannot_be_undone_by_a_file(organised, status):
    bring(job(sessions=SESSIONS.replace("Second,0", "Second,")))
    head = "id,community,day,at,title,came,state\n"
    rows = [f"s1,c1,2024-03-05,18:30,Kick-off,3,{status}\n", f"s3,c1,2024-03-19,,Third,9,{status}\n"]
    again = job(STATED, sessions=head + "".join(rows), attendance="session,login,name,note\n")
    assert found(plan_of(again)) == {("sessions", 2, "state", "was_held"), ("sessions", 3, "state", "was_held")}
    told = STATED.replace('kind = "sessions"\n', 'kind = "sessions"\nreport = ["was_held"]\n')
    nobody_known = f"s2,c1,2024-03-12,,Second,,{status}\n"  # of which nothing is on record: the file may correct that
    bring(job(told, sessions=head + nobody_known + "".join(rows)))
    states = [by_key(organised, CommunitySession, key).status.value for key in ("s1", "s2", "s3")]
    assert states == ["held", status, "held"]
    _assert_sound(organised)


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


def test_nobody_joins_or_leaves_in_the_future(organised):
    """An end to come counts as none where the mapping lets it pass; a start to come brings nothing."""
    text = "c,e,from,to\nx,a@x.org,2026-06-15,\nx,b@x.org,2026-06-16,\nx,c@x.org,2024-01-01,2026-06-16\n"
    sheets = {"communities": b"id\nx\n", "memberships": text.encode()}
    made = read_job(parse_mapping(MEMBERS), sheets)
    assert found(plan_of(made)) == {("memberships", 3, "from", "future"), ("memberships", 4, "to", "future")}
    lenient = MEMBERS.replace('kind = "memberships"\n', 'kind = "memberships"\nreport = ["future"]\n')
    bring(read_job(parse_mapping(lenient), sheets))
    stays = organised.execute(sa.select(Person.email, Membership.left_on).join(Membership)).all()
    assert sorted(stays) == [("a@x.org", None), ("c@x.org", None)]


def test_nobody_facilitates_from_or_until_a_day_to_come(organised):
    text = "c,h,n,r,from,to\nx,ana,,lead,2026-06-16,\nx,ben,,lead,2024-01-01,2026-06-16\nx,cas,,lead,,2026-06-15\n"
    made = read_job(parse_mapping(FACILITATION), {"communities": b"id\nx\n", "facilitators": text.encode()})
    assert found(plan_of(made)) == {("facilitators", 2, "from", "future"), ("facilitators", 3, "to", "future")}


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
        execute(import_files, SYSTEM, on=engine, now=make.NOW, plan=plan)
    assert {name: len(rows) for name, rows in _everything().items() if rows} == {}
