"""Reads of meetings with units, within what the actor may see: every unit, every meeting, one of them, all concerns."""

from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.catalog.queries import units as active_units
from cop.funnel import meeting_rows as rows
from cop.funnel.meetings import MeetingInput, course, reach
from cop.models import Concern, FunnelItem, OrgUnit, Person, UnitMeeting, UnitMeetingPerson
from cop.permissions import Actor, Permission, require
from cop.query import query


def _scope(actor: Actor | None, **_params: Any) -> Hashable:
    return reach(actor)


_UNITS = {
    "unit_id": "int64", "name": "str", "unit": "str", "people": "int64", "meetings": "int64", "last_met": "object",
    "receptiveness": "str", "course": "str", "next_contact_on": "object", "open_concerns": "int64",
}  # fmt: skip
_MEETINGS = {
    "id": "int64", "unit_id": "int64", "name": "str", "unit": "str", "met_on": "object", "led_by": "str", "took_part": "str",
    "people": "int64", "receptiveness": "str", "notes": "str", "next_contact_on": "object", "latest": "bool",
    "needs": "int64", "concerns": "int64", "open_concerns": "int64", "archived": "bool",
}  # fmt: skip
_CONCERNS = {
    "id": "int64", "meeting_id": "int64", "unit_id": "int64", "unit": "str", "raised_on": "object", "concern": "str",
    "answer": "str", "follow_up_on": "object", "settled_on": "object",
}  # fmt: skip


@query("meetings", "funnel", "organisation", "people", scope=_scope)
def units(db: DbSession, actor: Actor | None) -> pd.DataFrame:
    """Every active unit within reach in the order of the tree, with how it was met; archived meetings don't count.

    `unit` is where it stands in the tree, its own name last; `people` are active ones directly in it; `receptiveness` is
    that of the last meeting that tells it, "" where none does; `next_contact_on` that of the last meeting; both days are
    None where there are none.
    """
    within = reach(actor)
    met: dict[int, list[dict[Any, Any]]] = defaultdict(list)
    for meeting in meetings(db, actor).to_dict("records"):  # the newest first
        if not meeting["archived"]:
            met[meeting["unit_id"]].append(meeting)
    staffed = _counts(db, Person.org_unit_id, Person.active, Person.merged_into_id.is_(None))
    found = []
    for unit in active_units(db, actor):
        if within is not None and unit.id not in within:
            continue
        held = met[unit.id]
        told = [(one["met_on"], one["receptiveness"]) for one in reversed(held) if one["receptiveness"]]
        found.append(
            {
                "unit_id": unit.id,
                "name": unit.name,
                "unit": unit.path,
                "people": staffed.get(unit.id, 0),
                "meetings": len(held),
                "last_met": held[0]["met_on"] if held else None,
                "receptiveness": told[-1][1] if told else "",
                "course": course(told),
                "next_contact_on": held[0]["next_contact_on"] if held else None,
                "open_concerns": sum(one["open_concerns"] for one in held),
            }
        )
    return pd.DataFrame(found, columns=list(_UNITS), dtype="object").astype(_UNITS)


@query("meetings", "funnel", "organisation", "people", scope=_scope)
def meetings(db: DbSession, actor: Actor | None) -> pd.DataFrame:
    """Every meeting within reach, the newest first, archived ones too.

    `latest` marks a unit's last one that isn't archived: only its next contact is still to come. `needs` are funnel
    items raised there.
    """
    paths = _paths(db)
    people = _people(db)
    needs = _counts(db, FunnelItem.meeting_id)
    concerns = _counts(db, Concern.meeting_id)
    unsettled = _counts(db, Concern.meeting_id, Concern.settled_on.is_(None))
    seen: set[int] = set()
    found = []
    listed = (
        sa.select(UnitMeeting, OrgUnit.name, Person.name)
        .join(OrgUnit, OrgUnit.id == UnitMeeting.org_unit_id)
        .outerjoin(Person, Person.id == UnitMeeting.led_by_id)
    )
    for row, name, led_by in db.execute(_reachable(actor, listed)):
        latest = row.archived_at is None and row.org_unit_id not in seen
        if latest:
            seen.add(row.org_unit_id)
        found.append(
            {
                "id": row.id,
                "unit_id": row.org_unit_id,
                "name": name,
                "unit": paths[row.org_unit_id],
                "met_on": row.met_on,
                "led_by": led_by or "",
                "took_part": ", ".join(people[row.id].values()),
                "people": len(people[row.id]),
                "receptiveness": row.receptiveness.value if row.receptiveness else "",
                "notes": row.notes,
                "next_contact_on": row.next_contact_on,
                "latest": latest,
                "needs": needs.get(row.id, 0),
                "concerns": concerns.get(row.id, 0),
                "open_concerns": unsettled.get(row.id, 0),
                "archived": row.archived_at is not None,
            }
        )
    return pd.DataFrame(found, columns=list(_MEETINGS), dtype="object").astype(_MEETINGS)


