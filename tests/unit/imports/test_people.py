"""Who is meant by a row, against cases worked out by hand."""

from collections import Counter
from pathlib import Path

import pytest
import sqlalchemy as sa

from cop.choices import PersonKind
from cop.imports.mapping import parse_mapping
from cop.imports.people import best_spelling, is_whole
from cop.imports.records import read_job
from cop.models import Attendance, Person, PersonAlias
from tests import factories as make
from tests.unit.imports.helpers import bring, fates, found, plan_of

MAPPING = """
source = "minutes"
[[files]]
kind = "communities"
columns = { key = "id", name = "id" }
[[files]]
kind = "sessions"
columns = { key = "id", community = "c", date = "day", title = "id" }
[[files]]
kind = "attendance"
report = ["ambiguous_person", "incomplete_name", "similar_person", "unknown_person", "not_a_person", "no_person", "duplicate", "several_people"]
columns = { session = "s", handle = "h", name = "n", email = "e" }
[files.options]
people_with_handle = "staff"
people_with_name = "guest"
not_people = ["Acme*"]
"""


def minutes(*rows: str, mapping: str = MAPPING):
    return read_job(
        parse_mapping(mapping),
        {
            "communities": b"id\nx\n",
            "sessions": b"id,c,day\n1,x,2024-01-01\n2,x,2024-01-08\n",
            "attendance": "\n".join(["s,h,n,e", *rows]).encode(),
        },
    )


def people(db):
    rows = db.execute(
        sa.select(Person.handle, Person.name, Person.kind, sa.func.count()).join(Attendance).group_by(Person.id)
    )
    return sorted((handle or "", name, kind.value, count) for handle, name, kind, count in rows)


def test_one_handle_is_one_person_however_the_name_is_spelt(db):
    made = minutes("1,zoe,Zoe Lund,", "2,@ZOE,Zoë Lund,", "1,ben,,", "2,ben,B. Okri,", "2,cas,Cas,")
    bring(made)
    assert people(db) == [
        ("ben", "B. Okri", "staff", 2), ("cas", "Cas", "staff", 1), ("zoe", "Zoe Lund", "staff", 2),
    ]  # fmt: skip


def test_the_most_frequent_spelling_is_the_name_and_the_others_are_kept(db):
    bring(minutes("1,md,Mia Dahl,", "1,ben,Ben Okri,", "2,md,Mia Dahll,", "2,ben,Benn Okri,"))
    bring(minutes("1,md,Mia Maria Dahl,"))
    assert sorted(db.scalars(sa.select(PersonAlias.key))) == ["ben okri", "mia dahl", "mia maria dahl"]


@pytest.mark.parametrize(
    ("spellings", "best"),
    [
        ({"MD": 5, "Mia Dahl": 2, "Mia Dahll": 1}, "Mia Dahl"),
        ({"Mia": 5, "M": 6}, "M"),
        ({"Ana Gomez": 1, "Ana Gómez": 1}, "Ana Gomez"),
    ],
)
def test_best_spelling(spellings, best):
    assert best_spelling(Counter(spellings)) == best


@pytest.mark.parametrize(
    ("key", "whole"),
    [("ana gomez", True), ("ana m gomez", True), ("ana", False), ("ana g", False), ("a gomez", False), ("md", False),
     ("王小明", True), ("", False)],
)  # fmt: skip
def test_whole_names(key, whole):
    assert is_whole(key) is whole


def test_a_whole_name_counts_for_the_one_who_has_it(db):
    """Without regard to case, accents and points; a name of two people for neither."""
    made = minutes("1,zoe,Zoë Lund,", "2,,ZOE  LUND,", "1,b1,Ben Okri,", "1,b2,Ben Okri,", "2,,Ben Okri,")
    plan = plan_of(made)
    assert found(plan) == {("attendance", 6, "n", "ambiguous_person")}
    bring(made)
    assert ("zoe", "Zoë Lund", "staff", 2) in people(db)


def test_names_that_tell_nobody_apart(db):
    made = minutes("1,zoe,Zoe,", "2,,Zoe,", "2,,Z L,", "2,,Acme Board,", "2,,,")
    assert {(row, reason) for _file, row, _column, reason in found(plan_of(made))} == {
        (3, "incomplete_name"), (4, "incomplete_name"), (5, "not_a_person"), (6, "no_person"),
    }  # fmt: skip
    bring(made)
    assert people(db) == [("zoe", "Zoe", "staff", 1)]


def test_a_whole_name_of_nobody_is_a_guest_and_recognised_next_time(db):
    made = minutes("1,,Una Vance,", "2,,una vance,")
    bring(made)
    assert people(db) == [("", "Una Vance", "guest", 2)]
    db.rollback()
    assert bring(made) == 0
    db.execute(sa.update(Person).values(name="Una Vance-Ruiz"))
    make.commit(db)
    assert bring(made) == 0


