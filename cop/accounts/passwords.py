"""Passwords: how they are stored, compared, and which are too weak.

bcrypt stops reading at 72 bytes, so what is hashed is base64(SHA-256(password)): any length and any character counts.
"""

import base64
import hashlib
import importlib.util
import unicodedata
from functools import cache
from pathlib import Path
from typing import Protocol, cast

import bcrypt

ROUNDS = 12
"""bcrypt's cost; streamlit-authenticator's hasher uses the same."""
SHORTEST = 12
LONGEST = 128

_NOBODYS = "$2b$12$s2eqHdSX9Fp13rLiqGYl1uKYd7IC0sVHiHdy2fRKYkrG5u3Szh02C"
"""The hash of a random text that was thrown away: compared with where no account exists, to take as long."""

NONE = "!"
"""Stored for an account whose owner has no password yet: no text matches it."""

_COMMON = frozenset((Path(__file__).parent / "common_passwords.txt").read_text("utf-8").split())
"""Frequent passwords that are long enough to pass the rule on length."""


class _Hasher(Protocol):
    def hash(self, password: str) -> str: ...
    def check_pw(self, password: str, hashed_password: str) -> bool: ...


@cache
def _hasher() -> _Hasher:
    """`streamlit_authenticator.Hasher`, from its own file: the package around it takes half a second to import."""
    package = importlib.util.find_spec("streamlit_authenticator")
    if package is None or not package.submodule_search_locations:
        raise ModuleNotFoundError("streamlit_authenticator")
    path = Path(package.submodule_search_locations[0]) / "utilities" / "hasher.py"
    spec = importlib.util.spec_from_file_location("cop_hasher", path)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(str(path))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return cast("_Hasher", module.Hasher)


def hash_password(text: str, *, rounds: int = ROUNDS) -> str:
    """The text to store for a password; fewer `rounds` only for accounts whose password is public anyway."""
    if rounds == ROUNDS:
        return _hasher().hash(_folded(text))
    return bcrypt.hashpw(_folded(text).encode(), bcrypt.gensalt(rounds)).decode()


def verify(text: str, stored: str | None) -> bool:
    """Whether the password is the stored one; as slow for None (no such account) as for a wrong one."""
    try:
        same = _hasher().check_pw(_folded(text), stored or _NOBODYS)
    except ValueError:  # an account whose stored text is no hash at all has no password
        same = _hasher().check_pw(_folded(text), _NOBODYS) and False
    return same and stored is not None


def _folded(text: str) -> str:
    composed = unicodedata.normalize("NFC", text).encode("utf-8", "surrogatepass")
    return base64.b64encode(hashlib.sha256(composed).digest()).decode()


def weakness(text: str, *, username: str = "", organisation: str = "") -> str | None:
    """Why a new password is refused, in a sentence for its owner; None where it is good enough.

    Length decides (ASVS 6.2); no rule on kinds of characters.
    """
    if len(text) < SHORTEST:
        return f"Use at least {SHORTEST} characters. A few unrelated words are easy to remember and hard to guess."
    if len(text) > LONGEST:
        return f"Use at most {LONGEST} characters."
    bare = text.casefold().replace(" ", "")
    if bare in _COMMON or len(set(bare)) < 4:
        return "This password is among the first that are guessed. Choose another."
    names = {username.casefold(), username.casefold().split("@")[0], organisation.casefold().replace(" ", "")} - {""}
    if any(bare.strip("0123456789!?.") == name.strip("0123456789!?.") for name in names):
        return "Your user name or the organisation's name is too easy to guess. Choose another password."
    return None
