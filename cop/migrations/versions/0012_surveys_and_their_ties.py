"""named waves, feedback on sessions, waves from files; what raised a requirement or an item; pauses of helpers"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    for flag in ("named", "collected_elsewhere"):
        op.add_column("survey", sa.Column(flag, sa.Boolean(), nullable=False, server_default=sa.false()))
    _add_reference("survey", "session_id", "community_session")
    op.create_index(op.f("ix_survey_session_id"), "survey", ["session_id"], unique=True)
    for table in ("role_requirement", "unit_requirement"):
        _add_reference(table, "item_id", "funnel_item")
        op.create_index(op.f(f"ix_{table}_item_id"), table, ["item_id"])
    op.create_table(
        "named_answer",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("values", sa.JSON(none_as_null=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_named_answer_person_id_person")),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_named_answer_survey_id_survey")),
        sa.PrimaryKeyConstraint("survey_id", "person_id", name=op.f("pk_named_answer")),
    )
    op.create_index(op.f("ix_named_answer_person_id"), "named_answer", ["person_id"])
    op.create_table(
        "pooled_comment",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_pooled_comment_community_id_community")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pooled_comment")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_pooled_comment_community_id"), "pooled_comment", ["community_id"])
    op.create_table(
        "item_gap",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["funnel_item.id"], name=op.f("fk_item_gap_item_id_funnel_item"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["group_id"], ["survey_group.id"], name=op.f("fk_item_gap_group_id_survey_group")),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_item_gap_question_id_question")),
        sa.PrimaryKeyConstraint("item_id", "group_id", "question_id", name=op.f("pk_item_gap")),
    )
    op.create_index(op.f("ix_item_gap_group_id"), "item_gap", ["group_id"])
    op.create_index(op.f("ix_item_gap_question_id"), "item_gap", ["question_id"])
    op.create_table(
        "help_pause",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_help_pause_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_help_pause")),
    )


def _add_reference(table: str, column: str, to: str) -> None:
    """Alembic would copy the whole table for this on SQLite, and lose its CHECK constraints; both databases can do it."""
    name = f"fk_{table}_{column}_{to}"
    op.execute(f"ALTER TABLE {table} ADD COLUMN {column} INTEGER CONSTRAINT {name} REFERENCES {to} (id)")
