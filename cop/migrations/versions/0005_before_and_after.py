"""who said they would come, and who checked in"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "registration",
        *_of_session_and_person("registration"),
        sa.Column(
            "answer",
            sa.Enum("going", "declined", name="answer", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index(op.f("ix_registration_person_id"), "registration", ["person_id"], unique=False)
    op.create_table(
        "check_in_code",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["community_session.id"],
            name=op.f("fk_check_in_code_session_id_community_session"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_check_in_code")),
        sa.UniqueConstraint("code", name=op.f("uq_check_in_code_code")),
    )
    op.create_table(
        "check_in",
        *_of_session_and_person("check_in"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index(op.f("ix_check_in_person_id"), "check_in", ["person_id"], unique=False)


def _of_session_and_person(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["community_session.id"],
            name=op.f(f"fk_{table}_session_id_community_session"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f(f"fk_{table}_person_id_person")),
        sa.PrimaryKeyConstraint("session_id", "person_id", name=op.f(f"pk_{table}")),
    ]
