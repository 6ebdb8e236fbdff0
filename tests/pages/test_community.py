"""A community's page as each role sees it."""

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from cop.accounts.queries import actor_of_account
from cop.catalog import operations as o
from cop.choices import GrantedRole, SessionStatus
from cop.db import reading
from cop.execute import execute
from cop.models import Community, Contribution, Membership, Person, Resource
from cop.periods import utcnow
from cop.permissions import SYSTEM
from tests import factories as make
from tests.pages.seats import open_page, take_seat

TODAY = utcnow().date()
TEXTS = ("name", "focus", "charter", "norms", "cadence", "channel_url")


@pytest.fixture
def room(db) -> Community:
    make.organisation(db)
    made = make.community(
        db, slug="data", name="Data *Engineering*", focus="Pipelines", charter="Why\n\n**we** meet", stage="maturing"
    )
    ana = make.person(db, name="Canary Smith")
    make.session(db, made, TODAY - timedelta(days=9), title="Kick-off", people=[ana])
    make.session(db, made, TODAY - timedelta(days=5), title="No list")
    make.contribution(db, made, TODAY - timedelta(days=9), title="Write it down", kind="lesson")
    make.contribution(db, made, TODAY - timedelta(days=8), title="Schéma first", kind="good_practice")
    return made


@pytest.fixture
def staff(db, room, monkeypatch):
    seat = take_seat(db, monkeypatch)
    make.commit(db)
    return seat


@pytest.fixture
def facilitator(db, room, monkeypatch):
    seat = take_seat(db, monkeypatch)
    make.facilitator(db, room, db.get(Person, seat.account.person_id))
    make.commit(db)
    return seat


@pytest.fixture
def admin(db, room, monkeypatch):
    seat = take_seat(db, monkeypatch)
    make.grant(db, seat.account, GrantedRole.ADMIN)
    make.commit(db)
    return seat


def _open(tab: str = "About", slug: str = "data") -> AppTest:
    return open_page("community", c=slug, tab=tab)


def _tabs(app: AppTest) -> list[str]:
    return [tab.label for tab in app.tabs]


def _texts(app: AppTest) -> str:
    return "\n".join(item.value for kind in (app.text, app.caption, app.markdown) for item in kind).replace("\\", "")


@pytest.mark.usefixtures("staff")
def test_unknown_and_missing_names_are_told_kindly():
    for slug in ("nothing", "", "'; DROP TABLE community"):
        assert _open(slug=slug).title[0].value == "No such community"


@pytest.mark.usefixtures("staff")
def test_about():
    app = _open()
    assert app.title[0].value == r"Data \*Engineering\*"
    texts = _texts(app)
    assert "Why\n\n**we** meet" in texts  # line breaks kept, marks literal
    assert "2 sessions in the last 12 months, 1 attendances in the 1 with a list or count; 1 without." in texts
    assert "0 members, 0 active" in texts
    assert "No session planned" in texts
    assert _tabs(app) == ["About", "Sessions", "Contributions", "Resources", "Feedback", "Members", "History"]


@pytest.mark.usefixtures("staff")
def test_sessions_show_counts_and_no_names():
    app = _open("Sessions")
    texts = _texts(app)
    assert "1 person" in texts
    assert "no list taken" in texts
    assert "Canary" not in str(app)


@pytest.mark.usefixtures("staff")
def test_contributions_are_filtered_and_searched():
    app = _open("Contributions")
    assert "2 contributions" in _texts(app)
    app.text_input(key="contribution_search").set_value("schema").run()
    assert "Schéma first" in _texts(app)
    assert "Write it down" not in _texts(app)
    app.text_input(key="contribution_search").set_value("")
    app.pills(key="contribution_kinds").set_value(["lesson"]).run()
    assert "Write it down" in _texts(app)
    assert "Schéma first" not in _texts(app)
    assert not app.expander  # who isn't a member adds nothing


@pytest.mark.usefixtures("staff")
def test_join_leave_undo(room):
    def stays():
        with reading() as db:
            rows = db.scalars(sa.select(Membership).where(Membership.community_id == room.id))
            return [(row.left_on is None, row.join_reason) for row in rows]

    app = _open()
    app.text_input(key="join_reason").set_value("To learn")
    app.button(key="join_now").click().run()
    assert stays() == [(True, "To learn")]
    assert "1 member, 0 active" in _texts(app)
    app.button(key="leave_now").click().run()
    assert stays() == [(False, "To learn")]
    app.button(key="undo_leave").click().run()
    assert stays() == [(True, "To learn")]


