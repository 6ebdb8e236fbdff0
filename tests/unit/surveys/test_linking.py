"""P4: somebody with the whole database, its log, the backups, and who answered when, joins answers to people no better than chance."""

import re
import secrets
import sqlite3
from contextlib import closing as ending
from itertools import product

import numpy as np
import pytest
import sqlalchemy as sa

from cop import backup
from cop import db as database
from cop.choices import QuestionType, SurveyKind, SurveyState
from cop.db import reading, transaction
from cop.errors import Invalid
from cop.execute import execute
from cop.models import (
    Answer,
    AuditEntry,
    IdempotencyKey,
    Participation,
    PersonSkill,
    Question,
    ReleasedCell,
    ReleasedComment,
    Survey,
    SurveyCohort,
    SurveyGroup,
)
from cop.models.base import UtcDateTime
from cop.permissions import Role
from cop.settings import settings
from cop.surveys import answering, closing
from cop.surveys.answer_operations import answer_named
from cop.surveys.queries import waiting
from cop.surveys.wave_operations import close_wave
from tests import factories as make

PEOPLE, WAVES, BY_HAND = 50, 100, 5
"""Runs of the linker, and in how many of them everybody answers in two transactions of their own, as they do."""
LIKERT = {"type": QuestionType.LIKERT, "text": "I learn here"}
TOLD = {"type": QuestionType.TEXT, "text": "Why?"}
UNTOLD = {"type": QuestionType.TEXT, "text": "What else?"}


def told(wave, place):
    return f"told-{wave}-{place:02}-{(place * 37) % 101}"


def untold(wave, place):
    return f"untold-{wave}-{place:02}-{(place * 37) % 101}"


def opened(db, wave):
    """A wave of its own questions, with its id and theirs."""
    survey = make.open_survey(
        db, [question | {"text": f"{question['text']} {wave}"} for question in (LIKERT, TOLD, UNTOLD)]
    )
    ids = list(db.scalars(sa.select(Question.id).where(Question.survey_id == survey.id).order_by(Question.place)))
    return survey, ids


def marked(ids, wave, place):
    """An answer that tells its place; the last comment of nine, where no comment may be told."""
    return {ids[0]: int(place % 5), ids[1]: told(wave, place)} | ({ids[2]: untold(wave, place)} if place < 9 else {})


def answered(people, survey, ids, wave, order, on=None):
    """Everybody answers in this order."""
    for place in order:
        values = marked(ids, wave, place)
        answering.answer(people[place], survey_id=survey.id, values=values, today=make.TODAY, on=on)


def answered_at_once(people, survey, ids, wave, order):
    """The same rows in the same order, but in one transaction: a hundred runs take seconds so."""
    keys = sa.bindparam("survey"), sa.bindparam("person")
    mark = sa.update(Participation).where(Participation.survey_id == keys[0], Participation.person_id == keys[1])
    with database.engine().begin() as connection:
        cohort = connection.scalar(sa.select(SurveyCohort.id).where(SurveyCohort.survey_id == survey.id))
        done = [{"survey": survey.id, "person": people[place].person_id} for place in order]
        connection.execute(mark.values(done=True), done)
        rows = [
            {
                "id": secrets.token_hex(16),
                "survey_id": survey.id,
                "cohort_id": cohort,
                "receipt_hash": answering.receipts.hashed(answering.receipts.new()),
                "values": {str(key): value for key, value in marked(ids, wave, place).items()},
            }
            for place in order
        ]
        connection.execute(sa.insert(Answer.__table__), rows)


def close(office, survey, on=None):
    execute(close_wave, office, now=make.NOW, survey_id=survey.id, version=survey.version, on=on)


