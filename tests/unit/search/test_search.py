"""What is found and what isn't, on either database, whatever is typed, after every kind of write."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cop import search_index
from cop.catalog import operations as catalog
from cop.choices import Channel, ContributionKind, FunnelStage, PersonKind, SessionStatus
from cop.errors import Forbidden
from cop.models import Contribution, JobRole, Person, ProfileVisibility, Resource
from cop.people.operations import merge_people
from cop.permissions import Role
from cop.search import matches, queries
from cop.search.operations import choose_visibility
from cop.search.words import asked, fold
from tests import factories as make
from tests.permissions import ADMIN, DEACTIVATED, NOBODY, PRINCIPALS, make_world

TODAY = date(2026, 6, 1)
ALL = {"findable": True, "show_unit": True, "show_job_role": True, "show_communities": True}


@pytest.fixture
def staff(db):
    make.organisation(db)
    return make.actor(db)


@pytest.fixture
def office(db):
    return make.actor(db, Role.ADMIN)


def found(db, actor, text, kind="contribution"):
    db.flush()
    if kind == "person":
        return queries.people(db, actor, text=text, start=0, count=50, today=TODAY)
    return queries.things(db, actor, kind=kind, text=text, start=0, count=50, today=TODAY)


def titles(db, actor, text, kind="contribution"):
    return [hit.title for hit in found(db, actor, text, kind).hits]


def test_each_kind_by_its_words(db, staff):
    area = make.area(db, name="Zoology")
    room = make.community(
        db, name="Data platform", focus="Pipelines", charter="We share lanterns.", norms="Be kind.", area_id=area.id
    )
    who = make.person(db, name="Wilhelmina Ant")
    make.session(db, room, title="Kick-off", agenda="windmills", topics="rivers", decisions="bridges", people=[who])
    make.contribution(db, room, title="A checklist for reviews", person_id=who.id)
    db.add(Resource(community_id=room.id, title="Style handbook", url="https://example.org", added_at=make.NOW))
    for word in ("platform", "pipelines", "lanterns", "kind", "zoology"):
        assert titles(db, staff, word, "community") == ["Data platform"], word
    for word in ("kick-off", "windmills", "rivers", "bridges"):
        assert titles(db, staff, word, "session") == ["Kick-off"], word
    for word in ("checklist", "reviews", "Wilhelmina", "checklist ant"):
        assert titles(db, staff, word) == ["A checklist for reviews"], word
    assert titles(db, staff, "handbook", "resource") == ["Style handbook"]
    assert titles(db, staff, "Wilhelmina", "session") == []  # who came is not searched for


@pytest.mark.parametrize(
    ("title", "typed"),
    [
        ("Café menus", "cafe"), ("Cafe menus", "CAFÉ"), ("Ångström units", "angstrom"), ("Straße und Weg", "straße"),
        ("Kick-off notes", "kick-off"), ("Kick-off notes", "kick off"), ("State-of-the-art", "art"),
        ("It's fine", "it's"), ("O'Brien wrote", "o’brien"), ("🎉 Party planning", "party"), ("🎉Party", "🎉 party"),
        ("数据平台 notes", "数据"), ("東京 meetup", "東京"), ("Привет мир", "привет"), ("C++ and C#", "c++ and"),
        ("path/to/file.txt", "file"), ("mail me@example.org", "example"), ("a_b underscore", "b underscore"),
        ("NOT a test", "not"), ("AND OR NEAR", "near"), ("5 days", "5 days"), ("½ price", "½ price"),
    ],
)  # fmt: skip
def test_spellings_that_find(db, staff, title, typed):
    make.contribution(db, make.community(db), title=title)
    assert titles(db, staff, typed) == [title]


def test_what_is_not_found(db, staff):
    """Inside of words nothing is found: neither of Latin ones nor in the middle of Chinese, which has no spaces."""
    make.contribution(db, make.community(db), title="Checklist 数据平台")
    assert titles(db, staff, "klis") == []
    assert titles(db, staff, "平台") == []


def test_all_words_count_and_the_last_may_be_a_beginning(db, staff):
    room = make.community(db)
    make.contribution(db, room, title="Measuring latency")
    make.contribution(db, room, title="Measuring throughput")
    assert titles(db, staff, "measuring lat") == ["Measuring latency"]
    assert titles(db, staff, "meas latency") == []
    assert sorted(titles(db, staff, "meas")) == ["Measuring latency", "Measuring throughput"]


def test_title_over_body(db, staff):
    make.community(db, name="Gardens", focus="About herbs, herbs and more")
    make.community(db, name="Herbs", focus="All that is green")
    make.community(db, name="Kitchens", focus="Pots and herbs and pans")
    assert titles(db, staff, "herbs", "community")[0] == "Herbs"


@pytest.mark.parametrize(
    ("typed", "instead"), [("kuberntes", "kubernetes"), ("ukbernetes", "kubernetes"), ("Kubernétess", "kubernetes")]
)
def test_typing_mistakes(db, staff, typed, instead):
    make.contribution(db, make.community(db), title="Kubernetes upgrades")
    result = found(db, staff, typed)
    assert ([hit.title for hit in result.hits], result.instead) == (["Kubernetes upgrades"], instead)
    both = found(db, staff, f"{typed} upgrades")
    assert ([hit.title for hit in both.hits], both.instead) == (["Kubernetes upgrades"], f"{instead} upgrades")
    assert found(db, staff, "kubernetes").instead == ""
    assert found(db, staff, "completely different").hits == ()


def test_a_funnel_item_by_its_words_as_long_as_it_stands_for_itself(db, staff):
    area = make.area(db, name="Zoology")
    values = {"description": "We lose hours on lanterns.", "client": "Wayne & Sons", "objective": "Halve the bridges"}
    stage = {"stage": FunnelStage.IN_PROGRESS, "area_id": area.id}
    row = make.funnel_item(db, title="Windmill forecasts", **values, **stage)
    trend = make.funnel_item(db, title="Windmill sails", channel=Channel.TREND)
    for word in ("forecasts", "lanterns", "wayne", "bridges"):
        assert titles(db, staff, word, "item") == ["Windmill forecasts"], word
    assert titles(db, staff, "zoology", "item") == []
    (hit,) = found(db, staff, "lanterns", "item").hits
    assert hit.facts == ("Need", "In progress", "for Wayne & Sons", "Zoology")
    assert (hit.page, hit.params, hit.snippet) == ("item", {"id": str(row.id)}, "We lose hours on lanterns.")
    assert sorted(titles(db, staff, "windmill", "item")) == ["Windmill forecasts", "Windmill sails"]
    trend.merged_into_id = row.id
    assert titles(db, staff, "windmill", "item") == ["Windmill forecasts"]
    trend.merged_into_id = None
    row.objective = "Double the tunnels"
    assert sorted(titles(db, staff, "windmill", "item")) == ["Windmill forecasts", "Windmill sails"]
    assert (titles(db, staff, "bridges", "item"), titles(db, staff, "tunnels", "item")) == ([], ["Windmill forecasts"])
    assert list(search_index.problems(db.connection())) == []


def test_labels_and_where_a_hit_opens(db, staff):
    shelved = make.community(db, slug="old", name="Old lamps", archived_at=make.NOW)
    make.session(db, shelved, title="Lamps off", status=SessionStatus.CANCELLED)
    meeting = make.session(db, shelved, date(2026, 5, 4), title="Lamps on")
    make.contribution(db, shelved, date(2026, 5, 5), title="Lamp idea")
    make.contribution(db, shelved, title="Lamp lesson", session_id=meeting.id)
    assert [hit.labels for hit in found(db, staff, "lamps", "community").hits] == [("Archived",)]
    assert {hit.title: hit.labels for hit in found(db, staff, "lamps", "session").hits} == {
        "Lamps off": ("Cancelled", "Archived community"),
        "Lamps on": ("Archived community",),
    }
    hits = {hit.title: hit for hit in found(db, staff, "lamp").hits}
    assert (hits["Lamp idea"].page, hits["Lamp idea"].params) == ("community", {"c": "old", "tab": "Contributions"})
    assert (hits["Lamp lesson"].page, hits["Lamp lesson"].params) == ("session", {"id": str(meeting.id)})
    assert hits["Lamp idea"].facts == ("Idea", "Old lamps", "2026-05-05")


def test_what_left_is_not_found(db, staff, office):
    room = make.community(db)
    gift = make.contribution(db, room, title="Quicksilver")
    occurrence = make.session(db, room, title="Quicksilver talk")
    kept = Resource(community_id=room.id, title="Quicksilver link", url="https://example.org", added_at=make.NOW)
    db.add(kept)
    db.flush()
    catalog.withdraw_contribution(
        db, office, now=make.NOW, community_id=room.id, contribution_id=gift.id, version=gift.version
    )
    catalog.archive_resource(db, office, now=make.NOW, community_id=room.id, resource_id=kept.id)
    assert titles(db, staff, "quicksilver") == []
    assert titles(db, staff, "quicksilver", "resource") == []
    assert titles(db, staff, "quicksilver", "session") == ["Quicksilver talk"]
    db.delete(occurrence)
    assert titles(db, staff, "quicksilver", "session") == []
    assert list(search_index.problems(db.connection())) == []


def test_renaming_and_merging_people_changes_what_is_found(db, staff, office):
    room = make.community(db)
    keep, gone = make.person(db, name="Ada Keeper"), make.person(db, name="Aida Xylophia", email=None)
    make.contribution(db, room, title="Idea of one", person_id=gone.id)
    assert titles(db, staff, "aida") == ["Idea of one"]
    merge_people(
        db, office, now=make.NOW, keep_id=keep.id, keep_version=keep.version, gone_id=gone.id,
        gone_version=gone.version,
    )  # fmt: skip
    assert titles(db, staff, "xylophia") == []
    assert titles(db, staff, "keeper") == ["Idea of one"]
    assert titles(db, office, "xylophia", "person") == []
    keep.name = "Ada Renamed"
    assert titles(db, staff, "renamed") == ["Idea of one"]
    assert list(search_index.problems(db.connection())) == []


def test_the_page_of_a_long_result(db, staff):
    room = make.community(db)
    for number in range(25):
        make.contribution(db, room, title=f"Note {number:02} on tides")
    db.flush()
    pages = [
        queries.things(db, staff, kind="contribution", text="tides", start=at, count=10, today=TODAY)
        for at in (0, 10, 20)
    ]
    assert [len(page.hits) for page in pages] == [10, 10, 5]
    assert len({hit.title for page in pages for hit in page.hits}) == 25
    assert {(page.total, page.more) for page in pages} == {(25, False)}


def test_of_very_many_the_newest(db, staff, monkeypatch):
    monkeypatch.setattr(matches, "MOST", 3)
    room = make.community(db)
    for number in range(5):
        make.contribution(db, room, title=f"Tide {number}")
    result = found(db, staff, "tide")
    assert ([hit.title for hit in result.hits], result.more) == (["Tide 4", "Tide 3", "Tide 2"], True)


# People


@pytest.fixture
def colleague(db):
    unit, job = make.org_unit(db, name="Canaryunit"), JobRole(name="Canaryjob")
    db.add(job)
    db.flush()
    person = make.person(db, name="Canary Bird", org_unit_id=unit.id, job_role_id=job.id)
    make.membership(db, make.community(db, name="Canaryroom"), person)
    return person


def agree(db, person, **ticks):
    row = db.get(ProfileVisibility, person.id)
    if row is not None:
        db.delete(row)
        db.flush()
    db.add(ProfileVisibility(person_id=person.id, **{**dict.fromkeys(ALL, False), **ticks}))
    db.flush()


def shown(db, actor, text="canary"):
    return [(hit.title, hit.facts) for hit in found(db, actor, text, "person").hits]


@pytest.mark.parametrize("principal", PRINCIPALS)
@pytest.mark.parametrize("typed", ["canary", "bird", "canaryunit", "canaryjob", "canaryroom", "canry", "canaryunti"])
def test_who_agreed_to_nothing_is_found_by_the_office_only(db, colleague, principal, typed):
    """By no kind of visitor, by no word of theirs, nor by a typing mistake."""
    world = make_world(db)
    actor = world.actors[principal]
    for ticks in (None, {}, {**ALL, "findable": False}):
        if ticks is not None:
            agree(db, colleague, **ticks)
        if principal in {NOBODY, DEACTIVATED}:
            with pytest.raises(Forbidden):
                found(db, actor, typed, "person")
        elif principal == ADMIN and typed in {"canary", "bird", "canry"}:
            assert shown(db, actor, typed) == [("Canary Bird", ("Canaryjob", "Canaryunit"))]
        else:
            result = found(db, actor, typed, "person")
            assert (result.hits, result.total, result.instead) == ((), 0, "")


@pytest.mark.parametrize("hidden", [["Canery"], ["Canaery", "Caanery", "Caneryy"]])
def test_a_suggestion_does_not_tell_who_is_hidden(db, staff, colleague, hidden):
    """Whoever isn't to be found neither keeps a suggestion away nor takes its place."""
    agree(db, colleague, findable=True)
    before = found(db, staff, "canery", "person")
    assert ([hit.title for hit in before.hits], before.instead) == (["Canary Bird"], "canary")
    for name in hidden:
        make.person(db, name=f"{name} Hidden")
    assert found(db, staff, "canery", "person") == before


