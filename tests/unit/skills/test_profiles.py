"""Profiles: one's own alone, but for the offer to help; nothing of them is on record anywhere else."""

import json
from dataclasses import asdict
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from cop.db import reading
from cop.errors import Forbidden, Invalid
from cop.execute import execute
from cop.models import AuditEntry, CommunitySkill, IdempotencyKey, Person, PersonSkill, ProfileVisibility
from cop.people.operations import merge_people
from cop.permissions import SYSTEM, Actor, Role
from cop.skills import operations as o
from cop.skills import profile_operations as p
from cop.skills import profile_queries as q
from cop.skills import queries
from cop.skills.inputs import Answer
from cop.skills.pause import longest_pause
from tests import factories as make


def run(operation, actor, **params):
    return execute(operation, actor, now=make.NOW, **params)


def ask(query, actor, **params):
    with reading() as db:
        return query(db, actor, **params)


@pytest.fixture
def ana(db) -> Actor:
    """A data engineer: SQL at practitioner, Cloud at working; their unit needs Python."""
    make.organisation(db)
    role, unit = make.job_role(db, name="Data engineer"), make.org_unit(db, name="Data")
    actor = make.actor(db)
    person = db.get(Person, actor.person_id)
    person.name, person.job_role_id, person.org_unit_id = "Ana", role.id, unit.id
    for name, level in (("SQL", 3), ("Cloud", 2)):
        make.role_requirement(db, role, make.skill(db, name=name), level)
    make.role_requirement(db, role, make.skill(db, name="Gone", archived_at=make.NOW), 4)
    make.role_requirement(db, make.job_role(db), make.skill(db, name="Elsewhere"), 4)
    make.unit_requirement(db, unit, make.skill(db, name="Python"), 3)
    make.skill(db, name="Welding")
    make.commit(db)
    return actor


def skill_ids():
    return {name: key for key, name in ask(queries.offered, SYSTEM).items()}


def said(name, level, *, wants=False, helps=False):
    return Answer(skill_ids()[name], level, wants_to_learn=wants, can_help=helps)


def test_what_the_job_role_requires_comes_first_and_the_gaps_follow(ana):
    run(p.set_profile, ana, answers=(said("SQL", 1, wants=True), said("Welding", 4, helps=True), said("Cloud", None)))
    found = ask(q.my_profile, ana)
    assert (found.job_role, found.unit) == ("Data engineer", "Data")
    shown = [(own.name, own.required, own.unit_needs, own.answered, own.level, own.gap) for own in found.skills]
    assert shown == [
        ("Cloud", 2, False, True, None, None),  # they don't know: no gap, and not none either
        ("SQL", 3, False, True, 1, 2),
        ("Python", None, True, False, None, None),
        ("Welding", None, False, True, 4, None),
    ]


def test_answering_again_replaces_and_what_was_said_of_other_skills_stays(ana):
    assert run(p.set_profile, ana, answers=(said("SQL", 1), said("Cloud", 0))) == 2
    assert run(p.set_profile, ana, answers=(said("SQL", 3),)) == 1
    assert run(p.set_profile, ana, answers=(said("SQL", 3),)) == 0
    assert {own.name: own.level for own in ask(q.my_profile, ana).skills if own.answered} == {"SQL": 3, "Cloud": 0}
    assert run(p.forget_skills, ana, skill_ids=[skill_ids()["SQL"], skill_ids()["Python"]]) == 1
    assert {own.name for own in ask(q.my_profile, ana).skills if own.answered} == {"Cloud"}


@pytest.mark.parametrize("level", [-1, 5])
def test_no_other_level_and_no_skill_that_isnt_offered(ana, level):
    with reading() as db:
        gone = db.scalar(sa.text("SELECT id FROM skill WHERE name = 'Gone'"))
    wrong_level = said("SQL", level)
    with pytest.raises(Invalid) as wrong:
        run(p.set_profile, ana, answers=(wrong_level, Answer(gone, 1, False, False), Answer(999, 1, False, False)))  # noqa: FBT003
    assert set(wrong.value.errors) == {str(wrong_level.skill_id), str(gone), "999"}
    assert not any(own.answered for own in ask(q.my_profile, ana).skills)


def test_the_command_line_has_no_profile(ana):
    with pytest.raises(Forbidden):
        run(p.set_profile, SYSTEM, answers=(said("SQL", 1),))


