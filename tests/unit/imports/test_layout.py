"""The table in a file: the header and the data are recognised, every row that is neither is counted."""

from pathlib import Path

import pytest

from cop.imports.inspection import inspect
from cop.imports.layout import Layout, Passed, passed_words
from cop.imports.mapping import parse_mapping
from cop.imports.problems import Reporter
from cop.imports.records import read_job
from cop.imports.table import Source, read_table
from cop.ui.widgets.import_layout import row_numbers
from tests.unit.imports.helpers import found, single
from tests.unit.imports.test_formats import workbook

CASES = Path(__file__).with_name("cases")

PEOPLE = "Nr;Name;Mail;Unit"
ANA, BEN = "1;Ana Gomez;ana@x.example;Grid", "2;Ben Okri;ben@x.example;Grid"

LAYOUTS = {
    "a header and nothing else passed": ([PEOPLE, ANA, BEN], 1, [2, 3], {}),
    "a title and the day above": (["Staff list;;;", "as of 1 Oct 2026;;;", PEOPLE, ANA, BEN], 3, [4, 5], {"above": 2}),
    "a title and an empty row above": (["Staff list", "", PEOPLE, ANA, BEN], 3, [4, 5], {"above": 1}),
    "names and values above": (
        ["Company;Acme", "Exported by;Lea Nord", "On;2026-10-01", PEOPLE, ANA, BEN],
        4,
        [5, 6],
        {"above": 3},
    ),
    "a total below": ([PEOPLE, ANA, BEN, "Total;2;;"], 1, [2, 3], {"total": 1}),
    "a total in German, bold between stars": ([PEOPLE, ANA, BEN, "** Summe;;;2"], 1, [2, 3], {"total": 1}),
    "subtotals between": ([PEOPLE, ANA, "Subtotal;;;", BEN, "Grand total: 2;;;"], 1, [2, 4], {"total": 2}),
    "a line, a total and where it comes from": (
        [PEOPLE, ANA, BEN, "-----;-----;-----;-----", "Total;2", "", "Generated on 2026-10-01 by Lea"],
        1,
        [2, 3],
        {"separator": 1, "total": 1, "note": 1},
    ),
    "a legend after an empty row": ([PEOPLE, ANA, BEN, "", "Grid = the net;;;"], 1, [2, 3], {"note": 1}),
    "empty rows of delimiters": ([PEOPLE, ANA, ";;;", BEN, ";;;"], 1, [2, 4], {"separator": 2}),
    "the header again on each page": ([PEOPLE, ANA, PEOPLE, BEN], 1, [2, 4], {"repeated header": 1}),
    "the row that a template shows": ([PEOPLE, "# Example: 7;Zoe Lund;z@x.example;", ANA], 1, [3], {"example": 1}),
    "a last row of which only the name is known": ([PEOPLE, ANA, BEN, ANA, ";Zoe Lund;;"], 1, [2, 3, 4, 5], {}),
    "a community whose name begins like a total": (
        [PEOPLE, ANA, "3;Total Quality;tq@x.example;Grid"],
        1,
        [2, 3],
        {},
    ),
    "a dash for an unknown name": ([PEOPLE, ANA, "2;-;;"], 1, [2, 3], {}),
    "Excel's line for the delimiter": (["sep=;", PEOPLE, ANA, BEN], 2, [3, 4], {"above": 1}),
}
_WHY = {"above": Passed.ABOVE}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_header_and_data(layout):
    lines, header, data, passed = LAYOUTS[layout]
    for name, text in (("x.csv", "\n".join(lines).encode()), ("x.xlsx", workbook(S=[row.split(";") for row in lines]))):
        reporter = Reporter(name, ["too_few_cells"])
        table = read_table(text, reporter, Source(name, delimiter=";"))
        assert table.arrangement.header_row == header, name
        assert table.columns == ("Nr", "Name", "Mail", "Unit"), name
        assert [line.number for line in table.lines] == data, name
        counts = {_WHY.get(why, why): count for why, count in passed.items()}
        if name == "x.csv":
            assert table.arrangement.passed.counts == counts
        assert not reporter.problems


