"""The command line as it is used: real processes, their output and their exit codes."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from cop.accounts.passwords import verify
from cop.cli import main
from cop.models import Area
from cop.settings import ROOT
from tests import factories as make

pytestmark = pytest.mark.sqlite


def environment(folder: Path, **more: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("COP_", "STREAMLIT_", "COV_"))}
    return {**kept, "COP_DATA_DIR": str(folder), **more}


def cop(folder: Path, *args: str, cwd: Path = ROOT, **more: str) -> subprocess.CompletedProcess[str]:
    env = environment(folder, PYTHONPATH=str(ROOT), **more)
    command = [sys.executable, "-m", "cop", *args]
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=120, check=False)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serving(folder: Path, command: str, cwd: Path = ROOT, **more: str):
    """The app, started by a command; gives its address and a function that reads what it has printed."""
    port = free_port()
    env = environment(folder, STREAMLIT_SERVER_PORT=str(port), PYTHONPATH=str(ROOT), PYTHONUNBUFFERED="1", **more)
    log = folder.parent / "log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "cop", command], cwd=cwd, env=env, stdout=out, stderr=subprocess.STDOUT
        )
    try:
        for _ in range(600):
            try:
                with urllib.request.urlopen(f"http://localhost:{port}/health", timeout=1):
                    break
            except OSError:
                assert process.poll() is None, log.read_text()
                time.sleep(0.1)
        yield process, port, log.read_text
    finally:
        process.kill()
        process.wait(20)


def test_demo_makes_prints_and_serves_the_example(tmp_path):
    """From another folder, too, and a second start makes nothing anew."""
    data = tmp_path / "data"
    with serving(data, "demo", cwd=tmp_path) as (process, port, printed):
        assert f"http://localhost:{port}" in printed()
        kept = json.loads((data / "demo" / "sign-ins.json").read_text())
        for person in kept["people"]:
            assert re.search(rf"{person['username']} +{person['password']}", printed())
        assert {person["role"] for person in kept["people"]} == {"staff", "facilitator", "manager", "admin"}
        assert answer(f"http://localhost:{port}/") in {200, 401}
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.1)
        busy = cop(data, "run", STREAMLIT_SERVER_PORT=str(port))
        assert (busy.returncode, busy.stdout) == (1, "")
        assert re.fullmatch(rf"cop: Port {port} can't be used .*\n", busy.stderr)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        assert printed().endswith("Stopped.\n")
        assert "Traceback" not in printed()
    with closing(sqlite3.connect(data / "demo" / "cop.sqlite3")) as connection:
        hashes = dict(connection.execute("SELECT username, password_hash FROM account"))
    assert verify(kept["people"][0]["password"], hashes[kept["people"][0]["username"]])
    assert (data / "demo" / "sign-ins.json").stat().st_mode & 0o777 == 0o600
    with serving(data, "demo") as (_process, _port, printed):
        assert "Making" not in printed()
        assert kept["people"][0]["password"] in printed()
    assert cop(data / "demo", "check").stdout == "The database is sound.\n"


def answer(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 - our own address
            return response.status
    except urllib.error.HTTPError as error:
        return error.code


def test_yesterdays_demo_is_made_afresh(tmp_path):
    data = tmp_path / "data"
    with serving(data, "demo"):
        pass
    kept = data / "demo" / "sign-ins.json"
    first = json.loads(kept.read_text())
    kept.write_text(json.dumps(first | {"made_on": "2020-01-01"}))
    with serving(data, "demo") as (_process, _port, printed):
        assert "Making" in printed()
    assert json.loads(kept.read_text())["people"] != first["people"]


def test_demo_never_touches_an_organisation_of_ones_own(db, data_dir):
    make.organisation(db, name="Ours")
    make.account(db)
    make.commit(db)
    path = data_dir / "cop.sqlite3"
    told = cop(data_dir, "demo", COP_DATABASE_URL=f"sqlite:///{path}", STREAMLIT_SERVER_PORT=str(free_port()))
    assert (told.returncode, told.stderr) == (
        1,
        "cop: This database holds an organisation of its own. `python -m cop run` serves it.\n",
    )
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT name FROM organisation").fetchall() == [("Ours",)]


def test_run_prints_a_code_on_an_empty_database(tmp_path):
    data = tmp_path / "data"
    with serving(data, "run") as (process, port, printed):
        assert f"http://localhost:{port}/first-run" in printed()
        assert re.search(r"code: ([A-Z2-9]{4}-){3}[A-Z2-9]{4}", printed())
        process.send_signal(signal.SIGTERM)
        process.wait(20)
    assert "Traceback" not in printed()


def test_run_is_silent_about_codes_once_there_is_an_account(db, data_dir):
    make.account(db)
    make.commit(db)
    with serving(data_dir, "run") as (_process, _port, printed):
        assert "code" not in printed()


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"STREAMLIT_SERVER_PORT": "99999"}, "STREAMLIT_SERVER_PORT must be a port number, not '99999'."),
        ({"COP_DATABASE_URL": "sqlite://"}, "COP_DATABASE_URL must name a file"),
        ({"COP_DATABASE_URL": "nonsense"}, "COP_DATABASE_URL can't be used"),
        ({"COP_IDLE_HOURS": "-1"}, "COP_IDLE_HOURS must be a positive number of hours"),
    ],
)
def test_a_wrong_setting_is_told_in_a_sentence(tmp_path, environ, told):
    result = cop(tmp_path, "run", **{"STREAMLIT_SERVER_PORT": str(free_port())} | environ)
    assert result.returncode == 1
    assert told in result.stderr
    assert "Traceback" not in result.stderr


def damaged(path: Path) -> None:
    path.write_bytes(b"rubbish" * 100)


def newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")


@pytest.mark.parametrize(("fault", "told"), [(damaged, "can't be read"), (newer, "newer version")])
@pytest.mark.parametrize("command", ["run", "check"])
def test_a_refused_database_is_told_in_a_sentence(data_dir, fault, told, command):
    fault(data_dir / "cop.sqlite3")
    result = cop(data_dir, command, STREAMLIT_SERVER_PORT=str(free_port()))
    assert result.returncode == 1
    assert result.stderr.startswith("cop: ")
    assert told in result.stderr
    assert result.stderr.count("\n") == 1


def test_streamlit_run_refuses_in_a_sentence_too(data_dir):
    damaged(data_dir / "cop.sqlite3")
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(free_port())]
    result = subprocess.run(
        command, cwd=ROOT, env=environment(data_dir), capture_output=True, text=True, timeout=60, check=False
    )
    assert result.returncode != 0
    assert "can't be read" in result.stderr
    assert "Traceback" not in result.stderr


def test_check_prints_a_line_for_each_problem(db, data_dir):
    make.account(db)  # and nobody is admin
    make.commit(db)
    result = cop(data_dir, "check")
    assert result.returncode == 1
    assert result.stdout.splitlines() == [
        "somebody_can_administrate: no active account is admin",
        "1 problem found.",
    ]


def test_check_schema(tmp_path):
    result = cop(tmp_path, "check-schema")
    assert (result.returncode, result.stdout) == (0, "The migrations make what the models say.\n")
    assert list(tmp_path.iterdir()) == []  # it looks at no database of ours


def test_backup_and_restore(db, data_dir, tmp_path):
    make.area(db, name="Data")
    make.commit(db)
    copy = tmp_path / "copy.sqlite3"
    result = cop(data_dir, "backup", "copy.sqlite3", cwd=tmp_path)  # where the command is given
    assert result.returncode == 0, result.stderr
    assert copy.exists()
    again = cop(data_dir, "backup", str(copy))
    assert (again.returncode, again.stdout) == (1, "")
    assert "--force" in again.stderr
    assert cop(data_dir, "backup", str(copy), "--force").returncode == 0
    db.execute(sa.delete(Area))
    db.commit()
    restored = cop(data_dir, "restore", str(copy))
    assert restored.returncode == 0, restored.stderr
    assert re.search(r"kept as \S+cop\.sqlite3\.replaced-\d{8}T\d{6}", restored.stdout)
    with closing(sqlite3.connect(data_dir / "cop.sqlite3")) as connection:
        assert connection.execute("SELECT name FROM area").fetchall() == [("Data",)]


@pytest.mark.usefixtures("engine")
def test_a_refusing_file_system_is_told_in_a_sentence(data_dir):
    result = cop(data_dir, "backup", "/dev/full/copy.sqlite3")
    assert result.returncode == 1
    assert result.stderr.startswith("cop: ")
    assert "Traceback" not in result.stderr


def test_reset_link_for_an_account_by_its_name(db, data_dir):
    make.account(db, username="ana@example.org")
    make.commit(db)
    result = cop(data_dir, "reset-link", " Ana@Example.org")
    assert re.fullmatch(r"http://localhost:\d+/reset\?t=[\w-]{43}\n", result.stdout)
    unknown = cop(data_dir, "reset-link", "nobody")
    assert (unknown.returncode, unknown.stderr) == (1, "cop: There is no account with the user name 'nobody'.\n")


def test_load_example_needs_an_empty_database(db, data_dir):
    make.account(db)
    make.commit(db)
    result = cop(data_dir, "load-example")
    assert (result.returncode, result.stdout) == (1, "")
    assert "needs an empty one" in result.stderr


def test_help_names_every_command(tmp_path, capsys):
    shown = cop(tmp_path, "--help").stdout
    for command in (
        "demo",
        "run",
        "check",
        "check-schema",
        "backup",
        "restore",
        "import",
        "load-example",
        "reset-link",
    ):
        assert re.search(rf"^ +{command}( |$)", shown, re.MULTILINE), command
    assert "COP_DATABASE_URL" in shown
    with pytest.raises(SystemExit, match=r"^0$"):
        main(["import", "--help"])
    assert "usage: python -m cop import" in capsys.readouterr().out
    with pytest.raises(SystemExit, match=r"^2$"):
        main([])


def test_an_old_python_gets_an_answer():
    """The entry module is plain enough for any Python 3, so that it can say which one is needed."""
    code = "import sys, runpy; sys.version_info = (3, 9, 1, 'final', 0); runpy.run_module('cop', run_name='__main__')"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (1, "This program needs Python 3.11 or newer, not 3.9.\n")
