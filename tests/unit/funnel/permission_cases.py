"""Whom each of the funnel's operations serves."""

from datetime import date

import sqlalchemy as sa

from cop.choices import Channel, EvidenceKind, FunnelStage, RoundPhase
from cop.funnel import meeting_operations as meetings
from cop.funnel import move_operations as moves
from cop.funnel import operations as o
from cop.funnel import round_operations as rounds
from cop.funnel import score_operations as scores
from cop.funnel import setup_operations as setup
from cop.funnel import trend_operations as trends
from cop.funnel.inputs import EvidenceInput, ItemInput
from cop.funnel.meetings import ConcernInput, MeetingInput
from cop.funnel.setup import CriterionInput, LimitInput, ThemeInput
from cop.models import (
    Assessment,
    Concern,
    Criterion,
    Evidence,
    FunnelRound,
    ItemComment,
    ItemCommunity,
    Quadrant,
    Ring,
    RingChange,
    RoundItem,
    StageStay,
    Theme,
    UnitMeeting,
    Vote,
)
from tests import factories as make
from tests.permissions import ADMIN, EVERYONE_SIGNED_IN, FACILITATOR, MANAGER, MANAGERS, OFFICE, STAFF, Case

_SAID = ItemInput(title="Streaming for the retail client")


def _item(world, **values):
    row = make.funnel_item(world.db, **values)
    return {"item_id": row.id, "version": row.version}


def _only_id(world, actor):
    return {"item_id": make.funnel_item(world.db).id}


def _voted(world, actor):
    where = _only_id(world, actor)
    if actor is not None:
        world.db.add(Vote(person_id=actor.person_id, at=make.NOW, **where))
    return where


def _linked(world, actor):
    where = _only_id(world, actor) | {"community_id": world.community.id}
    world.db.add(ItemCommunity(linked_at=make.NOW, **where))
    return where


def _assessed(world, actor):
    where = _only_id(world, actor)
    if actor is not None:
        criterion = world.db.scalars(sa.select(Criterion.id)).first()
        mark = {"criterion_id": criterion, "assessor_id": actor.person_id, "value": 3, "at": make.NOW}
        world.db.add(Assessment(**mark, **where))
    return where


def _raised_by_staff(world, actor):
    return _item(world, raised_by_id=world.actors[STAFF].person_id) | {"item": _SAID}


def _evidence_of_staff(world, **values):
    row = Evidence(
        item_id=make.funnel_item(world.db).id,
        kind=EvidenceKind.REPORT,
        title="A report",
        dated_on=date(2026, 1, 1),
        added_by_id=world.actors[STAFF].person_id,
        added_at=make.NOW,
        **values,
    )
    world.db.add(row)
    world.db.flush()
    return {"evidence_id": row.id}


def _comment_of_staff(world, **values):
    person_id = world.actors[STAFF].person_id
    row = ItemComment(item_id=make.funnel_item(world.db).id, person_id=person_id, text="So true", at=make.NOW, **values)
    world.db.add(row)
    world.db.flush()
    return row


def _comment_id(world, **values):
    return {"comment_id": _comment_of_staff(world, **values).id}


def _edited_comment(world, actor):
    row = _comment_of_staff(world)
    return {"comment_id": row.id, "version": row.version, "text": "Not quite"}


def _moved(world, actor):
    row = make.funnel_item(world.db)
    row.stage = FunnelStage.QUALIFIED
    (stay,) = world.db.scalars(sa.select(StageStay).where(StageStay.item_id == row.id))
    stay.left_at = make.NOW
    world.db.flush()
    moved_by = actor.person_id if actor else None
    world.db.add(StageStay(item_id=row.id, stage=row.stage, entered_at=make.NOW, moved_by_id=moved_by))
    world.db.flush()
    return {"item_id": row.id, "version": row.version}


def _merged(world, actor):
    target = make.funnel_item(world.db)
    return {"item_id": make.funnel_item(world.db, merged_into_id=target.id).id}


GIVER = frozenset({STAFF, *MANAGERS})
LINKERS = frozenset({FACILITATOR, MANAGER, ADMIN})

