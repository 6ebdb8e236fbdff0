import os
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from cop.accounts import tokens


def test_a_token_is_recognised_and_its_hash_is_not_it():
    token = tokens.new_token()
    assert tokens.looks_like_token(token)
    assert token not in tokens.token_hash(token)
    assert not tokens.looks_like_token(tokens.token_hash(token))


@pytest.mark.parametrize("text", ["", "short", "a" * 44, "a" * 42 + "=", "a" * 42 + "\n", "é" * 43])
def test_anything_else_is_not(text):
    assert not tokens.looks_like_token(text)


def test_the_key_is_made_once_and_only_its_owner_can_read_it(tmp_path):
    folder = tmp_path / "data"
    key = tokens.secret_key.__wrapped__(folder)
    assert len(key) >= 32
    assert tokens.secret_key.__wrapped__(folder) == key
    if os.name != "nt":
        assert stat.S_IMODE((folder / "secret.key").stat().st_mode) == 0o600


def test_a_key_that_others_could_read_is_closed_again(tmp_path):
    key = tokens.secret_key.__wrapped__(tmp_path)
    (tmp_path / "secret.key").chmod(0o644)
    assert tokens.secret_key.__wrapped__(tmp_path) == key
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600


def test_a_short_key_is_refused(tmp_path):
    (tmp_path / "secret.key").write_bytes(b"short")
    with pytest.raises(RuntimeError, match="at least 32 bytes"):
        tokens.secret_key.__wrapped__(tmp_path)


def test_processes_that_start_together_get_one_key(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(tokens.secret_key.__wrapped__, [tmp_path] * 16))
    assert len(keys) == 1


def test_names_are_hashed_with_the_key(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    assert tokens.keyed_hash("mia", one) == tokens.keyed_hash("mia", one)
    assert tokens.keyed_hash("mia", one) != tokens.keyed_hash("max", one)
    assert tokens.keyed_hash("mia", one) != tokens.keyed_hash("mia", other)
