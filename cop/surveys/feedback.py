"""Feedback on a session: what is asked, what the wave is called, and the return on time invested that comes of it. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from cop.choices import QuestionType
from cop.surveys.dimensions import ROTI
from cop.surveys.inputs import QuestionInput

DAYS = 7
"""How long those who came are asked, unless said otherwise."""
MOST_DAYS = 60
"""Later nobody remembers how it was."""
MONTHS = 12
"""Over how many months a community's figure is summed up."""
LONGEST_NAME = 120
PURPOSE = "So that the next session is worth more of your time."
"""Where the office's template says nothing."""

STEPS = (
    "Not worth my time",
    "Hardly worth my time",
    "Just about worth my time",
    "Well worth my time",
    "Worth more than my time",
)
"""1 to 5."""
ROTI_QUESTION = QuestionInput(
    type=QuestionType.LIKERT.value,
    text="Was this session worth the time you put into it?",
    options=STEPS,
    dimension=ROTI,
)
WORTHWHILE = QuestionInput(
    type=QuestionType.TEXT.value,
    text="What would have made it worthwhile?",
    help="Leave it empty where nothing was missing. Don't write what shows who you are.",
)
DEFINITION = (
    "Return on time invested: the mean of the answers from 1, not worth my time, to 5, worth more than my time. "
    "Over several sessions: sum of the answers ÷ number of answers. Fewer than 5 answers are not told."
)


def measures_roti(question: QuestionInput) -> bool:
    """Whether the question's answers count as return on time invested."""
    return question.type == QuestionType.LIKERT and question.dimension == ROTI


def questions_of(template: Sequence[QuestionInput]) -> tuple[QuestionInput, ...]:
    """What is asked: the template's questions, the usual ones without any; that on the return is always among them."""
    if not template:
        return (ROTI_QUESTION, WORTHWHILE)
    if any(measures_roti(question) for question in template):
        return tuple(template)
    return (ROTI_QUESTION, *template)


def wave_name(community: str, title: str, day: date, taken: Iterable[str]) -> str:
    """Such as "Feedback: Data Guild, Lightning talks, 3 Jun 2026", shortened where it is too long, and like no other."""
    others = {name.casefold() for name in taken}
    number = 1
    while True:
        end = f", {day.day} {day:%b %Y}" + (f" ({number})" if number > 1 else "")
        room = LONGEST_NAME - len("Feedback: , ") - len(end)
        first = _short(community, max(room // 2, room - len(title)))
        name = f"Feedback: {first}, {_short(title, room - len(first))}{end}"
        if name.casefold() not in others:
            return name
        number += 1


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


@dataclass(frozen=True)
class Roti:
    """The return on time invested, of blurred counts; None for a mean of nothing."""

    total: float
    """Sum of the answers from 1 to 5."""
    n: int

    @property
    def mean(self) -> float | None:
        """1–5."""
        return self.total / self.n if self.n else None


def roti(counts: Sequence[int], *, is_reversed: bool) -> Roti:
    """Of the released counts of one session's question, by step from 0 to 4."""
    turned = counts[::-1] if is_reversed else counts
    return Roti(float(sum(step * people for step, people in enumerate(turned, 1))), sum(turned))


def together(parts: Iterable[Roti]) -> Roti:
    """Σ ÷ Σ over sessions: a session that many answered weighs more."""
    known = list(parts)
    return Roti(sum(part.total for part in known), sum(part.n for part in known))
