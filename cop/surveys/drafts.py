"""Drafts of answers, which stay in the browser: under which name, and what is taken of what comes back from there."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from cop.accounts.tokens import keyed_hash
from cop.errors import Invalid
from cop.surveys.answers import Asked, checked


def draft_key(person_id: int, survey_id: int, data_dir: Path) -> str:
    """What a browser keeps a draft under: it tells nobody whose it is, and leads nobody else to it."""
    return keyed_hash(f"draft of {person_id} for survey {survey_id}", data_dir)


def taken(questions: Iterable[Asked], found: Any) -> dict[int, Any]:
    """The answers of a draft that still fit their questions; whoever has the browser can have written it.

    None is "don't know", and said so on purpose.
    """
    asked = {question.id: question for question in questions}
    kept: dict[int, Any] = {}
    for name, value in found.items() if isinstance(found, Mapping) else ():
        key = int(name) if isinstance(name, str) and name.isascii() and name.isdigit() and len(name) < 20 else 0
        if key not in asked:
            continue
        if value is None:
            kept[key] = None
            continue
        try:
            good = checked([asked[key]], {key: value})
        except Invalid:
            continue
        if good:
            kept[key] = good[str(key)]
    return kept
