"""Results: the same released rows for every reader, whatever is filtered; gaps, changes, dimensions and coverage by hand."""

import functools
import itertools
from datetime import timedelta

import pandas as pd
import pytest

from cop.choices import EvidenceKind, FunnelStage, GroupKind, PersonKind, QuestionType, SurveyKind
from cop.errors import Forbidden, Invalid, NotFound
from cop.funnel import queries as funnel
from cop.funnel.item_history import history
from cop.funnel.move_operations import merge_items
from cop.models import AuditEntry, FunnelItem, SurveyGroup
from cop.permissions import Role
from cop.skills.levels import in_words
from cop.surveys import coverage_queries, exports, gap_item_queries, gap_queries, queries, result_queries
from cop.surveys.gap_operations import raise_gap
from cop.surveys.heatmap import Order, Wanted, filled, for_picture, narrowed, sizes, with_levels
from cop.surveys.wave_operations import close_wave
from cop.surveys.words import NOT_ASKED, NOTHING_REQUIRED, moved
from tests import factories as make
from tests.permissions import DEACTIVATED, NOBODY, make_world
from tests.unit.surveys.test_closing import answers, asked
from tests.unit.surveys.waves import closed, level

UNIT, ROLE, COMMUNITY = GroupKind.ORG_UNIT.value, GroupKind.JOB_ROLE.value, GroupKind.COMMUNITY.value
FIRST = [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]
"""At least 1: 9, 2: 6, 3: 3, 4: none, told as 1. People by level 3, 3, 3, 2, 1; of 3 required 18 of 36 are missing."""
SECOND = [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3, 3]
"""At least 1: all, told as 11, 2: 9, 3: 6, 4: 1. People by level 1, 2, 3, 5, 1; of 3 required 10 of 36 are missing."""


class House:
    """Units Alpha and Beta of twelve, Gamma of five, Delta of three; Alpha's are cooks; Cloud and Data are asked for."""

    def __init__(self, db):
        self.db = db
        make.organisation(db)
        self.top = make.org_unit(db, name="Top")
        sizes_ = {"Alpha": 12, "Beta": 12, "Gamma": 5, "Delta": 3}
        self.units = {name: make.org_unit(db, name=name, parent_id=self.top.id) for name in sizes_}
        self.cook = make.job_role(db, name="Cook")
        self.room = make.community(db, name="Kitchen")
        self.people = {
            name: [
                make.person(db, org_unit_id=self.units[name].id, job_role_id=self.cook.id if name == "Alpha" else None)
                for _ in range(size)
            ]
            for name, size in sizes_.items()
        }
        for person in self.people["Beta"]:
            make.membership(db, self.room, person)
        self.area = make.area(db, name="Engineering")
        self.cloud = make.skill(db, name="Cloud", area_id=self.area.id)
        self.data = make.skill(db, name="Data")
        make.unit_requirement(db, self.units["Alpha"], self.cloud, 3, needed=4, importance=3)
        self.beta_needs = make.unit_requirement(db, self.units["Beta"], self.cloud, 2)
        make.unit_requirement(db, self.units["Gamma"], self.data, 2)
        make.role_requirement(db, self.cook, self.cloud, 3)

    def given(self, alpha, beta=FIRST):
        """Cloud of Alpha and Beta, everybody else at 1; nobody of Beta's first four knows Data."""
        found = {person.id: (1, 2) for people in self.people.values() for person in people}
        found |= {person.id: (levels, 2) for person, levels in zip(self.people["Alpha"], alpha, strict=True)}
        known = [None] * 4 + [1] * 8
        return found | {p.id: values for p, *values in zip(self.people["Beta"], beta, known, strict=True)}

    def wave(self, alpha=FIRST, **values):
        return closed(self.db, [level(self.cloud), level(self.data)], self.given(alpha), **values)

    def group(self, survey, name):
        return next(
            one for one in result_queries.head(self.db, self.reader, survey_id=survey.id).groups if one.name == name
        )

    @functools.cached_property
    def reader(self):
        """Made once it is asked for: of an open wave it is asked, too."""
        return make.actor(self.db)


@pytest.fixture
def house(db):
    return House(db)


