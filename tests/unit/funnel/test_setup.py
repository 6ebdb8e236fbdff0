"""The funnel's set-up: criteria in versions, themes, limits, the radar's parts; every expectation written out by hand."""

import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from cop.choices import Channel, EvidenceKind, FunnelStage
from cop.db import finish, reading, revisions
from cop.errors import Conflict, Forbidden, Invalid, NotFound
from cop.execute import execute
from cop.funnel import queries as funnel
from cop.funnel import setup_operations as o
from cop.funnel import setup_queries as queries
from cop.funnel.readiness import assessed_criteria, current_version
from cop.funnel.setup import (
    CriterionInput,
    LimitInput,
    ThemeInput,
    changes,
    counts,
    moved,
    share_in_words,
    weight_shares,
    without_marks,
)
from cop.funnel.setup_rows import criteria_of
from cop.models import (
    Assessment,
    AuditEntry,
    CriteriaVersion,
    Criterion,
    FunnelLimit,
    ItemTheme,
    Quadrant,
    Ring,
    RingChange,
    Theme,
)
from cop.permissions import SYSTEM, Role
from tests import factories as make
from tests.factories import NOW, TODAY

RISK = CriterionInput("Risk", 0.25, anchors=((1, "None"), (3, "Some"), (5, "It may sink us")), cost=True)


@pytest.fixture
def admin(db):
    make.organisation(db)
    return make.actor(db, Role.ADMIN)


def first(db):
    """The four criteria that every organisation begins with."""
    return criteria_of(db, 1)


def save(db, actor, criteria, base_id=1, note="Why not"):
    return o.save_criteria(db, actor, now=NOW, base_id=base_id, note=note, criteria=tuple(criteria))


def refused(call):
    with pytest.raises(Invalid) as found:
        call()
    return set(found.value.errors)


def test_what_every_organisation_begins_with(db, admin):
    assert [(one.name, one.weight, one.source, one.cost) for one in first(db)] == [
        ("Value", 0.4, "assessed", False),
        ("Strategic fit", 0.2, "themes", False),
        ("Urgency", 0.2, "deadline", False),
        ("Effort", 0.2, "assessed", True),
    ]
    (only,) = queries.criteria_versions(db, admin)
    assert (only.number, only.made_by, only.changes, only.criteria) == (1, "", (), first(db))


def test_a_version_follows_and_the_one_before_stays_as_it_was(db, admin):
    before = first(db)
    value, _fit, urgency, effort = before
    key = save(
        db, admin, [effort, replace(value, name="Gain", weight=0.55), urgency, RISK], note=" Risk   was missing "
    )
    assert (criteria_of(db, 1), current_version(db)) == (before, key)
    newest, oldest = queries.criteria_versions(db, admin)
    assert (oldest.number, newest.number, newest.note) == (1, 2, "Risk was missing")
    risk = newest.criteria[3]
    assert risk == replace(RISK, criterion_id=risk.criterion_id)
    assert newest.changes == (
        "Strategic fit was taken out (20 %).",
        "Effort weighs 16.7 % instead of 20 %.",
        "Value is called Gain.",
        "Gain weighs 45.8 % instead of 40 %.",
        "Urgency weighs 16.7 % instead of 20 %.",
        "Risk was added: 1 to 5, assessed by people, the more the worse, 20.8 %.",
        "They stand in another order.",
    )
    entry = db.scalars(sa.select(AuditEntry).where(AuditEntry.object_type == "criteria_version")).one()
    assert (entry.object_id, entry.operation) == (key, "funnel.save_criteria")
    assert [one["name"] for one in entry.after["criteria"]] == ["Effort", "Gain", "Urgency", "Risk"]
    assert [one["name"] for one in entry.before["criteria"]] == ["Value", "Strategic fit", "Urgency", "Effort"]


