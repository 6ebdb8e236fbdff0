"""Kinds, modes and questions of surveys in words. Streamlit has no part in it."""

from cop.choices import QuestionType, label
from cop.surveys.inputs import QuestionInput
from cop.ui.text import plain

TYPES = {
    QuestionType.LEVEL.value: "Level of a skill",
    QuestionType.LIKERT.value: "Agreement in five steps",
    QuestionType.SINGLE.value: "One of several options",
    QuestionType.MULTIPLE.value: "Any of several options",
    QuestionType.TEXT.value: "In their own words",
}
ANONYMOUS = "Nobody, not even the office, can tell after closing who answered what."
NAMED = "Answers stand beside your name for you alone; levels become your profile; what is published follows the same rules."
_STATES = {"draft": ":gray-badge[Draft]", "open": ":green-badge[Open]", "closed": ":blue-badge[Closed]"}


def badges(kind: str, state: str, *, named: bool) -> str:
    """State, kind and mode of a wave, as Markdown."""
    return f"{_STATES[state]} :gray-badge[{label(kind)}] :gray-badge[{mode(named=named)}]"


def mode(*, named: bool) -> str:
    """The mode in a word."""
    return "Named" if named else "Anonymous"


def counted(count: int, noun: str) -> str:
    """Such as "1 question", "12 questions"."""
    return f"{count:,} {noun if count == 1 else f'{noun}s'}"


def people(count: int) -> str:
    """Such as "1 person", "12 people"."""
    return "1 person" if count == 1 else f"{count:,} people"


def told(question: QuestionInput) -> str:
    """A whole question in one line of plain text, for the two versions of a form."""
    parts = [
        TYPES.get(question.type, question.type).lower(),
        "reversed" if question.reversed else "",
        question.dimension,
        " / ".join(question.options),
        question.help,
    ]
    return f"{question.text} ({'; '.join(part for part in parts if part)})"


def heading(question: QuestionInput) -> str:
    """A question's line in the editor, as Markdown."""
    parts = (
        f"**{plain(question.text) or 'New question'}**",
        TYPES.get(question.type, question.type),
        plain(question.dimension),
        "reversed" if question.reversed else "",
    )
    return " · ".join(part for part in parts if part)
