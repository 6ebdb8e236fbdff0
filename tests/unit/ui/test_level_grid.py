"""What a grid remembers: nothing that was typed is lost, nothing that others save slips in unseen."""

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cop.ui.widgets.level_grid import Grid

SKILLS = {1: "SQL", 2: "Cloud", 3: "Python"}
TEXT = {"a": "string", "b": "string"}


def opened(skills=(1, 2), columns=("a", "b"), values=None, grid=None) -> Grid:
    grid = grid or Grid("test")
    chosen = {key: SKILLS[key] for key in skills}
    grid.open((tuple(skills), tuple(columns)), chosen, dict.fromkeys(columns, "string"), values or {})
    return grid


def typed(grid: Grid, cells) -> None:
    """As the table hands back what it shows, with these cells typed over."""
    table = grid.shown.copy()
    for (skill, column), value in cells.items():
        table.loc[skill, column] = value
    grid.take(table)


def test_what_differs_from_the_beginning_is_kept_and_what_is_typed_back_is_not():
    grid = opened(values={(1, "a"): "Expert"})
    assert grid.shown.fillna("-").to_numpy().tolist() == [["SQL", "Expert", "-"], ["Cloud", "-", "-"]]
    typed(grid, {(1, "a"): None, (2, "b"): "Working"})
    assert grid.typed == {(1, "a"): None, (2, "b"): "Working"}
    typed(grid, {(2, "b"): "Working"})
    assert grid.typed == {(2, "b"): "Working"}


def test_what_was_typed_stays_while_others_are_looked_at():
    grid = opened()
    typed(grid, {(1, "a"): "Working", (2, "b"): "Expert"})
    opened(skills=(3,), columns=("b",), grid=grid)
    typed(grid, {(3, "b"): "Awareness"})
    opened(skills=(1, 2), columns=("a",), grid=grid)
    assert grid.shown.loc[1, "a"] == "Working"
    assert grid.typed == {(1, "a"): "Working", (2, "b"): "Expert", (3, "b"): "Awareness"}
    assert grid.skills == SKILLS


def test_a_typed_cell_keeps_its_beginning_and_others_are_read_anew():
    """So that the operation tells that somebody else set it meanwhile."""
    grid = opened(values={(1, "a"): "Expert", (2, "a"): "Expert"})
    typed(grid, {(1, "a"): "Working"})
    number = grid.round
    opened(columns=("a",), values={(1, "a"): "Awareness", (2, "a"): "Awareness"}, grid=grid)
    assert grid.round == number + 1
    assert (grid.before[1, "a"], grid.value((1, "a"))) == ("Expert", "Working")
    assert (grid.before[2, "a"], grid.value((2, "a"))) == ("Awareness", "Awareness")
    grid.again()
    opened(columns=("a",), values={(1, "a"): "Awareness"}, grid=grid)
    assert (grid.typed, grid.value((1, "a"))) == ({}, "Awareness")


def test_a_row_with_something_typed_keeps_its_whole_beginning():
    grid = opened(values={(1, "a"): "Expert", (1, "b"): "Working"})
    typed(grid, {(1, "a"): "Working"})
    opened(skills=(3,), grid=grid)
    assert {cell: value for cell, value in grid.before.items() if cell[0] == 1} == {
        (1, "a"): "Expert",
        (1, "b"): "Working",
    }


def test_numbers_stay_numbers_and_a_blank_is_none():
    grid = Grid("test")
    grid.open("n", {1: "SQL"}, {"needed": "Int64"}, {(1, "needed"): 3})
    typed(grid, {})
    assert grid.typed == {}
    typed(grid, {(1, "needed"): 4})
    assert grid.typed == {(1, "needed"): 4}
    typed(grid, {(1, "needed"): pd.NA})
    assert grid.typed == {(1, "needed"): None}


VALUE = st.none() | st.sampled_from(["Awareness", "Working", "Expert"])
CELL = st.tuples(st.sampled_from([1, 2, 3]), st.sampled_from(["a", "b"]))
VIEW = st.tuples(st.sets(st.sampled_from([1, 2, 3]), min_size=1), st.sets(st.sampled_from(["a", "b"]), min_size=1))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the first input pays for the set-up
@given(st.dictionaries(CELL, VALUE), st.lists(st.tuples(VIEW, st.dictionaries(CELL, VALUE)), max_size=6))
def test_whatever_is_looked_at_the_last_typing_of_each_cell_counts(values, steps):
    grid, last = Grid("test"), {}
    for (skills, columns), cells in steps:
        opened(sorted(skills), sorted(columns), values, grid)
        seen = {cell: value for cell, value in cells.items() if cell[0] in skills and cell[1] in columns}
        typed(grid, seen)
        last |= seen
        for cell, value in seen.items():  # a table hands back all that was typed since it was drawn
            grid.shown.loc[cell[0], cell[1]] = value
    assert grid.typed == {cell: value for cell, value in last.items() if value != values.get(cell)}
