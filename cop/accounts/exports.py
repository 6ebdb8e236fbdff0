"""What can be taken along of the accounts: the office's table, read afresh."""

from datetime import date

from sqlalchemy.orm import Session as DbSession

from cop.accounts import queries
from cop.exports import Sheet, sheet_of
from cop.permissions import Actor, Permission, require

_COLUMNS = {
    "person": "Name",
    "username": "User name",
    "unit": "Unit",
    "roles": "Roles",
    "active": "Active",
    "last_seen": "Last seen",
}


def accounts(db: DbSession, actor: Actor | None, *, search: str, closed: bool, today: date) -> Sheet:
    """The accounts found, with their roles and when they were last seen; for the office."""
    require(actor, Permission.ACCOUNT_MANAGE)
    rows = queries.accounts(db, actor, search=search, closed=closed, today=today)
    return sheet_of("Accounts", rows[list(_COLUMNS)].rename(columns=_COLUMNS))