@pytest.mark.parametrize(
    "name", ["Matteo Colina", "Collina Matteo", "Matteo R. Collina", "Matteo Collina Matteo Collina", "Paul Irish"]
)
def test_a_name_much_like_a_known_one_is_for_a_person_to_decide(db, name):
    plan = plan_of(minutes("1,mc,Matteo Collina,", "1,paulirish,,", f"2,,{name},"))
    assert found(plan) == {("attendance", 4, "n", "similar_person")}
    assert fates(plan, "attendance") == {"created": 2, "left out": 1}


def test_two_unknown_names_much_like_each_other(db):
    plan = plan_of(minutes("1,,Robert Waite,", "2,,Robert Wait,"))
    assert {reason for *_place, reason in found(plan)} == {"similar_person"}


def test_without_leave_nobody_is_added(db):
    strict = MAPPING.replace('people_with_handle = "staff"\npeople_with_name = "guest"\n', "")
    plan = plan_of(minutes("1,zoe,Zoe Lund,", "2,,Una Vance,", mapping=strict))
    assert found(plan) == {("attendance", 2, "h", "unknown_person"), ("attendance", 3, "n", "unknown_person")}


def test_twice_in_one_session_counts_once(db):
    made = minutes("1,zoe,Zoe Lund,", "1,,Zoe Lund,", "1,ZOE,,")
    assert {(row, reason) for _file, row, _column, reason in found(plan_of(made))} == {
        (3, "duplicate"), (4, "duplicate"),
    }  # fmt: skip
    bring(made)
    assert people(db) == [("zoe", "Zoe Lund", "staff", 1)]


def test_handle_and_address_of_different_people(db):
    make.person(db, email="a@x.org", handle="a")
    make.person(db, email="b@x.org", handle="b")
    make.commit(db)
    assert found(plan_of(minutes("1,a,,b@x.org"))) == {("attendance", 2, "h", "several_people")}


def test_colleagues_and_merged_records_are_recognised(db):
    kept = make.person(db, name="Ana Gómez", email="ana@x.org", handle="anag")
    make.person(db, name="Anna Gomes", handle="old", merged_into_id=kept.id)
    make.commit(db)
    bring(minutes("1,old,,", "2,,Ana Gomez,", mapping=MAPPING))
    assert people(db) == [("anag", "Ana Gómez", "staff", 2)]
    assert db.scalar(sa.select(sa.func.count()).where(Person.kind == PersonKind.GUEST)) == 0


HR = """
source = "hr"
[[files]]
kind = "people"
path = "hr-semicolon.csv"
delimiter = ";"
[files.columns]
key = "Personalnummer"
name = { template = "{Vorname} {Nachname}" }
email = { column = "E-Mail", empty = ["no.mail@example.org"] }
org_unit = "Abteilung"
active = { column = "Aktiv", values = { ja = "yes", nein = "no", "sí" = "yes", x = "yes" } }
[files.options]
create = ["org_units"]
"""


def test_a_second_person_of_one_address_is_named_with_the_first_and_both_rows(engine):
    data = (Path(__file__).with_name("cases") / "hr-semicolon.csv").read_bytes()
    plan = plan_of(read_job(parse_mapping(HR), {"people": data}))
    (problem,) = plan.problems
    assert (problem.row, problem.column, problem.reason) == (3, "E-Mail", "person_taken")
    assert problem.message.endswith("belongs to somebody else. (the address of Greta Olm, row 2)")
    assert plan.files[0].passed == "Passed over: 1 empty row or drawn line, 2 empty columns without a name."
    # Pía Sol and Lea Nord share a placeholder, which the mapping lets count as empty; keys keep their zeros.
    created = plan.shelves["person"].created.values()
    assert {(row["name"], row.get("email"), row["active"]) for row in created} == {
        ("Greta Olm", "greta.olm@example.org", True),
        ("Pía Sol", None, True),
        ("Lea Nord", None, True),
    }
    assert {row["key"] for row in plan.shelves["external_key"].created.values()} == {"00123", "00125", "00126"}


def test_messages_name_the_other_row(engine):
    twice = "nr,name,mail\n1,Ana Gomez,ana@x.example\n2,Ben Okri,\n1,Ana Gomes,\n"
    mapping = 'source = "hr"\n[[files]]\nkind = "people"\ncolumns = { key = "nr", name = "name", email = "mail" }\n'
    plan = plan_of(read_job(parse_mapping(mapping), {"people": twice.encode()}))
    assert [(problem.row, problem.message) for problem in plan.problems] == [
        (4, "An earlier row says the same. (row 2)")
    ]
