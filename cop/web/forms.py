"""What the plain HTML routes share: reading a posted form, knowing where it came from, rendering a page."""

import hashlib
import re
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse

from cop.settings import ROOT

_FOLDER = Path(__file__).parent / "templates"
STYLE = _FOLDER / "cop.css"
ICON = ROOT / "cop" / "ui" / "assets" / "icon.svg"
_MAX_BODY = 32_768
_MAX_FIELDS = 50
_MAX_NEXT = 2_000
_CONTROL = re.compile(r"[\x00-\x20\x7f\\]")


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a posted form, the last of each name; a body beyond 32 kB or 50 fields is refused."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_BODY:
            raise HTTPException(413)
    try:
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MAX_FIELDS))
    except ValueError as error:
        raise HTTPException(413) from error


def from_here(headers: Headers) -> bool:
    """Whether a request that changes something was made by one of our own pages (or by no browser's page at all).

    Browsers say so in Sec-Fetch-Site; older ones send at least Origin. The cookie's SameSite=Lax stands behind this.
    """
    site = headers.get("sec-fetch-site")
    if site is not None and site not in {"same-origin", "none"}:
        return False
    origin = headers.get("origin")
    if origin is None:
        return site is not None
    return same_host(origin, headers.get("host"))


def same_host(origin: str, host: str | None) -> bool:
    """Whether an Origin header names the host that was asked; "null" names none."""
    try:
        return bool(host) and urlsplit(origin).netloc.casefold() == (host or "").casefold()
    except ValueError:
        return False


def safe_next(target: str | None) -> str:
    """Where to go after signing in: an address of this app only, else its start."""
    if not target or len(target) > _MAX_NEXT or _CONTROL.search(target):
        return "/"
    local = target.startswith("/") and not target.startswith("//")
    return target if local else "/"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["style"] = f"/cop.css?v={hashlib.sha256(STYLE.read_bytes()).hexdigest()[:12]}"
    environment.globals["icon"] = quote(ICON.read_text("utf-8"))
    return environment


def page(template: str, *, status: int = 200, **values: object) -> HTMLResponse:
    """An HTML page; every value is escaped."""
    base: dict[str, object] = {"errors": {}, "notice": "", "values": {}}
    html = _environment().get_template(template).render(base | values)
    return HTMLResponse(html, status_code=status)
