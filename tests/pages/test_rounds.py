"""The screen of the rounds: led by the office, decided by managers, read by all once it is published."""

from datetime import date

import pytest
import sqlalchemy as sa

from cop.choices import Decision, FunnelStage, GrantedRole, Horizon, RoundPhase
from cop.db import reading
from cop.execute import execute
from cop.funnel import round_operations as o
from cop.funnel import score_operations as scores
from cop.models import FunnelItem, FunnelRound, ItemUnit, RoundItem
from cop.permissions import SYSTEM, Actor, Role
from tests import factories as make
from tests.pages.seats import open_page, take_seat, under

NASTY = "<img src=x onerror=alert(1)> **bold** :red[r] $x^2$"
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


@pytest.fixture
def office(db, staff):
    make.grant(db, staff.account, GrantedRole.ADMIN)
    make.commit(db)
    return staff


@pytest.fixture
def items(db, staff):
    """One that may be prioritised, with a text that attacks, and one that lacks an objective."""
    base = {"description": "Why", "owner_id": make.person(db).id, "horizon": Horizon.LONG_TERM}
    base |= {"stage": FunnelStage.QUALIFIED}
    judged = {"objective": "Ship", "indicator": "Projects", "target": 3.0, "judged_on": date(2030, 12, 1)}
    rows = {
        "ready": make.funnel_item(db, title=f"Ready {NASTY}", **base, **judged),
        "vague": make.funnel_item(db, title="Vague", **base),
    }
    unit = make.org_unit(db)
    for row in rows.values():
        db.add(ItemUnit(item_id=row.id, org_unit_id=unit.id))
    assessor = make.person(db, name="Olu")
    make.commit(db)
    found = {name: row.id for name, row in rows.items()}
    execute(scores.assess_item, actor(assessor), item_id=found["ready"], marks={VALUE: 5, EFFORT: 1})
    return found


def actor(person, role=Role.MANAGER):
    return Actor(0, person.id, person.name, frozenset({Role.STAFF, role}))


def opened(name="Autumn", *phases):
    """A round led through these phases."""
    key = execute(o.open_round, SYSTEM, name=name)
    for phase in phases:
        execute(o.lead_round, SYSTEM, round_id=key, version=stored(key).version, phase=phase)
    return key


def stored(key):
    with reading() as db:
        return db.get_one(FunnelRound, key)


def decide(key, item_id, decision, reason, by=SYSTEM):
    with reading() as db:
        version = db.get_one(RoundItem, (key, item_id)).version
    values = {"decision": decision, "reason": reason, "version": version}
    execute(o.decide_item, by, round_id=key, item_id=item_id, **values)


def keys(app):
    return {key for element in app.main if (key := getattr(element, "key", None))}


def texts(app):
    return [item.value for item in app.text]


@pytest.mark.usefixtures("staff")
def test_before_the_first_round_staff_have_nothing_to_lead():
    app = open_page("rounds")
    assert app.info[0].value == "There was no round yet."
    assert not [key for key in keys(app) if key.startswith(("open_round", "lead_round"))]


@pytest.mark.usefixtures("office")
def test_the_office_opens_a_round_with_a_name():
    app = open_page("rounds")
    form = "open_round:0"
    app.text_input(key=f"{form}:note").input("For the winter")
    app.button(key=f"{form}:submit").click().run()
    assert under(app, f"{form}:name") == ["The name is missing."]
    assert app.text_input(key=f"{form}:note").value == "For the winter"
    app.text_input(key=f"{form}:name").input(NASTY)
    app.button(key=f"{form}:submit").click().run()
    assert app.header[0].value.replace("\\", "") == NASTY
    assert "For the winter" in texts(app)
    assert not [key for key in keys(app) if key.startswith("open_round")]  # one at a time


@pytest.mark.usefixtures("office")
def test_the_office_leads_it_on_and_back_but_decides_on_nothing_that_is_not_there():
    key = opened()
    app = open_page("rounds")
    app.button(key=f"lead_round:{key}:1:scoring").click().run()
    assert stored(key).phase is RoundPhase.SCORING
    app.button(key=f"lead_round:{key}:{stored(key).version}:deciding").click().run()
    assert [item.value.replace("\\", "") for item in app.error] == ["No item is qualified: there is nothing to decide."]
    app.button(key=f"lead_round:{key}:{stored(key).version}:proposing").click().run()
    assert stored(key).phase is RoundPhase.PROPOSING


def test_staff_see_no_decision_before_it_is_published(items):
    key = opened("Autumn", "scoring", "deciding")
    decide(key, items["ready"], "prioritise", "Secret so far")
    app = open_page("rounds")
    assert "Secret so far" not in str(app.main)
    assert "Vague" not in str(app.main)
    assert not [name for name in keys(app) if name.startswith(("lead_round", "decide", "ballot"))]


