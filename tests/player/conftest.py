"""Node and the recordings that it reads."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from bnviz import History
from bnviz.ui.player.payload import View, pack
from bnviz.ui.player.unit_values import has_units, pack_units
from tests.player.node import Node, executable
from tests.player.recordings import CASES, sliced


@pytest.fixture(scope="session")
def node() -> Iterator[Node]:
    """The player's scripts in node."""
    running = Node(executable())
    yield running
    running.close()


@dataclass(frozen=True)
class Recorded:
    """A history, and the file that its packed form was written to."""

    history: History
    packed: str
    units: str | None = None
    """The same for what single units have, where there is something of them."""


Record = Callable[..., Recorded]
Cut = Callable[..., list[str]]


@pytest.fixture(scope="session")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """`record(case, view=…)` makes a history of `tests.player.recordings` once and packs it."""
    folder: Path = tmp_path_factory.mktemp("recordings")
    make = cache(lambda case: CASES[case]())

    @cache
    def write(case: str, view: View = "training", autoplay: bool = True) -> Recorded:
        path = folder / f"{case}, {view}, {autoplay}.bin"
        path.write_bytes(pack(make(case), view=view, autoplay=autoplay))
        units = path.with_suffix(".units")
        if has_units(make(case)):
            units.write_bytes(pack_units(make(case)))
        return Recorded(make(case), str(path), str(units) if units.exists() else None)

    return write


@pytest.fixture(scope="session")
def cut(record: Record, tmp_path_factory: pytest.TempPathFactory) -> Cut:
    """`cut(case, at, view=…)` packs a history in parts, cut at those records; returns their paths, in order."""
    folder: Path = tmp_path_factory.mktemp("parts")

    @cache
    def write(case: str, at: tuple[int, ...], view: View = "training") -> list[str]:
        history = record(case).history
        paths = []
        for first, last in pairwise((0, *at, len(history.steps))):
            path = folder / f"{case}, {view}, {first} to {last}.bin"
            path.write_bytes(pack(sliced(history, first, last), view=view))
            paths.append(str(path))
        return paths

    return write
