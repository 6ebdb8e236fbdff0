"""A community's history: what everybody reads of it, a page at a time, and what nobody does."""

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from cop import audit
from cop.catalog import operations as catalog
from cop.choices import FacilitatorRole
from cop.db import reading, transaction
from cop.errors import Forbidden
from cop.execute import execute
from cop.history import exports
from cop.history.difference import Part
from cop.history.queries import ON_A_PAGE, history
from cop.history.words import Group
from cop.imports.operations import IMPORT, undo_import
from cop.lifecycle.operations import deactivate_leavers, reactivate
from cop.models import AuditEntry, Community, Person
from cop.permissions import SYSTEM, Role
from cop.sessions import attend_operations as attend
from cop.sessions import operations as sessions
from cop.sessions import series_operations as series
from cop.sessions.inputs import Gift, Plan, Repeat, Report
from cop.sessions.recurrence import Pattern, Unit
from tests import factories as make
from tests.factories import NOW
from tests.unit.imports.helpers import bring, by_key, job

CANARY = "Canary Smith"


@pytest.fixture
def room(db) -> Community:
    make.organisation(db)
    made = make.community(db, name="Data", focus="Pipelines", charter="We meet to share what works.")
    make.commit(db)
    return made


@pytest.fixture
def lead(db, room):
    actor = make.actor(db, Role.FACILITATOR, communities=[room])
    make.commit(db)
    return actor


@pytest.fixture
def office(db, room):
    actor = make.actor(db, Role.ADMIN)
    make.commit(db)
    return actor


def told(room, **wanted):
    with reading() as db:
        return history(db, None, community_id=room.id, **wanted)


def said(room, **wanted):
    """Without times and names of who did it."""
    return [(f"{entry.did} {entry.it} {entry.rest}".strip(), entry.lines) for entry in told(room, **wanted).entries]


def edit(room, actor, **changes):
    with reading() as db:
        row = db.get_one(Community, room.id)
        names = ("name", "focus", "charter", "norms", "cadence", "channel_url", "org_unit_id", "founded_on", "version")
        values = {name: getattr(row, name) for name in names} | {"type": row.type.value, "stage": row.stage.value}
    execute(catalog.edit_community, actor, now=NOW, community_id=room.id, **values | {"area": ""} | changes)


def a_plan(days=3, **changes):
    start = datetime(2026, 6, 15, 16) + timedelta(days=days)  # noqa: DTZ001 - a clock on the wall
    values = {"title": "Lineage", "start": start, "end": start + timedelta(hours=1), "time_zone": "Europe/Madrid"}
    return Plan(**values | changes)


def test_texts_and_facts(room, lead):
    edit(room, lead, charter="We meet to compare what really works.", stage="maturing", channel_url="https://c.example")
    (entry,) = told(room).entries
    assert (entry.by, entry.did, entry.it, entry.at) == (lead.name, "changed", "the community", NOW)
    assert entry.lines == ("Stage: Potential → Maturing", "Channel: https://c.example")
    (text,) = entry.texts
    assert (text.field, [piece.part for piece in text.pieces]) == (
        "Charter",
        [Part.SAME, Part.REMOVED, Part.ADDED, Part.SAME],
    )


def test_objectives_resources_and_contributions(room, lead):
    where = {"now": NOW, "community_id": room.id}
    goal = {"statement": "20 users", "measure": "", "baseline": 0.0, "target": 20.0, "current": 5.0, "due_on": None}
    goal_id = execute(catalog.add_objective, lead, **where, **goal)
    changed = goal | {"current": 8.0, "due_on": date(2026, 7, 1)}
    execute(catalog.edit_objective, lead, **where, objective_id=goal_id, version=1, met=False, **changed)
    execute(catalog.drop_objective, lead, **where, objective_id=goal_id, version=2)
    link = execute(catalog.add_resource, lead, **where, title="Guide", url="https://g.example")
    execute(catalog.archive_resource, lead, **where, resource_id=link)
    gift = execute(catalog.add_contribution, lead, **where, kind="good_practice", title="Small steps")
    said_so = {"kind": "good_practice", "url": "", "day": date(2026, 6, 14)}
    gift_of = {"contribution_id": gift, "version": 1}
    execute(catalog.edit_contribution, lead, **where, **gift_of, title="Small steps", **said_so)
    execute(catalog.withdraw_contribution, lead, **where, contribution_id=gift, version=2)
    other = execute(catalog.add_contribution, lead, **where, kind="idea", title="Another")
    assert said(room) == [
        ("contributed “Another”", ("Kind: Idea",)),
        ("withdrew the contribution “Small steps”", ()),
        ("corrected the contribution “Small steps”", ("Day: 15 Jun 2026 → 14 Jun 2026",)),
        ("contributed “Small steps”", ("Kind: Good practice",)),
        ("archived the resource “Guide”", ()),
        ("added the resource “Guide”", ("Kind: Link · Link: https://g.example",)),
        ("dropped the objective “20 users”", ()),
        ("changed the objective “20 users”", ("Now: 5 → 8", "Due: 1 Jul 2026")),
        ("set the objective “20 users”", ("Start: 0 · Now: 5 · Target: 20",)),
    ]
    assert other  # on SQLite it has the number of the one that was withdrawn
    assert len(said(room, group=Group.OUTCOMES)) == 6
    assert len(said(room, group=Group.FACTS)) == 3