@pytest.mark.usefixtures("staff", "room")
def test_a_member_contributes():
    app = _open()
    app.button(key="join_now").click().run()
    app = _open("Contributions")
    app.session_state["contribute"] = True
    app.run()
    app.button(key="contribute_submit").click().run()
    assert "missing" in app.error[0].value
    app.text_area(key="contribute:0:title").set_value("Small pull requests")
    app.button(key="contribute_submit").click().run()
    assert "Small pull requests" in _texts(app)
    assert app.toast[0].value.startswith("Added")
    assert app.text_area(key="contribute:1:title").value == ""


@pytest.fixture
def gift(db, room, staff):
    """What the person in the seat contributed between sessions."""
    made = make.contribution(
        db, room, TODAY, title="Test the restor", kind="good_practice", person_id=staff.account.person_id
    )
    make.commit(db)
    return made


def _open_to_edit(gift):
    app = _open("Contributions")
    app.session_state[f"edit_contribution_box_{gift.id}"] = True
    app.run()
    return app, f"edit_contribution:{gift.id}:{gift.version}"


def test_ones_own_contribution_is_corrected(gift):
    app, form = _open_to_edit(gift)
    assert len(app.expander) == 1  # that of others isn't theirs to correct
    app.text_area(key=f"{form}:title").set_value(" ")
    app.button(key=f"{form}:submit").click().run()
    assert "missing" in app.error[0].value
    app.text_area(key=f"{form}:title").set_value("Test the restore")
    app.button(key=f"{form}:submit").click().run()
    assert not app.exception
    assert app.toast[0].value == "Saved\\."
    assert "Test the restore" in [item.value for item in app.text]


def test_a_contribution_is_withdrawn_only_on_a_second_word(gift):
    app = _open("Contributions")
    assert "Take it back?" in _texts(app)
    assert "3 contributions" in _texts(app)
    app.button(key=f"withdraw_contribution:{gift.id}:1:do").click().run()
    assert not app.exception
    assert "2 contributions" in _texts(app)
    assert "Test the restor" not in _texts(app)


@pytest.mark.parametrize("keep", ["mine", "theirs"])
def test_a_contribution_corrected_by_two(room, gift, keep):
    app, form = _open_to_edit(gift)
    where = {"community_id": room.id, "contribution_id": gift.id, "version": gift.version}
    execute(o.edit_contribution, SYSTEM, **where, kind="lesson", title="Theirs", url="", day=TODAY)
    app.text_area(key=f"{form}:title").set_value("Mine")
    app.button(key=f"{form}:submit").click().run()
    assert "command line changed this on" in app.warning[0].value
    assert {"Theirs", "Mine", "Lesson", "Good practice"} <= {item.value for item in app.text}
    app.button(key=f"{form}:conflict:{keep}").click().run()
    assert not app.exception
    assert not app.warning
    with reading() as db:
        assert db.get(Contribution, gift.id).title == keep.title()


def test_a_contribution_changed_a_moment_ago_is_not_withdrawn(room, gift):
    app = _open("Contributions")
    where = {"community_id": room.id, "contribution_id": gift.id, "version": gift.version}
    execute(o.edit_contribution, SYSTEM, **where, kind="lesson", title="Theirs", url="", day=TODAY)
    app.button(key=f"withdraw_contribution:{gift.id}:1:do").click().run()
    assert not app.exception
    assert "Theirs" in _texts(app)


@pytest.mark.usefixtures("facilitator")
def test_a_facilitator_edits_the_texts(room):
    app = _open("Manage")
    assert "Facilitators" not in app.segmented_control(key="manage").options
    form = f"edit_community:{room.id}:{room.version}"
    app.text_input(key=f"{form}:channel_url").set_value("not an address")
    app.text_area(key=f"{form}:norms").set_value("Be kind")
    app.button(key=f"{form}:submit").click().run()
    assert "web address" in app.error[0].value
    assert app.text_area(key=f"{form}:norms").value == "Be kind"  # nothing typed is lost
    app.text_input(key=f"{form}:channel_url").set_value("")
    app.button(key=f"{form}:submit").click().run()
    with reading() as db:
        assert db.get(Community, room.id).norms == "Be kind"


def _edit_behind_their_back(room, *, actor=SYSTEM, **changes):
    values = {name: getattr(room, name) for name in TEXTS} | {
        "area": "",
        "org_unit_id": None,
        "type": "community",
        "stage": "maturing",
        "founded_on": None,
    }
    where = {"community_id": room.id, "version": room.version}
    execute(o.edit_community, actor, **where, **values | changes)


def test_a_conflict_with_oneself_does_not_name_another_person(room, facilitator):
    """Saved in another tab by the same person: the message says so instead of "Fay changed this"."""
    app = _open("Manage")
    form = f"edit_community:{room.id}:{room.version}"
    with reading() as db:
        me = actor_of_account(db, facilitator.account.id, now=utcnow())
    _edit_behind_their_back(room, actor=me, focus="From the other tab")
    app.text_input(key=f"{form}:focus").set_value("Mine")
    app.button(key=f"{form}:submit").click().run()
    assert app.warning[0].value.startswith("You changed this yourself, in another tab or window, on ")


