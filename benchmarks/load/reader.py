"""A reader without a browser: asks for a page, reads the script's messages, and knows when a result has come."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

PICTURES = ("bidi_component", "vega_lite_chart")
RETRY = "Try again"
PAUSE = 1.0  # seconds that a reader waits before pressing it


@dataclass
class Run:
    """What the script of a page has sent so far, from the first to the last message of a run.

    `seconds` counts from the question to the latest message, `picture` to the last picture (a player or a chart).
    """

    asked: float = field(default_factory=time.perf_counter)
    seconds: float = 0.0
    picture: float | None = None
    progress: bool = False
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
            self._take_element(message)
        elif kind == "page_not_found":
            self.exceptions.append(f"page not found: {message.page_not_found.page_name}")
        elif kind == "session_event" and message.session_event.HasField("script_compilation_exception"):
            self.exceptions.append(message.session_event.script_compilation_exception.message)
        elif kind == "script_finished":
            # A script that asks for its own rerun ends early, and the next run follows.
            self.finished = message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY

    def _take_element(self, message: ForwardMsg) -> None:
        element = message.delta.new_element
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
        elif kind == "progress":
            self.progress = True
        elif kind in PICTURES:
            self.picture = self.seconds
            data = element.bidi_component.json
            if kind == "bidi_component" and data.startswith('"/'):
                self.addresses.append(json.loads(data))


class Reader:
    """One open page. Use `reading(host)`."""

    def __init__(self, host: str, socket: ClientConnection) -> None:
        self.host = host
        self.socket = socket

    async def ask(self, page: str = "", query: str = "", press: str = "") -> None:
        """Ask for a page by its name and query, with the button of the identifier `press` just pressed."""
        message = BackMsg()
        message.rerun_script.page_name = page
        message.rerun_script.query_string = query
        if press:
            widget = message.rerun_script.widget_states.widgets.add()
            widget.id, widget.trigger_value = press, True
        await self.socket.send(message.SerializeToString())

    async def read(self, patience: float, until: Callable[[Run], bool] = lambda run: run.finished) -> Run:
        """Read until the condition holds, or `patience` seconds have passed: then the run is not finished."""
        run = Run()
        try:
            async with asyncio.timeout(patience):
                while not until(run):
                    data = await self.socket.recv()
                    if isinstance(data, bytes):
                        run.take(ForwardMsg.FromString(data), len(data))
                fetched = await asyncio.gather(*(_fetch(self.host, address) for address in run.addresses))
                if fetched:
                    run.bytes += sum(fetched)
                    run.picture = run.seconds = time.perf_counter() - run.asked
        except TimeoutError:
            run.finished = False
        except OSError as error:
            run.exceptions.append(f"a recording did not arrive: {error}")
        return run


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


async def _fetch(host: str, address: str) -> int:
    """Get what lies at an address as the browser does, and return its bytes. Raises OSError when it is not there."""
    name, _, port = host.partition(":")
    reader, writer = await asyncio.open_connection(name, int(port))
    try:
        writer.write(f"GET {address} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        answer = await reader.read(-1)
    finally:
        writer.close()
    if not answer.startswith(b"HTTP/1.1 200"):
        raise OSError(answer[:60].decode(errors="replace"))
    return len(answer)


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
        return run
