"""`python -m cop import`: what it says, what it writes, what it never prints."""

import csv
import os
import stat

import pytest
import sqlalchemy as sa

from cop import db as database
from cop.imports.cli import main
from cop.imports.summary import safe_cell
from cop.models import Attendance, Person
from tests.unit.imports.helpers import FILES, MAPPING

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
    assert "Imported: 19 rows written." in out
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


@pytest.mark.parametrize(
    ("text", "safe"),
    [("=1", "'=1"), ("+a", "'+a"), ("-a", "'-a"), ("@a", "'@a"), ("\tx", "'\tx"), ("\rx", "'\rx"), ("＝1", "'＝1"),
     ("-5", "-5"), ("+3.5", "+3.5"), ("-1,5", "-1,5"), ("-1+2", "'-1+2"), ("a=1", "a=1"), ("", "")],
)  # fmt: skip
def test_safe_cells(text, safe):
    assert safe_cell(text) == safe


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
