"""keys under which other systems know needs"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_BEFORE = ("org_unit", "person", "community", "community_session")
_RULE = (
    "(kind = 'org_unit') = (org_unit_id IS NOT NULL)"
    " AND (kind = 'person') = (person_id IS NOT NULL)"
    " AND (kind = 'community') = (community_id IS NOT NULL)"
    " AND (kind = 'community_session') = (session_id IS NOT NULL)"
)
_NAME = "ck_external_key_one_row_of_its_kind"


def _kind(*values: str) -> sa.Enum:
    return sa.Enum(*values, name="kind", native_enum=False, create_constraint=True, length=32)


def _as_it_was() -> sa.Table:
    """The table as it stood; SQLite, which makes it anew, doesn't tell its CHECK constraints by itself."""
    rows = {"org_unit_id": "org_unit", "person_id": "person", "community_id": "community"}
    rows |= {"session_id": "community_session"}
    naming = sa.MetaData(naming_convention={"ck": "ck_%(table_name)s_%(constraint_name)s"})
    for table in rows.values():
        sa.Table(table, naming, sa.Column("id", sa.Integer(), primary_key=True))
    return sa.Table(
        "external_key",
        naming,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("kind", _kind(*_BEFORE), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        *(sa.Column(column, sa.Integer(), nullable=True) for column in rows),
        sa.CheckConstraint(_RULE, name=op.f(_NAME)),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_external_key_{column}_{table}"), ondelete="CASCADE"
            )
            for column, table in rows.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_external_key")),
        sa.UniqueConstraint("source", "kind", "key", name=op.f("uq_external_key_source_kind_key")),
        *(sa.Index(f"ix_external_key_{column}", column) for column in rows),
    )


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("external_key", copy_from=_as_it_was()) as batch:
        batch.drop_constraint(op.f(_NAME), type_="check")
        batch.alter_column("kind", existing_type=_kind(*_BEFORE), type_=_kind(*_BEFORE, "funnel_item"))
        batch.add_column(sa.Column("item_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_external_key_item_id_funnel_item"), "funnel_item", ["item_id"], ["id"], ondelete="CASCADE"
        )
        batch.create_check_constraint(op.f(_NAME), f"{_RULE} AND (kind = 'funnel_item') = (item_id IS NOT NULL)")
        batch.create_index(op.f("ix_external_key_item_id"), ["item_id"])
