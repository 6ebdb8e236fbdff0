"""What an export holds of the technology funnel and of the meetings with units."""

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from cop.models import (
    Area,
    Assessment,
    Community,
    Concern,
    CriteriaVersion,
    Criterion,
    CriterionWeight,
    Evidence,
    FunnelItem,
    FunnelLimit,
    FunnelRound,
    ItemComment,
    ItemCommunity,
    ItemGap,
    ItemTheme,
    ItemUnit,
    OrgUnit,
    Person,
    Quadrant,
    Ring,
    RingChange,
    RoundItem,
    StageStay,
    Theme,
    UnitMeeting,
    UnitMeetingPerson,
    Vote,
)
from cop.programme.columns import EXPORTER, WITHHELD, Column, ExportTable, as_json

_owner, _raiser, _into = aliased(Person), aliased(Person), aliased(FunnelItem)
_blind = Assessment.item_id.in_(sa.bindparam(WITHHELD, expanding=True)) & (
    Assessment.assessor_id != sa.bindparam(EXPORTER)
)
_KINDS = "publication, report, conference, expert, client, survey or other."
_STAGES = "inbox, qualified, prioritised, in_progress, delivered, evaluated, parked or rejected."

_LISTS = (
    ExportTable(
        "quadrants.csv",
        "The parts of the technology radar.",
        (
            Column("quadrant_id", "The quadrant's number.", Quadrant.id),
            Column("name", "Its name.", Quadrant.name),
            Column("place", "Its place among the others.", Quadrant.place),
            Column("active", "Whether it can be chosen today.", Quadrant.active),
        ),
        (Quadrant.id,),
    ),
    ExportTable(
        "rings.csv",
        "How near a trend can be to being used.",
        (
            Column("ring_id", "The ring's number.", Ring.id),
            Column("name", "Its name.", Ring.name),
            Column("meaning", "What it says of a trend.", Ring.meaning),
            Column("place", "Its place, from the innermost.", Ring.place),
            Column("active", "Whether it can be chosen today.", Ring.active),
        ),
        (Ring.id,),
    ),
    ExportTable(
        "themes.csv",
        "What the organisation's strategy is after.",
        (
            Column("theme_id", "The theme's number.", Theme.id),
            Column("name", "Its name.", Theme.name),
            Column("description", "What is meant by it.", Theme.description),
            Column("weight", "How much it weighs against the other themes.", Theme.weight),
            Column("since_on", "The first day on which it counts.", Theme.since_on),
            Column("until_on", "The first day on which it no longer counts; empty where it goes on.", Theme.until_on),
        ),
        (Theme.id,),
    ),
    ExportTable(
        "funnel_limits.csv",
        "How many items a stage or a channel is to hold at most.",
        (
            Column("stage", f"The stage: {_STAGES}", FunnelLimit.stage),
            Column("channel", "Or the channel: need, trend or gap.", FunnelLimit.channel),
            Column("most", "How many at most.", FunnelLimit.most),
        ),
        (FunnelLimit.id,),
    ),
)

