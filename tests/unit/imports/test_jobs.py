"""A step of an import runs in a child that can be stopped, can't take the server down, and leaves nothing half-done."""

import os
import time
from datetime import timedelta

import pytest
import sqlalchemy as sa

from cop.choices import GrantedRole
from cop.db import reading, transaction
from cop.imports import jobs
from cop.models import Account, OrgUnit
from cop.periods import utcnow
from tests import factories as make

MAPPING = {
    "source": "hr",
    "files": [
        {
            "name": "units.csv",
            "path": "units.csv",
            "kind": "org_units",
            "columns": {"key": "code", "name": "unit", "parent": "above"},
        }
    ],
}
UNITS = b"code,unit,above\nit,IT,hq\nhq,Headquarters,\n"


@pytest.fixture
def admin(db) -> int:
    account = make.account(db)
    make.grant(db, account, GrantedRole.ADMIN)
    make.commit(db)
    return account.id


def wait(token: str) -> jobs.State:
    for _ in range(600):
        found = jobs.state(token)
        if not found.running:
            return found
        time.sleep(0.1)
    raise AssertionError("the step did not end")


def begin(admin: int, data: bytes = UNITS, name: str = "units.csv") -> str:
    token = jobs.new(admin, now=utcnow())
    jobs.add_file(token, 0, data)
    jobs.start(token, "inspect", files=[{"name": name, "number": 0}])
    return token


def step(token: str, name: str, admin: int, **more) -> jobs.State:
    jobs.start(token, name, account_id=admin, mapping=MAPPING, numbers={"units.csv": 0}, **more)
    return wait(token)


def units() -> list[str]:
    with reading() as db:
        return sorted(db.scalars(sa.select(OrgUnit.name)))


def test_from_a_look_to_the_rows_and_back(admin, data_dir):
    token = begin(admin)
    found = wait(token).result["files"]["units.csv"]
    assert (found["format"], found["columns"], found["row_count"]) == ("csv", ["code", "unit", "above"], 2)
    shown = step(token, "preview", admin).result
    assert (shown["size"], shown["refused"], shown["counts"]["org_unit"]) == (4, 0, [2, 0])
    assert ["org_unit", "created", "Headquarters", ""] in shown["changes"]
    assert b"Headquarters" in jobs.download(token, "changes.csv")
    assert units() == []
    assert step(token, "write", admin, fingerprint=shown["fingerprint"]).result == {"written": 4}
    assert units() == ["Headquarters", "IT"]
    again = step(token, "preview", admin).result
    assert again["size"] == 0
    with reading() as db:
        entry = db.scalar(sa.text("SELECT max(id) FROM audit_entry WHERE operation = 'imports.import_files'"))
    assert step(token, "undo", admin, entry_id=entry).result == {"undone": 4}
    assert units() == []


def test_what_changed_since_the_preview_is_shown_first(admin):
    token = begin(admin)
    wait(token)
    shown = step(token, "preview", admin).result
    with transaction() as db:
        db.add(OrgUnit(name="Headquarters"))
        db.execute(sa.text("UPDATE revision SET number = number + 1"))
    found = step(token, "write", admin, fingerprint=shown["fingerprint"])
    assert "changed the same data since the preview" in found.error
    assert units() == ["Headquarters"]


def test_rights_are_those_of_the_moment(admin):
    token = begin(admin)
    wait(token)
    shown = step(token, "preview", admin).result
    with transaction() as db:
        db.get_one(Account, admin).active = False
    assert "may not" in step(token, "write", admin, fingerprint=shown["fingerprint"]).error
    assert units() == []


def test_a_mapping_that_does_not_hold(admin):
    token = begin(admin)
    wait(token)
    jobs.start(token, "preview", account_id=admin, mapping={"source": "HR!", "files": []}, numbers={})
    assert "“source” must be a short name" in wait(token).error


def test_a_step_can_be_stopped(admin):
    token = begin(admin, b"a,b\n" + b"1,2\n" * 2_000_000)
    assert jobs.state(token).running
    jobs.stop(token)
    found = jobs.state(token)
    assert not found.running
    assert found.error == "You stopped this step. Nothing was imported."
    assert jobs.under_way(admin) == {token: ()}


def test_a_step_of_a_server_that_is_gone(admin):
    token = begin(admin)
    jobs.cancel(token)  # as if its server had ended
    assert "interrupted" in jobs.state(token).error
    jobs.start(token, "write", account_id=admin, mapping=MAPPING, numbers={"units.csv": 0}, fingerprint="")
    jobs.cancel(token)
    assert "Look among the imports made" in jobs.state(token).error  # it may have been done just before


def test_a_step_that_takes_too_long_is_stopped(admin, monkeypatch):
    monkeypatch.setitem(jobs.LONGEST, "inspect", 0.0)
    token = begin(admin)
    assert "took too long" in wait(token).error
    assert not jobs.state(token).running


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no such limit; there the time limit holds")
def test_a_file_that_eats_memory_ends_its_own_process(admin, monkeypatch):
    monkeypatch.setenv("COP_IMPORT_MEMORY", "400000000")
    token = begin(admin, b"k: [" + b"{a: 1}, " * 3_000_000 + b"{a: 2}]", "big.yaml")
    assert "more memory or time than an import may take" in wait(token).error


def test_an_import_is_its_owners_alone(admin):
    token = begin(admin)
    wait(token)
    assert jobs.belongs(token, admin)
    assert not jobs.belongs(token, admin + 1)
    for other in ("", "x", "../" + token, f"{token}/..", "."):
        assert not jobs.belongs(other, admin)


def test_files_are_private_and_go_after_a_day(admin, data_dir):
    token = begin(admin)
    wait(token)
    folder = data_dir / "imports" / token
    if os.name != "nt":
        assert folder.stat().st_mode & 0o077 == 0
        assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())
    jobs.new(admin, now=utcnow() + timedelta(hours=23))
    assert folder.exists()
    jobs.new(admin, now=utcnow() + timedelta(hours=25))
    assert not folder.exists()
    other = begin(admin)
    wait(other)
    jobs.forget(other)
    assert not jobs.belongs(other, admin)
