"""An entry in words: names for ids, moments in the zone, no secret."""

import pytest

from cop.trail import words
from cop.trail.words import Change

NAMES = {("org_unit", 3): "Technology", ("person", 7): "Ana", ("person", 8): "Ben", ("community", 2): "Data"}


def told(before, after, object_type="person"):
    return words.changes(before, after, object_type, NAMES, "Europe/Madrid")


def test_ids_become_names_and_what_is_gone_is_said():
    assert told({"org_unit_id": 3}, {"org_unit_id": 99}) == (Change("Unit", "Technology", "99 (no longer there)"),)
    assert told({"merged_into_id": None}, {"merged_into_id": 8}) == (Change("Merged into", "–", "Ben"),)


def test_a_funnel_item_speaks_of_units_themes_and_people_by_name():
    names = NAMES | {("theme", 1): "Flexibility", ("unit_meeting", 4): "Metering", ("ring", 2): "Trial"}
    before = {"unit_ids": [3], "theme_ids": [], "owner_id": None, "stage_since": "2026-03-31 22:30:00+00:00"}
    after = {"unit_ids": [], "theme_ids": [1], "owner_id": 7, "stage_since": "2026-04-01 08:00:00+00:00"}
    assert words.changes(before, after, "funnel_item", names, "Europe/Madrid") == (
        Change("Units", "Technology", "–"),
        Change("Themes", "–", "Flexibility"),
        Change("Owner", "–", "Ana"),
        Change("Stage since", "2026-04-01 00:30", "2026-04-01 10:00"),
    )
    made = {"meeting_id": 4, "ring_id": 2, "item_id": 9}
    told = words.changes(None, made, "funnel_item", names, "Europe/Madrid")
    assert [change.after for change in told] == ["Metering", "Trial", "9 (no longer there)"]


def test_moments_stand_in_the_zone_and_flags_in_words():
    before, after = {"archived_at": None, "active": True}, {"archived_at": "2026-03-31 22:30:00+00:00", "active": False}
    assert told(before, after) == (Change("Archived", "–", "2026-04-01 00:30"), Change("Active", "yes", "no"))


def test_lists_stand_one_below_the_other():
    attended = [{"person_id": 7, "led": True, "spoke": False, "note": ""}, {"person_id": 8, "led": False}]
    assert told({"attended": []}, {"attended": attended}) == (Change("Attended", "–", "Ana, led: yes\nBen"),)
    assert told({"people": [7, 8]}, {}) == (Change("People", "Ana\nBen", "–"),)
    many = told({}, {"things": list(range(1, 251))})[0].after
    assert many.splitlines()[-1] == "and 150 more"


@pytest.mark.parametrize("field", ["password_hash", "token_hash", "secret_hash", "seen_hash", "password", "token"])
def test_no_secret_is_told_not_even_inside(field):
    assert told({field: "CANARY"}, {field: "CANARY2"}) == ()
    assert "CANARY" not in str(told({}, {"account": {field: "CANARY", "name": "Ana"}}))


def test_a_long_text_is_cut():
    assert told({}, {"charter": "x" * 5_000})[0].after == "x" * 2_000 + "…"


def test_what_is_referred_to_is_found_at_any_depth():
    values = {"org_unit_id": 3, "attended": [{"person_id": 7}], "people": [8], "active": True, "parent_id": None}
    assert set(words.references(values, "person")) == {("org_unit", 3), ("person", 7), ("person", 8)}
    assert list(words.references({"merged_into_id": 2}, "community")) == [("community", 2)]


def test_operations_and_kinds_as_words():
    assert words.operation("catalog.edit_community") == "Catalog: edit community"
    assert words.kind("job_role") == "Job role"
    assert words.kind("unit_meeting") == "Meeting with a unit"
    assert words.kind("community_session") == "Session"
