"""A grid of skills and what is asked of them, edited cell by cell and written as a whole.

The table is never fed its own result: it starts from pinned values. What was typed and not saved yet is kept beside
them, also while other rows or columns are looked at, and goes with the next Save.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import streamlit as st

from cop.errors import Conflict
from cop.funnel.queries import titles
from cop.ui.address import address_id
from cop.ui.format import distinct
from cop.ui.load import load
from cop.ui.perform import Form
from cop.ui.text import plain
from cop.ui.widgets import notice

Cell = tuple[int, str]
"""A skill and a column."""


@dataclass
class Grid:
    """What one grid remembers: which table it shows, what each cell began with, what was typed since."""

    name: str
    choice: Hashable = None
    round: int = 0
    written: int = 0
    """How often it began afresh: what is said beside the table counts for one writing."""
    skills: dict[int, str] = field(default_factory=dict)
    before: dict[Cell, Any] = field(default_factory=dict)
    typed: dict[Cell, Any] = field(default_factory=dict)
    shown: pd.DataFrame = field(default_factory=pd.DataFrame)
    stale: dict[str, Any] = field(default_factory=dict)
    """What somebody else set meanwhile, by the operation's own cells."""

    def open(
        self, choice: Hashable, skills: Mapping[int, str], columns: Mapping[str, str], values: Mapping[Cell, Any]
    ) -> None:
        """Show these rows, and these columns with their dtypes; the values count for what wasn't typed over.

        What is open stays as it is, whatever others save; it is opened anew by who looks at something else or comes
        back to the page.
        """
        if choice == self.choice and self.key in st.session_state:
            return
        rows = {skill for skill, _column in self.typed}  # a row is told as a whole, so it keeps its whole beginning
        kept = {cell: value for cell, value in self.before.items() if cell[0] in rows}
        fresh = {(skill, column): values.get((skill, column)) for skill in skills for column in columns}
        self.choice, self.round = choice, self.round + 1
        self.skills |= skills
        self.before = fresh | kept
        self.shown = pd.DataFrame(
            [[skills[skill], *(self.value((skill, column)) for column in columns)] for skill in skills],
            columns=["skill", *columns],
            index=list(skills),
            dtype="object",
        ).astype({"skill": "string"} | dict(columns))

    @property
    def key(self) -> str:
        """The table's key, another one for each opening."""
        return f"{self.name}:{self.round}"

    def value(self, cell: Cell) -> Any:
        """What stands in a cell: what was typed, else what it began with."""
        return self.typed.get(cell, self.before.get(cell))

    def take(self, edited: pd.DataFrame) -> None:
        """Remember what differs from the beginning."""
        for skill, row in zip(self.shown.index, edited.to_dict("records"), strict=True):
            for column in self.shown.columns[1:]:
                value = None if pd.isna(row[column]) else row[column]
                cell = (skill, str(column))
                if value == self.before[cell]:
                    self.typed.pop(cell, None)
                else:
                    self.typed[cell] = value

    def again(self) -> None:
        """Start afresh from what is saved."""
        self.choice, self.before, self.typed, self.stale = None, {}, {}, {}
        self.written += 1


def grid(name: str) -> Grid:
    """The grid of this name."""
    found: Grid = st.session_state.setdefault(f"_grid:{name}", Grid(name))
    return found


def table(opened: Grid, columns: Mapping[str, Any], alt: str) -> None:
    """Draw the table and remember what is typed."""
    edited = st.data_editor(
        opened.shown,
        hide_index=True,
        num_rows="fixed",
        disabled=["skill"],
        column_config={"skill": st.column_config.TextColumn("Skill", pinned=True, width="medium"), **columns},
        key=opened.key,
        placeholder="",
        alt=alt,
    )
    opened.take(edited)


def save(
    opened: Grid,
    operation: Callable[..., int],
    cells: Callable[[], Sequence[Any]],
    told: Callable[[str, Any], str],
    **params: Any,
) -> None:
    """The buttons below the table, what raised the changes, and what happens when somebody else was there first.

    `cells()` are the operation's cells of what was typed; `told(key, current)` says what one of them holds by now, and
    what was typed.
    """
    form = Form(f"{opened.name}_grid")
    count = len(opened.typed)
    params["item_id"] = _raised_by(opened, form)
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button("Save", type="primary", key=form.key("save"), disabled=not count)
        st.button("Discard", key=form.key("discard"), disabled=not count, on_click=_discard, args=(opened, form))
        st.text(f"{count:,} {'change' if count == 1 else 'changes'} not saved" if count else "Nothing to save")
    if pressed:
        _write(opened, form, operation, cells(), params)
    if opened.stale:
        _settle(opened, form, operation, cells, told, params)


def announce() -> None:
    """What an item, from whose page one comes, has to do with the grid that isn't chosen yet."""
    title = load(titles).get(_named())
    if title:
        st.info(f"What you save next is noted as raised by “{plain(title)}”.", icon=":material/filter_alt:")


def _named() -> int:
    return address_id(st.query_params.get("item", ""))


def _raised_by(opened: Grid, form: Form) -> int | None:
    """The funnel item, if any, from which the changes come; one may come from its page with it."""
    items = distinct(load(titles))
    if not items:
        return None
    chosen: int | None = st.selectbox(
        "Raised by",
        list(items),
        list(items).index(_named()) if _named() in items else None,
        format_func=lambda key: items.get(key, str(key)),
        key=f"{opened.name}:raised_by:{opened.written}",
        placeholder="No item of the funnel",
        help="The need, trend or gap from which the changes come. Both sides show it; the next saving asks again.",
    )
    form.slot("item_id")
    return chosen


def _discard(opened: Grid, form: Form) -> None:
    opened.again()
    form.fail({})


def _write(
    opened: Grid, form: Form, operation: Callable[..., int], cells: Sequence[Any], params: Mapping[str, Any]
) -> None:
    try:
        done = form.perform(operation, cells=tuple(cells), **params)
    except Conflict as found:
        opened.stale = dict(found.current)
        return
    if done:
        opened.again()
        st.query_params.pop("item", None)  # it was meant for this saving
        notice.say(f"Saved: {done.value:,} {'change' if done.value == 1 else 'changes'}.")
        st.rerun()


def _settle(
    opened: Grid,
    form: Form,
    operation: Callable[..., int],
    cells: Callable[[], Sequence[Any]],
    told: Callable[[str, Any], str],
    params: Mapping[str, Any],
) -> None:
    lines = "\n".join(f"- {plain(told(key, current))}" for key, current in opened.stale.items())
    st.warning(
        f"Somebody else changed these levels while you were editing. Your changes are not saved yet.\n\n{lines}",
        icon=":material/call_split:",
    )
    with st.container(horizontal=True):
        mine = st.button("Overwrite with my levels", type="primary", key=form.key("mine"))
        theirs = st.button("Keep the saved levels, save the rest", key=form.key("theirs"))
    if mine or theirs:
        stale, opened.stale = opened.stale, {}
        ready = [cell for cell in cells() if cell.key not in stale or mine]
        ready = [cell.beginning_with(stale[cell.key]) if cell.key in stale else cell for cell in ready]
        _write(opened, form, operation, ready, params)
        if opened.stale:  # somebody was faster once more
            st.rerun()
