"""Bytes to text: every encoding exactly, or a precise refusal; rows never shift."""

import pytest

from cop.imports.problems import Reporter
from cop.imports.table import Source, read_table

TEXT = "id,name\n007,Zoë “Ω”\n8,None\n"


def read(data: bytes, allowed=(), **options):
    reporter = Reporter("f", allowed)
    return read_table(data, reporter, Source(**options)), [(p.row, p.column, p.reason) for p in reporter.problems]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_encodings_known_by_their_mark(encoding):
    table, problems = read(TEXT.encode(encoding))
    assert not problems
    assert [line.cells for line in table.lines] == [{"id": "007", "name": "Zoë “Ω”"}, {"id": "8", "name": "None"}]
    assert [line.number for line in table.lines] == [2, 3]


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_taken_when_said_and_refused_when_not(codec):
    data = "id,name\n1,Ana\n".encode(codec)
    assert read(data, encoding=codec)[0].lines[0].cells == {"id": "1", "name": "Ana"}
    table, problems = read(data)
    assert (table.lines, problems) == ((), [(1, "", "nul")])


def test_cp1252_is_never_guessed():
    data = "id,name\n1,Ana\n2,Muñoz €\n".encode("cp1252")
    assert read(data, encoding="cp1252")[0].lines[1].cells["name"] == "Muñoz €"
    reporter = Reporter("f")
    assert read_table(data, reporter, Source()).lines == ()
    (problem,) = reporter.problems
    assert (problem.row, problem.reason) == (3, "encoding")
    assert "0xf1" in problem.message
    assert f"position {data.index(0xF1)}" in problem.message
    assert 'encoding = "cp1252"' in problem.message


def test_a_byte_that_cp1252_has_no_character_for():
    reporter = Reporter("f")
    read_table(b"id\n\x81\n", reporter, Source(encoding="cp1252"))
    assert "Byte 0x81 at position 3 is not cp1252." in reporter.problems[0].message


def test_a_nul_is_refused():
    assert read(b"id,name\n1,A\0na\n")[1] == [(2, "", "nul")]


def test_rows_of_a_wrong_length_are_reported_and_never_shifted():
    table, problems = read(b"id,name\n1,Ana,extra\n2\n3,Ben\n")
    assert problems == [(2, "", "too_many_cells"), (3, "", "too_few_cells")]
    assert [(line.number, line.cells) for line in table.lines] == [(4, {"id": "3", "name": "Ben"})]
    assert table.row_count == 3


def test_columns_of_one_name_are_told_apart():
    table, problems = read(b"id,name, id \n1,Ana,2\n")
    assert (problems, table.columns) == ([], ("id (1)", "name", "id (2)"))
    assert table.lines[0].cells == {"id (1)": "1", "name": "Ana", "id (2)": "2"}
    assert read(b"id,id,id (2)\n1,2,3\n")[0].columns == ("id (1)", "id (3)", "id (2)")


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", (0, "", "no_header")),
        (b'id\n"never closed\n', (2, "", "not_csv")),
        (b'id\n"quo"ted\n', (2, "", "not_csv")),
        (b"id\n" + b"x" * 200_000 + b"\n", (2, "", "not_csv")),
    ],
)
def test_what_makes_a_file_unreadable(data, problem):
    table, problems = read(data)
    assert problems == [problem]
    assert (table.lines, table.row_count) == ((), 0)


def test_line_breaks_in_cells_and_blank_lines_keep_the_row_numbers_of_a_spreadsheet():
    table, problems = read(b'id,name\r\n1,"a\nb"\r\n\r\n2,c\r\n')
    assert not problems
    assert [(line.number, line.cells["name"]) for line in table.lines] == [(2, "a\nb"), (4, "c")]


def test_other_delimiters():
    assert read(b"id;name\n1;Ana, B.\n", delimiter=";")[0].lines[0].cells["name"] == "Ana, B."


def test_progress_on_a_long_file():
    seen: list[str] = []
    read_table(b"id\n" + b"1\n" * 100_000, Reporter("f"), Source(), progress=seen.append)
    assert seen == ["f: 50,000 rows read", "f: 100,000 rows read"]
