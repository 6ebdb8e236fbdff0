"""What the columns of an import's files mean, file by file."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from cop.errors import Invalid
from cop.imports import jobs, operations, suggest
from cop.imports.cells import ENGLISH_FLAGS
from cop.imports.inspection import DELIMITERS, Inspection
from cop.imports.kinds import KINDS, Field, Reading
from cop.imports.mapping import CREATABLE, mapping_of
from cop.imports.queries import mappings, radar_names
from cop.imports.table import ENCODINGS
from cop.ui.format import label
from cop.ui.load import load
from cop.ui.perform import Form
from cop.ui.text import plain
from cop.ui.widgets import import_dates, import_files, import_layout, import_wave, notice
from cop.ui.widgets.import_choices import EMPTY, LEAVE_OUT, choices_of

Raw = dict[str, Any]
"""A file's part of a mapping, as JSON."""

_CONSTANT, _JOINED, _RULE = "\0constant", "\0joined", "\0rule"
"""Choices beside the columns: no column has such a name."""
_WAYS = {
    "": "(not taken)",
    _CONSTANT: "Always the same …",
    _JOINED: "Two columns joined …",
    _RULE: "By the mapping's own rule",
}
_SHOWN = ("format", "values", "empty", "leave_out")
_TWO = re.compile(r"\{([^{}]+)\} \{([^{}]+)\}")
_KINDS_OF_PEOPLE = {"": "Report it as a problem", "staff": "Enter them as staff", "guest": "Enter them as guests"}


def placed(raw: Raw, pairs: Mapping[str, str], found: Mapping[str, Inspection]) -> Raw:
    """A kept mapping for the files at hand: their names, and how these ones are written."""
    files = []
    for file in raw["files"]:
        name = pairs[file.get("name", file["kind"])]
        seen = found[name]
        files.append(file | {"name": file.get("name", file["kind"]), "path": name, "encoding": seen.encoding})
        files[-1] |= {"delimiter": seen.delimiter, "part": seen.part}
    return {"source": raw["source"], "files": files}


def edit(token: str, screen: dict[str, Any], found: Mapping[str, Inspection]) -> dict[str, Any]:
    """Draw the mapping; returns the screen's state with what was changed in it."""
    mapping = screen["mapping"]
    source = st.text_input(
        "Source",
        mapping["source"],
        key=f"source:{token}",
        max_chars=40,
        help="A short name of the system that the files come from, in lower-case letters, digits and hyphens. Keys are "
        "kept by source: the same files imported again under it change only what differs.",
    )
    files = [dict(file) for file in mapping["files"]]
    tabs = st.tabs([plain(_title(file)) for file in files], key=f"file:{token}", on_change="rerun")
    for place, (tab, file) in enumerate(zip(tabs, files, strict=True)):
        if tab.open:
            with tab:
                _reading(token, screen, file, found[file["path"]])
                files[place] = _file(f"{token}:{file['name']}", file, found[file["path"]])
                _more_or_less(token, screen, files, place)
    changed = screen | {"mapping": {"source": source, "files": files}}
    _keep(token, changed)
    return changed


def _more_or_less(token: str, screen: dict[str, Any], files: list[Raw], place: int) -> None:
    """One file may tell of several things, such as groups and those who lead them; another isn't wanted at all."""
    file = files[place]
    with st.container(horizontal=True):
        if st.button("Read it as something else too", key=f"more:{token}:{file['name']}", icon=":material/add:"):
            names = {item["name"] for item in files}
            free = next(name for number in range(2, 99) if (name := f"{file['path']}, {number}") not in names)
            files.insert(place + 1, file | {"name": free, "columns": {}, "options": {}, "report": []})
            _store(token, screen, files)
        if len(files) > 1 and st.button("Leave this out", key=f"less:{token}:{file['name']}", icon=":material/remove:"):
            _store(token, screen, files[:place] + files[place + 1 :])


def _store(token: str, screen: dict[str, Any], files: list[Raw]) -> None:
    jobs.remember(token, screen | {"mapping": screen["mapping"] | {"files": files}})
    st.rerun()


