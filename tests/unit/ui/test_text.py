"""User text before it meets Markdown: nothing in it keeps a meaning, nothing of it is lost."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cop.ui.text import plain

JOINER = "\u2060"


def read(text: str) -> str:
    """What is seen of it: escapes taken, the joiner invisible."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text).replace(JOINER, "")


@given(st.text().filter(lambda text: JOINER not in text))
def test_nothing_is_lost_but_line_breaks(text):
    assert read(plain(text)) == " ".join(text.split())


@pytest.mark.parametrize("active", "\\`*_{}[]()#+-.!|<>~$:^=&@/\"'")
def test_every_active_sign_is_escaped(active):
    assert plain(f"a{active}b").startswith(f"a\\{active}")


@pytest.mark.parametrize(
    "text",
    ["https://a.b", "HTTP://a.b", "www.a.b", "a@b.c", ":streamlit:", ":material_home:"]
    + [f"{before}{sign}{after}" for sign in ("->", "<-", "<->", "--", ">=", "<=", "~=") for before, after in
       [("", ""), ("a ", ""), ("", " b"), ("a ", " b"), ("\ufeff", "\ufeff")]],
)  # fmt: skip
def test_what_is_looked_for_after_the_escapes_is_broken_up(text):
    assert JOINER in plain(text)


@pytest.mark.parametrize("text", ["a", "1-2", "a->b", "x<=y", "material_home", "10:30:00", "well-known --flag"])
def test_what_has_no_meaning_is_left_alone(text):
    assert JOINER not in plain(text)
