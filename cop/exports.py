"""Tables as CSV that a spreadsheet opens without running anything, under file names of our own making. Pure."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import pandas as pd

_STARTS_FORMULA = "=+-@\t\r\n|%"
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")


def safe_cell(value: Any) -> Any:
    """The value, with an apostrophe before text that a spreadsheet could take for a formula.

    Judged after Unicode's compatibility folding (a full-width ＝ counts as =) and behind leading blanks, quotes and
    invisible characters. A plain number, negative ones too, stays a number.
    """
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value):  # noqa: PLR0124 - NaN
        return ""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if not isinstance(value, str) or _NUMBER.fullmatch(value):
        return value
    text = value.replace("\x00", "")
    return f"'{text}" if _looks_like_formula(text) else text


def _looks_like_formula(text: str) -> bool:
    folded = unicodedata.normalize("NFKC", text)
    if folded[:1] in {"\t", "\r", "\n"}:
        return True
    visible = folded.lstrip("".join(char for char in set(folded) if _is_invisible(char)) + " '\"")
    return visible[:1] != "" and visible[0] in _STARTS_FORMULA


def _is_invisible(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) in {"Cc", "Cf", "Zs"}


def to_csv(header: Sequence[str], rows: Iterable[Iterable[Any]]) -> bytes:
    """CSV in UTF-8 with a byte order mark, by which Excel knows the encoding; every cell made safe."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([safe_cell(name) for name in header])
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def frame_to_csv(frame: pd.DataFrame) -> bytes:
    """A table's columns and rows, without its index."""
    return to_csv([str(name) for name in frame.columns], frame.astype("object").itertuples(index=False, name=None))


def file_name(*parts: str, ending: str) -> str:
    """Such as cop-participation-2025-01-2025-12.csv: letters, digits and hyphens only, whatever the parts hold."""
    words = re.sub(r"[^a-z0-9]+", "-", " ".join(("cop", *parts)).encode("ascii", "ignore").decode().lower())
    return f"{words.strip('-')[:100].rstrip('-')}.{ending}"
