"""The example's funnel: gates kept, nobody acts before they came, the published round adds up."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.choices import (
    Channel,
    CriterionSource,
    Decision,
    EvidenceKind,
    FunnelStage,
    Horizon,
    Outcome,
    Receptiveness,
    RoundPhase,
)
from cop.errors import CopError
from cop.example.funnel_source import read_funnel
from cop.example.load import load_example
from cop.example.source import read_source, rows_of
from cop.funnel.gates import ASIDE, missing
from cop.funnel.readiness import readiness
from cop.models import (
    Account,
    Assessment,
    Base,
    Community,
    Concern,
    Criterion,
    CriterionWeight,
    Evidence,
    FunnelItem,
    FunnelLimit,
    FunnelRound,
    ItemComment,
    ItemCommunity,
    ItemTheme,
    ItemUnit,
    Person,
    Ring,
    RingChange,
    RoundItem,
    StageStay,
    Theme,
    UnitMeeting,
    UnitMeetingPerson,
    Vote,
)
from tests import factories as make

from .conftest import NOW

TODAY = NOW.date()
SOURCE = read_funnel()
TABLES = (
    Assessment, Concern, Evidence, FunnelItem, FunnelLimit, FunnelRound, ItemComment, ItemCommunity, ItemTheme,
    ItemUnit, RingChange, RoundItem, StageStay, Theme, UnitMeeting, UnitMeetingPerson, Vote,
)  # fmt: skip


@pytest.fixture
def example(loaded):
    with DbSession(loaded[0]) as session:
        yield session


def count(db: DbSession, table: type[Base], *where: sa.ColumnElement[bool]) -> int:
    return db.scalar(sa.select(sa.func.count()).select_from(table).where(*where))


def test_the_facts_name_what_there_is():
    company = read_source()
    units = {unit.name for unit in company.units}
    slugs = {fact.slug for fact in company.communities if not fact.merged_into}
    keys = [item.key for item in SOURCE.items]
    assert len(set(keys)) == len(keys)
    assert len({item.title for item in SOURCE.items}) == len(keys)
    for item in SOURCE.items:
        assert set(item.units) <= units, item.key
        assert set(item.communities) <= slugs, item.key
        assert item.area in {fact.area for fact in company.communities}, item.key
        assert set(item.themes) <= {theme.name for theme in SOURCE.themes}, item.key
        assert item.merged_into in {*keys, ""}, item.key
        days = [move.days for move in item.moves]
        assert days == sorted(days, reverse=True), item.key
        assert item.moves[0].stage is FunnelStage.INBOX
    raw = {"evidence": "item", "ring_changes": "item", "item_comments": "item", "round_items": "item"}
    for name, column in raw.items():
        assert {row[column] for row in rows_of(name)} <= set(keys), name
    assert {row["meeting"] for row in rows_of("concerns")} <= {meeting.key for meeting in SOURCE.meetings}


def test_the_size_is_as_promised(example):
    assert count(example, Theme) == 3
    assert count(example, FunnelItem) == 64
    assert count(example, FunnelItem, FunnelItem.channel == Channel.TREND) == 25
    assert count(example, FunnelItem, FunnelItem.merged_into_id.is_not(None)) == 2
    assert count(example, UnitMeeting) == 10
    assert all(count(example, table) for table in TABLES)


def test_every_choice_occurs(example):
    for column, wanted in (
        (FunnelItem.channel, Channel),
        (FunnelItem.stage, FunnelStage),
        (FunnelItem.horizon, Horizon),
        (FunnelItem.outcome, Outcome),
        (Evidence.kind, set(EvidenceKind) - {EvidenceKind.OTHER}),
        (UnitMeeting.receptiveness, Receptiveness),
        (RoundItem.decision, Decision),
        (FunnelRound.phase, {RoundPhase.SCORING, RoundPhase.PUBLISHED}),
    ):
        assert set(example.scalars(sa.select(column).where(column.is_not(None)).distinct())) == set(wanted)
    rings = example.scalars(sa.select(Ring.name).join(RingChange, RingChange.ring_id == Ring.id).distinct())
    assert set(rings) == {"Adopt", "Trial", "Assess", "Hold"}


def test_every_item_has_what_its_stage_asks_for(example):
    found = readiness(example)
    for row in example.scalars(sa.select(FunnelItem)):
        stage = row.stage
        if stage in ASIDE:  # then what the stage before asked for
            *_, (stage,) = example.execute(
                sa.select(StageStay.stage)
                .where(StageStay.item_id == row.id, StageStay.left_at.is_not(None))
                .order_by(StageStay.entered_at)
            )
        assert missing(found[row.id], stage) == (), row.title
        if row.stage is not FunnelStage.INBOX:
            assert row.owner_id is not None
        if row.outcome is not None:
            assert row.current is not None
    reasons = example.scalars(sa.select(StageStay.reason).where(StageStay.stage.in_(ASIDE)))
    assert all(reasons)


def test_it_was_there_when_the_gate_asked_for_it(example):
    def first(table, column, item_id):
        return example.scalar(sa.select(sa.func.min(column)).where(table.item_id == item_id))

    for stay in example.scalars(sa.select(StageStay)):
        item = example.get(FunnelItem, stay.item_id)
        if stay.stage is FunnelStage.PRIORITISED:
            assert first(Assessment, Assessment.at, item.id) < stay.entered_at, item.title
        if stay.stage is FunnelStage.QUALIFIED and item.channel is Channel.TREND:
            assert first(RingChange, RingChange.added_at, item.id) < stay.entered_at, item.title
        if stay.stage is FunnelStage.DELIVERED:
            assert first(ItemCommunity, ItemCommunity.linked_at, item.id) < stay.entered_at, item.title


def test_only_plans_lie_ahead(example):
    moments = {"deadline", "judged_on", "next_contact_on", "follow_up_on"}
    for table in TABLES:
        for column in table.__table__.columns:
            if column.name in moments or not isinstance(column.type, sa.Date | sa.types.TypeDecorator):
                continue
            if isinstance(column.type, sa.Date):
                last = example.scalar(sa.select(sa.func.max(column)))
                assert last is None or last <= TODAY, column
            else:
                last = example.scalar(sa.select(column).order_by(column.desc()).limit(1))
                assert last is None or last <= NOW, column
    assert count(example, FunnelItem, FunnelItem.deadline > TODAY) >= 3


def test_nothing_happens_to_an_item_before_it_is_raised_or_by_who_was_not_there(example):
    for table, moment, person in (
        (StageStay, StageStay.entered_at, StageStay.moved_by_id),
        (Vote, Vote.at, Vote.person_id),
        (ItemComment, ItemComment.at, ItemComment.person_id),
        (Assessment, Assessment.at, Assessment.assessor_id),
        (Evidence, Evidence.added_at, Evidence.added_by_id),
        (RingChange, RingChange.added_at, RingChange.added_by_id),
    ):
        rows = sa.select(moment, FunnelItem.created_at, Person.created_at).select_from(table)
        rows = rows.join(FunnelItem, FunnelItem.id == table.item_id).join(Person, Person.id == person)
        for at, raised_at, came_at in example.execute(rows):
            assert raised_at <= at
            assert came_at <= at
    links = sa.select(ItemCommunity.linked_at, Community.created_at).join(Community)
    assert all(made <= linked for linked, made in example.execute(links))


def test_texts_fit_their_columns(example):
    for table in TABLES:
        for column in table.__table__.columns:
            length = getattr(column.type, "length", None)
            if isinstance(column.type, sa.String) and length:
                longest = example.scalar(sa.select(sa.func.max(sa.func.length(column))))
                assert (longest or 0) <= length, column
    links = example.scalars(sa.select(Evidence.url).where(Evidence.url != "")).all()
    assert links
    assert all(link.startswith("https://wiki.talvenor.example/") for link in links)


def test_the_owner_of_one_item_left(example):
    rows = sa.select(FunnelItem.title).join(Person, Person.id == FunnelItem.owner_id).where(~Person.active)
    assert example.scalars(rows).all() == ["Grid studies for many small applicants"]


def test_those_with_a_sign_in_have_something_to_do(example):
    def person(username: str) -> int:
        return example.scalar(sa.select(Account.person_id).where(Account.username == username))

    carmen, noor, jonas = map(person, ("carmen", "noor", "jonas"))
    inbox = FunnelItem.stage == FunnelStage.INBOX
    assert count(example, FunnelItem, FunnelItem.raised_by_id == noor, inbox) == 2
    assert count(example, FunnelItem, FunnelItem.owner_id == jonas) >= 2
    running = example.scalars(sa.select(FunnelRound).where(FunnelRound.phase == RoundPhase.SCORING)).one()
    asked = set(example.scalars(sa.select(RoundItem.item_id).where(RoundItem.round_id == running.id)))
    done = set(example.scalars(sa.select(Assessment.item_id).where(Assessment.assessor_id == carmen))) & asked
    assert 5 <= len(done) <= len(asked) - 5
    others = sa.select(Assessment.item_id).where(Assessment.assessor_id != carmen)
    assert asked <= set(example.scalars(others))
    assert len(set(example.scalars(sa.select(Assessment.assessor_id)))) == 3


def test_three_disagree_about_one(example):
    value = example.scalars(sa.select(CriterionWeight.criterion_id).where(CriterionWeight.name == "Value")).one()
    item = example.scalars(sa.select(FunnelItem).where(FunnelItem.title.startswith("What a project learns"))).one()
    marks = example.scalars(
        sa.select(Assessment.value).where(Assessment.item_id == item.id, Assessment.criterion_id == value)
    ).all()
    assert sorted(marks) == [1, 3, 5]


def test_the_published_round_adds_up(example):
    """Scores by the formula of the weighted score, from the marks and the deadline as they were then."""
    held = example.scalars(sa.select(FunnelRound).where(FunnelRound.phase == RoundPhase.PUBLISHED)).one()
    weights = example.execute(sa.select(CriterionWeight.weight, Criterion).join(Criterion)).all()
    themes = {row.id: row.weight for row in example.scalars(sa.select(Theme))}

    def share(item: FunnelItem, scale: Criterion) -> float:
        if scale.source is CriterionSource.THEMES:
            served = example.scalars(sa.select(ItemTheme.theme_id).where(ItemTheme.item_id == item.id))
            return sum(themes[key] for key in served) / sum(themes.values())
        if scale.source is CriterionSource.DEADLINE:
            days = (item.deadline - held.published_at.date()) / timedelta(days=1) if item.deadline else 180
            return min(1.0, max(0.0, 1 - days / 180))
        marks = example.scalars(
            sa.select(Assessment.value).where(Assessment.item_id == item.id, Assessment.criterion_id == scale.id)
        ).all()
        assert len(marks) == 3
        reached = (sum(marks) / 3 - scale.low) / (scale.high - scale.low)
        return 1 - reached if scale.cost else reached

    entries = example.scalars(sa.select(RoundItem).where(RoundItem.round_id == held.id).order_by(RoundItem.rank)).all()
    assert [entry.rank for entry in entries] == list(range(1, len(entries) + 1))
    assert [entry.score for entry in entries] == sorted((entry.score for entry in entries), reverse=True)
    for entry in entries:
        item = example.get(FunnelItem, entry.item_id)
        # a weekend between today and then moves the days by two at most
        score = 100 * sum(weight * share(item, scale) for weight, scale in weights)
        assert entry.score == pytest.approx(score, abs=0.4), item.title
        assert (entry.title, entry.assessors) == (item.title, 3)
        assert entry.votes == count(example, Vote, Vote.item_id == item.id, Vote.at <= held.published_at)
        assert entry.decision is not None
        assert entry.reason
        moved = example.scalars(
            sa.select(StageStay.stage).where(StageStay.item_id == item.id, StageStay.entered_at >= held.published_at)
        ).all()
        wanted = {
            Decision.PRIORITISE: FunnelStage.PRIORITISED,
            Decision.PARK: FunnelStage.PARKED,
            Decision.REJECT: FunnelStage.REJECTED,
        }.get(entry.decision)
        assert (wanted in moved) if wanted else moved == [], item.title
    assert sum(entry.top_share for entry in entries) == pytest.approx(3, abs=0.01)


def test_a_list_that_was_renamed_is_no_obstacle(engine, db):
    db.scalars(sa.select(Ring).where(Ring.name == "Hold")).one().name = "Stop"
    make.commit(db)
    load_example(engine, now=NOW)
    assert set(db.scalars(sa.select(Ring.name))) == {"Adopt", "Trial", "Assess", "Stop", "Hold"}


def test_themes_of_its_own_are_not_mixed_with_the_examples(engine, db):
    db.add(Theme(name="Ours", weight=1, since_on=TODAY))
    make.commit(db)
    with pytest.raises(CopError, match="already holds themes"):
        load_example(engine, now=NOW)
