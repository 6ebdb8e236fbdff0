"""Writes that score a funnel item: marks on the criteria, urgency by hand, figures of those who plan by them."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop import audit
from cop.choices import CriterionSource
from cop.errors import Invalid
from cop.funnel import rows
from cop.funnel.inputs import mark_field
from cop.funnel.readiness import current_version, past_scoring
from cop.funnel.scoring import CONFIDENCES, IMPACTS, LEAST_EFFORT, WSJF_VALUES
from cop.models import Assessment, Criterion, CriterionWeight, FunnelItem
from cop.permissions import Actor, Permission, require
from cop.validation import Checks


def assess_item(db: DbSession, actor: Actor | None, *, now: datetime, item_id: int, marks: Mapping[int, int]) -> int:
    """Give one's marks, by criterion; all of them, since half a sheet would pull a mean without being a score."""
    actor = require(actor, Permission.FUNNEL_SCORE)
    rows.require_person(actor)
    row = rows.open_item(db, item_id)
    _scored_still(db, row)
    checks = Checks()
    asked = _asked(db)
    for criterion, name in asked:
        value = marks.get(criterion.id)
        if value is None:
            checks.fail(mark_field(criterion.id), f"{name}: a mark is missing.")
        elif value != int(value) or not criterion.low <= value <= criterion.high:
            checks.fail(
                mark_field(criterion.id), f"{name}: a mark is a whole number, {criterion.low} to {criterion.high}."
            )
    if set(marks) - {criterion.id for criterion, _name in asked}:
        checks.fail("", "The criteria have changed since this sheet was opened. Look at them again.")
    checks.done()
    before = _own(db, item_id, actor)
    for criterion, _name in asked:
        _set(db, item_id, criterion.id, actor.person_id, int(marks[criterion.id]), now)
    db.flush()
    rows.record(db, actor, now, "assess_item", item_id, after={"criteria": _marked(asked, before, marks)})
    return item_id


def withdraw_assessment(db: DbSession, actor: Actor | None, *, now: datetime, item_id: int) -> int:
    """Take one's own marks back."""
    actor = require(actor, Permission.FUNNEL_SCORE)
    row = rows.open_item(db, item_id)
    _scored_still(db, row)
    if _own(db, item_id, actor):
        db.execute(
            sa.delete(Assessment).where(Assessment.item_id == item_id, Assessment.assessor_id == actor.person_id)
        )
        rows.record(db, actor, now, "withdraw_assessment", item_id)
    return item_id


def set_urgency(
    db: DbSession, actor: Actor | None, *, now: datetime, item_id: int, version: int, share: float | None, reason: str
) -> int:
    """Say by hand how urgent it is, from 0 to 1, and why; None lets the deadline speak again."""
    actor = require(actor, Permission.FUNNEL_TRIAGE)
    row = rows.current_item(db, item_id, version)
    checks = Checks()
    why = checks.text("reason", "The reason", reason, limit=300, required=share is not None)
    if share is not None and not 0 <= share <= 1:
        checks.fail("share", "The urgency lies between 0 and 1.")
    checks.done()
    before = audit.values(row)
    row.urgency, row.urgency_reason = share, why if share is not None else ""
    rows.record_item(db, actor, now, "set_urgency", row, before=before)
    return row.id


def set_planning_figures(
    db: DbSession,
    actor: Actor | None,
    *,
    now: datetime,
    item_id: int,
    version: int,
    reach: float | None = None,
    impact: float | None = None,
    rice_confidence: float | None = None,
    effort: float | None = None,
    business_value: int | None = None,
    time_criticality: int | None = None,
    risk_reduction: int | None = None,
    job_size: int | None = None,
) -> int:
    """Note what RICE and WSJF are computed from; each field may stay empty."""
    actor = require(actor, Permission.FUNNEL_TRIAGE)
    row = rows.current_item(db, item_id, version)
    checks = Checks()
    rows.finite(checks, "reach", reach)
    rows.finite(checks, "effort", effort)
    if reach is not None and reach < 0:
        checks.fail("reach", "The reach is a number of people, 0 or more.")
    if effort is not None and effort < LEAST_EFFORT:
        checks.fail("effort", f"The effort is at least {LEAST_EFFORT:g} person-months.")
    _one_of(checks, "impact", "The impact", impact, IMPACTS)
    _one_of(checks, "rice_confidence", "The confidence", rice_confidence, CONFIDENCES)
    wsjf = {
        "business_value": business_value,
        "time_criticality": time_criticality,
        "risk_reduction": risk_reduction,
        "job_size": job_size,
    }
    for field, value in wsjf.items():
        _one_of(checks, field, "This figure", value, WSJF_VALUES)
    checks.done()
    before = audit.values(row)
    row.reach, row.impact, row.rice_confidence, row.effort = reach, impact, rice_confidence, effort
    for field, value in wsjf.items():
        setattr(row, field, value)
    rows.record_item(db, actor, now, "set_planning_figures", row, before=before)
    return row.id


def _scored_still(db: DbSession, row: FunnelItem) -> None:
    if why := past_scoring(db, row):
        raise Invalid({"": why})


def _one_of(checks: Checks, field: str, label: str, value: float | None, allowed: tuple[float, ...]) -> None:
    if value is not None and value not in allowed:
        checks.fail(field, f"{label} is one of {', '.join(f'{item:g}' for item in allowed)}.")


def _asked(db: DbSession) -> list[tuple[Criterion, str]]:
    """The criteria in force that people judge, with their names."""
    found = db.execute(
        sa.select(Criterion, CriterionWeight.name)
        .join(CriterionWeight, CriterionWeight.criterion_id == Criterion.id)
        .where(CriterionWeight.version_id == current_version(db), Criterion.source == CriterionSource.ASSESSED)
        .order_by(CriterionWeight.place)
    )
    return [(criterion, name) for criterion, name in found]


def _own(db: DbSession, item_id: int, actor: Actor) -> dict[int, int]:
    marks = db.execute(
        sa.select(Assessment.criterion_id, Assessment.value).where(
            Assessment.item_id == item_id, Assessment.assessor_id == actor.person_id
        )
    )
    return {criterion_id: value for criterion_id, value in marks}  # noqa: C416 - dict() doesn't take rows


def _marked(asked: list[tuple[Criterion, str]], before: Mapping[int, int], marks: Mapping[int, int]) -> list[str]:
    """On which criteria somebody said something new. What they said is for nobody to read who scores blind."""
    return [name for criterion, name in asked if before.get(criterion.id) != marks[criterion.id]]


def _set(db: DbSession, item_id: int, criterion_id: int, assessor_id: int, value: int, now: datetime) -> None:
    there = db.get(Assessment, (item_id, criterion_id, assessor_id))
    if there is None:
        db.add(Assessment(item_id=item_id, criterion_id=criterion_id, assessor_id=assessor_id, value=value, at=now))
    else:
        there.value, there.at = value, now
