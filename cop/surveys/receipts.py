"""The code by which whoever holds it may change their answer; nothing else leads to it. Pure."""

import hashlib
import re
import secrets

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without I, L, O and U, which are misread."""
_LENGTH = 20
"""100 bits: nobody finds one by trying."""


def new() -> str:
    """Such as "7KQ2X-9M3TA-…": four groups of five."""
    code = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    return "-".join(code[start : start + 5] for start in range(0, _LENGTH, 5))


def hashed(code: str) -> str:
    """What is stored of it; small letters, spaces and what is easily misread make no difference."""
    plain = re.sub(r"[^0-9A-Z]", "", code.upper()).translate(str.maketrans("ILO", "110"))
    return hashlib.sha256(plain.encode()).hexdigest()