def _title(file: Raw) -> str:
    return str(file["path"]) if file["name"] == file["path"] else f"{file['path']} ({file['name']})"


def checked(mapping: Raw) -> bool:
    """Whether the mapping can be used; says what is wrong where it can't."""
    unknown = [file["path"] for file in mapping["files"] if not file["kind"]]
    if unknown:
        st.error(plain(f"Choose what these files hold: {', '.join(unknown)}."), icon=":material/error:")
        return False
    try:
        mapping_of(mapping)
    except Invalid as error:
        st.error("  \n".join(plain(text) for text in error.errors.values()), icon=":material/error:")
        return False
    return True


def _reading(token: str, screen: dict[str, Any], file: Raw, found: Inspection) -> None:
    """How the file is written; where that is changed, it is looked at again."""
    st.caption(
        f"{found.row_count:,} rows. "
        + (f"Read as {found.encoding}. " if found.encoding != "auto" else "")
        + ("" if not found.problem else plain(found.problem))
    )
    if found.format in {"csv", "html"} and file["path"].lower().endswith((".xls", ".xlsx", ".xlsm", ".ods")):
        what = "a text" if found.format == "csv" else "a web page or XML"
        st.caption(f"It is called a workbook, but it is {what}: it is read as that.")
    key = f"{token}:{file['path']}"
    sample = [list(row) for row in found.sample]
    st.dataframe(
        pd.DataFrame(sample, columns=list(found.columns)),
        hide_index=True,
        key=f"sample:{key}",
        alt=f"The first {len(sample)} rows of the file",
    )
    with st.container(horizontal=True):
        if found.format == "csv":
            encoding = _one_of("Encoding", ENCODINGS, file["encoding"], f"encoding:{key}")
            delimiter = _one_of(
                "Cells are separated by", list(DELIMITERS), file["delimiter"], f"delimiter:{key}", DELIMITERS
            )
            given = {"encoding": encoding, "delimiter": delimiter}
        else:
            given = {"part": _one_of("Part", found.parts, found.part, f"part:{key}")}
    if found.format in {"csv", "workbook", "html"}:
        given |= import_layout.edit(key, file, found)
    if any(file.get(name) != value for name, value in given.items()):
        import_files.look_again(token, screen, file["path"], given)


def _one_of(title: str, options: Any, value: str, key: str, names: Mapping[str, str] | None = None) -> str:
    listed = list(options)
    shown = names or {}
    return str(
        st.selectbox(
            title,
            listed,
            index=listed.index(value) if value in listed else 0,
            format_func=lambda item: shown.get(item, item) or "(the whole file)",
            key=key,
        )
    )


def _file(key: str, file: Raw, found: Inspection) -> Raw:
    kinds = list(KINDS)
    kind = st.selectbox(
        "What it holds",
        kinds,
        index=kinds.index(file["kind"]) if file["kind"] else None,
        format_func=label,
        key=f"kind:{key}",
        placeholder="Choose: the columns fit several",
        width=320,
    )
    if kind is None:
        return file
    if kind != file["kind"]:
        file = {name: value for name, value in file.items() if name not in {"options", "report", "wave", "questions"}}
        file |= {"kind": kind, "columns": suggest.origins(kind, found)}
    columns = {}
    with st.container(horizontal=True):
        for name, field in KINDS[kind].items():
            origin = _field(f"{key}:{kind}:{name}", name, field, file["columns"].get(name), found)
            if origin is not None:
                columns[name] = origin
    if kind == "survey_answers" and "respondent" not in columns:
        st.caption("Without a column for the respondent, each row is one respondent.")
    _spellings(key, kind, columns, found)
    _first_sentence(key, columns)
    options = _options(f"{key}:{kind}", kind, file.get("options", {}))
    wave = import_wave.edit(f"{key}:{kind}", file, found) if kind == "survey_answers" else {}
    return file | {"kind": kind, "columns": columns, "options": options} | wave


