"""The screen on which a need or a trend is proposed: what is like it, errors beside their fields, who may say what."""

from datetime import date

import pytest
import sqlalchemy as sa

from cop.choices import Channel, FunnelStage, GrantedRole, Horizon
from cop.db import reading
from cop.models import Evidence, FunnelItem, ItemUnit, OrgUnit, Quadrant, UnitMeeting, Vote
from cop.periods import utcnow
from tests import factories as make
from tests.pages.seats import open_page, take_seat, under

NASTY = "<img src=x onerror=alert(1)> **bold** :red[r] $x^2$"
SUBMIT = "propose_submit"


@pytest.fixture
def staff(db, monkeypatch):
    make.organisation(db)
    seat = take_seat(db, monkeypatch)
    make.commit(db)
    return seat


@pytest.fixture
def manager(db, staff):
    make.grant(db, staff.account, GrantedRole.MANAGER, make.org_unit(db, name="Data"))
    make.commit(db)
    return staff


def field(name):
    return f"propose:0:{name}"


def keys(app):
    return {getattr(element, "key", None) for element in app.main}


def raised():
    with reading() as db:
        return list(db.scalars(sa.select(FunnelItem).order_by(FunnelItem.id)))


@pytest.mark.usefixtures("staff")
def test_errors_stand_beside_their_fields_and_what_was_typed_stays():
    app = open_page("propose")
    app.text_area(key=field("description")).input("Queries take minutes")
    app.text_input(key=field("evidence_url")).input("javascript:alert(1)")
    app.number_input(key=field("baseline")).set_value(3.0)
    app.number_input(key=field("target")).set_value(3.0)
    app.button(key=SUBMIT).click().run()
    assert under(app, field("title")) == ["The title is missing."]
    assert under(app, field("evidence_title")) == ["The source is missing."]
    assert under(app, field("evidence_url")) == ["The link must be a web address that starts with https:// or http://."]
    assert under(app, field("target")) == ["The target must differ from the start, or nothing would have to change."]
    assert under(app, field("description")) == []
    assert len(app.error) == 4
    assert app.text_area(key=field("description")).value == "Queries take minutes"
    assert app.text_input(key=field("evidence_url")).value == "javascript:alert(1)"
    assert app.number_input(key=field("target")).value == 3.0
    assert raised() == []


def test_a_need_goes_to_the_inbox_and_opens_there_with_its_text_literally(db, staff):
    unit = make.org_unit(db, name="Data")
    make.commit(db)
    app = open_page("propose")
    app.text_input(key=field("title")).input(NASTY).run()
    app.text_area(key=field("description")).input(f"Why {NASTY}")
    app.multiselect(key=field("unit_ids")).select(unit.id)
    app.radio(key=field("horizon")).set_value("short_term")
    app.text_input(key=field("client")).input("ACME")
    app.date_input(key=field("deadline")).set_value(date(2030, 1, 2))
    app.text_input(key=field("evidence_title")).input(f"Heard {NASTY}")
    app.button(key=SUBMIT).click().run()
    assert not app.exception
    assert app.title[0].value.replace("\\", "") == NASTY
    assert f"Why {NASTY}" in [item.value for item in app.text]
    (row,) = raised()
    assert (row.title, row.stage, row.raised_by_id) == (NASTY, FunnelStage.INBOX, staff.account.person_id)
    assert (row.horizon, row.client, row.deadline) == (Horizon.SHORT_TERM, "ACME", date(2030, 1, 2))
    with reading() as saved:
        assert saved.scalars(sa.select(ItemUnit.org_unit_id)).all() == [unit.id]
        assert saved.scalars(sa.select(Evidence.title)).all() == [f"Heard {NASTY}"]
    again = open_page("propose")
    assert again.text_input(key=field("title")).value == ""