def test_bringing_a_version_back_brings_its_criteria_and_their_marks_back(db, admin):
    value, _fit, _urgency, effort = first(db)
    item = make.funnel_item(db)
    for criterion in (value, effort):
        mark = {"criterion_id": criterion.criterion_id, "assessor_id": admin.person_id, "value": 4, "at": NOW}
        db.add(Assessment(item_id=item.id, **mark))
    key = save(db, admin, [value])
    assert assessed_criteria(db) == {value.criterion_id}
    again = save(db, admin, first(db), base_id=key, note="Brings back version 1")
    assert criteria_of(db, again) == first(db)
    assert assessed_criteria(db) == {value.criterion_id, effort.criterion_id}
    assert db.scalar(sa.select(sa.func.count()).select_from(Assessment)) == 2
    assert db.scalar(sa.select(sa.func.count()).select_from(Criterion)) == 4


def test_what_is_fixed_of_a_criterion_stays_whatever_is_sent(db, admin):
    value = first(db)[0]
    sent = replace(value, source="deadline", low=0, high=10, cost=True, weight=0.5)
    key = save(db, admin, [sent])
    assert criteria_of(db, key) == (replace(value, weight=0.5),)


def test_the_same_again_makes_no_version(db, admin):
    before = revisions(db)
    assert save(db, admin, first(db)) == 1
    finish(db)
    assert revisions(db) == before


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda own: [replace(own[0], name=" "), *own[1:]], "name_0"),
        (lambda own: [*own[:3], replace(own[3], name="vÁlue")], "name_3"),
        (lambda own: [*own, replace(RISK, name="x" * 61)], "name_4"),
        (lambda own: [replace(own[0], weight=-0.1), *own[1:]], "weight_0"),
        (lambda own: [replace(own[0], weight=float("nan")), *own[1:]], "weight_0"),
        (lambda own: [replace(own[0], weight=float("inf")), *own[1:]], "weight_0"),
        (lambda own: [replace(own[0], weight=None), *own[1:]], "weight_0"),
        (lambda own: [*own, replace(RISK, source="guessed")], "source_4"),
        (lambda own: [*own, replace(RISK, low=5)], "scale_4"),
        (lambda own: [*own, replace(RISK, low=0, high=11)], "scale_4"),
        (lambda own: [*own, replace(RISK, low=-1)], "scale_4"),
        (lambda own: [*own, replace(RISK, anchors=((1, "None"),))], "anchors_4"),
        (lambda own: [*own, replace(RISK, anchors=((1, "None"), (5, " ")))], "anchors_4"),
        (lambda own: [*own, replace(RISK, anchors=((1, "x" * 201), (5, "Much")))], "anchors_4"),
        (lambda own: [*own, replace(RISK, meaning="a\x00b")], "meaning_4"),
        (lambda own: [own[1], own[2]], ""),  # nobody would assess anything
        (lambda own: [], ""),
        (lambda own: [replace(one, weight=0.0) for one in own], ""),
        (lambda own: [*own, replace(own[0], name="Value again")], ""),
        (lambda own: [*own, replace(RISK, source="deadline")], ""),
        (lambda own: [*own, replace(RISK, criterion_id=99_999)], ""),
        (lambda own: [replace(RISK, name=f"Risk {n}") for n in range(13)], ""),
    ],
)
def test_bad_criteria_are_told_at_their_field_and_nothing_is_written(db, admin, change, field):
    assert refused(lambda: save(db, admin, change(list(first(db))))) == {field}
    assert db.scalar(sa.select(sa.func.count()).select_from(CriteriaVersion)) == 1


def test_why_is_asked_for(db, admin):
    assert refused(lambda: save(db, admin, [*first(db), RISK], note="  ")) == {"note"}


def test_saving_on_a_version_that_was_followed_meets_what_is_in_force(db, admin):
    made = save(db, admin, [*first(db), RISK])
    with pytest.raises(Conflict) as stale:
        save(db, make.actor(db, Role.ADMIN), first(db)[:1])
    assert stale.value.current == {"version": made, "criteria": criteria_of(db, made)}
    assert stale.value.changed_by == queries.criteria_versions(db, admin)[0].made_by != ""
    assert save(db, admin, first(db)[:1], base_id=made) > made


def test_of_two_at_once_one_wins_and_the_other_is_told(db, admin, engine):
    make.commit(db)
    with reading() as other:
        own = first(other)
    ready, answers = threading.Barrier(2), []

    def attempt(weight):
        wanted = (replace(own[0], weight=weight), *own[1:])
        ready.wait()
        try:
            answers.append(execute(o.save_criteria, SYSTEM, base_id=1, note="Race", criteria=wanted))
        except Conflict:
            answers.append("told")

    threads = [threading.Thread(target=attempt, args=(weight,)) for weight in (0.7, 0.9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, answers)) == ["2", "told"]
    with reading() as other:
        assert other.scalar(sa.select(sa.func.count()).select_from(CriteriaVersion)) == 2


