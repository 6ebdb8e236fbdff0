"""In front of everything: without a live session nothing but the sign-in forms answers, and no script runs.

Every HTTP request and every WebSocket is looked up in the database. What passes carries the session's hash in a
header that visitors cannot set (config.toml, trustedUserHeaders): Streamlit ties its own session to it, so a stolen
Streamlit session id opens nothing.
"""

import time
from urllib.parse import quote, urlencode, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config

from cop.accounts.queries import Pass, actor_of_account, session_pass
from cop.accounts.tokens import token_hash
from cop.db import reading
from cop.periods import utcnow
from cop.permissions import Permission, may, may_somewhere
from cop.settings import settings
from cop.web import cookies, feeds
from cop.web.forms import from_here, same_host
from cop.web.headers import secure_headers

IDENTITY = "x-cop-session"
OPEN = frozenset(
    {"/sign-in", "/sign-in/oidc", "/sign-in/callback", "/sign-out", "/reset", "/first-run", "/cop.css", "/health"}
)
"""What answers without a session."""
OWN = OPEN | {"/password", "/signed-in"}
"""Our plain HTML routes; the rest is Streamlit's."""
BEFORE_PASSWORD = OPEN | {"/password"}
"""What answers to somebody who must set a new password first."""
_STATIC = "/static/"
_UPLOADS = "/_stcore/upload_file"
"""Streamlit takes files into memory from every session, whatever its page asks for; ours only from who may import."""
_STATIC_SECONDS = 5.0
_UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class Gate:
    """The ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._recent: dict[str, float] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, with the session's identity, or answer it here."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        secure = scope["scheme"] in {"https", "wss"}
        host = headers.get("host", "")
        own = scope["path"] in OWN or scope["path"].startswith("/feeds/")

        async def send_secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                secure_headers(MutableHeaders(scope=message), host=host, https=secure, own=own)
            await send(message)

        refused = _refused(scope, headers)
        if refused is None:
            token, found = await self._look_up(scope, headers, secure=secure)
            refused = _closed(scope, headers, found)
            scope = {**scope, "headers": _with_identity(scope, token_hash(token) if token and found else None)}
        if refused is None and scope["path"].startswith(_UPLOADS) and found is not None:
            refused = None if await run_in_threadpool(_may_upload, found) else PlainTextResponse("", 403)
        if refused is None:
            await self._app(scope, receive, send_secured)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})  # before accepting: the client sees 403
        else:
            await refused(scope, receive, send_secured)

    async def _look_up(self, scope: Scope, headers: Headers, *, secure: bool) -> tuple[str | None, Pass | None]:
        """The cookie's token with what it opens."""
        for token in cookies.tokens(headers, secure=secure):
            if self._recently_good(scope, token):
                return token, Pass(account_id=0, must_change_password=False)
            found = await run_in_threadpool(_read_pass, token)
            if found is not None:
                self._remember(token, found)
                return token, found
        return None, None

    def _recently_good(self, scope: Scope, token: str) -> bool:
        """Streamlit's own scripts and styles hold no data: a page's hundred files need one look-up, not a hundred."""
        if not scope["path"].startswith(_STATIC):
            return False
        return self._recent.get(token_hash(token), 0.0) > time.monotonic()

    def _remember(self, token: str, found: Pass) -> None:
        if found.must_change_password:
            return
        moment = time.monotonic()
        if len(self._recent) > 1_000:
            self._recent = {key: until for key, until in self._recent.items() if until > moment}
        self._recent[token_hash(token)] = moment + _STATIC_SECONDS


def _read_pass(token: str) -> Pass | None:
    with reading() as db:
        idle = settings().idle_limit.total_seconds()
        return session_pass(db, token_hash(token), now=utcnow(), idle_seconds=idle)


def _may_upload(found: Pass) -> bool:
    """Files are taken from who imports them, and from who records sessions from attendance lists."""
    with reading() as db:
        actor = actor_of_account(db, found.account_id, now=utcnow())
    return may(actor, Permission.DATA_IMPORT) or may_somewhere(actor, Permission.SESSION_RECORD)


def _refused(scope: Scope, headers: Headers) -> Response | None:
    """The answer to what no session would make right: a foreign host name, a foreign page's request."""
    if not host_allowed(headers.get("host"), config.get_option("server.allowedHosts")):
        return PlainTextResponse("Unknown host name.", 421)
    if scope["type"] == "websocket":
        origin = headers.get("origin")
        if origin is not None and not same_host(origin, headers.get("host")):
            return PlainTextResponse("", 403)
    elif scope["method"] in _UNSAFE and not from_here(headers):
        return PlainTextResponse("This form was not sent from one of this site's pages.", 403)
    return None


def host_allowed(host: str | None, allowed: list[str]) -> bool:
    """Whether the Host header names us, where server.allowedHosts is set; "*.example.org" allows sub-domains."""
    if not allowed:
        return True
    try:
        name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return False
    patterns = {item.strip().casefold().rstrip(".") for item in allowed}
    return bool(patterns & {name, "*"}) or any(item.startswith("*.") and name.endswith(item[1:]) for item in patterns)


def _closed(scope: Scope, headers: Headers, found: Pass | None) -> Response | None:
    """The answer to a visitor without a session, or with one that opens only the password form."""
    path = scope["path"] if scope["type"] == "http" else None  # no WebSocket is open to visitors
    if path is not None and scope["method"] in {"GET", "HEAD"} and feeds.PATH.fullmatch(path):
        return None
    if found is None and path not in OPEN:
        return _sent_to("/sign-in", scope, headers, 401)
    if found is not None and found.must_change_password and path not in BEFORE_PASSWORD:
        return _sent_to("/password", scope, headers, 403)
    return None


def _sent_to(form: str, scope: Scope, headers: Headers, status: int) -> Response:
    """A browser that opens a page is sent to the form and comes back here afterwards; anything else is refused."""
    if scope["type"] != "http" or scope["method"] != "GET" or "text/html" not in headers.get("accept", ""):
        return PlainTextResponse("", status)
    here = quote(scope["path"]) + (f"?{scope['query_string'].decode('latin1')}" if scope["query_string"] else "")
    return RedirectResponse(form if here == "/" else f"{form}?{urlencode({'next': here})}", 303)


def _with_identity(scope: Scope, hashed: str | None) -> list[tuple[bytes, bytes]]:
    name = IDENTITY.encode()
    headers = [(key, value) for key, value in scope["headers"] if key.lower() != name]
    if hashed:
        headers.append((name, hashed.encode()))
    return headers
