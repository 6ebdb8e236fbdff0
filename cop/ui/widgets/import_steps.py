"""An import under way: whichever step it has come to."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from cop.imports import inspection, jobs, suggest
from cop.imports.inspection import Inspection
from cop.imports.queries import mappings
from cop.kpis.words import counted
from cop.permissions import Actor
from cop.ui.load import load
from cop.ui.text import plain
from cop.ui.widgets import import_files, import_mapping, import_preview, notice

Screen = dict[str, Any]
"""What is kept of an import: stage, names of the files, what was found in them, the mapping."""


def show(actor: Actor, token: str) -> None:
    """Wait for the step that runs, or show what it gave."""
    found = jobs.state(token)
    if found.running:
        import_files.wait(token)
        return
    screen = jobs.recall(token)
    if found.error and screen["stage"] != "mapping":
        st.error(plain(found.error), icon=":material/error:")
        _ways_on(token, screen)
        return
    _STAGES[screen["stage"]](actor, token, screen, found.result or {})


def _ways_on(token: str, screen: Screen) -> None:
    with st.container(horizontal=True):
        if screen.get("mapping") and st.button("Back to the columns", key="import_back", icon=":material/arrow_back:"):
            _to(token, screen, "mapping")
        if st.button("Start again", key="import_again", icon=":material/restart_alt:"):
            _drop(token)


def _drop(token: str) -> None:
    jobs.forget(token)
    import_files.leave()
    st.rerun()


def _to(token: str, screen: Screen, stage: str) -> None:
    jobs.remember(token, screen | {"stage": stage})
    st.rerun()


def _looked(_actor: Actor, token: str, screen: Screen, result: dict[str, Any]) -> None:
    """Files were looked at: begin with a kept mapping made for such files, else by the columns' names."""
    found = {name: inspection.from_json(raw) for name, raw in result["files"].items()}
    bad = {name: item.problem for name, item in found.items() if item.problem}
    for name, problem in bad.items():
        st.error(plain(f"{name}: {problem}"), icon=":material/error:")
    readable = {name: item for name, item in found.items() if item.columns}
    if not readable:
        _ways_on(token, screen)
        return
    screen |= {"found": result["files"]}
    if "mapping" not in screen:
        screen |= _begun(readable)
    _to(token, screen, "mapping")


def _begun(found: dict[str, Inspection]) -> Screen:
    kept = {item.name: item.content for item in load(mappings)}
    fits = suggest.fitting(kept, found)
    if fits:
        name = next(iter(fits))
        notice.say(f"These files fit the mapping “{name}”.")
        return {"mapping": import_mapping.placed(kept[name], fits[name], found), "title": name}
    files = [suggest.start(name, name, item) for name, item in found.items()]
    return {"mapping": {"source": "office", "files": files}, "title": ""}


def _map(actor: Actor, token: str, screen: Screen, _result: dict[str, Any]) -> None:
    found = {name: inspection.from_json(raw) for name, raw in screen["found"].items()}
    changed = import_mapping.edit(token, screen, found)
    if changed != screen:
        jobs.remember(token, changed)
    with st.container(horizontal=True):
        if st.button("See what would happen", type="primary", key="import_preview", icon=":material/visibility:"):
            ready = import_mapping.checked(changed["mapping"])
            if ready:
                _start_preview(actor, token, changed)
        if st.button("Drop this import", key="import_drop", icon=":material/delete:"):
            _drop(token)


def _start_preview(actor: Actor, token: str, screen: Screen) -> None:
    jobs.start(token, "preview", account_id=actor.account_id, **_asked(screen))
    _to(token, screen, "preview")


def _asked(screen: Screen) -> dict[str, Any]:
    numbers = {name: number for number, name in enumerate(screen["names"])}
    mapping = screen["mapping"]
    return {"mapping": mapping, "numbers": {file["name"]: numbers[file["path"]] for file in mapping["files"]}}


def _preview(actor: Actor, token: str, screen: Screen, result: dict[str, Any]) -> None:
    mapping = import_preview.show(token, screen["mapping"], result)
    with st.container(horizontal=True):
        if mapping != screen["mapping"]:
            if st.button("Look again", type="primary", key="import_look_again", icon=":material/refresh:"):
                _start_preview(actor, token, screen | {"mapping": mapping})
        elif result["size"] and not result["refused"]:
            label = f"Import {result['size']:,} {'row' if result['size'] == 1 else 'rows'}"
            if st.button(label, type="primary", key="import_write", icon=":material/upload:"):
                jobs.start(
                    token, "write", account_id=actor.account_id, fingerprint=result["fingerprint"], **_asked(screen)
                )
                _to(token, screen, "written")
        if st.button("Back to the columns", key="import_back", icon=":material/arrow_back:"):
            _to(token, screen, "mapping")
        if st.button("Drop this import", key="import_drop", icon=":material/delete:"):
            _drop(token)


def _written(_actor: Actor, token: str, _screen: Screen, result: dict[str, Any]) -> None:
    _finished(token, f"Imported: {counted(result['written'], 'row', 'rows')} written.")


def _undone(_actor: Actor, token: str, _screen: Screen, result: dict[str, Any]) -> None:
    _finished(token, f"Taken back: {counted(result['undone'], 'row', 'rows')} removed or restored.")


def _finished(token: str, told: str) -> None:
    """What came of it stands there until it was read, however long it took."""
    st.success(told, icon=":material/check:")
    if st.button("To all imports", key="import_finished", type="primary"):
        _drop(token)


_STAGES: dict[str, Callable[[Actor, str, Screen, dict[str, Any]], None]] = {
    "looking": _looked,
    "mapping": _map,
    "preview": _preview,
    "written": _written,
    "undone": _undone,
}
