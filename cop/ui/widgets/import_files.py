"""The first step of an import: its files; and the wait for a step's child process."""

from typing import Any

import streamlit as st

from cop.imports import jobs
from cop.imports.formats import ENDINGS
from cop.imports.mapping import LAYOUT
from cop.periods import utcnow
from cop.permissions import Actor
from cop.ui.text import plain
from cop.ui.widgets import import_templates

_ADDRESS = "job"


def opened(actor: Actor) -> str | None:
    """The import that the address names, if it is there and the actor's own."""
    token = st.query_params.get(_ADDRESS, "")
    if token and jobs.belongs(token, actor.account_id):
        return str(token)
    if token:
        leave()
    return None


def leave() -> None:
    """Back to the start of the screen."""
    st.query_params.pop(_ADDRESS, None)


def open_job(token: str) -> None:
    """Go on with this import."""
    st.query_params[_ADDRESS] = token
    st.rerun()


def begin(actor: Actor) -> None:
    """Take files and have them looked at."""
    jobs.tidy(now=utcnow())
    _under_way(actor)
    st.write(
        "Bring in org units, people, communities, memberships, facilitators, sessions with who came, skills, needs, trends, "
        "and answers to surveys that were asked elsewhere."
    )
    import_templates.offer()
    given = st.file_uploader(
        "Files",
        type=list(ENDINGS),
        accept_multiple_files=True,
        key="import_upload",
        help="CSV, Excel, OpenDocument, JSON or YAML. Files that belong together come together: what one says of "
        "another's rows is linked by their keys.",
    )
    too_many = len(given) > jobs.MAX_FILES
    if too_many:
        st.error(f"At most {jobs.MAX_FILES} files at a time.", icon=":material/error:")
    twice = len({file.name for file in given}) < len(given)
    if twice:
        st.error("Two files have the same name: rename one.", icon=":material/error:")
    if st.button("Look at them", type="primary", key="import_look", disabled=not given or too_many or twice):
        token = jobs.new(actor.account_id, now=utcnow())
        names = [file.name for file in given]
        for number, file in enumerate(given):
            jobs.add_file(token, number, file.getvalue())
        jobs.remember(token, {"stage": "looking", "names": names})
        look(token, names, {})
        open_job(token)


def _under_way(actor: Actor) -> None:
    for token, names in jobs.under_way(actor.account_id).items():
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(f"Under way: {', '.join(names) or 'an import that is taken back'}")
            if st.button("Go on", key=f"go_on:{token}", icon=":material/arrow_forward:"):
                open_job(token)
            if st.button("Drop it", key=f"drop:{token}", icon=":material/delete:"):
                jobs.forget(token)
                st.rerun()


def look(token: str, names: list[str], given: dict[str, dict[str, Any]]) -> None:
    """Have the files looked at; `given` says by file how it is written."""
    files = [{"name": name, "number": number, **given.get(name, {})} for number, name in enumerate(names)]
    jobs.start(token, "inspect", files=files)


_WRITTEN = ("encoding", "delimiter", "part", *LAYOUT)


def look_again(token: str, screen: dict[str, Any], name: str, given: dict[str, Any]) -> None:
    """Have one file looked at as it is said to be written; the mapping stays. None takes what was said back."""
    files = [_given(file, given) if file["path"] == name else file for file in screen["mapping"]["files"]]
    taken = {file["path"]: {what: file[what] for what in _WRITTEN if what in file} for file in files}
    mapping = screen["mapping"] | {"files": files}
    jobs.remember(token, screen | {"stage": "looking", "mapping": mapping})
    look(token, screen["names"], taken)
    st.rerun()


def _given(file: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (file | given).items() if value is not None}


@st.fragment(run_every=0.7)
def wait(token: str) -> None:
    """Show how far the step is, with a way to stop it; the page goes on when it is done."""
    found = jobs.state(token)
    if not found.running:
        st.rerun()
    st.progress(0.5, text=plain(found.progress or "Starting …"))
    if st.button("Stop", key="import_stop", icon=":material/stop_circle:"):
        jobs.stop(token)
        st.rerun()