_MEETINGS = (
    ExportTable(
        "unit_meetings.csv",
        "Meetings of the programme with single units.",
        (
            Column("meeting_id", "The meeting's number, to which other files refer.", UnitMeeting.id),
            Column("org_unit_id", "The unit.", UnitMeeting.org_unit_id),
            Column("org_unit", "Its name.", OrgUnit.name),
            Column("met_on", "The day.", UnitMeeting.met_on),
            Column("led_by_id", "Who led it.", UnitMeeting.led_by_id),
            Column("led_by", "Their name.", Person.name),
            Column(
                "receptiveness",
                "How the unit took to the programme: closed, hesitant, open or keen.",
                UnitMeeting.receptiveness,
            ),
            Column("notes", "What was said.", UnitMeeting.notes),
            Column("next_contact_on", "When to get in touch again.", UnitMeeting.next_contact_on),
            Column("archived_at", "When it was archived; empty where it is shown.", UnitMeeting.archived_at),
            Column("created_at", "When the record was made.", UnitMeeting.created_at),
        ),
        (UnitMeeting.id,),
        lambda rows: (
            rows.select_from(UnitMeeting)
            .join(OrgUnit, OrgUnit.id == UnitMeeting.org_unit_id)
            .outerjoin(Person, Person.id == UnitMeeting.led_by_id)
        ),
    ),
    ExportTable(
        "unit_meeting_people.csv",
        "Who took part in which meeting with a unit.",
        (
            Column("meeting_id", "The meeting.", UnitMeetingPerson.meeting_id),
            Column("person_id", "Who took part.", UnitMeetingPerson.person_id),
            Column("person", "Their name.", Person.name),
        ),
        (UnitMeetingPerson.meeting_id, UnitMeetingPerson.person_id),
        lambda rows: rows.select_from(UnitMeetingPerson).join(Person, Person.id == UnitMeetingPerson.person_id),
    ),
    ExportTable(
        "concerns.csv",
        "What units worry about in the programme.",
        (
            Column("meeting_id", "The meeting in which it came up.", Concern.meeting_id),
            Column("concern", "What the unit worries about.", Concern.concern),
            Column("answer", "What it was answered.", Concern.answer),
            Column("follow_up_on", "When to come back to it.", Concern.follow_up_on),
            Column("settled_on", "The day on which it was settled; empty where it is open.", Concern.settled_on),
        ),
        (Concern.id,),
    ),
)

