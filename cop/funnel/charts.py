"""The funnel's pictures. Told apart by place, lightness and words, not by colour alone. Pure."""

import altair as alt
import pandas as pd

from cop.choices import Channel, label
from cop.funnel.flow import ASIDE, STAGES
from cop.funnel.scoring import Score

_BAR, _LEFT, _TOTAL = "#3b82d0", "#cfe2f4", "#d1660a"
_GREY = "#7a7a7a"
"""Readable on a light and on a dark page."""
_ROW = 34


def waterfall_rows(score: Score) -> pd.DataFrame:
    """A row per criterion, in order, and one for the total: name, start, end, reach, points, words.

    `start` to `end` are the points it adds; `end` to `reach` those that it could have added.
    """
    rows, start = [], 0.0
    for part in score.points:
        words = f"{part.points:.1f} of {part.most:.0f} points for {part.value:.2g}"
        rows.append((part.criterion.name, start, start + part.points, start + part.most, part.points, words))
        start += part.points
    rows.append(("Score", 0.0, score.total, score.total, score.total, f"{score.total:.1f} of 100 points"))
    return pd.DataFrame(rows, columns=["name", "start", "end", "reach", "points", "words"])


def waterfall(rows: pd.DataFrame) -> alt.LayerChart:
    """How each criterion's points add up to the score; the light part is what it could have given."""
    axis = alt.Axis(title=None, labelLimit=200, labelOverlap=False, ticks=False)
    x = alt.Scale(domain=[0, 100])
    base = alt.Chart(rows, height=alt.Step(_ROW)).encode(
        y=alt.Y("name:N", sort=None, axis=axis),
        tooltip=[alt.Tooltip("name:N", title="Criterion"), alt.Tooltip("words:N", title="Points")],
    )
    colour = alt.condition("datum.name == 'Score'", alt.value(_TOTAL), alt.value(_BAR))
    possible = base.mark_bar(color=_LEFT, opacity=0.5).encode(
        x=alt.X("end:Q", scale=x, title="Points", axis=alt.Axis(grid=False, tickCount=5)), x2="reach:Q"
    )
    given = base.mark_bar().encode(x=alt.X("start:Q", scale=x), x2="end:Q", color=colour)
    numbers = base.mark_text(align="left", dx=4, color=_GREY).encode(
        x=alt.X("reach:Q", scale=x), text=alt.Text("points:Q", format=".1f")
    )
    layers: alt.LayerChart = possible + given + numbers
    return layers


def waterfall_words(rows: pd.DataFrame) -> str:
    """The same for those who don't see it."""
    return "; ".join(f"{name}: {words}" for name, words in zip(rows["name"], rows["words"], strict=True)) + "."


_SHAPES = {Channel.NEED: "circle", Channel.TREND: "triangle-up", Channel.GAP: "square"}
_COLOURS = {Channel.NEED: "#3b82d0", Channel.TREND: "#d1660a", Channel.GAP: "#8f5bc4"}
_SMALLEST, _LARGEST = 60, 1_200
"""Areas of bubbles, square pixels."""
_CHANNELS = [label(channel) for channel in Channel]
_TOP = alt.Legend(orient="top", title=None, symbolSize=100)


