"""Real sets, imported by mappings, against counts made from the files without our code."""

import csv
import unicodedata
from collections import Counter, defaultdict
from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from cop import db as database
from cop import integrity
from cop.choices import AttendanceKind
from cop.cli.imports import main
from cop.models import (
    ActivityMonth,
    Attendance,
    Community,
    CommunitySession,
    ExternalKey,
    Facilitator,
    JobRole,
    Membership,
    OrgUnit,
    Person,
    RoleRequirement,
    SessionSeries,
    Skill,
)
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


def _meetings(folder: Path, mapping: Path) -> list[str]:
    given = [item for kind, name in (("communities", "communities"), ("series", "meetings")) for item in ("--file", f"{kind}={folder / name}.csv")]  # fmt: skip
    return [str(mapping), *given]


def test_meetings_come_in_as_rules(data_dir, real_data, tmp_path, capsys):
    """Counted by hand: 15 weekly, 8 fortnightly with a first day, 5 monthly; 4 that no rule says, 40 without a week."""
    folder, mapping = real_data / "k8s-sigs", EXAMPLES / "meeting-series.toml"
    assert main([*_meetings(folder, mapping), "--report", str(tmp_path / "out.csv")]) == 0
    assert _reported(tmp_path / "out.csv") == {"too_long": 2, "unreadable_rule": 4, "no_first_day": 40}
    with database.reading() as db:
        series = db.scalars(sa.select(SessionSeries)).all()
        assert Counter(row.rule.split(";BY")[0] for row in series) == {
            "FREQ=WEEKLY": 15, "FREQ=WEEKLY;INTERVAL=2": 8, "FREQ=MONTHLY": 5,
        }  # fmt: skip
        public = next(row for row in series if row.title == "Public Steering Committee Meeting")
        assert (public.rule, public.start_time, public.time_zone) == (
            "FREQ=MONTHLY;BYDAY=1WE", time(8), "America/Los_Angeles",
        )  # fmt: skip
        starts = db.scalars(sa.select(CommunitySession.starts_at).where(CommunitySession.series_id == public.id)).all()
        assert len(starts) in {12, 13}
        clocks = {at.astimezone(ZoneInfo("America/Los_Angeles")).strftime("%a %H:%M") for at in starts}
        assert clocks == {"Wed 08:00"}  # whatever clocks do
        assert integrity.problems(db, now=utcnow()) == []
    assert main(_meetings(folder, mapping)) == 0
    assert "Everything was there already." in capsys.readouterr().out
    # a person says from which week on: now all but the four that no rule says
    said = tmp_path / "said.toml"
    said.write_text(
        mapping.read_text("utf-8").replace('time = "time"', 'time = "time"\nstarts_on = { constant = "2026-01-05" }')
    )
    assert main([*_meetings(folder, said), "--report", str(tmp_path / "again.csv")]) == 0
    assert _reported(tmp_path / "again.csv") == {"too_long": 2, "unreadable_rule": 4}
    with database.reading() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(SessionSeries)) == 68


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


TEAMS = """
source = "teams"

[[files]]
kind = "people"
columns = { key = { column = "github", transform = "lower" }, name = ["name", "github"], handle = "github" }

[[files]]
kind = "communities"
report = ["too_long"]
[files.columns]
key = "team"
name = "team"
focus = { column = "description", transform = "first_sentence" }
[files.columns.type]
column = "kind"
values = { team = "community", marker-team = "network", project-group = "working_group", working-group = "working_group" }

[[files]]
kind = "memberships"
report = ["duplicate"]
[files.columns]
community = "team"
handle = "github"
# The file tells no days: who is in a team is in it on the day that the file was made. When alumni left isn't known.
joined_on = { column = "membership", values = { lead = "2026-08-22", member = "2026-08-22" }, leave_out = ["alumni"] }

[[files]]
kind = "facilitators"
[files.columns]
community = "team"
handle = "github"
role = { column = "membership", values = { lead = "lead" }, leave_out = ["member", "alumni"] }
"""
ORGANOGRAM = """
source = "organogram"

[[files]]
kind = "org_units"
name = "senior"
report = ["duplicate"]
columns = { key = "Unit", name = "Unit" }

[[files]]
kind = "org_units"
name = "junior"
report = ["duplicate"]
columns = { key = "Unit", name = "Unit" }

[[files]]
kind = "communities"
name = "professions"
report = ["duplicate"]
columns = { key = "Professional/Occupational Group", name = "Professional/Occupational Group" }
"""
WORKSHOPS = """
source = "workshops"

[[files]]
kind = "communities"
report = ["duplicate"]
columns = { key = "tag_name", name = "tag_name" }

[[files]]
kind = "sessions"
options = { time_zone = "UTC" }
[files.columns]
key = "slug"
community = "tag_name"
date = "start_date"
title = "host_name"
headcount = { column = "attendance", empty = ["NA"] }
"""


def _bring(tmp_path, mapping: str, **files: Path) -> Counter[str]:
    """Import by a mapping; returns what was reported."""
    path = tmp_path / "mapping.toml"
    path.write_text(mapping, encoding="utf-8")
    given = [item for name, file in files.items() for item in ("--file", f"{name}={file}")]
    assert main([str(path), *given, "--report", str(tmp_path / "out.csv")]) == 0
    return _reported(tmp_path / "out.csv")


