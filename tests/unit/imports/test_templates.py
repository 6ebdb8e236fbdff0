"""A template is recognised as what it is, all of its columns too, and its example is no data."""

import pytest

from cop.imports import suggest, templates
from cop.imports.inspection import inspect
from cop.imports.kinds import KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_templates_come_back_as_what_they_are(kind):
    text = templates.as_csv(kind)
    looked = inspect(f"{kind}.csv", text)
    assert (looked.columns, looked.row_count, looked.passed_counts) == (templates.columns(kind), 0, {"example": 1})
    assert suggest.kind_of(f"{kind}.csv", looked) == kind
    own = {field: templates.title(field) for field in KINDS[kind]}
    assert suggest.columns_of(kind, looked.columns) == own
    book = inspect(f"{kind}.xlsx", templates.as_xlsx(kind))
    assert book.parts == ("Fill in", "Columns")
    assert book.columns == templates.columns(kind)
    explained = inspect(f"{kind}.xlsx", templates.as_xlsx(kind), part="Columns")
    assert explained.row_count == len(KINDS[kind])


def test_the_example_of_a_template_can_be_read():
    text = templates.as_csv("people").decode("utf-8-sig").replace("# Example: ", "")
    raw = suggest.start("people.csv", "people.csv", inspect("people.csv", text.encode()))
    assert raw["columns"]["email"] == "Email"
    assert inspect("people.csv", text.encode()).sample == (
        ("1042", "Ana Gomez", "ana.gomez@example.org", "anag", "staff", "Sales", "Engineer", "yes"),
    )
