"""Items of the funnel, as needs and trends share them. Pure."""

from collections import defaultdict
from datetime import date, datetime, time
from typing import Any

from cop.choices import Channel, FunnelStage
from cop.imports.cells import Unreadable
from cop.imports.changes import Id, New
from cop.imports.draft import Draft
from cop.imports.records import Record, Sheet
from cop.periods import local_day
from cop.sessions.times import to_utc


class Titles:
    """The items of one channel by their titles, whatever their case."""

    def __init__(self, draft: Draft, channel: Channel) -> None:
        self._shelf = draft.shelves["funnel_item"]
        self._found: dict[str, list[Id]] = defaultdict(list)
        for key, row in self._shelf.existing.items():
            if row["channel"] is channel:
                self.learn(row["title"], key)  # type: ignore[arg-type]

    def learn(self, title: str, key: Id) -> None:
        """Let later rows find an item."""
        self._found[title.casefold()].append(key)

    def named(self, title: str) -> list[Id]:
        """The items with this title; those for which others stand only where there is no other."""
        found = self._found.get(title.casefold(), [])
        return [key for key in found if stands_for(self._shelf.get(key)) is None] or list(found)


def stands_for(row: dict[str, Any]) -> Id | None:
    """The item that stands for this one, if it was merged."""
    merged: Id | None = row.get("merged_into_id")
    return merged


def only(keys: list[Id]) -> Id | None:
    """The one item meant, None where there is none. Raises Unreadable where there are several."""
    if len(keys) > 1:
        raise Unreadable("ambiguous_item")
    return next(iter(keys), None)


def past_day(draft: Draft, sheet: Sheet, record: Record, name: str) -> date | None:
    """The day of a field; one to come is reported and counts as none."""
    day: date | None = record.values.get(name)
    if day is not None and day > local_day(draft.now, draft.time_zone):
        draft.leave_empty(sheet, record, "future", name)
        return None
    return day


def add_item(
    draft: Draft, record: Record, values: dict[str, Any], *, raised: date | None = None, since: date | None = None
) -> New:
    """A new item with its stay in the stage where it begins; without days, both begin when they are written.

    What a stage asks for isn't looked at: the items come from where they were looked at already.
    """
    stage = record.values.get("stage") or FunnelStage.INBOX
    reason = "" if stage is FunnelStage.INBOX else f"Imported from “{draft.job.source}”."
    began = _moment(draft, since or raised)
    key = draft.shelves["funnel_item"].add(
        **values,
        stage=stage,
        stage_reason=reason,
        **_where_known(created_at=_moment(draft, raised), stage_since=began),
    )
    draft.shelves["stage_stay"].add(item_id=key, stage=stage, reason=reason, **_where_known(entered_at=began))
    return key


def _moment(draft: Draft, day: date | None) -> datetime | None:
    """Noon of the day; None for today, whose noon may be still to come."""
    if day is None or day == local_day(draft.now, draft.time_zone):
        return None
    return to_utc(datetime.combine(day, time(12)), draft.time_zone)


def _where_known(**moments: datetime | None) -> dict[str, datetime]:
    return {name: moment for name, moment in moments.items() if moment is not None}