@pytest.mark.parametrize(
    ("ticks", "facts", "words"),
    [
        ({}, (), set()),
        ({"show_unit": True}, ("Canaryunit",), {"canaryunit"}),
        ({"show_job_role": True}, ("Canaryjob",), {"canaryjob"}),
        ({"show_communities": True}, ("Canaryroom",), set()),
    ],
)
def test_only_what_was_ticked_is_shown_and_searched(db, staff, colleague, ticks, facts, words):
    agree(db, colleague, findable=True, **ticks)
    assert shown(db, staff, "bird") == [("Canary Bird", facts)]
    for word in ("canaryunit", "canaryjob", "canaryroom"):
        assert bool(shown(db, staff, word)) is (word in words), word


def test_guests_and_who_left_are_the_offices_alone(db, staff, office):
    guest = make.person(db, name="Canary Guest", kind=PersonKind.GUEST)
    left = make.person(db, name="Canary Left", active=False)
    for person in (guest, left):
        agree(db, person, **ALL)
    assert shown(db, staff) == []
    assert {hit.title: hit.labels for hit in found(db, office, "canary", "person").hits} == {
        "Canary Guest": ("Guest",), "Canary Left": ("Left",),
    }  # fmt: skip


def test_skills_lead_to_who_can_help(db, staff):
    area = make.area(db, name="Storage")
    sql = make.skill(db, name="SQL", description="Ask a relational database", area_id=area.id, level_4="tunes joins")
    lonely = make.skill(db, name="Sqlite internals")
    make.skill(db, name="SQL of the past", archived_at=make.NOW)
    for _ in range(2):
        make.person_skill(db, make.person(db).id, sql, can_help=True)
    make.person_skill(db, make.person(db, active=False).id, sql, can_help=True)
    hits = found(db, staff, "sql", "skill").hits
    assert {(hit.title, hit.facts, hit.page, hit.params.get("skill")) for hit in hits} == {
        ("SQL", ("Storage", "2 colleagues can help"), "helpers", str(sql.id)),
        ("Sqlite internals", (), "skills", None),
    }
    assert [hit.params for hit in hits if hit.title == lonely.name] == [{"q": "Sqlite internals"}]
    for word in ("relational", "storage", "tunes"):
        assert titles(db, staff, word, "skill") == ["SQL"], word


