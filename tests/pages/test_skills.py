"""The catalog of skills on screen, and the skills of a community."""

import pytest
import sqlalchemy as sa

from cop.choices import GrantedRole
from cop.db import reading, transaction
from cop.execute import execute
from cop.models import CommunitySkill, OrgUnit, Person, RoleRequirement, Skill
from cop.permissions import SYSTEM
from cop.skills import operations as o
from tests import factories as make
from tests.pages.seats import open_page, take_seat


@pytest.fixture
def world(db):
    """SQL, which engineers and a unit need; Cloud; an archived skill; a community that serves SQL."""
    make.organisation(db)
    area = make.area(db, name="Data *D*")
    sql = make.skill(db, name="SQL *S*", area_id=area.id, description="Ask data", level_2="Joins tables")
    make.skill(db, name="Cloud")
    make.skill(db, name="Fax", archived_at=make.NOW)
    make.role_requirement(db, make.job_role(db, name="Engineer"), sql, 3)
    make.unit_requirement(db, make.org_unit(db, name="Sales"), sql, 2, needed=4, importance=3)
    room = make.community(db, slug="data", name="Data Guild")
    db.add(CommunitySkill(community_id=room.id, skill_id=sql.id))
    return room


@pytest.fixture
def sit(db, world, monkeypatch):
    """Takes a seat as staff, or as more."""

    def seat(role: GrantedRole | None = None, *, facilitates: bool = False):
        taken = take_seat(db, monkeypatch)
        if role is not None:
            unit = db.scalar(sa.select(OrgUnit)) if role is GrantedRole.MANAGER else None
            make.grant(db, taken.account, role, unit)
        if facilitates:
            make.facilitator(db, world, db.get_one(Person, taken.account.person_id))
        make.commit(db)
        return taken

    return seat


def row(name):
    with reading() as db:
        return db.scalar(sa.select(Skill).where(Skill.name == name))


def labels(app):
    return [item.label.replace("\\", "") for item in app.expander]


def texts(app):
    return [item.value for item in app.text]


def said(items):
    return [item.value.replace("\\", "") for item in items]


def opened(app, name):
    app.session_state[f"skill:{row(name).id}"] = True
    return app.run()


def test_staff_find_a_skill_and_who_needs_it(sit):
    sit()
    app = open_page("skills")
    assert not app.tabs
    assert labels(app) == ["**Cloud**", "**SQL *S*** · Data *D* · 1 job role · 1 unit"]
    assert "2 of 2" in texts(app)
    app = app.text_input(key="q").set_value("data").run()
    assert labels(app) == ["**SQL *S*** · Data *D* · 1 job role · 1 unit"]
    app = opened(app, "SQL *S*")
    assert {"Ask data", "Joins tables", "Practitioner: Engineer"} <= set(texts(app))
    assert "Sales: 4 people at working, importance critical" in texts(app)
    assert "**2 Working**" in said(app.markdown)
    assert not app.toggle


def test_nothing_found_is_said(sit):
    sit()
    app = open_page("skills", q="nonsense")
    assert said(app.info) == ["No skill fits what you are looking for."]


def test_an_empty_catalog_says_who_fills_it(db, monkeypatch):
    make.organisation(db)
    take_seat(db, monkeypatch)
    make.commit(db)
    assert said(open_page("skills").info) == ["There are no skills yet. The programme office adds or imports them."]


def test_managers_see_their_units_and_the_office_job_roles_too(sit):
    sit(GrantedRole.MANAGER)
    assert [tab.label for tab in open_page("skills").tabs] == ["Catalog", "Units"]
    sit(GrantedRole.ADMIN)
    assert [tab.label for tab in open_page("skills").tabs] == ["Catalog", "Job roles", "Units"]


def test_the_office_adds_a_skill_and_is_told_what_is_wrong_beside_the_field(sit):
    sit(GrantedRole.ADMIN)
    app = open_page("skills")
    app.text_input(key="add_skill:0:name").set_value("cloud")
    app = app.button(key="add_skill:0:submit").click().run()
    assert said(app.error) == ["Another skill has this name already, perhaps an archived one."]
    app.text_input(key="add_skill:0:name").set_value("Welding")
    app.text_area(key="add_skill:0:level_4").set_value("Welds under water")
    app = app.button(key="add_skill:0:submit").click().run()
    assert said(app.toast) == ["Welding is added."]
    assert (row("Welding").level_4, row("Welding").area_id) == ("Welds under water", None)
    assert app.text_input(key="add_skill:1:name").value == ""


