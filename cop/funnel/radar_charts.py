"""The technology radar as a picture. Movement is told by shape and words, rings by place, not by colour alone. Pure.

Everything is placed by the layout's coordinates: the radar's centre is (0, 0), its radius 1. A picture is as wide as
there is room and no higher than wide, so lengths in it are expressions of its width.
"""

import math
import textwrap
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import altair as alt
import pandas as pd

from cop.choices import label
from cop.funnel.radar import Layout, Movement
from cop.funnel.trends import Wanted

_SHAPES = {
    Movement.NEW: "M-.9,-.9H.9V.9H-.9Z",
    Movement.MOVED_IN: "M0,-1.45L.78,-.62A1,1,0,1,1,-.78,-.62Z",
    Movement.MOVED_OUT: "M0,1.45L.78,.62A1,1,0,1,0,-.78,.62Z",
    Movement.UNCHANGED: "circle",
}
"""A square, a drop that points up, one that points down, a circle: each has room for a number."""
_COLOURS = {
    Movement.NEW: "#a34700",
    Movement.MOVED_IN: "#1d5fb8",
    Movement.MOVED_OUT: "#7a3fb0",
    Movement.UNCHANGED: "#566270",
}
"""White numbers are readable on each."""
_LINE, _TEXT = "#8a939e", "#7a7a7a"
"""Seen on a light and on a dark page."""
_HIGHEST = 760
"""Pixels."""
_STEPS = 24
"""Corners of a quarter circle as it is drawn."""
_MARGIN = 0.09
"""Room above and below for the quadrants' names."""
_APART = 0.09
"""How far quadrants are drawn out from the centre: the rings' names stand in the gap."""
_WIDTH = 130
"""Characters in a line under a picture's title."""


def radar(
    rows: pd.DataFrame, *, rings: tuple[str, ...], quadrants: tuple[str, ...], layout: Layout, only: int | None = None
) -> alt.TopLevelMixin:
    """Rings, quadrants and a numbered blip per row; `only` draws one quadrant, as large as there is room."""
    drawn = [only] if only is not None else list(range(len(quadrants)))
    place = _place(len(quadrants), drawn)
    layers = [
        place.line(_edges(_lines_of(len(quadrants), drawn, layout.radii))),
        _ring_names(place, rings, layout.radii, len(quadrants), _steepest(len(quadrants), drawn)),
        *_blips(rows, place, layout.diameter, len(quadrants)),
        _quadrant_names(place, quadrants, drawn),
    ]
    return alt.layer(*layers).properties(height=_HIGHEST).add_params(place.height())


def options(
    rings: tuple[str, ...], quadrants: tuple[str, ...], layout: Layout | None, wanted: Wanted
) -> dict[str, Any]:
    """What `radar` and `picture` draw with; the quadrant that is looked at is drawn alone."""
    if layout is None:
        raise ValueError("There is no layout to draw.")
    only = quadrants.index(wanted.quadrant) if wanted.quadrant in quadrants else None
    return {"rings": rings, "quadrants": quadrants, "layout": layout, "only": only}


def picture(rows: pd.DataFrame, *, title: str, subtitle: list[str], **options: Any) -> dict[str, Any]:
    """The radar as a specification that stands alone: title, date and source inside, on white."""
    lines = [part for line in subtitle for part in textwrap.wrap(line, _WIDTH)]
    head = alt.TitleParams(text=title, subtitle=lines, anchor="start", fontSize=18, subtitleFontSize=12, offset=12)
    whole = radar(rows, **options).properties(title=head, width=_HIGHEST, height=_HIGHEST, background="white")
    spec: dict[str, Any] = whole.configure_view(stroke=None).to_dict()
    return spec