def test_facilitators_are_found_with_what_they_facilitate_and_nothing_else(db, staff):
    """Their names stand on the communities' pages; unit and job role only where they agreed."""
    unit, job = make.org_unit(db, name="Hidden unit"), make.job_role(db, name="Hidden job")
    jonas = make.person(db, name="Jonas Lindqvist", org_unit_id=unit.id, job_role_id=job.id)
    data, cloud = make.community(db, name="Data", slug="data"), make.community(db, name="Cloud")
    make.facilitator(db, cloud, jonas, role="backup")
    make.facilitator(db, data, jonas)
    (hit,) = found(db, staff, "lindqvist", "person").hits
    assert hit.facts == ("Lead of Data; Backup of Cloud",)
    assert (hit.page, hit.params) == ("community", {"c": "data"})
    assert titles(db, staff, "hidden", "person") == []


@pytest.mark.parametrize(
    ("role", "archived"),
    [
        ({"until_on": TODAY}, None),  # until_on is the first day without the role
        ({"since_on": TODAY + timedelta(days=1)}, None),
        ({}, make.NOW),
    ],
)
def test_who_no_longer_facilitates_is_not_found(db, staff, role, archived):
    room = make.community(db, archived_at=archived)
    make.facilitator(db, room, make.person(db, name="Jonas Lindqvist"), **role)
    assert titles(db, staff, "lindqvist", "person") == []
    assert found(db, staff, "lindqvits", "person").instead == ""  # nor does a suggestion tell of them