@query("meetings", "organisation", scope=_scope)
def concerns(db: DbSession, actor: Actor | None) -> pd.DataFrame:
    """What units within reach worry about, of meetings that aren't archived: what to come back to first, settled last."""
    paths = _paths(db)
    listed = (
        sa.select(Concern, UnitMeeting.org_unit_id, UnitMeeting.met_on)
        .join(UnitMeeting, UnitMeeting.id == Concern.meeting_id)
        .where(UnitMeeting.archived_at.is_(None))
    )
    found = [
        {
            "id": row.id,
            "meeting_id": row.meeting_id,
            "unit_id": unit_id,
            "unit": paths[unit_id],
            "raised_on": met_on,
            "concern": row.concern,
            "answer": row.answer,
            "follow_up_on": row.follow_up_on,
            "settled_on": row.settled_on,
        }
        for row, unit_id, met_on in db.execute(_reachable(actor, listed))
    ]
    found.sort(key=lambda one: (one["settled_on"] is not None, one["follow_up_on"] or date.max, one["raised_on"]))
    return pd.DataFrame(found, columns=list(_CONCERNS), dtype="object").astype(_CONCERNS)


@dataclass(frozen=True)
class Worry:
    """A concern raised in a meeting."""

    id: int
    version: int
    concern: str
    answer: str
    follow_up_on: date | None
    settled_on: date | None


@dataclass(frozen=True)
class Meeting:
    """One meeting with everything that hangs on it; `names` are of its people, those who left since too."""

    id: int
    version: int
    name: str
    unit: str
    """Where the unit stands in the tree."""
    said: MeetingInput
    names: dict[int, str]
    archived: bool
    met_again_on: date | None
    """When the unit was met next, which settles this meeting's next contact."""
    concerns: tuple[Worry, ...]
    needs: dict[int, tuple[str, str]]
    """Title and stage of each funnel item raised there, by id."""


@query("meetings", "funnel", "organisation", "people", scope=_scope)
def meeting(db: DbSession, actor: Actor | None, *, meeting_id: int) -> Meeting:
    """The meeting; NotFound where there is none, or none that the actor may see."""
    row = rows.meeting_of(db, require(actor, Permission.UNIT_MEETING), meeting_id)
    said = rows.as_typed(db, row)
    involved = [*said.person_ids, *([said.led_by_id] if said.led_by_id is not None else [])]
    names = db.execute(sa.select(Person.id, Person.name).where(Person.id.in_(involved)).order_by(Person.name))
    worries = db.scalars(sa.select(Concern).where(Concern.meeting_id == row.id).order_by(Concern.id))
    raised = db.execute(
        sa.select(FunnelItem.id, FunnelItem.title, sa.type_coerce(FunnelItem.stage, sa.String))
        .where(FunnelItem.meeting_id == row.id)
        .order_by(FunnelItem.id)
    )
    return Meeting(
        id=row.id,
        version=row.version,
        name=db.get_one(OrgUnit, row.org_unit_id).name,
        unit=_paths(db)[row.org_unit_id],
        said=said,
        names={key: name for key, name in names},  # noqa: C416 - dict() doesn't take rows
        archived=row.archived_at is not None,
        met_again_on=db.scalar(
            sa.select(sa.func.min(UnitMeeting.met_on)).where(
                UnitMeeting.org_unit_id == row.org_unit_id,
                UnitMeeting.met_on > row.met_on,
                UnitMeeting.archived_at.is_(None),
            )
        ),
        concerns=tuple(
            Worry(one.id, one.version, one.concern, one.answer, one.follow_up_on, one.settled_on) for one in worries
        ),
        needs={key: (title, stage) for key, title, stage in raised},
    )


def _reachable(actor: Actor | None, listed: sa.Select[*tuple[Any, ...]]) -> sa.Select[*tuple[Any, ...]]:
    """Those of a list of meetings that the actor may see, the newest first."""
    within = reach(actor)
    if within is not None:
        listed = listed.where(UnitMeeting.org_unit_id.in_(within))
    return listed.order_by(UnitMeeting.met_on.desc(), UnitMeeting.id.desc())


def _paths(db: DbSession) -> dict[int, str]:
    """Where each unit stands in the tree, those that are no longer active too."""
    known = {row.id: row for row in db.execute(sa.select(OrgUnit.id, OrgUnit.name, OrgUnit.parent_id))}

    def path(key: int) -> str:
        row = known[key]
        return f"{path(row.parent_id)} / {row.name}" if row.parent_id in known else str(row.name)

    return {key: path(key) for key in known}


def _people(db: DbSession) -> dict[int, dict[int, str]]:
    """Per meeting, the names of who took part, by id, in their order."""
    found: dict[int, dict[int, str]] = defaultdict(dict)
    named = sa.select(UnitMeetingPerson.meeting_id, Person.id, Person.name).join(
        Person, Person.id == UnitMeetingPerson.person_id
    )
    for meeting_id, key, name in db.execute(named.order_by(Person.name, Person.id)):
        found[meeting_id][key] = name
    return found


def _counts(db: DbSession, column: Any, *where: Any) -> dict[int, int]:
    counted = sa.select(column, sa.func.count()).where(column.is_not(None), *where).group_by(column)
    return {key: count for key, count in db.execute(counted)}  # noqa: C416 - dict() doesn't take rows
