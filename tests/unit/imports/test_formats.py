"""Workbooks, JSON and YAML become the rows that a CSV file would have; what is no such file is refused at once."""

import io
import json
import zipfile
from datetime import date, datetime, time

import pytest
import xlsxwriter

from cop.imports import formats
from cop.imports.formats import Format, WrongFormat, format_of
from cop.imports.inspection import inspect
from cop.imports.problems import Reporter
from cop.imports.table import Source, read_table


def workbook(**sheets) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    moment, day, hour = (book.add_format({"num_format": form}) for form in ("yyyy-mm-dd hh:mm", "yyyy-mm-dd", "hh:mm"))
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for at, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, datetime):
                    sheet.write_datetime(at, column, cell, moment)
                elif isinstance(cell, date):
                    sheet.write_datetime(at, column, cell, day)
                elif isinstance(cell, time):
                    sheet.write_datetime(at, column, cell, hour)
                elif cell is not None:
                    sheet.write(at, column, cell)
    book.close()
    return out.getvalue()


def test_a_sheet_reads_as_its_csv_would():
    data = workbook(
        People=[
            ["nr", "name", "since", "at", "share", "active"],
            [7, "Ana", date(2026, 3, 5), time(16, 30), 0.5, True],
            [None] * 6,
            ["007", "Ben", datetime(2026, 3, 5, 16, 30), None, 2.0, False],  # noqa: DTZ001 - a workbook knows no zone
        ],
        Other=[["x"], ["y"]],
    )
    assert formats.parts(Format.WORKBOOK, data) == ("People", "Other")
    assert formats.rows(Format.WORKBOOK, data) == [
        (1, ["nr", "name", "since", "at", "share", "active"]),
        (2, ["7", "Ana", "2026-03-05", "16:30", "0.5", "true"]),
        (4, ["007", "Ben", "2026-03-05 16:30", "", "2", "false"]),
    ]
    assert formats.rows(Format.WORKBOOK, data, "Other") == [(1, ["x"]), (2, ["y"])]
    with pytest.raises(WrongFormat, match="no sheet “Third”"):
        formats.rows(Format.WORKBOOK, data, "Third")


def test_rows_of_a_sheet_are_whole_and_cells_beside_the_header_are_a_column_without_a_name():
    data = workbook(S=[["a", "b"], ["1"], ["1", "2", "3"]])
    reporter = Reporter("s.xlsx")
    table = read_table(data, reporter, Source("s.xlsx"))
    assert [line.cells for line in table.lines] == [
        {"a": "1", "b": "", "Column 3": ""},
        {"a": "1", "b": "2", "Column 3": "3"},
    ]
    assert not reporter.problems


GROUPS = {
    "version": 1,
    "groups": [
        {
            "dir": "g-a",
            "name": "A",
            "contact": {"list": "a@x.example"},
            "labels": ["one", "two"],
            "leaders": {"chairs": [{"github": "ana"}, {"github": "ben", "company": "X"}]},
        },
        {"dir": "g-b", "name": "B", "leaders": {"chairs": []}},
    ],
}


def test_lists_of_objects_are_found_wherever_they_lie():
    data = json.dumps(GROUPS).encode()
    assert formats.parts(Format.JSON, data) == ("groups", "groups.leaders.chairs")
    assert formats.rows(Format.JSON, data) == [
        (1, ["dir", "name", "contact.list", "labels"]),
        (2, ["g-a", "A", "a@x.example", "one, two"]),
        (3, ["g-b", "B", "", ""]),
    ]
    header, first, second = formats.rows(Format.JSON, data, "groups.leaders.chairs")
    told = [dict(zip(header[1], cells, strict=True)) for _number, cells in (first, second)]
    assert [(row["github"], row["company"], row["groups.dir"]) for row in told] == [
        ("ana", "", "g-a"),
        ("ben", "X", "g-a"),
    ]


def test_yaml_is_the_same():
    text = "groups:\n- {dir: g-a, since: 2026-03-05, on: true}\n- {dir: g-b}\n"
    assert formats.rows(Format.YAML, text.encode()) == [
        (1, ["dir", "since", "True"]),
        (2, ["g-a", "2026-03-05", "true"]),
        (3, ["g-b", "", ""]),
    ]


