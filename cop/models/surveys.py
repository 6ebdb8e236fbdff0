"""Surveys: templates, waves, who was asked, what was answered until the wave closes, and what is published then.

Who answered (`participation`) and what was answered (`answer`) have nothing in common but the cohort, and no column
tells a time or an order; docs/decisions/0014-honest-surveys.md says why.
"""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cop.choices import GroupKind, QuestionType, SurveyKind, SurveyState
from cop.models.base import Base, Versioned, choice

_REFERENCES = " AND ".join(
    f"(kind = '{kind}' OR {kind}_id IS NULL)" for kind in (GroupKind.ORG_UNIT, GroupKind.JOB_ROLE, GroupKind.COMMUNITY)
)


class SurveyTemplate(Versioned, Base, kw_only=True):
    """Questions from which waves are made; a change of it changes no wave that there is."""

    __tablename__ = "survey_template"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    name: Mapped[str] = mapped_column(sa.String(120), unique=True)
    kind: Mapped[SurveyKind] = mapped_column(choice(SurveyKind, name="kind"))
    purpose: Mapped[str] = mapped_column(sa.Text, default="")
    archived_at: Mapped[datetime | None] = mapped_column(default=None)


class Asked(sa.orm.MappedAsDataclass, kw_only=True):
    """What a question is made of, in a template and in a wave."""

    place: Mapped[int] = mapped_column(sa.SmallInteger)
    """From 1 on."""
    type: Mapped[QuestionType] = mapped_column(choice(QuestionType, name="type"))
    text: Mapped[str] = mapped_column(sa.String(500))
    help: Mapped[str] = mapped_column(sa.Text, default="")
    options: Mapped[list[str] | None] = mapped_column(sa.JSON(none_as_null=True), default=None)
    """What one may choose from; of agreement the words for its five steps, where they aren't the usual ones."""
    skill_id: Mapped[int | None] = mapped_column(sa.ForeignKey("skill.id"), index=True, default=None)
    reversed: Mapped[bool] = mapped_column(default=False)
    """Agreeing is the worse answer."""
    dimension: Mapped[str] = mapped_column(sa.String(80), default="")
    """What several questions measure together, such as psychological safety."""


