"""What a class does to the server, and what is measured meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from websockets.exceptions import InvalidStatus

from benchmarks.load.figures import Figure, Report, quantile
from benchmarks.load.reader import Run, reading, visit
from benchmarks.load.server import Server
from bnviz import Experiment
from bnviz import Run as NetworkRun
from bnviz.ui.page.contents import PAGES

LAB = "training_lab"
PATHS = tuple("" if page.file == "app.py" else Path(page.file).stem.partition("_")[2] for page in PAGES)
FOREIGN = ("http://example.com", "https://127.0.0.1.example.com", "null", "file://")
THREE = tuple(NetworkRun(norm=norm) for norm in ("none", "affine", "batch"))
PATIENCE = 120.0  # seconds
BETWEEN_VISITS = 0.4  # seconds between two visits of the innocent visitor
AT_ONCE = 6  # visitors at the same time where their number is not the point


@dataclass(frozen=True)
class Size:
    """How many of each."""

    readers: int = 100
    experiments: int = 30
    visits: int = 300
    links: int = 330
    steps: int = 300  # of each of the distinct experiments
    leaving: int = 30


QUICK = Size(readers=4, experiments=3, visits=6, links=12, steps=20, leaving=8)


def distinct(number: int, steps: int) -> str:
    """Return the query of one of many experiments: three runs 64-[32]×3-10, recorded."""
    return urlencode(Experiment(widths=(32,) * 3, steps=steps, seed=1000 + number, runs=THREE).to_query())


def endless(seed: int) -> str:
    """Return the query of an experiment that trains until somebody stops it."""
    return urlencode(Experiment(widths=(16,) * 20, steps=5000, seed=seed, runs=THREE[:2]).to_query())


@asynccontextmanager
async def innocent_visitor(server: Server, report: Report, scenario: str) -> AsyncIterator[None]:
    """Somebody who only reads: opens the first page again and again while the block runs."""
    runs: list[Run] = []
    answers: list[float] = []

    async def read_on() -> None:
        while True:
            runs.append(await visit(server.host))
            start = time.perf_counter()
            if not await asyncio.to_thread(server.healthy):
                report.errors.append(f"{scenario}: the health endpoint does not answer")
            answers.append(time.perf_counter() - start)
            await asyncio.sleep(BETWEEN_VISITS)

    task = asyncio.create_task(read_on())
    try:
        yield
    finally:
        # The visit under way when the block ends counts as well.
        while not answers:
            await asyncio.sleep(0.1)
        task.cancel()
    note_trouble(report, scenario, runs)
    seconds = [run.seconds for run in runs]
    report.figures += [
        Figure(scenario, f"innocent visitor, median of {len(runs)} visits", quantile(seconds, 0.5), "s", 1.0),
        Figure(scenario, "innocent visitor, slowest visit", max(seconds), "s", 0.5),
        Figure(scenario, "health endpoint, slowest answer", max(answers), "s", 1.0),
    ]


def note_trouble(report: Report, scenario: str, runs: Sequence[Run]) -> None:
    """Keep what went wrong on a page as an error of the benchmark."""
    report.errors += [f"{scenario}: {run.trouble}" for run in runs if run.trouble]


def note_log(server: Server, report: Report, scenario: str) -> None:
    """Keep tracebacks in the server's log as errors of the benchmark."""
    report.errors += [f"{scenario}: in the server's log: {line}" for line in server.tracebacks()]


async def connect(server: Server, report: Report, size: Size) -> None:
    """A class opens the first page at once."""
    before = server.cpu()
    runs = await asyncio.gather(*(visit(server.host) for _ in range(size.readers)))
    name = f"{size.readers} readers connect"
    note_trouble(report, name, runs)
    report.errors += [f"{name}: a page without a picture" for run in runs if run.picture is None]
    report.figures += [
        Figure(name, "CPU of the server, each", (server.cpu() - before) / size.readers, "s", 0.03),
        Figure(name, "page complete, p95", quantile([run.seconds for run in runs], 0.95), "s"),
        Figure(name, "sent to each", runs[0].bytes / 1e6, "MB"),
    ]


async def identical(server: Server, report: Report, size: Size) -> None:
    """A class asks for the same new race at once: one training serves all."""
    name = f"{size.readers} identical runs"
    before = server.training()
    await visit(server.host, query="seed=71")
    alone = server.training() - before
    before = server.training()
    async with innocent_visitor(server, report, name):
        runs = await asyncio.gather(*(visit(server.host, query="seed=72") for _ in range(size.readers)))
    note_trouble(report, name, runs)
    report.errors += [f"{name}: a page without a player" for run in runs if run.picture is None]
    if alone:  # a server that trains in a thread of its own tells nothing of it
        trainings = (server.training() - before) / alone
        report.figures.append(Figure(name, "trainings: CPU of the worker over that of one", trainings, "", 1.3))
    report.figures += _waiting(name, runs, 10.0)


