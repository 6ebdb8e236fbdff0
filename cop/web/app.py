"""The ASGI application: Streamlit behind the gate, and the plain HTML routes beside it."""

import gc
from typing import Any

from starlette.middleware import Middleware

from cop.accounts import first_run
from cop.errors import DatabaseRefused
from cop.periods import utcnow
from cop.schema import open_database
from cop.settings import ROOT, settings
from cop.web import faults, housekeeping
from cop.web.gate import Gate
from cop.web.oidc import OIDC_ROUTES
from cop.web.routes import ROUTES


def prepare() -> dict[str, Any]:
    """Open the database, then say what `st.App` is made of."""
    try:
        open_database(settings())
    except DatabaseRefused as refused:
        raise SystemExit(f"cop: {refused}") from None  # a sentence for who started it, no traceback
    housekeeping.start()
    _announce_first_run()
    gc.collect()
    gc.set_threshold(2_000, 20, 50)  # a full one stops all threads for 0.1 s: every two minutes, not every four seconds
    gc.freeze()  # what is imported by now never becomes garbage: collections needn't look at it again
    return {
        "script_path": ROOT / "cop" / "ui" / "main.py",
        "routes": [*ROUTES, *OIDC_ROUTES],
        "middleware": [Middleware(Gate)],
        "on_script_error": faults.report,
    }


def _announce_first_run() -> None:
    """Print the code that opens the first-run form, while there is no account."""
    if first_run.is_needed():
        code = first_run.new_code(now=utcnow())
        print(f"\n  Nobody can sign in yet. Open the app and set it up with this code: {code}\n", flush=True)  # noqa: T201 - for who reads the terminal
