"""One item of the technology funnel: why it is here, how it is judged, what comes of it."""

from cop.permissions import Permission
from cop.ui.layout import page_actor
from cop.ui.live import watch
from cop.ui.widgets import item_head, item_parts, notice

actor = page_actor(Permission.FUNNEL_VIEW)
notice.show()
found = item_head.from_address()
item_head.head(found)
item_parts.tabs(found, actor)
watch("funnel", "catalog", "organisation", "people", "meetings", "sessions", "skills", "surveys")
