"""What an identity provider says of a person, as far as it counts here. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_EMAIL = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+")
_MAX_GROUPS = 5_000


@dataclass(frozen=True)
class Groups:
    """The groups that somebody is in, or why they aren't known."""

    names: frozenset[str] | None
    unknown: str = ""


@dataclass(frozen=True)
class Identity:
    """Somebody whom the provider has signed in."""

    issuer: str
    subject: str
    email: str
    """Lower case; empty unless the provider vouches for it."""
    name: str
    username: str
    """What a new account's user name is made of."""
    groups: Groups


def identity(claims: Mapping[str, Any], *, issuer: str, groups_claim: str, trust_email: bool) -> Identity | None:
    """Who a checked ID token is about; None where its subject can't be one."""
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255 or _clean(subject) != subject:
        return None
    email = _email(claims, trust=trust_email)
    username = email or _clean(claims.get("preferred_username")) or _clean(claims.get("email"))
    username = re.sub(r"\s+", "", username).casefold()[:200]
    name = _clean(claims.get("name")) or " ".join(
        part for part in (_clean(claims.get("given_name")), _clean(claims.get("family_name"))) if part
    )
    return Identity(
        issuer=issuer,
        subject=subject,
        email=email,
        name=(name or username.partition("@")[0] or "Unnamed")[:120],
        username=username or "user",
        groups=_groups(claims, groups_claim),
    )


def _email(claims: Mapping[str, Any], *, trust: bool) -> str:
    """The address, where the provider says that it is the person's; a few write the answer as text."""
    email = _clean(claims.get("email")).lower()
    verified = claims.get("email_verified")
    vouched = trust if verified is None else verified is True or verified == "true"
    return email if vouched and len(email) <= 254 and _EMAIL.fullmatch(email) else ""


def _groups(claims: Mapping[str, Any], claim: str) -> Groups:
    """A claim that is missing says nothing; above some number of groups, Entra ID names only where to ask."""
    elsewhere = claims.get("_claim_names")
    if claims.get("hasgroups") or (isinstance(elsewhere, Mapping) and claim in elsewhere):
        return Groups(None, "too many groups")
    found = claims.get(claim)
    if isinstance(found, str):
        found = [found]
    if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
        return Groups(None, "no groups claim")
    if len(found) > _MAX_GROUPS:
        return Groups(None, "too many groups")
    return Groups(frozenset(found))


def _clean(value: Any) -> str:
    """Text in composed form, on one line, without control and broken characters; empty for anything else."""
    if not isinstance(value, str):
        return ""
    text = " ".join(unicodedata.normalize("NFC", value).split())
    return "".join(char for char in text if unicodedata.category(char) not in {"Cc", "Cs", "Co", "Cn"})
