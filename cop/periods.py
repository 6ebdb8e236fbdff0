"""Days, months and periods. Pure: the clock and the time zone are always arguments."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

ACTIVE_DAYS = 90
"""A member is active with an attendance or contribution in the 90 days up to a day (docs/metrics.md)."""


def utcnow() -> datetime:
    """The present moment, aware, in UTC; the only place that reads the clock."""
    return datetime.now(UTC)


def quarter_hour(moment: datetime) -> datetime:
    """The quarter of an hour that the moment lies in, by its start: what changes with time needs no finer clock."""
    return moment.replace(minute=moment.minute - moment.minute % 15, second=0, microsecond=0)


def local_day(moment: datetime, time_zone: str) -> date:
    """The calendar day of an aware moment in an IANA time zone."""
    return moment.astimezone(ZoneInfo(time_zone)).date()


def month_of(day: date) -> date:
    """The first day of the day's month."""
    return day.replace(day=1)


def add_months(month: date, count: int) -> date:
    """The first day of the month `count` months after (or before) `month`."""
    index = month.year * 12 + month.month - 1 + count
    return date(index // 12, index % 12 + 1, 1)


def month_end(month: date) -> date:
    """The last day of the month."""
    return add_months(month, 1) - timedelta(days=1)


@dataclass(frozen=True, order=True)
class Period:
    """Whole months from `first` to `last`, both given by their first day, both included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.first.day != 1 or self.last.day != 1 or self.last < self.first:
            raise ValueError(f"not a period of whole months: {self.first} to {self.last}")

    @property
    def start(self) -> date:
        """The period's first day."""
        return self.first

    @property
    def end(self) -> date:
        """The period's last day."""
        return month_end(self.last)

    @property
    def months(self) -> list[date]:
        """Every month of the period, in order."""
        count = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
        return [add_months(self.first, index) for index in range(count)]

    @property
    def label(self) -> str:
        """For a human: "Jan 2025 - Dec 2025"."""
        if self.first == self.last:
            return f"{self.first:%b %Y}"
        return f"{self.first:%b %Y} – {self.last:%b %Y}"


def last_months(count: int, as_of: date) -> Period:
    """The `count` months that end with the month of `as_of`, which may still be running."""
    last = month_of(as_of)
    return Period(add_months(last, 1 - count), last)
