"""What a wave is: its name and purpose, named or anonymous, who is asked, how small a group may be, until when."""

from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import Any

import streamlit as st

from cop.catalog.queries import open_communities, units
from cop.skills.queries import job_roles
from cop.surveys.audience_queries import reach_of_audience
from cop.surveys.audit import LEAST
from cop.surveys.inputs import LARGEST_SMALLEST, Audience
from cop.ui import run
from cop.ui.format import day, distinct
from cop.ui.load import load
from cop.ui.perform import Form
from cop.ui.widgets import kept, survey_reach
from cop.ui.widgets.survey_words import ANONYMOUS, NAMED, mode, people

FIELDS = ("name", "purpose", "named", "unit_ids", "job_role_ids", "community_ids", "smallest_group", "closes_on")
LABELS = {
    "name": "Name",
    "purpose": "What it is for",
    "named": "Mode",
    "audience": "Who is asked",
    "smallest_group": "Smallest group",
    "closes_on": "Last day",
}
_rounds = count(1)


@dataclass
class Plan:
    """A wave in the making, as its fields say it."""

    name: str
    purpose: str
    named: bool
    unit_ids: list[int]
    job_role_ids: list[int]
    community_ids: list[int]
    smallest_group: int
    closes_on: date
    round: int = field(default_factory=lambda: next(_rounds), compare=False)

    @property
    def audience(self) -> Audience:
        """Who is asked."""
        return Audience(tuple(self.unit_ids), tuple(self.job_role_ids), tuple(self.community_ids))

    def values(self) -> dict[str, Any]:
        """What the operations are given."""
        return {
            "name": self.name,
            "purpose": self.purpose,
            "named": self.named,
            "audience": self.audience,
            "smallest_group": self.smallest_group,
            "closes_on": self.closes_on,
        }


def fields(form: Form, plan: Plan) -> None:
    """The fields; what was typed is gathered by the caller, before anything is drawn."""
    st.text_input("Name", key=kept.seed(form, "name", plan.name), max_chars=120)
    form.slot("name")
    st.text_area(
        "What it is for",
        key=kept.seed(form, "purpose", plan.purpose),
        height=80,
        help="Those who are asked read it above the questions.",
    )
    form.slot("purpose")
    st.radio(
        "Mode",
        [False, True],
        format_func=lambda named: mode(named=named),
        captions=[ANONYMOUS, NAMED],
        key=kept.seed(form, "named", plan.named),
    )
    _audience(form, plan)
    left, right = st.columns(2)
    with left:
        st.number_input(
            "Smallest group",
            LEAST,
            LARGEST_SMALLEST,
            step=1,
            key=kept.seed(form, "smallest_group", plan.smallest_group),
            help="Of fewer people nothing is told. It can be raised, never lowered below five.",
        )
        form.slot("smallest_group")
    with right:
        st.date_input(
            "Last day", key=kept.seed(form, "closes_on", plan.closes_on), help="The day after, it closes by itself."
        )
        form.slot("closes_on")


def _audience(form: Form, plan: Plan) -> None:
    st.markdown("**Who is asked**")
    st.caption("Active staff. What you leave empty narrows nothing; units include all below them.")
    choices = (
        ("unit_ids", "Units", {unit.id: unit.path for unit in load(units)}, "All units"),
        ("job_role_ids", "Job roles", load(job_roles), "All job roles"),
        ("community_ids", "Communities", load(open_communities), "Members or not"),
    )
    for (name, title, names, everything), column in zip(choices, st.columns(3), strict=True):
        with column:
            _chosen(form, name, title, names, getattr(plan, name), everything)
    today, smallest = run.current().today, plan.smallest_group
    reach = load(reach_of_audience, audience=plan.audience, smallest_group=smallest, today=today)
    if reach.asked < smallest:
        few = "Nobody would be asked." if not reach.asked else f"Only {people(reach.asked)} would be asked."
        st.warning(f"{few} Of fewer than {smallest} nothing could be told.", icon=":material/group_off:")
    else:
        st.text(f"{people(reach.asked)} would be asked today.")
        survey_reach.show(reach, smallest)


def _chosen(form: Form, name: str, title: str, names: dict[int, str], chosen: list[int], everything: str) -> None:
    labels = distinct(names | {key: "not offered any more" for key in chosen if key not in names})
    st.multiselect(
        title,
        list(labels),
        format_func=lambda key: labels.get(key, str(key)),
        key=kept.seed(form, name, chosen),
        placeholder=everything,
    )
    form.slot(name)


def told(values: dict[str, Any]) -> dict[str, Any]:
    """A plan's values in words, for the two versions side by side."""
    return values | {
        "named": mode(named=values["named"]),
        "audience": in_words(values["audience"]),
        "closes_on": day(_as_day(values["closes_on"])),
    }


def _as_day(value: date | str) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def in_words(audience: Audience | None) -> str:
    """Such as "Units: Aero; job roles: all staff who are active" in short lines."""
    if audience is None:
        return "Nobody: what was named isn't there any more"
    names = (
        ("Units", {unit.id: unit.path for unit in load(units)}, audience.unit_ids),
        ("Job roles", load(job_roles), audience.job_role_ids),
        ("Communities", load(open_communities), audience.community_ids),
    )
    parts = [f"{title}: {', '.join(known.get(key, f'no. {key}') for key in ids)}" for title, known, ids in names if ids]
    return "; ".join(parts) or "All active staff"
