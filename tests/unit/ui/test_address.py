"""What an address may name."""

import pytest

from cop.ui.address import address_id, address_slug


@pytest.mark.parametrize(("text", "expected"), [("1", 1), ("007", 7), ("2147483647", 2**31 - 1)])
def test_an_id(text, expected):
    assert address_id(text) == expected


@pytest.mark.parametrize(
    "text", ["", "0", "-1", "1.5", " 1", "²", "١", "x", "2147483648", "9" * 20, "9" * 5_000, "1\x00"]
)
def test_no_id(text):
    assert address_id(text) == 0


def test_a_name_holds_only_what_a_database_keeps():
    assert address_slug("data-engineering-2") == "data-engineering-2"
    assert [address_slug(text) for text in ("\x00", "da\x00ta", "data\n", "\ud800")] == [""] * 4
