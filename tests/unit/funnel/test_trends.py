"""The radar as it is read, filtered, drawn and taken along; expectations worked out by hand."""

from datetime import date

import pandas as pd
import pytest

from cop.choices import Channel, EvidenceKind, FunnelStage
from cop.errors import Forbidden
from cop.exports import sheet_to_csv
from cop.funnel import exports, radar_charts, trend_queries
from cop.funnel.trends import Wanted, narrowed, summary
from cop.models import Quadrant, Ring, RingChange, Vote
from cop.permissions import Role
from tests import factories as make
from tests.factories import NOW, TODAY

ADOPT, TRIAL, ASSESS, HOLD = RINGS = 1, 2, 3, 4
SPRING, SUMMER, AUTUMN = date(2025, 4, 1), date(2025, 7, 1), date(2025, 10, 1)


def trend(db, title, quadrant=1, **values):
    return make.funnel_item(db, channel=Channel.TREND, title=title, quadrant_id=quadrant, **values)


def say(db, item, ring, day, **values):
    base = {"source_kind": EvidenceKind.REPORT, "source": "A radar", "added_at": NOW}
    row = RingChange(item_id=item.id, ring_id=ring, changed_on=day, **base | values)
    db.add(row)
    db.flush()
    return row


def read(db, since=SUMMER, as_of=TODAY):
    return trend_queries.trends(db, None, since=since, as_of=as_of)


@pytest.fixture
def four(db):
    """One of each movement since the summer of 2025, in two quadrants."""
    area = make.area(db, name="Data")
    rows = {
        "Wasm": trend(db, "Wasm", 2, area_id=area.id),
        "Rust": trend(db, "rust", 1, description="A language"),
        "Agile": trend(db, "Agile", 1),
        "Zed": trend(db, "Zed", 1),
    }
    say(db, rows["Wasm"], ASSESS, AUTUMN, rationale="Dépêche")
    say(db, rows["Rust"], ASSESS, SPRING)
    say(db, rows["Rust"], TRIAL, AUTUMN, source="Ours", edition="Vol. 2")
    say(db, rows["Agile"], TRIAL, SPRING)
    say(db, rows["Agile"], HOLD, SUMMER.replace(day=2))
    say(db, rows["Zed"], TRIAL, SPRING, edition="Vol. 1")
    say(db, rows["Zed"], TRIAL, AUTUMN, edition="Vol. 2", source="Said again")
    return rows


def test_ring_movement_and_since_by_hand(db, four):
    found = read(db).rows.set_index("title")
    told = {
        title: (row.ring_name, row.movement, row.ring_before, row.since, row.source) for title, row in found.iterrows()
    }
    names = {key: db.get_one(Ring, key).name for key in RINGS}
    assert told == {
        "Wasm": (names[ASSESS], "new", "", AUTUMN, "A radar"),
        "rust": (names[TRIAL], "moved_in", names[ASSESS], AUTUMN, "Ours"),
        "Agile": (names[HOLD], "moved_out", names[TRIAL], date(2025, 7, 2), "A radar"),
        "Zed": (names[TRIAL], "unchanged", names[TRIAL], SPRING, "Said again"),
    }
    assert list(found.index) == ["rust", "Zed", "Agile", "Wasm"]  # by quadrant, ring, name
    assert list(found["number"]) == [1, 2, 3, 4]


def test_it_is_seen_as_of_a_day(db, four):
    before = read(db, since=date(2025, 1, 1), as_of=SUMMER)
    assert set(before.rows["title"]) == {"rust", "Agile", "Zed"}
    assert set(before.rows["movement"]) == {"new"}
    assert before.unplaced == {four["Wasm"].id: "Wasm"}
    assert read(db, as_of=date(2024, 1, 1)).rows.empty


def test_who_is_not_on_it(db, four):
    say(db, trend(db, "Rejected", stage=FunnelStage.REJECTED), ADOPT, SPRING)
    say(db, trend(db, "Merged", merged_into_id=four["Zed"].id), ADOPT, SPRING)
    nowhere = trend(db, "No quadrant", None)
    say(db, nowhere, ADOPT, SPRING)
    taken_back = trend(db, "No ring")
    say(db, taken_back, ADOPT, SPRING, withdrawn_at=NOW)
    make.funnel_item(db, title="A need")
    found = read(db)
    assert len(found.rows) == 4
    assert found.unplaced == {nowhere.id: "No quadrant", taken_back.id: "No ring"}


