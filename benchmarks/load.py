"""N browsers' worth of WebSocket sessions against a running server, each rerunning its page at an interval.

Speaks Streamlit's own protocol with the installed package's messages. Times run from asking for a rerun to the
server's word that the script has finished.
"""

import asyncio
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

_FINISHED = {
    ForwardMsg.FINISHED_SUCCESSFULLY,
    ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY,
}


@dataclass
class Timings:
    """What a load run measured, in milliseconds."""

    first: list[float] = field(default_factory=list)
    rerun: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def p(self, share: float) -> float:
        """A percentile of the reruns."""
        ordered = sorted(self.rerun)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")

    def median_first(self) -> float:
        """The median time of a session's first run, connection included."""
        return statistics.median(self.first) if self.first else float("nan")


@dataclass(frozen=True)
class Load:
    """How many sessions rerun which page how often; queries go round among the sessions."""

    base: str
    page: str
    sessions: int
    reruns: int
    queries: Sequence[str] = ("",)
    cookie: str = ""
    interval: float = 2.0
    timeout: float = 180.0
    before: Callable[[], object] | None = None
    """Called before each rerun, outside its time."""

    def run(self) -> Timings:
        """Run it and wait for the end."""
        return asyncio.run(self._all())

    async def _all(self) -> Timings:
        timings, ready = Timings(), asyncio.Event()
        ramp = min(10.0, self.sessions * 0.05)
        tasks = [
            asyncio.create_task(self._session(index, index * ramp / self.sessions, timings, ready))
            for index in range(self.sessions)
        ]
        deadline = time.monotonic() + self.timeout * 2
        while len(timings.first) + len(timings.errors) < self.sessions and time.monotonic() < deadline:  # noqa: ASYNC110 - two lists to watch
            await asyncio.sleep(0.02)
        ready.set()
        await asyncio.gather(*tasks)
        return timings

    async def _session(self, index: int, delay: float, timings: Timings, ready: asyncio.Event) -> None:
        await asyncio.sleep(delay)
        parts = urlsplit(self.base)
        try:
            start = time.perf_counter()
            async with websockets.connect(
                f"ws://{parts.netloc}/_stcore/stream",
                subprotocols=["streamlit"],  # type: ignore[list-item]
                max_size=None,
                compression=None,
                origin=self.base,  # type: ignore[arg-type]
                additional_headers={"Cookie": self.cookie} if self.cookie else {},
                open_timeout=self.timeout,
                ping_interval=None,
            ) as socket:
                page_hash = await self._run(socket, index, "")
                timings.first.append(1000 * (time.perf_counter() - start))
                await ready.wait()
                await asyncio.sleep(self.interval * index / self.sessions)
                due = time.perf_counter()
                for _ in range(self.reruns):
                    await asyncio.sleep(max(0.0, due - time.perf_counter()))
                    due += self.interval
                    if self.before:
                        await asyncio.to_thread(self.before)
                    start = time.perf_counter()
                    await self._run(socket, index, page_hash)
                    timings.rerun.append(1000 * (time.perf_counter() - start))
        except Exception as error:  # noqa: BLE001 - every failure is a result here
            timings.errors.append(f"{type(error).__name__}: {error}"[:200])

    async def _run(self, socket: websockets.ClientConnection, index: int, page_hash: str) -> str:
        message = BackMsg()
        rerun = message.rerun_script
        rerun.query_string = self.queries[index % len(self.queries)]
        if page_hash:
            rerun.page_script_hash = page_hash
        else:
            rerun.page_name = self.page
        rerun.context_info.url = f"{self.base}/{self.page}"
        rerun.context_info.timezone = "UTC"
        rerun.context_info.locale = "en-US"
        await socket.send(message.SerializeToString())
        while True:
            reply = ForwardMsg()
            reply.ParseFromString(await asyncio.wait_for(socket.recv(decode=False), self.timeout))
            kind = reply.WhichOneof("type")
            if kind == "navigation":  # a new session's own message names the entry script, not the page it leads to
                page_hash = reply.navigation.page_script_hash
                self._arrived(reply, page_hash)
            elif kind == "delta" and reply.delta.new_element.WhichOneof("type") == "exception":
                raise RuntimeError(reply.delta.new_element.exception.message)
            elif kind == "script_finished" and reply.script_finished in _FINISHED:
                return page_hash
            elif kind == "script_finished" and reply.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                raise RuntimeError(ForwardMsg.ScriptFinishedStatus.Name(reply.script_finished))

    def _arrived(self, reply: ForwardMsg, page_hash: str) -> None:
        """Refuse to measure another page than the one asked for."""
        names = {page.page_script_hash: page.url_pathname for page in reply.navigation.app_pages}
        if names.get(page_hash) != self.page:
            raise RuntimeError(f"asked for {self.page!r}, got {names.get(page_hash)!r}")
