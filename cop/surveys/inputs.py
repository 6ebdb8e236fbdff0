"""What the operations on surveys are given. Pure."""

from dataclasses import dataclass

MOST_QUESTIONS = 200
LARGEST_SMALLEST = 50
"""The largest k: beyond it nothing would be told of most units."""


@dataclass(frozen=True)
class QuestionInput:
    """A question as it is typed; `type` is one of cop.choices.QuestionType."""

    type: str
    text: str
    help: str = ""
    options: tuple[str, ...] = ()
    skill_id: int | None = None
    reversed: bool = False
    dimension: str = ""


@dataclass(frozen=True)
class Audience:
    """Who is asked: in one of the units or below, with one of the job roles, in one of the communities.

    A kind of which none is named narrows nothing, so the empty audience is everybody.
    """

    unit_ids: tuple[int, ...] = ()
    job_role_ids: tuple[int, ...] = ()
    community_ids: tuple[int, ...] = ()
