"""One's own skills on screen, and who can help."""

import pytest
import sqlalchemy as sa

from cop.db import reading
from cop.execute import execute
from cop.models import CommunitySkill, Membership, Person, PersonSkill, Skill
from cop.permissions import SYSTEM
from cop.skills import operations as o
from cop.skills.inputs import RoleCell
from cop.skills.requirement_operations import set_role_requirements
from tests import factories as make
from tests.pages.seats import open_page, take_seat

DONT_KNOW = -1


@pytest.fixture
def me(db, monkeypatch):
    """An engineer: SQL at practitioner, Cloud at working; the unit needs Python; a community serves SQL."""
    make.organisation(db)
    role, unit = make.job_role(db, name="Engineer"), make.org_unit(db, name="Data")
    sql = make.skill(db, name="SQL", level_1="Reads tables")
    make.role_requirement(db, role, sql, 3)
    make.role_requirement(db, role, make.skill(db, name="Cloud"), 2)
    make.unit_requirement(db, unit, make.skill(db, name="Python"))
    make.skill(db, name="Welding *W*")
    room = make.community(db, slug="data", name="Data Guild")
    db.add(CommunitySkill(community_id=room.id, skill_id=sql.id))
    seat = take_seat(db, monkeypatch)
    person = db.get_one(Person, seat.account.person_id)
    person.name, person.job_role_id, person.org_unit_id = "Ana", role.id, unit.id
    make.commit(db)
    return seat


def key(name, field):
    with reading() as db:
        return f"own:{db.scalar(sa.select(Skill.id).where(Skill.name == name))}:{field}"


def tapped(app, name, level):
    """A tap on a level: AppTest knows pills as a button group."""
    return app.button_group(key=key(name, "level")).set_value(level).run()


def said(items):
    return [item.value.replace("\\", "") for item in items]


def kept(db_name):
    with reading() as db:
        row = db.execute(
            sa.select(PersonSkill.level, PersonSkill.wants_to_learn, PersonSkill.can_help)
            .join(Skill)
            .where(Skill.name == db_name)
        ).one_or_none()
        return tuple(row) if row else None


def test_what_is_required_comes_first(me):
    app = open_page("profile")
    assert said(app.subheader) == ["What your job role requires (2)", "What your unit needs", "Other skills"]
    names = [text for text in said(app.markdown) if text.startswith("**")]
    assert names == [
        "**Engineer** · Data",
        "**Cloud** · Working required",
        "**SQL** · Practitioner required",
        "**Python**",
    ]


def test_a_tap_saves_and_the_gap_is_told(me):
    app = tapped(open_page("profile"), "SQL", 1)
    assert kept("SQL") == (1, False, False)
    assert "**SQL** · Practitioner required :orange-badge[2 levels to go]" in said(app.markdown)
    assert "Reads tables" in said(app.text)
    app = app.checkbox(key=key("SQL", "learn")).check().run()
    assert kept("SQL") == (1, True, False)
    app = tapped(app, "SQL", 4)
    assert "**SQL** · Practitioner required :green-badge[reached]" in said(app.markdown)
    app = tapped(app, "SQL", DONT_KNOW)
    assert kept("SQL") == (None, True, False)
    assert "**SQL** · Practitioner required :gray-badge[not known]" in said(app.markdown)
    app = app.button(key=key("SQL", "forget")).click().run()
    assert kept("SQL") is None
    assert app.checkbox(key=key("SQL", "learn")).value is False


def test_another_skill_is_looked_for_and_stays_once_answered(me):
    app = open_page("profile")
    app = app.selectbox(key="more").select_index(0).run()
    assert "**Welding *W***" in said(app.markdown)
    assert kept("Welding *W*") is None  # looked at is not said
    app = tapped(app, "Welding *W*", 2)
    assert kept("Welding *W*") == (2, False, False)
    assert "**Welding *W***" in said(open_page("profile").markdown)


def test_what_could_not_be_saved_is_told(me):
    app = open_page("profile")
    with reading() as db:
        skill = db.scalar(sa.select(Skill).where(Skill.name == "SQL"))
    execute(o.archive_skill, SYSTEM, skill_id=skill.id, version=1)
    app = tapped(app, "SQL", 1)
    assert kept("SQL") is None
    assert said(app.error) == ["Not saved: This skill isn't offered any more."]
    assert "SQL" not in " ".join(said(app.markdown))  # it isn't asked for any more


def test_gaps_and_communities_with_the_reason_and_a_way_in(me):
    app = tapped(open_page("profile"), "SQL", 1)
    app = open_page("profile", tab="Gaps and communities")
    assert "**SQL** :orange-badge[2 levels to go]" in said(app.markdown)
    assert "Awareness now, practitioner required" in said(app.caption)
    assert "Serves SQL (2 levels to go)" in said(app.text)
    with reading() as db:
        room = db.scalar(sa.select(CommunitySkill.community_id))
    app = app.button(key=f"join_{room}").click().run()
    with reading() as db:
        assert db.scalar(sa.select(Membership.person_id)) == me.account.person_id
    assert "None that you aren't in already." in said(app.text)


def test_without_a_job_role_one_is_told_so(db, monkeypatch):
    make.organisation(db)
    make.skill(db, name="SQL")
    take_seat(db, monkeypatch)
    make.commit(db)
    app = open_page("profile")
    assert "Your job role isn't on record" in said(app.info)[0]
    app = open_page("profile", tab="Gaps and communities")
    assert "Say what you lack or want to learn to find some." in said(app.text)


def test_a_level_required_since_shows_on_the_next_run(me):
    app = tapped(open_page("profile"), "Cloud", 2)
    with reading() as db:
        role, skill = db.execute(sa.text("SELECT job_role_id, skill_id FROM role_requirement WHERE level = 2")).one()
    execute(set_role_requirements, SYSTEM, cells=(RoleCell(role, skill, 2, 4),))
    assert "**Cloud** · Expert required :orange-badge[2 levels to go]" in said(app.run().markdown)


def test_an_offer_shows_ones_name_and_is_taken_back_at_once(me):
    assert said(open_page("helpers").info) == [
        "Nobody offers help yet. Be the first: tick “I can help” beside one of your skills."
    ]
    app = open_page("profile").checkbox(key=key("SQL", "help")).check().run()
    assert "Colleagues find your name and e-mail address with: SQL." in said(app.text)
    app = open_page("helpers").selectbox(key="skill").select_index(0).run()
    assert "**Ana** :gray-badge[You]" in said(app.markdown)
    assert not {"Data", "Engineer"} & set(said(app.text))  # not what they didn't agree to show
    assert open_page("helpers", skill="SQL").selectbox(key="skill").value is not None  # the address is for sharing
    app = app.button(key="stop_helping").click().run()
    assert kept("SQL") == (None, False, False)
    assert len(app.info) == 1
    app = open_page("profile")
    assert "You offer help" not in said(app.subheader)


def test_a_pause_hides_the_offer_and_is_ended_at_once(me):
    app = tapped(open_page("profile"), "SQL", 3)
    app = app.checkbox(key=key("SQL", "help")).check().run()
    app = app.button(key="help_pause:submit").click().run()
    assert any("You pause: nobody is shown your offers until" in text for text in said(app.text))
    app = open_page("helpers", skill="SQL")
    assert "Ana" not in " ".join(said(app.markdown))
    assert "You offer: SQL." in said(app.text)
    app.button(key="help_pause:resume").click().run()
    assert "**Ana** :gray-badge[You]" in said(open_page("helpers", skill="SQL").markdown)
