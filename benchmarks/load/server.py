"""The server under test: started on loopback the way the README says, watched from outside, killed, started again."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
START_UP = 240.0  # seconds, the warm-up included
WATCH = 0.1  # seconds between two looks at CPU time
WATCH_MEMORY = 0.5  # and at memory, which cost the server and the benchmark a tenth of that
QUIET = 0.05  # share of one core below which the server counts as idle


class Server:
    """One Streamlit server on a free port of loopback. Use `running()`."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.peak = 0.0  # megabytes, over all its processes
        self._log = folder / "server.log"
        self._read = 0
        self.start()
        self.rest()

    @property
    def host(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start the process and wait until it answers; its warm-up goes on."""
        command = [sys.executable, "-m", "streamlit", "run", "app.py"]
        command += [f"--server.port={self.port}", "--server.address=127.0.0.1", "--server.headless=true"]
        with self._log.open("ab") as log:
            hosted = {**os.environ, "BNVIZ_HOSTED": "1"}  # as a server is to be for a class
            self._child = subprocess.Popen(command, cwd=ROOT, env=hosted, stdout=log, stderr=subprocess.STDOUT)
        self._process = psutil.Process(self._child.pid)
        deadline = time.monotonic() + START_UP
        while not self.healthy():
            if self._child.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the server did not start:\n{self._log.read_text()}")
            time.sleep(0.1)

    def rest(self) -> None:
        """Wait until the warm-up is over: a server that gets no turn on a busy machine looks quiet for a while, too."""
        deadline = time.monotonic() + START_UP
        while any(self._load(2.0) > QUIET for _ in range(3)):
            if time.monotonic() > deadline:
                raise RuntimeError("the server does not come to rest after its start")

    def kill(self) -> None:
        """End the process at once, as a crash would."""
        self._child.kill()
        self._child.wait()

    def healthy(self) -> bool:
        """Whether the health endpoint answers within two seconds."""
        try:
            with urllib.request.urlopen(f"http://{self.host}/_stcore/health", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def cpu(self) -> float:
        """CPU seconds that the server has used, in all its processes."""
        times = self._process.cpu_times()
        return times.user + times.system + self.training()

    def training(self) -> float:
        """CPU seconds of the processes in which it trains."""
        spent = 0.0
        for process in self._process.children(recursive=True):
            with suppress(psutil.Error):
                times = process.cpu_times()
                spent += times.user + times.system + times.children_user + times.children_system
        return spent

    def memory(self) -> float:
        """Memory of the server in megabytes, in all its processes; what several of them share counts once.

        What they share with others than themselves, this benchmark for one, counts in part only.
        """
        found = 0.0
        for process in [self._process, *self._process.children(recursive=True)]:
            with suppress(OSError, psutil.Error):
                found += _share_of_memory(process.pid)
        self.peak = max(self.peak, found)
        return found

    async def watch_memory(self) -> None:
        """Note the peak of the memory until canceled."""
        while True:
            if self._child.poll() is None:
                with suppress(psutil.NoSuchProcess):  # it may be killed at this very moment
                    self.memory()
            await asyncio.sleep(WATCH_MEMORY)

    async def seconds_until_idle(self, most: float) -> float:
        """Return how long it takes until the server rests, at most `most` seconds."""
        start, quiet_since = time.monotonic(), None
        while (now := time.monotonic()) - start < most:
            before = self.cpu()
            await asyncio.sleep(2 * WATCH)
            if self.cpu() - before > QUIET * 2 * WATCH:
                quiet_since = None
            elif quiet_since is None:
                quiet_since = now
            elif now - quiet_since > 0.5:
                return quiet_since - start
        return most

    def tracebacks(self) -> list[str]:
        """Return the last lines of the tracebacks that the server has logged since the last call."""
        text = self._log.read_text(encoding="utf-8", errors="replace")
        new, self._read = text[self._read :], len(text)
        # What a traceback says stands on its first line that is not indented.
        return [re.split(r"\n(?=\S)", part)[1][:200] for part in new.split("Traceback (most recent call last):")[1:]]

    def _load(self, seconds: float) -> float:
        before = self.cpu()
        time.sleep(seconds)
        return (self.cpu() - before) / seconds


def _share_of_memory(pid: int) -> float:
    """Megabytes of a process: its own, and of what it shares its part ("proportional set size")."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(float(kilobytes) for kilobytes in re.findall(r"^Pss: +(\d+) kB", text, re.MULTILINE)) * 1.024e-3


@contextmanager
def running() -> Iterator[Server]:
    """Serve the app, and end the server at the end of the block."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        try:
            yield server
        finally:
            server.kill()
