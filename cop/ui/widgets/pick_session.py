"""Which session is meant: from the address, else the only one that can be meant, else the user's choice."""

from dataclasses import dataclass
from datetime import datetime

import pandas as pd
import streamlit as st

from cop import db as database
from cop.errors import NotFound
from cop.periods import utcnow
from cop.permissions import Actor
from cop.sessions import queries
from cop.sessions.drafts import draft_subject, own_subjects
from cop.sessions.queries import Room, SessionDetail
from cop.ui import format as words
from cop.ui import layout
from cop.ui.address import address_id, address_slug
from cop.ui.load import load
from cop.ui.text import plain


@dataclass(frozen=True)
class Chosen:
    """The community, and its session where one was chosen."""

    room: Room
    session: SessionDetail | None


def chosen(actor: Actor) -> Chosen | None:
    """What to record, or None while the user still chooses (the choices are drawn)."""
    rooms = {room.id: room for room in load(queries.rooms)}
    session_id, slug = st.query_params.get("session", ""), st.query_params.get("community", "")
    if session_id:
        session = load(queries.session_detail, session_id=address_id(session_id))
        if session.community_id not in rooms:
            raise NotFound
        return Chosen(rooms[session.community_id], session)
    if slug:
        return Chosen(_by_slug(rooms, slug), None)
    due = load(queries.due_for_recording, community_ids=tuple(sorted(rooms)), now=this_minute())
    drafts = _drafts(actor)
    if len(rooms) == 1 and not len(due) and not (drafts.keys() - {draft_subject(next(iter(rooms)), None)}):
        return Chosen(next(iter(rooms.values())), None)
    _choices(rooms, due, drafts)
    return None


def only_room() -> Room | None:
    """The community in the address, or the only one, or None while the user chooses."""
    rooms = {room.id: room for room in load(queries.rooms)}
    slug = st.query_params.get("community", "")
    if slug:
        return _by_slug(rooms, slug)
    if len(rooms) == 1:
        return next(iter(rooms.values()))
    pick_room(rooms, "Which community is it for?", "plan")
    return None


def this_minute() -> datetime:
    """The present minute: equal for all reads of a minute, so that they share a cached result."""
    return utcnow().replace(second=0, microsecond=0)


def pick_room(rooms: dict[int, Room], title: str, screen: str) -> None:
    """A choice of one's communities that leads to a screen."""
    if not rooms:
        st.info("You have no community to record for. The programme office assigns facilitators.")
        return
    picked = st.selectbox(
        title, list(rooms), None, format_func=lambda key: rooms[key].name, key="room", placeholder="Choose a community"
    )
    if picked is not None:
        layout.go(screen, community=rooms[picked].slug, day=st.query_params.get("day"))


def _by_slug(rooms: dict[int, Room], slug: str) -> Room:
    room = next((room for room in rooms.values() if room.slug == address_slug(slug)), None)
    if room is None:
        raise NotFound
    return room


def _drafts(actor: Actor) -> dict[str, datetime]:
    with database.reading() as db:
        return own_subjects(db, actor)


def _choices(rooms: dict[int, Room], due: pd.DataFrame, drafts: dict[str, datetime]) -> None:
    """Sessions that wait to be recorded, drafts begun, and a session that wasn't planned."""
    several = len(rooms) > 1
    if len(due):
        st.subheader("Waiting to be recorded", anchor=False)
        for row in due.to_dict("records"):
            begun = " (draft begun)" if draft_subject(row["community_id"], row["session_id"]) in drafts else ""
            where = f"{row['community']}: " if several else ""
            title = f"{where}{row['title']}, {words.moment(row['starts_at'], row['time_zone'])}{begun}"
            layout.link("record", title, icon=":material/edit_note:", session=row["session_id"])
    begun_rooms = [room for room in rooms.values() if draft_subject(room.id, None) in drafts]
    if begun_rooms:
        st.subheader("Begun and not saved", anchor=False)
        for room in begun_rooms:
            layout.link("record", f"Unplanned session of {room.name}", icon=":material/draft:", community=room.slug)
    st.subheader("A session that wasn’t planned", anchor=False)
    if several or not rooms:
        pick_room(rooms, "Community", "record")
    else:
        room = next(iter(rooms.values()))
        layout.link("record", f"Record one for {room.name}", icon=":material/add_circle:", community=room.slug)


def heading(chosen: Chosen) -> None:
    """What is being recorded."""
    session = chosen.session
    what = "A session that wasn’t planned"
    if session is not None:
        what = "Amending what was recorded" if session.status == "held" else "Planned session"
    st.caption(f"{plain(chosen.room.name)} · {what}")
