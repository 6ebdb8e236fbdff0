"""A link to one of the plain HTML pages, in the same tab: Streamlit opens such addresses in a new one."""

import streamlit as st

_CSS = """
a {
  display: inline-block; padding: .45rem .75rem; text-decoration: none;
  font-family: var(--st-font); color: var(--st-text-color); background: var(--st-background-color);
  border: 1px solid var(--st-border-color); border-radius: var(--st-button-radius, .5rem);
}
a:hover { color: var(--st-primary-color); border-color: var(--st-primary-color); }
a:focus-visible { outline: 3px solid var(--st-primary-color); outline-offset: 2px; }
"""
_JS = """
export default function ({ data, parentElement }) {
  const link = parentElement.querySelector("a")
  link.href = data.path
  link.textContent = data.label
}
"""
_link = st.components.v2.component("cop_same_tab", html='<a href="/">…</a>', css=_CSS, js=_JS)


def same_tab(label: str, path: str, *, key: str) -> None:
    """The link; `path` is one of ours."""
    _link(data={"label": label, "path": path}, key=key)
