"""A reader without a browser: asks for a page, reads its messages, and follows what it waits for to the end."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.BidiComponent_pb2 import BidiComponent
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

FINISHED = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)
ENDED, MORE = "ended", "more"  # kinds of messages after which a page is to be asked again
RETRY = "Try again"
PAUSE = 1.0  # seconds that a reader waits before pressing it


@dataclass(frozen=True)
class Wait:
    """A component that waits for a job: what the stream calls it, and which part of the page it stands in."""

    component: str
    stream: str
    watch: str
    fragment: str


@dataclass
class Run:
    """What a page has sent so far, from the first message of its script to the end of all that it waits for.

    `seconds` counts from the question to the latest message, `picture` to the last picture (a player or a chart),
    `moving` to the first records of a training that goes on.
    """

    asked: float = field(default_factory=time.perf_counter)
    seconds: float = 0.0
    picture: float | None = None
    moving: float | None = None
    waits: dict[str, Wait] = field(default_factory=dict)  # component → what it waits for
    titles: int = 0
    exceptions: list[str] = field(default_factory=list)
    alerts: list[str] = field(default_factory=list)
    buttons: dict[str, str] = field(default_factory=dict)  # label → identifier
    widgets: list[str] = field(default_factory=list)  # identifiers
    addresses: list[str] = field(default_factory=list)  # of what the pictures show, where it is not in the message
    tracebacks: int = 0
    refusals: int = 0
    bytes: int = 0
    finished: bool = False

    @property
    def progress(self) -> bool:
        """Whether something is waited for."""
        return bool(self.waits)

    @property
    def trouble(self) -> str | None:
        """What a reader would call an error: an exception on the page, or nothing to see."""
        if self.exceptions:
            return self.exceptions[0]
        if not self.finished:
            return "the page did not come to its end"
        return None if self.titles else "the page has no title"

    def take(self, message: ForwardMsg, size: int) -> None:
        """Note one message."""
        self.seconds = time.perf_counter() - self.asked
        self.bytes += size
        kind = message.WhichOneof("type")
        if kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self._take_element(message.delta)
        elif kind == "page_not_found":
            self.exceptions.append(f"page not found: {message.page_not_found.page_name}")
        elif kind == "session_event" and message.session_event.HasField("script_compilation_exception"):
            self.exceptions.append(message.session_event.script_compilation_exception.message)
        elif kind == "script_finished":
            # A script that asks for its own rerun ends early, and the next run follows.
            self.finished = message.script_finished in FINISHED

    def _take_element(self, delta: Delta) -> None:
        element = delta.new_element
        kind = element.WhichOneof("type") or ""
        identifier = getattr(getattr(element, kind, None), "id", "")
        if identifier:
            self.widgets.append(identifier)
        if kind == "exception":
            self.exceptions.append(f"{element.exception.type}: {element.exception.message}")
            self.tracebacks += bool(element.exception.stack_trace)
        elif kind == "alert":
            self.alerts.append(element.alert.body)
        elif kind == "button":
            self.buttons[element.button.label] = element.button.id
        elif kind == "heading" and element.heading.tag == "h1":
            self.titles += 1
        elif kind == "vega_lite_chart":
            self.picture = self.seconds
        elif kind == "bidi_component":
            self._take_component(element.bidi_component, delta.fragment_id)

    def _take_component(self, component: BidiComponent, fragment: str) -> None:
        data = json.loads(component.json or "null")
        if not isinstance(data, dict):
            return
        if "address" in data:
            self.picture = self.seconds
            self.addresses.append(data["address"])
            self.waits.pop(component.id, None)
        elif "stream" in data:
            self.waits[component.id] = Wait(component.id, data["stream"], data["watch"], fragment)


class Reader:
    """One open page. Use `reading(host)`."""

    def __init__(self, host: str, socket: ClientConnection) -> None:
        self.host = host
        self.socket = socket
        self._page = ("", "")

    async def ask(self, page: str = "", query: str = "", press: str = "", wait: Wait | None = None) -> None:
        """Ask for a page by its name and query, with the button of the identifier `press` just pressed.

        Or ask for the part of it that has waited for a job, as its component does.
        """
        self._page = (page, query)
        message = BackMsg()
        asked = message.rerun_script
        asked.page_name, asked.query_string = page, query
        if press:
            widget = asked.widget_states.widgets.add()
            widget.id, widget.trigger_value = press, True
        if wait:
            asked.fragment_id = wait.fragment
            widget = asked.widget_states.widgets.add()
            widget.id = f"$$STREAMLIT_INTERNAL_KEY_{wait.component}__events"
            widget.json_trigger_value = json.dumps([{"event": "look", "value": 1}])
        await self.socket.send(message.SerializeToString())

    async def read(self, patience: float, until: Callable[[Run], bool] = lambda run: run.finished) -> Run:
        """Read until the condition holds, and follow what the page then waits for to its end.

        When `patience` seconds have passed before, the run is not finished.
        """
        run = Run()
        try:
            async with asyncio.timeout(patience):
                await self._read_on(run, until)
                while run.finished and run.waits:
                    await self._follow(run)
                fetched = await asyncio.gather(*(_fetch(self.host, address) for address in run.addresses))
                if fetched:
                    run.bytes += sum(fetched)
                    run.picture = run.seconds = time.perf_counter() - run.asked
        except TimeoutError:
            run.finished = False
        except OSError as error:
            run.exceptions.append(f"a recording did not arrive: {error}")
        return run

    async def _read_on(self, run: Run, until: Callable[[Run], bool]) -> None:
        while not until(run):
            data = await self.socket.recv()
            if isinstance(data, bytes):
                run.take(ForwardMsg.FromString(data), len(data))

    async def _follow(self, run: Run) -> None:
        """Hear what the server tells of all that is waited for, and ask again for each part that has ended."""
        before = dict(run.waits)
        async for words, size in _hear(self.host, next(iter(before.values())).stream):
            run.bytes += size
            if words["kind"] == "part" and run.moving is None:
                run.moving = time.perf_counter() - run.asked
            wait = next((wait for wait in run.waits.values() if wait.watch == words["watch"]), None)
            if wait and words["kind"] in (ENDED, MORE):
                await self._ask_again(run, wait)
        if run.waits == before:  # there was nothing to tell of what is waited for
            await self._ask_again(run, next(iter(before.values())))

    async def _ask_again(self, run: Run, wait: Wait) -> None:
        run.finished = False
        # The part of the page is drawn anew, with all that it still waits for.
        run.waits = {name: other for name, other in run.waits.items() if other.fragment != wait.fragment}
        await self.ask(*self._page, wait=wait)
        await self._read_on(run, lambda run: run.finished)


@asynccontextmanager
async def reading(host: str, origin: str | None = None) -> AsyncIterator[Reader]:
    """Open a page's websocket as the browser does; `origin` is that of the page which opens it."""
    socket = connect(
        f"ws://{host}/_stcore/stream",
        origin=Origin(origin or f"http://{host}"),
        subprotocols=[Subprotocol("streamlit")],
        max_size=None,
        compression=None,
        open_timeout=60,
        close_timeout=5,
    )
    async with socket as connection:
        yield Reader(host, connection)