class _Place:
    """How the radar's coordinates become pixels: a box of them is fitted into the picture without being stretched."""

    def __init__(self, left: float, right: float, low: float, high: float) -> None:
        self.box = (left, right, low, high)
        self.unit = f"(min(width / {right - left:.4f}, height / {high - low:.4f}))"

    def height(self) -> alt.Parameter:
        """No more than what is drawn needs."""
        left, right, low, high = self.box
        return alt.param(name="height", expr=f"min(width * {(high - low) / (right - left):.4f}, {_HIGHEST})")

    def x(self) -> alt.X:
        """The axis from left to right."""
        left, right, _low, _high = self.box
        half = f"{self.unit} * {(right - left) / 2:.4f}"
        span = [alt.ExprRef(f"width / 2 - {half}"), alt.ExprRef(f"width / 2 + {half}")]
        return alt.X("x:Q", axis=None, scale=alt.Scale(domain=[left, right], range=span, nice=False, zero=False))

    def y(self) -> alt.Y:
        """The axis upwards."""
        _left, _right, low, high = self.box
        half = f"{self.unit} * {(high - low) / 2:.4f}"
        span = [alt.ExprRef(f"height / 2 + {half}"), alt.ExprRef(f"height / 2 - {half}")]
        return alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[low, high], range=span, nice=False, zero=False))

    def line(self, rows: pd.DataFrame) -> alt.Chart:
        """A line through the rows of each `line`, in their order."""
        drawn: alt.Chart = (
            alt.Chart(rows)
            .mark_line(color=_LINE, strokeWidth=1, opacity=0.8, aria=False)
            .encode(x=self.x(), y=self.y(), detail="line:N", order="order:Q")
        )
        return drawn


def _place(quadrants: int, drawn: Sequence[int]) -> _Place:
    """Room for what is drawn and for the names beside it."""
    corners = [corner for line in _lines_of(quadrants, drawn, (1.0,)) for corner in line]
    across, up = [x for x, _y in corners], [y for _x, y in corners]
    beside = _MARGIN if len(drawn) == 1 else 0
    return _Place(min(across) - beside, max(across) + beside, min(up) - _MARGIN, max(up) + _MARGIN)


def _middle(quadrant: int, quadrants: int) -> tuple[float, float]:
    """Where the quadrant's tip is, drawn out from the centre."""
    turn = 2 * math.pi * (quadrant + 0.5) / quadrants
    return _APART * math.cos(turn), _APART * math.sin(turn)


def _arc(radius: float, quadrants: int, quadrant: int) -> list[tuple[float, float]]:
    steps = _STEPS * 4 // quadrants
    turns = [2 * math.pi * (quadrant + step / steps) / quadrants for step in range(steps + 1)]
    right, up = _middle(quadrant, quadrants)
    return [(round(right + radius * math.cos(turn), 4), round(up + radius * math.sin(turn), 4)) for turn in turns]


def _lines_of(quadrants: int, drawn: Sequence[int], radii: Sequence[float]) -> list[list[tuple[float, float]]]:
    """The rings' edges in each quadrant, and the quadrant's two sides."""
    arcs = [_arc(radius, quadrants, quadrant) for quadrant in drawn for radius in radii]
    sides = []
    for quadrant in drawn:
        outer = _arc(1, quadrants, quadrant)
        sides.append([outer[0], _middle(quadrant, quadrants), outer[-1]])
    return arcs + sides


def _edges(lines: list[list[tuple[float, float]]]) -> pd.DataFrame:
    rows = [(number, order, x, y) for number, line in enumerate(lines) for order, (x, y) in enumerate(line)]
    return pd.DataFrame(rows, columns=["line", "order", "x", "y"])


_SHOWN = ["number", "title", "ring_name", "quadrant_name", "source"]


