"""From the clock on the wall to UTC and back. Pure."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

EARLIEST_YEAR = 1990
LATEST_YEAR = 2200
LONGEST = timedelta(hours=24)


def to_utc(local: datetime, time_zone: str) -> datetime | None:
    """The moment of a local time; None where clocks skip it. One that comes twice means the first."""
    moment = local.replace(tzinfo=ZoneInfo(time_zone), fold=0).astimezone(UTC)
    return moment if moment.astimezone(ZoneInfo(time_zone)).replace(tzinfo=None) == local else None


def to_local(moment: datetime, time_zone: str) -> datetime:
    """The local time of a moment, without zone, as a form shows it."""
    return moment.astimezone(ZoneInfo(time_zone)).replace(tzinfo=None)


def problems(start: datetime, end: datetime, time_zone: str) -> dict[str, str]:
    """What is wrong with a session's local start and end, by field."""
    found: dict[str, str] = {}
    for field, local in (("start", start), ("end", end)):
        if local.year < EARLIEST_YEAR:
            found[field] = f"The year {local.year} is too early; {EARLIEST_YEAR} is the first."
        elif local.year > LATEST_YEAR:
            found[field] = f"The year {local.year} is too late."
        elif to_utc(local, time_zone) is None:
            found[field] = f"{local:%H:%M} doesn't exist on {local:%d %b %Y} in {time_zone}: clocks go forward then."
    if found:
        return found
    zone = ZoneInfo(time_zone)
    length = end.replace(tzinfo=zone).astimezone(UTC) - start.replace(tzinfo=zone).astimezone(UTC)
    if length <= timedelta(0):
        found["end"] = "The end must come after the start."
    elif length > LONGEST:
        found["end"] = "A session can't last longer than 24 hours."
    return found
