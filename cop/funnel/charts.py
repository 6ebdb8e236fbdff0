"""The funnel's pictures. Told apart by place, lightness and words, not by colour alone. Pure."""

import altair as alt
import pandas as pd

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
