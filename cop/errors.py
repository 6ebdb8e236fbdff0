"""The errors that a user can cause or cure; everything else is a fault of ours."""

from collections.abc import Mapping
from typing import Any


class CopError(Exception):
    """A problem that is explained to the user in its own words."""


class Invalid(CopError):
    """Input that breaks a rule; `errors` maps the field to the message shown beside it."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        super().__init__(" ".join(self.errors.values()))


class Forbidden(CopError):
    """The actor may not do this, or there is no such thing: both get the same answer."""

    def __init__(self) -> None:
        super().__init__("This doesn't exist, or you may not see or change it.")


class NotFound(Forbidden):
    """No such row; told to the user in the same words as Forbidden."""


class Conflict(CopError):
    """The row was changed since it was read; `current` holds its values now.

    `changed_by` is the name of whoever changed it, `changed_by_account` their account, `changed_at` the time (ISO 8601).
    """

    def __init__(
        self,
        current: Mapping[str, Any],
        changed_by: str = "",
        changed_at: str = "",
        *,
        changed_by_account: int | None = None,
    ) -> None:
        self.current = dict(current)
        self.changed_by = changed_by
        self.changed_at = changed_at
        self.changed_by_account = changed_by_account
        super().__init__("This was changed while you were editing. Your version is not saved yet.")

    def with_current(self, current: Mapping[str, Any]) -> "Conflict":
        """Return the same conflict with the present values in other words."""
        return Conflict(current, self.changed_by, self.changed_at, changed_by_account=self.changed_by_account)


class Throttled(CopError):
    """Too many attempts; the same sentence whether or not the account exists."""


class Unwritable(CopError):
    """The database takes nothing at the moment; nothing was written, and it may well work again in a while."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"Nothing could be saved: {why}. Try again in a moment; if it stays like this, tell whoever runs the server."
        )


class DatabaseRefused(CopError):
    """The database is missing, corrupt or newer than this program: it is left untouched."""