CASES = {
    o.propose_item: Case(EVERYONE_SIGNED_IN, lambda w, a: {"channel": "need", "item": _SAID}),
    o.edit_item: Case(GIVER, _raised_by_staff),
    o.report_outcome: Case(MANAGERS, lambda w, a: _item(w) | {"current": 3.0, "outcome": "met"}),
    o.add_evidence: Case(
        EVERYONE_SIGNED_IN, lambda w, a: _only_id(w, a) | {"evidence": EvidenceInput("report", "A report")}
    ),
    o.withdraw_evidence: Case(GIVER, lambda w, a: _evidence_of_staff(w)),
    o.restore_evidence: Case(GIVER, lambda w, a: _evidence_of_staff(w, withdrawn_at=make.NOW)),
    o.add_comment: Case(EVERYONE_SIGNED_IN, lambda w, a: _only_id(w, a) | {"text": "We need this too"}),
    o.edit_comment: Case(frozenset({STAFF}), _edited_comment),
    o.withdraw_comment: Case(GIVER, lambda w, a: _comment_id(w)),
    o.restore_comment: Case(GIVER, lambda w, a: _comment_id(w, withdrawn_at=make.NOW)),
    o.vote: Case(EVERYONE_SIGNED_IN, _only_id),
    o.take_vote_back: Case(EVERYONE_SIGNED_IN, _voted),
    o.link_community: Case(LINKERS, lambda w, a: _only_id(w, a) | {"community_id": w.community.id}),
    o.unlink_community: Case(LINKERS, _linked),
    o.found_community: Case(OFFICE, lambda w, a: _only_id(w, a) | {"name": "Streaming", "focus": "Events"}),
    moves.move_item: Case(MANAGERS, lambda w, a: _item(w) | {"stage": "rejected", "reason": "Not ours"}),
    moves.undo_move: Case(MANAGERS, _moved),
    moves.merge_items: Case(MANAGERS, lambda w, a: _item(w) | {"into_id": make.funnel_item(w.db).id}),
    moves.undo_merge: Case(MANAGERS, _merged),
}

_MARKS = {1: 4, 4: 2}  # the criteria that an installation begins with and that people judge
CASES |= {
    scores.assess_item: Case(MANAGERS, lambda w, a: _only_id(w, a) | {"marks": _MARKS}),
    scores.withdraw_assessment: Case(MANAGERS, _assessed),
    scores.set_urgency: Case(MANAGERS, lambda w, a: _item(w) | {"share": 0.5, "reason": "The client called"}),
    scores.set_planning_figures: Case(MANAGERS, lambda w, a: _item(w) | {"reach": 10.0}),
}


def _round(world, phase):
    row = FunnelRound(name="Spring", phase=phase, opened_at=make.NOW, criteria_version_id=1)
    world.db.add(row)
    world.db.flush()
    return {"round_id": row.id, "version": row.version}


def _ballot(world, actor, **values):
    where = _round(world, RoundPhase.DECIDING)
    item = make.funnel_item(world.db, stage=FunnelStage.QUALIFIED)
    entry = RoundItem(round_id=where["round_id"], item_id=item.id, **values)
    world.db.add(entry)
    world.db.flush()
    return where, entry


def _decision(world, actor):
    where, entry = _ballot(world, actor)
    return where | {"item_id": entry.item_id, "version": entry.version, "decision": "park", "reason": "Later"}


CASES |= {
    rounds.open_round: Case(OFFICE, lambda w, a: {"name": "Spring"}),
    rounds.lead_round: Case(OFFICE, lambda w, a: _round(w, RoundPhase.PROPOSING) | {"phase": "scoring"}),
    rounds.decide_item: Case(MANAGERS, _decision),
    rounds.publish_round: Case(OFFICE, lambda w, a: _ballot(w, a, decision="keep")[0]),
}


# Meetings with units

_MEETING = {"met_on": make.TODAY}


def _said(world, **values):
    return MeetingInput(org_unit_id=world.unit.id, **_MEETING, **values)


def _meeting(world, **values):
    row = UnitMeeting(org_unit_id=world.unit.id, created_at=make.NOW, **_MEETING, **values)
    world.db.add(row)
    world.db.flush()
    return row


def _meeting_id(world, **values):
    return {"meeting_id": _meeting(world, **values).id}


