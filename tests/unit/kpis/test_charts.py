"""What the charts show, the words and tables that go with them, and that their form doesn't depend on their data."""

import math
import re
from datetime import date

import pandas as pd
import pytest
import vl_convert

from cop.kpis import charts, panels
from cop.kpis.metrics import COLUMNS
from cop.kpis.panels import PANELS, Course
from cop.periods import Period

COURSES = (Course("", many=False), Course("2026-03", many=False), Course("2026-03", many=True))
by_panel = pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.key)


def frame(**columns: list[int | None]) -> pd.DataFrame:
    """January, February … of 2026 with these counts, 0 in all other columns."""
    length = len(next(iter(columns.values())))
    values = {name: columns.get(name, [0] * length) for name in COLUMNS}
    made = pd.DataFrame({"month": pd.date_range("2026-01-01", periods=length, freq="MS")})
    return made.join(pd.DataFrame(values).astype("Int64"))


def values(rows: pd.DataFrame, series: str) -> list[float | None]:
    found = rows.loc[rows["series"] == series, "value"]
    return [None if math.isnan(value) else value for value in found]


def notes(rows: pd.DataFrame, series: str) -> list[str]:
    return list(rows.loc[rows["series"] == series, "note"])


THREE = frame(
    members=[10, 12, None],
    active_members=[5, 6, None],
    sessions_held=[2, 1, 3],
    sessions_listed=[2, 0, 2],
    sessions_counted=[2, 0, None],
    headcount=[9, 0, None],
    attending_members=[3, 0, None],
    members_on_day=[12, 0, None],
    newcomers=[4, 0, 1],
    returners=[1_204, 0, 2],
    reactivated=[0, 0, 3],
    contributions=[0, 2, 1],
)


WITHHELD = frame(**{name: [None] * 3 for name in COLUMNS if name not in {"sessions_held", "sessions_listed"}})


def test_participation_has_gaps_not_zeros():
    rows = panels.BY_KEY["participation"].chart.rows(THREE)
    assert values(rows, "Participation") == [0.25, None, None]
    assert notes(rows, "Participation") == ["3 of 12 member places, 2 sessions with a list", "", ""]
    assert list(rows["month"]) == ["2026-01", "2026-02", "2026-03"]
    assert list(rows["when"]) == ["Jan 2026", "Feb 2026", "Mar 2026"]


def test_attendance_by_hand():
    rows = panels.BY_KEY["attendance"].chart.rows(THREE)
    assert values(rows, "Attendance per session") == [4.5, None, None]
    assert notes(rows, "Attendance per session")[0] == "9 people in 2 sessions with a list or count"


def test_people_by_hand():
    rows = panels.BY_KEY["people"].chart.rows(THREE)
    assert values(rows, "Members") == [10, 12, None]
    assert values(rows, "Active members") == [5, 6, None]
    assert notes(rows, "Active members") == [
        "5 of 10 members active in 90 days",
        "6 of 12 members active in 90 days",
        "",
    ]


def test_classes_are_stacked_with_the_new_at_the_bottom():
    rows = panels.BY_KEY["classes"].chart.rows(THREE)
    assert values(rows, "Returning") == [1_204, 0, 2]
    assert notes(rows, "Returning")[0] == "1,204 attendances"
    assert notes(rows, "New")[2] == "1 attendance"
    assert rows.groupby("series")["layer"].first().to_dict() == {"New": 0, "Returning": 1, "Reactivated": 2}


def test_output_by_hand():
    rows = panels.BY_KEY["output"].chart.rows(THREE)
    assert values(rows, "Sessions held") == [2, 1, 3]
    assert values(rows, "Contributions") == [0, 2, 1]
    assert notes(rows, "Sessions held") == ["2 of 2 with a list", "0 of 1 with a list", "2 of 3 with a list"]


@by_panel
@pytest.mark.parametrize("course", COURSES)
def test_the_form_made_of_no_rows_draws_any(panel, course):
    """What cop.ui.draw relies on: the specification without its data is the same for every data."""
    options = {"running": course.running, "many": course.many}

    def form(rows: pd.DataFrame) -> dict[str, object]:
        spec = panel.chart.build(rows, **options).to_dict()
        return {key: value for key, value in spec.items() if key not in {"data", "datasets"}}

    rows = panel.chart.rows(THREE)
    assert form(rows) == form(pd.DataFrame(columns=list(rows.columns)))


@by_panel
@pytest.mark.parametrize("course", COURSES)
def test_every_chart_can_be_drawn(panel, course):
    """Vega itself reads it, expressions included, with data, with withheld months and without any."""
    for data in (THREE, WITHHELD, THREE.head(0)):
        spec = panel.chart(data, running=course.running, many=course.many).to_dict()
        assert vl_convert.vegalite_to_svg(spec).startswith("<svg")


def texts(panel: panels.Panel, data: pd.DataFrame, course: Course) -> str:
    whole = panel.chart(data, running=course.running, many=course.many).properties(width=900)
    return vl_convert.vegalite_to_svg(whole.to_dict())


