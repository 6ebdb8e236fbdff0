"""The technology funnel: needs, trends and gaps, how they are judged, what was decided, where they came from."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cop.choices import (
    Channel,
    CriterionSource,
    Decision,
    EvidenceKind,
    FunnelStage,
    Horizon,
    Outcome,
    Receptiveness,
    RoundPhase,
)
from cop.models.base import Base, Versioned, choice


class Quadrant(Versioned, Base, kw_only=True):
    """A part of the technology radar: what kind of thing a trend is."""

    __tablename__ = "quadrant"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    name: Mapped[str] = mapped_column(sa.String(60), unique=True)
    place: Mapped[int]
    active: Mapped[bool] = mapped_column(default=True)


class Ring(Versioned, Base, kw_only=True):
    """How near a trend is to being used here; the lowest place is the innermost ring."""

    __tablename__ = "ring"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    name: Mapped[str] = mapped_column(sa.String(60), unique=True)
    meaning: Mapped[str] = mapped_column(sa.String(300), default="")
    place: Mapped[int]
    active: Mapped[bool] = mapped_column(default=True)


class Theme(Versioned, Base, kw_only=True):
    """What the organisation's strategy is after, for a time, and how much it weighs against its other themes."""

    __tablename__ = "theme"
    __table_args__ = (
        sa.CheckConstraint("weight >= 0", name="weight_not_negative"),
        sa.CheckConstraint("until_on IS NULL OR until_on > since_on", name="ends_after_it_begins"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    name: Mapped[str] = mapped_column(sa.String(80), unique=True)
    description: Mapped[str] = mapped_column(sa.String(500), default="")
    weight: Mapped[float]
    since_on: Mapped[date]
    until_on: Mapped[date | None] = mapped_column(default=None)
    """The first day on which it no longer counts."""


class UnitMeeting(Versioned, Base, kw_only=True):
    """A one-to-one meeting of the programme with a unit: how it took to the programme, and when to meet again."""

    __tablename__ = "unit_meeting"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    org_unit_id: Mapped[int] = mapped_column(sa.ForeignKey("org_unit.id"), index=True)
    met_on: Mapped[date]
    led_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True, default=None)
    receptiveness: Mapped[Receptiveness | None] = mapped_column(
        choice(Receptiveness, name="receptiveness"), default=None
    )
    notes: Mapped[str] = mapped_column(sa.Text, default="")
    next_contact_on: Mapped[date | None] = mapped_column(default=None)
    archived_at: Mapped[datetime | None] = mapped_column(default=None)
    created_at: Mapped[datetime]


class UnitMeetingPerson(Base, kw_only=True):
    """Somebody who took part in a meeting with a unit."""

    __tablename__ = "unit_meeting_person"

    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("unit_meeting.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True, index=True)


class Concern(Versioned, Base, kw_only=True):
    """What a unit worries about in the programme, what it was answered, and when to come back to it."""

    __tablename__ = "concern"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("unit_meeting.id", ondelete="CASCADE"), index=True)
    concern: Mapped[str] = mapped_column(sa.String(500))
    answer: Mapped[str] = mapped_column(sa.String(1000), default="")
    follow_up_on: Mapped[date | None] = mapped_column(default=None)
    settled_on: Mapped[date | None] = mapped_column(default=None)


class FunnelItem(Versioned, Base, kw_only=True):
    """A need, trend or gap on its way through the funnel, with the objective by which it is judged in the end."""

    __tablename__ = "funnel_item"
    __table_args__ = (
        sa.CheckConstraint("merged_into_id <> id", name="not_merged_into_itself"),
        sa.CheckConstraint("headcount >= 0", name="headcount_not_negative"),
        sa.CheckConstraint("channel = 'need' OR horizon IS NULL", name="only_needs_have_a_horizon"),
        sa.CheckConstraint("channel = 'trend' OR quadrant_id IS NULL", name="only_trends_have_a_quadrant"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    channel: Mapped[Channel] = mapped_column(choice(Channel, name="channel"), index=True)
    title: Mapped[str] = mapped_column(sa.String(160))
    description: Mapped[str] = mapped_column(sa.Text, default="")
    area_id: Mapped[int | None] = mapped_column(sa.ForeignKey("area.id"), index=True, default=None)
    stage: Mapped[FunnelStage] = mapped_column(choice(FunnelStage, name="stage"), default=FunnelStage.INBOX, index=True)
    stage_since: Mapped[datetime]
    stage_reason: Mapped[str] = mapped_column(sa.String(500), default="")
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True, default=None)
    raised_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True, default=None)
    meeting_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit_meeting.id"), index=True, default=None)
    """The meeting with a unit in which it was raised."""
    merged_into_id: Mapped[int | None] = mapped_column(sa.ForeignKey("funnel_item.id"), index=True, default=None)
    """The item that stands for this one too; nothing is moved, so that undoing it leaves both as they were."""
    created_at: Mapped[datetime]

    horizon: Mapped[Horizon | None] = mapped_column(choice(Horizon, name="horizon"), default=None)
    client: Mapped[str] = mapped_column(sa.String(120), default="")
    deadline: Mapped[date | None] = mapped_column(default=None)
    headcount: Mapped[int | None] = mapped_column(default=None)
    """How many people it affects."""
    unique_knowledge: Mapped[bool] = mapped_column(default=False)
    """The unit knows something that nobody else does: it may found a community."""
    quadrant_id: Mapped[int | None] = mapped_column(sa.ForeignKey("quadrant.id"), index=True, default=None)

    objective: Mapped[str] = mapped_column(sa.String(300), default="")
    indicator: Mapped[str] = mapped_column(sa.String(200), default="")
    baseline: Mapped[float | None] = mapped_column(default=None)
    target: Mapped[float | None] = mapped_column(default=None)
    current: Mapped[float | None] = mapped_column(default=None)
    judged_on: Mapped[date | None] = mapped_column(default=None)
    """The day by which the target shall be reached."""
    outcome: Mapped[Outcome | None] = mapped_column(choice(Outcome, name="outcome"), default=None)
    outcome_note: Mapped[str] = mapped_column(sa.String(1000), default="")

    reach: Mapped[float | None] = mapped_column(default=None)
    impact: Mapped[float | None] = mapped_column(default=None)
    rice_confidence: Mapped[float | None] = mapped_column(default=None)
    effort: Mapped[float | None] = mapped_column(default=None)
    """Person-months."""
    business_value: Mapped[int | None] = mapped_column(default=None)
    time_criticality: Mapped[int | None] = mapped_column(default=None)
    risk_reduction: Mapped[int | None] = mapped_column(default=None)
    job_size: Mapped[int | None] = mapped_column(default=None)
    urgency: Mapped[float | None] = mapped_column(default=None)
    """Set by hand in place of the one derived from the deadline: a share of the scale, 0 to 1."""
    urgency_reason: Mapped[str] = mapped_column(sa.String(300), default="")


class ItemUnit(Base, kw_only=True):
    """A unit that has the need or the gap."""

    __tablename__ = "item_unit"

    item_id: Mapped[int] = mapped_column(sa.ForeignKey("funnel_item.id", ondelete="CASCADE"), primary_key=True)
    org_unit_id: Mapped[int] = mapped_column(sa.ForeignKey("org_unit.id"), primary_key=True, index=True)


class ItemTheme(Base, kw_only=True):
    """A strategic theme that an item serves."""

    __tablename__ = "item_theme"

    item_id: Mapped[int] = mapped_column(sa.ForeignKey("funnel_item.id", ondelete="CASCADE"), primary_key=True)
    theme_id: Mapped[int] = mapped_column(sa.ForeignKey("theme.id"), primary_key=True, index=True)


class ItemCommunity(Base, kw_only=True):
    """A community that works on an item."""

    __tablename__ = "item_community"

    item_id: Mapped[int] = mapped_column(sa.ForeignKey("funnel_item.id", ondelete="CASCADE"), primary_key=True)
    community_id: Mapped[int] = mapped_column(sa.ForeignKey("community.id"), primary_key=True, index=True)
    linked_at: Mapped[datetime]


class Evidence(Base, kw_only=True):
    """What says that an item matters: where it was read or heard, and of which day that is."""

    __tablename__ = "evidence"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    item_id: Mapped[int] = mapped_column(sa.ForeignKey("funnel_item.id", ondelete="CASCADE"), index=True)
    kind: Mapped[EvidenceKind] = mapped_column(choice(EvidenceKind, name="kind"))
    title: Mapped[str] = mapped_column(sa.String(300))
    url: Mapped[str] = mapped_column(sa.String(500), default="")
    dated_on: Mapped[date]
    added_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True, default=None)
    added_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None] = mapped_column(default=None)


