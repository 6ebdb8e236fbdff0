"""Templates to start from, in words of our own: they are offered, looked over and saved like any other. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from cop.choices import QuestionType, SurveyKind
from cop.surveys.dimensions import INTERACTION, LEARNING, SAFETY
from cop.surveys.feedback import ROTI_QUESTION, WORTHWHILE
from cop.surveys.inputs import QuestionInput

_LIKERT = QuestionType.LIKERT.value
_TEXT = QuestionType.TEXT.value
_NO_NAMES = "Write nothing by which you or others can be recognised."


@dataclass(frozen=True)
class Starter:
    """A template that isn't one yet."""

    name: str
    kind: str
    purpose: str
    questions: tuple[QuestionInput, ...]


def _items(dimension: str, *texts: str, reversed_: bool = False) -> tuple[QuestionInput, ...]:
    return tuple(QuestionInput(_LIKERT, text, reversed=reversed_, dimension=dimension) for text in texts)


PULSE = Starter(
    name="Pulse of our communities",
    kind=SurveyKind.PULSE.value,
    purpose="To see how well we work together in communities, what we learn there, and whether everybody can speak up.",
    questions=(
        *_items(
            INTERACTION,
            "In our sessions people listen to each other and build on what was said.",
            "When I ask my community something, I get an answer that helps.",
            "Our conversations go beyond what I could have read by myself.",
        ),
        *_items(
            LEARNING,
            "In the last three months I learnt something in a community that I use in my work.",
            "What I learn in a community, I can pass on to my team.",
            "I know better than half a year ago whom to ask about what.",
        ),
        *_items(
            SAFETY,
            "In my community I can tell what went wrong in my own work.",
            "I can ask a simple question without being smiled at.",
        ),
        *_items(
            SAFETY,
            "Who sees things differently here is left aside sooner or later.",
            "It takes courage to show something unfinished here.",
            reversed_=True,
        ),
        QuestionInput(_TEXT, "What should your community change first?", help=_NO_NAMES),
    ),
)
SESSION_FEEDBACK = Starter(
    name="Feedback on a session",
    kind=SurveyKind.SESSION_FEEDBACK.value,
    purpose="So that the next session is worth more of your time.",
    questions=(ROTI_QUESTION, WORTHWHILE),
)


def skill_gap(of: str, skills: Iterable[int]) -> Starter:
    """A template that asks for these skills; `of` is the job role, area or unit whose skills they are."""
    return Starter(
        name=f"Skill gap: {of}"[:120],
        kind=SurveyKind.SKILL_GAP.value,
        purpose="To see which skills we have, which we lack, and what to learn together.",
        questions=tuple(QuestionInput(QuestionType.LEVEL.value, "", skill_id=key) for key in skills),
    )