@pytest.mark.parametrize("keep", ["mine", "theirs"])
@pytest.mark.usefixtures("facilitator")
def test_a_conflict_shows_both_and_lets_one_choose(room, keep):
    app = _open("Manage")
    form = f"edit_community:{room.id}:{room.version}"
    _edit_behind_their_back(room, focus="Theirs")
    app.text_input(key=f"{form}:focus").set_value("Mine")
    app.button(key=f"{form}:submit").click().run()
    assert "command line changed this on" in app.warning[0].value
    assert {"Theirs", "Mine"} <= {item.value for item in app.text}
    app.button(key=f"{form}:{keep}").click().run()
    assert not app.exception
    assert not app.warning
    with reading() as db:
        assert db.get(Community, room.id).focus == {"mine": "Mine", "theirs": "Theirs"}[keep]
    assert app.text_input(key=f"edit_community:{room.id}:{3 if keep == 'mine' else 2}:focus").value == keep.title()


@pytest.mark.usefixtures("facilitator")
def test_an_open_form_is_pinned(room):
    """The page is polled: a rerun with new data must not touch an open form; the page around it changes."""
    app = _open("Manage")
    form = f"edit_community:{room.id}:{room.version}"
    _edit_behind_their_back(room, focus="Theirs", norms="New norms")
    app.run()
    assert app.text_input(key=f"{form}:focus").value == "Pipelines"
    assert app.text_area(key=f"{form}:norms").value == ""
    assert "Theirs" in _texts(app)


@pytest.mark.usefixtures("facilitator", "room")
def test_resources_are_added_archived_and_restored():
    app = _open("Resources")
    app.session_state["add_resource"] = True
    app.run()
    app.text_input(key="add_resource:0:title").set_value("Guide")
    app.text_input(key="add_resource:0:url").set_value("https://example.org/guide")
    app.button(key="add_resource_submit").click().run()
    with reading() as db:
        key = db.scalar(sa.select(Resource.id))
    app.button(key=f"archive_resource_{key}").click().run()
    assert "Nothing is kept here yet." in _texts(app)
    app.session_state["archived_resources"] = True
    app.run()
    app.button(key=f"restore_resource_{key}").click().run()
    assert not app.exception
    assert "Guide" in _texts(app)


@pytest.mark.usefixtures("admin", "db")
def test_the_office_archives_and_reopens(room):
    app = _open("Manage")
    app.segmented_control(key="manage").set_value("Archive").run()
    app.button(key=f"archive:{room.id}:submit").click().run()
    assert "reason is missing" in app.error[0].value
    app.text_input(key=f"archive:{room.id}:reason").set_value("Done **here**")
    app.button(key=f"archive:{room.id}:submit").click().run()
    assert r"Done \*\*here\*\*" in app.warning[0].value
    assert "join_now" not in [button.key for button in app.button]
    app = _open("Manage")
    app.segmented_control(key="manage").set_value("Reopen").run()
    app.text_input(key=f"reopen:{room.id}:reason").set_value("Missed")
    app.button(key=f"reopen:{room.id}:submit").click().run()
    assert not app.warning


@pytest.mark.usefixtures("admin", "room", "db")
def test_the_office_assigns_and_ends_facilitators():
    app = _open("Manage")
    app.segmented_control(key="manage").set_value("Facilitators").run()
    app.button(key="assign_submit").click().run()
    assert "active person" in app.error[0].value
    app.selectbox(key="assign:0:person_id").select("Canary Smith")
    app.button(key="assign_submit").click().run()
    assert "Facilitated by Canary Smith (lead)" in _texts(app)
    ends = [button for button in app.button if button.label == "End the role"]
    ends[0].click().run()  # yesterday is proposed as the last day
    assert "Facilitated by nobody" in _texts(app)


@pytest.mark.usefixtures("facilitator", "room")
def test_objectives():
    app = _open("Manage")
    app.segmented_control(key="manage").set_value("Objectives").run()
    app.text_input(key="add_objective:0:statement").set_value("20 users")
    for field, value in (("baseline", 0.0), ("current", 5.0), ("target", 20.0)):
        app.number_input(key=f"add_objective:0:{field}").set_value(value)
    app.button(key="add_objective_submit").click().run()
    assert not app.exception
    app = _open("About")
    assert "20 users" in _texts(app)
    assert "from 0, now 5, target 20" in _texts(app)


