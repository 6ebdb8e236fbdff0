"""Two records of one person become one; or are found to be two people."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop import audit, facts
from cop.choices import Answer, FacilitatorRole, PersonKind
from cop.errors import Conflict, Invalid, NotFound
from cop.models import (
    Account,
    Assessment,
    Attendance,
    Base,
    CheckIn,
    DistinctPeople,
    ExternalIdentity,
    Facilitator,
    HelpPause,
    MemberActivity,
    Membership,
    NamedAnswer,
    Participation,
    Person,
    PersonAlias,
    PersonSkill,
    ProfileVisibility,
    Registration,
    UnitMeetingPerson,
    Vote,
)
from cop.people.newcomers import learn_spelling
from cop.permissions import Actor, Permission, require

_BY_RULE = {
    model.__tablename__
    for model in (
        Person,
        PersonAlias,
        Account,
        Attendance,
        Membership,
        Facilitator,
        Registration,
        CheckIn,
        Vote,
        Assessment,
        UnitMeetingPerson,
        Participation,
        NamedAnswer,
    )
}
_NOT_MOVED = _BY_RULE | {
    model.__tablename__ for model in (MemberActivity, DistinctPeople, ProfileVisibility, PersonSkill, HelpPause)
}
"""Tables that refer to people and aren't simply pointed at the record that stays."""
_TOPICS = (
    "people",
    "accounts",
    "catalog",
    "memberships",
    "sessions",
    "attending",
    "funnel",
    "meetings",
    "profiles",
    "participation",
)
_STRENGTH = (FacilitatorRole.LEAD, FacilitatorRole.CO_FACILITATOR, FacilitatorRole.BACKUP)


def merge_people(
    db: DbSession,
    actor: Actor | None,
    *,
    now: datetime,
    keep_id: int,
    keep_version: int,
    gone_id: int,
    gone_version: int,
) -> int:
    """Let one record stand for both: all that hangs on `gone_id` passes to `keep_id`; returns how much that is.

    The other record stays as a sign that leads to the one that is kept. Raises NotFound, Conflict where either was
    edited since, Invalid where both are the same, one is merged already, or both have an active account.
    """
    actor = require(actor, Permission.PEOPLE_MERGE)
    keep, gone = _both(db, keep_id, keep_version, gone_id, gone_version)
    before = {"keep": audit.values(keep), "gone": audit.values(gone)}
    moved = {table: count for table, count in _move(db, keep, gone) if count}
    _take_over(db, keep, gone)
    gone.merged_into_id, gone.active = keep.id, False
    learn_spelling(db, keep, gone.name)
    db.flush()
    facts.touch_person(db, keep.id)
    audit.record(
        db,
        actor,
        now=now,
        operation="people.merge_people",
        topics=_TOPICS,
        object_type="person",
        object_id=keep.id,
        before=before,
        after={"keep": audit.values(keep), "gone": audit.values(gone), "moved": moved},
    )
    return sum(moved.values())


def keep_apart(db: DbSession, actor: Actor | None, *, now: datetime, first_id: int, second_id: int) -> None:
    """Put on record that these are two people, so that they are not suggested again. Raises NotFound."""
    actor = require(actor, Permission.PEOPLE_MERGE)
    lower, higher = sorted((first_id, second_id))
    if lower == higher or db.get(Person, lower) is None or db.get(Person, higher) is None:
        raise NotFound
    if db.get(DistinctPeople, (lower, higher)) is not None:
        return
    db.add(DistinctPeople(first_id=lower, second_id=higher, at=now))
    audit.record(
        db,
        actor,
        now=now,
        operation="people.keep_apart",
        topics=("people",),
        object_type="person",
        object_id=lower,
        after={"first_id": lower, "second_id": higher},
    )


def _both(db: DbSession, keep_id: int, keep_version: int, gone_id: int, gone_version: int) -> tuple[Person, Person]:
    ids = sorted({keep_id, gone_id})  # in one order everywhere; held, so that nobody adds to either meanwhile
    held = {key: db.get(Person, key, with_for_update=True) for key in ids}
    keep, gone = held[keep_id], held[gone_id]
    if keep is None or gone is None:
        raise NotFound
    if keep is gone:
        raise Invalid({"": "These are the same record."})
    if keep.merged_into_id is not None or gone.merged_into_id is not None:
        raise Invalid({"": "One of them was merged already."})
    if (keep.version, gone.version) != (keep_version, gone_version):
        raise Conflict({})
    accounts = {row.person_id: row.active for row in db.scalars(sa.select(Account).where(Account.person_id.in_(ids)))}
    if accounts.get(keep_id) and accounts.get(gone_id):
        raise Invalid({"": "Both have an active account: deactivate the one that isn't used any more first."})
    if keep_id in accounts and accounts.get(gone_id):
        raise Invalid({"": "The other record's account is the one in use: let that record stay."})
    return keep, gone


