"""Feedback on sessions as pictures. Told apart by place and lightness, not by colour alone. Pure."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

_DARK, _LIGHT = "#3b82d0", "#cfe2f4"
_GREY = "#7a7a7a"
"""Readable on a light and on a dark page."""
_ROW = 44


def step_rows(steps: Sequence[tuple[str, int, int]]) -> pd.DataFrame:
    """Of words, fewest and most people from 1 to 5, the best first: step, fewest, most, people."""
    rows = [
        (f"{number} {word}".strip(), fewest, most, f"{fewest}–{most}" if fewest < most else str(fewest))
        for number, (word, fewest, most) in enumerate(steps, 1)
    ]
    return pd.DataFrame(rows[::-1], columns=["step", "fewest", "most", "people"])


def steps(frame: pd.DataFrame) -> alt.LayerChart:
    """How many people chose which step: dark as many as there are at least, light as many as there may be."""
    base = alt.Chart(frame, height=_ROW * max(len(frame), 1)).encode(
        y=alt.Y(
            "step:N",
            sort=None,
            title=None,
            axis=alt.Axis(labelLimit=190, labelOverlap=False, ticks=False, domain=False),
        ),
        tooltip=[alt.Tooltip("step:N", title="Answer"), alt.Tooltip("people:N", title="People")],
    )
    axis = alt.Axis(tickMinStep=1, grid=False)
    layers: alt.LayerChart = (
        base.mark_bar(color=_DARK).encode(x=alt.X("fewest:Q", title="People", axis=axis))
        + base.transform_filter("datum.most > datum.fewest")
        .mark_bar(color=_LIGHT, stroke=_DARK, strokeDash=[3, 2])
        .encode(x="fewest:Q", x2="most:Q")
        + base.mark_text(align="left", dx=6, color=_GREY).encode(x="most:Q", text="people:N")
    )
    return layers


def course(frame: pd.DataFrame) -> alt.LayerChart:
    """The mean of each session, by day, from 1 to 5; the line breaks where nothing may be told."""
    rows = pd.DataFrame({
        "day": pd.to_datetime(frame["day"]).dt.strftime("%Y-%m-%d"),
        "title": frame["title"],
        "mean": frame["mean"].astype("Float64").round(1),
        "n": frame["n"],
    })  # fmt: skip
    base = alt.Chart(rows, height=220).encode(
        x=alt.X(
            "day:T",
            title=None,
            scale=alt.Scale(padding=14),
            axis=alt.Axis(format="%b %Y", labelOverlap=True, tickCount="month", grid=False),
        ),
        y=alt.Y("mean:Q", title="Mean, 1–5", scale=alt.Scale(domain=[1, 5]), axis=alt.Axis(values=[1, 2, 3, 4, 5])),
        tooltip=[
            alt.Tooltip("title:N", title="Session"),
            alt.Tooltip("day:T", title="Day", format="%-d %b %Y"),
            alt.Tooltip("mean:Q", title="Mean, 1–5"),
            alt.Tooltip("n:Q", title="Answers"),
        ],
    )
    layers: alt.LayerChart = base.mark_line(color=_DARK) + base.mark_point(color=_DARK, filled=True, size=90)
    return layers