@pytest.mark.usefixtures("staff")
def test_a_trend_is_asked_for_its_quadrant_and_for_nothing_that_only_a_need_has():
    app = open_page("propose")
    assert field("quadrant_id") not in keys(app)
    app.text_input(key=field("title")).input("Passkeys")
    app.segmented_control(key=field("channel")).set_value("trend").run()
    for name in ("unit_ids", "horizon", "client", "deadline", "unique_knowledge"):
        assert field(name) not in keys(app), name
    with reading() as db:
        quadrant = db.scalar(sa.select(Quadrant.id).order_by(Quadrant.place).limit(1))
    app.selectbox(key=field("quadrant_id")).select(quadrant)
    app.button(key=SUBMIT).click().run()
    (row,) = raised()
    assert (row.channel, row.quadrant_id, row.title) == (Channel.TREND, quadrant, "Passkeys")


def test_what_is_like_it_shows_while_typing_and_a_vote_for_it_proposes_nothing(db, staff):
    there = make.funnel_item(db, title="Faster **data** queries")
    closed = make.funnel_item(db, title="Faster data queries, once", stage=FunnelStage.REJECTED)
    make.funnel_item(db, title="Passkeys")
    make.commit(db)
    app = open_page("propose")
    app.text_input(key=field("title")).input("Fas").run()
    assert f"alike_vote_{there.id}" not in keys(app)
    app.text_input(key=field("title")).input("queries of data, faster").run()
    assert {f"alike_vote_{there.id}"} == {key for key in keys(app) if key and key.startswith("alike_vote")}
    told = [item.value for item in app.caption]
    assert {"Inbox · 0 votes", "Rejected · 0 votes"} <= set(told), closed.id
    for _ in range(2):
        app.button(key=f"alike_vote_{there.id}").click().run()
        assert app.toast[0].value.replace("\\", "") == "Your vote counts for it. Nothing new was proposed."
        assert "Inbox · 1 vote" in [item.value for item in app.caption]
    with reading() as saved:
        votes = saved.execute(sa.select(Vote.item_id, Vote.person_id)).all()
        assert [tuple(vote) for vote in votes] == [(there.id, staff.account.person_id)]
    assert len(raised()) == 3


@pytest.mark.usefixtures("staff")
def test_staff_name_no_owner_and_no_meeting():
    app = open_page("propose", meeting="1")
    assert field("owner_id") not in keys(app)
    assert not [item.value for item in app.caption if "meeting" in item.value]
    app.text_input(key=field("title")).input("From anybody")
    app.button(key=SUBMIT).click().run()
    assert [row.meeting_id for row in raised()] == [None]


def test_a_manager_raises_a_need_of_a_meeting_and_names_its_owner(db, manager):
    owner = make.person(db, name="Zoë")
    unit_id = db.scalar(sa.select(OrgUnit.id).where(OrgUnit.name == "Data"))  # that this manager manages
    meeting = UnitMeeting(org_unit_id=unit_id, met_on=date(2026, 1, 5), created_at=utcnow())
    db.add(meeting)
    db.flush()
    make.commit(db)
    app = open_page("propose", meeting=str(meeting.id))
    assert app.segmented_control(key=field("channel")).disabled
    app.text_input(key=field("title")).input("Asked for in the meeting")
    app.selectbox(key=field("owner_id")).select(owner.id)
    app.button(key=SUBMIT).click().run()
    assert [(row.meeting_id, row.owner_id) for row in raised()] == [(meeting.id, owner.id)]


@pytest.mark.usefixtures("manager")
def test_a_meeting_that_does_not_exist_is_told_with_the_input_kept():
    for odd in ("x", "-1", "99999999999999999999", "1 OR 1=1", "²"):
        assert not [item.value for item in open_page("propose", meeting=odd).caption if "meeting" in item.value]
    app = open_page("propose", meeting="99999")
    app.text_input(key=field("title")).input("Kept")
    app.button(key=SUBMIT).click().run()
    assert [item.value for item in app.error] == ["This doesn\\'t exist, or you may not see or change it\\."]
    assert app.text_input(key=field("title")).value == "Kept"
    assert raised() == []