def test_the_office_edits_archives_and_restores(sit):
    sit(GrantedRole.ADMIN)
    skill = row("Cloud")
    app = opened(open_page("skills"), "Cloud")
    app = app.toggle(key=f"care_skill:{skill.id}").set_value(True).run()
    form = f"edit_skill:{skill.id}:1"
    app.text_input(key=f"{form}:name").set_value("Cloud platforms")
    app = app.button(key=f"{form}:submit").click().run()
    assert row("Cloud platforms").id == skill.id
    app = opened(open_page("skills"), "Cloud platforms")
    app = app.button(key=f"shelve_skill:{skill.id}:submit").click().run()
    assert labels(app)[1:] == ["**SQL *S*** · Data *D* · 1 job role · 1 unit"]
    app = app.toggle(key="archived").set_value(True).run()
    assert "**Cloud platforms** :gray-badge[Archived]" in labels(app)
    app = opened(app, "Cloud platforms").button(key=f"shelve_skill:{skill.id}:submit").click().run()
    assert row("Cloud platforms").archived_at is None


def test_two_versions_of_a_skill_are_shown_and_nothing_typed_is_lost(sit):
    sit(GrantedRole.ADMIN)
    skill = row("Cloud")
    app = opened(open_page("skills"), "Cloud")
    app = app.toggle(key=f"care_skill:{skill.id}").set_value(True).run()
    texts_ = {"area_id": None, "description": "", "levels": ("", "", "", "", "theirs")}
    execute(o.edit_skill, SYSTEM, skill_id=skill.id, version=1, name="Cloud", **texts_)
    form = f"edit_skill:{skill.id}:1"
    app.text_area(key=f"{form}:level_4").set_value("mine")
    app = app.button(key=f"{form}:submit").click().run()
    assert said(app.warning)[0].startswith("command line changed this on ")
    assert {"theirs", "mine"} <= set(texts(app))
    app = app.button(key=f"{form}:conflict:mine").click().run()
    assert row("Cloud").level_4 == "mine"


def test_the_grid_shows_the_levels_of_the_chosen_job_roles(sit):
    sit(GrantedRole.ADMIN)
    app = open_page("skills", tab="Job roles", roles="Engineer")
    table = app.dataframe[0].value
    assert table["skill"].tolist() == ["Cloud", "SQL *S*"]
    assert table.iloc[:, 1].fillna("").tolist() == ["", "Practitioner"]
    assert "Nothing to save" in texts(app)
    app = app.toggle(key="only_required").set_value(True).run()
    assert app.dataframe[0].value["skill"].tolist() == ["SQL *S*"]


def test_the_grid_of_a_managers_unit(sit):
    sit(GrantedRole.MANAGER)
    app = open_page("skills", tab="Units", unit="Sales")
    table = app.dataframe[0].value
    assert table.astype("object").fillna("-").astype(str).to_numpy().tolist() == [
        ["Cloud", "-", "-", "-"],
        ["SQL *S*", "Working", "4", "Critical"],
    ]


def test_a_level_tells_which_item_raised_it_and_the_item_which_levels(db, sit):
    item, taken = make.funnel_item(db, title="Cloud *first*"), sit(GrantedRole.ADMIN)
    with transaction() as later:
        later.scalars(sa.select(RoleRequirement)).one().item_id = item.id
    assert taken
    app = opened(open_page("skills"), "SQL *S*")
    assert "Engineer: practitioner since 1 Jan 2026, raised by" in said(app.caption)
    app.session_state[f"came_{row('SQL *S*').id}"] = True
    assert "Engineer: practitioner, from 1 Jan 2026, raised by “Cloud *first*”" in texts(app.run())
    app = open_page("item", id=str(item.id))
    assert "Required since 1 Jan 2026: Engineer, practitioner" in texts(app)
    app = open_page("skills", tab="Job roles", roles="Engineer", item=str(item.id))
    assert app.selectbox(key="role_levels:raised_by:0").value == item.id


def test_a_facilitator_says_what_the_community_serves(sit, world):
    sit(facilitates=True)
    app = open_page("community", c="data", tab="Manage", manage="Skills")
    app = app.segmented_control(key="manage").set_value("Skills").run()
    field = app.multiselect(key=f"community_skills:{world.id}:skill_ids")
    assert field.value == [row("SQL *S*").id]
    field.set_value([row("SQL *S*").id, row("Cloud").id])
    app = app.button(key=f"community_skills:{world.id}:submit").click().run()
    with reading() as db:
        assert len(db.scalars(sa.select(CommunitySkill)).all()) == 2
    assert "Serves these skills: Cloud, SQL *S*" in texts(open_page("community", c="data"))


def test_what_another_facilitator_chose_meanwhile_is_told(sit, world):
    sit(facilitates=True)
    app = open_page("community", c="data", tab="Manage")
    app = app.segmented_control(key="manage").set_value("Skills").run()
    execute(o.set_community_skills, SYSTEM, community_id=world.id, seen_ids=[row("SQL *S*").id], skill_ids=[])
    field = app.multiselect(key=f"community_skills:{world.id}:skill_ids")
    field.set_value([row("Cloud").id])
    app = app.button(key=f"community_skills:{world.id}:submit").click().run()
    assert said(app.error)[0].endswith("Chosen by now: none. Save again to replace that with yours.")
    app = app.button(key=f"community_skills:{world.id}:submit").click().run()
    with reading() as db:
        assert list(db.scalars(sa.select(CommunitySkill.skill_id))) == [row("Cloud").id]
