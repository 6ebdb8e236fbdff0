"""Cells to values, by the mapping and the field."""

from datetime import date

import pytest

from cop.imports.cells import Unreadable, Written, read_cell
from cop.imports.kinds import KINDS
from cop.imports.markup import without_html
from cop.imports.records import is_listed
from tests.unit.imports.helpers import single


def records(columns: str, text: str, kind: str = "org_units", report: str = ""):
    mapping = f'source = "a"\n[[files]]\nkind = "{kind}"\nreport = [{report}]\n[files.columns]\n{columns}'
    sheet = single(mapping, text, kind).sheets[0]
    problems = [(p.row, p.column, p.reason, p.outcome.value) for p in sheet.problems]
    return [dict(record.values) for record in sheet.records], problems


@pytest.mark.parametrize("text", ["None", "NA", "NaN", "null", "007", "1e5", "TRUE", "-", "01/02"])
def test_text_stays_text(text):
    values, problems = records('key = "k"\nname = "n"', f"k,n\n{text},{text}\n")
    assert (values, problems) == ([{"key": text, "name": text}], [])


def test_spaces_are_trimmed_and_unicode_composed():
    assert records('key = "k"\nname = "n"', "k,n\n 1 ,Zoe\u0301   Lund\u00a0\n")[0] == [
        {"key": "1", "name": "Zoé Lund"}
    ]


def test_constants_templates_values_patterns_and_alternatives():
    columns = """
    key = { template = "{a}/{b}" }
    name = [{ column = "link", pattern = "https://x\\\\.org/(\\\\w+)/?", optional = true }, "b"]
    parent = { constant = "top" }
    """
    text = "a,b,link\n1,2,https://x.org/zoe\n,2,note\n3,4,note\n"
    values, problems = records(columns, text)
    assert values == [
        {"key": "1/2", "name": "zoe", "parent": "top"},
        {"key": "3/4", "name": "4", "parent": "top"},
    ]
    assert problems == [(3, "a", "missing", "refused")]


def test_what_the_mapping_calls_empty_is_empty():
    columns = """
    key = "k"
    name = [{ column = "n", empty = ["?"] }, "m"]
    parent = { column = "p", empty = ["-", "n/a"] }
    """
    values, problems = records(columns, "k,n,m,p\n1,A,x, - \n2,?,x,n/a\n3,B,x,top\n")
    assert problems == []
    assert [(item["name"], item["parent"]) for item in values] == [("A", None), ("x", None), ("B", "top")]


def test_a_pattern_that_is_not_optional_must_match():
    columns = 'key = "k"\nname = { column = "n", pattern = "[A-Z]+" }'
    assert records(columns, "k,n\n1,abc\n2,ABC\n") == (
        [{"key": "2", "name": "ABC"}],
        [(2, "n", "unreadable", "refused")],
    )


def test_values_left_out_and_values_unknown():
    columns = 'community = "c"\nemail = "e"\nrole = { column = "r", values = { boss = "lead" }, leave_out = ["past"] }'
    text = "c,e,r\nx,a@b.org,boss\nx,a@b.org,past\nx,a@b.org,king\n"
    values, problems = records(columns, text, kind="facilitators")
    assert [item["role"].value for item in values] == ["lead"]
    assert problems == [(3, "r", "left_out", "left out"), (4, "r", "unknown_value", "refused")]


def test_an_optional_cell_that_cannot_be_read_is_left_empty_only_where_the_mapping_says_so():
    columns = 'key = "k"\nname = "n"\nemail = "e"'
    text = "k,n,e\n1,Ana,not an address\n"
    assert records(columns, text, "people")[1] == [(2, "e", "unreadable", "refused")]
    values, problems = records(columns, text, "people", '"unreadable"')
    assert values[0]["email"] is None
    assert problems == [(2, "e", "unreadable", "left empty")]


