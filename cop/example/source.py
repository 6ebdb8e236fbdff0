"""The example organisation's facts as they stand in `data/example/*.csv`."""

import csv
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import time
from functools import cache
from typing import TypeVar

from cop.choices import (
    AttendanceKind,
    CommunityType,
    ContributionKind,
    ObjectiveStatus,
    RequiredLevel,
    ResourceKind,
    SessionKind,
    Stage,
)
from cop.settings import ROOT

FOLDER = ROOT / "data" / "example"
COMPANY = "Talvenor Energy Systems"
DOMAIN = "talvenor.example"
TIME_ZONE = "Europe/Madrid"
SEED = 20_240_917

_Row = dict[str, str]
_T = TypeVar("_T")


@dataclass(frozen=True)
class UnitFact:
    """A unit of the company; `job_roles` weigh who works there."""

    name: str
    parent: str
    people: int
    job_roles: dict[str, int]


@dataclass(frozen=True)
class SignInFact:
    """One of the four people whose sign-ins are printed."""

    role: str
    username: str
    name: str
    unit: str
    job_role: str
    manages: str
    member_of: tuple[str, ...]
    left: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class SubjectFact:
    """What one session is about."""

    kind: SessionKind
    title: str
    topics: str
    decisions: str


@dataclass(frozen=True)
class GiftFact:
    """What somebody gave to a community."""

    kind: ContributionKind
    title: str


@dataclass(frozen=True)
class ObjectiveFact:
    """What a community wants to reach; due so many days from today."""

    statement: str
    measure: str
    baseline: float
    target: float
    current: float
    due_in_days: int
    status: ObjectiveStatus


@dataclass(frozen=True)
class ResourceFact:
    """What a community keeps at hand."""

    kind: ResourceKind
    title: str
    page: str


@dataclass(frozen=True)
class SkillFact:
    """A skill, its texts for levels 1–4, which communities serve it, who needs it.

    `job_roles` give the level; `units` the level, the people needed and the importance.
    """

    name: str
    area: str
    description: str
    levels: tuple[str, ...]
    communities: tuple[str, ...]
    job_roles: dict[str, int]
    units: dict[str, tuple[int, int, int]]


@dataclass(frozen=True)
class CommunityFact:
    """A community, how often it meets, and how its size and turnout went from then to now."""

    slug: str
    name: str
    type: CommunityType
    stage: Stage
    area: str
    host_unit: str
    founded_months: int
    every: int
    by_week: bool
    """Whether `every` counts weeks or months."""
    weekday: int
    week: int
    starts: time
    minutes: int
    summer_break: bool
    members_then: int
    members_now: int
    turnout_then: float
    turnout_now: float
    attendance: AttendanceKind
    co_facilitators: int
    backups: int
    lead: str
    """A printed sign-in's role or another community's slug; empty where anybody fits."""
    lead_since_months: int
    silent_days: int
    archived_days: int
    merged_into: str
    archive_reason: str
    cancelled_last: int
    launch_in_days: int
    recording_due: bool
    place: str
    home_units: dict[str, int]
    focus: str
    cadence: str
    charter: str
    norms: str
    subjects: tuple[SubjectFact, ...]
    gifts: tuple[GiftFact, ...]
    objectives: tuple[ObjectiveFact, ...]
    resources: tuple[ResourceFact, ...]


@dataclass(frozen=True)
class Source:
    """Everything that is written down; the rest follows from it by a fixed seed."""

    units: tuple[UnitFact, ...]
    sign_ins: tuple[SignInFact, ...]
    given_names: tuple[str, ...]
    family_names: tuple[str, ...]
    guests: tuple[str, ...]
    reasons: dict[str, tuple[str, ...]]
    communities: tuple[CommunityFact, ...]
    skills: tuple[SkillFact, ...]


def chance(*subject: object) -> random.Random:
    """Numbers that look like chance and are the same each time, of their own for each subject."""
    return random.Random(f"{SEED}:{':'.join(map(str, subject))}")  # noqa: S311 - invented history, not a secret


@cache
def read_source() -> Source:
    """The facts, read once."""
    names = grouped(rows_of("names"), "part", lambda row: row["name"])
    return Source(
        units=tuple(
            UnitFact(row["name"], row["parent"], int(row["people"]), _weights(row["job_roles"]))
            for row in rows_of("org_units")
        ),
        sign_ins=tuple(_sign_in(row) for row in rows_of("accounts")),
        given_names=names["given"],
        family_names=names["family"],
        guests=tuple(row["name"] for row in rows_of("guests")),
        reasons=grouped(rows_of("reasons"), "of", lambda row: row["reason"]),
        communities=_communities(),
        skills=tuple(_skill(row) for row in rows_of("skills")),
    )


