"""Secrets of the installation and of visitors: random tokens, their hashes, the key that only this host knows."""

import hashlib
import hmac
import os
import re
import secrets
import time
from functools import cache
from pathlib import Path

_KEY_FILE = "secret.key"
_KEY_BYTES = 32
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def new_token() -> str:
    """256 random bits as text, for a cookie or a link."""
    return secrets.token_urlsafe(32)


def looks_like_token(text: str) -> bool:
    """Whether `new_token` could have made it; anything else needs no look-up."""
    return _TOKEN.fullmatch(text) is not None


def token_hash(token: str) -> str:
    """What is stored of a token: nobody who reads the database can use it."""
    return hashlib.sha256(token.encode()).hexdigest()


def keyed_hash(text: str, data_dir: Path) -> str:
    """A hash that can't be found again by trying names, unless one holds this host's key."""
    return hmac.new(secret_key(data_dir), text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


@cache
def secret_key(data_dir: Path) -> bytes:
    """The installation's key, made on first use in a file that only its owner can read."""
    path = data_dir / _KEY_FILE
    data_dir.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return _read_key(path)
    with os.fdopen(handle, "wb") as file:
        key = secrets.token_bytes(_KEY_BYTES)
        file.write(key)
    return key


def _read_key(path: Path) -> bytes:
    for _ in range(50):  # another process may have made the file a moment ago and be writing it
        key = path.read_bytes()
        if len(key) >= _KEY_BYTES:
            path.chmod(0o600)
            return key
        time.sleep(0.02)
    raise RuntimeError(
        f"{path} holds no key of at least {_KEY_BYTES} bytes. Delete it: a new one is made at the start."
    )
