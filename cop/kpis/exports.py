"""What leaves the KPI screen: tables as CSV and charts as PNG, read afresh for whoever asks at that moment."""

from datetime import date

from sqlalchemy.orm import Session as DbSession

from cop import exports
from cop.kpis import charts, panels, queries
from cop.kpis.scope import Selection
from cop.periods import Period
from cop.permissions import Actor


def panel_csv(
    db: DbSession, actor: Actor | None, *, panel: str, period: Period, selection: Selection, as_of: date
) -> bytes:
    """A chart's table."""
    frame = queries.months(db, actor, period=period, selection=selection, as_of=as_of)
    return exports.frame_to_csv(panels.table(frame, panels.BY_KEY[panel]))


def panel_png(
    db: DbSession, actor: Actor | None, *, panel: str, period: Period, selection: Selection, as_of: date, about: str
) -> bytes:
    """A chart as a picture on white; `about` tells which communities and people it is of."""
    import vl_convert  # noqa: PLC0415 - 40 MB that only a download needs

    frame = queries.months(db, actor, period=period, selection=selection, as_of=as_of)
    chosen = panels.BY_KEY[panel]
    course = panels.course_of(period, as_of)
    definitions = [f"{metric.label}: {metric.definition}" for metric in chosen.metrics]
    spec = charts.picture(
        chosen.chart,
        frame,
        title=chosen.title,
        subtitle=[
            f"{period.label} · {about}",
            f"As of {as_of.day} {as_of:%b %Y}, records of the programme",
            *definitions,
        ],
        running=course.running,
        many=course.many,
    )
    return vl_convert.vegalite_to_png(spec, scale=2)


def communities_csv(db: DbSession, actor: Actor | None, *, period: Period, selection: Selection, as_of: date) -> bytes:
    """Every community of the selection with its figures, those that need help first."""
    rows = queries.communities(db, actor, period=period, selection=selection, as_of=as_of).rows
    return exports.frame_to_csv(rows.drop(columns=["id", "course"]))


def sessions_csv(db: DbSession, actor: Actor | None, *, period: Period, selection: Selection) -> bytes:
    """Every session behind the figures."""
    return exports.frame_to_csv(queries.sessions(db, actor, period=period, selection=selection, limit=None).rows)
