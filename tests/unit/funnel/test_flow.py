"""Ages, times in stage and conversion, counted by hand and one item at a time."""

from datetime import date, timedelta
from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cop.funnel.flow import ASIDE, STAGES, conversion, stage_ages, stage_limits, time_in_stage

COLUMNS = ["item", "stage", "entered_on", "left_on"]
DAY = date(2025, 1, 1)
TODAY = date(2025, 6, 30)

Stay = tuple[int, str, date, date | None]


def frame(*stays: Stay) -> pd.DataFrame:
    return pd.DataFrame(list(stays), columns=COLUMNS)


def completed(stage: str, *days: int) -> list[Stay]:
    return [(100 + item, stage, DAY, DAY + timedelta(days=taken)) for item, taken in enumerate(days)]


def here(item: int, stage: str, days: int) -> Stay:
    return (item, stage, TODAY - timedelta(days=days), None)


def ages(*stays: Stay) -> dict[int, tuple[int, float, bool]]:
    found = stage_ages(frame(*stays), as_of=TODAY)
    return {row.item: (row.days, row.limit, row.overdue) for row in found.itertuples()}


def test_before_ten_completed_stays_the_limit_is_30_days():
    nine = completed("qualified", *range(1, 10))
    assert ages(*nine, here(1, "qualified", 30), here(2, "qualified", 31), here(3, "inbox", 31)) == {
        1: (30, 30, False),
        2: (31, 30, True),
        3: (31, 30, True),
    }


def test_from_ten_on_it_is_what_85_percent_did_not_exceed():
    """Of 1 to 10 days: 8.5 stays are 85 %, the ninth took 9. Of 1 to 20: the seventeenth took 17."""
    ten, twenty = completed("qualified", *range(10, 0, -1)), completed("inbox", *range(1, 21))
    stays = [here(1, "qualified", 9), here(2, "qualified", 10), here(3, "inbox", 17), here(4, "inbox", 18)]
    assert ages(*ten, *twenty, *stays) == {
        1: (9, 9, False),
        2: (10, 9, True),
        3: (17, 17, False),
        4: (18, 17, True),
    }


@pytest.mark.parametrize("stage", ["evaluated", *ASIDE])
def test_nothing_is_overdue_where_nobody_is_waited_for(stage):
    found = stage_ages(frame(here(1, stage, 1_000)), as_of=TODAY).iloc[0]
    assert found["days"] == 1_000
    assert pd.isna(found["limit"])
    assert not found["overdue"]


def test_on_an_earlier_day_it_was_known_otherwise():
    stays = frame(
        (1, "inbox", DAY, DAY + timedelta(days=40)),
        (1, "qualified", DAY + timedelta(days=40), None),
    )
    then = stage_ages(stays, as_of=DAY + timedelta(days=35))
    assert then[["item", "stage", "days", "overdue"]].values.tolist() == [[1, "inbox", 35, True]]
    on_the_day = stage_ages(stays, as_of=DAY + timedelta(days=40))
    assert on_the_day[["item", "stage", "days"]].values.tolist() == [[1, "qualified", 0]]
    assert stage_ages(stays, as_of=DAY - timedelta(days=1)).empty


def test_time_in_stage_by_hand():
    stays = frame(*completed("inbox", 1, 2, 10), *completed("qualified", *range(1, 11)), here(1, "inbox", 50))
    found = time_in_stage(stays, as_of=TODAY).set_index("stage")
    assert list(found.index) == [*STAGES, *ASIDE]
    assert found["n"].tolist() == [3, 10, 0, 0, 0, 0, 0, 0]
    assert found.loc["inbox", "median_days"] == 2
    assert pd.isna(found.loc["inbox", "usual_days"])
    assert found.loc["qualified", "median_days"] == 5.5
    assert found.loc["qualified", "usual_days"] == 9
    assert found.loc["delivered":, ["median_days", "usual_days"]].isna().all(axis=None)


def moves(item: int, *steps: tuple[str, date]) -> list[Stay]:
    ends = [day for _, day in steps[1:]] + [None]
    return [(item, stage, day, end) for (stage, day), end in zip(steps, ends, strict=True)]


