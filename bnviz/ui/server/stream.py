"""Routes of the app's own beside Streamlit's: what a visitor waits for as it comes, and recordings that are complete.

A stream is a sequence of messages, each uint32 H, H bytes of JSON, uint32 P, P bytes (little-endian). The JSON names
the `watch` that it is about, and its `kind`:

| kind | more |
|---|---|
| waiting | `ahead` jobs are to run first |
| running | `step`, `losses` of the runs (null once diverged), `seconds` of work |
| part | some records, packed and compressed (`gzip`), in the P bytes; in order, and each once |
| more | the result has grown, and the place may be drawn again |
| ended | `ending`; then nothing more about this watch |

It ends when there is nothing left to wait for. Who opens another stream gets everything anew, and the one before ends.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
import math
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from bnviz.ui.private import is_present
from bnviz.ui.server.desk import Desk, Watch, desk_of
from bnviz.ui.server.job_states import Done, Running, Waiting
from bnviz.ui.server.turns import page_scripts

STREAM, RECORDING = "bnviz/stream", "bnviz/recording"
BEAT = 0.05  # seconds between two looks at what a visitor waits for
LOOKS = 400  # a second, of all visitors together
FAR = 9  # jobs ahead: who has so many looks ten times as seldom as who has none, and nobody more seldom
WORD = 0.1  # seconds between two words on the progress
MORE = 0.5  # seconds after which a figure that fills in is drawn again
SPACING = 0.02  # seconds between two waiters who go on with a result
IN_LINE = 5.0  # seconds for which a waiter stays while many scripts are in line
SLOW = 20.0  # seconds that a message may take to be accepted by the network
_CROWD: set[Stream] = set()


def routes(base: str = "") -> list[Route]:
    """The routes, below the path under which the server works, if it has one."""
    root = root_of(base)
    return [
        Route(f"{root}{STREAM}/{{token}}", _stream, methods=["GET"]),
        Route(f"{root}{RECORDING}/{{digest}}", _recording, methods=["GET"]),
    ]


def root_of(base: str) -> str:
    """The path of the app's root, from the path under which the server works."""
    return f"/{base.strip('/')}/" if base.strip("/") else "/"


def is_own(headers: Mapping[str, str]) -> bool:
    """Whether a request comes from a page of this server; what says nothing of where it comes from may be anything."""
    site, origin = headers.get("sec-fetch-site", "same-origin"), headers.get("origin")
    return site in ("same-origin", "none") and (origin is None or urlsplit(origin).netloc == headers.get("host"))


async def _stream(request: Request) -> Response:
    if not is_own(request.headers):
        return Response("Only for pages of this server.", 403)
    desk = desk_of(request.path_params["token"])
    if request.method == "HEAD":
        return Response(status_code=405)
    if desk is None or not is_present(desk.visitor):
        return Response("No such visitor.", 404)
    return Stream(desk)


class Stream(Response):
    """All that a desk waits for, from the beginning to the end."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(media_type="application/octet-stream")
        del self.headers["content-length"]
        # What is sent is sent at once: neither compressed on its way nor held back by a proxy.
        self.headers.update({"content-encoding": "identity", "cache-control": "no-store", "x-accel-buffering": "no"})
        self._desk = desk
        desk.readers += 1
        self._number = desk.readers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve until everything has been told, or the reader has gone, or is too slow."""
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        leaving = asyncio.create_task(_until_gone(receive))
        _CROWD.add(self)
        try:
            async for message in self._messages(leaving):
                await asyncio.wait_for(send({"type": "http.response.body", "body": message, "more_body": True}), SLOW)
            if not leaving.done():
                await asyncio.wait_for(send({"type": "http.response.body", "body": b""}), SLOW)
        except TimeoutError:
            return
        finally:
            _CROWD.discard(self)
            leaving.cancel()

    async def _messages(self, leaving: asyncio.Task[None]) -> AsyncIterator[bytes]:
        told: dict[str, Told] = {}
        while not leaving.done() and self._desk.readers == self._number and is_present(self._desk.visitor):
            watches = list(self._desk.watches().values())
            for watch in watches:
                async for message in told.setdefault(watch.id, Told()).news(watch):
                    yield message
            ahead = [told[watch.id].ahead for watch in watches if not told[watch.id].ended]
            if not ahead:
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(leaving), _pause() * (1 + min(*ahead, FAR)))


