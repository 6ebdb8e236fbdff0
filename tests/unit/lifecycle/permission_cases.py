"""Whom the operations on joiners and leavers serve: the office."""

from cop.accounts.tokens import token_hash
from cop.lifecycle import operations as o
from tests import factories as make
from tests.permissions import OFFICE, Case


def _joiner(world, actor):
    new = o.NewAccount(make.person(world.db).id, "newcomer", token_hash("secret"))
    return {"accounts": (new,)}


def _leaver(world, actor):
    person = make.person(world.db, active=False)
    make.membership(world.db, world.community, person)
    make.facilitator(world.db, world.community, person)
    return {"account_ids": (make.account(world.db, person).id,)}


def _back(world, actor):
    return {"account_ids": (make.account(world.db, active=False).id,)}


CASES = {
    o.create_accounts: Case(OFFICE, _joiner),
    o.deactivate_leavers: Case(OFFICE, _leaver),
    o.reactivate: Case(OFFICE, _back),
}