def test_the_audit_trail_tells_that_a_profile_changed_and_never_what_is_in_it(ana):
    execute(p.set_profile, ana, now=make.NOW, once="form", answers=(said("SQL", 1, wants=True, helps=True),))
    run(p.stop_helping, ana)
    run(p.forget_skills, ana, skill_ids=[skill_ids()["SQL"]])
    with reading() as db:
        rows = db.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).all()
        assert [row.operation for row in rows] == ["skills.set_profile", "skills.stop_helping", "skills.forget_skills"]
        for row in rows:
            assert (row.object_type, row.object_id, row.before, row.after) == ("person", ana.person_id, None, None)
        kept = [(row.operation, row.result) for row in db.scalars(sa.select(IdempotencyKey))]
        assert kept == [("skills.set_profile", 1)]  # how many answers, not which


def test_nobody_else_reads_a_level_or_a_wish_whoever_they_are(db, ana):
    """Every query of the room, as the office, a manager of the unit and a colleague: no trace of Ana's answers."""
    office, boss, colleague = make.actor(db, Role.ADMIN), make.actor(db, Role.MANAGER), make.actor(db)
    make.commit(db)
    run(p.set_profile, ana, answers=(said("SQL", 4, wants=True, helps=True), said("Cloud", 1, wants=True)))
    for reader in (office, boss, colleague):
        assert not any(own.answered for own in ask(q.my_profile, reader).skills)
        assert ask(q.fitting_communities, reader) == ()
        assert ask(q.my_offers, reader) == ()
        assert ask(q.offers, reader, today=make.TODAY) == {skill_ids()["SQL"]: ("SQL", 1)}
        (helper,) = ask(q.helpers, reader, skill_id=skill_ids()["SQL"], today=make.TODAY)
        assert asdict(helper).keys() == {"person_id", "name", "email", "unit"}
        assert ask(q.helpers, reader, skill_id=skill_ids()["Cloud"], today=make.TODAY) == ()


def test_who_is_shown_and_what_of_them(db, ana):
    """Only who offers it, is still here and is nobody else's record; the unit only by the choice in My account."""
    sql = skill_ids()["SQL"]
    for name, values in (
        ("Left", {"active": False}),
        ("Guest", {"kind": "guest"}),
        ("Merged", {"merged_into_id": ana.person_id}),
        ("Ben", {}),
    ):
        person = make.person(db, name=name, org_unit_id=db.get(Person, ana.person_id).org_unit_id, **values)
        db.add(PersonSkill(person_id=person.id, skill_id=sql, level=2, can_help=True, updated_at=make.NOW))
    db.add(
        ProfileVisibility(
            person_id=ana.person_id, findable=True, show_unit=True, show_job_role=False, show_communities=False
        )
    )
    make.commit(db)
    run(p.set_profile, ana, answers=(said("SQL", 3, helps=True),))
    assert [(helper.name, helper.unit) for helper in ask(q.helpers, ana, skill_id=sql, today=make.TODAY)] == [
        ("Ana", "Data"),
        ("Ben", ""),
    ]
    assert ask(q.offers, ana, today=make.TODAY) == {sql: ("SQL", 2)}


def test_an_offer_is_taken_back_at_once(ana):
    run(p.set_profile, ana, answers=(said("SQL", 3, helps=True), said("Cloud", 2, helps=True), said("Welding", 1)))
    assert ask(q.my_offers, ana) == ("Cloud", "SQL")
    assert run(p.stop_helping, ana) == 2
    assert run(p.stop_helping, ana) == 0
    assert (ask(q.my_offers, ana), ask(q.offers, ana, today=make.TODAY)) == ((), {})
    assert {own.name: own.level for own in ask(q.my_profile, ana).skills if own.answered} == {
        "SQL": 3, "Cloud": 2, "Welding": 1,
    }  # fmt: skip


def test_communities_that_fit_say_why_and_are_not_ones_own(db, ana):
    ids = skill_ids()
    rooms = {name: make.community(db, name=name) for name in ("Data", "Platform", "Mine", "Closed", "Weld")}
    rooms["Closed"].archived_at = make.NOW
    serves = {"Data": ["SQL", "Cloud"], "Platform": ["Cloud"], "Mine": ["SQL"], "Closed": ["SQL"], "Weld": ["Welding"]}
    for name, names in serves.items():
        db.add_all(CommunitySkill(community_id=rooms[name].id, skill_id=ids[skill]) for skill in names)
    make.membership(db, rooms["Mine"], db.get(Person, ana.person_id))
    make.commit(db)
    run(p.set_profile, ana, answers=(said("SQL", 1), said("Cloud", 2, wants=True), said("Welding", 0)))
    assert [(fit.name, fit.reason) for fit in ask(q.fitting_communities, ana)] == [
        ("Data", "Serves SQL (2 levels to go) and Cloud (you want to learn it)"),
        ("Platform", "Serves Cloud (you want to learn it)"),
    ]
    run(o.archive_skill, SYSTEM, skill_id=ids["Cloud"], version=1)
    assert [fit.reason for fit in ask(q.fitting_communities, ana)] == ["Serves SQL (2 levels to go)"]


