"""The commands that serve the application, and where it listens."""

import os
import socket
import sys
import tomllib
from argparse import Namespace
from dataclasses import dataclass

from cop.accounts import first_run
from cop.errors import CopError
from cop.schema import open_database
from cop.settings import ROOT, settings


class PortTaken(CopError):
    """Something else listens where the application should."""


@dataclass(frozen=True)
class Address:
    """Where the application listens; an empty host means every interface."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """What to type into a browser on this machine."""
        host = "localhost" if self.host in {"", "0.0.0.0", "::", "127.0.0.1"} else self.host  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"


def address() -> Address:
    """Streamlit's own settings: its environment variables, else .streamlit/config.toml, else port 8501."""
    server = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text()).get("server", {})
    host = os.environ.get("STREAMLIT_SERVER_ADDRESS", server.get("address", ""))
    port = os.environ.get("STREAMLIT_SERVER_PORT", str(server.get("port", 8501)))
    if not port.isdecimal() or not 0 < int(port) < 65_536:
        raise CopError(f"STREAMLIT_SERVER_PORT must be a port number, not {port!r}.")
    return Address(host, int(port))


def free(where: Address) -> Address:
    """The address, if nothing listens there yet; PortTaken otherwise."""
    family = socket.AF_INET6 if ":" in where.host else socket.AF_INET
    with socket.socket(family) as probe:
        if os.name != "nt":  # there the option would let two programs listen on one port
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((where.host, where.port))
            probe.listen()
        except OSError as error:
            raise PortTaken(
                f"Port {where.port} can't be used ({error.strerror}). Stop what uses it, or choose another: "
                f"STREAMLIT_SERVER_PORT={where.port + 1}."
            ) from error
    return where


def serve(where: Address) -> int:
    """Run Streamlit in this process until it is stopped, as `streamlit run app.py` does."""
    from click import Abort  # noqa: PLC0415 - both take a second to import, which only serving needs
    from streamlit.web.cli import main as streamlit  # noqa: PLC0415

    os.chdir(ROOT)  # where Streamlit looks for its settings; ours are read already
    sys.stdout.flush()
    options = ["--server.port", str(where.port)]
    options += ["--logger.hideWelcomeMessage", "true"]  # it would ask a server elsewhere for our public address
    try:
        streamlit(["run", "app.py", *options], standalone_mode=False)
    except (Abort, KeyboardInterrupt):
        print("\nStopped.")
    return 0


def run(_args: Namespace) -> int:
    """Serve the configured database; an empty one is set up in the browser, with a code that the app prints."""
    where = free(address())
    open_database(settings())
    print(f"Communities of Practice: {where.url}")
    if first_run.is_needed():
        print(f"Set it up at {where.url}/first-run with the code that follows.")
    return serve(where)