def cell(rows, group, skill):
    return rows[(rows["group"] == group) & (rows["skill"] == skill)].astype("object").iloc[0]


def test_cells_by_hand(db, house):
    wave = house.wave()
    rows = gap_queries.gap_rows(db, house.reader, survey_id=wave.id)
    alpha = cell(rows, "Alpha", "Cloud")
    assert alpha["counts"] == (3, 3, 3, 2, 1)
    assert (alpha["n"], alpha["known"], alpha["unknown"]) == (12, 12, 0)
    assert (alpha["required"], alpha["severity"], alpha["importance"], alpha["needed"]) == (3, 0.5, 3, 4)
    assert alpha["weighted"] == 1.5
    assert (alpha["area"], alpha["hidden"]) == ("Engineering", None)
    assert cell(rows, "Beta", "Cloud")["severity"] == 0.4  # (3 · 2 + 3 · 1) ÷ 24 = 0.375
    assert cell(rows, "Beta", "Data")["unknown"] == pytest.approx(4 / 12)
    assert cell(rows, "Beta", "Data")["hidden"] == NOTHING_REQUIRED
    assert cell(rows, "Gamma", "Data")["hidden"] == "difference"  # Delta's three would be left
    assert cell(rows, "Delta", "Cloud")["hidden"] == NOTHING_REQUIRED
    assert cell(rows, "Kitchen", "Cloud")["hidden"] == NOTHING_REQUIRED
    assert cell(rows, "Kitchen", "Cloud")["mean"] == cell(rows, "Beta", "Cloud")["mean"]


def test_a_profile_by_hand(db, house):
    """Alpha in two waves; a skill is needed that neither asked for."""
    first = house.wave(closes_on=make.TODAY - timedelta(days=30))
    make.unit_requirement(db, house.units["Alpha"], make.skill(db, name="Go"), 2)
    second = house.wave(SECOND)
    key = house.group(second, "Alpha").id
    rows = gap_queries.profile(db, house.reader, survey_id=second.id, group_id=key, before_id=first.id)
    assert [(row.skill, row.hidden) for row in rows] == [("Cloud", None), ("Data", NOTHING_REQUIRED), ("Go", NOT_ASKED)]
    cloud = rows[0]
    assert (cloud.severity, cloud.before.severity) == (0.3, 0.5)
    assert cloud.before.change.value == pytest.approx(18 / 36 - 10 / 36)
    assert moved(cloud.before.change).startswith("0.22 smaller (95 %: ")
    assert rows[2].question_id is None
    assert gap_queries.profile(db, house.reader, survey_id=second.id, group_id=key)[0].before is None


def test_a_raised_bar_is_not_lost_skill(db, house):
    """The same levels before and after: severity grew with the bar, the change is none."""
    make.unit_requirement(db, house.units["Beta"], house.data, 1)
    first = house.wave(closes_on=make.TODAY - timedelta(days=30))
    house.beta_needs.level = 4
    db.flush()
    second = house.wave()
    key = house.group(second, "Beta").id
    rows = gap_queries.profile(db, house.reader, survey_id=second.id, group_id=key, before_id=first.id)
    cloud = next(row for row in rows if row.skill == "Cloud")
    assert cloud.severity > cloud.before.severity
    assert (cloud.required, cloud.before.required, cloud.before.change.value) == (4, 2, 0)
    data = next(row for row in rows if row.skill == "Data")
    assert (data.known, data.before.change) == (8, None)  # too few


def test_the_head_says_of_which_days_it_is_and_with_what_it_compares(db, house):
    office = make.actor(db, Role.ADMIN)
    first, other = house.wave(), closed(db, [{"type": QuestionType.LIKERT, "text": "Fine?"}], {}, kind=SurveyKind.PULSE)
    second = make.open_survey(db, [level(house.cloud)], kind=SurveyKind.SKILL_GAP)
    answers(db, second, {person.id: (2,) for person in house.people["Alpha"]})
    later = make.NOW + timedelta(days=3)
    close_wave(db, office, now=later, survey_id=second.id, version=second.version)
    head = result_queries.head(db, house.reader, survey_id=second.id)
    assert (head.opened_on, head.frozen_on) == (make.TODAY, later.date())
    assert head.asked == len(gap_people(house)) + 1  # the office
    assert head.response_rate == round(12 / head.asked, 2)
    assert [wave.id for wave in head.earlier] == []  # the first one's table is of a later day
    earlier = result_queries.head(db, house.reader, survey_id=first.id).earlier
    assert [wave.id for wave in earlier] == [second.id]
    assert list(gap_queries.gap_waves(db, house.reader)) == [first.id, second.id]
    assert result_queries.head(db, house.reader, survey_id=other.id).response_rate == 0