def test_of_two_records_of_one_person_the_later_answer_counts_and_both_must_offer_help(db, ana):
    ids = skill_ids()
    other = make.person(db)
    later, earlier = make.NOW.replace(month=7), make.NOW.replace(month=5)
    rows = (("SQL", 4, True, later), ("Cloud", 4, False, earlier), ("Welding", 1, True, later))
    for name, level, helps, at in rows:
        db.add(PersonSkill(person_id=other.id, skill_id=ids[name], level=level, can_help=helps, updated_at=at))
    make.commit(db)
    run(p.set_profile, ana, answers=(said("SQL", 1), said("Cloud", 1, helps=True)))
    keep, gone = ask(lambda fresh, _actor: (fresh.get(Person, ana.person_id), fresh.get(Person, other.id)), SYSTEM)
    run(merge_people, SYSTEM, keep_id=keep.id, keep_version=keep.version, gone_id=gone.id, gone_version=gone.version)
    with reading() as fresh:
        found = fresh.execute(
            sa.select(PersonSkill.person_id, PersonSkill.skill_id, PersonSkill.level, PersonSkill.can_help)
        )
        assert {tuple(row) for row in found} == {
            (keep.id, ids["SQL"], 4, False), (keep.id, ids["Cloud"], 1, False), (keep.id, ids["Welding"], 1, True),
        }  # fmt: skip
        entry = fresh.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert "level" not in json.dumps([entry.before, entry.after])


def test_who_pauses_is_not_shown_until_the_day_and_can_end_it(db, ana):
    helping = [ana, *(make.actor(db) for _ in range(2))]
    make.commit(db)
    for actor in helping:
        run(p.set_profile, actor, answers=(said("SQL", 3, helps=True),))
    sql, until = skill_ids()["SQL"], make.TODAY + timedelta(days=10)

    def shown(day=make.TODAY):
        asked = {"skill_id": sql, "today": day}
        count = ask(q.offers, ana, today=day).get(sql, ("", 0))[1]
        people = ask(q.helpers, ana, **asked)
        assert len(people) == count
        return count, ask(q.pausing, ana, **asked)

    run(p.pause_help, ana, until_on=until)
    assert shown() == (2, 0)  # of one it would tell who
    assert "Ana" not in {helper.name for helper in ask(q.helpers, ana, skill_id=sql, today=make.TODAY)}
    run(p.pause_help, helping[1], until_on=until + timedelta(days=1))
    assert (shown(), shown(until), shown(until + timedelta(days=1))) == ((1, 2), (2, 0), (3, 0))
    assert (ask(q.my_pause, ana, today=make.TODAY), ask(q.my_pause, ana, today=until)) == (until, None)
    assert ask(q.my_pause, helping[2], today=make.TODAY) is None
    assert ask(q.my_offers, ana) == ("SQL",)
    run(p.pause_help, ana, until_on=until + timedelta(days=5))
    assert ask(q.my_pause, ana, today=make.TODAY) == until + timedelta(days=5)
    assert (run(p.resume_help, ana), run(p.resume_help, ana)) == (1, 0)
    assert shown() == (2, 0)


def test_a_pause_lasts_half_a_year_at_most_and_is_on_record_without_its_day(db, ana):
    assert longest_pause(date(2026, 8, 31)) == date(2027, 2, 28)
    assert longest_pause(make.TODAY) == date(2026, 12, 15)
    for day in (make.TODAY, make.TODAY - timedelta(days=1), date(2026, 12, 16)):
        with pytest.raises(Invalid) as refused:
            run(p.pause_help, ana, until_on=day)
        assert list(refused.value.errors) == ["until_on"]
    with pytest.raises(Forbidden):
        run(p.pause_help, SYSTEM, until_on=date(2026, 12, 15))
    run(p.pause_help, ana, until_on=date(2026, 12, 15))
    with reading() as read:
        entry = read.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (entry.operation, entry.before, entry.after) == ("skills.pause_help", None, None)
