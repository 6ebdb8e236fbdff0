"""Who may say what they show of themselves."""

from cop.search.operations import choose_visibility
from tests.permissions import EVERYONE_SIGNED_IN, Case

_CHOICE = {"findable": True, "show_unit": True, "show_job_role": False, "show_communities": False}
CASES = {choose_visibility: Case(EVERYONE_SIGNED_IN, lambda _world, _actor: _CHOICE)}
