"""Imports that were made, with the way back; and the mappings that were kept."""

import json

import pandas as pd
import streamlit as st

from cop.errors import Invalid
from cop.imports import jobs, operations
from cop.imports.mapping import raw_mapping
from cop.imports.queries import Done, imports_done, mappings
from cop.periods import utcnow
from cop.permissions import Actor
from cop.ui import format as words
from cop.ui import run
from cop.ui.load import load
from cop.ui.perform import Form
from cop.ui.text import plain
from cop.ui.widgets import import_files, notice

_MOST = 200


def past(actor: Actor) -> None:
    """The imports that were made; one can be taken back."""
    st.subheader("Made so far", anchor=False)
    found = load(imports_done, most=_MOST)
    if not found:
        st.text("None yet.")
        return
    zone = run.current().time_zone
    st.dataframe(
        pd.DataFrame([_row(item, zone) for item in found]),
        hide_index=True,
        key="imports_done",
        alt=f"{len(found)} imports with their time, who made them, files and rows",
    )
    open_ones = {item.entry_id: item for item in found if item.undone_at is None}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Take one back",
            list(open_ones),
            index=None,
            format_func=lambda key: _label(open_ones[key], zone) if key in open_ones else str(key),
            key="undo_import",
            placeholder="Choose an import",
        )
        if chosen is None:
            return
        item = open_ones[chosen]
        with st.popover("Take back …", icon=":material/undo:", key="undo_import_popover"):
            st.write(
                f"What it created ({item.created:,} rows) is deleted, what it changed ({item.changed:,} rows) gets its "
                "old values. Nothing happens where others have built on it since: then you are told what."
            )
            if st.button("Take it back", type="primary", key="undo_import_now"):
                _undo(actor, chosen)


def _undo(actor: Actor, entry_id: int) -> None:
    token = jobs.new(actor.account_id, now=utcnow())
    jobs.remember(token, {"stage": "undone"})
    jobs.start(token, "undo", account_id=actor.account_id, entry_id=entry_id)
    import_files.open_job(token)


def _row(item: Done, zone: str) -> dict[str, object]:
    back = f"{words.moment(item.undone_at, zone)}, {item.undone_by}" if item.undone_at else ""
    return {
        "No.": item.entry_id,
        "When": words.moment(item.at, zone),
        "Who": item.by,
        "Source": item.source,
        "Files": ", ".join(item.files),
        "Created": item.created,
        "Changed": item.changed,
        "Taken back": back,
    }


def _label(item: Done, zone: str) -> str:
    return f"{words.moment(item.at, zone)}: {item.source}, {', '.join(item.files)} (no. {item.entry_id})"


def kept() -> None:
    """The kept mappings: give one out, or forget it."""
    st.subheader("Kept mappings", anchor=False)
    _take_in()
    found = {item.id: item for item in load(mappings)}
    if not found:
        return
    form = Form("kept_mapping")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Mapping",
            list(found),
            index=None,
            format_func=lambda key: found[key].name if key in found else str(key),
            key="kept_mapping_id",
            placeholder="Recognised by itself when such files come again",
        )
        if chosen is None or chosen not in found:
            return
        item = found[chosen]
        st.download_button(
            "As a file",
            json.dumps(item.content, indent=2, ensure_ascii=False),
            file_name="mapping.json",
            mime="application/json",
            key="kept_mapping_download",
            icon=":material/download:",
            help="For the command line: python -m cop import mapping.json",
        )
        with st.popover("Forget …", icon=":material/delete:", key="forget_mapping"):
            st.write(f"Forget “{plain(item.name)}”? What was imported by it stays.")
            if st.button("Forget it", type="primary", key="forget_mapping_now") and form.perform(
                operations.delete_mapping, mapping_id=item.id
            ):
                notice.say(f"“{item.name}” is forgotten.")
                st.rerun()


def _take_in() -> None:
    """Keep a mapping that was written by hand, with rules that the screen doesn't offer."""
    with st.expander("Take a mapping from a file", key="take_mapping", on_change="rerun") as box:
        if not box.open:
            return
        form = Form("take_mapping")
        given = st.file_uploader("TOML or JSON", type=["toml", "json"], key=form.key("file"))
        form.slot("file")
        proposed = given.name.rpartition(".")[0] if given else ""
        name = st.text_input("Name", proposed, key=form.key(f"name:{proposed}"), max_chars=80)
        form.slot("name")
        if not st.button("Keep it", key=form.key("submit"), disabled=given is None) or given is None:
            return
        try:
            content = raw_mapping(given.name, given.getvalue())
        except Invalid as error:
            form.fail({"file": " ".join(error.errors.values())})
            return
        if form.perform(operations.save_mapping, name=name, content=content):
            notice.say(f"“{name.strip()}” is kept.")
            st.rerun()
