"""How many items a stage, or a channel, shall hold at most."""

import streamlit as st

from cop.choices import Channel
from cop.errors import Conflict
from cop.funnel import setup_operations as operations
from cop.funnel import setup_queries as queries
from cop.funnel.queries import limits as limits_now
from cop.funnel.setup import LIMITED, LimitInput, limit_kinds
from cop.ui.format import label
from cop.ui.load import load
from cop.ui.perform import Form
from cop.ui.widgets import conflict, fresh, notice

_PINNED = "_pinned:limits"
_NONE = "no limit"
_CHANNELS = {Channel.NEED: "Needs", Channel.TREND: "Trends", Channel.GAP: "Gaps"}


def tab() -> None:
    """All limits in one form; what is left empty has none."""
    st.caption(
        "A stage or channel above its limit is marked on the board; nothing is refused. Limits keep work in progress small "
        "enough to finish, and no channel from crowding out the others."
    )
    form = fresh.form("limits")
    if form.key(limit_kinds()[0]) not in st.session_state:
        st.session_state[_PINNED] = load(limits_now)
    start: dict[str, int] = st.session_state[_PINNED]
    held = load(queries.held)
    with st.form("limits_form"):
        st.markdown("**At most so many items in a stage**")
        stages = _fields(form, {stage.value: f"{label(stage)} (now {held.get(stage, 0)})" for stage in LIMITED}, start)
        st.markdown("**At most so many items of a channel among those taken on**")
        channels = _fields(form, {channel.value: name for channel, name in _CHANNELS.items()}, start)
        pressed = st.form_submit_button("Save", type="primary", key=form.key("submit"))
    typed = stages | channels
    if pressed:
        _save(form, start, typed)
    titles = {of: label(of) for of in limit_kinds()}
    conflict.show(
        form.key("conflict"), titles, _told(typed), again=lambda _version: _save(form, load(limits_now), typed), drop=_forget
    )  # fmt: skip


def _fields(form: Form, titles: dict[str, str], start: dict[str, int]) -> dict[str, int | None]:
    typed: dict[str, int | None] = {}
    for column, (of, title) in zip(st.columns(len(titles)), titles.items(), strict=True):
        with column:
            typed[of] = st.number_input(title, 1, None, start.get(of), key=form.key(of), placeholder=_NONE)
            form.slot(of)
    return typed


def _save(form: Form, start: dict[str, int], typed: dict[str, int | None]) -> None:
    """Send what was changed; what others changed beside it stays."""
    changed = tuple(LimitInput(of, start.get(of), most) for of, most in typed.items() if most != start.get(of))
    try:
        done = form.perform(operations.set_limits, limits=changed)
    except Conflict as found:
        theirs = {of: most for of, most in found.current.items() if of != "version"}
        conflict.remember(form.key("conflict"), Conflict({**_told(theirs), "version": found.current.get("version")}))
        st.rerun()
    if done:
        conflict.forget(form.key("conflict"))
        _forget()
        notice.say("Saved.")
        st.rerun()


def _forget() -> None:
    fresh.empty("limits")


def _told(values: dict[str, int | None]) -> dict[str, str]:
    return {of: _NONE if most is None else f"{most:,}" for of, most in values.items()}