def test_the_header_is_the_row_that_names_what_the_mapping_reads():
    text = "Region,Lead\nNorth,Lea\nkey,name\nn,North unit\n"
    made = single(
        'source = "a"\n[[files]]\nkind = "org_units"\ncolumns = {key = "key", name = "name"}\n', text, "org_units"
    )
    assert [(record.row, record.values["name"]) for record in made.sheets[0].records] == [(4, "North unit")]
    assert made.sheets[0].table.arrangement.header_row == 3


MAPPING = """
source = "hr"
[[files]]
kind = "people"
path = "x.csv"
{layout}
columns = {{ key = "Nr", name = "Name" }}
"""


@pytest.mark.parametrize(
    ("layout", "rows", "problems"),
    [
        ("", [2], {(4, "missing")}),
        ("skip_rows = [4]", [2], set()),
        ('pass_over = ["separator"]', [2, 5], {(4, "missing")}),
        ("header_row = 2", [], {(2, "missing_column")}),
        ("fill_short_rows = true", [2], {(4, "missing")}),
    ],
)
def test_a_mapping_says_which_rows_are_no_data(layout, rows, problems):
    text = "Nr,Name,Mail\n1,Ana Gomez,a@x.example\n,,\n,Ben Okri,\nTotal,1,\n"
    made = single(MAPPING.format(layout=layout), text, "people")
    assert [record.row for record in made.sheets[0].records] == rows
    seen = {(problem.row, problem.reason) for problem in made.problems}
    assert seen == problems | ({(2, "missing_column")} if layout == "header_row = 2" else set())


def test_short_rows_are_a_problem_until_the_mapping_fills_them():
    text = "Nr,Name,Mail\n1,Ana Gomez\n"
    assert [problem.reason for problem in single(MAPPING.format(layout=""), text, "people").problems] == [
        "too_few_cells"
    ]
    filled = single(MAPPING.format(layout="fill_short_rows = true"), text, "people")
    assert (filled.problems, filled.sheets[0].records[0].values["name"]) == ([], "Ana Gomez")
    looked = inspect("x.csv", text.encode())
    assert looked.short_rows == 1


def test_columns_without_a_name():
    looked = inspect("x.csv", b"Nr;;Name;;\n1;;Ana;remark;\n2;;Ben;;\n")
    assert looked.columns == ("Nr", "Name", "Column 4")
    assert looked.unnamed == 2
    assert looked.sample == (("1", "Ana", "remark"), ("2", "Ben", ""))
    # Every row ends with the delimiter, and the header doesn't.
    assert inspect("x.csv", b"Nr;Name\n1;Ana;\n2;Ben;\n").sample == (("1", "Ana"), ("2", "Ben"))
    # Here a name holds the delimiter: nothing may shift.
    shifted = Reporter("x.csv")
    assert read_table(b"Nr,Name,Mail\n1,Okri, Ben,\n2,Ana,\n", shifted, Source("x.csv")).lines[0].number == 3
    assert [(problem.row, problem.reason) for problem in shifted.problems] == [(2, "too_many_cells")]


def test_a_name_on_several_lines_is_known_on_one():
    text = 'Nr,"First\n and last\nname"\n1,Ana Gomez\n'
    for given in ('"First and last name"', '"First\\n and last\\nname"'):
        mapping = MAPPING.format(layout="").replace('"Name"', given)
        made = single(mapping, text, "people")
        # The header's line breaks lie inside its cell: a spreadsheet counts the data from row 2 on.
        assert [(record.row, record.values["name"]) for record in made.sheets[0].records] == [(2, "Ana Gomez")]


