"""Changes as a list: one component, since each of its parts would be an element.

What was added and what was removed are told apart by signs and lines, not by colour alone, and in words to who listens.
Whatever people wrote is put in as text, never as markup.
"""

from collections.abc import Mapping, Sequence

import streamlit as st

_CSS = """
:host { font-family: var(--st-font); color: var(--st-text-color); }
ol { list-style: none; margin: 0; padding: 0; }
li {
  margin: 0; padding: .625rem 0; line-height: 1.45; overflow-wrap: anywhere;
  border-bottom: 1px solid var(--st-border-color);
}
.by { font-weight: 600; }
time { display: block; font-size: .875rem; opacity: .75; }
a { color: var(--st-link-color); text-decoration: underline; display: inline-block; padding: .125rem 0; }
a:focus-visible, summary:focus-visible {
  outline: 3px solid var(--st-primary-color); outline-offset: 2px; border-radius: .125rem;
}
.line, summary { font-size: .875rem; }
details { margin-top: .25rem; }
summary { cursor: pointer; padding: .25rem 0; }
.text {
  margin: .25rem 0 .25rem .25rem; padding: .25rem .75rem; border-left: 3px solid var(--st-border-color);
  white-space: pre-wrap;
}
ins, del { border-radius: .125rem; padding: 0 .125rem; }
ins { color: var(--st-green-text-color); background: var(--st-green-background-color); text-decoration: underline; }
del { color: var(--st-red-text-color); background: var(--st-red-background-color); text-decoration: line-through; }
.sign { font-weight: 600; padding-right: .125rem; }
.gap { opacity: .75; }
.heard {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap;
}
"""
_JS = """
const element = (name, kind, ...inside) => {
  const made = document.createElement(name)
  if (kind) made.className = kind
  made.append(...inside)
  return made
}
const MARKS = { added: ["ins", "+\\u2060", "added: "], removed: ["del", "\\u2212\\u2060", "removed: "] }
const piece = ({ part, text }) => {
  if (part === "left_out") return element("span", "gap", " \\u2026 ")
  if (!(part in MARKS)) return document.createTextNode(text)
  const [name, sign, heard] = MARKS[part]
  const shown = element("span", "sign", sign)
  shown.setAttribute("aria-hidden", "true")
  const words = text.trimEnd()
  const marked = element(name, "", shown, element("span", "heard", heard), words, element("span", "heard", "; "))
  return [marked, text.slice(words.length) || " "]
}
const long = ({ field, pieces, open }) => {
  const made = element("details", "", element("summary", "", field))
  made.open = open
  made.append(element("div", "text", ...pieces.flatMap(piece)))
  return made
}
const change = item => {
  const it = element(item.href ? "a" : "span", "", item.it)
  if (item.href) it.href = item.href
  const said = element("div", "", element("span", "by", item.by), " ", item.did, " ", it)
  if (item.rest) said.append(" ", item.rest)
  return element(
    "li", "", said, element("time", "", item.when),
    ...item.lines.map(line => element("div", "line", line)), ...item.texts.map(long),
  )
}
export default function ({ data, parentElement }) {
  const list = parentElement.querySelector("ol")
  const drawn = JSON.stringify(data)
  if (list.dataset.drawn !== drawn) {  // what stays the same keeps the keyboard's place and what is open
    list.replaceChildren(...data.changes.map(change))
    list.dataset.drawn = drawn
  }
}
"""
_list = st.components.v2.component("cop_changes", html="<ol></ol>", css=_CSS, js=_JS)


def change_list(changes: Sequence[Mapping[str, object]], *, key: str) -> None:
    """Draw them; each has by, did, it, href (or None), rest, when, lines and texts of field, open and pieces."""
    _list(data={"changes": list(changes)}, key=key)
