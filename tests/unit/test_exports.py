"""Tables on their way into a spreadsheet: no cell runs, and no number turns into text."""

import csv
import io
import unicodedata
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from cop.exports import file_name, frame_to_csv, safe_cell, to_csv


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
    content = frame_to_csv(frame)
    assert content.startswith(b"\xef\xbb\xbf")  # by which Excel knows the encoding
    assert cells(content) == [
        ["'=name", "count", "share", "day"],
        ["'=A1", "-3", "0.5", "2026-06-05"],
        ["Ana", "", "", ""],
    ]
    assert cells(frame_to_csv(frame.head(0))) == [["'=name", "count", "share", "day"]]


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


def test_file_names_are_of_our_own_making():
    assert file_name("participation", "2025-01", "2025-12", ending="csv") == "cop-participation-2025-01-2025-12.csv"
    assert file_name("../../etc/passwd", "a\r\nSet-Cookie: x", ending="png") == "cop-etc-passwd-a-set-cookie-x.png"
    assert file_name("日本語", ending="csv") == "cop.csv"
    assert len(file_name("x" * 1_000, ending="csv")) == 104
