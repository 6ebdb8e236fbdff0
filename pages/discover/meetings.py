"""Meetings with units: which were met, how they took it, what worries them; one meeting with what came of it."""

from cop.permissions import Permission
from cop.ui.layout import page_actor
from cop.ui.live import watch
from cop.ui.widgets import meeting_overview, meeting_view, notice

actor = page_actor(Permission.UNIT_MEETING)
notice.show()
if meeting_view.is_asked():
    meeting_view.show(meeting_view.from_address())
else:
    meeting_overview.show(actor)
watch("meetings", "funnel", "organisation", "people")
