"""What every result of a wave says of itself: of which days, of how many, how fresh, whether those who answered stand for all."""

import streamlit as st

from cop.surveys.definitions import RESPONSE_RATE
from cop.surveys.result_queries import Group, Head
from cop.ui import format as words

_HALF = 0.5


def banner(head: Head) -> None:
    """Period, people asked, response rate, the day the table was frozen; a warning where fewer than half answered."""
    if head.ended_by_restore:
        st.info(
            "A backup was put back while this survey was open, and backups hold no answers: it ended, and nothing is told"
            " of it. To ask again, make a new one.",
            icon=":material/settings_backup_restore:",
        )
        return
    period = f"{words.day(head.opened_on)} to {words.day(min(head.closes_on, head.frozen_on))}"
    mode = "Named" if head.named else "Anonymous"
    if head.collected_elsewhere:
        asked = "Answers from a file: how many were asked isn't known here"
    elif head.response_rate is None:
        asked = f"{head.asked:,} asked, the response rate is told from 10 on"
    else:
        asked = f"{head.asked:,} asked, {head.response_rate:.0%} answered"
    st.caption(
        f"{mode} survey, {period}. {asked}. Frozen on {words.day(head.frozen_on)}: it never changes, and is the same for"
        f" everybody. Nothing is told of fewer than {head.smallest_group} people.",
        help=f"{RESPONSE_RATE.label}: {RESPONSE_RATE.text}",
    )
    if head.response_rate is not None and head.response_rate < _HALF and not head.collected_elsewhere:
        st.warning(
            f"Only {head.response_rate:.0%} answered. Those who answered may differ from those who didn't, so take these"
            " figures as a hint.",
            icon=":material/warning:",
        )


def group_labels(groups: list[Group]) -> dict[int, str]:
    """The groups' names by id, told apart where several have one."""
    return words.distinct({group.id: group.name for group in groups})
