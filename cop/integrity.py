"""What `python -m cop check` verifies: the file, the foreign keys, and the rules that a constraint can't express.

Everything is checked on one snapshot, so that a running app waits for nothing: on SQLite a copy of the file, on
PostgreSQL a transaction that only reads.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession
from sqlalchemy.orm import aliased

from cop import backup, facts, integrity_funnel, migrate, schema, search_index
from cop.choices import AttendanceKind, GrantedRole, SessionStatus
from cop.db import make_engine, reading
from cop.models import (
    Account,
    Attendance,
    AuditEntry,
    Base,
    Community,
    CommunitySession,
    Contribution,
    Membership,
    Organisation,
    OrgUnit,
    Person,
    Resource,
    RoleGrant,
)
from cop.organisation import time_zone
from cop.periods import local_day
from cop.settings import Settings

Rule = Callable[[DbSession, datetime], Iterator[str]]
_FOREVER = date.max
_AUDIT_TRIGGERS = {"audit_entry_no_update", "audit_entry_no_delete", "audit_entry_no_replace"}


def check(settings: Settings, *, now: datetime) -> list[str]:
    """Every problem found, a line each; empty where all is well. DatabaseRefused where the file can't be read."""
    with _snapshot(settings) as engine:
        with reading(engine) as db:
            connection = db.connection()
            damage = [*_damage(connection), *_orphans(connection)]
            found = damage or problems(db, now=now)
        return found + [f"schema: {difference}" for difference in migrate.differences(engine)]


def problems(db: DbSession, *, now: datetime) -> list[str]:
    """What breaks a rule, in words."""
    return [f"{rule.__name__}: {problem}" for rule in RULES for problem in rule(db, now)]


@contextmanager
def _snapshot(settings: Settings) -> Iterator[sa.Engine]:
    path = settings.sqlite_path
    with tempfile.TemporaryDirectory(dir=path.parent if path else None, prefix=".check-") as folder:
        url = settings.database_url
        if path:
            schema.examine(path)
            backup.copy(path, Path(folder) / "copy.sqlite3")
            url = f"sqlite:///{Path(folder) / 'copy.sqlite3'}"
        engine = make_engine(url)
        try:
            yield engine
        finally:
            engine.dispose()


def _damage(connection: sa.Connection) -> Iterator[str]:
    if connection.dialect.name == "sqlite":
        for (line,) in connection.exec_driver_sql("PRAGMA integrity_check"):
            if line != "ok":
                yield f"file: {line}"


def _orphans(connection: sa.Connection) -> Iterator[str]:
    if connection.dialect.name == "sqlite":
        for table, row, parent, _number in connection.exec_driver_sql("PRAGMA foreign_key_check"):
            yield f"foreign keys: {table} row {row} refers to a row of {parent} that doesn't exist"


def units_form_a_tree(db: DbSession, _now: datetime) -> Iterator[str]:
    """No org unit lies below itself."""
    for ring in _rings(db.execute(sa.select(OrgUnit.id, OrgUnit.parent_id))):
        yield f"org units {ring} lie below each other"


def merges_end_somewhere(db: DbSession, _now: datetime) -> Iterator[str]:
    """No person or community is merged into one that was merged into it."""
    for ring in _rings(db.execute(sa.select(Person.id, Person.merged_into_id))):
        yield f"persons {ring} are merged into each other"
    for ring in _rings(db.execute(sa.select(Community.id, Community.merged_into_id))):
        yield f"communities {ring} are merged into each other"


def _rings(links: Iterable[Any]) -> Iterator[list[int]]:
    """The rings in a graph in which every node points to one other at most, each once, as sorted ids."""
    target = {node: to for node, to in links if to is not None}
    settled: set[int] = set()
    for start in target:
        path: list[int] = []
        node: int | None = start
        while node is not None and node not in settled and node not in path:
            path.append(node)
            node = target.get(node)
        if node in path:
            yield sorted(path[path.index(node) :])
        settled.update(path)


def zones_are_known(db: DbSession, _now: datetime) -> Iterator[str]:
    """Every time zone is one of IANA's."""
    for zone in db.scalars(sa.union(sa.select(Organisation.time_zone), sa.select(CommunitySession.time_zone))):
        if zone not in available_timezones():
            yield f"“{zone}” is not a time zone"


def session_days_are_local(db: DbSession, _now: datetime) -> Iterator[str]:
    """A session's day is its start's in the organisation's time zone."""
    zone = time_zone(db)
    if zone not in available_timezones():
        return
    rows = sa.select(CommunitySession.id, CommunitySession.starts_at, CommunitySession.day)
    for session_id, starts_at, day in db.execute(rows.execution_options(yield_per=5_000)):
        if local_day(starts_at, zone) != day:
            yield f"session {session_id} starts on {local_day(starts_at, zone)} in {zone}, but counts on {day}"


def held_sessions_are_past(db: DbSession, now: datetime) -> Iterator[str]:
    """A session that was held has begun."""
    rows = sa.select(CommunitySession.id).where(
        CommunitySession.status == SessionStatus.HELD, CommunitySession.starts_at > now
    )
    for session_id in db.scalars(rows):
        yield f"session {session_id} was held, but starts in the future"


