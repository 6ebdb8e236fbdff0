"""The sidebar: the screens by section, who is signed in, the way out; and what the tab does by itself.

One component, since every screen draws it: as Streamlit's own links and captions it was half of an empty page's
messages, growing with each screen; Streamlit's own menu with sections is a list that holds headings, which screen
readers stumble over. On a phone it closes once a screen was chosen, as Streamlit's own does.

When the session ends, the tab goes to the sign-in page. The watch asks the plain HTML route /signed-in, which works
also where the WebSocket was refused (a laptop that slept past the idle limit), and is not the user's activity.
"""

from collections.abc import Iterable
from itertools import groupby

import streamlit as st

from cop.ui.navigation import PageSpec

_CSS = """
:host { font-family: var(--st-font); color: var(--st-text-color); }
p { margin: 0; overflow-wrap: anywhere; }
.organisation { font-weight: 600; margin-bottom: .75rem; }
.section, .person { font-size: .875rem; opacity: .75; }
.section { margin: .75rem 0 .25rem; }
.person { margin: 1.25rem 0 .75rem; display: flex; gap: .375rem; align-items: center; }
ul { list-style: none; margin: 0; padding: 0; }
a {
  display: flex; align-items: center; gap: .5rem; padding: .25rem .5rem; margin: .125rem 0; line-height: 1.5;
  min-height: 1.75rem; border-radius: var(--st-button-radius, .5rem); color: inherit; text-decoration: none;
}
a:hover, a[aria-current] { background: color-mix(in srgb, var(--st-text-color) 8%, transparent); }
a[aria-current] { font-weight: 600; }
.icon {
  font-family: "Material Symbols Rounded"; font-size: 1.125rem; line-height: 1; font-weight: 400;
  width: 1.125rem; overflow: hidden; white-space: nowrap; font-feature-settings: "liga"; flex: none;
}
button {
  width: 100%; min-height: 2.5rem; padding: .25rem .75rem; cursor: pointer; font: inherit;
  color: inherit; background: var(--st-background-color);
  border: 1px solid var(--st-border-color); border-radius: var(--st-button-radius, .5rem);
}
button:hover { color: var(--st-primary-color); border-color: var(--st-primary-color); }
a:focus-visible, button:focus-visible { outline: 3px solid var(--st-primary-color); outline-offset: 2px; }
form { margin: 0; }
"""
_HTML = """
<nav aria-label="Screens"></nav>
<p class="person"><span class="icon" aria-hidden="true">account_circle</span><span></span></p>
<form method="post" action="/sign-out"><button type="submit">Sign out</button></form>
"""
_LEAVE = """
const leave = () => {
  const next = location.pathname + location.search
  location.assign("/sign-in" + (next === "/" ? "" : "?" + new URLSearchParams({ next })))
}
"""
_JS = """
const element = (name, attributes, ...children) => {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) if (value !== null) made.setAttribute(key, value)
  made.append(...children)
  return made
}
const screen = item => element("li", {},
  element("a", { href: "/" + item.url, "data-url": item.url, "aria-current": item.current ? "page" : null },
    element("span", { class: "icon", "aria-hidden": "true" }, item.icon), item.title))
const section = ({ title, screens }, index) => [
  element("p", { class: "section", id: "section-" + index }, title),
  element("ul", { "aria-labelledby": "section-" + index }, ...screens.map(screen)),
]
// Streamlit writes white on every primary button, also on the light blue that a dark page needs for its text.
const buttons = new CSSStyleSheet()
const readable = element => {
  const colour = getComputedStyle(element).getPropertyValue("--st-primary-color").trim()
  const parts = [1, 3, 5].map(at => parseInt(colour.slice(at, at + 2), 16) / 255)
  const [r, g, b] = parts.map(part => part <= .03928 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4)
  const light = .2126 * r + .7152 * g + .0722 * b > .1833  // beyond it white has less than 4.5 to 1
  buttons.replaceSync(light ? '[data-testid^="stBaseButton-primary"]:not(:disabled) { color: #0b0d10; }' : "")
  if (!document.adoptedStyleSheets.includes(buttons)) document.adoptedStyleSheets.push(buttons)
}
const watch = everySeconds => {
  const ask = async () => {
    if (document.hidden) return
    try {
      const answer = await fetch("/signed-in", { cache: "no-store", redirect: "manual" })
      if (answer.status === 401 || answer.status === 403) leave()
    } catch { /* the network is away; the next time will tell */ }
  }
  const timer = setInterval(ask, everySeconds * 1000)
  document.addEventListener("visibilitychange", ask)
  window.addEventListener("online", ask)
  return () => {
    clearInterval(timer)
    document.removeEventListener("visibilitychange", ask)
    window.removeEventListener("online", ask)
  }
}
// Who signs out leaves no draft of an answer to a survey behind (answer.js).
const forget = () => {
  try {
    for (const name of Object.keys(localStorage)) if (name.startsWith("cop-draft:")) localStorage.removeItem(name)
  } catch { /* there is no storage, and so no draft */ }
}
export default function ({ data, parentElement, setTriggerValue }) {
  const nav = parentElement.querySelector("nav")
  readable(nav)
  const drawn = JSON.stringify(data)
  if (nav.dataset.drawn !== drawn) {  // what stays the same keeps the keyboard's place
    const at = parentElement.activeElement?.dataset.url
    nav.replaceChildren(element("p", { class: "organisation" }, data.organisation), ...data.sections.flatMap(section))
    nav.dataset.drawn = drawn
    parentElement.querySelector(".person span:last-child").textContent = data.person
    if (at) nav.querySelector(`[data-url="${at}"]`)?.focus()
  }
  nav.onclick = event => {
    const link = event.target.closest("a")
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    setTriggerValue("open", link.dataset.url)
    if (window.innerWidth < 768) document.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click()
  }
  parentElement.querySelector("form").onsubmit = forget
  return watch(data.everySeconds)
}
"""
_EVERY_SECONDS = 30

_menu = st.components.v2.component("cop_menu", html=_HTML, css=_CSS, js=_LEAVE + _JS)
_leave = st.components.v2.component("cop_session_ended", js=_LEAVE + "export default leave")


def menu(specs: Iterable[PageSpec], *, current: str, organisation: str, person: str) -> str | None:
    """Draw it; returns the address of the screen that was just chosen. While it is drawn, the session is watched."""
    shown = [spec for spec in specs if spec.in_menu]
    sections = [
        {"title": section, "screens": [_screen(spec, current) for spec in screens]}
        for section, screens in groupby(shown, key=lambda spec: spec.section)
    ]
    data = {"organisation": organisation, "person": person, "sections": sections, "everySeconds": _EVERY_SECONDS}
    chosen = _menu(data=data, key="menu", on_open_change=_nothing).open
    return chosen if chosen in {spec.url for spec in shown} else None


def _nothing() -> None:
    """The choice is read from the component's result, not in a callback, where no screen can be opened."""


def _screen(spec: PageSpec, current: str) -> dict[str, object]:
    icon = spec.icon.removeprefix(":material/").removesuffix(":")
    return {"url": spec.url, "title": spec.title, "icon": icon, "current": spec.url == current}


def leave_for_sign_in() -> None:
    """Take this tab to the sign-in page, and back here afterwards."""
    _leave(key="session_ended")
