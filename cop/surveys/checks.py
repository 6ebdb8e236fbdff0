"""What the operations on surveys check and look up before they write."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.catalog.search import fold
from cop.choices import GroupKind, QuestionType, SurveyKind, SurveyState
from cop.errors import Invalid, NotFound
from cop.models import Community, JobRole, OrgUnit, Participation, Question, Survey, SurveyTemplate, TemplateQuestion
from cop.skills.checks import open_skills
from cop.surveys.answers import STEPS, Asked, bare
from cop.surveys.audit import LEAST
from cop.surveys.inputs import LARGEST_SMALLEST, MOST_QUESTIONS, Audience, QuestionInput
from cop.validation import LONG, Checks

MOST_OPTIONS = 20


def find_template(db: DbSession, template_id: int) -> SurveyTemplate:
    """The template. Raises NotFound."""
    row = db.get(SurveyTemplate, template_id)
    if row is None:
        raise NotFound
    return row


def held(db: DbSession, survey_id: int) -> Survey:
    """The wave, held until the transaction ends: nobody answers, opens or closes it meanwhile. Raises NotFound."""
    row = db.get(Survey, survey_id, with_for_update=True)
    if row is None:
        raise NotFound
    return row


def require_draft(row: Survey) -> None:
    """Raise Invalid where the wave was opened."""
    if row.state is not SurveyState.DRAFT:
        raise Invalid({"": "This wave was opened already: only its last day can still be changed."})


def require_unanswered(db: DbSession, row: Survey) -> None:
    """Raise Invalid where questions may not change any more: once the first answer is in."""
    if is_frozen(db, row):
        raise Invalid({"": "Somebody has answered already: the questions stay as they are."})


def is_frozen(db: DbSession, row: Survey) -> bool:
    """Whether questions may not change any more."""
    answered = sa.exists().where(Participation.survey_id == row.id, Participation.done)
    return row.state is SurveyState.CLOSED or (row.state is SurveyState.OPEN and bool(db.scalar(sa.select(answered))))


def asked(db: DbSession, survey_id: int) -> list[Asked]:
    """A wave's questions in their order."""
    rows = db.scalars(sa.select(Question).where(Question.survey_id == survey_id).order_by(Question.place))
    return [Asked(row.id, row.type, tuple(row.options or ())) for row in rows]


def head(
    db: DbSession, checks: Checks, table: Any, *, name: str, kind: str, purpose: str, own_id: int | None = None
) -> dict[str, Any]:
    """Name, kind and purpose of a template or a wave; problems go to `checks`."""
    values = {
        "name": checks.text("name", "The name", " ".join((name or "").split()), limit=120, required=True),
        "kind": SurveyKind(checks.one_of("kind", "The kind", kind, SurveyKind)),
        "purpose": checks.text("purpose", "The purpose", purpose, limit=LONG),
    }
    others = db.execute(sa.select(table.id, table.name))
    if values["name"] and any(fold(known) == fold(values["name"]) and key != own_id for key, known in others):
        checks.fail("name", "Another one has this name already.")
    return values


def plan(checks: Checks, *, smallest_group: int, closes_on: date, today: date) -> dict[str, Any]:
    """The smallest group and the last day of a wave; problems go to `checks`."""
    if not LEAST <= smallest_group <= LARGEST_SMALLEST:
        checks.fail("smallest_group", f"The smallest group must be a number from {LEAST} to {LARGEST_SMALLEST}.")
    if closes_on < today:
        checks.fail("closes_on", "The last day lies in the past.")
    return {"smallest_group": smallest_group, "closes_on": closes_on}


def check_audience(db: DbSession, checks: Checks, audience: Audience) -> None:
    """Whether everything that is named is there."""
    for field, table, ids in (
        ("unit_ids", OrgUnit, audience.unit_ids),
        ("job_role_ids", JobRole, audience.job_role_ids),
        ("community_ids", Community, audience.community_ids),
    ):
        if len(set(db.scalars(sa.select(table.id).where(table.id.in_(ids))))) < len(set(ids)):
            checks.fail(field, "One of these isn't there any more. Choose again.")


def audience_values(audience: Audience) -> list[dict[str, Any]]:
    """The rows that an audience is stored as."""
    return [
        *({"kind": GroupKind.ORG_UNIT, "org_unit_id": key} for key in sorted(set(audience.unit_ids))),
        *({"kind": GroupKind.JOB_ROLE, "job_role_id": key} for key in sorted(set(audience.job_role_ids))),
        *({"kind": GroupKind.COMMUNITY, "community_id": key} for key in sorted(set(audience.community_ids))),
    ]


