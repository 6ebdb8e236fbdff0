"""Trends from editions of a radar: their history, what contradicts it, what is never imported wrongly."""

from datetime import date

import pytest
import sqlalchemy as sa

from cop.choices import Channel, EvidenceKind, FunnelStage
from cop.db import reading, transaction
from cop.errors import Forbidden, Invalid
from cop.execute import execute
from cop.funnel.radar import Movement, Placing, movement
from cop.imports.operations import import_files, undo_import
from cop.imports.queries import radar_names
from cop.integrity import problems
from cop.models import AuditEntry, FunnelItem, Quadrant, Ring, RingChange, StageStay
from cop.permissions import SYSTEM, Role
from tests import factories as make
from tests.unit.imports.helpers import bring, fates, found, plan_of, single
from tests.unit.imports.test_undo import last_import, snapshot, undo

MAPPING = """
source = "radar"
[[files]]
kind = "trends"
report = [REPORT]
[files.columns]
title = "name"
ring = { column = "ring", values = { adopt = "Adopt", trial = "Trial", caution = "Hold", gone = "Gone" } }
quadrant = "quadrant"
day = { constant = "DAY" }
edition = { constant = "EDITION" }
rationale = { column = "description", transform = "without_html" }
[files.columns.status]
column = "status"
values = { new = "new", "moved in" = "moved_in", "moved out" = "moved_out", "no change" = "unchanged" }
"""
HEAD = "name,ring,quadrant,isNew,status,description\n"
SPRING = HEAD + "Rust,trial,tools,TRUE,new,<p>Fast &amp; safe.</p><p>Try it.</p>\nPHP,caution,Tools,FALSE,no change,\n"
AUTUMN = HEAD + "rust,adopt,Tools,FALSE,moved in,\nPHP,caution,Tools,FALSE,no change,\nZig,trial,Tools,TRUE,new,\n"


def edition(text: str, day: str, name: str = "", report: str = ""):
    mapping = MAPPING.replace("DAY", day).replace("EDITION", name or day).replace("REPORT", report)
    return single(mapping, text, "trends")


SPRINGS, AUTUMNS = date(2024, 4, 1), date(2024, 10, 1)


def spring(text: str = SPRING, report: str = ""):
    return edition(text, "2024-04-01", "Vol. 1", report)


def autumn(text: str = AUTUMN, report: str = ""):
    return edition(text, "2024-10-01", "Vol. 2", report)


def histories() -> dict[str, list[tuple[date, str]]]:
    """The rings of each trend, the oldest first."""
    with reading() as db:
        rows = db.execute(
            sa.select(FunnelItem.title, RingChange.changed_on, Ring.name)
            .join(RingChange, RingChange.item_id == FunnelItem.id)
            .join(Ring, Ring.id == RingChange.ring_id)
            .order_by(RingChange.changed_on, RingChange.id)
        )
        told: dict[str, list[tuple[date, str]]] = {}
        for title, day, ring in rows:
            told.setdefault(title, []).append((day, ring))
        return told


def test_editions_make_a_history(engine):
    bring(spring())
    bring(autumn())
    assert histories() == {
        "Rust": [(SPRINGS, "Trial"), (AUTUMNS, "Adopt")],
        "PHP": [(SPRINGS, "Hold"), (AUTUMNS, "Hold")],
        "Zig": [(AUTUMNS, "Trial")],
    }
    place = {"Adopt": 0, "Trial": 1, "Hold": 3}
    moved = {
        title: movement([Placing(place[ring], day) for day, ring in told], since=SPRINGS, as_of=AUTUMNS).movement
        for title, told in histories().items()
    }
    assert moved == {"Rust": Movement.MOVED_IN, "PHP": Movement.UNCHANGED, "Zig": Movement.NEW}
    with reading() as db:
        assert problems(db, now=make.NOW) == []


def test_what_a_new_trend_begins_with(engine):
    bring(spring())
    with reading() as db:
        rust = db.scalars(sa.select(FunnelItem).where(FunnelItem.title == "Rust")).one()
        assert (rust.channel, rust.stage, rust.created_at, rust.stage_since) == (
            Channel.TREND, FunnelStage.INBOX, make.NOW, make.NOW,
        )  # fmt: skip
        assert db.get_one(Quadrant, rust.quadrant_id).name == "Tools"
        (stay,) = db.scalars(sa.select(StageStay).where(StageStay.item_id == rust.id))
        assert (stay.stage, stay.entered_at, stay.left_at) == (FunnelStage.INBOX, make.NOW, None)
        (said,) = db.scalars(sa.select(RingChange).where(RingChange.item_id == rust.id))
        assert (said.edition, said.source, said.source_kind, said.rationale, said.added_at) == (
            "Vol. 1", "radar", EvidenceKind.PUBLICATION, "Fast & safe.\nTry it.", make.NOW,
        )  # fmt: skip


