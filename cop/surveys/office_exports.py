"""What the office can take along of surveys: the waves, and a template's or a wave's questions. Nothing of answers."""

from collections.abc import Iterable
from datetime import date

import pandas as pd
from sqlalchemy.orm import Session as DbSession

from cop.choices import label
from cop.exports import Sheet, sheet_of
from cop.permissions import Actor
from cop.surveys import queries
from cop.surveys.inputs import QuestionInput

_QUESTIONS = ["Place", "Type", "Question", "Help", "Options", "Reversed", "Measures"]


def waves(
    db: DbSession, actor: Actor | None, *, text: str = "", states: tuple[str, ...] = (), kinds: tuple[str, ...] = ()
) -> Sheet:
    """The waves that fit, as the list shows them."""
    rows = queries.matching_waves(queries.waves(db, actor), text=text, states=states, kinds=kinds)
    shown = pd.DataFrame({
        "Name": rows["name"],
        "Kind": rows["kind"].map(label),
        "State": rows["state"].map(label),
        "Mode": rows["named"].map({True: "Named", False: "Anonymous"}),
        "Opened": rows["opened_on"],
        "Last day": rows["closes_on"],
        "Asked": rows["asked"],
        "Response rate": rows["response_rate"],
    })  # fmt: skip
    return sheet_of("Surveys", shown)


def template_questions(db: DbSession, actor: Actor | None, *, template_id: int) -> Sheet:
    """A template's questions."""
    return _questions(queries.template(db, actor, template_id=template_id).questions)


def wave_questions(db: DbSession, actor: Actor | None, *, survey_id: int, today: date) -> Sheet:
    """A wave's questions."""
    return _questions(queries.wave(db, actor, survey_id=survey_id, today=today).questions)


def _questions(questions: Iterable[QuestionInput]) -> Sheet:
    rows = [
        (place, label(one.type), one.text, one.help, "\n".join(one.options), one.reversed, one.dimension)
        for place, one in enumerate(questions, 1)
    ]
    return sheet_of("Questions", pd.DataFrame(rows, columns=_QUESTIONS, dtype="object"))
