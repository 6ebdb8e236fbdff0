"""sign-in through an identity provider: who is who there, and roles from groups"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "external_identity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_external_identity_account_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_external_identity")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_external_identity_issuer_subject")),
        sa.UniqueConstraint("account_id", "issuer", name=op.f("uq_external_identity_account_id_issuer")),
    )
    op.create_table(
        "group_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_name", sa.String(length=255), nullable=False),
        sa.Column("role", _choice("role", "manager", "admin"), nullable=False),
        sa.Column("org_unit_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(role = 'admin' AND org_unit_id IS NULL) OR (role = 'manager' AND org_unit_id IS NOT NULL)",
            name=op.f("ck_group_role_manager_has_unit"),
        ),
        sa.ForeignKeyConstraint(["org_unit_id"], ["org_unit.id"], name=op.f("fk_group_role_org_unit_id_org_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_role")),
        sa.UniqueConstraint(
            "group_name", "role", "org_unit_id", name=op.f("uq_group_role_group_name_role_org_unit_id")
        ),
    )
    op.create_index(op.f("ix_group_role_org_unit_id"), "group_role", ["org_unit_id"], unique=False)
    op.create_index(
        "uq_group_role_admin",
        "group_role",
        ["group_name"],
        unique=True,
        sqlite_where=sa.text("role = 'admin'"),
        postgresql_where=sa.text("role = 'admin'"),
    )
    with op.batch_alter_table("role_grant") as batch:
        batch.add_column(sa.Column("origin", _choice("origin", "hand", "group"), nullable=False, server_default="hand"))
