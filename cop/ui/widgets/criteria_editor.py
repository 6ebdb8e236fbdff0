"""The criteria as a whole: changed in a draft, with what follows from it, then saved as a new version.

The fields stand outside a form, so that shares follow while weights are typed, and criteria come, go and change places
without losing what was typed beside them.
"""

from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

import streamlit as st

from cop.choices import CriterionSource
from cop.errors import Conflict
from cop.funnel import setup_operations as operations
from cop.funnel import setup_queries as queries
from cop.funnel.setup import (
    HIGHEST,
    LOWEST,
    SOURCES,
    CriterionInput,
    marks,
    moved,
    scale_in_words,
    share_in_words,
    weight_shares,
)
from cop.funnel.setup_queries import Version
from cop.ui.load import load
from cop.ui.perform import Form
from cop.ui.widgets import conflict, criteria_consequence, criteria_history, notice

_DRAFT = "_criteria_draft"
_rounds = count(1)
_LABELS = {"shares": "Criteria and shares", "meanings": "What they mean", "anchors": "What the marks mean"}


@dataclass
class _Draft:
    """Criteria on their way to a new version: as they were when its fields were drawn, and as they stand now."""

    base: Version
    rows: dict[int, CriterionInput]
    note: str = ""
    said: dict[int, CriterionInput] = field(default_factory=dict)
    said_note: str = ""
    round: int = field(default_factory=lambda: next(_rounds))

    def name(self) -> str:
        """Its form's name: with each round all fields are new ones."""
        return f"criteria:{self.round}"


def tab() -> None:
    """The criteria in force to be changed, and below them the versions before."""
    versions = load(queries.criteria_versions)
    draft = _draft(versions[0])
    form = Form(draft.name())
    st.caption(
        "Every item is scored on these criteria; each counts by its share of all weights. Saving makes a new version: "
        "rounds that were decided keep the one they were decided by."
    )
    places = {key: _criterion(form, draft, key, place) for place, key in enumerate(draft.rows)}
    said = tuple(draft.said[key] for key in draft.rows)
    for slot, share in zip(places.values(), weight_shares([one.weight for one in said]), strict=True):
        slot.markdown(f"counts **{share_in_words(share)}**")
    if st.button("Add a criterion", key=form.key("add"), icon=":material/add:"):
        draft.rows[max(draft.rows, default=0) + 1] = CriterionInput("", 0.0)
        _again(form)
    _saving(form, draft, said)
    criteria_history.show(versions, bring_back=_bring_back)


def _draft(current: Version) -> _Draft:
    """The draft; a new one where there is none, or where an untouched one was overtaken by a newer version."""
    draft: _Draft | None = st.session_state.get(_DRAFT)
    if draft is None or (draft.base.id != current.id and tuple(draft.said.values()) == draft.base.criteria):
        return _begin(current, current.criteria)
    if f"{draft.name()}:note" not in st.session_state:  # another tab was looked at: its fields are drawn anew
        draft.rows = {key: draft.said.get(key, start) for key, start in draft.rows.items()}
        draft.note = draft.said_note
    return draft


def _begin(base: Version, criteria: tuple[CriterionInput, ...], note: str = "") -> _Draft:
    draft = _Draft(base, dict(enumerate(criteria)), note, dict(enumerate(criteria)), note)
    st.session_state[_DRAFT] = draft
    return draft


def _bring_back(current: Version, old: Version) -> None:
    """Put an earlier version into the editor, to be looked at and saved as a new one."""
    _begin(current, old.criteria, f"Brings back version {old.number}")
    notice.say(f"Version {old.number} stands in the fields above. Look at what would change, then save.")


def _again(form: Form) -> None:
    """Draw anew after criteria came, went or changed places: problems stand by place, so they are cleared."""
    form.reset()
    st.rerun()


def _criterion(form: Form, draft: _Draft, key: int, place: int) -> Any:
    """One criterion's fields; keeps what they say in the draft and returns where its share is to stand."""
    start = draft.rows[key]
    with st.container(border=True):
        left, middle, right = st.columns([5, 2, 2], vertical_alignment="bottom")
        with left:
            name = st.text_input("Name", start.name, key=form.key(f"{key}:name"), max_chars=60)
        with middle:
            weight = st.number_input(
                "Weight", 0.0, None, start.weight, step=0.05, format="%g", key=form.key(f"{key}:weight")
            )
        share = right.empty()
        for slot in ("name", "weight"):
            form.slot(f"{slot}_{place}")
        meaning = st.text_input("What it means", start.meaning, key=form.key(f"{key}:meaning"), max_chars=300)
        form.slot(f"meaning_{place}")
        said = replace(start, name=name, weight=weight, meaning=meaning)
        said = _scale(form, said, key, place) if start.criterion_id is None else said
        if start.criterion_id is not None:
            st.caption(f"{scale_in_words(start).capitalize()}. This stays: for another scale, add another criterion.")
        draft.said[key] = _anchors(form, said, key)
        form.slot(f"anchors_{place}")
        _buttons(form, draft, key, place)
    return share


