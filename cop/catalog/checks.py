"""What the catalog's operations check and look up before they write."""

from collections.abc import Callable
from datetime import date, datetime
from math import isfinite
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop import audit
from cop.catalog.search import fold
from cop.catalog.slugs import slug
from cop.choices import CommunityType, ContributionKind, ResourceKind, Stage
from cop.models import Area, Community, OrgUnit
from cop.organisation import time_zone
from cop.periods import local_day
from cop.validation import Checks

EDITABLE = ("name", "focus", "type", "stage", "org_unit_id", "founded_on", "charter", "norms", "cadence", "channel_url")


def community_values(
    db: DbSession,
    checks: Checks,
    *,
    name: str,
    focus: str,
    type: str,  # noqa: A002 - the column's name
    stage: str,
    area: str,
    org_unit_id: int | None,
    founded_on: date | None,
    now: datetime,
    community_id: int | None = None,
) -> dict[str, Any]:
    """The values a community is made of, checked; problems go to `checks`."""
    values: dict[str, Any] = {
        "name": checks.text("name", "The name", one_line(name), limit=120, required=True),
        "focus": checks.text("focus", "The focus", focus, limit=300, required=True),
        "type": CommunityType(checks.one_of("type", "The type", type, CommunityType)),
        "stage": Stage(checks.one_of("stage", "The stage", stage, Stage)),
        "area": checks.text("area", "The area", one_line(area), limit=80),
        "org_unit_id": org_unit_id,
        "founded_on": founded_on,
    }
    if values["name"] and _name_taken(db, values["name"], community_id):
        checks.fail("name", "Another community has this name already.")
    if org_unit_id is not None and db.get(OrgUnit, org_unit_id) is None:
        checks.fail("org_unit_id", "There is no such unit any more.")
    if founded_on is not None and founded_on > local_day(now, time_zone(db)):
        checks.fail("founded_on", "The founding day can't lie in the future.")
    return values


def objective_values(
    *,
    statement: str,
    measure: str,
    baseline: float | None,
    target: float | None,
    current: float | None,
    due_on: date | None,
) -> dict[str, Any]:
    """An objective's values; raises Invalid."""
    checks = Checks()
    values = {
        "statement": checks.text("statement", "The objective", statement, limit=300, required=True),
        "measure": checks.text("measure", "The measure", measure, limit=200),
        "baseline": baseline,
        "target": target,
        "current": current,
        "due_on": due_on,
    }
    for field, number in (("baseline", baseline), ("target", target), ("current", current)):
        if number is not None and not isfinite(number):
            checks.fail(field, "This must be a number.")
    if baseline is not None and baseline == target:
        checks.fail("target", "The target must differ from where you started.")
    checks.done()
    return values


def resource_values(*, title: str, url: str, kind: str) -> dict[str, Any]:
    """A resource's values; raises Invalid."""
    checks = Checks()
    values = {
        "title": checks.text("title", "The title", one_line(title), limit=200, required=True),
        "url": checks.url("url", "The link", url, required=True),
        "kind": ResourceKind(checks.one_of("kind", "The kind", kind, ResourceKind)),
    }
    checks.done()
    return values


def contribution_values(*, kind: str, title: str, url: str, day: date | None, today: date) -> dict[str, Any]:
    """A contribution's values, made today where no day is given; raises Invalid."""
    checks = Checks()
    values = {
        "kind": ContributionKind(checks.one_of("kind", "The kind", kind, ContributionKind)),
        "title": checks.text("title", "The contribution", title, limit=300, required=True),
        "url": checks.url("url", "The link", url),
        "day": day or today,
    }
    if day is not None and day > today:
        checks.fail("day", "The day can't lie in the future.")
    checks.done()
    return values


def same_version(db: DbSession, row: Any, version: int, *, current: Callable[[], dict[str, Any]]) -> None:
    """Raise Conflict with the row's present values when it was changed since `version`."""
    if row.version == version:
        return
    raise audit.conflict(db, row.__tablename__, row.id, current() | {"version": row.version})


def editable(db: DbSession, row: Community) -> dict[str, Any]:
    """A community's values as its form holds them."""
    values = {name: getattr(row, name) for name in EDITABLE}
    area = db.get(Area, row.area_id) if row.area_id is not None else None
    return values | {"type": row.type.value, "stage": row.stage.value, "area": area.name if area else ""}


def free_slug(db: DbSession, name: str) -> str:
    """A name for addresses that no community has."""
    return slug(name, set(db.scalars(sa.select(Community.slug))))


def area_id(db: DbSession, name: str) -> int | None:
    """The area with this name, whatever the case and accents; active or not."""
    rows = db.execute(sa.select(Area.id, Area.name))
    return next((key for key, known in rows if fold(known) == fold(name)), None)


def new_area(db: DbSession, name: str) -> Area:
    """Add an area."""
    row = Area(name=name)
    db.add(row)
    db.flush()
    return row


def _name_taken(db: DbSession, name: str, community_id: int | None) -> bool:
    rows = db.execute(sa.select(Community.id, Community.name))
    return any(fold(known) == fold(name) and key != community_id for key, known in rows)


def one_line(text: str | None) -> str:
    """The text with single spaces for all its white space."""
    return " ".join((text or "").split())
