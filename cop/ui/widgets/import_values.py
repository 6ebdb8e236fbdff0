"""What values mean that a mapping doesn't know yet: chosen in the preview, kept in the mapping."""

from typing import Any

import streamlit as st

from cop.imports.kinds import KINDS
from cop.imports.meanings import learned
from cop.imports.queries import radar_names
from cop.ui.format import label
from cop.ui.load import load
from cop.ui.text import plain
from cop.ui.widgets.import_choices import EMPTY, LEAVE_OUT, choices_of


def edit(token: str, mapping: dict[str, Any], unknown: list[dict[str, Any]]) -> dict[str, Any]:
    """Draw a choice beside each unknown value; returns the mapping with what was chosen."""
    if not unknown:
        return mapping
    st.markdown("**Values that aren't known yet**")
    files = {file["name"]: file for file in mapping["files"]}
    names = load(radar_names)
    with st.container(horizontal=True):
        for item in unknown:
            file = files[item["file"]]
            meant = _choice(token, file["kind"], item, names)
            if meant:
                files[item["file"]] = learned(
                    file, item["field"], item["column"], {item["value"]: meant}, empty=EMPTY, leave_out=LEAVE_OUT
                )
    return mapping | {"files": list(files.values())}


def _choice(token: str, kind: str, item: dict[str, Any], names: dict[str, tuple[str, ...]]) -> str | None:
    field = item["field"]
    own = choices_of(KINDS[kind][field]) or names.get(field, ())
    rows = "1 row" if item["count"] == 1 else f"{item['count']:,} rows"
    chosen: str | None = st.selectbox(
        plain(f"{label(field)} “{item['value'][:60]}” ({rows})"),
        [*own, EMPTY, LEAVE_OUT],
        index=None,
        format_func=lambda value: value if value.startswith("(") else label(value),
        key=f"unknown:{token}:{item['file']}:{field}:{item['value']}",
        placeholder="Choose what it means",
        width=280,
    )
    return chosen
