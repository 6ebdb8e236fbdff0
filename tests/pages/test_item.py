"""One item's screen: who finds which form, errors beside their fields, two versions of one text, text that stays text."""

from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa

from cop.choices import Channel, EvidenceKind, FunnelStage, GrantedRole, Horizon
from cop.db import reading
from cop.execute import execute
from cop.funnel import move_operations as moves
from cop.funnel import operations as o
from cop.funnel import score_operations as scores
from cop.funnel.inputs import EvidenceInput, ItemInput
from cop.models import Assessment, Community, FunnelItem, ItemCommunity, ItemUnit, OrgUnit, Person, UnitMeeting, Vote
from cop.permissions import SYSTEM, Actor, Role
from tests import factories as make
from tests.pages.seats import open_page, take_seat, under

NASTY = "<img src=x onerror=alert(1)> **bold** :red[r] $x^2$ [x](javascript:alert(1))"
VALUE, EFFORT = 1, 4


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


def ready(db, **values):
    """An item that may be prioritised once somebody has scored it."""
    base = {
        "title": "Streaming", "description": "Why", "owner_id": make.person(db).id, "horizon": Horizon.LONG_TERM,
        "objective": "Ship", "indicator": "Projects", "target": 3.0, "judged_on": date(2030, 12, 1),
        "stage": FunnelStage.QUALIFIED,
    }  # fmt: skip
    row = make.funnel_item(db, **base | values)
    db.add(ItemUnit(item_id=row.id, org_unit_id=make.org_unit(db).id))
    make.commit(db)
    return row.id


def somebody(db, role, name):
    """Somebody else with a role, past the screen."""
    person = make.person(db, name=name)
    make.commit(db)
    return Actor(0, person.id, name, frozenset({Role.STAFF, role}))


def keys(app):
    return {key for element in app.main if (key := getattr(element, "key", None))}


def tabs(app):
    return [tab.label for tab in app.tabs]


def texts(app):
    return [item.value for item in app.text]


def stored(item_id):
    with reading() as db:
        return db.get_one(FunnelItem, item_id)


@pytest.mark.usefixtures("staff")
def test_an_address_that_names_nothing_is_told_so():
    odd = ["", "0", "-1", "99999", "99999999999999999999", "x' OR 1=1", "1.0", "²", "\x00", "<script>"]
    told = {open_page("item", id=text).error[0].value.replace("\\", "") for text in odd}
    assert told == {"This doesn't exist, or you may not see or change it."}
    assert open_page("item").error


def test_staff_read_vote_and_speak_but_find_nothing_to_change(db, staff):
    item = ready(db)
    app = open_page("item", id=str(item))
    assert tabs(app) == ["About", "Evidence", "Discussion", "History"]
    assert not [key for key in keys(app) if key.startswith(("move", "edit_item", "outcome", "merge", "link_community"))]
    for hidden in ("Score", "Manage"):
        app = open_page("item", id=str(item), tab=hidden)
        assert not [key for key in keys(app) if key.startswith(("marks", "move", "edit_item", "manage"))]
    app = open_page("item", id=str(item))
    app.button(key="vote").click().run()
    with reading() as saved:
        assert [vote.person_id for vote in saved.scalars(sa.select(Vote))] == [staff.account.person_id]
    assert app.button(key="vote").label == "Take my vote back"
    app.button(key="vote").click().run()
    with reading() as saved:
        assert saved.scalar(sa.select(sa.func.count()).select_from(Vote)) == 0


@pytest.mark.usefixtures("staff")
def test_a_vote_that_comes_too_late_is_told_so(db):
    item = ready(db)
    app = open_page("item", id=str(item))
    olu = somebody(db, Role.MANAGER, "Olu")
    execute(moves.move_item, olu, item_id=item, version=1, stage="rejected", reason="No")
    app.button(key="vote").click().run()
    assert [toast.value.replace("\\", "") for toast in app.toast] == [
        "This item is closed: nothing is decided on it any more."
    ]


@pytest.mark.usefixtures("manager")
def test_it_leads_to_the_meeting_and_says_that_its_owner_left(db):
    unit = db.scalars(sa.select(OrgUnit)).one()
    met = UnitMeeting(org_unit_id=unit.id, met_on=date(2026, 6, 1), created_at=make.NOW)
    owner = make.person(db, name="Gone Example")
    db.add(met)
    db.flush()
    item = ready(db, meeting_id=met.id, owner_id=owner.id)
    app = open_page("item", id=str(item))
    assert "Owner: Gone Example." in " ".join(texts(app))
    (to,) = [part.proto for part in app.get("page_link") if "meeting with Data" in part.proto.label]
    assert (to.page, to.query_string) == ("meetings", f"meeting={met.id}")
    owner.active = False
    make.commit(db)
    assert "Owner: Gone Example, who has left: choose another." in " ".join(texts(open_page("item", id=str(item))))