async def _open(host: str, address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Ask for what lies at an address as the browser does. Raises OSError when it is not there."""
    name, _, port = host.partition(":")
    reader, writer = await asyncio.open_connection(name, int(port))
    # In the old version of the protocol the end of an answer is that of the connection.
    accepted = "Accept-Encoding: gzip\r\nSec-Fetch-Site: same-origin"
    writer.write(f"GET /{address} HTTP/1.0\r\nHost: {host}\r\n{accepted}\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    if b" 200 " not in head.partition(b"\r\n")[0]:
        writer.close()
        raise OSError(head[:60].decode(errors="replace"))
    return reader, writer


async def _fetch(host: str, address: str) -> int:
    reader, writer = await _open(host, address)
    try:
        return len(await reader.read(-1))
    finally:
        writer.close()


async def _hear(host: str, address: str) -> AsyncIterator[tuple[dict[str, Any], int]]:
    """The messages of a stream and their sizes (layout: bnviz/ui/server/stream.py)."""
    reader, writer = await _open(host, address)
    try:
        while True:
            header = await reader.readexactly(int.from_bytes(await reader.readexactly(4), "little"))
            payload = await reader.readexactly(int.from_bytes(await reader.readexactly(4), "little"))
            yield json.loads(header), len(header) + len(payload)
    except asyncio.IncompleteReadError:
        return
    finally:
        writer.close()


async def visit(host: str, page: str = "", query: str = "", patience: float = 60.0) -> Run:
    """Open a page, wait for its end, leave. Where the server is too busy, wait and press the button that says so.

    The seconds of the run count from before the connection.
    """
    start = time.perf_counter()
    async with reading(host) as reader:
        await reader.ask(page, query)
        run = await reader.read(patience)
        while RETRY in run.buttons and time.perf_counter() - start < patience:
            await asyncio.sleep(PAUSE)
            await reader.ask(page, query, press=run.buttons[RETRY])
            refusals = run.refusals + 1
            run = await reader.read(patience)
            run.refusals = refusals
        shift = run.asked - start
        run.seconds += shift
        run.picture = None if run.picture is None else run.picture + shift
        run.moving = None if run.moving is None else run.moving + shift
        return run
