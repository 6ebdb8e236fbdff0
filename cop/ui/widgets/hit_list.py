"""What was found of one kind, as a list of links: one component, since each of its parts would be an element.

Streamlit's own links cut a long title off, and those in its texts open another tab. These are plain ones: a screen
opened from the script would leave a step in the browser's history that has lost what was looked for. Whatever a hit says
is put in as text, never as markup.
"""

from collections.abc import Mapping, Sequence

import streamlit as st

_CSS = """
:host { font-family: var(--st-font); color: var(--st-text-color); }
ul { list-style: none; margin: 0; padding: 0; }
li { margin: 0 0 .625rem; line-height: 1.45; overflow-wrap: anywhere; }
a, .title { font-weight: 600; color: inherit; display: inline-block; padding: .25rem 0; }
a { color: var(--st-link-color); text-decoration: none; }
a:hover { text-decoration: underline; }
a:focus-visible { outline: 3px solid var(--st-primary-color); outline-offset: 2px; border-radius: .125rem; }
.facts, .snippet { font-size: .875rem; }
.facts { opacity: .75; }
.label {
  font-size: .8125rem; padding: 0 .375rem; margin-left: .375rem; border-radius: .25rem;
  color: var(--st-orange-text-color); background: var(--st-orange-background-color);
}
"""
_JS = """
const element = (name, kind, text) => {
  const made = document.createElement(name)
  if (kind) made.className = kind
  made.textContent = text
  return made
}
const entry = hit => {
  const made = document.createElement("li")
  const title = element(hit.href ? "a" : "span", "title", hit.title)
  if (hit.href) title.href = hit.href
  made.append(title, ...hit.labels.map(label => element("span", "label", label)))
  if (hit.facts) made.append(element("div", "facts", hit.facts))
  if (hit.snippet) made.append(element("div", "snippet", hit.snippet))
  return made
}
export default function ({ data, parentElement }) {
  const list = parentElement.querySelector("ul")
  const drawn = JSON.stringify(data)
  if (list.dataset.drawn !== drawn) {  // what stays the same keeps the keyboard's place
    list.replaceChildren(...data.hits.map(entry))
    list.dataset.drawn = drawn
  }
}
"""
_list = st.components.v2.component("cop_hits", html="<ul></ul>", css=_CSS, js=_JS)


def hit_list(hits: Sequence[Mapping[str, object]], *, key: str) -> None:
    """Draw them; each has title, href (or None), facts, labels and snippet."""
    _list(data={"hits": list(hits)}, key=key)
