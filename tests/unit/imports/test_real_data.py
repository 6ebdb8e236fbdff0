"""The two real sets, imported by the example mappings, against counts made from the files without our code."""

import csv
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

import pytest
import sqlalchemy as sa

from cop import db as database
from cop import integrity
from cop.choices import AttendanceKind
from cop.cli.imports import main
from cop.models import ActivityMonth, Attendance, Community, CommunitySession, ExternalKey, Facilitator, OrgUnit, Person
from cop.periods import utcnow
from cop.settings import ROOT

pytestmark = pytest.mark.real_data
EXAMPLES = ROOT / "docs" / "import"


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def _groups(folder: Path) -> list[str]:
    files = {
        "leaders as people": "leaders.csv",
        "communities": "communities.csv",
        "facilitators": "leaders.csv",
    }
    given = [item for name, path in files.items() for item in ("--file", f"{name}={folder / path}")]
    return [str(EXAMPLES / "special-interest-groups.toml"), *given]


def _minutes(folder: Path) -> list[str]:
    given = [item for name in ("communities", "sessions", "attendance") for item in ("--file", f"{name}={folder / name}.csv")]  # fmt: skip
    return [str(EXAMPLES / "working-groups.toml"), *given]


def _reported(path: Path) -> Counter[str]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return Counter(row["reason"] for row in csv.DictReader(handle))


def test_a_catalog_of_groups_and_their_leaders(data_dir, real_data, tmp_path, capsys):
    folder = real_data / "k8s-sigs"
    assert main([*_groups(folder), "--report", str(tmp_path / "out.csv")]) == 0
    leaders, groups = _rows(folder / "leaders.csv"), _rows(folder / "communities.csv")
    chairs = {(row["community_dir"], row["github"].lower()) for row in leaders if row["role"] == "chairs"}
    techs = {(row["community_dir"], row["github"].lower()) for row in leaders if row["role"] == "tech_leads"}
    with database.reading() as db:
        assert sorted(db.scalars(sa.select(Community.name))) == sorted(row["name"] for row in groups)
        assert set(db.scalars(sa.select(Person.handle))) == {row["github"].lower() for row in leaders}
        assert set(db.scalars(sa.select(OrgUnit.name))) == {row["company"] for row in leaders} - {""}
        carried = db.execute(
            sa.select(Community.slug, Person.handle, Facilitator.role).join(
                Person, Person.id == Facilitator.person_id
            ).join(Community, Community.id == Facilitator.community_id)
        ).all()  # fmt: skip
    assert {(slug, handle) for slug, handle, role in carried if role.value == "lead"} == chairs
    assert {(slug, handle) for slug, handle, role in carried if role.value == "co_facilitator"} == techs - chairs
    assert len(carried) == len(chairs | techs)
    past = sum(row["role"] == "emeritus_leads" for row in leaders)
    assert _reported(tmp_path / "out.csv") == {"left_out": past, "second_role": len(chairs & techs), "too_long": 2}
    assert len(chairs | techs) + past + len(chairs & techs) == len(leaders) == 286
    assert main(_groups(folder)) == 0
    assert "Everything was there already." in capsys.readouterr().out


def test_twelve_years_of_minutes(data_dir, real_data, tmp_path, capsys):
    folder = real_data / "nodejs-wg-attendance"
    assert main([*_minutes(folder), "--report", str(tmp_path / "out.csv")]) == 0
    rows, sessions = _rows(folder / "attendance.csv"), _rows(folder / "sessions.csv")
    with database.reading() as db:
        _assert_sessions(db, sessions)
        there = _attendances(db)
        _assert_people_by_handle(there, rows)
        _assert_names(db, rows)
        _assert_figures(db, sessions)
        assert integrity.problems(db, now=utcnow()) == []
    reported = _reported(tmp_path / "out.csv")
    assert reported.keys() == {
        "ambiguous_person", "duplicate", "incomplete_name", "not_a_person", "similar_person",
    }  # fmt: skip
    assert len(there) + reported.total() == len(rows) == 11_585
    assert len(there) > 10_500
    assert main(_minutes(folder)) == 0
    assert "Everything was there already." in capsys.readouterr().out