def test_a_real_catalog_in_yaml(real_data):
    data = (real_data / "k8s-sigs" / "sigs.yaml").read_bytes()
    parts = formats.parts(Format.YAML, data)
    assert {"sigs", "workinggroups", "committees", "sigs.leadership.chairs", "sigs.meetings"} <= set(parts)
    groups = sum(len(formats.rows(Format.YAML, data, part)) - 1 for part in ("sigs", "workinggroups", "committees"))
    assert groups == 35  # as in communities.csv, which was made from it


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("x.xls", b"%PDF-1.7", "it is a PDF: open it in your spreadsheet program"),
        ("x.xls", b"MIME-Version: 1.0\n", "it is a web archive: open it"),
        ("x.xls", b"\x09\x00\x04\x00", "it is no workbook: open it"),
        ("x.xlsx", b"", "it is empty"),
        ("x.json", b"PK\x03\x04rest", "it is a workbook or another archive"),
    ],
)
def test_a_name_that_lies(name, data, why):
    with pytest.raises(WrongFormat, match=why):
        format_of(name, data)


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("x.xlsx", b"PK\x03\x04 and no more", "the workbook is broken"),
        ("x.csv", b"PK\x03\x04 and no more", "the workbook is broken"),
        ("x.xls", b"<html><body>nothing</body></html>", "it holds no table"),
        ("x.xls", b"\xd0\xcf\x11\xe0 and no more", "broken or locked"),
        ("x.json", b"{", "it is no JSON"),
        ("x.json", b"[1, 2]", "no list of objects"),
        ("x.json", b"[" * 100_000, "it is no JSON"),
        ("x.yaml", b"a: [", "it is no YAML"),
        ("x.yaml", b"!!python/object/apply:os.system ['true']", "it is no YAML"),
    ],
)
def test_what_cannot_be_read_is_one_problem_of_the_file(name, data, why):
    reporter = Reporter(name)
    table = read_table(data, reporter, Source(name))
    assert table.columns == ()
    (problem,) = reporter.problems
    assert (problem.reason, problem.row) == ("wrong_format", 0)
    assert why in problem.detail


def test_an_archive_that_unpacks_to_more_than_fits_is_not_unpacked():
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for number in range(5):
            archive.writestr(f"xl/{number}.xml", b"\0" * 100_000_000)
    assert len(bomb.getvalue()) < 1_000_000
    with pytest.raises(WrongFormat, match="unpacks to more"):
        formats.parts(Format.WORKBOOK, bomb.getvalue())


def test_a_bomb_of_references_is_counted_before_it_is_written_out(monkeypatch):
    monkeypatch.setattr(formats, "MAX_CELLS", 10_000)
    lines = ["a0: &a0 [{x: 1}]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'{{k: *a{n - 1}}}'] * 30)}]" for n in range(1, 6)]  # 30^5 objects
    reporter = Reporter("x.yaml")
    assert read_table("\n".join(lines).encode(), reporter, Source("x.yaml")).columns == ()
    (problem,) = reporter.problems
    assert problem.reason == "wrong_format"
    assert "more than 10,000 values" in problem.detail


PAGE = """<html><head><style>td {color: red}</style></head><body><table><tr><td>Logo</td></tr></table>
<TABLE border=1><tr><th colspan=3>Staff list</th></tr>
<tr><th>Nr<th>Name &amp; title<th>Unit</tr>
<tr><td>1<td>Zo&euml;<br>Lund, Dr<td rowspan=2>Grid</tr>
<tr><td>2<td>Ben  Okri</tr></TABLE></body></html>"""
XML = """<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="Staff"><Table>
<Row><Cell><Data ss:Type="String">Nr</Data></Cell><Cell><Data ss:Type="String">Name</Data></Cell><Cell><Data>Since</Data></Cell></Row>
<Row ss:Index="3"><Cell><Data ss:Type="Number">1</Data></Cell><Cell ss:Index="3"><Data ss:Type="DateTime">2026-01-05T00:00:00.000</Data></Cell></Row>
</Table></Worksheet></Workbook>"""


def test_what_is_called_a_workbook_and_is_a_page_is_read_as_a_page():
    assert format_of("x.xls", PAGE.encode()) is Format.HTML
    assert formats.parts(Format.HTML, PAGE.encode()) == ("Table 1", "Table 2")
    table = read_table(PAGE.encode("cp1252"), Reporter("x.xls"), Source("x.xls"))
    assert table.columns == ("Nr", "Name & title", "Unit")
    assert [(line.number, list(line.cells.values())) for line in table.lines] == [
        (3, ["1", "Zoë\nLund, Dr", "Grid"]),
        (4, ["2", "Ben Okri", ""]),
    ]
    assert formats.parts(Format.HTML, XML.encode()) == ("Staff",)
    assert format_of("x.xls", XML.encode()) is Format.HTML
    table = read_table(XML.encode("utf-16"), Reporter("x.xls"), Source("x.xls"))
    assert [(line.number, list(line.cells.values())) for line in table.lines] == [
        (3, ["1", "", "2026-01-05T00:00:00.000"])
    ]


def test_what_is_called_a_workbook_and_is_text_is_read_as_text():
    for data in ("Nr\tName\n1\tZoë\n".encode("cp1252"), "Nr\tName\n1\tZoë\n".encode("utf-16")):
        looked = inspect("x.xls", data)
        assert (looked.format, looked.columns, looked.sample) == ("csv", ("Nr", "Name"), (("1", "Zoë"),))
    real = workbook(S=[["Nr", "Name"], [1, "Ana"]])
    assert inspect("x.csv", real).sample == (("1", "Ana"),)


def test_a_page_made_to_exhaust_memory_is_refused(monkeypatch):
    monkeypatch.setattr(formats, "MAX_CELLS", 10_000)
    for page in (
        "<table><tr>" + "<td colspan=9999>x" * 5 + "</table>",
        "<table><tr><td>x<tr ss:index=999999><td>y</table>",
    ):
        with pytest.raises(WrongFormat, match="more than 10,000 cells"):
            formats.parts(Format.HTML, page.encode())
