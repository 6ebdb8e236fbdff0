"""What the product keeps about itself: the organisation, revisions, audit, sign-in, drafts."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cop.choices import KeyKind, LinkPurpose
from cop.models.base import Base, Versioned, choice


class Organisation(Versioned, Base, kw_only=True):
    """The one organisation that this installation serves."""

    __tablename__ = "organisation"
    __table_args__ = (sa.CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    name: Mapped[str] = mapped_column(sa.String(120))
    time_zone: Mapped[str] = mapped_column(sa.String(64))
    """IANA name; every date is computed in it."""
    is_example: Mapped[bool] = mapped_column(default=False)


class Revision(Base, kw_only=True):
    """How often a topic has changed: what cached reads and live screens compare."""

    __tablename__ = "revision"

    topic: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    number: Mapped[int] = mapped_column(sa.BigInteger, default=0)


class AuditEntry(Base, kw_only=True):
    """Who did what, when, from what to what. Triggers refuse every change and deletion."""

    __tablename__ = "audit_entry"
    __table_args__ = (sa.Index("ix_audit_entry_object", "object_type", "object_id"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    at: Mapped[datetime] = mapped_column(index=True)
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"), index=True)
    """None for the command line and for visitors."""
    actor_name: Mapped[str] = mapped_column(sa.String(120))
    operation: Mapped[str] = mapped_column(sa.String(64), index=True)
    outcome: Mapped[str] = mapped_column(sa.String(16), default="done")
    object_type: Mapped[str] = mapped_column(sa.String(32), default="")
    object_id: Mapped[int | None] = mapped_column(default=None)
    community_id: Mapped[int | None] = mapped_column(sa.ForeignKey("community.id"), index=True, default=None)
    before: Mapped[dict[str, Any] | None] = mapped_column(default=None)
    after: Mapped[dict[str, Any] | None] = mapped_column(default=None)


class ExternalKey(Base, kw_only=True):
    """A key under which another system knows one of our rows; a row may have keys of several systems.

    A reference per table, since a number without a foreign key would pass to whatever row gets that id next.
    """

    __tablename__ = "external_key"
    __table_args__ = (
        sa.CheckConstraint(
            "(kind = 'org_unit') = (org_unit_id IS NOT NULL)"
            " AND (kind = 'person') = (person_id IS NOT NULL)"
            " AND (kind = 'community') = (community_id IS NOT NULL)"
            " AND (kind = 'community_session') = (session_id IS NOT NULL)"
            " AND (kind = 'funnel_item') = (item_id IS NOT NULL)",
            name="one_row_of_its_kind",
        ),
        sa.UniqueConstraint("source", "kind", "key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    source: Mapped[str] = mapped_column(sa.String(40))
    """The other system's short name."""
    kind: Mapped[KeyKind] = mapped_column(choice(KeyKind, name="kind"))
    key: Mapped[str] = mapped_column(sa.String(120))
    org_unit_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("org_unit.id", ondelete="CASCADE"), index=True, default=None
    )
    person_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("person.id", ondelete="CASCADE"), index=True, default=None
    )
    community_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("community.id", ondelete="CASCADE"), index=True, default=None
    )
    session_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("community_session.id", ondelete="CASCADE"), index=True, default=None
    )
    item_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("funnel_item.id", ondelete="CASCADE"), index=True, default=None
    )


class ImportMapping(Base, kw_only=True):
    """How a source's files become our fields, kept under a name for the next time."""

    __tablename__ = "import_mapping"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    name: Mapped[str] = mapped_column(sa.String(80), unique=True)
    content: Mapped[dict[str, Any]]
    """As docs/import/README.md describes it."""
    updated_at: Mapped[datetime]


class IdempotencyKey(Base, kw_only=True):
    """A form that was already written, and what it gave: a double click or a replay writes nothing more."""

    __tablename__ = "idempotency_key"

    key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    operation: Mapped[str] = mapped_column(sa.String(64))
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"), index=True)
    result: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(index=True)


class Draft(Base, kw_only=True):
    """What somebody has typed and not yet saved; bumps no revision.

    Its `version` is a new token each time: that of a draft that was dropped and begun anew never comes back.
    """

    __tablename__ = "draft"
    __table_args__ = (sa.UniqueConstraint("account_id", "kind", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(sa.String(32))
    subject: Mapped[str] = mapped_column(sa.String(64))
    payload: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime]
    version: Mapped[str] = mapped_column(sa.String(32), init=False)

    __mapper_args__ = {"version_id_col": version, "version_id_generator": lambda _last: uuid4().hex}  # noqa: RUF012 - SQLAlchemy's own form


class SignInSession(Base, kw_only=True):
    """A browser that signed in; the cookie's hash, looked up on every run."""

    __tablename__ = "sign_in_session"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True, repr=False)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    """The absolute end, whatever the activity."""
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    end_reason: Mapped[str] = mapped_column(sa.String(32), default="")
    address: Mapped[str] = mapped_column(sa.String(64), default="")
    user_agent: Mapped[str] = mapped_column(sa.String(200), default="")


class SignInFailure(Base, kw_only=True):
    """A refused sign-in, counted per name and per address; the name is kept as a keyed hash."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (
        sa.Index("ix_sign_in_failure_name_at", "name_hash", "at"),
        sa.Index("ix_sign_in_failure_address_at", "address", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    name_hash: Mapped[str] = mapped_column(sa.String(64))
    address: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[datetime]


class OneTimeLink(Base, kw_only=True):
    """A secret that works once and only for a while: a reset link, or the first-run code."""

    __tablename__ = "one_time_link"
    __table_args__ = (sa.CheckConstraint("(purpose = 'first_run') = (account_id IS NULL)", name="account_for_reset"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    purpose: Mapped[LinkPurpose] = mapped_column(choice(LinkPurpose, name="purpose"))
    secret_hash: Mapped[str] = mapped_column(sa.String(64), unique=True, repr=False)
    account_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("account.id", ondelete="CASCADE"), index=True, default=None
    )
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None] = mapped_column(default=None)
