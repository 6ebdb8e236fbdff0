"""Contributions that were withdrawn, as the audit trail keeps them: so that they can come back."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.models import AuditEntry, Person

WITHDRAW, RESTORE = "catalog.withdraw_contribution", "catalog.restore_contribution"


@dataclass(frozen=True)
class Withdrawn:
    """A contribution that was withdrawn, the audit entry that says so, and whether it was brought back."""

    entry_id: int
    kind: str
    title: str
    url: str
    day: date
    person_id: int | None
    """Whose it is; where records of people were merged, the one that stays."""
    is_back: bool


def withdrawn(db: DbSession, community_id: int, *, entry_id: int | None = None) -> list[Withdrawn]:
    """A community's withdrawn contributions, the latest first, or the one of an audit entry."""
    wanted = sa.select(AuditEntry.id, AuditEntry.before).where(
        AuditEntry.community_id == community_id, AuditEntry.operation == WITHDRAW, AuditEntry.outcome == "done"
    )
    if entry_id is not None:
        wanted = wanted.where(AuditEntry.id == entry_id)
    rows = [(key, before or {}) for key, before in db.execute(wanted.order_by(AuditEntry.id.desc()))]
    back = set(
        db.scalars(
            sa.select(AuditEntry.after["entry_id"].as_integer()).where(
                AuditEntry.community_id == community_id, AuditEntry.operation == RESTORE, AuditEntry.outcome == "done"
            )
        )
    )
    stays = _merged(db)
    return [
        Withdrawn(
            entry_id=key,
            kind=before["kind"],
            title=before["title"],
            url=before["url"],
            day=date.fromisoformat(before["day"]),
            person_id=_followed(before["person_id"], stays),
            is_back=key in back,
        )
        for key, before in rows
    ]


def _merged(db: DbSession) -> dict[int, int]:
    """The records of people that were merged, each with the one that it became part of."""
    rows = sa.select(Person.id, Person.merged_into_id).where(Person.merged_into_id.is_not(None))
    return {gone: keep for gone, keep in db.execute(rows) if keep is not None}


def _followed(person_id: int | None, stays: dict[int, int]) -> int | None:
    while person_id in stays:
        person_id = stays[person_id]
    return person_id