def question_values(db: DbSession, checks: Checks, questions: Sequence[QuestionInput]) -> list[dict[str, Any]]:
    """The questions in their order, as they are stored; problems go to `checks`, by "questions.<place>"."""
    skills = open_skills(db, (question.skill_id for question in questions if question.skill_id is not None))
    if not questions:
        checks.fail("questions", "At least one question is needed.")
    if len(questions) > MOST_QUESTIONS:
        checks.fail("questions", f"There are {len(questions)} questions; at most {MOST_QUESTIONS} can be asked.")
    _no_skill_twice(checks, questions)
    _no_words_twice(checks, questions)
    return [_question(checks, skills, place, question) for place, question in enumerate(questions, 1)]


def _no_skill_twice(checks: Checks, questions: Sequence[QuestionInput]) -> None:
    seen: set[int] = set()
    for place, question in enumerate(questions, 1):
        if question.skill_id is not None and question.skill_id in seen:
            checks.fail(f"questions.{place}", f"Question {place}: this skill is asked for already.")
        seen |= {question.skill_id} if question.skill_id is not None else set()


def _no_words_twice(checks: Checks, questions: Sequence[QuestionInput]) -> None:
    """The same asked twice would be blurred twice, and the mean of both is nearer to the truth."""
    seen: set[str] = set()
    for place, question in enumerate(questions, 1):
        words = bare(question.text)
        if words and words in seen and question.type != QuestionType.TEXT:
            checks.fail(f"questions.{place}", f"Question {place}: this is asked already.")
        seen.add(words)


def _question(checks: Checks, skills: dict[int, str], place: int, question: QuestionInput) -> dict[str, Any]:
    key, where = f"questions.{place}", f"Question {place}"
    type_ = QuestionType(checks.one_of(key, f"{where}: the type", question.type, QuestionType))
    is_level = type_ is QuestionType.LEVEL
    if is_level and question.skill_id not in skills:
        checks.fail(key, f"{where}: choose a skill that is offered.")
    options = [checks.text(key, f"{where}: an option", option, limit=200, required=True) for option in question.options]
    _check_options(checks, key, where, type_, options)
    text = question.text or skills.get(question.skill_id or 0, "")
    return {
        "place": place,
        "type": type_,
        "text": checks.text(key, f"{where}: the text", text, limit=500, required=True),
        "help": checks.text(key, f"{where}: the help", question.help, limit=LONG),
        "options": options or None,
        "skill_id": question.skill_id if is_level else None,
        "reversed": question.reversed and type_ is QuestionType.LIKERT,
        "dimension": checks.text(key, f"{where}: the dimension", question.dimension, limit=80),
    }


def _check_options(checks: Checks, key: str, where: str, type_: QuestionType, options: list[str]) -> None:
    if type_ in {QuestionType.SINGLE, QuestionType.MULTIPLE}:
        if not 2 <= len(options) <= MOST_OPTIONS:
            checks.fail(key, f"{where}: there must be 2 to {MOST_OPTIONS} options.")
        elif len({fold(option) for option in options}) < len(options):
            checks.fail(key, f"{where}: an option stands there twice.")
    elif type_ is QuestionType.LIKERT:
        if options and len(options) != STEPS:
            checks.fail(key, f"{where}: agreement has {STEPS} steps, so it needs {STEPS} words or none.")
    elif options:
        checks.fail(key, f"{where}: this type has no options.")


def as_input(row: TemplateQuestion | Question) -> QuestionInput:
    """A stored question as it would be typed."""
    return QuestionInput(
        type=row.type.value,
        text=row.text,
        help=row.help,
        options=tuple(row.options or ()),
        skill_id=row.skill_id,
        reversed=row.reversed,
        dimension=row.dimension,
    )


def template_questions(db: DbSession, template_id: int) -> tuple[QuestionInput, ...]:
    """A template's questions in their order, as they would be typed."""
    own = TemplateQuestion.template_id == template_id
    return tuple(
        as_input(row) for row in db.scalars(sa.select(TemplateQuestion).where(own).order_by(TemplateQuestion.place))
    )


def wave_questions(db: DbSession, survey_id: int) -> tuple[QuestionInput, ...]:
    """A wave's questions in their order, as they would be typed."""
    rows = db.scalars(sa.select(Question).where(Question.survey_id == survey_id).order_by(Question.place))
    return tuple(as_input(row) for row in rows)


def told(questions: Iterable[dict[str, Any]]) -> list[str]:
    """The questions' texts, for the audit trail."""
    return [question["text"] for question in questions]
