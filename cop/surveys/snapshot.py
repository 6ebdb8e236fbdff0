"""Who is asked, and to which groups they belong, as it is on the day a wave opens."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.choices import GroupKind, PersonKind
from cop.models import (
    Community,
    JobRole,
    Membership,
    OrgUnit,
    Participation,
    Person,
    Survey,
    SurveyAudience,
    SurveyCohort,
    SurveyCohortGroup,
    SurveyGroup,
)
from cop.organisation import organisation, units_below
from cop.surveys.coverage import upwards
from cop.surveys.inputs import Audience

Key = tuple[GroupKind, int]
"""A group: its kind and the id of its unit, job role or community; 0 for the whole."""
_COLUMNS = {GroupKind.ORG_UNIT: "org_unit_id", GroupKind.JOB_ROLE: "job_role_id", GroupKind.COMMUNITY: "community_id"}


def audience_of(db: DbSession, survey_id: int) -> Audience | None:
    """Who is asked by the wave; None where all that was named was deleted since, so that it is nobody."""
    rows = db.scalars(sa.select(SurveyAudience).where(SurveyAudience.survey_id == survey_id)).all()
    found = {
        kind: tuple(sorted(key for row in rows if row.kind is kind and (key := getattr(row, name)) is not None))
        for kind, name in _COLUMNS.items()
    }
    if any(row.kind is kind for row in rows for kind in _COLUMNS if not found[kind]):
        return None
    return Audience(found[GroupKind.ORG_UNIT], found[GroupKind.JOB_ROLE], found[GroupKind.COMMUNITY])


def people_of(db: DbSession, audience: Audience | None, *, today: date) -> dict[int, tuple[int | None, int | None]]:
    """Unit and job role of each person who is asked: active staff of the audience."""
    if audience is None:
        return {}
    chosen = sa.select(Person.id, Person.org_unit_id, Person.job_role_id).where(
        Person.active, Person.merged_into_id.is_(None), Person.kind == PersonKind.STAFF
    )
    if audience.unit_ids:
        chosen = chosen.where(Person.org_unit_id.in_(units_below(db, audience.unit_ids)))
    if audience.job_role_ids:
        chosen = chosen.where(Person.job_role_id.in_(audience.job_role_ids))
    if audience.community_ids:
        members = _members(today).where(Membership.community_id.in_(audience.community_ids))
        chosen = chosen.where(Person.id.in_(members.with_only_columns(Membership.person_id)))
    return {row.id: (row.org_unit_id, row.job_role_id) for row in db.execute(chosen.order_by(Person.id))}


def _members(today: date) -> sa.Select[int, int]:
    return (
        sa.select(Membership.person_id, Membership.community_id)
        .join(Community, Community.id == Membership.community_id)
        .where(
            Community.archived_at.is_(None),
            Membership.joined_on <= today,
            sa.or_(Membership.left_on.is_(None), Membership.left_on > today),
        )
    )


def take(db: DbSession, survey: Survey, people: dict[int, tuple[int | None, int | None]], *, today: date) -> None:
    """Write down groups, cohorts, and everybody as not done yet, for a wave that is being opened."""
    belongs = groups_of(db, people, today)
    headcounts: dict[Key, int] = defaultdict(int)
    cohorts: dict[frozenset[Key], list[int]] = defaultdict(list)
    for person_id, keys in belongs.items():
        cohorts[keys].append(person_id)
        for key in keys:
            headcounts[key] += 1
    groups = _groups(db, survey, headcounts)
    rows = {keys: SurveyCohort(survey_id=survey.id) for keys in cohorts}
    db.add_all(rows.values())
    db.flush()
    belongings = [{"cohort_id": rows[keys].id, "group_id": groups[key]} for keys in cohorts for key in sorted(keys)]
    asked = [
        {"survey_id": survey.id, "person_id": person_id, "cohort_id": rows[keys].id, "done": False}
        for keys, members in cohorts.items()
        for person_id in members
    ]
    db.execute(sa.insert(SurveyCohortGroup), belongings)
    db.execute(sa.insert(Participation), asked)


def take_whole(db: DbSession, survey: Survey, person_ids: Sequence[int], *, name: str) -> None:
    """Write down these people as the one group of a wave that is being opened, and everybody as not done yet."""
    group = SurveyGroup(survey_id=survey.id, kind=GroupKind.WHOLE, name=name, headcount=len(person_ids))
    cohort = SurveyCohort(survey_id=survey.id)
    db.add_all([group, cohort])
    db.flush()
    db.add(SurveyCohortGroup(cohort_id=cohort.id, group_id=group.id))
    db.add_all(Participation(survey_id=survey.id, person_id=key, cohort_id=cohort.id) for key in sorted(person_ids))
    db.flush()


def groups_of(
    db: DbSession, people: dict[int, tuple[int | None, int | None]], today: date
) -> dict[int, frozenset[Key]]:
    """The groups of each person: the whole, their unit and every unit above, their job role, their communities."""
    parents = {key: parent for key, parent in db.execute(sa.select(OrgUnit.id, OrgUnit.parent_id))}  # noqa: C416 - dict() doesn't take rows
    communities: dict[int, set[int]] = defaultdict(set)
    for person_id, community_id in db.execute(_members(today)):
        communities[person_id].add(community_id)
    return {
        person_id: frozenset({
            (GroupKind.WHOLE, 0),
            *((GroupKind.ORG_UNIT, key) for key in upwards(parents, unit)),
            *([(GroupKind.JOB_ROLE, role)] if role is not None else []),
            *((GroupKind.COMMUNITY, key) for key in communities[person_id]),
        })
        for person_id, (unit, role) in people.items()
    }  # fmt: skip


def _groups(db: DbSession, survey: Survey, headcounts: dict[Key, int]) -> dict[Key, int]:
    """Make the groups' rows; returns their ids."""
    names: dict[Key, str] = {(GroupKind.WHOLE, 0): organisation(db).name}
    for kind, table in (
        (GroupKind.ORG_UNIT, OrgUnit),
        (GroupKind.JOB_ROLE, JobRole),
        (GroupKind.COMMUNITY, Community),
    ):
        names |= {(kind, key): name for key, name in db.execute(sa.select(table.id, table.name))}
    rows = {
        (kind, key): SurveyGroup(
            survey_id=survey.id,
            kind=kind,
            name=names[kind, key],
            headcount=headcount,
            org_unit_id=key if kind is GroupKind.ORG_UNIT else None,
            job_role_id=key if kind is GroupKind.JOB_ROLE else None,
            community_id=key if kind is GroupKind.COMMUNITY else None,
        )
        for (kind, key), headcount in sorted(headcounts.items())
    }
    db.add_all(rows.values())
    db.flush()
    return {key: row.id for key, row in rows.items()}
