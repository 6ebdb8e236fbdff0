"""The versions of the criteria: who made each, why, and what it changed."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from cop.funnel.setup import scale_in_words, share_in_words, weight_shares
from cop.funnel.setup_queries import Version
from cop.ui import format as words
from cop.ui import run as runs
from cop.ui.text import plain

_SHOWN = 10


def show(versions: tuple[Version, ...], *, bring_back: Callable[[Version, Version], None]) -> None:
    """The latest versions, the one in force first; `bring_back(current, old)` is called for one that is wanted again."""
    st.subheader("Versions", anchor=False)
    current, *earlier = versions
    _one(current, "in force")
    if not earlier:
        return
    everything = len(earlier) <= _SHOWN or st.toggle(f"Show all {len(versions)}", key="all_versions")
    for version in earlier if everything else earlier[:_SHOWN]:
        _one(version, "", partial(bring_back, current, version))


def _one(version: Version, state: str, bring_back: Callable[[], None] | None = None) -> None:
    with st.container(border=True):
        made = words.moment(version.made_at, runs.current().time_zone)
        facts = [f"**Version {version.number}**", state, made, plain(version.made_by)]
        st.markdown(" · ".join(fact for fact in facts if fact))
        st.text(version.note)
        if version.changes:
            st.markdown("\n".join(f"- {plain(sentence)}" for sentence in version.changes))
        box = st.expander("Its criteria", key=f"version_{version.id}", on_change="rerun")
        if box.open:
            with box:
                _criteria(version)
        if bring_back is not None:
            st.button(
                "Bring it back", key=f"bring_back_{version.id}", icon=":material/settings_backup_restore:", on_click=bring_back
            )  # fmt: skip


def _criteria(version: Version) -> None:
    shares = weight_shares([one.weight for one in version.criteria])
    for one, share in zip(version.criteria, shares, strict=True):
        st.markdown(f"**{plain(one.name)}**, {share_in_words(share)} · {scale_in_words(one)}")
        told = [one.meaning, *(f"{mark} = {text}" for mark, text in one.anchors)]
        st.text("\n".join(text for text in told if text))