def gap_people(house):
    return [person for people in house.people.values() for person in people]


def readers(db, wave, group_id, before_id=None):
    """Everything that is read of a wave, by name."""
    own = {"survey_id": wave.id}
    one = own | {"group_id": group_id, "before_id": before_id}
    return {
        "head": lambda actor: result_queries.head(db, actor, **own),
        "released": lambda actor: queries.released(db, actor, **own),
        "comments": lambda actor: queries.comments(db, actor, **own),
        "gap_rows": lambda actor: gap_queries.gap_rows(db, actor, **own),
        "profile": lambda actor: gap_queries.profile(db, actor, **one),
        "of_group": lambda actor: result_queries.of_group(db, actor, **one),
        "export of all": lambda actor: exports.released(db, actor, **own),
        "export of gaps": lambda actor: exports.gaps(db, actor, wanted=Wanted(), **own),
    }


def same(value):
    """A value that can be compared, also where frames are inside."""
    return value.to_dict("list") if isinstance(value, pd.DataFrame) else repr(value)


def test_all_roles_read_the_same_and_nobody_reads_what_is_not_closed(db):
    world = make_world(db)
    [make.person(db, org_unit_id=world.unit.id) for _ in range(10)]
    questions = [level(make.skill(db, name="Cloud")), {"type": QuestionType.TEXT, "text": "Why?"}]
    made = make.open_survey(db, questions, kind=SurveyKind.SKILL_GAP)
    everybody = {row.person_id for row in world.actors.values() if row}
    answers(db, made, dict.fromkeys(everybody, (2, "So")))
    open_, draft = made, make.survey(db, questions, kind=SurveyKind.SKILL_GAP)
    done = closed(db, questions, dict.fromkeys(everybody, (1, "So")))
    group = db.query(SurveyGroup).filter_by(survey_id=done.id, kind=GroupKind.ORG_UNIT).one()
    for name, read in readers(db, done, group.id).items():
        told = {who: _tried(read, actor) for who, actor in world.actors.items()}
        refused = {who for who, value in told.items() if value == "refused"}
        assert refused == {NOBODY, DEACTIVATED}, name
        assert len({str(value) for who, value in told.items() if who not in refused}) == 1, name
    for wave, key in ((open_, group.id), (draft, group.id), (done, 0)):
        for name, read in readers(db, wave, key).items():
            if wave is not done or name in {"profile", "of_group"}:
                with pytest.raises(NotFound):
                    read(world.actors["admin"])
    with pytest.raises(NotFound):
        readers(db, done, group.id, before_id=open_.id)["profile"](world.actors["admin"])
    with pytest.raises(NotFound):
        readers(db, done, group.id, before_id=draft.id)["of_group"](world.actors["admin"])


def _tried(read, actor):
    try:
        return same(read(actor))
    except Forbidden:
        return "refused"


