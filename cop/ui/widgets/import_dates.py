"""How a column of days or times is written."""

from typing import Any

import streamlit as st

from cop.imports import dates
from cop.imports.inspection import Inspection
from cop.ui.format import label
from cop.ui.text import plain

_LISTED = 4


def edit(key: str, name: str, column: str, raw: Any, found: Inspection) -> Any:
    """Choose the forms of a field's days; several may be ticked, another one written."""
    given = raw.get("format", []) if isinstance(raw, dict) else []
    kept = [given] if isinstance(given, str) else list(given)
    seen = found.dates.get(column, ())
    fitting = [form for form in dates.FORMS if any(dates.read_as(text, form, "UTC") for text in seen)]
    options = list(dict.fromkeys([*kept, *fitting, *dates.PLAIN_FORMS]))
    chosen = st.multiselect(
        f"{label(name)} is written",
        options,
        default=kept or [dates.ISO],
        format_func=lambda form: dates.example(form) if form in options else form,
        key=f"format:{key}:{column}",
        placeholder="Choose one or more",
        accept_new_options=True,
        select_all=False,
        width=400,
        help="Tick each form that the column holds. Another one is written like DD/MM/YYYY HH:MM, %d/%m/%Y %H:%M, or as an "
        "example such as 10/Jan/26 12:00 AM.",
    )
    forms = _forms(chosen)
    _warn(seen, forms)
    rest = {"column": column} | ({k: v for k, v in raw.items() if k != "format"} if isinstance(raw, dict) else {})
    if forms == [dates.ISO] or not forms:
        return rest if len(rest) > 1 else column
    return rest | {"format": forms[0] if len(forms) == 1 else forms}


def _forms(chosen: list[str]) -> list[str]:
    """The chosen forms; one that was written and isn't known is named."""
    forms = []
    for text in chosen:
        try:
            forms.append(dates.form_of(text))
        except dates.UnknownForm as error:
            st.error(plain(f"“{text}” isn't taken: {error}."), icon=":material/error:")
    return list(dict.fromkeys(forms))


def _warn(seen: tuple[str, ...], forms: list[str]) -> None:
    """Name the days that the chosen forms read in no way, or in two."""
    readings = {text: len(dates.read(text, forms or [dates.ISO], "UTC")) for text in seen}
    unread = [text for text, count in readings.items() if not count]
    twofold = [text for text, count in readings.items() if count > 1]
    if twofold:
        st.warning(
            plain(f"These can be read in two ways: {_some(twofold)}. Take one form away."), icon=":material/event:"
        )
    if unread:
        both = next(filter(None, map(_both, unread)), "")
        st.warning(plain(f"Not read yet: {_some(unread)}. {both}".strip()), icon=":material/event:")


def _both(text: str) -> str:
    """What somebody must decide about a day whose month may stand first."""
    ways = dates.two_ways(text)
    return f"Is {text} the {ways[0]} or the {ways[1]}? Choose the form that is meant." if ways else ""


def _some(texts: list[str]) -> str:
    more = len(texts) - _LISTED
    return ", ".join(texts[:_LISTED]) + (f" and {more} more forms" if more > 0 else "")
