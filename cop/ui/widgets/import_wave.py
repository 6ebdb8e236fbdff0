"""What a file of answers asked: the wave, and which column holds the answers to which question."""

from datetime import date
from typing import Any

import streamlit as st

from cop.choices import QuestionType, SkillLevel
from cop.imports.inspection import Inspection
from cop.imports.wave_mapping import KINDS_OF_WAVES
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
    spread = {columns: item for columns, item in asked.items() if len(columns) > 1}
    chosen = st.multiselect(
        "Columns with answers",
        list(found.columns),
        default=[columns[0] for columns in asked if len(columns) == 1 and columns[0] in found.columns],
        key=f"questions:{key}",
        placeholder="Choose one column for each question",
        help="In the order in which the questions shall stand. Columns that aren't chosen are not read.",
        select_all=False,
    )
    for columns in spread:
        st.caption(plain(f"By the mapping's own rule: {asked[columns].get('text', '')} ({', '.join(columns)})"))
    single = [_question(f"{key}:{column}", column, asked.get((column,)), found) for column in chosen]
    return {"wave": wave, "questions": [*single, *spread.values()]}


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


def _question(key: str, column: str, raw: Raw | None, found: Inspection) -> Raw:
    known = raw or {}
    types = [type_.value for type_ in QuestionType]
    with st.container(border=True):
        with st.container(horizontal=True):
            text = st.text_input(
                plain(f"What “{column}” asked *"),
                known.get("text") or (column if raw is None else ""),
                key=f"asked:{key}",
                max_chars=500,
                width=420,
            )
            type_ = st.selectbox(
                "Type *",
                types,
                index=types.index(known.get("type") or _type(column, found)),
                format_func=label,
                key=f"type:{key}",
                width=180,
            )
        made = known if known.get("type") == type_ else {}
        kept = {name: made[name] for name in (*_OWN_RULE, "empty", "help", "dimension", "reversed") if name in made}
        return {"column": column, "text": text, "type": type_} | kept | _meaning(key, column, type_, made, found)


def _type(column: str, found: Inspection) -> str:
    """What the cells look like: few spellings are a choice, many are words."""
    seen = (found.values or {}).get(column)
    if not seen:
        return QuestionType.TEXT.value
    return (QuestionType.MULTIPLE if any(";" in text for text in seen) else QuestionType.SINGLE).value


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
            separators = list(dict.fromkeys([*_SEPARATORS, made.get("separator", ";")]))
            chosen = st.selectbox(
                "Several answers stand between",
                separators,
                index=separators.index(made.get("separator", ";")),
                format_func=lambda item: _SEPARATORS.get(item, item),
                key=f"separator:{key}",
                width=220,
            )
            parts["separator"] = chosen
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
