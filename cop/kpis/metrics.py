"""The figures, declared once: cards, tooltips, exports and docs/metrics.md all read these declarations. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from cop.surveys import definitions

COLUMNS = {
    "members": "members at the month's end",
    "active_members": "members with an attendance or contribution in the 90 days to the month's end",
    "sessions_held": "sessions held",
    "sessions_listed": "sessions held with an attendance list",
    "sessions_counted": "sessions held with a list or a count of who came",
    "headcount": "people in the sessions with a list or a count",
    "attending_members": "attendances of members who don't facilitate",
    "members_on_day": "members who don't facilitate, on the day of each session with a list",
    "newcomers": "first attendances in that community",
    "returners": "attendances less than 90 days after the previous one there",
    "reactivated": "attendances 90 days or more after the previous one there",
    "contributions": "ideas, lessons, good practices, solutions, opportunities, risks avoided and assets",
    "roti_sum": "what sessions were worth to those who came, from 1 to 5, added up",
    "roti_answers": "answers on what sessions were worth",
}
"""What is counted of a month; a metric names its numerator and denominator among these."""


class Kind(StrEnum):
    """How months make up a period's value."""

    LEVEL = "level"
    """The value at the period's end."""
    SUM = "sum"
    RATIO = "ratio"
    """Sum of the numerators by sum of the denominators, never a mean of ratios."""


class Direction(StrEnum):
    """Whether more is better."""

    UP = "more is better"
    NEITHER = "neither more nor less is better as such"


@dataclass(frozen=True)
class Metric:
    """One figure: what it answers, what it is made of, how to read it."""

    key: str
    label: str
    question: str
    unit: str
    kind: Kind
    numerator: str
    definition: str
    denominator: str | None = None
    grain: str = "community and month"
    direction: Direction = Direction.UP
    minimum_n: int = 1
    """Below this denominator there is no value: "not enough data"."""
    version: int = 1

    @property
    def is_share(self) -> bool:
        """Whether it is read as a percentage."""
        return self.unit == "share"

    def value(self, numerator: float | None, denominator: float | None = None) -> float | None:
        """The value; None where the denominator is missing or too small."""
        if numerator is None or self.denominator is None:
            return numerator
        if denominator is None or denominator < max(self.minimum_n, 1):
            return None
        return numerator / denominator


