"""The recording form's tables: contributions and links.

A table is never fed its own result: it starts from pinned rows. Streamlit makes a new table when a choice's options
change (somebody was ticked), so then, and only then, the rows as they stand are pinned anew.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from cop.choices import ContributionKind
from cop.people.queries import directory
from cop.sessions.inputs import PersonRef
from cop.ui.format import label
from cop.ui.load import load
from cop.ui.perform import Form
from cop.ui.widgets.record_state import Opened

_KINDS = {kind.value: label(kind.value) for kind in ContributionKind}
_FIRST_KIND = next(iter(_KINDS.values()))


def contributions(opened: Opened, form: Form, people: Mapping[PersonRef, str]) -> list[dict[str, Any]]:
    """What people gave, in one table."""
    st.subheader("What came of it?", anchor=False)
    st.caption("Ideas, lessons, good practices, solutions, opportunities, risks avoided, assets: one per row.")
    pinned = _pin(opened, "contributions", tuple(people.values()), opened.start.contributions)
    refs = {name: ref for ref, name in people.items()}
    for row in pinned:  # somebody who is credited without having come stays selectable
        if isinstance(row["person"], int) and row["person"] not in people:
            refs.setdefault(load(directory).label(row["person"]), row["person"])
    names = {ref: name for name, ref in refs.items()}
    shown = [{**row, "kind": _KINDS.get(row["kind"]), "person": names.get(row["person"])} for row in pinned]
    rows = _editor(
        opened,
        "contributions",
        shown,
        {
            "title": st.column_config.TextColumn("What", width=114),
            "kind": st.column_config.SelectboxColumn(
                "Kind", options=list(_KINDS.values()), default=_FIRST_KIND, width=70
            ),
            "person": st.column_config.SelectboxColumn("Who", options=list(refs), width=70),
            "url": st.column_config.TextColumn("Link", width=68),
        },
        "Contributions of this session",
    )
    form.slot("contributions")
    kinds = {words: value for value, words in _KINDS.items()}
    return [{**row, "kind": kinds.get(row["kind"], ""), "person": refs.get(row["person"])} for row in rows]


def links(opened: Opened, form: Form) -> list[dict[str, Any]]:
    """Slides, recordings, notes."""
    st.caption("Links: slides, recording, notes.")
    pinned = _pin(opened, "links", (), opened.start.links)
    rows = _editor(
        opened,
        "links",
        pinned,
        {
            "title": st.column_config.TextColumn("Link to", width=150),
            "url": st.column_config.TextColumn("Address", width=172),
        },
        "Links of this session",
    )
    form.slot("links")
    return rows


def _pin(opened: Opened, table: str, options: tuple[str, ...], start: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows that the table starts from."""
    there = opened.tables.get(table)
    if there is None:
        opened.tables[table] = (0, options, start)
    elif there[1] != options:
        opened.tables[table] = (there[0] + 1, options, getattr(opened.kept, table))
    return opened.tables[table][2]


def _editor(
    opened: Opened, table: str, rows: Sequence[Mapping[str, Any]], columns: dict[str, Any], alt: str
) -> list[dict[str, Any]]:
    """The rows as they stand now, empty ones left out; `id` is carried along unseen.

    The columns' widths fit a phone, 322 together; where there is more room each grows.

    Without rows one stands ready: typing into a cell is easier than adding a row, above all on a phone.
    """
    names = ["id", *columns]
    blank = {name: columns[name].get("default") if name in columns else None for name in names}
    frame = pd.DataFrame([{name: row[name] for name in names} for row in rows or [blank]], columns=names, dtype=object)
    edited = st.data_editor(
        frame.astype({"id": "Int64"} | dict.fromkeys(columns, "string")),
        num_rows="dynamic",
        hide_index=True,
        column_config={"id": None, **columns},
        key=opened.key(f"{table}:{opened.tables[table][0]}"),
        placeholder="",
        alt=alt,
    )
    found = []
    for record in edited.to_dict("records"):
        row = {name: None if pd.isna(value) else value for name, value in record.items()}
        if any(row[name] for name in columns if name != "kind"):  # the kind alone says nothing yet
            found.append({**{name: row[name] for name in columns}, "id": None if row["id"] is None else int(row["id"])})
    return found
