"""No chart can make a reader's browser ask another server: Vega fetches pictures, data and links that a chart names."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pandas as pd
import pytest

from cop.catalog.charts import activity
from cop.funnel import charts, pictures, radar, radar_charts
from cop.kpis.metrics import COLUMNS
from cop.kpis.panels import PANELS
from cop.periods import last_months
from cop.surveys import charts as survey_charts

FETCHED = {"image", "url", "href"}
"""Fields and titles of these names are fetched or made links by the tooltip alone."""

MONTHS = pd.DataFrame({"month": pd.to_datetime(["2026-01-01"]), **{name: [1] for name in COLUMNS}})
OWN = pd.DataFrame({"month": pd.to_datetime(["2026-01-01"]), "sessions": [1], "counted": [1], "people": [3]})
CHARTS = {panel.key: panel.chart(MONTHS, running="", many=False) for panel in PANELS}
TRENDS = pd.DataFrame(
    {
        "number": [1], "title": ["https://example.org"], "ring_name": ["Trial"], "quadrant_name": ["Tools"],
        "source": ["A radar"], "movement": ["new"], "since": [date(2026, 1, 1)], "quadrant": [0], "x": [0.3], "y": [0.3],
    }
)  # fmt: skip
LAYOUT = radar.layout([radar.Blip(1, 0, 0)], quadrants=3, rings=2)
CHARTS["radar"] = radar_charts.radar(TRENDS, rings=("In", "Out"), quadrants=("A", "B", "C"), layout=LAYOUT)
STAYS = pd.DataFrame(
    {
        "item": [1], "title": ["https://example.org"], "channel": ["need"], "stage": ["inbox"],
        "entered_on": [date(2026, 1, 1)], "left_on": [None],
    }
)  # fmt: skip
PLACED = pd.DataFrame(
    {"title": ["A"], "channel": ["need"], "value": [0.5], "effort": [0.5], "people": pd.array([3], "Int64")}
)
CHARTS["bubbles"] = charts.bubbles(PLACED)
CHARTS["passage"] = charts.passage(pictures.passage(STAYS, last_months(1, date(2026, 1, 1)), as_of=date(2026, 2, 1)))
CHARTS["ageing"] = charts.ageing(pictures.ageing(STAYS, as_of=date(2026, 2, 1)))
CHARTS["balance"] = charts.balance(pictures.balance(STAYS, as_of=date(2026, 2, 1)))
CELLS = pd.DataFrame(
    {
        "group": ["https://example.org"], "skill": ["Cloud"], "counts": [(3, 3, 3, 2, 1)], "severity": [0.5], "mean": [1.6],
        "known": [12], "n": [12], "unknown": [0.0], "required": [3], "hidden": [None], "smallest_group": [5],
    }
)  # fmt: skip
CHARTS["gaps"] = survey_charts.HEATMAP(CELLS)
CHARTS["levels"] = survey_charts.STACKED(survey_charts.levels_of(["Cloud"], [(3, 3, 3, 2, 1)]), answers=("a", "b"))
CHARTS["activity"] = activity(OWN.astype({"people": "Int64"}))


def parts(spec: Any) -> Iterator[dict[str, Any]]:
    """Every object inside the specification, the rows of its data too."""
    if isinstance(spec, dict):
        yield spec
        for value in spec.values():
            yield from parts(value)
    elif isinstance(spec, list):
        for value in spec:
            yield from parts(value)


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_names_nothing_that_is_fetched(name):
    found = list(parts(CHARTS[name].to_dict()))
    assert len(found) > 10
    for part in found:
        assert FETCHED.isdisjoint(part), part
        assert FETCHED.isdisjoint(str(part.get(key, "")).lower() for key in ("field", "title", "type", "mark")), part


@pytest.mark.parametrize("name", CHARTS)
def test_a_tooltip_shows_chosen_fields_only(name):
    """`tooltip: {content: data}` would show every column under its own name."""
    assert not [part for part in parts(CHARTS[name].to_dict()) if part.get("content") == "data"]
