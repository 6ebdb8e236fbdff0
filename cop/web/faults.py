"""What a user sees of a fault of ours: a number, under which the log holds the rest."""

import logging
import secrets

import streamlit as st

log = logging.getLogger(__name__)


def report(error: Exception) -> bool:
    """Log an error that a page did not expect and show its number; True, so that Streamlit shows nothing more."""
    number = secrets.token_hex(4)
    log.error("fault %s", number, exc_info=error)
    st.error(f"Something went wrong on our side. Fault number {number}.", icon=":material/error:")
    return True