def test_no_filter_brings_forth_what_the_table_does_not_tell(db, house):
    """A manager of Delta's three looks at them in every way there is: each number is one of the released table."""
    wave = house.wave()
    manager = make.actor(db, Role.MANAGER, units=[house.units["Delta"]])
    table = queries.released(db, manager, survey_id=wave.id)
    told = {
        (row["group_id"], row["question_id"]): (row["n"], row["known"], row["mean"], row["counts"])
        for row in table[table["hidden"].isna()].to_dict("records")
    }
    rows = gap_queries.gap_rows(db, manager, survey_id=wave.id)
    references = [house.units["Delta"].id, house.units["Gamma"].id, house.top.id, house.cook.id, house.room.id]
    chosen = [frozenset(some) for size in (0, 1, 2) for some in itertools.combinations(references, size)]
    for kind, some, area, text in itertools.product(
        (UNIT, ROLE, COMMUNITY), chosen, ((), (house.area.id,)), ("", "cloud")
    ):
        wanted = Wanted(kind, some, area, text)
        for row in narrowed(rows, wanted).to_dict("records"):
            key = (row["group_id"], row["question_id"])
            shown = (row["n"], row["known"], row["mean"], row["counts"])
            if key in told:
                assert shown == told[key]
            else:
                assert all(value is None or pd.isna(value) for value in shown[1:])
        if len(some) == 1 and not area:
            written = exports.gaps(db, manager, survey_id=wave.id, wanted=wanted)
            assert len(written.rows) == len(narrowed(rows, wanted))
    delta = house.group(wave, "Delta")
    assert delta.hidden == "few"
    found = result_queries.of_group(db, manager, survey_id=wave.id, group_id=delta.id)
    assert (found.n, found.questions.empty, found.dimensions) == (None, True, ())
    for row in gap_queries.profile(db, manager, survey_id=wave.id, group_id=delta.id):
        assert (row.n, row.known, row.unknown, row.counts, row.severity) == (None,) * 5


def test_exports_hold_bands_and_reasons(db, house):
    wave = house.wave()
    gaps = exports.gaps(db, house.reader, survey_id=wave.id, wanted=Wanted(text="cloud"))
    rows = [dict(zip(gaps.header, row, strict=True)) for row in gaps.rows]
    alpha = rows[0]
    assert (alpha["Group"], alpha["Gap severity"], alpha["Importance"]) == ("Alpha", 0.5, "Critical")
    assert [alpha[f"People at {in_words(number).lower()}"] for number in range(5)] == ["3", "3", "3", "0–2", "0–2"]
    assert alpha["Required level"] == "Practitioner"
    whole = exports.released(db, house.reader, survey_id=wave.id)
    rows = [dict(zip(whole.header, row, strict=True)) for row in whole.rows]
    assert len(rows) == len(queries.released(db, house.reader, survey_id=wave.id))
    gamma = next(row for row in rows if row["Group"] == "Gamma" and row["Question"] == "Data")
    assert gamma["Why hidden"].startswith("together with other figures")
    assert gamma["People by answer, from the lowest"] == ""


def test_the_picture_shows_the_worst_first_and_leaves_out_where_nothing_is_required(db, house):
    wave = house.wave()
    rows = gap_queries.gap_rows(db, house.reader, survey_id=wave.id)
    found = with_levels(narrowed(rows, Wanted()))
    assert list(zip(found["group"], found["skill"], strict=True)) == [
        ("Alpha", "Cloud"), ("Beta", "Cloud"), ("Gamma", "Data"),
    ]  # fmt: skip
    order = [house.units[name].id for name in ("Gamma", "Beta", "Alpha")]
    shown = filled(for_picture(found, {key: place for place, key in enumerate(order)}), rows)
    assert sizes(shown) == (3, 2)
    assert list(shown["group"]) == ["Gamma", "Beta", "Alpha"] * 2
    by_name = narrowed(rows, Wanted(order=Order.NAME, areas=(house.area.id,)))
    assert set(by_name["skill"]) == {"Cloud"}


