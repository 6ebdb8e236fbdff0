"""User names for many at once, made from e-mail addresses. Pure."""

from collections import Counter
from collections.abc import Collection, Mapping
from enum import StrEnum


class Naming(StrEnum):
    """What a user name is made of."""

    EMAIL = "email"
    LOCAL_PART = "local_part"


def proposed(emails: Mapping[int, str], naming: Naming, taken: Collection[str]) -> dict[int, str]:
    """A user name for each person, none twice and none that is taken; left out where there is none.

    Of a local part that several would have, or that somebody has already, the whole address is taken instead.
    """
    local = {person: email.partition("@")[0] for person, email in emails.items()}
    often = Counter(local.values())
    used, found = set(taken), {}
    for person, email in emails.items():
        short = naming is Naming.LOCAL_PART and often[local[person]] == 1 and local[person] not in used
        name = local[person] if short else email
        if name and name not in used:
            used.add(name)
            found[person] = name
    return found
