"""Answering an anonymous survey: who answered and what was answered are written in two transactions.

The first says that a person is done; the second writes the answer, without person, account, time or order, and
nothing else: no audit entry, no idempotency key, no revision. Between them everything may fail: then the answer is
lost, which is better than one that can be traced. So this is no operation that `cop.execute` runs.
"""

import secrets
from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.choices import SurveyState
from cop.db import bump, reading, rowcount, transaction
from cop.errors import Invalid, NotFound
from cop.models import Answer, Participation, Survey
from cop.permissions import Actor, Permission, require
from cop.surveys import receipts
from cop.surveys.answers import checked
from cop.surveys.checks import asked

OVER = "This survey doesn't take answers any more."


def answer(
    actor: Actor | None, *, survey_id: int, values: Mapping[int, Any], today: date, on: sa.Engine | None = None
) -> str:
    """Answer for the actor, once; returns the code by which the answer can be changed until the wave closes.

    The code is kept nowhere. `values` by question, as `cop.surveys.answers.checked` takes them. Raises Forbidden where
    they aren't asked, Invalid where they have answered, the wave is over or a value is none of the question's.
    """
    actor = require(actor, Permission.SURVEY_ANSWER)
    with transaction(on) as db:
        cohort_id = _mark_done(db, actor, survey_id, values, today)
    with transaction(on) as db:
        return _store(db, survey_id, cohort_id, values, today)


def change_answer(receipt: str, *, values: Mapping[int, Any], today: date, on: sa.Engine | None = None) -> None:
    """Replace the answer that the code belongs to; who holds it isn't asked. Raises NotFound for any other code."""
    with transaction(on) as db:
        survey_id = by_receipt(db, receipt).survey_id
        require_open(db, survey_id, today)
        kept = checked(asked(db, survey_id), values)
        own = sa.update(Answer).where(Answer.receipt_hash == receipts.hashed(receipt))
        if not rowcount(db.execute(own.values(values=kept), execution_options={"synchronize_session": False})):
            raise NotFound  # the wave was closed, and the answer is gone, since it was looked up


def answer_of(receipt: str, *, on: sa.Engine | None = None) -> tuple[int, dict[int, Any]]:
    """The wave and the values of the answer that the code belongs to. Raises NotFound for any other code."""
    with reading(on) as db:
        row = by_receipt(db, receipt)
        return row.survey_id, {int(key): value for key, value in row.values.items()}


def _mark_done(db: DbSession, actor: Actor, survey_id: int, values: Mapping[int, Any], today: date) -> int:
    """Returns the person's cohort; everything that could be wrong with the answer is found here."""
    own = (Participation.survey_id == survey_id) & (Participation.person_id == actor.person_id)
    cohort_id = db.scalar(sa.select(Participation.cohort_id).where(own))
    if cohort_id is None:
        raise NotFound
    if require_open(db, survey_id, today).named:
        raise Invalid({"": "This survey is answered with one's name. Open it again from My surveys."})
    checked(asked(db, survey_id), values)
    marked = sa.update(Participation).where(own, ~Participation.done).values(done=True)
    if not rowcount(db.execute(marked, execution_options={"synchronize_session": False})):
        raise Invalid({"": "You have answered this survey already. With your receipt code you can change your answer."})
    bump(db, ["participation"])
    return cohort_id


def _store(db: DbSession, survey_id: int, cohort_id: int, values: Mapping[int, Any], today: date) -> str:
    require_open(db, survey_id, today)
    receipt = receipts.new()
    db.add(
        Answer(
            id=secrets.token_hex(16),
            survey_id=survey_id,
            cohort_id=cohort_id,
            receipt_hash=receipts.hashed(receipt),
            values=checked(asked(db, survey_id), values),
        )
    )
    return receipt


def require_open(db: DbSession, survey_id: int, today: date) -> Survey:
    """The wave, held until the transaction ends so that it doesn't close meanwhile; others may answer beside.

    Raises Invalid where it takes no answers.
    """
    row = db.get(Survey, survey_id, with_for_update={"read": True})
    if row is None or not takes_answers(row, today):
        raise Invalid({"": OVER})
    return row


def takes_answers(survey: Survey, today: date) -> bool:
    """Whether the wave is open, up to its last day."""
    return survey.state is SurveyState.OPEN and today <= survey.closes_on


def by_receipt(db: DbSession, receipt: str) -> Answer:
    """The answer that the code belongs to. Raises NotFound."""
    row = db.scalar(sa.select(Answer).where(Answer.receipt_hash == receipts.hashed(receipt)))
    if row is None:
        raise NotFound
    return row