def test_dimensions_by_hand(db, house):
    """Twelve people: at 4 and at 0 six each. The reversed item is turned: of mean 2 from 0 to 4 both are 3 of 5."""
    likert = {"type": QuestionType.LIKERT, "dimension": "Safety"}
    questions = [
        likert | {"text": "I can ask"},
        likert | {"text": "Mistakes are punished", "reversed": True},
        {"type": QuestionType.SINGLE, "text": "How often?", "options": ["a", "b"]},
        {"type": QuestionType.MULTIPLE, "text": "What?", "options": ["x", "y"]},
        {"type": QuestionType.TEXT, "text": "Why?"},
    ]
    people = house.people["Alpha"]
    for person in gap_people(house):
        person.active = person in people
    then = {p.id: (4 if i < 6 else 0, 1, 0, [0], "") for i, p in enumerate(people)}
    now = {p.id: (4 if i < 6 else 0, 0 if i < 4 else 1, int(i < 4), [1], f"{i}") for i, p in enumerate(people)}
    first = closed(db, questions, then, kind=SurveyKind.PULSE, closes_on=make.TODAY - timedelta(days=9))
    second = closed(db, questions, now, kind=SurveyKind.PULSE)
    key = house.group(second, "Orbis").id
    params = {"survey_id": second.id, "group_id": key, "before_id": first.id}
    found = result_queries.of_group(db, house.reader, **params)
    items = found.questions.set_index(["question", "option"])
    # at least 1 to 4: 6 each, so mean 2 from 0; the other: at least 1 8 of 12, then none, told as 1: (8 + 3) ÷ 12
    assert items.loc[("I can ask", ""), "mean"] == 3
    assert items.loc[("Mistakes are punished", ""), "mean"] == pytest.approx(5 - 11 / 12)
    safety = found.dimensions[0]
    assert (safety.name, safety.questions, safety.n, safety.shared) == ("Safety", 2, 12, 2)
    assert safety.mean == pytest.approx((3 + 5 - 11 / 12) / 2)
    # before, all at 1: at least 1 told as 11 of 12, then 1 each: 14 ÷ 12
    assert safety.change.value == pytest.approx((14 / 12 - 11 / 12) / 2)
    assert items.loc[("How often?", ""), "counts"] == (8, 4)
    assert items.loc[("What?", "y"), "counts"] == (1, 11)
    assert len(queries.comments(db, house.reader, survey_id=second.id)) == 12
    assert queries.comments(db, house.reader, survey_id=first.id).empty
    hidden = result_queries.of_group(db, house.reader, survey_id=second.id, group_id=house.group(second, "Cook").id)
    assert hidden.dimensions[0].mean == safety.mean  # the same twelve


def test_a_gap_becomes_an_item_with_its_numbers_once(db, house):
    wave = house.wave()
    question = asked(db, wave)[0]
    params = {"group_id": house.group(wave, "Alpha").id, "question_id": question}
    key = raise_gap(db, house.reader, now=make.NOW + timedelta(days=20), **params)
    item = funnel.item(db, house.reader, item_id=key)
    said = item.said
    assert (item.channel, said.title, said.headcount) == ("gap", "Skill gap: Cloud in Alpha", 9)  # 9 of 12 below 3
    assert (said.indicator, said.baseline, said.target) == ("Severity of the gap: Cloud in Alpha", 0.5, None)
    assert (said.area_id, said.unit_ids, said.objective) == (house.area.id, (house.units["Alpha"].id,), "")
    for told in (
        "Severity 0.50",
        "Practitioner",
        "3 of 12",
        "n = 12",
        "0% don't know",
        wave.name,
        "100% of those asked",
    ):
        assert told in said.description
    assert [one.kind for one in item.evidence] == [EvidenceKind.SURVEY]
    assert history(db, None, item_id=key)[-1].did == "raised it"
    with pytest.raises(Invalid, match="in the funnel already"):
        raise_gap(db, house.reader, now=make.NOW, **params)
    again = house.wave(SECOND)
    later = {"group_id": house.group(again, "Alpha").id, "question_id": asked(db, again)[0]}
    with pytest.raises(Invalid, match="in the funnel already"):  # of another wave it is the same gap
        raise_gap(db, house.reader, now=make.NOW, **later)
    there = gap_item_queries.raised(db, house.reader)[UNIT, house.units["Alpha"].id, house.cloud.id]
    assert (there.item_id, there.is_open) == (key, True)
    db.get_one(FunnelItem, key).stage = FunnelStage.REJECTED
    other = raise_gap(db, house.reader, now=make.NOW + timedelta(days=20), **later)
    there = gap_item_queries.raised(db, house.reader)[UNIT, house.units["Alpha"].id, house.cloud.id]
    assert (there.item_id, there.is_open) == (other, True)


def test_of_merged_items_the_one_that_stands_counts(db, house):
    wave = house.wave()
    params = {"group_id": house.group(wave, "Alpha").id, "question_id": asked(db, wave)[0]}
    now = make.NOW + timedelta(days=20)
    key = raise_gap(db, house.reader, now=now, **params)
    stands = make.funnel_item(db, title="Cloud for all")
    manager = make.actor(db, Role.MANAGER)
    row = db.get_one(FunnelItem, key)
    merge_items(db, manager, now=now, item_id=key, version=row.version, into_id=stands.id)
    assert next(iter(gap_item_queries.raised(db, manager).values())).item_id == stands.id
    (gap,) = gap_item_queries.gaps_of_item(db, manager, item_id=stands.id)
    assert (gap.wave, gap.group, gap.skill, gap.severity, gap.later) == (wave.name, "Alpha", "Cloud", 0.5, ())