def test_who_carries_it_also_after_leaving_and_coming_back(room, office, db):
    ana = make.person(db, name="Ana")
    account = make.account(db, ana)
    make.membership(db, room, ana)
    make.commit(db)
    where = {"now": NOW, "community_id": room.id}
    execute(catalog.assign_facilitator, office, **where, person_id=ana.id, role="co_facilitator")
    with transaction() as write:
        write.get_one(Person, ana.id).active = False
    execute(deactivate_leavers, office, now=NOW + timedelta(days=2), account_ids=(account.id,))
    with transaction() as write:
        write.get_one(Person, ana.id).active = True
    execute(reactivate, office, now=NOW + timedelta(days=3), account_ids=(account.id,))
    assert said(room) == [
        ("gave the role back to Ana", ()),
        ("ended the role of Ana", ("Last day: 16 Jun 2026",)),
        ("made Ana a facilitator", ("Role: Co-facilitator · From: 15 Jun 2026",)),
    ]


def test_archived_merged_and_reopened(room, office, db):
    other = make.community(db, name="Analytics")
    make.commit(db)
    where = {"now": NOW, "community_id": room.id}
    execute(catalog.archive_community, office, **where, version=1, reason="One is enough", merged_into_id=other.id)
    execute(catalog.reopen_community, office, **where, version=2, reason="SECRETREASON")
    assert said(room) == [
        ("reopened the community", ()),
        ("archived the community", ("Reason: One is enough", "Part of: Analytics")),
    ]


def test_sessions_and_series_once_each(room, lead):
    where = {"now": NOW, "community_id": room.id}
    one = execute(sessions.plan_session, lead, **where, plan=a_plan())
    execute(sessions.change_plan, lead, now=NOW, session_id=one, version=1, plan=a_plan(place="Room 4"))
    execute(sessions.cancel_session, lead, now=NOW, session_id=one, version=2, reason="A strike")
    weekly, fortnightly = (Repeat(Pattern(Unit.WEEK, every, (1,)), None, "") for every in (1, 2))
    plan = a_plan(1, title="Weekly")
    row = execute(series.plan_series, lead, **where, plan=plan, repeat=weekly)
    execute(series.change_series, lead, now=NOW, series_id=row, version=1, plan=plan, repeat=fortnightly)
    execute(series.end_series, lead, now=NOW, series_id=row, version=2, reason="Enough of it")
    shown = said(room)
    assert [what for what, _lines in shown] == [
        "ended the series “Weekly”",
        "cancelled “Weekly”",
        "changed the series “Weekly”",
        "planned the series “Weekly”",
        "cancelled “Lineage”",
        "changed the plan of “Lineage”",
        "planned “Lineage”",
    ]
    assert shown[0][1] == ("Last day: 14 Jun 2026",)
    assert shown[2][1] == ("Meets: every week on Tuesday → every 2 weeks on Tuesday",)
    assert shown[4][1] == ("Reason: – → A strike",)
    assert shown[5][1] == ("Place: – → Room 4",)
    assert told(room).entries[-1].session_id == one


def test_whoever_takes_part_is_in_no_history(room, lead, db):
    """Everything at once that names people: only the facilitator and who contributed are there, and no reason."""
    canary = make.person(db, name=CANARY, email="canary@example.org")
    actor = make.actor(db)
    actor = type(actor)(**vars(actor) | {"name": CANARY, "person_id": canary.id})
    make.commit(db)
    where = {"now": NOW, "community_id": room.id}
    execute(catalog.join_community, actor, **where, reason="SECRETREASON")
    execute(catalog.leave_community, actor, **where, reason="SECRETREASON")
    execute(catalog.join_community, actor, **where, reason="SECRETREASON")
    one = execute(sessions.plan_session, lead, **where, plan=a_plan())
    execute(attend.answer, actor, now=NOW, session_id=one, answer="going")
    begins = NOW + timedelta(days=3, hours=4)
    execute(attend.open_check_in, lead, now=begins, session_id=one)
    with reading() as fresh:
        code = fresh.scalar(sa.text("SELECT code FROM check_in_code"))
    execute(attend.check_in, actor, now=begins, code=code)
    report = Report(
        attendance="list", attended=[canary.id], led=[canary.id], contributions=[Gift("idea", "A glossary")]
    )
    of = {"now": begins + timedelta(hours=2), "session_id": one}
    execute(sessions.record_session, lead, community_id=room.id, version=1, plan=a_plan(), report=report, **of)
    execute(sessions.undo_recording, lead, version=2, **of)
    shown = told(room)
    assert [entry.did for entry in shown.entries] == ["took back the recording of", "recorded", "planned"]
    assert shown.entries[1].lines == ("Attendance: 1 person", "Contribution added: A glossary")
    for hidden in (CANARY, "canary", "SECRETREASON"):
        assert hidden not in repr(shown)
        with reading() as fresh:
            assert hidden not in repr(exports.changes(fresh, actor, community_id=room.id))
    with reading() as fresh:
        entries = fresh.scalars(sa.select(AuditEntry.operation).where(AuditEntry.actor_name == CANARY)).all()
    assert len(entries) == 5  # joined, left, joined, answered, checked in: on record, and told to nobody


