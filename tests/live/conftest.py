"""The scripts of live figures in node, joined as the app joins them."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Timer
from typing import Any

import pytest

from bnviz.ui import live
from bnviz.ui.modules import joined

DRIVER = Path(__file__).parent / "scripts" / "driver.js"
ENTRY = Path(live.__file__).with_name("streamlit.js")
ASKED = "Family FIELDS Fields Inputs Pen SUMS Sheet Theme drawScene fillSentence layOut nearest writeAs"
PATIENCE = 60.0  # seconds for one answer
Ask = Callable[..., Any]


@pytest.fixture(scope="session")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """`ask(name, *given)` returns what a function of scripts/driver.js answers.

    Without node these tests are skipped, but under CI they fail.
    """
    executable = shutil.which("node") or shutil.which("nodejs")
    if executable is None:
        message = "node is missing; install Node.js, version 18 or newer, to test the scripts of live figures"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    module = tmp_path_factory.mktemp("live") / "joined.mjs"
    module.write_text(f"{joined(ENTRY)}\nexport {{ {', '.join(ASKED.split())} }};\n", encoding="utf-8")
    running = subprocess.Popen(
        [executable, str(DRIVER), str(module)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    )
    assert running.stdin is not None
    assert running.stdout is not None
    questions, answers = running.stdin, running.stdout

    def ask(name: str, *given: Any) -> Any:
        questions.write(json.dumps({"name": name, "given": given}, allow_nan=False) + "\n")
        questions.flush()
        watch = Timer(PATIENCE, running.kill)
        watch.start()
        line = answers.readline()
        watch.cancel()
        assert line, "the scripts cannot be loaded, or one of them did not end"
        found = json.loads(line)
        assert "error" not in found, found["error"]
        return found["answer"]

    yield ask
    running.communicate()
