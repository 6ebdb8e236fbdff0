"""The office's screen on the organisation's structure."""

import pytest
import sqlalchemy as sa

from cop.choices import GrantedRole
from cop.db import reading
from cop.execute import execute
from cop.models import Area, JobRole, Organisation, OrgUnit, Person
from cop.permissions import SYSTEM
from cop.structure import operations as o
from tests import factories as make
from tests.pages.seats import open_page, take_seat


@pytest.fixture
def office(db, monkeypatch):
    """Company > Technology > Data; Ana works in Data; an empty unit Attic; an area and a job role."""
    make.organisation(db)
    company = make.org_unit(db, name="Company")
    technology = make.org_unit(db, name="Technology *T*", parent_id=company.id)
    data = make.org_unit(db, name="Data", parent_id=technology.id)
    make.org_unit(db, name="Attic", parent_id=company.id)
    make.person(db, name="Ana", org_unit_id=data.id)
    make.community(db, area_id=make.area(db, name="Cloud").id)
    make.area(db, name="Spare")
    db.add(JobRole(name="Tester"))
    seat = take_seat(db, monkeypatch)
    make.grant(db, seat.account, GrantedRole.ADMIN)
    make.commit(db)
    return seat


def row(table, name):
    with reading() as db:
        return db.scalar(sa.select(table).where(table.name == name))


def opened(name):
    app = open_page("organisation")
    return app.selectbox(key="unit").select(row(OrgUnit, name).id).run()


def errors(app):
    return [item.value.replace("\\", "") for item in app.error]


def said(app):
    return [item.value.replace("\\", "") for item in app.toast]


def test_the_tree_is_indented_and_counted(office):
    shown = open_page("organisation").dataframe[0].value
    assert [name.strip() for name in shown["unit"]] == ["Company", "Attic", "Technology *T*", "Data"]
    assert [name.count("\u2003") for name in shown["unit"]] == [0, 1, 1, 2]
    assert list(shown["people"]) == [0, 0, 0, 1]
    assert list(shown["below"]) == [1, 0, 1, 1]


def test_a_unit_is_added_and_a_bad_one_told_beside_its_field(office):
    app = open_page("organisation")
    app.text_input(key="add_unit:0:name").input("Sales")
    app.selectbox(key="add_unit:0:parent_id").select(row(OrgUnit, "Company").id)
    app.button(key="add_unit:0:submit").click().run()
    assert said(app) == ["Sales is added."]
    assert row(OrgUnit, "Sales").parent_id == row(OrgUnit, "Company").id
    app.text_input(key="add_unit:1:name").input("sales")
    app.selectbox(key="add_unit:1:parent_id").select(row(OrgUnit, "Company").id)
    app.button(key="add_unit:1:submit").click().run()
    assert errors(app) == ["There is a unit of this name in the same place already."]
    assert app.text_input(key="add_unit:1:name").value == "sales"


def test_a_unit_is_renamed_and_moved_but_never_below_itself(office):
    app = opened("Technology *T*")
    key = row(OrgUnit, "Technology *T*").id
    below = app.selectbox(key=f"edit_unit:{key}:1:parent_id")
    assert below.options == ["Company", "Company / Attic"]
    below.select(row(OrgUnit, "Attic").id)
    app.text_input(key=f"edit_unit:{key}:1:name").input("IT")
    app.button(key=f"edit_unit:{key}:1:submit").click().run()
    assert said(app) == ["Saved."]
    assert row(OrgUnit, "IT").parent_id == row(OrgUnit, "Attic").id
    assert app.subheader[0].value.replace("\\", "") == "Company / Attic / IT"


def test_both_versions_of_a_unit_are_shown_and_mine_can_be_saved_over_it(office):
    app = opened("Data")
    data = row(OrgUnit, "Data")
    execute(o.edit_unit, SYSTEM, unit_id=data.id, version=1, name="Data Office", parent_id=None)
    name = f"edit_unit:{data.id}:1"
    app.text_input(key=f"{name}:name").input("Data & AI")
    app.button(key=f"{name}:submit").click().run()
    assert "command line" in app.warning[0].value
    captions = [item.value for item in app.caption]
    assert {"Name: saved", "Below: your version, not saved"} <= set(captions)
    texts = [item.value for item in app.text]
    assert {"Data Office", "Data & AI", "At the top", "Company / Technology *T*"} <= set(texts)
    app.button(key=f"{name}:conflict:mine").click().run()
    assert row(OrgUnit, "Data & AI").version == 3
    assert not app.warning


