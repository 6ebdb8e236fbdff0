"""Words that somebody may have meant."""

import pytest

from cop.search.spelling import correct

KNOWN = {"data", "engineering", "datenbank", "lindqvist", "sql"}


@pytest.mark.parametrize(
    ("text", "corrected"),
    [
        ("engineering", "engineering"),
        ("engin", "engin"),  # the beginning of a word is no mistake
        ("egnineering", "engineering"),
        ("dta engineering", ""),  # three letters are one mistake away from too much
        ("daat lindqvits", "data lindqvist"),
        ("nothing", ""),
        ("daat nothing", ""),
        ("", ""),
    ],
)
def test_each_word_is_kept_or_corrected(text, corrected):
    assert correct(text, KNOWN) == corrected
