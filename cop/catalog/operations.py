"""Writes on communities: what they are, who carries them, who belongs, what they keep and gain."""

from datetime import date, datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop import audit, facts
from cop.catalog import checks as checked
from cop.catalog.withdrawn import RESTORE, WITHDRAW, withdrawn
from cop.choices import (
    CommunityType,
    ContributionKind,
    FacilitatorRole,
    ObjectiveStatus,
    ResourceKind,
    SessionStatus,
    Stage,
)
from cop.db import wait_for
from cop.errors import Forbidden, Invalid, NotFound
from cop.models import Community, CommunitySession, Contribution, Facilitator, Membership, Objective, Person, Resource
from cop.organisation import time_zone
from cop.periods import local_day
from cop.permissions import Actor, Permission, may, require
from cop.validation import LONG, Checks


def create_community(
    db: DbSession,
    actor: Actor | None,
    *,
    now: datetime,
    name: str,
    focus: str,
    type: str = CommunityType.COMMUNITY,  # noqa: A002 - the column's name
    stage: str = Stage.POTENTIAL,
    area: str = "",
    org_unit_id: int | None = None,
    founded_on: date | None = None,
) -> int:
    """Open a community; its name in addresses is made from its name and stays. An unknown area is added."""
    actor = require(actor, Permission.COMMUNITY_CREATE)
    checks = Checks()
    values = checked.community_values(
        db,
        checks,
        name=name,
        focus=focus,
        type=type,
        stage=stage,
        area=area,
        org_unit_id=org_unit_id,
        founded_on=founded_on,
        now=now,
    )
    checks.done()
    values["area_id"] = _area_id(db, actor, values.pop("area"), now=now)
    row = Community(slug=checked.free_slug(db, values["name"]), created_at=now, **values)
    db.add(row)
    db.flush()
    _record(db, actor, now, "create_community", row, before=None, topics=("catalog",))
    return row.id


def edit_community(
    db: DbSession,
    actor: Actor | None,
    *,
    now: datetime,
    community_id: int,
    version: int,
    name: str,
    focus: str,
    charter: str,
    norms: str,
    cadence: str,
    channel_url: str,
    area: str,
    org_unit_id: int | None,
    type: str,  # noqa: A002 - the column's name
    stage: str,
    founded_on: date | None,
) -> int:
    """Change what a community says of itself; its name in addresses stays, so that shared links keep working.

    Raises Conflict with the present values when somebody else changed it since `version`.
    """
    actor = require(actor, Permission.COMMUNITY_EDIT, community_id=community_id)
    row = _find_open(db, community_id)
    checked.same_version(db, row, version, current=lambda: checked.editable(db, row))
    checks = Checks()
    values = checked.community_values(
        db,
        checks,
        name=name,
        focus=focus,
        type=type,
        stage=stage,
        area=area,
        org_unit_id=org_unit_id,
        founded_on=founded_on,
        now=now,
        community_id=community_id,
    )
    values |= {
        "charter": checks.text("charter", "The charter", charter, limit=LONG),
        "norms": checks.text("norms", "The norms", norms, limit=LONG),
        "cadence": checks.text("cadence", "The cadence", cadence, limit=80),
        "channel_url": checks.url("channel_url", "The channel", channel_url),
    }
    if values["area"] and checked.area_id(db, values["area"]) is None and not may(actor, Permission.COMMUNITY_CREATE):
        checks.fail("area", "There is no such area. The programme office adds areas.")
    checks.done()
    before = audit.values(row)
    values["area_id"] = _area_id(db, actor, values.pop("area"), now=now)
    _set(row, values)
    db.flush()
    _record(db, actor, now, "edit_community", row, before=before, topics=("catalog",))
    return row.id


