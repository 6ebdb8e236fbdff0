"""A community's sessions in the order of time, and what its months say in words. Pure."""

from dataclasses import dataclass
from datetime import datetime

import pandas as pd


@dataclass(frozen=True)
class Timeline:
    """What comes, the next one first; what was planned and isn't recorded yet; what is over, the newest first."""

    ahead: pd.DataFrame
    waiting: pd.DataFrame
    past: pd.DataFrame


def timeline(sessions: pd.DataFrame, now: datetime) -> Timeline:
    """Sort a community's sessions by what they are at this moment."""
    planned, over = sessions["status"] == "planned", sessions["ends_at"] <= pd.Timestamp(now)
    return Timeline(
        ahead=sessions[planned & ~over].iloc[::-1],
        waiting=sessions[planned & over],
        past=sessions[~planned],
    )


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
