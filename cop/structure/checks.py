"""What the operations on the organisation's structure check before they write."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.catalog.search import fold
from cop.models import Area, JobRole, OrgUnit
from cop.organisation import units_below
from cop.validation import Checks


def one_line(text: str | None) -> str:
    """The text with single spaces."""
    return " ".join((text or "").split())


def unit_values(
    db: DbSession, checks: Checks, *, name: str, parent_id: int | None, unit_id: int | None = None
) -> dict[str, Any]:
    """A unit's name and place, checked; problems go to `checks`."""
    name = checks.text("name", "The name", one_line(name), limit=120, required=True)
    if parent_id is not None and db.get(OrgUnit, parent_id) is None:
        checks.fail("parent_id", "There is no such unit any more.")
    elif unit_id is not None and parent_id in units_below(db, [unit_id]):
        where = "itself" if parent_id == unit_id else "a unit that lies below it"
        checks.fail("parent_id", f"A unit can't be moved below {where}.")
    elif name and taken(name, names_below(db, parent_id, without=unit_id)):
        checks.fail("name", "There is a unit of this name in the same place already.")
    return {"name": name, "parent_id": parent_id}


def names_below(db: DbSession, parent_id: int | None, *, without: int | None = None) -> list[str]:
    """The names of the units directly below one, or of those at the top."""
    rows = db.execute(sa.select(OrgUnit.id, OrgUnit.name).where(OrgUnit.parent_id.is_not_distinct_from(parent_id)))
    return [name for key, name in rows if key != without]


def taken(name: str, names: Iterable[str]) -> bool:
    """Whether one of the names is this one, whatever the case and accents."""
    return fold(name) in {fold(known) for known in names}


def list_name(
    db: DbSession,
    checks: Checks,
    table: type[JobRole] | type[Area],
    name: str,
    *,
    limit: int,
    row_id: int | None = None,
) -> str:
    """The name of a job role or an area, that no other one has."""
    name = checks.text("name", "The name", one_line(name), limit=limit, required=True)
    others = [known for key, known in db.execute(sa.select(table.id, table.name)) if key != row_id]
    if name and taken(name, others):
        checks.fail("name", "This name is on the list already.")
    return name