def test_a_facilitator_who_left_the_organisation_is_not_found(db, staff):
    make.facilitator(db, make.community(db), make.person(db, name="Jonas Lindqvist", active=False))
    assert titles(db, staff, "lindqvist", "person") == []


def test_oneself_is_found_and_choosing_counts_at_once(db, colleague, staff):
    own = db.get(Person, staff.person_id)
    own.name = "Canary Self"
    assert [hit.labels for hit in found(db, staff, "self", "person").hits] == [("You", "Not shown to colleagues")]
    other = make.actor(db)
    assert shown(db, other, "self") == []
    choose_visibility(db, staff, now=make.NOW, **ALL)
    assert shown(db, other, "self") == [("Canary Self", ())]
    assert queries.own_visibility(db, staff) == queries.Visibility(**ALL)
    choose_visibility(db, staff, now=make.NOW, **{**ALL, "findable": False})
    assert shown(db, other, "self") == []


@pytest.mark.parametrize(
    ("kept", "moved", "stays"),
    [
        (None, None, None),
        (None, {"findable": True, "show_unit": True}, (True, True)),
        ({"findable": True, "show_unit": True}, None, (True, True)),
        ({"findable": True, "show_unit": True}, {"findable": False, "show_unit": True}, (False, True)),
        ({"findable": False}, {"findable": True, "show_unit": True}, (False, False)),
    ],
)
def test_merging_keeps_the_stricter_choice(db, office, kept, moved, stays):
    keep, gone = make.person(db, name="One"), make.person(db, name="Other")
    for person, ticks in ((keep, kept), (gone, moved)):
        if ticks is not None:
            agree(db, person, **ticks)
    merge_people(
        db, office, now=make.NOW, keep_id=keep.id, keep_version=keep.version, gone_id=gone.id,
        gone_version=gone.version,
    )  # fmt: skip
    row = db.get(ProfileVisibility, keep.id)
    assert (None if row is None else (row.findable, row.show_unit)) == stays
    assert db.get(ProfileVisibility, gone.id) is None
    assert list(search_index.problems(db.connection())) == []


