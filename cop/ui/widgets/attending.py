"""Before and during a session: I come, I can't; the room's code; and afterwards, who came as they had said."""

from io import BytesIO
from urllib.parse import urlsplit

import segno
import streamlit as st

from cop.db import reading
from cop.errors import NotFound
from cop.periods import utcnow
from cop.permissions import Actor, Permission, may
from cop.sessions import attend_operations as operations
from cop.sessions.attending import Attended, Attending, Room, attended, attending, room_of_code
from cop.sessions.check_in import is_open
from cop.sessions.exports import session_attending
from cop.sessions.queries import SessionDetail
from cop.ui import format as words
from cop.ui import layout, run
from cop.ui.load import load
from cop.ui.perform import Form
from cop.ui.text import plain
from cop.ui.widgets import downloads
from cop.ui.widgets.downloads import Offer


def show(actor: Actor, session: SessionDetail) -> None:
    """What can be said or seen of who comes, at this moment of the session's life."""
    found = load(attending, session_id=session.id)
    if session.status == "planned" and not session.archived:
        now = utcnow()
        if session.starts_at > now and not found.am_in:  # who is checked in has come
            _answer(session, found)
        elif found.going:
            st.text(_counts(found))
        if is_open(session.starts_at, session.ends_at, now):
            _check_in(actor, session, found)
    if may(actor, Permission.ATTENDANCE_NAMES, community_id=session.community_id):
        _names(session, found)


def _answer(session: SessionDetail, found: Attending) -> None:
    form = Form(f"answer:{session.id}")
    with st.container(horizontal=True, vertical_alignment="center"):
        said = {"going": "You are coming.", "declined": "You can’t come."}.get(found.mine, "Will you come?")
        st.text(f"{said} {_counts(found)}".strip())
        with st.container(horizontal=True, width="content"):  # on a phone they go to the next line together
            for answer, label, icon in (
                ("going", "I’ll come", ":material/check:"),
                ("declined", "I can’t", ":material/close:"),
            ):
                chosen = found.mine == answer
                if st.button(label, key=form.key(answer), icon=icon, type="primary" if chosen else "secondary"):
                    done = form.perform(operations.answer, session_id=session.id, answer="" if chosen else answer)
                    if done:
                        st.rerun()


def _counts(found: Attending) -> str:
    parts = [f"{found.going} coming"] if found.going else []
    parts += [f"{found.declined} can’t"] if found.declined else []
    return f"So far: {', '.join(parts)}." if parts else ""


def _check_in(actor: Actor, session: SessionDetail, found: Attending) -> None:
    """The way to check oneself in; for who records there, the code for the room."""
    carries = may(actor, Permission.SESSION_RECORD, community_id=session.community_id)
    with st.container(border=True):
        if found.am_in:
            st.text("You are checked in.")
        else:
            layout.link("checkin", "Check in with the room’s code", icon=":material/how_to_reg:")
        if carries:
            _room(session, found)


def _room(session: SessionDetail, found: Attending) -> None:
    form = Form(f"room:{session.id}")
    if found.code:
        _show_code(found)
    with st.container(horizontal=True):
        label = "Show another code" if found.code else "Show a code for the room"
        if st.button(label, key=form.key("open"), icon=":material/qr_code:"):
            done = form.perform(operations.open_check_in, session_id=session.id)
            if done:
                st.rerun()
        if found.code and st.button("Close the check-in", key=form.key("close")):
            done = form.perform(operations.close_check_in, session_id=session.id)
            if done:
                st.rerun()


def _show_code(found: Attending) -> None:
    """Big enough for the back row; as picture, too, for a phone's camera."""
    site = urlsplit(st.context.url or "")
    address = f"{site.scheme}://{site.netloc}/checkin"
    with st.container(horizontal=True, vertical_alignment="center"):
        picture = BytesIO()
        segno.make(f"{address}?code={found.code}", error="m").save(picture, kind="png", scale=6, border=3)
        st.image(picture.getvalue(), width=220, output_format="PNG", alt="The check-in’s address as a QR code")
        with st.container():
            st.title(f"{found.code[:3]} {found.code[3:]}", anchor=False)
            st.text(f"Go to {site.netloc}/checkin and enter this code.")
            people = "1 person is" if found.checked_in == 1 else f"{found.checked_in} people are"
            st.text(f"{people} checked in.")


def _names(session: SessionDetail, found: Attending) -> None:
    """Answers, check-ins and attendance kept apart, by name."""
    if not (found.going or found.declined or found.checked_in):
        return
    people = load(attended, session_id=session.id)
    with st.expander("Who said they come, and who came", icon=":material/groups:", key="attending_names"):
        for title, those in _groups(people, listed=session.attendance_kind == "list").items():
            if those:
                st.markdown(f"**{plain(title)}: {len(those)}**")
                st.text(", ".join(person.name for person in those))
        file = ("answers", session.slug, str(session.day))
        downloads.menu("attending", Offer("Answers", session_attending, {"session_id": session.id}, file))


def _groups(people: tuple[Attended, ...], *, listed: bool) -> dict[str, list[Attended]]:
    """Without a list nobody can be said to have stayed away."""
    going = [person for person in people if person.answer == "going"]
    declined = [person for person in people if person.answer == "declined"]
    if not listed:
        there = [person for person in people if person.checked_in]
        return {"Coming": going, "Can’t come": declined, "Checked in": there}
    return {
        "Came as they had said": [person for person in going if person.came],
        "Said they come and didn’t": [person for person in going if not person.came],
        "Came without saying so": [person for person in people if person.came and person.answer != "going"],
        "Had declined": declined,
    }


def check_in() -> None:
    """The page where one enters the code, from the address or by hand, and sees which session it is."""
    form = Form("check_in")
    given = st.query_params.get("code", "")[:20]
    code = st.text_input("The code shown in the room", given, key="check_in_code", max_chars=20)
    form.slot("code")
    if not code.strip():
        return
    room = _room_of(code)
    if room is None:
        form.fail({"code": operations.WRONG_CODE})
        return
    with st.container(border=True):
        st.subheader(plain(room.title), anchor=False)
        st.text(f"{room.community}\n{words.span(room.starts_at, room.ends_at, room.time_zone)}")
        if room.am_in:
            st.success("You are checked in.", icon=":material/check_circle:")
            layout.link("session", "To the session", icon=":material/event:", id=room.session_id)
        elif st.button("Check me in", key="check_in", type="primary", icon=":material/how_to_reg:", width="stretch"):
            done = form.perform(operations.check_in, code=code)
            if done:
                st.rerun()


def _room_of(code: str) -> Room | None:
    """Asked afresh each time, since what a code opens ends with time."""
    try:
        with reading() as db:
            return room_of_code(db, run.current().actor, code=code, now=utcnow())
    except NotFound:
        return None
