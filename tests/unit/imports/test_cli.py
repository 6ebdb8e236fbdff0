"""`python -m cop import`: what it says, what it writes, what it never prints."""

import csv
import os
import stat

import pytest
import sqlalchemy as sa

from cop import db as database
from cop.catalog.operations import create_community
from cop.cli.imports import _write, main
from cop.execute import execute
from cop.imports.mapping import parse_mapping
from cop.imports.records import read_job
from cop.models import Attendance, Person
from cop.periods import utcnow
from cop.permissions import SYSTEM
from tests.unit.imports.helpers import FILES, MAPPING, plan_of

SECRET = "sk-very-secret-0123456789"


@pytest.fixture
def folder(data_dir, tmp_path):
    mapping = MAPPING
    for kind, text in FILES.items():
        (tmp_path / f"{kind}.csv").write_text(text, encoding="utf-8")
        mapping = mapping.replace(f'kind = "{kind}"\n', f'kind = "{kind}"\npath = "{kind}.csv"\n')
    (tmp_path / "mapping.toml").write_text(mapping, encoding="utf-8")
    return tmp_path


def _people() -> int:
    with database.reading() as db:
        return db.scalar(sa.select(sa.func.count()).select_from(Person)) or 0


def test_import_then_again(folder, capsys):
    assert main([str(folder / "mapping.toml")]) == 0
    out, err = capsys.readouterr()
    lines = [line.split() for line in out.splitlines()]
    assert ["attendance", "4", "3", "1"] in lines
    assert ["attendance", "left", "out", "incomplete_name", "1"] in lines
    assert "Imported: 28 rows written." in out
    assert "attendance: 4 rows read" in err
    assert "Ana" not in out + err
    assert main([str(folder / "mapping.toml")]) == 0
    assert "Everything was there already." in capsys.readouterr().out


def test_a_dry_run_writes_nothing(folder, capsys):
    assert main([str(folder / "mapping.toml"), "--dry-run"]) == 0
    assert "Nothing was written" in capsys.readouterr().out
    assert _people() == 0


def test_problems_are_told_without_what_the_cells_say(folder, capsys):
    rows = FILES["people"] + "".join(f"{number},{SECRET},{SECRET},x{number},,\n" for number in range(100, 140))
    (folder / "people.csv").write_text(rows, encoding="utf-8")
    assert main([str(folder / "mapping.toml")]) == 1
    out, err = capsys.readouterr()
    assert "people, row 4, mail: The cell can't be read as what it should be." in err
    assert "… and 10 more; --report writes them all." in err
    assert "Nothing was imported." in err
    assert SECRET not in out + err
    assert _people() == 0


def test_the_report_is_private_whole_and_safe_to_open(folder):
    (folder / "attendance.csv").write_text('session,login,name,note\ns1,,"=1+1",-5\ns1,zoe,Zoe Lund,@x\n')
    assert main([str(folder / "mapping.toml"), "--report", str(folder / "out.csv")]) == 0
    if os.name != "nt":
        assert stat.S_IMODE((folder / "out.csv").stat().st_mode) == 0o600
    with (folder / "out.csv").open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert [(row["file"], row["row"], row["column"], row["reason"], row["value"]) for row in rows] == [
        ("attendance", "2", "name", "incomplete_name", "'=1+1")
    ]
    assert rows[0]["whole row"] == "session=s1 | name==1+1 | note=-5"


@pytest.mark.parametrize("text", [" =1+1", "\u200b=1+1", "\u00a0=1+1", "|calc", "%0A=1", "'=1", "＝1"])
def test_the_report_holds_no_formula_however_hidden(folder, text):
    (folder / "attendance.csv").write_text(f"session,login,name,note\ns1,,{text},\n", encoding="utf-8")
    main([str(folder / "mapping.toml"), "--report", str(folder / "out.csv")])
    with (folder / "out.csv").open(encoding="utf-8-sig", newline="") as handle:
        assert [row["value"] for row in csv.DictReader(handle)] == [f"'{text}"]


def test_an_unexpected_refusal_of_the_database_is_told_and_leaves_nothing(folder, capsys):
    """Whatever constraint no check of ours foresaw."""
    with database.transaction() as db:
        db.execute(sa.text("CREATE UNIQUE INDEX surprise ON attendance (note)"))
    assert main([str(folder / "mapping.toml")]) == 1
    out, err = capsys.readouterr()
    *_progress, refusal, last = err.splitlines()
    assert refusal.startswith("The database refused the import: ")
    assert last == "Nothing was imported."
    assert "Traceback" not in err
    assert "Imported" not in out
    assert _people() == 0


def _planned(folder):
    mapping = parse_mapping((folder / "mapping.toml").read_text(encoding="utf-8"))
    job = read_job(mapping, {kind: text.encode() for kind, text in FILES.items()})
    return job, plan_of(job, now=utcnow())


def test_writes_of_others_meanwhile_stop_an_import_only_where_they_change_it(folder, capsys):
    job, plan = _planned(folder)
    execute(create_community, SYSTEM, name="Sales", focus="Something else")
    assert _write(job, plan) == 0
    assert "Imported: 28 rows written." in capsys.readouterr().out


def test_what_others_changed_of_the_same_stops_the_import(folder, capsys):
    job, plan = _planned(folder)
    execute(create_community, SYSTEM, name="Data", focus="The same name")
    assert _write(job, plan) == 1
    assert "Nothing was imported: run it again." in capsys.readouterr().err
    assert _people() == 0


def test_files_may_lie_elsewhere(folder, tmp_path, capsys):
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.csv").write_text("session,login,name,note\ns1,zoe,Zoe Lund,\n")
    assert main([str(folder / "mapping.toml"), "--file", f"attendance={other / 'a.csv'}"]) == 0
    with database.reading() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(Attendance)) == 1
    capsys.readouterr()


@pytest.mark.parametrize("given", ["nothing=a.csv", "attendance", "attendance="])
def test_a_file_that_the_mapping_does_not_know(folder, capsys, given):
    assert main([str(folder / "mapping.toml"), "--file", given]) == 1
    assert "write NAME=PATH" in capsys.readouterr().err


def test_a_file_or_mapping_that_is_not_there(folder, capsys):
    (folder / "people.csv").unlink()
    assert main([str(folder / "mapping.toml")]) == 1
    assert "people: There is no such file. [missing_file]" in capsys.readouterr().err
    assert main([str(folder / "none.toml")]) == 1
    assert "none.toml" in capsys.readouterr().err