def bubbles(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Value upwards, effort to the right; as large as there are people concerned, shaped by channel."""
    people = [f"{number:,}" if not pd.isna(number) else "not known" for number in rows["people"]]
    size = rows["people"].astype("Float64").fillna(0).astype("float64")
    data = rows[["title", "value", "effort"]].assign(
        channel=rows["channel"].map(label), people=people, size=size.tolist()
    )
    share, axis = alt.Scale(domain=[0, 1], nice=False), alt.Axis(format="%", tickCount=5)
    made: alt.Chart = (
        alt.Chart(data, height=420)
        .mark_point(filled=True, opacity=0.7)
        .encode(
            x=alt.X("effort:Q", title="Effort", scale=share, axis=axis),
            y=alt.Y("value:Q", title="Value", scale=share, axis=axis),
            size=alt.Size("size:Q", scale=alt.Scale(range=[_SMALLEST, _LARGEST]), legend=None),
            shape=alt.Shape("channel:N", scale=alt.Scale(domain=_CHANNELS, range=list(_SHAPES.values())), legend=_TOP),
            color=alt.Color("channel:N", scale=alt.Scale(domain=_CHANNELS, range=list(_COLOURS.values())), legend=_TOP),
            order=alt.Order("size:Q", sort="descending"),
            tooltip=[
                alt.Tooltip("title:N", title="Item"),
                alt.Tooltip("value:Q", title="Value", format=".0%"),
                alt.Tooltip("effort:Q", title="Effort", format=".0%"),
                alt.Tooltip("people:N", title="People"),
            ],
        )
    )
    return made


def passage(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """A bar per stage: who entered, the dark part of it went on; above it the numbers, and the days it took."""
    words = [
        f"{label(stage)} to {label(following).lower()}: {converted} of {entered}"
        + (f" ({share:.0%})" if entered else "")
        + ("" if pd.isna(days) else f", {days:.0f} days")
        for stage, following, entered, converted, share, days in zip(
            *(rows[name] for name in ("stage", "next_stage", "entered", "converted", "share", "median_days")),
            strict=True,
        )
    ]
    data = rows[["stage", "entered", "converted"]].assign(words=words)
    base = alt.Chart(data, height=52 * len(data) + 60).encode(
        y=alt.Y("stage:N", sort=None, axis=None), tooltip=[alt.Tooltip("words:N", title="Went on")]
    )
    axis = alt.Axis(title="Items", format=",d", tickMinStep=1, grid=False)
    entered = base.mark_bar(color=_LEFT, size=14).encode(x=alt.X("entered:Q", axis=axis))
    went_on = base.mark_bar(color=_BAR, size=14).encode(x=alt.X("converted:Q", axis=axis))
    numbers = base.mark_text(align="left", dy=-16, color=_GREY, fontSize=12).encode(x=alt.datum(0), text="words:N")
    layers: alt.TopLevelMixin = alt.layer(entered, went_on, numbers)
    return layers


_LANES = 5
"""Items of about the same age lie below each other."""


def ageing(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """A mark per item by its days in the stage: a circle within the limit, a triangle beyond; the line is the limit."""
    states = {False: "Within the limit", True: "Beyond the limit"}
    data = rows[["title", "days", "limit"]].assign(
        stage=rows["stage"].map(label),
        state=rows["overdue"].map(states),
        lane=[place % _LANES for place in range(len(rows))],
    )
    names = [label(stage) for stage in STAGES[:-1]]
    both = list(states.values())
    y = alt.Y("stage:N", sort=names, scale=alt.Scale(domain=names), axis=alt.Axis(title=None, labelLimit=120))
    x = alt.X(
        "days:Q", title="Days in the stage", scale=alt.Scale(zero=True), axis=alt.Axis(format=",d", tickMinStep=1)
    )
    marks = (
        alt.Chart(data)
        .mark_point(size=70, filled=True, opacity=0.85)
        .encode(
            x=x,
            y=y,
            yOffset=alt.YOffset("lane:N", scale=alt.Scale(paddingOuter=0.6)),
            shape=alt.Shape("state:N", scale=alt.Scale(domain=both, range=["circle", "triangle-up"]), legend=_TOP),
            color=alt.Color("state:N", scale=alt.Scale(domain=both, range=[_BAR, _TOTAL]), legend=_TOP),
            tooltip=[
                alt.Tooltip("title:N", title="Item"),
                alt.Tooltip("stage:N", title="Stage"),
                alt.Tooltip("days:Q", title="Days"),
                alt.Tooltip("limit:Q", title="Limit, days"),
            ],
        )
    )
    limits = data[["stage", "limit"]].drop_duplicates()
    lines = (
        alt.Chart(limits).mark_tick(color=_GREY, thickness=3, bandSize=52, aria=False).encode(x=alt.X("limit:Q"), y=y)
    )
    layers: alt.TopLevelMixin = alt.layer(lines, marks).properties(height=62 * len(names) + 40)
    return layers


def balance(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """A field per channel and stage, with its number; the darker, the more."""
    data = rows[["items"]].assign(channel=rows["channel"].map(label), stage=rows["stage"].map(label))
    most = max(1, int(rows["items"].max()))
    base = alt.Chart(data, height=48 * len(_CHANNELS)).encode(
        x=alt.X(
            "stage:N",
            sort=[label(stage) for stage in (*STAGES, *ASIDE)],
            axis=alt.Axis(title=None, orient="top", labelAngle=-40, labelOverlap=False, domain=False, ticks=False),
        ),
        y=alt.Y("channel:N", sort=_CHANNELS, axis=alt.Axis(title=None, domain=False, ticks=False)),
        tooltip=[
            alt.Tooltip("channel:N", title="Channel"),
            alt.Tooltip("stage:N", title="Stage"),
            alt.Tooltip("items:Q", title="Items"),
        ],
    )
    colour = alt.Color("items:Q", scale=alt.Scale(domain=[0, most], range=["#e8eff7", "#1d5fb8"]), legend=None)
    fields = base.mark_rect(cornerRadius=3, stroke="#8a939e", strokeWidth=0.5).encode(color=colour)
    dark = alt.condition(f"datum.items > {most} * 0.55", alt.value("white"), alt.value("#11151c"))
    numbers = base.mark_text(fontWeight="bold", fontSize=13).encode(text="items:Q", color=dark)
    layers: alt.TopLevelMixin = alt.layer(fields, numbers)
    return layers
