"""The facts of the example's funnel and of its meetings with units as they stand in `data/example/*.csv`."""

from dataclasses import dataclass
from functools import cache

from cop.choices import Channel, Decision, EvidenceKind, FunnelStage, Horizon, Outcome, Receptiveness, RoundPhase
from cop.example.source import grouped, rows_of

_Row = dict[str, str]


@dataclass(frozen=True)
class ThemeFact:
    """What the strategy is after."""

    name: str
    description: str
    weight: float


@dataclass(frozen=True)
class LimitFact:
    """How many items at most, in a stage or of a channel."""

    stage: FunnelStage | None
    channel: Channel | None
    most: int


@dataclass(frozen=True)
class Move:
    """Into which stage an item came, so many days ago, and why."""

    days: int
    stage: FunnelStage
    reason: str


@dataclass(frozen=True)
class EvidenceFact:
    """What said so many days ago that an item matters."""

    days: int
    kind: EvidenceKind
    title: str


@dataclass(frozen=True)
class RingFact:
    """Into which ring a trend came, so many days ago, by whose word and why."""

    days: int
    ring: str
    kind: EvidenceKind
    source: str
    rationale: str


@dataclass(frozen=True)
class CommentFact:
    """What somebody said so many days ago."""

    days: int
    text: str


@dataclass(frozen=True)
class ItemFact:
    """A need, trend or gap; days count from today, ahead where they are positive. `moves` begin with the inbox."""

    key: str
    channel: Channel
    title: str
    description: str
    area: str
    moves: tuple[Move, ...]
    units: tuple[str, ...]
    """Whom it concerns; for a trend, who follows it."""
    themes: tuple[str, ...]
    horizon: Horizon | None
    client: str
    deadline: int | None
    headcount: int | None
    unique_knowledge: bool
    quadrant: str
    objective: str
    indicator: str
    baseline: float | None
    target: float | None
    current: float | None
    judged: int | None
    outcome: Outcome | None
    outcome_note: str
    communities: tuple[str, ...]
    merged_into: str
    meeting: str
    owner: str
    """A printed sign-in's role, `left` for somebody who left since, empty where anybody of the units fits."""
    raised_by: str
    value: tuple[int, ...]
    """The mark around which assessors judge its value, or one for each of them."""
    effort: tuple[int, ...]
    votes: int
    rice: tuple[float, ...]
    wsjf: tuple[int, ...]
    evidence: tuple[EvidenceFact, ...]
    rings: tuple[RingFact, ...]
    comments: tuple[CommentFact, ...]

    def came(self, stage: FunnelStage) -> int | None:
        """How many days ago it came into a stage; None where it never did."""
        return next((move.days for move in self.moves if move.stage is stage), None)

    @property
    def stage(self) -> FunnelStage:
        """Where it stands."""
        return self.moves[-1].stage


@dataclass(frozen=True)
class ConcernFact:
    """What a unit worries about; to come back to in so many days, or settled so many days ago."""

    concern: str
    answer: str
    follow_up: int | None
    settled: int | None


@dataclass(frozen=True)
class MeetingFact:
    """A meeting with a unit, so many days ago; to meet again in so many."""

    key: str
    days: int
    unit: str
    receptiveness: Receptiveness
    notes: str
    next_contact: int | None
    concerns: tuple[ConcernFact, ...]


@dataclass(frozen=True)
class EntryFact:
    """An item in a round: what was decided, and its rank, score and share of first places when that was published."""

    item: str
    decision: Decision | None
    reason: str
    rank: int | None
    score: float | None
    top_share: float | None


@dataclass(frozen=True)
class RoundFact:
    """A round of prioritisation."""

    phase: RoundPhase
    opened: int
    published: int | None
    note: str
    entries: tuple[EntryFact, ...]


@dataclass(frozen=True)
class FunnelSource:
    """Everything that is written down of the funnel."""

    themes: tuple[ThemeFact, ...]
    limits: tuple[LimitFact, ...]
    items: tuple[ItemFact, ...]
    meetings: tuple[MeetingFact, ...]
    rounds: tuple[RoundFact, ...]


