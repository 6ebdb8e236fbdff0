"""A funnel item's score: one's own marks first, then what others say and all that follows from it."""

from typing import Any

import pandas as pd
import streamlit as st

from cop.funnel import charts
from cop.funnel import score_operations as operations
from cop.funnel.cards import share
from cop.funnel.confidence import in_words
from cop.funnel.inputs import mark_field
from cop.funnel.queries import Item
from cop.funnel.reach import Change, Reach
from cop.funnel.score_queries import Mark, Sheet, sheet
from cop.funnel.scoring import CONFIDENCES, IMPACTS, WSJF_VALUES
from cop.periods import quarter_hour, utcnow
from cop.permissions import Actor
from cop.ui import format as words
from cop.ui.draw import show_chart
from cop.ui.load import load
from cop.ui.perform import Form
from cop.ui.text import plain
from cop.ui.widgets import notice
from cop.ui.widgets.item_manage import opened, written

_VOTES = {
    "higher": "Many vote for it although it stands in the lower half: ask what the criteria miss.",
    "lower": "It stands at the top although nobody votes for it: ask whom it serves.",
}
_RICE = {"reach": "Reach: people in a quarter", "impact": "Impact", "rice_confidence": "Confidence", "effort": "Effort: person-months"}  # fmt: skip
_WSJF = {
    "business_value": "Business value",
    "time_criticality": "Time criticality",
    "risk_reduction": "Risk reduction or opportunity",
    "job_size": "Job size",
}


def section(item: Item, actor: Actor) -> None:  # noqa: ARG001 - every section has this shape
    """The sheet, and what it amounts to."""
    found = load(sheet, item_id=item.id, now=quarter_hour(utcnow()))
    if found.blind and not found.over:
        noun = "assessor has" if found.assessors == 1 else "assessors have"
        st.info(
            f"{found.assessors} {noun} scored it. You see what they say, and the score, once you have given your marks.",
            icon=":material/visibility_off:",
        )
    elif not found.blind:
        _result(found)
    if found.over:
        st.caption(found.over)
        return
    title = "Change my marks" if found.mine else "My marks"
    with st.expander(title, expanded=not found.mine, key="my_marks"):
        _marks(item, found)
    if not found.blind and item.may_triage:
        with st.expander("Urgency by hand", key="urgency"):
            _urgency(item, found)
        with st.expander("Figures for RICE and WSJF", key="planning"):
            _planning(item)


def _result(found: Sheet) -> None:
    left, middle, right = st.columns(3)
    left.metric("Score", f"{found.score.total:.1f}" if found.score else words.NOT_ENOUGH, help=_formula())
    rank = f"{found.rank} of {found.ranked}" if found.rank else words.NOT_ENOUGH
    middle.metric(
        "Rank",
        rank,
        help="Among the open items with a score that you have marked or that are decided on; equal scores share a rank.",
    )
    right.metric(
        "Confidence",
        words.label(in_words(found.confidence).value),
        help="From number and age of the evidence: 1 − ½ⁿ, where a source counts 1 on its day and half after each year.",
    )
    noun = "assessor" if found.assessors == 1 else "assessors"
    sources = "piece" if found.sources == 1 else "pieces"
    st.caption(f"n = {found.assessors} {noun}, {found.sources} {sources} of evidence; as of today.")
    if found.missing:
        st.text(f"Not enough data: no marks on {', '.join(found.missing)}.")
    if found.top is not None:
        ranks = f"{found.best}" if found.best == found.worst else f"{found.best} to {found.worst}"
        st.text(f"Among the first three in {share(found.top)} of 10,000 weightings; in 90% of them it ranks {ranks}.")
    if found.votes_say:
        st.warning(_VOTES[found.votes_say], icon=":material/how_to_vote:")
    if found.score:
        rows = charts.waterfall_rows(found.score)
        show_chart(rows, charts.waterfall, charts.waterfall_words(rows))
    _by_criterion(found)
    if found.reach:
        _reach(found.reach)
    figures = [f"RICE {found.rice:,.1f}" if found.rice is not None else "", f"WSJF {found.wsjf:.1f}" if found.wsjf is not None else ""]  # fmt: skip
    if any(figures):
        st.text(" · ".join(figure for figure in figures if figure))


def _formula() -> str:
    return "100 × Σ weight × place on the criterion’s scale. Another item never changes it."


def _by_criterion(found: Sheet) -> None:
    """What assessors say, a row per criterion and a column per person."""
    rows = []
    names = words.distinct({place: f"By {other.name}" for place, other in enumerate(found.given)})
    for mark in found.criteria:
        one = found.combined.get(mark.id)
        if one is None:
            continue
        spread = "only one mark" if one.sd is None else f"{one.sd:.1f}" + (" – they disagree" if one.disagree else "")
        row: dict[str, Any] = {"Criterion": mark.name, "Mean": one.mean, "n": one.n, "Spread": spread}
        if mark.id in found.mine:
            row["You"] = found.mine[mark.id]
        row |= {names[place]: other.marks.get(mark.id) for place, other in enumerate(found.given)}
        rows.append(row)
    if rows:
        alt = f"{len(rows)} criteria with mean, number of marks and spread"
        st.dataframe(pd.DataFrame(rows), hide_index=True, key="marks_table", alt=alt)
        if any(one.disagree for one in found.combined.values()):
            st.warning("The assessors disagree on a criterion: talk before you decide.", icon=":material/forum:")