def test_shares():
    assert weight_shares([0.4, 0.2, 0.2, 0.2]) == pytest.approx([0.4, 0.2, 0.2, 0.2])
    assert weight_shares([3, 1]) == [0.75, 0.25]
    assert weight_shares([0, 0]) == [None, None]
    assert weight_shares([None, float("nan"), -2.0, 1.0]) == [0, 0, 0, 1]
    assert weight_shares([]) == []
    assert [share_in_words(share) for share in (1 / 3, 0.4, 0, None)] == ["33.3 %", "40 %", "0 %", "–"]


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=12))
def test_shares_sum_to_one_or_are_none(weights):
    shares = weight_shares(weights)
    if None in shares:
        assert set(shares) == {None}
    else:
        assert sum(shares) == pytest.approx(1)
        assert all(share >= 0 for share in shares)


@given(st.permutations([1, 2, 3, 4]), st.sampled_from([1, 2, 3, 4]), st.integers(-5, 5))
def test_moving_keeps_the_others_in_order(order, key, by):
    found = moved(order, key, by)
    assert [each for each in found if each != key] == [each for each in order if each != key]
    assert found.index(key) == max(0, min(3, order.index(key) + by))


def test_nothing_changed_is_told_as_nothing(db, admin):
    assert changes(first(db), first(db)) == ()


def test_meanings_and_marks_that_change_are_told(db, admin):
    value, *others = first(db)
    other = replace(value, meaning="Money", anchors=((1, "Little"), (5, "Much")))
    assert changes(first(db), (other, *others)) == (
        "Value is explained differently.",
        "The marks of Value are put differently.",
    )


def test_which_new_criteria_lack_marks(db, admin):
    derived, light = replace(RISK, name="Late", source="deadline"), replace(RISK, name="Light", weight=0.0)
    assert without_marks(first(db), (*first(db), RISK, derived, light)) == ("Risk",)


def theme(**values):
    return ThemeInput(**{"name": "Sovereign cloud", "weight": 2.0, "since_on": date(2026, 1, 1)} | values)


def test_themes_overlap_are_changed_and_ended(db, admin):
    one = o.add_theme(db, admin, now=NOW, theme=theme())
    two = o.add_theme(db, admin, now=NOW, theme=theme(name="AI in delivery", weight=3.0))
    item = make.funnel_item(db)
    db.add(ItemTheme(item_id=item.id, theme_id=one))
    db.flush()
    o.edit_theme(db, admin, now=NOW, theme_id=one, version=1, theme=theme(until_on=TODAY))
    assert [(row.id, row.items, row.said.until_on) for row in queries.themes(db, admin)] == [
        (two, 0, None),
        (one, 1, TODAY),
    ]
    assert list(funnel.choices(db, None, today=TODAY).themes) == [two]
    assert funnel.item(db, admin, item_id=item.id).themes == {one: "Sovereign cloud"}
    with pytest.raises(Conflict) as stale:
        o.edit_theme(db, admin, now=NOW, theme_id=one, version=1, theme=theme(weight=5.0))
    assert (stale.value.current["until_on"], stale.value.changed_by) == (TODAY, admin.name)
    kinds = db.scalars(sa.select(AuditEntry.object_type).where(AuditEntry.operation.endswith("theme")))
    assert set(kinds) == {"theme"}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "ai IN delívery"}, "name"),
        ({"weight": -1.0}, "weight"),
        ({"weight": None}, "weight"),
        ({"since_on": None}, "since_on"),
        ({"until_on": date(2026, 1, 1)}, "until_on"),
        ({"description": "x" * 501}, "description"),
    ],
)
def test_a_bad_theme_is_told_at_its_field(db, admin, values, field):
    o.add_theme(db, admin, now=NOW, theme=theme(name="AI in delivery"))
    assert refused(lambda: o.add_theme(db, admin, now=NOW, theme=theme(**values))) == {field}
    assert db.scalar(sa.select(sa.func.count()).select_from(Theme)) == 1


