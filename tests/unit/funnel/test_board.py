"""What the board shows of which item, where and in which order; expectations written out by hand."""

import json
from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from cop.choices import FunnelStage
from cop.funnel import board, cards
from cop.funnel.board import NOTHING_TOLD, Branch, Lanes, Move, Wanted
from cop.funnel.gates import ASIDE, WAY

TODAY = date(2026, 6, 15)
COMPANY = [
    Branch(1, "Company", frozenset({1, 2, 3, 4})),
    Branch(2, "IT", frozenset({2, 3})),
    Branch(3, "Cloud", frozenset({3})),
    Branch(4, "Sales", frozenset({4})),
]
NO_STANDING = {
    "score": None, "rank": None, "top_share": None, "rank_low": None, "rank_high": None, "assessors": 0,
    "disagree": False, "confidence": "", "blind": False, "missing": "", "votes_say": "", "rice": None, "wsjf": None,
}  # fmt: skip


def frame(*rows, **standings):
    """Items with sensible values, and standings by the item's id: `i3={"rank": 1}`."""
    base = {
        "version": 1, "title": "Item", "channel": "need", "stage": "inbox", "age_days": 0, "age_limit": 30.0, "area_id": None,
        "owner_id": None, "owner": "", "raised_by_id": None, "deadline": None, "unique_knowledge": False,
        "unit_ids": (), "units": "", "theme_ids": (), "votes": 0, "comments": 0, "search": "item",
    }  # fmt: skip
    kinds = {"area_id": "Int64", "owner_id": "Int64", "raised_by_id": "Int64", "deadline": "object"}
    items = pd.DataFrame([base | {"id": number} | row for number, row in enumerate(rows, 1)]).astype(kinds)
    made = [NO_STANDING | {"item_id": int(name[1:])} | values for name, values in standings.items()]
    return board.with_standings(items, pd.DataFrame(made) if made else NOTHING_TOLD)


def ids(rows):
    return rows["id"].tolist()


def message(rows, by=Lanes.NONE, stages=WAY, **options):
    values = {"href": "/item?id=", "today": TODAY, "more": {}} | options
    return cards.lanes(rows, stages, by, board.branches(COMPANY), **values)


def drawn(lanes):
    """The ids by lane and stage, empty parts left out."""
    found = {}
    for lane in lanes:
        for cell in lane["cells"]:
            if cell["cards"]:
                found[cell["name"]] = [card["id"] for card in cell["cards"]]
    return found


def test_without_scores_every_item_stays():
    rows = frame({}, {})
    assert ids(rows) == [1, 2]
    assert rows["score"].isna().all()
    assert rows["rank"].isna().all()
    assert rows["confidence"].tolist() == ["", ""]
    assert rows["blind"].tolist() == [False, False]


def test_standings_find_their_item_and_a_blind_one_tells_nothing():
    scored = {"score": 71.0, "rank": 1, "top_share": 0.8, "assessors": 2, "confidence": "low", "disagree": True}
    rows = frame({}, {}, {}, i3=scored, i1=scored | {"blind": True})
    assert rows["rank"].tolist() == [pd.NA, pd.NA, 1]
    assert rows["score"].tolist()[2] == 71.0
    assert rows["score"].isna().tolist() == [True, True, False]
    assert rows["disagree"].tolist() == [False, False, True]
    assert rows["confidence"].tolist() == ["", "", "low"]
    assert rows["blind"].tolist() == [True, False, False]
    assert rows["assessors"].tolist() == [2, pd.NA, 2]


def test_an_empty_funnel():
    rows = frame({}).iloc[:0]
    assert ids(board.ordered(board.matching(rows, Wanted(late=True, mine=3), today=TODAY))) == []
    assert drawn(message(rows)) == {}
    assert [head["count"] for head in cards.columns(rows, rows, WAY, {})] == [0] * 6


def test_order_is_rank_then_votes_then_age():
    rows = frame(
        {"votes": 9}, {"votes": 2, "age_days": 3}, {"votes": 2, "age_days": 8}, {}, {},
        i4={"score": 50.0, "rank": 2}, i5={"score": 60.0, "rank": 1},
    )  # fmt: skip
    assert ids(board.ordered(rows)) == [5, 4, 1, 3, 2]


