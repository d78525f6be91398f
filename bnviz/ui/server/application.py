"""What surrounds the pages: a warm-up before the first visitor and security headers on every response."""

from __future__ import annotations

import base64
import gc
import hashlib
import os
import re
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, nullcontext
from functools import cached_property
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Any

from altair.utils import schemapi
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bnviz.datasets.own import files_closed
from bnviz.export.apart import drawing_apart
from bnviz.lessons.the_question.race import RACE
from bnviz.ui.private import index_page, late_scripts, mended
from bnviz.ui.server.apart import working_apart
from bnviz.ui.server.configuration import PREFIX, configuration
from bnviz.ui.server.memory import keep_few_arenas
from bnviz.ui.server.training import prepare

SWITCH = 0.001
"""Seconds that the thread which sends messages waits at most for one that computes a page: with Python's 0.005, a
reader who comes while a class is served waits more than half as long again."""


def content_security_policy(index: str, frame_ancestors: str) -> str:
    """Return the policy under which Streamlit's page `index` (its HTML) runs without asking any other host.

    `frame_ancestors` lists who may embed it: hosts, `'self'` or `'none'`, separated by spaces.
    The inline scripts of the page are allowed by their hash; WebAssembly and blob workers serve its tables.
    """
    hashes = [
        base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        for script in re.findall(r"<script>(.*?)</script>", index, flags=re.DOTALL)
    ]
    scripts = " ".join(["'self'", "'wasm-unsafe-eval'", "blob:", *(f"'sha256-{digest}'" for digest in hashes)])
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src {scripts}",
            "worker-src 'self' blob:",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "base-uri 'self'",
            "form-action 'self'",
            "object-src 'none'",
            f"frame-ancestors {frame_ancestors}",
        ]
    )


class SecurityHeaders:
    """ASGI middleware that adds the policy and two more headers to every HTTP response."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    @cached_property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """The headers, made at the first request: the configuration is complete by then."""
        policy = content_security_policy(index_page(), configuration().frame_ancestors)
        return [
            (b"content-security-policy", policy.encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"same-origin"),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *self.headers]
            await send(message)

        await self.app(scope, receive, send if scope["type"] != "http" else send_with_headers)


class FirstPicture:
    """ASGI middleware that lets the browser fetch what a page will show while it still loads the page itself.

    That is what Streamlit shows figures with, and on the first page a recording: `address` tells where that lies, from
    the root of the app, or None while there is nothing to show at once.
    """

    def __init__(self, app: ASGIApp, address: Callable[[], str | None]) -> None:
        self.app = app
        self.address = address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_links(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                if headers.get("content-type", "").startswith("text/html"):
                    for link in self._links(scope):
                        headers.append("link", link)
            await send(message)

        await self.app(scope, receive, send_with_links if scope["type"] == "http" else send)

    def _links(self, scope: Scope) -> Iterator[str]:
        first = scope["path"].endswith("/") and not scope["query_string"]
        if first and (address := self.address()):
            yield f"<{address}>; rel=preload; as=fetch; crossorigin"
        for script in late_scripts():
            yield f"<{script}>; rel=modulepreload; crossorigin"


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Read the configuration and start the warm-up, without holding up the first visitor.

    Raises ValueError for a bad configuration, which ends the start of the server.
    """
    keep_few_arenas()
    sys.setswitchinterval(SWITCH)
    if Path(app.script_path).parent.name == "cloud":
        os.environ.setdefault(f"{PREFIX}HOSTED", "1")
    works = working_apart if configuration().at_once else nullcontext
    # Altair's modules import each other: two visitors who made a fresh server load them at the same moment would both
    # meet a half-loaded one.
    import_module("bnviz.charts")
    # Their scripts are joined while nobody waits, and once.
    for component in ("bnviz.ui.player", "bnviz.ui.live"):
        import_module(component).registered()
    # Else Altair holds every axis and every mark against its schema while a reader waits for the chart. Tests do so.
    with schemapi.debug_mode(False), mended(), files_closed(), drawing_apart(), works():
        Thread(target=warm_up, name="bnviz-warm-up", daemon=True).start()
        yield


def warm_up() -> None:
    """Train the race of the first page, take what is loaded by then out of garbage collection, and go on to lessons.

    Streamlit collects garbage after every script run; freezing spares each visit a walk over torch's objects.
    """
    prepare(RACE)
    gc.collect()
    gc.freeze()
    import_module("bnviz.ui.server.warm").prepare_lessons()
