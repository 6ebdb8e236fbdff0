"""Who came, to be taken along by those who may see it; read afresh."""

from dataclasses import astuple

from sqlalchemy.orm import Session as DbSession

from cop.exports import Sheet
from cop.permissions import Actor, Permission, require
from cop.sessions import queries
from cop.sessions.attending import attended


def session_attendance(db: DbSession, actor: Actor | None, *, session_id: int) -> Sheet:
    """Who came to a session. Raises Forbidden for who may not see the names, as for an unknown session."""
    require(actor, Permission.COMMUNITY_VIEW)
    community_id = queries.session_detail(db, actor, session_id=session_id).community_id
    actor = require(actor, Permission.ATTENDANCE_NAMES, community_id=community_id)
    people = queries.attendees(db, actor, session_id=session_id)
    rows = [(person.name, person.unit, person.led, person.spoke) for person in people]
    return Sheet("Attendance", ("Name", "Unit", "Led", "Spoke"), rows)


def session_attending(db: DbSession, actor: Actor | None, *, session_id: int) -> Sheet:
    """Who answered, checked in or came, each on its own. Raises Forbidden for who may not see the names."""
    require(actor, Permission.COMMUNITY_VIEW)
    session = queries.session_detail(db, actor, session_id=session_id)
    actor = require(actor, Permission.ATTENDANCE_NAMES, community_id=session.community_id)
    listed = session.attendance_kind == "list"
    rows = [
        (person.name, person.unit, person.answer, person.checked_in, person.came if listed else None)
        for person in attended(db, actor, session_id=session_id)
    ]
    return Sheet("Answers", ("Name", "Unit", "Answer", "Checked in", "Came"), rows)


def community_attendance(db: DbSession, actor: Actor | None, *, community_id: int) -> Sheet:
    """Who came to which of a community's sessions, the latest session first."""
    require(actor, Permission.ATTENDANCE_NAMES, community_id=community_id)
    rows = [astuple(visit) for visit in queries.attendance(db, actor, community_id=community_id)]
    return Sheet("Attendance", ("Day", "Session", "Name", "Unit", "Led", "Spoke"), rows)
