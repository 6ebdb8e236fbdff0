"""A session's rows: stored from a checked report, and read back as one value for the audit trail and for conflicts."""

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession
from sqlalchemy.orm.attributes import flag_modified

from cop import audit
from cop.choices import AttendanceKind, ContributionKind, SessionStatus
from cop.errors import Invalid, NotFound
from cop.models import Attendance, AuditEntry, CheckInCode, Community, CommunitySession, Contribution, Person, Resource
from cop.people.newcomers import add_newcomer, learn_spelling
from cop.permissions import Actor
from cop.sessions.check_in import as_typed, is_open
from cop.sessions.checks import Checked
from cop.sessions.inputs import PersonRef

OBJECT_TYPE = "session"
UNDO = "undo_recording"
PLAN = ("title", "kind", "starts_at", "ends_at", "time_zone", "place", "link", "agenda")
_OWN = (*PLAN, "status", "attendance_kind", "headcount", "topics", "decisions", "cancel_reason")


def community_of(db: DbSession, session_id: int) -> int | None:
    """The session's community; None where there is no such session."""
    return db.scalar(sa.select(CommunitySession.community_id).where(CommunitySession.id == session_id))


def session_of_code(db: DbSession, code: str, *, now: datetime) -> CommunitySession | None:
    """The session that a code opens at this moment; none once it is recorded: the list is the facilitator's then."""
    typed = as_typed(code)
    session = typed and db.scalar(
        sa.select(CommunitySession)
        .join(CheckInCode, CheckInCode.session_id == CommunitySession.id)
        .where(
            CheckInCode.code == typed,
            CheckInCode.closed_at.is_(None),
            CommunitySession.status == SessionStatus.PLANNED,
        )
    )
    return session if session and is_open(session.starts_at, session.ends_at, now) else None


def open_community(db: DbSession, community_id: int) -> Community:
    """The community, unless there is none or it is archived."""
    community = db.get(Community, community_id)
    if community is None:
        raise NotFound
    if community.archived_at is not None:
        raise Invalid({"": f"{community.name} is archived: its sessions can't be changed any more."})
    return community


def current_row(db: DbSession, session_id: int, version: int | None) -> CommunitySession:
    """The session in an open community, or Conflict where it isn't the version that was read."""
    row = db.get(CommunitySession, session_id)
    if row is None:
        raise NotFound
    open_community(db, row.community_id)
    if row.version != version:
        raise audit.conflict(db, OBJECT_TYPE, session_id, snapshot(db, row) | {"version": row.version})
    return row


def snapshot(db: DbSession, row: CommunitySession) -> dict[str, Any]:
    """Everything a facilitator can say of a session, as plain values; people by id, so that names can be withheld."""
    db.flush()
    came = db.execute(
        sa.select(Attendance.person_id, Attendance.led, Attendance.spoke, Attendance.note)
        .where(Attendance.session_id == row.id)
        .order_by(Attendance.person_id)
    )
    gifts = db.scalars(sa.select(Contribution).where(Contribution.session_id == row.id).order_by(Contribution.id))
    links = db.scalars(_links_of(row.id))
    return audit.values(row, _OWN) | {
        "attended": [
            {"person_id": person, "led": led, "spoke": spoke} | ({"note": note} if note else {})
            for person, led, spoke, note in came
        ],
        "contributions": [audit.values(gift, ("id", "kind", "title", "person_id", "url")) for gift in gifts],
        "links": [audit.values(link, ("id", "title", "url")) for link in links],
    }


def new_row(
    db: DbSession,
    community_id: int,
    status: SessionStatus,
    values: dict[str, Any],
    now: datetime,
    *,
    flush: bool = True,
) -> CommunitySession:
    """Add a session, with an identity of its own in calendars."""
    row = CommunitySession(
        community_id=community_id,
        status=status,
        uid=f"{uuid.uuid4()}@cop",
        created_at=now,
        **values,
    )
    db.add(row)
    if flush:
        db.flush()
    return row


def record(
    db: DbSession,
    actor: Actor,
    row: CommunitySession,
    *,
    now: datetime,
    operation: str,
    before: dict[str, Any] | None,
) -> None:
    """Enter in the audit trail what the session was and is."""
    after = snapshot(db, row)
    links_changed = after["links"] != (before or {"links": []})["links"]
    audit.record(
        db,
        actor,
        now=now,
        operation=f"sessions.{operation}",
        topics=("sessions", "catalog") if links_changed else ("sessions",),
        object_type=OBJECT_TYPE,
        object_id=row.id,
        community_id=row.community_id,
        before=before,
        after=after,
    )


def store_report(db: DbSession, actor: Actor, row: CommunitySession, report: Checked, *, now: datetime) -> None:
    """Make the session held and everything about it what the report says."""
    ids = _store_people(db, actor, now=now, report=report, community_id=row.community_id)
    row.status = SessionStatus.HELD
    row.attendance_kind, row.headcount = report.attendance, report.headcount
    row.topics, row.decisions = report.topics, report.decisions
    row.recorded_at, row.recorded_by_id = now, actor.person_id or None
    flag_modified(row, "recorded_at")  # whatever changed, attendance alone too, the version is another
    _store_attendance(db, row, report, ids)
    _store_gifts(db, row, report, ids)
    _store_links(db, row, report, now=now, by=actor.person_id or None)


