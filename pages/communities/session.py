"""One session: when, where, what about, how many came, what came of it."""

from cop.permissions import Permission
from cop.ui import live
from cop.ui.layout import page_actor
from cop.ui.widgets import attending, notice, session_feedback, session_view

actor = page_actor(Permission.COMMUNITY_VIEW)

session = session_view.from_address()
live.watch("sessions", "catalog", "people", "attending", "surveys")
notice.show()
session_view.head(session)
session_view.just_recorded(actor, session)
session_view.actions(actor, session)
session_view.facts(session)
session_feedback.section(actor, session)
session_view.attendance(actor, session)
attending.show(actor, session)
session_view.outcomes(session)
session_view.history(session)
