"""Tables on their way into a spreadsheet: no cell runs, and no number turns into text."""

import csv
import io
import unicodedata
import zipfile
from datetime import UTC, date, datetime, time

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as some
from python_calamine import CalamineWorkbook

from cop.exports import MOST_ROWS, Sheet, file_name, safe_cell, sheet_of, sheet_to_csv, to_csv, to_xlsx, unguarded


def cells(content: bytes) -> list[list[str]]:
    """The file as a spreadsheet reads it."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        '=HYPERLINK("http://elsewhere.example","x")',
        "+1+1",
        "-1+1",
        "-2*3",
        "@SUM(A1)",
        "\t=1",
        "\ttab",
        "\r=1",
        "\n=1",
        "＝1+1",
        "＋1+1",
        "－1+1",
        "＠SUM(A1)",
        "﹦1",
        "  =1+1",
        "\u200b=1",
        "\ufeff=1",
        "\u00a0=1",
        '"=1',
        "'=1",
        "|calc",
        "%0A",
        "+34 600 000 000",
        "-",
        "--5",
        "-5 people",
    ],
)
def test_what_could_run_becomes_text(text):
    assert safe_cell(text) == f"'{text}"
    assert cells(to_csv([text], [[text]])) == [[f"'{text}"], [f"'{text}"]]


def test_a_nul_hides_nothing():
    assert safe_cell("\x00=1+1") == "'=1+1"
    assert safe_cell("a\x00b") == "ab"


@pytest.mark.parametrize("number", [-5, -0.25, 7, 1e-9, True, np.int64(-3), np.float64(-1.5)])
def test_numbers_stay_numbers(number):
    assert safe_cell(number) is number
    assert cells(to_csv(["n"], [[number]]))[1] == [str(number)]


@pytest.mark.parametrize("text", ["-5", "+5", "-0.25", "1e-9", "-1.5E+10", "007"])
def test_plain_numbers_as_text_stay_as_they_are(text):
    assert safe_cell(text) == text


@pytest.mark.parametrize("text", ["Data Engineering", "a=b", "1-2", "Diseño", "日本語", "O’Neill, Dee", 'say "hi"', ""])
def test_harmless_text_stays_as_it_is(text):
    assert safe_cell(text) == text
    assert cells(to_csv(["t"], [[text, text]]))[1] == [text, text]


@pytest.mark.parametrize("nothing", [None, pd.NA, pd.NaT, float("nan"), np.float64("nan")])
def test_nothing_is_an_empty_cell(nothing):
    assert safe_cell(nothing) == ""


def test_days_and_moments():
    assert safe_cell(date(2026, 6, 5)) == "2026-06-05"
    assert safe_cell(datetime(2026, 6, 5, 10, 0, tzinfo=UTC)) == "2026-06-05T10:00:00+00:00"


def test_a_frame_with_every_kind_of_column():
    frame = pd.DataFrame(
        {
            "=name": ["=A1", "Ana"],
            "count": pd.array([-3, None], dtype="Int64"),
            "share": [0.5, float("nan")],
            "day": [date(2026, 6, 5), None],
        }
    )
    content = sheet_to_csv(sheet_of("People", frame))
    assert content.startswith(b"\xef\xbb\xbf")  # by which Excel knows the encoding
    assert cells(content) == [
        ["'=name", "count", "share", "day"],
        ["'=A1", "-3", "0.5", "2026-06-05"],
        ["Ana", "", "", ""],
    ]
    assert cells(sheet_to_csv(sheet_of("People", frame.head(0)))) == [["'=name", "count", "share", "day"]]


def starts_a_formula(cell: str) -> bool:
    """As a spreadsheet might see it: what is left when blanks and invisible characters are gone, letters folded."""
    folded = unicodedata.normalize("NFKC", cell)
    seen = "".join(char for char in folded if unicodedata.category(char) not in {"Cc", "Cf", "Zs", "Zl", "Zp"})
    return folded[:1] in {"\t", "\r", "\n"} or seen[:1] in set("=+-@")


@given(some.text(alphabet=some.sampled_from("=+-@\t\r\n ＝＋－＠'\"\x00\u200b\u00a0a1.e,;|%"), max_size=8))
@example("\u200b\u200b=1")
@example("-1e5")
def test_no_cell_starts_a_formula(text):
    for line in cells(to_csv(["x"], [[text, "end"]]))[1:]:
        if line[0]:
            is_number = line[0].lstrip("+-")[:1].isdigit() and line[0] == text
            assert is_number or not starts_a_formula(line[0])


@given(some.text(max_size=30))
def test_text_survives_but_for_the_apostrophe(text):
    got = safe_cell(text)
    assert got in (text, text.replace("\x00", ""), "'" + text.replace("\x00", ""))


@given(some.text(alphabet=some.sampled_from("=+-@ ＝－'\"\u200b1a.e|%"), max_size=8))
@example("'t Hooft")
@example("'=1")
@example("''-5")
def test_the_apostrophe_comes_off_again(text):
    assert unguarded(safe_cell(text)) == text


def test_file_names_are_of_our_own_making():
    assert file_name("participation", "2025-01", "2025-12", ending="csv") == "cop-participation-2025-01-2025-12.csv"
    assert file_name("../../etc/passwd", "a\r\nSet-Cookie: x", ending="png") == "cop-etc-passwd-a-set-cookie-x.png"
    assert file_name("日本語", ending="csv") == "cop.csv"
    assert len(file_name("x" * 1_000, ending="csv")) == 104


def reopened(content: bytes, sheet: int = 0) -> list[list[object]]:
    """A sheet as another program reads it."""
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(sheet).to_python()


def book(*columns: list[object], zone: str = "Europe/Madrid") -> bytes:
    header = tuple(f"c{number}" for number in range(len(columns)))
    return to_xlsx([Sheet("Table", header, list(zip(*columns, strict=True)))], time_zone=zone)


def xml_of(content: bytes) -> str:
    """Everything that the workbook says, as text."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist())


