"""What the environment sets: where the data lies, which database, which limits."""

import os
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent

IDLE_LIMIT = timedelta(hours=12)
ABSOLUTE_LIMIT = timedelta(days=7)
RESET_LINK_LIFE = timedelta(hours=24)

_FILE = "sqlite:///"


@dataclass(frozen=True)
class Oidc:
    """The identity provider through which one signs in."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str
    groups_claim: str
    scopes: str
    trust_email: bool
    """The provider's e-mail addresses count as verified where it doesn't say so (it may never say so)."""


@dataclass(frozen=True)
class Settings:
    """The program's settings, read once from the environment."""

    data_dir: Path
    database_url: str
    idle_limit: timedelta
    absolute_limit: timedelta
    oidc: Oidc | None = None
    password_sign_in: bool = True
    """False: only admins sign in with a password, so that the office gets in when the provider doesn't answer."""

    @property
    def sqlite_path(self) -> Path | None:
        """The database file, or None where the database is a server."""
        return Path(self.database_url.removeprefix(_FILE)) if self.database_url.startswith(_FILE) else None


def _hours(name: str, default: timedelta) -> timedelta:
    """Hours from the environment; anything that isn't a positive number stops the program."""
    raw = os.environ.get(name)
    if not raw:
        return default
    try:
        hours = float(raw)
    except ValueError:
        hours = 0.0
    if hours <= 0:
        raise SystemExit(f"{name} must be a positive number of hours, not {raw!r}.")
    return timedelta(hours=hours)


def _absolute(url: str) -> str:
    """The address with a file's whole path, so that it means the same in every working directory."""
    if url.startswith("sqlite") and (not url.startswith(_FILE) or url.removeprefix(_FILE) in {"", ":memory:"}):
        raise SystemExit(f"COP_DATABASE_URL must name a file, such as sqlite:////srv/cop/cop.sqlite3, not {url!r}.")
    return f"{_FILE}{Path(url.removeprefix(_FILE)).resolve()}" if url.startswith(_FILE) else url


def is_local(url: str) -> bool:
    """Whether an address is this machine's own, where plain HTTP is no risk."""
    return urlsplit(url).hostname in {"localhost", "127.0.0.1", "::1"}


def _switch(name: str, *, default: bool) -> bool:
    raw = (os.environ.get(name) or "").strip().lower()
    if raw not in {"", "on", "off"}:
        raise SystemExit(f"{name} must be on or off, not {raw!r}.")
    return raw == "on" if raw else default


def _oidc() -> Oidc | None:
    """The identity provider, where one is set; half of it stops the program."""
    issuer = (os.environ.get("COP_OIDC_ISSUER") or "").strip()
    client_id = (os.environ.get("COP_OIDC_CLIENT_ID") or "").strip()
    secret = _secret()
    if not issuer and not client_id and not secret:
        return None
    missing = [
        name for name, value in (("ISSUER", issuer), ("CLIENT_ID", client_id), ("CLIENT_SECRET", secret)) if not value
    ]
    if missing:
        raise SystemExit(f"Sign-in through an identity provider also needs COP_OIDC_{', COP_OIDC_'.join(missing)}.")
    _check_issuer(issuer)
    return Oidc(
        issuer=issuer,
        client_id=client_id,
        client_secret=secret,
        name=(os.environ.get("COP_OIDC_NAME") or "your company account").strip()[:60],
        groups_claim=(os.environ.get("COP_OIDC_GROUPS_CLAIM") or "groups").strip(),
        scopes=" ".join(dict.fromkeys(f"openid email profile {os.environ.get('COP_OIDC_SCOPES') or ''}".split())),
        trust_email=_switch("COP_OIDC_TRUST_EMAIL", default=False),
    )


def _check_issuer(issuer: str) -> None:
    try:
        parts = urlsplit(issuer)
        good = bool(parts.hostname) and not parts.query and not parts.fragment and not parts.username
        safe = parts.scheme == "https" or (parts.scheme == "http" and is_local(issuer))
    except ValueError:
        good = safe = False
    if not (good and safe):
        raise SystemExit(
            f"COP_OIDC_ISSUER must be the provider's issuer, such as https://login.example.org, not {issuer!r}. "
            "Plain http is taken from localhost only."
        )


def _secret() -> str:
    path = os.environ.get("COP_OIDC_CLIENT_SECRET_FILE")
    if not path:
        return (os.environ.get("COP_OIDC_CLIENT_SECRET") or "").strip()
    try:
        return Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SystemExit(f"COP_OIDC_CLIENT_SECRET_FILE names {path!r}, which can't be read.") from error


def _password_sign_in(oidc: Oidc | None) -> bool:
    is_open = _switch("COP_PASSWORD_SIGN_IN", default=True)
    if oidc is None and not is_open:
        raise SystemExit("COP_PASSWORD_SIGN_IN=off needs an identity provider (COP_OIDC_ISSUER): nobody could sign in.")
    return is_open


@cache
def settings() -> Settings:
    """Settings from the environment: COP_DATA_DIR, COP_DATABASE_URL, the hours, the identity provider."""
    data_dir = Path(os.environ.get("COP_DATA_DIR") or ROOT / "data").resolve()
    url = _absolute(os.environ.get("COP_DATABASE_URL") or f"sqlite:///{data_dir / 'cop.sqlite3'}")
    oidc = _oidc()
    return Settings(
        data_dir=data_dir,
        database_url=url,
        idle_limit=_hours("COP_IDLE_HOURS", IDLE_LIMIT),
        absolute_limit=_hours("COP_ABSOLUTE_HOURS", ABSOLUTE_LIMIT),
        oidc=oidc,
        password_sign_in=_password_sign_in(oidc),
    )