def _move(db: DbSession, keep: Person, gone: Person) -> Iterable[tuple[str, int]]:
    yield "attendance", _move_attendance(db, keep.id, gone.id)
    yield "registration", _move_registrations(db, keep.id, gone.id)
    yield "check_in", _move_check_ins(db, keep.id, gone.id)
    yield "membership", _move_memberships(db, keep.id, gone.id)
    yield "facilitator", _move_facilitators(db, keep.id, gone.id)
    yield "person_alias", _move_aliases(db, keep, gone)
    yield "profile_visibility", _move_visibility(db, keep.id, gone.id)
    yield "vote", _move_votes(db, keep.id, gone.id)
    yield "assessment", _move_assessments(db, keep.id, gone.id)
    yield "unit_meeting_person", _move_unit_meetings(db, keep.id, gone.id)
    yield "person_skill", _move_skills(db, keep.id, gone.id)
    yield "participation", _move_participation(db, keep.id, gone.id)
    yield "named_answer", _move_named_answers(db, keep.id, gone.id)
    yield "help_pause", _move_pause(db, keep.id, gone.id)
    for table, column in _references():
        moved = db.execute(sa.update(table).where(column == gone.id).values({column.name: keep.id}))
        yield table.name, int(getattr(moved, "rowcount", 0))


def _references() -> Iterable[tuple[Any, Any]]:
    """Every other column that names a person, those of tables to come included."""
    for table in Base.metadata.sorted_tables:
        if table.name not in _NOT_MOVED:
            yield from ((table, key.parent) for key in table.foreign_keys if key.column.table.name == "person")


def _move_attendance(db: DbSession, keep_id: int, gone_id: int) -> int:
    """Where both are on a list, the person came once."""
    rows = db.scalars(sa.select(Attendance).where(Attendance.person_id == gone_id)).all()
    for row in rows:
        other = db.get(Attendance, (row.session_id, keep_id))
        if other is None:
            db.add(
                Attendance(session_id=row.session_id, person_id=keep_id, led=row.led, spoke=row.spoke, note=row.note)
            )
        else:
            other.led, other.spoke, other.note = other.led or row.led, other.spoke or row.spoke, other.note or row.note
        db.delete(row)
    db.flush()
    return len(rows)


def _move_registrations(db: DbSession, keep_id: int, gone_id: int) -> int:
    """Where both answered, the person comes if either said so."""
    rows = db.scalars(sa.select(Registration).where(Registration.person_id == gone_id)).all()
    for row in rows:
        other = db.get(Registration, (row.session_id, keep_id))
        if other is None:
            db.add(Registration(session_id=row.session_id, person_id=keep_id, answer=row.answer, at=row.at))
        elif row.answer is Answer.GOING:
            other.answer = row.answer
        db.delete(row)
    db.flush()
    return len(rows)


def _move_check_ins(db: DbSession, keep_id: int, gone_id: int) -> int:
    rows = db.scalars(sa.select(CheckIn).where(CheckIn.person_id == gone_id)).all()
    for row in rows:
        if db.get(CheckIn, (row.session_id, keep_id)) is None:
            db.add(CheckIn(session_id=row.session_id, person_id=keep_id, at=row.at))
        db.delete(row)
    db.flush()
    return len(rows)


def _move_memberships(db: DbSession, keep_id: int, gone_id: int) -> int:
    """Stretches of one community that touch become one, from the first day to the last."""
    moved = db.scalars(
        sa.select(Membership).where(Membership.person_id == gone_id).order_by(Membership.joined_on)
    ).all()
    for row in moved:
        same = db.scalars(
            sa.select(Membership).where(Membership.person_id == keep_id, Membership.community_id == row.community_id)
        )
        touching = [other for other in same if _touch(row.joined_on, row.left_on, other.joined_on, other.left_on)]
        if not touching:
            row.person_id = keep_id
            db.flush()
            continue
        for other in [*touching[1:], row]:
            db.delete(other)
        db.flush()
        first = touching[0]
        whole = [*touching, row]
        first.joined_on = min(item.joined_on for item in whole)
        first.left_on = _latest(item.left_on for item in whole)
        if first.left_on is None:
            first.leave_reason = ""
        db.flush()
    return len(moved)