def files(folder):
    """Every byte beside the database: it, its log, its index, and copies."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.mark.sqlite
def test_after_closing_a_linker_does_no_better_than_chance(db, data_dir, monkeypatch):
    """Each pair of an order of people and an order of what is left; by chance one person in a wave is hit each time."""
    make.organisation(db)
    people = [make.actor(db) for _ in range(PEOPLE)]
    office = make.actor(db, Role.ADMIN)
    make.commit(db)
    hits: dict[tuple[str, str], int] = {}
    seeds = iter(range(1_000, 1_000 + WAVES))
    monkeypatch.setattr(closing.secrets, "randbits", lambda _bits: next(seeds))  # so that it fails always or never
    for wave in range(WAVES):
        survey, ids = opened(db, wave)
        make.commit(db)
        order = np.random.default_rng(wave).permutation(PEOPLE).tolist()
        (answered if wave < BY_HAND else answered_at_once)(people, survey, ids, wave, order)
        close(office, survey)
        by_people = {"answering": order, "participation": places(people, survey)}
        for (name, those), (other, these) in product(by_people.items(), left(data_dir, wave, ids).items()):
            assert sorted(these) == list(range(PEOPLE))
            hits[name, other] = hits.get((name, other), 0) + sum(a == b for a, b in zip(those, these, strict=True))
            backwards = sum(a == b for a, b in zip(those, reversed(these), strict=True))
            hits[name, f"{other} reversed"] = hits.get((name, f"{other} reversed"), 0) + backwards
        with transaction() as apart:  # else each wave is judged together with all before, which is another test's
            apart.execute(sa.update(Survey).where(Survey.id == survey.id).values(kind=SurveyKind.SKILL_GAP))
    assert len(hits) == 12
    assert {pair: count for pair, count in hits.items() if count > WAVES + 3 * WAVES**0.5} == {}


def places(people, survey):
    """People in the order in which the database gives the rows of who answered."""
    of = {actor.person_id: place for place, actor in enumerate(people)}
    with reading() as db:
        rows = sa.text("SELECT person_id FROM participation WHERE survey_id = :key AND done")
        return [of[key] for key in db.scalars(rows, {"key": survey.id}) if key in of]


def left(folder, wave, ids):
    """The marks that are left of a wave, by row number, as the database gives them, and by where they lie in the file."""
    marks = {told(wave, place): place for place in range(PEOPLE)}
    with ending(sqlite3.connect(folder / "cop.sqlite3")) as connection:
        own = (ids[1],)
        by_id = connection.execute("SELECT text FROM released_comment WHERE question_id = ? ORDER BY rowid", own)
        numbered = [marks[text] for (text,) in by_id]
        given = [
            marks[text]
            for (text,) in connection.execute("SELECT text FROM released_comment WHERE question_id = ?", own)
        ]
    body = (folder / "cop.sqlite3").read_bytes()
    lying = [int(place) for place in dict.fromkeys(re.findall(rb"told-%d-(\d\d)-" % wave, body))]
    return {"number": numbered, "given": given, "file": lying}


@pytest.mark.sqlite
def test_after_closing_no_file_holds_what_was_not_told(db, data_dir):
    """Not the database, its free pages, its log, and no backup, made before or after; told comments stand there once."""
    make.organisation(db)
    people = [make.actor(db) for _ in range(PEOPLE)]
    office = make.actor(db, Role.ADMIN)
    survey, ids = opened(db, 0)
    make.commit(db)
    receipts = [
        answering.answer(person, survey_id=survey.id, values={ids[0]: 1, ids[2]: untold(0, place)}, today=make.TODAY)
        for place, person in enumerate(people[:9])
    ]
    for receipt in receipts:
        answering.change_answer(receipt, values={ids[0]: 2, ids[2]: f"changed {receipt}"}, today=make.TODAY)
    answered(people[9:], survey, ids, 0, [])
    backup.backup(settings(), data_dir / "while-open.sqlite3")
    hashes = [answering.receipts.hashed(receipt) for receipt in receipts]
    with reading() as read:
        hashes += list(read.scalars(sa.select(Answer.id)))
    assert any(hashes[0].encode() in body for body in files(data_dir).values())  # the search would find them
    close(office, survey)
    backup.backup(settings(), data_dir / "once-closed.sqlite3")
    for name, body in files(data_dir).items():
        for mark in [*hashes, *receipts, *(untold(0, place) for place in range(9)), "changed "]:
            assert mark.encode() not in body, (name, mark)


@pytest.mark.sqlite
def test_a_backup_of_an_open_wave_holds_no_answer_and_asks_everybody_anew(db, data_dir, tmp_path):
    make.organisation(db)
    people = [make.actor(db) for _ in range(10)]
    office = make.actor(db, Role.ADMIN)
    over, over_ids = opened(db, 1)
    survey, ids = opened(db, 2)
    make.commit(db)
    answered(people, over, over_ids, 1, range(10))
    answered(people, survey, ids, 2, range(10))
    close(office, over)
    backup.backup(settings(), tmp_path / "copy.sqlite3")
    with ending(sqlite3.connect(tmp_path / "copy.sqlite3")) as made:
        assert made.execute("SELECT count(*) FROM answer").fetchone() == (0,)
        counts = dict(made.execute("SELECT survey_id, sum(done) FROM participation GROUP BY survey_id").fetchall())
    assert counts == {over.id: 10, survey.id: 0}
    with reading() as read:
        assert read.scalar(sa.select(sa.func.count()).select_from(Answer)) == 10


@pytest.mark.sqlite
@pytest.mark.parametrize(
    "make_copy", [lambda path: backup.backup(settings(), path), lambda path: backup.copy(live(), path)]
)
def test_a_wave_that_a_restore_brings_back_is_never_told_again(db, data_dir, tmp_path, make_copy):
    """Two blurred tables of the same answers would average the blur away; a copy made by other means holds answers."""
    make.organisation(db)
    people = [make.actor(db) for _ in range(12)]
    office = make.actor(db, Role.ADMIN)
    over, over_ids = opened(db, 1)
    survey, ids = opened(db, 2)
    named = make.open_survey(db, named=True)
    key = db.scalars(sa.select(Question.id).where(Question.survey_id == named.id)).one()
    make.commit(db)
    answered(people, over, over_ids, 1, range(12))
    close(office, over)
    answered(people, survey, ids, 2, range(12))
    execute(answer_named, people[0], now=make.NOW, survey_id=named.id, values={key: 1})
    make_copy(tmp_path / "copy.sqlite3")
    close(office, survey)
    done = backup.restore(settings(), tmp_path / "copy.sqlite3", now=make.NOW)
    assert done.ended == [survey.name, named.name]
    with reading() as read:
        rows = {row.id: row for row in read.scalars(sa.select(Survey))}
        cells = set(read.scalars(sa.select(SurveyGroup.survey_id).join(ReleasedCell)))
        hidden = set(read.scalars(sa.select(SurveyGroup.hidden).where(SurveyGroup.survey_id == survey.id)))
        done = sa.select(Participation.survey_id, sa.func.sum(sa.cast(Participation.done, sa.Integer)))
        marks = {key: count for key, count in read.execute(done.group_by(Participation.survey_id))}  # noqa: C416
        entry = read.scalars(sa.select(AuditEntry).where(AuditEntry.operation == "backup.restore")).one()
        assert read.scalar(sa.select(sa.func.count()).select_from(Answer)) == 0
        assert survey.id not in waiting(read, people[0], today=make.TODAY)["id"].tolist()
    assert {row.state for row in rows.values()} == {SurveyState.CLOSED}
    assert rows[survey.id].cleared
    assert (cells, hidden, marks) == ({over.id}, {"restored"}, {over.id: 12, survey.id: 0, named.id: 1})
    assert entry.after == {"from": "copy.sqlite3", "waves_ended": [survey.name, named.name]}
    with pytest.raises(Invalid, match="doesn't take answers"):
        answered(people[:1], survey, ids, 2, [0])
    with pytest.raises(Invalid, match="isn't open"):
        close(office, rows[survey.id])


def live():
    return settings().sqlite_path


def test_between_opening_and_closing_nothing_else_tells_of_it(db):
    """No audit entry, no key, no profile comes from answering, so none of them can be laid beside the answers."""
    make.organisation(db)
    people = [make.actor(db) for _ in range(12)]
    office = make.actor(db, Role.ADMIN)
    survey, ids = opened(db, 0)
    make.commit(db)
    before = {table: len(db.scalars(sa.select(table)).all()) for table in (AuditEntry, IdempotencyKey, PersonSkill)}
    db.commit()
    answered(people, survey, ids, 0, range(12))
    close(office, survey)
    after = {table: len(db.scalars(sa.select(table)).all()) for table in before}
    assert after == before | {AuditEntry: before[AuditEntry] + 1}
    kept = (Participation, Answer, SurveyCohort, SurveyGroup, ReleasedCell, ReleasedComment)
    columns = [column for table in kept for column in table.__table__.columns]
    assert not [column for column in columns if isinstance(column.type, sa.Date | UtcDateTime)]


@pytest.mark.sqlite
def test_what_could_not_be_cleared_at_once_is_cleared_later(db, data_dir, monkeypatch):
    """Somebody who reads all the while keeps the log from being emptied; housekeeping tries again."""
    make.organisation(db)
    people = [make.actor(db) for _ in range(12)]
    survey, ids = opened(db, 0)
    make.commit(db)
    answered(people, survey, ids, 0, range(12))
    with ending(sqlite3.connect(data_dir / "cop.sqlite3")) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM answer").fetchone()
        with transaction() as writing:
            row = writing.get(Survey, survey.id)
            closing.close(writing, row)
        monkeypatch.setattr(database, "WAIT_SECONDS", 0.1)
        engine = database.make_engine(settings().database_url)
        closing.clear(engine)
        engine.dispose()
        with reading() as read:
            assert not read.get(Survey, survey.id).cleared
        reader.execute("ROLLBACK")
    closing.clear()
    with reading() as read:
        assert read.get(Survey, survey.id).cleared
    assert untold(0, 3).encode() not in b"".join(files(data_dir).values())


@pytest.fixture
def server(postgres):
    """An engine on a PostgreSQL database of this test's own."""
    url = postgres.new_database()
    engine = database.make_engine(url)
    yield engine
    engine.dispose()
    postgres.drop(url)