def _worry(world, **values):
    row = Concern(meeting_id=_meeting(world).id, concern="No time", answer="Two hours a week", **values)
    world.db.add(row)
    world.db.flush()
    return row


CASES |= {
    meetings.record_meeting: Case(MANAGERS, lambda w, a: {"meeting": _said(w)}),
    meetings.edit_meeting: Case(
        MANAGERS, lambda w, a: _meeting_id(w) | {"version": 1, "meeting": _said(w, notes="Keen")}
    ),
    meetings.archive_meeting: Case(MANAGERS, lambda w, a: _meeting_id(w)),
    meetings.restore_meeting: Case(MANAGERS, lambda w, a: _meeting_id(w, archived_at=make.NOW)),
    meetings.add_concern: Case(MANAGERS, lambda w, a: _meeting_id(w) | {"concern": ConcernInput("No time")}),
    meetings.edit_concern: Case(
        MANAGERS, lambda w, a: {"concern_id": _worry(w).id, "version": 1, "concern": ConcernInput("No money")}
    ),
    meetings.settle_concern: Case(MANAGERS, lambda w, a: {"concern_id": _worry(w).id}),
    meetings.reopen_concern: Case(MANAGERS, lambda w, a: {"concern_id": _worry(w, settled_on=make.TODAY).id}),
}


# The funnel's set-up

_CRITERIA = (CriterionInput("Value", 1.0, anchors=((1, "Little"), (5, "Much"))),)
_THEME = ThemeInput("Sovereign cloud", 1.0, make.TODAY)


def _theme(world, actor):
    row = Theme(name="Old", weight=1.0, since_on=make.TODAY)
    world.db.add(row)
    world.db.flush()
    return {"theme_id": row.id, "version": row.version}


def _order(world, table):
    return tuple(world.db.scalars(sa.select(table.id).order_by(table.place.desc())))


CASES |= {
    setup.save_criteria: Case(OFFICE, lambda w, a: {"base_id": 1, "note": "Fewer", "criteria": _CRITERIA}),
    setup.add_theme: Case(OFFICE, lambda w, a: {"theme": _THEME}),
    setup.edit_theme: Case(OFFICE, lambda w, a: _theme(w, a) | {"theme": _THEME}),
    setup.set_limits: Case(OFFICE, lambda w, a: {"limits": (LimitInput("in_progress", None, 5),)}),
    setup.add_quadrant: Case(OFFICE, lambda w, a: {"name": "Data"}),
    setup.edit_quadrant: Case(OFFICE, lambda w, a: {"quadrant_id": 1, "version": 1, "name": "Ways", "active": True}),
    setup.order_quadrants: Case(OFFICE, lambda w, a: {"quadrant_ids": _order(w, Quadrant)}),
    setup.add_ring: Case(OFFICE, lambda w, a: {"name": "Watch"}),
    setup.edit_ring: Case(OFFICE, lambda w, a: {"ring_id": 1, "version": 1, "name": "Use", "active": True}),
    setup.order_rings: Case(OFFICE, lambda w, a: {"ring_ids": _order(w, Ring)}),
}


def _trend_of_staff(world):
    return make.funnel_item(world.db, channel=Channel.TREND, raised_by_id=world.actors[STAFF].person_id)


def _ring(world, actor):
    day = date(2026, 1, 1)
    return {
        "item_id": _trend_of_staff(world).id,
        "ring_id": 1,
        "changed_on": day,
        "source_kind": "report",
        "source": "R",
    }


def _ring_change(world, **values):
    row = RingChange(
        item_id=_trend_of_staff(world).id, ring_id=1, changed_on=date(2026, 1, 1), source="A report",
        source_kind=EvidenceKind.REPORT, added_at=make.NOW, **values,
    )  # fmt: skip
    world.db.add(row)
    world.db.flush()
    return {"ring_change_id": row.id}


CASES |= {
    trends.change_ring: Case(GIVER, _ring),
    trends.withdraw_ring_change: Case(GIVER, lambda w, a: _ring_change(w)),
    trends.restore_ring_change: Case(GIVER, lambda w, a: _ring_change(w, withdrawn_at=make.NOW)),
}
