import time
import unicodedata
from pathlib import Path

import pytest
import streamlit_authenticator as stauth
from hypothesis import given, settings
from hypothesis import strategies as st

from cop.accounts import passwords


@pytest.mark.parametrize(
    "text",
    [
        "a" * 64,
        "b" * 73,
        "é" * 37,
        "🦉🦉🦉🦉🦉🦉🦉🦉🦉🦉🦉🦉",
        "with\x00nul in the middle",
        " leading and trailing ",
        "ß" * 128,
    ],
)
def test_every_character_counts(text):
    stored = passwords.hash_password(text, rounds=4)
    assert passwords.verify(text, stored)
    assert not passwords.verify(text[:-1], stored)
    assert not passwords.verify(text + "x", stored)


def test_bcrypts_72_bytes_are_no_limit():
    stored = passwords.hash_password("x" * 72 + "A", rounds=4)
    assert not passwords.verify("x" * 72 + "B", stored)


def test_what_follows_a_nul_counts():
    stored = passwords.hash_password("same\x00one", rounds=4)
    assert not passwords.verify("same\x00two", stored)


def test_two_spellings_of_one_text_are_the_same_password():
    composed = unicodedata.normalize("NFC", "café-crème-brûlée")
    stored = passwords.hash_password(composed, rounds=4)
    assert passwords.verify(unicodedata.normalize("NFD", composed), stored)


@settings(max_examples=20, deadline=None)
@given(text=st.text(max_size=200))
def test_any_text_can_be_hashed_and_is_recognised(text):
    assert passwords.verify(text, passwords.hash_password(text, rounds=4))


def test_a_lone_surrogate_is_no_error():
    assert not passwords.verify("\ud800 half a character", None)


def test_the_hash_is_the_librarys():
    stored = passwords.hash_password("river-lantern")
    assert stored.startswith("$2b$12$")
    folded = passwords._folded("river-lantern")
    assert stauth.Hasher.check_pw(folded, stored)
    assert Path(passwords._hasher().hash.__func__.__code__.co_filename).parts[-3] == "streamlit_authenticator"


def test_two_hashes_of_one_password_differ():
    assert passwords.hash_password("same", rounds=4) != passwords.hash_password("same", rounds=4)


@pytest.mark.parametrize("stored", [None, "", "!", "not a hash"])
def test_without_a_hash_nothing_is_right(stored):
    assert not passwords.verify("anything", stored)


def test_no_account_takes_as_long_as_a_wrong_password():
    stored = passwords.hash_password("river-lantern-42-orbit")

    def fastest(against: str | None) -> float:
        times = []
        for _ in range(5):
            begin = time.process_time()
            passwords.verify("wrong", against)
            times.append(time.process_time() - begin)
        return min(times)

    known = fastest(stored)
    assert fastest(None) == pytest.approx(known, rel=0.2)
    assert fastest("!") == pytest.approx(known, rel=0.2)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 11,
        "x1y2" + "z" * 125,
        "aaaaaaaaaaaaa",
        "password1234",
        "PassWord 1234",
        "mia.long-name@orbis.example",
        "mia.long-name123",
        "Orbis Holding!",
    ],
)
def test_weak_passwords_are_refused(text):
    assert passwords.weakness(text, username="mia.long-name@orbis.example", organisation="Orbis Holding")


@pytest.mark.parametrize("text", ["four plain words here", "ñandú-ñandú-12", "k" * 6 + "öbq" * 40, "2f8a91c04b7e"])
def test_length_is_enough(text):
    assert passwords.weakness(text, username="mia", organisation="Orbis") is None


def test_an_empty_user_name_forbids_nothing():
    assert passwords.weakness("123!!!45678.9x", username="", organisation="") is None
