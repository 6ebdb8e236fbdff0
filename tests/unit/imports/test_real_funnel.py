"""Real radars, inventories and proposals, by the ready mappings, against counts made from the files without our code."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from cop import integrity
from cop.choices import Channel, FunnelStage
from cop.cli.imports import main
from cop.db import reading
from cop.models import Area, Community, ExternalKey, FunnelItem, ItemCommunity, ItemUnit, OrgUnit, Ring, RingChange
from cop.periods import utcnow
from cop.settings import ROOT
from tests.unit.imports.test_undo import snapshot, undo

pytestmark = pytest.mark.real_data
EXAMPLES = ROOT / "docs" / "import"
VOLUMES = {
    "2024-04-03": ("Vol. 30", "tw-radar-vol30-2024-Apr.csv"),
    "2024-10-23": ("Vol. 31", "tw-radar-vol31-2024-Oct.csv"),
    "2025-04-02": ("Vol. 32", "tw-radar-vol32-2025-Apr.csv"),
}
RINGS = {"adopt": "Adopt", "trial": "Trial", "assess": "Assess", "caution": "Hold", "hold": "Hold"}
ORDER = ["Adopt", "Trial", "Assess", "Hold"]


def _rows(path: Path, encoding: str = "utf-8") -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as handle:
        return list(csv.DictReader(handle))


def _bring(mapping: Path, tmp_path: Path, **files: Path) -> Counter[str]:
    """Import by a mapping; returns how often each reason was reported."""
    given = [part for name, path in files.items() for part in ("--file", f"{name}={path}")]
    assert main([str(mapping), *given, "--report", str(tmp_path / "out.csv")]) == 0
    return Counter(row["reason"] for row in _rows(tmp_path / "out.csv", "utf-8-sig"))


def _again(mapping: Path, capsys, **files: Path) -> None:
    capsys.readouterr()
    given = [part for name, path in files.items() for part in ("--file", f"{name}={path}")]
    assert main([str(mapping), *given]) == 0
    assert "Everything was there already." in capsys.readouterr().out


def _rings() -> dict[str, dict[date, str]]:
    """The ring of each trend by day, the title in small letters."""
    told: dict[str, dict[date, str]] = {}
    with reading() as db:
        for title, day, ring in db.execute(
            sa.select(FunnelItem.title, RingChange.changed_on, Ring.name)
            .join(RingChange, RingChange.item_id == FunnelItem.id)
            .join(Ring, Ring.id == RingChange.ring_id)
        ):
            assert day not in told.setdefault(title.casefold(), {}), title
            told[title.casefold()][day] = ring
        assert integrity.problems(db, now=utcnow()) == []
    return told


def _volume(tmp_path: Path, day: str) -> Path:
    """The ready mapping with an edition's day and name, as a person sets them."""
    text = (EXAMPLES / "technology-radar.toml").read_text("utf-8")
    made = tmp_path / f"{day}.toml"
    made.write_text(text.replace("2024-04-03", day).replace("Vol. 30", VOLUMES[day][0]), encoding="utf-8")
    return made


@pytest.mark.parametrize("days", [list(VOLUMES), list(reversed(VOLUMES))], ids=["in order", "backwards"])
def test_three_volumes_of_a_radar(data_dir, real_data, tmp_path, capsys, days):
    folder = real_data / "thoughtworks-radar" / "volumes"
    for day in days:
        assert _bring(_volume(tmp_path, day), tmp_path, trends=folder / VOLUMES[day][1]) == {}
    expected: dict[str, dict[date, str]] = {}
    statuses: dict[tuple[str, date], str] = {}
    for day, (_, name) in VOLUMES.items():
        for row in _rows(folder / name):
            expected.setdefault(row["name"].casefold(), {})[date.fromisoformat(day)] = RINGS[row["ring"]]
            statuses[row["name"].casefold(), date.fromisoformat(day)] = row["status"]
    told = _rings()
    assert told == expected
    assert (len(told), sum(map(len, told.values()))) == (288, 314)
    for title, rings in told.items():  # what moved by our rings is what the radar itself says
        for before, after in zip(sorted(rings), sorted(rings)[1:], strict=False):
            step = ORDER.index(rings[before]) - ORDER.index(rings[after])
            word = "moved in" if step > 0 else "moved out" if step < 0 else "no change"
            assert statuses[title, after] == word, title
    with reading() as db:
        assert not db.scalars(sa.select(RingChange.rationale).where(RingChange.rationale.like("%</p>%"))).all()
    for day in days:
        _again(_volume(tmp_path, day), capsys, trends=folder / VOLUMES[day][1])


def test_the_history_of_a_radar(data_dir, real_data, tmp_path, capsys):
    """Its "moved" was set by hand: four times it says less than the rings, once more (compared by eye)."""
    mapping, file = EXAMPLES / "radar-history.toml", real_data / "zalando-radar" / "radar_history.csv"
    assert _bring(mapping, tmp_path, trends=file) == {"other_movement": 5}
    expected: dict[str, dict[date, str]] = {}
    for row in _rows(file):
        day = date.fromisoformat(f"{row['edition'].replace('.', '-')}-01")
        expected.setdefault(row["name"].casefold(), {})[day] = row["ring"].capitalize()
    told = _rings()
    assert told == expected
    assert (len(told), sum(map(len, told.values()))) == (94, 611)
    _again(mapping, capsys, trends=file)


