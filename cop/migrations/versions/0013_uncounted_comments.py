"""PostgreSQL keeps no samples of comments: what its planner noted of a column outlives the deleted rows"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE pooled_comment ALTER COLUMN text TYPE text")  # forgets the samples taken so far
        op.execute("ALTER TABLE pooled_comment ALTER COLUMN text SET STATISTICS 0")
