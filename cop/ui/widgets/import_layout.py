"""Which row of an import's file is the header, and which rows are no data."""

import re
from typing import Any

import pandas as pd
import streamlit as st

from cop.imports.inspection import Inspection
from cop.imports.layout import MOST_HEADER_ROWS, OPTIONAL, passed_word, passed_words
from cop.ui.text import plain

Raw = dict[str, Any]
"""A file's part of a mapping, as JSON."""

_OPTIONAL_WORDS = {
    "separator": "empty rows and drawn lines",
    "total": "totals",
    "note": "notes below the data",
    "repeated header": "repeated headers",
    "example": "the example of a template",
}
_RANGE = re.compile(r"(\d{1,7})(?:\s*[-–]\s*(\d{1,7}))?")
_LONGEST_RANGE = 10_000


def edit(key: str, file: Raw, found: Inspection) -> Raw:
    """Draw what is recognised; returns what the mapping shall say of it. None takes a choice back."""
    st.caption(passed_words(found.passed_counts, found.unnamed) or "Every row below the header is data.")
    if found.short_rows:
        st.warning(
            f"{found.short_rows:,} rows have fewer cells than the header. Open “Header and rows” to fill them with empty "
            "cells, or leave them out in the preview.",
            icon=":material/short_text:",
        )
    with st.expander("Header and rows", key=f"layout:{key}", on_change="rerun") as box:
        if not box.open:
            return {}
        with st.container(horizontal=True):
            given = _header(key, file, found)
        given |= _rows(key, file, found)
        if found.passed:
            st.dataframe(
                pd.DataFrame(
                    [(number, passed_word(why), text) for number, why, text in found.passed],
                    columns=["Row", "Passed over as", "It begins"],
                ),
                hide_index=True,
                key=f"passed:{key}",
                alt=f"{len(found.passed)} rows that are passed over, with the reason",
            )
    return {name: value for name, value in given.items() if file.get(name) != value}


def _header(key: str, file: Raw, found: Inspection) -> Raw:
    """The header's first row, and how many rows it takes up."""
    begins = dict(found.head)
    numbers = sorted({*begins, file.get("header_row", found.header_row)})
    row = st.selectbox(
        "Header in row",
        [0, *numbers],
        index=numbers.index(file["header_row"]) + 1 if "header_row" in file else 0,
        format_func=lambda number: (
            plain(f"{number}: {begins.get(number, '')}"[:80]) if number else f"Recognised: row {found.header_row}"
        ),
        key=f"header_row:{key}",
        width=420,
    )
    height = st.selectbox(
        "Rows of the header",
        range(MOST_HEADER_ROWS + 1),
        index=file.get("header_rows", 0),
        format_func=lambda count: str(count) if count else f"Recognised: {found.header_rows}",
        key=f"header_rows:{key}",
        width=200,
        help="Survey tools write several: short names, the questions' words, codes. The first one names the columns.",
    )
    return {"header_row": row or None, "header_rows": height or None}


def _rows(key: str, file: Raw, found: Inspection) -> Raw:
    """Which rows below the header are no data."""
    kinds = [reason.value for reason in OPTIONAL]
    passed = st.pills(
        "Pass over",
        kinds,
        default=file.get("pass_over", kinds),
        selection_mode="multi",
        format_func=_OPTIONAL_WORDS.__getitem__,
        key=f"pass_over:{key}",
    )
    text = st.text_input(
        "More rows to leave out",
        ", ".join(map(str, file.get("skip_rows", []))),
        key=f"skip_rows:{key}",
        placeholder="Row numbers of the file, such as 7, 12-14",
        width=420,
    )
    skipped = row_numbers(text)
    if skipped is None:
        st.error("Write row numbers with commas between, such as 7, 12-14.", icon=":material/error:")
        skipped = file.get("skip_rows", [])
    given: Raw = {
        "pass_over": None if set(passed) == set(kinds) else [kind for kind in kinds if kind in passed],
        "skip_rows": skipped or None,
    }
    if found.short_rows or file.get("fill_short_rows"):
        fill = st.toggle(
            "Fill short rows with empty cells", bool(file.get("fill_short_rows")), key=f"fill_short_rows:{key}"
        )
        given["fill_short_rows"] = fill or None
    return given


def row_numbers(text: str) -> list[int] | None:
    """The numbers in a text such as “7, 12-14”; None where it says something else."""
    numbers: set[int] = set()
    for part in filter(str.strip, text.split(",")):
        found = _RANGE.fullmatch(part.strip())
        if found is None:
            return None
        first, last = int(found[1]), int(found[2] or found[1])
        if not 0 < first <= last < first + _LONGEST_RANGE:
            return None
        numbers |= set(range(first, last + 1))
    return sorted(numbers)
