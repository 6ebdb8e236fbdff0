"""Communities of practice: what they are for, who carries them, who belongs."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cop.choices import CommunityType, FacilitatorRole, ObjectiveStatus, ResourceKind, Stage
from cop.models.base import Base, Versioned, choice


class Area(Versioned, Base, kw_only=True):
    """A field of knowledge under which communities are found."""

    __tablename__ = "area"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    name: Mapped[str] = mapped_column(sa.String(80), unique=True)
    active: Mapped[bool] = mapped_column(default=True)


class Community(Versioned, Base, kw_only=True):
    """A community: one clear focus, a charter, norms."""

    __tablename__ = "community"
    __table_args__ = (
        sa.CheckConstraint("merged_into_id <> id", name="not_merged_into_itself"),
        sa.CheckConstraint("merged_into_id IS NULL OR archived_at IS NOT NULL", name="merged_is_archived"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    slug: Mapped[str] = mapped_column(sa.String(80), unique=True)
    """The community's name in URLs."""
    name: Mapped[str] = mapped_column(sa.String(120), unique=True)
    type: Mapped[CommunityType] = mapped_column(choice(CommunityType, name="type"), default=CommunityType.COMMUNITY)
    stage: Mapped[Stage] = mapped_column(choice(Stage, name="stage"), default=Stage.POTENTIAL, index=True)
    focus: Mapped[str] = mapped_column(sa.String(300), default="")
    charter: Mapped[str] = mapped_column(sa.Text, default="")
    norms: Mapped[str] = mapped_column(sa.Text, default="")
    cadence: Mapped[str] = mapped_column(sa.String(80), default="")
    """In words, as people say it; rules of recurrence are the session series' matter."""
    channel_url: Mapped[str] = mapped_column(sa.String(500), default="")
    area_id: Mapped[int | None] = mapped_column(sa.ForeignKey("area.id"), index=True, default=None)
    org_unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("org_unit.id"), index=True, default=None)
    """The unit that hosts it; none for one across the organisation."""
    founded_on: Mapped[date | None] = mapped_column(default=None)
    archived_at: Mapped[datetime | None] = mapped_column(default=None)
    archive_reason: Mapped[str] = mapped_column(sa.String(500), default="")
    merged_into_id: Mapped[int | None] = mapped_column(sa.ForeignKey("community.id"), index=True, default=None)
    created_at: Mapped[datetime]


class Objective(Versioned, Base, kw_only=True):
    """What a community wants to reach, how it is measured, and by when."""

    __tablename__ = "objective"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    community_id: Mapped[int] = mapped_column(sa.ForeignKey("community.id"), index=True)
    statement: Mapped[str] = mapped_column(sa.String(300))
    measure: Mapped[str] = mapped_column(sa.String(200), default="")
    baseline: Mapped[float | None] = mapped_column(default=None)
    target: Mapped[float | None] = mapped_column(default=None)
    current: Mapped[float | None] = mapped_column(default=None)
    due_on: Mapped[date | None] = mapped_column(default=None)
    status: Mapped[ObjectiveStatus] = mapped_column(
        choice(ObjectiveStatus, name="status"), default=ObjectiveStatus.OPEN
    )


class Facilitator(Base, kw_only=True):
    """A person's assignment to facilitate a community, from a day until a day."""

    __tablename__ = "facilitator"
    __table_args__ = (
        sa.CheckConstraint("until_on IS NULL OR since_on IS NULL OR until_on >= since_on", name="ends_after_start"),
        sa.Index(
            "uq_facilitator_current",
            "community_id",
            "person_id",
            unique=True,
            sqlite_where=sa.text("until_on IS NULL"),
            postgresql_where=sa.text("until_on IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    community_id: Mapped[int] = mapped_column(sa.ForeignKey("community.id"), index=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    role: Mapped[FacilitatorRole] = mapped_column(choice(FacilitatorRole, name="role"))
    since_on: Mapped[date | None] = mapped_column(default=None)
    """Unknown in imported history: then counted as from the beginning."""
    until_on: Mapped[date | None] = mapped_column(default=None)
    """The first day without the role."""


class Membership(Base, kw_only=True):
    """A stretch of belonging: joined on a day, left on a day (the first day outside)."""

    __tablename__ = "membership"
    __table_args__ = (
        sa.CheckConstraint("left_on IS NULL OR left_on >= joined_on", name="leaves_after_joining"),
        sa.Index(
            "uq_membership_current",
            "community_id",
            "person_id",
            unique=True,
            sqlite_where=sa.text("left_on IS NULL"),
            postgresql_where=sa.text("left_on IS NULL"),
        ),
        sa.UniqueConstraint("community_id", "person_id", "joined_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    community_id: Mapped[int] = mapped_column(sa.ForeignKey("community.id"), index=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    joined_on: Mapped[date]
    left_on: Mapped[date | None] = mapped_column(default=None)
    join_reason: Mapped[str] = mapped_column(sa.String(300), default="")
    leave_reason: Mapped[str] = mapped_column(sa.String(300), default="")


class Resource(Versioned, Base, kw_only=True):
    """Something a community keeps at hand: a link, with a title; from a session or on its own."""

    __tablename__ = "resource"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    community_id: Mapped[int] = mapped_column(sa.ForeignKey("community.id"), index=True)
    session_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("community_session.id", ondelete="CASCADE"), index=True, default=None
    )
    kind: Mapped[ResourceKind] = mapped_column(choice(ResourceKind, name="kind"), default=ResourceKind.LINK)
    title: Mapped[str] = mapped_column(sa.String(200))
    url: Mapped[str] = mapped_column(sa.String(500))
    added_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True, default=None)
    added_at: Mapped[datetime]
    archived_at: Mapped[datetime | None] = mapped_column(default=None)