class TemplateQuestion(Asked, Base, kw_only=True):
    """A question of a template."""

    __tablename__ = "template_question"
    __table_args__ = (
        sa.CheckConstraint("(type = 'level') = (skill_id IS NOT NULL)", name="skill_of_level"),
        sa.UniqueConstraint("template_id", "place"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    template_id: Mapped[int] = mapped_column(sa.ForeignKey("survey_template.id", ondelete="CASCADE"))


class Survey(Versioned, Base, kw_only=True):
    """A wave: people of an audience are asked the same questions once, without their names."""

    __tablename__ = "survey"
    __table_args__ = (
        sa.CheckConstraint("smallest_group >= 5", name="smallest_group"),
        sa.CheckConstraint("(state = 'draft') = (opened_on IS NULL)", name="opened"),
        sa.CheckConstraint("state = 'closed' OR NOT cleared", name="cleared_once_closed"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    name: Mapped[str] = mapped_column(sa.String(120), unique=True)
    kind: Mapped[SurveyKind] = mapped_column(choice(SurveyKind, name="kind"))
    purpose: Mapped[str] = mapped_column(sa.Text, default="")
    template_id: Mapped[int | None] = mapped_column(sa.ForeignKey("survey_template.id"), index=True, default=None)
    smallest_group: Mapped[int] = mapped_column(sa.SmallInteger, default=5)
    """k: of fewer people, or fewer known answers, nothing is told."""
    state: Mapped[SurveyState] = mapped_column(choice(SurveyState, name="state"), default=SurveyState.DRAFT, index=True)
    opened_on: Mapped[date | None] = mapped_column(default=None)
    closes_on: Mapped[date]
    """The last day on which one may answer; the results come when the wave is closed."""
    cleared: Mapped[bool] = mapped_column(default=False)
    """Whether the database was written anew since the answers were deleted."""
    named: Mapped[bool] = mapped_column(default=False)
    """Answers stand beside their person's name, for that person alone; what is published is the same."""
    session_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("community_session.id"), index=True, unique=True, default=None
    )
    """The session about which those who came are asked."""
    collected_elsewhere: Mapped[bool] = mapped_column(default=False)
    """Made of answers from a file: nobody was asked here, so it was opened and closed on the day of the import."""


class SurveyAudience(Base, kw_only=True):
    """A unit (with all below), job role or community that is asked; a wave without any asks everybody.

    One that was deleted since stands for nobody: an audience never grows by itself.
    """

    __tablename__ = "survey_audience"
    __table_args__ = (sa.CheckConstraint(f"kind <> 'whole' AND {_REFERENCES}", name="one_of_its_kind"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    survey_id: Mapped[int] = mapped_column(sa.ForeignKey("survey.id", ondelete="CASCADE"), index=True)
    kind: Mapped[GroupKind] = mapped_column(choice(GroupKind, name="kind"))
    org_unit_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("org_unit.id", ondelete="SET NULL"), index=True, default=None
    )
    job_role_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("job_role.id", ondelete="SET NULL"), index=True, default=None
    )
    community_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("community.id", ondelete="SET NULL"), index=True, default=None
    )


class Question(Asked, Base, kw_only=True):
    """A question of a wave; nothing of it changes once somebody has answered."""

    __tablename__ = "question"
    __table_args__ = (
        sa.CheckConstraint("(type = 'level') = (skill_id IS NOT NULL)", name="skill_of_level"),
        sa.UniqueConstraint("survey_id", "place"),
        {"sqlite_autoincrement": True},  # a number that was a question's never becomes another's: a form may be open
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    survey_id: Mapped[int] = mapped_column(sa.ForeignKey("survey.id", ondelete="CASCADE"))


class SurveyGroup(Base, kw_only=True):
    """People about whom results may be told together, as they were on the day the wave was opened."""

    __tablename__ = "survey_group"
    __table_args__ = (sa.CheckConstraint(_REFERENCES, name="one_of_its_kind"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    survey_id: Mapped[int] = mapped_column(sa.ForeignKey("survey.id"), index=True)
    kind: Mapped[GroupKind] = mapped_column(choice(GroupKind, name="kind"))
    name: Mapped[str] = mapped_column(sa.String(120))
    headcount: Mapped[int]
    """Who was asked."""
    org_unit_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("org_unit.id", ondelete="SET NULL"), index=True, default=None
    )
    job_role_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("job_role.id", ondelete="SET NULL"), index=True, default=None
    )
    community_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("community.id", ondelete="SET NULL"), index=True, default=None
    )
    hidden: Mapped[str | None] = mapped_column(sa.String(16), default=None)
    """Why nothing of it is told, decided at closing from who answered; later waves count on it."""


class SurveyCohort(Base, kw_only=True):
    """People of a wave who belong to exactly the same groups."""

    __tablename__ = "survey_cohort"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    survey_id: Mapped[int] = mapped_column(sa.ForeignKey("survey.id"), index=True)


class SurveyCohortGroup(Base, kw_only=True):
    """A group of a cohort."""

    __tablename__ = "survey_cohort_group"

    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("survey_cohort.id"), primary_key=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("survey_group.id"), primary_key=True, index=True)


class Participation(Base, kw_only=True):
    """Somebody who is asked, and whether they have answered; all rows of a wave are made when it opens.

    Without a row number of SQLite's: rows stand in the order of people, not of events.
    """

    __tablename__ = "participation"
    __table_args__ = ({"sqlite_with_rowid": False},)

    survey_id: Mapped[int] = mapped_column(sa.ForeignKey("survey.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True, index=True)
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("survey_cohort.id"), index=True)
    done: Mapped[bool] = mapped_column(default=False)


class Answer(Base, kw_only=True):
    """What one person answered, until the wave closes; no person, no time, no sequence."""

    __tablename__ = "answer"
    __table_args__ = ({"sqlite_with_rowid": False},)

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    """Random."""
    survey_id: Mapped[int] = mapped_column(sa.ForeignKey("survey.id"), index=True)
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("survey_cohort.id"), index=True)
    receipt_hash: Mapped[str] = mapped_column(sa.String(64), unique=True, repr=False)
    """Of the code by which whoever holds it may change the answer."""
    values: Mapped[dict[str, Any]] = mapped_column(repr=False)
    """By question; what isn't there isn't known."""


class NamedAnswer(Base, kw_only=True):
    """What a person answered in a wave with names; nobody else reads it."""

    __tablename__ = "named_answer"

    survey_id: Mapped[int] = mapped_column(sa.ForeignKey("survey.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True, index=True)
    values: Mapped[dict[str, Any]] = mapped_column(repr=False)
    """By question; what isn't there isn't known."""


class ReleasedCell(Base, kw_only=True):
    """What is told about a group and a question: all that is left of the answers, the same for every reader."""

    __tablename__ = "released_cell"
    __table_args__ = (
        sa.CheckConstraint("(hidden IS NULL) = (counts IS NOT NULL)", name="hidden_or_told"),
        sa.CheckConstraint("(hidden IS NULL) = (known IS NOT NULL)", name="known_where_told"),
    )

    group_id: Mapped[int] = mapped_column(sa.ForeignKey("survey_group.id"), primary_key=True)
    question_id: Mapped[int] = mapped_column(sa.ForeignKey("question.id"), primary_key=True, index=True)
    option: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, default=0)
    """Of a question with several choices: which of them, from 1 on; 0 for all others."""
    answers: Mapped[int | None] = mapped_column(default=None)
    """n; missing where nothing of the group is told."""
    known: Mapped[int | None] = mapped_column(default=None)
    mean: Mapped[float | None] = mapped_column(default=None)
    """Of levels and of agreement, 0–4."""
    counts: Mapped[list[int] | None] = mapped_column(sa.JSON(none_as_null=True), default=None)
    """People by level, blurred and merged."""
    required: Mapped[int | None] = mapped_column(sa.SmallInteger, default=None)
    """The level that the unit or job role required when the wave closed."""
    hidden: Mapped[str | None] = mapped_column(sa.String(16), default=None)


class ReleasedComment(Base, kw_only=True):
    """A comment of a pool of ten or more, in random order."""

    __tablename__ = "released_comment"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    question_id: Mapped[int] = mapped_column(sa.ForeignKey("question.id"), index=True)
    text: Mapped[str] = mapped_column(sa.Text)


class PooledComment(Base, kw_only=True):
    """A comment on a session of a community, told once ten wait together; nothing says on which session."""

    __tablename__ = "pooled_comment"
    __table_args__ = ({"sqlite_with_rowid": False},)

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    """Random: comments stand in its order."""
    community_id: Mapped[int] = mapped_column(sa.ForeignKey("community.id"), index=True)
    text: Mapped[str] = mapped_column(sa.Text, repr=False)
    told: Mapped[bool] = mapped_column(default=False)


class ItemGap(Base, kw_only=True):
    """A published gap that a funnel item came from: of which group, in which skill; its figures are the wave's."""

    __tablename__ = "item_gap"

    item_id: Mapped[int] = mapped_column(sa.ForeignKey("funnel_item.id", ondelete="CASCADE"), primary_key=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("survey_group.id"), primary_key=True, index=True)
    question_id: Mapped[int] = mapped_column(sa.ForeignKey("question.id"), primary_key=True, index=True)
