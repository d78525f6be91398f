"""Hostile links and frames against the server: no traceback on any page, and afterwards it still serves."""

from __future__ import annotations

import asyncio
import http.client

from websockets.exceptions import ConnectionClosed

from benchmarks.load import hostile
from benchmarks.load.figures import Figure, Report
from benchmarks.load.reader import reading, visit
from benchmarks.load.scenarios import AT_ONCE, LAB, PATIENCE, Size, note_trouble
from benchmarks.load.server import Server

ANSWER = 1.5  # seconds within which a frame's effect shows
WIDGETS = 12  # real widgets of each page whose states are set to wrong kinds


async def links(server: Server, report: Report, size: Size) -> None:
    """Open pages with hostile queries."""
    name = f"{size.links} hostile links"
    limit = asyncio.Semaphore(AT_ONCE)

    async def one(page: str, query: str) -> str | None:
        async with limit:
            trouble = (await visit(server.host, page, query, PATIENCE)).trouble
            return trouble and f"{name}: {page}?{query[:200]!r}: {trouble}"

    troubles = [text for text in await asyncio.gather(*(one(*link) for link in hostile.links(size.links))) if text]
    report.errors += troubles
    report.figures.append(Figure(name, "pages with a traceback or without a title", len(troubles), "", 0))


async def paths(server: Server, report: Report, _size: Size) -> None:
    """Ask over HTTP for what is none of a visitor's business."""
    name = f"{len(hostile.PATHS)} hostile paths"
    leaks = [path for path in hostile.PATHS if await asyncio.to_thread(_leaks, server, path)]
    report.errors += [f"{name}: {path}" for path in leaks]
    report.figures.append(Figure(name, "source code, tracebacks or errors 5xx in the answers", len(leaks), "", 0))


async def frames(server: Server, report: Report, _size: Size) -> None:
    """Send frames that no browser sends, each on a page of its own that was opened properly before."""
    found = [("", *frame) for frame in [*hostile.frames(), *hostile.states([])]]
    for page in ("", LAB):
        widgets = (await visit(server.host, page)).widgets
        found += [(page, *frame) for frame in hostile.states(widgets[:: max(len(widgets) // WIDGETS, 1)])]
    name = f"{len(found)} hostile frames"
    limit = asyncio.Semaphore(AT_ONCE)

    async def one(page: str, kind: str, frame: bytes | str) -> str | None:
        async with limit:
            trouble = await _send(server, page, frame)
            return trouble and f"{name}: {kind}: {trouble}"

    troubles = [text for text in await asyncio.gather(*(one(*frame) for frame in found)) if text]
    report.errors += troubles
    report.figures.append(Figure(name, "tracebacks that a reader sees", len(troubles), "", 0))
    server.tracebacks()  # The log may complain about frames: that is not the reader's affair.
    note_trouble(report, f"after {name}", [await visit(server.host)])


async def _send(server: Server, page: str, frame: bytes | str) -> str | None:
    """Return what went wrong on the page after the frame, None if nothing did; a closed socket is a fair answer."""
    try:
        async with reading(server.host) as reader:
            await reader.ask(page)
            await reader.read(PATIENCE)
            await reader.socket.send(frame)
            run = await reader.read(ANSWER)
    except ConnectionClosed:
        return None
    return run.exceptions[0] if run.tracebacks else None


def _leaks(server: Server, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        connection.putrequest("GET", path, skip_accept_encoding=True)
        connection.endheaders()
        answer = connection.getresponse()
        body = answer.read()
    finally:
        connection.close()
    return answer.status >= 500 or any(
        mark in body for mark in (b"Traceback", b"import streamlit", b"[server]", b"root:")
    )