# Whatever is typed or written

_WORDS = st.sampled_from(["río", "Rio", "sea-side", "sea", "side", "lake", "NEAR", "*", '"', "'", "🎉", "湖", "x1"])
_TEXT = st.lists(_WORDS, min_size=1, max_size=3).map(" ".join)
_QUICK = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@given(st.text(max_size=250) | _TEXT)
@_QUICK
def test_no_text_is_ever_an_error(db, staff, text):
    for kind in queries.Kind:
        found(db, staff, text, kind.value)


@pytest.mark.parametrize(
    "text",
    ['"', "'", "' OR 1=1 --", '" OR title:"x', "title:x", "x*", "NEAR(a b)", "{title} : x", "-x", "^x", "a AND", "%",
     "_", "\\", "a:*&b", "!a", "a|b", "<->", "'); DROP TABLE search_person; --", "\x00", "\ud800", "́" * 20, "½", "⅓x"],
)  # fmt: skip
def test_what_databases_read_as_their_own(db, staff, text):
    make.contribution(db, make.community(db), title="untouched")
    for kind in queries.Kind:
        assert found(db, staff, text, kind.value).hits == () or kind is queries.Kind.PERSON
    assert titles(db, staff, "untouched") == ["untouched"]


def _slow(db, text):
    """The contributions' ids by a scan in Python."""
    *whole, last = (fold(word) for word in asked(text).words)
    ids = set()
    for gift_id, title, name in db.execute(
        sa.select(Contribution.id, Contribution.title, Person.name).outerjoin(
            Person, Person.id == Contribution.person_id
        )
    ):
        words = {fold(word) for word in asked(f"{title} {name or ''}").words}
        if words.issuperset(whole) and any(word.startswith(last) for word in words):
            ids.add(gift_id)
    return ids


