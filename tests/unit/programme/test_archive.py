"""The whole programme in one file: everything, as of one moment, without a way in, for the office only."""

import csv
import io
import json
import sqlite3
import stat
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.sql import visitors

from cop import db as database
from cop.cli import imports as imports_command
from cop.cli import main
from cop.db import make_engine, reading, transaction
from cop.errors import CopError, Forbidden
from cop.execute import execute
from cop.models import (
    Assessment,
    Attendance,
    AuditEntry,
    Base,
    Community,
    CommunitySession,
    CommunitySkill,
    Concern,
    Criterion,
    Draft,
    Facilitator,
    FunnelRound,
    ItemTheme,
    ItemUnit,
    JobRole,
    Membership,
    OneTimeLink,
    OrgUnit,
    Person,
    RoleRequirement,
    RoundItem,
    SignInSession,
    Skill,
    Theme,
    UnitMeeting,
    UnitMeetingPerson,
    UnitRequirement,
    Vote,
)
from cop.permissions import SYSTEM, Actor, Role
from cop.programme import archive
from cop.programme.operations import note_export
from cop.programme.tables import TABLES
from cop.settings import ROOT
from tests import factories as make
from tests.permissions import ADMIN, OFFICE, PRINCIPALS, make_world

LEFT_OUT_TABLES = {
    # ways in, and what belongs to single browsers and forms
    "calendar_feed", "check_in_code", "draft", "external_identity", "idempotency_key", "one_time_link", "sign_in_failure",
    "sign_in_session",
    # what people say of themselves is theirs
    "help_pause", "named_answer", "person_skill",
    # anonymous answers leave the database as released tables only; who answered is for nobody to read
    "answer", "participation", "survey_cohort", "survey_cohort_group",
    # what the office keeps for its own work
    "distinct_people", "group_role", "import_mapping",
    # follows from the rest
    "activity_month", "activity_unit_month", "member_activity", "membership_month", "revision",
}  # fmt: skip
LEFT_OUT_COLUMNS = {
    "account.password_hash", "account.must_change_password", "account.password_changed_at",
    # numbers of rows to which nothing refers
    "concern.id", "evidence.id", "criterion.id", "external_key.id", "facilitator.id", "funnel_limit.id", "item_comment.id",
    "membership.id", "organisation.id", "person_alias.id", "ring_change.id", "role_grant.id", "role_requirement.id", "stage_stay.id",
    "unit_requirement.id", "survey_audience.id", "template_question.id", "released_comment.id",
    # random, and which comments wait is for nobody to read
    "pooled_comment.id", "pooled_comment.told",
}  # fmt: skip


def written(db_or_engine: Any = None, actor: Actor = SYSTEM) -> zipfile.ZipFile:
    """An export of this test's database."""
    held = io.BytesIO()
    with reading(db_or_engine) as db:
        archive.write(db, actor, held, now=make.NOW)
    return zipfile.ZipFile(held)


