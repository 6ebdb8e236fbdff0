"""Running operations: written once, refusals on record, a stale row told as a conflict."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa

from cop import audit
from cop.catalog import operations as catalog
from cop.db import reading
from cop.errors import Conflict, Forbidden, Invalid
from cop.execute import execute, operation_name
from cop.models import Area, AuditEntry, Community, IdempotencyKey
from cop.permissions import Permission, Role, require
from tests import factories as make
from tests.factories import NOW


def add_area(db, actor, *, now, name):
    """An operation like any other."""
    actor = require(actor, Permission.COMMUNITY_CREATE)
    if not name:
        raise Invalid({"name": "The name is missing."})
    row = Area(name=f"{name} {db.scalar(sa.select(sa.func.count(Area.id)))}")
    db.add(row)
    db.flush()
    audit.record(db, actor, now=now, operation="test.add_area", object_id=row.id)
    return row.id


@pytest.fixture
def admin(db):
    made = make.actor(db, Role.ADMIN)
    make.commit(db)
    return made


def count(table) -> int:
    with reading() as db:
        return db.scalar(sa.select(sa.func.count()).select_from(table))


def test_twenty_submissions_of_one_form_write_once(admin):
    at_once = Barrier(20)

    def submit(_):
        at_once.wait(30)
        return execute(add_area, admin, now=NOW, once="form-1", name="Data")

    with ThreadPoolExecutor(20) as pool:
        results = set(pool.map(submit, range(20)))
    assert len(results) == 1
    assert (count(Area), count(AuditEntry), count(IdempotencyKey)) == (1, 1, 1)
    assert execute(add_area, admin, now=NOW, once="form-2", name="Data") not in results


def test_a_key_is_one_accounts_own(db, admin):
    other = make.actor(db, Role.ADMIN)
    make.commit(db)
    first = execute(add_area, admin, now=NOW, once="form", name="Data")
    assert execute(add_area, other, now=NOW, once="form", name="Data") != first
    assert count(Area) == 2


def test_a_key_is_one_submissions_own(db, admin):
    """Several operations may share a form, and what is in it may have changed since it was sent."""
    first = execute(add_area, admin, now=NOW, once="form", name="Data")
    assert execute(add_area, admin, now=NOW, once="form", name="Data") == first
    assert execute(add_area, admin, now=NOW, once="form", name="Power") != first
    room = execute(catalog.create_community, admin, now=NOW, once="form", name="Data", focus="Pipelines")
    assert (count(Area), count(Community)) == (2, 1)
    assert room is not None


def test_a_failed_submission_does_not_use_up_its_key(admin):
    with pytest.raises(Invalid):
        execute(add_area, admin, now=NOW, once="form", name="")
    assert count(IdempotencyKey) == 0
    assert execute(add_area, admin, now=NOW, once="form", name="Data") is not None


def test_a_refusal_is_audited_with_ids_and_without_what_was_typed(db):
    staff, room = make.actor(db), make.community(db)
    make.commit(db)
    with pytest.raises(Forbidden):
        execute(catalog.archive_community, staff, now=NOW, community_id=room.id, version=1, reason="a secret")
    with reading() as after:
        entry = after.scalars(sa.select(AuditEntry)).one()
        assert (entry.operation, entry.outcome, entry.account_id) == (
            "catalog.archive_community",
            "refused",
            staff.account_id,
        )
        assert entry.after == {"community_id": room.id}
        assert after.get(Community, room.id).archived_at is None


def test_an_unknown_id_is_told_and_recorded_like_a_forbidden_one(db):
    staff, room = make.actor(db), make.community(db)
    make.commit(db)
    told = []
    for community_id in (room.id, room.id + 1_000):
        with pytest.raises(Forbidden) as refused:
            execute(catalog.archive_community, staff, now=NOW, community_id=community_id, version=1, reason="x")
        told.append(str(refused.value))
    assert told[0] == told[1]
    assert count(AuditEntry) == 2


def test_a_visitor_is_refused_on_record(engine):
    with pytest.raises(Forbidden):
        execute(add_area, None, now=NOW, name="Data", on=engine)
    with reading() as db:
        entry = db.scalars(sa.select(AuditEntry)).one()
        assert (entry.actor_name, entry.account_id, entry.outcome) == ("visitor", None, "refused")


def test_a_row_changed_underneath_is_a_conflict(db, admin):
    area = make.area(db, name="Data")
    make.commit(db)

    def rename(db, actor, *, now, area_id):
        row = db.get(Area, area_id)
        db.execute(sa.text("UPDATE area SET version = version + 1"))  # somebody else, in the same moment
        row.name = "Mine"
        db.flush()

    with pytest.raises(Conflict):
        execute(rename, admin, now=NOW, area_id=area.id)
    with reading() as after:
        assert after.get(Area, area.id).name == "Data"


def test_a_fault_writes_nothing_and_is_no_refusal(admin):
    def fail(db, actor, *, now):
        db.add(Area(name="Half"))
        db.flush()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        execute(fail, admin, now=NOW)
    assert (count(Area), count(AuditEntry)) == (0, 0)


def test_operations_are_named_by_room():
    assert operation_name(catalog.archive_community) == "catalog.archive_community"
