"""surveys: templates, waves, participation and answers apart, released tables"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "survey_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "skill_gap",
                "pulse",
                "session_feedback",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_template")),
        sa.UniqueConstraint("name", name=op.f("uq_survey_template_name")),
    )
    op.create_table(
        "survey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "skill_gap",
                "pulse",
                "session_feedback",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=True),
        sa.Column("smallest_group", sa.SmallInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("draft", "open", "closed", name="state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("cleared", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'draft') = (opened_on IS NULL)", name=op.f("ck_survey_opened")),
        sa.CheckConstraint("state = 'closed' OR NOT cleared", name=op.f("ck_survey_cleared_once_closed")),
        sa.CheckConstraint("smallest_group >= 5", name=op.f("ck_survey_smallest_group")),
        sa.ForeignKeyConstraint(
            ["template_id"], ["survey_template.id"], name=op.f("fk_survey_template_id_survey_template")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey")),
        sa.UniqueConstraint("name", name=op.f("uq_survey_name")),
    )
    op.create_index(op.f("ix_survey_state"), "survey", ["state"], unique=False)
    op.create_index(op.f("ix_survey_template_id"), "survey", ["template_id"], unique=False)
    op.create_table(
        "question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column(
            "type",
            sa.Enum(
                "level",
                "likert",
                "single",
                "multiple",
                "text",
                name="type",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("help", sa.Text(), nullable=False),
        sa.Column("options", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("skill_id", sa.Integer(), nullable=True),
        sa.Column("reversed", sa.Boolean(), nullable=False),
        sa.Column("dimension", sa.String(length=80), nullable=False),
        sa.CheckConstraint("(type = 'level') = (skill_id IS NOT NULL)", name=op.f("ck_question_skill_of_level")),
        sa.ForeignKeyConstraint(["skill_id"], ["skill.id"], name=op.f("fk_question_skill_id_skill")),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["survey.id"], name=op.f("fk_question_survey_id_survey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
        sa.UniqueConstraint("survey_id", "place", name=op.f("uq_question_survey_id_place")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_question_skill_id"), "question", ["skill_id"], unique=False)
    op.create_table(
        "survey_audience",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "whole",
                "org_unit",
                "job_role",
                "community",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("org_unit_id", sa.Integer(), nullable=True),
        sa.Column("job_role_id", sa.Integer(), nullable=True),
        sa.Column("community_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "kind <> 'whole' AND (kind = 'org_unit' OR org_unit_id IS NULL) AND (kind = 'job_role' OR job_role_id IS NULL) AND (kind = 'community' OR community_id IS NULL)",
            name=op.f("ck_survey_audience_one_of_its_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_survey_audience_community_id_community"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["job_role_id"], ["job_role.id"], name=op.f("fk_survey_audience_job_role_id_job_role"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["org_unit_id"], ["org_unit.id"], name=op.f("fk_survey_audience_org_unit_id_org_unit"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["survey.id"], name=op.f("fk_survey_audience_survey_id_survey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_audience")),
    )
    op.create_index(op.f("ix_survey_audience_community_id"), "survey_audience", ["community_id"], unique=False)
    op.create_index(op.f("ix_survey_audience_job_role_id"), "survey_audience", ["job_role_id"], unique=False)
    op.create_index(op.f("ix_survey_audience_org_unit_id"), "survey_audience", ["org_unit_id"], unique=False)
    op.create_index(op.f("ix_survey_audience_survey_id"), "survey_audience", ["survey_id"], unique=False)
    op.create_table(
        "survey_cohort",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_survey_cohort_survey_id_survey")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_cohort")),
    )
    op.create_index(op.f("ix_survey_cohort_survey_id"), "survey_cohort", ["survey_id"], unique=False)
    op.create_table(
        "survey_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "whole",
                "org_unit",
                "job_role",
                "community",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("headcount", sa.Integer(), nullable=False),
        sa.Column("org_unit_id", sa.Integer(), nullable=True),
        sa.Column("job_role_id", sa.Integer(), nullable=True),
        sa.Column("community_id", sa.Integer(), nullable=True),
        sa.Column("hidden", sa.String(length=16), nullable=True),
        sa.CheckConstraint(
            "(kind = 'org_unit' OR org_unit_id IS NULL) AND (kind = 'job_role' OR job_role_id IS NULL) AND (kind = 'community' OR community_id IS NULL)",
            name=op.f("ck_survey_group_one_of_its_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_survey_group_community_id_community"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["job_role_id"], ["job_role.id"], name=op.f("fk_survey_group_job_role_id_job_role"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["org_unit_id"], ["org_unit.id"], name=op.f("fk_survey_group_org_unit_id_org_unit"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_survey_group_survey_id_survey")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_group")),
    )
    op.create_index(op.f("ix_survey_group_community_id"), "survey_group", ["community_id"], unique=False)
    op.create_index(op.f("ix_survey_group_job_role_id"), "survey_group", ["job_role_id"], unique=False)
    op.create_index(op.f("ix_survey_group_org_unit_id"), "survey_group", ["org_unit_id"], unique=False)
    op.create_index(op.f("ix_survey_group_survey_id"), "survey_group", ["survey_id"], unique=False)
    op.create_table(
        "template_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column(
            "type",
            sa.Enum(
                "level",
                "likert",
                "single",
                "multiple",
                "text",
                name="type",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("help", sa.Text(), nullable=False),
        sa.Column("options", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("skill_id", sa.Integer(), nullable=True),
        sa.Column("reversed", sa.Boolean(), nullable=False),
        sa.Column("dimension", sa.String(length=80), nullable=False),
        sa.CheckConstraint(
            "(type = 'level') = (skill_id IS NOT NULL)", name=op.f("ck_template_question_skill_of_level")
        ),
        sa.ForeignKeyConstraint(["skill_id"], ["skill.id"], name=op.f("fk_template_question_skill_id_skill")),
        sa.ForeignKeyConstraint(
            ["template_id"],
            ["survey_template.id"],
            name=op.f("fk_template_question_template_id_survey_template"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_template_question")),
        sa.UniqueConstraint("template_id", "place", name=op.f("uq_template_question_template_id_place")),
    )
    op.create_index(op.f("ix_template_question_skill_id"), "template_question", ["skill_id"], unique=False)
    op.create_table(
        "answer",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("receipt_hash", sa.String(length=64), nullable=False),
        sa.Column("values", sa.JSON(none_as_null=True), nullable=False),
        sa.ForeignKeyConstraint(["cohort_id"], ["survey_cohort.id"], name=op.f("fk_answer_cohort_id_survey_cohort")),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_answer_survey_id_survey")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
        sa.UniqueConstraint("receipt_hash", name=op.f("uq_answer_receipt_hash")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_answer_cohort_id"), "answer", ["cohort_id"], unique=False)
    op.create_index(op.f("ix_answer_survey_id"), "answer", ["survey_id"], unique=False)
    op.create_table(
        "participation",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["survey_cohort.id"], name=op.f("fk_participation_cohort_id_survey_cohort")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_participation_person_id_person")),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_participation_survey_id_survey")),
        sa.PrimaryKeyConstraint("survey_id", "person_id", name=op.f("pk_participation")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_participation_cohort_id"), "participation", ["cohort_id"], unique=False)
    op.create_index(op.f("ix_participation_person_id"), "participation", ["person_id"], unique=False)
    op.create_table(
        "released_cell",
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("option", sa.SmallInteger(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=True),
        sa.Column("known", sa.Integer(), nullable=True),
        sa.Column("mean", sa.Double(), nullable=True),
        sa.Column("counts", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("required", sa.SmallInteger(), nullable=True),
        sa.Column("hidden", sa.String(length=16), nullable=True),
        sa.CheckConstraint("(hidden IS NULL) = (counts IS NOT NULL)", name=op.f("ck_released_cell_hidden_or_told")),
        sa.CheckConstraint("(hidden IS NULL) = (known IS NOT NULL)", name=op.f("ck_released_cell_known_where_told")),
        sa.ForeignKeyConstraint(["group_id"], ["survey_group.id"], name=op.f("fk_released_cell_group_id_survey_group")),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_released_cell_question_id_question")),
        sa.PrimaryKeyConstraint("group_id", "question_id", "option", name=op.f("pk_released_cell")),
    )
    op.create_index(op.f("ix_released_cell_question_id"), "released_cell", ["question_id"], unique=False)
    op.create_table(
        "released_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_released_comment_question_id_question")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_released_comment")),
    )
    op.create_index(op.f("ix_released_comment_question_id"), "released_comment", ["question_id"], unique=False)
    op.create_table(
        "survey_cohort_group",
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["survey_cohort.id"], name=op.f("fk_survey_cohort_group_cohort_id_survey_cohort")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["survey_group.id"], name=op.f("fk_survey_cohort_group_group_id_survey_group")
        ),
        sa.PrimaryKeyConstraint("cohort_id", "group_id", name=op.f("pk_survey_cohort_group")),
    )
    op.create_index(op.f("ix_survey_cohort_group_group_id"), "survey_cohort_group", ["group_id"], unique=False)