def test_a_theme_counts_from_its_first_day_until_the_day_before_the_end():
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(-1, 4)]
    assert [counts(days[1], days[3], day) for day in days] == [False, True, True, False, False]
    assert counts(days[1], None, date(2099, 1, 1))


def limits(db, actor, *wanted):
    o.set_limits(db, actor, now=NOW, limits=tuple(LimitInput(*limit) for limit in wanted))


def test_limits_are_set_changed_and_taken_away(db, admin):
    limits(db, admin, ("in_progress", None, 5), ("need", None, 3))
    assert funnel.limits(db, None) == {"in_progress": 5, "need": 3}
    limits(db, admin, ("in_progress", 5, 6), ("need", 3, None))
    assert funnel.limits(db, None) == {"in_progress": 6}
    written = db.scalars(sa.select(AuditEntry).where(AuditEntry.object_type == "funnel_limit").order_by(AuditEntry.id))
    assert [(entry.before, entry.after and entry.after["most"]) for entry in written][2] == ({"most": 5}, 6)


def test_only_a_limit_that_somebody_else_changed_is_a_conflict(db, admin):
    limits(db, admin, ("in_progress", None, 5))
    limits(db, admin, ("qualified", None, 9))  # read before the other was set
    with pytest.raises(Conflict) as stale:
        limits(db, admin, ("in_progress", None, 7), ("gap", None, 1))
    assert stale.value.current == {"in_progress": 5, "gap": None, "version": 0}
    limits(db, admin, ("in_progress", None, 5))  # both want the same
    assert funnel.limits(db, None) == {"in_progress": 5, "qualified": 9}


@pytest.mark.parametrize(
    ("limit", "field"),
    [(("in_progress", None, 0), "in_progress"), (("need", None, 10_001), "need"), (("evaluated", None, 3), "")],
)
def test_a_bad_limit_is_told_at_its_field(db, admin, limit, field):
    assert refused(lambda: limits(db, admin, limit)) == {field}
    assert db.scalar(sa.select(sa.func.count()).select_from(FunnelLimit)) == 0


def test_how_many_each_stage_holds(db, admin):
    item = make.funnel_item(db, stage=FunnelStage.QUALIFIED)
    make.funnel_item(db, stage=FunnelStage.QUALIFIED, merged_into_id=item.id)
    make.funnel_item(db)
    assert queries.held(db, admin) == {"inbox": 1, "qualified": 1}


def names(rows):
    return [row.name for row in rows]


def test_quadrants_are_added_renamed_and_put_in_order(db, admin):
    key = o.add_quadrant(db, admin, now=NOW, name=" Data  sources ")
    assert names(queries.quadrants(db, admin))[-2:] == ["Languages and frameworks", "Data sources"]
    o.edit_quadrant(db, admin, now=NOW, quadrant_id=key, version=1, name="Data", active=True)
    ids = [row.id for row in queries.quadrants(db, admin)]
    o.order_quadrants(db, admin, now=NOW, quadrant_ids=moved(ids, key, -4))
    assert names(queries.quadrants(db, admin)) == [
        "Data",
        "Techniques",
        "Platforms",
        "Tools",
        "Languages and frameworks",
    ]
    assert list(db.scalars(sa.select(Quadrant.place).order_by(Quadrant.place))) == [1, 2, 3, 4, 5]
    for wrong in (ids[:-1], [*ids[:-1], ids[0]], [*ids, 99_999]):
        assert refused(lambda wrong=wrong: o.order_quadrants(db, admin, now=NOW, quadrant_ids=tuple(wrong))) == {""}
    assert refused(lambda: o.add_quadrant(db, admin, now=NOW, name="DÁTA")) == {"name"}
    with pytest.raises(Conflict):
        o.edit_quadrant(db, admin, now=NOW, quadrant_id=key, version=1, name="Late", active=True)
    with pytest.raises(NotFound):
        o.edit_quadrant(db, admin, now=NOW, quadrant_id=99_999, version=1, name="None", active=True)
    entry = db.scalars(sa.select(AuditEntry).where(AuditEntry.operation == "funnel.order_quadrants")).one()
    assert (entry.object_type, entry.after["order"][0]) == ("quadrant", "Data")


