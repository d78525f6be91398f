"""Measure the player in headless Chromium: first picture, drawn frames a second, server traffic while playing.

`python -m benchmarks.player [--repeats N]`. 1440×900, three runs of five layers of 64 units, 120 records. Absolute
figures: nothing else in a browser does this job.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from playwright.sync_api import Error, Page, WebSocket, sync_playwright

from benchmarks.report import Line
from benchmarks.timing import print_lines, spread

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "tests" / "e2e" / "scripts" / "player_page.py"
SECONDS = 4.0
FIGURES: tuple[tuple[str, Literal["s", "1/s", ""]], ...] = (
    ("first picture after navigation", "s"),
    ("drawn frames a second", "1/s"),
    ("script of a drawn frame", "s"),
    ("script of a drawn frame, one unit", "s"),
    ("script of a drawn frame, units one by one", "s"),
    ("messages to or from the server while playing", ""),
)

FIRST_DRAW = """() => {
    const host = document.querySelector("[data-testid=stBidiComponentIsolated]");
    const player = host && host.shadowRoot && host.shadowRoot.querySelector(".player");
    return player && player.dataset.draws !== "0";
}"""
CELLS = ("images", "unit", "ridges")
SHOW = """async (cells) => {
    const player = document.querySelector("[data-testid=stBidiComponentIsolated]").shadowRoot.querySelector(".player");
    player.querySelector(`[name=cells][value=${cells}]`).click();
    const there = () => cells === "images" || player.classList.contains("by-unit");
    while (!there()) await new Promise((done) => setTimeout(done, 20));
}"""
COUNT_DRAWS = """async (seconds) => {
    const taken = [];
    const request = window.requestAnimationFrame;
    window.requestAnimationFrame = (draw) => request((now) => {
        const start = performance.now();
        draw(now);
        taken.push((performance.now() - start) / 1000);
    });
    const player = document.querySelector("[data-testid=stBidiComponentIsolated]").shadowRoot.querySelector(".player");
    player.querySelector("[data-action=start]").click();
    player.querySelector("[data-action=toggle]").click();
    const [draws, start] = [Number(player.dataset.draws), performance.now()];
    await new Promise((done) => setTimeout(done, 1000 * seconds));
    window.requestAnimationFrame = request;
    const rate = (Number(player.dataset.draws) - draws) / ((performance.now() - start) / 1000);
    return [rate, taken.sort((one, other) => one - other)[Math.floor(taken.length / 2)]];
}"""


def lines(repeats: int) -> Iterator[Line]:
    """Serve the harness page, open it a few times, and say what was seen."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(PAGE), f"--server.port={port}", "--server.headless=true"]
    command += ["--server.fileWatcherType=none", "--browser.gatherUsageStats=false"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        visits = measure(f"http://127.0.0.1:{port}/?case=race", repeats)
    finally:
        server.terminate()
        server.wait()
    for place, (name, unit) in enumerate(FIGURES):
        yield Line("player", name, *spread([figures[place] for figures in visits]), unit=unit)


def measure(address: str, repeats: int) -> list[tuple[float, ...]]:
    """Open `address` on a warm server, and note FIGURES at each visit."""
    with sync_playwright() as playwright:
        executable = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        wait_for_server(page, address)
        visit(page, address)  # the first visit trains the networks
        visits = [visit(page, address) for _ in range(repeats)]
        browser.close()
    return visits


def wait_for_server(page: Page, address: str) -> None:
    """Try until the server answers; TimeoutError after a minute."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            page.goto(address)
            return
        except Error:
            time.sleep(0.2)
    raise TimeoutError(f"no server at {address}")


def visit(page: Page, address: str) -> tuple[float, ...]:
    """Seconds to the first picture, drawn frames a second, seconds of script for each, messages while playing.

    The script of a frame is measured for each of CELLS.
    """
    messages: list[object] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framesent", lambda message: messages.append(message))
        socket.on("framereceived", lambda message: messages.append(message))

    page.on("websocket", listen)
    start = time.perf_counter()
    page.goto(address)
    page.wait_for_function(FIRST_DRAW, timeout=60_000)
    first = time.perf_counter() - start
    page.wait_for_timeout(1000)
    messages.clear()
    rates, drawings = [], []
    for cells in CELLS:
        page.evaluate(SHOW, cells)
        rate, drawing = page.evaluate(COUNT_DRAWS, SECONDS)
        rates.append(float(rate))
        drawings.append(float(drawing))
    page.remove_listener("websocket", listen)
    return first, rates[0], *drawings, float(len(messages))


if __name__ == "__main__":
    print_lines(__doc__, lines)
