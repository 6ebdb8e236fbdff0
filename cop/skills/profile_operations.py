"""Writes on one's own profile. The audit trail says that somebody changed theirs, never what they said."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop import audit
from cop.db import rowcount, wait_for
from cop.errors import Forbidden, Invalid
from cop.models import HelpPause, Person, PersonSkill
from cop.organisation import time_zone
from cop.periods import local_day
from cop.permissions import Actor, Permission, require
from cop.skills import checks as checked
from cop.skills.inputs import Answer
from cop.skills.levels import LEVELS
from cop.skills.pause import MOST_MONTHS, longest_pause
from cop.validation import Checks


def set_profile(db: DbSession, actor: Actor | None, *, now: datetime, answers: Sequence[Answer]) -> int:
    """Say of oneself what is answered, beside what was said of other skills; returns how many answers are new.

    Raises Invalid with what is wrong by skill.
    """
    actor = require(actor, Permission.OWN_PROFILE)
    _require_person(db, actor)
    wait_for(db, f"profile {actor.person_id}")
    skills = checked.open_skills(db, (answer.skill_id for answer in answers))
    checks = Checks()
    for answer in answers:
        if answer.skill_id not in skills:
            checks.fail(str(answer.skill_id), "This skill isn't offered any more.")
        elif answer.level is not None and answer.level not in LEVELS:
            checks.fail(str(answer.skill_id), "Choose one of the levels, or that you don't know.")
    checks.done()
    changed = 0
    for answer in answers:
        row = db.get(PersonSkill, (actor.person_id, answer.skill_id))
        if row is None:
            row = PersonSkill(person_id=actor.person_id, skill_id=answer.skill_id, level=None, updated_at=now)
            db.add(row)
        elif (row.level, row.wants_to_learn, row.can_help) == (answer.level, answer.wants_to_learn, answer.can_help):
            continue
        row.level, row.wants_to_learn, row.can_help = answer.level, answer.wants_to_learn, answer.can_help
        row.updated_at = now
        db.flush()
        changed += 1
    if changed:
        _record(db, actor, now, "set_profile")
    return changed


def forget_skills(db: DbSession, actor: Actor | None, *, now: datetime, skill_ids: Collection[int]) -> int:
    """Take skills out of one's profile, with all that was said of them; returns how many."""
    actor = require(actor, Permission.OWN_PROFILE)
    gone = rowcount(
        db.execute(
            sa.delete(PersonSkill).where(
                PersonSkill.person_id == actor.person_id, PersonSkill.skill_id.in_(list(skill_ids))
            )
        )
    )
    if gone:
        _record(db, actor, now, "forget_skills")
    return gone


def stop_helping(db: DbSession, actor: Actor | None, *, now: datetime) -> int:
    """Take back every offer to help at once, whatever skill it was made for; returns how many there were."""
    actor = require(actor, Permission.OWN_PROFILE)
    offers = sa.update(PersonSkill).where(PersonSkill.person_id == actor.person_id, PersonSkill.can_help)
    stopped = rowcount(db.execute(offers.values(can_help=False, updated_at=now)))
    if stopped:
        _record(db, actor, now, "stop_helping")
    return stopped


def pause_help(db: DbSession, actor: Actor | None, *, now: datetime, until_on: date) -> None:
    """Let nobody find the actor among those who help until that day, on which they are found again.

    Their offers stay as they are. Raises Invalid where the day isn't ahead, or further than half a year.
    """
    actor = require(actor, Permission.OWN_PROFILE)
    _require_person(db, actor)
    wait_for(db, f"profile {actor.person_id}")
    today = local_day(now, time_zone(db))
    if until_on <= today:
        raise Invalid({"until_on": "Choose a day after today: from then on you are shown again."})
    if until_on > longest_pause(today):
        raise Invalid({"until_on": f"At most {MOST_MONTHS} months. Who can’t help for longer stops offering help."})
    row = db.get(HelpPause, actor.person_id)
    if row is None:
        db.add(HelpPause(person_id=actor.person_id, until_on=until_on))
    else:
        row.until_on = until_on
    db.flush()
    _record(db, actor, now, "pause_help")


def resume_help(db: DbSession, actor: Actor | None, *, now: datetime) -> int:
    """End the actor's pause at once; returns whether there was one, as 0 or 1."""
    actor = require(actor, Permission.OWN_PROFILE)
    ended = rowcount(db.execute(sa.delete(HelpPause).where(HelpPause.person_id == actor.person_id)))
    if ended:
        _record(db, actor, now, "resume_help")
    return ended


def _require_person(db: DbSession, actor: Actor) -> None:
    """The command line acts without being a person: it has no profile."""
    if db.get(Person, actor.person_id) is None:
        raise Forbidden


def _record(db: DbSession, actor: Actor, now: datetime, operation: str) -> None:
    audit.record(
        db,
        actor,
        now=now,
        operation=f"skills.{operation}",
        topics=("profiles",),
        object_type="person",
        object_id=actor.person_id,
    )
