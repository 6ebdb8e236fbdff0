"""What one closed survey tells: dimensions, answers, comments; levels of skills stand on their own screen."""

import pandas as pd
import streamlit as st

from cop.choices import QuestionType, SurveyKind
from cop.surveys import charts, exports, queries, result_queries
from cop.surveys.answers import AGREEMENT
from cop.surveys.definitions import DIMENSION, help_of
from cop.surveys.pulse import Dimension
from cop.surveys.release import LEAST_COMMENTS
from cop.surveys.result_queries import Group, GroupResults, Head
from cop.surveys.words import several as several_choices
from cop.surveys.words import signed, why
from cop.surveys.words import single as one_choice
from cop.ui import format as words
from cop.ui.address import address_id
from cop.ui.draw import drawn, show_chart
from cop.ui.layout import link
from cop.ui.load import load
from cop.ui.text import plain
from cop.ui.widgets import downloads
from cop.ui.widgets.downloads import Offer
from cop.ui.widgets.paging import page_of
from cop.ui.widgets.result_banner import banner

_COUNTED = {QuestionType.LIKERT.value, QuestionType.SINGLE.value, QuestionType.MULTIPLE.value}
_BESIDE = 3


def is_asked() -> bool:
    """Whether the address names a survey."""
    return bool(st.query_params.get("survey"))


def from_address() -> Head:
    """The survey that the address names; NotFound where it names none that is closed."""
    return load(result_queries.head, survey_id=address_id(st.query_params.get("survey", "")))


def show(head: Head) -> None:
    """The whole screen."""
    link("results", "Survey results", icon=":material/arrow_back:")
    st.title(plain(head.name), anchor=False)
    if head.purpose:
        st.text(head.purpose)
    banner(head)
    if QuestionType.LEVEL.value in head.types:
        link(
            "gaps",
            "Gaps in skills by unit, job role and community",
            icon=":material/stacked_bar_chart:",
            wave=head.name,
        )
    params = {"survey_id": head.id}
    downloads.menu("results", Offer("Released table", exports.released, params, ("released", str(head.id))))
    if _COUNTED & head.types:
        _answers(head)
    if head.texts and not head.ended_by_restore:
        _comments(head)


def _answers(head: Head) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        group = _group(head)
        before_id = _before(head)
    params = {"survey_id": head.id, "group_id": group.id, "before_id": before_id}
    shown = {"smallest": head.smallest_group, "asked_here": not head.collected_elsewhere}
    drawn(_told, result_queries.of_group, shown, **params)


def _group(head: Head) -> Group:
    """The whole first; a group of which nothing is told can be chosen too, and says why."""
    by_id = {group.id: group for group in head.groups}
    kinds = {"whole": "Everybody", "org_unit": "Unit", "job_role": "Job role", "community": "Community"}
    names = words.distinct({key: f"{kinds[group.kind]}: {group.name}" for key, group in by_id.items()})
    order = sorted(by_id, key=lambda key: (list(kinds).index(by_id[key].kind), names[key].casefold()))
    chosen = st.selectbox(
        "Group", order, format_func=lambda key: names.get(key, str(key)), key="group", bind="query-params"
    )
    return by_id.get(chosen, by_id[order[0]])


def _before(head: Head) -> int | None:
    names = {wave.id: f"{wave.name} ({words.day(wave.frozen_on)})" for wave in head.earlier}
    if not names:
        return None
    chosen = st.selectbox(
        "Compare with", list(names), format_func=lambda key: names.get(key, str(key)), key="before", bind="query-params"
    )
    return chosen if chosen in names else next(iter(names))


def _told(found: GroupResults, *, smallest: int, asked_here: bool) -> None:
    asked = f" of {found.group.headcount} asked" if asked_here else ""
    count = "" if found.n is None else f"n = {found.n} answers{asked}."
    st.caption(f"{count} People are told as 0–2, or all but 0–2, where it is so few or nearly all; hidden is never 0.")
    if found.group.hidden:
        st.info(
            f"Nothing is told of this group: {why(found.group.hidden, smallest)}.", icon=":material/visibility_off:"
        )
        return
    _dimensions(found.dimensions, smallest)
    _agreement(found.questions, smallest)
    _choices(found.questions, smallest)


def _dimensions(dimensions: tuple[Dimension, ...], smallest: int) -> None:
    if not dimensions:
        return
    st.subheader("What it measures", anchor=False, help=help_of(DIMENSION))
    for start in range(0, len(dimensions), _BESIDE):
        for place, one in zip(st.columns(_BESIDE), dimensions[start : start + _BESIDE], strict=False):
            with place:
                _dimension(one, smallest)


