"""Mappings: read whole, or refused with every problem."""

import json
import re
from pathlib import Path

import pytest

from cop.errors import Invalid
from cop.imports.kinds import KINDS, PERSON_FIELDS
from cop.imports.mapping import Origin, parse_mapping, raw_mapping
from cop.imports.problems import REASONS
from cop.settings import ROOT
from tests.unit.imports.helpers import MAPPING


def test_a_whole_mapping():
    mapping = parse_mapping(MAPPING)
    assert mapping.source == "hr"
    assert [file.name for file in mapping.files] == [
        "org_units", "people", "communities", "memberships", "facilitators", "sessions", "attendance",
    ]  # fmt: skip
    assert mapping.files[1].columns["key"] == (Origin(column="nr"),)
    assert mapping.files[6].options.not_people == ("Acme *",)


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "import").glob("*.toml")), ids=lambda path: path.stem)
def test_the_examples_are_mappings(path: Path):
    assert parse_mapping(path.read_text(encoding="utf-8")).files


def test_every_problem_is_told_at_once():
    text = """
    source = "HR"
    extra = 1
    [[files]]
    kind = "people"
    encoding = "latin-9000"
    report = ["bad_luck", "nul"]
    columns = { key = "nr", shoe_size = "x", email = { column = "a", constant = "b" }, handle = { column = "h", pattern = "(" } }
    options = { minutes = 5, create = ["areas"] }
    [[files]]
    kind = "attendance"
    columns = { session = "s" }
    """
    with pytest.raises(Invalid) as refused:
        parse_mapping(text)
    assert set(refused.value.errors) == {
        "source",
        "mapping.extra",
        "files[1].encoding",
        "files[1].report",
        "files[1].columns.name",
        "files[1].columns.shoe_size",
        "files[1].columns.email",
        "files[1].columns.handle",
        "files[1].options.minutes",
        "files[1].options.create",
        "files[2].columns",
    }


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ('options = { time = "half past" }', "files[1].options.time"),
        ("options = { minutes = 0 }", "files[1].options.minutes"),
        ('options = { time_zone = "Mars" }', "files[1].options.time_zone"),
        ('delimiter = "tab"', "files[1].delimiter"),
        ("report = 3", "files[1].report"),
        ("path = 3", "files[1].path"),
        ("options = 3", "files[1].options"),
    ],
)
def test_wrong_settings_of_a_file(line, place):
    text = f"""
    source = "a"
    [[files]]
    kind = "sessions"
    columns = {{ key = "k", community = "c", date = "d", title = "t" }}
    {line}
    """
    with pytest.raises(Invalid) as refused:
        parse_mapping(text)
    assert set(refused.value.errors) == {place}


@pytest.mark.parametrize("text", ["source = ", 'source = "a"', 'source = "a"\nfiles = [3]'])
def test_what_is_no_mapping(text):
    with pytest.raises(Invalid):
        parse_mapping(text)


@pytest.mark.parametrize(
    ("kind", "columns", "options"),
    [
        ("series", "community = 'c', title = 't', weekday = 'd', frequency = 'f'", "minutes = 30, time_zone = 'UTC'"),
        ("needs", "title = 't'", "create = ['org_units', 'areas']"),
    ],
)
def test_options_of_a_kind(kind, columns, options):
    assert parse_mapping(
        f'source = "a"\n[[files]]\nkind = "{kind}"\ncolumns = {{ {columns} }}\noptions = {{ {options} }}'
    )


@pytest.mark.parametrize("options", ["create = ['rings']", "minutes = 5"])
def test_rings_are_never_created_by_their_names(options):
    columns = 'title = "t", ring = "r", day = "d"'
    with pytest.raises(Invalid):
        parse_mapping(f'source = "a"\n[[files]]\nkind = "trends"\ncolumns = {{ {columns} }}\noptions = {{ {options} }}')


def test_two_files_need_two_names():
    file = '[[files]]\nkind = "org_units"\ncolumns = { key = "k", name = "n" }\n'
    with pytest.raises(Invalid) as refused:
        parse_mapping(f'source = "a"\n{file}{file}')
    assert list(refused.value.errors) == ["file org_units"]


def test_the_guide_names_every_kind_field_and_reason():
    guide = (ROOT / "docs" / "import" / "README.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", guide, re.MULTILINE))
    assert {reason: rows.get(reason) for reason in REASONS} == REASONS
    for kind, fields in KINDS.items():
        told = set(re.findall(r"[\w*]+", re.sub(r"\(.*?\)", "", rows[kind])))
        who = {"who"} if kind in {"memberships", "facilitators", "attendance"} else set()
        named = fields.keys() - (set(PERSON_FIELDS) if who else set())
        assert told == who | {f"**{name}**" if fields[name].required else name for name in named}


def test_a_mapping_from_a_file():
    raw = {"source": "hr", "files": [{"kind": "people", "columns": {"key": "nr", "name": "who"}}]}
    toml = b"\xef\xbb\xbfsource = 'hr'\n[[files]]\nkind = 'people'\ncolumns = { key = 'nr', name = 'who' }\n"
    assert raw_mapping("m.toml", toml) == raw_mapping("M.JSON", json.dumps(raw).encode()) == raw


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("m.toml", b"source = ", "not TOML"),
        ("m.json", b"{", "not JSON"),
        ("m.json", b"[" * 100_000, "not JSON"),
        ("m.json", b"[1]", "has a “source” and “files”"),
        ("m.toml", b"\xff", "text in UTF-8"),
        ("m.toml", b"source = 'HR'", "“source” must be a short name"),
    ],
)
def test_a_file_that_is_no_mapping(name, data, why):
    with pytest.raises(Invalid, match=why):
        raw_mapping(name, data)
