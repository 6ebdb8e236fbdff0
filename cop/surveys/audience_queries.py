"""What a wave can reach and show at most, known before anybody answers: who of its audience has an account."""

from collections import Counter
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.choices import SurveyState
from cop.errors import NotFound
from cop.models import Account, Participation, Survey, SurveyCohortGroup
from cop.permissions import Actor, Permission, require
from cop.query import query
from cop.surveys import snapshot
from cop.surveys.inputs import Audience
from cop.surveys.queries import office


@dataclass(frozen=True)
class Reach:
    """How far a wave can get. Nothing here depends on answers, so that it gives none away."""

    asked: int
    can_sign_in: int
    """Those of them with an active account: nobody else can answer."""
    groups: int
    """Groups that the results would speak about: the whole, units, job roles, communities."""
    can_show: int
    """Groups with as many people who can sign in as a group must have; no other can show anything."""


@query("people", "organisation", "memberships", "catalog", "accounts", scope=office)
def reach_of_audience(
    db: DbSession, actor: Actor | None, *, audience: Audience | None, smallest_group: int, today: date
) -> Reach:
    """What a wave for this audience would reach if it opened today."""
    require(actor, Permission.SURVEY_EDIT)
    people = snapshot.people_of(db, audience, today=today)
    belongs = snapshot.groups_of(db, people, today)
    return _reach(belongs, _with_account(db), smallest_group)


@query("surveys", "accounts", scope=office)
def reach_of_wave(db: DbSession, actor: Actor | None, *, survey_id: int) -> Reach:
    """What an open wave reaches, by the groups that were written down when it opened. Raises NotFound."""
    require(actor, Permission.SURVEY_EDIT)
    survey = db.get(Survey, survey_id)
    if survey is None or survey.state is not SurveyState.OPEN:
        raise NotFound
    rows = db.execute(
        sa.select(Participation.person_id, SurveyCohortGroup.group_id)
        .join(SurveyCohortGroup, SurveyCohortGroup.cohort_id == Participation.cohort_id)
        .where(Participation.survey_id == survey_id)
    )
    belongs: dict[int, list[int]] = {}
    for person_id, group_id in rows:
        belongs.setdefault(person_id, []).append(group_id)
    return _reach(belongs, _with_account(db), survey.smallest_group)


def _with_account(db: DbSession) -> set[int]:
    return set(db.scalars(sa.select(Account.person_id).where(Account.active)))


def _reach(belongs: Mapping[int, Collection[Hashable]], with_account: set[int], smallest_group: int) -> Reach:
    everybody = Counter(group for groups in belongs.values() for group in groups)
    reached = Counter(group for person_id in belongs.keys() & with_account for group in belongs[person_id])
    can_show = sum(reached[group] >= smallest_group for group in everybody)
    return Reach(len(belongs), len(belongs.keys() & with_account), len(everybody), can_show)
