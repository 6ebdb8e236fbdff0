"""what people agreed to show when they are searched for; the index itself is cop.search_index's"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "profile_visibility",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("findable", sa.Boolean(), nullable=False),
        sa.Column("show_unit", sa.Boolean(), nullable=False),
        sa.Column("show_job_role", sa.Boolean(), nullable=False),
        sa.Column("show_communities", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_profile_visibility_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_profile_visibility")),
    )