def test_who_raised_it_changes_its_text_as_long_as_it_lies_in_the_inbox_and_names_no_owner(db, staff):
    item = ready(db, stage=FunnelStage.INBOX, owner_id=None, raised_by_id=staff.account.person_id)
    app = open_page("item", id=str(item), tab="Manage")
    form = f"edit_item:{item}:1"
    assert list(app.segmented_control(key="manage").options) == ["Texts"]
    assert f"{form}:owner_id" not in keys(app)
    app.text_input(key=f"{form}:name").input("Mine")
    app.button(key=f"{form}:submit").click().run()
    assert stored(item).title == "Mine"
    execute(moves.move_item, SYSTEM, item_id=item, version=2, stage="parked", reason="Later")
    assert "Manage" not in tabs(open_page("item", id=str(item)))


def test_text_is_shown_as_typed(db, manager):
    item = ready(db, title=NASTY, description=f"d {NASTY}", objective=f"o {NASTY}", stage_reason=f"r {NASTY}")
    manager_actor = somebody(db, Role.MANAGER, f"Zoë {NASTY}")
    execute(o.add_comment, manager_actor, item_id=item, text=f"c {NASTY}")
    evidence = EvidenceInput(EvidenceKind.REPORT.value, f"e {NASTY}", "https://example.org/", date(2026, 1, 2))
    execute(o.add_evidence, manager_actor, item_id=item, evidence=evidence)
    app = open_page("item", id=str(item))
    assert app.title[0].value.replace("\\", "") == NASTY
    assert {f"d {NASTY}", f"o {NASTY}", f"Reason: r {NASTY}"} <= set(texts(app))
    assert f"c {NASTY}" in texts(open_page("item", id=str(item), tab="Discussion"))
    assert f"e {NASTY}" in texts(open_page("item", id=str(item), tab="Evidence"))
    for markdown in (*app.markdown, *app.caption, *app.title):
        assert "<img" not in markdown.value.replace("\\<img", "")
        assert "**bold" not in markdown.value


@pytest.mark.usefixtures("staff")
def test_evidence_and_comments_are_refused_beside_their_fields(db):
    item = ready(db)
    app = open_page("item", id=str(item), tab="Evidence")
    form = f"evidence:{item}:0"
    app.text_input(key=f"{form}:evidence_url").input("ftp://example.org")
    app.button(key=f"{form}:submit").click().run()
    assert under(app, f"{form}:evidence_title") == ["The source is missing."]
    assert under(app, f"{form}:evidence_url") == [
        "The link must be a web address that starts with https:// or http://."
    ]
    assert app.text_input(key=f"{form}:evidence_url").value == "ftp://example.org"
    app.text_input(key=f"{form}:evidence_title").input("A talk")
    app.text_input(key=f"{form}:evidence_url").input("https://example.org")
    app.button(key=f"{form}:submit").click().run()
    assert "A talk" in texts(app)
    assert app.text_input(key=f"evidence:{item}:1:evidence_title").value == ""
    app = open_page("item", id=str(item), tab="Discussion")
    app.button(key=f"comment:{item}:0:submit").click().run()
    assert under(app, f"comment:{item}:0:text") == ["The comment is missing."]
    app.text_area(key=f"comment:{item}:0:text").input("Yes, please")
    app.button(key=f"comment:{item}:0:submit").click().run()
    assert "Yes, please" in texts(app)
    assert app.text_area(key=f"comment:{item}:1:text").value == ""


@pytest.mark.usefixtures("manager")
def test_a_move_says_what_is_missing_and_asks_for_a_reason(db):
    bare = make.funnel_item(db, title="Bare")
    make.commit(db)
    app = open_page("item", id=str(bare.id), tab="Manage")
    form = f"move:{bare.id}:1"
    assert app.selectbox(key=f"{form}:stage").value == "qualified"
    app.button(key=f"{form}:submit").click().run()
    lacks = "a description, an owner, a unit that it concerns, a horizon"
    assert [text for text in under(app, f"{form}:stage") if lacks in text]
    assert lacks in app.info[0].value.replace("\\", "")
    app.selectbox(key=f"{form}:stage").select("parked")
    app.button(key=f"{form}:submit").click().run()
    assert under(app, f"{form}:reason") == ["Say why: whoever raised it will want to know."]
    assert app.selectbox(key=f"{form}:stage").value == "parked"
    app.text_input(key=f"{form}:reason").input("Later")
    app.button(key=f"{form}:submit").click().run()
    assert (stored(bare.id).stage, stored(bare.id).stage_reason) == (FunnelStage.PARKED, "Later")
    assert "Reason: Later" in texts(app)


