"""What an import would do: every row's fate, every problem, every change, before anything is written."""

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from cop.accounts.queries import actor_of_account
from cop.db import reading
from cop.errors import NotFound
from cop.imports import jobs
from cop.imports.problems import REASONS, ROW_REASONS
from cop.imports.summary import ALONE
from cop.periods import utcnow
from cop.permissions import Actor, Permission, require
from cop.ui import run
from cop.ui.text import plain
from cop.ui.widgets import import_values

_TABLES = {
    "area": "areas",
    "job_role": "job roles",
    "skill": "skills",
    "role_requirement": "required levels",
    "unit_requirement": "needs of units",
    "community_skill": "skills of communities",
    "org_unit": "org units",
    "person": "people",
    "person_alias": "spellings of names",
    "community": "communities",
    "membership": "memberships",
    "facilitator": "facilitators",
    "session_series": "series",
    "community_session": "sessions",
    "survey": "waves",
    "question": "questions of a wave",
    "survey_group": "groups of a wave",
    "external_key": "keys of the source",
    "attendance": "attendances",
    "funnel_item": "needs and trends",
    "stage_stay": "stays in a stage",
    "ring_change": "rings of trends",
    "item_unit": "units with a need",
    "item_community": "communities that work on a need",
}
Passing = frozenset[tuple[str, str]]
"""Reasons by file that leave a row out and report it, instead of refusing the import."""


def let_pass(mapping: dict[str, Any]) -> Passing:
    """What the mapping lets pass."""
    return frozenset((file["name"], reason) for file in mapping["files"] for reason in file.get("report", ()))


def letting_pass(mapping: dict[str, Any], passing: Passing) -> dict[str, Any]:
    """The mapping that lets just these pass."""
    files = [
        file | {"report": sorted(reason for name, reason in passing if name == file["name"])}
        for file in mapping["files"]
    ]
    return mapping | {"files": files}


def show(token: str, mapping: dict[str, Any], result: dict[str, Any]) -> dict[str, Any]:
    """Draw the preview; returns the mapping with what was chosen here."""
    _headline(result)
    st.dataframe(
        pd.DataFrame([_account(item) for item in result["files"]]),
        hide_index=True,
        key="import_account",
        alt="The files with their rows by what becomes of them",
    )
    for item in result["files"]:
        if item["passed"]:
            st.caption(plain(f"{item['file']}: {item['passed']}"))
    _waves(result["waves"])
    chosen = import_values.edit(token, mapping, result["unknown"])
    passing = _choose(mapping, result)
    problems, changes = st.tabs(
        [f"Problems ({result['problem_count']:,})", f"What would be written ({result['size']:,})"],
        key="import_lists",
        on_change="rerun",
    )
    if problems.open:
        with problems:
            _problems(token, result)
    if changes.open:
        with changes:
            _changes(token, result)
    return chosen if passing == let_pass(mapping) else letting_pass(chosen, passing)


def _headline(result: dict[str, Any]) -> None:
    if result["refused"]:
        st.error(
            ("One problem stands" if result["refused"] == 1 else f"{result['refused']:,} problems stand")
            + " against it, so nothing would be imported. Mend the files or the columns, or choose below which rows "
            "to leave out.",
            icon=":material/error:",
        )
    elif not result["size"]:
        st.info("Everything is there already: nothing would be written.", icon=":material/check:")
    else:
        told = [
            f"{_TABLES[table]}: {new:,} new, {changed:,} changed" if changed else f"{_TABLES[table]}: {new:,} new"
            for table, (new, changed) in result["counts"].items()
        ]
        st.success(f"This would be written: {'; '.join(told)}.", icon=":material/visibility:")


def _account(item: dict[str, Any]) -> dict[str, object]:
    fates = {fate.capitalize(): count for fate, count in item["fates"].items()}
    return {"File": item["file"], "Holds": item["kind"].replace("_", " "), "Rows": item["rows"], **fates}


def _waves(waves: list[list[Any]]) -> None:
    """How much of each wave would be told, and what it means for later ones."""
    if not waves:
        return
    st.dataframe(
        pd.DataFrame(waves, columns=["Wave", "Respondents", "Questions", "Groups", "Cells told", "Cells hidden"]),
        hide_index=True,
        key="import_waves",
        alt=f"{len(waves)} waves with the number of respondents, questions, groups and what would be told",
    )
    st.warning(ALONE, icon=":material/group_off:")


def _choose(mapping: dict[str, Any], result: dict[str, Any]) -> Passing:
    """Which problems leave a row (or a cell) out instead of refusing everything."""
    counts = {
        (item["file"], reason): count
        for item in result["files"]
        for outcome, reason, count in item["reasons"]
        if reason in ROW_REASONS and (outcome == "refused" or (item["file"], reason) in let_pass(mapping))
    }
    now = let_pass(mapping)
    options = sorted(now | counts.keys())
    if not options:
        return now
    chosen = st.multiselect(
        "Leave out, and report, the rows with",
        options,
        default=sorted(now),
        format_func=lambda pair: f"{pair[0]}: {REASONS[pair[1]]} ({counts.get(pair, 0):,})",
        key=f"import_pass:{hash(now)}",
        placeholder="Choose reasons: each row that is left out stays in the list of problems",
        select_all=False,
    )
    return frozenset(chosen)


def _problems(token: str, result: dict[str, Any]) -> None:
    if not result["problems"]:
        st.text("None.")
        return
    rows = pd.DataFrame(result["problems"])
    st.dataframe(
        rows,
        hide_index=True,
        key="import_problems",
        alt=f"{len(rows)} problems by file, row and column",
        column_order=["file", "row", "column", "outcome", "message", "value"],
        column_config={
            "file": "File",
            "row": "Row",
            "column": "Column",
            "outcome": "Outcome",
            "message": st.column_config.TextColumn("Why", width="large"),
            "value": "The cell says",
        },
    )
    _rest(len(rows), result["problem_count"])
    _download(token, "report.csv", "All problems as CSV")


def _changes(token: str, result: dict[str, Any]) -> None:
    if not result["changes"]:
        st.text("Nothing.")
        return
    rows = pd.DataFrame(result["changes"], columns=["table", "what", "row", "change"])
    rows["table"] = rows["table"].map(_TABLES)
    st.dataframe(
        rows,
        hide_index=True,
        key="import_changes",
        alt=f"{len(rows)} rows that would be written",
        column_config={
            "table": "In",
            "what": "Would be",
            "row": st.column_config.TextColumn("Row", width="medium"),
            "change": st.column_config.TextColumn("Change", width="large"),
        },
    )
    _rest(len(rows), result["size"])
    _download(token, "changes.csv", "All of it as CSV")


def _file(actor: Actor, token: str, name: str) -> bytes:
    """By the rights that the actor has on the click: the file holds names."""
    with reading() as db:
        require(actor_of_account(db, actor.account_id, now=utcnow()), Permission.DATA_IMPORT)
    if not jobs.belongs(token, actor.account_id):
        raise NotFound
    return jobs.download(token, name)


def _rest(shown: int, total: int) -> None:
    if shown < total:
        st.caption(plain(f"The first {shown:,}; the file holds all."))


def _download(token: str, name: str, title: str) -> None:
    st.download_button(
        title,
        partial(_file, run.current().actor, token, name),
        file_name=f"cop-import-{name}",
        mime="text/csv",
        key=f"download_{name}",
        on_click="ignore",
        icon=":material/download:",
    )
