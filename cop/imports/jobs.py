"""An import on the screen: its folder of uploaded files, and the child process that does each step's long work.

What somebody uploads is only ever opened in a child with bounded memory and time: a file made to exhaust either ends
the child, not the server. A child that is stopped leaves nothing half-written, since an import is one transaction.
"""

import json
import os
import secrets
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cop.settings import ROOT, settings

KEPT = timedelta(hours=24)
"""How long an import that nobody finished keeps its files."""
LONGEST = {"inspect": 120.0, "preview": 1_800.0, "write": 3_600.0, "undo": 3_600.0}
"""Seconds after which a step is stopped."""
MAX_FILES = 12
_REQUEST, _PROGRESS, _RESULT = "request.json", "progress.txt", "result.json"
_LOST = "This step was interrupted, perhaps because the server was started anew."
_LATE = "This step took too long and was ended."
_STOPPED = "You stopped this step."
_DIED = "The files need more memory or time than an import may take, or can't be read."
_AFTER = dict.fromkeys(("write", "undo"), "Look among the imports made whether it was done before that.")

_running: dict[Path, tuple[subprocess.Popen[bytes], float]] = {}
"""The children of this process by folder, each with the time at which it must be done."""


@dataclass(frozen=True)
class State:
    """How far a step is. `result` is what the child said in the end; `error` why there is none."""

    running: bool = False
    progress: str = ""
    result: dict[str, Any] | None = None
    error: str = ""


def tidy(*, now: datetime) -> None:
    """Throw away what nobody finished within a day."""
    for folder in _root().glob("*/"):
        with suppress(FileNotFoundError):  # another process was faster
            if now.timestamp() - folder.stat().st_mtime > KEPT.total_seconds() and folder not in _running:
                shutil.rmtree(folder, ignore_errors=True)


def under_way(account_id: int) -> dict[str, tuple[str, ...]]:
    """An account's imports that aren't finished: the names of their files by token."""
    return {
        folder.name: tuple(recall(folder.name).get("names", ()))
        for folder in sorted(_root().glob("*/"))
        if belongs(folder.name, account_id)
    }


def new(account_id: int, *, now: datetime) -> str:
    """Begin an import; returns its token, which only its owner's screen knows. Old ones are thrown away."""
    tidy(now=now)
    token = secrets.token_urlsafe(18)
    _folder(token).mkdir(mode=0o700)
    _write(_folder(token) / "owner.json", {"account_id": account_id})
    remember(token, {})
    return token


def belongs(token: str, account_id: int) -> bool:
    """Whether there is such an import and it is this account's."""
    owner = _folder(token) / "owner.json" if token.replace("-", "").replace("_", "").isalnum() else None
    if owner is None or not owner.is_file():
        return False
    found: bool = json.loads(owner.read_text(encoding="utf-8"))["account_id"] == account_id
    return found


def remember(token: str, screen: dict[str, Any]) -> None:
    """Keep what the screen has of the import so far: a closed tab loses nothing."""
    _write(_folder(token) / "screen.json", screen)


def recall(token: str) -> dict[str, Any]:
    """What `remember` kept."""
    kept: dict[str, Any] = json.loads((_folder(token) / "screen.json").read_text(encoding="utf-8"))
    return kept


def add_file(token: str, number: int, data: bytes) -> None:
    """Keep an uploaded file under a name of ours: theirs is a text, not a path."""
    path = _folder(token) / f"file-{number}"
    path.touch(mode=0o600)
    path.write_bytes(data)


def file_path(folder: Path, number: int) -> Path:
    """Where an uploaded file lies."""
    return folder / f"file-{number}"


def start(token: str, step: str, **request: Any) -> None:
    """Let a child do a step; whatever it did before is forgotten."""
    cancel(token)
    folder = _folder(token)
    for name in (_PROGRESS, _RESULT):
        (folder / name).unlink(missing_ok=True)
    _write(folder / _REQUEST, {"step": step, **request})
    env = os.environ | {"COP_DATA_DIR": str(settings().data_dir), "COP_DATABASE_URL": settings().database_url}
    env |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # each thread's buffer counts against the limit
    command = [sys.executable, "-m", "cop", "import-step", str(folder)]
    child = subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)  # noqa: S603 - our own program, and a path that we made
    _running[folder] = (child, time.monotonic() + LONGEST[step])


def state(token: str) -> State:
    """How far the step is that was started last."""
    folder = _folder(token)
    child, until = _running.get(folder, (None, 0.0))
    if child is not None and child.poll() is None:
        if time.monotonic() < until:
            return State(running=True, progress=_text(folder / _PROGRESS))
        stop(token, _LATE)
    _running.pop(folder, None)
    if (folder / _RESULT).is_file():
        said = json.loads((folder / _RESULT).read_text(encoding="utf-8"))
        return State(error=said["error"]) if "error" in said else State(result=said)
    return State(error=_told(folder, _LOST if child is None else _DIED))


def stop(token: str, why: str = _STOPPED) -> None:
    """End the step that runs, and leave word of it."""
    cancel(token)
    folder = _folder(token)
    if not (folder / _RESULT).is_file():
        answer(folder, {"error": _told(folder, why)})


def _told(folder: Path, what: str) -> str:
    """What happened, and what that means for the step."""
    return f"{what} {_AFTER.get(request_of(folder)['step'], 'Nothing was imported.')}"


def cancel(token: str) -> None:
    """Stop the step, if one runs: its transaction is rolled back."""
    child, _until = _running.pop(_folder(token), (None, 0.0))
    if child is not None:
        child.kill()
        child.wait()


def forget(token: str) -> None:
    """Throw an import's files away."""
    cancel(token)
    shutil.rmtree(_folder(token), ignore_errors=True)


def download(token: str, name: str) -> bytes:
    """A file that a step left, such as report.csv."""
    return (_folder(token) / name).read_bytes()


def request_of(folder: Path) -> dict[str, Any]:
    """What the child is asked to do."""
    asked: dict[str, Any] = json.loads((folder / _REQUEST).read_text(encoding="utf-8"))
    return asked


def say(folder: Path, message: str) -> None:
    """Tell from the child how far it is."""
    _replace(folder / _PROGRESS, message)


def answer(folder: Path, result: dict[str, Any]) -> None:
    """Give from the child what came of the step; {"error": …} where nothing did."""
    _replace(folder / _RESULT, json.dumps(result))


def _root() -> Path:
    root = settings().data_dir / "imports"
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    return root


def _folder(token: str) -> Path:
    return _root() / token


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _write(path: Path, value: dict[str, Any]) -> None:
    _replace(path, json.dumps(value))


def _replace(path: Path, text: str) -> None:
    """Whole or not at all: the other process reads while this one writes."""
    draft = path.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