def _blips(rows: pd.DataFrame, place: _Place, diameter: float, quadrants: int) -> list[alt.Chart]:
    middles = [_middle(quadrant, quadrants) for quadrant in rows["quadrant"]]
    data = rows[_SHOWN].assign(
        x=rows["x"] + [right for right, _up in middles],
        y=rows["y"] + [up for _right, up in middles],
        moved=rows["movement"].map(label),
        since=[f"{day.day} {day:%b %Y}" for day in rows["since"]],
    )
    names = [label(movement) for movement in _SHAPES]
    legend = alt.Legend(orient="top", title=None, symbolSize=130, labelLimit=200, symbolStrokeWidth=0)
    size = f"pow({0.92 * diameter:.4f} * {place.unit}, 2)"
    base = alt.Chart(data).encode(x=place.x(), y=place.y(), tooltip=_tooltips())
    marks = base.mark_point(filled=True, opacity=1, size=alt.ExprRef(size), aria=False).encode(
        shape=alt.Shape("moved:N", scale=alt.Scale(domain=names, range=list(_SHAPES.values())), legend=legend),
        color=alt.Color("moved:N", scale=alt.Scale(domain=names, range=list(_COLOURS.values())), legend=legend),
    )
    letters = f"max(5, {0.46 * diameter:.4f} * {place.unit})"
    numbers = base.mark_text(
        color="white", fontWeight="bold", fontSize=alt.ExprRef(letters), baseline="middle", aria=False
    ).encode(text="number:N")
    return [marks, numbers]


def _tooltips() -> list[alt.Tooltip]:
    named = {
        "number": "Number", "title": "Trend", "ring_name": "Ring", "quadrant_name": "Quadrant", "moved": "Movement",
        "since": "Since", "source": "Source",
    }  # fmt: skip
    return [alt.Tooltip(f"{field}:N", title=title) for field, title in named.items()]


def _steepest(quadrants: int, drawn: Sequence[int]) -> float:
    """The gap upwards, or as near to that as there is one: of one quadrant, beside it."""
    edges = {2 * math.pi * edge / quadrants for quadrant in drawn for edge in (quadrant, quadrant + 1)}
    upwards = len(drawn) > 1
    return max(sorted(edges), key=lambda edge: math.sin(edge) if upwards else abs(math.sin(edge)))


def _ring_names(place: _Place, rings: Sequence[str], radii: Sequence[float], quadrants: int, turn: float) -> alt.Chart:
    """In the gap between two quadrants, each in the middle of its ring."""
    along = _APART * math.cos(math.pi / quadrants)
    middles = [along + (inner + outer) / 2 for inner, outer in pairwise((0.0, *radii))]
    rows = pd.DataFrame(
        {
            "x": [middle * math.cos(turn) for middle in middles],
            "y": [middle * math.sin(turn) for middle in middles],
            "name": list(rings),
        }
    )
    letters = alt.ExprRef(f"max(8, min(12, .036 * {place.unit}))")
    names: alt.Chart = (
        alt.Chart(rows)
        .mark_text(color=_TEXT, fontWeight="bold", fontSize=letters, baseline="middle", limit=90, aria=False)
        .encode(x=place.x(), y=place.y(), text="name:N")
    )
    return names


def _quadrant_names(place: _Place, quadrants: Sequence[str], drawn: Sequence[int]) -> alt.Chart:
    """Above or below, to the left, in the middle or to the right, nearest to where the quadrant is."""
    left, right, low, high = place.box
    sides = {-1: (left, "left"), 0: ((left + right) / 2, "center"), 1: (right, "right")}
    rows = []
    for quadrant in drawn:
        turn = 2 * math.pi * (quadrant + 0.5) / len(quadrants)
        x, align = sides[round(1.2 * math.cos(turn))] if len(drawn) > 1 else sides[-1]
        above = math.sin(turn) > -0.01 or len(drawn) == 1
        rows.append((x, high if above else low, quadrants[quadrant], align, "top" if above else "bottom"))
    names: alt.Chart = (
        alt.Chart(pd.DataFrame(rows, columns=["x", "y", "name", "align", "baseline"]))
        .mark_text(
            color=_TEXT, fontWeight="bold", fontSize=13, align=alt.ExprRef("datum.align"),
            baseline=alt.ExprRef("datum.baseline"), limit=alt.ExprRef("width / 2.1"), aria=False,
        )
        .encode(x=place.x(), y=place.y(), text="name:N")
    )  # fmt: skip
    return names
