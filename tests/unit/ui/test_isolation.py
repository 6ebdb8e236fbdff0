"""Reads through the real cache: what was loaded for one actor never comes back for another of equal roles."""

import importlib
import inspect
import pkgutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa
import streamlit as st
from sqlalchemy.orm import Session as DbSession
from streamlit.testing.v1 import AppTest

import cop
from cop import db as database
from cop.errors import CopError, Forbidden
from cop.permissions import Actor
from cop.query import query
from cop.ui import run as runs
from cop.ui.load import load
from tests import factories as make
from tests.each import Failures
from tests.unit.ui.pairs import Pairs, make_pairs

_SAME = {
    "accounts.queries": "accounts group_roles people_without_account",
    "funnel.round_queries": "ballots",
    "funnel.setup_queries": "criteria_versions held quadrants rings themes",
    "imports.queries": "imports_done mappings preview radar_names",
    "lifecycle.queries": "ended_with joiners leavers without_facilitator",
    "people.queries": "directory likely_pairs person_card",
    "search.queries": "things",
    "sessions.queries": "between",
    "structure.queries": "areas job_roles settings units",
    "surveys.audience_queries": "reach_of_audience reach_of_wave",
    "surveys.coverage_queries": "coverage",
    "surveys.feedback_queries": "by_session comments session_feedback",
    "surveys.gap_item_queries": "gaps_of_item",
    "surveys.gap_queries": "gap_rows gap_waves profile",
    "surveys.queries": "comments released results template templates wave waves",
    "surveys.result_queries": "head of_group",
    "trail.queries": "choices entries entry",
}
SAME = {f"{module}.{name}" for module, names in _SAME.items() for name in names.split()}
"""Queries with one result for all of equal roles who may ask at all; of every other query the results must differ here,
or this test could not notice a leak of it."""


def private_queries() -> dict[str, Callable[..., Any]]:
    """Every query that isn't public, by its module and name. The rules of layers keep them out of cop.ui."""
    listed = {}
    for module_info in pkgutil.walk_packages(cop.__path__, "cop."):
        if module_info.name.startswith(("cop.ui", "cop.migrations", "cop.__main__")):
            continue
        module = importlib.import_module(module_info.name)
        for name, function in inspect.getmembers(module, inspect.isfunction):
            own = function.__module__ == module.__name__
            if own and hasattr(function, "topics") and not function.public:
                listed[f"{module.__name__.removeprefix('cop.')}.{name}"] = function
    return listed


@dataclass(frozen=True)
class Checked:
    """What came of a query: whether it served anybody, and whether the results of a pair differed."""

    served: bool
    differs: bool


class Checker:
    """Asks queries as both actors of each pair, directly and through the cache."""

    def __init__(self, engine: sa.Engine, pairs: Pairs) -> None:
        self.engine, self.pairs = engine, pairs
        with DbSession(engine) as db:
            self.revisions = database.revisions(db)

    def params_of(self, name: str, function: Callable[..., Any]) -> dict[str, Any]:
        """Those that the query must be given; KeyError where the world has none of that name."""
        wanted = [item for item in inspect.signature(function).parameters.values() if item.kind is item.KEYWORD_ONLY]
        given = self.pairs.params | self.pairs.special.get(name, {})
        return {item.name: given[item.name] for item in wanted if item.default is item.empty}

    def check(self, name: str, function: Callable[..., Any]) -> None:
        params = self.params_of(name, function)
        outcomes = [self.check_pair(function, first, second, params) for first, second in self.pairs.actors.values()]
        assert any(one.served for one in outcomes), "served nobody: nothing was tried"
        differs = any(one.differs for one in outcomes)
        assert differs is (name not in SAME), f"results of equals differ: {differs}"

    def check_pair(self, function: Callable[..., Any], first: Actor, second: Actor, params: dict[str, Any]) -> Checked:
        with DbSession(self.engine) as db:
            right = [outcome(lambda actor=actor: function(db, actor, **params)) for actor in (first, second)]
        served = [not isinstance(result, Refused) for result in right]
        for actor, expected, own in zip((first, second), right, served, strict=True):
            with self.statements() as seen:
                loaded = outcome(lambda actor=actor: self.load_as(actor, function, params))
            assert loaded == expected, f"came through the cache for {actor.name}: {loaded}"
            if own and function.scope is None:
                assert seen, f"came from the cache for {actor.name}, who had not asked before"
        with self.statements() as seen:
            again = outcome(lambda: self.load_as(first, function, params))
        assert again == right[0]
        assert not (served[0] and seen), "the cache kept nothing, so that nothing was tried"
        return Checked(any(served), right[0] != right[1])

    def load_as(self, actor: Actor, function: Callable[..., Any], params: dict[str, Any]) -> Any:
        st.session_state["_run"] = runs.Run(
            actor, self.revisions, make.TODAY, "Europe/Madrid", "Orbis", time.monotonic()
        )
        return load(function, **params)

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """What asks the database inside."""
        seen: list[str] = []

        def keep(_connection, _cursor, statement, *_rest) -> None:
            seen.append(statement)

        sa.event.listen(self.engine, "before_cursor_execute", keep)
        try:
            yield seen
        finally:
            sa.event.remove(self.engine, "before_cursor_execute", keep)


@dataclass(frozen=True)
class Refused:
    """How somebody was refused."""

    kind: str


def outcome(ask: Callable[[], Any]) -> Any:
    """The result as plain values that can be compared, or the refusal."""
    try:
        return plain(ask())
    except CopError as error:
        return Refused(type(error).__name__)


def plain(value: Any) -> Any:
    """The value as lists and texts, equal exactly for equal results."""
    if isinstance(value, pd.DataFrame):
        value = [tuple(value.columns), *value.itertuples(index=False, name=None)]
    elif is_dataclass(value):
        value = [getattr(value, item.name) for item in fields(value)]
    elif type(value).__repr__ is object.__repr__:  # which would be its address
        value = vars(value)
    if isinstance(value, dict | set | frozenset):
        items = value.items() if isinstance(value, dict) else value
        return sorted(map(repr, map(plain, items)))
    return [plain(item) for item in value] if isinstance(value, tuple | list) else repr(value)


def test_nothing_private_is_shared_by_people_of_equal_roles(engine):
    queries = private_queries()
    assert len(queries) > 60
    assert queries.keys() >= SAME
    with DbSession(engine, expire_on_commit=False) as db:
        pairs = make_pairs(db)
        make.commit(db)
    checker, failures, tried = Checker(engine, pairs), Failures(), []

    def ask_all() -> None:
        for name, function in queries.items():
            with failures.of(name):
                checker.check(name, function)
            tried.append(name)

    st.cache_data.clear()
    app = AppTest.from_function(script, kwargs={"ask": ask_all}, default_timeout=120).run()
    assert not app.exception
    assert tried == list(queries)
    failures.report()


def script(ask):
    """Streamlit's session state, where the actor is kept, exists inside a script run only."""
    ask()


def test_what_all_may_read_has_no_scope():
    """A scope also refuses: one on a public query would never be asked."""

    def by_person(actor: Actor | None) -> int:
        raise Forbidden

    with pytest.raises(ValueError, match="no scope"):
        query("people", public=True, scope=by_person)
    with pytest.raises(ValueError, match="unknown topics"):
        query("peeple")
