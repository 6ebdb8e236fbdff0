"""Giving marks, and who sees what of them when."""

from datetime import date

import pytest
import sqlalchemy as sa

from cop.choices import EvidenceKind, FunnelStage
from cop.errors import Forbidden, Invalid
from cop.funnel import score_operations as scores
from cop.funnel.score_queries import rank_changes, sheet, standings
from cop.funnel.setup import CriterionInput
from cop.models import Assessment, AuditEntry, CriteriaVersion, Criterion, CriterionWeight, Evidence
from cop.permissions import Role
from tests import factories as make
from tests.factories import NOW

VALUE, EFFORT = 1, 4


@pytest.fixture
def managers(db):
    make.organisation(db)
    return [make.actor(db, Role.MANAGER) for _ in range(3)]


def assess(db, actor, item, value, effort):
    scores.assess_item(db, actor, now=NOW, item_id=item.id, marks={VALUE: value, EFFORT: effort})


def row(db, actor, item):
    frame = standings(db, actor, now=NOW).set_index("item_id")
    return frame.loc[item.id]


def test_three_assessors_blind_until_they_have_scored(db, managers):
    """Value 5, 4, 3 → 4 → 30 points; no themes, no deadline; effort 1, 2, 3 → 2 → 15 points."""
    first, second, third = managers
    item = make.funnel_item(db, stage=FunnelStage.QUALIFIED)
    assess(db, first, item, 5, 1)
    assert row(db, first, item)["score"] == pytest.approx(60)
    for other in (second, third):
        seen, paper = row(db, other, item), sheet(db, other, item_id=item.id, now=NOW)
        assert (seen["blind"], seen["assessors"], seen["missing"]) == (True, 1, "")
        assert seen[["score", "rank", "top_share", "rank_low", "rank_high", "rice", "wsjf"]].isna().all()
        assert (paper.blind, paper.given, paper.combined, paper.score, paper.rank) == (True, (), {}, None, None)
    assess(db, second, item, 4, 2)
    assess(db, third, item, 3, 3)
    for actor in managers:
        assert row(db, actor, item)["score"] == pytest.approx(45)
        paper = sheet(db, actor, item_id=item.id, now=NOW)
        assert (paper.blind, len(paper.given), paper.assessors) == (False, 2, 3)
        assert {key: (one.mean, one.n) for key, one in paper.combined.items()} == {VALUE: (4, 3), EFFORT: (2, 3)}


def test_what_is_decided_on_is_open_to_all_who_score(db, managers):
    item = make.funnel_item(db, stage=FunnelStage.PRIORITISED)
    assess(db, managers[0], item, 5, 1)
    assert not row(db, managers[1], item)["blind"]


def test_staff_see_no_scores(db, managers):
    item = make.funnel_item(db)
    staff = make.actor(db)
    for ask in (lambda: standings(db, staff, now=NOW), lambda: sheet(db, staff, item_id=item.id, now=NOW)):
        with pytest.raises(Forbidden):
            ask()


@pytest.mark.parametrize(
    ("marks", "field"),
    [
        ({VALUE: 3}, "mark_4"),
        ({VALUE: 3, EFFORT: 0}, "mark_4"),
        ({VALUE: 6, EFFORT: 3}, "mark_1"),
        ({VALUE: 2.5, EFFORT: 3}, "mark_1"),
        ({VALUE: 3, EFFORT: 3, 2: 5}, ""),
    ],
)
def test_half_a_sheet_or_a_mark_off_its_scale_is_refused(db, managers, marks, field):
    item = make.funnel_item(db)
    with pytest.raises(Invalid) as refused:
        scores.assess_item(db, managers[0], now=NOW, item_id=item.id, marks=marks)
    assert list(refused.value.errors) == [field]
    assert db.scalar(sa.select(sa.func.count()).select_from(Assessment)) == 0


def test_marks_can_be_changed_and_taken_back(db, managers):
    item = make.funnel_item(db)
    assess(db, managers[0], item, 5, 1)
    assess(db, managers[0], item, 2, 1)
    assert sheet(db, managers[0], item_id=item.id, now=NOW).mine == {VALUE: 2, EFFORT: 1}
    scores.withdraw_assessment(db, managers[0], now=NOW, item_id=item.id)
    paper = sheet(db, managers[0], item_id=item.id, now=NOW)
    assert (paper.mine, paper.assessors, paper.blind) == ({}, 0, True)


