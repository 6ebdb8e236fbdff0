"""`python -m benchmarks [case …]`: run all cases, or those named."""

import argparse
import contextlib
import sys

from benchmarks import cases, store
from benchmarks.report import Report


def main() -> int:
    """Run the cases; exit code 1 where a goal was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=cases.__doc__)
    parser.add_argument("case", nargs="*", help=f"of: {', '.join(cases.CASES)} (default: all)")
    parser.add_argument("--sessions", type=int, nargs="*", default=[1, 10, 50, 100], help="for `pages`")
    parser.add_argument("--postgresql", action="store_true", help="on a PostgreSQL server instead of SQLite")
    chosen = parser.parse_args()
    unknown = set(chosen.case) - set(cases.CASES)
    if unknown:
        parser.error(f"unknown case: {', '.join(sorted(unknown))}")
    report = Report()
    with store.postgresql() if chosen.postgresql else contextlib.nullcontext():
        report.machine(store.name())
        for name in chosen.case or cases.CASES:
            cases.CASES[name](report, chosen.sessions)
    for failure in report.failures:
        print(f"MISSED: {failure}")
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
