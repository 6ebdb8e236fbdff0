"""Survey results: the closed surveys, and what is told of one."""

from cop.permissions import Permission
from cop.ui.layout import page_actor
from cop.ui.live import watch
from cop.ui.widgets import notice, result_list, result_view

page_actor(Permission.SURVEY_RESULTS)
notice.show()
if result_view.is_asked():
    result_view.show(result_view.from_address())
else:
    result_list.show()
watch("surveys")
