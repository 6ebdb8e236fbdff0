"""Servers to measure: the product's, and a stock Streamlit with the naive page."""

import contextlib
import hashlib
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks import store
from cop.settings import ROOT

TOKEN = "b" * 43
TOKEN_HASH = hashlib.sha256(TOKEN.encode()).hexdigest()


@dataclass(frozen=True)
class Server:
    """A running server: where, and which process."""

    base: str
    pid: int

    @property
    def peak_mb(self) -> float:
        """The most memory it ever held, in MB (as Linux counts it)."""
        status = Path(f"/proc/{self.pid}/status")
        if not status.exists():
            return psutil.Process(self.pid).memory_info().rss / 2**20
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def product(data_dir: Path) -> Iterator[Server]:
    """The product with the empty page beside its own, on the data in `data_dir`."""
    with _serve(ROOT / "benchmarks" / "serve.py", ROOT, _env(data_dir)) as server:
        yield server


@contextlib.contextmanager
def naive(data_dir: Path) -> Iterator[Server]:
    """The naive page on stock settings: started elsewhere, so that our config.toml isn't read."""
    url = store.address(data_dir)
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "naive.py"
        script.write_bytes((ROOT / "benchmarks" / "naive.py").read_bytes())
        with _serve(script, Path(folder), {"COP_DATABASE_URL": url}) as server:
            yield server


def _env(data_dir: Path) -> dict[str, str]:
    return {"COP_DATA_DIR": str(data_dir), "COP_DATABASE_URL": store.address(data_dir)}


@contextlib.contextmanager
def _serve(script: Path, folder: Path, env: dict[str, str]) -> Iterator[Server]:
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    command += ["--server.address", "127.0.0.1", "--server.headless", "true", "--browser.gatherUsageStats", "false"]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env=os.environ | env)
        try:
            base = f"http://127.0.0.1:{port}"
            _wait(base, process)
            yield Server(base, process.pid)
        finally:
            process.terminate()
            process.wait(30)


def _wait(base: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise SystemExit(f"the server ended with {process.returncode}")
        try:
            urllib.request.urlopen(base, timeout=5)
        except urllib.error.HTTPError:
            return  # who answers is up
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the server did not start")
