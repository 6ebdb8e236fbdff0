"""Queries: functions that read, and what a cache must know of them.

A query is `def name(db, actor, *, …) -> DataFrame | frozen dataclass | plain value`, never ORM rows. It declares
the topics whose change makes its result stale, and how far its result depends on who asks.
"""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from cop.permissions import Actor

F = TypeVar("F", bound=Callable[..., Any])
Scope = Callable[..., Hashable]

TOPICS = (
    "organisation",
    "people",
    "accounts",
    "catalog",
    "memberships",
    "sessions",
    "attending",
    "feeds",
    "skills",
    "profiles",
    "imports",
    "funnel",
    "meetings",
    "surveys",
    "participation",
)
"""What writes bump and queries depend on. Drafts, sign-ins and last-seen bump nothing."""


def query(*topics: str, public: bool = False, scope: Scope | None = None) -> Callable[[F], F]:
    """Declare a function as a query of these topics.

    `public` lets all actors share one cached result. `scope(actor, **params)` names what of the actor the result
    depends on, so that those of equal scope share one; it raises Forbidden for who may not ask, on every read.
    """
    unknown = set(topics) - set(TOPICS)
    if unknown:
        raise ValueError(f"unknown topics: {sorted(unknown)}")
    if public and scope is not None:
        raise ValueError("a public query has no scope")

    def declare(function: F) -> F:
        function.topics = topics  # type: ignore[attr-defined]
        function.public = public  # type: ignore[attr-defined]
        function.scope = scope  # type: ignore[attr-defined]
        return function

    return declare


def cache_scope(function: Callable[..., Any], actor: Actor, **params: Any) -> Hashable:
    """What of the actor belongs into the cache key: nothing for a public query, its scope, else all of them."""
    if function.public:  # type: ignore[attr-defined]
        return None
    scope: Scope | None = function.scope  # type: ignore[attr-defined]
    return actor if scope is None else scope(actor, **params)
