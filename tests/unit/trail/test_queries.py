"""Looking into the audit trail: by everything, a page at a time, for the office only."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from cop import audit
from cop.db import reading, transaction
from cop.errors import Forbidden, NotFound
from cop.models import AuditEntry, Theme, UnitMeeting
from cop.permissions import SYSTEM, Role
from cop.trail import queries
from cop.trail.queries import PAGE, Wanted
from tests import factories as make


@pytest.fixture
def office(engine):
    with transaction() as db:
        make.organisation(db)
        return make.actor(db, Role.ADMIN)


def add(actor=SYSTEM, operation="catalog.edit_community", at=make.NOW, **values):
    with transaction() as db:
        audit.record(db, actor, now=at, operation=operation, **values)


def found(office, **wanted):
    with reading() as db:
        return queries.entries(db, office, wanted=Wanted(**wanted))


def at(day, hour, minute=0):
    return datetime(2026, 6, day, hour, minute, tzinfo=UTC)


def test_only_for_the_office(engine):
    with transaction() as db:
        others = [None, make.actor(db), make.actor(db, Role.MANAGER), make.actor(db, Role.FACILITATOR)]
    with reading() as db:
        for actor in others:
            for ask in (
                lambda actor=actor: queries.entries(db, actor, wanted=Wanted()),
                lambda actor=actor: queries.entry(db, actor, entry_id=1),
                lambda actor=actor: queries.choices(db, actor),
            ):
                with pytest.raises(Forbidden):
                    ask()


def test_a_page_at_a_time_newest_first(office):
    for number in range(PAGE + 3):
        add(object_type="area", object_id=number)
    first = found(office)
    assert (len(first.rows), first.more) == (PAGE, True)
    assert list(first.rows["id"]) == list(range(PAGE + 3, 3, -1))
    with reading() as db:
        last = queries.entries(db, office, wanted=Wanted(), older_than=int(first.rows["id"].iloc[-1]))
    assert (list(last.rows["id"]), last.more) == ([3, 2, 1], False)


def test_rows_are_limited_in_the_database(office, engine):
    """However many entries there are, one statement asks for a page of them, and none for what they changed."""
    add(after={"secret_text": "x"})
    sent = []
    sa.event.listen(engine, "before_cursor_execute", lambda _c, _cur, text, params, *_: sent.append((text, params)))
    found(office)
    statements = [(text, params) for text, params in sent if "FROM audit_entry" in text]
    assert len(statements) == 1
    assert "LIMIT" in statements[0][0]
    assert PAGE + 1 in tuple(statements[0][1].values() if isinstance(statements[0][1], dict) else statements[0][1])


def test_days_are_the_organisations(office):
    """In Madrid 16 June begins at 22:00 UTC on the 15th."""
    for hour, minute in ((21, 59), (22, 0)):
        add(at=at(15, hour, minute))
    add(at=at(16, 21, 59))
    add(at=at(16, 22, 0))
    assert list(found(office, since=date(2026, 6, 16), until=date(2026, 6, 16)).rows["id"]) == [3, 2]
    assert list(found(office, since=date(2026, 6, 17)).rows["id"]) == [4]
    assert list(found(office, until=date(2026, 6, 15)).rows["id"]) == [1]


def test_each_filter_by_hand(office):
    with transaction() as db:
        room, other = make.community(db, name="Data"), make.community(db)
    add(office, community_id=room.id, object_type="community", object_id=room.id)
    add(office, operation="accounts.set_active", object_type="account", outcome="refused")
    add(operation="imports.import_files", object_type="import")
    add(None, operation="accounts.sign_in", object_type="account", outcome="refused")
    add(community_id=other.id)

    def ids(**wanted):
        return list(found(office, **wanted).rows["id"])

    assert ids(who=office.account_id) == [2, 1]
    assert ids(who="command line") == [5, 3]
    assert ids(who="visitor") == [4]
    assert ids(operation="imports.import_files") == [3]
    assert ids(object_type="account") == [4, 2]
    assert ids(community_id=room.id) == [1]
    assert ids(outcome="refused") == [4, 2]
    assert ids(outcome="refused", who=office.account_id) == [2]
    with reading() as db:
        offered = queries.choices(db, office)
    assert offered.operations == (
        "accounts.set_active",
        "accounts.sign_in",
        "catalog.edit_community",
        "imports.import_files",
    )
    assert offered.object_types == ("account", "community", "import")
    assert offered.who[office.account_id].startswith("Person")
    assert offered.communities[room.id] == "Data"


def test_what_it_was_about_in_words_also_once_it_is_gone(office):
    with transaction() as db:
        unit = make.org_unit(db, name="Technology")
        mia = make.account(db, make.person(db, name="Mia"))
    add(object_type="org_unit", object_id=unit.id, before={"name": "IT"}, after={"name": "Technology"})
    add(object_type="org_unit", object_id=999, before={"name": "Attic", "parent_id": None})
    add(object_type="account", object_id=mia.id)
    add(object_type="import")
    add(object_type="objective", object_id=77)
    assert list(found(office).rows["object"]) == [
        "Objective 77",
        "Import",
        "Account: Mia",
        "Unit: Attic",
        "Unit: Technology",
    ]


def test_funnel_items_and_meetings_by_what_they_are_called(office):
    with transaction() as db:
        unit = make.org_unit(db, name="Metering")
        meeting = UnitMeeting(org_unit_id=unit.id, met_on=make.TODAY, created_at=make.NOW)
        theme = Theme(name="Flexibility", weight=1, since_on=make.TODAY)
        db.add_all((meeting, theme))
        item = make.funnel_item(db, title="Faster reviews", merged_into_id=make.funnel_item(db, title="Reviews").id)
        db.flush()
        parts = {"unit_ids": [unit.id], "theme_ids": [theme.id], "meeting_id": meeting.id}
        target = item.merged_into_id
    add(object_type="funnel_item", object_id=item.id, after=parts | {"merged_into_id": target})
    add(object_type="unit_meeting", object_id=meeting.id)
    assert list(found(office).rows["object"]) == ["Meeting with a unit: Metering", "Funnel item: Faster reviews"]
    with reading() as db:
        changes = queries.entry(db, office, entry_id=1).changes
    assert [(change.field, change.after) for change in changes] == [
        ("Units", "Metering"), ("Themes", "Flexibility"), ("Meeting", "Metering"), ("Merged into", "Reviews"),
    ]  # fmt: skip


def test_an_entry_in_full(office):
    with transaction() as db:
        old, new = make.org_unit(db, name="Sales"), make.org_unit(db, name="Technology")
        room = make.community(db, name="Data", slug="data")
    add(
        office,
        object_type="community",
        object_id=room.id,
        community_id=room.id,
        before={"org_unit_id": old.id, "focus": "Pipes", "version": 1},
        after={"org_unit_id": new.id, "focus": "", "version": 2},
    )
    with reading() as db:
        entry = queries.entry(db, office, entry_id=1)
        with pytest.raises(NotFound):
            queries.entry(db, office, entry_id=2)
    assert (entry.who, entry.operation, entry.object) == (office.name, "Catalog: edit community", "Community: Data")
    assert (entry.community, entry.slug, entry.outcome) == ("Data", "data", "done")
    assert {(change.field, change.before, change.after) for change in entry.changes} == {
        ("Unit", "Sales", "Technology"),
        ("Focus", "Pipes", "–"),
    }


def test_a_secret_that_got_into_an_entry_is_not_shown(office):
    with transaction() as db:
        db.add(
            AuditEntry(
                at=make.NOW,
                account_id=None,
                actor_name="x",
                operation="a.b",
                after={"secret_hash": "CANARY", "password_hash": "CANARY", "links": [{"token_hash": "CANARY"}]},
            )
        )
    with reading() as db:
        assert "CANARY" not in str(queries.entry(db, office, entry_id=1))
