"""The funnel's items with their standings, for a screen and for what is taken along from it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pandas as pd

from cop.funnel import queries
from cop.funnel.board import NOBODY_SCORED, with_standings

Ask = Callable[..., Any]
"""Runs a query with its parameters: `load` on a screen, the query itself in an export."""


def board_rows(ask: Ask, *, now: datetime) -> pd.DataFrame:
    """Every item that no other stands for, with how it stands."""
    return with_standings(ask(queries.items, now=now), NOBODY_SCORED)
