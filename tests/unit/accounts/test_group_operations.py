"""Which groups give which role: what the office may enter, and what goes with a row."""

import pytest
import sqlalchemy as sa

from cop.accounts.group_operations import add_group_role, remove_group_role
from cop.accounts.queries import GroupGives, group_roles
from cop.choices import GrantedRole, GrantOrigin
from cop.db import reading, transaction
from cop.errors import Forbidden, Invalid
from cop.execute import execute
from cop.models import AuditEntry, GroupRole, RoleGrant
from cop.structure.operations import delete_unit, merge_unit
from tests import factories as make
from tests.factories import NOW
from tests.unit.accounts.conftest import actor_of, count


@pytest.fixture
def units(engine, office):
    with transaction(engine) as db:
        make.organisation(db)
        return make.org_unit(db, name="Technology"), make.org_unit(db, name="Sales")


def add(office, **values):
    return execute(add_group_role, office, now=NOW, **values)


def by_group(engine, role, unit=None):
    with transaction(engine) as db:
        account = make.account(db)
        make.grant(db, account, role, unit).origin = GrantOrigin.GROUP
        return account


def test_what_groups_give_is_listed_by_name(engine, office, units):
    tech, _sales = units
    first = add(office, group=" tech-leads ", role="manager", org_unit_id=tech.id)
    second = add(office, group="cop-office", role="admin", org_unit_id=tech.id)
    with reading(engine) as db:
        assert group_roles(db, office) == (
            GroupGives(second, "cop-office", "admin", ""),
            GroupGives(first, "tech-leads", "manager", "Technology"),
        )
        entry = db.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert (entry.operation, entry.object_type, entry.after["group_name"]) == (
            "accounts.add_group_role",
            "group_role",
            "cop-office",
        )


def test_only_the_office_sees_them(engine, mia):
    with reading(engine) as db, pytest.raises(Forbidden):
        group_roles(db, actor_of(mia))


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"group": " ", "role": "admin"}, "group"),
        ({"group": "x" * 256, "role": "admin"}, "group"),
        ({"group": "a\0b", "role": "admin"}, "group"),
        ({"group": "g", "role": "staff"}, "role"),
        ({"group": "g", "role": "manager"}, "org_unit_id"),
    ],
)
def test_what_can_not_be_entered(engine, office, units, values, field):
    with pytest.raises(Invalid) as refused:
        add(office, **values)
    assert field in refused.value.errors


def test_a_unit_that_is_not_there(office, units):
    with pytest.raises(Forbidden):
        add(office, group="g", role="manager", org_unit_id=9_999)


def test_a_group_gives_a_role_once(office, units):
    tech, sales = units
    for values in ({"role": "admin"}, {"role": "manager", "org_unit_id": tech.id}):
        add(office, group="g", **values)
        with pytest.raises(Invalid) as refused:
            add(office, group="g", **values)
        assert refused.value.errors == {"group": "This group gives the role already."}
    add(office, group="g", role="manager", org_unit_id=sales.id)


def test_what_only_this_group_gave_ends_with_it(engine, office, units):
    tech, sales = units
    row = add(office, group="g", role="manager", org_unit_id=tech.id)
    by_group(engine, GrantedRole.MANAGER, tech)
    kept = [by_group(engine, GrantedRole.MANAGER, sales).id]
    with transaction(engine) as db:
        hand = make.account(db)
        make.grant(db, hand, GrantedRole.MANAGER, tech)
        kept.append(hand.id)
    execute(remove_group_role, office, now=NOW, group_role_id=row)
    with reading(engine) as db:
        managers = sa.select(RoleGrant.account_id).where(RoleGrant.role == GrantedRole.MANAGER).order_by(RoleGrant.id)
        assert list(db.scalars(managers)) == kept
        assert count(db, GroupRole) == 0


def test_what_another_group_gives_too_stays(engine, office, units):
    tech, _sales = units
    row = add(office, group="g", role="manager", org_unit_id=tech.id)
    add(office, group="h", role="manager", org_unit_id=tech.id)
    by_group(engine, GrantedRole.MANAGER, tech)
    execute(remove_group_role, office, now=NOW, group_role_id=row)
    with reading(engine) as db:
        assert count(db, RoleGrant, RoleGrant.role == GrantedRole.MANAGER) == 1


def test_the_last_admin_stays_when_the_group_goes(engine, office, units):
    row = add(office, group="g", role="admin")
    other = by_group(engine, GrantedRole.ADMIN)
    execute(remove_group_role, office, now=NOW, group_role_id=row)
    with reading(engine) as db:
        admins = list(db.scalars(sa.select(RoleGrant.account_id)))
        assert admins == [office.account_id]
        assert other.id not in admins
    row = add(office, group="g", role="admin")
    with transaction(engine) as db:
        db.scalar(sa.select(RoleGrant)).origin = GrantOrigin.GROUP
    execute(remove_group_role, office, now=NOW, group_role_id=row)
    with reading(engine) as db:
        assert count(db, RoleGrant) == 1


def test_a_unit_goes_only_without_a_group_or_is_merged_with_its_end(engine, office, units):
    tech, sales = units
    add(office, group="g", role="manager", org_unit_id=tech.id)
    with pytest.raises(Invalid) as refused:
        execute(delete_unit, office, now=NOW, unit_id=tech.id, version=tech.version)
    assert "1 group's role" in str(refused.value)
    execute(merge_unit, office, now=NOW, unit_id=tech.id, version=tech.version, into_id=sales.id)
    with reading(engine) as db:
        assert count(db, GroupRole) == 0