def test_the_trail_says_which_criteria_were_marked_and_never_how(db, managers):
    """The office reads the trail before it gives its own marks."""
    item = make.funnel_item(db)
    assess(db, managers[0], item, 5, 1)
    assess(db, managers[0], item, 5, 2)
    scores.withdraw_assessment(db, managers[0], now=NOW, item_id=item.id)
    trail = db.execute(sa.select(AuditEntry.operation, AuditEntry.before, AuditEntry.after).order_by(AuditEntry.id))
    assert trail.all() == [
        ("funnel.assess_item", None, {"criteria": ["Value", "Effort"]}),
        ("funnel.assess_item", None, {"criteria": ["Effort"]}),
        ("funnel.withdraw_assessment", None, None),
    ]


def test_what_is_past_being_scored_takes_no_marks(db, managers):
    for stage in (FunnelStage.DELIVERED, FunnelStage.EVALUATED, FunnelStage.REJECTED):
        item = make.funnel_item(db, stage=stage)
        with pytest.raises(Invalid):
            assess(db, managers[0], item, 3, 3)


def test_only_open_items_are_ranked(db, managers):
    open_items = [make.funnel_item(db, stage=stage) for stage in ("inbox", "qualified", "prioritised", "in_progress")]
    for stage in ("parked", "rejected", "delivered", "evaluated"):
        make.funnel_item(db, stage=stage)
    make.funnel_item(db, merged_into_id=open_items[0].id)
    assert set(standings(db, managers[0], now=NOW)["item_id"]) == {item.id for item in open_items}


def test_what_would_bring_it_among_the_first_three(db, managers):
    """Others at 80, 80 and 60; this one at 40 with value 3, effort 3: 20 short, and value 5 brings 20, effort at most 10."""
    actor = managers[0]
    for value, effort in ((5, 1), (5, 1), (5, 1)):
        assess(db, actor, make.funnel_item(db), value, effort)
    item = make.funnel_item(db)
    assess(db, actor, item, 3, 1)
    reach = sheet(db, actor, item_id=item.id, now=NOW).reach
    assert (reach.needed, reach.short) == (pytest.approx(60), pytest.approx(20))
    # urgency and fit give 20 points at most each, so does a value of 5
    assert {one.criterion.name: one.after for one in reach.singles} == {"Value": 5, "Strategic fit": 5, "Urgency": 5}


def test_urgency_by_hand_needs_its_reason(db, managers):
    item = make.funnel_item(db, deadline=date(2027, 6, 1))
    with pytest.raises(Invalid) as refused:
        scores.set_urgency(db, managers[0], now=NOW, item_id=item.id, version=item.version, share=1.5, reason=" ")
    assert set(refused.value.errors) == {"share", "reason"}
    scores.set_urgency(db, managers[0], now=NOW, item_id=item.id, version=item.version, share=1.0, reason="They called")
    assert (item.urgency, item.urgency_reason) == (1.0, "They called")
    scores.set_urgency(db, managers[0], now=NOW, item_id=item.id, version=item.version, share=None, reason="")
    assert (item.urgency, item.urgency_reason) == (None, "")


def test_rice_and_wsjf_from_their_figures(db, managers):
    item = make.funnel_item(db, stage=FunnelStage.PRIORITISED)
    figures = {
        "reach": 2000.0, "impact": 2.0, "rice_confidence": 0.8, "effort": 4.0, "business_value": 8,
        "time_criticality": 5, "risk_reduction": 3, "job_size": 5,
    }  # fmt: skip
    scores.set_planning_figures(db, managers[0], now=NOW, item_id=item.id, version=item.version, **figures)
    paper = sheet(db, managers[0], item_id=item.id, now=NOW)
    assert (paper.rice, paper.wsjf) == (800, pytest.approx(3.2))
    with pytest.raises(Invalid) as refused:
        scores.set_planning_figures(
            db, managers[0], now=NOW, item_id=item.id, version=item.version,
            reach=-1.0, impact=4.0, rice_confidence=0.7, effort=0.1, job_size=4,
        )  # fmt: skip
    assert set(refused.value.errors) == {"reach", "impact", "rice_confidence", "effort", "job_size"}


