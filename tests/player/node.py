"""The app's scripts in node: one process for a whole session of tests, asked by name and answering in JSON."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from threading import Timer
from typing import Any

import pytest

DRIVER = Path(__file__).parent / "scripts" / "driver.js"
PATIENCE = 60.0
"""Seconds for one answer; a script that never ends is ended then."""


def executable() -> str:
    """The path of node. Without one the test is skipped, but under CI it fails."""
    found = shutil.which("node") or shutil.which("nodejs")
    if found is None:
        message = "node is missing; install Node.js, version 18 or newer, to test the scripts"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return found


class Node:
    """Runs the scripts that stand in the same tree, and answers questions about them (see scripts/driver.js)."""

    def __init__(self, executable: str) -> None:
        self.process = subprocess.Popen(
            [executable, str(DRIVER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
        )

    def ask(self, name: str, *given: Any) -> Any:
        """Return what the driver's function answers; raises RuntimeError with what went wrong in the script."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            self.process.stdin.write(json.dumps({"name": name, "given": given}, allow_nan=False) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            raise RuntimeError("the scripts cannot be loaded, or one of them did not end") from None
        watch = Timer(PATIENCE, self.process.kill)
        watch.start()
        line = self.process.stdout.readline()
        watch.cancel()
        if not line:
            raise RuntimeError("the scripts cannot be loaded, or one of them did not end")
        # JavaScript writes large numbers without a point, which are no integers for that.
        answer = json.loads(line, parse_int=lambda digits: int(digits) if len(digits) < 16 else float(digits))
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["answer"]

    def close(self) -> None:
        self.process.communicate()
