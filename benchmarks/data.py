"""Made-up organisations of a given size, written fast: for measuring, not for looking at."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from benchmarks import store
from cop import db as database
from cop import facts
from cop.choices import (
    AttendanceKind,
    Channel,
    CriterionSource,
    FacilitatorRole,
    FunnelStage,
    GrantedRole,
    SessionStatus,
    Stage,
)
from cop.models import (
    Account,
    Area,
    Assessment,
    Attendance,
    Community,
    CommunitySession,
    Contribution,
    Criterion,
    Facilitator,
    FunnelItem,
    ItemUnit,
    Membership,
    Organisation,
    OrgUnit,
    Person,
    Question,
    ReleasedCell,
    RoleGrant,
    SignInSession,
    Skill,
    StageStay,
    Survey,
    SurveyGroup,
    UnitRequirement,
    Vote,
)
from cop.periods import utcnow
from cop.schema import open_database
from cop.settings import Settings, settings


@dataclass(frozen=True)
class Size:
    """How large an organisation to make; attendances come out at about communities × sessions × come."""

    people: int
    communities: int
    sessions: int
    come: int
    units: int
    months: int

    @property
    def label(self) -> str:
        """Its number of attendances, in words."""
        return f"{self.communities * self.sessions * self.come:,} attendances"


RARE = "A barbican over the harbour"
_SYLLABLES = [f"{a}{b}{c}" for a in "bdfklmnprst" for b in "aeiou" for c in "lnrst"]
_WORDS = [f"{one}{two}" for one in _SYLLABLES for two in _SYLLABLES]
"""75,625 of them; the first ones are taken most."""
SMALL = Size(people=400, communities=25, sessions=20, come=20, units=25, months=24)
LARGE = Size(people=20_000, communities=500, sessions=100, come=20, units=300, months=60)


def empty(folder: Path) -> Settings:
    """A migrated database in `folder` that holds nothing; returns its settings."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Settings(folder, store.address(folder), settings().idle_limit, settings().absolute_limit)
    open_database(made)
    return made


def make(folder: Path, size: Size) -> Settings:
    """A migrated database in `folder` with an organisation of that size; returns its settings."""
    made = empty(folder)
    engine = database.make_engine(made.database_url)
    with database.transaction(engine) as db:
        _fill(db, size, random.Random(7))
        store.count_on(db.connection())
    with database.transaction(engine) as db:
        for community_id in db.scalars(sa.select(Community.id)).all():
            facts.refresh(db, community_id, date(1900, 1, 1))
        database.bump(db, ("catalog", "memberships", "sessions", "people"))
    engine.dispose()
    return made


def _fill(db: DbSession, size: Size, rng: random.Random) -> None:
    now, today = utcnow(), utcnow().date()
    db.add(Organisation(name="Bench", time_zone="Europe/Madrid", is_example=True))
    _insert(db, OrgUnit, [{"id": 1, "name": "All", "parent_id": None}])
    units = range(2, size.units + 2)
    _insert(db, OrgUnit, [{"id": i, "name": f"Unit {i}", "parent_id": 1} for i in units])
    _insert(db, Area, [{"id": i, "name": f"Area {i}"} for i in range(1, 9)])
    _insert(
        db,
        Person,
        [
            {
                "id": i,
                "name": f"Person {i}",
                "kind": "staff",
                "email": f"p{i}@bench.example",
                "org_unit_id": rng.choice(units),
                "active": True,
                "created_at": now,
            }
            for i in range(1, size.people + 1)
        ],
    )
    _insert(
        db,
        Community,
        [
            {
                "id": i,
                "slug": f"c{i}",
                "name": f"Community {i}",
                "focus": "What a benchmark needs",
                "area_id": i % 8 + 1,
                "stage": rng.choice(list(Stage)),
                "created_at": now,
                "founded_on": today - timedelta(days=31 * size.months),
            }
            for i in range(1, size.communities + 1)
        ],
    )
    session_id = 0
    for community_id in range(1, size.communities + 1):
        members = rng.sample(range(1, size.people + 1), min(size.people, size.come * 3))
        _insert(
            db,
            Membership,
            [
                {
                    "community_id": community_id,
                    "person_id": person,
                    "joined_on": today - timedelta(days=rng.randrange(size.months * 30)),
                }
                for person in members
            ],
        )
        db.add(Facilitator(community_id=community_id, person_id=members[0], role=FacilitatorRole.LEAD))
        sessions, attendances = [], []
        for index in range(size.sessions):
            session_id += 1
            day = today - timedelta(days=int(index * size.months * 30 / size.sessions))
            starts = datetime.combine(day, time(9), UTC)
            sessions.append(
                {
                    "id": session_id,
                    "community_id": community_id,
                    "title": f"Session {session_id}",
                    "kind": "regular",
                    "status": SessionStatus.HELD,
                    "starts_at": starts,
                    "ends_at": starts + timedelta(hours=1),
                    "time_zone": "Europe/Madrid",
                    "day": day,
                    "attendance_kind": AttendanceKind.LIST,
                    "uid": f"bench-{session_id}",
                    "created_at": now,
                }
            )
            attendances += [{"session_id": session_id, "person_id": p} for p in rng.sample(members, size.come)]
        _insert(db, CommunitySession, sessions)
        _insert(db, Attendance, attendances)


