"""The app under load: `python -m benchmarks.load [--quick] [--only NAME …]`.

Starts the app on loopback, sends it a class of readers that speak Streamlit's protocol over real websockets, and
prints a Markdown table with the target beside each figure. Readers and server share the machine, so run it on one
that is otherwise idle. It takes a few minutes; `--quick` takes small numbers, whose times mean nothing. The exit code
is 0 when no error occurred: no traceback on a page or in the log, and every experiment arrived.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress

from benchmarks.load import attacks, scenarios
from benchmarks.load.figures import Figure, Report
from benchmarks.load.scenarios import QUICK, Size
from benchmarks.load.server import Server, running

Scenario = Callable[[Server, Report, Size], Awaitable[None]]

SCENARIOS: dict[str, Scenario] = {
    "connect": scenarios.connect,
    "identical": scenarios.identical,
    "distinct": scenarios.different,
    "beside": scenarios.beside,
    "leave": scenarios.walking_away,
    "visits": scenarios.visits,
    "links": attacks.links,
    "paths": attacks.paths,
    "frames": attacks.frames,
    "origins": scenarios.foreign_origins,
    "restart": scenarios.restart,
}
MOST_SECONDS = 1200.0  # for one scenario


async def run(server: Server, names: list[str], size: Size) -> Report:
    """Run the scenarios one after the other."""
    report = Report()
    watch = asyncio.create_task(server.watch_memory())
    for name in names:
        start = time.perf_counter()
        try:
            async with asyncio.timeout(MOST_SECONDS):
                await SCENARIOS[name](server, report, size)
        except Exception as error:  # noqa: BLE001 - one broken scenario must not hide what the others found
            report.errors.append(f"{name}: {type(error).__name__}: {error}")
        scenarios.note_log(server, report, name)
        seconds = time.perf_counter() - start
        print(f"{name}: {seconds:.0f} s, memory at most {server.peak:.0f} MB so far", file=sys.stderr, flush=True)
    watch.cancel()
    with suppress(asyncio.CancelledError):
        await watch
    report.figures.append(Figure("all together", "peak memory of the server", server.peak, "MB", 690))
    report.figures.append(Figure("all together", "errors", len(report.errors), "", 0))
    return report


def main() -> int:
    """Print the table, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small numbers, to see that everything works")
    parser.add_argument("--only", nargs="+", choices=SCENARIOS, default=list(SCENARIOS), metavar="NAME")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the server ends with the benchmark
    with running() as server:
        report = asyncio.run(run(server, options.only, QUICK if options.quick else Size()))
    print(report.table)
    for error, count in Counter(report.errors).items():
        print(f"{count} ×", " ".join(error.split())[:300], file=sys.stderr)
    return 1 if report.errors else 0


if __name__ == "__main__":
    sys.exit(main())
