"""The rules of the house that no linter knows, checked on the syntax trees of all our code."""

import ast
import importlib.metadata
import importlib.util
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import grimp
import pytest

from cop.settings import ROOT
from cop.ui.navigation import PAGES
from tests.each import for_each

PAGE_FILES = sorted((ROOT / "pages").rglob("*.py"))
CODE_FILES = sorted((ROOT / "cop").rglob("*.py"))
OPERATION_FILES = sorted((ROOT / "cop").glob("*/*operations.py"))
LONGEST_PAGE = 80


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


@cache
def called(node: ast.Call) -> str:
    """`st.html` for a call of st.html(…)."""
    return ast.unparse(node.func)


@cache
def calls(path: Path) -> list[ast.Call]:
    return [node for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]


@cache
def imported(path: Path) -> set[str]:
    """Every module and every name from a module, dotted."""
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
    return found


pages = for_each(PAGE_FILES, name_of)
code = for_each(CODE_FILES, name_of)
code_and_pages = for_each([*CODE_FILES, *PAGE_FILES], name_of)


def test_there_is_something_to_check():
    assert len(PAGE_FILES) >= 8
    assert len(CODE_FILES) >= 50
    assert len(OPERATION_FILES) >= 4


def test_no_script_lies_directly_in_pages():
    """Streamlit would offer it to a fresh server's first visitor, without the sign-in gate."""
    assert list((ROOT / "pages").glob("*.py")) == []


def test_every_page_is_registered_and_every_registered_page_exists():
    scripts = [spec.script for spec in PAGES]
    assert sorted(scripts) == [path.relative_to(ROOT / "pages").as_posix() for path in PAGE_FILES]
    assert len({spec.url for spec in PAGES}) == len(PAGES)


@pages
def test_a_page_is_short(path):
    assert len(path.read_text().splitlines()) <= LONGEST_PAGE


@pages
def test_a_pages_first_statement_asks_for_its_registered_permission(path):
    body = tree(path).body
    assert ast.get_docstring(tree(path)), "a page says what it is for"
    statements = [node for node in body[1:] if not isinstance(node, ast.Import | ast.ImportFrom)]
    first = statements[0]
    assert isinstance(first, ast.Assign | ast.Expr)
    spec = next(spec for spec in PAGES if spec.script == path.relative_to(ROOT / "pages").as_posix())
    asked = ast.unparse(first.value).removeprefix("layout.")
    assert asked == f"page_actor(Permission.{spec.permission.name})"


@pages
def test_a_page_holds_no_sql_charts_tables_or_session_state(path):
    forbidden = ("sqlalchemy", "altair", "pandas", "numpy", "sqlite3", "cop.db", "cop.models")
    assert not {name for name in imported(path) if name.startswith(forbidden)}
    source = ast.unparse(tree(path))  # without comments
    assert "session_state" not in source
    assert not re.search(r"\b(SELECT|INSERT|UPDATE|DELETE)\b .*\b(FROM|INTO|SET)\b", source)


@pages
def test_a_page_writes_through_perform_only(path):
    """Operations are passed on, never called."""
    operations = {name.rsplit(".", 1)[1] for name in imported(path) if "operations." in name}
    for call in calls(path):
        assert called(call) not in operations
        assert not re.fullmatch(r"\w*operations\.\w+", called(call))


def test_no_module_of_the_entry_scripts_folder_hides_another():
    """Streamlit puts cop/ui first on the path: `cop/ui/format.py` is fine, `cop/ui/logging.py` would hide logging."""
    ours = {path.stem for path in (ROOT / "cop" / "ui").iterdir() if path.suffix == ".py" or path.is_dir()}
    installed = set(importlib.metadata.packages_distributions())
    assert ours & (set(sys.stdlib_module_names) | installed) - {"__init__", "__pycache__"} == set()


@for_each(OPERATION_FILES, name_of)
def test_every_operation_first_requires_a_permission(path):
    for node in tree(path).body:
        if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
            continue
        first = node.body[1] if ast.get_docstring(node) else node.body[0]
        assert ast.unparse(first).startswith("actor = require(actor, Permission."), node.name
        arguments = node.args
        assert [item.arg for item in arguments.args] == ["db", "actor"], node.name
        assert arguments.kwonlyargs[0].arg == "now", node.name


@code
def test_only_the_database_module_commits(path):
    if path == ROOT / "cop" / "db.py":
        return
    for call in calls(path):
        assert not re.search(r"\.(commit|begin_nested)$", called(call)), ast.unparse(call)


@code
def test_only_one_place_reads_the_clock(path):
    if path == ROOT / "cop" / "periods.py":
        return
    clock = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "datetime.datetime.now", "time.time"}
    for call in calls(path):
        assert called(call) not in clock, ast.unparse(call)
        assert not re.fullmatch(r"(sa\.)?func\.(now|current_timestamp|current_date)", called(call)), ast.unparse(call)


@code_and_pages
def test_user_text_can_never_become_html(path):
    for call in calls(path):
        for keyword in call.keywords:
            assert keyword.arg != "unsafe_allow_html"
            assert keyword.arg != "unsafe_allow_javascript"
        if called(call) in {"st.html", "components.html", "st.components.v1.html", "markupsafe.Markup", "Markup"}:
            assert call.args
            assert all(isinstance(argument, ast.Constant) for argument in call.args), ast.unparse(call)


