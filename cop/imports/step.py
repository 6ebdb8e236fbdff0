"""What the child process of an import does: look at files, work out the preview, write it, take an import back."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from cop.accounts.queries import actor_of_account
from cop.db import reading
from cop.errors import Conflict, CopError, Forbidden, Invalid
from cop.execute import execute
from cop.imports import jobs, summary
from cop.imports.changes import Plan
from cop.imports.inspection import inspect
from cop.imports.mapping import layout_of, mapping_of
from cop.imports.operations import import_files, undo_import
from cop.imports.queries import preview
from cop.imports.records import Job, read_job
from cop.organisation import time_zone
from cop.permissions import Actor
from cop.validation import Checks

_SHOWN = 1_000
"""Problems and changes that the screen lists; the files beside hold all."""
_CHANGED = "Somebody changed the same data since the preview. Nothing was imported: look at the new preview first."


def run(folder: Path, *, now: datetime) -> None:
    """Do what the folder's request asks, and leave the answer there."""
    asked = jobs.request_of(folder)
    try:
        jobs.answer(folder, _STEPS[asked["step"]](folder, asked, now))
    except Invalid as error:
        jobs.answer(folder, {"error": " ".join(list(error.errors.values())[:20])})
    except CopError as error:
        jobs.answer(folder, {"error": str(error)})


def _inspect(folder: Path, asked: dict[str, Any], _now: datetime) -> dict[str, Any]:
    found = {}
    for file in asked["files"]:
        jobs.say(folder, f"Looking at {file['name']}")
        data = jobs.file_path(folder, file["number"]).read_bytes()
        given = {name: file.get(name, "") for name in ("encoding", "delimiter", "part")}
        layout = layout_of(Checks(), file["name"], file)
        found[file["name"]] = inspect(file["name"], data, **given, layout=layout).as_json()
    return {"files": found}


def _preview(folder: Path, asked: dict[str, Any], now: datetime) -> dict[str, Any]:
    job = _job(folder, asked)
    jobs.say(folder, "Comparing with what is there")
    plan = _plan(asked, job, now)
    _keep(folder / "report.csv", summary.report(plan, job))
    _keep(folder / "changes.csv", summary.changes_csv(plan))
    return summary.as_json(plan, job, most=_SHOWN)


def _write(folder: Path, asked: dict[str, Any], now: datetime) -> dict[str, Any]:
    job = _job(folder, asked)
    jobs.say(folder, "Comparing with what is there")
    for _ in range(5):
        plan = _plan(asked, job, now)
        if plan.fingerprint != asked["fingerprint"]:
            break
        jobs.say(folder, f"Writing {plan.size:,} rows")
        try:
            return {"written": execute(import_files, _actor(asked, now), plan=plan)}
        except Conflict:  # others wrote meanwhile: it may still come to the same
            continue
    return {"error": _CHANGED}


def _undo(folder: Path, asked: dict[str, Any], now: datetime) -> dict[str, Any]:
    jobs.say(folder, "Taking the import back")
    return {"undone": execute(undo_import, _actor(asked, now), entry_id=asked["entry_id"])}


_STEPS: dict[str, Callable[[Path, dict[str, Any], datetime], dict[str, Any]]] = {
    "inspect": _inspect,
    "preview": _preview,
    "write": _write,
    "undo": _undo,
}


def _job(folder: Path, asked: dict[str, Any]) -> Job:
    mapping = mapping_of(asked["mapping"])
    numbers: dict[str, int] = asked["numbers"]
    contents: dict[str, bytes | None] = {
        file.name: jobs.file_path(folder, numbers[file.name]).read_bytes() for file in mapping.files
    }
    with reading() as db:
        zone = time_zone(db)
    return read_job(mapping, contents, lambda message: jobs.say(folder, message), time_zone=zone)


def _plan(asked: dict[str, Any], job: Job, now: datetime) -> Plan:
    with reading() as db:
        return preview(db, actor_of_account(db, asked["account_id"], now=now), job=job, now=now)


def _actor(asked: dict[str, Any], now: datetime) -> Actor:
    """Who asked for it, with the rights that they have by now. Raises Forbidden."""
    with reading() as db:
        actor = actor_of_account(db, asked["account_id"], now=now)
    if actor is None:
        raise Forbidden
    return actor


def _keep(path: Path, data: bytes) -> None:
    """Only for us to read: it holds people's names."""
    path.touch(mode=0o600)
    path.write_bytes(data)
