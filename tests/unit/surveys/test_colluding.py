"""P1, P2 and P5 on the real thing: everybody asks every query there is, in every role, and all lay together what they read."""

import importlib
import inspect
import pkgutil

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa

import cop.surveys
from cop.choices import QuestionType
from cop.db import reading
from cop.errors import Forbidden, NotFound
from cop.models import Answer, Participation, Person, Question, SurveyCohortGroup
from cop.permissions import Role
from cop.surveys import closing, queries
from cop.surveys.dimensions import ROTI
from cop.surveys.inputs import Audience
from tests import factories as make
from tests.unit.surveys import attacker
from tests.unit.surveys.test_closing import answers

K, PEOPLE, WAVES = 5, 12, 3
QUESTIONS = (
    {"type": QuestionType.LIKERT, "text": "I learn here", "dimension": ROTI},
    {"type": QuestionType.MULTIPLE, "text": "Which?", "options": ["a", "b"]},
    {"type": QuestionType.TEXT, "text": "Why?"},
)


def found_queries():
    """Every query of the room by module and name."""
    modules = [
        importlib.import_module(f"cop.surveys.{item.name}") for item in pkgutil.iter_modules(cop.surveys.__path__)
    ]
    return {
        f"{module.__name__.removeprefix('cop.surveys.')}.{function.__name__}": function
        for module in modules
        for _name, function in inspect.getmembers(module, inspect.isfunction)
        if hasattr(function, "topics") and function.__module__ == module.__name__
    }


OFFICE = {f"queries.{name}" for name in ("templates", "template", "waves", "wave")}
OFFICE |= {f"audience_queries.{name}" for name in ("reach_of_audience", "reach_of_wave")}
KNOWN = {"today": make.TODAY, "audience": Audience(), "smallest_group": 5}
TELL_ANSWERS = {"queries.released", "queries.comments"}
"""What tells of answers at all, and only of closed waves."""


def needed(function):
    """What a query has to be asked with, and what is taken for it: for anything but the wave whatever comes first."""
    taken = {}
    for name, item in inspect.signature(function).parameters.items():
        if item.kind is item.KEYWORD_ONLY and item.default is item.empty:
            taken[name] = KNOWN.get(name, () if name.endswith("_ids") else 1)
    return taken


def ask(db, actor, name, survey_id):
    """What a query gives the actor, as something that can be compared; the refusal where there is one."""
    function = found_queries()[name]
    taken = needed(function)
    taken |= {"survey_id": survey_id} if "survey_id" in taken else {}
    try:
        result = function(db, actor, **taken)
    except (Forbidden, NotFound) as refused:
        return type(refused).__name__
    return result.to_csv() if isinstance(result, pd.DataFrame) else repr(result)


def everything(actors, surveys):
    """What each role reads by each query of each wave."""
    with reading() as db:
        return {
            (role, name, survey_id): ask(db, actor, name, survey_id)
            for role, actor in actors.items()
            for name in found_queries()
            for survey_id in surveys
        }


