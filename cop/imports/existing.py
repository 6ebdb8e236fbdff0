"""What the database holds of what an import may refer to or change."""

from collections.abc import Hashable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.choices import KeyKind
from cop.imports.changes import PAIRS, Shelf
from cop.models import (
    Area,
    Attendance,
    Base,
    Community,
    CommunitySession,
    CommunitySkill,
    ExternalKey,
    Facilitator,
    FunnelItem,
    ItemCommunity,
    ItemUnit,
    JobRole,
    Membership,
    OrgUnit,
    Person,
    PersonAlias,
    Quadrant,
    Question,
    Revision,
    Ring,
    RingChange,
    RoleRequirement,
    SessionSeries,
    Skill,
    StageStay,
    Survey,
    SurveyGroup,
    UnitRequirement,
)

MODELS: dict[str, type[Base]] = {
    model.__tablename__: model
    for model in (
        Area,
        JobRole,
        Skill,
        RoleRequirement,
        OrgUnit,
        UnitRequirement,
        Person,
        PersonAlias,
        Community,
        CommunitySkill,
        Membership,
        Facilitator,
        SessionSeries,
        CommunitySession,
        Survey,
        Question,
        SurveyGroup,
        Quadrant,
        Ring,
        FunnelItem,
        StageStay,
        RingChange,
        ExternalKey,
        Attendance,
        ItemUnit,
        ItemCommunity,
    )
}

TOPICS = ("catalog", "funnel", "memberships", "organisation", "people", "sessions", "skills", "surveys")
"""Whatever changes one of these tables raises one of these."""


def revisions(db: DbSession, *, lock: bool = False) -> dict[str, int]:
    """The topics' revisions; `lock` makes whoever else would raise them wait for this transaction (SQLite: no-op)."""
    chosen = sa.select(Revision.topic, Revision.number).where(Revision.topic.in_(TOPICS)).order_by(Revision.topic)
    rows = db.execute(chosen.with_for_update() if lock else chosen)
    return {row.topic: row.number for row in rows}


def shelves(db: DbSession, source: str) -> dict[str, Shelf]:
    """Every table an import compares with; of keys, sessions and attendance only those that came from the same source."""
    mine = sa.select(ExternalKey.session_id).where(ExternalKey.source == source, ExternalKey.kind == KeyKind.SESSION)
    chosen = {
        "community_session": sa.select(*CommunitySession.__table__.c).where(CommunitySession.id.in_(mine)),
        "external_key": sa.select(*ExternalKey.__table__.c).where(ExternalKey.source == source),
        "attendance": sa.select(*Attendance.__table__.c).where(Attendance.session_id.in_(mine)),
        "stage_stay": sa.select(*StageStay.__table__.c).where(sa.false()),  # an import never moves an item
        "question": sa.select(*Question.__table__.c).where(sa.false()),  # nor does it touch a wave that is there
        "survey_group": sa.select(*SurveyGroup.__table__.c).where(sa.false()),
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
        pair = PAIRS.get(model.__tablename__)
        made[(values[pair[0]], values[pair[1]]) if pair else values["id"]] = values
    return made