def test_the_running_month_is_marked():
    panel = panels.BY_KEY["participation"]
    assert "so far" in texts(panel, THREE, Course("2026-03", many=False))
    assert "so far" not in texts(panel, THREE, Course("", many=False))


def test_a_month_without_a_value_keeps_its_place_on_the_axis():
    """The first one, and the last one, which is still running."""
    gaps = frame(attending_members=[0, 3, 0], members_on_day=[0, 12, 0])
    drawn = texts(panels.BY_KEY["participation"], gaps, Course("2026-03", many=False))
    assert all(name in drawn for name in (">Jan<", ">Feb<", ">Mar<", ">so far<"))
    assert drawn.index(">Jan<") < drawn.index(">Feb<") < drawn.index(">Mar<")


def test_the_axis_names_months_and_of_many_only_years():
    panel = panels.BY_KEY["people"]
    long = frame(members=list(range(1, 41)))  # January 2026 to April 2029
    few, many = texts(panel, THREE, Course("", many=False)), texts(panel, long, Course("", many=True))
    assert all(f">{name}<" in few for name in ("Jan", "Feb", "Mar", "2026"))
    assert all(f">{year}<" in many for year in (2026, 2027, 2028, 2029))
    assert ">Feb<" not in many


def months_named(width: int, length: int, running: str) -> str:
    data = frame(sessions_held=[1] * length)
    spec = panels.BY_KEY["output"].chart(data, running=running, many=False).properties(width=width).to_dict()
    labels = re.findall(r"<text[^>]*>(.*?)</text>", vl_convert.vegalite_to_svg(spec))
    words = [" ".join(re.findall(r">([^<]+)<", f">{label}<")) for label in labels]
    return ", ".join(word for word in words if re.match(r"[A-Z][a-z]{2}( |$)", word))


def test_a_narrow_axis_names_fewer_months_but_always_the_year_and_the_running_one():
    assert months_named(500, 6, "2026-06") == "Jan 2026, Feb, Mar, Apr, May, Jun so far"
    assert months_named(300, 12, "2026-12") == "Jan 2026, Mar, May, Jul, Sep, Dec so far"
    assert months_named(300, 12, "") == "Jan 2026, Mar, May, Jul, Sep, Nov"
    assert months_named(240, 24, "2027-12") == "Jan 2026, Jul, Jan 2027, Dec so far"


def test_an_axis_of_few_sessions_has_whole_numbers_only():
    drawn = texts(panels.BY_KEY["output"], frame(sessions_held=[1, 2]), Course("", many=False))
    assert ">1<" in drawn
    assert ">0.5<" not in drawn


def test_summaries_in_words():
    said = panels.summary(THREE, panels.BY_KEY["people"], Course("2026-02", many=False))
    assert said == (
        "Members and active members by month. "
        "Members: 12 in Feb 2026 so far, highest 12 in Feb 2026. "
        "Active members: 6 in Feb 2026 so far, highest 6 in Feb 2026."
    )
    participation = panels.BY_KEY["participation"]
    assert panels.summary(THREE, participation, COURSES[0]) == (
        "Participation by month. Participation: 25% in Jan 2026, highest 25% in Jan 2026."
    )
    nothing = panels.summary(frame(members=[0]), participation, COURSES[0])
    assert nothing == "Participation by month. Participation: not enough data."
    assert panels.summary(THREE.head(0), participation, COURSES[0]) == "Participation: not enough data."


def test_a_table_has_the_latest_month_first_with_the_counts_behind():
    table = panels.table(THREE, panels.BY_KEY["participation"])
    assert list(table.columns) == [
        "Month",
        "Participation",
        "Attendances of members who don't facilitate",
        "Members who don't facilitate, on the day of each session with a list",
    ]
    assert list(table["Month"]) == ["2026-03", "2026-02", "2026-01"]
    assert table.iloc[2].tolist() == ["2026-01", 0.25, 3, 12]
    assert table.iloc[1].isna().tolist() == [False, True, False, False]
    assert table.iloc[0].isna().tolist() == [False, True, True, True]


def test_a_table_of_counts_names_them_as_the_metrics():
    table = panels.table(THREE, panels.BY_KEY["classes"])
    assert list(table.columns) == ["Month", "New people", "Returning", "Reactivated"]
    assert table.iloc[-1].tolist() == ["2026-01", 4, 1_204, 0]


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (date(2026, 1, 1), date(2026, 6, 1), Course("2026-06", many=False)),
        (date(2026, 1, 1), date(2026, 5, 1), Course("", many=False)),
        (date(2024, 1, 1), date(2026, 6, 1), Course("2026-06", many=False)),  # 30 months
        (date(2023, 12, 1), date(2026, 6, 1), Course("2026-06", many=True)),  # 31
    ],
)
def test_how_a_chart_lays_out_a_period(first, last, expected):
    assert panels.course_of(Period(first, last), date(2026, 6, 15)) == expected


def test_names_of_months():
    assert charts.running_label("2026-03") == "Mar"
    assert charts.running_label("") == ""
