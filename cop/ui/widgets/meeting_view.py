"""One meeting with a unit: who, how they took it, what was said, needs raised there, concerns, corrections."""

from collections.abc import Callable

import streamlit as st

from cop.errors import CopError
from cop.funnel import meeting_operations as operations
from cop.funnel import meeting_queries as queries
from cop.funnel.meeting_queries import Meeting
from cop.ui import format as words
from cop.ui import run as runs
from cop.ui.address import address_id
from cop.ui.layout import go, link
from cop.ui.load import load
from cop.ui.navigation import address
from cop.ui.perform import perform
from cop.ui.text import plain
from cop.ui.widgets import concerns, meeting_form
from cop.ui.widgets.hit_list import hit_list


def is_asked() -> bool:
    """Whether the address names a meeting."""
    return "meeting" in st.query_params


def from_address() -> Meeting:
    """The meeting that the address names; NotFound where it names none that the actor may see."""
    return load(queries.meeting, meeting_id=address_id(st.query_params["meeting"]))


def show(found: Meeting) -> None:
    """The meeting with everything that hangs on it."""
    link("meetings", "All meetings", icon=":material/arrow_back:")
    st.title(plain(f"{found.name}, {words.day(found.said.met_on)}"), anchor=False)
    if found.unit != found.name:
        st.caption(plain(found.unit))
    if found.archived:
        st.warning("Archived: it counts no more.", icon=":material/inventory_2:")
    _facts(found)
    st.subheader("Notes", anchor=False)
    st.text(found.said.notes or "No notes were taken.")
    _needs(found)
    concerns.section(found)
    st.subheader("This record", anchor=False)
    if found.archived:
        _button("Restore", found, operations.restore_meeting, ":material/undo:")
    else:
        meeting_form.edit(found)
        _button("Archive", found, operations.archive_meeting, ":material/inventory_2:")


def _facts(found: Meeting) -> None:
    said = found.said
    took_part = ", ".join(found.names[key] for key in said.person_ids)
    facts = {
        "How they took it": words.label(said.receptiveness) if said.receptiveness else "Not noted",
        "Led by": found.names[said.led_by_id] if said.led_by_id is not None else "Not noted",
        "Took part": took_part or "Not noted",
        "Next contact": _next_contact(found),
    }
    for title, value in facts.items():
        st.markdown(f"**{title}:** {plain(value)}")


def _next_contact(found: Meeting) -> str:
    due, again = found.said.next_contact_on, found.met_again_on
    parts = [words.day(due) or "Not set"]
    if again:
        parts.append(f"met again on {words.day(again)}")
    elif due and due < runs.current().today:
        parts.append("overdue")
    return ", ".join(parts)


def _needs(found: Meeting) -> None:
    st.subheader("Needs raised there", anchor=False)
    if found.needs:
        hit_list([_need(key, title, stage) for key, (title, stage) in found.needs.items()], key="needs")
    else:
        st.text("None yet.")
    if found.archived:
        return
    if st.button("Raise a need from this meeting", key="raise_need", icon=":material/add_circle:"):
        go("propose", meeting=found.id)


def _need(key: int, title: str, stage: str) -> dict[str, object]:
    where = address("item", id=key)
    return {"title": title, "href": where, "facts": words.label(stage), "labels": [], "snippet": ""}


def _button(label: str, found: Meeting, operation: Callable[..., int], icon: str) -> None:
    key = f"{label.lower()}_meeting"
    st.button(label, key=key, icon=icon, on_click=_shelve, args=(operation, found.id))


def _shelve(operation: Callable[..., int], meeting_id: int) -> None:
    try:
        perform(operation, meeting_id=meeting_id)
    except CopError as error:
        st.toast(plain(str(error)), icon=":material/error:")