@pytest.mark.parametrize(
    "tab", ["About", "Sessions", "Contributions", "Resources", "Feedback", "Members", "History", "Manage"]
)
@pytest.mark.usefixtures("staff")
def test_staff_never_reach_manage(tab):
    app = _open(tab)
    assert "Manage" not in _tabs(app)
    assert "manage" not in [item.key for item in app.segmented_control]


@pytest.mark.usefixtures("facilitator", "room")
def test_moves_are_shown_to_its_facilitator():
    app = _open()
    app.button(key="join_now").click().run()
    app = _open("Manage")
    app.segmented_control(key="manage").set_value("Joins and leaves").run()
    assert list(app.dataframe[0].value["move"]) == ["joined"]


@pytest.mark.usefixtures("staff")
def test_a_session_called_off_stands_where_people_look_for_it(room, db):
    for days, reason in ((2, "The room is *flooded*"), (-2, "A strike")):
        starts = utcnow() + timedelta(days=days)
        off = {"status": SessionStatus.CANCELLED, "starts_at": starts, "ends_at": starts + timedelta(hours=1)}
        make.session(db, room, starts.date(), title=f"Off {days}", cancel_reason=reason, **off)
    make.commit(db)
    app = _open("Sessions")
    shown = [item.value for item in app.main if item.type in {"subheader", "text"}]
    coming, past = shown.index("Coming"), shown.index("Past")
    assert coming < shown.index("Cancelled: The room is *flooded*") < past < shown.index("Cancelled: A strike")
    assert "No session planned" in _texts(app)


@pytest.mark.usefixtures("staff")
def test_a_planned_session_stands_on_top(room, db):
    starts = utcnow() + timedelta(days=2)
    ends = starts + timedelta(hours=1)
    planned = {"status": SessionStatus.PLANNED, "starts_at": starts, "ends_at": ends}
    make.session(db, room, starts.date(), title="Next one", **planned)
    make.commit(db)
    labels = [item.proto.label.replace("\\", "") for item in _open().get("page_link")]
    assert any(label.startswith("Next: ") and label.endswith("Next one") for label in labels)


def _changes(app: AppTest) -> list[dict]:
    """What the history's list is given to draw."""
    (found,) = [item for item in app.main if item.type == "bidi_component"]
    return json.loads(found.proto.json)["changes"]


@pytest.mark.usefixtures("staff")
def test_the_history_for_all_by_kind_and_page(room):
    app = _open("History")
    assert "No change is on record yet." in _texts(app)
    for number in range(21):
        link = {"title": f"Guide {number}", "url": "https://example.org"}
        execute(o.add_resource, SYSTEM, community_id=room.id, **link)
    _edit_behind_their_back(room, charter="Why\n\n**they** meet")
    app = _open("History")
    assert "22 changes, the newest first" in _texts(app)
    first = _changes(app)[0]
    assert (len(_changes(app)), first["by"], first["did"], first["it"]) == (
        20,
        "command line",
        "changed",
        "the community",
    )
    assert first["texts"][0]["pieces"] == [
        {"part": "same", "text": "Why\n\n"},
        {"part": "removed", "text": "**we** "},
        {"part": "added", "text": "**they** "},
        {"part": "same", "text": "meet"},
    ]
    second = open_page("community", c="data", tab="History", changes_page="2")
    assert [change["it"] for change in _changes(second)] == ["“Guide 1”", "“Guide 0”"]
    second.pills(key="changes").set_value("facts").run()
    assert [change["it"] for change in _changes(second)] == ["the community"]
    shared = open_page("community", c="data", tab="History", changes="Charter and facts")
    assert "1 change, the newest first" in _texts(shared)
    shared = open_page("community", c="data", tab="History", changes="Sessions")
    assert "No change of “sessions” is on record yet." in _texts(shared)
    for odd in ({"changes": "nonsense"}, {"changes_page": "99"}, {"changes_page": "-1"}):
        assert len(_changes(open_page("community", c="data", tab="History", **odd))) == 20


def test_what_was_withdrawn_comes_back(room, db, monkeypatch):
    seat = take_seat(db, monkeypatch)
    make.membership(db, room, db.get(Person, seat.account.person_id))
    gift = make.contribution(db, room, TODAY, title="Small steps", person_id=seat.account.person_id)
    make.commit(db)
    app = _open("Contributions")
    assert "withdrawn_contributions" not in app.session_state
    app.button(key=f"withdraw_contribution:{gift.id}:1:do").click().run()
    assert "2 contributions" in _texts(app)
    app.session_state["withdrawn_contributions"] = True
    app.run()
    back = next(button for button in app.button if button.label == "Bring it back")
    back.click().run()
    assert "3 contributions" in _texts(app)
    assert "Bring it back" not in [button.label for button in app.button]
