"""`python -m cop import-step`: one step of an import on the screen, in a process of its own with bounded resources."""

import argparse
import logging
import os
from contextlib import suppress
from pathlib import Path

from cop.imports import jobs, step
from cop.periods import utcnow

log = logging.getLogger(__name__)

MAX_MEMORY = int(os.environ.get("COP_IMPORT_MEMORY") or 4_000_000_000)
"""Bytes of address space; a bomb ends this process, not the server."""
MAX_CPU_SECONDS = 3_600


def main(args: argparse.Namespace) -> int:
    """Do what the folder's request asks; the answer lies there afterwards. Returns 1 for a fault of ours."""
    _limit()
    try:
        step.run(Path(args.folder), now=utcnow())
    except MemoryError:
        return 1
    except Exception:
        log.exception("a step of an import failed")
        with suppress(OSError):
            jobs.answer(
                Path(args.folder), {"error": "Something went wrong on our side, and nothing of this step was kept."}
            )
        return 1
    return 0


def _limit() -> None:
    try:
        import resource  # noqa: PLC0415 - Windows has none; there the time limit alone holds
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_CPU_SECONDS, MAX_CPU_SECONDS))
