"""A community's sessions in the order of time, and what its months say in words. Pure."""

from dataclasses import dataclass
from datetime import datetime

import pandas as pd


@dataclass(frozen=True)
class Timeline:
    """A community's sessions by what they are at a moment."""

    ahead: pd.DataFrame
    """What comes, the next one first; what was called off too, since people need to know."""
    waiting: pd.DataFrame
    """What was planned, is over and isn't recorded yet."""
    past: pd.DataFrame
    """What is over, the newest first."""


def timeline(sessions: pd.DataFrame, now: datetime) -> Timeline:
    """Sort a community's sessions by what they are at this moment."""
    status, over = sessions["status"], sessions["ends_at"] <= pd.Timestamp(now)
    ahead, waiting = (status != "held") & ~over, (status == "planned") & over
    return Timeline(ahead=sessions[ahead].iloc[::-1], waiting=sessions[waiting], past=sessions[~ahead & ~waiting])


def months_in_words(months: pd.DataFrame) -> str:
    """What the activity chart shows, for those who don't see it and for a glance."""
    sessions = int(months["sessions"].sum())
    if not sessions:
        return "No session was held in the last 12 months."
    counted = int(months["counted"].sum())
    noun = "session" if sessions == 1 else "sessions"
    if not counted:
        return f"{sessions} {noun} in the last 12 months; who came was not noted."
    people = int(months["people"].sum())
    missing = sessions - counted
    text = f"{sessions} {noun} in the last 12 months, {people:,} attendances in the {counted} with a list or count"
    return f"{text}; {missing} without." if missing else f"{text}."
