"""What the pictures show, counted by hand; who sees which bubbles; what the charts hold."""

from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest

from cop.choices import Channel, CriterionSource, FunnelStage
from cop.errors import Forbidden
from cop.funnel import charts, pictures
from cop.funnel import score_operations as scores
from cop.funnel.picture_queries import stays as read_stays
from cop.funnel.score_queries import bubbles
from cop.funnel.scoring import Combined, Criterion
from cop.models import Criterion as CriterionRow
from cop.models import StageStay
from cop.periods import Period
from cop.permissions import Role
from tests import factories as make
from tests.factories import NOW, TODAY

YEAR = Period(date(2025, 1, 1), date(2025, 12, 1))
COLUMNS = ["item", "title", "channel", "stage", "entered_on", "left_on"]
VALUE, EFFORT = 1, 4  # the criteria that an installation begins with and that people judge


def frame(*rows):
    return pd.DataFrame([(item, f"Item {item}", *rest) for item, *rest in rows], columns=COLUMNS).astype(
        {"entered_on": "object", "left_on": "object"}
    )


STAYS = frame(
    (1, "need", "inbox", date(2025, 1, 10), date(2025, 2, 1)),
    (1, "need", "qualified", date(2025, 2, 1), None),
    (2, "need", "inbox", date(2025, 3, 1), date(2025, 3, 5)),
    (2, "need", "rejected", date(2025, 3, 5), None),
    (3, "trend", "inbox", date(2025, 12, 31), None),
    (4, "trend", "inbox", date(2024, 12, 31), date(2025, 1, 1)),
    (4, "trend", "qualified", date(2025, 1, 1), date(2025, 6, 1)),
    (4, "trend", "prioritised", date(2025, 6, 1), None),
)


def test_passage_counts_those_who_entered_in_the_period():
    found = pictures.passage(STAYS, YEAR, as_of=date(2026, 1, 31)).set_index("stage")
    assert list(found.index) == ["inbox", "qualified", "prioritised", "in_progress", "delivered"]
    assert list(found["next_stage"])[-1] == "evaluated"
    assert found["entered"].to_dict() == {
        "inbox": 3, "qualified": 2, "prioritised": 1, "in_progress": 0, "delivered": 0,
    }  # fmt: skip
    assert found["converted"].tolist() == [1, 1, 0, 0, 0]
    assert found["share"]["inbox"] == pytest.approx(1 / 3)
    assert found["share"]["qualified"] == 0.5
    assert pd.isna(found["share"]["delivered"])
    assert found["n"].tolist() == [2, 1, 0, 0, 0]
    assert found["median_days"].isna().all()  # too few to tell what is usual


def test_passage_tells_the_median_from_ten_stays_on():
    start = date(2025, 5, 1)
    ten = frame(*((item, "need", "inbox", start, start + timedelta(days=item)) for item in range(1, 11)))
    assert pictures.passage(ten, YEAR, as_of=TODAY)["median_days"][0] == 5.5
    assert pictures.passage(ten[:9], YEAR, as_of=TODAY)["median_days"].isna().all()
    words = pictures.passage_words(pictures.passage(ten, YEAR, as_of=TODAY))
    assert words == (
        "Passage through the funnel. Inbox: 0 of 10 went on, half of those who left stayed no longer than 6 days."
    )


def test_passage_of_nothing():
    found = pictures.passage(frame(), YEAR, as_of=TODAY)
    assert found["entered"].sum() == 0
    assert len(found) == 5


def test_ages_of_those_on_their_way_the_longest_first():
    found = pictures.ageing(STAYS, as_of=date(2026, 1, 31))
    told = [(row.title, row.channel, row.stage, row.days, row.overdue) for row in found.itertuples()]
    assert told == [
        ("Item 1", "need", "qualified", 364, True),
        ("Item 4", "trend", "prioritised", 244, True),
        ("Item 3", "trend", "inbox", 31, True),  # the rejected one is waited for by nobody
    ]
    assert set(found["limit"]) == {30}
    assert pictures.ageing_words(found) == (
        "Days in stage of 3 items, 3 of them beyond their stage's limit. Longest: Item 1, 364 days."
    )


def test_channels_and_what_was_taken_on():
    found = pictures.balance(STAYS, as_of=date(2026, 1, 31))
    assert len(found) == 3 * 8
    there = {(row.channel, row.stage): row.items for row in found.itertuples() if row.items}
    assert there == {
        ("need", "qualified"): 1, ("need", "rejected"): 1, ("trend", "inbox"): 1, ("trend", "prioritised"): 1,
    }  # fmt: skip
    taken = pictures.taken_on(found).set_index("channel")
    assert taken["taken"].to_dict() == {"need": 0, "trend": 1, "gap": 0}
    assert taken["share"]["trend"] == 0.5
    assert pd.isna(taken["share"]["gap"])
    assert pictures.balance_words(found) == (
        "Items by channel and stage. Taken on: Need: 0 of 2 (0%), Trend: 1 of 2 (50%), Gap: 0 of 0. 1 in the inbox."
    )


def test_only_some_items():
    assert set(pictures.only(STAYS, (1, 3))["item"]) == {1, 3}
    assert pictures.only(STAYS, ()).empty
    assert len(pictures.only(STAYS, None)) == len(STAYS)