def test_of_two_on_one_day_the_last_entered_counts(db):
    item = trend(db, "Twice")
    say(db, item, ADOPT, SPRING, source="First")
    say(db, item, HOLD, SPRING, source="Second")
    assert list(read(db).rows["source"]) == ["Second"]


def test_votes_are_people_also_those_of_merged_ones(db, four):
    merged = trend(db, "Also Zed", merged_into_id=four["Zed"].id)
    people = [make.person(db).id for _ in range(3)]
    for item, person in ((four["Zed"], people[0]), (four["Zed"], people[1]), (merged, people[1]), (merged, people[2])):
        db.add(Vote(item_id=item.id, person_id=person, at=NOW))
    db.flush()
    assert read(db).rows.set_index("title")["votes"].to_dict() == {"Wasm": 0, "rust": 0, "Agile": 0, "Zed": 3}


def test_a_ring_offered_no_longer_stays_while_a_trend_is_in_it(db, four):
    for key in (HOLD, ADOPT):
        db.get_one(Ring, key).active = False
    names = [db.get_one(Ring, key).name for key in (TRIAL, ASSESS, HOLD)]
    found = read(db)
    assert list(found.rings) == names
    assert found.rows.set_index("title")["ring"].to_dict() == {"rust": 0, "Zed": 0, "Agile": 2, "Wasm": 1}
    assert found.rows.set_index("title")["movement"]["Agile"] == "moved_out"


def test_without_enough_quadrants_there_is_no_layout_but_all_rows(db, four):
    for row in db.query(Quadrant).where(Quadrant.id > 2):
        row.active = False
    found = read(db)
    assert found.layout is None
    assert len(found.rows) == 4
    assert found.rows["x"].isna().all()
    with pytest.raises(ValueError, match="no layout"):
        radar_charts.options(found.rings, found.quadrants, found.layout, Wanted())


def test_editions_the_newest_first(db, four):
    say(db, four["Agile"], HOLD, TODAY, edition="Vol. 9", withdrawn_at=NOW)
    assert list(trend_queries.editions(db, None).items()) == [("Vol. 2", AUTUMN), ("Vol. 1", SPRING)]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(), {"rust", "Zed", "Agile", "Wasm"}),
        (Wanted(text="LANGUAGE a"), {"rust"}),
        (Wanted(text="depeche"), {"Wasm"}),
        (Wanted(text="said again"), {"Zed"}),
        (Wanted(text="data"), {"Wasm"}),
        (Wanted(text="(.*"), set()),
        (Wanted(movements=("new", "moved_out")), {"Wasm", "Agile"}),
        (Wanted(rings=("Trial",)), {"rust", "Zed"}),
        (Wanted(rings=("Trial",), movements=("unchanged",)), {"Zed"}),
        (Wanted(quadrant="Nowhere"), set()),
        (Wanted(areas=(99,)), set()),
    ],
)
def test_filters(db, four, wanted, expected):
    assert set(narrowed(read(db).rows, wanted)["title"]) == expected


def test_a_quadrant_and_an_area(db, four):
    found = read(db)
    assert set(narrowed(found.rows, Wanted(quadrant=found.quadrants[1]))["title"]) == {"Wasm"}
    assert set(narrowed(found.rows, Wanted(areas=(four["Wasm"].area_id,)))["title"]) == {"Wasm"}


def test_in_words(db, four):
    found = read(db)
    assert summary(found.rows, found.rings) == (
        "Technology radar with 4 trends: 0 in Adopt, 2 in Trial, 1 in Assess, 1 in Hold;"
        " 1 new, 1 moved in, 1 moved out, 1 unchanged. The table holds every one of them."
    )


def values_of(spec):
    """The rows of all data inside a specification."""
    return [row for rows in spec["datasets"].values() for row in rows]


EVERYTHING = Wanted()


