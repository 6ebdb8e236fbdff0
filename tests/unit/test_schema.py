"""Opening the database, with real files and real processes: made once, brought up to date, or refused untouched."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory

from cop import migrate, schema
from cop.db import make_engine
from cop.errors import DatabaseRefused
from cop.models import Base
from cop.settings import ABSOLUTE_LIMIT, IDLE_LIMIT, ROOT, Settings

LATEST = max(path.stem[:4] for path in (schema.MIGRATIONS / "versions").glob("[0-9]*.py"))
NEXT_ONE = f"{int(LATEST) + 1:04}"


def at(path: Path) -> Settings:
    return Settings(path.parent, f"sqlite:///{path}", IDLE_LIMIT, ABSOLUTE_LIMIT)


def read(path: Path, sql: str) -> list[tuple]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def write(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def everything(folder: Path) -> dict[str, bytes]:
    """All files but the lock and SQLite's shared memory."""
    return {f.name: f.read_bytes() for f in folder.iterdir() if not f.name.endswith((".lock", "-shm", "-wal"))}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database that was made and closed."""
    made = tmp_path / "data" / "cop.sqlite3"
    schema.open_database(at(made))
    return made


OPEN = """
import sys
from cop.schema import open_database
from cop.settings import settings
open_database(settings())
"""


def start(code: str, folder: Path, *args: str) -> subprocess.Popen:
    env = {"COP_DATA_DIR": str(folder), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, "-c", code, *args], env=env, stderr=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen) -> tuple[int, str]:
    _, errors = process.communicate(timeout=60)
    return process.returncode, errors


def test_first_start_makes_the_database_for_its_owner_only(path):
    assert [row[0] for row in read(path, "SELECT version_num FROM alembic_version")] == [LATEST]
    assert read(path, "PRAGMA journal_mode") == [("wal",)]
    assert path.stat().st_mode & 0o777 == 0o600
    assert schema.marker(path).exists()


def test_opening_again_changes_nothing(path):
    before = everything(path.parent)
    schema.open_database(at(path))
    assert everything(path.parent) == before


def test_processes_racing_at_the_first_start(tmp_path):
    racing = [start(OPEN, tmp_path) for _ in range(6)]
    assert [finish(process) for process in racing] == [(0, "")] * 6
    assert read(tmp_path / "cop.sqlite3", "SELECT version_num FROM alembic_version") == [(LATEST,)]
    assert read(tmp_path / "cop.sqlite3", "PRAGMA integrity_check") == [("ok",)]


def test_a_newer_database_is_refused_untouched(path):
    write(path, "UPDATE alembic_version SET version_num = '9999'")
    before = everything(path.parent)
    with pytest.raises(DatabaseRefused, match="newer version"):
        schema.open_database(at(path))
    assert everything(path.parent) == before


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda _: b"not a database at all" * 500, id="another kind of file"),
        pytest.param(lambda old: b"\0" * 100 + old[100:], id="header overwritten"),
        pytest.param(lambda old: old[: len(old) // 2], id="half of it"),
        pytest.param(lambda old: old[:8192] + b"\xff" * 4096 * 20 + old[8192 + 4096 * 20 :], id="pages overwritten"),
    ],
)
def test_a_corrupt_database_is_refused_untouched(path, damage):
    path.write_bytes(damage(path.read_bytes()))
    before = everything(path.parent)
    with pytest.raises(DatabaseRefused, match="restore a backup"):
        schema.open_database(at(path))
    assert everything(path.parent) == before


@pytest.mark.parametrize("lose", [Path.unlink, lambda path: path.write_bytes(b"")], ids=["gone", "emptied"])
def test_a_lost_database_is_never_replaced_by_an_empty_one(path, lose):
    lose(path)
    before = everything(path.parent)
    with pytest.raises(DatabaseRefused, match="is missing, although one was here before"):
        schema.open_database(at(path))
    assert everything(path.parent) == before
    schema.marker(path).unlink()  # as the message says
    path.unlink(missing_ok=True)
    schema.open_database(at(path))
    assert read(path, "SELECT count(*) FROM person") == [(0,)]


def test_tables_of_another_program_are_refused_untouched(tmp_path):
    path = tmp_path / "cop.sqlite3"
    write(path, "CREATE TABLE invoice (id INTEGER)")
    before = everything(tmp_path)
    with pytest.raises(DatabaseRefused, match="did not make"):
        schema.open_database(at(path))
    assert everything(tmp_path) == before  # not even its journal mode


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(DatabaseRefused, match="can't be opened"):
        schema.open_database(at(tmp_path / "file" / "cop.sqlite3"))


def test_a_database_left_by_a_killed_process_opens_with_every_commit(tmp_path):
    """What lies in the write-ahead log only is read, not refused."""
    code = (
        OPEN
        + """