def _insert(db: DbSession, table: Any, rows: list[dict[str, Any]]) -> None:
    columns = table.__table__.columns
    defaults = {c.key: c.default.arg for c in columns if c.default is not None and c.default.is_scalar}
    versions = {"version": 1} if "version" in columns else {}
    texts = {
        c.key: ""
        for c in columns
        if isinstance(c.type, sa.String | sa.Text) and not c.nullable and not isinstance(c.type, sa.Enum)
    }
    db.execute(sa.insert(table), [_filler(table) | texts | versions | defaults | row for row in rows])


def _filler(table: Any) -> dict[str, Any]:
    """What the models give by default and a bulk insert doesn't."""
    return {
        Community: {"type": "community"},
        CommunitySession: {"sequence": 0},
        Attendance: {"led": False, "spoke": False},
        OrgUnit: {"active": True},
        Area: {"active": True},
        FunnelItem: {"unique_knowledge": False},
    }.get(table, {})


def contribute(engine: sa.Engine, count: int) -> None:
    """That many contributions of six words each, common and rare ones, over the communities and people there are."""
    rng = random.Random(7)
    with database.transaction(engine) as db:
        rooms, people = (db.scalars(sa.select(table.id)).all() for table in (Community, Person))
        today = utcnow().date()
        for start in range(0, count, 10_000):
            rows = [
                {
                    "community_id": rng.choice(rooms),
                    "person_id": rng.choice(people),
                    "kind": "idea",
                    "title": " ".join(_WORDS[int(len(_WORDS) * rng.random() ** 3)] for _ in range(6)),
                    "day": today - timedelta(days=rng.randrange(1_800)),
                }
                for _ in range(min(10_000, count - start))
            ]
            _insert(db, Contribution, rows)
        _insert(
            db,
            Contribution,
            [{"community_id": rooms[0], "person_id": people[0], "kind": "idea", "title": RARE, "day": today}],
        )
        database.bump(db, ("sessions",))


def raise_items(engine: sa.Engine, count: int) -> None:
    """That many items of the funnel over all stages, each with a unit, three assessors and some votes."""
    rng, now = random.Random(7), utcnow()
    stages = list(FunnelStage)
    with database.transaction(engine) as db:
        people, units = (db.scalars(sa.select(table.id)).all() for table in (Person, OrgUnit))
        asked = db.scalars(sa.select(Criterion.id).where(Criterion.source == CriterionSource.ASSESSED)).all()
        ids = range(1, count + 1)
        since = {i: now - timedelta(days=rng.randrange(300)) for i in ids}
        stage = {i: rng.choice(stages) for i in ids}
        _insert(
            db,
            FunnelItem,
            [
                {
                    "id": i,
                    "channel": rng.choice(list(Channel)),
                    "title": title(rng),
                    "stage": stage[i],
                    "stage_since": since[i],
                    "created_at": since[i],
                    "owner_id": rng.choice(people),
                    "deadline": now.date() + timedelta(days=rng.randrange(400)),
                }
                for i in ids
            ],
        )
        _insert(db, StageStay, [{"item_id": i, "stage": stage[i], "entered_at": since[i]} for i in ids])
        _insert(db, ItemUnit, [{"item_id": i, "org_unit_id": rng.choice(units)} for i in ids])
        marks = [
            {"item_id": i, "criterion_id": criterion, "assessor_id": person, "value": rng.randint(1, 5), "at": now}
            for i in ids
            for person in people[:3]
            for criterion in asked
        ]
        _insert(db, Assessment, marks)
        votes = [(i, person) for i in ids for person in rng.sample(people, rng.randrange(10))]
        _insert(db, Vote, [{"item_id": i, "person_id": person, "at": now} for i, person in votes])
        store.count_on(db.connection())
        database.bump(db, ("funnel",))


