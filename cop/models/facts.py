"""Figures by month, kept in the transaction of the write that changes them, so that reading stays cheap."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cop.models.base import Base


class ActivityCounts(sa.orm.MappedAsDataclass, kw_only=True):
    """What is counted of a community's month, for all people or for those of one org unit."""

    attendances: Mapped[int] = mapped_column(default=0)
    """Attendances by name."""
    attending_members: Mapped[int] = mapped_column(default=0)
    """Participation's numerator: attendances of members who do not facilitate."""
    members_on_day: Mapped[int] = mapped_column(default=0)
    """Participation's denominator: members who do not facilitate, summed over sessions with a list."""
    newcomers: Mapped[int] = mapped_column(default=0)
    returners: Mapped[int] = mapped_column(default=0)
    reactivated: Mapped[int] = mapped_column(default=0)
    contributions: Mapped[int] = mapped_column(default=0)
    active_members: Mapped[int] = mapped_column(default=0)
    """At the month's end; of a month that hasn't ended: if nothing more happens."""


class ActivityMonth(ActivityCounts, Base, kw_only=True):
    """A community's month."""

    __tablename__ = "activity_month"

    month: Mapped[date] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(sa.ForeignKey("community.id"), primary_key=True)
    sessions_held: Mapped[int] = mapped_column(default=0)
    sessions_listed: Mapped[int] = mapped_column(default=0)
    """Held, with a list of who came."""
    sessions_counted: Mapped[int] = mapped_column(default=0)
    """Held, with a list or a count."""
    headcount: Mapped[int] = mapped_column(default=0)
    """People in the counted sessions."""


class ActivityUnitMonth(ActivityCounts, Base, kw_only=True):
    """A community's month, the people of one org unit (the unit they belong to today)."""

    __tablename__ = "activity_unit_month"

    month: Mapped[date] = mapped_column(primary_key=True)
    org_unit_id: Mapped[int] = mapped_column(sa.ForeignKey("org_unit.id"), primary_key=True)
    community_id: Mapped[int] = mapped_column(sa.ForeignKey("community.id"), primary_key=True)


class MembershipMonth(Base, kw_only=True):
    """Who came and went in a month; members on a day are the sum of what went before."""

    __tablename__ = "membership_month"
    __table_args__ = (
        sa.Index("ix_membership_month_month", "month"),
        sa.UniqueConstraint("community_id", "month", "org_unit_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    community_id: Mapped[int] = mapped_column(sa.ForeignKey("community.id"))
    month: Mapped[date]
    org_unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("org_unit.id"))
    joined: Mapped[int] = mapped_column(default=0)
    left: Mapped[int] = mapped_column(default=0)


class MemberActivity(Base, kw_only=True):
    """The last day on which a current member attended or contributed: who is active today."""

    __tablename__ = "member_activity"
    __table_args__ = (sa.Index("ix_member_activity_last", "last_active_on", "community_id", "org_unit_id"),)

    community_id: Mapped[int] = mapped_column(sa.ForeignKey("community.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    org_unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("org_unit.id"))
    last_active_on: Mapped[date]