SURVEYS = {
    "Qualtrics": (
        (
            'ResponseId,Q1,Q2\nResponse ID,"How well,\nexactly?",Comment\n"{""ImportId"":""_recordId""}","{""ImportId"":""QID1""}",'
            '"{""ImportId"":""QID2""}"\nR_1,3,ok\nR_2,2,\n'
        ),
        ("ResponseId", "Q1", "Q2"),
        {"ResponseId": "Response ID", "Q1": "How well, exactly?", "Q2": "Comment"},
        [4, 5],
    ),
    "Qualtrics, old": (
        "V1,V2,Q1,Q2_1\nResponseID,Set,How well do you know SQL?,Which tools do you use? Git\nR_1,x,3,1\nR_2,x,2,0\n",
        ("V1", "V2", "Q1", "Q2_1"),
        {"V1": "ResponseID", "V2": "Set", "Q1": "How well do you know SQL?", "Q2_1": "Which tools do you use? Git"},
        [3, 4],
    ),
    "SurveyMonkey": (
        (
            "Respondent ID,Start Date,How happy are you?,Which tools?,,Anything else?\n"
            ",,Response,Git,Docker,Open-Ended Response\n9,2026-01-02,Very,Git,,more\n8,2026-01-02,Not,,Docker,\n"
        ),
        (
            "Respondent ID",
            "Start Date",
            "How happy are you?",
            "Which tools? [Git]",
            "Which tools? [Docker]",
            "Anything else?",
        ),
        {},
        [3, 4],
    ),
    "Google Forms": (
        "Timestamp,How happy are you?\n2026-01-02 10:00:00,Very\n2026-01-02 10:00:00,Not\n",
        ("Timestamp", "How happy are you?"),
        {},
        [2, 3],
    ),
}


@pytest.mark.parametrize("tool", SURVEYS)
def test_header_rows_of_survey_tools(tool):
    text, columns, titles, rows = SURVEYS[tool]
    table = read_table(text.encode(), Reporter("x.csv"), Source("x.csv"))
    assert table.columns == columns
    assert table.arrangement.titles == titles
    assert [line.number for line in table.lines] == rows


def test_a_title_and_a_total_are_no_people():
    data = (CASES / "title-and-total.xlsx").read_bytes()
    mapping = parse_mapping(
        'source = "hr"\n[[files]]\nkind = "people"\npath = "title-and-total.xlsx"\n'
        'columns = { key = "No", name = "Name", email = "Mail" }\n'
    )
    made = read_job(mapping, {"people": data})
    assert [(record.row, record.values["name"]) for record in made.sheets[0].records] == [
        (4, "Greta Olm"),
        (5, "Malte Wendt"),
    ]
    looked = inspect("title-and-total.xlsx", data)
    assert passed_words(looked.passed_counts, looked.unnamed) == "Passed over: 1 row above the header, 1 total."


def test_a_header_that_lies_elsewhere_is_chosen():
    text = "A,B,C\nx,y,z\nNr,Name,Mail\n1,Ana,a@x.example\n"
    assert inspect("x.csv", text.encode()).columns == ("A", "B", "C")
    chosen = inspect("x.csv", text.encode(), layout=Layout(header_row=3))
    assert (chosen.columns, chosen.row_count, chosen.passed_counts) == (("Nr", "Name", "Mail"), 1, {Passed.ABOVE: 2})
    assert [number for number, _text in chosen.head] == [1, 2, 3, 4]


def test_the_plan_tells_what_is_passed_over(engine):
    from tests.unit.imports.helpers import plan_of

    plan = plan_of(single(MAPPING.format(layout=""), "List,,\nNr,Name,Mail\n1,Ana Gomez,\nTotal,1,\n", "people"))
    assert not found(plan)
    assert plan.files[0].passed == "Passed over: 1 row above the header, 1 total."


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("", []), ("7", [7]), ("7, 12-14,7", [7, 12, 13, 14]), ("7-", None), ("14-12", None), ("x", None), ("0", None)],
)
def test_row_numbers_as_people_write_them(text, numbers):
    assert row_numbers(text) == numbers