def rows(found: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    text = found.read(name).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def everything_in(found: zipfile.ZipFile) -> str:
    return "".join(found.read(name).decode() for name in found.namelist())


def test_every_table_and_column_is_exported_or_left_out_on_purpose():
    exported = set()
    for table in TABLES:
        for column in table.columns:
            for node in visitors.iterate(column.source.expression):
                if isinstance(node, sa.Column):
                    exported.add(f"{node.table.name}.{node.name}")
    known = {f"{table.name}.{column.name}" for table in Base.metadata.tables.values() for column in table.columns}
    left_out = LEFT_OUT_COLUMNS | {name for name in known if name.split(".")[0] in LEFT_OUT_TABLES}
    left_out |= {name for name in known if name.endswith(".version")}
    assert not exported & left_out
    assert known - exported - left_out == set()
    assert left_out <= known


def test_no_file_and_no_column_stands_there_twice():
    assert len({table.file for table in TABLES}) == len(TABLES)
    for table in TABLES:
        assert len({column.name for column in table.columns}) == len(table.columns)


@pytest.fixture
def room(db) -> Community:
    """A community with a session of two, a cancelled one and one that was counted."""
    make.organisation(db)
    top = make.org_unit(db, name="Company")
    unit = make.org_unit(db, name="IT", parent_id=top.id)
    made = make.community(db, slug="data", name="=Data", org_unit_id=unit.id, area_id=make.area(db, name="Eng").id)
    ana, ben = make.person(db, name="Ana", org_unit_id=unit.id), make.person(db, name="Ben", kind="guest", email=None)
    make.membership(db, made, ana, joined_on=date(2026, 1, 5), left_on=date(2026, 3, 1), leave_reason="-too busy")
    make.facilitator(db, made, ben, since_on=None)
    first = make.session(db, made, date(2026, 5, 5), title="+Talk", people=[ana, ben], topics="a\nb")
    first.starts_at, first.ends_at = datetime(2026, 5, 5, 22, 30, tzinfo=UTC), datetime(2026, 5, 6, 0, 0, tzinfo=UTC)
    first.day = date(2026, 5, 6)
    make.session(db, made, date(2026, 5, 9), attendance_kind="count", headcount=0)
    make.contribution(db, made, date(2026, 5, 6), person_id=ana.id, session_id=first.id, title="Idea")
    make.commit(db)
    return made


def test_the_rows_by_hand(room):
    found = written()
    assert found.testzip() is None
    assert found.namelist() == [*(table.file for table in TABLES), "README.txt"]
    for table in TABLES:
        header = found.read(table.file).decode("utf-8-sig").splitlines()[0]
        assert header == ",".join(column.name for column in table.columns)
    top, unit = rows(found, "org_units.csv")
    assert unit == {
        "org_unit_id": "2",
        "name": "IT",
        "parent_id": top["org_unit_id"],
        "parent": "Company",
        "active": "yes",
    }
    (community,) = rows(found, "communities.csv")
    assert (community["name"], community["area"], community["org_unit"]) == ("'=Data", "Eng", "IT")
    assert (community["type"], community["archived_at"]) == ("community", "")
    ana, ben = rows(found, "people.csv")
    assert (ana["kind"], ben["kind"], ben["email"], ben["active"]) == ("staff", "guest", "", "yes")
    assert rows(found, "memberships.csv") == [
        {
            "community_id": community["community_id"],
            "community": "'=Data",
            "person_id": ana["person_id"],
            "person": "Ana",
            "joined_on": "2026-01-05",
            "left_on": "2026-03-01",
            "join_reason": "",
            "leave_reason": "'-too busy",
        }
    ]
    assert [(row["person"], row["role"], row["since_on"]) for row in rows(found, "facilitators.csv")] == [
        ("Ben", "lead", "")
    ]
    talk, counted = rows(found, "sessions.csv")
    assert {name: talk[name] for name in ("title", "day", "time", "minutes", "starts_at", "topics", "headcount")} == {
        "title": "'+Talk",
        "day": "2026-05-06",
        "time": "00:30",  # in Madrid
        "minutes": "90",
        "starts_at": "2026-05-05T22:30:00+00:00",
        "topics": "a\nb",
        "headcount": "",
    }
    assert (counted["attendance_kind"], counted["headcount"]) == ("count", "0")
    assert [(row["session_id"], row["person"], row["led"]) for row in rows(found, "attendance.csv")] == [
        (talk["session_id"], "Ana", "no"),
        (talk["session_id"], "Ben", "no"),
    ]
    (gift,) = rows(found, "contributions.csv")
    assert (gift["session_id"], gift["person"], gift["title"]) == (talk["session_id"], "Ana", "Idea")


def test_the_funnel_by_hand(db):
    make.organisation(db)
    unit = make.org_unit(db, name="IT")
    ana, ben = make.person(db, name="Ana"), make.person(db, name="Ben")
    meeting = UnitMeeting(org_unit_id=unit.id, met_on=date(2026, 5, 4), led_by_id=ben.id, created_at=make.NOW)
    theme = Theme(name="Flexibility", weight=2, since_on=date(2026, 1, 1))
    db.add_all((meeting, theme))
    db.flush()
    lead = make.funnel_item(db, title="=Reviews", owner_id=ana.id, raised_by_id=ben.id, meeting_id=meeting.id)
    make.funnel_item(db, title="Faster reviews", merged_into_id=lead.id, client="Zoo", horizon="short_term")
    assessed = db.scalars(sa.select(Criterion.id).where(Criterion.source == "assessed")).first()
    autumn = FunnelRound(name="Autumn", opened_at=make.NOW)
    db.add(autumn)
    db.flush()
    db.add_all(
        [
            UnitMeetingPerson(meeting_id=meeting.id, person_id=ana.id),
            Concern(meeting_id=meeting.id, concern="Time"),
            ItemUnit(item_id=lead.id, org_unit_id=unit.id),
            ItemTheme(item_id=lead.id, theme_id=theme.id),
            Vote(item_id=lead.id, person_id=ben.id, at=make.NOW),
            Assessment(item_id=lead.id, criterion_id=assessed, assessor_id=ana.id, value=4, at=make.NOW),
            RoundItem(round_id=autumn.id, item_id=lead.id, decision="keep", decided_by_id=ben.id),
        ]
    )
    make.commit(db)
    found = written()

    def told(name: str, *columns: str) -> list[tuple[str, ...]]:
        return [tuple(row[column] for column in columns) for row in rows(found, name)]

    assert told("funnel_items.csv", "title", "owner", "raised_by", "merged_into", "horizon", "client") == [
        ("'=Reviews", "Ana", "Ben", "", "", ""),
        ("Faster reviews", "", "", "'=Reviews", "short_term", "Zoo"),
    ]
    assert told("unit_meetings.csv", "org_unit", "met_on", "led_by") == [("IT", "2026-05-04", "Ben")]
    assert told("unit_meeting_people.csv", "person") == [("Ana",)]
    assert told("concerns.csv", "concern", "settled_on") == [("Time", "")]
    assert told("item_units.csv", "org_unit") == [("IT",)]
    assert told("item_themes.csv", "theme") == [("Flexibility",)]
    assert told("votes.csv", "person", "at") == [("Ben", make.NOW.isoformat())]
    assert told("assessments.csv", "criterion_id", "assessor", "value") == [(str(assessed), "Ana", "4")]
    assert told("round_items.csv", "decision", "decided_by", "score") == [("keep", "Ben", "")]
    assert told("stage_stays.csv", "stage", "left_at") == [("inbox", ""), ("inbox", "")]
    value, *_ = rows(found, "criteria.csv")
    assert (value["name"], value["weight"], value["source"], value["cost"]) == ("Value", "0.4", "assessed", "no")
    assert json.loads(value["anchors"])["1"] == "Nice to have for a few"


def test_an_export_tells_no_marks_that_the_exporter_may_not_see_yet(db):
    make.organisation(db)
    office, ana = make.actor(db, Role.ADMIN), make.person(db, name="Ana")
    first, second = db.scalars(sa.select(Criterion.id).where(Criterion.source == "assessed")).all()
    blind, half, given, decided = (make.funnel_item(db, stage=stage) for stage in [*["qualified"] * 3, "prioritised"])

    def marks(item, person_id, *criteria):
        db.add_all(
            Assessment(item_id=item.id, criterion_id=key, assessor_id=person_id, value=4, at=make.NOW)
            for key in criteria
        )

    for item in (blind, half, given, decided):
        marks(item, ana.id, first)
    marks(half, office.person_id, first)
    marks(given, office.person_id, first, second)
    make.commit(db)
    told = [
        (int(row["item_id"]), row["assessor"], row["value"]) for row in rows(written(actor=office), "assessments.csv")
    ]
    own = db.get_one(Person, office.person_id).name
    assert sorted(told) == sorted(
        [
            (blind.id, "Ana", ""),
            (half.id, "Ana", ""),
            (half.id, own, "4"),
            (given.id, "Ana", "4"),
            (given.id, own, "4"),
            (given.id, own, "4"),
            (decided.id, "Ana", "4"),
        ]
    )


def test_the_readme_tells_of_every_file_and_column(room):
    text = written().read("README.txt").decode("utf-8-sig")
    assert "Communities of practice of Orbis" in text
    assert "Exported on 2026-06-15 12:00 (Europe/Madrid)." in text
    assert "attendance.csv (2 rows)" in text
    assert "organisation.csv (1 row)" in text
    for table in TABLES:
        assert table.about in text
        for column in table.columns:
            assert f"  {column.name} " in text
            assert column.meaning in text


def test_an_empty_programme_can_be_exported(db):
    make.commit(db)
    found = written()
    begun_with = {"quadrants.csv": 4, "rings.csv": 4, "criteria_versions.csv": 1, "criteria.csv": 4}
    assert {table.file: count for table in TABLES if (count := len(rows(found, table.file)))} == begun_with


def test_no_way_in_leaves(db, room):
    secret = "CANARY"
    account = make.account(db, password_hash=f"{secret}-hash")
    moments = {"created_at": make.NOW, "expires_at": make.NOW + timedelta(days=1)}
    db.add(SignInSession(token_hash=f"{secret}-token", account_id=account.id, last_seen_at=make.NOW, **moments))
    db.add(OneTimeLink(secret_hash=f"{secret}-link", account_id=account.id, purpose="password_reset", **moments))
    db.add(Draft(account_id=account.id, kind="record", subject="1", payload={"t": secret}, updated_at=make.NOW))
    make.commit(db)
    found = written()
    assert secret not in everything_in(found)
    assert [row["username"] for row in rows(found, "accounts.csv")] == [account.username]


@pytest.mark.parametrize("principal", PRINCIPALS)
def test_for_the_office_only(db, tmp_path, principal):
    world = make_world(db)
    make.commit(db)
    actor, target = world.actors[principal], tmp_path / "all.zip"
    if principal in OFFICE:
        assert archive.export_to(target, actor) > 0
        assert zipfile.ZipFile(io.BytesIO(archive.export_bytes(actor))).testzip() is None
        return
    with pytest.raises(Forbidden):
        archive.export_bytes(actor)
    with pytest.raises(Forbidden):
        archive.export_to(target, actor)
    with reading() as fresh, pytest.raises(Forbidden):
        archive.write(fresh, actor, io.BytesIO(), now=make.NOW)
    assert list(tmp_path.glob("*")) == [tmp_path / "data"]


def test_who_exported_and_when_is_on_record_and_in_the_file(db):
    world = make_world(db)
    make.commit(db)
    found = zipfile.ZipFile(io.BytesIO(archive.export_bytes(world.actors[ADMIN])))
    with reading() as fresh:
        entry = fresh.scalars(sa.select(AuditEntry)).one()
    assert (entry.operation, entry.actor_name, entry.outcome) == ("programme.note_export", "Admin Example", "done")
    (row,) = rows(found, "audit_trail.csv")
    assert (row["who"], row["at"], row["before"]) == ("Admin Example", entry.at.isoformat(), "")


def test_what_cannot_be_put_on_record_does_not_leave(db, tmp_path, monkeypatch):
    make.organisation(db)
    make.commit(db)

    def full(*_args: Any, **_values: Any) -> None:
        raise CopError("The disk is full.")

    monkeypatch.setattr("cop.audit.record", full)
    with pytest.raises(CopError, match="disk is full"):
        archive.export_to(tmp_path / "all.zip", SYSTEM)
    assert not (tmp_path / "all.zip").exists()


def test_changes_are_told_as_json(db, room):
    execute(note_export, SYSTEM, now=make.NOW)
    with transaction() as other:
        other.add(
            AuditEntry(
                at=make.NOW, account_id=None, actor_name="Zoë", operation="x.y", before={"b": 1, "a": "é"}, after=None
            )
        )
    *_, last = rows(written(), "audit_trail.csv")
    assert json.loads(last["before"]) == {"b": 1, "a": "é"}
    assert last["before"].index("a") < last["before"].index("b")
    assert last["after"] == ""


class Meddling(io.BytesIO):
    """A file during whose writing somebody else works on."""

    meddled = False

    def write(self, data: Any) -> int:
        if not self.meddled:
            self.meddled = True
            with transaction() as other:
                late = make.person(other, name="Late")
                make.membership(other, other.scalars(sa.select(Community)).one(), late)
        return super().write(data)


def test_all_files_tell_of_one_moment(room):
    held = Meddling()
    with reading() as db:
        archive.write(db, SYSTEM, held, now=make.NOW)
    assert held.meddled
    assert "Late" not in everything_in(zipfile.ZipFile(held))
    assert "Late" in everything_in(written())


def test_the_command_writes_a_file_for_its_owner_only(room, tmp_path, capsys):
    target = tmp_path / "all.zip"
    assert main(["export", str(target)]) == 0
    assert "Exported " in capsys.readouterr().out
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    before = target.read_bytes()
    assert main(["export", str(target)]) == 1
    assert "exists already" in capsys.readouterr().err
    assert target.read_bytes() == before
    assert main(["export", str(target), "--force"]) == 0
    assert len(rows(zipfile.ZipFile(target), "audit_trail.csv")) == 2
    assert main(["export", str(tmp_path / "nowhere" / "all.zip")]) == 1
    assert "There is no folder" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all.zip", "data"]


def test_a_failing_export_leaves_what_was_there(room, tmp_path, monkeypatch):
    target = tmp_path / "all.zip"
    target.write_bytes(b"older")

    def broken(*_args: Any, **_values: Any) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archive, "readme", broken)
    assert main(["export", str(target), "--force"]) == 1
    assert target.read_bytes() == b"older"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all.zip", "data"]