@dataclass
class Told:
    """What was told of one watch."""

    parts: int = 0
    grown: Any = None
    at: float = -math.inf  # time of the last word on its progress
    drawn: float = -math.inf  # and of the last word that there is more to draw
    ahead: int = 0  # jobs that were to run before
    ended: bool = False

    async def news(self, watch: Watch) -> AsyncIterator[bytes]:
        """Messages about what has happened since the last look."""
        if self.ended:
            return
        state, now = watch.ticket.look(), asyncio.get_running_loop().time()
        encode, partial = watch.encode, watch.ticket.partial
        if encode is not None:
            for part in (partial or ())[self.parts :]:
                self.parts += 1
                yield _message(watch.id, "part", await asyncio.to_thread(encode, part), gzip=True)
        if isinstance(state, Done):
            self.ended = True
            await _exit.pass_through()
            yield _message(watch.id, "ended", ending=state.ending)
            return
        if watch.fills and partial is not None and partial is not self.grown and now - self.drawn >= MORE:
            self.grown, self.drawn = partial, now
            yield _message(watch.id, "more")
        self.ahead = state.ahead if isinstance(state, Waiting) else 0
        if now - self.at >= WORD:
            self.at = now
            yield _progress(watch.id, state)


class Exit:
    """Where those whose result is there go on: a class that waits for one is let go a few at a time, and not faster
    than the scripts of its pages are run. Else all of it would ask at once, and whoever came then would wait for it.
    """

    def __init__(self) -> None:
        self._free_at = -math.inf

    async def pass_through(self) -> None:
        """Wait until somebody may go on."""
        now = asyncio.get_running_loop().time
        longest = now() + IN_LINE
        while now() < self._free_at or (page_scripts.crowded and now() < longest):
            await asyncio.sleep(_pause())
        self._free_at = now() + SPACING


_exit = Exit()


def _pause() -> float:
    """Seconds between two looks of one visitor."""
    return max(BEAT, len(_CROWD) / LOOKS)


def _progress(watch: str, state: Waiting | Running) -> bytes:
    if isinstance(state, Waiting):
        return _message(watch, "waiting", ahead=state.ahead)
    losses = [loss if math.isfinite(loss) else None for loss in state.losses]
    return _message(watch, "running", step=state.step, losses=losses, seconds=state.seconds)


def _message(watch: str, kind: str, payload: bytes = b"", **more: Any) -> bytes:
    header = json.dumps({"watch": watch, "kind": kind, **more}).encode()
    return len(header).to_bytes(4, "little") + header + len(payload).to_bytes(4, "little") + payload


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class Packed:
    """Bytes that browsers may ask for by their digest for as long as somebody holds this."""

    def __init__(self, data: bytes) -> None:
        first = self._found_by(data)
        self._data = data if first is self else first.data

    def _found_by(self, content: bytes) -> Packed:
        """Be found by the digest of this content, unless another one is; return which one."""
        self.digest = hashlib.blake2b(content, digest_size=16).hexdigest()
        first = _packed.setdefault(self.digest, self)
        # Who holds the same bytes a second time holds the first ones, which are those that are found.
        self._first = None if first is self else first
        return first

    @property
    def data(self) -> bytes:
        """The bytes themselves."""
        return self._data

    @property
    def address(self) -> str:
        """Where it lies, from the root of the app."""
        return f"{RECORDING}/{self.digest}"

    @cached_property
    def compressed(self) -> bytes:
        """The same, compressed once for everybody; more effort would save little."""
        return gzip.compress(self.data, 1, mtime=0)


class PackedOnDemand(Packed):
    """Bytes that are made when a browser first asks for them; `content` is what they are made of.

    They are kept compressed, as nearly every browser wants them.
    """

    def __init__(self, content: bytes, make: Callable[[], bytes]) -> None:
        self._found_by(content)
        self._make, self._making = make, Lock()

    @property
    def data(self) -> bytes:
        """The bytes themselves, made anew."""
        return self._make()

    @property
    def compressed(self) -> bytes:
        """The same, made and compressed once for everybody who asks at the same moment too."""
        with self._making:
            return super().compressed


_packed: WeakValueDictionary[str, Packed] = WeakValueDictionary()


async def _recording(request: Request) -> Response:
    packed = _packed.get(request.path_params["digest"])
    if packed is None or not is_own(request.headers):
        return Response("No such recording.", 404)
    headers = {"cache-control": "private, max-age=86400, immutable", "vary": "accept-encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        body, headers["content-encoding"] = await asyncio.to_thread(lambda: packed.compressed), "gzip"
    else:
        body, headers["content-encoding"] = await asyncio.to_thread(lambda: packed.data), "identity"
    return Response(body, headers=headers, media_type="application/octet-stream")
