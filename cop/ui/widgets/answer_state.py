"""An answer in the making: in the memory of this tab alone, by person and survey, until it is sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any

import streamlit as st

from cop.periods import local_day, utcnow
from cop.permissions import Actor
from cop.surveys.forms import Form
from cop.ui import identity


class Step(Enum):
    """How far it is."""

    ANSWER = "answer"
    REVIEW = "review"
    SENT = "sent"


@dataclass
class Answering:
    """What was said so far; None is "don't know", said on purpose."""

    key: str
    given: Mapping[int, Any] = field(default_factory=dict, repr=False)
    """With what it began: an earlier answer, or the levels of one's profile."""
    draft: dict[int, Any] = field(default_factory=dict, repr=False)
    """What was said since."""
    also: list[int] = field(default_factory=list)
    """Other skills that were looked for."""
    step: Step = Step.ANSWER
    restored: int = 0
    """How many answers the browser's draft brought back."""
    read: bool = False
    """Whether that draft is known here."""
    form: Form | None = None
    """The wave where it can't be read again: opened by a code, or sent."""
    code: str = field(default="", repr=False)
    """By which an earlier answer was opened."""
    receipt: str = field(default="", repr=False)
    errors: dict[str, str] = field(default_factory=dict)
    """Of questions by their id, of the whole by ""."""

    @property
    def values(self) -> dict[int, Any]:
        """All answers as they would be sent."""
        return {**self.given, **self.draft}

    def forget(self) -> None:
        """Begin anew."""
        st.session_state.pop(self.key, None)


def begun(actor: Actor, survey_id: int) -> Answering | None:
    """The actor's answer in this tab, if there is one."""
    state: Answering | None = st.session_state.get(_key(actor, survey_id))
    return state


def begin(actor: Actor, survey_id: int, **values: Any) -> Answering:
    """Begin an answer, instead of any that there is."""
    key = _key(actor, survey_id)
    state = st.session_state[key] = Answering(key, **values)
    return state


def here() -> tuple[Actor | None, date]:
    """Who this connection is right now, and the day there; for buttons' callbacks, which come before the page."""
    found = identity.who()
    if found is None:
        return None, utcnow().date()
    return found.actor, local_day(utcnow(), found.organisation.time_zone)


def _key(actor: Actor, survey_id: int) -> str:
    return f"_answering:{actor.person_id}:{survey_id}"
