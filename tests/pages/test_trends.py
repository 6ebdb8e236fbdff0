"""The radar's page: empty, with trends, filtered from the address; a trend's ring changed on its own page."""

from datetime import timedelta

import pytest

from cop.choices import Channel, EvidenceKind, GrantedRole
from cop.db import reading
from cop.models import RingChange
from cop.periods import local_day, utcnow
from tests import factories as make
from tests.pages.seats import open_page, take_seat

TODAY = local_day(utcnow(), "Europe/Madrid")


@pytest.fixture
def staff(db, monkeypatch):
    make.organisation(db)
    return take_seat(db, monkeypatch)


@pytest.fixture
def trends(db):
    found = {}
    for number, (title, ring, back) in enumerate((("Wasm", 3, 30), ("Rust", 2, 400))):
        row = make.funnel_item(db, channel=Channel.TREND, title=title, quadrant_id=1 + number)
        day = TODAY - timedelta(days=back)
        values = {
            "source_kind": EvidenceKind.REPORT,
            "source": "A radar",
            "added_at": make.NOW,
            "edition": f"Vol. {ring}",
        }
        db.add(RingChange(item_id=row.id, ring_id=ring, changed_on=day, **values))
        found[title] = row.id
    make.funnel_item(db, channel=Channel.TREND, title="Nowhere yet")
    make.commit(db)
    return found


def table(app):
    frame = app.dataframe[0].value
    return dict(zip(frame["title"], frame["movement"], strict=True))


@pytest.mark.usefixtures("staff")
def test_empty_it_leads_to_proposing(db):
    make.commit(db)
    app = open_page("trends")
    assert "No trend is on the radar yet" in app.info[0].value
    assert any(one.proto.page.endswith("propose") for one in app.get("page_link"))
    assert not app.dataframe


@pytest.mark.usefixtures("staff", "trends")
def test_picture_table_and_what_is_not_on_it(db):
    app = open_page("trends")
    assert table(app) == {"Rust": "Unchanged", "Wasm": "New"}
    assert len(app.get("vega_lite_chart")) == 1
    assert "n = 2 of 2 trends" in app.caption[0].value
    assert app.expander[0].label == "1 trend without a quadrant or a ring"
    assert next(iter(app.dataframe[0].value["open"])).startswith("/item?id=")


@pytest.mark.usefixtures("staff", "trends")
@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ({"q": "wasm"}, {"Wasm": "New"}),
        ({"ring": "Trial"}, {"Rust": "Unchanged"}),
        ({"movement": "New"}, {"Wasm": "New"}),
        ({"since": "Edition Vol. 3"}, {"Rust": "Unchanged", "Wasm": "Unchanged"}),
        ({"since": "A day", "day": str(TODAY - timedelta(days=500))}, {"Rust": "New", "Wasm": "New"}),
        ({"since": "A day", "day": "nonsense"}, {"Rust": "Unchanged", "Wasm": "New"}),
        ({"since": "A day", "day": "0001-01-01"}, {"Rust": "Unchanged", "Wasm": "New"}),
        ({"since": "A day", "day": "9999-12-31"}, {"Rust": "Unchanged", "Wasm": "New"}),
        ({"quadrant": "Nowhere", "ring": "Nothing"}, {"Rust": "Unchanged", "Wasm": "New"}),
        ({"since": "nonsense"}, {"Rust": "Unchanged", "Wasm": "New"}),
    ],
)
def test_the_address_says_what_is_shown(address, expected):
    assert table(open_page("trends", **address)) == expected


@pytest.mark.usefixtures("staff", "trends")
def test_filters_that_leave_nothing_can_be_cleared():
    app = open_page("trends", q="nothing like it")
    assert "No trend fits" in app.info[0].value
    app.button(key="clear_trends").click().run()
    assert len(table(app)) == 2


def test_a_ring_is_changed_withdrawn_and_brought_back(db, monkeypatch, trends):
    make.organisation(db)
    row = make.account(db)
    make.grant(db, row, GrantedRole.MANAGER, make.org_unit(db))
    take_seat(db, monkeypatch, row)
    make.commit(db)
    key = trends["Wasm"]
    app = open_page("item", id=str(key), tab="Manage")
    app.segmented_control(key="manage").set_value("Ring").run()
    name = f"ring:{key}:0"
    app.button(key=f"{name}:submit").click().run()
    assert {error.value for error in app.error} == {"Choose the ring\\.", "The source is missing\\."}
    app.radio(key=f"{name}:ring_id").set_value(1)
    app.text_input(key=f"{name}:source").set_value("Ours")
    app.button(key=f"{name}:submit").click().run()
    assert not app.error
    with reading() as after:
        made = after.query(RingChange).where(RingChange.item_id == key, RingChange.ring_id == 1).one()
        made_id = made.id
        assert (made.changed_on, made.source) == (TODAY, "Ours")
    app = open_page("item", id=str(key), tab="History")
    assert app.button(key=f"ring_shelf_{made_id}").label == "Withdraw"
    app.button(key=f"ring_shelf_{made_id}").click().run()
    assert app.button(key=f"ring_shelf_{made_id}").label == "Bring back"
    assert table(open_page("trends"))["Wasm"] == "New"


@pytest.mark.usefixtures("staff")
def test_staff_find_no_way_to_change_a_ring(trends):
    app = open_page("item", id=str(trends["Wasm"]), tab="History")
    assert not [one for one in app.button if str(one.key).startswith("ring_shelf")]
    assert "Manage" not in [one.label for one in app.tabs]
