"""docs/security.md names tests; each of them must exist, and each row must have one or say why not."""

import ast
import re
from functools import cache

from cop.settings import ROOT
from tests.each import for_each

DOCUMENT = (ROOT / "docs" / "security.md").read_text("utf-8")
NAMED = sorted(set(re.findall(r"`([\w/]+\.py)(?:::(\w+))?`", DOCUMENT)))
ROWS = [line for line in DOCUMENT.splitlines() if line.startswith("| ") and not line.startswith("| #")]


@cache
def defined_in(path: str) -> set[str]:
    tree = ast.parse((ROOT / "tests" / path).read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_there_is_something_to_check():
    assert len(NAMED) > 100
    assert [row.split("|")[1].strip() for row in ROWS[:40]] == [str(number) for number in range(1, 41)]


@for_each(sorted({path for path, _test in NAMED}))
def test_every_named_test_exists(path):
    assert (ROOT / "tests" / path).is_file()
    assert {test for file, test in NAMED if file == path and test} <= defined_in(path)
    assert defined_in(path), "a file without a test shows nothing"


@for_each([row for row in ROWS if "---" not in row and not row.startswith("| chapter")])
def test_a_row_has_a_test_or_says_why_not(row):
    assert re.search(r"`[\w/]+\.py", row) or re.search(r"\b(later|gap|not used)\b", row)
