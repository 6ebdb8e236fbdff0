"""What the audit trail would hold of the example's past, had it happened here: so that histories have something to tell."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop import audit
from cop.choices import FacilitatorRole, SessionStatus
from cop.models import (
    Account,
    Attendance,
    AuditEntry,
    Community,
    CommunitySession,
    Contribution,
    Facilitator,
    Person,
    Resource,
)
from cop.sessions.rows import OBJECT_TYPE, PLAN

_SETTLED = timedelta(days=120)
"""After so long each community wrote the last paragraph of its charter."""


@dataclass(frozen=True)
class _Done:
    """Something that was done to a row, and by whom."""

    at: datetime
    by_id: int | None
    operation: str
    row: Any
    after: dict[str, Any]
    before: dict[str, Any] | None = None


@dataclass(frozen=True)
class Step:
    """What an operation of its own does at a moment, and enters into the trail by itself."""

    at: datetime
    run: Callable[[], None]


def write(db: DbSession, *, office_id: int, now: datetime, steps: Iterable[Step] = ()) -> None:
    """Enter who opened communities, made facilitators, recorded sessions, contributed and kept resources.

    The steps are run in between, each when its moment comes.
    """
    names = {key: name for key, name in db.execute(sa.select(Person.id, Person.name))}  # noqa: C416
    accounts = {person: key for key, person in db.execute(sa.select(Account.id, Account.person_id))}
    done = [*_communities(db, office_id, now), *_carriers(db, office_id), *_sessions(db), *_outcomes(db)]
    happened: list[_Done | Step] = [*done, *steps]
    for one in sorted(happened, key=lambda one: one.at):
        if isinstance(one, Step):
            one.run()
        elif one.by_id is not None and one.at <= now:
            _enter(db, one, names[one.by_id], accounts.get(one.by_id))
            db.flush()  # in this order: the trail is read by its numbers


def _enter(db: DbSession, one: _Done, name: str, account_id: int | None) -> None:
    is_session, is_community = isinstance(one.row, CommunitySession), isinstance(one.row, Community)
    db.add(
        AuditEntry(
            at=one.at,
            account_id=account_id,
            actor_name=name,
            operation=one.operation,
            object_type=OBJECT_TYPE if is_session else one.row.__tablename__,
            object_id=one.row.id,
            community_id=one.row.id if is_community else one.row.community_id,
            before=one.before,
            after=one.after,
        )
    )


def _communities(db: DbSession, office_id: int, now: datetime) -> Iterator[_Done]:
    leads = dict(
        db.execute(
            sa.select(Facilitator.community_id, Facilitator.person_id)
            .where(Facilitator.role == FacilitatorRole.LEAD)
            .order_by(Facilitator.since_on.desc())
        ).all()
    )
    for row in db.scalars(sa.select(Community)):
        whole = audit.values(row) | {"archived_at": None, "archive_reason": "", "merged_into_id": None}
        first, _paragraph, last = row.charter.rpartition("\n\n")
        yield _Done(row.created_at, office_id, "catalog.create_community", row, whole | {"charter": "", "norms": ""})
        if first and last and row.created_at + _SETTLED < (row.archived_at or now):
            texts = {"before": {"charter": first}, "after": {"charter": row.charter}}
            yield _Done(row.created_at + _SETTLED, leads.get(row.id), "catalog.edit_community", row, **texts)
        if row.archived_at:
            ended = audit.values(row, ("archived_at", "archive_reason", "merged_into_id"))
            before = dict.fromkeys(ended)
            yield _Done(row.archived_at, office_id, "catalog.archive_community", row, ended, before)


def _carriers(db: DbSession, office_id: int) -> Iterator[_Done]:
    for row in db.scalars(sa.select(Facilitator)):
        if row.since_on is not None:
            made = audit.values(row) | {"until_on": None}
            yield _Done(_morning(row.since_on), office_id, "catalog.assign_facilitator", row, made)
        if row.until_on is not None:
            until = audit.values(row, ("until_on",))
            ended = _morning(row.until_on)
            yield _Done(ended, office_id, "catalog.end_facilitator", row, until, {"until_on": None})


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(8), UTC)


def _sessions(db: DbSession) -> Iterator[_Done]:
    came: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for visit in db.execute(sa.select(Attendance.session_id, Attendance.person_id, Attendance.led, Attendance.spoke)):
        came[visit.session_id].append({"person_id": visit.person_id, "led": visit.led, "spoke": visit.spoke})
    gifts: dict[int | None, list[dict[str, Any]]] = defaultdict(list)
    for gift in db.scalars(sa.select(Contribution)):
        gifts[gift.session_id].append(audit.values(gift, ("id", "kind", "title", "person_id", "url")))
    for row in db.scalars(sa.select(CommunitySession).where(CommunitySession.status == SessionStatus.HELD)):
        if row.recorded_at is not None:
            kept = audit.values(row, (*PLAN, "status", "attendance_kind", "headcount", "topics", "decisions"))
            said = {"attended": came[row.id], "contributions": gifts[row.id], "links": []}
            yield _Done(row.recorded_at, row.recorded_by_id, "sessions.record_session", row, kept | said)


def _outcomes(db: DbSession) -> Iterator[_Done]:
    """What was given between sessions, and what is kept at hand."""
    for gift in db.scalars(sa.select(Contribution).where(Contribution.session_id.is_(None))):
        at = _morning(gift.day) + timedelta(hours=4)
        yield _Done(at, gift.person_id, "catalog.add_contribution", gift, audit.values(gift))
    for link in db.scalars(sa.select(Resource).where(Resource.session_id.is_(None))):
        yield _Done(link.added_at, link.added_by_id, "catalog.add_resource", link, audit.values(link))
