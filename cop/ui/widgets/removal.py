"""Taking something away for good: asked for twice, and not what somebody else has changed meanwhile."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from cop.errors import Conflict
from cop.ui.perform import Form
from cop.ui.text import plain
from cop.ui.widgets import conflict, notice


def confirmed(form: Form, sure: str, button: str, *, ready: bool = True) -> bool:
    """A tick and a button that works only with it; True when it was pressed."""
    ticked = st.checkbox(plain(sure), key=form.key("sure"), disabled=not ready)
    return st.button(button, key=form.key("remove"), disabled=not (ticked and ready))


def perform(form: Form, operation: Callable[..., Any], done: str, forget: Callable[[], None], **values: Any) -> None:
    """Do it and say so; `forget` drops what was remembered of the row, also where somebody else was faster."""
    try:
        written = form.perform(operation, **values)
    except Conflict as found:
        forget()
        conflict.refuse(form, found)
        return
    if written:
        forget()
        notice.say(done)
        st.rerun()