def test_teams_and_who_is_in_them(data_dir, real_data, tmp_path):
    folder = real_data / "rust-teams"
    files = {"people": "people", "communities": "teams", "memberships": "memberships", "facilitators": "memberships"}
    told = _bring(tmp_path, TEAMS, **{name: folder / f"{file}.csv" for name, file in files.items()})
    belonging = _rows(folder / "memberships.csv")
    by_kind = {
        kind: {(row["team"], row["github"].lower()) for row in belonging if row["membership"] == kind}
        for kind in ("lead", "member", "alumni")
    }
    with database.reading() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(Community)) == 217
        assert db.scalar(sa.select(sa.func.count()).select_from(Person)) == len(_rows(folder / "people.csv")) == 666
        members = db.execute(
            sa.select(Community.name, Person.handle)
            .select_from(Membership)
            .join(Community, Community.id == Membership.community_id)
            .join(Person, Person.id == Membership.person_id)
        )
        assert set(map(tuple, members)) == by_kind["member"] | by_kind["lead"]
        assert db.scalar(sa.select(sa.func.count()).select_from(Facilitator)) == len(by_kind["lead"]) == 123
    rows = Counter(row["membership"] for row in belonging)
    assert told == {
        "duplicate": len(by_kind["lead"] & by_kind["member"]),
        "left_out": 2 * rows["alumni"] + rows["member"],  # once as members, once as leaders
    }


def test_units_of_an_organogram(data_dir, real_data, tmp_path):
    folder = real_data / "uk-organogram-dfid"
    senior, junior = (next(folder.glob(f"*-{level}.csv")) for level in ("senior", "junior"))
    told = _bring(tmp_path, ORGANOGRAM, senior=senior, junior=junior, professions=junior)
    units = {row["Unit"] for file in (senior, junior) for row in _rows(file)}
    groups = {row["Professional/Occupational Group"] for row in _rows(junior)}
    with database.reading() as db:
        assert set(db.scalars(sa.select(OrgUnit.name))) == units
        assert set(db.scalars(sa.select(Community.name))) == groups
    posts = len(_rows(senior)) + 2 * len(_rows(junior))
    assert told == {"duplicate": posts - len(units) - len(groups)}


def test_workshops_with_a_count_and_without(data_dir, real_data, tmp_path):
    file = real_data / "carpentries-workshops" / "all_workshops_2018.csv"
    told = _bring(tmp_path, WORKSHOPS, communities=file, sessions=file)
    rows = _rows(file)
    with database.reading() as db:
        counted = db.execute(
            sa.select(sa.func.count(CommunitySession.headcount), sa.func.sum(CommunitySession.headcount))
        ).one()
        assert db.scalar(sa.select(sa.func.count()).select_from(CommunitySession)) == len(rows) == 1_983
    known = [int(row["attendance"]) for row in rows if row["attendance"] not in {"", "NA"}]
    assert tuple(counted) == (len(known), sum(known))  # what isn't known is missing, not 0
    assert told == {"duplicate": len(rows) - len({row["tag_name"] for row in rows})}


def test_a_framework_of_skills(data_dir, real_data, tmp_path, capsys):
    """Every row accounted for: what isn't in use is left out, what stands there twice is taken once, all by row."""
    folder = real_data / "ddat-framework"
    names = {"skills": "skills.csv", "role_requirements": "role_skill_requirements.csv"}
    given = [item for kind, name in names.items() for item in ("--file", f"{kind}={folder / name}")]
    out = tmp_path / "out.csv"
    assert main([str(EXAMPLES / "skills-framework.toml"), *given, "--report", str(out)]) == 0
    skills, rows = _rows(folder / names["skills"]), _rows(folder / names["role_requirements"])
    assert (len(skills), len(rows)) == (188, 1_825)
    pairs: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
    unused = set()
    for number, row in enumerate(rows, 2):
        if row["required_level"] == "NOT IN USE":
            unused.add(number)
        else:
            pairs[" ".join(row["role_level"].split()), row["skill"]].append((number, row["required_level"]))
    repeated = {number for found in pairs.values() for number, _level in found[1:]}
    assert (len(unused), sum(len(found) > 1 for found in pairs.values()), len(repeated)) == (28, 13, 16)
    with out.open(encoding="utf-8-sig", newline="") as handle:
        told = {(int(row["row"]), row["reason"]) for row in csv.DictReader(handle)}
    assert told == {(number, "left_out") for number in unused} | {(number, "duplicate") for number in repeated}
    words = ["Awareness", "Working", "Practitioner", "Expert"]
    with database.reading() as db:
        imported = db.execute(
            sa.select(JobRole.name, Skill.name, RoleRequirement.level, RoleRequirement.until_on)
            .join(JobRole, JobRole.id == RoleRequirement.job_role_id)
            .join(Skill, Skill.id == RoleRequirement.skill_id)
        ).all()
        texts = {row.name: [row.level_1, row.level_2, row.level_3, row.level_4] for row in db.scalars(sa.select(Skill))}
        assert len(db.scalars(sa.select(JobRole.id)).all()) == 201
    assert len(imported) == 1_825 - 28 - 16
    assert {(role, skill): words[level - 1] for role, skill, level, _until in imported} == {
        pair: found[0][1] for pair, found in pairs.items()
    }
    undefined = "This skill level is currently not defined."
    assert texts == {
        row["Skill Name"]: ["" if row[word] == undefined else row[word].strip() for word in words] for row in skills
    }
    assert main([str(EXAMPLES / "skills-framework.toml"), *given]) == 0
    assert "Everything was there already." in capsys.readouterr().out
