"""Long lists, ten at a time."""

from math import ceil

import pandas as pd
import streamlit as st

_ON_A_PAGE = 10


def page_of(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """Ten of the rows and, where there are more, a widget to turn the pages."""
    pages = ceil(len(rows) / _ON_A_PAGE)
    page = st.pagination(pages, key=f"{name}_page:{pages}") if pages > 1 else 1
    return rows.iloc[(page - 1) * _ON_A_PAGE : page * _ON_A_PAGE]