STAGES = {
    "Ideation": "inbox", "Planned": "inbox", "": "inbox", "Initiated": "qualified",
    "Acquisition and/or Development": "in_progress", "Implementation and Assessment": "in_progress",
    "Operation and Maintenance": "delivered", "In production": "delivered", "In mission": "delivered",
    "Research or Administrative Action Complete": "delivered",
}  # fmt: skip
RAW = {
    "use_case_name": "Use Case Name",
    "agency": "Agency",
    "purpose_and_benefits": "What is the intended purpose and expected benefits of the AI?",
    "date_initiated": "Date Initiated",
    "date_implemented": "Date Implemented",
    "date_development": "Date when Acquisition and/or Development began",
    "stage": "Stage of Development",
    "topic_area": "Use Case Topic Area",
}


@pytest.mark.parametrize("raw", [False, True], ids=["tidied", "as published"])
def test_an_inventory_of_use_cases(data_dir, real_data, tmp_path, capsys, raw):
    folder = real_data / "us-gov-ai-use-cases"
    mapping, file = EXAMPLES / "use-case-inventory.toml", folder / "needs_2024.csv"
    names = {name: name for name in RAW}
    if raw:
        text = mapping.read_text("utf-8").replace(
            'path = "use_cases.csv"', 'path = "use_cases.csv"\nencoding = "cp1252"'
        )
        for name, published in RAW.items():
            text = text.replace(f'"{name}"', f'"{published}"')
        mapping, file, names = tmp_path / "raw.toml", folder / "2024_consolidated_ai_inventory_raw_v2.cp1252.csv", RAW
        mapping.write_text(text, encoding="utf-8")
    before = snapshot()
    told = _bring(mapping, tmp_path, needs=file)
    rows = [
        {name: " ".join(row[column].split()) for name, column in names.items()}
        for row in _rows(file, "cp1252" if raw else "utf-8")
    ]
    short = [row for row in rows if len(row["use_case_name"]) <= 160]
    kept = [row for row in short if row["stage"] != "Retired"]
    first: dict[tuple[str, str], str] = {}
    for row in kept:
        first.setdefault((row["agency"], row["use_case_name"].casefold()), STAGES[row["stage"]])
    with reading() as db:
        items = db.execute(
            sa.select(OrgUnit.name, FunnelItem.title, FunnelItem.stage)
            .join(ItemUnit, ItemUnit.org_unit_id == OrgUnit.id)
            .join(FunnelItem, FunnelItem.id == ItemUnit.item_id)
        ).all()
        assert {(unit, title.casefold()): stage.value for unit, title, stage in items} == first
        assert len(items) == db.scalar(sa.select(sa.func.count()).select_from(FunnelItem)) == 1_898
        assert db.scalar(sa.select(sa.func.count()).select_from(OrgUnit)) == len({row["agency"] for row in kept}) == 41
        assert db.scalar(sa.select(sa.func.count()).select_from(Area)) == 12
        oldest, latest = db.execute(
            sa.select(sa.func.min(FunnelItem.created_at), sa.func.max(FunnelItem.stage_since))
        ).one()
        assert (oldest.year, latest <= utcnow()) == (1993, True)  # nothing of 1905, nothing to come
        assert integrity.problems(db, now=utcnow()) == []
    assert {name: told[name] for name in ("too_long", "duplicate", "left_out")} == {
        "too_long": len(rows) - len(short),
        "duplicate": len(kept) - len(first),
        "left_out": sum(row["stage"] == "Retired" for row in rows),
    }
    assert set(told) == {"too_long", "duplicate", "left_out", "ends_before_start", "future", "unreadable"}
    _again(mapping, capsys, needs=file)
    undo()
    assert snapshot() == before


def test_proposals_of_working_groups(data_dir, real_data, tmp_path, capsys):
    groups, file = real_data / "k8s-sigs", real_data / "k8s-enhancements" / "keps.csv"
    catalog = {"leaders as people": "leaders.csv", "communities": "communities.csv", "facilitators": "leaders.csv"}
    given = [part for name, path in catalog.items() for part in ("--file", f"{name}={groups / path}")]
    assert main([str(EXAMPLES / "special-interest-groups.toml"), *given]) == 0
    mapping = EXAMPLES / "enhancement-proposals.toml"
    told = _bring(mapping, tmp_path, needs=file)
    rows = [row for row in _rows(file) if row["title"] != "KEP Template"]
    with reading() as db:
        known = {
            key: (slug, stage)
            for key, slug, stage in db.execute(
                sa.select(ExternalKey.key, Community.slug, FunnelItem.stage)
                .join(FunnelItem, FunnelItem.id == ExternalKey.item_id)
                .join(ItemCommunity, ItemCommunity.item_id == FunnelItem.id)
                .join(Community, Community.id == ItemCommunity.community_id)
            )
        }
        assert {key: slug for key, (slug, _) in known.items()} == {
            row["source_path"]: row["owning_sig"] for row in rows
        }
        done = {row["source_path"] for row in rows if row["status"] in {"implemented", "imlpemented"}}
        assert {key for key, (_, stage) in known.items() if stage is FunnelStage.DELIVERED} == done
        assert set(db.scalars(sa.select(FunnelItem.channel))) == {Channel.NEED}
        assert integrity.problems(db, now=utcnow()) == []
    assert len(known) == 647
    assert told == {"left_out": 6, "unreadable": 8, "ends_before_start": 3, "unknown_value": 1}
    _again(mapping, capsys, needs=file)
