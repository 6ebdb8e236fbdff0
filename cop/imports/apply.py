"""Writing a plan into the database, within the caller's transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop import facts
from cop.accounts.tokens import keyed_hash
from cop.choices import SessionStatus
from cop.db import slices, take_stock
from cop.imports.changes import PAIRS, TABLES, New, Plan, Shelf, WaveAnswers
from cop.imports.existing import MODELS
from cop.imports.trail import resolve
from cop.settings import settings
from cop.surveys.collecting import publish

TOPICS = {
    "area": ("organisation", "catalog"),
    "job_role": ("organisation",),
    "skill": ("skills",),
    "role_requirement": ("skills",),
    "unit_requirement": ("skills",),
    "community_skill": ("skills",),
    "org_unit": ("organisation",),
    "person": ("people",),
    "person_alias": ("people",),
    "community": ("catalog",),
    "membership": ("memberships",),
    "facilitator": ("catalog", "memberships", "sessions"),
    "session_series": ("sessions",),
    "community_session": ("sessions",),
    "external_key": ("organisation",),
    "attendance": ("sessions",),
    **dict.fromkeys(("survey", "question", "survey_group"), ("surveys",)),
    "funnel_item": ("funnel",),
    "stage_stay": ("funnel",),
    "ring_change": ("funnel",),
    "item_unit": ("funnel",),
    "item_community": ("funnel", "catalog"),
}
_STAMPS = {
    **dict.fromkeys(("person", "community", "session_series", "community_session"), ("created_at",)),
    "funnel_item": ("created_at", "stage_since"),
    "stage_stay": ("entered_at",),
    "ring_change": ("added_at",),
    "item_community": ("linked_at",),
}
"""What holds the moment of the import, unless the file says another one."""
_NOTHING_SAID = {"attendance": {"led": False, "spoke": False, "note": ""}}
_SLICE = 5_000
_MUCH = 5_000
"""So many rows can change how a database is best asked."""


def write(db: DbSession, plan: Plan, *, now: datetime) -> dict[New, int]:
    """Write every table of the plan, and have the figures of what it touches counted again; returns the new ids."""
    ids: dict[New, int] = {}
    for table in TABLES:
        shelf = plan.shelves[table]
        freed = {key: values for key, values in shelf.updated.items() if not _waits(values, ids)}
        _update(db, table, freed, ids)  # first, since a new row may take a name that another one gives up
        _create(db, table, shelf, ids, now)
        _update(db, table, {key: values for key, values in shelf.updated.items() if key not in freed}, ids)
    if plan.size > _MUCH:
        take_stock(db)
    for community, day in plan.touched.items():
        facts.touch(db, resolve(community, ids), day)
    for person in plan.moved:
        facts.touch_person(db, person)
    for wave in plan.waves:
        _publish(db, wave, ids)
    return ids


def _publish(db: DbSession, wave: WaveAnswers, ids: Mapping[New, int]) -> None:
    """The same answers get the same blur, also where they come again after their import was taken back."""
    seed = keyed_hash(f"survey {wave.collected.fingerprint}", settings().data_dir)
    publish(
        db,
        wave.collected,
        survey_id=ids[wave.survey],
        question_ids={place: ids[key] for place, key in wave.questions.items()},
        group_ids={number: ids[key] for number, key in wave.groups.items()},
        rng=np.random.default_rng(int(seed, 16)),
    )


def topics(plan: Plan) -> tuple[str, ...]:
    """The topics of the tables that the plan changes."""
    changed = {topic for table in plan.counts for topic in TOPICS[table]}
    return tuple(sorted(changed | ({"sessions", "memberships"} if plan.moved else set())))


def _waits(values: Mapping[str, Any], ids: Mapping[New, int]) -> bool:
    return any(isinstance(value, New) and value not in ids for value in values.values())


def _create(db: DbSession, table: str, shelf: Shelf, ids: dict[New, int], now: datetime) -> None:
    if table == "org_unit":
        _create_units(db, shelf, ids)
        return
    model: Any = MODELS[table]
    if table in PAIRS:  # attendance is by far the most rows, and nothing refers to a pair
        unsaid: dict[str, Any] = _NOTHING_SAID.get(table, {})
        for keys in slices(shelf.created, _SLICE):
            db.execute(
                sa.insert(model.__table__), [unsaid | _ready(table, shelf.created[key], ids, now) for key in keys]
            )
        return
    for keys in slices(shelf.created, _SLICE):
        rows = [model(**_ready(table, shelf.created[key], ids, now)) for key in keys]
        db.add_all(rows)
        db.flush()
        ids |= {key: row.id for key, row in zip(keys, rows, strict=True)}
        for row in rows:
            db.expunge(row)


def _create_units(db: DbSession, shelf: Shelf, ids: dict[New, int]) -> None:
    """Units one by one, parents first: the plan made them in that order."""
    model: Any = MODELS["org_unit"]
    for key, values in shelf.created.items():
        row = model(**{name: resolve(value, ids) for name, value in values.items()})
        db.add(row)
        db.flush()
        ids[key] = row.id


def _ready(table: str, values: Mapping[str, Any], ids: Mapping[New, int], now: datetime) -> dict[str, Any]:
    ready = {name: resolve(value, ids) for name, value in values.items()}
    ready = dict.fromkeys(_STAMPS.get(table, ()), now) | ready
    if table == "community_session" and ready["status"] is SessionStatus.HELD:
        ready["recorded_at"] = now
    return ready


def _update(db: DbSession, table: str, updates: Mapping[Any, Mapping[str, Any]], ids: Mapping[New, int]) -> None:
    model = MODELS[table]
    for keys in slices(updates, _SLICE):
        held = _load(db, model, keys)  # the session keeps no rows alive by itself
        for key in keys:
            row = db.get_one(model, key)
            for name, value in updates[key].items():
                setattr(row, name, resolve(value, ids))
        db.flush()
        del held


def _load(db: DbSession, model: Any, keys: list[Any]) -> list[Any]:
    """The rows into the session in few statements; attendance, whose key is a pair, is looked up one by one."""
    found: list[Any] = []
    if "id" in model.__table__.c:
        for part in slices(keys):
            found += db.scalars(sa.select(model).where(model.id.in_(part)))
    return found
