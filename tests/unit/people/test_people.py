"""People added on the way, and the directory in which they are found again."""

import pytest
import sqlalchemy as sa

from cop.choices import PersonKind
from cop.errors import Forbidden
from cop.models import AuditEntry, Person, PersonAlias
from cop.people.names import name_key
from cop.people.newcomers import Newcomer, add_newcomer, check_newcomer
from cop.people.queries import directory
from cop.permissions import SYSTEM, Role
from cop.query import cache_scope
from cop.validation import Checks
from tests import factories as make


def test_a_newcomer_is_added_and_audited(db):
    room = make.community(db)
    lead = make.actor(db, Role.FACILITATOR, communities=[room])
    checks = Checks()
    newcomer = check_newcomer(db, checks, "attended", Newcomer("  Nora Vidal ", handle="@NoraV"))
    checks.done()
    person_id = add_newcomer(db, lead, now=make.NOW, newcomer=newcomer, community_id=room.id)
    db.flush()
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
def test_bad_newcomers_are_told(db, values, message):
    make.person(db, name="Ana", email="ana@example.org", handle="ana")
    checks = Checks()
    check_newcomer(db, checks, "attended", Newcomer(**values))
    assert message in checks.errors["attended"]


def test_directory_follows_mergers_and_spellings(db):
    ana = make.person(db, name="Ana Gómez", email="ana@example.org")
    old = make.person(db, name="A. Gomez", email="agomez@example.org", handle="agz", merged_into_id=ana.id)
    older = make.person(db, name="Anita", email=None, merged_into_id=old.id)
    db.add(PersonAlias(person_id=older.id, key=name_key("Anita G")))
    db.flush()
    found = directory(db, SYSTEM)
    assert set(found.names) == {ana.id}
    assert found.emails == {"ana@example.org": ana.id, "agomez@example.org": ana.id}
    assert found.handles == {"agz": ana.id}
    assert found.by_key == {key: {ana.id} for key in ("ana gomez", "a gomez", "anita", "anita g")}
    assert {found.label(person.id) for person in (ana, old, older)} == {"Ana Gómez"}


def test_the_directory_is_for_those_who_record(db):
    room = make.community(db)
    for actor in (None, make.actor(db), make.actor(db, Role.MANAGER)):
        with pytest.raises(Forbidden):
            directory(db, actor)
        with pytest.raises(Forbidden):
            cache_scope(directory, actor)
    lead, office = make.actor(db, Role.FACILITATOR, communities=[room]), make.actor(db, Role.ADMIN)
    assert cache_scope(directory, lead) == cache_scope(directory, office)
    assert directory(db, lead) == directory(db, office)


def test_search_begins_words_ignores_accents_and_puts_known_faces_first(db):
    unit = make.org_unit(db, name="Platform")
    jose = make.person(db, name="José Álvarez", email="pepe@example.org", org_unit_id=unit.id)
    alva = make.person(db, name="Alva Jones", email="aj@example.org", handle="alvaj")
    guest = make.person(db, name="Rosalva Ruiz", email=None, kind=PersonKind.GUEST)
    found = directory(db, SYSTEM)
    assert found.search("alva") == [alva.id, jose.id]
    assert found.search("alva", first={jose.id}) == [jose.id, alva.id]
    assert found.search("jo al") == [alva.id, jose.id]  # José Álvarez and Alva Jones, by name
    assert found.search("PEPE") == [jose.id]
    assert found.search("@alvaj") == [alva.id]
    assert found.search("Rosalba Ruiz") == [guest.id]  # nobody begins so: who is alike
    assert found.search("  ") == []
    assert found.label(jose.id) == "José Álvarez · Platform"
    assert found.label(guest.id) == "Rosalva Ruiz · guest"


def test_people_of_one_name_get_labels_that_tell_them_apart(db):
    unit = make.org_unit(db, name="Platform")
    first, second = (make.person(db, name="Ana Gómez", org_unit_id=unit.id) for _ in range(2))
    third, ben = make.person(db, name="Ana  Gómez"), make.person(db, name="Ben Ito", org_unit_id=unit.id)
    found = directory(db, SYSTEM)
    everybody = [first.id, second.id, third.id, ben.id]
    assert list(found.distinct(everybody, short=True).values()) == [
        "Ana Gómez · Platform",
        "Ana Gómez · Platform (2)",
        "Ana Gómez",
        "Ben Ito",
    ]
    assert found.distinct([ben.id]) == {ben.id: "Ben Ito · Platform"}
