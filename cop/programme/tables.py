"""What an export holds: one file per table, each column with its meaning.

A new table or column is either named here or left out on purpose: a test knows both lists.
"""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from cop.models import (
    Account,
    Area,
    Attendance,
    AuditEntry,
    CheckIn,
    Community,
    CommunitySession,
    CommunitySkill,
    Contribution,
    ExternalKey,
    Facilitator,
    JobRole,
    Membership,
    Objective,
    Organisation,
    OrgUnit,
    Person,
    PersonAlias,
    ProfileVisibility,
    Registration,
    Resource,
    RoleGrant,
    RoleRequirement,
    SessionSeries,
    Skill,
    UnitRequirement,
)
from cop.programme.columns import Column, ExportTable, as_json
from cop.programme.funnel_tables import FUNNEL_TABLES
from cop.programme.survey_tables import SURVEY_TABLES


def _time(value: time, _zone: ZoneInfo) -> str:
    return f"{value:%H:%M}"


def _clock(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%H:%M}"


def _minutes(seconds: Any, _zone: ZoneInfo) -> int:
    return int(seconds) // 60


_SECONDS = sa.extract("epoch", CommunitySession.ends_at) - sa.extract("epoch", CommunitySession.starts_at)
_parent, _merged = aliased(OrgUnit), aliased(Community)

