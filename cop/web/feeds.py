"""The route that calendar programs fetch: they have no cookie, so the address itself is the secret."""

import hashlib
import re
from contextlib import suppress

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from cop.accounts.tokens import token_hash
from cop.db import reading, transaction
from cop.errors import Unwritable
from cop.periods import utcnow
from cop.sessions.calendar_file import calendar_feed
from cop.sessions.feeds import note_fetch, subscribed

PATH = re.compile(r"/feeds/[A-Za-z0-9_-]{43}\.ics")
"""What the gate lets through without a session, and nothing besides: 256 random bits can't be guessed."""


async def feed(request: Request) -> Response:
    """The calendar, or 304 where the program has it already; whatever is no live address looks alike."""
    site = f"{request.url.scheme}://{request.url.netloc}"
    content = await run_in_threadpool(_content, request.path_params["token"], site)
    if content is None:
        return PlainTextResponse("There is no such calendar.", 404)
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": "private, max-age=0, must-revalidate"}
    if tag in {part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")}:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)


def _content(token: str, site: str) -> bytes | None:
    now = utcnow()
    with reading() as db:
        found = subscribed(db, token_hash(token), now=now)
    if found is None:
        return None
    with suppress(Unwritable), transaction() as db:  # a full disk must not keep anybody from their calendar
        note_fetch(db, found.feed_id, now=now)
    entries = ((entry, entry.created_at, f"{site}/session?id={entry.id}") for entry in found.entries)
    return calendar_feed(found.name, entries)
