"""The app's WebSocket without a browser: what is sent is what we say, what comes back is looked at byte by byte."""

import contextlib
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import httpx
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

from tests.browser.conftest import PASSWORD


@contextlib.contextmanager
def signed_in(server, username: str) -> Iterator[httpx.Client]:
    headers = {"origin": server.url, "sec-fetch-site": "same-origin"}
    with httpx.Client(base_url=server.url) as client:
        answer = client.post("/sign-in", data={"username": username, "password": PASSWORD}, headers=headers)
        assert answer.status_code == 303
        yield client


def socket(server, *, cookie: str = "", session: str = "", origin: str = "", **headers: str) -> ClientConnection:
    """A connection to Streamlit's stream, naming `session` as the one to resume."""
    if cookie:
        headers["cookie"] = f"cop_session={cookie}"
    return connect(
        server.url.replace("http", "ws") + "/_stcore/stream",
        additional_headers={name.replace("_", "-"): value for name, value in headers.items()},
        subprotocols=["streamlit", "no-xsrf-token", *([session] if session else [])],
        origin=origin or server.url,
        max_size=None,
        close_timeout=1,
    )


def run(
    connection: ClientConnection, page: str = "account", *, widgets: Mapping[str, Any] | None = None, **address: object
) -> tuple[str, bytes]:
    """Run a page; the Streamlit session's id and everything that was drawn.

    `widgets` are values by widget id, True for a pressed button, whether or not the page ever drew such a widget.
    """
    send(connection, page, widgets=widgets, **address)
    session, drawn = "", b""
    while True:
        raw = connection.recv(timeout=30)
        answer = ForwardMsg()
        answer.ParseFromString(raw)
        drawn += raw
        if answer.WhichOneof("type") == "new_session":
            session = answer.new_session.initialize.session_id
        if answer.WhichOneof("type") == "script_finished" and session:
            return session, drawn


def send(
    connection: ClientConnection, page: str, *, widgets: Mapping[str, Any] | None = None, **address: object
) -> None:
    """Ask for a run and wait for nothing."""
    message = BackMsg()
    message.rerun_script.page_name = page
    message.rerun_script.query_string = urlencode(address)
    for name, value in (widgets or {}).items():
        state = message.rerun_script.widget_states.widgets.add(id=name)
        if value is True:
            state.trigger_value = True
        elif isinstance(value, str):
            state.string_value = value
        else:
            state.string_array_value.data.extend(value)
    connection.send(message.SerializeToString())


def widget(drawn: bytes, key: str) -> str:
    """The id of the widget that has this key (a pattern) in what was drawn."""
    found = re.search(rb"\$\$ID-[0-9a-f]+-" + key.encode(), drawn)
    assert found, key
    return found.group().decode()