@pytest.mark.usefixtures("manager")
def test_a_manager_decides_with_a_reason_but_does_not_lead(items):
    key = opened("Autumn", "scoring", "deciding")
    app = open_page("rounds")
    assert not [name for name in keys(app) if name.startswith("lead_round")]
    form = f"decide:{key}:{items['ready']}:1"
    app.button(key=f"{form}:submit").click().run()
    assert len(under(app, f"{form}:decision")) == 1
    app.radio(key=f"{form}:decision").set_value("prioritise")
    app.button(key=f"{form}:submit").click().run()
    assert under(app, f"{form}:reason") == ["The reason is missing."]
    assert app.radio(key=f"{form}:decision").value == "prioritise"
    app.text_input(key=f"{form}:reason").input(NASTY)
    app.button(key=f"{form}:submit").click().run()
    assert [text for text in texts(app) if text.startswith(f"Prioritise it: {NASTY}")]
    vague = f"decide:{key}:{items['vague']}:1"
    app.radio(key=f"{vague}:decision").set_value("prioritise")
    app.text_input(key=f"{vague}:reason").input("All want it")
    app.button(key=f"{vague}:submit").click().run()
    lacks = (
        "an objective, a success indicator, a target, the day on which it is judged, a score by at least one assessor"
    )
    assert under(app, f"{vague}:decision") == [f"It can't be prioritised yet. It needs: {lacks}."]
    assert app.text_input(key=f"{vague}:reason").value == "All want it"
    with reading() as db:
        found = {row.item_id: row.decision for row in db.scalars(sa.select(RoundItem))}
    assert found == {items["ready"]: Decision.PRIORITISE, items["vague"]: None}


@pytest.mark.usefixtures("manager")
def test_a_decision_that_somebody_else_took_meanwhile_is_told_with_the_input_kept(db, items):
    key = opened("Autumn", "scoring", "deciding")
    other = make.person(db, name="Zoë *Z*")
    make.commit(db)
    app = open_page("rounds")
    decide(key, items["ready"], "park", "Theirs", actor(other))
    form = f"decide:{key}:{items['ready']}:1"
    app.radio(key=f"{form}:decision").set_value("reject")
    app.text_input(key=f"{form}:reason").input("Mine")
    app.button(key=f"{form}:submit").click().run()
    told = [item.value.replace("\\", "") for item in app.error]
    assert told == ["Zoë *Z* has just decided: Park. Look at it, then repeat."]
    assert "Park it: Theirs (Zoë *Z*)" in texts(app)
    assert app.text_input(key=f"{form}:reason").value == "Mine"
    app.run()
    again = f"decide:{key}:{items['ready']}:2"
    assert app.text_input(key=f"{again}:reason").value == "Theirs"
    app.radio(key=f"{again}:decision").set_value("reject")
    app.text_input(key=f"{again}:reason").input("Mine")
    app.button(key=f"{again}:submit").click().run()
    assert [text for text in texts(app) if text.startswith("Reject it: Mine")]


@pytest.mark.usefixtures("office")
def test_it_is_published_once_all_is_decided_and_then_read_with_its_reasons(db, items, monkeypatch):
    key = opened("Autumn", "scoring", "deciding")
    decide(key, items["ready"], "prioritise", NASTY)
    app = open_page("rounds")
    sure = f"lead_round:{key}:{stored(key).version}:sure"
    app.button(key=sure).click().run()
    assert [item.value.replace("\\", "") for item in app.error] == ["Not decided yet: Vague."]
    decide(key, items["vague"], "keep", "")
    app.button(key=sure).click().run()
    assert stored(key).phase is RoundPhase.PUBLISHED
    with reading() as reader:
        stages = {name: reader.get_one(FunnelItem, item).stage for name, item in items.items()}
    assert stages == {"ready": FunnelStage.PRIORITISED, "vague": FunnelStage.QUALIFIED}
    take_seat(db, monkeypatch)
    make.commit(db)
    app = open_page("rounds")
    assert {f"Prioritise: {NASTY}", "Keep"} <= set(texts(app))
    figures = [item.value.replace("\\", "") for item in app.caption]
    assert [text for text in figures if text.startswith("score 60.0 ")]  # value 1 x 0.4 + effort 1 x 0.2
    newer = opened("Spring")
    for odd in ("", "0", "99999", "99999999999999999999", "x' OR 1=1", "²"):
        assert open_page("rounds", round=odd).header[0].value == "Spring", odd
    assert open_page("rounds", round=str(key)).header[0].value == "Autumn"
    assert open_page("rounds", round=str(newer)).header[0].value == "Spring"