def marks(**values):
    return {key: Combined(mean, None, 1, disagree=False) for key, mean in zip((1, 2, 3), values.values(), strict=False)}


WORTH, ALSO, COST = Criterion(1, "V", 2, 1, 5), Criterion(2, "W", 1, 1, 5), Criterion(3, "E", 1, 1, 5, cost=True)


@pytest.mark.parametrize(
    ("given", "criteria", "expected"),
    [
        (marks(v=5, w=3, e=2), (WORTH, ALSO, COST), (0.75, 0.25)),
        (marks(v=1, w=1, e=5), (WORTH, ALSO, COST), (0, 1)),
        (marks(v=5, w=3), (WORTH, ALSO, COST), (None, None)),  # a mark is missing
        (marks(v=5, w=3, e=2), (WORTH, ALSO), (None, None)),  # nothing to set it against
        (marks(v=5), (WORTH, Criterion(2, "W", 0, 1, 5)), (None, None)),
        ({}, (), (None, None)),
    ],
)
def test_value_and_effort_by_hand(given, criteria, expected):
    assert pictures.value_and_effort(given, criteria) == expected


def test_without_weight_a_criterion_says_nothing():
    free = Criterion(2, "W", 0, 1, 5)
    assert pictures.value_and_effort(marks(v=5, w=1, e=3), (WORTH, free, COST)) == (1, 0.5)


def test_bubbles_are_for_those_who_score_and_blind_before(db):
    make.organisation(db)
    first, second = make.actor(db, Role.MANAGER), make.actor(db, Role.MANAGER)
    seen = make.funnel_item(db, title="Seen", headcount=20)
    unscored = make.funnel_item(db, title="Unscored", stage=FunnelStage.PRIORITISED)
    parked = make.funnel_item(db, title="Parked", stage=FunnelStage.PARKED)
    assert {row.id for row in db.query(CriterionRow) if row.source is CriterionSource.ASSESSED} == {VALUE, EFFORT}
    scores.assess_item(db, first, now=NOW, item_id=seen.id, marks={VALUE: 5, EFFORT: 2})
    found = bubbles(db, first, as_of=TODAY)
    assert found.rows.to_dict("records") == [
        {"item": seen.id, "title": "Seen", "channel": "need", "value": 1, "effort": 0.25, "people": 20}
    ]
    assert (found.blind, found.unscored) == (frozenset(), {unscored.id})
    others = bubbles(db, second, as_of=TODAY)
    assert others.rows.empty
    assert (others.blind, others.unscored) == ({seen.id}, {unscored.id})
    assert parked.id not in {*found.rows["item"], *found.unscored, *found.blind}
    for nobody in (None, make.actor(db), make.actor(db, Role.FACILITATOR)):
        with pytest.raises(Forbidden):
            bubbles(db, nobody, as_of=TODAY)


def test_stays_by_the_organisation_s_days_without_merged_items(db):
    make.organisation(db, time_zone="Europe/Madrid")
    late = datetime(2026, 5, 31, 23, 30, tzinfo=UTC)  # the first of June in Madrid
    item = make.funnel_item(db, title="One", channel=Channel.GAP, stage_since=late)
    make.funnel_item(db, merged_into_id=item.id)
    first = db.query(StageStay).filter_by(item_id=item.id).one()
    first.left_at = late + timedelta(days=1)
    db.flush()
    db.add(StageStay(item_id=item.id, stage=FunnelStage.QUALIFIED, entered_at=first.left_at))
    db.flush()
    assert read_stays(db, None).to_dict("records") == [
        {"item": item.id, "title": "One", "channel": "gap", "stage": "inbox",
         "entered_on": date(2026, 6, 1), "left_on": date(2026, 6, 2)},
        {"item": item.id, "title": "One", "channel": "gap", "stage": "qualified",
         "entered_on": date(2026, 6, 2), "left_on": None},
    ]  # fmt: skip


def values_of(spec):
    return [row for rows in spec["datasets"].values() for row in rows]


def test_what_the_charts_hold():
    day = date(2026, 1, 31)
    passage = values_of(charts.passage(pictures.passage(STAYS, YEAR, as_of=day)).to_dict())
    assert passage[0]["words"] == "Inbox to qualified: 1 of 3 (33%)"
    assert passage[-1]["words"] == "Delivered to evaluated: 0 of 0"
    ages = values_of(charts.ageing(pictures.ageing(STAYS, as_of=day)).to_dict())
    assert {row["state"] for row in ages if "state" in row} == {"Beyond the limit"}
    assert len(values_of(charts.balance(pictures.balance(STAYS, as_of=day)).to_dict())) == 24
    rows = pd.DataFrame(
        {"title": ["A", "B"], "channel": ["need", "gap"], "value": [1.0, 0.2], "effort": [0.1, 0.5],
         "people": pd.array([7, None], "Int64")}
    )  # fmt: skip
    told = [(row["title"], row["people"], row["size"]) for row in values_of(charts.bubbles(rows).to_dict())]
    assert told == [("A", "7", 7), ("B", "not known", 0)]
    assert pictures.bubbles_words(rows) == (
        "Value against effort of 2 items. Most value over effort: A (value 100%, effort 10%); B (value 20%, effort 50%)."
    )