def trend(db, ring_id, *moves, **values):
    """A trend that came into rings on days, in the order written."""
    row = make.funnel_item(db, channel=Channel.TREND, **values)
    for ring, day in ((ring_id, TODAY - timedelta(days=90)), *moves):
        source = {"source_kind": EvidenceKind.REPORT, "source": "A report", "added_at": NOW}
        db.add(RingChange(item_id=row.id, ring_id=ring, changed_on=day, **source))
        db.flush()
    return row


def test_a_quadrant_with_open_trends_stays_on(db, admin):
    item = trend(db, 1, quadrant_id=2)
    trend(db, 1, quadrant_id=3, stage=FunnelStage.REJECTED)
    trend(db, 1, quadrant_id=3, merged_into_id=item.id)
    assert [row.trends for row in queries.quadrants(db, admin)] == [0, 1, 0, 0]

    def switch(key, *, active, version=1):
        name = db.get_one(Quadrant, key).name
        o.edit_quadrant(db, admin, now=NOW, quadrant_id=key, version=version, name=name, active=active)

    with pytest.raises(Invalid, match="1 open trend lies in Platforms"):
        switch(2, active=False)
    switch(3, active=False)
    assert 3 not in funnel.choices(db, None, today=TODAY).quadrants
    switch(3, active=True, version=2)
    for key, version in ((1, 1), (3, 3), (4, 1)):
        switch(key, active=False, version=version)
    item.stage = FunnelStage.EVALUATED
    db.flush()
    with pytest.raises(Invalid, match="at least one"):
        switch(2, active=False)


def test_only_the_ring_that_a_trend_is_in_today_holds_it(db, admin):
    """Moved on from 4 to 3; in 2, since the move to 1 was withdrawn; twice on one day, of which the later one counts."""
    trend(db, 4, (3, TODAY))
    taken_back = trend(db, 2, (1, TODAY))
    db.scalars(
        sa.select(RingChange).where(RingChange.item_id == taken_back.id, RingChange.ring_id == 1)
    ).one().withdrawn_at = NOW
    trend(db, 1, (4, TODAY), (3, TODAY))
    trend(db, 1, stage=FunnelStage.REJECTED)
    db.flush()
    assert [row.trends for row in queries.rings(db, admin)] == [0, 1, 2, 0]
    with pytest.raises(Invalid, match="2 open trends lie in Assess"):
        o.edit_ring(db, admin, now=NOW, ring_id=3, version=1, name="Assess", active=False)
    o.edit_ring(db, admin, now=NOW, ring_id=4, version=1, name="Stop", meaning="Nothing new", active=False)
    assert list(funnel.choices(db, None, today=TODAY).rings) == [1, 2, 3]


def test_history_keeps_a_ring_under_the_name_it_has(db, admin):
    item = trend(db, 4, (3, TODAY))
    o.edit_ring(db, admin, now=NOW, ring_id=4, version=1, name="Stop", active=False)
    assert [stay.ring for stay in funnel.item(db, admin, item_id=item.id).rings] == ["Assess", "Stop"]


def test_rings_are_added_and_put_in_order(db, admin):
    key = o.add_ring(db, admin, now=NOW, name="Watch", meaning="From afar")
    ids = [row.id for row in queries.rings(db, admin)]
    o.order_rings(db, admin, now=NOW, ring_ids=moved(ids, key, -1))
    assert names(queries.rings(db, admin)) == ["Adopt", "Trial", "Assess", "Watch", "Hold"]
    before = db.scalar(sa.select(sa.func.count()).select_from(AuditEntry))
    o.order_rings(db, admin, now=NOW, ring_ids=moved(ids, key, -1))
    assert db.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == before
    assert refused(lambda: o.add_ring(db, admin, now=NOW, name="", meaning="x" * 301)) == {"name", "meaning"}
    assert db.scalar(sa.select(Ring.place).where(Ring.id == key)) == 4


def test_only_the_office_reads_the_set_up(db, admin):
    for query in (queries.criteria_versions, queries.themes, queries.quadrants, queries.rings, queries.held):
        for actor in (None, make.actor(db), make.actor(db, Role.MANAGER)):
            with pytest.raises(Forbidden):
                query(db, actor)
