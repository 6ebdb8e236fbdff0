"""The plain HTML routes: sign-in and sign-out, a new password, the first run, health."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import available_timezones

import sqlalchemy as sa
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from cop.accounts import sign_in as entry
from cop.accounts.change import DEAD_LINK, NewPassword, change_password, has_password, live_link, use_reset_link
from cop.accounts.external import REFUSED
from cop.accounts.first_run import Setup, set_up
from cop.accounts.first_run import is_needed as first_run_is_needed
from cop.accounts.queries import SignedIn
from cop.accounts.queries import signed_in as find_session
from cop.accounts.sign_in import Visitor
from cop.accounts.throttle import MESSAGE
from cop.accounts.tokens import looks_like_token, token_hash
from cop.db import reading
from cop.errors import CopError, Invalid, Throttled, Unwritable
from cop.periods import utcnow
from cop.settings import settings
from cop.web import cookies
from cop.web.feeds import feed
from cop.web.forms import STYLE, page, read_form, safe_next

_STATUS = {Throttled: 429, Unwritable: 503}
_NOTICES = {"out": "You are signed out.", "set": "Your new password is set. Sign in with it."}
PROBLEMS = {
    "not_begun": "This sign-in was not begun in this browser, or too long ago. Try again.",
    "cancelled": "You were not signed in: signing in with {provider} ended before it was done. Try again.",
    "failed": "Signing in with {provider} doesn't work at the moment: no valid answer came. Try again in a moment; if it "
    "stays like this, tell the programme office.",
    "refused": REFUSED,
    "throttled": MESSAGE,
    "unwritable": "Nothing can be saved at the moment, so nobody can sign in. Try again in a moment.",
}
"""By key, as it stands in the address."""


async def sign_in(request: Request) -> Response:
    """The form, and what it posts."""
    target = safe_next(request.query_params.get("next"))
    deep = target != "/"
    if request.method == "POST":
        form = await read_form(request)
        username = form.get("username", "")
        try:
            token = await run_in_threadpool(
                entry.sign_in, username, form.get("password", ""), visitor(request), now=utcnow()
            )
            await run_in_threadpool(end_old_session, request)
        except CopError as error:
            return refused(
                "sign_in.html", error, values={"username": username[:254]}, deep=deep, **_ways_in(target, password=True)
            )
        return signed_in(request, token, target)
    if await run_in_threadpool(first_run_is_needed):
        return RedirectResponse("/first-run", 303)
    if await run_in_threadpool(who, request):
        return RedirectResponse(target, 303)
    notice = next((text for key, text in _NOTICES.items() if key in request.query_params), "")
    problem = problem_in_words(request.query_params.get("problem", ""))
    if not notice and not problem and cookies.cookie_name(secure=is_secure(request)) in request.cookies:
        notice = "Your session has ended. Sign in again."
    errors = {"": problem} if problem else {}
    ways = _ways_in(target, password="password" in request.query_params)
    return _forgetting(request, page("sign_in.html", notice=notice, errors=errors, deep=deep, **ways))


async def sign_out(request: Request) -> Response:
    """End the session, forget the cookie, show the sign-in form; a mere link must not do it."""
    if request.method != "POST":
        return RedirectResponse("/", 303)
    try:
        await run_in_threadpool(end_old_session, request)
    except Unwritable as error:
        return refused("still_in.html", error)
    return _forgetting(request, RedirectResponse("/sign-in?out", 303))


async def password(request: Request) -> Response:
    """Change one's own password; the only thing open to somebody who has a password from an admin."""
    found = await run_in_threadpool(who, request)
    if found is None:
        return RedirectResponse("/sign-in", 303)
    if not await run_in_threadpool(has_password, found.actor.account_id):
        return RedirectResponse("/account", 303)  # there is none to change: the identity provider is the way in
    target = safe_next(request.query_params.get("next"))
    forced, username = found.must_change_password, found.username
    if request.method != "POST":
        return page("password.html", forced=forced, username=username)
    form = await read_form(request)
    new = NewPassword(form.get("new", ""), form.get("again", ""))
    try:
        token = await run_in_threadpool(
            change_password, found.actor, form.get("current", ""), new, visitor(request), now=utcnow()
        )
    except CopError as error:
        return refused("password.html", error, forced=forced, username=username)
    return signed_in(request, token, target)


async def reset(request: Request) -> Response:
    """Set a new password with a one-time link; opening it uses nothing up, since mail filters open links too."""
    token = request.query_params.get("t", "")
    link = await run_in_threadpool(live_link, token, now=utcnow()) if looks_like_token(token) else None
    if link is None:
        return page("dead_link.html", status=410, errors={"": DEAD_LINK})
    if request.method != "POST":
        return page("reset.html", username=link.username)
    form = await read_form(request)
    new = NewPassword(form.get("new", ""), form.get("again", ""))
    try:
        await run_in_threadpool(use_reset_link, token, new, now=utcnow())
    except CopError as error:
        return refused("reset.html", error, username=link.username)
    return RedirectResponse("/sign-in?set", 303)