import os
from cop.db import engine
connection = engine().connect()
connection.exec_driver_sql("PRAGMA wal_autocheckpoint = 0")
connection.commit()
connection.exec_driver_sql("INSERT INTO area (name, active, version) VALUES ('Data', 1, 1)")
connection.commit()
connection.exec_driver_sql("INSERT INTO area (name, active, version) VALUES ('Lost', 1, 1)")
os.kill(os.getpid(), 9)
"""
    )
    assert finish(start(code, tmp_path)) == (-9, "")
    assert (tmp_path / "cop.sqlite3-wal").stat().st_size > 0
    schema.open_database(at(tmp_path / "cop.sqlite3"))
    assert read(tmp_path / "cop.sqlite3", "SELECT name FROM area") == [("Data",)]


@pytest.fixture
def next_version(tmp_path, monkeypatch) -> Path:
    """A second migration, which a test writes; this process and those it starts with `NEXT` know it."""
    scripts = tmp_path / "migrations"
    shutil.copytree(schema.MIGRATIONS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(schema, "MIGRATIONS", scripts)
    return scripts / "versions" / f"{NEXT_ONE}_next.py"


HEAD = (
    f"import os\nimport sqlalchemy as sa\nfrom alembic import op\nrevision, down_revision = '{NEXT_ONE}', '{LATEST}'\n"
)
NEXT = "import sys\nfrom pathlib import Path\nfrom cop import schema\nschema.MIGRATIONS = Path(sys.argv[1])\n"


def test_a_process_killed_in_a_migration_leaves_the_old_state(path, next_version):
    write(path, "INSERT INTO area (name, active, version) VALUES ('Data', 1, 1)")
    before = read(path, "SELECT sql FROM sqlite_master ORDER BY name")
    half = "    op.create_table('extra', sa.Column('id', sa.Integer))\n    op.execute('DELETE FROM area')\n"
    next_version.write_text(f"{HEAD}def upgrade():\n{half}    os.kill(os.getpid(), 9)\n")
    assert finish(start(NEXT + OPEN, path.parent, str(next_version.parent.parent))) == (-9, "")
    assert read(path, "SELECT sql FROM sqlite_master ORDER BY name") == before
    assert read(path, "SELECT name FROM area") == [("Data",)]

    next_version.write_text(f"{HEAD}def upgrade():\n{half}    raise RuntimeError('half way')\n")
    with pytest.raises(RuntimeError, match="half way"):
        schema.open_database(at(path))
    assert read(path, "SELECT sql FROM sqlite_master ORDER BY name") == before
    assert read(path, "SELECT version_num FROM alembic_version") == [(LATEST,)]

    next_version.write_text(f"{HEAD}def upgrade():\n    op.create_table('extra', sa.Column('id', sa.Integer))\n")
    schema.open_database(at(path))
    assert read(path, "SELECT count(*) FROM extra") == [(0,)]
    assert read(path, "SELECT version_num FROM alembic_version") == [(NEXT_ONE,)]


def test_a_database_of_the_first_version_is_brought_up_to_date(path):
    engine = make_engine(at(path).database_url)
    cfg = migrate.config(schema.MIGRATIONS)
    with engine.begin() as connection:
        cfg.attributes["connection"] = connection
        command.upgrade(cfg, "0001")
        for statement in PERSON_ROWS:
            connection.exec_driver_sql(statement)
    engine.dispose()
    schema.open_database(at(path))
    assert read(path, "SELECT version_num FROM alembic_version") == [(LATEST,)]
    assert read(path, "SELECT username FROM account") == [("ana",)]
    engine = make_engine(at(path).database_url)
    assert migrate.differences(engine) == []
    engine.dispose()


PERSON_ROWS = (
    "INSERT INTO person (id, name, kind, active, created_at, version) VALUES (1, 'Ana', 'staff', 1, '2026-01-01', 1)",
    """INSERT INTO account (id, person_id, username, password_hash, must_change_password, active, created_at,
    password_changed_at, version) VALUES (1, 1, 'ana', '!', 0, 1, '2026-01-01', '2026-01-01', 1)""",
    "INSERT INTO role_grant (account_id, role, granted_on) VALUES (1, 'admin', '2026-01-01')",
)


def test_keys_of_other_systems_outlive_the_one_for_needs(tmp_path):
    path = tmp_path / "cop.sqlite3"
    engine = make_engine(at(path).database_url)
    cfg = migrate.config(schema.MIGRATIONS)
    with engine.begin() as connection:
        cfg.attributes["connection"] = connection
        command.upgrade(cfg, "0008")
        connection.exec_driver_sql(PERSON_ROWS[0])
        connection.exec_driver_sql(
            "INSERT INTO external_key (source, kind, key, person_id) VALUES ('hr', 'person', '7', 1)"
        )
    engine.dispose()
    schema.open_database(at(path))
    assert read(path, "SELECT source, kind, key, person_id, item_id FROM external_key") == [
        ("hr", "person", "7", 1, None)
    ]
    for kind in ("funnel_item", "vote"):  # a key without its row, and one of a kind that isn't known
        with pytest.raises(sqlite3.IntegrityError):
            write(path, f"INSERT INTO external_key (source, kind, key) VALUES ('hr', '{kind}', '8')")


STAYS = (
    # item 1: 140 days, moved on, undone after 28 seconds, moved again and undone again; item 2: back by hand, and meant so
    (1, 1, "qualified", "2026-01-01 00:00:00", "2026-05-21 10:00:00", None, "Good"),
    (2, 1, "parked", "2026-05-21 10:00:00", "2026-05-21 10:00:28", 1, "Oops"),
    (3, 1, "qualified", "2026-05-21 10:00:28", "2026-05-22 09:00:00", 1, "Undone"),
    (4, 1, "rejected", "2026-05-22 09:00:00", "2026-05-22 09:01:00", 1, "Oops"),
    (5, 1, "qualified", "2026-05-22 09:01:00", None, 1, "Undone"),
    (6, 2, "qualified", "2026-01-01 00:00:00", "2026-03-01 00:00:00", None, ""),
    (7, 2, "parked", "2026-03-01 00:00:00", "2026-03-01 00:05:00", 1, "No budget"),
    (8, 2, "qualified", "2026-03-01 00:05:00", None, 1, "Budget after all"),
)


def test_moves_that_were_undone_before_version_15_never_happened(tmp_path):
    path = tmp_path / "cop.sqlite3"
    engine = make_engine(at(path).database_url)
    cfg = migrate.config(schema.MIGRATIONS)
    with engine.begin() as connection:
        cfg.attributes["connection"] = connection
        command.upgrade(cfg, "0014")
        connection.exec_driver_sql(PERSON_ROWS[0])
        for item_id, since in ((1, "2026-05-22 09:01:00"), (2, "2026-03-01 00:05:00")):
            connection.exec_driver_sql(
                "INSERT INTO funnel_item (id, channel, title, description, stage, stage_since, stage_reason, created_at,"
                " client, unique_knowledge, objective, indicator, outcome_note, urgency_reason, version)"
                " VALUES (?, 'need', 'A need', '', 'qualified', ?, 'Undone', '2026-01-01', '', 0, '', '', '', '', 1)",
                (item_id, since),
            )
        for stay in STAYS:
            connection.exec_driver_sql(
                "INSERT INTO stage_stay (id, item_id, stage, entered_at, left_at, moved_by_id, reason)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                stay,
            )
    engine.dispose()
    schema.open_database(at(path))
    stays = read(path, "SELECT id, left_at FROM stage_stay ORDER BY id")
    assert stays == [(1, None), (6, "2026-03-01 00:00:00"), (7, "2026-03-01 00:05:00"), (8, None)]
    (since, reason), _other = read(path, "SELECT substr(stage_since, 1, 10), stage_reason FROM funnel_item ORDER BY id")
    assert (since, reason) == ("2026-01-01", "Good")


def test_rebuilding_a_table_keeps_the_rows_that_refer_to_it(path, next_version):
    """SQLite alters a table by dropping it; with foreign keys on, ON DELETE CASCADE would empty its children."""
    write(path, *PERSON_ROWS)
    next_version.write_text(
        HEAD + "def upgrade():\n    with op.batch_alter_table('account', recreate='always') as batch:\n"
        "        batch.add_column(sa.Column('note', sa.String(20)))\n"
    )
    schema.open_database(at(path))
    assert read(path, "SELECT account_id, role FROM role_grant") == [(1, "admin")]
    assert read(path, "SELECT username, note FROM account") == [("ana", None)]
    assert read(path, "PRAGMA foreign_key_check") == []


def test_a_migration_that_leaves_orphans_is_rolled_back(path, next_version):
    write(path, *PERSON_ROWS)
    next_version.write_text(f"{HEAD}def upgrade():\n    op.execute('DELETE FROM account')\n")
    with pytest.raises(DatabaseRefused, match="1 rows without what they refer to"):
        schema.open_database(at(path))
    assert read(path, "SELECT username FROM account") == [("ana",)]
    assert read(path, "SELECT version_num FROM alembic_version") == [(LATEST,)]


def test_migrations_make_what_the_models_say(engine):
    assert migrate.differences(engine) == []


@pytest.mark.sqlite
def test_a_check_that_the_migrations_miss_is_a_difference(engine):
    """Autogeneration doesn't see them."""
    table = Base.metadata.tables["area"]
    extra = sa.CheckConstraint("name <> ''", name="has_a_name")
    table.append_constraint(extra)
    try:
        assert migrate.differences(engine) == [("check", "area", "ck_area_has_a_name")]
    finally:
        table.constraints.remove(extra)


