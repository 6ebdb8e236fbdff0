"""Rows of the funnel's set-up: found, checked, and read back as what was typed."""

from collections.abc import Sequence
from math import isfinite
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession
from sqlalchemy.orm import aliased

from cop.catalog.search import fold
from cop.choices import CriterionSource, FunnelStage
from cop.errors import Invalid
from cop.funnel.setup import (
    HIGHEST,
    LONGEST_SCALE,
    LOWEST,
    CriterionInput,
    ThemeInput,
    anchors_of,
    as_a_whole,
    marks,
)
from cop.models import Criterion, CriterionWeight, FunnelItem, Quadrant, Ring, RingChange, Theme
from cop.validation import Checks

HEAVIEST = 1_000_000
CLOSED = (FunnelStage.REJECTED, FunnelStage.EVALUATED)
"""Items in these stages are done with; all others are still looked at."""


def criteria_of(db: DbSession, version_id: int | None) -> tuple[CriterionInput, ...]:
    """The criteria of a version in their order."""
    rows = db.execute(
        sa.select(CriterionWeight, Criterion)
        .join(Criterion, Criterion.id == CriterionWeight.criterion_id)
        .where(CriterionWeight.version_id == version_id)
        .order_by(CriterionWeight.place, CriterionWeight.criterion_id)
    )
    return tuple(
        CriterionInput(
            name=weight.name,
            weight=weight.weight,
            meaning=weight.meaning,
            anchors=anchors_of(weight.anchors),
            criterion_id=criterion.id,
            source=criterion.source.value,
            low=criterion.low,
            high=criterion.high,
            cost=criterion.cost,
        )
        for weight, criterion in rows
    )


def checked_criteria(db: DbSession, checks: Checks, criteria: Sequence[CriterionInput]) -> tuple[CriterionInput, ...]:
    """The criteria as they will be kept; problems go to `checks`, under `name_0` for the first one's name.

    What is fixed of a criterion that exists comes from its row, whatever was sent.
    """
    known = {row.id: row for row in db.scalars(sa.select(Criterion))}
    found: list[CriterionInput] = []
    for place, said in enumerate(criteria):
        if said.criterion_id is not None and said.criterion_id not in known:
            raise Invalid({"": "One of the criteria doesn't exist any more. Start again from the version in force."})
        row = known.get(said.criterion_id) if said.criterion_id is not None else None
        fixed = said if row is None else _with_fixed(said, row)
        found.append(_criterion(checks, place, fixed, new=row is None))
        if fold(found[-1].name) in {fold(other.name) for other in found[:-1]}:
            checks.fail(f"name_{place}", "Another criterion has this name already.")
    ids = [said.criterion_id for said in found if said.criterion_id is not None]
    if len(set(ids)) < len(ids):
        raise Invalid({"": "A criterion stands there twice."})
    if not checks.errors and (problem := as_a_whole(found)):
        checks.fail("", problem)
    return tuple(found)


def _with_fixed(said: CriterionInput, row: Criterion) -> CriterionInput:
    fixed = {"source": row.source.value, "low": row.low, "high": row.high, "cost": row.cost}
    return CriterionInput(**{**vars(said), **fixed})


def _criterion(checks: Checks, place: int, said: CriterionInput, *, new: bool) -> CriterionInput:
    name = checks.text(f"name_{place}", "The name", one_line(said.name), limit=60, required=True)
    meaning = checks.text(f"meaning_{place}", "The explanation", said.meaning, limit=300)
    source = checks.one_of(f"source_{place}", "Where it comes from", said.source, CriterionSource)
    _weight(checks, f"weight_{place}", said.weight)
    if new and not (LOWEST <= said.low < said.high <= HIGHEST and said.high - said.low <= LONGEST_SCALE):
        checks.fail(
            f"scale_{place}",
            f"A scale goes upwards in at most {LONGEST_SCALE} steps, somewhere between {LOWEST} and {HIGHEST}.",
        )
        return said
    field = f"anchors_{place}"
    told = {
        mark: text
        for mark, words in said.anchors
        if mark in marks(said) and (text := checks.text(field, f"What {mark} means", one_line(words), limit=200))
    }
    anchors = tuple(sorted(told.items()))
    if source == CriterionSource.ASSESSED and not {said.low, said.high} <= told.keys():
        checks.fail(field, f"Say in words what the lowest mark ({said.low}) and the highest ({said.high}) mean.")
    return CriterionInput(**{**vars(said), "name": name, "meaning": meaning, "source": source, "anchors": anchors})


def _weight(checks: Checks, field: str, weight: float | None) -> None:
    if weight is None or not isfinite(weight) or not 0 <= weight <= HEAVIEST:
        checks.fail(field, f"The weight must be a number from 0 to {HEAVIEST:,}.")


def theme_values(db: DbSession, said: ThemeInput, *, theme_id: int | None = None) -> dict[str, Any]:
    """The columns of a theme as said; raises Invalid."""
    checks = Checks()
    values = {
        "name": unique_name(db, checks, Theme, said.name, limit=80, row_id=theme_id),
        "description": checks.text("description", "The description", said.description, limit=500),
        "weight": said.weight,
        "since_on": said.since_on,
        "until_on": said.until_on,
    }
    _weight(checks, "weight", said.weight)
    if said.since_on is None:
        checks.fail("since_on", "Say from which day on it counts.")
    elif said.until_on is not None and said.until_on <= said.since_on:
        checks.fail("until_on", "Its last day can't lie before its first.")
    checks.done()
    return values


def unique_name(db: DbSession, checks: Checks, table: Any, name: str, *, limit: int, row_id: int | None = None) -> str:
    """A name that no other row of the table has, whatever the case and accents."""
    name = checks.text("name", "The name", one_line(name), limit=limit, required=True)
    others = {fold(known) for key, known in db.execute(sa.select(table.id, table.name)) if key != row_id}
    if name and fold(name) in others:
        checks.fail("name", "This name is taken already.")
    return name


def trends_in_quadrants(db: DbSession) -> dict[int, int]:
    """How many open trends each quadrant holds, by its id; without those merged into another."""
    rows = sa.select(FunnelItem.quadrant_id, sa.func.count()).where(*_open()).group_by(FunnelItem.quadrant_id)
    return {key: count for key, count in db.execute(rows) if key is not None}


def trends_in_rings(db: DbSession) -> dict[int, int]:
    """How many open trends each ring holds today, by its id: by the last change that wasn't withdrawn."""
    later = aliased(RingChange)
    after = sa.or_(
        later.changed_on > RingChange.changed_on,
        sa.and_(later.changed_on == RingChange.changed_on, later.id > RingChange.id),
    )
    overtaken = sa.exists().where(later.item_id == RingChange.item_id, later.withdrawn_at.is_(None), after)
    rows = (
        sa.select(RingChange.ring_id, sa.func.count())
        .join(FunnelItem, FunnelItem.id == RingChange.item_id)
        .where(RingChange.withdrawn_at.is_(None), ~overtaken, *_open())
        .group_by(RingChange.ring_id)
    )
    return {key: count for key, count in db.execute(rows)}  # noqa: C416 - dict() doesn't take rows


def _open() -> tuple[sa.ColumnElement[bool], ...]:
    return FunnelItem.merged_into_id.is_(None), FunnelItem.stage.not_in(CLOSED)


def in_order(db: DbSession, table: type[Quadrant] | type[Ring]) -> list[Any]:
    """The quadrants or rings by their place."""
    return list(db.scalars(sa.select(table).order_by(table.place, table.id)))


def one_line(text: str | None) -> str:
    """The text with single spaces."""
    return " ".join((text or "").split())
