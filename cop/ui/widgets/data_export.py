"""The office's screen on taking everything along."""

import streamlit as st

from cop.programme.archive import README, export_bytes
from cop.programme.tables import TABLES
from cop.ui import run
from cop.ui.widgets import downloads


def everything() -> None:
    """What the archive holds, and the button that makes it."""
    st.write(
        "One ZIP file with everything the programme knows, as it is at the moment of the click: a CSV file for each "
        f"table, and {README}, which explains each file and column. No passwords, no sign-ins, no drafts."
    )
    st.warning(
        "It holds personal data, among it who came to which session, which few may see here. Store it as carefully as "
        "the programme itself, and delete it when it has served. That you exported is put on record.",
        icon=":material/shield_person:",
    )
    downloads.archive("Export everything", export_bytes, ("programme", str(run.current().today)))
    st.subheader("What is in it", anchor=False)
    st.markdown("\n".join(f"- **{table.file}**: {table.about}" for table in TABLES))
