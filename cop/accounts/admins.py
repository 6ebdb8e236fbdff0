"""Who is left to administrate: the last active admin can't lose the role, by no way."""

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.choices import GrantedRole
from cop.models import Account, RoleGrant


def is_only_admin(db: DbSession, account_id: int) -> bool:
    """Whether nobody else is an active admin; held until the transaction ends, so that not both of two go at once."""
    admins = db.scalars(
        sa.select(Account.id)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(Account.active, RoleGrant.role == GrantedRole.ADMIN)
        .with_for_update()
    )
    return set(admins) == {account_id}