TABLES = (
    ExportTable(
        "organisation.csv",
        "The organisation: one row.",
        (
            Column("name", "What it calls itself.", Organisation.name),
            Column("time_zone", "IANA name of the zone in which days are counted.", Organisation.time_zone),
            Column("is_example", "Whether this is the example organisation.", Organisation.is_example),
        ),
        (Organisation.id,),
    ),
    ExportTable(
        "org_units.csv",
        "The units of the organisation, a tree.",
        (
            Column("org_unit_id", "The unit's number, to which other files refer.", OrgUnit.id),
            Column("name", "Its name.", OrgUnit.name),
            Column("parent_id", "The unit above; empty at the top.", OrgUnit.parent_id),
            Column("parent", "The name of the unit above.", _parent.name),
            Column("active", "Whether it exists today.", OrgUnit.active),
        ),
        (OrgUnit.id,),
        lambda rows: rows.select_from(OrgUnit).outerjoin(_parent, _parent.id == OrgUnit.parent_id),
    ),
    ExportTable(
        "job_roles.csv",
        "The jobs in the organisation.",
        (
            Column("job_role_id", "The job's number.", JobRole.id),
            Column("name", "Its name.", JobRole.name),
            Column("active", "Whether it is still given to people.", JobRole.active),
        ),
        (JobRole.id,),
    ),
    ExportTable(
        "people.csv",
        "Everybody the programme knows of, with or without an account.",
        (
            Column("person_id", "The person's number, to which other files refer.", Person.id),
            Column("name", "Their name.", Person.name),
            Column("kind", "staff, or guest.", Person.kind),
            Column("email", "E-mail address, in lower case.", Person.email),
            Column("handle", "Name in a chat or code host, in lower case.", Person.handle),
            Column("org_unit_id", "The unit they belong to.", Person.org_unit_id),
            Column("org_unit", "Its name.", OrgUnit.name),
            Column("job_role_id", "Their job.", Person.job_role_id),
            Column("job_role", "Its name.", JobRole.name),
            Column("active", "Whether they are with the organisation today.", Person.active),
            Column(
                "merged_into_id",
                "Filled where two records were one person: the record that stands for both.",
                Person.merged_into_id,
            ),
            Column("created_at", "When the record was made.", Person.created_at),
        ),
        (Person.id,),
        lambda rows: (
            rows.select_from(Person)
            .outerjoin(OrgUnit, OrgUnit.id == Person.org_unit_id)
            .outerjoin(JobRole, JobRole.id == Person.job_role_id)
        ),
    ),
    ExportTable(
        "person_aliases.csv",
        "Other spellings under which people were met and recognised.",
        (
            Column("person_id", "Whose spelling it is.", PersonAlias.person_id),
            Column("spelling", "As it is compared: lower case, without accents and marks.", PersonAlias.key),
        ),
        (PersonAlias.person_id, PersonAlias.key),
    ),
    ExportTable(
        "profile_visibility.csv",
        "What people agreed to show to colleagues who search for them; who made no choice shows nothing.",
        (
            Column("person_id", "Who agreed.", ProfileVisibility.person_id),
            Column("findable", "Whether colleagues find them at all.", ProfileVisibility.findable),
            Column("show_unit", "Whether their unit is shown then.", ProfileVisibility.show_unit),
            Column("show_job_role", "Whether their job role is shown.", ProfileVisibility.show_job_role),
            Column("show_communities", "Whether their communities are shown.", ProfileVisibility.show_communities),
        ),
        (ProfileVisibility.person_id,),
    ),
    ExportTable(
        "areas.csv",
        "Fields of knowledge under which communities are found.",
        (
            Column("area_id", "The area's number.", Area.id),
            Column("name", "Its name.", Area.name),
            Column("active", "Whether it can be chosen today.", Area.active),
        ),
        (Area.id,),
    ),
    ExportTable(
        "communities.csv",
        "The communities of practice.",
        (
            Column("community_id", "The community's number, to which other files refer.", Community.id),
            Column("slug", "Its name in addresses.", Community.slug),
            Column("name", "Its name.", Community.name),
            Column("type", "community, working_group, committee or network.", Community.type),
            Column("stage", "Stage of life, from potential to transformation.", Community.stage),
            Column("focus", "What it is about, in a sentence.", Community.focus),
            Column("charter", "Why it exists and what it does.", Community.charter),
            Column("norms", "How its members work together.", Community.norms),
            Column("cadence", "How often it meets, in words.", Community.cadence),
            Column("channel_url", "Address of its channel.", Community.channel_url),
            Column("area_id", "Its area.", Community.area_id),
            Column("area", "The area's name.", Area.name),
            Column(
                "org_unit_id", "The unit that hosts it; empty for one across the organisation.", Community.org_unit_id
            ),
            Column("org_unit", "The unit's name.", OrgUnit.name),
            Column("founded_on", "Day of its founding.", Community.founded_on),
            Column("archived_at", "When it was archived; empty where it goes on.", Community.archived_at),
            Column("archive_reason", "Why it was archived.", Community.archive_reason),
            Column("merged_into_id", "The community that it became part of.", Community.merged_into_id),
            Column("merged_into", "That community's name.", _merged.name),
            Column("created_at", "When the record was made.", Community.created_at),
        ),
        (Community.id,),
        lambda rows: (
            rows.select_from(Community)
            .outerjoin(Area, Area.id == Community.area_id)
            .outerjoin(OrgUnit, OrgUnit.id == Community.org_unit_id)
            .outerjoin(_merged, _merged.id == Community.merged_into_id)
        ),
    ),
    ExportTable(
        "memberships.csv",
        "Who belonged to which community from when to when; one row for each stretch.",
        (
            Column("community_id", "The community.", Membership.community_id),
            Column("community", "Its name.", Community.name),
            Column("person_id", "The member.", Membership.person_id),
            Column("person", "Their name.", Person.name),
            Column("joined_on", "The first day.", Membership.joined_on),
            Column("left_on", "The first day outside; empty where they still belong.", Membership.left_on),
            Column("join_reason", "Why they joined, where they said so.", Membership.join_reason),
            Column("leave_reason", "Why they left, where they said so.", Membership.leave_reason),
        ),
        (Membership.id,),
        lambda rows: (
            rows.select_from(Membership)
            .join(Community, Community.id == Membership.community_id)
            .join(Person, Person.id == Membership.person_id)
        ),
    ),
    ExportTable(
        "facilitators.csv",
        "Who carried which community from when to when.",
        (
            Column("community_id", "The community.", Facilitator.community_id),
            Column("community", "Its name.", Community.name),
            Column("person_id", "The facilitator.", Facilitator.person_id),
            Column("person", "Their name.", Person.name),
            Column("role", "lead, co_facilitator or backup.", Facilitator.role),
            Column("since_on", "The first day; empty where unknown.", Facilitator.since_on),
            Column("until_on", "The first day without the role; empty where they have it.", Facilitator.until_on),
        ),
        (Facilitator.id,),
        lambda rows: (
            rows.select_from(Facilitator)
            .join(Community, Community.id == Facilitator.community_id)
            .join(Person, Person.id == Facilitator.person_id)
        ),
    ),
    ExportTable(
        "series.csv",
        "Sessions that recur: by which rule, and as what. Each occurrence is a row of sessions.csv.",
        (
            Column("series_id", "The series' number, to which sessions.csv refers.", SessionSeries.id),
            Column("community_id", "The community.", SessionSeries.community_id),
            Column("community", "Its name.", Community.name),
            Column("title", "The sessions' title.", SessionSeries.title),
            Column("kind", "regular, launch, workshop, talk, planning or social.", SessionSeries.kind),
            Column("rule", "The rule (RRULE of RFC 5545), without an end.", SessionSeries.rule),
            Column("first_on", "The day from which the rule counts.", SessionSeries.first_on),
            Column("until_on", "The last day; empty where there is none.", SessionSeries.until_on),
            Column("start_time", "The start on the clock in its time zone.", SessionSeries.start_time, _time),
            Column("minutes", "How long.", SessionSeries.minutes),
            Column("time_zone", "IANA name.", SessionSeries.time_zone),
            Column("holidays", "The country or region whose holidays are left out.", SessionSeries.holidays),
            Column("place", "Where.", SessionSeries.place),
            Column("link", "Where, online.", SessionSeries.link),
            Column("agenda", "What is planned.", SessionSeries.agenda),
            Column("created_at", "When it was made.", SessionSeries.created_at),
        ),
        (SessionSeries.id,),
        lambda rows: rows.select_from(SessionSeries).join(Community, Community.id == SessionSeries.community_id),
    ),
    ExportTable(
        "sessions.csv",
        "The communities' sessions, planned, held and cancelled ones.",
        (
            Column("session_id", "The session's number, to which other files refer.", CommunitySession.id),
            Column("community_id", "The community.", CommunitySession.community_id),
            Column("community", "Its name.", Community.name),
            Column("title", "The session's title.", CommunitySession.title),
            Column("kind", "regular, launch, workshop, talk, planning or social.", CommunitySession.kind),
            Column("status", "planned, held or cancelled.", CommunitySession.status),
            Column("day", "The start's day in the organisation's time zone.", CommunitySession.day),
            Column("time", "The start's time in the organisation's time zone.", CommunitySession.starts_at, _clock),
            Column("minutes", "How long.", _SECONDS, _minutes),
            Column("starts_at", "The start, in UTC.", CommunitySession.starts_at),
            Column("ends_at", "The end, in UTC.", CommunitySession.ends_at),
            Column("time_zone", "IANA name of the zone in which the time was given.", CommunitySession.time_zone),
            Column(
                "planned_starts_at",
                "The planned start, where it was planned ahead.",
                CommunitySession.planned_starts_at,
            ),
            Column("place", "Where.", CommunitySession.place),
            Column("link", "Where, online.", CommunitySession.link),
            Column("agenda", "What was planned.", CommunitySession.agenda),
            Column("topics", "What it was about.", CommunitySession.topics),
            Column("decisions", "What was decided.", CommunitySession.decisions),
            Column(
                "attendance_kind",
                "What is known of who came: list (see attendance.csv), count, or missing.",
                CommunitySession.attendance_kind,
            ),
            Column("headcount", "How many came, where only that is known.", CommunitySession.headcount),
            Column("cancel_reason", "Why it was cancelled.", CommunitySession.cancel_reason),
            Column("uid", "Its identity in calendars.", CommunitySession.uid),
            Column("sequence", "How often calendars had to learn of a change.", CommunitySession.sequence),
            Column("series_id", "The series that it belongs or belonged to.", CommunitySession.series_id),
            Column("series_day", "The day that the series' rule names for it.", CommunitySession.series_day),
            Column("recorded_by_id", "The person who recorded it.", CommunitySession.recorded_by_id),
            Column("recorded_at", "When it was recorded.", CommunitySession.recorded_at),
            Column("created_at", "When the record was made.", CommunitySession.created_at),
        ),
        (CommunitySession.id,),
        lambda rows: rows.select_from(CommunitySession).join(Community, Community.id == CommunitySession.community_id),
    ),
    ExportTable(
        "attendance.csv",
        "Who came to which session. Names of those who came are seen by few inside the programme: keep them so.",
        (
            Column("session_id", "The session.", Attendance.session_id),
            Column("community_id", "Its community.", CommunitySession.community_id),
            Column("day", "Its day.", CommunitySession.day),
            Column("person_id", "Who came.", Attendance.person_id),
            Column("person", "Their name.", Person.name),
            Column("led", "Whether they led the session.", Attendance.led),
            Column("spoke", "Whether they spoke there.", Attendance.spoke),
            Column("note", "A remark.", Attendance.note),
        ),
        (Attendance.session_id, Attendance.person_id),
        lambda rows: (
            rows.select_from(Attendance)
            .join(CommunitySession, CommunitySession.id == Attendance.session_id)
            .join(Person, Person.id == Attendance.person_id)
        ),
    ),
    ExportTable(
        "registrations.csv",
        "Who said beforehand that they come to a session, or don't. Not who came: see attendance.csv.",
        (
            Column("session_id", "The session.", Registration.session_id),
            Column("person_id", "Who.", Registration.person_id),
            Column("person", "Their name.", Person.name),
            Column("answer", "going or declined.", Registration.answer),
            Column("at", "When they said so.", Registration.at),
        ),
        (Registration.session_id, Registration.person_id),
        lambda rows: rows.select_from(Registration).join(Person, Person.id == Registration.person_id),
    ),
    ExportTable(
        "check_ins.csv",
        "Who checked themselves in to a session by its code.",
        (
            Column("session_id", "The session.", CheckIn.session_id),
            Column("person_id", "Who.", CheckIn.person_id),
            Column("person", "Their name.", Person.name),
            Column("at", "When.", CheckIn.at),
        ),
        (CheckIn.session_id, CheckIn.person_id),
        lambda rows: rows.select_from(CheckIn).join(Person, Person.id == CheckIn.person_id),
    ),
    ExportTable(
        "contributions.csv",
        "What communities gained: ideas, lessons, good practices and the like.",
        (
            Column("contribution_id", "The contribution's number.", Contribution.id),
            Column("community_id", "The community.", Contribution.community_id),
            Column("community", "Its name.", Community.name),
            Column("session_id", "The session that it came of; empty between sessions.", Contribution.session_id),
            Column("person_id", "Who gave it; empty where nobody is named.", Contribution.person_id),
            Column("person", "Their name.", Person.name),
            Column(
                "kind", "idea, lesson, good_practice, solution, opportunity, risk_avoided or asset.", Contribution.kind
            ),
            Column("title", "What it is.", Contribution.title),
            Column("url", "A link to it.", Contribution.url),
            Column("day", "The day that it counts for.", Contribution.day),
        ),
        (Contribution.id,),
        lambda rows: (
            rows.select_from(Contribution)
            .join(Community, Community.id == Contribution.community_id)
            .outerjoin(Person, Person.id == Contribution.person_id)
        ),
    ),
    ExportTable(
        "resources.csv",
        "What communities keep at hand.",
        (
            Column("resource_id", "The resource's number.", Resource.id),
            Column("community_id", "The community.", Resource.community_id),
            Column("community", "Its name.", Community.name),
            Column("session_id", "The session that it came of; empty where of none.", Resource.session_id),
            Column("kind", "link, document, recording or template.", Resource.kind),
            Column("title", "Its title.", Resource.title),
            Column("url", "Its address.", Resource.url),
            Column("added_by_id", "The person who added it.", Resource.added_by_id),
            Column("added_by", "Their name.", Person.name),
            Column("added_at", "When it was added.", Resource.added_at),
            Column("archived_at", "When it was archived; empty where it is shown.", Resource.archived_at),
        ),
        (Resource.id,),
        lambda rows: (
            rows.select_from(Resource)
            .join(Community, Community.id == Resource.community_id)
            .outerjoin(Person, Person.id == Resource.added_by_id)
        ),
    ),
    ExportTable(
        "objectives.csv",
        "What communities want to reach.",
        (
            Column("objective_id", "The objective's number.", Objective.id),
            Column("community_id", "The community.", Objective.community_id),
            Column("community", "Its name.", Community.name),
            Column("statement", "What is to be reached.", Objective.statement),
            Column("measure", "How that is measured.", Objective.measure),
            Column("baseline", "The measure's value at the start.", Objective.baseline),
            Column("target", "The value wanted.", Objective.target),
            Column("current", "The value now.", Objective.current),
            Column("due_on", "By when.", Objective.due_on),
            Column("status", "open, met or dropped.", Objective.status),
        ),
        (Objective.id,),
        lambda rows: rows.select_from(Objective).join(Community, Community.id == Objective.community_id),
    ),
    *FUNNEL_TABLES,
    *SURVEY_TABLES,
    ExportTable(
        "skills.csv",
        "Skills, and how people at each level behave. What people say of themselves is theirs, and no part of an export.",
        (
            Column("skill_id", "The skill's number, to which other files refer.", Skill.id),
            Column("name", "Its name.", Skill.name),
            Column("area_id", "Its area.", Skill.area_id),
            Column("area", "The area's name.", Area.name),
            Column("description", "What it is.", Skill.description),
            Column("none", "Level 0 in words.", Skill.level_0),
            Column("awareness", "Level 1 in words.", Skill.level_1),
            Column("working", "Level 2 in words.", Skill.level_2),
            Column("practitioner", "Level 3 in words.", Skill.level_3),
            Column("expert", "Level 4 in words.", Skill.level_4),
            Column("archived_at", "When it was archived; empty where it is offered.", Skill.archived_at),
        ),
        (Skill.id,),
        lambda rows: rows.select_from(Skill).outerjoin(Area, Area.id == Skill.area_id),
    ),
    ExportTable(
        "role_requirements.csv",
        "Which level of a skill a job role requires, from when to when.",
        (
            Column("job_role_id", "The job role.", RoleRequirement.job_role_id),
            Column("job_role", "Its name.", JobRole.name),
            Column("skill_id", "The skill.", RoleRequirement.skill_id),
            Column("skill", "Its name.", Skill.name),
            Column("level", "1 awareness, 2 working, 3 practitioner, 4 expert.", RoleRequirement.level),
            Column("since_on", "The first day.", RoleRequirement.since_on),
            Column("until_on", "The first day without it; empty where it is required.", RoleRequirement.until_on),
            Column("item_id", "The funnel item that raised it.", RoleRequirement.item_id),
        ),
        (RoleRequirement.id,),
        lambda rows: (
            rows.select_from(RoleRequirement)
            .join(JobRole, JobRole.id == RoleRequirement.job_role_id)
            .join(Skill, Skill.id == RoleRequirement.skill_id)
        ),
    ),
    ExportTable(
        "unit_requirements.csv",
        "What units need of skills, from when to when.",
        (
            Column("org_unit_id", "The unit.", UnitRequirement.org_unit_id),
            Column("org_unit", "Its name.", OrgUnit.name),
            Column("skill_id", "The skill.", UnitRequirement.skill_id),
            Column("skill", "Its name.", Skill.name),
            Column("level", "1 awareness, 2 working, 3 practitioner, 4 expert.", UnitRequirement.level),
            Column("needed", "How many people at that level or above.", UnitRequirement.needed),
            Column("importance", "1 normal, 2 high, 3 critical.", UnitRequirement.importance),
            Column("since_on", "The first day.", UnitRequirement.since_on),
            Column("until_on", "The first day without it; empty where it is needed.", UnitRequirement.until_on),
            Column("item_id", "The funnel item that raised it.", UnitRequirement.item_id),
        ),
        (UnitRequirement.id,),
        lambda rows: (
            rows.select_from(UnitRequirement)
            .join(OrgUnit, OrgUnit.id == UnitRequirement.org_unit_id)
            .join(Skill, Skill.id == UnitRequirement.skill_id)
        ),
    ),
    ExportTable(
        "community_skills.csv",
        "Which skills a community serves.",
        (
            Column("community_id", "The community.", CommunitySkill.community_id),
            Column("community", "Its name.", Community.name),
            Column("skill_id", "The skill.", CommunitySkill.skill_id),
            Column("skill", "Its name.", Skill.name),
        ),
        (CommunitySkill.community_id, CommunitySkill.skill_id),
        lambda rows: (
            rows.select_from(CommunitySkill)
            .join(Community, Community.id == CommunitySkill.community_id)
            .join(Skill, Skill.id == CommunitySkill.skill_id)
        ),
    ),
    ExportTable(
        "accounts.csv",
        "Who can sign in. Passwords are no part of an export.",
        (
            Column("account_id", "The account's number, to which other files refer.", Account.id),
            Column("person_id", "Whose account it is.", Account.person_id),
            Column("username", "Name for signing in, in lower case.", Account.username),
            Column("active", "Whether it can be used.", Account.active),
            Column("created_at", "When it was made.", Account.created_at),
        ),
        (Account.id,),
    ),
    ExportTable(
        "role_grants.csv",
        "Which accounts are managers or admins. Facilitators follow from facilitators.csv; all others are staff.",
        (
            Column("account_id", "The account.", RoleGrant.account_id),
            Column("role", "manager or admin.", RoleGrant.role),
            Column("org_unit_id", "A manager's unit.", RoleGrant.org_unit_id),
            Column("org_unit", "Its name.", OrgUnit.name),
            Column("granted_on", "Since which day.", RoleGrant.granted_on),
            Column("origin", "hand, or group: by a group of the identity provider.", RoleGrant.origin),
        ),
        (RoleGrant.id,),
        lambda rows: rows.select_from(RoleGrant).outerjoin(OrgUnit, OrgUnit.id == RoleGrant.org_unit_id),
    ),
    ExportTable(
        "external_keys.csv",
        "The keys under which other systems know our rows, from imports.",
        (
            Column("source", "The other system's short name.", ExternalKey.source),
            Column("kind", "org_unit, person, community, community_session or funnel_item.", ExternalKey.kind),
            Column("key", "Its key for the row.", ExternalKey.key),
            Column("org_unit_id", "The unit, where it is one.", ExternalKey.org_unit_id),
            Column("person_id", "The person, where it is one.", ExternalKey.person_id),
            Column("community_id", "The community, where it is one.", ExternalKey.community_id),
            Column("session_id", "The session, where it is one.", ExternalKey.session_id),
            Column("item_id", "The need, where it is one.", ExternalKey.item_id),
        ),
        (ExternalKey.id,),
    ),
    ExportTable(
        "audit_trail.csv",
        "Who did what, when, from what to what; in the order in which it happened.",
        (
            Column("entry_id", "The entry's number.", AuditEntry.id),
            Column("at", "When.", AuditEntry.at),
            Column("account_id", "Whose account; empty for the command line and for visitors.", AuditEntry.account_id),
            Column("who", "The name at that time.", AuditEntry.actor_name),
            Column("operation", "What was done.", AuditEntry.operation),
            Column("outcome", "done, or refused.", AuditEntry.outcome),
            Column("object_type", "What kind of thing it was done to.", AuditEntry.object_type),
            Column("object_id", "That thing's number.", AuditEntry.object_id),
            Column("community_id", "The community that it concerns.", AuditEntry.community_id),
            Column("before", "What was there before, as JSON.", AuditEntry.before, as_json),
            Column("after", "What is there since, as JSON.", AuditEntry.after, as_json),
        ),
        (AuditEntry.id,),
    ),
)
"""In the order in which they build on each other."""
