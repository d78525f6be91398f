"""Settings that all tests share."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# Before torch is imported: at these sizes a second thread only costs time.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from bnviz.ui.page import waiting

# The same examples on every machine, so that a pass here is a pass there. To search for more:
# pytest tests/property --hypothesis-profile=search
settings.register_profile(
    "repeatable", max_examples=25, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("search", parent=settings.get_profile("repeatable"), max_examples=2000, derandomize=False)
settings.load_profile("repeatable")

MOST_WORKERS = 4
PATIENCE = 120.0


@pytest.fixture(autouse=True, scope="session")
def _scripts_wait() -> None:
    """A page under test has no browser that asks again when a result is there: its script waits for it."""
    waiting.AT_ONCE = PATIENCE


@pytest.fixture(autouse=True)
def _main_stays() -> Iterator[None]:
    """Streamlit puts the script that it runs in the place of `__main__`; processes started later would run it too."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """A process for each core, but none for single files: starting them takes longer than it saves."""
    if all(Path(argument.partition("::")[0]).is_file() for argument in config.args):
        return 0
    return min(os.cpu_count() or 1, MOST_WORKERS)


class FilesTogether(LoadScopeScheduling):
    """Keeps the tests of a file in one process, since they share trainings, and all that need a browser in one."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "tests/e2e" if file.startswith("tests/e2e/") else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> FilesTogether:
    """Divide tests among processes by file. (Groups of tests, `--dist loadgroup`, need an older pytest.)"""
    return FilesTogether(config, log)