@pytest.fixture
def house(db):
    """Twelve people in two units of two teams, two job roles and two communities that overlap; four who only read."""
    make.organisation(db)
    make.survey_template(db)
    units = [make.org_unit(db) for _ in range(2)]
    teams = [make.org_unit(db, parent_id=units[number // 2].id) for number in range(4)]
    roles, rooms = [make.job_role(db) for _ in range(2)], [make.community(db) for _ in range(2)]
    actors = {
        "staff": make.actor(db),
        "facilitator": make.actor(db, communities=rooms[:1]),
        "manager": make.actor(db, Role.MANAGER, units=units[:1]),
        "admin": make.actor(db, Role.ADMIN),
    }
    for actor in actors.values():
        db.get(Person, actor.person_id).active = False  # not asked
    return actors, teams, roles, rooms


def staffed(db, house, draw):
    _actors, teams, roles, rooms = house
    people = []
    for _ in range(PEOPLE):
        where = {"org_unit_id": teams[int(draw.choice(4, p=[0.4, 0.1, 0.25, 0.25]))].id}
        person = make.person(db, **where, job_role_id=roles[int(draw.integers(2))].id)
        for room in rooms:
            if draw.random() < 0.6:
                make.membership(db, room, person)
        people.append(person.id)
    return people


def waves(db, people, draw):
    """Three closed ones, of which each leaves somebody out and in each of which some don't know."""
    made = []
    for _ in range(WAVES):
        survey = make.open_survey(db, QUESTIONS)
        away = set(draw.choice(people, int(draw.integers(0, 3)), replace=False).tolist())
        given = {
            person: None if person in away else (
                None if draw.random() < 0.15 else int(draw.integers(5)),
                None if draw.random() < 0.15 else [int(draw.integers(2))],
                f"why {person}",
            )
            for person in people
        }  # fmt: skip
        answers(db, survey, given)
        closing.close(db, survey)
        made.append((survey.id, given))
    return made


def members(db, survey_id):
    """Of each group, who of it answered: the attacker is taken to know."""
    rows = db.execute(
        sa.select(SurveyCohortGroup.group_id, Participation.person_id)
        .join(Participation, Participation.cohort_id == SurveyCohortGroup.cohort_id)
        .where(Participation.survey_id == survey_id, Participation.done)
    )
    found = {}
    for group, person in rows:
        found.setdefault(group, set()).add(person)
    return found


def unsafe(rows, people):
    """The combinations of published rows that speak about fewer than K."""
    different = sorted({tuple(int(person in row) for person in people) for row in rows})
    return attacker.combinations_of_few(different, len(people), K) + attacker.sums_of_few(different, len(people), K)


@pytest.mark.parametrize("seed", range(6))
def test_all_roles_together_learn_nothing_about_a_few(db, house, seed):
    actors = house[0]
    draw = np.random.default_rng(seed)
    people = staffed(db, house, draw)
    made = waves(db, people, draw)
    make.commit(db)
    keys = [survey_id for survey_id, _given in made]
    read = everything(actors, keys)
    for name in TELL_ANSWERS:  # whoever colludes lays the same beside the same
        for key in keys:
            assert len({read[role, name, key] for role in actors}) == 1
    published, told = [], 0
    with reading() as after:
        for survey_id, given in made:
            table = queries.released(after, actors["staff"], survey_id=survey_id)
            shown, groups = table[table["hidden"].isna()], members(after, survey_id)
            told += len(shown)
            published += [groups[key] for key in shown["group_id"].unique()]
            for place in (0, 1):
                knew = {person for person, values in given.items() if values and values[place] is not None}
                of = shown.loc[shown["place"] == place + 1, "group_id"].unique()
                assert unsafe([groups[key] & knew for key in of], people) == []
    assert told
    assert unsafe(published, people) == []


@pytest.mark.parametrize("feedback", [False, True])
def test_of_a_wave_that_is_open_nobody_reads_anything_that_hangs_on_an_answer(db, house, feedback):
    """Other answers of the same people: not a character differs, whoever asks, whatever they ask."""
    actors = house[0]
    about = make.session(db, house[3][0], make.TODAY)
    assert about.id == 1  # as queries are asked about it
    if feedback:  # those who came are one group
        people, more = [make.person(db).id for _ in range(8)], {"session_id": about.id}
    else:
        people, more = staffed(db, house, np.random.default_rng(9)), {}
    draft, survey = make.survey(db, QUESTIONS), make.open_survey(db, QUESTIONS, **more)
    answers(db, survey, {person: (0, [0], "no") for person in people})
    make.commit(db)
    keys = [draft.id, survey.id]
    before = everything(actors, keys)
    ids = list(db.scalars(sa.select(Question.id).where(Question.survey_id == survey.id).order_by(Question.place)))
    others = {str(ids[0]): 4, str(ids[1]): [0, 1], str(ids[2]): "yes"}
    db.execute(sa.update(Answer).values(values=others))
    make.commit(db)
    assert everything(actors, keys) == before
    assert {before[role, name, key] for role in actors for name in TELL_ANSWERS for key in keys} == {"NotFound"}
    assert "yes" not in str(before)


def test_the_offices_queries_are_the_offices(db, house):
    actors = house[0]
    people = staffed(db, house, np.random.default_rng(4))
    survey = make.open_survey(db, QUESTIONS)
    answers(db, survey, {person: (person % 5, [0], "") for person in people})
    closing.close(db, survey)
    make.commit(db)
    read = everything(actors, [survey.id])
    for role in ("staff", "facilitator", "manager"):
        assert {read[role, name, survey.id] for name in OFFICE} == {"Forbidden"}, role
        assert read[role, "form_queries.form", survey.id] == "NotFound"
    assert "Forbidden" not in {read["admin", name, survey.id] for name in OFFICE}


def test_small_groups_alone_hidden_would_give_somebody_away(db, house):
    """The attacker isn't blind: with the threshold alone they find somebody in each of these organisations."""
    for seed in range(3):
        draw = np.random.default_rng(seed)
        people = staffed(db, house, draw)
        rows = [row for key, _given in waves(db, people, draw) for row in members(db, key).values() if len(row) >= K]
        assert unsafe(rows, people), seed
        db.execute(sa.update(Person).where(Person.id.in_(people)).values(active=False))


def test_every_query_of_the_room_is_asked():
    """A new one is asked in all that stands above, by itself."""
    assert found_queries().keys() >= OFFICE | TELL_ANSWERS
    for name, function in found_queries().items():
        assert all(part in KNOWN or part.endswith(("_id", "_ids")) for part in needed(function)), name
