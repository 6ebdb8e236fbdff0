"""Every write of a page: one operation, its errors beside the fields, what was typed kept."""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from cop.errors import Conflict, CopError, Invalid
from cop.execute import execute, operation_name
from cop.ui import identity
from cop.ui.text import plain

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Done:
    """An operation that was written; `value` is what it returned."""

    value: Any


class Form:
    """One form's errors and its key against double writing; make it before the widgets, by a name of its own."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._slots: dict[str, Any] = {}
        self._errors: dict[str, str] = st.session_state.setdefault(f"_errors:{name}", {})
        self._top = st.empty()
        self._show("", self._top)

    @property
    def once(self) -> str:
        """The idempotency key: the same until the form was written."""
        key: str = st.session_state.setdefault(f"_once:{self._name}", secrets.token_urlsafe(16))
        return key

    def key(self, field: str) -> str:
        """A widget's key in this form."""
        return f"{self._name}:{field}"

    @property
    def failed(self) -> frozenset[str]:
        """The fields whose errors are shown."""
        return frozenset(self._errors)

    def slot(self, field: str) -> None:
        """Call right below a field's widget: here its error will stand."""
        self._slots[field] = st.empty()
        self._show(field, self._slots[field])

    def _show(self, field: str, place: Any) -> None:
        if field in self._errors:
            place.error(plain(self._errors[field]), icon=":material/error:")

    def fail(self, errors: dict[str, str]) -> None:
        """Show errors, those of fields without a slot on top."""
        self._errors.clear()
        for field, message in errors.items():
            where = field if field in self._slots else ""
            self._errors[where] = f"{self._errors[where]} {message}" if where in self._errors else message
        for field, place in {"": self._top, **self._slots}.items():
            place.empty()
            self._show(field, place)

    def perform(self, operation: Callable[..., Any], **params: Any) -> Done | None:
        """Run the operation once; None when it failed, with the messages shown. Conflict is the page's to show."""
        try:
            value = perform(operation, once=self.once, **params)
        except Conflict:
            raise
        except Invalid as invalid:
            self.fail(invalid.errors)
            return None
        except CopError as error:
            self.fail({"": str(error)})
            return None
        except Exception:  # noqa: BLE001 - logged with an id, told as that id
            self.fail({"": unexpected(operation)})
            return None
        self.reset()
        return Done(value)

    def reset(self) -> None:
        """Forget the errors; the next writing is a new one."""
        st.session_state.pop(f"_once:{self._name}", None)  # first: drawing may be cut short by the next click
        self.fail({})


def perform(operation: Callable[..., Any], *, once: str | None = None, **params: Any) -> Any:
    """Run the operation as whoever this connection is right now; raises its CopError."""
    signed_in = identity.who()
    return execute(operation, signed_in.actor if signed_in else None, once=once, **params)


def unexpected(operation: Callable[..., Any]) -> str:
    """Log a fault of ours under an id and say only the id."""
    number = log_fault(operation)
    return f"Something went wrong on our side and nothing was saved. Your input is kept. Fault number {number}."


def log_fault(operation: Callable[..., Any]) -> str:
    """Log the exception being handled; returns the number under which it is found again."""
    number = secrets.token_hex(4)
    log.error("fault %s in %s", number, operation_name(operation), exc_info=True)  # noqa: LOG014
    return number
