"""Answering a wave with names. The audit trail says that somebody answered, never what.

An anonymous answer is no operation: cop.surveys.answering.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop import audit
from cop.db import wait_for
from cop.errors import Invalid, NotFound
from cop.models import NamedAnswer, Participation, Question
from cop.organisation import time_zone
from cop.periods import local_day
from cop.permissions import Actor, Permission, require
from cop.skills.profile_levels import put_levels
from cop.surveys.answering import require_open
from cop.surveys.answers import checked
from cop.surveys.checks import asked


def answer_named(
    db: DbSession, actor: Actor | None, *, now: datetime, survey_id: int, values: Mapping[int, Any]
) -> None:
    """Answer a wave with names, or change one's answer; levels also become those of the actor's profile.

    `values` by question, as `cop.surveys.answers.checked` takes them; a level of None takes the one of the profile
    back, too, one that isn't there leaves it alone. Raises NotFound where the actor isn't asked, Invalid where the
    wave is anonymous or over, or a value is none of the question's.
    """
    actor = require(actor, Permission.SURVEY_ANSWER)
    own = db.get(Participation, (survey_id, actor.person_id))
    if own is None:
        raise NotFound
    if not require_open(db, survey_id, local_day(now, time_zone(db))).named:
        raise Invalid({"": "This survey is anonymous. Open it again from My surveys."})
    kept = checked(asked(db, survey_id), values)
    wait_for(db, f"profile {actor.person_id}")
    changed = _put(db, actor.person_id, survey_id, kept)
    own.done = True
    changed = put_levels(db, actor.person_id, _levels(db, survey_id, values), now=now) > 0 or changed
    if changed:
        audit.record(
            db,
            actor,
            now=now,
            operation="surveys.answer_named",
            topics=("participation", "profiles"),
            object_type="survey",
            object_id=survey_id,
        )


def _put(db: DbSession, person_id: int, survey_id: int, kept: dict[str, Any]) -> bool:
    """Whether that is another answer than there was."""
    row = db.get(NamedAnswer, (survey_id, person_id))
    if row is None:
        db.add(NamedAnswer(survey_id=survey_id, person_id=person_id, values=kept))
    elif row.values == kept:
        return False
    else:
        row.values = kept
    db.flush()
    return True


def _levels(db: DbSession, survey_id: int, values: Mapping[int, Any]) -> dict[int, int | None]:
    """What is said of skills, by skill."""
    rows = db.execute(
        sa.select(Question.id, Question.skill_id).where(Question.survey_id == survey_id, Question.skill_id.is_not(None))
    )
    return {skill_id: values[key] for key, skill_id in rows if skill_id is not None and key in values}