JANUARY, FEBRUARY, MARCH = date(2025, 1, 10), date(2025, 2, 10), date(2025, 3, 10)
HISTORY = frame(
    *moves(1, ("inbox", JANUARY), ("qualified", FEBRUARY), ("prioritised", MARCH)),
    *moves(2, ("inbox", JANUARY), ("qualified", JANUARY)),
    *moves(3, ("inbox", JANUARY), ("rejected", FEBRUARY)),
    *moves(4, ("inbox", FEBRUARY), ("qualified", MARCH), ("inbox", date(2025, 4, 1)), ("qualified", date(2025, 5, 1))),
    *moves(5, ("qualified", FEBRUARY), ("inbox", MARCH)),  # sent back to the inbox, where it came first in March
)


def converted(as_of: date) -> list[tuple]:
    found = conversion(HISTORY, as_of=as_of)
    assert list(found.columns) == ["month", "stage", "next_stage", "entered", "converted", "share"]
    return [(row.month.month, row.stage, row.entered, row.converted) for row in found.itertuples()]


def test_conversion_by_hand():
    assert converted(TODAY) == [
        (1, "inbox", 3, 2),
        (2, "inbox", 1, 1),
        (3, "inbox", 1, 0),
        (1, "qualified", 1, 0),
        (2, "qualified", 2, 1),
        (3, "qualified", 1, 0),
        (3, "prioritised", 1, 0),
    ]
    found = conversion(HISTORY, as_of=TODAY)
    assert found["share"].tolist() == pytest.approx([2 / 3, 1, 0, 0, 0.5, 0, 0])
    assert found["month"].tolist()[:2] == [date(2025, 1, 1), date(2025, 2, 1)]
    assert set(zip(found["stage"], found["next_stage"], strict=True)) == {
        ("inbox", "qualified"),
        ("qualified", "prioritised"),
        ("prioritised", "in_progress"),
    }


def test_conversion_as_it_was_known_at_the_end_of_january():
    assert converted(date(2025, 1, 31)) == [(1, "inbox", 3, 1), (1, "qualified", 1, 0)]


def test_without_stays_there_is_nothing():
    nothing = frame()
    assert stage_ages(nothing, as_of=TODAY).empty
    assert conversion(nothing, as_of=TODAY).empty
    assert time_in_stage(nothing, as_of=TODAY)["n"].tolist() == [0] * 8


stays_at_random = st.lists(
    st.tuples(
        st.integers(1, 6), st.sampled_from([*STAGES, *ASIDE]), st.integers(0, 150), st.none() | st.integers(0, 60)
    ),
    max_size=40,
).map(
    lambda rows: [
        (item, stage, DAY + timedelta(days=start), None if took is None else DAY + timedelta(days=start + took))
        for item, stage, start, took in rows
    ]
)


@settings(deadline=None, max_examples=30)
@given(stays_at_random, st.integers(0, 220))
def test_conversion_as_counting_items_one_by_one_has_it(stays, days):
    as_of = DAY + timedelta(days=days)
    expected: dict[tuple[date, str], list[int]] = {}
    for stage, following in pairwise(STAGES):
        for item in range(1, 7):
            into = [day for who, where, day, _ in stays if (who, where) == (item, stage) and day <= as_of]
            if not into:
                continue
            on = [day for who, where, day, _ in stays if (who, where) == (item, following) and day <= as_of]
            cohort = expected.setdefault((min(into).replace(day=1), stage), [0, 0])
            cohort[0] += 1
            cohort[1] += any(day >= min(into) for day in on)
    found = conversion(frame(*stays), as_of=as_of)
    assert {(row.month, row.stage): [row.entered, row.converted] for row in found.itertuples()} == expected


@settings(deadline=None, max_examples=30)
@given(stays_at_random, st.integers(0, 220))
def test_every_stay_is_completed_or_has_an_age(stays, days):
    as_of = DAY + timedelta(days=days)
    entered = sum(day <= as_of for _, _, day, _ in stays)
    still = stage_ages(frame(*stays), as_of=as_of)
    assert len(still) + time_in_stage(frame(*stays), as_of=as_of)["n"].sum() == entered
    assert (still["days"] >= 0).all()


def test_the_limits_of_stages():
    """Ten stays of 1 to 10 days in the inbox: nine took no longer than 9, the smallest share of at least 85 %."""
    rows = [(n, "inbox", date(2026, 1, 1), date(2026, 1, 1 + n)) for n in range(1, 11)]
    limits = stage_limits(
        pd.DataFrame(rows, columns=["item", "stage", "entered_on", "left_on"]), as_of=date(2026, 6, 1)
    )
    assert limits == {
        "inbox": 9, "qualified": 30, "prioritised": 30, "in_progress": 30, "delivered": 30, "evaluated": None,
        "parked": None, "rejected": None,
    }  # fmt: skip
