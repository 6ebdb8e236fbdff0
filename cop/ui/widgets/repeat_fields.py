"""How a session recurs: the fields of a rule, and which days would come of it."""

from datetime import date

import streamlit as st

from cop.errors import Invalid
from cop.periods import utcnow
from cop.sessions.days_off import regions
from cop.sessions.inputs import Plan, Repeat
from cop.sessions.recurrence import MOST_APART, NTHS, WEEKDAYS, Pattern, Unit, in_words
from cop.sessions.series_checks import preview
from cop.ui import format as words
from cop.ui.perform import Form
from cop.ui.text import plain
from cop.ui.widgets.record_form import FIRST_DAY, LAST_DAY

ONCE = "once"
_CHOICES = {
    ONCE: "Doesn’t repeat",
    Unit.WEEK.value: "By weeks",
    Unit.ODD_WEEKS.value: "In odd calendar weeks",
    Unit.EVEN_WEEKS.value: "In even calendar weeks",
    Unit.MONTH_WEEKDAY.value: "By months, on a weekday",
    Unit.MONTH_DAY.value: "By months, on a date",
}
_SHOWN = 6


def kind(form: Form, start: Repeat | None, *, always: bool) -> str:
    """By what it repeats; once only where that is a choice."""
    choices = list(_CHOICES)[1 if always else 0 :]
    first = start.pattern.unit.value if start else ONCE
    return st.selectbox(
        "Repeats", choices, choices.index(first), format_func=_CHOICES.__getitem__, key=form.key("repeats")
    )


def ask(form: Form, unit: Unit, day: date, start: Repeat | None, holidays: str) -> Repeat:
    """The rest of the rule for a first day; the weekdays and the week of the month follow the day."""
    began = start.pattern if start and start.pattern.unit is unit else Pattern(unit, 1)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        interval = _interval(form, unit, began.interval)
        until = st.date_input(
            "Last day (none: no end)",
            start.until if start else None,
            key=form.key("until"),
            format="YYYY-MM-DD",
            min_value=FIRST_DAY,
            max_value=LAST_DAY,
            width=190,
        )
    form.slot("interval")
    form.slot("until")
    pattern = Pattern(unit, interval, *_days(form, unit, day, began))
    form.slot("weekdays")
    form.slot("nth")
    every = ["", *regions()]
    chosen = start.holidays if start else holidays
    off = st.selectbox(
        "Not on the public holidays of",
        every,
        every.index(chosen) if chosen in every else 0,
        format_func=lambda code: regions().get(code, "Nowhere: it meets on every day"),
        key=form.key("holidays"),
    )
    form.slot("holidays")
    return Repeat(pattern, until, off)


def _interval(form: Form, unit: Unit, began: int) -> int:
    if unit in {Unit.ODD_WEEKS, Unit.EVEN_WEEKS}:
        return 1
    noun = "week" if unit is Unit.WEEK else "month"
    key = form.key(f"interval:{noun}")
    return st.number_input(f"Every … {noun}s", 1, MOST_APART[noun], began, key=key, width=150)


def _days(form: Form, unit: Unit, day: date, began: Pattern) -> tuple[tuple[int, ...], int | None]:
    """Weekdays and the week (or day) of the month; another first day brings other ones."""
    if unit is Unit.MONTH_DAY:
        return (), day.day
    if unit is Unit.MONTH_WEEKDAY:
        last = [-1] if (day.day + 7) > _month_days(day) else []
        choices = [nth for nth in [(day.day - 1) // 7 + 1, *last] if nth in NTHS]
        nth = st.selectbox(
            "On",
            choices,
            choices.index(began.nth) if began.nth in choices else 0,
            format_func=lambda nth: f"the {NTHS[nth]} {WEEKDAYS[day.weekday()]}",
            key=form.key(f"nth:{day}"),
        )
        return (day.weekday(),), nth
    days = st.pills(
        "On",
        range(7),
        selection_mode="multi",
        default=list(began.weekdays) if day.weekday() in began.weekdays else [day.weekday()],
        format_func=lambda number: WEEKDAYS[number][:3],
        key=form.key(f"weekdays:{day.weekday()}"),
    )
    return tuple(sorted(days)), None


def _month_days(day: date) -> int:
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return (following - date(day.year, day.month, 1)).days


def show(plan: Plan, repeat: Repeat) -> None:
    """The rule in words and the next days; nothing while what is typed makes no rule."""
    try:
        days, skipped = preview(plan, repeat, now=utcnow())
    except Invalid:
        return
    if not days:
        return
    more = f" and {len(days) - _SHOWN} more within a year" if len(days) > _SHOWN else ""
    told = ", ".join(f"{day:%a} {words.day(day)}" for day in days[:_SHOWN])
    rule = in_words(repeat.pattern)
    text = f"{rule[0].upper()}{rule[1:]}: {told}{more}."
    if skipped:
        left_out = ", ".join(f"{words.day(day)} ({name})" for day, name in list(skipped.items())[:_SHOWN])
        text += f" Left out: {left_out}."
    st.info(plain(text), icon=":material/event_repeat:")
