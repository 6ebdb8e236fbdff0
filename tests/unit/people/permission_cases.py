"""Whom each operation on people serves."""

from cop.people import operations as ops
from tests.permissions import OWN_FACILITATOR, Case

CASES = {
    ops.create_person: Case(OWN_FACILITATOR, lambda w, _a: {"community_id": w.community.id, "name": "Nora Vidal"}),
}