def close_wave(engine: sa.Engine, skills: int) -> None:
    """A closed wave: every unit and the whole by so many skills; each unit requires a third of them and hides a tenth."""
    rng, today = random.Random(7), utcnow().date()
    with database.transaction(engine) as db:
        units = {row.id: row.name for row in db.execute(sa.select(OrgUnit.id, OrgUnit.name))}
        _insert(db, Skill, [{"id": i, "name": f"Skill {i}", "area_id": i % 8 + 1} for i in range(1, skills + 1)])
        needs = [
            (unit, skill, rng.randint(1, 3)) for unit in units for skill in range(1, skills + 1) if rng.random() < 0.3
        ]
        columns = ("org_unit_id", "skill_id", "importance")
        more = {"level": 3, "needed": 4, "since_on": today}
        _insert(db, UnitRequirement, [dict(zip(columns, need, strict=True)) | more for need in needs])
        wave = {
            "id": 1,
            "name": "Bench",
            "kind": "skill_gap",
            "state": "closed",
            "opened_on": today,
            "closes_on": today,
        }
        _insert(db, Survey, [wave])
        asked = {"survey_id": 1, "type": "level"}
        _insert(
            db,
            Question,
            [asked | {"id": i, "place": i, "text": f"Skill {i}", "skill_id": i} for i in range(1, skills + 1)],
        )
        group = {"survey_id": 1, "kind": "org_unit", "headcount": 30}
        _insert(db, SurveyGroup, [group | {"id": i, "name": units[i], "org_unit_id": i} for i in units])
        required = {(unit, skill) for unit, skill, _importance in needs}
        keys = [(unit, skill) for unit in units for skill in range(1, skills + 1)]
        _insert(db, ReleasedCell, [_cell(rng, *key, required=3 if key in required else None) for key in keys])
        store.count_on(db.connection())
        database.bump(db, ("surveys", "skills"))


def _cell(rng: random.Random, group: int, question: int, *, required: int | None) -> dict[str, Any]:
    cell: dict[str, Any] = {
        "group_id": group,
        "question_id": question,
        "option": 0,
        "answers": 24,
        "required": required,
    }
    if rng.random() < 0.1:
        return cell | {"known": None, "mean": None, "counts": None, "hidden": "difference"}
    counts = [rng.randint(1, 6) for _ in range(5)]
    mean = sum(level * count for level, count in enumerate(counts)) / sum(counts)
    return cell | {"known": sum(counts), "mean": round(mean, 2), "counts": counts, "hidden": None}


def title(rng: random.Random) -> str:
    """Five words, common and rare ones."""
    return " ".join(_WORDS[int(len(_WORDS) * rng.random() ** 3)] for _ in range(5))


def sign_in(engine: sa.Engine, person_id: int, token_hash: str, *roles: GrantedRole) -> int:
    """An account with roles and a live session, whose token has that hash; returns the account's id."""
    now = utcnow()
    with database.transaction(engine) as db:
        account = Account(
            person_id=person_id,
            username=f"p{person_id}@bench.example",
            password_hash="!",
            must_change_password=False,
            created_at=now,
            password_changed_at=now,
        )
        db.add(account)
        db.flush()
        for role in roles:
            unit = 1 if role is GrantedRole.MANAGER else None
            db.add(RoleGrant(account_id=account.id, role=role, org_unit_id=unit, granted_on=now.date()))
        db.add(
            SignInSession(
                token_hash=token_hash,
                account_id=account.id,
                created_at=now,
                last_seen_at=now,
                expires_at=now + timedelta(days=1),
            )
        )
        return account.id


@dataclass(frozen=True)
class Wave:
    """Answers of a tree of units: who is where, as `cop.surveys.release` reads it; `levels` are the tree's, per person."""

    respondents: pd.DataFrame
    answers: pd.DataFrame
    memberships: pd.DataFrame
    levels: list[pd.Series]


def survey(people: int, units: int, skills: int) -> Wave:
    """A wave over the whole, an eighth of the units as departments and the rest as teams; a tenth says "don't know"."""
    rng = np.random.default_rng(1)
    departments = units // 8
    team = rng.integers(0, units - departments - 1, people)
    levels = [
        pd.Series(np.full(people, "all")),
        pd.Series([f"department {number % departments}" for number in team]),
        pd.Series([f"team {number}" for number in team]),
    ]
    frames = [pd.DataFrame({"person": range(people), "group": level, "kind": "unit"}) for level in levels]
    given = rng.integers(0, 5, (people, skills)).astype(float)
    given[rng.random(given.shape) < 0.1] = np.nan
    answers = pd.DataFrame(given, columns=[f"skill {number}" for number in range(skills)])
    answers.insert(0, "cohort", team)
    memberships = pd.concat([pd.DataFrame({"cohort": team, "group": level}) for level in levels]).drop_duplicates()
    return Wave(pd.concat(frames, ignore_index=True), answers, memberships, levels)


def overlapping(people: int, seed: int) -> pd.DataFrame:
    """A small organisation's respondents: three attributes of 4, 3 and 3 values, eight communities of any size."""
    rng = np.random.default_rng(seed)
    frames = [pd.DataFrame({"person": range(people), "group": "all", "kind": "all"})]
    for number, values in enumerate((4, 3, 3)):
        value = rng.choice(values, people, p=rng.dirichlet(np.full(values, 3.0)))
        names = [f"attribute {number}: {name}" for name in value]
        frames.append(pd.DataFrame({"person": range(people), "group": names, "kind": "attribute"}))
    for number in range(8):
        members = np.flatnonzero(rng.random(people) < rng.uniform(0.1, 0.5))
        frames.append(pd.DataFrame({"person": members, "group": f"community {number}", "kind": "community"}))
    return pd.concat(frames, ignore_index=True)
