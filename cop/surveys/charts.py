"""Pictures of surveys: gaps by unit and skill, people by level, agreement. Told by numbers and words, not by colour alone. Pure."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from cop.charting import Template
from cop.skills.levels import LEVELS
from cop.surveys.release import bands
from cop.surveys.words import SHORT, band, share_words, why

_GREY = "#7a7a7a"
"""Readable on a light and on a dark page."""
_DARK = "#11151c"
_LINE = "#8a939e"
_WORSE = ["#fdf0e0", "#f3b26b", "#a34700"]
_BETTER = ["#eef4fb", "#8db8e8", "#1d5fb8"]
_STEPS = ["#d9dde2", "#cfe2f4", "#8db8e8", "#3b82d0", "#1d4f91"]
"""From the lowest level to the highest."""
_ROW, _BAR = 24, 46
_TOLD = {
    "group": "Group", "skill": "Skill", "text": "Severity", "level_text": "Average level", "told": "Answers", "why": "Note",
}  # fmt: skip


def _cell_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """A cell per row of cop.surveys.heatmap.for_picture; `shade` and `level_shade` are figures, -1 where nothing is told."""
    records = frame.astype("object").where(frame.notna(), None).to_dict("records")
    return pd.DataFrame(
        [_cell(row) for row in records],
        columns=["group", "skill", "shade", "level_shade", "level_text", "text", "told", "why"],
    )


def _cell(row: dict[Any, Any]) -> tuple[Any, ...]:
    known = row["counts"] is not None
    severity = row["severity"]
    text = f"{severity:.2f}" if severity is not None else SHORT[row["hidden"]]
    level = f"{row['mean']:.1f}" if known else SHORT[row["hidden"]]
    words = f"{row['known']} of {row['n']} know theirs ({row['unknown']:.0%} don't)" if known else "not told"
    required = "" if row["required"] is None else f"{LEVELS[row['required']]} required. "
    hidden = "" if row["hidden"] is None else f"{why(row['hidden'], row['smallest_group']).capitalize()}. "
    figures = (-1 if severity is None else severity, row["mean"] if known else -1)
    return row["group"], row["skill"], *figures, level, text, words, required + hidden


def _heatmap(rows: pd.DataFrame, *, mean: bool = False) -> alt.TopLevelMixin:
    """A field per group and skill with its number; what is hidden has an empty field and a word."""
    value, text = ("level_shade", "level_text") if mean else ("shade", "text")
    domain, colours = ([0, 2, 4], _BETTER) if mean else ([0, 0.4, 0.8], _WORSE)
    base = alt.Chart(rows, height=alt.Step(_ROW)).encode(
        x=alt.X("group:N", sort=None, axis=_names(orient="top", labelAngle=-35, labelLimit=150)),
        y=alt.Y("skill:N", sort=None, axis=_names(labelLimit=200)),
        tooltip=[alt.Tooltip(f"{field}:N", title=title) for field, title in _TOLD.items()],
    )
    scale = alt.Scale(domain=domain, range=colours, clamp=True)
    there = f"datum.{value} >= 0"
    fields = base.mark_rect(cornerRadius=2, stroke=_LINE, strokeWidth=0.5).encode(
        color=alt.condition(there, alt.Color(f"{value}:Q", scale=scale, legend=None), alt.value("transparent"))
    )
    white = f"datum.{value} >= {3 if mean else 0.65}"
    numbers = base.mark_text(fontSize=12).encode(
        text=f"{text}:N",
        color=alt.when(white).then(alt.value("white")).when(there).then(alt.value(_DARK)).otherwise(alt.value(_GREY)),
    )
    layers: alt.TopLevelMixin = alt.layer(fields, numbers)
    return layers


def _names(**values: Any) -> alt.Axis:
    """An axis of names, every one of them."""
    return alt.Axis(title=None, labelOverlap=False, domain=False, ticks=False, **values)


HEATMAP = Template(_cell_rows, _heatmap)


def _stack_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """A row per question and answer: name, place, answer, people from `start` to `end` as a share, words."""
    found = []
    for name, counts, words in zip(frame["name"], frame["counts"], frame["words"], strict=True):
        known, start = sum(counts), 0
        told = zip(words, counts, bands(counts), share_words(counts), strict=True)
        for place, (word, count, ends, share) in enumerate(told):
            people = f"{band(*ends)} of {known} ({share})"
            found.append((name, place, word, start / known, (start + count) / known, people))
            start += count
    return pd.DataFrame(found, columns=["name", "place", "answer", "start", "end", "people"])


def _stacked(rows: pd.DataFrame, *, answers: tuple[str, ...]) -> alt.TopLevelMixin:
    """A bar per question, cut by answer from the lowest to the highest; its parts are as wide as people gave them."""
    colour = alt.Color(
        "answer:N",
        scale=alt.Scale(domain=list(answers), range=_colours(len(answers))),
        legend=alt.Legend(
            orient="top", title=None, labelLimit=220, symbolSize=130, columns=alt.ExprRef("width < 420 ? 1 : 5")
        ),
    )
    axis = alt.Axis(format="%", grid=False, tickCount=5)
    base = alt.Chart(rows, height=alt.Step(_BAR)).encode(y=alt.Y("name:N", sort=None, axis=None))
    bars = base.mark_bar(stroke=_LINE, strokeWidth=0.5, size=18, yOffset=8).encode(
        x=alt.X("start:Q", title="Share of known answers", scale=alt.Scale(domain=[0, 1]), axis=axis),
        x2="end:Q",
        color=colour,
        order="place:Q",
        tooltip=[
            alt.Tooltip("name:N", title="Question"),
            alt.Tooltip("answer:N", title="Answer"),
            alt.Tooltip("people:N", title="People"),
        ],
    )
    names = (
        base.transform_filter("datum.place == 0")
        .mark_text(align="left", dy=-10, fontSize=13, color=_GREY, limit=alt.ExprRef("width"))
        .encode(x=alt.datum(0), text="name:N")
    )
    layers: alt.TopLevelMixin = alt.layer(bars, names)
    return layers


def _colours(count: int) -> list[str]:
    """From light to dark; of many answers each colour comes again."""
    return [_STEPS[place % len(_STEPS)] for place in range(count)]


STACKED = Template(_stack_rows, _stacked)
"""Of rows with name, counts (of a released row) and words (of each answer)."""


def levels_of(names: Sequence[str], counts: Sequence[tuple[int, ...]]) -> pd.DataFrame:
    """Rows for STACKED of skills and their released counts."""
    words = [tuple(LEVELS.values())] * len(names)
    return pd.DataFrame({"name": list(names), "counts": list(counts), "words": words})
