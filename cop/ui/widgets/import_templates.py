"""Templates of files to fill in and import."""

import streamlit as st

from cop.imports import templates
from cop.imports.kinds import KINDS
from cop.ui.format import label

_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def offer() -> None:
    """Give out a template of the chosen kind, as a workbook or CSV."""
    with st.expander("Templates to fill in", key="import_templates", on_change="rerun") as box:
        if not box.open:
            return
        with st.container(horizontal=True, vertical_alignment="bottom"):
            kind = st.selectbox("For", list(KINDS), format_func=label, key="template_kind", width=280)
            st.download_button(
                "Workbook (.xlsx)",
                templates.as_xlsx(kind),
                file_name=f"{kind}.xlsx",
                mime=_WORKBOOK,
                key="template_xlsx",
                on_click="ignore",
                icon=":material/download:",
                help="Its second sheet says what each column holds.",
            )
            st.download_button(
                "CSV",
                templates.as_csv(kind),
                file_name=f"{kind}.csv",
                mime="text/csv",
                key="template_csv",
                on_click="ignore",
                icon=":material/download:",
                help="Its second row is an example, which an import passes over.",
            )