@pytest.fixture
def example(loaded: tuple[sa.Engine, object], tmp_path: Path) -> Iterator[sa.Engine]:
    """The example organisation in a database beside this test's own."""
    path = tmp_path / "example.sqlite3"
    with closing(sqlite3.connect(loaded[0].url.database)) as source, closing(sqlite3.connect(path)) as copy:
        source.backup(copy)
    engine = make_engine(f"sqlite:///{path}")
    yield engine
    engine.dispose()


def counts(engine: sa.Engine | None) -> dict[str, Any]:
    """How many there are, and what would show if a row were attached to the wrong one."""
    by_community = sa.select(Community.slug, sa.func.count())
    with reading(engine) as db:
        tables = (OrgUnit, Person, Community, Membership, Facilitator, CommunitySession, Attendance, Skill)
        found: dict[str, Any] = {
            table.__tablename__: db.scalar(sa.select(sa.func.count()).select_from(table)) for table in tables
        }
        found["members"] = dict(
            db.execute(by_community.join(Membership).where(Membership.left_on.is_(None)).group_by(Community.slug)).all()
        )
        found["came"] = dict(
            db.execute(by_community.join(CommunitySession).join(Attendance).group_by(Community.slug)).all()
        )
        found["sessions"] = db.execute(
            sa.select(
                CommunitySession.title,
                CommunitySession.starts_at,
                CommunitySession.ends_at,
                CommunitySession.status,
                CommunitySession.attendance_kind,
                CommunitySession.headcount,
            ).order_by(CommunitySession.starts_at, CommunitySession.title)
        ).all()
        found["people"] = db.execute(
            sa.select(Person.name, Person.email, Person.kind, Person.active, OrgUnit.name)
            .outerjoin(OrgUnit, OrgUnit.id == Person.org_unit_id)
            .order_by(Person.name, Person.email)
        ).all()
        for table, owner in ((RoleRequirement, JobRole), (UnitRequirement, OrgUnit), (CommunitySkill, Community)):
            left_out = {
                "id",
                "version",
                "item_id",
                *(column.key for column in table.__table__.c if column.foreign_keys),
            }
            own = [column for column in table.__table__.c if column.key not in left_out]
            rows = sa.select(owner.name, Skill.name, *own).select_from(table).join(owner).join(Skill)
            found[table.__tablename__] = sorted(db.execute(rows).all(), key=repr)
    return found


@pytest.mark.sqlite
def test_an_export_can_be_brought_into_an_empty_installation(db, example, tmp_path, capsys):
    make.organisation(db)
    make.commit(db)
    folder = tmp_path / "unpacked"
    written(example).extractall(folder)
    mapping = folder / "from-an-export.toml"
    mapping.write_bytes((ROOT / "docs" / "import" / "from-an-export.toml").read_bytes())
    assert imports_command.main([str(mapping)]) == 0, capsys.readouterr().err
    assert counts(database.engine()) == counts(example)
    assert imports_command.main([str(mapping)]) == 0
    assert "Everything was there already." in capsys.readouterr().out