def archive_community(
    db: DbSession,
    actor: Actor | None,
    *,
    now: datetime,
    community_id: int,
    version: int,
    reason: str,
    merged_into_id: int | None = None,
) -> int:
    """Close a community, or note which one it became part of. It stays readable; nobody joins or edits it."""
    actor = require(actor, Permission.COMMUNITY_ARCHIVE)
    row = _find(db, Community, community_id)
    checked.same_version(db, row, version, current=lambda: checked.editable(db, row))
    checks = Checks()
    reason = checks.text("reason", "The reason", reason, limit=500, required=True)
    if row.archived_at is not None:
        checks.fail("", "This community is archived already.")
    if merged_into_id is not None:
        target = db.get(Community, merged_into_id)
        if target is None or target.id == row.id or target.archived_at is not None:
            checks.fail("merged_into_id", "Choose another community that isn't archived.")
    planned = _planned_ahead(db, row.id, now)
    if planned:
        noun = "session is" if planned == 1 else "sessions are"
        checks.fail("", f"{planned} {noun} still planned. Cancel first, so that everyone's calendar learns of it.")
    checks.done()
    before = audit.values(row)
    row.archived_at, row.archive_reason, row.merged_into_id = now, reason, merged_into_id
    db.flush()
    _record(db, actor, now, "archive_community", row, before=before, topics=("catalog", "memberships"))
    facts.touch(db, row.id, _today(db, now))  # memberships end here
    return row.id


def reopen_community(
    db: DbSession, actor: Actor | None, *, now: datetime, community_id: int, version: int, reason: str
) -> int:
    """Bring an archived community back; the reason stands in the audit trail."""
    actor = require(actor, Permission.COMMUNITY_ARCHIVE)
    row = _find(db, Community, community_id)
    checked.same_version(db, row, version, current=lambda: checked.editable(db, row))
    checks = Checks()
    reason = checks.text("reason", "The reason", reason, limit=500, required=True)
    if row.archived_at is None:
        checks.fail("", "This community isn't archived.")
    checks.done()
    before = audit.values(row)
    facts.touch(db, row.id, local_day(row.archived_at or now, time_zone(db)))  # memberships ended there
    row.archived_at, row.archive_reason, row.merged_into_id = None, "", None
    db.flush()
    topics = ("catalog", "memberships")
    _record(db, actor, now, "reopen_community", row, before=before, topics=topics, extra={"reopen_reason": reason})
    return row.id


def add_objective(
    db: DbSession,
    actor: Actor | None,
    *,
    now: datetime,
    community_id: int,
    statement: str,
    measure: str = "",
    baseline: float | None = None,
    target: float | None = None,
    current: float | None = None,
    due_on: date | None = None,
) -> int:
    """Note what the community wants to reach."""
    actor = require(actor, Permission.COMMUNITY_EDIT, community_id=community_id)
    _find_open(db, community_id)
    values = checked.objective_values(
        statement=statement, measure=measure, baseline=baseline, target=target, current=current, due_on=due_on
    )
    row = Objective(community_id=community_id, **values)
    db.add(row)
    db.flush()
    _record(db, actor, now, "add_objective", row, before=None, topics=("catalog",))
    return row.id


def edit_objective(
    db: DbSession,
    actor: Actor | None,
    *,
    now: datetime,
    community_id: int,
    objective_id: int,
    version: int,
    statement: str,
    measure: str,
    baseline: float | None,
    target: float | None,
    current: float | None,
    due_on: date | None,
    met: bool,
) -> int:
    """Change an objective, report where it stands, or take a dropped one up again."""
    actor = require(actor, Permission.COMMUNITY_EDIT, community_id=community_id)
    _find_open(db, community_id)
    row = _find_of(db, Objective, objective_id, community_id)
    checked.same_version(db, row, version, current=lambda: audit.values(row))
    values = checked.objective_values(
        statement=statement, measure=measure, baseline=baseline, target=target, current=current, due_on=due_on
    )
    before = audit.values(row)
    _set(row, values | {"status": ObjectiveStatus.MET if met else ObjectiveStatus.OPEN})
    db.flush()
    _record(db, actor, now, "edit_objective", row, before=before, topics=("catalog",))
    return row.id