@pytest.mark.parametrize("order", [(spring, autumn, spring, autumn), (autumn, spring, spring, autumn)])
def test_again_changes_nothing_whatever_the_order(engine, order):
    first, second, *again = order
    bring(first())
    bring(second())
    before = snapshot()
    for edition_again in again:
        plan = plan_of(edition_again())
        assert (plan.size, set(fates(plan, "trends"))) == (0, {"unchanged"})
    assert snapshot() == before


def test_editions_of_one_file_count_by_their_days(engine):
    """The later edition stands first, and its status is compared with the earlier one all the same."""
    mapping = """
    source = "radar"
    [[files]]
    kind = "trends"
    columns = { title = "name", ring = "ring", day = { column = "edition", format = "%Y.%m" }, edition = "edition", status = "moved" }
    """
    text = "edition,name,ring,moved\n2024.10,Go,adopt,moved_in\n2024.04,Go,trial,new\n2024.10,Ada,Hold,unchanged\n"
    plan = plan_of(single(mapping, text, "trends"))
    assert found(plan) == set()
    bring(single(mapping, text, "trends"))
    assert histories()["Go"] == [(SPRINGS, "Trial"), (AUTUMNS, "Adopt")]


def test_a_status_that_the_rings_contradict_is_told_and_left_out(engine):
    bring(spring())
    wrong = AUTUMN.replace("moved in", "moved out").replace(
        "PHP,caution,Tools,FALSE,no change", "PHP,caution,Tools,TRUE,new"
    )
    assert {(row, reason) for _, row, _, reason in found(plan_of(autumn(wrong)))} == {
        (2, "other_movement"), (3, "other_movement"),
    }  # fmt: skip
    with pytest.raises(Invalid):
        bring(autumn(wrong))
    bring(autumn(wrong, report='"other_movement"'))
    assert histories()["Rust"] == [(SPRINGS, "Trial"), (AUTUMNS, "Adopt")]


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("Deno, the runtime,trial,Tools,TRUE,new,", "", "too_many_cells"),
        ("Deno,gone,Tools,TRUE,new,", "ring", "unknown_ring"),
        ("Deno,trial,Toys,TRUE,new,", "quadrant", "unknown_quadrant"),
        ("Deno,,Tools,TRUE,new,", "ring", "missing"),
        ("Deno,trial,Tools,TRUE,risen,", "status", "unknown_value"),
        ("RUST,trial,Tools,TRUE,new,", "name", "duplicate"),
        ("Rust,adopt,Tools,TRUE,new,", "ring", "contradiction"),
        (f"{'x' * 161},trial,Tools,TRUE,new,", "name", "too_long"),
    ],
)  # fmt: skip
def test_a_row_that_is_wrong_is_told_by_row_and_column_and_nothing_is_written(engine, row, column, reason):
    before = snapshot()
    plan = plan_of(spring(f"{SPRING}{row}\n"))
    assert found(plan) == {("trends", 4, column, reason)}
    with pytest.raises(Invalid):
        execute(import_files, SYSTEM, now=make.NOW, plan=plan)
    assert snapshot() == before


def test_a_row_that_a_comma_without_quotes_shifted_is_never_taken(engine):
    """It has as many cells as the header, since its last one is missing; what stands under "ring" is no ring."""
    shifted = f"{SPRING}Deno, the runtime,trial,Tools,TRUE,new\n"
    assert found(plan_of(spring(shifted))) == {
        ("trends", 4, "ring", "unknown_value"), ("trends", 4, "status", "unknown_value"),
    }  # fmt: skip
    bring(spring(shifted, report='"unknown_value"'))
    assert set(histories()) == {"Rust", "PHP"}


def test_a_ring_or_quadrant_that_is_switched_off_is_not_there(engine):
    with transaction() as db:
        db.scalars(sa.select(Ring).where(Ring.name == "Trial")).one().active = False
        db.scalars(sa.select(Quadrant).where(Quadrant.name == "Tools")).one().active = False
    assert {reason for *_, reason in found(plan_of(spring()))} == {"unknown_ring", "unknown_quadrant"}