class RingChange(Base, kw_only=True):
    """Since which day a trend is in a ring, by whose word and why; the whole of them is its history."""

    __tablename__ = "ring_change"
    __table_args__ = (sa.Index("ix_ring_change_item_id_changed_on", "item_id", "changed_on"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    item_id: Mapped[int] = mapped_column(sa.ForeignKey("funnel_item.id", ondelete="CASCADE"))
    ring_id: Mapped[int] = mapped_column(sa.ForeignKey("ring.id"), index=True)
    changed_on: Mapped[date]
    edition: Mapped[str] = mapped_column(sa.String(60), default="")
    """The edition of a published radar that says so."""
    source_kind: Mapped[EvidenceKind] = mapped_column(choice(EvidenceKind, name="source_kind"))
    source: Mapped[str] = mapped_column(sa.String(300))
    url: Mapped[str] = mapped_column(sa.String(500), default="")
    rationale: Mapped[str] = mapped_column(sa.Text, default="")
    added_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True, default=None)
    added_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None] = mapped_column(default=None)


class StageStay(Base, kw_only=True):
    """An item's stay in a stage; the one without an end is where it stands."""

    __tablename__ = "stage_stay"
    __table_args__ = (
        sa.Index(
            "uq_stage_stay_open",
            "item_id",
            unique=True,
            sqlite_where=sa.text("left_at IS NULL"),
            postgresql_where=sa.text("left_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    item_id: Mapped[int] = mapped_column(sa.ForeignKey("funnel_item.id", ondelete="CASCADE"), index=True)
    stage: Mapped[FunnelStage] = mapped_column(choice(FunnelStage, name="stage"))
    entered_at: Mapped[datetime]
    left_at: Mapped[datetime | None] = mapped_column(default=None)
    moved_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True, default=None)
    reason: Mapped[str] = mapped_column(sa.String(500), default="")


class ItemComment(Versioned, Base, kw_only=True):
    """What somebody says to an item."""

    __tablename__ = "item_comment"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    item_id: Mapped[int] = mapped_column(sa.ForeignKey("funnel_item.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    text: Mapped[str] = mapped_column(sa.Text)
    at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None] = mapped_column(default=None)


class Vote(Base, kw_only=True):
    """Somebody for whom an item matters."""

    __tablename__ = "vote"

    item_id: Mapped[int] = mapped_column(sa.ForeignKey("funnel_item.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True, index=True)
    at: Mapped[datetime]


class Criterion(Base, kw_only=True):
    """Something by which items are scored, on a scale that never changes: another scale is another criterion."""

    __tablename__ = "criterion"
    __table_args__ = (sa.CheckConstraint("high > low", name="scale_has_length"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    source: Mapped[CriterionSource] = mapped_column(
        choice(CriterionSource, name="source"), default=CriterionSource.ASSESSED
    )
    low: Mapped[int] = mapped_column(default=1)
    high: Mapped[int] = mapped_column(default=5)
    cost: Mapped[bool] = mapped_column(default=False)
    """The more of it, the worse."""


class CriteriaVersion(Base, kw_only=True):
    """The criteria with their weights, as they were from a moment on; they are never changed, only followed."""

    __tablename__ = "criteria_version"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True, default=None)
    note: Mapped[str] = mapped_column(sa.String(300), default="")


class CriterionWeight(Base, kw_only=True):
    """A criterion in a version: its name, its weight, and what the marks of its scale mean in words."""

    __tablename__ = "criterion_weight"
    __table_args__ = (sa.CheckConstraint("weight >= 0", name="weight_not_negative"),)

    version_id: Mapped[int] = mapped_column(sa.ForeignKey("criteria_version.id", ondelete="CASCADE"), primary_key=True)
    criterion_id: Mapped[int] = mapped_column(sa.ForeignKey("criterion.id"), primary_key=True, index=True)
    name: Mapped[str] = mapped_column(sa.String(60))
    meaning: Mapped[str] = mapped_column(sa.String(300), default="")
    weight: Mapped[float]
    anchors: Mapped[dict[str, Any]]
    """The meaning of a mark in words, by the mark."""
    place: Mapped[int]


class Assessment(Base, kw_only=True):
    """The mark that one person gives an item on one criterion."""

    __tablename__ = "assessment"

    item_id: Mapped[int] = mapped_column(sa.ForeignKey("funnel_item.id", ondelete="CASCADE"), primary_key=True)
    criterion_id: Mapped[int] = mapped_column(sa.ForeignKey("criterion.id"), primary_key=True, index=True)
    assessor_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True, index=True)
    value: Mapped[int]
    at: Mapped[datetime]


class FunnelLimit(Base, kw_only=True):
    """How many items a stage, or a channel among those taken on, shall hold at most: more are shown as too many."""

    __tablename__ = "funnel_limit"
    __table_args__ = (
        sa.CheckConstraint("(stage IS NULL) <> (channel IS NULL)", name="of_a_stage_or_a_channel"),
        sa.CheckConstraint("most > 0", name="most_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    stage: Mapped[FunnelStage | None] = mapped_column(choice(FunnelStage, name="stage"), unique=True, default=None)
    channel: Mapped[Channel | None] = mapped_column(choice(Channel, name="channel"), unique=True, default=None)
    most: Mapped[int]


class FunnelRound(Versioned, Base, kw_only=True):
    """A round of prioritisation, from the call for proposals to the published list."""

    __tablename__ = "funnel_round"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    name: Mapped[str] = mapped_column(sa.String(80), unique=True)
    note: Mapped[str] = mapped_column(sa.String(500), default="")
    phase: Mapped[RoundPhase] = mapped_column(choice(RoundPhase, name="phase"), default=RoundPhase.PROPOSING)
    criteria_version_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("criteria_version.id"), index=True, default=None
    )
    """The weights by which it is decided, from scoring on."""
    opened_at: Mapped[datetime]
    published_at: Mapped[datetime | None] = mapped_column(default=None)


class RoundItem(Versioned, Base, kw_only=True):
    """An item in a round: what was decided and why, and how it stood when the round was published."""

    __tablename__ = "round_item"

    round_id: Mapped[int] = mapped_column(sa.ForeignKey("funnel_round.id", ondelete="CASCADE"), primary_key=True)
    item_id: Mapped[int] = mapped_column(sa.ForeignKey("funnel_item.id"), primary_key=True, index=True)
    decision: Mapped[Decision | None] = mapped_column(choice(Decision, name="decision"), default=None)
    reason: Mapped[str] = mapped_column(sa.String(500), default="")
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True, default=None)
    decided_at: Mapped[datetime | None] = mapped_column(default=None)
    title: Mapped[str] = mapped_column(sa.String(160), default="")
    """As it was called when the round was published."""
    rank: Mapped[int | None] = mapped_column(default=None)
    score: Mapped[float | None] = mapped_column(default=None)
    top_share: Mapped[float | None] = mapped_column(default=None)
    """The share of weightings under which it is among the first three."""
    assessors: Mapped[int | None] = mapped_column(default=None)
    votes: Mapped[int | None] = mapped_column(default=None)