def test_an_item_is_told_what_later_waves_find(db, house):
    first = house.wave(closes_on=make.TODAY - timedelta(days=30))
    key = raise_gap(
        db, house.reader, now=make.NOW, group_id=house.group(first, "Alpha").id, question_id=asked(db, first)[0]
    )
    second = house.wave(SECOND)
    closed(db, [level(house.data)], {}, kind=SurveyKind.SKILL_GAP)  # didn't ask for it
    (gap,) = gap_item_queries.gaps_of_item(db, house.reader, item_id=key)
    (later,) = gap.later
    assert (later.survey_id, later.severity) == (second.id, 0.3)
    assert later.change.value == pytest.approx(8 / 36)
    assert gap_item_queries.gaps_of_item(db, house.reader, item_id=key + 1) == ()


def test_what_is_not_told_or_no_gap_is_not_raised(db, house):
    wave, other = house.wave(), house.wave([4] * 12)
    cloud, data = asked(db, wave)
    where = {name: house.group(wave, name).id for name in ("Alpha", "Beta", "Gamma", "Kitchen", "Orbis")}
    for group, question in (("Gamma", data), ("Beta", data), ("Kitchen", cloud), ("Orbis", cloud)):
        with pytest.raises(NotFound):
            raise_gap(db, house.reader, now=make.NOW, group_id=where[group], question_id=question)
    for group, question in ((where["Alpha"], asked(db, other)[0]), (0, cloud), (where["Alpha"], 0)):
        with pytest.raises(NotFound):
            raise_gap(db, house.reader, now=make.NOW, group_id=group, question_id=question)
    make.unit_requirement(db, house.units["Beta"], house.data, 1)
    fine = closed(db, [level(house.data)], {person.id: (4,) for person in gap_people(house)})
    found = house.group(fine, "Beta")
    assert found.severest == pytest.approx(0.1)  # all but 0–2 of 12: told as if one lacked it
    assert gap_item_queries.raised(db, house.reader) == {}


def test_an_open_waves_gap_is_not_raised(db, house):
    wave = make.open_survey(db, [level(house.cloud)], kind=SurveyKind.SKILL_GAP)
    group = db.query(SurveyGroup).filter_by(survey_id=wave.id, name="Alpha").one()
    with pytest.raises(NotFound):
        raise_gap(db, house.reader, now=make.NOW, group_id=group.id, question_id=asked(db, wave)[0])
    assert db.query(AuditEntry).filter_by(operation="surveys.raise_gap").count() == 0


def test_coverage_counts_active_staff_who_said_a_level(db, house):
    alpha = house.people["Alpha"]
    for place, person in enumerate(alpha[:7]):
        make.person_skill(db, person.id, house.cloud, (3, 3, 3, 1, 1, 4, None)[place])
    alpha[5].active = False
    guest = make.person(db, org_unit_id=house.units["Alpha"].id, kind=PersonKind.GUEST)
    make.person_skill(db, guest.id, house.cloud, 4)
    rows = coverage_queries.coverage(db, house.reader)
    found = rows[(rows["unit"] == "Alpha") & (rows["skill"] == "Cloud")].iloc[0]
    assert (found["known"], found["fewest"], found["most"]) == (5, 3, 5)  # three of five is all but two
    assert rows.loc[rows["unit"] != "Alpha", ["known", "fewest", "most"]].isna().all().all()
    written = exports.coverage(db, house.reader, wanted=Wanted(references=frozenset({house.units["Alpha"].id})))
    row = dict(zip(written.header, written.rows[0], strict=True))
    assert (row["Bus factor at least"], row["Coverage at most"]) == (3, 1.25)  # four are needed
    house.cloud.archived_at = make.NOW
    assert coverage_queries.coverage(db, house.reader)["known"].isna().all()
    with pytest.raises(Forbidden):
        coverage_queries.coverage(db, None)