MEMBERS = Metric(
    key="members",
    label="Members",
    question="How many people belong?",
    unit="memberships",
    kind=Kind.LEVEL,
    numerator="members",
    definition="Members on the last day of the period, today in the month that is still running. "
    "Somebody in two communities counts in both. Memberships of an archived community end with it.",
)
ACTIVE_MEMBERS = Metric(
    key="active_members",
    label="Active members",
    question="How many members take part?",
    unit="memberships",
    kind=Kind.LEVEL,
    numerator="active_members",
    definition="Members with at least one attendance or contribution in the 90 days to the period's last day "
    "(today in the month that is still running). Somebody active in two communities counts in both.",
)
SESSIONS_HELD = Metric(
    key="sessions_held",
    label="Sessions held",
    question="Do the communities meet?",
    unit="sessions",
    kind=Kind.SUM,
    numerator="sessions_held",
    definition="Sessions recorded as held, with or without a list of who came.",
)
PARTICIPATION = Metric(
    key="participation",
    label="Participation",
    question="What share of the members comes?",
    unit="share",
    kind=Kind.RATIO,
    numerator="attending_members",
    denominator="members_on_day",
    definition="Attending members ÷ members on the day, both summed over the sessions held with an attendance list. "
    "A session without a list is missing data, not zero. Facilitators are left out of both sides.",
)
ATTENDANCE_PER_SESSION = Metric(
    key="attendance_per_session",
    label="Attendance per session",
    question="How many people are in the room?",
    unit="people per session",
    kind=Kind.RATIO,
    numerator="headcount",
    denominator="sessions_counted",
    definition="People who came, guests and facilitators included, ÷ sessions held with a list or a count.",
)
NEWCOMERS = Metric(
    key="newcomers",
    label="New people",
    question="Does the programme reach new people?",
    unit="people",
    kind=Kind.SUM,
    numerator="newcomers",
    definition="First attendances in a community, of members and guests. "
    "Somebody who comes to two communities for the first time counts in both.",
)
RETURNERS = Metric(
    key="returners",
    label="Returning",
    question="Do people come back?",
    unit="attendances",
    kind=Kind.SUM,
    numerator="returners",
    direction=Direction.NEITHER,
    definition="Attendances less than 90 days after the same person's previous one in that community.",
)
REACTIVATED = Metric(
    key="reactivated",
    label="Reactivated",
    question="Do people return after a long break?",
    unit="attendances",
    kind=Kind.SUM,
    numerator="reactivated",
    direction=Direction.NEITHER,
    definition="Attendances 90 days or more after the same person's previous one in that community.",
)
CONTRIBUTIONS = Metric(
    key="contributions",
    label="Contributions",
    question="What do the communities bring forth?",
    unit="contributions",
    kind=Kind.SUM,
    numerator="contributions",
    definition="Ideas, lessons, good practices, solutions, opportunities, risks avoided and assets, "
    "from sessions and between them.",
)
ROTI = Metric(
    key="roti",
    label="Return on time invested",
    question="Are the sessions worth the time?",
    unit="from 1 to 5",
    kind=Kind.RATIO,
    numerator="roti_sum",
    denominator="roti_answers",
    minimum_n=5,
    definition="What those who came said a session was worth to them, from 1, not worth my time, to 5, worth more than my "
    "time: sum of the answers ÷ number of answers, over the sessions about which people were asked and of which at "
    "least 5 answered. It counts in the session's month, once asking is over. Not told by org unit.",
)
METRICS = (
    MEMBERS,
    ACTIVE_MEMBERS,
    SESSIONS_HELD,
    PARTICIPATION,
    ATTENDANCE_PER_SESSION,
    NEWCOMERS,
    RETURNERS,
    REACTIVATED,
    CONTRIBUTIONS,
    ROTI,
)

_HEAD = """\
# Metrics

Made from the declarations in `cop/kpis/metrics.py` (`tests/unit/kpis/test_metrics.py` holds both together).

- A value over several communities or months is the sum of the numerators ÷ the sum of the denominators.
- No denominator: no value, shown as "not enough data". A month without a session with a list is a gap, not 0.
- Days are those of the organisation's time zone. The month that is still running is marked "so far".
- Figures by org unit count the people who belong to it (or to a unit below it) today; months in which fewer than 5
  different people of that unit are members of the selection are withheld. Sessions are a community's, whoever came.
- An arrow stands only where the last complete month lies outside the natural limits of the months before it:
  mean ± 2.66 × mean moving range, from at least 6 months (XmR). Everything else is noise until shown otherwise.
- A changed formula gets a new version.
"""


def as_markdown() -> str:
    """The text of docs/metrics.md."""
    return "\n".join([_HEAD, *(_section(metric) for metric in METRICS), definitions.as_markdown()])


def _section(metric: Metric) -> str:
    rows = [
        ("Key", f"`{metric.key}`"),
        ("Question", metric.question),
        ("Unit", metric.unit),
        ("Numerator", COLUMNS[metric.numerator]),
        ("Denominator", COLUMNS[metric.denominator] if metric.denominator else "none"),
        ("Over a period", {Kind.LEVEL: "at its end", Kind.SUM: "sum", Kind.RATIO: "sum ÷ sum"}[metric.kind]),
        ("Grain", metric.grain),
        ("Direction", metric.direction.value),
        ("Minimum n", f"{metric.minimum_n} in the denominator" if metric.denominator else "none"),
        ("Version", str(metric.version)),
    ]
    table = "\n".join(f"| {name} | {text} |" for name, text in rows)
    return f"## {metric.label}\n\n{metric.definition}\n\n| | |\n|---|---|\n{table}\n"
