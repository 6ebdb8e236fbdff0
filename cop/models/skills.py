"""Skills: what each level means, who needs which level, what people say of themselves."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cop.models.base import Base, Versioned


class Skill(Versioned, Base, kw_only=True):
    """A skill, and in words how somebody at each level behaves."""

    __tablename__ = "skill"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    name: Mapped[str] = mapped_column(sa.String(120), unique=True)
    area_id: Mapped[int | None] = mapped_column(sa.ForeignKey("area.id"), index=True, default=None)
    description: Mapped[str] = mapped_column(sa.Text, default="")
    level_0: Mapped[str] = mapped_column(sa.Text, default="")
    level_1: Mapped[str] = mapped_column(sa.Text, default="")
    level_2: Mapped[str] = mapped_column(sa.Text, default="")
    level_3: Mapped[str] = mapped_column(sa.Text, default="")
    level_4: Mapped[str] = mapped_column(sa.Text, default="")
    archived_at: Mapped[datetime | None] = mapped_column(default=None)


class RoleRequirement(Versioned, Base, kw_only=True):
    """The level that a job role requires of a skill, from a day until a day."""

    __tablename__ = "role_requirement"
    __table_args__ = (
        sa.CheckConstraint("level BETWEEN 1 AND 4", name="level"),
        sa.CheckConstraint("until_on IS NULL OR until_on > since_on", name="ends_after_start"),
        sa.Index(
            "uq_role_requirement_current",
            "job_role_id",
            "skill_id",
            unique=True,
            sqlite_where=sa.text("until_on IS NULL"),
            postgresql_where=sa.text("until_on IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    job_role_id: Mapped[int] = mapped_column(sa.ForeignKey("job_role.id"), index=True)
    skill_id: Mapped[int] = mapped_column(sa.ForeignKey("skill.id"), index=True)
    level: Mapped[int] = mapped_column(sa.SmallInteger)
    since_on: Mapped[date]
    until_on: Mapped[date | None] = mapped_column(default=None)
    """The first day without it."""
    item_id: Mapped[int | None] = mapped_column(sa.ForeignKey("funnel_item.id"), index=True, default=None)
    """The funnel item that raised it."""


class UnitRequirement(Versioned, Base, kw_only=True):
    """How many people a unit needs at which level of a skill, and how much depends on it; from a day until a day."""

    __tablename__ = "unit_requirement"
    __table_args__ = (
        sa.CheckConstraint("level BETWEEN 1 AND 4", name="level"),
        sa.CheckConstraint("needed BETWEEN 1 AND 100000", name="needed"),
        sa.CheckConstraint("importance BETWEEN 1 AND 3", name="importance"),
        sa.CheckConstraint("until_on IS NULL OR until_on > since_on", name="ends_after_start"),
        sa.Index(
            "uq_unit_requirement_current",
            "org_unit_id",
            "skill_id",
            unique=True,
            sqlite_where=sa.text("until_on IS NULL"),
            postgresql_where=sa.text("until_on IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    org_unit_id: Mapped[int] = mapped_column(sa.ForeignKey("org_unit.id"), index=True)
    skill_id: Mapped[int] = mapped_column(sa.ForeignKey("skill.id"), index=True)
    level: Mapped[int] = mapped_column(sa.SmallInteger)
    needed: Mapped[int]
    importance: Mapped[int] = mapped_column(sa.SmallInteger)
    since_on: Mapped[date]
    until_on: Mapped[date | None] = mapped_column(default=None)
    """The first day without it."""
    item_id: Mapped[int | None] = mapped_column(sa.ForeignKey("funnel_item.id"), index=True, default=None)
    """The funnel item that raised it."""


class PersonSkill(Base, kw_only=True):
    """What a person says of themselves; theirs alone, but for the offer to help."""

    __tablename__ = "person_skill"
    __table_args__ = (sa.CheckConstraint("level BETWEEN 0 AND 4", name="level"),)

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    skill_id: Mapped[int] = mapped_column(sa.ForeignKey("skill.id"), primary_key=True, index=True)
    level: Mapped[int | None] = mapped_column(sa.SmallInteger)
    """None: they don't know."""
    wants_to_learn: Mapped[bool] = mapped_column(default=False)
    can_help: Mapped[bool] = mapped_column(default=False)
    """The one thing that colleagues see."""
    updated_at: Mapped[datetime]


class HelpPause(Base, kw_only=True):
    """Until when somebody isn't to be asked for help: they have enough to do."""

    __tablename__ = "help_pause"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    until_on: Mapped[date]
    """The first day on which they may be asked again."""


class CommunitySkill(Base, kw_only=True):
    """A skill that a community serves."""

    __tablename__ = "community_skill"

    community_id: Mapped[int] = mapped_column(sa.ForeignKey("community.id"), primary_key=True)
    skill_id: Mapped[int] = mapped_column(sa.ForeignKey("skill.id"), primary_key=True, index=True)