def _move_facilitators(db: DbSession, keep_id: int, gone_id: int) -> int:
    """Where both carry a community at the same time, the stronger role stays, for the whole time."""
    moved = db.scalars(sa.select(Facilitator).where(Facilitator.person_id == gone_id)).all()
    for row in moved:
        same = db.scalars(
            sa.select(Facilitator).where(Facilitator.person_id == keep_id, Facilitator.community_id == row.community_id)
        )
        touching = [item for item in same if _touch(row.since_on, row.until_on, item.since_on, item.until_on)]
        if not touching:
            row.person_id = keep_id
            db.flush()
            continue
        for item in [*touching[1:], row]:
            db.delete(item)
        db.flush()
        first, whole = touching[0], [*touching, row]
        first.role = min((item.role for item in whole), key=_STRENGTH.index)
        first.since_on = _earliest(item.since_on for item in whole)
        first.until_on = _latest(item.until_on for item in whole)
        db.flush()
    return len(moved)


def _earliest(days: Iterable[date | None]) -> date | None:
    """The first day; None, which is without bound, comes before all."""
    known = list(days)
    return None if None in known else min(day for day in known if day is not None)


def _latest(days: Iterable[date | None]) -> date | None:
    """The last day; None, which is without bound, comes after all."""
    known = list(days)
    return None if None in known else max(day for day in known if day is not None)


def _touch(start: date | None, end: date | None, other_start: date | None, other_end: date | None) -> bool:
    """Whether two stretches overlap or follow each other without a day between; None is without bound."""
    starts_in_time = start is None or other_end is None or start <= other_end
    ends_in_time = end is None or other_start is None or other_start <= end
    return starts_in_time and ends_in_time


def _move_aliases(db: DbSession, keep: Person, gone: Person) -> int:
    rows = db.scalars(sa.select(PersonAlias).where(PersonAlias.person_id == gone.id)).all()
    for row in rows:
        learn_spelling(db, keep, row.key)
        db.delete(row)
    db.flush()
    return len(rows)


def _move_visibility(db: DbSession, keep_id: int, gone_id: int) -> int:
    """Of two choices the stricter stays, in each point; a record without one said neither yes nor no."""
    moved = db.get(ProfileVisibility, gone_id)
    if moved is None:
        return 0
    stays = db.get(ProfileVisibility, keep_id)
    ticks = ("findable", "show_unit", "show_job_role", "show_communities")
    if stays is None:
        db.add(ProfileVisibility(person_id=keep_id, **{name: getattr(moved, name) for name in ticks}))
    else:
        for name in ticks:
            setattr(stays, name, getattr(stays, name) and getattr(moved, name))
    db.delete(moved)
    db.flush()
    return 1


def _move_votes(db: DbSession, keep_id: int, gone_id: int) -> int:
    """Where both voted, the person has one vote, since the first of them."""
    rows = db.scalars(sa.select(Vote).where(Vote.person_id == gone_id)).all()
    for row in rows:
        other = db.get(Vote, (row.item_id, keep_id))
        if other is None:
            db.add(Vote(item_id=row.item_id, person_id=keep_id, at=row.at))
        else:
            other.at = min(other.at, row.at)
        db.delete(row)
    db.flush()
    return len(rows)


def _move_assessments(db: DbSession, keep_id: int, gone_id: int) -> int:
    """Where both gave an item a mark on a criterion, the later one is what the person thinks."""
    rows = db.scalars(sa.select(Assessment).where(Assessment.assessor_id == gone_id)).all()
    for row in rows:
        key = {"item_id": row.item_id, "criterion_id": row.criterion_id, "assessor_id": keep_id}
        other = db.get(Assessment, key)
        if other is None:
            db.add(Assessment(**key, value=row.value, at=row.at))
        elif row.at > other.at:
            other.value, other.at = row.value, row.at
        db.delete(row)
    db.flush()
    return len(rows)


def _move_unit_meetings(db: DbSession, keep_id: int, gone_id: int) -> int:
    """Where both took part, the person did once."""
    rows = db.scalars(sa.select(UnitMeetingPerson).where(UnitMeetingPerson.person_id == gone_id)).all()
    for row in rows:
        if db.get(UnitMeetingPerson, (row.meeting_id, keep_id)) is None:
            db.add(UnitMeetingPerson(meeting_id=row.meeting_id, person_id=keep_id))
        db.delete(row)
    db.flush()
    return len(rows)


