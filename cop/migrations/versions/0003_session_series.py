"""series of sessions that recur by a rule"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "session_series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "regular", "launch", "workshop", "talk", "planning", "social",
                name="kind", native_enum=False, create_constraint=True, length=32,
            ),
            nullable=False,
        ),
        sa.Column("rule", sa.String(length=200), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("start_time", sa.Time(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("holidays", sa.String(length=16), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("link", sa.String(length=500), nullable=False),
        sa.Column("agenda", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("minutes BETWEEN 1 AND 1440", name=op.f("ck_session_series_at_most_a_day")),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_session_series_community_id_community")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_series")),
    )  # fmt: skip
    op.create_index(op.f("ix_session_series_community_id"), "session_series", ["community_id"], unique=False)
    with op.batch_alter_table("community_session") as batch:
        batch.add_column(sa.Column("series_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("series_day", sa.Date(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_community_session_series_id_session_series"), "session_series", ["series_id"], ["id"]
        )
        batch.create_index("uq_community_session_series_day", ["series_id", "series_day"], unique=True)