def drop_objective(
    db: DbSession, actor: Actor | None, *, now: datetime, community_id: int, objective_id: int, version: int
) -> int:
    """Give an objective up; it stays on record."""
    actor = require(actor, Permission.COMMUNITY_EDIT, community_id=community_id)
    _find_open(db, community_id)
    row = _find_of(db, Objective, objective_id, community_id)
    checked.same_version(db, row, version, current=lambda: audit.values(row))
    before = audit.values(row)
    row.status = ObjectiveStatus.DROPPED
    db.flush()
    _record(db, actor, now, "drop_objective", row, before=before, topics=("catalog",))
    return row.id


def add_resource(
    db: DbSession,
    actor: Actor | None,
    *,
    now: datetime,
    community_id: int,
    title: str,
    url: str,
    kind: str = ResourceKind.LINK,
) -> int:
    """Keep a link at hand for the community."""
    actor = require(actor, Permission.COMMUNITY_EDIT, community_id=community_id)
    _find_open(db, community_id)
    values = checked.resource_values(title=title, url=url, kind=kind)
    row = Resource(community_id=community_id, added_by_id=actor.person_id or None, added_at=now, **values)
    db.add(row)
    db.flush()
    _record(db, actor, now, "add_resource", row, before=None, topics=("catalog",))
    return row.id


def edit_resource(
    db: DbSession,
    actor: Actor | None,
    *,
    now: datetime,
    community_id: int,
    resource_id: int,
    version: int,
    title: str,
    url: str,
    kind: str,
) -> int:
    """Change a resource."""
    actor = require(actor, Permission.COMMUNITY_EDIT, community_id=community_id)
    _find_open(db, community_id)
    row = _find_of(db, Resource, resource_id, community_id)
    checked.same_version(db, row, version, current=lambda: audit.values(row))
    values = checked.resource_values(title=title, url=url, kind=kind)
    before = audit.values(row)
    _set(row, values)
    db.flush()
    _record(db, actor, now, "edit_resource", row, before=before, topics=("catalog",))
    return row.id


def archive_resource(db: DbSession, actor: Actor | None, *, now: datetime, community_id: int, resource_id: int) -> int:
    """Put a resource away; archiving twice changes nothing."""
    actor = require(actor, Permission.COMMUNITY_EDIT, community_id=community_id)
    return _shelve_resource(db, actor, now, "archive_resource", _find_of(db, Resource, resource_id, community_id), now)


def restore_resource(db: DbSession, actor: Actor | None, *, now: datetime, community_id: int, resource_id: int) -> int:
    """Undo archiving a resource."""
    actor = require(actor, Permission.COMMUNITY_EDIT, community_id=community_id)
    return _shelve_resource(db, actor, now, "restore_resource", _find_of(db, Resource, resource_id, community_id), None)


def _shelve_resource(
    db: DbSession, actor: Actor, now: datetime, operation: str, row: Resource, archived_at: datetime | None
) -> int:
    if (row.archived_at is None) != (archived_at is None):
        before = audit.values(row)
        row.archived_at = archived_at
        db.flush()
        _record(db, actor, now, operation, row, before=before, topics=("catalog",))
    return row.id


def assign_facilitator(
    db: DbSession,
    actor: Actor | None,
    *,
    now: datetime,
    community_id: int,
    person_id: int | None,
    role: str,
    since_on: date | None = None,
) -> int:
    """Let a person facilitate from a day on (today if none is given); another role of theirs ends that day.

    Who facilitates a community belongs to it, so they become a member today if they aren't one.
    """
    actor = require(actor, Permission.FACILITATOR_ASSIGN)
    _find_open(db, community_id)
    since = since_on or _today(db, now)
    checks = Checks()
    wanted = FacilitatorRole(checks.one_of("role", "The role", role, FacilitatorRole))
    person = db.get(Person, person_id) if person_id is not None else None
    if person is None or not person.active or person.merged_into_id is not None:
        checks.fail("person_id", "Choose an active person.")
    standing = _assignments_after(db, community_id, person_id, since)
    if any(row.until_on is not None or (row.since_on or date.min) > since for row in standing):
        checks.fail("since_on", "This person has a role here that starts or ends after that day.")
    elif any(row.role is wanted for row in standing):
        checks.fail("person_id", "This person already has that role here.")
    checks.done()
    for row in standing:
        _end(db, actor, now, row, since)
    db.flush()
    made = Facilitator(community_id=community_id, person_id=person.id, role=wanted, since_on=since)  # type: ignore[union-attr]
    db.add(made)
    db.flush()
    _record(db, actor, now, "assign_facilitator", made, before=None, topics=_FACILITATION)
    facts.touch(db, community_id, since)
    _belong(db, actor, now, community_id, made.person_id, "Facilitates it")
    return made.id


