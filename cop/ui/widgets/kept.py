"""Fields whose values are kept in an object while they are drawn and while they aren't: what was typed is never lost.

`gather` before anything is drawn, `seed` right before each widget, which then has no start value of its own.
"""

from collections.abc import Iterable
from typing import Any

import streamlit as st

from cop.ui.perform import Form


def gather(form: str, target: Any, names: Iterable[str], *, prefix: str = "") -> None:
    """Take over what the fields of these names say in the form of this name, also of those drawn no more in this run."""
    for name in names:
        key = f"{form}:{prefix}{name}"
        if key in st.session_state:
            setattr(target, name, st.session_state[key])


def seed(form: Form, name: str, value: Any) -> str:
    """The field's key; a field that isn't drawn yet starts with the value."""
    key = form.key(name)
    if key not in st.session_state:
        st.session_state[key] = value
    return key
