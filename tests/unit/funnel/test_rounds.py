"""A round from the call for proposals to the published list; expectations worked out by hand."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from cop.choices import FunnelStage, Horizon, RoundPhase
from cop.errors import Conflict, Forbidden, Invalid, NotFound
from cop.funnel import round_operations as o
from cop.funnel import round_queries as q
from cop.funnel import score_operations as scores
from cop.funnel.rounds import moves
from cop.funnel.score_queries import sheet
from cop.models import CriteriaVersion, CriterionWeight, FunnelRound, ItemUnit, RoundItem, StageStay, Vote
from cop.permissions import Role
from tests import factories as make
from tests.factories import NOW

VALUE, EFFORT = 1, 4


@pytest.fixture
def office(db):
    make.organisation(db)
    return make.actor(db, Role.ADMIN)


@pytest.fixture
def manager(db, office):
    return make.actor(db, Role.MANAGER)


def ready(db, title, **values):
    base = {
        "title": title, "description": "Why", "owner_id": make.person(db).id, "horizon": Horizon.LONG_TERM,
        "objective": "Ship", "indicator": "Projects", "target": 3.0, "judged_on": date(2026, 12, 1),
        "stage": FunnelStage.QUALIFIED,
    }  # fmt: skip
    row = make.funnel_item(db, **base | values)
    db.add(ItemUnit(item_id=row.id, org_unit_id=make.org_unit(db).id))
    db.flush()
    return row


def assess(db, actor, item, value, effort):
    scores.assess_item(db, actor, now=NOW, item_id=item.id, marks={VALUE: value, EFFORT: effort})


def lead(db, actor, key, phase):
    row = db.get_one(FunnelRound, key)
    return o.lead_round(db, actor, now=NOW, round_id=key, version=row.version, phase=phase)


def decide(db, actor, key, item, decision, reason="Because"):
    version = db.get_one(RoundItem, (key, item.id)).version
    o.decide_item(db, actor, now=NOW, round_id=key, item_id=item.id, version=version, decision=decision, reason=reason)


def publish(db, actor, key, now=NOW):
    row = db.get_one(FunnelRound, key)
    return o.publish_round(db, actor, now=now, round_id=key, version=row.version)


def test_a_whole_round(db, office, manager):
    """Marks 5/1, 4/2 and 3/3 of the criteria value (.4) and effort (.2): 60, 45 and 30 points; no votes but one."""
    best, middle, last = (ready(db, title) for title in ("Streaming", "Quality", "Wikis"))
    inbox = make.funnel_item(db)
    key = o.open_round(db, office, now=NOW, name="  Spring   2026 ")
    lead(db, office, key, "scoring")
    for item, marks in ((best, (5, 1)), (middle, (4, 2)), (last, (3, 3))):
        assess(db, manager, item, *marks)
    db.add(Vote(item_id=last.id, person_id=office.person_id, at=NOW))
    db.flush()
    assert sheet(db, office, item_id=best.id, now=NOW).blind
    assert q.ballots(db, manager, round_id=key, now=NOW) == ()
    lead(db, office, key, "deciding")
    assert not sheet(db, office, item_id=best.id, now=NOW).blind
    ballots = q.ballots(db, manager, round_id=key, now=NOW)
    assert [(one.title, one.rank, round(one.score)) for one in ballots] == [
        ("Streaming", 1, 60), ("Quality", 2, 45), ("Wikis", 3, 30),
    ]  # fmt: skip
    decide(db, manager, key, best, "prioritise", "Two clients wait")
    decide(db, manager, key, middle, "keep", "")
    with pytest.raises(Invalid, match="Not decided yet: Wikis"):
        publish(db, office, key)
    decide(db, manager, key, last, "reject", "We have one")
    publish(db, office, key)
    assert [item.stage for item in (best, middle, last, inbox)] == ["prioritised", "qualified", "rejected", "inbox"]
    assert (best.stage_reason, last.stage_reason) == ("Spring 2026: Two clients wait", "Spring 2026: We have one")
    listed = q.published(db, None, round_id=key)
    assert [(one.rank, one.change, one.title, one.decision, one.votes, one.assessors) for one in listed] == [
        (1, "new", "Streaming", "prioritise", 0, 1),
        (2, "new", "Quality", "keep", 0, 1),
        (3, "new", "Wikis", "reject", 1, 1),
    ]
    assert [one.score for one in listed] == pytest.approx([60, 45, 30])
    assert [one.top for one in listed] == [1, 1, 1]  # three items are the first three under any weights
    stays = db.scalar(sa.select(sa.func.count()).where(StageStay.item_id == best.id))
    assert stays == 2


def test_a_published_list_stays_as_it_was(db, office, manager):
    item = ready(db, "Streaming")
    key = round_of(db, office, manager, [(item, 5, 1)], "First")
    before = q.published(db, None, round_id=key)
    item.title = "Something else"
    db.add(Vote(item_id=item.id, person_id=office.person_id, at=NOW))
    db.flush()
    assert q.published(db, None, round_id=key) == before
    for change in (
        lambda: lead(db, office, key, "scoring"),
        lambda: decide(db, manager, key, item, "park"),
        lambda: publish(db, office, key),
    ):
        with pytest.raises(Invalid, match="published"):
            change()


def round_of(db, office, manager, marked, name, now=NOW, decision="keep"):
    key = o.open_round(db, office, now=now, name=name)
    lead(db, office, key, "scoring")
    for item, value, effort in marked:
        assess(db, manager, item, value, effort)
    lead(db, office, key, "deciding")
    for item, _value, _effort in marked:
        decide(db, manager, key, item, decision)
    publish(db, office, key, now)
    return key


def test_the_difference_to_the_round_before(db, office, manager):
    one, two, three = (ready(db, title) for title in ("A", "B", "C"))
    three.stage = FunnelStage.INBOX
    db.flush()
    round_of(db, office, manager, [(one, 5, 1), (two, 4, 2)], "First")
    three.stage = FunnelStage.QUALIFIED
    db.flush()
    later = NOW + timedelta(days=90)
    key = round_of(db, office, manager, [(one, 2, 4), (two, 4, 2), (three, 5, 1)], "Second", later)
    listed = q.published(db, None, round_id=key)
    assert {one.title: one.change for one in listed} == {"C": "new", "B": "same", "A": "down 2"}


def test_changes_of_ranks_by_hand():
    assert moves({1: 1, 2: 2, 3: 5, 4: None, 5: 3}, {1: 4, 2: 2, 3: 1, 4: 2}) == {
        1: "up 3", 2: "same", 3: "down 4", 4: "", 5: "new",
    }  # fmt: skip


@given(st.dictionaries(st.integers(1, 9), st.integers(1, 9)))
def test_against_itself_nothing_has_changed(ranks):
    assert set(moves(ranks, ranks).values()) <= {"same"}


def test_one_round_at_a_time_and_names_once(db, office):
    o.open_round(db, office, now=NOW, name="Spring")
    with pytest.raises(Invalid) as refused:
        o.open_round(db, office, now=NOW, name="Spring")
    assert set(refused.value.errors) == {"name", ""}


def test_phases_follow_each_other(db, office, manager):
    key = o.open_round(db, office, now=NOW, name="Spring")
    for phase in ("deciding", "published", "proposing", "nonsense"):
        with pytest.raises(Invalid):
            lead(db, office, key, phase)
    lead(db, office, key, "scoring")
    with pytest.raises(Invalid, match="No item is qualified"):
        lead(db, office, key, "deciding")
    db.rollback()


def test_sheets_are_closed_while_it_is_decided(db, office, manager):
    item = ready(db, "Streaming")
    key = o.open_round(db, office, now=NOW, name="Spring")
    lead(db, office, key, "scoring")
    assess(db, manager, item, 5, 1)
    lead(db, office, key, "deciding")
    with pytest.raises(Invalid, match="its marks stay"):
        assess(db, manager, item, 1, 1)
    with pytest.raises(Invalid, match="its marks stay"):
        scores.withdraw_assessment(db, manager, now=NOW, item_id=item.id)
    lead(db, office, key, "scoring")
    assess(db, manager, item, 1, 1)


def test_decisions_need_their_phase_their_reason_and_their_gate(db, office, manager):
    bare, done = ready(db, "Bare", objective=""), ready(db, "Done")
    key = o.open_round(db, office, now=NOW, name="Spring")
    lead(db, office, key, "scoring")
    with pytest.raises(Invalid, match="while the round is deciding"):
        decide(db, manager, key, done, "park")
    lead(db, office, key, "deciding")
    with pytest.raises(Invalid, match="an objective, a score by at least one assessor"):
        decide(db, manager, key, bare, "prioritise")
    for decision, field in (("park", "reason"), ("reject", "reason"), ("burn", "decision")):
        with pytest.raises(Invalid) as refused:
            decide(db, manager, key, done, decision, " ")
        assert field in refused.value.errors
    with pytest.raises(NotFound):
        o.decide_item(db, manager, now=NOW, round_id=key, item_id=99_999, version=1, decision="keep", reason="")


def test_two_who_decide_at_once(db, office, manager):
    item = ready(db, "Streaming")
    key = o.open_round(db, office, now=NOW, name="Spring")
    lead(db, office, key, "scoring")
    lead(db, office, key, "deciding")
    read = db.get_one(RoundItem, (key, item.id)).version
    decide(db, manager, key, item, "park", "Later")
    with pytest.raises(Conflict) as stale:
        o.decide_item(db, office, now=NOW, round_id=key, item_id=item.id, version=read, decision="reject", reason="No")
    assert stale.value.current["decision"] == "park"


def test_new_weights_in_between_send_it_back_to_scoring(db, office, manager):
    item = ready(db, "Streaming")
    key = o.open_round(db, office, now=NOW, name="Spring")
    lead(db, office, key, "scoring")
    assess(db, manager, item, 5, 1)
    lead(db, office, key, "deciding")
    decide(db, manager, key, item, "keep")
    version = CriteriaVersion(made_at=NOW)
    db.add(version)
    db.flush()
    for criterion in (VALUE, EFFORT):
        db.add(CriterionWeight(version_id=version.id, criterion_id=criterion, name=str(criterion), weight=1.0, anchors={}, place=1))  # fmt: skip
    db.flush()
    with pytest.raises(Invalid, match="criteria were changed"):
        publish(db, office, key)
    lead(db, office, key, "scoring")
    lead(db, office, key, "deciding")
    publish(db, office, key)
    assert db.get_one(FunnelRound, key).phase is RoundPhase.PUBLISHED
    assert q.rounds(db, None)[0].weights == (("1", 0.5), ("4", 0.5))


def test_what_left_the_stage_meanwhile_is_no_longer_decided_on(db, office, manager):
    one, two = ready(db, "A"), ready(db, "B")
    key = o.open_round(db, office, now=NOW, name="Spring")
    lead(db, office, key, "scoring")
    one.stage = FunnelStage.PARKED
    db.flush()
    lead(db, office, key, "deciding")
    assert [ballot.item_id for ballot in q.ballots(db, manager, round_id=key, now=NOW)] == [two.id]


def test_nothing_of_an_open_round_is_told_as_published(db, office):
    key = o.open_round(db, office, now=NOW, name="Spring")
    with pytest.raises(NotFound):
        q.published(db, None, round_id=key)


def test_what_waits_for_ones_marks(db, office, manager):
    one, two = ready(db, "A"), ready(db, "B")
    key = o.open_round(db, office, now=NOW, name="Spring")
    lead(db, office, key, "scoring")
    assess(db, manager, one, 5, 1)
    told = [(task.title, task.assessors, task.done) for task in q.tasks(db, manager, round_id=key)]
    assert told == [("B", 0, False), ("A", 1, True)]
    assert [task.done for task in q.tasks(db, office, round_id=key)] == [False, False]
    with pytest.raises(Forbidden):
        q.tasks(db, make.actor(db), round_id=key)
    assert two.id in {task.item_id for task in q.tasks(db, office, round_id=key)}


@pytest.mark.parametrize("change", ["parked", "merged", "objective"])
def test_what_was_changed_after_its_decision_is_not_published(db, office, manager, change):
    item, other = ready(db, "Streaming"), make.funnel_item(db)
    key = o.open_round(db, office, now=NOW, name="Spring")
    lead(db, office, key, "scoring")
    assess(db, manager, item, 5, 1)
    lead(db, office, key, "deciding")
    decide(db, manager, key, item, "prioritise")
    if change == "parked":
        item.stage = FunnelStage.PARKED
    elif change == "merged":
        item.merged_into_id = other.id
    else:
        item.objective = ""
    db.flush()
    with pytest.raises(Invalid, match="Streaming"):
        publish(db, office, key)
    assert db.get_one(FunnelRound, key).phase is RoundPhase.DECIDING


def test_a_published_list_counts_votes_as_the_board_does(db, office, manager):
    item = ready(db, "Streaming")
    merged = make.funnel_item(db, merged_into_id=item.id)
    db.add_all(Vote(item_id=row.id, person_id=office.person_id, at=NOW) for row in (item, merged))
    db.add(Vote(item_id=merged.id, person_id=manager.person_id, at=NOW))
    db.flush()
    key = round_of(db, office, manager, [(item, 5, 1)], "First")
    assert [one.votes for one in q.published(db, None, round_id=key)] == [2]