def _scale(form: Form, said: CriterionInput, key: int, place: int) -> CriterionInput:
    """What can be said only of a new criterion."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        source = st.selectbox(
            "Where it comes from",
            [value.value for value in CriterionSource],
            format_func=lambda value: SOURCES[CriterionSource(value)].capitalize(),
            key=form.key(f"{key}:source"),
        )
        low = st.number_input("Lowest mark", LOWEST, HIGHEST, said.low, key=form.key(f"{key}:low"))
        high = st.number_input("Highest mark", LOWEST, HIGHEST, said.high, key=form.key(f"{key}:high"))
        cost = st.checkbox(
            "The more, the worse", said.cost, key=form.key(f"{key}:cost"), help="Such as effort or risk."
        )
    form.slot(f"source_{place}")
    form.slot(f"scale_{place}")
    return replace(said, source=source, low=low, high=high, cost=cost)


def _anchors(form: Form, said: CriterionInput, key: int) -> CriterionInput:
    """The meaning of each mark in words; those of a scale without end aren't asked for."""
    known = dict(said.anchors)
    scale = marks(said)
    if len(scale) > _MOST_MARKS:
        return said
    with st.expander("What the marks mean", expanded=said.criterion_id is None, key=form.key(f"{key}:marks")):
        told = {
            mark: st.text_input(
                f"Mark {mark}",
                known.get(mark, ""),
                key=form.key(f"{key}:mark:{mark}"),
                max_chars=200,
                placeholder="In words",
            )
            for mark in scale
        }
    return replace(said, anchors=tuple((mark, text.strip()) for mark, text in told.items() if text.strip()))


_MOST_MARKS = 11


def _buttons(form: Form, draft: _Draft, key: int, place: int) -> None:
    order = tuple(draft.rows)
    with st.container(horizontal=True):
        up = st.button("Up", key=form.key(f"{key}:up"), icon=":material/arrow_upward:", disabled=place == 0)
        down = st.button(
            "Down", key=form.key(f"{key}:down"), icon=":material/arrow_downward:", disabled=place == len(order) - 1
        )
        out = st.button("Take out", key=form.key(f"{key}:out"), icon=":material/remove:", disabled=len(order) == 1)
    if up or down:
        draft.rows = {each: draft.rows[each] for each in moved(order, key, -1 if up else 1)}
        _again(form)
    if out:
        del draft.rows[key], draft.said[key]
        _again(form)


def _saving(form: Form, draft: _Draft, said: tuple[CriterionInput, ...]) -> None:
    """What would change, why, and the button; both versions where somebody else was faster."""
    changed = said != draft.base.criteria
    if changed:
        criteria_consequence.show(draft.base.criteria, said)
    note = st.text_input(
        "Why", draft.note, key=form.key("note"), max_chars=300, placeholder="For those who ask why the ranking changed"
    )
    form.slot("note")
    draft.said_note = note
    with st.container(horizontal=True):
        pressed = st.button("Save as a new version", type="primary", key=form.key("submit"), disabled=not changed)
        if changed and st.button("Start again", key=form.key("again"), icon=":material/undo:"):
            _drop()
            st.rerun()
    if pressed:
        _save(form, draft.base.id, said, note)
    conflict.show(
        form.key("conflict"),
        _LABELS,
        _told(said),
        again=lambda version: _save(form, version, said, note),
        drop=_drop,
    )


def _save(form: Form, base_id: int, said: tuple[CriterionInput, ...], note: str) -> None:
    try:
        done = form.perform(operations.save_criteria, base_id=base_id, note=note, criteria=said)
    except Conflict as found:
        theirs = {**_told(found.current.get("criteria", ())), "version": found.current.get("version")}
        conflict.remember(form.key("conflict"), found.with_current(theirs))
        st.rerun()
    if done:
        conflict.forget(form.key("conflict"))
        _drop()
        notice.say("Saved. The ranking follows the new version from now on.")
        st.rerun()


def _drop() -> None:
    st.session_state.pop(_DRAFT, None)


def _told(criteria: tuple[CriterionInput, ...]) -> dict[str, Any]:
    """The criteria as they are shown side by side."""
    shares = [share_in_words(share) for share in weight_shares([one.weight for one in criteria])]
    return {
        "shares": "\n".join(
            f"{one.name}: {share} ({scale_in_words(one)})" for one, share in zip(criteria, shares, strict=True)
        ),
        "meanings": "\n".join(f"{one.name}: {one.meaning}" for one in criteria),
        "anchors": "\n".join(
            f"{one.name}: " + ", ".join(f"{mark} = {text}" for mark, text in one.anchors) for one in criteria
        ),
    }
