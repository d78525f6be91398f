"""Chromium and a Streamlit server for the browser tests."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e.player_visits import visit as visit
from tests.e2e.visiting import open_page, wait_until_settled

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = Path(__file__).parent / "scripts"
# Four of these keep the browser from talking to anyone by itself; the last lets a page whose headers a test
# has changed talk to its own server on this machine.
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-features=LocalNetworkAccessChecks",
]
START_UP_SECONDS = 240


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium. Without one, browser tests are skipped, but under CI they fail.

    One a module, not a session: while playwright lives, its event loop counts as running, and a later test that
    calls `asyncio.run` would be refused.
    """
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        bundled = Path(playwright.chromium.executable_path)
        if executable is None and not bundled.exists():
            message = "Chromium is missing; `playwright install chromium` installs it"
            if os.environ.get("CI"):
                pytest.fail(message)
            pytest.skip(message)
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """A Streamlit server that runs one script on a port of its own, and may be killed and started again there."""

    def __init__(self, script: Path, log: Path, base: str = "") -> None:
        self.script, self.log, self.port, self.base = script, log, _free_port(), base
        self.url = f"http://127.0.0.1:{self.port}{base}"
        self.start()

    def start(self) -> None:
        options = {
            "server.port": self.port,
            "server.address": "127.0.0.1",
            "server.headless": "true",
            "server.fileWatcherType": "none",
            "server.baseUrlPath": self.base,
            "browser.gatherUsageStats": "false",
        }
        command = [sys.executable, "-m", "streamlit", "run", str(self.script)]
        command += [f"--{name}={value}" for name, value in options.items()]
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
        self._wait()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(timeout=20)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=20)

    def _wait(self) -> None:
        deadline = time.monotonic() + START_UP_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2):
                    return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.1)
        pytest.fail(f"the server did not come up:\n{self.log.read_text()}")


@pytest.fixture
def visit_app(browser: Browser, serve: Callable[[Path], str]) -> Iterator[Callable[..., Page]]:
    """`visit_app(path, …)` opens a page, and waits for it; complaints of the browser fail the test at its end."""
    pages: list[Page] = []

    def visit_app(path: str, **options) -> Page:
        page = open_page(browser, f"{serve(ROOT / 'app.py')}/{path}", **options)
        pages.append(page)
        wait_until_settled(page)
        return page

    yield visit_app
    for page in pages:
        assert page.complaints == []
        page.context.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server of the app for this test alone."""
    server = Server(ROOT / "app.py", tmp_path / "log.txt")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Path], str]]:
    """`serve(script)` returns the address of a server that runs the script, one a session and script."""
    addresses: dict[Path, str] = {}
    with ExitStack() as servers:

        def start(script: Path) -> str:
            if script not in addresses:
                log = tmp_path_factory.mktemp("server") / "log.txt"
                server = Server(script, log)
                servers.callback(server.stop)
                addresses[script] = server.url
            return addresses[script]

        yield start
