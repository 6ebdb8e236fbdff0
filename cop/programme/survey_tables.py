"""What an export holds of surveys: what was asked, and the tables that everybody reads. No answer, and not who answered."""

from cop.models import (
    PooledComment,
    Question,
    ReleasedCell,
    ReleasedComment,
    Survey,
    SurveyAudience,
    SurveyGroup,
    SurveyTemplate,
    TemplateQuestion,
)
from cop.programme.columns import Column, ExportTable, as_json

_MERGED = "People by level as JSON, blurred; 0 to 2 and n-2 to n are told as one number each, 1 and n-1."


def _asked(table: type[TemplateQuestion | Question]) -> tuple[Column, ...]:
    return (
        Column("place", "Where the question stands, from 1 on.", table.place),
        Column("type", "level, likert, single, multiple or text.", table.type),
        Column("text", "The question.", table.text),
        Column("help", "What is said beside it.", table.help),
        Column("options", "What one may choose from, as JSON.", table.options, as_json),
        Column("skill_id", "The skill whose level is asked for.", table.skill_id),
        Column("reversed", "Whether agreeing is the worse answer.", table.reversed),
        Column("dimension", "What several questions measure together.", table.dimension),
    )


SURVEY_TABLES = (
    ExportTable(
        "survey_templates.csv",
        "Templates of which waves are made.",
        (
            Column("template_id", "The template's number.", SurveyTemplate.id),
            Column("name", "Its name.", SurveyTemplate.name),
            Column("kind", "skill_gap, pulse or session_feedback.", SurveyTemplate.kind),
            Column("purpose", "What it is for.", SurveyTemplate.purpose),
            Column("archived_at", "When it was put away; empty where it is in use.", SurveyTemplate.archived_at),
        ),
        (SurveyTemplate.id,),
    ),
    ExportTable(
        "template_questions.csv",
        "The questions of templates.",
        (Column("template_id", "The template.", TemplateQuestion.template_id), *_asked(TemplateQuestion)),
        (TemplateQuestion.template_id, TemplateQuestion.place),
    ),
    ExportTable(
        "surveys.csv",
        "Waves: people of an audience are asked the same questions once.",
        (
            Column("survey_id", "The wave's number.", Survey.id),
            Column("name", "Its name.", Survey.name),
            Column("kind", "skill_gap, pulse or session_feedback.", Survey.kind),
            Column("purpose", "What it is for.", Survey.purpose),
            Column("template_id", "The template of which it was made.", Survey.template_id),
            Column(
                "smallest_group", "Of fewer people, or fewer known answers, nothing is told.", Survey.smallest_group
            ),
            Column("named", "Whether answers stand beside their person's name, for that person.", Survey.named),
            Column("state", "draft, open or closed.", Survey.state),
            Column("session_id", "The session about which only those who came are asked.", Survey.session_id),
            Column("opened_on", "The day on which it was opened.", Survey.opened_on),
            Column("closes_on", "The last day on which one may answer.", Survey.closes_on),
            Column("cleared", "Whether the database was written anew since its answers were deleted.", Survey.cleared),
            Column("collected_elsewhere", "Whether it was made of answers from a file.", Survey.collected_elsewhere),
        ),
        (Survey.id,),
    ),
    ExportTable(
        "survey_audiences.csv",
        "Who is asked by a wave; one without any row asks everybody, or those who came to its session.",
        (
            Column("survey_id", "The wave.", SurveyAudience.survey_id),
            Column("kind", "org_unit, job_role or community.", SurveyAudience.kind),
            Column("org_unit_id", "The unit, with all below.", SurveyAudience.org_unit_id),
            Column("job_role_id", "The job role.", SurveyAudience.job_role_id),
            Column("community_id", "The community.", SurveyAudience.community_id),
        ),
        (SurveyAudience.id,),
    ),
    ExportTable(
        "survey_questions.csv",
        "The questions of waves.",
        (
            Column("question_id", "The question's number.", Question.id),
            Column("survey_id", "The wave.", Question.survey_id),
            *_asked(Question),
        ),
        (Question.survey_id, Question.place),
    ),
    ExportTable(
        "survey_groups.csv",
        "Groups of people of a wave, as they were on the day it was opened.",
        (
            Column("group_id", "The group's number.", SurveyGroup.id),
            Column("survey_id", "The wave.", SurveyGroup.survey_id),
            Column("kind", "whole, org_unit, job_role or community.", SurveyGroup.kind),
            Column("name", "What it was called.", SurveyGroup.name),
            Column("headcount", "How many were asked.", SurveyGroup.headcount),
            Column("org_unit_id", "The unit.", SurveyGroup.org_unit_id),
            Column("job_role_id", "The job role.", SurveyGroup.job_role_id),
            Column("community_id", "The community.", SurveyGroup.community_id),
            Column("hidden", "Why nothing of it is told: few, or difference.", SurveyGroup.hidden),
        ),
        (SurveyGroup.id,),
    ),
    ExportTable(
        "survey_results.csv",
        "What is told of closed waves, by group and question: the table that every screen reads.",
        (
            Column("group_id", "The group.", ReleasedCell.group_id),
            Column("question_id", "The question.", ReleasedCell.question_id),
            Column("option", "Of several choices: which, from 1 on; else 0.", ReleasedCell.option),
            Column("answers", "How many of the group answered the survey.", ReleasedCell.answers),
            Column("known", "How many of them answered this question.", ReleasedCell.known),
            Column("mean", "Of levels and agreement, 0 to 4.", ReleasedCell.mean),
            Column("counts", _MERGED, ReleasedCell.counts, as_json),
            Column("required", "The level that the unit or job role required then.", ReleasedCell.required),
            Column("hidden", "Why it isn't told: few, or difference.", ReleasedCell.hidden),
        ),
        (ReleasedCell.group_id, ReleasedCell.question_id, ReleasedCell.option),
    ),
    ExportTable(
        "survey_comments.csv",
        "Comments of closed waves, ten or more to a question, in random order.",
        (
            Column("question_id", "The question.", ReleasedComment.question_id),
            Column("text", "The comment.", ReleasedComment.text),
        ),
        (ReleasedComment.id,),
    ),
    ExportTable(
        "session_comments.csv",
        "Comments on a community's sessions, told ten or more at once, in random order; nothing says on which session.",
        (
            Column("community_id", "The community.", PooledComment.community_id),
            Column("text", "The comment.", PooledComment.text),
        ),
        (PooledComment.community_id, PooledComment.id),
        lambda rows: rows.where(PooledComment.told),
    ),
)