def _field(key: str, name: str, field: Field, raw: Any, found: Inspection) -> Any:
    """Choose where a field comes from; None where it isn't taken."""
    chosen = _chosen(raw, found)
    joins = [_JOINED] if name in {"name", "key"} and len(found.columns) > 1 else []
    options = ["", *found.columns, *joins, _CONSTANT, *([_RULE] if chosen == _RULE else [])]
    where = st.selectbox(
        f"{label(name)} *" if field.required else label(name),
        options,
        index=options.index(chosen) if chosen in options else 0,
        format_func=lambda item: _WAYS.get(item, item),
        key=f"column:{key}",
        width=250,
    )
    if where == "":
        return None
    if where == _RULE:
        return raw
    if where == _JOINED:
        return {"template": _joined(key, raw, found)}
    if where == _CONSTANT:
        return {"constant": _constant(key, name, field, raw)}
    same = _column(raw) == where
    if field.reading in {Reading.DATE, Reading.TIME}:
        return import_dates.edit(key, name, where, raw if same else suggest.dated_origin(found, where), found)
    return raw if same else suggest.choice_origin(field, where, found)


def _chosen(raw: Any, found: Inspection) -> str:
    if raw is None:
        return ""
    if isinstance(raw, dict) and raw.get("constant"):
        return _CONSTANT
    if isinstance(raw, dict) and _TWO.fullmatch(str(raw.get("template", ""))):
        return _JOINED
    if isinstance(raw, list) or (isinstance(raw, dict) and (raw.keys() - {"column", *_SHOWN} - _own(raw))):
        return _RULE
    column = _column(raw)
    return column if column in found.columns else ""


def _own(raw: Raw) -> set[str]:
    """What of a rule the screen can show beside the spellings."""
    return {"transform"} if raw.get("transform") in {"first_sentence", "last_first", "without_html"} else set()


def _joined(key: str, raw: Any, found: Inspection) -> str:
    """First name and last name, for example."""
    before = _TWO.fullmatch(str(raw.get("template", ""))) if isinstance(raw, dict) else None
    first, second = before.groups() if before else found.columns[:2]
    first = _one_of("First column", found.columns, first, f"first:{key}")
    return f"{{{first}}} {{{_one_of('Second column', found.columns, second, f'second:{key}')}}}"


def _column(raw: Any) -> str:
    return raw if isinstance(raw, str) else str((raw or {}).get("column", "")) if isinstance(raw, dict) else ""


def _constant(key: str, name: str, field: Field, raw: Any) -> str:
    value = str(raw.get("constant", "")) if isinstance(raw, dict) else ""
    if field.choices is not None:
        return _one_of(f"{label(name)} is", list(field.choices), value, f"constant:{key}")
    return st.text_input(f"{label(name)} is", value, key=f"constant:{key}", max_chars=field.limit, width=250)


def _spellings(key: str, kind: str, columns: Raw, found: Inspection) -> None:
    """What each spelling of a choice means, for each column of choices; changed in `columns`."""
    named = load(radar_names) if kind == "trends" else {}
    for name, raw in columns.items():
        rule = KINDS[kind][name]
        column, offered = _column(raw), [*(choices_of(rule) or named.get(name, ()))]
        seen = (found.values or {}).get(column)
        if not offered or not seen or _chosen(raw, found) == _RULE:
            continue
        known = raw if isinstance(raw, dict) else {}
        if rule.reading is Reading.FLAG and not known and all(value.casefold() in ENGLISH_FLAGS for value in seen):
            continue
        means = {value: _meaning(value, known, offered) or suggest.meaning_of(rule, value) for value in seen}
        st.caption(f"What the spellings in “{plain(column)}” mean for {label(name).lower()}:")
        with st.container(horizontal=True):
            chosen = {
                value: _spelling(f"{key}:{kind}:{name}:{column}", value, meant, offered)
                for value, meant in means.items()
            }
        columns[name] = _spelt(column, chosen)


