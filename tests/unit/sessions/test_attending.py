"""Before and during a session: answers, the room's code, who came as they had said."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from cop.choices import SessionStatus
from cop.db import reading, transaction
from cop.errors import Forbidden, Invalid, NotFound
from cop.execute import execute
from cop.models import AuditEntry, CheckIn, CheckInCode, CommunitySession, Person, Registration
from cop.people.operations import merge_people
from cop.permissions import SYSTEM, Role
from cop.sessions import attend_operations as ops
from cop.sessions.attending import attended, attending, checked_in, room_of_code
from cop.sessions.check_in import ALPHABET, as_typed, is_open, new_code
from cop.sessions.exports import session_attending
from tests import factories as make

NOW = make.NOW


class World:
    def __init__(self, db):
        make.organisation(db)
        self.room, self.other = make.community(db, name="Data"), make.community(db)
        self.lead = make.actor(db, Role.FACILITATOR, communities=[self.room])
        self.stranger = make.actor(db, Role.FACILITATOR, communities=[self.other])
        self.ana, self.ben = make.actor(db), make.actor(db)
        for actor, name in ((self.ana, "Ana"), (self.ben, "Ben")):
            db.get_one(Person, actor.person_id).name = name
        self.session = self.planned(db)
        make.commit(db)

    def planned(self, db, starts=NOW + timedelta(hours=2), **values):
        base = {"starts_at": starts, "ends_at": starts + timedelta(hours=1), "planned_starts_at": starts}
        return make.session(
            db, self.room, starts.date(), **base | {"status": SessionStatus.PLANNED, "title": "Circle"} | values
        ).id

    def answer(self, actor, answer, now=NOW, **values):
        return execute(ops.answer, actor, now=now, **{"session_id": self.session, "answer": answer} | values)

    def open(self, now, actor=None):
        execute(ops.open_check_in, actor or self.lead, now=now, session_id=self.session)
        with reading() as db:
            return db.scalar(sa.select(CheckInCode.code))


@pytest.fixture
def world(db):
    return World(db)


def seen(actor, session_id):
    with reading() as db:
        return attending(db, actor, session_id=session_id)


def refused(call, *args, **values):
    with pytest.raises(Invalid) as caught:
        call(*args, **values)
    return caught.value.errors


def test_everybody_answers_once_and_may_change_their_mind(world):
    world.answer(world.ana, "going")
    world.answer(world.ben, "declined")
    world.answer(world.ben, "going")
    found = seen(world.ana, world.session)
    assert (found.going, found.declined, found.mine) == (2, 0, "going")
    world.answer(world.ben, "")
    world.answer(world.ben, "")
    found = seen(world.ben, world.session)
    assert (found.going, found.declined, found.mine) == (1, 0, "")


def test_who_says_the_same_again_writes_nothing_to_the_trail(world):
    world.answer(world.ana, "going")
    world.answer(world.ana, "going")
    with reading() as db:
        assert db.scalars(sa.select(AuditEntry.operation)).all() == ["sessions.answer"]


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"status": SessionStatus.CANCELLED}, "cancelled"),
        ({"starts": NOW - timedelta(minutes=1)}, "begun"),
        ({"status": SessionStatus.HELD, "starts": NOW - timedelta(days=1)}, "held"),
    ],
)
def test_when_nobody_registers(world, db, values, text):
    session_id = world.planned(db, **values)
    make.commit(db)
    assert text in refused(world.answer, world.ana, "going", session_id=session_id)[""]


def test_no_other_answer_and_no_other_session(world):
    assert "answer" in refused(world.answer, world.ana, "perhaps")
    with pytest.raises(NotFound):
        world.answer(world.ana, "going", session_id=9_999)


STARTS = NOW + timedelta(hours=2)


@pytest.mark.parametrize(
    ("now", "works"),
    [
        (STARTS - timedelta(minutes=16), False),
        (STARTS - timedelta(minutes=15), True),
        (STARTS + timedelta(minutes=90), True),
        (STARTS + timedelta(minutes=91), False),
    ],
)
def test_the_code_works_around_the_session(world, now, works):
    assert is_open(STARTS, STARTS + timedelta(hours=1), now) is works
    if not works:
        assert "15 minutes" in refused(world.open, now)[""]
        return
    code = world.open(now)
    assert execute(ops.check_in, world.ana, now=now, code=f" {code[:3].lower()} {code[3:]}") == world.session
    execute(ops.check_in, world.ana, now=now, code=code)
    found = seen(world.ana, world.session)
    assert (found.checked_in, found.am_in, found.code) == (1, True, "")
    assert seen(world.lead, world.session).code == code
    assert seen(world.stranger, world.session).code == ""


def test_a_code_that_is_closed_renewed_wrong_or_of_a_recorded_session(world, db):
    first = world.open(STARTS)
    assert "code" in refused(
        execute, ops.check_in, world.ana, now=STARTS, code="AAAAAA" if first != "AAAAAA" else "B" * 6
    )
    assert "code" in refused(execute, ops.check_in, world.ana, now=STARTS, code="' OR 1=1 --")
    second = world.open(STARTS)
    assert "code" in refused(execute, ops.check_in, world.ana, now=STARTS, code=first)
    execute(ops.close_check_in, world.lead, now=STARTS, session_id=world.session)
    assert "code" in refused(execute, ops.check_in, world.ana, now=STARTS, code=second)
    third = world.open(STARTS)
    with transaction() as other:
        other.execute(sa.update(CommunitySession).values(status=SessionStatus.HELD))
    assert "code" in refused(execute, ops.check_in, world.ana, now=STARTS, code=third)
    with reading() as other, pytest.raises(NotFound):
        room_of_code(other, world.ana, code=third, now=STARTS)


def test_what_a_code_opens(world):
    code = world.open(STARTS)
    with reading() as db:
        room = room_of_code(db, world.ana, code=code, now=STARTS)
    assert (room.session_id, room.title, room.community, room.am_in) == (world.session, "Circle", "Data", False)


def test_names_only_for_those_who_may_see_them(world):
    world.answer(world.ana, "going")
    with reading() as db:
        assert [person.name for person in attended(db, world.lead, session_id=world.session)] == ["Ana"]
        for actor in (world.ana, world.stranger):
            with pytest.raises(Forbidden):
                attended(db, actor, session_id=world.session)
            with pytest.raises(Forbidden):
                checked_in(db, actor, session_id=world.session)
            with pytest.raises(Forbidden):
                session_attending(db, actor, session_id=world.session)


def test_registered_attended_and_stayed_away_are_kept_apart(world, db):
    carl = make.person(db, name="Carl")
    dora = make.person(db, name="Dora")
    held = make.session(db, world.room, people=[db.get_one(Person, world.ana.person_id), carl])
    for person_id, answer in ((world.ana.person_id, "going"), (world.ben.person_id, "going"), (dora.id, "declined")):
        db.add(Registration(session_id=held.id, person_id=person_id, answer=answer, at=NOW))
    db.add(CheckIn(session_id=held.id, person_id=world.ana.person_id, at=NOW))
    make.commit(db)
    with reading() as other:
        sheet = session_attending(other, world.lead, session_id=held.id)
    assert [(row[0], *row[2:]) for row in sheet.rows] == [
        ("Ana", "going", True, True),
        ("Ben", "going", False, False),
        ("Carl", "", False, True),
        ("Dora", "declined", False, False),
    ]


def test_without_a_list_nobody_stayed_away(world, db):
    held = make.session(db, world.room)
    db.add(Registration(session_id=held.id, person_id=world.ana.person_id, answer="going", at=NOW))
    make.commit(db)
    with reading() as other:
        assert [row[4] for row in session_attending(other, world.lead, session_id=held.id).rows] == [None]


def test_two_records_of_one_person_come_once(world, db):
    keep, gone = make.person(db), make.person(db)
    for person, answer in ((keep, "declined"), (gone, "going")):
        db.add(Registration(session_id=world.session, person_id=person.id, answer=answer, at=NOW))
    db.add(CheckIn(session_id=world.session, person_id=gone.id, at=NOW))
    make.commit(db)
    ids = {"keep_id": keep.id, "keep_version": keep.version, "gone_id": gone.id, "gone_version": gone.version}
    execute(merge_people, SYSTEM, now=NOW, **ids)
    with reading() as other:
        assert other.execute(sa.select(Registration.person_id, Registration.answer)).all() == [(keep.id, "going")]
        assert other.scalars(sa.select(CheckIn.person_id)).all() == [keep.id]


@given(st.text(max_size=30))
def test_any_text_is_a_code_or_none(text):
    code = as_typed(text)
    assert code == "" or (len(code) == 6 and set(code) <= set(ALPHABET))


def test_codes_are_read_as_they_are_made():
    for _ in range(50):
        code = new_code()
        assert as_typed(f"{code[:3]}-{code[3:]}".lower()) == code