def chart(db, wanted=EVERYTHING):
    found = read(db)
    options = radar_charts.options(found.rings, found.quadrants, found.layout, wanted)
    return found, radar_charts.radar(narrowed(found.rows, wanted), **options).to_dict()


def test_the_picture_has_a_shape_per_movement_and_a_numbered_blip_per_trend(db, four):
    found, spec = chart(db)
    shapes = [layer["encoding"]["shape"] for layer in spec["layer"] if "shape" in layer["encoding"]]
    assert len(shapes) == 1
    assert shapes[0]["scale"]["domain"] == ["New", "Moved in", "Moved out", "Unchanged"]
    assert len(set(shapes[0]["scale"]["range"])) == 4
    blips = [row for row in values_of(spec) if "moved" in row]
    assert [(row["number"], row["title"], row["moved"]) for row in blips] == [
        (1, "rust", "Moved in"), (2, "Zed", "Unchanged"), (3, "Agile", "Moved out"), (4, "Wasm", "New"),
    ]  # fmt: skip
    names = {row["name"] for row in values_of(spec) if "name" in row}
    assert names == {*found.rings, *found.quadrants}


def test_blips_keep_their_distances_though_quadrants_are_drawn_apart(db, four):
    """Within a quadrant everything is moved by the same step; into its own part of the picture."""
    found, spec = chart(db)
    at = {row["title"]: (row["x"], row["y"]) for row in values_of(spec) if "moved" in row}
    rows = found.rows.set_index("title")
    steps = {title: (x - rows["x"][title], y - rows["y"][title]) for title, (x, y) in at.items()}
    assert steps["rust"] == pytest.approx(steps["Agile"])
    assert steps["rust"] == pytest.approx((0.09 / 2**0.5, 0.09 / 2**0.5))  # the first quadrant: right and up
    assert steps["Wasm"] == pytest.approx((-0.09 / 2**0.5, 0.09 / 2**0.5))  # the second: left and up


def test_one_quadrant_alone_is_drawn_larger(db, four):
    found = read(db)
    _found, whole = chart(db)
    _found, alone = chart(db, Wanted(quadrant=found.quadrants[1]))
    assert {row["title"] for row in values_of(alone) if "moved" in row} == {"Wasm"}
    assert {row["name"] for row in values_of(alone) if "name" in row} == {*found.rings, found.quadrants[1]}

    def across(spec):
        low, high = next(layer["encoding"]["x"]["scale"]["domain"] for layer in spec["layer"])
        return high - low

    assert across(alone) < 0.6 * across(whole)


def test_taken_along(db, four):
    actor = make.actor(db, Role.STAFF)
    asked = {"wanted": Wanted(movements=("moved_in", "new")), "since": SUMMER, "as_of": TODAY}
    lines = sheet_to_csv(exports.radar(db, actor, **asked)).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Number,Trend,Quadrant,Ring,Movement,Ring before,Since,Edition,")
    quadrants = [db.get_one(Quadrant, key).name for key in (1, 2)]
    assert lines[1] == f"1,rust,{quadrants[0]},Trial,Moved in,Assess,2025-10-01,Vol. 2,Report,Ours,,,,Inbox,0"
    assert len(lines) == 3
    own = sheet_to_csv(exports.build_your_own(db, actor, **asked)).decode("utf-8-sig").splitlines()
    assert own == [
        "name,ring,quadrant,isNew,status,description",
        f"rust,Trial,{quadrants[0]},FALSE,moved in,A language",
        f"Wasm,Assess,{quadrants[1]},TRUE,new,Dépêche",
    ]
    assert exports.radar_png(db, actor, **asked).startswith(b"\x89PNG\r\n\x1a\n")


@pytest.mark.parametrize("export", [exports.radar, exports.build_your_own, exports.radar_png])
def test_nobody_takes_anything_along(db, four, export):
    with pytest.raises(Forbidden):
        export(db, None, wanted=Wanted(), since=SUMMER, as_of=TODAY)


def test_an_empty_radar(db):
    found = read(db)
    assert found.rows.empty
    assert isinstance(found.rows, pd.DataFrame)
    assert len(found.rings) == 4
    assert len(found.quadrants) == 4
    assert narrowed(found.rows, Wanted(text="x", rings=("Trial",))).empty
