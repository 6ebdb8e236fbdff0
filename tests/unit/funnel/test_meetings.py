"""Meetings with units: who sees which, what is written and refused, and whom to meet next, all worked out by hand."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from cop.db import revisions
from cop.errors import Conflict, Forbidden, Invalid, NotFound
from cop.funnel import meeting_exports as exports
from cop.funnel import meeting_operations as o
from cop.funnel import meeting_queries as queries
from cop.funnel.meetings import (
    Attention,
    ConcernInput,
    Coverage,
    MeetingInput,
    Wanted,
    course,
    coverage,
    matching,
    months_before,
    of_units,
)
from cop.models import AuditEntry, Concern, UnitMeeting
from cop.permissions import Role
from tests import factories as make
from tests.factories import NOW, TODAY

DECEMBER = date(2025, 12, 1)


@pytest.fixture
def units(db):
    """Company > Technology > Data, and Sales beside Technology; each but Company has one person."""
    make.organisation(db)
    company = make.org_unit(db, name="Company")
    technology = make.org_unit(db, name="Technology", parent_id=company.id)
    data = make.org_unit(db, name="Data", parent_id=technology.id)
    sales = make.org_unit(db, name="Sales", parent_id=company.id)
    for unit in (technology, data, sales):
        make.person(db, name=f"Head of {unit.name}", org_unit_id=unit.id)
    return {unit.name: unit for unit in (company, technology, data, sales)}


@pytest.fixture
def admin(db, units):
    return make.actor(db, Role.ADMIN)


@pytest.fixture
def manager(db, units):
    """Of Technology and what lies below."""
    return make.actor(db, Role.MANAGER, units=[units["Technology"], units["Data"]])


def record(db, actor, unit, met_on=TODAY, **values):
    return o.record_meeting(db, actor, now=NOW, meeting=MeetingInput(org_unit_id=unit.id, met_on=met_on, **values))


def edit(db, actor, key, version, said):
    return o.edit_meeting(db, actor, now=NOW, meeting_id=key, version=version, meeting=said)


def test_a_meeting_with_everything(db, admin, units):
    ana, ben = make.person(db, name="Ana"), make.person(db, name="Ben")
    key = record(
        db, admin, units["Data"], date(2026, 6, 1), person_ids=(ana.id, ben.id), led_by_id=ana.id, receptiveness="open",
        notes=" They want streaming. ", next_contact_on=date(2026, 7, 1),
    )  # fmt: skip
    item = make.funnel_item(db, title="Streaming", meeting_id=key)
    found = queries.meeting(db, admin, meeting_id=key)
    assert found.unit == "Company / Technology / Data"
    assert found.said == MeetingInput(
        units["Data"].id, date(2026, 6, 1), (ana.id, ben.id), ana.id, "open", "They want streaming.", date(2026, 7, 1)
    )
    assert found.names == {ana.id: "Ana", ben.id: "Ben"}
    assert found.needs == {item.id: ("Streaming", "inbox")}
    entry = db.scalars(sa.select(AuditEntry).where(AuditEntry.object_type == "unit_meeting")).one()
    assert (entry.operation, entry.object_id, entry.after["people"]) == ("funnel.record_meeting", key, [ana.id, ben.id])


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"org_unit_id": None}, "org_unit_id"),
        ({"org_unit_id": 99_999}, "org_unit_id"),
        ({"met_on": None}, "met_on"),
        ({"met_on": TODAY + timedelta(days=1)}, "met_on"),
        ({"next_contact_on": TODAY}, "next_contact_on"),
        ({"person_ids": (99_999,)}, "person_ids"),
        ({"led_by_id": 99_999}, "led_by_id"),
        ({"receptiveness": "furious"}, "receptiveness"),
        ({"notes": "a\x00b"}, "notes"),
    ],
)
def test_bad_input_is_told_at_its_field_and_nothing_is_written(db, admin, units, values, field):
    said = replace(MeetingInput(org_unit_id=units["Data"].id, met_on=TODAY), **values)
    with pytest.raises(Invalid) as refused:
        o.record_meeting(db, admin, now=NOW, meeting=said)
    assert list(refused.value.errors) == [field]
    assert db.scalar(sa.select(sa.func.count()).select_from(UnitMeeting)) == 0


def test_people_who_left_or_were_merged_are_not_offered_but_stay_where_they_took_part(db, admin, units):
    gone = make.person(db, active=False)
    with pytest.raises(Invalid):
        record(db, admin, units["Data"], person_ids=(gone.id,))
    somebody = make.person(db)
    key = record(db, admin, units["Data"], person_ids=(somebody.id,), led_by_id=somebody.id)
    somebody.active = False
    db.flush()
    said = queries.meeting(db, admin, meeting_id=key).said
    edit(db, admin, key, 1, replace(said, notes="Noted later"))
    assert queries.meeting(db, admin, meeting_id=key).said.person_ids == (somebody.id,)


def test_a_manager_meets_their_units_and_those_below_only(db, admin, manager, units):
    theirs, others = record(db, admin, units["Data"]), record(db, admin, units["Sales"])
    record(db, manager, units["Technology"])
    assert set(queries.meetings(db, manager)["unit_id"]) == {units["Technology"].id, units["Data"].id}
    assert list(queries.units(db, manager)["unit"]) == ["Company / Technology", "Company / Technology / Data"]
    said = MeetingInput(org_unit_id=units["Sales"].id, met_on=TODAY)
    concern = o.add_concern(db, admin, now=NOW, meeting_id=others, concern=ConcernInput("Time", "Two hours"))
    refused = (
        lambda: record(db, manager, units["Sales"]),
        lambda: record(db, manager, units["Company"]),
        lambda: queries.meeting(db, manager, meeting_id=others),
        lambda: edit(db, manager, others, 1, said),
        lambda: edit(db, manager, theirs, 1, said),  # nor moved away to where they don't see it
        lambda: o.archive_meeting(db, manager, now=NOW, meeting_id=others),
        lambda: o.restore_meeting(db, manager, now=NOW, meeting_id=others),
        lambda: o.add_concern(db, manager, now=NOW, meeting_id=others, concern=ConcernInput("Time")),
        lambda: o.edit_concern(db, manager, now=NOW, concern_id=concern, version=1, concern=ConcernInput("Time")),
        lambda: o.settle_concern(db, manager, now=NOW, concern_id=concern),
        lambda: o.reopen_concern(db, manager, now=NOW, concern_id=concern),
    )
    unknown = (
        lambda: o.record_meeting(db, manager, now=NOW, meeting=MeetingInput(org_unit_id=99_999, met_on=TODAY)),
        lambda: queries.meeting(db, manager, meeting_id=99_999),
        lambda: o.settle_concern(db, manager, now=NOW, concern_id=99_999),
    )
    answers = set()
    for call in (*refused, *unknown):
        with pytest.raises(NotFound) as answer:
            call()
        answers.add((type(answer.value), str(answer.value)))
    assert len(answers) == 1  # a foreign unit and one that isn't there look the same
    assert queries.concerns(db, manager).empty
    assert list(queries.concerns(db, admin)["concern"]) == ["Time"]


def test_who_is_no_manager_reads_nothing(db, units):
    for actor in (None, make.actor(db), make.actor(db, Role.FACILITATOR, communities=[make.community(db)])):
        for query in (queries.units, queries.meetings, queries.concerns):
            with pytest.raises(Forbidden):
                query(db, actor)
            with pytest.raises(Forbidden):
                query.scope(actor)


def test_a_manager_of_nothing_sees_nothing(db, admin, units):
    record(db, admin, units["Data"])
    nobody = make.actor(db, Role.MANAGER)
    assert queries.units(db, nobody).empty
    assert queries.meetings(db, nobody).empty


def test_what_an_actor_may_see_is_what_their_cache_is_kept_by(db, admin, manager, units):
    assert queries.units.scope(admin) is None
    assert queries.units.scope(manager) == {units["Technology"].id, units["Data"].id}


def test_a_stale_form_meets_the_other_version_also_where_only_people_changed(db, admin, units):
    ana = make.person(db, name="Ana")
    key = record(db, admin, units["Data"])
    said = queries.meeting(db, admin, meeting_id=key).said
    edit(db, admin, key, 1, replace(said, person_ids=(ana.id,)))
    with pytest.raises(Conflict) as stale:
        edit(db, make.actor(db, Role.ADMIN), key, 1, replace(said, notes="Mine"))
    assert (stale.value.current["person_ids"], stale.value.current["version"]) == ((ana.id,), 2)
    assert stale.value.changed_by == admin.name


def test_saving_without_a_change_leaves_no_trace(db, admin, units):
    key = record(db, admin, units["Data"])
    before = revisions(db)
    edit(db, admin, key, 1, queries.meeting(db, admin, meeting_id=key).said)
    assert revisions(db) == before
    assert queries.meeting(db, admin, meeting_id=key).version == 1


def test_an_archived_meeting_counts_no_more_and_comes_back(db, admin, units):
    key = record(db, admin, units["Data"], receptiveness="keen", next_contact_on=TODAY + timedelta(days=9))
    concern = o.add_concern(db, admin, now=NOW, meeting_id=key, concern=ConcernInput("Time"))
    o.archive_meeting(db, admin, now=NOW, meeting_id=key)
    o.archive_meeting(db, admin, now=NOW, meeting_id=key)
    row = queries.units(db, admin).set_index("unit").loc["Company / Technology / Data"]
    assert (row["meetings"], row["last_met"], row["receptiveness"], row["next_contact_on"]) == (0, None, "", None)
    assert row["open_concerns"] == 0
    assert queries.concerns(db, admin).empty
    assert list(queries.meetings(db, admin)["archived"]) == [True]
    for call in (
        lambda: edit(db, admin, key, 2, MeetingInput(units["Data"].id, TODAY)),
        lambda: o.add_concern(db, admin, now=NOW, meeting_id=key, concern=ConcernInput("Money")),
        lambda: o.settle_concern(db, admin, now=NOW, concern_id=concern),
    ):
        with pytest.raises(Invalid):
            call()
    o.restore_meeting(db, admin, now=NOW, meeting_id=key)
    assert queries.units(db, admin).set_index("unit").loc["Company / Technology / Data", "meetings"] == 1
    written = sa.select(AuditEntry.operation).where(AuditEntry.object_type == "unit_meeting").order_by(AuditEntry.id)
    assert list(db.scalars(written)) == ["funnel.record_meeting", "funnel.archive_meeting", "funnel.restore_meeting"]


def test_a_concern_is_answered_settled_and_reopened(db, admin, units):
    meeting = record(db, admin, units["Data"])
    key = o.add_concern(db, admin, now=NOW, meeting_id=meeting, concern=ConcernInput("No time for it"))
    with pytest.raises(Invalid):
        o.settle_concern(db, admin, now=NOW, concern_id=key)
    answered = ConcernInput("No time for it", "Two hours a week are agreed", TODAY + timedelta(days=30))
    o.edit_concern(db, admin, now=NOW, concern_id=key, version=1, concern=answered)
    with pytest.raises(Conflict) as stale:
        o.edit_concern(db, admin, now=NOW, concern_id=key, version=1, concern=ConcernInput("Mine"))
    assert stale.value.current["answer"] == "Two hours a week are agreed"
    o.settle_concern(db, admin, now=NOW, concern_id=key)
    assert db.get_one(Concern, key).settled_on == TODAY
    with pytest.raises(Invalid) as refused:
        o.edit_concern(db, admin, now=NOW, concern_id=key, version=3, concern=ConcernInput("No time for it"))
    assert set(refused.value.errors) == {"answer"}
    o.reopen_concern(db, admin, now=NOW, concern_id=key)
    assert db.get_one(Concern, key).settled_on is None


def test_a_bad_concern_is_told_at_its_field(db, admin, units):
    meeting = record(db, admin, units["Data"])
    with pytest.raises(Invalid) as refused:
        o.add_concern(db, admin, now=NOW, meeting_id=meeting, concern=ConcernInput(" ", "x" * 1001, TODAY))
    assert set(refused.value.errors) == {"concern", "answer", "follow_up_on"}


def test_what_to_come_back_to_stands_first_and_settled_last(db, admin, units):
    meeting = record(db, admin, units["Data"], date(2026, 5, 1))
    late, soon = ConcernInput("Late", "A", date(2026, 8, 1)), ConcernInput("Soon", "", date(2026, 7, 1))
    for concern in (late, ConcernInput("Some day"), soon, ConcernInput("Done", "Yes", date(2026, 6, 1))):
        key = o.add_concern(db, admin, now=NOW, meeting_id=meeting, concern=concern)
    o.settle_concern(db, admin, now=NOW, concern_id=key)
    assert list(queries.concerns(db, admin)["concern"]) == ["Soon", "Late", "Some day", "Done"]


@pytest.fixture
def met(db, admin, units):
    """Data: hesitant in March 2025, open on 14 December 2025, unnoted in June; Technology: long ago; Sales: never."""
    record(db, admin, units["Data"], date(2025, 3, 3), receptiveness="hesitant", next_contact_on=date(2025, 4, 1))
    record(db, admin, units["Data"], date(2025, 12, 14), receptiveness="open", next_contact_on=date(2026, 1, 14))
    record(db, admin, units["Data"], date(2026, 6, 1))
    record(
        db, admin, units["Technology"], date(2025, 12, 14), receptiveness="closed", next_contact_on=date(2026, 6, 14)
    )


def test_how_units_were_met(db, admin, met):
    rows = queries.units(db, admin).set_index("unit")
    data = rows.loc["Company / Technology / Data"]
    assert (data["meetings"], data["last_met"], data["receptiveness"]) == (3, date(2026, 6, 1), "open")
    assert data["course"] == "hesitant (Mar 2025) → open (Dec 2025)"
    assert data["next_contact_on"] is None  # the last meeting set none: what was set before has happened
    assert rows.loc["Company / Technology", "next_contact_on"] == date(2026, 6, 14)
    assert rows.loc["Company / Sales", "last_met"] is None
    assert list(rows["people"]) == [0, 1, 1, 1]


def test_only_the_last_meetings_next_contact_is_still_to_come(db, admin, met):
    assert list(queries.meetings(db, admin)["latest"]) == [True, True, False, False]


def test_when_a_unit_was_met_again(db, admin, met):
    by_day = {
        row["met_on"]: row["id"] for row in queries.meetings(db, admin).to_dict("records") if row["name"] == "Data"
    }
    march, december, june = sorted(by_day)
    again = [queries.meeting(db, admin, meeting_id=by_day[day]).met_again_on for day in (march, december, june)]
    assert again == [december, june, None]
    o.archive_meeting(db, admin, now=NOW, meeting_id=by_day[december])
    assert queries.meeting(db, admin, meeting_id=by_day[march]).met_again_on == june


def test_how_many_of_how_many(db, admin, met):
    """Technology was met one day too long ago: on 14 December, and 15 June minus 6 months is 15 December."""
    rows = queries.units(db, admin)
    assert coverage(rows, today=TODAY) == Coverage(units=3, met=1, never=1, overdue=1, concerns=0)
    assert coverage(rows, today=date(2026, 6, 14)) == Coverage(units=3, met=2, never=1, overdue=0, concerns=0)


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (Wanted(), ["Company", "Technology", "Data", "Sales"]),
        (Wanted(receptiveness=("open", "keen")), ["Data"]),
        (Wanted(attention=Attention.NEVER), ["Sales"]),
        (Wanted(attention=Attention.THREE), ["Technology", "Sales"]),
        (Wanted(attention=Attention.SIX), ["Technology", "Sales"]),
        (Wanted(attention=Attention.TWELVE), ["Sales"]),
        (Wanted(attention=Attention.OVERDUE), ["Technology"]),
        (Wanted(receptiveness=("open",), attention=Attention.OVERDUE), []),
    ],
)
def test_filters(db, admin, met, wanted, names):
    rows = queries.units(db, admin)
    found = [path.split(" / ")[-1] for path in matching(rows, wanted, today=TODAY)["unit"]]
    assert sorted(found) == sorted(names)
    assert set(of_units(queries.meetings(db, admin), rows, wanted, today=TODAY)["unit"]) <= set(rows["unit"])


def test_filters_by_unit(db, admin, units, met):
    wanted = Wanted(unit_ids=frozenset({units["Data"].id}))
    assert list(matching(queries.units(db, admin), wanted, today=TODAY)["meetings"]) == [3]


def test_a_unit_that_ended_keeps_its_meetings_and_is_no_longer_to_be_met(db, admin, units, met):
    units["Data"].active = False
    db.flush()
    assert coverage(queries.units(db, admin), today=TODAY).units == 2
    assert len(queries.meetings(db, admin)) == 4


def test_only_the_last_four_tell_the_course():
    told = [
        (date(2026, month, 1), name) for month, name in enumerate(("closed", "hesitant", "open", "open", "keen"), 1)
    ]
    assert course(told) == "hesitant (Feb 2026) → open (Mar 2026) → open (Apr 2026) → keen (May 2026)"
    assert course([]) == ""


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 24))
def test_months_before_is_the_same_day_or_the_months_last(day, months):
    before = months_before(day, months)
    assert (day.year * 12 + day.month) - (before.year * 12 + before.month) == months
    assert before.day == day.day or ((before + timedelta(days=1)).day == 1 and before.day < day.day)


def test_what_leaves_is_what_the_screen_shows(db, admin, manager, units, met):
    params = {"wanted": Wanted(attention=Attention.OVERDUE), "today": TODAY}
    sheet = exports.units(db, admin, **params)
    assert sheet.header[:4] == ("Unit", "People", "Meetings", "Last met")
    assert [row[:5] for row in sheet.rows] == [("Company / Technology", 1, 1, date(2025, 12, 14), "Closed")]
    assert [row[1] for row in exports.meetings(db, admin, **params).rows] == [date(2025, 12, 14)]
    record(db, admin, units["Sales"], notes="=cmd")
    everything = {"wanted": Wanted(), "today": TODAY}
    assert len(exports.meetings(db, admin, **everything).rows) == 5
    assert len(exports.meetings(db, manager, **everything).rows) == 4
    assert exports.concerns(db, manager, **everything).rows == []
    with pytest.raises(Forbidden):
        exports.meetings(db, make.actor(db), **everything)