@pytest.mark.usefixtures("manager")
def test_what_is_decided_on_keeps_its_objective(db):
    item = ready(db, stage=FunnelStage.PRIORITISED)
    app = open_page("item", id=str(item), tab="Manage")
    app.segmented_control(key="manage").set_value("Texts").run()
    form = f"edit_item:{item}:1"
    app.text_input(key=f"{form}:objective").input("")
    app.text_input(key=f"{form}:name").input("Another title")
    app.button(key=f"{form}:submit").click().run()
    assert len(under(app, f"{form}:objective")) == 1
    assert app.text_input(key=f"{form}:name").value == "Another title"
    assert stored(item).title == "Streaming"


@pytest.mark.parametrize(("way", "title"), [("mine", "Mine"), ("theirs", "Theirs")])
@pytest.mark.usefixtures("manager")
def test_of_a_stale_edit_both_versions_are_shown_and_one_is_taken(db, way, title):
    item = ready(db, title="First")
    other = somebody(db, Role.MANAGER, "Olu *O*")
    app = open_page("item", id=str(item), tab="Manage")
    app.segmented_control(key="manage").set_value("Texts").run()
    row = stored(item)
    said = ItemInput(
        title="First", description="Why", horizon="long_term", owner_id=row.owner_id, objective="Ship",
        indicator="Projects", target=3.0, judged_on=row.judged_on, unit_ids=_units(item),
    )  # fmt: skip
    execute(o.edit_item, other, item_id=item, version=1, item=replace(said, title="Theirs"))
    form = f"edit_item:{item}:1"
    app.text_input(key=f"{form}:name").input("Mine")
    app.button(key=f"{form}:submit").click().run()
    assert "Olu *O*" in app.warning[0].value.replace("\\", "")
    assert {"Theirs", "Mine"} <= set(texts(app))
    assert {"Title: saved", "Title: your version, not saved"} <= {item.value for item in app.caption}
    assert not [item.value for item in app.caption if item.value.startswith("Units")]  # those are the same in both
    assert stored(item).title == "Theirs"
    app.button(key=f"{form}:{way}").click().run()
    assert (stored(item).title, _units(item)) == (title, said.unit_ids)
    assert not app.warning


def _units(item_id):
    with reading() as db:
        return tuple(db.scalars(sa.select(ItemUnit.org_unit_id).where(ItemUnit.item_id == item_id)))


@pytest.mark.usefixtures("manager")
def test_a_stale_move_is_told_with_the_name_and_can_be_repeated(db):
    item = ready(db)
    app = open_page("item", id=str(item), tab="Manage")
    execute(moves.move_item, somebody(db, Role.MANAGER, "Olu"), item_id=item, version=1, stage="parked", reason="No")
    form = f"move:{item}:1"
    app.selectbox(key=f"{form}:stage").select("rejected")
    app.text_input(key=f"{form}:reason").input("Never")
    app.button(key=f"{form}:submit").click().run()
    assert stored(item).stage is FunnelStage.PARKED
    assert app.error[0].value.replace("\\", "").startswith("Not saved. Olu changed this on ")
    assert app.text_input(key=f"{form}:reason").value == "Never"
    app.run()
    assert not app.error
    app.selectbox(key=f"move:{item}:2:stage").select("rejected")
    app.text_input(key=f"move:{item}:2:reason").input("Never")
    app.button(key=f"move:{item}:2:submit").click().run()
    assert stored(item).stage is FunnelStage.REJECTED
    assert app.selectbox(key=f"move:{item}:3:stage").value == "inbox"


