"""What the database holds of what an import may refer to or change."""

from collections.abc import Hashable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.imports.changes import Shelf
from cop.models import (
    Area,
    Attendance,
    Base,
    Community,
    CommunitySession,
    Facilitator,
    JobRole,
    Membership,
    OrgUnit,
    Person,
    PersonAlias,
)

MODELS: dict[str, type[Base]] = {
    model.__tablename__: model
    for model in (
        Area,
        JobRole,
        OrgUnit,
        Person,
        PersonAlias,
        Community,
        Membership,
        Facilitator,
        CommunitySession,
        Attendance,
    )
}


def shelves(db: DbSession, source: str) -> dict[str, Shelf]:
    """Every table an import changes; of sessions and attendance only those that came from the same source."""
    mine = CommunitySession.external_key.startswith(f"{source}:", autoescape=True)
    chosen = {
        "community_session": sa.select(*CommunitySession.__table__.c).where(mine),
        "attendance": sa.select(*Attendance.__table__.c).join(CommunitySession).where(mine),
    }
    return {
        table: Shelf(table, _rows(db, model, chosen.get(table, sa.select(*model.__table__.c))))
        for table, model in MODELS.items()
    }


def _rows(db: DbSession, model: type[Base], chosen: sa.Select[Any]) -> dict[Hashable, dict[str, Any]]:
    names = [column.key for column in model.__table__.columns]
    made: dict[Hashable, dict[str, Any]] = {}
    for row in db.execute(chosen):
        values = dict(zip(names, row, strict=True))
        made[values["id"] if "id" in values else (values["session_id"], values["person_id"])] = values
    return made
