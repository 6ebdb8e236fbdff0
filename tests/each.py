"""Many cheap cases in one test, which goes through all of them and reports every failure at once."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

Check = Callable[[Any], None]


@dataclass
class Failures:
    """Collect the failures of several cases:

    with failures.of("staff"):
        assert …
    """

    lines: list[str] = field(default_factory=list)

    @contextmanager
    def of(self, case: object) -> Iterator[None]:
        try:
            yield
        except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001 - collected, then reported
            self.lines.append(f"{case}: {type(error).__name__}: {error}")

    def report(self) -> None:
        """Fail with all that was collected, if anything was."""
        assert not self.lines, "\n".join(self.lines)


def for_each(cases: Sequence[Any], label: Callable[[Any], str] = str) -> Callable[[Check], Callable[[], None]]:
    """Turn a check of one case into a test of all cases; for checks without fixtures.

    A parametrised test costs more than many an assertion: use it where a case needs a set-up of its own.
    """

    def decorate(check: Check) -> Callable[[], None]:
        def test() -> None:
            assert cases, "nothing to check"
            failures = Failures()
            for case in cases:
                with failures.of(label(case)):
                    check(case)
            failures.report()

        test.__name__, test.__doc__, test.__module__ = check.__name__, check.__doc__, check.__module__
        return test

    return decorate
