"""What is done from time to time."""

from datetime import timedelta

import sqlalchemy as sa

from cop.db import reading
from cop.models import CommunitySession, SessionSeries
from cop.periods import utcnow
from cop.web import housekeeping
from tests import factories as make


def test_sessions_within_reach_are_planned(db):
    make.organisation(db)
    room = make.community(db)
    db.add(
        SessionSeries(
            community_id=room.id,
            title="Circle",
            rule="FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU",
            first_on=(utcnow() - timedelta(days=900)).date(),
            start_time=utcnow().time().replace(microsecond=0),
            minutes=60,
            time_zone="UTC",
            created_at=utcnow(),
        )
    )
    make.commit(db)
    for _ in range(2):
        housekeeping.once()
        with reading() as other:
            made = other.scalar(sa.select(sa.func.count()).select_from(CommunitySession))
            assert made in {366, 367}  # today's only if the clock hasn't gone on
