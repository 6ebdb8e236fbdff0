"""Raising, describing, backing, voting, linking and judging items; every value worked out by hand."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from cop.choices import Channel, FunnelStage, Horizon, Outcome
from cop.errors import Conflict, Forbidden, Invalid, NotFound
from cop.funnel import operations as o
from cop.funnel import queries
from cop.funnel.inputs import EvidenceInput, ItemInput
from cop.models import AuditEntry, Community, FunnelItem, ItemCommunity, Quadrant, StageStay, Theme, UnitMeeting
from cop.permissions import Role
from tests import factories as make
from tests.factories import NOW, TODAY


@pytest.fixture
def staff(db):
    make.organisation(db)
    return make.actor(db)


@pytest.fixture
def manager(db, staff):
    return make.actor(db, Role.MANAGER)


@pytest.fixture
def admin(db, staff):
    return make.actor(db, Role.ADMIN)


def test_a_need_with_everything(db, staff):
    unit, area = make.org_unit(db), make.area(db)
    said = ItemInput(
        title="  Event   streaming ",
        description="Two projects wait for it.",
        area_id=area.id,
        unit_ids=(unit.id,),
        horizon="short_term",
        client="A retailer",
        deadline=date(2026, 9, 1),
        headcount=12,
        unique_knowledge=True,
    )
    key = o.propose_item(db, staff, now=NOW, channel="need", item=said, evidence=EvidenceInput("client", "A call"))
    row = db.get_one(FunnelItem, key)
    assert (row.title, row.stage, row.raised_by_id) == ("Event streaming", FunnelStage.INBOX, staff.person_id)
    assert (row.horizon, row.deadline, row.headcount) == (Horizon.SHORT_TERM, date(2026, 9, 1), 12)
    found = queries.item(db, staff, item_id=key)
    assert found.units == {unit.id: unit.name}
    assert [(one.title, one.dated_on, one.mine) for one in found.evidence] == [("A call", TODAY, True)]
    assert [(stay.stage, stay.left_at) for stay in found.stays] == [("inbox", None)]
    assert found.missing == ("an owner",)


def test_a_trend_keeps_nothing_of_a_need(db, staff):
    said = ItemInput(
        title="Vector stores",
        horizon="long_term",
        client="A bank",
        deadline=TODAY,
        quadrant_id=db.scalar(sa.select(Quadrant.id).where(Quadrant.name == "Tools")),
        unique_knowledge=True,
    )
    row = db.get_one(FunnelItem, o.propose_item(db, staff, now=NOW, channel="trend", item=said))
    assert (row.horizon, row.client, row.deadline, row.unique_knowledge) == (None, "", None, False)
    assert row.quadrant_id == said.quadrant_id


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (ItemInput(title=" "), "title"),
        (ItemInput(title="x" * 161), "title"),
        (ItemInput(title="A", description="a\x00b"), "description"),
        (ItemInput(title="A", headcount=-1), "headcount"),
        (ItemInput(title="A", area_id=99_999), "area_id"),
        (ItemInput(title="A", unit_ids=(99_999,)), "unit_ids"),
        (ItemInput(title="A", theme_ids=(99_999,)), "theme_ids"),
        (ItemInput(title="A", horizon="some day"), "horizon"),
        (ItemInput(title="A", target=float("nan")), "target"),
        (ItemInput(title="A", baseline=float("inf")), "baseline"),
        (ItemInput(title="A", baseline=3.0, target=3.0), "target"),
    ],
)
def test_bad_input_is_told_at_its_field_and_nothing_is_written(db, staff, said, field):
    with pytest.raises(Invalid) as refused:
        o.propose_item(db, staff, now=NOW, channel="need", item=said)
    assert list(refused.value.errors) == [field]
    assert db.scalar(sa.select(sa.func.count()).select_from(FunnelItem)) == 0


def test_evidence_cannot_come_from_the_future(db, staff):
    with pytest.raises(Invalid) as refused:
        o.propose_item(
            db, staff, now=NOW, channel="need", item=ItemInput(title="A"),
            evidence=EvidenceInput("report", "", "javascript:alert(1)", date(2026, 6, 16)),
        )  # fmt: skip
    assert set(refused.value.errors) == {"evidence_title", "evidence_url", "evidence_dated_on"}


def test_only_who_triages_names_an_owner(db, staff, manager):
    said = ItemInput(title="A", owner_id=make.person(db).id)
    with pytest.raises(Forbidden):
        o.propose_item(db, staff, now=NOW, channel="need", item=said)
    assert o.propose_item(db, manager, now=NOW, channel="need", item=said)


def test_a_need_is_raised_in_a_meeting_that_one_may_see(db, staff, admin):
    """A foreign meeting and an unknown one get the same answer; nobody else learns of the meeting from the item."""
    unit, other = make.org_unit(db), make.org_unit(db)
    mine, foreign = make.actor(db, Role.MANAGER, units=[unit]), make.actor(db, Role.MANAGER, units=[other])
    meeting = UnitMeeting(org_unit_id=unit.id, met_on=TODAY, created_at=NOW)
    db.add(meeting)
    db.flush()
    said = {"now": NOW, "channel": "need", "item": ItemInput(title="A")}
    for actor, key in ((foreign, meeting.id), (mine, 99_999), (staff, meeting.id)):
        with pytest.raises(Forbidden):
            o.propose_item(db, actor, meeting_id=key, **said)
    key = o.propose_item(db, mine, meeting_id=meeting.id, **said)
    seen = {name: queries.item(db, actor, item_id=key).meeting for name, actor in (("mine", mine), ("foreign", foreign), ("staff", staff), ("admin", admin))}  # fmt: skip
    told = (meeting.id, unit.name, TODAY)
    assert seen == {"mine": told, "foreign": None, "staff": None, "admin": told}


def test_who_raised_it_edits_it_while_it_lies_in_the_inbox(db, staff):
    key = o.propose_item(db, staff, now=NOW, channel="need", item=ItemInput(title="A"))
    row = db.get_one(FunnelItem, key)
    o.edit_item(db, staff, now=NOW, item_id=key, version=row.version, item=ItemInput(title="B"))
    row.stage = FunnelStage.QUALIFIED
    db.flush()
    with pytest.raises(Forbidden):
        o.edit_item(db, staff, now=NOW, item_id=key, version=row.version, item=ItemInput(title="C"))
    assert row.title == "B"


def test_changing_only_a_unit_makes_what_others_read_stale(db, manager):
    key = o.propose_item(db, manager, now=NOW, channel="need", item=ItemInput(title="A"))
    read = db.get_one(FunnelItem, key).version
    unit = make.org_unit(db)
    o.edit_item(db, manager, now=NOW, item_id=key, version=read, item=ItemInput(title="A", unit_ids=(unit.id,)))
    with pytest.raises(Conflict) as stale:
        o.edit_item(db, manager, now=NOW, item_id=key, version=read, item=ItemInput(title="A"))
    assert stale.value.current["unit_ids"] == (unit.id,)
    assert stale.value.changed_by == manager.name


def test_units_and_themes_are_replaced(db, manager):
    one, two = make.org_unit(db), make.org_unit(db)
    theme = Theme(name="Sovereignty", weight=2, since_on=date(2026, 1, 1))
    db.add(theme)
    db.flush()
    first = ItemInput(title="A", unit_ids=(one.id, two.id), theme_ids=(theme.id,))
    key = o.propose_item(db, manager, now=NOW, channel="gap", item=first)
    row = db.get_one(FunnelItem, key)
    o.edit_item(db, manager, now=NOW, item_id=key, version=row.version, item=ItemInput(title="A", unit_ids=(two.id,)))
    found = queries.item(db, manager, item_id=key)
    assert (list(found.units), list(found.themes)) == ([two.id], [])
    entry = db.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert entry.before == {"unit_ids": [one.id, two.id], "theme_ids": [theme.id], "version": 1}


def test_what_was_decided_on_keeps_its_objective(db, manager):
    row = make.funnel_item(
        db, stage=FunnelStage.PRIORITISED, objective="Ship", indicator="Projects", target=3.0, judged_on=TODAY
    )
    with pytest.raises(Invalid) as refused:
        o.edit_item(db, manager, now=NOW, item_id=row.id, version=row.version, item=ItemInput(title="A"))
    assert set(refused.value.errors) == {"objective", "indicator", "target", "judged_on"}


def test_an_outcome_needs_the_figure(db, manager):
    row = make.funnel_item(db, target=10.0)
    with pytest.raises(Invalid) as refused:
        o.report_outcome(db, manager, now=NOW, item_id=row.id, version=row.version, current=None, outcome="met")
    assert set(refused.value.errors) == {"current"}
    o.report_outcome(
        db, manager, now=NOW, item_id=row.id, version=row.version, current=11.0, outcome="met", note="In May"
    )
    assert (row.current, row.outcome, row.outcome_note) == (11.0, Outcome.MET, "In May")


def test_votes_count_people_once_also_over_merged_items(db, staff, manager):
    one, other = make.funnel_item(db), make.funnel_item(db)
    for actor, item in ((staff, one), (staff, one), (staff, other), (manager, other)):
        o.vote(db, actor, now=NOW, item_id=item.id)
    other.merged_into_id = one.id
    db.flush()
    frame = queries.items(db, None, now=NOW)
    assert list(zip(frame["id"], frame["votes"], frame["merged"], strict=True)) == [(one.id, 2, 1)]
    assert queries.item(db, staff, item_id=one.id).votes == 2
    assert queries.item(db, staff, item_id=one.id).voted
    o.take_vote_back(db, staff, now=NOW, item_id=one.id)  # also the one for the merged item
    assert (queries.item(db, staff, item_id=one.id).votes, queries.item(db, staff, item_id=one.id).voted) == (1, False)
    with pytest.raises(Invalid):
        o.vote(db, manager, now=NOW, item_id=other.id)


def test_nobody_votes_on_what_is_closed(db, staff):
    for stage in (FunnelStage.REJECTED, FunnelStage.EVALUATED):
        with pytest.raises(Invalid):
            o.vote(db, staff, now=NOW, item_id=make.funnel_item(db, stage=stage).id)


def test_a_withdrawn_comment_keeps_its_place_without_its_text(db, staff, manager):
    item = make.funnel_item(db)
    key = o.add_comment(db, staff, now=NOW, item_id=item.id, text="Too early")
    with pytest.raises(Forbidden):
        o.edit_comment(db, manager, now=NOW, comment_id=key, version=1, text="Never")
    o.edit_comment(db, staff, now=NOW, comment_id=key, version=1, text="Early")
    o.withdraw_comment(db, manager, now=NOW, comment_id=key)
    found = queries.item(db, staff, item_id=item.id).comments
    assert [(one.text, one.withdrawn, one.mine) for one in found] == [("", True, True)]
    o.restore_comment(db, manager, now=NOW, comment_id=key)
    assert queries.item(db, staff, item_id=item.id).comments[0].text == "Early"


def test_a_strangers_evidence_is_not_theirs_to_withdraw(db, staff):
    item = make.funnel_item(db)
    key = o.add_evidence(db, staff, now=NOW, item_id=item.id, evidence=EvidenceInput("expert", "Said at lunch"))
    with pytest.raises(Forbidden):
        o.withdraw_evidence(db, make.actor(db), now=NOW, evidence_id=key)
    with pytest.raises(NotFound):
        o.withdraw_evidence(db, staff, now=NOW, evidence_id=99_999)


def test_a_facilitator_links_their_own_community_only(db):
    make.organisation(db)
    mine, other = make.community(db), make.community(db)
    actor = make.actor(db, Role.FACILITATOR, communities=[mine])
    item = make.funnel_item(db)
    o.link_community(db, actor, now=NOW, item_id=item.id, community_id=mine.id)
    o.link_community(db, actor, now=NOW, item_id=item.id, community_id=mine.id)
    with pytest.raises(Forbidden):
        o.link_community(db, actor, now=NOW, item_id=item.id, community_id=other.id)
    assert queries.items_of_community(db, None, community_id=mine.id) == {item.id: (item.title, "inbox")}
    o.unlink_community(db, actor, now=NOW, item_id=item.id, community_id=mine.id)
    assert queries.items_of_community(db, None, community_id=mine.id) == {}


def test_what_was_delivered_keeps_a_community(db, manager):
    room = make.community(db)
    item = make.funnel_item(db, stage=FunnelStage.DELIVERED)
    o.link_community(db, manager, now=NOW, item_id=item.id, community_id=room.id)
    with pytest.raises(Invalid):
        o.unlink_community(db, manager, now=NOW, item_id=item.id, community_id=room.id)
    room2 = make.community(db, archived_at=NOW)
    with pytest.raises(Invalid):
        o.link_community(db, manager, now=NOW, item_id=item.id, community_id=room2.id)


def test_a_community_is_founded_from_an_item(db, admin):
    area = make.area(db)
    item = make.funnel_item(db, area_id=area.id, unique_knowledge=True)
    key = o.found_community(db, admin, now=NOW, item_id=item.id, name="Streaming", focus="Events")
    assert db.get_one(Community, key).area_id == area.id
    assert db.get(ItemCommunity, (item.id, key)) is not None


def test_a_merged_item_is_left_alone(db, manager):
    target = make.funnel_item(db)
    gone = make.funnel_item(db, merged_into_id=target.id)
    with pytest.raises(Invalid):
        o.edit_item(db, manager, now=NOW, item_id=gone.id, version=gone.version, item=ItemInput(title="B"))
    found = queries.item(db, manager, item_id=gone.id)
    assert (found.may_edit, found.may_triage, found.merged_into) == (False, False, (target.id, target.title))


def test_every_item_begins_with_one_stay(db, staff):
    key = o.propose_item(db, staff, now=NOW, channel=Channel.GAP, item=ItemInput(title="A"))
    stays = db.scalars(sa.select(StageStay).where(StageStay.item_id == key)).all()
    assert [(stay.stage, stay.entered_at, stay.left_at) for stay in stays] == [(FunnelStage.INBOX, NOW, None)]


def test_what_came_of_it_since_a_community_took_it_on(db, manager):
    """Of a session and a contribution a day before and on the day itself, those of the day; a planned one isn't held."""
    room, item = make.community(db), make.funnel_item(db)
    yesterday = TODAY - timedelta(days=1)
    for day in (yesterday, TODAY):
        make.session(db, room, day)
        make.contribution(db, room, day)
    make.session(db, room, TODAY, status="planned")
    o.link_community(db, manager, now=NOW, item_id=item.id, community_id=room.id)
    (found,) = queries.item(db, manager, item_id=item.id).communities.values()
    assert (found.slug, found.sessions, found.contributions) == (room.slug, 1, 1)