@settings(deadline=None)
@given(some.lists(some.tuples(some.integers(1, 5) | some.none(), some.integers(0, 3), some.integers(0, 3)), max_size=8))
def test_order_agrees_with_a_sort_in_plain_python(facts):
    rows = frame(
        *({"votes": votes, "age_days": age} for _, votes, age in facts),
        **{f"i{number}": {"rank": rank, "score": 1.0} for number, (rank, _, _) in enumerate(facts, 1) if rank},
    ) if facts else frame({}).iloc[:0]  # fmt: skip
    expected = sorted(
        range(1, len(facts) + 1),
        key=lambda key: (facts[key - 1][0] or 99, -facts[key - 1][1], -facts[key - 1][2], key),
    )
    assert ids(board.ordered(rows)) == expected


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(), [1, 2, 3, 4]),
        (Wanted(text="GRID zürich"), [1]),
        (Wanted(text="grid"), [1, 2]),
        (Wanted(channels=("trend",)), [2]),
        (Wanted(channels=("trend", "gap")), [2, 3]),
        (Wanted(units=frozenset({2, 3})), [1, 3]),
        (Wanted(areas=(7,)), [1]),
        (Wanted(themes=(5,)), [2, 4]),
        (Wanted(owner=11), [1, 2]),
        (Wanted(mine=11), [1, 2, 4]),
        (Wanted(unique=True), [3]),
        (Wanted(late=True), [2, 4]),
        (Wanted(late=True, owner=11), [2]),
    ],
)
def test_filters(wanted, expected):
    rows = frame(
        {"search": "grid studies\nzurich", "unit_ids": (3,), "area_id": 7, "owner_id": 11},
        {"search": "grid", "channel": "trend", "owner_id": 11, "age_days": 31, "theme_ids": (4, 5)},
        {"search": "x", "channel": "gap", "unit_ids": (2, 4), "unique_knowledge": True, "age_days": 30},
        {"search": "y", "raised_by_id": 11, "theme_ids": (5,), "deadline": TODAY - timedelta(days=1)},
    )
    assert ids(board.matching(rows, wanted, today=TODAY)) == expected


def test_what_has_ended_is_never_late():
    old, over = {"age_days": 400}, {"deadline": TODAY - timedelta(days=9)}
    rows = frame(
        *(
            {"stage": stage.value, "age_limit": None if stage in (WAY[-1], *ASIDE) else 30} | old | over
            for stage in FunnelStage
        ),
        {"deadline": TODAY},
    )
    assert board.ageing(rows).tolist() == [True] * 5 + [False] * 4  # evaluated, parked, rejected; a new one
    assert board.overdue(rows, today=TODAY).tolist() == [True] * 4 + [False] * 5  # delivered too


def test_the_stages_shown():
    assert Wanted().shown_stages == WAY
    assert Wanted(stages=("rejected", "inbox")).shown_stages == (FunnelStage.INBOX, FunnelStage.REJECTED)


def test_lanes_by_the_units_below_the_only_top_one():
    assert [unit.name for unit in board.branches(COMPANY)] == ["IT", "Sales"]
    assert [unit.name for unit in board.branches(COMPANY[1:])] == ["IT", "Sales"]
    assert [unit.name for unit in board.branches(COMPANY[:1])] == ["Company"]
    assert board.branches([]) == []
    rows = frame(
        {"unit_ids": (3,)}, {"unit_ids": (2, 3)}, {"unit_ids": (2, 4)}, {"unit_ids": (1,)}, {}, {"unit_ids": (99,)}
    )
    lanes = message(rows, Lanes.UNIT)
    assert [lane["title"] for lane in lanes] == ["IT", board.SEVERAL, board.NO_UNIT]
    assert drawn(lanes) == {
        "IT/inbox": [1, 2],
        f"{board.SEVERAL}/inbox": [3, 4, 6],
        f"{board.NO_UNIT}/inbox": [5],
    }


def test_lanes_by_channel_and_none():
    rows = frame({"channel": "gap"}, {"channel": "need", "stage": "qualified"}, {"stage": "parked"})
    assert drawn(message(board.in_stages(rows, WAY), Lanes.CHANNEL)) == {"Needs/qualified": [2], "Gaps/inbox": [1]}
    assert drawn(message(rows)) == {"/inbox": [1], "/qualified": [2]}


def test_a_part_shows_its_first_cards_and_the_one_just_moved():
    rows = frame(*({} for _ in range(75)))
    (lane,) = message(rows)
    assert [len(cell["cards"]) for cell in lane["cells"]] == [30, 0, 0, 0, 0, 0]
    assert lane["cells"][0]["count"] == 75
    assert drawn(message(rows, more={"/inbox": 30}))["/inbox"] == list(range(1, 61))
    assert drawn(message(rows, keep=70))["/inbox"] == [*range(1, 31), 70]
    assert drawn(message(rows, keep=3))["/inbox"] == list(range(1, 31))


def test_heads_count_what_fits_and_measure_the_whole_stage_against_its_limit():
    rows = frame(*({"stage": "qualified"} for _ in range(7)), {"stage": "inbox"})
    heads = cards.columns(rows, rows.iloc[:2], WAY, {"qualified": 5, "inbox": 1, "need": 3})
    assert heads[0] == {"id": "inbox", "title": "Inbox", "count": 0, "full": "1 of 1", "over": False}
    assert heads[1] == {"id": "qualified", "title": "Qualified", "count": 2, "full": "7 of 5, too many", "over": True}
    assert heads[2] == {"id": "prioritised", "title": "Prioritised", "count": 0, "full": "", "over": False}


