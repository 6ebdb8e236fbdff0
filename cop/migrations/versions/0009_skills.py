"""skills, required levels, people's own levels, what communities serve"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "skill",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        *(sa.Column(f"level_{number}", sa.Text(), nullable=False) for number in range(5)),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_skill_area_id_area")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skill")),
        sa.UniqueConstraint("name", name=op.f("uq_skill_name")),
    )
    op.create_index(op.f("ix_skill_area_id"), "skill", ["area_id"], unique=False)
    _create_requirement("role_requirement", "job_role")
    _create_requirement(
        "unit_requirement",
        "org_unit",
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.Column("importance", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("needed BETWEEN 1 AND 100000", name=op.f("ck_unit_requirement_needed")),
        sa.CheckConstraint("importance BETWEEN 1 AND 3", name=op.f("ck_unit_requirement_importance")),
    )
    op.create_table(
        "person_skill",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("skill_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=True),
        sa.Column("wants_to_learn", sa.Boolean(), nullable=False),
        sa.Column("can_help", sa.Boolean(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("level BETWEEN 0 AND 4", name=op.f("ck_person_skill_level")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_skill_person_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["skill_id"], ["skill.id"], name=op.f("fk_person_skill_skill_id_skill")),
        sa.PrimaryKeyConstraint("person_id", "skill_id", name=op.f("pk_person_skill")),
    )
    op.create_index(op.f("ix_person_skill_skill_id"), "person_skill", ["skill_id"], unique=False)
    op.create_table(
        "community_skill",
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("skill_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_community_skill_community_id_community")
        ),
        sa.ForeignKeyConstraint(["skill_id"], ["skill.id"], name=op.f("fk_community_skill_skill_id_skill")),
        sa.PrimaryKeyConstraint("community_id", "skill_id", name=op.f("pk_community_skill")),
    )
    op.create_index(op.f("ix_community_skill_skill_id"), "community_skill", ["skill_id"], unique=False)


def _create_requirement(table: str, whose: str, *more: sa.schema.SchemaItem) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(f"{whose}_id", sa.Integer(), nullable=False),
        sa.Column("skill_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        *more,
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("level BETWEEN 1 AND 4", name=op.f(f"ck_{table}_level")),
        sa.CheckConstraint("until_on IS NULL OR until_on > since_on", name=op.f(f"ck_{table}_ends_after_start")),
        sa.ForeignKeyConstraint([f"{whose}_id"], [f"{whose}.id"], name=op.f(f"fk_{table}_{whose}_id_{whose}")),
        sa.ForeignKeyConstraint(["skill_id"], ["skill.id"], name=op.f(f"fk_{table}_skill_id_skill")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_{whose}_id"), table, [f"{whose}_id"], unique=False)
    op.create_index(op.f(f"ix_{table}_skill_id"), table, ["skill_id"], unique=False)
    op.create_index(
        f"uq_{table}_current",
        table,
        [f"{whose}_id", "skill_id"],
        unique=True,
        sqlite_where=sa.text("until_on IS NULL"),
        postgresql_where=sa.text("until_on IS NULL"),
    )