def _store_people(
    db: DbSession, actor: Actor, *, now: datetime, report: Checked, community_id: int
) -> dict[PersonRef, int]:
    """Add newcomers and learn spellings; returns everybody's id by the reference the form used."""
    ids: dict[PersonRef, int] = {person.id: person.id for person in report.people.values()}
    for ref, newcomer in report.newcomers.items():
        ids[ref] = add_newcomer(db, actor, now=now, newcomer=newcomer, community_id=community_id)
    learned = [learn_spelling(db, report.people[person], text) for text, person in report.spellings]
    if any(learned):
        audit.record(
            db,
            actor,
            now=now,
            operation="people.learn_spelling",
            topics=("people",),
            community_id=community_id,
            after={"spellings": [list(pair) for pair in report.spellings]},
        )
    return ids


def _store_attendance(db: DbSession, row: CommunitySession, report: Checked, ids: dict[PersonRef, int]) -> None:
    """Make the attendance list exactly what the report says; notes of those who stay are kept."""
    wanted = {ids[ref]: ref for ref in report.attended}
    there = {old.person_id: old for old in db.scalars(sa.select(Attendance).where(Attendance.session_id == row.id))}
    for person_id, old in there.items():
        if person_id not in wanted:
            db.delete(old)
    for person_id, ref in wanted.items():
        one = there.get(person_id) or Attendance(session_id=row.id, person_id=person_id)
        one.led, one.spoke = ref in report.led, ref in report.spoke
        db.add(one)


def _store_gifts(db: DbSession, row: CommunitySession, report: Checked, ids: dict[PersonRef, int]) -> None:
    """Make the session's contributions what the report says; a row that was there keeps its id."""
    there = {old.id: old for old in db.scalars(sa.select(Contribution).where(Contribution.session_id == row.id))}
    for gift in report.gifts:
        kind = ContributionKind(gift.kind)
        one = there.pop(gift.id or 0, None)
        if one is None:
            one = Contribution(
                community_id=row.community_id, session_id=row.id, kind=kind, title=gift.title, day=row.day
            )
            db.add(one)
        one.kind, one.title, one.url, one.day = kind, gift.title, gift.url, row.day
        one.person_id = None if gift.person is None else ids[gift.person]
    for gone in there.values():
        db.delete(gone)


def _store_links(db: DbSession, row: CommunitySession, report: Checked, *, now: datetime, by: int | None) -> None:
    """Make the session's links what the report says; one that is taken out is archived, not destroyed."""
    there = {old.id: old for old in db.scalars(_links_of(row.id))}
    for link in report.links:
        one = there.pop(link.id or 0, None)
        if one is None:
            one = Resource(
                community_id=row.community_id,
                session_id=row.id,
                title=link.title,
                url=link.url,
                added_by_id=by,
                added_at=now,
            )
            db.add(one)
        one.title, one.url = link.title, link.url
    for gone in there.values():
        gone.archived_at = now


def clear_report(db: DbSession, row: CommunitySession, *, now: datetime) -> None:
    """Take away what recording added: attendance, contributions, links."""
    db.execute(sa.delete(Attendance).where(Attendance.session_id == row.id))
    db.execute(sa.delete(Contribution).where(Contribution.session_id == row.id))
    for link in db.scalars(_links_of(row.id)):
        link.archived_at = now


def taken_back(db: DbSession, session_id: int) -> dict[str, Any] | None:
    """What a recording was before it was taken back; None where that isn't the last thing done to the session."""
    last = db.execute(
        sa.select(AuditEntry.operation, AuditEntry.before)
        .where(AuditEntry.object_type == OBJECT_TYPE, AuditEntry.object_id == session_id, AuditEntry.outcome == "done")
        .order_by(AuditEntry.id.desc())
        .limit(1)
    ).one_or_none()
    return (last.before or {}) if last and last.operation == f"sessions.{UNDO}" else None


def bring_back(db: DbSession, row: CommunitySession, was: dict[str, Any], *, now: datetime, by: int | None) -> None:
    """Make the session what `taken_back` says; people whose records were merged since are their one record."""
    row.status, row.cancel_reason = SessionStatus.HELD, was.get("cancel_reason", row.cancel_reason)
    row.attendance_kind = AttendanceKind(was.get("attendance_kind", row.attendance_kind))
    row.headcount = was.get("headcount", row.headcount)
    row.topics, row.decisions = was.get("topics", row.topics), was.get("decisions", row.decisions)
    row.recorded_at, row.recorded_by_id = now, by
    came: dict[int, Attendance] = {}
    for item in was.get("attended", []):
        person = _person_today(db, item["person_id"])
        if person is not None:
            one = came.setdefault(person, Attendance(session_id=row.id, person_id=person))
            one.led, one.spoke = one.led or item["led"], one.spoke or item["spoke"]
            one.note = one.note or item.get("note", "")
    db.add_all(came.values())
    for gift in was.get("contributions", []):
        values = {"kind": ContributionKind(gift["kind"]), "title": gift["title"], "url": gift["url"], "day": row.day}
        person = _person_today(db, gift["person_id"])
        db.add(Contribution(community_id=row.community_id, session_id=row.id, person_id=person, **values))
    for link in was.get("links", []):
        there = db.get(Resource, link["id"])
        if there is not None and there.session_id == row.id:
            there.archived_at = None
    db.flush()


def _person_today(db: DbSession, person_id: int | None) -> int | None:
    """The person's record, or the one that it was merged into; None where there is none any more."""
    person = db.get(Person, person_id) if person_id is not None else None
    while person is not None and person.merged_into_id is not None:
        person = db.get(Person, person.merged_into_id)
    return person.id if person else None


def _links_of(session_id: int) -> sa.Select[Resource]:
    return (
        sa.select(Resource)
        .where(Resource.session_id == session_id, Resource.archived_at.is_(None))
        .order_by(Resource.id)
    )