def test_confidence_from_evidence_that_was_not_withdrawn(db, managers):
    item = make.funnel_item(db, stage=FunnelStage.PRIORITISED)
    for days, gone in ((0, None), (365, None), (0, NOW)):
        day = date(2026, 6, 15) if not days else date(2025, 6, 15)
        db.add(
            Evidence(
                item_id=item.id, kind=EvidenceKind.REPORT, title="A", dated_on=day, added_at=NOW, withdrawn_at=gone
            )
        )
    db.flush()
    paper = sheet(db, managers[0], item_id=item.id, now=NOW)
    assert (paper.sources, paper.confidence) == (2, pytest.approx(1 - 0.5**1.5))


def test_new_weights_count_from_their_version_on(db, managers):
    """Only value counts in the second version: a mark of 5 is 100 points."""
    item = make.funnel_item(db)
    assess(db, managers[0], item, 5, 5)
    assert row(db, managers[0], item)["score"] == pytest.approx(40)
    version = CriteriaVersion(made_at=NOW)
    db.add(version)
    db.flush()
    weight = {"name": "Value", "weight": 2.0, "anchors": {}, "place": 1}
    db.add(CriterionWeight(version_id=version.id, criterion_id=VALUE, **weight))
    db.flush()
    assert row(db, managers[0], item)["score"] == pytest.approx(100)
    assert db.get(Criterion, EFFORT) is not None


def test_what_other_criteria_would_do_to_the_ranking(db, managers):
    """By value and effort 5/5 and 4/1 stand at 40 and 50 points; by value alone at 100 and 75."""
    admin = make.actor(db, Role.ADMIN)
    dear, cheap, blind = (make.funnel_item(db) for _ in range(3))
    for actor, item, marks in ((admin, dear, (5, 5)), (admin, cheap, (4, 1)), (managers[0], blind, (1, 5))):
        assess(db, actor, item, *marks)
    alone = (CriterionInput("Value", 1.0, criterion_id=VALUE),)
    found = rank_changes(db, admin, criteria=alone, now=NOW)
    assert [(one.item_id, one.before, one.after) for one in found] == [(cheap.id, 1, 2), (dear.id, 2, 1)]
    new = (*alone, CriterionInput("Risk", 1.0))
    assert {one.after for one in rank_changes(db, admin, criteria=new, now=NOW)} == {None}
    with pytest.raises(Forbidden):
        rank_changes(db, managers[0], criteria=alone, now=NOW)


def test_ranks_and_distances_tell_nothing_of_what_is_still_to_be_marked(db, managers):
    """60, 45 and 30 points: who hasn't marked the second finds the third on rank 2 and among the first three."""
    first, second = managers[:2]
    best, hidden, last = (make.funnel_item(db) for _ in range(3))
    others = [make.funnel_item(db) for _ in range(2)]
    for item, marks in ((best, (5, 1)), (hidden, (4, 2)), (last, (3, 3)), *((item, (5, 1)) for item in others)):
        assess(db, first, item, *marks)
        if item is not hidden:
            assess(db, second, item, *marks)
    seen = standings(db, second, now=NOW).set_index("item_id")["rank"]
    assert dict(seen.dropna().items()) == {
        best.id: 1,
        others[0].id: 1,
        others[1].id: 1,
        last.id: 4,
    }
    paper = sheet(db, second, item_id=last.id, now=NOW)
    assert (paper.rank, paper.ranked, paper.reach.needed) == (4, 4, pytest.approx(60))
    assert sheet(db, first, item_id=last.id, now=NOW).rank == 5


def test_evidence_of_a_merged_item_counts_for_the_one_that_stands_for_it(db, managers):
    item = make.funnel_item(db, stage=FunnelStage.PRIORITISED)
    other = make.funnel_item(db, merged_into_id=item.id)
    day = date(2026, 6, 15)
    db.add(Evidence(item_id=other.id, kind=EvidenceKind.REPORT, title="A", dated_on=day, added_at=NOW))
    db.flush()
    assert sheet(db, managers[0], item_id=item.id, now=NOW).sources == 1


def test_a_sheet_says_why_it_takes_no_marks(db, managers):
    gone = make.funnel_item(db, stage=FunnelStage.REJECTED)
    paper = sheet(db, managers[0], item_id=gone.id, now=NOW)
    assert (paper.blind, paper.over) == (
        False,
        "This item is past being scored: its marks are part of what was decided.",
    )
    assert sheet(db, managers[0], item_id=make.funnel_item(db).id, now=NOW).over == ""