def end_facilitator(
    db: DbSession,
    actor: Actor | None,
    *,
    now: datetime,
    community_id: int,
    facilitator_id: int,
    until_on: date | None = None,
) -> int:
    """End an assignment, or end it earlier; `until_on` is the first day without it (today if none is given)."""
    actor = require(actor, Permission.FACILITATOR_ASSIGN)
    row = _find_of(db, Facilitator, facilitator_id, community_id)
    until = until_on or _today(db, now)
    if row.since_on is not None and until < row.since_on:
        raise Invalid({"until_on": "The last day can't lie before the first."})
    if row.until_on is not None and until > row.until_on:
        raise Invalid({"until_on": "This role ended already. Assign it anew to go on."})
    if row.until_on != until:
        _end(db, actor, now, row, until)
    return row.id


_FACILITATION = ("catalog", "memberships", "sessions")
"""Facilitators are left out of participation, so its figures change with them."""


def _end(db: DbSession, actor: Actor, now: datetime, row: Facilitator, until: date) -> None:
    before = audit.values(row)
    facts.touch(db, row.community_id, min(until, row.until_on or until))
    row.until_on = until
    db.flush()
    _record(db, actor, now, "end_facilitator", row, before=before, topics=_FACILITATION)


def _assignments_after(db: DbSession, community_id: int, person_id: int | None, day: date) -> list[Facilitator]:
    """The person's assignments that last beyond the day or start later."""
    rows = sa.select(Facilitator).where(
        Facilitator.community_id == community_id,
        Facilitator.person_id == person_id,
        sa.or_(Facilitator.until_on.is_(None), Facilitator.until_on > day),
    )
    return list(db.scalars(rows))


def join_community(
    db: DbSession, actor: Actor | None, *, now: datetime, community_id: int, reason: str = ""
) -> int | None:
    """Become a member from today on; for a member already, nothing changes."""
    actor = require(actor, Permission.COMMUNITY_JOIN)
    checks = Checks()
    reason = checks.text("reason", "The reason", reason, limit=300)
    community = _find(db, Community, community_id)
    if community.archived_at is not None:
        checks.fail("", "This community is archived, so nobody can join it any more.")
    checks.done()
    _require_person(db, actor)
    return _belong(db, actor, now, community_id, actor.person_id, reason)


def _belong(db: DbSession, actor: Actor, now: datetime, community_id: int, person_id: int, reason: str) -> int:
    """Make the person a member from today on, if they aren't one; returns the stay's id.

    Whoever left earlier today was never outside for a day, so that stay goes on instead of a second one starting.
    """
    today = _today(db, now)
    last = _last_stay(db, community_id, person_id)
    if last is not None and last.left_on is None:
        return last.id
    if last is not None and last.left_on is not None and last.left_on >= today:
        before = audit.values(last)
        last.left_on, last.leave_reason, last.join_reason = None, "", reason or last.join_reason
    else:
        before = None
        last = Membership(community_id=community_id, person_id=person_id, joined_on=today, join_reason=reason)
        db.add(last)
    db.flush()
    _record(db, actor, now, "join_community", last, before=before, topics=_BELONGING)
    facts.touch(db, community_id, today)
    return last.id


