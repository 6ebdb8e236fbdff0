"""the technology funnel: items, how they are scored, moved, voted on and decided; meetings with units"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

RINGS = (
    ("Adopt", "We use it where it fits, without asking anew each time."),
    ("Trial", "We use it in a project that can bear the risk, and report what we learn."),
    ("Assess", "We look closely at what it would mean for us."),
    ("Hold", "We begin nothing new with it."),
)
QUADRANTS = ("Techniques", "Platforms", "Tools", "Languages and frameworks")
VALUE = {
    "1": "Nice to have for a few",
    "2": "Helps one team noticeably",
    "3": "Helps one unit noticeably",
    "4": "Helps several units, or one client relation depends on it",
    "5": "The organisation loses business or people without it",
}
EFFORT = {
    "1": "A few days of one person",
    "2": "A few weeks of one person",
    "3": "A quarter, part of the time of three people",
    "4": "Half a year, several people",
    "5": "A year or more, or money we don't have yet",
}
SOON = {"1": "No deadline, or half a year and more away", "3": "Three months away", "5": "Now, or past"}
FIT = {"1": "Serves none of our themes", "5": "Serves all of them"}
CRITERIA = (
    ("Value", "What the organisation gains if it is met.", 0.4, "assessed", False, VALUE),
    ("Strategic fit", "The share of our themes, by weight, that it serves.", 0.2, "themes", False, FIT),
    ("Urgency", "How near the deadline is; derived from it.", 0.2, "deadline", False, SOON),
    ("Effort", "What it takes from us.", 0.2, "assessed", True, EFFORT),
)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "criterion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "assessed", "deadline", "themes", name="source", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("low", sa.Integer(), nullable=False),
        sa.Column("high", sa.Integer(), nullable=False),
        sa.Column("cost", sa.Boolean(), nullable=False),
        sa.CheckConstraint("high > low", name=op.f("ck_criterion_scale_has_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criterion")),
    )
    op.create_table(
        "funnel_limit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "inbox",
                "qualified",
                "prioritised",
                "in_progress",
                "delivered",
                "evaluated",
                "parked",
                "rejected",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "channel",
            sa.Enum("need", "trend", "gap", name="channel", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(stage IS NULL) <> (channel IS NULL)", name=op.f("ck_funnel_limit_of_a_stage_or_a_channel")
        ),
        sa.CheckConstraint("most > 0", name=op.f("ck_funnel_limit_most_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funnel_limit")),
        sa.UniqueConstraint("channel", name=op.f("uq_funnel_limit_channel")),
        sa.UniqueConstraint("stage", name=op.f("uq_funnel_limit_stage")),
    )
    op.create_table(
        "quadrant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quadrant")),
        sa.UniqueConstraint("name", name=op.f("uq_quadrant_name")),
    )
    op.create_table(
        "ring",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("meaning", sa.String(length=300), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ring")),
        sa.UniqueConstraint("name", name=op.f("uq_ring_name")),
    )
    op.create_table(
        "theme",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("until_on IS NULL OR until_on > since_on", name=op.f("ck_theme_ends_after_it_begins")),
        sa.CheckConstraint("weight >= 0", name=op.f("ck_theme_weight_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_theme")),
        sa.UniqueConstraint("name", name=op.f("uq_theme_name")),
    )
    op.create_table(
        "criteria_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_criteria_version_made_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criteria_version")),
    )
    with op.batch_alter_table("criteria_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_criteria_version_made_by_id"), ["made_by_id"], unique=False)

    op.create_table(
        "unit_meeting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("org_unit_id", sa.Integer(), nullable=False),
        sa.Column("met_on", sa.Date(), nullable=False),
        sa.Column("led_by_id", sa.Integer(), nullable=True),
        sa.Column(
            "receptiveness",
            sa.Enum(
                "closed",
                "hesitant",
                "open",
                "keen",
                name="receptiveness",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("next_contact_on", sa.Date(), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["led_by_id"], ["person.id"], name=op.f("fk_unit_meeting_led_by_id_person")),
        sa.ForeignKeyConstraint(["org_unit_id"], ["org_unit.id"], name=op.f("fk_unit_meeting_org_unit_id_org_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_meeting")),
    )
    with op.batch_alter_table("unit_meeting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_meeting_led_by_id"), ["led_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_unit_meeting_org_unit_id"), ["org_unit_id"], unique=False)

    op.create_table(
        "concern",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("concern", sa.String(length=500), nullable=False),
        sa.Column("answer", sa.String(length=1000), nullable=False),
        sa.Column("follow_up_on", sa.Date(), nullable=True),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["unit_meeting.id"], name=op.f("fk_concern_meeting_id_unit_meeting"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concern")),
    )
    with op.batch_alter_table("concern", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_concern_meeting_id"), ["meeting_id"], unique=False)

    op.create_table(
        "criterion_weight",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("meaning", sa.String(length=300), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("anchors", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.CheckConstraint("weight >= 0", name=op.f("ck_criterion_weight_weight_not_negative")),
        sa.ForeignKeyConstraint(
            ["criterion_id"], ["criterion.id"], name=op.f("fk_criterion_weight_criterion_id_criterion")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["criteria_version.id"],
            name=op.f("fk_criterion_weight_version_id_criteria_version"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("version_id", "criterion_id", name=op.f("pk_criterion_weight")),
    )
    with op.batch_alter_table("criterion_weight", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_criterion_weight_criterion_id"), ["criterion_id"], unique=False)

    op.create_table(
        "funnel_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum("need", "trend", "gap", name="channel", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column(
            "stage",
            sa.Enum(
                "inbox",
                "qualified",
                "prioritised",
                "in_progress",
                "delivered",
                "evaluated",
                "parked",
                "rejected",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("stage_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stage_reason", sa.String(length=500), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("raised_by_id", sa.Integer(), nullable=True),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column("merged_into_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "horizon",
            sa.Enum("short_term", "long_term", name="horizon", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column("client", sa.String(length=120), nullable=False),
        sa.Column("deadline", sa.Date(), nullable=True),
        sa.Column("headcount", sa.Integer(), nullable=True),
        sa.Column("unique_knowledge", sa.Boolean(), nullable=False),
        sa.Column("quadrant_id", sa.Integer(), nullable=True),
        sa.Column("objective", sa.String(length=300), nullable=False),
        sa.Column("indicator", sa.String(length=200), nullable=False),
        sa.Column("baseline", sa.Double(), nullable=True),
        sa.Column("target", sa.Double(), nullable=True),
        sa.Column("current", sa.Double(), nullable=True),
        sa.Column("judged_on", sa.Date(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum("met", "partly", "not_met", name="outcome", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column("outcome_note", sa.String(length=1000), nullable=False),
        sa.Column("reach", sa.Double(), nullable=True),
        sa.Column("impact", sa.Double(), nullable=True),
        sa.Column("rice_confidence", sa.Double(), nullable=True),
        sa.Column("effort", sa.Double(), nullable=True),
        sa.Column("business_value", sa.Integer(), nullable=True),
        sa.Column("time_criticality", sa.Integer(), nullable=True),
        sa.Column("risk_reduction", sa.Integer(), nullable=True),
        sa.Column("job_size", sa.Integer(), nullable=True),
        sa.Column("urgency", sa.Double(), nullable=True),
        sa.Column("urgency_reason", sa.String(length=300), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "channel = 'need' OR horizon IS NULL", name=op.f("ck_funnel_item_only_needs_have_a_horizon")
        ),
        sa.CheckConstraint(
            "channel = 'trend' OR quadrant_id IS NULL", name=op.f("ck_funnel_item_only_trends_have_a_quadrant")
        ),
        sa.CheckConstraint("headcount >= 0", name=op.f("ck_funnel_item_headcount_not_negative")),
        sa.CheckConstraint("merged_into_id <> id", name=op.f("ck_funnel_item_not_merged_into_itself")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_funnel_item_area_id_area")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["unit_meeting.id"], name=op.f("fk_funnel_item_meeting_id_unit_meeting")
        ),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["funnel_item.id"], name=op.f("fk_funnel_item_merged_into_id_funnel_item")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_funnel_item_owner_id_person")),
        sa.ForeignKeyConstraint(["quadrant_id"], ["quadrant.id"], name=op.f("fk_funnel_item_quadrant_id_quadrant")),
        sa.ForeignKeyConstraint(["raised_by_id"], ["person.id"], name=op.f("fk_funnel_item_raised_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funnel_item")),
    )
    with op.batch_alter_table("funnel_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_funnel_item_area_id"), ["area_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_funnel_item_channel"), ["channel"], unique=False)
        batch_op.create_index(batch_op.f("ix_funnel_item_meeting_id"), ["meeting_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_funnel_item_merged_into_id"), ["merged_into_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_funnel_item_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_funnel_item_quadrant_id"), ["quadrant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_funnel_item_raised_by_id"), ["raised_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_funnel_item_stage"), ["stage"], unique=False)

    op.create_table(
        "funnel_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column(
            "phase",
            sa.Enum(
                "proposing",
                "scoring",
                "deciding",
                "published",
                name="phase",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("criteria_version_id", sa.Integer(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["criteria_version_id"],
            ["criteria_version.id"],
            name=op.f("fk_funnel_round_criteria_version_id_criteria_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funnel_round")),
        sa.UniqueConstraint("name", name=op.f("uq_funnel_round_name")),
    )
    with op.batch_alter_table("funnel_round", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_funnel_round_criteria_version_id"), ["criteria_version_id"], unique=False)

    op.create_table(
        "unit_meeting_person",
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"],
            ["unit_meeting.id"],
            name=op.f("fk_unit_meeting_person_meeting_id_unit_meeting"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_unit_meeting_person_person_id_person")),
        sa.PrimaryKeyConstraint("meeting_id", "person_id", name=op.f("pk_unit_meeting_person")),
    )
    with op.batch_alter_table("unit_meeting_person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_meeting_person_person_id"), ["person_id"], unique=False)

    op.create_table(
        "assessment",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("assessor_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["assessor_id"], ["person.id"], name=op.f("fk_assessment_assessor_id_person")),
        sa.ForeignKeyConstraint(["criterion_id"], ["criterion.id"], name=op.f("fk_assessment_criterion_id_criterion")),
        sa.ForeignKeyConstraint(
            ["item_id"], ["funnel_item.id"], name=op.f("fk_assessment_item_id_funnel_item"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", "criterion_id", "assessor_id", name=op.f("pk_assessment")),
    )
    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assessment_assessor_id"), ["assessor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assessment_criterion_id"), ["criterion_id"], unique=False)

    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "publication",
                "report",
                "conference",
                "expert",
                "client",
                "survey",
                "other",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["added_by_id"], ["person.id"], name=op.f("fk_evidence_added_by_id_person")),
        sa.ForeignKeyConstraint(
            ["item_id"], ["funnel_item.id"], name=op.f("fk_evidence_item_id_funnel_item"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evidence_added_by_id"), ["added_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_evidence_item_id"), ["item_id"], unique=False)

    op.create_table(
        "item_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["funnel_item.id"], name=op.f("fk_item_comment_item_id_funnel_item"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_item_comment_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_comment")),
    )
    with op.batch_alter_table("item_comment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_item_comment_item_id"), ["item_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_item_comment_person_id"), ["person_id"], unique=False)

    op.create_table(
        "item_community",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_item_community_community_id_community")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["funnel_item.id"], name=op.f("fk_item_community_item_id_funnel_item"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", "community_id", name=op.f("pk_item_community")),
    )
    with op.batch_alter_table("item_community", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_item_community_community_id"), ["community_id"], unique=False)

    op.create_table(
        "item_theme",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("theme_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["funnel_item.id"], name=op.f("fk_item_theme_item_id_funnel_item"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["theme_id"], ["theme.id"], name=op.f("fk_item_theme_theme_id_theme")),
        sa.PrimaryKeyConstraint("item_id", "theme_id", name=op.f("pk_item_theme")),
    )
    with op.batch_alter_table("item_theme", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_item_theme_theme_id"), ["theme_id"], unique=False)

    op.create_table(
        "item_unit",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("org_unit_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["funnel_item.id"], name=op.f("fk_item_unit_item_id_funnel_item"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["org_unit_id"], ["org_unit.id"], name=op.f("fk_item_unit_org_unit_id_org_unit")),
        sa.PrimaryKeyConstraint("item_id", "org_unit_id", name=op.f("pk_item_unit")),
    )
    with op.batch_alter_table("item_unit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_item_unit_org_unit_id"), ["org_unit_id"], unique=False)

    op.create_table(
        "ring_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("ring_id", sa.Integer(), nullable=False),
        sa.Column("changed_on", sa.Date(), nullable=False),
        sa.Column("edition", sa.String(length=60), nullable=False),
        sa.Column(
            "source_kind",
            sa.Enum(
                "publication",
                "report",
                "conference",
                "expert",
                "client",
                "survey",
                "other",
                name="source_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("rationale", sa.Text(), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["added_by_id"], ["person.id"], name=op.f("fk_ring_change_added_by_id_person")),
        sa.ForeignKeyConstraint(
            ["item_id"], ["funnel_item.id"], name=op.f("fk_ring_change_item_id_funnel_item"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["ring_id"], ["ring.id"], name=op.f("fk_ring_change_ring_id_ring")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ring_change")),
    )
    with op.batch_alter_table("ring_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ring_change_added_by_id"), ["added_by_id"], unique=False)
        batch_op.create_index("ix_ring_change_item_id_changed_on", ["item_id", "changed_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_ring_change_ring_id"), ["ring_id"], unique=False)

    op.create_table(
        "round_item",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column(
            "decision",
            sa.Enum(
                "prioritise",
                "keep",
                "park",
                "reject",
                name="decision",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("top_share", sa.Double(), nullable=True),
        sa.Column("assessors", sa.Integer(), nullable=True),
        sa.Column("votes", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_round_item_decided_by_id_person")),
        sa.ForeignKeyConstraint(["item_id"], ["funnel_item.id"], name=op.f("fk_round_item_item_id_funnel_item")),
        sa.ForeignKeyConstraint(
            ["round_id"], ["funnel_round.id"], name=op.f("fk_round_item_round_id_funnel_round"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("round_id", "item_id", name=op.f("pk_round_item")),
    )
    with op.batch_alter_table("round_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_round_item_decided_by_id"), ["decided_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_round_item_item_id"), ["item_id"], unique=False)

    op.create_table(
        "stage_stay",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "inbox",
                "qualified",
                "prioritised",
                "in_progress",
                "delivered",
                "evaluated",
                "parked",
                "rejected",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("moved_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["funnel_item.id"], name=op.f("fk_stage_stay_item_id_funnel_item"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["moved_by_id"], ["person.id"], name=op.f("fk_stage_stay_moved_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_stay")),
    )
    with op.batch_alter_table("stage_stay", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stage_stay_item_id"), ["item_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_stage_stay_moved_by_id"), ["moved_by_id"], unique=False)
        batch_op.create_index(
            "uq_stage_stay_open",
            ["item_id"],
            unique=True,
            sqlite_where=sa.text("left_at IS NULL"),
            postgresql_where=sa.text("left_at IS NULL"),
        )

    op.create_table(
        "vote",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["funnel_item.id"], name=op.f("fk_vote_item_id_funnel_item"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_vote_person_id_person")),
        sa.PrimaryKeyConstraint("item_id", "person_id", name=op.f("pk_vote")),
    )
    with op.batch_alter_table("vote", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vote_person_id"), ["person_id"], unique=False)
    _first_lists()


def _first_lists() -> None:
    """What every organisation begins with and changes on screen."""
    connection = op.get_bind()
    for place, (name, meaning) in enumerate(RINGS, 1):
        _add(connection, "ring", name=name, meaning=meaning, place=place, active=True, version=1)
    for place, name in enumerate(QUADRANTS, 1):
        _add(connection, "quadrant", name=name, place=place, active=True, version=1)
    made = _add(
        connection,
        "criteria_version",
        made_at=datetime(2026, 1, 1, tzinfo=UTC),
        note="What every organisation begins with",
    )
    for place, (name, meaning, weight, source, cost, anchors) in enumerate(CRITERIA, 1):
        criterion = _add(connection, "criterion", source=source, low=1, high=5, cost=cost)
        values = {"name": name, "meaning": meaning, "weight": weight, "anchors": anchors, "place": place}
        _add(connection, "criterion_weight", version_id=made, criterion_id=criterion, **values)


def _add(connection: sa.Connection, into: str, /, **values: object) -> int | None:
    """Insert a row; returns its id, where the table has one."""
    types = {"anchors": sa.JSON(), "made_at": sa.DateTime(timezone=True)}
    columns = [sa.column(column, types.get(column)) for column in values]
    table = sa.table(into, sa.column("id", sa.Integer()), *columns)
    if into == "criterion_weight":
        connection.execute(sa.insert(table).values(**values))
        return None
    return connection.execute(sa.insert(table).values(**values).returning(table.c.id)).scalar_one()
