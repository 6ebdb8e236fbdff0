"""One community: what it is about, who carries it, its sessions, contributions, resources, members."""

from cop.permissions import Permission
from cop.ui.layout import page_actor
from cop.ui.live import watch
from cop.ui.widgets import community_head, community_tabs, notice

actor = page_actor(Permission.COMMUNITY_VIEW)
notice.show()
found = community_head.find()
if found is None:
    community_head.not_found()
else:
    community_head.head(found, actor)
    community_tabs.tabs(found, actor)
watch("catalog", "memberships", "sessions", "people", "organisation", "funnel", "skills", "surveys")
