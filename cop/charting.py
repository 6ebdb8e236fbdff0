"""Charts whose form doesn't depend on their data: the form is built once, later data is put into it. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class Template:
    """A chart in two steps: `rows` shapes a query's result, `build` draws such rows.

    `build` reads the rows' columns and its options, never their values; so what it made of no rows draws any.
    """

    rows: Callable[[pd.DataFrame], pd.DataFrame]
    build: Callable[..., Any]

    def __call__(self, frame: pd.DataFrame, **options: Any) -> Any:
        """The whole chart, with its data inside."""
        return self.build(self.rows(frame), **options)
