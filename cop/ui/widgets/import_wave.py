"""What a file of answers asked: the wave, and which column holds the answers to which question."""

from datetime import date
from typing import Any

import streamlit as st

from cop.choices import QuestionType, SkillLevel
from cop.imports import suggest_answers
from cop.imports.inspection import Inspection
from cop.imports.wave_mapping import KINDS_OF_WAVES, in_brackets
from cop.periods import local_day, utcnow
from cop.skills.queries import offered
from cop.surveys.answers import STEPS
from cop.surveys.audit import LEAST
from cop.surveys.inputs import LARGEST_SMALLEST
from cop.ui import run
from cop.ui.format import label
from cop.ui.load import load
from cop.ui.text import plain

Raw = dict[str, Any]
"""A part of a mapping, as JSON."""

_SEPARATORS = {"": "one answer only", ";": "semicolons", ",": "commas", "|": "bars"}
_OWN_RULE = ("columns", "separator", "values", "options")


def edit(key: str, file: Raw, found: Inspection) -> Raw:
    """Draw the wave and its questions; returns these two parts of the file's mapping."""
    st.markdown("**The wave**")
    wave = _wave(key, file.get("wave") or {})
    st.markdown("**Its questions**")
    asked = {_columns(item): item for item in file.get("questions") or []}
    groups = suggest_answers.tick_boxes(found)
    offered = _offered(groups, found)
    own_rule = {columns: item for columns, item in asked.items() if columns not in offered.values()}
    chosen = st.multiselect(
        "Columns with answers",
        list(offered),
        default=[name for name, columns in offered.items() if columns in asked],
        key=f"questions:{key}",
        placeholder="Choose one column, or group of options, for each question",
        help="In the order in which the questions shall stand. Columns that aren't chosen are not read.",
        select_all=False,
    )
    for columns in own_rule:
        st.caption(plain(f"By the mapping's own rule: {asked[columns].get('text', '')} ({', '.join(columns)})"))
    made = []
    for name in chosen:
        columns = offered[name]
        draw = _question if len(columns) == 1 else _tick_boxes
        made.append(draw(f"{key}:{columns[0]}", columns, asked.get(columns), found))
    return {"wave": wave, "questions": [*made, *own_rule.values()]}


def _offered(groups: dict[str, tuple[str, ...]], found: Inspection) -> dict[str, tuple[str, ...]]:
    """What can be a question: columns by their names, and options of one question together."""
    grouped = {column: question for question, columns in groups.items() for column in columns}
    offered: dict[str, tuple[str, ...]] = {}
    for column in found.columns:
        question = grouped.get(column)
        name = column if question is None else f"{question} ({len(groups[question])} options)"
        offered[name] = (column,) if question is None else groups[question]
    return offered


def _tick_boxes(key: str, columns: tuple[str, ...], raw: Raw | None, found: Inspection) -> Raw:
    """A question whose options have a column each."""
    known = raw or {}
    chosen, not_chosen = suggest_answers.ticks_of(columns, found)
    seen = list(dict.fromkeys(text for column in columns for text in (found.values or {}).get(column, ())))
    with st.container(border=True), st.container(horizontal=True):
        text = st.text_input(
            "What was asked *",
            known.get("text") or in_brackets(columns[0])[0],
            key=f"asked:{key}",
            max_chars=500,
            width=420,
        )
        picked = {
            name: st.multiselect(
                title,
                list(dict.fromkeys([*seen, *known.get(name, ())])),
                default=known.get(name, proposed),
                key=f"{name}:{key}",
                placeholder="None",
                select_all=False,
                width=240,
            )
            for name, title, proposed in (
                ("chosen", "Means chosen", chosen),
                ("not_chosen", "Means not chosen", not_chosen),
            )
        }
        st.caption(plain(f"Options: {', '.join(in_brackets(column)[1] for column in columns)}"))
    rest = {name: known[name] for name in ("options", "empty", "help", "dimension") if name in known}
    return {"columns": list(columns), "text": text, "type": QuestionType.MULTIPLE.value} | rest | picked


def _columns(raw: Raw) -> tuple[str, ...]:
    return (raw["column"],) if "column" in raw else tuple(raw.get("columns", ()))


def _wave(key: str, raw: Raw) -> Raw:
    with st.container(horizontal=True):
        name = st.text_input(
            "Name of the wave *", raw.get("name", ""), key=f"wave_name:{key}", max_chars=120, width=320
        )
        kinds = [kind.value for kind in KINDS_OF_WAVES]
        kind = st.selectbox(
            "Kind *",
            kinds,
            index=kinds.index(raw["kind"]) if raw.get("kind") in kinds else 0,
            format_func=label,
            key=f"wave_kind:{key}",
            width=180,
        )
        today = local_day(utcnow(), run.current().time_zone)
        day = st.date_input(
            "Answered until *", _day(raw.get("day")) or today, max_value=today, key=f"wave_day:{key}", width=180
        )
        smallest = st.number_input(
            "Smallest group",
            LEAST,
            LARGEST_SMALLEST,
            raw.get("smallest_group", LEAST),
            key=f"wave_smallest:{key}",
            width=180,
            help="Of fewer people, or fewer known answers, nothing is told.",
        )
    purpose = st.text_input("What it was for", raw.get("purpose", ""), key=f"wave_purpose:{key}", max_chars=500)
    return {"name": name, "kind": kind, "day": str(day), "smallest_group": int(smallest), "purpose": purpose}


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None


