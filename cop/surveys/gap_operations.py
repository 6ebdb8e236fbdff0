"""Making a funnel item of a published gap."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop import audit
from cop.choices import Channel
from cop.db import wait_for
from cop.errors import Invalid, NotFound
from cop.funnel.operations import propose_item
from cop.models import ItemGap, Participation, Question, ReleasedCell, Skill, Survey, SurveyGroup
from cop.permissions import Actor, Permission, require
from cop.surveys import gap_words, queries
from cop.surveys.gap_item_queries import raised
from cop.surveys.gap_words import Found
from cop.surveys.release import response_rate, severity
from cop.surveys.result_queries import frozen_days, reference


def raise_gap(db: DbSession, actor: Actor | None, *, now: datetime, group_id: int, question_id: int) -> int:
    """Put a published gap into the funnel's inbox with its numbers; returns the item's id.

    Raises NotFound where nothing is told of it, Invalid where no level is missing or an open item stands for it already.
    """
    actor = require(actor, Permission.FUNNEL_PROPOSE)
    require(actor, Permission.SURVEY_RESULTS)
    group, question = db.get(SurveyGroup, group_id), db.get(Question, question_id)
    if group is None or question is None or question.skill_id is None or group.survey_id != question.survey_id:
        raise NotFound
    found = _found(db, group, question)
    where = reference(group)
    if where is None:
        raise Invalid({"": f"“{group.name}” was deleted since: nobody could work on its gap."})
    wait_for(db, f"gap {group.kind.value} {where} {question.skill_id}")
    there = raised(db, actor).get((group.kind.value, where, question.skill_id))
    if there is not None and there.is_open:
        raise Invalid({"": f"This gap is in the funnel already: “{there.title}”."})
    area_id = db.get_one(Skill, question.skill_id).area_id
    unit_ids = (group.org_unit_id,) if group.org_unit_id is not None else ()
    item_id = propose_item(
        db,
        actor,
        now=now,
        channel=Channel.GAP.value,
        item=gap_words.as_item(found, area_id=area_id, unit_ids=unit_ids),
        evidence=gap_words.as_evidence(found),
    )
    db.add(ItemGap(item_id=item_id, group_id=group_id, question_id=question_id))
    db.flush()
    audit.record(
        db,
        actor,
        now=now,
        operation="surveys.raise_gap",
        topics=("funnel",),
        object_type="survey",
        object_id=group.survey_id,
        after={"item_id": item_id, "skill_id": question.skill_id, "group": group.name},
    )
    return item_id


def _found(db: DbSession, group: SurveyGroup, question: Question) -> Found:
    survey = queries.closed(db, group.survey_id)
    cell = db.get(ReleasedCell, (group.id, question.id, 0))
    if cell is None or cell.counts is None or cell.answers is None or cell.required is None:
        raise NotFound
    value = severity(cell.counts, cell.required)
    if not value:
        raise Invalid({"": "No level is missing here: there is no gap to raise."})
    return Found(
        skill=db.get_one(Skill, question.skill_id).name,
        group=group.name,
        headcount=group.headcount,
        required=cell.required,
        severity=value,
        n=cell.answers,
        counts=tuple(cell.counts),
        wave=survey.name,
        opened_on=survey.opened_on or survey.closes_on,
        closed_on=frozen_days(db)[survey.id],
        response_rate=_response_rate(db, survey),
    )


def _response_rate(db: DbSession, survey: Survey) -> float | None:
    own = sa.select(sa.func.count()).where(Participation.survey_id == survey.id)
    return response_rate(db.scalar(own.where(Participation.done)) or 0, db.scalar(own) or 0)