def leave_community(
    db: DbSession, actor: Actor | None, *, now: datetime, community_id: int, reason: str = ""
) -> int | None:
    """Stop being a member, today being the first day outside; for who isn't one, nothing changes."""
    actor = require(actor, Permission.COMMUNITY_JOIN)
    checks = Checks()
    reason = checks.text("reason", "The reason", reason, limit=300)
    checks.done()
    _find(db, Community, community_id)
    stay = _last_stay(db, community_id, actor.person_id)
    if stay is None or stay.left_on is not None:
        return None
    before = audit.values(stay)
    stay.left_on = max(_today(db, now), stay.joined_on)
    stay.leave_reason = reason
    db.flush()
    _record(db, actor, now, "leave_community", stay, before=before, topics=_BELONGING)
    facts.touch(db, community_id, stay.left_on)
    return stay.id


_BELONGING = ("memberships",)


def _last_stay(db: DbSession, community_id: int, person_id: int) -> Membership | None:
    return db.scalar(
        sa.select(Membership)
        .where(Membership.community_id == community_id, Membership.person_id == person_id)
        .order_by(Membership.left_on.is_(None).desc(), Membership.joined_on.desc())
        .limit(1)
    )


def add_contribution(
    db: DbSession,
    actor: Actor | None,
    *,
    now: datetime,
    community_id: int,
    kind: str,
    title: str,
    url: str = "",
    day: date | None = None,
) -> int:
    """Give the community something between its sessions, in one's own name; members and facilitators do.

    The permission is every staff member's; belonging to the community is what bounds it.
    """
    actor = require(actor, Permission.CONTRIBUTE)
    _find(db, Community, community_id)
    stay = _last_stay(db, community_id, actor.person_id)
    belongs = stay is not None and stay.left_on is None
    if not (belongs or may(actor, Permission.COMMUNITY_EDIT, community_id=community_id)):
        raise Forbidden
    _find_open(db, community_id)
    values = checked.contribution_values(kind=kind, title=title, url=url, day=day, today=_today(db, now))
    row = Contribution(community_id=community_id, person_id=actor.person_id or None, **values)
    db.add(row)
    db.flush()
    _record(db, actor, now, "add_contribution", row, before=None, topics=("sessions",))
    facts.touch(db, community_id, row.day)
    return row.id


def edit_contribution(
    db: DbSession,
    actor: Actor | None,
    *,
    now: datetime,
    community_id: int,
    contribution_id: int,
    version: int,
    kind: str,
    title: str,
    url: str,
    day: date | None,
) -> int:
    """Correct a contribution that was made between sessions; whose it is stays."""
    actor = require(actor, Permission.CONTRIBUTE)
    row = _correctable(db, actor, community_id, contribution_id, version)
    values = checked.contribution_values(kind=kind, title=title, url=url, day=day, today=_today(db, now))
    before = audit.values(row)
    facts.touch(db, community_id, min(row.day, values["day"]))
    _set(row, values)
    db.flush()
    extra = {"of": before["title"]}
    _record(db, actor, now, "edit_contribution", row, before=before, topics=("sessions",), extra=extra)
    return row.id


def withdraw_contribution(
    db: DbSession, actor: Actor | None, *, now: datetime, community_id: int, contribution_id: int, version: int
) -> int:
    """Take back a contribution that was made between sessions; `restore_contribution` brings it back from the trail."""
    actor = require(actor, Permission.CONTRIBUTE)
    row = _correctable(db, actor, community_id, contribution_id, version)
    facts.touch(db, community_id, row.day)
    db.delete(row)
    db.flush()
    audit.record(
        db,
        actor,
        now=now,
        operation=WITHDRAW,
        topics=("sessions",),
        object_type=row.__tablename__,
        object_id=contribution_id,
        community_id=community_id,
        before=audit.values(row),
    )
    return contribution_id


