"""What users type: kept as meant, or refused beside its field; every problem at once."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cop.errors import Invalid
from cop.validation import LONG, Checks


def test_every_problem_is_told_at_once_the_first_of_each_field():
    checks = Checks()
    checks.text("name", "The name", "", limit=10, required=True)
    checks.fail("name", "another problem of the name")
    checks.url("link", "The link", "javascript:alert(1)")
    checks.time_zone("zone", "Mars/Base")
    checks.one_of("kind", "The kind", "x", ["a", "b"])
    with pytest.raises(Invalid) as invalid:
        checks.done()
    assert invalid.value.errors == {
        "name": "The name is missing.",
        "link": "The link must be a web address that starts with https:// or http://.",
        "zone": "“Mars/Base” is not a time zone. Use a name such as Europe/Madrid.",
        "kind": "The kind must be one of: a, b.",
    }


def test_no_problem_no_error():
    checks = Checks()
    assert checks.time_zone("zone", "Europe/Madrid") == "Europe/Madrid"
    assert checks.one_of("kind", "The kind", "b", ["a", "b"]) == "b"
    checks.done()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ana  ", "Ana"),
        (None, ""),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("e\u0301", "é"),  # decomposed and composed twins become one
        ("👩‍👩‍👧 مرحبا", "👩‍👩‍👧 مرحبا"),  # a joined emoji, right-to-left text
        ("None", "None"),
        ("007", "007"),
    ],
)
def test_text_is_kept_as_meant(typed, kept):
    checks = Checks()
    assert checks.text("note", "The note", typed, limit=100) == kept
    checks.done()


@pytest.mark.parametrize("typed", ["a\0b", "a\x1bb", "\ud800", "a\x85b", "\ue000"])
def test_characters_that_cannot_be_stored_or_seen_are_refused(typed):
    checks = Checks()
    assert checks.text("note", "The note", typed, limit=100) == ""
    assert "can't be stored" in checks.errors["note"]


def test_text_that_is_too_long_is_refused_with_both_numbers():
    checks = Checks()
    checks.text("note", "The note", "x" * 100_000, limit=LONG)
    assert checks.errors == {"note": "The note is too long: 100,000 characters, at most 20,000 fit."}


@given(st.text(max_size=40))
def test_text_once_kept_stays_the_same(typed):
    checks = Checks()
    kept = checks.text("note", "The note", typed, limit=60)
    again = Checks()
    assert again.text("note", "The note", kept, limit=60) == kept
    assert again.errors == {}
    assert kept == unicodedata.normalize("NFC", kept)
    assert "\0" not in kept


@pytest.mark.parametrize(
    "address", ["https://example.org/a?b=c#d", "http://localhost:8501", "https://münchen.example/ü"]
)
def test_web_addresses(address):
    checks = Checks()
    assert checks.url("link", "The link", f" {address} ") == address
    checks.done()


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "//example.org",
        "example.org",
        "https://",
        "https:///path",
        "https://[::1",
        "https://exa mple.org",
        "https://example.org/a\nb",
        "ftp://example.org",
        " ",
    ],
)
def test_what_is_no_web_address(address):
    checks = Checks()
    assert checks.url("link", "The link", address, required=True) == ""
    assert "link" in checks.errors


def test_an_address_may_be_left_out():
    checks = Checks()
    assert checks.url("link", "The link", None) == ""
    checks.done()
