"""People added on the way, and the directory in which they are found again."""

import pytest
import sqlalchemy as sa

from cop.errors import Forbidden, Invalid
from cop.execute import execute
from cop.models import AuditEntry, Person, PersonAlias, PersonKind
from cop.people.names import name_key
from cop.people.operations import create_person
from cop.people.queries import directory
from cop.permissions import Role
from tests import factories as make


@pytest.fixture
def room(db):
    return make.community(db, name="Data")


@pytest.fixture
def lead(db, room):
    return make.actor(db, Role.FACILITATOR, communities=[room])


def test_a_guest_is_added_and_audited(db, engine, room, lead):
    make.commit(db)
    person_id = execute(
        create_person, lead, now=make.NOW, community_id=room.id, name="  Nora Vidal ", kind="guest", handle="@NoraV"
    )
    row = db.get(Person, person_id)
    assert (row.name, row.kind, row.handle, row.email) == ("Nora Vidal", PersonKind.GUEST, "norav", None)
    entry = db.scalars(sa.select(AuditEntry)).one()
    assert (entry.operation, entry.object_id, entry.community_id) == ("people.create_person", person_id, room.id)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"name": ""}, "missing"),
        ({"name": "…"}, "not a name"),
        ({"name": "x" * 121}, "too long"),
        ({"name": "Nora", "email": "no address"}, "not an e-mail"),
        ({"name": "Nora", "email": "ANA@example.org"}, "already belongs to Ana"),
        ({"name": "Nora", "handle": "@Ana"}, "already belongs to Ana"),
        ({"name": "Nora", "kind": "boss"}, "must be one of"),
    ],
)
def test_bad_people_are_refused(db, room, lead, values, message):
    make.person(db, name="Ana", email="ana@example.org", handle="ana")
    make.commit(db)
    with pytest.raises(Invalid) as caught:
        execute(create_person, lead, now=make.NOW, community_id=room.id, **values)
    assert message in caught.value.errors["name"]
    assert db.scalar(sa.select(sa.func.count()).where(Person.name == values["name"])) == 0


def test_only_for_ones_own_community(db, room, lead):
    other = make.community(db)
    make.commit(db)
    with pytest.raises(Forbidden):
        execute(create_person, lead, now=make.NOW, community_id=other.id, name="Nora")
    with pytest.raises(Forbidden):
        execute(create_person, lead, now=make.NOW, community_id=None, name="Nora")


def test_directory_follows_mergers_and_spellings(db):
    ana = make.person(db, name="Ana Gómez", email="ana@example.org")
    old = make.person(db, name="A. Gomez", email="agomez@example.org", handle="agz", merged_into_id=ana.id)
    older = make.person(db, name="Anita", email=None, merged_into_id=old.id)
    db.add(PersonAlias(person_id=older.id, key=name_key("Anita G")))
    db.flush()
    found = directory(db, None)
    assert set(found.names) == {ana.id}
    assert found.emails == {"ana@example.org": ana.id, "agomez@example.org": ana.id}
    assert found.handles == {"agz": ana.id}
    assert found.by_key == {key: {ana.id} for key in ("ana gomez", "a gomez", "anita", "anita g")}


def test_search_begins_words_ignores_accents_and_puts_known_faces_first(db):
    unit = make.org_unit(db, name="Platform")
    jose = make.person(db, name="José Álvarez", email="pepe@example.org", org_unit_id=unit.id)
    alva = make.person(db, name="Alva Jones", email="aj@example.org", handle="alvaj")
    guest = make.person(db, name="Rosalva Ruiz", email=None, kind=PersonKind.GUEST)
    found = directory(db, None)
    assert found.search("alva") == [alva.id, jose.id]
    assert found.search("alva", first={jose.id}) == [jose.id, alva.id]
    assert found.search("jo al") == [alva.id, jose.id]  # José Álvarez and Alva Jones, by name
    assert found.search("PEPE") == [jose.id]
    assert found.search("@alvaj") == [alva.id]
    assert found.search("Rosalba Ruiz") == [guest.id]  # nobody begins so: who is alike
    assert found.search("  ") == []
    assert found.label(jose.id) == "José Álvarez · Platform"
    assert found.label(guest.id) == "Rosalva Ruiz · guest"