def attendance_has_a_list(db: DbSession, _now: datetime) -> Iterator[str]:
    """People attended only sessions of which a list was taken."""
    rows = (
        sa.select(Attendance.session_id, sa.func.count())
        .join(CommunitySession)
        .where(CommunitySession.attendance_kind != AttendanceKind.LIST)
        .group_by(Attendance.session_id)
    )
    for session_id, count in db.execute(rows):
        yield f"session {session_id} has {count} attendances but no list"


def memberships_do_not_overlap(db: DbSession, _now: datetime) -> Iterator[str]:
    """A person is a member of a community once at a time."""
    one, two = aliased(Membership), aliased(Membership)
    one_end, two_end = (sa.func.coalesce(stay.left_on, sa.literal(_FOREVER, sa.Date)) for stay in (one, two))
    rows = sa.select(one.id, two.id, one.person_id, one.community_id).join(
        two,
        sa.and_(
            one.community_id == two.community_id,
            one.person_id == two.person_id,
            one.id < two.id,
            one.joined_on < two_end,
            two.joined_on < one_end,
        ),
    )
    for first, second, person_id, community_id in db.execute(rows):
        yield f"memberships {first} and {second} of person {person_id} in community {community_id} overlap"


def things_stay_in_their_community(db: DbSession, _now: datetime) -> Iterator[str]:
    """What came of a session belongs to the session's community."""
    for table in (Contribution, Resource):
        rows = (
            sa.select(table.id, table.session_id)
            .join(CommunitySession, CommunitySession.id == table.session_id)
            .where(CommunitySession.community_id != table.community_id)
        )
        for row_id, session_id in db.execute(rows):
            yield f"{table.__tablename__} {row_id} is of session {session_id} of another community"


def names_are_lower_case(db: DbSession, _now: datetime) -> Iterator[str]:
    """E-mail addresses, handles and user names are unique because they are stored in lower case."""
    for column in (Person.email, Person.handle, Account.username):
        for row_id, value in db.execute(sa.select(column.parent.class_.id, column).where(column.is_not(None))):
            if value != value.lower():
                yield f"{column.parent.local_table} {row_id}: {column.key} “{value}” is not in lower case"


def somebody_can_administrate(db: DbSession, _now: datetime) -> Iterator[str]:
    """Where there are accounts, an active one is admin."""
    if db.scalar(sa.select(sa.func.count(Account.id))):
        admins = (
            sa.select(sa.func.count())
            .select_from(RoleGrant)
            .join(Account, Account.id == RoleGrant.account_id)
            .where(RoleGrant.role == GrantedRole.ADMIN, Account.active)
        )
        if not db.scalar(admins):
            yield "no active account is admin"


def audit_trail_is_whole(db: DbSession, _now: datetime) -> Iterator[str]:
    """The triggers that keep the entries are there, and on SQLite the entries are numbered without a gap."""
    if db.get_bind().dialect.name == "postgresql":  # where a sequence leaves a gap for each transaction rolled back
        wanted, there = {"audit_entry_append_only"}, db.scalars(sa.text("SELECT tgname FROM pg_trigger"))
    else:
        count, last = db.execute(sa.select(sa.func.count(AuditEntry.id), sa.func.max(AuditEntry.id))).one()
        if count != (last or 0):
            yield f"{(last or 0) - count} of {last} entries are missing"
        wanted, there = _AUDIT_TRIGGERS, db.scalars(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
    for name in sorted(wanted - set(there)):
        yield f"the trigger {name} is missing"


def search_finds_what_is_there(db: DbSession, _now: datetime) -> Iterator[str]:
    """The search index holds what it is about, no more and no less."""
    yield from search_index.problems(db.connection())


def figures_are_right(db: DbSession, _now: datetime) -> Iterator[str]:
    """The figures by month are what counting everything again gives."""
    for community_id in db.scalars(sa.select(Community.id).order_by(Community.id)).all():
        for table, rows in facts.counted(db, community_id).items():
            kept = db.execute(sa.select(table.__table__).where(table.community_id == community_id)).mappings()
            if _counts(table, kept) != _counts(table, rows):
                yield f"{table.__tablename__} of community {community_id} differs from a fresh count"


def _counts(table: type[Base], rows: Iterable[Any]) -> set[tuple[Any, ...]]:
    """Figures as values; what isn't said is 0, and rows that count nothing say the same as no row."""
    names = [column.key for column in table.__table__.columns if column.key != "id"]
    counted = [index for index, name in enumerate(names) if name not in {"community_id", "month", "org_unit_id"}]
    found = {tuple(row.get(name, 0 if name != "org_unit_id" else None) for name in names) for row in rows}
    return {row for row in found if any(row[index] for index in counted)}


RULES: tuple[Rule, ...] = (
    units_form_a_tree,
    merges_end_somewhere,
    zones_are_known,
    session_days_are_local,
    held_sessions_are_past,
    attendance_has_a_list,
    memberships_do_not_overlap,
    things_stay_in_their_community,
    names_are_lower_case,
    somebody_can_administrate,
    audit_trail_is_whole,
    *integrity_funnel.RULES,
    figures_are_right,
    search_finds_what_is_there,
)