def rows_of(name: str) -> list[dict[str, str]]:
    """The rows of a file of facts."""
    with (FOLDER / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def grouped(rows: list[dict[str, str]], key: str, make: Callable[[_Row], _T]) -> dict[str, tuple[_T, ...]]:
    """What `make` makes of the rows, by one of their columns."""
    found: dict[str, list[_T]] = {}
    for row in rows:
        found.setdefault(row[key], []).append(make(row))
    return {name: tuple(items) for name, items in found.items()}


def _weights(text: str) -> dict[str, int]:
    """`Trading:4;Metering:2` as a mapping."""
    pairs = (part.rsplit(":", 1) for part in text.split(";"))
    return {name.strip(): int(weight) for name, weight in pairs}


def _sign_in(row: _Row) -> SignInFact:
    """A `>` behind a community says that the person has left it."""
    slugs = [slug for slug in row["member_of"].split(";") if slug]
    return SignInFact(
        role=row["role"],
        username=row["username"],
        name=row["name"],
        unit=row["unit"],
        job_role=row["job_role"],
        manages=row["manages"],
        member_of=tuple(slug for slug in slugs if not slug.endswith(">")),
        left=tuple(slug.removesuffix(">") for slug in slugs if slug.endswith(">")),
        note=row["note"],
    )


def _skill(row: _Row) -> SkillFact:
    needs = (part.split(":") for part in row["units"].split(";"))
    return SkillFact(
        name=row["name"],
        area=row["area"],
        description=row["description"],
        levels=tuple(row[level] for level in RequiredLevel),
        communities=tuple(row["communities"].split(";")),
        job_roles=_weights(row["job_roles"]),
        units={unit: (int(level), int(needed), int(importance)) for unit, level, needed, importance in needs},
    )


def _communities() -> tuple[CommunityFact, ...]:
    subjects = grouped(
        rows_of("sessions"),
        "community",
        lambda row: SubjectFact(SessionKind(row["kind"]), row["title"], row["topics"], row["decisions"]),
    )
    gifts = grouped(
        rows_of("contributions"), "community", lambda row: GiftFact(ContributionKind(row["kind"]), row["title"])
    )
    resources = grouped(
        rows_of("resources"),
        "community",
        lambda row: ResourceFact(ResourceKind(row["kind"]), row["title"], row["page"]),
    )
    objectives = grouped(rows_of("objectives"), "community", _objective)
    return tuple(
        _community(
            row,
            subjects=subjects[row["slug"]],
            gifts=gifts[row["slug"]],
            objectives=objectives[row["slug"]],
            resources=resources[row["slug"]],
        )
        for row in rows_of("communities")
    )


def _objective(row: _Row) -> ObjectiveFact:
    return ObjectiveFact(
        statement=row["statement"],
        measure=row["measure"],
        baseline=float(row["baseline"]),
        target=float(row["target"]),
        current=float(row["current"]),
        due_in_days=int(row["due_in_days"]),
        status=ObjectiveStatus(row["status"]),
    )


def _community(
    row: _Row,
    *,
    subjects: tuple[SubjectFact, ...],
    gifts: tuple[GiftFact, ...],
    objectives: tuple[ObjectiveFact, ...],
    resources: tuple[ResourceFact, ...],
) -> CommunityFact:
    every, unit = row["every"].split()
    return CommunityFact(
        slug=row["slug"],
        name=row["name"],
        type=CommunityType(row["type"]),
        stage=Stage(row["stage"]),
        area=row["area"],
        host_unit=row["host_unit"],
        founded_months=int(row["founded_months"]),
        every=int(every),
        by_week=unit.startswith("week"),
        weekday=("mon", "tue", "wed", "thu", "fri").index(row["weekday"] or "mon"),
        week=_number(row["week"]),
        starts=time.fromisoformat(row["starts"]),
        minutes=int(row["minutes"]),
        summer_break=row["summer_break"] == "yes",
        members_then=int(row["members_then"]),
        members_now=int(row["members_now"]),
        turnout_then=float(row["turnout_then"]),
        turnout_now=float(row["turnout_now"]),
        attendance=AttendanceKind(row["attendance"] or "list"),
        co_facilitators=int(row["co_facilitators"]),
        backups=int(row["backups"]),
        lead=row["lead"],
        lead_since_months=_number(row["lead_since_months"]),
        silent_days=_number(row["silent_days"]),
        archived_days=_number(row["archived_days"]),
        merged_into=row["merged_into"],
        archive_reason=row["archive_reason"],
        cancelled_last=_number(row["cancelled_last"]),
        launch_in_days=_number(row["launch_in_days"]),
        recording_due=row["recording_due"] == "yes",
        place=row["place"],
        home_units=_weights(row["home_units"]),
        focus=row["focus"],
        cadence=row["cadence"],
        charter=row["charter"],
        norms=row["norms"],
        subjects=subjects,
        gifts=gifts,
        objectives=objectives,
        resources=resources,
    )


def _number(text: str) -> int:
    """A whole number, 0 where none is given."""
    return int(text or 0)
