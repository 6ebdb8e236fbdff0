"""What leaves the KPI screen: tables, and charts as PNG, read afresh for whoever asks at that moment."""

from datetime import date

from sqlalchemy.orm import Session as DbSession

from cop.exports import Sheet, sheet_of
from cop.kpis import charts, panels, queries
from cop.kpis.scope import Selection
from cop.periods import Period
from cop.permissions import Actor


def panel_table(
    db: DbSession, actor: Actor | None, *, panel: str, period: Period, selection: Selection, as_of: date
) -> Sheet:
    """A chart's table."""
    frame = queries.months(db, actor, period=period, selection=selection, as_of=as_of)
    chosen = panels.BY_KEY[panel]
    return sheet_of(chosen.title, panels.table(frame, chosen))


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


def communities(db: DbSession, actor: Actor | None, *, period: Period, selection: Selection, as_of: date) -> Sheet:
    """Every community of the selection with its figures, those that need help first."""
    rows = queries.communities(db, actor, period=period, selection=selection, as_of=as_of).rows
    return sheet_of("Communities", rows.drop(columns=["id", "course"]))


def sessions(db: DbSession, actor: Actor | None, *, period: Period, selection: Selection) -> Sheet:
    """Every session behind the figures."""
    found = queries.sessions(db, actor, period=period, selection=selection, limit=None)
    return sheet_of("Sessions", found.rows)