def _dimension(one: Dimension, smallest: int) -> None:
    asked = "1 question" if one.questions == 1 else f"{one.questions} questions"
    if one.mean is None:
        reason = why(one.hidden, smallest) if one.hidden else ""
        st.metric(plain(one.name), words.NOT_ENOUGH, border=True, help=f"{asked}. Hidden: {reason}.")
        return
    moved = one.change
    st.metric(
        plain(one.name),
        f"{one.mean:.1f} of 5",
        delta=None if moved is None else signed(moved.value),
        delta_color="normal" if moved is not None and moved.is_clear else "off",
        delta_description=f"n = {one.n}"
        if moved is None
        else f"95 %: {signed(moved.low)} to {signed(moved.high)}; n = {one.n}",
        border=True,
        help=f"{asked}, {one.shared} of them in the earlier survey too. {DIMENSION.text}",
    )
    if moved is None:
        st.caption(f"n = {one.n}")


def _agreement(questions: pd.DataFrame, smallest: int) -> None:
    """A picture for all questions of the same words, then the hidden ones by name."""
    rows = questions[questions["type"] == QuestionType.LIKERT.value]
    if rows.empty:
        return
    st.subheader("Agreement", anchor=False)
    told = rows[rows["counts"].notna()]
    for options in dict.fromkeys(told["options"]):
        part, answers = told[told["options"] == options], options or AGREEMENT
        names = [
            f"{text} (turned)" if turned else text
            for text, turned in zip(part["question"], part["reversed"], strict=True)
        ]
        frame = pd.DataFrame({"name": names, "counts": part["counts"].tolist(), "words": [answers] * len(part)})
        summary = f"Answers to {len(part)} questions, as in the table below."
        show_chart(frame, charts.STACKED, summary, answers=tuple(answers))
    _table(rows, smallest)


def _table(rows: pd.DataFrame, smallest: int) -> None:
    shown = pd.DataFrame(
        {
            "Question": rows["question"],
            "Measures": rows["dimension"],
            "Mean": rows["mean"].astype("Float64"),
            "n": rows["known"],
            "Turned": rows["reversed"].map({True: "yes", False: ""}),
            "Why hidden": ["" if reason is None else why(reason, smallest) for reason in rows["hidden"]],
        }
    )
    st.dataframe(
        shown,
        hide_index=True,
        placeholder="",
        alt=f"{len(shown)} questions with mean and known answers",
        column_config={
            "Question": st.column_config.TextColumn(width="large"),
            "Mean": st.column_config.NumberColumn(
                format="%.1f", help="1 to 5; turned where agreeing is the worse answer."
            ),
            "n": st.column_config.NumberColumn(help="Known answers."),
        },
    )


def _choices(questions: pd.DataFrame, smallest: int) -> None:
    rows = questions[questions["type"].isin([QuestionType.SINGLE.value, QuestionType.MULTIPLE.value])]
    for text, part in rows.groupby("question", sort=False):
        st.subheader(plain(str(text)), anchor=False)
        first = part.iloc[0]
        if first["counts"] is None:
            st.caption(f"Hidden: {why(first['hidden'], smallest)}.")
            continue
        several = first["type"] == QuestionType.MULTIPLE.value
        st.caption(f"n = {first['known']}" + ("; several answers were possible." if several else "."))
        shown = several_choices(part) if several else one_choice(part.iloc[0])
        st.dataframe(shown, hide_index=True, alt=f"Shares of {len(shown)} answers")


def _comments(head: Head) -> None:
    st.subheader("Comments", anchor=False)
    if head.kind == SurveyKind.SESSION_FEEDBACK:
        st.caption("Comments on sessions stand on their community's page, those of all its sessions together.")
        return
    st.caption(
        f"Told from {LEAST_COMMENTS} on, of everybody who was asked together, in random order, with nothing about who wrote"
        " them. They are as they were written."
    )
    found = load(queries.comments, survey_id=head.id)
    for key, text in head.texts:
        st.markdown(f"**{plain(text)}**")
        part = found[found["question_id"] == key]
        if part.empty:
            st.text(f"Fewer than {LEAST_COMMENTS} wrote something, so nothing is told.")
            continue
        st.caption(f"n = {len(part)}")
        for comment in page_of(part, f"comments:{key}")["text"]:
            with st.container(border=True):
                st.text(comment)
