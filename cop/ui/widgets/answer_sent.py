"""After sending: the receipt code, shown here alone, and what it can do."""

from functools import partial

import streamlit as st

from cop import exports
from cop.choices import SurveyKind
from cop.surveys.forms import Form
from cop.ui.format import day
from cop.ui.layout import go, link
from cop.ui.widgets.answer_state import Answering


def show(form: Form, state: Answering) -> None:
    """Say that it is sent, hand over the code, and lead on."""
    if form.named:
        st.success(f"Saved. You can change your answer until {day(form.closes_on)}.", icon=":material/check:")
    elif state.code:
        st.success("Your answer is changed. The code stays the same.", icon=":material/check:")
    else:
        st.success("Sent. Thank you.", icon=":material/check:")
        _receipt(form, state.receipt)
    if form.kind == SurveyKind.SKILL_GAP:
        _profile(named=form.named)
    if st.button("Done", key="answer_done", type="primary"):
        state.forget()
        go("surveys")


def _receipt(form: Form, receipt: str) -> None:
    st.markdown("**Your receipt code**")
    st.code(receipt, language=None)
    st.text(_meaning(form))
    st.download_button(
        "Download as text",
        partial(_text, form, receipt),
        file_name=exports.file_name("receipt-code", ending="txt"),
        mime="text/plain",
        key="answer_receipt",
        on_click="ignore",
        icon=":material/download:",
    )


def _text(form: Form, receipt: str) -> bytes:
    return f"{form.name}\n\nReceipt code: {receipt}\n\n{_meaning(form)}\n".encode()


def _meaning(form: Form) -> str:
    return (
        f"With this code you, or whoever has it, can see and change the answer until {day(form.closes_on)}. "
        "We keep no copy of it: once you leave with Done or close this tab, nobody can show it again."
    )


def _profile(*, named: bool) -> None:
    with st.container(border=True):
        if named:
            st.text("Your levels now stand in your profile, with what you want to learn and where you can help.")
        else:
            st.text(
                "Do you want to learn something, or can you help others? Say so in your profile. It has your name, is "
                "apart from this survey, and nothing of your answer is in it."
            )
        link("profile", "My skills", icon=":material/psychology:")
