"""Whom exporting everything serves."""

from cop.programme.operations import note_export
from tests.permissions import OFFICE, Case

CASES = {note_export: Case(OFFICE, lambda _world, _actor: {})}
