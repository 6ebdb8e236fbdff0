"""The sidebar's end: the sign-out button, and what the tab does by itself.

When the session ends, the tab goes to the sign-in page. On a phone the menu closes once a screen was chosen, as
Streamlit's own menu does.

The watch asks the plain HTML route /signed-in, which works also where the WebSocket was refused (a laptop that slept
past the idle limit), and is not the user's activity.
"""

import streamlit as st

_CSS = """
button {
  width: 100%; min-height: 2.5rem; padding: .25rem .75rem; cursor: pointer; font: inherit;
  font-family: var(--st-font); color: var(--st-text-color); background: var(--st-background-color);
  border: 1px solid var(--st-border-color); border-radius: var(--st-button-radius, .5rem);
}
button:hover { color: var(--st-primary-color); border-color: var(--st-primary-color); }
button:focus-visible { outline: 3px solid var(--st-primary-color); outline-offset: 2px; }
form { margin: 0; }
"""
_HTML = '<form method="post" action="/sign-out"><button type="submit">Sign out</button></form>'
_JS = """
const here = () => location.pathname + location.search
const leave = () => {
  const next = here()
  location.assign("/sign-in" + (next === "/" ? "" : "?" + new URLSearchParams({ next })))
}
const chosen = event => {
  const link = event.target.closest?.('[data-testid="stSidebar"] [data-testid="stPageLink-NavLink"]')
  const close = document.querySelector('[data-testid="stSidebarCollapseButton"] button')
  if (link && window.innerWidth < 768) close?.click()
}
export default function ({ data }) {
  if (data.ended) { leave(); return }
  const ask = async () => {
    if (document.hidden) return
    try {
      const answer = await fetch("/signed-in", { cache: "no-store", redirect: "manual" })
      if (answer.status === 401 || answer.status === 403) leave()
    } catch { /* the network is away; the next time will tell */ }
  }
  const timer = setInterval(ask, data.everySeconds * 1000)
  document.addEventListener("visibilitychange", ask)
  window.addEventListener("online", ask)
  document.addEventListener("click", chosen)
  return () => {
    clearInterval(timer)
    document.removeEventListener("visibilitychange", ask)
    window.removeEventListener("online", ask)
    document.removeEventListener("click", chosen)
  }
}
"""
_EVERY_SECONDS = 30

_button = st.components.v2.component("cop_session", html=_HTML, css=_CSS, js=_JS)
_leave = st.components.v2.component("cop_session_ended", js=_JS)


def sign_out_button() -> None:
    """The button; while it is on the page, the session is watched."""
    _button(data={"ended": False, "everySeconds": _EVERY_SECONDS}, key="session_watch")


def leave_for_sign_in() -> None:
    """Take this tab to the sign-in page, and back here afterwards."""
    _leave(data={"ended": True}, key="session_ended")
