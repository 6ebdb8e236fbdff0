"""Rows ticked in a table."""

from typing import Any


def ticked(chosen: Any) -> list[int]:
    """The numbers of the rows that were ticked, as `st.dataframe` with `on_select` gives them."""
    rows: list[int] = chosen["selection"]["rows"]
    return sorted(rows)
