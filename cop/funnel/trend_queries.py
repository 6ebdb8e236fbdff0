"""Reads of the technology radar: every trend with its ring, how it moved, and where its blip stands."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.catalog.search import fold
from cop.choices import Channel, FunnelStage
from cop.funnel.queries import votes_by_item
from cop.funnel.radar import QUADRANTS, RINGS, Blip, Layout, Placing, layout, movement
from cop.models import Area, FunnelItem, Quadrant, Ring, RingChange
from cop.permissions import Actor
from cop.query import query

_COLUMNS = {
    "id": "int64", "number": "int64", "title": "str", "description": "str", "stage": "str", "area_id": "Int64",
    "area": "str", "quadrant": "int64", "quadrant_name": "str", "ring": "int64", "ring_name": "str", "movement": "str",
    "ring_before": "str", "since": "object", "edition": "str", "source_kind": "str", "source": "str", "url": "str",
    "rationale": "str", "votes": "int64", "x": "float64", "y": "float64", "search": "str",
}  # fmt: skip


@dataclass(frozen=True)
class Trends:
    """The radar of a day. `rings` from the centre outwards, `quadrants` anticlockwise from the right.

    `rows`, one per trend in the order of their numbers: `since` is the first day of its stay in the ring, source and
    rationale are the last ones given; `x`, `y` is the blip's place on a radar of radius 1 (nan without a layout).
    `layout` is None where there are too few or too many rings or quadrants to draw. `unplaced` are the titles of
    trends without a quadrant or a ring, by id.
    """

    rows: pd.DataFrame
    rings: tuple[str, ...]
    quadrants: tuple[str, ...]
    layout: Layout | None
    unplaced: dict[int, str]


@query("funnel", "catalog", public=True)
def trends(db: DbSession, _actor: Actor | None, *, since: date, as_of: date) -> Trends:
    """All trends but those rejected or merged into others, as of a day; movement is against the day `since`."""
    items, said = db.execute(_items()).all(), _said(db, as_of)
    placed = {item.id for item in items if item.quadrant_id is not None and said[item.id]}
    rings = _offered(db, Ring, {said[key][-1].ring_id for key in placed})
    quadrants = _offered(db, Quadrant, {item.quadrant_id for item in items if item.id in placed})
    votes, movements = votes_by_item(db), _Movements(db, since, as_of)
    rows = []
    for item in items:
        if item.id in placed:
            last = said[item.id][-1]
            where = {"ring": list(rings).index(last.ring_id), "quadrant": list(quadrants).index(item.quadrant_id)}
            names = {"ring_name": rings[last.ring_id], "quadrant_name": quadrants[item.quadrant_id]}
            rows.append(
                item._asdict() | _last(last) | movements.of(said[item.id]) | where | names
                | {"votes": votes.get(item.id, 0), "search": _search(item, last)}
            )  # fmt: skip
    rows.sort(key=lambda row: (row["quadrant"], row["ring"], row["title"].casefold(), row["id"]))
    found = _layout(rows, len(quadrants), len(rings))
    for number, row in enumerate(rows, 1):
        row["number"] = number
        row["x"], row["y"] = found.places[row["id"]] if found else (None, None)
    frame = pd.DataFrame(rows, columns=list(_COLUMNS), dtype="object").astype(_COLUMNS)
    unplaced = {item.id: item.title for item in items if item.id not in placed}
    return Trends(frame, tuple(rings.values()), tuple(quadrants.values()), found, unplaced)


@query("funnel", public=True)
def editions(db: DbSession, _actor: Actor | None) -> dict[str, date]:
    """The last day of what each edition said, by its name, the newest first."""
    last = sa.func.max(RingChange.changed_on)
    rows = db.execute(
        sa.select(RingChange.edition, last)
        .where(RingChange.edition != "", RingChange.withdrawn_at.is_(None))
        .group_by(RingChange.edition)
        .order_by(last.desc(), RingChange.edition.desc())
    )
    return {edition: day for edition, day in rows}  # noqa: C416 - dict() doesn't take rows


def _items() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            FunnelItem.id,
            FunnelItem.title,
            FunnelItem.description,
            sa.type_coerce(FunnelItem.stage, sa.String).label("stage"),
            FunnelItem.quadrant_id,
            FunnelItem.area_id,
            sa.func.coalesce(Area.name, "").label("area"),
        )
        .outerjoin(Area, Area.id == FunnelItem.area_id)
        .where(
            FunnelItem.channel == Channel.TREND,
            FunnelItem.merged_into_id.is_(None),
            FunnelItem.stage != FunnelStage.REJECTED,
        )
        .order_by(FunnelItem.id)
    )


def _said(db: DbSession, as_of: date) -> dict[int, list[RingChange]]:
    """What was said of each trend's ring up to a day; of the same day the last entered comes last."""
    found: dict[int, list[RingChange]] = defaultdict(list)
    for row in db.scalars(
        sa.select(RingChange)
        .where(RingChange.withdrawn_at.is_(None), RingChange.changed_on <= as_of)
        .order_by(RingChange.changed_on, RingChange.id)
    ):
        found[row.item_id].append(row)
    return found


def _offered(db: DbSession, table: Any, used: set[int]) -> dict[int, str]:
    """Names by id, in their order: those offered, and those that are still in use."""
    rows = db.scalars(sa.select(table).order_by(table.place, table.id))
    return {row.id: row.name for row in rows if row.active or row.id in used}


class _Movements:
    """How trends moved between two days, with the rings in their order."""

    def __init__(self, db: DbSession, since: date, as_of: date) -> None:
        names = {row.id: row.name for row in db.scalars(sa.select(Ring).order_by(Ring.place, Ring.id))}
        self._place = {key: place for place, key in enumerate(names)}
        self._names = list(names.values())
        self._days = {"since": since, "as_of": as_of}

    def of(self, said: list[RingChange]) -> dict[str, Any]:
        """The movement, the ring before it, and since when it is where it is."""
        moved = movement([Placing(self._place[one.ring_id], one.changed_on) for one in said], **self._days)
        if moved is None:
            raise ValueError("Nothing was said of it by then.")
        stays = takewhile(lambda one: one.ring_id == said[-1].ring_id, reversed(said))
        return {
            "movement": moved.movement.value,
            "ring_before": self._names[moved.before.ring] if moved.before else "",
            "since": [one.changed_on for one in stays][-1],
        }


def _last(said: RingChange) -> dict[str, Any]:
    kind = said.source_kind.value
    return {
        "edition": said.edition, "source_kind": kind, "source": said.source, "url": said.url,
        "rationale": said.rationale,
    }  # fmt: skip


def _search(item: Any, said: RingChange) -> str:
    return "\n".join(fold(text) for text in (item.title, item.description, item.area, said.source, said.rationale))


def _layout(rows: list[dict[str, Any]], quadrants: int, rings: int) -> Layout | None:
    if quadrants not in QUADRANTS or rings not in RINGS:
        return None
    return layout([Blip(row["id"], row["quadrant"], row["ring"]) for row in rows], quadrants=quadrants, rings=rings)