def test_merging_is_asked_for_twice(office):
    app = opened("Data")
    key = row(OrgUnit, "Data").id
    assert app.button(key=f"merge_unit:{key}:remove").disabled
    app.selectbox(key=f"merge_unit:{key}:into_id").select(row(OrgUnit, "Attic").id).run()
    app.checkbox(key=f"merge_unit:{key}:sure").check().run()
    app.button(key=f"merge_unit:{key}:remove").click().run()
    assert said(app) == ["Data is merged."]
    assert row(OrgUnit, "Data") is None
    assert row(Person, "Ana").org_unit_id == row(OrgUnit, "Attic").id


def test_only_an_empty_unit_can_be_deleted(office):
    app = opened("Data")
    assert not [item for item in app.button if item.label == "Delete the unit"]
    app = opened("Attic")
    key = row(OrgUnit, "Attic").id
    app.checkbox(key=f"delete_unit:{key}:sure").check().run()
    app.button(key=f"delete_unit:{key}:remove").click().run()
    assert said(app) == ["Attic is deleted."]
    assert row(OrgUnit, "Attic") is None


def test_what_came_meanwhile_stops_a_deletion(office):
    app = opened("Attic")
    key = row(OrgUnit, "Attic").id
    app.checkbox(key=f"delete_unit:{key}:sure").check().run()
    execute(o.edit_unit, SYSTEM, unit_id=key, version=1, name="Loft", parent_id=None)
    app.button(key=f"delete_unit:{key}:remove").click().run()
    (message,) = errors(app)
    assert message.startswith("Not saved. command line changed this on ")
    assert message.endswith(". Look at the new version, then repeat.")
    assert row(OrgUnit, "Loft") is not None


def test_an_area_is_switched_off_and_a_spare_one_deleted(office):
    app = open_page("organisation", tab="Areas")
    cloud, spare = row(Area, "Cloud").id, row(Area, "Spare").id
    assert list(app.dataframe[0].value["used"]) == [1, 0]
    app.selectbox(key="area").select(cloud).run()
    assert "1 community" in app.caption[0].value
    app.checkbox(key=f"edit_area:{cloud}:1:active").uncheck()
    app.button(key=f"edit_area:{cloud}:1:submit").click().run()
    assert row(Area, "Cloud").active is False
    app.selectbox(key="area").select(spare).run()
    app.checkbox(key=f"delete_area:{spare}:sure").check().run()
    app.button(key=f"delete_area:{spare}:remove").click().run()
    assert row(Area, "Spare") is None


def test_a_job_role_is_added_and_its_conflict_is_told_in_words(office):
    app = open_page("organisation", tab="Job roles")
    app.text_input(key="add_job_role:0:name").input("Analyst")
    app.button(key="add_job_role:0:submit").click().run()
    assert row(JobRole, "Analyst").active
    key = row(JobRole, "Tester").id
    app.selectbox(key="job_role").select(key).run()
    execute(o.edit_job_role, SYSTEM, job_role_id=key, version=1, name="Tester", active=False)
    app.text_input(key=f"edit_job_role:{key}:1:name").input("QA")
    app.button(key=f"edit_job_role:{key}:1:submit").click().run()
    assert {"Tester", "QA", "no", "yes"} <= {item.value for item in app.text}
    app.button(key=f"edit_job_role:{key}:1:conflict:theirs").click().run()
    assert app.text_input(key=f"edit_job_role:{key}:2:name").value == "Tester"


def test_the_time_zone_is_chosen_from_the_known_ones(office):
    app = open_page("organisation", tab="Settings")
    assert app.selectbox(key="settings:1:time_zone").value == "Europe/Madrid"
    app.text_input(key="settings:1:name").input("Orbis Group")
    app.selectbox(key="settings:1:time_zone").select("Asia/Tokyo")
    app.button(key="settings:1:submit").click().run()
    assert said(app) == ["Saved."]
    with reading() as db:
        found = db.get(Organisation, 1)
        assert (found.name, found.time_zone) == ("Orbis Group", "Asia/Tokyo")