def test_a_server_that_numbers_its_transactions_tells_nothing_after_closing(server):
    """Its row versions tell who wrote when: of a closed wave all tell the closing, and no dead row of an answer is left."""
    with transaction(server) as db:
        make.organisation(db)
        people = [make.actor(db) for _ in range(PEOPLE)]
        office = make.actor(db, Role.ADMIN)
        survey, ids = opened(db, 0)
    order = np.random.default_rng(3).permutation(PEOPLE).tolist()
    answered(people, survey, ids, 0, order, on=server)
    of = {actor.person_id: place for place, actor in enumerate(people)}
    with server.connect() as connection:
        rows = connection.execute(sa.text("SELECT person_id, xmin::text FROM participation WHERE done")).all()
        stored = set(connection.scalars(sa.text("SELECT xmin::text FROM answer")))
    numbers = {of[person_id]: int(number) for person_id, number in rows}
    assert sorted(numbers, key=numbers.__getitem__) == order  # while it is open, that tells
    assert not stored & {str(number) for number in numbers.values()}
    assert len(stored) == PEOPLE
    close(office, survey, on=server)
    with server.connect() as connection:
        rows = "SELECT count(DISTINCT xmin::text) FROM participation"
        assert connection.scalar(sa.text(rows)) == 1
        comments = "SELECT count(DISTINCT xmin::text) FROM released_comment"
        assert connection.scalar(sa.text(comments)) == 1
        assert connection.scalar(sa.text("SELECT pg_relation_size('answer')")) == 0
        where = sa.text("SELECT person_id FROM participation WHERE done ORDER BY ctid")
        physical = list(connection.scalars(where))
        said = list(connection.scalars(sa.select(ReleasedComment.text).order_by(ReleasedComment.id)))
    lying = [of[key] for key in physical]
    assert len(said) == PEOPLE
    told_order = [int(text.split("-")[2]) for text in said]
    for orders in (lying, order):
        assert abs(np.corrcoef(told_order, orders)[0, 1]) < 0.71
    with reading(server) as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(Participation).where(Participation.done)) == PEOPLE
        assert db.get(Survey, survey.id).cleared