def test_the_names_to_choose_from_on_screen(db):
    db.scalars(sa.select(Ring).where(Ring.name == "Assess")).one().active = False
    make.commit(db)
    assert radar_names(db, SYSTEM) == {
        "ring": ("Adopt", "Trial", "Hold"),
        "quadrant": ("Techniques", "Platforms", "Tools", "Languages and frameworks"),
    }
    for actor in (None, make.actor(db), make.actor(db, Role.MANAGER)):
        with pytest.raises(Forbidden):
            radar_names(db, actor)


def test_a_day_to_come_is_refused(engine):
    tomorrow = edition(SPRING, "2026-06-16")
    assert {reason for *_, reason in found(plan_of(tomorrow))} == {"future"}
    assert found(plan_of(edition(SPRING, "2026-06-15"))) == set()


def test_the_same_source_corrects_an_edition_and_another_one_adds_its_word(engine):
    bring(spring())
    corrected = SPRING.replace("PHP,caution", "PHP,adopt")
    plan = plan_of(spring(corrected))
    assert fates(plan, "trends") == {"unchanged": 1, "changed": 1}
    bring(spring(corrected))
    assert histories()["PHP"] == [(SPRINGS, "Adopt")]
    mapping = MAPPING.replace("DAY", "2024-04-01").replace("EDITION", "Vol. 1").replace("REPORT", "")
    other = single(mapping.replace('"radar"', '"elsewhere"'), SPRING, "trends")
    assert fates(plan_of(other), "trends") == {"unchanged": 1, "created": 1}  # Rust's ring is known, PHP's is another


def test_what_somebody_took_back_stays_so(engine):
    bring(spring())
    with transaction() as db:
        php = db.scalars(sa.select(RingChange).join(FunnelItem).where(FunnelItem.title == "PHP")).one()
        php.withdrawn_at = make.NOW
    assert plan_of(spring(SPRING.replace("PHP,caution", "PHP,adopt"))).size == 0


def test_the_quadrant_that_somebody_chose_stays(engine):
    with transaction() as db:
        tools, techniques = (
            db.scalars(sa.select(Quadrant).where(Quadrant.name == name)).one().id for name in ("Tools", "Techniques")
        )
        make.funnel_item(db, channel=Channel.TREND, title="RUST", quadrant_id=techniques)
        make.funnel_item(db, channel=Channel.TREND, title="php")
        make.funnel_item(db, title="Rust")  # a need
    assert found(plan_of(spring())) == {("trends", 2, "quadrant", "other_quadrant")}
    bring(spring(report='"other_quadrant"'))
    with reading() as db:
        trends = dict(
            db.execute(
                sa.select(FunnelItem.title, FunnelItem.quadrant_id).where(FunnelItem.channel == Channel.TREND)
            ).all()
        )
    assert trends == {"RUST": techniques, "php": tools}


def test_a_trend_that_was_merged_keeps_a_history_of_its_own(engine):
    bring(spring())
    with transaction() as db:
        rust, php = db.scalars(sa.select(FunnelItem).order_by(FunnelItem.id))
        rust.merged_into_id = php.id
    assert plan_of(spring()).size == 0
    bring(autumn())
    told = histories()
    assert told["Rust"] == [(SPRINGS, "Trial"), (AUTUMNS, "Adopt")]
    assert told["PHP"] == [(SPRINGS, "Hold"), (AUTUMNS, "Hold")]


def test_several_trends_of_one_title_are_never_guessed(engine):
    with transaction() as db:
        make.funnel_item(db, channel=Channel.TREND, title="Rust")
        make.funnel_item(db, channel=Channel.TREND, title="RUST")
    assert found(plan_of(spring())) == {("trends", 2, "name", "ambiguous_item")}


def test_an_import_is_taken_back_whole(engine):
    before = snapshot()
    bring(spring())
    first, between = last_import(), snapshot()
    bring(autumn())
    with pytest.raises(Invalid, match="2 rows of “ring change” added since"):
        undo(first)
    undo()
    assert snapshot() == between
    undo(first)
    assert snapshot() == before


def test_what_was_changed_since_stands_in_the_way(engine):
    bring(spring())
    entry = last_import()
    with transaction() as db:
        change = db.scalars(sa.select(RingChange).order_by(RingChange.id)).first()
        change.withdrawn_at = make.NOW
    with pytest.raises(Invalid, match="1 row of “ring change” created by it was changed since"):
        execute(undo_import, SYSTEM, now=make.NOW, entry_id=entry)
    with reading() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == 1
