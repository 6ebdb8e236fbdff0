"""The charts of a community's page. Pure."""

import altair as alt
import pandas as pd

_HEIGHT = 190
_GREY = "#7a7a7a"
"""Readable on a light and on a dark page."""


def activity(months: pd.DataFrame) -> alt.LayerChart:
    """Attendances by month as bars with their number, sessions in words below; "?" where nobody noted who came."""
    rows = months.assign(
        label=[_label(held, people) for held, people in zip(months["sessions"], months["people"], strict=True)],
        height=months["people"].fillna(0).astype("int64"),
        people_text=[_people(held, people) for held, people in zip(months["sessions"], months["people"], strict=True)],
    ).drop(columns=["people", "counted"])
    base = alt.Chart(rows, height=_HEIGHT).encode(
        x=alt.X(
            "month:O", timeUnit="utcyearmonth", title=None, axis=alt.Axis(labelAngle=0, format="%b", labelOverlap=True)
        ),
        tooltip=[
            alt.Tooltip("month:T", title="Month", format="%B %Y"),
            alt.Tooltip("sessions:Q", title="Sessions held"),
            alt.Tooltip("people_text:N", title="Attendances"),
        ],
    )
    y = alt.Y("height:Q", title="Attendances", axis=alt.Axis(tickMinStep=1, grid=False))
    layers: alt.LayerChart = base.mark_bar().encode(y=y) + base.mark_text(dy=-7, color=_GREY).encode(
        y=y, text="label:N"
    )
    return layers


def _label(held: int, people: object) -> str:
    """Above the bar: nothing in a month without a session, "?" where nothing is known, else the number."""
    if not held:
        return ""
    return "?" if people is pd.NA else str(people)


def _people(held: int, people: object) -> str:
    if not held:
        return "no session"
    return "no list taken" if people is pd.NA else str(people)
