"""Which groups of the identity provider give a role: the office's list, where a provider is set."""

import streamlit as st

from cop.accounts import group_operations, queries
from cop.choices import GrantedRole
from cop.settings import settings
from cop.ui.format import label
from cop.ui.load import load
from cop.ui.perform import Form
from cop.ui.text import plain
from cop.ui.widgets import notice, removal
from cop.ui.widgets.accounts import unit_field

_NUMBER = "_new_group_number"


def section() -> None:
    """Closed until it is asked for; without an identity provider there are no groups."""
    oidc = settings().oidc
    if oidc is None:
        return
    box = st.expander("Roles from groups", icon=":material/groups:", key="group_roles", on_change="rerun")
    if not box.open:
        return
    with box:
        st.caption(
            f"Whoever is in the group gets the role when they next sign in with {plain(oidc.name)}, and loses it once "
            "they sign in without the group. Roles that you gave by hand stay."
        )
        found = load(queries.group_roles)
        for row in found:
            st.markdown(f"- **{plain(row.group)}**: {plain(_role(row))}")
        _add()
        if found:
            _remove(found)


def _role(row: queries.GroupGives) -> str:
    return f"manager of {row.unit}" if row.unit else row.role


def _add() -> None:
    number = st.session_state.setdefault(_NUMBER, 0)  # each group added gets a form of its own, empty again
    form = Form(f"group_role:{number}")
    group = st.text_input(
        "Group", key=form.key("group"), help="As the identity provider writes it; for Entra ID the group's object id."
    )
    form.slot("group")
    role = st.selectbox("Gives the role", [item.value for item in GrantedRole], format_func=label, key=form.key("role"))
    form.slot("role")
    unit = unit_field(form, "Whose figures") if role == GrantedRole.MANAGER else None
    if st.button("Add the group", type="primary", key=form.key("submit")):
        done = form.perform(group_operations.add_group_role, group=group, role=role, org_unit_id=unit)
        if done:
            st.session_state[_NUMBER] = number + 1
            notice.say(f"{group.strip()} gives a role from the next sign-in on.")
            st.rerun()


def _remove(found: tuple[queries.GroupGives, ...]) -> None:
    names = {row.id: f"{row.group}: {_role(row)}" for row in found}
    chosen = st.selectbox(
        "Take a group off the list",
        list(names),
        index=None,
        format_func=lambda key: names.get(key, str(key)),
        key="group_role_id",
        placeholder="Choose one",
    )
    if chosen is None:
        return
    form = Form(f"remove_group_role:{chosen}")
    sure = "Yes; whoever has the role only by this group loses it at once"
    if removal.confirmed(form, sure, "Take it off"):
        removal.perform(
            form,
            group_operations.remove_group_role,
            f"{names[chosen]} is off the list.",
            lambda: None,
            group_role_id=chosen,
        )
