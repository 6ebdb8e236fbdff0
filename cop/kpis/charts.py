"""The figures as pictures. Told apart by shape, dash, lightness and place, not by colour alone. Pure."""

import textwrap
from typing import Any

import altair as alt
import pandas as pd

from cop.charting import Template
from cop.kpis.words import counted

MANY_MONTHS = 30
"""From here on the axis names years, not months."""
_HEIGHT = 260
_LINE = 140
"""Characters under a picture's title; a longer line would make the picture wider, not itself shorter."""
_TOP = alt.Legend(orient="top", title=None, labelLimit=260, symbolSize=90, symbolStrokeWidth=1.5)
_DARK, _MIDDLE, _LIGHT = "#3b82d0", "#82b4e4", "#cfe2f4"
_STRONG = "#d1660a"


def _month_columns(frame: pd.DataFrame) -> pd.DataFrame:
    months = pd.to_datetime(frame["month"])
    return pd.DataFrame({"month": months.dt.strftime("%Y-%m"), "when": months.dt.strftime("%b %Y")})


def _lines_of(frame: pd.DataFrame, series: dict[str, pd.Series], notes: dict[str, list[str]]) -> pd.DataFrame:
    """Long rows: month, when, series, value, note."""
    base = _month_columns(frame)
    parts = [
        base.assign(
            series=name, value=values.astype("Float64").to_numpy("float64", na_value=float("nan")), note=notes[name]
        )
        for name, values in series.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _words(numbers: pd.Series, one: str, many: str) -> list[str]:
    return ["" if pd.isna(number) else counted(number, one, many) for number in numbers]


def _ratio_words(frame: pd.DataFrame, above: str, between: str, below: str, words: str) -> list[str]:
    """How a ratio came about; empty where there is none."""
    return [
        "" if pd.isna(top) or not bottom else f"{top:,} {between} {bottom:,} {words}"
        for top, bottom in zip(frame[above], frame[below], strict=True)
    ]


def _ratio(frame: pd.DataFrame, above: str, below: str) -> pd.Series:
    """A gap, not 0, where there is nothing to divide by."""
    return frame[above].astype("Float64") / frame[below].astype("Float64").where(frame[below] > 0)


def _people_rows(frame: pd.DataFrame) -> pd.DataFrame:
    series = {"Members": frame["members"], "Active members": frame["active_members"]}
    of_all = _ratio_words(frame, "active_members", "of", "members", "members active in 90 days")
    return _lines_of(
        frame, series, {"Members": _words(frame["members"], "member", "members"), "Active members": of_all}
    )


def _participation_rows(frame: pd.DataFrame) -> pd.DataFrame:
    came = _ratio_words(frame, "attending_members", "of", "members_on_day", "member places")
    listed = _words(frame["sessions_listed"], "session with a list", "sessions with a list")
    notes = [f"{first}, {second}" if first else "" for first, second in zip(came, listed, strict=True)]
    return _lines_of(
        frame, {"Participation": _ratio(frame, "attending_members", "members_on_day")}, {"Participation": notes}
    )


def _attendance_rows(frame: pd.DataFrame) -> pd.DataFrame:
    name = "Attendance per session"
    people = _words(frame["headcount"], "person", "people")
    sessions = _words(frame["sessions_counted"], "session with a list or count", "sessions with a list or count")
    known = frame["sessions_counted"].fillna(0) > 0
    notes = [f"{who} in {where}" if any_ else "" for who, where, any_ in zip(people, sessions, known, strict=True)]
    return _lines_of(frame, {name: _ratio(frame, "headcount", "sessions_counted")}, {name: notes})


def _roti_rows(frame: pd.DataFrame) -> pd.DataFrame:
    name = "Return on time invested"
    answers = _words(frame["roti_answers"], "answer", "answers")
    known = frame["roti_answers"].fillna(0) > 0
    notes = [count if any_ else "" for count, any_ in zip(answers, known, strict=True)]
    return _lines_of(frame, {name: _ratio(frame, "roti_sum", "roti_answers")}, {name: notes})


def _output_rows(frame: pd.DataFrame) -> pd.DataFrame:
    series = {"Sessions held": frame["sessions_held"], "Contributions": frame["contributions"]}
    notes = {
        "Sessions held": _ratio_words(frame, "sessions_listed", "of", "sessions_held", "with a list"),
        "Contributions": _words(frame["contributions"], "contribution", "contributions"),
    }
    return _lines_of(frame, series, notes)


_CLASSES = {"New": "newcomers", "Returning": "returners", "Reactivated": "reactivated"}


def _class_rows(frame: pd.DataFrame) -> pd.DataFrame:
    series = {name: frame[column] for name, column in _CLASSES.items()}
    rows = _lines_of(
        frame, series, {name: _words(values, "attendance", "attendances") for name, values in series.items()}
    )
    rows["layer"] = rows["series"].map({name: index for index, name in enumerate(_CLASSES)})
    return rows


_LABEL_WIDTH = 36
"""Pixels that a month's name needs, or the "so far" below the running one's."""


def _month_axis(*, running: str, many: bool) -> alt.X:
    """Months in order; the running one is marked, of many only each January is named, by its year.

    Where there is little room only every second, third … month is named, counted from January, which bears the year.
    Vega's own thinning would leave out the year and the running month.
    """
    year, month = "+slice(datum.value, 0, 4)", "+slice(datum.value, 5)"
    name = f"timeFormat(datetime({year}, {month} - 1, 1), '%b')"
    if many:
        label = f"{month} == 1 ? {year} : ''"
    else:
        crowd = f"length(domain('x')) * {_LABEL_WIDTH} / width"
        step = f"({crowd} <= 1 ? 1 : {crowd} <= 2 ? 2 : {crowd} <= 3 ? 3 : {crowd} <= 6 ? 6 : 12)"
        named = f"({month} - 1) % {step} == 0"
        if running:  # those just before it make room for its label
            named += f" && {int(running[:4]) * 12 + int(running[5:])} - ({year} * 12 + {month}) >= {step}"
        label = f"{named} ? ({month} == 1 ? [{name}, {year}] : {name}) : ''"
    label = f"datum.value == '{running}' ? ['{'' if many else running_label(running)}', 'so far'] : ({label})"
    return alt.X(
        "month:O",
        title=None,
        sort=None,
        axis=alt.Axis(labelExpr=label, labelAngle=0, labelOverlap=False, tickSize=0 if many else 4),
    )


def running_label(running: str) -> str:
    """The month's short name, or nothing for none."""
    return pd.Timestamp(f"{running}-01").strftime("%b") if running else ""


def _tooltips(title: str, number: str) -> list[alt.Tooltip]:
    return [
        alt.Tooltip("whole:N", title="Month"),
        alt.Tooltip("series:N", title="Figure"),
        alt.Tooltip("value:Q", title=title, format=number),
        alt.Tooltip("note:N", title="From"),
    ]


def _base(rows: pd.DataFrame, running: str) -> alt.Chart:
    return alt.Chart(rows).transform_calculate(
        whole=f"datum.when + (datum.month == '{running}' ? ' (so far)' : '')",
    )


def _lines(
    rows: pd.DataFrame,
    *,
    running: str,
    many: bool,
    names: tuple[str, ...],
    title: str,
    number: str,
    share: bool = False,
    reaches: tuple[int, int] | None = None,
) -> alt.TopLevelMixin:
    """One or two series: solid and dark with circles, dashed and orange with squares; "so far" is an empty mark."""
    base = _base(rows, running)
    domain = list(names)
    ends = (0, 1) if share else reaches
    scale = alt.Scale(domain=list(ends), nice=False) if ends else alt.Scale(zero=True)
    legend = _TOP if len(names) > 1 else None
    y = alt.Y(
        "value:Q",
        title=title,
        scale=scale,
        axis=alt.Axis(format="%" if share else ",d", tickMinStep=0 if share else 1),
    )
    common: dict[str, Any] = {
        "x": _month_axis(running=running, many=many),
        "y": y,
        "color": alt.Color(
            "series:N", scale=alt.Scale(domain=domain, range=[_DARK, _STRONG][: len(names)]), legend=legend
        ),
    }
    lines = base.transform_filter(f"datum.month != '{running}'").mark_line(strokeWidth=2.5)
    dash = alt.StrokeDash("series:N", scale=alt.Scale(domain=domain, range=[[1, 0], [6, 3]][: len(names)]), legend=None)
    points = base.transform_filter("isValid(datum.value)").mark_point(size=20 if many else 60, strokeWidth=2)
    shape = alt.Shape(
        "series:N", scale=alt.Scale(domain=domain, range=["circle", "square"][: len(names)]), legend=legend
    )
    months = base.mark_rule(opacity=0, aria=False).encode(x=common["x"])  # the axis holds those without a value too
    whole = alt.condition(f"datum.month == '{running}'", alt.value(0), alt.value(1))
    return alt.layer(
        months,
        lines.encode(**common, strokeDash=dash),
        points.encode(**common, shape=shape, fillOpacity=whole, fill=common["color"], tooltip=_tooltips(title, number)),
    ).properties(height=_HEIGHT)


def _people(rows: pd.DataFrame, *, running: str, many: bool) -> alt.TopLevelMixin:
    return _lines(rows, running=running, many=many, names=("Members", "Active members"), title="People", number=",d")


def _participation(rows: pd.DataFrame, *, running: str, many: bool) -> alt.TopLevelMixin:
    return _lines(
        rows, running=running, many=many, names=("Participation",), title="Share of members", number=".0%", share=True
    )


def _attendance(rows: pd.DataFrame, *, running: str, many: bool) -> alt.TopLevelMixin:
    names = ("Attendance per session",)
    return _lines(rows, running=running, many=many, names=names, title="People per session", number=".1f")


def _roti(rows: pd.DataFrame, *, running: str, many: bool) -> alt.TopLevelMixin:
    names = ("Return on time invested",)
    return _lines(rows, running=running, many=many, names=names, title="Mean, 1–5", number=".1f", reaches=(1, 5))


def _output(rows: pd.DataFrame, *, running: str, many: bool) -> alt.TopLevelMixin:
    return _lines(
        rows, running=running, many=many, names=("Sessions held", "Contributions"), title="Number", number=",d"
    )


def _classes(rows: pd.DataFrame, *, running: str, many: bool) -> alt.TopLevelMixin:
    """Stacked, the new at the bottom: dark, light, and middle with a dashed edge. The running month is paler."""
    domain = list(_CLASSES)
    colour = alt.Color("series:N", scale=alt.Scale(domain=domain, range=[_DARK, _LIGHT, _MIDDLE]), legend=_TOP)
    edge = alt.StrokeDash("series:N", scale=alt.Scale(domain=domain, range=[[1, 0], [1, 0], [3, 2]]), legend=_TOP)
    bars: alt.Chart = (
        _base(rows, running)
        .mark_bar(stroke="#7a8794", strokeWidth=0.3 if many else 1)
        .encode(
            x=_month_axis(running=running, many=many),
            y=alt.Y("value:Q", title="Attendances", stack="zero", axis=alt.Axis(format=",d", tickMinStep=1)),
            order=alt.Order("layer:Q"),
            color=colour,
            strokeDash=edge,
            opacity=alt.condition(f"datum.month == '{running}'", alt.value(0.55), alt.value(1)),
            tooltip=_tooltips("Attendances", ",d"),
        )
        .properties(height=_HEIGHT)
    )
    return bars


PEOPLE = Template(_people_rows, _people)
PARTICIPATION = Template(_participation_rows, _participation)
ATTENDANCE = Template(_attendance_rows, _attendance)
ROTI = Template(_roti_rows, _roti)
CLASSES = Template(_class_rows, _classes)
OUTPUT = Template(_output_rows, _output)


def picture(
    chart: Template, frame: pd.DataFrame, *, title: str, subtitle: list[str], running: str, many: bool
) -> dict[str, Any]:
    """The chart as a specification that stands alone: title, period and source inside, on white."""
    lines = [part for line in subtitle for part in textwrap.wrap(line, _LINE)]
    head = alt.TitleParams(text=title, subtitle=lines, anchor="start", fontSize=18, subtitleFontSize=12, offset=12)
    whole = chart(frame, running=running, many=many).properties(title=head, width=860, height=360, background="white")
    spec: dict[str, Any] = whole.configure_view(stroke=None).configure_axisX(grid=False).to_dict()
    return spec
