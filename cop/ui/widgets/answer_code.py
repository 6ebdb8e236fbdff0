"""The field for a receipt code: whoever holds one opens the answer that it leads to."""

import streamlit as st

from cop.db import reading
from cop.errors import CopError, Invalid, NotFound
from cop.surveys import form_queries
from cop.ui.layout import go
from cop.ui.perform import Form
from cop.ui.widgets import answer_state

_UNKNOWN = "No answer has this code. Look at it once more; when a survey has closed, its codes lead nowhere any more."


def field() -> None:
    """The field, and on to the answer."""
    form = Form("receipt")
    with st.form("receipt_form", border=True, enter_to_submit=True):
        code = st.text_input(
            "Receipt code", key=form.key("code"), max_chars=60, placeholder="7KQ2X-9M3TA-…", autocomplete="off"
        )
        form.slot("code")
        pressed = st.form_submit_button("Open my answer", key=form.key("submit"), icon=":material/key:")
    if pressed:
        _open(form, code or "")


def _open(form: Form, code: str) -> None:
    actor, today = answer_state.here()
    try:
        with reading() as db:
            found, values = form_queries.opened(db, actor, receipt=code, today=today)
    except NotFound:
        form.fail({"code": _UNKNOWN})
        return
    except Invalid as invalid:
        form.fail({"code": str(invalid)})
        return
    except CopError as error:
        form.fail({"": str(error)})
        return
    form.reset()
    if actor is not None:
        answer_state.begin(actor, found.id, given=values, form=found, code=code, read=True)
        go("answer", survey=found.id)
