"""The funnel's items with their standings, for a screen and for what is taken along from it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pandas as pd

from cop.funnel import queries, score_queries
from cop.funnel.board import NOTHING_TOLD, with_standings
from cop.permissions import Actor, Permission, may

Ask = Callable[..., Any]
"""Runs a query with its parameters: `load` on a screen, the query itself in an export."""


def board_rows(ask: Ask, actor: Actor | None, *, now: datetime) -> pd.DataFrame:
    """Every item that no other stands for, with how it stands, as far as that may be told to the actor."""
    scores = may(actor, Permission.FUNNEL_SCORE)
    return with_standings(
        ask(queries.items, now=now), ask(score_queries.standings, now=now) if scores else NOTHING_TOLD
    )
