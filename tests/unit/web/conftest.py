"""The gate and the plain HTML routes before a stand-in for Streamlit that says what it was handed."""

import warnings
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from starlette.applications import Starlette
from starlette.exceptions import StarletteDeprecationWarning
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from cop.accounts.passwords import hash_password
from cop.db import transaction
from cop.models import Account
from cop.web.gate import Gate
from cop.web.oidc import OIDC_ROUTES
from cop.web.routes import ROUTES
from tests import factories as make

with warnings.catch_warnings():
    warnings.simplefilter("ignore", StarletteDeprecationWarning)  # it would rather have httpx2
    from starlette.testclient import TestClient

PASSWORD = "river-lantern-42-orbit"
HOST = "testserver"  # the only name that its WebSockets have
FORM = {"origin": f"http://{HOST}", "sec-fetch-site": "same-origin"}
HTML = {"accept": "text/html"}


async def streamlit(request: Request) -> Response:
    return JSONResponse({"path": request.url.path, "identity": request.headers.getlist("x-cop-session")})


async def stream(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_json({"identity": socket.headers.getlist("x-cop-session")})
    await socket.close()


@pytest.fixture
def app() -> Starlette:
    rest = Route("/{path:path}", streamlit, methods=["GET", "POST", "PUT", "DELETE", "OPTIONS"])
    routes = [*ROUTES, *OIDC_ROUTES, WebSocketRoute("/_stcore/stream", stream), rest]
    return Starlette(routes=routes, middleware=[Middleware(Gate)])


@pytest.fixture
def visit(app: Starlette, engine: sa.Engine) -> Iterator[Callable[..., TestClient]]:
    """Makes browsers: each keeps its own cookies and follows no redirect."""
    made: list[TestClient] = []

    def new(scheme: str = "http", host: str = HOST) -> TestClient:
        made.append(TestClient(app, base_url=f"{scheme}://{host}", follow_redirects=False))
        return made[-1]

    yield new
    for client in made:
        client.close()


@pytest.fixture
def client(visit: Callable[..., TestClient]) -> TestClient:
    return visit()


@pytest.fixture
def mia(engine: sa.Engine) -> Account:
    with transaction(engine) as db:
        make.organisation(db, name="Orbis")
        return make.account(db, username="mia", password_hash=hash_password(PASSWORD, rounds=4))


def sign_in(client: TestClient, username: str = "mia", password: str = PASSWORD, path: str = "/sign-in") -> Response:
    origin = {"origin": str(client.base_url).rstrip("/"), "sec-fetch-site": "same-origin"}
    return client.post(path, data={"username": username, "password": password}, headers=origin)
