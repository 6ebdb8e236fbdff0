"""A calendar's days: a table of weeks, which becomes a list of days where there is little room; or that list alone.

One component, since a month holds hundreds of links. Both are in the page, and the room decides which of them is shown:
a table made into a list by its style would be neither to a screen reader. What a session says is put in as text, never
as markup.

A link is opened in place as if the browser's history led there: that leaves one step in it, from which Back returns to
the same month. A screen opened from the script leaves two, of which the nearer has lost what was shown.
"""

from collections.abc import Mapping, Sequence

import streamlit as st

_CSS = """
:host { font-family: var(--st-font); color: var(--st-text-color); }
.room { container-type: inline-size; }
table { width: 100%; border-collapse: collapse; table-layout: fixed; }
th, td { border: 1px solid var(--st-border-color); padding: .25rem; vertical-align: top; text-align: left; }
thead th { border: 0; font-size: .875rem; font-weight: 600; }
.week { width: 2.75rem; font-size: .8125rem; font-weight: 400; border-left: 0; }
td { height: 5rem; }
td.outside { background: var(--st-secondary-background-color); }
.day { display: flex; justify-content: space-between; align-items: center; min-height: 1.75rem; font-size: .875rem; }
.outside .number { opacity: .75; }
.today .number, .now {
  background: var(--st-primary-color); color: var(--st-background-color);
  border-radius: 1rem; padding: .0625rem .4375rem; font-weight: 600;
}
ul { list-style: none; margin: 0; padding: 0; }
li { margin: 0 0 .25rem; }
a { color: inherit; text-decoration: none; border-radius: .25rem; }
a:focus-visible { outline: 3px solid var(--st-primary-color); outline-offset: 1px; }
td a.session {
  display: block; padding: .1875rem .375rem; font-size: .8125rem; line-height: 1.3; overflow-wrap: anywhere;
  background: color-mix(in srgb, var(--st-primary-color) 10%, var(--st-background-color));
}
a.session:hover, a.plan:hover { background: color-mix(in srgb, var(--st-primary-color) 22%, var(--st-background-color)); }
a.more { display: block; padding: .1875rem .375rem; font-size: .8125rem; }
a.more:hover { text-decoration: underline; }
.title { font-weight: 600; }
td :is(.time, .title, .about) { display: block; }
table.brief .title { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; }
.called-off .title, .called-off .time { text-decoration: line-through; }
table.brief .about { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 1; overflow: hidden; }
.plan { padding: .125rem .375rem; font-size: 1rem; line-height: 1.25; min-width: 1.5rem; text-align: center; box-sizing: border-box; }
@media (hover: hover) {
  td .plan { opacity: 0; }
  td:hover .plan, td .plan:focus-visible { opacity: 1; }
}
.agenda h4 { font-size: 1rem; font-weight: 600; margin: 1rem 0 .25rem; display: flex; gap: .75rem; align-items: center; }
.agenda h4 .plan { font-size: .875rem; font-weight: 400; color: var(--st-link-color); }
.agenda a.session {
  display: grid; grid-template-columns: 7rem 1fr; gap: 0 .75rem; padding: .5rem; line-height: 1.4;
  overflow-wrap: anywhere; border: 1px solid var(--st-border-color); border-radius: var(--st-button-radius, .5rem);
}
.agenda .about, .agenda .off { grid-column: 2; font-size: .875rem; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
table ~ .agenda { display: none; }
@container (max-width: 36rem) {
  table { display: none; }
  table ~ .agenda { display: block; }
  .agenda a.session { grid-template-columns: 5.5rem 1fr; }
}
"""
_JS = """
const element = (name, attributes, ...children) => {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) if (value) made.setAttribute(key, value)
  made.append(...children.filter(child => child))
  return made
}
const span = (kind, text) => element("span", { class: kind }, text)
const link = (kind, href, attributes, ...children) => element("a", { class: kind, href, ...attributes }, ...children)
const session = (item, inTable, brief) => element("li", {},
  link("session" + (item.cancelled ? " called-off" : ""), item.href, {},
    span("time", brief ? item.time : item.span), " ", span("title", item.title), " ",
    span("about", inTable ? item.community : item.about),
    item.cancelled && span(inTable ? "unseen" : "off", inTable ? " (cancelled)" : "Cancelled")))
const plan = (day, text) =>
  day.plan && link("plan", day.plan, { "aria-label": "Plan a session on " + day.name, title: "Plan a session" }, text)
const cell = (day, most) => {
  const more = most && day.sessions.length > most ? day.sessions.length - most + 1 : 0
  const shown = day.sessions.slice(0, day.sessions.length - more).map(item => session(item, true, most))
  if (more) shown.push(element("li", {},
    link("more", day.list, { "aria-label": `+${more} more on ${day.name}` }, `+${more} more`)))
  return element("td",
    { class: [day.outside && "outside", day.today && "today"].filter(Boolean).join(" "),
      "aria-current": day.today && "date" },
    element("div", { class: "day" }, element("time", { class: "number", datetime: day.date }, day.number), plan(day, "+")),
    shown.length && element("ul", {}, ...shown))
}
const table = data => element("table", { class: data.most && "brief" },
  element("caption", { class: "unseen" }, data.name),
  element("thead", {}, element("tr", {},
    element("th", { class: "week", scope: "col" }, span("unseen", "Week")),
    ...data.weekdays.map(name => element("th", { scope: "col" }, name)))),
  element("tbody", {}, ...data.weeks.map((week, row) => element("tr", {},
    element("th", { class: "week", scope: "row" }, "W" + week),
    ...data.days.slice(row * 7, row * 7 + 7).map(day => cell(day, data.most))))))
const agenda = data => {
  const days = data.days.filter(day => day.sessions.length && !day.outside)
  return element("div", { class: "agenda" }, ...days.flatMap(day => [
    element("h4", {}, element("time", { datetime: day.date }, day.name), day.today && span("now", "Today"),
      plan(day, "Plan a session")),
    element("ul", {}, ...day.sessions.map(item => session(item)))]))
}
export default function ({ data, parentElement }) {
  const room = parentElement.querySelector(".room")
  const drawn = JSON.stringify(data)
  if (room.dataset.drawn !== drawn) {  // what stays the same keeps the keyboard's place
    const at = parentElement.activeElement?.getAttribute("href")
    room.replaceChildren(...(data.weeks.length ? [table(data)] : []), agenda(data))
    room.dataset.drawn = drawn
    const same = [...room.querySelectorAll("a")].filter(made => made.getAttribute("href") === at)
    same.find(made => made.checkVisibility())?.focus()
  }
  room.onclick = event => {
    const chosen = event.target.closest("a")
    if (!chosen || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    history.pushState({}, "", chosen.href)
    dispatchEvent(new PopStateEvent("popstate"))
  }
}
"""
_days = st.components.v2.component("cop_calendar", html='<div class="room"></div>', css=_CSS, js=_JS)


def calendar_days(
    days: Sequence[Mapping[str, object]], *, name: str, weekdays: Sequence[str], weeks: Sequence[int], most: int | None
) -> None:
    """Draw them.

    A day has date, name, number, outside, today, list and plan (addresses, the latter or None) and sessions; a session
    href, time, span, title, community, about and cancelled. `weeks` are the weeks' numbers, none for a list alone; of
    a day the table shows `most` sessions, or all of them.
    """
    data = {"days": list(days), "name": name, "weekdays": list(weekdays), "weeks": list(weeks), "most": most}
    _days(data=data, key="calendar_days")
