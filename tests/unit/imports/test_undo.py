"""An import is taken back whole, or, where others built on it, not at all."""

import pytest
import sqlalchemy as sa

from cop.db import reading, transaction
from cop.errors import Forbidden, Invalid, NotFound
from cop.execute import execute
from cop.imports.operations import IMPORT, undo_import
from cop.imports.queries import imports_done
from cop.integrity import problems
from cop.models import Attendance, AuditEntry, Base, Community, CommunitySession, OrgUnit, Person
from cop.permissions import SYSTEM, Role
from tests import factories as make
from tests.unit.imports.helpers import FILES, bring, by_key, job

LEFT_BEHIND = {"audit_entry", "revision", "sqlite_sequence"}


def contents(db) -> dict[str, list[tuple]]:
    """Everything that the database holds, but for the trail itself."""
    return {
        table.name: sorted(map(tuple, db.execute(sa.select(table))), key=repr)
        for table in Base.metadata.sorted_tables
        if table.name not in LEFT_BEHIND
    }


def snapshot() -> dict[str, list[tuple]]:
    with reading() as db:
        return contents(db)


def last_import() -> int:
    with reading() as db:
        return db.scalar(sa.select(sa.func.max(AuditEntry.id)).where(AuditEntry.operation == IMPORT))


def undo(entry_id: int | None = None) -> int:
    return execute(undo_import, SYSTEM, now=make.NOW, entry_id=entry_id or last_import())


def test_nothing_of_it_is_left(engine):
    before = snapshot()
    written = bring(job())
    assert undo() >= written
    assert snapshot() == before
    with reading() as db:
        assert problems(db, now=make.NOW) == []
        (done,) = imports_done(db, SYSTEM, most=10)
    assert (done.source, done.undone_by) == ("hr", "command line")


def test_what_was_there_gets_its_old_values(db):
    make.organisation(db)
    unit = make.org_unit(db, name="Elsewhere")
    ben = make.person(db, name="Ben", email="ben@x.org", org_unit_id=unit.id)
    room = make.community(db, name="Data", focus="What it was")
    make.session(db, room, make.TODAY.replace(month=5, day=4), people=[ben])
    make.membership(db, room, ben)
    make.commit(db)
    before = snapshot()
    bring(job())
    with reading() as fresh:
        assert fresh.get_one(Person, ben.id).name == "Ben Okri"
        assert fresh.get_one(Person, ben.id).org_unit_id != unit.id
    undo()
    after = snapshot()
    ignoring = {name: {"version"} for name in ("person", "community", "org_unit")}
    ignoring["membership_month"] = {"id"}  # counted again, so it may be another row
    for table, rows in before.items():
        names = [column.key for column in Base.metadata.tables[table].columns]
        keep = [place for place, name in enumerate(names) if name not in ignoring.get(table, ())]
        assert [[row[i] for i in keep] for row in after[table]] == [[row[i] for i in keep] for row in rows], table
    with reading() as fresh:
        assert problems(fresh, now=make.NOW) == []


def test_twice_is_refused(engine):
    bring(job())
    undo()
    with pytest.raises(Invalid, match="taken back already"):
        undo()


def test_what_others_built_on_it_stands_in_the_way(engine):
    bring(job())
    entry, before = last_import(), snapshot()
    with transaction() as db:
        room, ana = by_key(db, Community, "c2"), by_key(db, Person, "007")
        make.membership(db, room, ana)
    with pytest.raises(Invalid) as refused:
        undo(entry)
    assert "1 row of “membership”" in str(refused.value)
    assert snapshot()["person"] == before["person"], "all or nothing"


def test_what_was_edited_since_stands_in_the_way(engine):
    bring(job())
    with transaction() as db:
        by_key(db, Community, "c1").focus = "Edited by hand"
    with pytest.raises(Invalid, match="1 row of “community” created by it was changed since"):
        undo()
    with transaction() as db:
        db.delete(by_key(db, CommunitySession, "s2"))
    with pytest.raises(Invalid, match="“community session” created by it was removed since"):
        undo()


def test_a_later_import_goes_first(engine):
    bring(job())
    first = last_import()
    bring(job(communities=FILES["communities"].replace("None", "Pipelines")))
    second = last_import()
    assert second != first
    with pytest.raises(Invalid, match="changed since"):
        undo(first)
    undo(second)
    with reading() as db:
        assert by_key(db, Community, "c1").focus == "None"


def test_only_an_import_and_only_by_the_office(db):
    others = (None, make.actor(db), make.actor(db, Role.MANAGER))
    make.commit(db)
    bring(job())
    entry = last_import()
    for actor in others:
        with pytest.raises(Forbidden):
            execute(undo_import, actor, now=make.NOW, entry_id=entry)
    for other in (entry + 1_000, *_entries_of_another_kind()):
        with pytest.raises(NotFound):
            undo(other)


def _entries_of_another_kind() -> list[int]:
    with transaction() as db:
        entry = AuditEntry(at=make.NOW, account_id=None, actor_name="x", operation="catalog.join_community")
        db.add(entry)
        db.flush()
        return [entry.id]


def test_units_made_by_it_may_hold_none_of_others(engine):
    bring(job())
    with transaction() as db:
        make.person(db, org_unit_id=by_key(db, OrgUnit, "it").id)
    with pytest.raises(Invalid, match="“person” added since"):
        undo()


def test_a_list_that_others_went_on_with_stays(engine):
    """The import made a list of what was a count; taking it back under somebody added would leave them without one."""
    bring(job(attendance="session,login,name,note\n"))
    bring(job())
    with transaction() as db:
        meeting = by_key(db, CommunitySession, "s1")
        db.add(Attendance(session_id=meeting.id, person_id=make.person(db).id))
    with pytest.raises(Invalid, match="1 row of “attendance” added since"):
        undo()


def test_an_attendance_that_is_gone_or_amended_since_stands_in_the_way(engine):
    bring(job(attendance="session,login,name,note\n"))
    bring(job())
    with transaction() as db:
        meeting = by_key(db, CommunitySession, "s1").id
        db.add(
            AuditEntry(
                at=make.NOW, account_id=None, actor_name="x", operation="sessions.amend_session",
                object_type="session", object_id=meeting,
            )
        )  # fmt: skip
    with pytest.raises(Invalid, match="1 row of “community session” amended since"):
        undo()
    with transaction() as db:
        db.delete(db.get_one(Attendance, (meeting, by_key(db, Person, "007").id)))
    with pytest.raises(Invalid, match="1 row of “attendance” created by it was removed since"):
        undo()


def test_an_old_value_that_is_somebody_elses_by_now(engine):
    bring(job())
    bring(
        job(
            people=FILES["people"].replace("ana@x.org", "ana@new.example"),
            facilitators=FILES["facilitators"].replace("ana@x.org", "ana@new.example"),
        )
    )
    with transaction() as db:
        make.person(db, email="ana@x.org")
    before = snapshot()
    with pytest.raises(Invalid, match="can't go back"):
        undo()
    assert snapshot() == before
