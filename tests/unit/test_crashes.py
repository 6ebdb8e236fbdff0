"""Real processes killed in the middle of real writes: what was acknowledged is there, and nothing is there by half."""

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from cop import integrity, schema
from cop.cli import main
from cop.db import make_engine, reading
from cop.models import Attendance, AuditEntry, CommunitySession, Contribution, IdempotencyKey, Person, Resource
from cop.periods import utcnow
from cop.settings import ROOT, settings
from tests import factories as make

pytestmark = pytest.mark.sqlite

PEOPLE, GIFTS, LINKS = 5, 3, 2
KILLS, WRITERS = 3, 2

RECORDER = """
import itertools, sys
from datetime import datetime, timedelta
from cop.accounts.queries import actor_of_account
from cop.db import reading
from cop.execute import execute
from cop.periods import utcnow
from cop.sessions.inputs import Gift, Link, Plan, Report
from cop.sessions.operations import record_session

me, account, community, *people = sys.argv[1], *map(int, sys.argv[2:])
with reading() as db:
    actor = actor_of_account(db, account, now=utcnow())
for number in itertools.count():
    start = datetime.now() - timedelta(days=9, minutes=number)
    done = execute(
        record_session,
        actor,
        once=f"{me}-{number}",
        community_id=community,
        plan=Plan(f"{me}-{number}", start, start + timedelta(hours=1), "Europe/Madrid"),
        report=Report(
            attendance="list",
            attended=people,
            contributions=[Gift("idea", f"{me}-{number}-{one}", people[one]) for one in range(3)],
            links=[Link(f"link {one}", "https://example.org/") for one in range(2)],
        ),
    )
    print(done, flush=True)
"""


def environment(folder: Path) -> dict[str, str]:
    return {"COP_DATA_DIR": str(folder), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}


@contextmanager
def killed(commands: list[list[str]], folder: Path) -> Iterator[list[Path]]:
    """Run the commands at once, each with its output in a file; on leaving they die as in a power cut."""
    outputs = [folder / f"out-{number}" for number in range(len(commands))]
    running = []
    for command, output in zip(commands, outputs, strict=True):
        with output.open("w") as out:
            running.append(subprocess.Popen(command, env=environment(folder), stdout=out, stderr=subprocess.STDOUT))
    try:
        yield outputs
    finally:
        for process in running:
            process.kill()
            process.wait(30)


def acknowledged(output: Path) -> list[int]:
    """The ids that were printed whole."""
    return [int(line) for line in output.read_text().split("\n")[:-1]]


def wait_for(condition, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def per_session(db, table) -> set[int]:
    """How many rows of the table the sessions have: one number, unless some have fewer."""
    counts = sa.select(sa.func.count(table.session_id)).select_from(CommunitySession).outerjoin(table)
    return set(db.scalars(counts.group_by(CommunitySession.id)))


def test_a_kill_loses_no_acknowledged_recording_and_leaves_none_by_half(data_dir, db):
    make.organisation(db)
    room, people = make.community(db), [make.person(db) for _ in range(PEOPLE)]
    lead = make.account(db, people[0])
    make.facilitator(db, room, people[0], since_on=None)
    make.commit(db)
    ids = [str(key) for key in (lead.id, room.id, *(person.id for person in people))]
    chance = random.Random(25)  # noqa: S311 - when to kill, no secret
    told: set[int] = set()
    for number in range(KILLS):
        names = [f"{number}-{writer}" for writer in range(WRITERS)]
        with killed([[sys.executable, "-c", RECORDER, name, *ids] for name in names], data_dir) as outputs:
            wait_for(lambda outputs=outputs: sum(len(acknowledged(output)) for output in outputs) > 5)
            time.sleep(chance.uniform(0, 0.1))
        told |= {key for output in outputs for key in acknowledged(output)}
        schema.open_database(settings())  # as the next start does
        with reading() as after:
            assert told <= set(after.scalars(sa.select(CommunitySession.id)))
            assert per_session(after, Attendance) == {PEOPLE}
            assert per_session(after, Contribution) == {GIFTS}
            assert per_session(after, Resource) == {LINKS}
            total = after.scalar(sa.select(sa.func.count(CommunitySession.id)))
            assert after.scalar(sa.select(sa.func.count(AuditEntry.id))) == total
            kept = set(after.scalars(sa.select(IdempotencyKey.result)))
            assert kept == set(after.scalars(sa.select(CommunitySession.id)))
    assert [line for line in integrity.check(settings(), now=utcnow()) if "admin" not in line] == []


MAPPING = """
source = "hr"

[[files]]
kind = "people"
path = "people.csv"
columns = { key = "nr", name = "name", email = "mail", org_unit = "unit" }

[[files]]
kind = "org_units"
path = "units.csv"
columns = { key = "code", name = "unit" }
"""
ROWS = 3_000


@pytest.mark.parametrize("wait", [0.0, 0.05, 0.2])
def test_an_import_that_is_killed_is_whole_or_was_never_there(data_dir, tmp_path, wait):
    (tmp_path / "mapping.toml").write_text(MAPPING)
    (tmp_path / "units.csv").write_text("code,unit\n1,Technology\n")
    people = "".join(f"{number},Person {number},p{number}@example.org,1\n" for number in range(ROWS))
    (tmp_path / "people.csv").write_text(f"nr,name,mail,unit\n{people}")
    command = [sys.executable, "-u", "-m", "cop", "import", str(tmp_path / "mapping.toml")]
    with killed([command], data_dir) as outputs:
        wait_for(lambda: "\nwriting " in outputs[0].read_text())
        time.sleep(wait)
    schema.open_database(settings())
    found = people_and_imports()
    assert found in {(0, 0), (ROWS, 1)}
    assert ("Imported" not in outputs[0].read_text()) or found == (ROWS, 1)
    assert main(["import", str(tmp_path / "mapping.toml")]) == 0
    assert people_and_imports() == (ROWS, 1)


def people_and_imports() -> tuple[int, int]:
    engine = make_engine(settings().database_url)
    with reading(engine) as db:
        found = tuple(db.scalar(sa.select(sa.func.count()).select_from(table)) for table in (Person, AuditEntry))
    engine.dispose()
    return found