def test_every_problem_of_a_row_is_told():
    columns = 'key = "k"\nname = "n"\nemail = "e"\nhandle = "h"'
    _values, problems = records(columns, "k,n,e,h\n,,x,?\n", "people")
    assert [(column, reason) for _row, column, reason, _outcome in problems] == [
        ("k", "missing"), ("n", "missing"), ("e", "unreadable"), ("h", "unreadable"),
    ]  # fmt: skip


def test_a_column_that_is_not_there():
    assert records('key = "k"\nname = "m"', "k,n\n1,2\n") == ([], [(1, "m", "missing_column", "refused")])


def test_a_column_that_is_there_twice_is_meant_by_its_number_only():
    text = "k,n,n\n1,Ana,Ben\n"
    assert records('key = "k"\nname = "n"', text) == ([], [(1, "n", "duplicate_header", "refused")])
    values, problems = records('key = "k"\nname = "n (2)"', text)
    assert (values[0]["name"], problems) == ("Ben", [])


@pytest.mark.parametrize(
    ("kind", "name", "text", "reason"),
    [
        ("sessions", "date", "2024-02-30", "unreadable"),
        ("sessions", "date", "0024-02-01", "unreadable"),
        ("sessions", "time", "25:00", "unreadable"),
        ("sessions", "headcount", "-1", "unreadable"),
        ("sessions", "headcount", "1.5", "unreadable"),
        ("sessions", "link", "javascript:alert(1)", "unreadable"),
        ("sessions", "title", "x" * 201, "too_long"),
        ("sessions", "title", "a\x07b", "control_character"),
        ("sessions", "title", "a\ud800b", "control_character"),
        ("sessions", "status", "maybe", "unknown_value"),
        ("attendance", "led", "perhaps", "unknown_value"),
        ("attendance", "handle", "https://x.org/zoe", "unreadable"),
        ("people", "email", "a b@x.org", "unreadable"),
        ("communities", "slug", "Data Team", "unreadable"),
        ("communities", "charter", "x" * 20_001, "too_long"),
    ],
)
def test_what_a_field_refuses(kind, name, text, reason):
    with pytest.raises(Unreadable) as refused:
        read_cell(text, KINDS[kind][name])
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("kind", "name", "text", "value"),
    [
        ("attendance", "handle", "@AnaG", "anag"),
        ("attendance", "led", "Yes", True),
        ("people", "email", "Ana@X.org", "ana@x.org"),
        ("sessions", "date", "2024-02-29", date(2024, 2, 29)),
        ("sessions", "headcount", "007", 7),
        ("communities", "charter", "One.\n\nTwo.", "One.\n\nTwo."),
        ("communities", "slug", "data-team", "data-team"),
    ],
)
def test_what_a_field_takes(kind, name, text, value):
    assert read_cell(text, KINDS[kind][name]) == value


def test_dates_in_another_form():
    assert read_cell("31.12.2023", KINDS["sessions"]["date"], Written(["%d.%m.%Y"])) == date(2023, 12, 31)


def test_names_that_are_none():
    assert is_listed("ACME board", ["acme *"])
    assert is_listed("Intel", ["IBM", "intel"])
    assert not is_listed("Intelligence Unit", ["intel"])
    assert not is_listed("Ana", [])


def test_first_sentence():
    columns = 'key = "k"\nname = { column = "n", transform = "first_sentence" }'
    values, _ = records(columns, "k,n\n1,Covers v1.2 of it. And more.\n2,No stop\n")
    assert [item["name"] for item in values] == ["Covers v1.2 of it.", "No stop"]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("No tags, 3 < 4", "No tags, 3 < 4"),
        ("<p>One.</p><p>Two &amp; <a href='https://x.org'>three</a>.</p>", "One.\nTwo & three."),
        ("<ul><li>a</li>\n<li>b<br>c</li></ul>", "a\nb\nc"),
        ("a<script>alert(1)</script><style>p {}</style> b", "a b"),
        ("&lt;b&gt; stays", "<b> stays"),
    ],
)
def test_html_as_a_reader_sees_it(html, text):
    assert without_html(html) == text