@cache
def read_funnel() -> FunnelSource:
    """The facts, read once."""
    concerns = grouped(rows_of("concerns"), "meeting", _concern)
    entries = grouped(rows_of("round_items"), "round", _entry)
    return FunnelSource(
        themes=tuple(ThemeFact(row["name"], row["description"], float(row["weight"])) for row in rows_of("themes")),
        limits=tuple(_limit(row) for row in rows_of("funnel_limits")),
        items=_items(),
        meetings=tuple(_meeting(row, concerns.get(row["key"], ())) for row in rows_of("unit_meetings")),
        rounds=tuple(_round(row, entries[row["number"]]) for row in rows_of("funnel_rounds")),
    )


def _limit(row: _Row) -> LimitFact:
    stage = FunnelStage(row["stage"]) if row["stage"] else None
    return LimitFact(stage, Channel(row["channel"]) if row["channel"] else None, int(row["most"]))


def _concern(row: _Row) -> ConcernFact:
    return ConcernFact(row["concern"], row["answer"], _days(row["follow_up"]), _days(row["settled"]))


def _meeting(row: _Row, concerns: tuple[ConcernFact, ...]) -> MeetingFact:
    kind = Receptiveness(row["receptiveness"])
    return MeetingFact(row["key"], int(row["days"]), row["unit"], kind, row["notes"], _days(row["next"]), concerns)


def _round(row: _Row, entries: tuple[EntryFact, ...]) -> RoundFact:
    return RoundFact(RoundPhase(row["phase"]), int(row["opened"]), _days(row["published"]), row["note"], entries)


def _entry(row: _Row) -> EntryFact:
    decision = Decision(row["decision"]) if row["decision"] else None
    score, share = _real(row["score"]), _real(row["top_share"])
    return EntryFact(row["item"], decision, row["reason"], _days(row["rank"]), score, share)


def _items() -> tuple[ItemFact, ...]:
    evidence = grouped(
        rows_of("evidence"),
        "item",
        lambda row: EvidenceFact(int(row["days"]), EvidenceKind(row["kind"]), row["title"]),
    )
    rings = grouped(
        rows_of("ring_changes"),
        "item",
        lambda row: RingFact(int(row["days"]), row["ring"], EvidenceKind(row["kind"]), row["source"], row["rationale"]),
    )
    comments = grouped(rows_of("item_comments"), "item", lambda row: CommentFact(int(row["days"]), row["text"]))
    return tuple(
        _item(
            row,
            evidence=evidence.get(row["key"], ()),
            rings=rings.get(row["key"], ()),
            comments=comments.get(row["key"], ()),
        )
        for row in rows_of("funnel_items")
    )


def _item(
    row: _Row,
    *,
    evidence: tuple[EvidenceFact, ...],
    rings: tuple[RingFact, ...],
    comments: tuple[CommentFact, ...],
) -> ItemFact:
    return ItemFact(
        key=row["key"],
        channel=Channel(row["channel"]),
        title=row["title"],
        description=row["description"],
        area=row["area"],
        moves=tuple(_move(text) for text in _parts(row["moves"])),
        units=_parts(row["units"]),
        themes=_parts(row["themes"]),
        horizon=Horizon(row["horizon"]) if row["horizon"] else None,
        client=row["client"],
        deadline=_days(row["deadline"]),
        headcount=_days(row["headcount"]),
        unique_knowledge=row["unique"] == "yes",
        quadrant=row["quadrant"],
        objective=row["objective"],
        indicator=row["indicator"],
        baseline=_real(row["baseline"]),
        target=_real(row["target"]),
        current=_real(row["current"]),
        judged=_days(row["judged"]),
        outcome=Outcome(row["outcome"]) if row["outcome"] else None,
        outcome_note=row["outcome_note"],
        communities=_parts(row["communities"]),
        merged_into=row["merged_into"],
        meeting=row["meeting"],
        owner=row["owner"],
        raised_by=row["raised_by"],
        value=tuple(map(int, _parts(row["value"]))),
        effort=tuple(map(int, _parts(row["effort"]))),
        votes=int(row["votes"]),
        rice=tuple(map(float, _parts(row["rice"]))),
        wsjf=tuple(map(int, _parts(row["wsjf"]))),
        evidence=evidence,
        rings=rings,
        comments=comments,
    )


def _move(text: str) -> Move:
    """From text such as `140 parked|No budget this year`."""
    place, _bar, reason = text.partition("|")
    days, stage = place.split()
    return Move(int(days), FunnelStage(stage), reason)


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(";") if part)


def _days(text: str) -> int | None:
    """A whole number, of days mostly; None where none is given."""
    return int(text) if text else None


def _real(text: str) -> float | None:
    return float(text) if text else None