def _reach(found: Reach) -> None:
    st.subheader("What would bring it among the first three", anchor=False)
    st.text(f"It is {found.short:.1f} points short.")
    if found.singles:
        st.text(f"Any one of these would do: {'; '.join(_change(change) for change in found.singles)}.")
    elif found.pair:
        st.text(f"No single change does. Together do {_change(found.pair[0])} and {_change(found.pair[1])}.")
    else:
        st.text("No change of one or two criteria does.")


def _change(change: Change) -> str:
    return f"{change.criterion.name} {change.after:g} instead of {change.before:.2g}"


def _marks(item: Item, found: Sheet) -> None:
    form = Form(f"marks:{item.id}:{'-'.join(str(mark.id) for mark in found.criteria)}")
    with st.form(f"marks_form_{item.id}", border=False):
        marks = {mark.id: _mark(form, mark, found.mine.get(mark.id)) for mark in found.criteria if mark.source == "assessed"}  # fmt: skip
        derived = [f"{mark.name} ({mark.share:.0%})" for mark in found.criteria if mark.source != "assessed"]
        if derived:
            st.caption(plain(f"Comes by itself: {', '.join(derived)}."))
        with st.container(horizontal=True):
            pressed = st.form_submit_button("Save my marks", type="primary", key=form.key("submit"))
            back = bool(found.mine) and st.form_submit_button("Take them back", key=form.key("back"))
    if back and form.perform(operations.withdraw_assessment, item_id=item.id):
        notice.say("Your marks are gone.")
        st.rerun()
    if pressed:
        given = {key: value for key, value in marks.items() if value is not None}
        if form.perform(operations.assess_item, item_id=item.id, marks=given):
            notice.say("Saved. Now you see what others say.")
            st.rerun()


def _mark(form: Form, mark: Mark, value: int | None) -> int | None:
    steps = list(range(mark.low, mark.high + 1))
    worse = " The more, the worse." if mark.cost else ""
    chosen: int | None = st.radio(
        plain(f"{mark.name} ({mark.share:.0%} of the score). {mark.meaning}{worse}"),
        steps,
        steps.index(value) if value in steps else None,
        format_func=lambda step: plain(f"{step}: {mark.anchors[step]}" if mark.anchors.get(step) else str(step)),
        key=form.key(mark_field(mark.id)),
    )
    form.slot(mark_field(mark.id))
    return chosen


def _urgency(item: Item, found: Sheet) -> None:
    form, start = opened("urgency", item, "share")
    with st.form(f"urgency_form_{item.id}", border=False):
        st.write("It rises by itself in the 180 days before the deadline. Set it by hand only where that is wrong.")
        derived = st.checkbox("By the deadline", found.urgency is None, key=form.key("derived"))
        share = st.slider("Urgency by hand", 0, 100, int(100 * (found.urgency or 0)), 5, format="%d%%", key=form.key("share"))  # fmt: skip
        form.slot("share")
        reason = st.text_input("Why?", found.urgency_reason, key=form.key("reason"), max_chars=300)
        form.slot("reason")
        pressed = st.form_submit_button("Save", key=form.key("submit"))
    values: dict[str, Any] = {"share": None if derived else share / 100, "reason": reason}
    values |= {"item_id": item.id, "version": start.version}
    if pressed and written(form, operations.set_urgency, pin="urgency", **values):
        notice.say("Saved.")
        st.rerun()


def _planning(item: Item) -> None:
    form, start = opened("planning", item, "reach")
    said: dict[str, Any] = {"item_id": item.id, "version": start.version}
    with st.form(f"planning_form_{item.id}", border=False):
        st.caption("RICE (Intercom) = reach × impact × confidence ÷ effort")
        for place, (field, label) in zip(st.columns(4), _RICE.items(), strict=True):
            with place:
                said[field] = _figure(form, field, label, start.planning[field])
        st.caption("WSJF (SAFe) = (value + time criticality + risk reduction) ÷ job size")
        for place, (field, label) in zip(st.columns(4), _WSJF.items(), strict=True):
            with place:
                said[field] = _figure(form, field, label, start.planning[field])
        pressed = st.form_submit_button("Save", key=form.key("submit"))
    if pressed and written(form, operations.set_planning_figures, pin="planning", **said):
        notice.say("Saved.")
        st.rerun()


def _figure(form: Form, field: str, label: str, value: float | None) -> float | None:
    allowed: dict[str, tuple[float, ...]] = {"impact": IMPACTS, "rice_confidence": CONFIDENCES}
    if field in {"reach", "effort"}:
        figure: float | None = st.number_input(label, value=value, min_value=0.0, key=form.key(field), format="%g")
    else:
        steps = allowed.get(field, WSJF_VALUES)
        start = steps.index(value) if value in steps else None
        figure = st.selectbox(label, steps, start, key=form.key(field), placeholder="–", format_func=lambda step: f"{step:g}")  # fmt: skip
    form.slot(field)
    return figure
