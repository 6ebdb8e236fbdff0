"""What communities do: sessions, who came, what came of them."""

from datetime import date, datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cop.choices import Answer, AttendanceKind, ContributionKind, SessionKind, SessionStatus
from cop.models.base import Base, Versioned, choice


class SessionSeries(Versioned, Base, kw_only=True):
    """Sessions that recur by a rule; each occurrence is a session of its own, made a year ahead.

    What a session says differently from its series was said for that one alone, and stays when the series changes.
    """

    __tablename__ = "session_series"
    __table_args__ = (sa.CheckConstraint("minutes BETWEEN 1 AND 1440", name="at_most_a_day"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    community_id: Mapped[int] = mapped_column(sa.ForeignKey("community.id"), index=True)
    title: Mapped[str] = mapped_column(sa.String(200))
    kind: Mapped[SessionKind] = mapped_column(choice(SessionKind, name="kind"), default=SessionKind.REGULAR)
    rule: Mapped[str] = mapped_column(sa.String(200))
    """RRULE of RFC 5545 without an end, as `cop.sessions.recurrence.rule` makes it."""
    first_on: Mapped[date]
    """The local day from which intervals are counted (DTSTART)."""
    until_on: Mapped[date | None] = mapped_column(default=None)
    """The last local day on which it may meet; before `first_on` where none is left."""
    start_time: Mapped[time]
    """On the wall clock in `time_zone`."""
    minutes: Mapped[int]
    time_zone: Mapped[str] = mapped_column(sa.String(64))
    holidays: Mapped[str] = mapped_column(sa.String(16), default="")
    """The country or region on whose public holidays it doesn't meet, such as "ES-MD"."""
    place: Mapped[str] = mapped_column(sa.String(200), default="")
    link: Mapped[str] = mapped_column(sa.String(500), default="")
    agenda: Mapped[str] = mapped_column(sa.Text, default="")
    created_at: Mapped[datetime]


class CommunitySession(Versioned, Base, kw_only=True):
    """A community's meeting."""

    __tablename__ = "community_session"
    __table_args__ = (
        sa.CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        sa.CheckConstraint("(attendance_kind = 'count') = (headcount IS NOT NULL)", name="headcount_for_count"),
        sa.CheckConstraint("headcount IS NULL OR headcount >= 0", name="headcount_not_negative"),
        sa.CheckConstraint("status = 'held' OR attendance_kind = 'missing'", name="attendance_only_if_held"),
        sa.Index("ix_community_session_community_day", "community_id", "day"),
        sa.Index("ix_community_session_status_starts", "status", "starts_at"),
        sa.Index("uq_community_session_series_day", "series_id", "series_day", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    community_id: Mapped[int] = mapped_column(sa.ForeignKey("community.id"))
    title: Mapped[str] = mapped_column(sa.String(200))
    kind: Mapped[SessionKind] = mapped_column(choice(SessionKind, name="kind"), default=SessionKind.REGULAR)
    status: Mapped[SessionStatus] = mapped_column(choice(SessionStatus, name="status"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    time_zone: Mapped[str] = mapped_column(sa.String(64))
    """IANA name of the zone in which the facilitator gave the time."""
    day: Mapped[date] = mapped_column(index=True)
    """The start's calendar day in the organisation's time zone: what every figure counts by."""
    planned_starts_at: Mapped[datetime | None] = mapped_column(default=None)
    """Set when it was planned ahead; cadence counts only these."""
    place: Mapped[str] = mapped_column(sa.String(200), default="")
    link: Mapped[str] = mapped_column(sa.String(500), default="")
    agenda: Mapped[str] = mapped_column(sa.Text, default="")
    topics: Mapped[str] = mapped_column(sa.Text, default="")
    decisions: Mapped[str] = mapped_column(sa.Text, default="")
    attendance_kind: Mapped[AttendanceKind] = mapped_column(
        choice(AttendanceKind, name="attendance_kind"), default=AttendanceKind.MISSING
    )
    headcount: Mapped[int | None] = mapped_column(default=None)
    cancel_reason: Mapped[str] = mapped_column(sa.String(300), default="")
    uid: Mapped[str] = mapped_column(sa.String(80), unique=True)
    """Stable identity in calendars (RFC 5545 UID)."""
    sequence: Mapped[int] = mapped_column(default=0)
    """Raised with each change that calendars must learn of (RFC 5545 SEQUENCE)."""
    series_id: Mapped[int | None] = mapped_column(sa.ForeignKey("session_series.id"), default=None)
    series_day: Mapped[date | None] = mapped_column(default=None)
    """The day that the series' rule names, wherever the session was moved to (RFC 5545 RECURRENCE-ID)."""
    recorded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True, default=None)
    recorded_at: Mapped[datetime | None] = mapped_column(default=None)
    created_at: Mapped[datetime]


WITHDRAWN = sa.and_(
    CommunitySession.status == SessionStatus.CANCELLED,
    CommunitySession.planned_starts_at.is_(None),
    CommunitySession.series_id.is_not(None),
)
"""An occurrence that went with a change of its series: calendars learn of it, lists don't show it."""


class Attendance(Base, kw_only=True):
    """One person at one session."""

    __tablename__ = "attendance"
    __table_args__ = (sa.Index("ix_attendance_person_id_session_id", "person_id", "session_id"),)

    session_id: Mapped[int] = mapped_column(sa.ForeignKey("community_session.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    led: Mapped[bool] = mapped_column(default=False)
    spoke: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(sa.String(120), default="")


class Registration(Base, kw_only=True):
    """What somebody answered to a session that was to come; no row where they said nothing."""

    __tablename__ = "registration"

    session_id: Mapped[int] = mapped_column(sa.ForeignKey("community_session.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True, index=True)
    answer: Mapped[Answer] = mapped_column(choice(Answer, name="answer"))
    at: Mapped[datetime]


class CheckInCode(Base, kw_only=True):
    """The code shown in the room while people check themselves in."""

    __tablename__ = "check_in_code"

    session_id: Mapped[int] = mapped_column(sa.ForeignKey("community_session.id", ondelete="CASCADE"), primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(8), unique=True, repr=False)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None] = mapped_column(default=None)


class CheckIn(Base, kw_only=True):
    """Somebody who said by the code that they are there; the recorded list is the facilitator's word."""

    __tablename__ = "check_in"

    session_id: Mapped[int] = mapped_column(sa.ForeignKey("community_session.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True, index=True)
    at: Mapped[datetime]


class Contribution(Versioned, Base, kw_only=True):
    """An idea, lesson, solution … that a community gained, in a session or between them."""

    __tablename__ = "contribution"
    __table_args__ = (sa.Index("ix_contribution_community_day", "community_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    community_id: Mapped[int] = mapped_column(sa.ForeignKey("community.id"))
    session_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("community_session.id", ondelete="CASCADE"), index=True, default=None
    )
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True, default=None)
    kind: Mapped[ContributionKind] = mapped_column(choice(ContributionKind, name="kind"))
    title: Mapped[str] = mapped_column(sa.String(300))
    url: Mapped[str] = mapped_column(sa.String(500), default="")
    day: Mapped[date]


class CalendarFeed(Base, kw_only=True):
    """An address under which somebody's calendar program fetches sessions; whoever knows it may read them."""

    __tablename__ = "calendar_feed"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), index=True)
    community_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("community.id", ondelete="CASCADE"), index=True, default=None
    )
    """The community whose sessions it shows; none for those of all communities that the person belongs to."""
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True, repr=False)
    created_at: Mapped[datetime]
    fetched_at: Mapped[datetime | None] = mapped_column(default=None)
    """The last time, to the hour."""
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)
