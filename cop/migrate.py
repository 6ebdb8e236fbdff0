"""Alembic's part of the schema, apart because importing it costs more than a start that finds nothing to do."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

from cop import search_index
from cop.models import Base


def config(migrations: Path) -> Config:
    """Alembic's configuration, for the folder that holds env.py and versions/."""
    cfg = Config()
    cfg.set_main_option("script_location", str(migrations).replace("%", "%%"))
    return cfg


def to_newest(connection: sa.Connection, migrations: Path) -> None:
    """Run the migrations that are missing, in the caller's transaction."""
    cfg = config(migrations)
    cfg.attributes["connection"] = connection
    command.upgrade(cfg, "head")


def differences(engine: sa.Engine) -> list[object]:
    """What the models say and the migrated database doesn't; empty where they agree (`alembic check`)."""
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "render_as_batch": True, "include_name": _is_models}
        )
        return [*compare_metadata(context, Base.metadata), *_check_differences(connection)]


def _is_models(name: str | None, kind: str, _parents: object) -> bool:
    """The search index has tables of its own that no model describes."""
    return kind not in {"table", "index"} or not search_index.is_ours(name)


def _check_differences(connection: sa.Connection) -> list[object]:
    """CHECK constraints, which Alembic doesn't compare; on SQLite, which keeps them word for word."""
    if connection.dialect.name != "sqlite":
        return []
    with sa.create_engine("sqlite://").connect() as fresh:
        Base.metadata.create_all(fresh)
        wanted = _checks(fresh)
    there = _checks(connection)
    return [("check", *name) for name in sorted(wanted.keys() | there.keys()) if wanted.get(name) != there.get(name)]


def _checks(connection: sa.Connection) -> dict[tuple[str, str], str]:
    inspector = sa.inspect(connection)
    return {
        (table, str(item["name"])): item["sqltext"]
        for table in Base.metadata.tables
        if inspector.has_table(table)
        for item in inspector.get_check_constraints(table)
    }
