"""What ended with an account, as the deactivation put it on record: so that it can be undone."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.models import AuditEntry

DEACTIVATED = "lifecycle.deactivate_leavers"


def what_ended(db: DbSession, account_id: int) -> dict[str, list[dict[str, Any]]]:
    """The memberships and the facilitator roles that ended with the account's last deactivation; empty without one."""
    last = (
        sa.select(AuditEntry.after)
        .where(
            AuditEntry.object_type == "account",
            AuditEntry.object_id == account_id,
            AuditEntry.operation == DEACTIVATED,
            AuditEntry.outcome == "done",
        )
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )
    found = db.scalar(last) or {}
    return {name: found.get(name, []) for name in ("memberships", "facilitates")}