def _question(key: str, columns: tuple[str, ...], raw: Raw | None, found: Inspection) -> Raw:
    (column,) = columns
    known = raw or {}
    types = [type_.value for type_ in QuestionType]
    with st.container(border=True):
        with st.container(horizontal=True):
            text = st.text_input(
                plain(f"What “{column}” asked *"),
                known.get("text") or (found.titles.get(column, column) if raw is None else ""),
                key=f"asked:{key}",
                max_chars=500,
                width=420,
            )
            type_ = st.selectbox(
                "Type *",
                types,
                index=types.index(known.get("type") or suggest_answers.type_of(column, found)),
                format_func=label,
                key=f"type:{key}",
                width=180,
            )
        made = known if known.get("type") == type_ else {}
        kept = {name: made[name] for name in (*_OWN_RULE, "empty", "help", "dimension", "reversed") if name in made}
        return {"column": column, "text": text, "type": type_} | kept | _meaning(key, column, type_, made, found)


def _meaning(key: str, column: str, type_: str, made: Raw, found: Inspection) -> Raw:
    """What the cells of a question say, by its type."""
    seen = list((found.values or {}).get(column, ()))
    parts: Raw = {}
    with st.container(horizontal=True):
        if type_ == QuestionType.LEVEL:
            parts |= _level(key, seen, made)
        elif type_ == QuestionType.LIKERT:
            parts |= _steps(key, seen, made)
        elif type_ == QuestionType.MULTIPLE:
            parts |= _several(key, column, made, found)
        if seen:
            options = list(dict.fromkeys([*seen, *made.get("empty", ())]))
            parts["empty"] = st.multiselect(
                "Says no more than a blank",
                options,
                default=list(made.get("empty", ())),
                key=f"unknown:{key}",
                placeholder="None",
                help="A blank cell counts as “don't know”, never as “no”.",
                select_all=False,
                width=320,
            )
    return parts


def _several(key: str, column: str, made: Raw, found: Inspection) -> Raw:
    """What stands between several answers of a cell, and the options, where one of them holds that too."""
    now = made.get("separator", suggest_answers.separator_of(column, found) or ";")
    separators = list(dict.fromkeys([*_SEPARATORS, now]))
    separator = st.selectbox(
        "Several answers stand between",
        separators,
        index=separators.index(now),
        format_func=lambda item: _SEPARATORS.get(item, item),
        key=f"separator:{key}",
        width=220,
    )
    text = st.text_area(
        "Options, one a line",
        "\n".join(made.get("options", ())),
        key=f"options:{key}",
        placeholder="Empty: whatever the cells say",
        help="Needed where an option itself holds what stands between answers, outside brackets.",
        height="content",
        width=320,
    )
    options = [line.strip() for line in text.splitlines() if line.strip()]
    return {"separator": separator} | ({"options": options} if options else {"options": []})


def _steps(key: str, seen: list[str], made: Raw) -> Raw:
    """The five words, in the order in which they are chosen; none are the usual ones."""
    options = list(dict.fromkeys([*made.get("options", ()), *seen]))
    chosen = st.multiselect(
        "Its five answers, from the lowest on",
        options,
        default=list(made.get("options", ())),
        key=f"steps:{key}",
        max_selections=STEPS,
        placeholder="From “Strongly disagree” to “Strongly agree”",
        select_all=False,
        width=420,
    )
    return {"options": chosen}


def _level(key: str, seen: list[str], made: Raw) -> Raw:
    """Whose level it is, and what each spelling means."""
    names = sorted(load(offered).values(), key=str.casefold)
    kept = made.get("skill", "")
    options = names if not kept or kept in names else [kept, *names]
    skill = st.selectbox(
        "Skill *",
        options,
        index=options.index(kept) if kept else None,
        key=f"skill:{key}",
        placeholder="Choose a skill, or type a new one",
        accept_new_options=True,
        width=260,
    )
    levels = [level.value for level in SkillLevel]
    values: dict[str, str] = {}
    for text in seen:
        meant = made.get("values", {}).get(text) or (text.casefold() if text.casefold() in levels else None)
        chosen = st.selectbox(
            plain(text),
            levels,
            index=levels.index(meant) if meant else None,
            format_func=label,
            key=f"level:{key}:{text}",
            placeholder="Choose the level, or count it as a blank",
            width=220,
        )
        values |= {text: chosen} if chosen else {}
    return {"skill": skill or "", "values": values}