def restore_contribution(db: DbSession, actor: Actor | None, *, now: datetime, community_id: int, entry_id: int) -> int:
    """Bring back what the audit entry says was withdrawn, for who gave it and for those who carry the community.

    Returns the contribution's id, which is a new one. Raises NotFound for an entry that is no withdrawal here, Invalid
    where it is back already.
    """
    actor = require(actor, Permission.CONTRIBUTE)
    wait_for(db, RESTORE)
    gone = withdrawn(db, community_id, entry_id=entry_id)
    if not gone:
        raise NotFound
    found = gone[0]
    own = found.person_id is not None and found.person_id == actor.person_id
    if not (own or may(actor, Permission.COMMUNITY_EDIT, community_id=community_id)):
        raise Forbidden
    _find_open(db, community_id)
    if found.is_back:
        raise Invalid({"": "This contribution is back already."})
    row = Contribution(
        community_id=community_id,
        person_id=found.person_id,
        kind=ContributionKind(found.kind),
        title=found.title,
        url=found.url,
        day=found.day,
    )
    db.add(row)
    db.flush()
    extra = {"entry_id": entry_id}
    _record(db, actor, now, "restore_contribution", row, before=None, topics=("sessions",), extra=extra)
    facts.touch(db, community_id, row.day)
    return row.id


def _correctable(db: DbSession, actor: Actor, community_id: int, contribution_id: int, version: int) -> Contribution:
    """The contribution, for who gave it and for those who carry the community."""
    row = _find_of(db, Contribution, contribution_id, community_id)
    own = row.person_id is not None and row.person_id == actor.person_id
    if not (own or may(actor, Permission.COMMUNITY_EDIT, community_id=community_id)):
        raise Forbidden
    _find_open(db, community_id)
    if row.session_id is not None:
        raise Invalid({"": "This came of a session. Amend what was recorded there."})
    checked.same_version(db, row, version, current=lambda: audit.values(row))
    return row


T = TypeVar("T")
Owned = TypeVar("Owned", Objective, Resource, Facilitator, Contribution)


def _find(db: DbSession, table: type[T], key: int) -> T:
    row = db.get(table, key)
    if row is None:
        raise NotFound
    return row


def _find_of(db: DbSession, table: type[Owned], key: int, community_id: int) -> Owned:
    """A row of that community: the permission was asked for there, so another's is as good as none."""
    row = _find(db, table, key)
    if row.community_id != community_id:
        raise NotFound
    return row


def _find_open(db: DbSession, community_id: int) -> Community:
    row = _find(db, Community, community_id)
    if row.archived_at is not None:
        raise Invalid({"": "This community is archived. Reopen it first."})
    return row


def _require_person(db: DbSession, actor: Actor) -> None:
    """The command line acts without being a person: it can't join anything."""
    if db.get(Person, actor.person_id) is None:
        raise Forbidden


def _planned_ahead(db: DbSession, community_id: int, now: datetime) -> int:
    return (
        db.scalar(
            sa.select(sa.func.count()).where(
                CommunitySession.community_id == community_id,
                CommunitySession.status == SessionStatus.PLANNED,
                CommunitySession.ends_at > now,
            )
        )
        or 0
    )


def _area_id(db: DbSession, actor: Actor, name: str, *, now: datetime) -> int | None:
    """The area of that name, added where it is new."""
    if not name:
        return None
    found = checked.area_id(db, name)
    if found is not None:
        return found
    row = checked.new_area(db, name)
    audit.record(
        db, actor, now=now, operation="catalog.add_area", object_type="area", object_id=row.id, after=audit.values(row)
    )
    return row.id


def _today(db: DbSession, now: datetime) -> date:
    return local_day(now, time_zone(db))


def _set(row: Any, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)


def _record(
    db: DbSession,
    actor: Actor,
    now: datetime,
    operation: str,
    row: Any,
    *,
    before: dict[str, Any] | None,
    topics: tuple[str, ...],
    extra: dict[str, Any] | None = None,
) -> None:
    audit.record(
        db,
        actor,
        now=now,
        operation=f"catalog.{operation}",
        topics=topics,
        object_type=row.__tablename__,
        object_id=row.id,
        community_id=row.id if isinstance(row, Community) else row.community_id,
        before=before,
        after=audit.values(row) | (extra or {}),
    )
