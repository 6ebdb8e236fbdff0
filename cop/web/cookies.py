"""The session cookie: HttpOnly, SameSite=Lax, and under HTTPS Secure with the __Host- prefix."""

from starlette.datastructures import Headers
from starlette.responses import Response

from cop.accounts.tokens import looks_like_token

_NAME = "cop_session"
_SECURE_NAME = f"__Host-{_NAME}"


def cookie_name(*, secure: bool) -> str:
    """The prefix makes browsers refuse a cookie planted by another host or without TLS."""
    return _SECURE_NAME if secure else _NAME


def tokens(headers: Headers, *, secure: bool) -> list[str]:
    """What the request's cookies of our name hold, as far as it can be a token; at most two are looked at."""
    wanted = cookie_name(secure=secure)
    found = []
    for header in headers.getlist("cookie"):
        for part in header.split(";"):
            name, _, value = part.strip().partition("=")
            if name == wanted and looks_like_token(value):
                found.append(value)
    return found[:2]


def give(response: Response, token: str, *, secure: bool, seconds: int) -> None:
    """Hand the browser its session."""
    response.set_cookie(
        cookie_name(secure=secure), token, max_age=seconds, httponly=True, samesite="lax", secure=secure, path="/"
    )


def take(response: Response, *, secure: bool) -> None:
    """Let the browser forget its session."""
    response.delete_cookie(cookie_name(secure=secure), httponly=True, samesite="lax", secure=secure, path="/")
