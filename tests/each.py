"""Tests of many cheap cases: one test that goes through all of them and reports every failure at once."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

Check = Callable[[Any], None]


def for_each(cases: Sequence[Any], label: Callable[[Any], str] = str) -> Callable[[Check], Callable[[], None]]:
    """Turn a check of one case into a test of all cases; for checks without fixtures.

    A parametrised test costs more than many an assertion: use it where a case needs a set-up of its own.
    """

    def decorate(check: Check) -> Callable[[], None]:
        def test() -> None:
            assert cases, "nothing to check"
            failures = [failure for case in cases if (failure := _failure(check, case, label))]
            assert not failures, "\n".join(failures)

        test.__name__, test.__doc__, test.__module__ = check.__name__, check.__doc__, check.__module__
        return test

    return decorate


def _failure(check: Check, case: Any, label: Callable[[Any], str]) -> str:
    try:
        check(case)
    except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001 - collected, then reported
        return f"{label(case)}: {type(error).__name__}: {error}"
    return ""