def _spelling(key: str, value: str, meant: str | None, offered: list[str]) -> str | None:
    options = [*map(str, offered), EMPTY, LEAVE_OUT]
    chosen: str | None = st.selectbox(
        plain(value),
        options,
        index=options.index(meant) if meant in options else None,
        format_func=lambda item: item if item.startswith("(") else label(item),
        key=f"spelling:{key}:{value}",
        placeholder="Choose what it means",
        width=250,
    )
    return chosen


def _first_sentence(key: str, columns: Raw) -> None:
    """A focus is short; a mission statement often isn't."""
    raw = columns.get("focus")
    column = _column(raw)
    if not column or (isinstance(raw, dict) and raw.keys() - {"column", "transform"}):
        return
    short = st.toggle(
        "As the focus, take only the first sentence", isinstance(raw, dict) and "transform" in raw, key=f"short:{key}"
    )
    columns["focus"] = {"column": column, "transform": "first_sentence"} if short else column


def _meaning(value: str, known: Raw, offered: list[str]) -> str | None:
    if value in known.get("empty", ()):
        return EMPTY
    if value in known.get("leave_out", ()):
        return LEAVE_OUT
    meant = known.get("values", {}).get(value)
    same = (str(one) for one in offered if one.casefold() == value.casefold())
    return meant or next(same, None)


def _spelt(column: str, means: Mapping[str, Any]) -> Raw:
    values = {value: str(meant) for value, meant in means.items() if isinstance(meant, str)}
    made: Raw = {"column": column}
    made["empty"] = [value for value, meant in values.items() if meant == EMPTY]
    made["leave_out"] = [value for value, meant in values.items() if meant == LEAVE_OUT]
    made["values"] = {value: meant for value, meant in values.items() if meant not in {EMPTY, LEAVE_OUT}}
    return {name: item for name, item in made.items() if item}


def _options(key: str, kind: str, raw: Raw) -> Raw:
    options = dict(raw)
    creatable = CREATABLE.get(kind, ())
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if creatable:
            options["create"] = st.pills(
                "Enter by their names what isn't known yet",
                creatable,
                default=raw.get("create", []),
                selection_mode="multi",
                format_func=label,
                key=f"create:{key}",
            )
        if kind == "people":
            options["merge_repeated"] = st.toggle(
                "Several rows of one key are one person", raw.get("merge_repeated", False), key=f"repeated:{key}"
            )
        if kind in {"memberships", "facilitators", "attendance"}:
            for name, title in (
                ("people_with_handle", "Unknown people with a handle or e-mail address"),
                ("people_with_name", "Unknown people with a whole name only"),
            ):
                kept = _one_of(title, list(_KINDS_OF_PEOPLE), raw.get(name, ""), f"{name}:{key}", _KINDS_OF_PEOPLE)
                options.pop(name, None)
                options |= {name: kept} if kept else {}
        if kind in {"sessions", "series"}:
            options["minutes"] = int(
                st.number_input(
                    "Minutes, where the file has none", 1, 1440, raw.get("minutes", 60), key=f"minutes:{key}"
                )
            )
    return options


def _keep(token: str, screen: dict[str, Any]) -> None:
    """Keep the mapping under a name, or take it as a file."""
    with st.expander("Keep this mapping for the next time", key=f"keep:{token}", on_change="rerun") as box:
        if not box.open:
            return
        form = Form("keep_mapping")
        name = st.text_input("Name", screen["title"], key=f"keep_name:{token}", max_chars=80)
        form.slot("name")
        known = any(item.name == name.strip() for item in load(mappings))
        if known:
            st.caption("A mapping of this name is there already and will be replaced.")
        with st.container(horizontal=True):
            if st.button("Keep it", key="keep_mapping", icon=":material/save:") and form.perform(
                operations.save_mapping, name=name, content=screen["mapping"]
            ):
                notice.say(f"“{name.strip()}” is kept.")
                st.rerun()
            st.download_button(
                "As a file",
                json.dumps(screen["mapping"], indent=2, ensure_ascii=False),
                file_name="mapping.json",
                mime="application/json",
                key="mapping_file",
                on_click="ignore",
                icon=":material/download:",
            )
