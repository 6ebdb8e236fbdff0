"""What was undone never happened for figures: those after doing and undoing equal those before, whatever it was."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.catalog import operations as catalog
from cop.catalog import queries as catalog_queries
from cop.choices import Channel, EvidenceKind, FunnelStage, GrantedRole, SessionStatus
from cop.db import finish
from cop.funnel import flow, meeting_queries, picture_queries, score_queries, trend_queries
from cop.funnel import meeting_operations as meetings
from cop.funnel import move_operations as moves
from cop.funnel import operations as funnel
from cop.funnel import queries as funnel_queries
from cop.funnel import score_operations as scores
from cop.funnel import trend_operations as trends
from cop.funnel.inputs import EvidenceInput
from cop.imports import operations as imports
from cop.imports.queries import preview
from cop.kpis import queries as kpis
from cop.lifecycle import operations as lifecycle
from cop.models import (
    Account,
    ActivityMonth,
    ActivityUnitMonth,
    AuditEntry,
    Community,
    CommunitySession,
    Concern,
    Contribution,
    Evidence,
    FunnelItem,
    ItemComment,
    MemberActivity,
    MembershipMonth,
    OrgUnit,
    Person,
    Resource,
    RingChange,
    UnitMeeting,
)
from cop.periods import Period
from cop.permissions import Actor, Role
from cop.sessions import operations as sessions
from cop.sessions.inputs import Plan, Report
from cop.skills import operations as skills
from cop.skills import profile_operations as profiles
from cop.skills import queries as skill_queries
from cop.surveys import template_operations as templates
from tests import factories as make
from tests.each import Failures
from tests.unit.imports.helpers import job
from tests.unit.test_permission_matrix import OPERATIONS
from tests.unit.ui.test_isolation import plain

LONG_AGO = datetime(2026, 1, 26, 10, 0, tzinfo=UTC)
"""140 days before `make.NOW`."""
NOW, LATER = make.NOW, make.NOW + timedelta(seconds=28)
AFTERWARDS = make.NOW + timedelta(days=45)
DAY = AFTERWARDS.date()
PERIOD = Period(date(2026, 1, 1), date(2026, 9, 1))
UNDOES = re.compile(r"undo_|restore_|reopen_|reinstate_|reactivate|take_|withdraw_|unlink_|leave_|resume_")


@dataclass(frozen=True)
class World:
    """A community that met, an item that lay in a stage for 140 days; the actor is everything."""

    db: DbSession
    actor: Actor
    leaver: Account
    community: Community
    held: CommunitySession
    planned: CommunitySession
    item: FunnelItem
    other: FunnelItem
    trend: FunnelItem
    meeting: UnitMeeting
    concern: Concern

    def call(self, operation: Callable[..., Any], at: datetime = NOW, **params: Any) -> Any:
        """Run an operation as the actor."""
        return operation(self.db, self.actor, now=at, **params)

    def newest(self, model: Any) -> Any:
        """The row added last."""
        return self.db.scalars(sa.select(model).order_by(model.id.desc()).limit(1)).one()


def make_world(db: DbSession) -> World:
    make.organisation(db)
    unit = make.org_unit(db)
    people = [make.person(db, org_unit_id=unit.id) for _ in range(6)]
    community = make.community(db, created_at=LONG_AGO)
    for person in people:
        make.membership(db, community, person)
    make.facilitator(db, community, people[0])
    make.session(db, community, date(2026, 2, 10), people=people[:4])
    held = make.session(db, community, date(2026, 6, 10), people=people[1:], planned_starts_at=NOW - timedelta(days=5))
    starts = AFTERWARDS + timedelta(days=2)
    planned = make.session(
        db, community, starts.date(), status=SessionStatus.PLANNED, starts_at=starts,
        ends_at=starts + timedelta(hours=1), planned_starts_at=starts,
    )  # fmt: skip
    make.contribution(db, community, date(2026, 3, 3), person_id=people[1].id)
    since = {"created_at": LONG_AGO, "stage_since": LONG_AGO, "stage": FunnelStage.QUALIFIED}
    item, other = make.funnel_item(db, **since), make.funnel_item(db, **since)
    trend = make.funnel_item(db, channel=Channel.TREND, quadrant_id=1, **since)
    meeting = UnitMeeting(org_unit_id=unit.id, met_on=date(2026, 5, 5), created_at=LONG_AGO)
    db.add(meeting)
    db.flush()
    concern = Concern(meeting_id=meeting.id, concern="No time", answer="Two hours a week")
    db.add(concern)
    db.flush()
    office = make.person(db)
    account = make.account(db, office)
    make.grant(db, account, GrantedRole.ADMIN)
    roles = frozenset({Role.STAFF, Role.ADMIN})
    actor = Actor(account_id=account.id, person_id=office.id, name=office.name, roles=roles)
    leaver = make.account(db, people[0])
    make.commit(db)
    return World(db, actor, leaver, community, held, planned, item, other, trend, meeting, concern)


def figures(world: World) -> dict[str, Any]:
    """What the product counts of communities, funnel, skills and meetings, as it is seen some weeks later."""
    db, actor = world.db, world.actor
    finish(db)  # not committed: each case has the same world
    found: dict[str, Any] = {}
    for table in (ActivityMonth, ActivityUnitMonth, MemberActivity):
        found[table.__tablename__] = sorted(repr(tuple(row)) for row in db.execute(sa.select(table.__table__)))
    found["membership_month"] = _growth(db)
    stays = picture_queries.stays(db, actor)
    reads = {
        "catalog": partial(catalog_queries.catalog, db, actor, now=AFTERWARDS),
        "months": partial(kpis.months, db, actor, period=PERIOD, as_of=DAY),
        "ranking": partial(kpis.communities, db, actor, period=PERIOD, as_of=DAY),
        "sessions": partial(kpis.sessions, db, actor, period=PERIOD),
        "flow": partial(_flow, tuple(stays.itertuples(index=False, name=None)), tuple(stays.columns)),
        "items": partial(_items, world),
        "standings": partial(score_queries.standings, db, actor, now=AFTERWARDS),
        "radar": partial(trend_queries.trends, db, actor, since=LONG_AGO.date(), as_of=DAY),
        "units met": partial(meeting_queries.units, db, actor),
        "concerns": partial(meeting_queries.concerns, db, actor),
        "skills": partial(skill_queries.skills, db, actor),
    }
    return found | {name: plain(read()) for name, read in reads.items()}


@cache
def _flow(rows: tuple[Any, ...], columns: tuple[str, ...]) -> list[Any]:
    """Ages, medians and conversion; the same stays give the same ones, so most cases have them for nothing."""
    stays = pd.DataFrame(list(rows), columns=list(columns))
    return [read(stays, as_of=DAY) for read in (flow.stage_ages, flow.time_in_stage, flow.conversion)]


def _growth(db: DbSession) -> list[Any]:
    """By how many members communities grew by month and unit: joined − left, the only way in which both are read."""
    rows = db.scalars(sa.select(MembershipMonth), execution_options={"populate_existing": True})
    grown = [(row.community_id, row.month, row.org_unit_id, row.joined - row.left) for row in rows]
    return sorted(repr(row) for row in grown if row[-1])


def _items(world: World) -> pd.DataFrame:
    return funnel_queries.items(world.db, world.actor, now=AFTERWARDS).drop(columns="version")


Case = Callable[[World], Iterator[None]]
"""Prepares, waits while the figures are taken, does, waits again, undoes."""


def move(world: World) -> Iterator[None]:
    yield
    world.call(moves.move_item, item_id=world.item.id, version=world.item.version, stage="parked", reason="Oops")
    yield
    world.call(moves.undo_move, LATER, item_id=world.item.id, version=world.item.version)


def move_twice(world: World) -> Iterator[None]:
    yield
    for stage in ("parked", "rejected"):
        world.call(moves.move_item, item_id=world.item.id, version=world.item.version, stage=stage, reason="Oops")
    yield
    for _again in range(2):
        world.call(moves.undo_move, LATER, item_id=world.item.id, version=world.item.version)


def merge(world: World) -> Iterator[None]:
    yield
    merged = {"item_id": world.other.id, "version": world.other.version, "into_id": world.item.id}
    world.call(moves.merge_items, **merged)
    yield
    world.call(moves.undo_merge, LATER, item_id=world.other.id)


def vote(world: World) -> Iterator[None]:
    yield
    world.call(funnel.vote, item_id=world.item.id)
    yield
    world.call(funnel.take_vote_back, LATER, item_id=world.item.id)


def assess(world: World) -> Iterator[None]:
    yield
    world.call(scores.assess_item, item_id=world.item.id, marks={1: 4, 4: 2})
    yield
    world.call(scores.withdraw_assessment, LATER, item_id=world.item.id)


def link(world: World) -> Iterator[None]:
    both = {"item_id": world.item.id, "community_id": world.community.id}
    yield
    world.call(funnel.link_community, **both)
    yield
    world.call(funnel.unlink_community, LATER, **both)


def evidence_given(world: World) -> Iterator[None]:
    yield
    world.call(funnel.add_evidence, item_id=world.item.id, evidence=EvidenceInput("report", "A report"))
    yield
    world.call(funnel.withdraw_evidence, LATER, evidence_id=world.newest(Evidence).id)


def evidence_withdrawn(world: World) -> Iterator[None]:
    world.call(funnel.add_evidence, item_id=world.item.id, evidence=EvidenceInput("report", "A report"))
    given = world.newest(Evidence).id
    yield
    world.call(funnel.withdraw_evidence, evidence_id=given)
    yield
    world.call(funnel.restore_evidence, LATER, evidence_id=given)


def comment_given(world: World) -> Iterator[None]:
    yield
    world.call(funnel.add_comment, item_id=world.item.id, text="So true")
    yield
    world.call(funnel.withdraw_comment, LATER, comment_id=world.newest(ItemComment).id)


def comment_withdrawn(world: World) -> Iterator[None]:
    world.call(funnel.add_comment, item_id=world.item.id, text="So true")
    given = world.newest(ItemComment).id
    yield
    world.call(funnel.withdraw_comment, comment_id=given)
    yield
    world.call(funnel.restore_comment, LATER, comment_id=given)


def _ring(world: World) -> int:
    ring = {"ring_id": 3, "changed_on": date(2026, 6, 1), "source_kind": EvidenceKind.REPORT, "source": "A report"}
    world.call(trends.change_ring, item_id=world.trend.id, **ring)
    return int(world.newest(RingChange).id)


def ring_given(world: World) -> Iterator[None]:
    yield
    changed = _ring(world)
    yield
    world.call(trends.withdraw_ring_change, LATER, ring_change_id=changed)


def ring_withdrawn(world: World) -> Iterator[None]:
    changed = _ring(world)
    yield
    world.call(trends.withdraw_ring_change, ring_change_id=changed)
    yield
    world.call(trends.restore_ring_change, LATER, ring_change_id=changed)


def meeting_archived(world: World) -> Iterator[None]:
    yield
    world.call(meetings.archive_meeting, meeting_id=world.meeting.id)
    yield
    world.call(meetings.restore_meeting, LATER, meeting_id=world.meeting.id)


def concern_settled(world: World) -> Iterator[None]:
    yield
    world.call(meetings.settle_concern, concern_id=world.concern.id)
    yield
    world.call(meetings.reopen_concern, LATER, concern_id=world.concern.id)


def community_archived(world: World) -> Iterator[None]:
    world.call(sessions.cancel_session, **_of(world.planned), reason="Everybody is away")
    yield
    where = {"community_id": world.community.id}
    world.call(catalog.archive_community, **where, version=world.community.version, reason="Done")
    yield
    world.call(catalog.reopen_community, LATER, **where, version=world.community.version, reason="Not done")


def joined(world: World) -> Iterator[None]:
    yield
    world.call(catalog.join_community, community_id=world.community.id)
    yield
    world.call(catalog.leave_community, LATER, community_id=world.community.id)


def left(world: World) -> Iterator[None]:
    make.membership(world.db, world.community, world.db.get_one(Person, world.actor.person_id))
    yield
    world.call(catalog.leave_community, community_id=world.community.id)
    yield
    world.call(catalog.join_community, LATER, community_id=world.community.id)


def contribution_given(world: World) -> Iterator[None]:
    yield
    world.call(catalog.add_contribution, community_id=world.community.id, kind="idea", title="A glossary")
    yield
    _withdraw(world, LATER)


def contribution_withdrawn(world: World) -> Iterator[None]:
    world.call(catalog.add_contribution, community_id=world.community.id, kind="idea", title="A glossary")
    yield
    _withdraw(world, NOW)
    yield
    entry = world.db.scalar(sa.select(sa.func.max(AuditEntry.id)))
    world.call(catalog.restore_contribution, LATER, community_id=world.community.id, entry_id=entry)


def _withdraw(world: World, at: datetime) -> None:
    given = world.newest(Contribution)
    where = {"community_id": world.community.id, "contribution_id": given.id, "version": given.version}
    world.call(catalog.withdraw_contribution, at, **where)


def resource_archived(world: World) -> Iterator[None]:
    resource = Resource(community_id=world.community.id, title="Guide", url="https://x.org", added_at=NOW)
    world.db.add(resource)
    world.db.flush()
    where = {"community_id": world.community.id, "resource_id": resource.id}
    yield
    world.call(catalog.archive_resource, **where)
    yield
    world.call(catalog.restore_resource, LATER, **where)


def _of(session: CommunitySession) -> dict[str, int]:
    return {"session_id": session.id, "version": session.version}


def recorded(world: World) -> Iterator[None]:
    """A planned session is recorded with a list, and that is taken back."""
    session = make.session(world.db, world.community, NOW.date(), status=SessionStatus.PLANNED, planned_starts_at=NOW)
    plan = Plan(session.title, datetime(2026, 6, 15, 11), datetime(2026, 6, 15, 12), "Europe/Madrid")  # noqa: DTZ001
    yield
    came = (world.leaver.person_id, world.actor.person_id)
    report = Report("list", came)
    world.call(
        sessions.record_session, at=NOW + timedelta(hours=3), community_id=world.community.id, plan=plan,
        report=report, **_of(session),
    )  # fmt: skip
    yield
    world.call(sessions.undo_recording, NOW + timedelta(hours=4), **_of(session))


def recording_taken_back(world: World) -> Iterator[None]:
    yield
    world.call(sessions.undo_recording, **_of(world.held))
    yield
    world.call(sessions.restore_recording, LATER, **_of(world.held))


def cancelled(world: World) -> Iterator[None]:
    yield
    world.call(sessions.cancel_session, **_of(world.planned), reason="Everybody is away")
    yield
    world.call(sessions.reinstate_session, LATER, **_of(world.planned))


def left_the_company(world: World) -> Iterator[None]:
    world.db.get_one(Person, world.leaver.person_id).active = False
    yield
    world.call(lifecycle.deactivate_leavers, account_ids=(world.leaver.id,))
    yield
    world.call(lifecycle.reactivate, LATER, account_ids=(world.leaver.id,))


def skill_archived(world: World) -> Iterator[None]:
    skill = make.skill(world.db)
    make.unit_requirement(world.db, world.newest(OrgUnit), skill)
    yield
    world.call(skills.archive_skill, skill_id=skill.id, version=skill.version)
    yield
    world.call(skills.restore_skill, LATER, skill_id=skill.id, version=skill.version)


def help_paused(world: World) -> Iterator[None]:
    make.person_skill(world.db, world.actor.person_id, make.skill(world.db), can_help=True)
    yield
    world.call(profiles.pause_help, until_on=NOW.date() + timedelta(days=7))
    yield
    world.call(profiles.resume_help, LATER)


def template_archived(world: World) -> Iterator[None]:
    template = make.survey_template(world.db)
    which = {"template_id": template.id}
    yield
    world.call(templates.archive_template, **which, version=template.version)
    yield
    world.call(templates.restore_template, LATER, **which, version=template.version)


def imported(world: World) -> Iterator[None]:
    yield
    plan = preview(world.db, world.actor, job=job(), now=NOW)
    world.call(imports.import_files, plan=plan)
    yield
    entry = sa.select(sa.func.max(AuditEntry.id)).where(AuditEntry.operation == imports.IMPORT)
    world.call(imports.undo_import, LATER, entry_id=world.db.scalar(entry))


CASES: dict[Case, Callable[..., Any]] = {
    move: moves.undo_move,
    move_twice: moves.undo_move,
    merge: moves.undo_merge,
    vote: funnel.take_vote_back,
    assess: scores.withdraw_assessment,
    link: funnel.unlink_community,
    evidence_given: funnel.withdraw_evidence,
    evidence_withdrawn: funnel.restore_evidence,
    comment_given: funnel.withdraw_comment,
    comment_withdrawn: funnel.restore_comment,
    ring_given: trends.withdraw_ring_change,
    ring_withdrawn: trends.restore_ring_change,
    meeting_archived: meetings.restore_meeting,
    concern_settled: meetings.reopen_concern,
    community_archived: catalog.reopen_community,
    joined: catalog.leave_community,
    left: catalog.join_community,
    contribution_given: catalog.withdraw_contribution,
    contribution_withdrawn: catalog.restore_contribution,
    resource_archived: catalog.restore_resource,
    recorded: sessions.undo_recording,
    recording_taken_back: sessions.restore_recording,
    cancelled: sessions.reinstate_session,
    left_the_company: lifecycle.reactivate,
    skill_archived: skills.restore_skill,
    help_paused: profiles.resume_help,
    template_archived: templates.restore_template,
    imported: imports.undo_import,
}
"""Each with the operation that undoes."""
NO_FIGURES = {resource_archived, help_paused, template_archived}
"""What nothing counts, done or undone."""


def test_every_operation_that_undoes_has_a_case():
    undoing = {function for function in OPERATIONS.values() if UNDOES.match(function.__name__)}
    assert {function.__name__ for function in undoing - set(CASES.values())} == set()


def test_figures_are_those_of_before(db):
    world, failures = make_world(db), Failures()
    for case in CASES:
        with failures.of(case.__name__):
            check(world, case)
        db.rollback()
        db.expire_all()
    failures.report()


def check(world: World, case: Case) -> None:
    steps = case(world)
    next(steps)
    before = figures(world)
    next(steps)
    between = figures(world)
    with pytest.raises(StopIteration):
        next(steps)
    after = figures(world)
    different = [name for name in before if before[name] != after[name]]
    assert different == [], f"{before[different[0]]}\n{after[different[0]]}"
    assert (between != before) is (case not in NO_FIGURES), "nothing was done that a figure would show"