def test_quotas_count_what_is_taken_on():
    taken = [{"stage": stage} for stage in ("prioritised", "in_progress", "in_progress", "delivered", "qualified")]
    rows = frame(*taken, {"channel": "trend", "stage": "inbox"})
    assert cards.quotas_in_words(rows, {"need": 2, "trend": 4, "inbox": 1}) == "Needs 3 of 2, too many · Trends 0 of 4"
    assert cards.quotas_in_words(rows, {}) == ""


def test_a_card_says_only_what_there_is():
    row = {"title": "Streaming", "units": "IT", "owner": "Fay", "votes": 1, "comments": 2, "age_days": 45, "version": 3}
    (lane,) = message(frame(row | {"deadline": date(2026, 6, 1)}))
    assert lane["cells"][0]["cards"] == [
        {
            "id": 1, "v": 3, "href": "/item?id=1", "title": "Streaming", "facts": "Need · IT",
            "age": "45 days here, late", "ageing": True, "over": True, "due": "Overdue since 1 Jun 2026",
            "said": "1 vote, 2 comments", "owner": "Fay",
        }
    ]  # fmt: skip
    (lane,) = message(frame({"channel": "trend"}))
    assert lane["cells"][0]["cards"] == [
        {
            "id": 1, "v": 1, "href": "/item?id=1", "title": "Item", "facts": "Trend",
            "age": "Here since today",
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("standing", "score", "firm"),
    [
        ({}, "Not scored", ""),
        ({"assessors": None}, "", ""),
        (
            {"score": 50.0, "top_share": 1.0, "votes_say": "higher"},
            "Score 50",
            "Top 3 in 100% of weightings, votes say higher",
        ),
        ({"blind": True, "score": 80.0, "rank": 1, "top_share": 0.9}, "Score it to see", ""),
        ({"score": 78.4, "rank": 3, "top_share": 0.82}, "Score 78 · No. 3", "Top 3 in 82% of weightings"),
        ({"score": 50.0, "top_share": 0.004}, "Score 50", "Top 3 in under 1% of weightings"),
        ({"score": 50.0, "rank": 1, "top_share": 0.996}, "Score 50 · No. 1", "Top 3 in over 99% of weightings"),
        ({"score": 50.0, "rank": 1, "top_share": 1.0}, "Score 50 · No. 1", "Top 3 in 100% of weightings"),
        (
            {"score": 50.0, "rank": 9, "top_share": 0.0, "confidence": "low", "disagree": True},
            "Score 50 · No. 9",
            "Top 3 in 0% of weightings, low confidence, assessors disagree",
        ),
        ({"score": 50.0, "rank": 9, "confidence": "high"}, "Score 50 · No. 9", ""),
    ],
)
def test_a_standing_in_words(standing, score, firm):
    (row,) = frame({}, i1=standing).to_dict("records")
    assert (cards.score_in_words(row), cards.firmness(row)) == (score, firm)


def test_deadlines_and_spans_in_words():
    def said(deadline, open_=True):
        return cards.deadline_in_words(deadline, today=TODAY, open_=open_)

    assert said(None) == ""
    assert said(TODAY + timedelta(days=31)) == ""
    assert said(TODAY + timedelta(days=30)) == "Due 15 Jul 2026"
    assert said(TODAY) == "Due 15 Jun 2026"
    assert said(TODAY - timedelta(days=1)) == "Overdue since 14 Jun 2026"
    assert said(TODAY - timedelta(days=1), open_=False) == ""
    spans = [timedelta(seconds=59), timedelta(minutes=1), timedelta(minutes=59), timedelta(hours=1), timedelta(days=2)]
    assert [cards.ago(span) for span in spans] == [
        "a moment ago", "1 minute ago", "59 minutes ago", "1 hour ago", "2 days ago",
    ]  # fmt: skip


GOOD = {"id": 5, "version": 2, "from": "inbox", "to": "qualified"}


@pytest.mark.parametrize(
    "sent",
    [
        None, "x", 3, [], {}, GOOD | {"id": "5"}, GOOD | {"id": True}, GOOD | {"id": 0}, GOOD | {"id": 2**31},
        GOOD | {"id": 5.0}, GOOD | {"version": None}, GOOD | {"version": -1}, GOOD | {"to": "nowhere"},
        GOOD | {"to": ["inbox"]}, GOOD | {"from": {}},
    ],
)  # fmt: skip
def test_what_is_no_move_is_none(sent):
    assert board.asked_move(sent) is None


def test_a_move_as_the_browser_sends_it():
    assert board.asked_move(GOOD | {"number": 1}) == Move(5, 2, "inbox", "qualified")


def test_a_thousand_items_are_one_small_message():
    rows = frame(*({"title": "A title of some forty characters, as is usual"} for _ in range(1_000)))
    data = {"lanes": message(rows), "columns": cards.columns(rows, rows, WAY, {})}
    assert len(json.dumps(data)) < 10_000
