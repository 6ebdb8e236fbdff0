"""Signing in through the identity provider: off to it, and back with what it says.

What must come back unchanged (state, nonce, PKCE's verifier) is kept in a signed cookie of ten minutes, so that it
counts in this browser only; a state is used up in the database.
"""

import hmac
import logging
from dataclasses import asdict, dataclass
from urllib.parse import urlencode

from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from cop.accounts import external
from cop.accounts.first_run import is_needed as first_run_is_needed
from cop.accounts.tokens import secret_key
from cop.errors import Invalid, Throttled, Unwritable
from cop.periods import utcnow
from cop.settings import Oidc, settings
from cop.web.forms import safe_next
from cop.web.provider import ProviderFailed, provider
from cop.web.routes import end_old_session, is_secure, signed_in, visitor

log = logging.getLogger(__name__)

_CALLBACK = "/sign-in/callback"
_COOKIE = "cop_oidc"
_SECONDS = 600


@dataclass(frozen=True)
class _Kept:
    """What the browser keeps while its user is at the provider."""

    state: str
    nonce: str
    verifier: str
    target: str
    redirect_uri: str


class _Failed(Exception):
    """The sign-in ends here: what the form says (a key of cop.web.routes.PROBLEMS), and why, for the record."""

    def __init__(self, problem: str, why: str) -> None:
        self.problem, self.why = problem, why
        super().__init__(why)


async def depart(request: Request) -> Response:
    """Send the browser to the provider."""
    oidc = settings().oidc
    if oidc is None or await run_in_threadpool(first_run_is_needed):
        return RedirectResponse("/sign-in", 303)
    target = safe_next(request.query_params.get("next"))
    redirect_uri = f"{request.url.scheme}://{request.url.netloc}{_CALLBACK}"
    try:
        begun = await provider(oidc).departure(redirect_uri)
    except ProviderFailed as failed:
        log.warning("the identity provider can't be used: %s", failed)
        return _back_to_form("failed", target)
    response = RedirectResponse(begun.url, 303)
    kept = _Kept(begun.state, begun.nonce, begun.verifier, target, redirect_uri)
    response.set_cookie(
        _cookie_name(request),
        _signer().dumps(asdict(kept)),
        max_age=_SECONDS,
        httponly=True,
        samesite="lax",
        secure=is_secure(request),
        path="/",
    )
    return response


async def arrive(request: Request) -> Response:
    """Back from the provider: a session for whom it has signed in, or the form with a sentence on what was wrong."""
    oidc = settings().oidc
    if oidc is None or await run_in_threadpool(first_run_is_needed):
        return RedirectResponse("/sign-in", 303)
    kept = _kept(request)
    state = request.query_params.get("state", "")
    if kept is None or not hmac.compare_digest(kept.state.encode(), _bytes(state)):
        # Any page can send a browser here: nothing is counted or written, else it could shut everybody out.
        response: Response = _back_to_form("not_begun", kept.target if kept else "/")
    else:
        response = await _answered(request, oidc, kept)
    response.delete_cookie(_cookie_name(request), httponly=True, samesite="lax", secure=is_secure(request), path="/")
    return response


async def _answered(request: Request, oidc: Oidc, kept: _Kept) -> Response:
    """The answer to this browser's own sign-in."""
    try:
        token = await _token(request, oidc, kept)
        await run_in_threadpool(end_old_session, request)
    except _Failed as failed:
        return await run_in_threadpool(_refused, failed, kept.target)
    except Invalid:
        return _back_to_form("refused", kept.target)
    except Throttled:
        return _back_to_form("throttled", kept.target)
    except Unwritable:
        return _back_to_form("unwritable", kept.target)
    return signed_in(request, token, kept.target)


async def _token(request: Request, oidc: Oidc, kept: _Kept) -> str:
    """A session's token for whom the provider has signed in. Raises _Failed, Invalid, Throttled or Unwritable."""
    said = request.query_params
    if not await run_in_threadpool(external.begin, kept.state, visitor(request), now=utcnow()):
        raise _Failed("not_begun", "this answer came before")
    if said.get("iss", oidc.issuer) != oidc.issuer:
        raise _Failed("failed", "the answer is another provider's")
    if "error" in said or not said.get("code"):
        raise _Failed("cancelled", "the provider signed nobody in")
    try:
        found = await provider(oidc).arrival(
            said["code"], redirect_uri=kept.redirect_uri, nonce=kept.nonce, verifier=kept.verifier
        )
    except ProviderFailed as failed:
        log.warning("the identity provider's answer was not accepted: %s", failed)
        raise _Failed("failed", "the provider's answer was not accepted") from failed
    return await run_in_threadpool(external.external_sign_in, found, kept.state, visitor(request), now=utcnow())


def _refused(failed: _Failed, target: str) -> Response:
    try:
        external.note_refusal(failed.why, now=utcnow())
    except Unwritable:
        return _back_to_form("unwritable", target)
    return _back_to_form(failed.problem, target)


def _back_to_form(problem: str, target: str) -> Response:
    """By another address, so that neither the code stays in sight nor is anything sent twice by reloading."""
    deep = {} if target == "/" else {"next": target}
    return RedirectResponse(f"/sign-in?{urlencode({'problem': problem} | deep)}", 303)


def _kept(request: Request) -> _Kept | None:
    """What this browser was sent off with; None without it, where it is not ours, or too old."""
    try:
        return _Kept(**_signer().loads(request.cookies.get(_cookie_name(request), ""), max_age=_SECONDS))
    except (BadData, TypeError):
        return None


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_key(settings().data_dir), salt="cop.web.oidc")


def _cookie_name(request: Request) -> str:
    return f"__Host-{_COOKIE}" if is_secure(request) else _COOKIE


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


OIDC_ROUTES = [
    Route("/sign-in/oidc", depart),
    Route(_CALLBACK, arrive),
]
