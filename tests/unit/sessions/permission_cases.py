"""Whom each operation on sessions serves."""

from datetime import datetime, time, timedelta

from cop import audit
from cop.choices import SessionStatus
from cop.models import CalendarFeed, CheckInCode, CommunitySession, Draft, SessionSeries
from cop.permissions import SYSTEM
from cop.sessions import attend_operations as attend
from cop.sessions import feed_operations as feeds
from cop.sessions import operations as ops
from cop.sessions import series_operations as series
from cop.sessions.drafts import KIND
from cop.sessions.inputs import Plan, Repeat, Report
from cop.sessions.recurrence import Pattern, Unit
from tests import factories as make
from tests.permissions import EVERYONE_SIGNED_IN, OFFICE, OWN_FACILITATOR, Case

REPEAT = Repeat(Pattern(Unit.WEEK, 1, (1,)))


def _plan(day):
    start = make.NOW.replace(tzinfo=None, hour=9) + timedelta(days=day)
    return Plan(title="A session", start=start, end=start + timedelta(hours=1), time_zone="Europe/Madrid")


def _planned(world, **values):
    starts = make.NOW + timedelta(days=2)
    return make.session(
        world.db,
        world.community,
        **{
            "day": starts.date(),
            "starts_at": starts,
            "ends_at": starts + timedelta(hours=1),
            "planned_starts_at": starts,
            "status": SessionStatus.PLANNED,
        }
        | values,
    )


def _series(world):
    """A series with a session to come."""
    row = SessionSeries(
        community_id=world.community.id,
        title="A session",
        rule="FREQ=WEEKLY;BYDAY=TU",
        first_on=make.TODAY,
        start_time=time(9),
        minutes=60,
        time_zone="Europe/Madrid",
        created_at=make.NOW,
    )
    world.db.add(row)
    world.db.flush()
    starts = datetime.combine(make.TODAY + timedelta(days=1), time(7), make.NOW.tzinfo)
    _planned(world, starts_at=starts, series_id=row.id, series_day=starts.date())
    return {"series_id": row.id, "version": row.version}


def _feed(world, actor):
    """A calendar feed of the actor's own; of nobody's for who has none."""
    row = CalendarFeed(
        account_id=actor.account_id if actor else world.account_ids["staff"], token_hash="b" * 64, created_at=make.NOW
    )
    world.db.add(row)
    world.db.flush()
    return row.id


def _now(world):
    """A planned session that goes on now."""
    return _planned(world, starts_at=make.NOW, ends_at=make.NOW + timedelta(hours=1), day=make.TODAY).id


def _coded(world):
    """A session whose code works."""
    session_id = _now(world)
    world.db.add(CheckInCode(session_id=session_id, code="ABC234", opened_at=make.NOW))
    world.db.flush()
    return session_id


def _code(world):
    _coded(world)
    return "abc 234"


def _typed(world, actor):
    """A draft of the actor's own."""
    if actor is not None:
        own = {"account_id": actor.account_id, "kind": KIND, "subject": "community:1", "payload": {}}
        world.db.add(Draft(updated_at=make.NOW, **own))
    return {"community_id": world.community.id, "subject": "community:1"}


def _short_series(world):
    _series(world)
    return {}


def _of(row: CommunitySession, **more):
    return {"session_id": row.id, "version": row.version} | more


def _taken_back(world):
    """A session whose recording was taken back."""
    row = _planned(world, starts_at=make.NOW - timedelta(days=1), ends_at=make.NOW - timedelta(hours=23))
    where = {"object_type": "session", "object_id": row.id, "community_id": row.community_id}
    audit.record(world.db, SYSTEM, now=make.NOW, operation="sessions.undo_recording", before={}, **where)
    world.db.flush()
    return _of(row)


CASES = {
    ops.restore_recording: Case(OWN_FACILITATOR, lambda w, _a: _taken_back(w)),
    ops.plan_session: Case(OWN_FACILITATOR, lambda w, _a: {"community_id": w.community.id, "plan": _plan(3)}),
    ops.change_plan: Case(OWN_FACILITATOR, lambda w, _a: _of(_planned(w), plan=_plan(4))),
    ops.cancel_session: Case(OWN_FACILITATOR, lambda w, _a: _of(_planned(w), reason="Everybody is away")),
    ops.reinstate_session: Case(
        OWN_FACILITATOR,
        lambda w, _a: _of(_planned(w, status=SessionStatus.CANCELLED, cancel_reason="A strike")),
    ),
    ops.record_session: Case(
        OWN_FACILITATOR,
        lambda w, _a: {"community_id": w.community.id, "plan": _plan(-3), "report": Report()},
    ),
    ops.undo_recording: Case(OWN_FACILITATOR, lambda w, _a: _of(make.session(w.db, w.community))),
    ops.save_draft: Case(
        OWN_FACILITATOR,
        lambda w, _a: {
            "community_id": w.community.id,
            "subject": "community:1",
            "payload": {"title": "A"},
            "version": None,
        },
    ),
    ops.discard_draft: Case(OWN_FACILITATOR, _typed),
    series.plan_series: Case(
        OWN_FACILITATOR, lambda w, _a: {"community_id": w.community.id, "plan": _plan(3), "repeat": REPEAT}
    ),
    series.change_series: Case(OWN_FACILITATOR, lambda w, _a: _series(w) | {"plan": _plan(3), "repeat": REPEAT}),
    series.end_series: Case(OWN_FACILITATOR, lambda w, _a: _series(w) | {"reason": "Nobody comes"}),
    series.extend_series: Case(OFFICE, lambda w, _a: _short_series(w)),
    feeds.make_feed: Case(EVERYONE_SIGNED_IN, lambda w, _a: {"token_hash": "a" * 64, "community_id": w.community.id}),
    feeds.revoke_feed: Case(EVERYONE_SIGNED_IN, lambda w, actor: {"feed_id": _feed(w, actor)}),
    attend.answer: Case(EVERYONE_SIGNED_IN, lambda w, _a: {"session_id": _planned(w).id, "answer": "going"}),
    attend.open_check_in: Case(OWN_FACILITATOR, lambda w, _a: {"session_id": _now(w)}),
    attend.close_check_in: Case(OWN_FACILITATOR, lambda w, _a: {"session_id": _coded(w)}),
    attend.check_in: Case(EVERYONE_SIGNED_IN, lambda w, _a: {"code": _code(w)}),
}