def _move_skills(db: DbSession, keep_id: int, gone_id: int) -> int:
    """Of two answers on a skill the later one counts; both must offer help for the offer to stay."""
    rows = db.scalars(sa.select(PersonSkill).where(PersonSkill.person_id == gone_id)).all()
    for row in rows:
        other = db.get(PersonSkill, (keep_id, row.skill_id))
        if other is None:
            said = {name: getattr(row, name) for name in ("level", "wants_to_learn", "can_help", "updated_at")}
            db.add(PersonSkill(person_id=keep_id, skill_id=row.skill_id, **said))
        else:
            other.can_help = other.can_help and row.can_help
            if row.updated_at > other.updated_at:
                other.level, other.wants_to_learn, other.updated_at = row.level, row.wants_to_learn, row.updated_at
        db.delete(row)
    db.flush()
    return len(rows)


def _move_participation(db: DbSession, keep_id: int, gone_id: int) -> int:
    """Where both are asked, the one who answered counts, in the groups in which they did; where both did, both stay.

    Two answers are there, then, and who answered is what decides on what may be told of them.
    """
    rows = db.scalars(sa.select(Participation).where(Participation.person_id == gone_id)).all()
    moved = 0
    for row in rows:
        other = db.get(Participation, (row.survey_id, keep_id))
        if other is not None and other.done and row.done:
            continue
        stays = row if other is None or row.done else other
        survey_id, cohort_id, done = row.survey_id, stays.cohort_id, stays.done
        for old in filter(None, (row, other)):
            db.delete(old)
        db.flush()
        db.add(Participation(survey_id=survey_id, person_id=keep_id, cohort_id=cohort_id, done=done))
        moved += 1
    db.flush()
    return moved


def _move_named_answers(db: DbSession, keep_id: int, gone_id: int) -> int:
    """Where both answered a wave, both answers stay where they are, as both count; else the person has the one."""
    moved = 0
    for row in db.scalars(sa.select(NamedAnswer).where(NamedAnswer.person_id == gone_id)).all():
        if db.get(NamedAnswer, (row.survey_id, keep_id)) is None:
            db.add(NamedAnswer(survey_id=row.survey_id, person_id=keep_id, values=row.values))
            db.delete(row)
            moved += 1
    db.flush()
    return moved


def _move_pause(db: DbSession, keep_id: int, gone_id: int) -> int:
    """Of two pauses the longer one stays."""
    row, other = db.get(HelpPause, gone_id), db.get(HelpPause, keep_id)
    if row is None:
        return 0
    if other is None:
        db.add(HelpPause(person_id=keep_id, until_on=row.until_on))
    else:
        other.until_on = max(other.until_on, row.until_on)
    db.delete(row)
    db.flush()
    return 1


def _take_over(db: DbSession, keep: Person, gone: Person) -> None:
    """What only the other record tells: address, handle, unit, job role, account; that somebody is staff, too."""
    taken = {}
    for name in ("email", "handle"):
        if getattr(keep, name) is None and getattr(gone, name) is not None:
            taken[name] = getattr(gone, name)
            setattr(gone, name, None)
    db.flush()  # both are unique: given up before they are taken
    for name, value in taken.items():
        setattr(keep, name, value)
    if gone.kind is PersonKind.STAFF and keep.kind is PersonKind.GUEST:  # its record tells where, and whether still
        keep.kind, keep.active = gone.kind, gone.active
        keep.org_unit_id, keep.job_role_id = gone.org_unit_id or keep.org_unit_id, gone.job_role_id or keep.job_role_id
    elif gone.kind is keep.kind:
        keep.active = keep.active or gone.active
    keep.org_unit_id = keep.org_unit_id or gone.org_unit_id
    keep.job_role_id = keep.job_role_id or gone.job_role_id
    own = db.scalar(sa.select(Account.id).where(Account.person_id == keep.id))
    account = db.scalar(sa.select(Account).where(Account.person_id == gone.id))
    if account is not None and own is None:
        account.person_id = keep.id
    elif account is not None and own is not None:
        _move_identities(db, own, account.id)


def _move_identities(db: DbSession, own: int, gone: int) -> None:
    """Who they are to an identity provider leads to the account that stays, unless that has one there already."""
    known = set(db.scalars(sa.select(ExternalIdentity.issuer).where(ExternalIdentity.account_id == own)))
    for row in db.scalars(sa.select(ExternalIdentity).where(ExternalIdentity.account_id == gone)).all():
        if row.issuer not in known:
            row.account_id = own
    db.flush()
