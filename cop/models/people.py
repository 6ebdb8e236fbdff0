"""People, where they work, and their accounts."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cop.choices import GrantedRole, GrantOrigin, PersonKind
from cop.models.base import Base, Versioned, choice


class OrgUnit(Versioned, Base, kw_only=True):
    """A unit of the organisation; units form a tree."""

    __tablename__ = "org_unit"
    __table_args__ = (
        sa.CheckConstraint("parent_id <> id", name="not_own_parent"),
        # NULLs are distinct in a plain unique constraint, so roots need an index of their own.
        sa.Index("uq_org_unit_parent_id_name", "parent_id", "name", unique=True),
        sa.Index(
            "uq_org_unit_root_name",
            "name",
            unique=True,
            sqlite_where=sa.text("parent_id IS NULL"),
            postgresql_where=sa.text("parent_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    name: Mapped[str] = mapped_column(sa.String(120))
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("org_unit.id"), index=True, default=None)
    active: Mapped[bool] = mapped_column(default=True)


class JobRole(Versioned, Base, kw_only=True):
    """A job in the organisation, such as "Data engineer"."""

    __tablename__ = "job_role"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    name: Mapped[str] = mapped_column(sa.String(120), unique=True)
    active: Mapped[bool] = mapped_column(default=True)


class Person(Versioned, Base, kw_only=True):
    """A human being the programme knows of; an account is a separate matter."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    name: Mapped[str] = mapped_column(sa.String(120), index=True)
    kind: Mapped[PersonKind] = mapped_column(choice(PersonKind, name="kind"), default=PersonKind.STAFF)
    email: Mapped[str | None] = mapped_column(sa.String(254), unique=True, default=None)
    """Lower case."""
    handle: Mapped[str | None] = mapped_column(sa.String(80), unique=True, default=None)
    """Lower case, without @."""
    org_unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("org_unit.id"), index=True, default=None)
    job_role_id: Mapped[int | None] = mapped_column(sa.ForeignKey("job_role.id"), index=True, default=None)
    active: Mapped[bool] = mapped_column(default=True)
    merged_into_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True, default=None)
    created_at: Mapped[datetime]


class PersonAlias(Base, kw_only=True):
    """Another spelling under which a person was met and recognised."""

    __tablename__ = "person_alias"
    __table_args__ = (sa.UniqueConstraint("person_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(sa.String(200), index=True)
    """The spelling as `cop.people.names.name_key` makes it."""


class DistinctPeople(Base, kw_only=True):
    """Two records that look like one person's and were found to be two people's."""

    __tablename__ = "distinct_people"
    __table_args__ = (sa.CheckConstraint("first_id < second_id", name="lower_first"),)

    first_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    second_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True)
    at: Mapped[datetime]


class Account(Versioned, Base, kw_only=True):
    """A person's way in. Staff by being active; further roles are granted or follow from an assignment."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), unique=True)
    username: Mapped[str] = mapped_column(sa.String(254), unique=True)
    """Lower case."""
    password_hash: Mapped[str] = mapped_column(sa.String(200), repr=False)
    must_change_password: Mapped[bool] = mapped_column(default=True)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    password_changed_at: Mapped[datetime]


class RoleGrant(Base, kw_only=True):
    """A role granted to an account: admin everywhere, manager for one org unit and those below."""

    __tablename__ = "role_grant"
    __table_args__ = (
        sa.CheckConstraint(
            "(role = 'admin' AND org_unit_id IS NULL) OR (role = 'manager' AND org_unit_id IS NOT NULL)",
            name="manager_has_unit",
        ),
        sa.UniqueConstraint("account_id", "role", "org_unit_id"),
        sa.Index(
            "uq_role_grant_admin",
            "account_id",
            unique=True,
            sqlite_where=sa.text("role = 'admin'"),
            postgresql_where=sa.text("role = 'admin'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"))
    role: Mapped[GrantedRole] = mapped_column(choice(GrantedRole, name="role"))
    org_unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("org_unit.id"), index=True, default=None)
    granted_on: Mapped[date]
    origin: Mapped[GrantOrigin] = mapped_column(
        choice(GrantOrigin, name="origin"), default=GrantOrigin.HAND, server_default=GrantOrigin.HAND.value
    )
    """A group's grants come and go with each sign-in through the identity provider; those by hand stay."""


class ExternalIdentity(Base, kw_only=True):
    """Who an account's owner is to an identity provider."""

    __tablename__ = "external_identity"
    __table_args__ = (sa.UniqueConstraint("issuer", "subject"), sa.UniqueConstraint("account_id", "issuer"))

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    issuer: Mapped[str] = mapped_column(sa.String(255))
    subject: Mapped[str] = mapped_column(sa.String(255))
    """The provider's own, unchanging key of the person; never their e-mail address."""
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime]


class GroupRole(Base, kw_only=True):
    """A role that everybody in a group of the identity provider has here."""

    __tablename__ = "group_role"
    __table_args__ = (
        sa.CheckConstraint(
            "(role = 'admin' AND org_unit_id IS NULL) OR (role = 'manager' AND org_unit_id IS NOT NULL)",
            name="manager_has_unit",
        ),
        sa.UniqueConstraint("group_name", "role", "org_unit_id"),
        sa.Index(
            "uq_group_role_admin",
            "group_name",
            unique=True,
            sqlite_where=sa.text("role = 'admin'"),
            postgresql_where=sa.text("role = 'admin'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    group_name: Mapped[str] = mapped_column(sa.String(255))
    """As the provider writes it, which may be an id."""
    role: Mapped[GrantedRole] = mapped_column(choice(GrantedRole, name="role"))
    org_unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("org_unit.id"), index=True, default=None)