@code_and_pages
def test_sql_is_never_built_from_values(path):
    """`sa.text` takes a constant; `exec_driver_sql` also one of our own f-strings of PRAGMA names, in cop/db.py."""
    for call in calls(path):
        if called(call) in {"sa.text", "text"} and call.args:
            assert isinstance(call.args[0], ast.Constant), ast.unparse(call)


@code
def test_only_charts_know_altair(path):
    """Charts are built in charts.py, radar_charts.py and the like; drawing them and turning them into PNG is cop.ui's."""
    if not path.name.endswith("charts.py") and (ROOT / "cop" / "ui") not in path.parents:
        assert not {name for name in imported(path) if name.split(".")[0] == "altair"}


def test_what_calls_itself_pure_reaches_neither_database_nor_streamlit():
    """Not over any number of imports, so that a rule can be read, tested and reused by itself."""
    graph = grimp.build_graph("cop", include_external_packages=True)
    pure = [path for path in CODE_FILES if re.search(r"\bPure\b", ast.get_docstring(tree(path)) or "")]
    assert len(pure) >= 40
    for path in pure:
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for outside in ("sqlalchemy", "streamlit"):
            assert graph.find_shortest_chain(module, outside) is None, f"{module} reaches {outside}"


@for_each(sorted((ROOT / "cop").glob("*/charts.py")), name_of)
def test_charts_are_pure(path):
    roots = {name.split(".")[0] for name in imported(path)}
    assert not roots & {"streamlit", "sqlalchemy"}


def test_every_widget_has_a_key():
    """Without one its identity is its text: a changed label or default loses what the user chose."""
    widgets = {
        *("button", "checkbox", "toggle", "radio", "selectbox", "multiselect", "slider", "select_slider", "text_input"),
        *("text_area", "number_input", "date_input", "time_input", "file_uploader", "pills", "segmented_control"),
        *("data_editor", "feedback", "color_picker", "chat_input", "camera_input", "audio_input", "download_button"),
        *("form_submit_button", "datetime_input"),
    }
    bare = []
    for path in [*PAGE_FILES, *(ROOT / "cop" / "ui").rglob("*.py")]:
        for call in calls(path):
            if isinstance(call.func, ast.Attribute) and call.func.attr in widgets:
                has = {keyword.arg for keyword in call.keywords}
                if not has & {"key", None}:
                    bare.append(f"{name_of(path)}:{call.lineno} {called(call)}")
    assert bare == []


OURS = ("cop", "pages", "tests", "benchmarks", "docs", "data/example", ".ci", ".streamlit")
TEXT = {"", ".py", ".md", ".toml", ".txt", ".in", ".html", ".css", ".js", ".svg", ".mako", ".json"}


def texts() -> Iterator[tuple[str, str]]:
    """Every text file of the project but this one."""
    inside = (path for folder in OURS for path in (ROOT / folder).rglob("*"))
    above = (path for path in ROOT.iterdir() if not path.name.startswith("."))
    for path in [*inside, *above]:
        if path.is_file() and path.suffix in TEXT and path != Path(__file__) and "__pycache__" not in path.parts:
            yield name_of(path), path.read_text("utf-8", "replace")


def test_the_project_speaks_of_no_machine():
    """No home folder, no private package index, no working copy of whoever wrote it."""
    machine = re.compile(r"/home/\w+|/Users/\w+|/root/|/work/|index-url|--index|pythonhosted|localhost:\d+/simple")
    named = [f"{name}: {found.group()}" for name, text in texts() if (found := machine.search(text))]
    assert named == []


def test_no_leftovers():
    """No stub, no note to oneself."""
    leftover = re.compile(r"To be written|\bTODO\b|\bFIXME\b|\bXXX\b|NotImplementedError|breakpoint\(")
    named = [f"{name}: {found.group()}" for name, text in texts() if (found := leftover.search(text))]
    assert named == []


@pytest.mark.parametrize("name", ["requirements.in", "requirements-dev.in"])
def test_every_requirement_has_its_reason(name):
    lines = (ROOT / name).read_text().splitlines()
    bare = [line for line in lines if line.strip() and not line.startswith(("#", "-r")) and "#" not in line]
    assert bare == []


def test_what_is_imported_is_required():
    """Every package that our code imports stands in requirements.in by itself, not only below another."""
    owners = importlib.metadata.packages_distributions()
    required = {
        re.split(r"[\s#<>=\[;]", line)[0].lower()
        for line in (ROOT / "requirements.in").read_text().splitlines()
        if line and not line.startswith("#")
    }
    roots = {name.split(".")[0] for path in [*CODE_FILES, *PAGE_FILES, ROOT / "app.py"] for name in imported(path)}
    outside = roots - set(sys.stdlib_module_names) - {"cop", "msvcrt", "fcntl", "None"}
    unnamed = {root for root in outside if not {owner.lower() for owner in owners.get(root, [])} & required}
    assert unnamed == set()
