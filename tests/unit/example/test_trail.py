"""The example's history: everything that was held, carried and given is told, and nobody who came."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.history.queries import history
from cop.history.words import Group
from cop.models import AuditEntry, Community, CommunitySession, Contribution, Facilitator
from cop.permissions import SYSTEM
from tests.unit.example.conftest import NOW


@pytest.fixture
def db(loaded):
    with DbSession(loaded[0]) as session:
        yield session


def test_every_community_has_a_past_that_agrees_with_its_rows(db):
    for room in db.scalars(sa.select(Community)).all():
        told = history(db, SYSTEM, community_id=room.id, count=10_000)
        held = db.scalars(
            sa.select(CommunitySession.id).where(
                CommunitySession.community_id == room.id, CommunitySession.recorded_at.is_not(None)
            )
        ).all()
        assert sorted(entry.session_id for entry in told.entries if entry.session_id) == sorted(held)
        given = sa.select(sa.func.count()).where(
            Contribution.community_id == room.id,
            Contribution.session_id.is_(None),
            Contribution.person_id.is_not(None),
        )
        assert [entry.did for entry in told.entries].count("contributed") == db.scalar(given)
        carried = sa.select(sa.func.count()).where(
            Facilitator.community_id == room.id, Facilitator.since_on.is_not(None)
        )
        made = [entry for entry in told.entries if entry.did == "made"]
        assert len(made) == db.scalar(carried)
        assert [entry.at for entry in told.entries] == sorted((entry.at for entry in told.entries), reverse=True)


def test_charters_were_written_in_steps(db):
    rooms = db.scalars(sa.select(Community.id)).all()
    texts = [
        text.field
        for room in rooms
        for entry in history(db, SYSTEM, community_id=room, group=Group.FACTS, count=100).entries
        for text in entry.texts
    ]
    assert texts.count("Charter") >= len(rooms) / 2


def test_nothing_lies_ahead(db):
    assert db.scalar(sa.select(sa.func.max(AuditEntry.at))) <= NOW
