"""The catalog's pure rules: names in addresses, progress, searching and sorting."""

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cop.catalog.objectives import progress
from cop.catalog.search import NextSession, Order, Wanted, fold, matching, ordered
from cop.catalog.slugs import slug
from cop.catalog.sparkline import in_words, picture
from cop.catalog.timeline import timeline

TODAY = date(2026, 6, 15)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Data Engineering", "data-engineering"),
        ("  Gestión & Diseño (UX) ", "gestion-diseno-ux"),
        ("Straße/C++", "strasse-c"),
        ("データ", "community"),
        ("", "community"),
        ("a" * 200, "a" * 80),
    ],
)
def test_slug(name, expected):
    assert slug(name) == expected


def test_slug_is_numbered_where_taken():
    assert slug("Data", {"data"}) == "data-2"
    assert slug("Data", {"data", "data-2"}) == "data-3"
    assert slug("a" * 80, {"a" * 80}) == "a" * 78 + "-2"


@given(st.text(max_size=120), st.sets(st.text(max_size=80), max_size=5))
def test_slug_is_always_fit_for_an_address(name, taken):
    found = slug(name, taken)
    assert found
    assert len(found) <= 80
    assert found not in taken
    assert all(char in "abcdefghijklmnopqrstuvwxyz0123456789-" for char in found)


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ((10.0, 15.0, 30.0), 0.25),
        ((10.0, 40.0, 30.0), 1.5),  # not clamped
        ((30.0, 25.0, 10.0), 0.25),  # less is better
        ((10.0, 5.0, 30.0), -0.25),
        ((None, 5.0, 30.0), None),
        ((10.0, None, 30.0), None),
        ((10.0, 5.0, None), None),
        ((10.0, 5.0, 10.0), None),
    ],
)
def test_progress(figures, expected):
    assert progress(*figures) == expected


def _rows(*rows):
    base = {
        "id": 0,
        "name": "",
        "focus": "",
        "area_id": pd.NA,
        "unit_id": pd.NA,
        "stage": "maturing",
        "type": "community",
        "archived": False,
        "next_at": pd.NaT,
        "next_day": pd.NaT,
        "members": 0,
        "active_members": 0,
    }
    made = [base | {"id": number} | row for number, row in enumerate(rows, start=1)]
    for row in made:
        row["search"] = f"{fold(row['name'])}\n{fold(row['focus'])}"
        row["sort_name"] = fold(row["name"])
    frame = pd.DataFrame(made)
    return frame.astype({"area_id": "Int64", "unit_id": "Int64", "search": "str", "next_day": "datetime64[us]"})


def _ids(frame):
    return list(frame["id"])


def test_search_ignores_case_accents_and_the_order_of_words():
    rows = _rows({"name": "Gestión de DATOS"}, {"name": "Cloud", "focus": "gestion of costs"}, {"name": "C++"})
    assert _ids(matching(rows, Wanted(text="gestion"), today=TODAY)) == [1, 2]
    assert _ids(matching(rows, Wanted(text="datos GESTIÓN"), today=TODAY)) == [1]
    assert _ids(matching(rows, Wanted(text="c++"), today=TODAY)) == [3]  # no pattern
    assert _ids(matching(rows, Wanted(text="costs datos"), today=TODAY)) == []
    assert _ids(matching(rows, Wanted(text="  "), today=TODAY)) == [1, 2, 3]


def test_filters():
    rows = _rows(
        {"area_id": 7, "unit_id": 1, "stage": "potential"},
        {"area_id": 8, "unit_id": 2, "type": "network"},
        {"archived": True, "area_id": 7},
    )
    assert _ids(matching(rows, Wanted(), today=TODAY)) == [1, 2]
    assert _ids(matching(rows, Wanted(archived=True), today=TODAY)) == [1, 2, 3]
    assert _ids(matching(rows, Wanted(areas=(7,), archived=True), today=TODAY)) == [1, 3]
    assert _ids(matching(rows, Wanted(stages=("potential",)), today=TODAY)) == [1]
    assert _ids(matching(rows, Wanted(types=("network",)), today=TODAY)) == [2]
    assert _ids(matching(rows, Wanted(units=frozenset({2, 3}), archived=True), today=TODAY)) == [2]
    assert _ids(matching(rows, Wanted(only=frozenset({2, 3})), today=TODAY)) == [2]
    assert _ids(matching(rows, Wanted(only=frozenset()), today=TODAY)) == []


def test_next_session_counts_days_from_today():
    rows = _rows(
        {"next_day": pd.Timestamp(2026, 6, 15)},
        {"next_day": pd.Timestamp(2026, 6, 21)},  # the 7th day
        {"next_day": pd.Timestamp(2026, 6, 22)},
        {"next_day": pd.Timestamp(2026, 7, 15)},  # the 31st
        {},
    )
    assert _ids(matching(rows, Wanted(next_session=NextSession.WEEK), today=TODAY)) == [1, 2]
    assert _ids(matching(rows, Wanted(next_session=NextSession.MONTH), today=TODAY)) == [1, 2, 3]
    assert _ids(matching(rows, Wanted(next_session=NextSession.NONE), today=TODAY)) == [5]