def test_marks_are_given_blindly_and_each_is_asked_for(db, manager):
    item = ready(db)
    other = somebody(db, Role.MANAGER, "Olu Blind")
    execute(scores.assess_item, other, item_id=item, marks={VALUE: 5, EFFORT: 1})
    app = open_page("item", id=str(item), tab="Score")
    drawn = str(app.main) + "".join(str(table.value) for table in app.dataframe)
    assert not app.metric
    assert not app.dataframe
    assert "Olu Blind" not in drawn
    assert [text.value for text in app.info][-1].startswith("1 assessor has scored it.")
    form = f"marks:{item}:{'-'.join(str(key) for key in (1, 2, 3, 4))}"
    app.radio(key=f"{form}:mark_{VALUE}").set_value(4)
    app.button(key=f"{form}:submit").click().run()
    assert under(app, f"{form}:mark_{EFFORT}") == ["Effort: a mark is missing."]
    assert app.radio(key=f"{form}:mark_{VALUE}").value == 4
    assert not app.metric
    app.radio(key=f"{form}:mark_{EFFORT}").set_value(3)
    app.button(key=f"{form}:submit").click().run()
    metrics = {item.label: item.value for item in app.metric}
    # value (5+4)/2 = 4.5 -> 0.875 x 0.4; fit none; urgency none; effort 2 -> 0.75 x 0.2
    assert metrics["Score"] == "50.0"
    assert "By Olu Blind" in app.dataframe[0].value.columns
    with reading() as saved:
        mine = sa.select(Assessment.criterion_id, Assessment.value).where(
            Assessment.assessor_id == manager.account.person_id
        )
        assert {tuple(row) for row in saved.execute(mine)} == {(VALUE, 4), (EFFORT, 3)}
    app.button(key=f"{form}:back").click().run()
    assert not app.metric
    assert not app.dataframe


def test_figures_typed_outlive_a_change_by_somebody_else(db, manager):
    item = ready(db)
    me = Actor(0, manager.account.person_id, "Me", frozenset({Role.STAFF, Role.MANAGER}))
    execute(scores.assess_item, me, item_id=item, marks={VALUE: 4, EFFORT: 3})
    app = open_page("item", id=str(item), tab="Score")
    app.number_input(key=f"planning:{item}:1:reach").set_value(120.0)
    execute(moves.move_item, somebody(db, Role.MANAGER, "Olu"), item_id=item, version=1, stage="parked", reason="No")
    app.button(key=f"planning:{item}:1:submit").click().run()
    assert app.number_input(key=f"planning:{item}:1:reach").value == 120.0
    assert next(error.value.replace("\\", "") for error in app.error).startswith("Not saved. Olu changed this on ")
    assert stored(item).reach is None
    app.run()
    app.number_input(key=f"planning:{item}:2:reach").set_value(120.0)
    app.button(key=f"planning:{item}:2:submit").click().run()
    assert stored(item).reach == 120.0


def test_a_community_is_linked_by_those_who_may(db, staff):
    item = ready(db)
    mine, other = make.community(db, name="Data **Eng**"), make.community(db, name="Web")
    make.commit(db)
    assert f"link_community:{item}:0:community_id" not in keys(open_page("item", id=str(item)))
    make.facilitator(db, mine, db.get_one(Person, staff.account.person_id))
    make.commit(db)
    app = open_page("item", id=str(item))
    chooser = f"link_community:{item}:0:community_id"
    assert app.selectbox(key=chooser).options == ["Data **Eng**"]
    app.button(key=f"link_community:{item}:0:submit").click().run()
    assert under(app, chooser) == ["Choose a community."]
    app.selectbox(key=chooser).select(mine.id)
    app.button(key=f"link_community:{item}:0:submit").click().run()
    execute(o.link_community, SYSTEM, item_id=item, community_id=other.id)
    app = open_page("item", id=str(item))
    assert f"unlink_{mine.id}" in keys(app)
    assert f"unlink_{other.id}" not in keys(app)
    app.button(key=f"unlink_{mine.id}").click().run()
    with reading() as saved:
        assert saved.scalars(sa.select(ItemCommunity.community_id)).all() == [other.id]
        assert saved.get_one(Community, mine.id).name == "Data **Eng**"


@pytest.mark.usefixtures("manager")
def test_a_merged_item_leads_to_the_other_and_takes_nothing_more(db):
    gone = ready(db, title="Old name")
    stays = make.funnel_item(db, title="New name", channel=Channel.NEED)
    make.commit(db)
    app = open_page("item", id=str(gone), tab="Manage")
    app.segmented_control(key="manage").set_value("Merge").run()
    form = f"merge:{gone}:1"
    app.button(key=f"{form}:submit").click().run()
    assert under(app, f"{form}:into_id") != []
    app.selectbox(key=f"{form}:into_id").select(stays.id)
    app.button(key=f"{form}:submit").click().run()
    assert app.title[0].value == "New name"
    assert stored(gone).merged_into_id == stays.id
    app = open_page("item", id=str(gone))
    assert "Another item stands for this one now" in app.warning[0].value
    assert "vote" not in keys(app)
    for tab in ("Evidence", "Discussion"):
        assert not [key for key in keys(open_page("item", id=str(gone), tab=tab)) if key.endswith(":submit")]