_ITEMS = (
    ExportTable(
        "funnel_items.csv",
        "Needs, trends and gaps on their way through the funnel.",
        (
            Column("item_id", "The item's number, to which other files refer.", FunnelItem.id),
            Column("channel", "need, trend or gap.", FunnelItem.channel),
            Column("title", "What it is about.", FunnelItem.title),
            Column("description", "The same at length.", FunnelItem.description),
            Column("area_id", "The area of knowledge.", FunnelItem.area_id),
            Column("area", "The area's name.", Area.name),
            Column("stage", f"Where it stands: {_STAGES}", FunnelItem.stage),
            Column("stage_since", "Since when.", FunnelItem.stage_since),
            Column("stage_reason", "Why it came there, where somebody said so.", FunnelItem.stage_reason),
            Column("owner_id", "Who looks after it.", FunnelItem.owner_id),
            Column("owner", "Their name.", _owner.name),
            Column("raised_by_id", "Who raised it.", FunnelItem.raised_by_id),
            Column("raised_by", "Their name.", _raiser.name),
            Column("meeting_id", "The meeting with a unit in which it was raised.", FunnelItem.meeting_id),
            Column("merged_into_id", "The item that stands for this one too.", FunnelItem.merged_into_id),
            Column("merged_into", "That item's title.", _into.title),
            Column("created_at", "When it was raised.", FunnelItem.created_at),
            Column("horizon", "Of a need: short_term, for a client, or long_term.", FunnelItem.horizon),
            Column("client", "The client for whom it is needed.", FunnelItem.client),
            Column("deadline", "By which day it is needed.", FunnelItem.deadline),
            Column("headcount", "How many people it affects.", FunnelItem.headcount),
            Column(
                "unique_knowledge",
                "Whether the unit knows something that nobody else does.",
                FunnelItem.unique_knowledge,
            ),
            Column("quadrant_id", "Of a trend: its quadrant.", FunnelItem.quadrant_id),
            Column("quadrant", "The quadrant's name.", Quadrant.name),
            Column("objective", "What is to be reached.", FunnelItem.objective),
            Column("indicator", "By what that is measured.", FunnelItem.indicator),
            Column("baseline", "The indicator's value at the start.", FunnelItem.baseline),
            Column("target", "The value wanted.", FunnelItem.target),
            Column("current", "The value now.", FunnelItem.current),
            Column("judged_on", "The day by which the target is to be reached.", FunnelItem.judged_on),
            Column("outcome", "Whether it was: met, partly or not_met.", FunnelItem.outcome),
            Column("outcome_note", "What came of it, in words.", FunnelItem.outcome_note),
            Column("reach", "RICE: how many people in a quarter.", FunnelItem.reach),
            Column("impact", "RICE: how much it means to each.", FunnelItem.impact),
            Column("rice_confidence", "RICE: how sure that is.", FunnelItem.rice_confidence),
            Column("effort", "RICE: person-months.", FunnelItem.effort),
            Column("business_value", "WSJF: value to users and business.", FunnelItem.business_value),
            Column("time_criticality", "WSJF: how the value decays.", FunnelItem.time_criticality),
            Column("risk_reduction", "WSJF: risk reduced or opportunity opened.", FunnelItem.risk_reduction),
            Column("job_size", "WSJF: how large the job is.", FunnelItem.job_size),
            Column(
                "urgency", "Set by hand in place of the one derived from the deadline, from 0 to 1.", FunnelItem.urgency
            ),
            Column("urgency_reason", "Why it was set by hand.", FunnelItem.urgency_reason),
        ),
        (FunnelItem.id,),
        lambda rows: (
            rows.select_from(FunnelItem)
            .outerjoin(Area, Area.id == FunnelItem.area_id)
            .outerjoin(_owner, _owner.id == FunnelItem.owner_id)
            .outerjoin(_raiser, _raiser.id == FunnelItem.raised_by_id)
            .outerjoin(_into, _into.id == FunnelItem.merged_into_id)
            .outerjoin(Quadrant, Quadrant.id == FunnelItem.quadrant_id)
        ),
    ),
    ExportTable(
        "item_units.csv",
        "Which units have a need or gap.",
        (
            Column("item_id", "The item.", ItemUnit.item_id),
            Column("org_unit_id", "The unit.", ItemUnit.org_unit_id),
            Column("org_unit", "Its name.", OrgUnit.name),
        ),
        (ItemUnit.item_id, ItemUnit.org_unit_id),
        lambda rows: rows.select_from(ItemUnit).join(OrgUnit, OrgUnit.id == ItemUnit.org_unit_id),
    ),
    ExportTable(
        "item_gaps.csv",
        "From which gaps that surveys found an item came.",
        (
            Column("item_id", "The item.", ItemGap.item_id),
            Column("group_id", "The survey's group.", ItemGap.group_id),
            Column("question_id", "Its question, and so the skill.", ItemGap.question_id),
        ),
        (ItemGap.item_id, ItemGap.group_id, ItemGap.question_id),
    ),
    ExportTable(
        "item_themes.csv",
        "Which themes an item serves.",
        (
            Column("item_id", "The item.", ItemTheme.item_id),
            Column("theme_id", "The theme.", ItemTheme.theme_id),
            Column("theme", "Its name.", Theme.name),
        ),
        (ItemTheme.item_id, ItemTheme.theme_id),
        lambda rows: rows.select_from(ItemTheme).join(Theme, Theme.id == ItemTheme.theme_id),
    ),
    ExportTable(
        "item_communities.csv",
        "Which communities work on an item: why they exist.",
        (
            Column("item_id", "The item.", ItemCommunity.item_id),
            Column("community_id", "The community.", ItemCommunity.community_id),
            Column("community", "Its name.", Community.name),
            Column("linked_at", "Since when.", ItemCommunity.linked_at),
        ),
        (ItemCommunity.item_id, ItemCommunity.community_id),
        lambda rows: rows.select_from(ItemCommunity).join(Community, Community.id == ItemCommunity.community_id),
    ),
    ExportTable(
        "evidence.csv",
        "What says that an item matters.",
        (
            Column("item_id", "The item.", Evidence.item_id),
            Column("kind", f"Where it was read or heard: {_KINDS}", Evidence.kind),
            Column("title", "The source.", Evidence.title),
            Column("url", "Its address.", Evidence.url),
            Column("dated_on", "Of which day it is.", Evidence.dated_on),
            Column("added_by_id", "Who added it.", Evidence.added_by_id),
            Column("added_by", "Their name.", Person.name),
            Column("added_at", "When it was added.", Evidence.added_at),
            Column("withdrawn_at", "When it was withdrawn; empty where it stands.", Evidence.withdrawn_at),
        ),
        (Evidence.id,),
        lambda rows: rows.select_from(Evidence).outerjoin(Person, Person.id == Evidence.added_by_id),
    ),
    ExportTable(
        "ring_changes.csv",
        "Since which day a trend is in which ring of the radar, and by whose word.",
        (
            Column("item_id", "The trend.", RingChange.item_id),
            Column("ring_id", "The ring.", RingChange.ring_id),
            Column("ring", "Its name.", Ring.name),
            Column("changed_on", "Since which day.", RingChange.changed_on),
            Column("edition", "The edition of a published radar that says so.", RingChange.edition),
            Column("source_kind", f"Where it was read or heard: {_KINDS}", RingChange.source_kind),
            Column("source", "The source.", RingChange.source),
            Column("url", "Its address.", RingChange.url),
            Column("rationale", "Why.", RingChange.rationale),
            Column("added_by_id", "Who added it.", RingChange.added_by_id),
            Column("added_by", "Their name.", Person.name),
            Column("added_at", "When it was added.", RingChange.added_at),
            Column("withdrawn_at", "When it was withdrawn; empty where it stands.", RingChange.withdrawn_at),
        ),
        (RingChange.id,),
        lambda rows: (
            rows.select_from(RingChange)
            .join(Ring, Ring.id == RingChange.ring_id)
            .outerjoin(Person, Person.id == RingChange.added_by_id)
        ),
    ),
    ExportTable(
        "stage_stays.csv",
        "From when to when an item was in which stage.",
        (
            Column("item_id", "The item.", StageStay.item_id),
            Column("stage", f"The stage: {_STAGES}", StageStay.stage),
            Column("entered_at", "Since when.", StageStay.entered_at),
            Column("left_at", "Until when; empty where it stands.", StageStay.left_at),
            Column("moved_by_id", "Who moved it there.", StageStay.moved_by_id),
            Column("moved_by", "Their name.", Person.name),
            Column("reason", "Why, where they said so.", StageStay.reason),
        ),
        (StageStay.item_id, StageStay.entered_at, StageStay.id),
        lambda rows: rows.select_from(StageStay).outerjoin(Person, Person.id == StageStay.moved_by_id),
    ),
    ExportTable(
        "item_comments.csv",
        "What people say to items.",
        (
            Column("item_id", "The item.", ItemComment.item_id),
            Column("person_id", "Who said it.", ItemComment.person_id),
            Column("person", "Their name.", Person.name),
            Column("text", "What they said.", ItemComment.text),
            Column("at", "When.", ItemComment.at),
            Column("withdrawn_at", "When it was withdrawn; empty where it stands.", ItemComment.withdrawn_at),
        ),
        (ItemComment.id,),
        lambda rows: rows.select_from(ItemComment).outerjoin(Person, Person.id == ItemComment.person_id),
    ),
    ExportTable(
        "votes.csv",
        "For whom an item matters. Inside the programme only numbers of votes are seen: keep names as safe.",
        (
            Column("item_id", "The item.", Vote.item_id),
            Column("person_id", "Who voted for it.", Vote.person_id),
            Column("person", "Their name.", Person.name),
            Column("at", "When.", Vote.at),
        ),
        (Vote.item_id, Vote.person_id),
        lambda rows: rows.select_from(Vote).join(Person, Person.id == Vote.person_id),
    ),
)