async def different(server: Server, report: Report, size: Size) -> None:
    """As many experiments as there are students, asked for at once in the lab."""
    name = f"{size.experiments} distinct runs"
    queries = [distinct(number, size.steps) for number in range(size.experiments)]
    async with innocent_visitor(server, report, name):
        runs = await asyncio.gather(*(visit(server.host, LAB, query, PATIENCE) for query in queries))
    note_trouble(report, name, runs)
    report.errors += [f"{name}: an experiment without a player" for run in runs if run.picture is None]
    report.figures += _waiting(name, runs, 20.0)
    report.figures += [
        Figure(name, "told to try again, in all", sum(run.refusals for run in runs)),
        Figure(name, "peak memory of the server until then", server.peak, "MB", 690),
    ]


async def beside(server: Server, report: Report, size: Size) -> None:
    """A short experiment, first while nobody else wants anything, then while a long one is trained."""
    name = "one short run"
    alone = await visit(server.host, LAB, distinct(-1, size.steps), PATIENCE)
    async with reading(server.host) as reader:
        await reader.ask(LAB, endless(seed=7))
        busy = await reader.read(PATIENCE, until=lambda run: run.progress)
        if not busy.progress:
            report.errors.append(f"{name}: no progress of the long run is shown")
        together = await visit(server.host, LAB, distinct(-2, size.steps), PATIENCE)
    note_trouble(report, name, [alone, together])
    times = [PATIENCE if run.picture is None else run.picture for run in (alone, together)]
    report.figures += [
        Figure(name, "until the player is there, alone", times[0], "s"),
        Figure(name, "until the player is there, beside a long run", times[1], "s"),
    ]


async def walking_away(server: Server, report: Report, size: Size) -> None:
    """Everyone watches a long training and leaves in the middle of it."""
    name = f"{size.leaving} leave in mid-run"

    async def watch(ready: asyncio.Barrier) -> None:
        async with reading(server.host) as reader:
            await reader.ask(LAB, endless(seed=1))
            run = await reader.read(PATIENCE, until=lambda run: run.progress)
            if not run.progress:
                report.errors.append(f"{name}: no progress is shown")
            await ready.wait()
            reader.socket.transport.abort()

    ready = asyncio.Barrier(size.leaving + 1)
    watchers = asyncio.gather(*(watch(ready) for _ in range(size.leaving)))
    await ready.wait()
    before = server.cpu()
    idle = await server.seconds_until_idle(PATIENCE)
    report.figures += [
        Figure(name, "until the server is idle", idle, "s", 2.0),
        Figure(name, "CPU burned after they left", server.cpu() - before, "s", 0.5),
    ]
    await watchers


async def visits(server: Server, report: Report, size: Size) -> None:
    """Readers come and go, page after page."""
    name = f"{size.visits} visits"
    await _go_around(server, report, name, 2 * len(PATHS))
    memory = [server.memory()]
    for _ in range(2):
        await _go_around(server, report, name, size.visits)
        memory.append(server.memory())
    report.figures += [
        Figure(name, "memory that they add", memory[1] - memory[0], "MB", 100),
        Figure(name, f"memory that the next {size.visits} add", memory[2] - memory[1], "MB", 20),
    ]


async def _go_around(server: Server, report: Report, name: str, count: int) -> None:
    """Visit the pages in turn, a few readers at a time."""
    limit = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> Run:
        async with limit:
            return await visit(server.host, PATHS[number % len(PATHS)], patience=PATIENCE)

    note_trouble(report, name, await asyncio.gather(*(one(number) for number in range(count))))


async def foreign_origins(server: Server, report: Report, _size: Size) -> None:
    """A page of another host opens the websocket."""
    accepted = 0
    for origin in FOREIGN:
        try:
            async with reading(server.host, origin):
                accepted += 1
        except InvalidStatus:
            continue
    report.figures.append(Figure(f"{len(FOREIGN)} foreign origins", "websockets accepted", accepted, "", 0))


async def restart(server: Server, report: Report, size: Size) -> None:
    """The server dies and comes back; a reader asks again by the link that is in the address bar."""
    name = "restart"
    start = time.perf_counter()
    server.kill()
    await asyncio.to_thread(server.start)
    report.figures.append(Figure(name, "until it answers", time.perf_counter() - start, "s"))
    # Its visitors do not wait until it is warm, and come to all of its pages.
    pages = [PATHS[number % len(PATHS)] for number in range(size.leaving)]
    first = await asyncio.gather(*(visit(server.host, page, patience=PATIENCE) for page in pages))
    report.figures.append(
        Figure(name, f"first {len(first)} pages, p95", quantile([run.seconds for run in first], 0.95), "s")
    )
    run = await visit(server.host, LAB, distinct(0, size.steps), PATIENCE)
    note_trouble(report, name, [*first, run])
    if run.picture is None:
        report.errors.append(f"{name}: the link does not bring its experiment back")
    report.figures.append(Figure(name, "an experiment by its link", run.seconds, "s"))
    await asyncio.to_thread(server.rest)


def _waiting(name: str, runs: Sequence[Run], target: float) -> list[Figure]:
    seconds = [PATIENCE if run.picture is None else run.picture for run in runs]
    moving = [run.moving for run in runs if run.moving is not None]
    return [
        Figure(name, "until something moves, p95", quantile(moving, 0.95), "s"),
        Figure(name, "until the player is there, median", quantile(seconds, 0.5), "s"),
        Figure(name, "until the player is there, p95", quantile(seconds, 0.95), "s", target),
    ]