def test_a_page_at_a_time(room, lead):
    for number in range(ON_A_PAGE + 3):
        execute(catalog.add_resource, lead, now=NOW, community_id=room.id, title=f"R{number}", url="https://r.example")
    first, second = told(room), told(room, start=ON_A_PAGE)
    assert (first.total, len(first.entries), len(second.entries)) == (23, 20, 3)
    assert first.entries[0].it == "“R22”"
    assert [entry.it for entry in second.entries] == ["“R2”", "“R1”", "“R0”"]
    assert told(room, group=Group.SESSIONS) == type(first)((), 0)


def test_refusals_and_other_communities_are_none_of_it(room, lead, db):
    other = make.community(db)
    make.commit(db)
    with pytest.raises(Forbidden):
        execute(catalog.add_resource, lead, now=NOW, community_id=other.id, title="Guide", url="https://g.example")
    assert (told(room).total, told(other).total) == (0, 0)


def test_imports_tell_what_they_did_here_and_their_undoing(db):
    make.organisation(db)
    room = make.community(db, name="Data", focus="What it was")
    other = make.community(db, name="Elsewhere")
    make.commit(db)
    bring(job())
    with reading() as fresh:
        entry = fresh.scalar(sa.select(sa.func.max(AuditEntry.id)).where(AuditEntry.operation == IMPORT))
        law = by_key(fresh, Community, "c2")
    (shown,) = told(room).entries
    assert (shown.did, shown.it) == ("imported", "“hr”")
    assert shown.lines[:2] == ("Facilitators: 1 created", "Sessions: 3 created")
    assert not any(name in repr(shown) for name in ("Ana", "Ben", "Zoe", "Chris"))
    assert (told(law).total, told(other).total) == (1, 0)  # the one that the import made, and one it left alone
    execute(undo_import, SYSTEM, now=NOW + timedelta(hours=1), entry_id=entry)
    assert [what for what, _lines in said(room)] == ["took back an import", "imported “hr”"]
    assert [what for what, _lines in said(room, group=Group.IMPORTS)] == ["took back an import", "imported “hr”"]
    assert said(room, group=Group.FACTS) == []


def test_a_number_that_is_given_again_brings_no_foreign_history(db):
    """SQLite gives the number of a community whose import was undone to the next one."""
    make.organisation(db)
    make.commit(db)
    bring(job())
    with reading() as fresh:
        entry = fresh.scalar(sa.select(sa.func.max(AuditEntry.id)).where(AuditEntry.operation == IMPORT))
        law = by_key(fresh, Community, "c2").id
    execute(undo_import, SYSTEM, now=NOW, entry_id=entry)
    later = NOW + timedelta(hours=1)
    with transaction() as write:
        row = Community(slug="new", name="New", focus="", created_at=later)
        row.id = law
        write.add(row)
    with reading() as fresh:
        assert history(fresh, None, community_id=law).total == 0


def test_however_much_there_is_it_takes_the_same_few_statements(room, lead, office, db, engine):
    people = [make.person(db) for _ in range(6)]
    make.commit(db)

    def statements():
        sent = []

        def note(_c, _cur, text, *_):
            sent.append(text)

        sa.event.listen(engine, "before_cursor_execute", note)
        told(room)
        sa.event.remove(engine, "before_cursor_execute", note)
        return len(sent)

    def some(number):
        execute(catalog.add_resource, lead, now=NOW, community_id=room.id, title=f"R{number}", url="https://r.example")
        execute(sessions.plan_session, lead, now=NOW, community_id=room.id, plan=a_plan(number + 1))
        where = {"now": NOW, "community_id": room.id, "role": FacilitatorRole.BACKUP.value}
        execute(catalog.assign_facilitator, office, **where, person_id=people[number].id)

    some(0)
    few = statements()
    for number in range(1, 6):
        some(number)
    assert statements() == few


@pytest.mark.sqlite
def test_an_index_answers_and_nothing_is_sorted(room, engine):
    """Of a million entries only the community's are looked at, in the order in which they are told."""
    with transaction() as db:
        for _ in range(50):
            audit.record(db, SYSTEM, now=NOW, operation="catalog.edit_community", community_id=room.id)
    sent = []
    sa.event.listen(engine, "before_cursor_execute", lambda _c, _cur, text, params, *_: sent.append((text, params)))
    told(room, group=Group.FACTS)
    (page,) = [(text, params) for text, params in sent if "audit_entry.community_id = " in text]
    assert "ORDER BY" in page[0]
    with engine.connect() as connection:
        plan = [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {page[0]}", page[1])]
    assert any("ix_audit_entry_community_id" in step for step in plan), plan
    assert not any("TEMP B-TREE" in step or "SCAN audit_entry" in step for step in plan), plan