def test_a_choice_is_checked_by_the_database(engine):
    with engine.begin() as connection, pytest.raises(sa.exc.IntegrityError, match="ck_person_kind"):
        connection.exec_driver_sql(PERSON_ROWS[0].replace("'staff', 1", "'robot', true"))


def test_downgrades_are_not_offered():
    """A downgrade would lose data silently; the way back is a backup."""
    for script in ScriptDirectory.from_config(migrate.config(schema.MIGRATIONS)).walk_revisions():
        assert not hasattr(script.module, "downgrade")


def test_the_files_numbers_are_alembics_revisions():
    """A start that finds nothing to do goes by the files' names, without Alembic."""
    scripts = ScriptDirectory.from_config(migrate.config(schema.MIGRATIONS))
    assert schema.revisions() == [script.revision for script in reversed(list(scripts.walk_revisions()))]
    assert scripts.get_heads() == schema.revisions()[-1:]


def test_a_big_database_is_not_read_through_at_every_start(path, monkeypatch):
    """Above the limit only the schema is read; `check` finds what lies deeper."""
    page = read(path, "SELECT rootpage FROM sqlite_master WHERE name = 'attendance'")[0][0] - 1
    body = path.read_bytes()
    path.write_bytes(body[: page * 4096] + b"\xff" * 4096 + body[(page + 1) * 4096 :])
    with pytest.raises(DatabaseRefused):
        schema.examine(path)
    monkeypatch.setattr(schema, "QUICK_CHECK_BYTES", 4096)
    schema.examine(path)


def test_foreign_keys_are_on_again_after_a_migration(path):
    engine = make_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    engine.dispose()
