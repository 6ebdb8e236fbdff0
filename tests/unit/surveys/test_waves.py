"""Templates and waves: what is checked, what is frozen when, who is asked, which groups they are in."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa

from cop.choices import GroupKind, PersonKind, QuestionType, SurveyKind
from cop.errors import Conflict, Forbidden, Invalid, NotFound
from cop.models import (
    AuditEntry,
    OrgUnit,
    Participation,
    Question,
    Survey,
    SurveyCohortGroup,
    SurveyGroup,
    TemplateQuestion,
)
from cop.permissions import Role
from cop.surveys import form_queries
from cop.surveys import queries as q
from cop.surveys import template_operations as t
from cop.surveys import wave_operations as w
from cop.surveys.audience_queries import reach_of_audience, reach_of_wave
from cop.surveys.inputs import Audience, QuestionInput
from tests import factories as make

DAY = make.TODAY + timedelta(days=7)
AGREE = QuestionInput("likert", "I learn here")


@pytest.fixture
def office(db):
    make.organisation(db)
    return make.actor(db, Role.ADMIN)


def add(db, office, *questions, name="Pulse"):
    asked = questions or (AGREE,)
    return t.add_template(db, office, now=make.NOW, name=name, kind="pulse", purpose="To see", questions=asked)


def create(db, office, template_id, name="Autumn", audience=Audience(), smallest_group=5, closes_on=DAY, named=False):  # noqa: B008 - frozen
    return w.create_wave(
        db, office, now=make.NOW, template_id=template_id, name=name, purpose="", audience=audience,
        smallest_group=smallest_group, closes_on=closes_on, named=named,
    )  # fmt: skip


def opened(db, office, key):
    return w.open_wave(db, office, now=make.NOW, survey_id=key, version=db.get(Survey, key).version)


def texts(db, table, own):
    return list(db.scalars(sa.select(table.text).where(own).order_by(table.place)))


@pytest.mark.parametrize(
    ("question", "problem"),
    [
        (QuestionInput("likert", ""), "the text is missing"),
        (QuestionInput("weight", "How heavy?"), "the type must be one of"),
        (QuestionInput("level", "Cloud"), "choose a skill"),
        (QuestionInput("level", "Cloud", skill_id=99_999), "choose a skill"),
        (QuestionInput("single", "Which?", options=("one",)), "2 to 20 options"),
        (QuestionInput("single", "Which?", options=("one", "ONE")), "stands there twice"),
        (QuestionInput("multiple", "Which?", options=("one", "")), "an option is missing"),
        (QuestionInput("likert", "Good?", options=("no", "yes")), "5 words or none"),
        (QuestionInput("text", "Why?", options=("a", "b")), "no options"),
    ],
)
def test_what_a_question_must_be(db, office, question, problem):
    with pytest.raises(Invalid) as refused:
        add(db, office, AGREE, question)
    assert problem in refused.value.errors["questions.2"]


def test_no_question_no_template_and_no_skill_twice(db, office):
    with pytest.raises(Invalid, match="At least one"):
        t.add_template(db, office, now=make.NOW, name="Empty", kind="pulse", purpose="", questions=())
    level = QuestionInput("level", "", skill_id=make.skill(db).id)
    with pytest.raises(Invalid) as refused:
        add(db, office, level, AGREE, level)
    assert list(refused.value.errors) == ["questions.3"]


def test_a_wave_keeps_its_questions_when_the_template_changes(db, office):
    skill = make.skill(db, name="Cloud")
    template_id = add(db, office, QuestionInput("level", "", skill_id=skill.id), AGREE)
    key = create(db, office, template_id)
    version = q.template(db, office, template_id=template_id).version
    changed = {"name": "Pulse", "kind": "pulse", "purpose": "", "questions": (replace(AGREE, text="I teach here"),)}
    t.edit_template(db, office, now=make.NOW, template_id=template_id, version=version, **changed)
    assert texts(db, TemplateQuestion, TemplateQuestion.template_id == template_id) == ["I teach here"]
    assert texts(db, Question, Question.survey_id == key) == ["Cloud", "I learn here"]
    with pytest.raises(Conflict):  # its questions are part of it
        t.edit_template(db, office, now=make.NOW, template_id=template_id, version=version, **changed)
    t.archive_template(db, office, now=make.NOW, template_id=template_id, version=version + 1)
    with pytest.raises(Invalid, match="archived"):
        create(db, office, template_id, name="Winter")


def test_the_smallest_group_is_never_below_five(db, office):
    template_id = add(db, office)
    for size in (4, 0, -5, 51):
        with pytest.raises(Invalid) as refused:
            create(db, office, template_id, smallest_group=size)
        assert list(refused.value.errors) == ["smallest_group"]
    with pytest.raises(sa.exc.IntegrityError):
        make.survey(db, smallest_group=4)


def test_once_open_a_wave_keeps_everything_but_its_last_day(db, office):
    for _ in range(6):
        make.person(db)
    key = create(db, office, add(db, office))
    assert opened(db, office, key) == 7
    version = db.get(Survey, key).version
    params = {"now": make.NOW, "survey_id": key, "version": version}
    plan = {"name": "New", "purpose": "", "audience": Audience(), "smallest_group": 5, "closes_on": DAY, "named": False}
    for operation, more in ((w.edit_wave, plan), (w.open_wave, {}), (w.delete_wave, {})):
        with pytest.raises(Invalid, match="opened already"):
            operation(db, office, **params, **more)
    w.move_last_day(db, office, **params, closes_on=DAY + timedelta(days=1))
    assert db.get(Survey, key).closes_on == DAY + timedelta(days=1)
    with pytest.raises(Conflict):
        w.close_wave(db, office, **params)


def test_questions_change_until_the_first_answer_is_in(db, office):
    people = [make.person(db) for _ in range(6)]
    key = create(db, office, add(db, office))
    opened(db, office, key)

    def put(text):
        version = db.get(Survey, key).version
        asked = (replace(AGREE, text=text),)
        w.set_questions(db, office, now=make.NOW, survey_id=key, version=version, questions=asked)

    put("I teach here")
    assert texts(db, Question, Question.survey_id == key) == ["I teach here"]
    db.get(Participation, (key, people[0].id)).done = True
    db.flush()
    with pytest.raises(Invalid, match="answered already"):
        put("I sleep here")
    assert texts(db, Question, Question.survey_id == key) == ["I teach here"]


def test_too_small_an_audience_is_not_asked(db, office):
    unit = make.org_unit(db)
    key = create(db, office, add(db, office), audience=Audience(unit_ids=(unit.id,)))
    with pytest.raises(Invalid, match="Nobody would be asked"):
        opened(db, office, key)
    for number in range(1, 6):
        make.person(db, org_unit_id=unit.id)
        if number < 5:
            with pytest.raises(Invalid, match=f"Only {number} would be asked"):
                opened(db, office, key)
    assert opened(db, office, key) == 5


def test_an_audience_never_grows_when_what_it_names_is_deleted(db, office):
    unit = make.org_unit(db)
    [make.person(db) for _ in range(6)]
    key = create(db, office, add(db, office), audience=Audience(unit_ids=(unit.id,)))
    db.execute(sa.delete(OrgUnit).where(OrgUnit.id == unit.id))
    assert q.wave(db, office, survey_id=key, today=make.TODAY).would_ask == 0
    with pytest.raises(Invalid, match="Nobody"):
        opened(db, office, key)


def test_who_is_asked_and_in_which_groups_they_are(db, office):
    """By hand: two units below a third, a role, a community with one who left and one who joins later."""
    top = make.org_unit(db, name="Top")
    left, right = (make.org_unit(db, name=name, parent_id=top.id) for name in ("Left", "Right"))
    role, room = make.job_role(db, name="Cook"), make.community(db, name="Soup")
    ones = [make.person(db, org_unit_id=left.id, job_role_id=role.id) for _ in range(3)]
    twos = [make.person(db, org_unit_id=right.id) for _ in range(4)]
    lone = make.person(db)
    for values in ({"active": False}, {"kind": PersonKind.GUEST}, {"merged_into_id": lone.id, "active": False}):
        make.person(db, org_unit_id=left.id, **values)
    make.membership(db, room, ones[0])
    make.membership(db, room, twos[0], left_on=make.TODAY)
    make.membership(db, room, twos[1], joined_on=make.TODAY + timedelta(days=1))
    everybody = create(db, office, add(db, office))
    assert opened(db, office, everybody) == 9  # eight people and the office
    groups = db.scalars(sa.select(SurveyGroup).where(SurveyGroup.survey_id == everybody)).all()
    assert {(group.kind, group.name): group.headcount for group in groups} == {
        (GroupKind.WHOLE, "Orbis"): 9,
        (GroupKind.ORG_UNIT, "Top"): 7,
        (GroupKind.ORG_UNIT, "Left"): 3,
        (GroupKind.ORG_UNIT, "Right"): 4,
        (GroupKind.JOB_ROLE, "Cook"): 3,
        (GroupKind.COMMUNITY, "Soup"): 1,
    }
    names = {group.id: group.name for group in groups}
    rows = db.execute(
        sa.select(Participation.person_id, Participation.cohort_id, SurveyCohortGroup.group_id).join(
            SurveyCohortGroup, SurveyCohortGroup.cohort_id == Participation.cohort_id
        )
    ).all()
    of = {person.id: {names[row.group_id] for row in rows if row.person_id == person.id} for person in [*ones, *twos]}
    assert of[ones[0].id] == {"Orbis", "Top", "Left", "Cook", "Soup"}
    assert of[ones[1].id] == of[ones[2].id] == {"Orbis", "Top", "Left", "Cook"}
    assert of[twos[0].id] == of[twos[1].id] == of[twos[3].id] == {"Orbis", "Top", "Right"}
    assert len({row.cohort_id for row in rows}) == 4


def test_kinds_narrow_each_other_and_units_hold_what_is_below(db, office):
    top = make.org_unit(db)
    below = make.org_unit(db, parent_id=top.id)
    role, room = make.job_role(db), make.community(db)
    both = [make.person(db, org_unit_id=below.id, job_role_id=role.id) for _ in range(5)]
    make.person(db, org_unit_id=below.id)
    make.person(db, job_role_id=role.id)
    make.membership(db, room, both[0])

    def asked(**audience):
        key = create(db, office, add(db, office, name=str(audience)), name=str(audience), audience=Audience(**audience))
        return q.wave(db, office, survey_id=key, today=make.TODAY).would_ask

    assert asked(unit_ids=(top.id,)) == 6
    assert asked(job_role_ids=(role.id,)) == 6
    assert asked(unit_ids=(top.id,), job_role_ids=(role.id,)) == 5
    assert asked(unit_ids=(top.id,), job_role_ids=(role.id,), community_ids=(room.id,)) == 1


def test_nothing_of_an_open_wave_can_be_read_by_anybody(db, office):
    people = [make.person(db) for _ in range(8)]
    survey = make.open_survey(db)
    for person in people[:7]:
        db.get(Participation, (survey.id, person.id)).done = True
    db.flush()
    manager = make.actor(db, Role.MANAGER, units=(make.org_unit(db),))
    facilitator = make.actor(db, Role.FACILITATOR, communities=(make.community(db),))
    for actor in (office, manager, facilitator, make.actor(db)):
        for query in (q.released, q.comments):
            with pytest.raises(NotFound):
                query(db, actor, survey_id=survey.id)
        assert q.results(db, actor).empty
    overview = q.waves(db, office)
    assert overview["asked"].tolist() == [9]
    assert overview["response_rate"].isna().tolist() == [True]  # of nine people even that would tell too much
    for actor in (manager, facilitator, make.actor(db), None):
        with pytest.raises(Forbidden):
            q.waves(db, actor)
        with pytest.raises(Forbidden):
            q.wave(db, actor, survey_id=survey.id, today=make.TODAY)


def test_the_office_sees_a_response_rate_from_ten_people_on(db, office):
    people = [make.person(db) for _ in range(9)]
    survey = make.open_survey(db)
    for person in people[:3]:
        db.get(Participation, (survey.id, person.id)).done = True
    db.flush()
    assert q.waves(db, office)["response_rate"].tolist() == [0.3]


def test_a_draft_can_be_deleted_and_is_on_record_by_its_name(db, office):
    key = create(db, office, add(db, office))
    w.delete_wave(db, office, now=make.NOW, survey_id=key, version=db.get(Survey, key).version)
    assert db.get(Survey, key) is None
    entry = db.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (entry.operation, entry.before["name"]) == ("surveys.delete_wave", "Autumn")


def test_what_is_waiting_for_whom(db, office):
    [make.person(db) for _ in range(6)]
    somebody = make.actor(db)
    survey = make.open_survey(
        db, [{"type": QuestionType.LIKERT, "text": "Good?"}, {"type": QuestionType.TEXT, "text": "Why?"}]
    )
    make.survey(db)
    newcomer = make.actor(db)
    found = q.waiting(db, somebody, today=make.TODAY)
    assert found[["id", "questions", "done"]].values.tolist() == [[survey.id, 2, False]]
    assert q.waiting(db, newcomer, today=make.TODAY).empty
    assert q.waiting(db, somebody, today=survey.closes_on + timedelta(days=1)).empty
    asked = form_queries.form(db, somebody, survey_id=survey.id, today=make.TODAY)
    assert [question.text for question in asked.questions] == ["Good?", "Why?"]
    with pytest.raises(NotFound):
        form_queries.form(db, newcomer, survey_id=survey.id, today=make.TODAY)


def test_the_same_words_are_not_asked_twice(db, office):
    with pytest.raises(Invalid) as refused:
        add(db, office, AGREE, QuestionInput("likert", "I learn, here?"))
    assert list(refused.value.errors) == ["questions.2"]


def test_a_questions_number_never_becomes_anothers(db, office):
    """A form that was opened before the questions changed must not answer the new ones."""
    for _ in range(6):
        make.person(db)
    key = create(db, office, add(db, office, AGREE, QuestionInput("likert", "I want to leave")))
    opened(db, office, key)
    before = set(db.scalars(sa.select(Question.id).where(Question.survey_id == key)))
    version = db.get(Survey, key).version
    swapped = (QuestionInput("likert", "I want to leave"), AGREE)
    w.set_questions(db, office, now=make.NOW, survey_id=key, version=version, questions=swapped)
    assert before.isdisjoint(db.scalars(sa.select(Question.id).where(Question.survey_id == key)))


def test_a_wave_ends_by_itself_the_day_after_its_last(db, office):
    for _ in range(6):
        make.person(db)
    key = create(db, office, add(db, office))
    opened(db, office, key)
    assert w.close_overdue_waves(db, office, now=make.NOW + timedelta(days=7)) == 0
    assert w.close_overdue_waves(db, office, now=make.NOW + timedelta(days=8)) == 1
    assert db.get(Survey, key).state == "closed"
    assert w.close_overdue_waves(db, office, now=make.NOW + timedelta(days=8)) == 0


def test_named_or_anonymous_is_chosen_until_it_opens(db, office):
    for _ in range(5):
        make.person(db)
    key = create(db, office, add(db, office), named=True)
    assert db.get(Survey, key).named
    plan = {"name": "Autumn", "purpose": "", "audience": Audience(), "smallest_group": 5, "closes_on": DAY}

    def edit(named):
        version = db.get(Survey, key).version
        w.edit_wave(db, office, now=make.NOW, survey_id=key, version=version, **plan, named=named)

    edit(named=False)
    assert not q.wave(db, office, survey_id=key, today=make.TODAY).named
    assert q.waves(db, office)["named"].tolist() == [False]
    entry = db.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (entry.before["named"], entry.after["named"]) == (True, False)
    opened(db, office, key)
    with pytest.raises(Invalid, match="opened already"):
        edit(named=True)


def test_feedback_on_a_session_is_not_asked_for_here(db, office):
    template = make.survey_template(db, kind=SurveyKind.SESSION_FEEDBACK)
    with pytest.raises(Invalid) as refused:
        create(db, office, template.id)
    assert refused.value.errors == {"template_id": "Feedback on a session is asked for from that session's page."}


def test_how_many_an_audience_would_be(db, office):
    unit = make.org_unit(db)
    [make.person(db, org_unit_id=unit.id) for _ in range(3)]
    assert asked(db, office, Audience()) == 4
    assert asked(db, office, Audience(unit_ids=(unit.id,))) == 3
    with pytest.raises(Forbidden):
        asked(db, make.actor(db, Role.MANAGER), Audience())


def test_a_conflict_tells_audience_and_questions_too(db, office):
    key = create(db, office, add(db, office))
    with pytest.raises(Conflict) as refused:
        w.set_questions(db, office, now=make.NOW, survey_id=key, version=0, questions=(AGREE,))
    assert (refused.value.current["audience"], refused.value.current["questions"]) == (Audience(), (AGREE,))
    with pytest.raises(Conflict) as refused:
        values = {"name": "Pulse", "kind": "pulse", "purpose": "", "questions": ()}
        template_id = db.get(Survey, key).template_id
        t.edit_template(db, office, now=make.NOW, template_id=template_id, version=0, **values)
    assert refused.value.current["questions"] == (AGREE,)


def test_the_office_finds_waves_by_words_state_and_kind(db, office):
    template_id = add(db, office)
    for name in ("Aero in autumn", "Água em março"):
        create(db, office, template_id, name=name)
    rows = q.waves(db, office)
    assert q.matching_waves(rows, text="agua MARÇO")["name"].tolist() == ["Água em março"]
    assert q.matching_waves(rows, states=("open",)).empty
    assert len(q.matching_waves(rows, states=("draft", "open"), kinds=("pulse",))) == 2


def asked(db, actor, audience):
    return reach_of_audience(db, actor, audience=audience, smallest_group=5, today=make.TODAY).asked


def test_how_far_a_wave_reaches_before_and_while_it_is_open(db, office):
    """Seven in unit A, five of them with an account; four in B and the office, all with one: two of three groups."""
    units = [make.org_unit(db), make.org_unit(db)]
    people = [make.person(db, org_unit_id=units[index >= 7].id) for index in range(11)]
    for person in [*people[:5], *people[7:]]:
        make.account(db, person)
    make.account(db, people[5], active=False)
    everybody = {"audience": Audience(), "smallest_group": 5, "today": make.TODAY}
    before = reach_of_audience(db, office, **everybody)
    assert (before.asked, before.can_sign_in, before.groups, before.can_show) == (12, 10, 3, 2)
    assert reach_of_audience(db, office, **everybody | {"smallest_group": 6}).can_show == 1
    assert reach_of_audience(db, office, **everybody | {"audience": None}).asked == 0
    survey = make.open_survey(db)
    assert reach_of_wave(db, office, survey_id=survey.id) == before
    db.execute(sa.update(Participation).where(Participation.survey_id == survey.id).values(done=True))
    assert reach_of_wave(db, office, survey_id=survey.id) == before  # nothing of who answered
    with pytest.raises(NotFound):
        reach_of_wave(db, office, survey_id=make.survey(db).id)
    for read in (partial(reach_of_audience, **everybody), partial(reach_of_wave, survey_id=survey.id)):
        with pytest.raises(Forbidden):
            read(db, make.actor(db, Role.MANAGER))