_SCORING = (
    ExportTable(
        "criteria_versions.csv",
        "The criteria as they were from a moment on; the last version is in force.",
        (
            Column("version_id", "The version's number.", CriteriaVersion.id),
            Column("made_at", "Since when.", CriteriaVersion.made_at),
            Column("made_by_id", "Who made it.", CriteriaVersion.made_by_id),
            Column("made_by", "Their name.", Person.name),
            Column("note", "Why.", CriteriaVersion.note),
        ),
        (CriteriaVersion.id,),
        lambda rows: rows.select_from(CriteriaVersion).outerjoin(Person, Person.id == CriteriaVersion.made_by_id),
    ),
    ExportTable(
        "criteria.csv",
        "The criteria of each version with their weights.",
        (
            Column("version_id", "The version.", CriterionWeight.version_id),
            Column("criterion_id", "The criterion, the same in all versions.", CriterionWeight.criterion_id),
            Column("name", "Its name.", CriterionWeight.name),
            Column("meaning", "What it asks for.", CriterionWeight.meaning),
            Column("weight", "Its weight against the others.", CriterionWeight.weight),
            Column("source", "Where its value comes from: assessed by people, deadline, or themes.", Criterion.source),
            Column("low", "The lowest mark.", Criterion.low),
            Column("high", "The highest mark.", Criterion.high),
            Column("cost", "Whether more of it is worse.", Criterion.cost),
            Column("anchors", "What marks mean in words, as JSON.", CriterionWeight.anchors, as_json),
            Column("place", "Its place among the others.", CriterionWeight.place),
        ),
        (CriterionWeight.version_id, CriterionWeight.place, CriterionWeight.criterion_id),
        lambda rows: rows.select_from(CriterionWeight).join(Criterion, Criterion.id == CriterionWeight.criterion_id),
    ),
    ExportTable(
        "assessments.csv",
        "Who gave an item which mark on which criterion. Inside the programme few see whose mark it is: keep it so.",
        (
            Column("item_id", "The item.", Assessment.item_id),
            Column("criterion_id", "The criterion.", Assessment.criterion_id),
            Column("assessor_id", "Who gave the mark.", Assessment.assessor_id),
            Column("assessor", "Their name.", Person.name),
            Column(
                "value",
                "The mark; empty where whoever exported was still to give their own marks on the item.",
                sa.case((_blind, None), else_=Assessment.value),
            ),
            Column("at", "When.", Assessment.at),
        ),
        (Assessment.item_id, Assessment.criterion_id, Assessment.assessor_id),
        lambda rows: rows.select_from(Assessment).join(Person, Person.id == Assessment.assessor_id),
    ),
    ExportTable(
        "funnel_rounds.csv",
        "Rounds in which it was decided what to take on.",
        (
            Column("round_id", "The round's number.", FunnelRound.id),
            Column("name", "Its name.", FunnelRound.name),
            Column("note", "What it is about.", FunnelRound.note),
            Column("phase", "proposing, scoring, deciding or published.", FunnelRound.phase),
            Column("criteria_version_id", "The version of the criteria that counts.", FunnelRound.criteria_version_id),
            Column("opened_at", "When it began.", FunnelRound.opened_at),
            Column("published_at", "When it was published.", FunnelRound.published_at),
        ),
        (FunnelRound.id,),
    ),
    ExportTable(
        "round_items.csv",
        "What a round decided on each item, and how the item stood when the round was published.",
        (
            Column("round_id", "The round.", RoundItem.round_id),
            Column("item_id", "The item.", RoundItem.item_id),
            Column("title", "What it was called then.", RoundItem.title),
            Column("decision", "prioritise, keep, park or reject.", RoundItem.decision),
            Column("reason", "Why.", RoundItem.reason),
            Column("decided_by_id", "Who decided.", RoundItem.decided_by_id),
            Column("decided_by", "Their name.", Person.name),
            Column("decided_at", "When.", RoundItem.decided_at),
            Column("rank", "Its place by score then.", RoundItem.rank),
            Column("score", "Its score then.", RoundItem.score),
            Column(
                "top_share", "The share of weightings under which it was among the first three.", RoundItem.top_share
            ),
            Column("assessors", "How many people had scored it.", RoundItem.assessors),
            Column("votes", "How many votes it had.", RoundItem.votes),
        ),
        (RoundItem.round_id, RoundItem.item_id),
        lambda rows: rows.select_from(RoundItem).outerjoin(Person, Person.id == RoundItem.decided_by_id),
    ),
)

FUNNEL_TABLES = (*_LISTS, *_MEETINGS, *_ITEMS, *_SCORING)
"""In the order in which they build on each other."""
