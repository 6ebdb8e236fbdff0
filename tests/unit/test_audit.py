"""The audit trail: who, when, what, from what to what; added to, never changed."""

import pytest
import sqlalchemy as sa

from cop import audit
from cop.db import finish, revisions
from cop.models import AuditEntry
from cop.permissions import SYSTEM
from tests import factories as make
from tests.factories import NOW


def entry(db) -> AuditEntry:
    db.flush()
    return db.scalars(sa.select(AuditEntry)).one()


def test_an_entry_says_who_when_what(db):
    actor, room = make.actor(db), make.community(db)
    audit.record(
        db,
        actor,
        now=NOW,
        operation="test.rename",
        topics=("catalog", "people"),
        object_type="community",
        object_id=room.id,
        community_id=room.id,
        before={"name": "Old", "focus": "Same", "gone": 1},
        after={"name": "New", "focus": "Same", "added": NOW},
    )
    finish(db)
    row = entry(db)
    assert (row.at, row.account_id, row.actor_name, row.outcome) == (NOW, actor.account_id, actor.name, "done")
    assert (row.object_type, row.object_id, row.community_id) == ("community", room.id, room.id)
    assert row.before == {"name": "Old", "gone": 1}
    assert row.after == {"name": "New", "added": str(NOW)}
    assert revisions(db) == {"catalog": 1, "people": 1}


def test_the_command_line_and_visitors_have_no_account(db):
    for actor in (SYSTEM, None):
        audit.record(db, actor, now=NOW, operation="test.write")
    db.flush()
    rows = db.execute(sa.select(AuditEntry.actor_name, AuditEntry.account_id).order_by(AuditEntry.id)).all()
    assert [tuple(row) for row in rows] == [("command line", None), ("visitor", None)]


@pytest.mark.parametrize("change", ["UPDATE audit_entry SET actor_name = 'nobody'", "DELETE FROM audit_entry"])
def test_an_entry_can_be_neither_changed_nor_deleted(db, change):
    audit.record(db, SYSTEM, now=NOW, operation="test.write")
    db.commit()
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        db.execute(sa.text(change))
    db.rollback()
    assert entry(db).actor_name == "command line"


@pytest.mark.sqlite
def test_a_replaced_entry_is_refused_too(db):
    """INSERT OR REPLACE deletes first, without firing the trigger on deletions."""
    audit.record(db, SYSTEM, now=NOW, operation="test.write")
    db.commit()
    columns = "id, at, actor_name, operation, outcome, object_type"
    with pytest.raises(sa.exc.IntegrityError, match="append-only"):
        db.execute(sa.text(f"REPLACE INTO audit_entry ({columns}) VALUES (1, '2026-01-01', 'nobody', 'x', 'done', '')"))
    db.rollback()
    assert entry(db).actor_name == "command line"


def test_secrets_are_never_among_the_values(db):
    kept = audit.values(make.account(db, password_hash="hash-of-a-secret"))
    assert "password_hash" not in kept
    assert "hash-of-a-secret" not in str(kept)
    assert kept["created_at"] == str(NOW)


def test_values_may_be_named(db):
    assert audit.values(make.area(db, name="Data"), only=["name"]) == {"name": "Data"}
