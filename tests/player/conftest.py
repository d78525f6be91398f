"""Node and the recordings that it reads."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from bnviz import History
from bnviz.ui.player.payload import View, pack
from tests.player.node import Node
from tests.player.recordings import CASES


@pytest.fixture(scope="session")
def node() -> Iterator[Node]:
    """The player's scripts in node. Without one, these tests are skipped, but under CI they fail."""
    executable = shutil.which("node") or shutil.which("nodejs")
    if executable is None:
        message = "node is missing; install Node.js, version 18 or newer, to test the player's scripts"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    running = Node(executable)
    yield running
    running.close()


@dataclass(frozen=True)
class Recorded:
    """A history, and the file that its packed form was written to."""

    history: History
    packed: str


Record = Callable[..., Recorded]


@pytest.fixture(scope="session")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """`record(case, view=…)` makes a history of `tests.player.recordings` once and packs it."""
    folder: Path = tmp_path_factory.mktemp("recordings")
    make = cache(lambda case: CASES[case]())

    @cache
    def write(case: str, view: View = "training", autoplay: bool = True) -> Recorded:
        path = folder / f"{case}, {view}, {autoplay}.bin"
        path.write_bytes(pack(make(case), view=view, autoplay=autoplay))
        return Recorded(make(case), str(path))

    return write