def test_order():
    rows = _rows(
        {"name": "beta", "members": 3, "active_members": 1},
        {"name": "Älpha", "members": 3, "active_members": 2, "next_at": pd.Timestamp(2026, 7, 1)},
        {"name": "gamma", "members": 9, "next_at": pd.Timestamp(2026, 6, 20)},
    )
    assert _ids(ordered(rows, Order.NAME)) == [2, 1, 3]
    assert _ids(ordered(rows, Order.NEXT)) == [3, 2, 1]
    assert _ids(ordered(rows, Order.MEMBERS)) == [3, 2, 1]
    assert _ids(ordered(rows, Order.ACTIVE)) == [2, 1, 3]


def test_sparkline_tells_nothing_from_unknown():
    drawn = picture([4, 0, None, 2])
    heights = re.findall(r'height="(\d+)" (?:fill="#|fill="none")', drawn)
    assert heights == ["40", "1", "8", "20"]
    assert drawn.count("dasharray") == 1
    assert picture([None, None]).count("dasharray") == 2
    calendar = [date(2026, month, 1) for month in (3, 4, 5, 6)]
    assert in_words([4, 0, None, 2], calendar) == "Attendance by month: Mar 4, Apr 0, May unknown, Jun 2"


_texts = st.text(max_size=40)


@given(st.lists(_texts, min_size=1, max_size=6), st.data())
def test_search_never_loses_a_row_that_holds_what_was_typed(names, data):
    """Whatever piece of a name one types, in any case, with or without accents composed, the row is found."""
    rows = _rows(*({"name": name} for name in names))
    index = data.draw(st.integers(0, len(names) - 1))
    name = names[index]
    start = data.draw(st.integers(0, len(name)))
    piece = name[start : data.draw(st.integers(start, len(name)))]
    form = data.draw(st.sampled_from(["NFC", "NFD"]))
    loud = "".join(char.upper() if char.isascii() else char for char in piece)
    for typed in (piece, loud, unicodedata.normalize(form, piece)):
        assert index + 1 in _ids(matching(rows, Wanted(text=typed), today=TODAY)), typed


_row = st.fixed_dictionaries(
    {
        "name": st.text("abc ", max_size=6),
        "area_id": st.sampled_from([pd.NA, 1, 2]),
        "unit_id": st.sampled_from([pd.NA, 1, 2]),
        "stage": st.sampled_from(["potential", "maturing"]),
        "type": st.sampled_from(["community", "network"]),
        "archived": st.booleans(),
    }
)
_wanted = st.builds(
    Wanted,
    text=st.text("abc ", max_size=3),
    areas=st.sampled_from([(), (1,), (1, 2)]),
    stages=st.sampled_from([(), ("maturing",)]),
    types=st.sampled_from([(), ("network",)]),
    units=st.sampled_from([None, frozenset({1}), frozenset({1, 2})]),
    only=st.sampled_from([None, frozenset({1, 2, 3})]),
    archived=st.booleans(),
)


@given(st.lists(_row, min_size=1, max_size=6), _wanted)
def test_filters_keep_exactly_the_rows_that_satisfy_them_all(rows, wanted):
    """The same said row by row, without a data frame."""
    expected = [
        number
        for number, row in enumerate(rows, start=1)
        if (wanted.archived or not row["archived"])
        and all(word in row["name"] for word in wanted.text.split())
        and (not wanted.areas or row["area_id"] in _known(wanted.areas, row["area_id"]))
        and (not wanted.stages or row["stage"] in wanted.stages)
        and (not wanted.types or row["type"] in wanted.types)
        and (wanted.units is None or row["unit_id"] in _known(wanted.units, row["unit_id"]))
        and (wanted.only is None or number in wanted.only)
    ]
    found = matching(_rows(*rows), wanted, today=TODAY)
    assert _ids(found) == expected
    for order in Order:
        assert sorted(_ids(ordered(found, order))) == expected


def _known(chosen, value):
    return () if value is pd.NA else tuple(chosen)


def test_order_is_stable_for_equal_moments():
    moment = datetime(2026, 7, 1)  # noqa: DTZ001 - only compared
    rows = _rows({"name": "b", "next_at": moment}, {"name": "a", "next_at": moment})
    assert _ids(ordered(rows, Order.NEXT)) == [2, 1]


def test_sessions_are_sorted_by_time_and_only_then_by_what_became_of_them():
    now = datetime(2026, 6, 15, 10, tzinfo=UTC)
    rows = [
        (status, now + timedelta(hours=ends))
        for ends in (48, 24, 0.5, 0, -24)  # the newest first
        for status in ("planned", "held", "cancelled")
    ]
    sessions = pd.DataFrame(rows, columns=["status", "ends_at"])
    found = timeline(sessions, now)

    def told(part):
        return [(status, (ends - now) / timedelta(hours=1)) for status, ends in part.itertuples(index=False)]

    for status in ("planned", "cancelled"):
        assert [row for row in told(found.ahead) if row[0] == status] == [(status, 0.5), (status, 24), (status, 48)]
    assert told(found.waiting) == [("planned", 0), ("planned", -24)]
    assert told(found.past) == [
        ("held", 48),  # recorded while it is going on
        ("held", 24),
        ("held", 0.5),
        ("held", 0),
        ("cancelled", 0),
        ("held", -24),
        ("cancelled", -24),
    ]