def _attendances(db) -> list[tuple[str, str, str, int, str]]:
    """(session's key, handle, community, year, person's name)."""
    return [
        (key, handle or "", community, day.year, name)
        for key, handle, community, day, name in db.execute(
            sa.select(ExternalKey.key, Person.handle, Community.name, CommunitySession.day, Person.name)
            .join(CommunitySession, CommunitySession.id == ExternalKey.session_id)
            .join(Attendance, Attendance.session_id == CommunitySession.id)
            .join(Person, Person.id == Attendance.person_id)
            .join(Community, Community.id == CommunitySession.community_id)
        )
    ]


def _assert_sessions(db, sessions) -> None:
    stored = db.execute(
        sa.select(Community.name, CommunitySession.day, CommunitySession.title, CommunitySession.attendance_kind).join(
            Community
        )
    ).all()
    assert Counter((name, day.isoformat(), " ".join(title.split())) for name, day, title, _kind in stored) == Counter(
        (row["community"], row["date"], " ".join(row["title"].split())) for row in sessions
    )
    kinds = Counter(kind for *_rest, kind in stored)
    assert kinds[AttendanceKind.MISSING] == sum(row["n_attendees"] == "0" for row in sessions) == 37


def _assert_people_by_handle(there, rows) -> None:
    """Everybody with a handle is where the file says, per community and year; others came by a known spelling."""
    by_handle = {(row["session_id"], row["github_handle"].lower()) for row in rows if row["github_handle"]}
    stored = {(session, handle): (community, year) for session, handle, community, year, _name in there if handle}
    assert by_handle <= stored.keys()
    where = {row["session_id"]: (row["community"], int(row["date"][:4])) for row in rows}
    assert Counter(stored[pair] for pair in by_handle) == Counter(where[session] for session, _handle in by_handle)
    spelt: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        spelt[row["github_handle"].lower()] |= {_plain(row["attendee_name"]), _plain(row["role_note"].split(" -")[0])}
    bare: dict[str, set[str]] = defaultdict(set)
    linked: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if not row["github_handle"]:
            bare[row["session_id"]].add(_plain(row["attendee_name"]))
        if "github.com/" in row["role_note"]:
            handle = row["role_note"].lower().rpartition("/")[2]
            linked[row["session_id"]].add(handle)
            spelt[handle].add(_plain(row["attendee_name"]))
    for session, handle in stored.keys() - by_handle:
        assert handle in linked[session] or spelt[handle] & bare[session], (session, handle)


def _plain(text: str) -> str:
    kept = "".join(char for char in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(char))
    return " ".join("".join(char if char.isalnum() else " " for char in kept).split())


def _assert_names(db, rows) -> None:
    """A person's name is one of the spellings under their handle; nobody is called as a company or a heading."""
    spelt: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        spelt[row["github_handle"].lower()].add(" ".join(row["attendee_name"].split()))
    for name, handle in db.execute(sa.select(Person.name, Person.handle)):
        assert name not in {"Intel", "IBM", "Microsoft", "Agenda", "Topics of Discussion"}
        if any(spelt.get(handle or "", ())) and spelt[handle] != {""}:
            assert name in spelt[handle] or not any(" " in text for text in spelt[handle])
    frequent = Counter(row["github_handle"].lower() for row in rows if row["github_handle"]).most_common(5)
    stored = db.execute(
        sa.select(Person.handle, sa.func.count()).join(Attendance).group_by(Person.handle)
        .order_by(sa.func.count().desc()).limit(5)
    ).all()  # fmt: skip
    assert stored[0][0] == frequent[0][0]
    assert len({handle for handle, _count in stored} & {handle for handle, _count in frequent}) >= 4


def _assert_figures(db, sessions) -> None:
    """The figures by month are the files' and the tables'."""
    held = db.execute(
        sa.select(Community.name, ActivityMonth.month, ActivityMonth.sessions_held, ActivityMonth.attendances).join(
            Community
        )
    ).all()
    expected = Counter((row["community"], row["date"][:7]) for row in sessions)
    assert {(name, f"{month:%Y-%m}"): count for name, month, count, _came in held if count} == dict(expected)
    assert sum(came for *_rest, came in held) == db.scalar(sa.select(sa.func.count()).select_from(Attendance))
