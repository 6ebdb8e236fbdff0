"""What can be taken along of the meetings with units: each table as its screen shows it, read afresh."""

from collections.abc import Mapping
from datetime import date

import pandas as pd
from sqlalchemy.orm import Session as DbSession

from cop.choices import label
from cop.exports import Sheet, sheet_of
from cop.funnel import meeting_queries as queries
from cop.funnel.meetings import Wanted, matching, of_units
from cop.permissions import Actor


def units(db: DbSession, actor: Actor | None, *, wanted: Wanted, today: date) -> Sheet:
    """The units that fit, and how they were met."""
    columns = {
        "unit": "Unit", "people": "People", "meetings": "Meetings", "last_met": "Last met",
        "receptiveness": "Received", "course": "Over time", "next_contact_on": "Next contact",
        "open_concerns": "Open concerns",
    }  # fmt: skip
    return sheet_of("Units met", _renamed(matching(queries.units(db, actor), wanted, today=today), columns))


def meetings(db: DbSession, actor: Actor | None, *, wanted: Wanted, today: date) -> Sheet:
    """The meetings with the units that fit, archived ones too."""
    columns = {
        "unit": "Unit", "met_on": "Day", "led_by": "Led by", "took_part": "Took part", "receptiveness": "Received",
        "notes": "Notes", "next_contact_on": "Next contact", "needs": "Needs raised", "concerns": "Concerns",
        "open_concerns": "Open concerns", "archived": "Archived",
    }  # fmt: skip
    rows = of_units(queries.meetings(db, actor), queries.units(db, actor), wanted, today=today)
    return sheet_of("Meetings with units", _renamed(rows, columns))


def concerns(db: DbSession, actor: Actor | None, *, wanted: Wanted, today: date) -> Sheet:
    """What the units that fit worry about, settled concerns too."""
    columns = {
        "unit": "Unit", "raised_on": "Raised", "concern": "Concern", "answer": "Answer", "follow_up_on": "Follow up",
        "settled_on": "Settled",
    }  # fmt: skip
    rows = of_units(queries.concerns(db, actor), queries.units(db, actor), wanted, today=today)
    return sheet_of("Concerns", _renamed(rows, columns))


def _renamed(rows: pd.DataFrame, columns: Mapping[str, str]) -> pd.DataFrame:
    """The columns under the names that people read; how a unit took it as a word."""
    shown = rows[list(columns)].astype("object").rename(columns=columns)
    if "receptiveness" in columns:
        shown["Received"] = [label(value) for value in rows["receptiveness"]]
    return shown
