"""The search page's words: before, without a result, with a mistake, too short or too long."""

import pytest

from tests import factories as make
from tests.pages.seats import open_page, take_seat


@pytest.fixture
def room(db, monkeypatch):
    make.organisation(db)
    made = make.community(db, name="Lantern makers")
    for number in range(30):
        make.contribution(db, made, title=f"Lantern idea {number}")
    take_seat(db, monkeypatch, make.account(db))
    make.commit(db)
    return made


def heads(app):
    return [item.value for item in app.markdown if item.value.startswith("####")]


def test_before_anything_was_typed(room):
    app = open_page("search")
    assert (heads(app), app.text[0].value[:10]) == ([], "Type words")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("a", "Type at least 2 letters."),
        ("!?", "Type a word or a number."),
        ("x" * 201, "That is too long: 201 characters, at most 200 can be searched for."),
    ],
)
def test_what_can_not_be_searched_for(room, typed, told):
    app = open_page("search", q=typed)
    assert ([item.value for item in app.error], heads(app)) == ([told], [])


def test_each_kind_with_its_number_and_one_kind_alone(room):
    app = open_page("search", q="lantern")
    assert [head.split(" :small")[0] for head in heads(app)] == [
        "#### :material/groups: Communities",
        "#### :material/lightbulb: Contributions",
    ]
    assert heads(app)[1].endswith(":small[:gray[30]]")
    app.button(key="all:contribution").click().run()
    assert [head.split(" :small")[0] for head in heads(app)] == ["#### :material/lightbulb: Contributions"]


def test_nothing_and_a_mistake(room):
    assert open_page("search", q="zzzyzx").info[0].value.startswith("Nothing was found. Try fewer words")
    app = open_page("search", q="lantren")
    assert all("Showing results for **lantern**" in head for head in heads(app))
