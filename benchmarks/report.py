"""The bench's output: one line per figure, each beside its baseline of the same run."""

import platform
import sys
from dataclasses import dataclass, field


@dataclass
class Report:
    """Collects lines and prints each as soon as it is known."""

    failures: list[str] = field(default_factory=list)

    def head(self, title: str) -> None:
        """A case begins."""
        print(f"\n## {title}", flush=True)

    def line(self, text: str) -> None:
        """A figure."""
        print(text, flush=True)

    def ratio(self, what: str, value: float, baseline: float, *, at_most: float | None = None) -> None:
        """A figure, its baseline and their ratio; missing the goal is noted, and told again at the end."""
        ratio = value / baseline if baseline else float("nan")
        goal = "" if at_most is None else f"  (goal ≤ {at_most:g} ×: {'met' if ratio <= at_most else 'MISSED'})"
        print(f"{what}: {value:,.1f} against {baseline:,.1f} = {ratio:.2f} ×{goal}", flush=True)
        if at_most is not None and not ratio <= at_most:
            self.failures.append(f"{what}: {ratio:.2f} × instead of ≤ {at_most:g} ×")

    def check(self, what: str, *, good: bool) -> None:
        """Something that must hold exactly."""
        print(f"{what}: {'held' if good else 'FAILED'}", flush=True)
        if not good:
            self.failures.append(what)

    def machine(self, database: str) -> None:
        """What it ran on."""
        print(f"Python {sys.version.split()[0]}, {platform.system()} {platform.machine()}, {database}")
