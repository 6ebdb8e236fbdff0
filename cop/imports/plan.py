"""Working out what an import would change, from what was read and what is there. Pure."""

from collections.abc import Mapping
from datetime import datetime

from cop.imports import (
    belonging,
    meeting,
    needs,
    requirements,
    series,
    sessions,
    skills,
    structure,
    trends,
    waves,
)
from cop.imports.changes import Plan, Shelf
from cop.imports.draft import Draft
from cop.imports.records import Job


def make_plan(
    job: Job, shelves: Mapping[str, Shelf], *, now: datetime, time_zone: str, seen: Mapping[str, int]
) -> Plan:
    """The whole plan. Where a file couldn't be read at all nothing is compared: its gaps would only mislead."""
    draft = Draft(job, shelves, now=now, time_zone=time_zone, seen=seen)
    if not any(problem.concerns_file for problem in job.problems):
        _compare(draft)
    return draft.finish()


def _compare(draft: Draft) -> None:
    skills.plan_skills(draft)
    requirements.plan_role_requirements(draft)
    structure.plan_units(draft)
    requirements.plan_unit_needs(draft)
    structure.plan_people(draft)
    structure.plan_communities(draft)
    skills.plan_community_skills(draft)
    sessions.plan_sessions(draft)
    series.plan_series(draft)
    needs.plan_needs(draft)
    trends.plan_trends(draft)
    members = belonging.in_communities(draft, "memberships")
    carriers = belonging.in_communities(draft, "facilitators")
    visitors = sessions.at_sessions(draft)
    meeting.introduce(draft, [*members, *carriers, *visitors])
    belonging.plan_memberships(draft, members)
    belonging.plan_facilitators(draft, carriers)
    sessions.plan_attendance(draft, visitors)
    sessions.settle_lists(draft)
    waves.plan_waves(draft)