@given(
    st.lists(
        st.tuples(st.sampled_from(["add", "edit", "drop", "give", "rename"]), _TEXT, st.integers(0, 9)), max_size=12
    ),
    st.lists(_TEXT, min_size=1, max_size=4),
)
@_QUICK
def test_search_agrees_with_a_slow_scan_after_any_writes(db, writes, typed):
    with db.begin_nested() as point:
        room = make.community(db)
        people = [make.person(db, name=f"Lake {number}") for number in range(2)]
        gifts = [make.contribution(db, room, title="río", person_id=people[0].id)]
        for what, text, number in writes:
            gift = gifts[number % len(gifts)] if gifts else None
            if what == "add" or gift is None:
                gifts.append(make.contribution(db, room, title=text, person_id=people[number % 2].id))
            elif what == "edit":
                gift.title = text
            elif what == "drop":
                db.delete(gifts.pop(number % len(gifts)))
            elif what == "give":
                gift.person_id, gift.kind = people[number % 2].id, ContributionKind.LESSON
            else:
                people[number % 2].name = text
            db.flush()
        for text in typed:
            if asked(text).words:
                assert set(matches.matches(db, "contribution", asked(text)).ids) == _slow(db, text), text
        assert list(search_index.problems(db.connection())) == []
        point.rollback()


def test_the_check_names_what_is_wrong_and_rebuilding_puts_it_right(db):
    room = make.community(db)
    make.contribution(db, room, title="Here")
    connection = db.connection()
    assert list(search_index.problems(connection)) == []
    connection.exec_driver_sql("DELETE FROM search_contribution")
    assert list(search_index.problems(connection)) == [
        "1 entries of search_contribution are missing or old; `python -m cop rebuild-search` puts it right"
    ]
    search_index.rebuild(connection)
    assert list(search_index.problems(connection)) == []


def test_a_planned_session_is_found_and_labelled(db, staff):
    room = make.community(db)
    start = datetime(2026, 9, 1, 9, tzinfo=UTC)
    make.session(
        db, room, date(2026, 9, 1), title="Autumn fair", status=SessionStatus.PLANNED, starts_at=start,
        ends_at=start.replace(hour=10),
    )  # fmt: skip
    assert [hit.labels for hit in found(db, staff, "autumn", "session").hits] == [("Planned",)]