NAIVE = datetime.fromisoformat("2026-06-05T09:15")


def test_a_workbook_keeps_types_apart():
    content = book(
        [-3, 2.5, "007", True, None],
        [date(2026, 6, 5), datetime(2026, 6, 5, 22, 30, tzinfo=UTC), NAIVE, time(9, 30), pd.NaT],
    )
    assert reopened(content) == [
        ["c0", "c1"],
        [-3, date(2026, 6, 5)],
        [2.5, datetime.fromisoformat("2026-06-06T00:30")],  # in Madrid it is the next day
        ["007", NAIVE],
        [True, time(9, 30)],
    ]


def test_what_excel_cannot_hold_as_such_is_text():
    assert reopened(book([10**15, -(10**15), 10**15 - 1, float("inf")])) == [
        ["c0"],
        ["1000000000000000"],
        ["-1000000000000000"],
        [999_999_999_999_999],
        ["inf"],
    ]
    assert reopened(book([date(1899, 12, 31), date(1900, 2, 28), date(1900, 3, 1)])) == [
        ["c0"],
        ["1899-12-31"],
        ["1900-02-28"],  # Excel would show it a day off
        [date(1900, 3, 1)],
    ]


@pytest.mark.parametrize(
    "text",
    ["=1+1", "{=1+1}", "+1", "-2*3", "@SUM(A1)", "https://elsewhere.example", "mailto:a@b.c", "internal:A1", "5"],
)
def test_no_text_becomes_a_formula_a_link_or_a_number(text):
    content = to_xlsx([Sheet(text, (text,), [[text], ["end"]])], time_zone="UTC")
    assert reopened(content) == [[text], [text], ["end"]]
    assert "<f>" not in xml_of(content)
    assert "<hyperlink" not in xml_of(content)


@given(some.text(max_size=20))
@example("a\x00\x1fb\ud800")
@example("_x0041_")
@example("  x  ")
def test_any_text_is_read_back_but_for_what_xml_cannot_hold(text):
    ((_header,), (got,)) = reopened(book([f"<{text}>"]))
    lost = {char for char in text if (char < " " and char not in "\t\n\r") or unicodedata.category(char) == "Cs"}
    for char in lost | {"\ufffe", "\uffff"}:
        text = text.replace(char, "\ufffd")
    assert got.replace("\r\n", "\n").replace("\r", "\n") == f"<{text}>".replace("\r\n", "\n").replace("\r", "\n")


def test_text_beyond_a_cell_is_cut_and_says_so():
    ((_header,), (fits,), (cut,), (wide,)) = reopened(book(["a" * 32_767, "b" * 32_768, "😀" * 20_000]))
    assert fits == "a" * 32_767
    assert cut == "b" * 32_766 + "…"
    assert wide == "😀" * 16_383 + "…"  # each counts twice


def test_more_rows_than_a_sheet_has_are_refused():
    class Many(list):
        def __len__(self):
            return MOST_ROWS

    with pytest.raises(ValueError, match="1,048,576 rows"):
        to_xlsx([Sheet("Many", ("a",), Many())], time_zone="UTC")


def test_sheets_have_names_that_excel_takes():
    names = ["a/b:c*[d]?", "A b c  d", "x" * 40, "x" * 41, "", "'", "History"]
    content = to_xlsx([Sheet(name, ("a",), []) for name in names], time_zone="UTC")
    found = CalamineWorkbook.from_filelike(io.BytesIO(content)).sheet_names
    assert found == ["a b c  d", "A b c  d (2)", "x" * 31, "x" * 27 + " (2)", "Sheet", "Sheet (2)", "Sheet (3)"]
    assert all(len(name) <= 31 for name in found)


def test_the_header_stays_in_sight_and_filters():
    said = xml_of(book(["Ana", "Ben"], [1, 2]))
    assert '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>' in said
    assert '<autoFilter ref="A1:B3"/>' in said
    assert "<b/>" in said


def test_a_workbook_of_nothing():
    assert reopened(to_xlsx([Sheet("Empty", ("a", "b"), [])], time_zone="UTC")) == [["a", "b"]]