async def first_run(request: Request) -> Response:
    """Set the product up: the organisation and its first admin; gone once there is an account."""
    if not await run_in_threadpool(first_run_is_needed):
        return RedirectResponse("/sign-in", 303)
    zones = sorted(available_timezones())
    if request.method != "POST":
        return page("first_run.html", zones=zones, values={"time_zone": "UTC"})
    form = await read_form(request)
    setup = Setup(
        code=form.get("code", ""),
        organisation=form.get("organisation", ""),
        time_zone=form.get("time_zone", ""),
        name=form.get("name", ""),
        username=form.get("username", ""),
        password=NewPassword(form.get("new", ""), form.get("again", "")),
        example=form.get("start") == "example",
    )
    try:
        token = await run_in_threadpool(set_up, setup, visitor(request), load_example=_load_example, now=utcnow())
    except CopError as error:
        return refused("first_run.html", error, zones=zones, values=form)
    return signed_in(request, token, "/")


async def session(_request: Request) -> Response:
    """Says only that the session is live: the gate answers 401 otherwise. Not the user's activity."""
    return Response(status_code=204)


async def health(_request: Request) -> Response:
    """Whether the process answers and reaches its database; no details."""
    try:
        await run_in_threadpool(_ask_database)
    except sa.exc.SQLAlchemyError:
        return PlainTextResponse("unavailable", 503)
    return PlainTextResponse("ok")


async def style(_request: Request) -> Response:
    """The forms' style sheet; its address changes with its content."""
    return FileResponse(STYLE, media_type="text/css", headers={"cache-control": "public, max-age=31536000, immutable"})


def problem_in_words(key: str) -> str:
    """What the form says of a sign-in through the provider that came to nothing."""
    oidc = settings().oidc
    return PROBLEMS.get(key, "").format(provider=oidc.name) if oidc else ""


def _ways_in(target: str, *, password: bool) -> dict[str, Any]:
    """What the form offers; `password` shows its fields where they are meant for admins only."""
    oidc = settings().oidc
    deep = {} if target == "/" else {"next": target}
    action = f"/sign-in?{urlencode(deep)}" if deep else "/sign-in"
    return {
        "provider": oidc.name if oidc else "",
        "start": f"/sign-in/oidc?{urlencode(deep)}" if deep else "/sign-in/oidc",
        "passwords": settings().password_sign_in or password,
        "by_password": f"/sign-in?{urlencode({'password': ''} | deep)}",
        "action": action,
    }


def visitor(request: Request) -> Visitor:
    """Where the request came from; behind a proxy that the server trusts, what the proxy says."""
    return Visitor(request.client.host if request.client else "", request.headers.get("user-agent", ""))


def refused(template: str, error: CopError, **values: object) -> Response:
    """The form again, with what was wrong beside the fields."""
    errors = error.errors if isinstance(error, Invalid) else {"": str(error)}
    status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 422)
    return page(template, status=status, errors=errors, **values)


def signed_in(request: Request, token: str, target: str) -> Response:
    """On to where the visitor wanted to go, with the cookie."""
    response = RedirectResponse(target, 303)
    seconds = int(settings().absolute_limit.total_seconds())
    cookies.give(response, token, secure=is_secure(request), seconds=seconds)
    return response


def is_secure(request: Request) -> bool:
    """Whether the visitor came by HTTPS; a proxy's word counts where the server trusts the proxy."""
    return request.url.scheme == "https"


def who(request: Request) -> SignedIn | None:
    """The live session of the request's cookie."""
    idle = settings().idle_limit.total_seconds()
    with reading() as db:
        for token in cookies.tokens(request.headers, secure=is_secure(request)):
            found = find_session(db, token_hash(token), now=utcnow(), idle_seconds=idle)
            if found is not None:
                return found
    return None


def _forgetting(request: Request, response: Response) -> Response:
    if cookies.cookie_name(secure=is_secure(request)) in request.cookies:
        cookies.take(response, secure=is_secure(request))
    return response


def end_old_session(request: Request) -> None:
    """End the session with which a browser came, once it gets another one."""
    for token in cookies.tokens(request.headers, secure=is_secure(request)):
        entry.sign_out(token, now=utcnow())


def _load_example(on: sa.Connection, now: datetime) -> None:
    from cop.example.load import load_example  # noqa: PLC0415 - only the first run ever needs it

    load_example(on, now=now)


def _ask_database() -> None:
    with reading() as db:
        db.execute(sa.text("SELECT 1"))


ROUTES = [
    Route("/sign-in", sign_in, methods=["GET", "POST"]),
    Route("/sign-out", sign_out, methods=["GET", "POST"]),
    Route("/password", password, methods=["GET", "POST"]),
    Route("/reset", reset, methods=["GET", "POST"]),
    Route("/first-run", first_run, methods=["GET", "POST"]),
    Route("/signed-in", session),
    Route("/health", health),
    Route("/cop.css", style),
    Route("/feeds/{token}.ics", feed),
]
