"""Planted faults: does a test fail when this line is wrong?

`python -m tests.mutants` copies the tree, plants one fault at a time into the copy, and runs the tests that should
notice it. A fault that they notice is killed; one that SURVIVED shows what no test holds. `--list` names all faults,
`--only NAME` plants those with NAME in their names, `--jobs 2` plants two at a time. The exit code is 1 unless all are
killed.

To add faults, write `tests/mutants/<room>.py` with one list of them (fields may be given in this order, without names):

    from tests.mutants import Mutant

    MUTANTS = [
        Mutant(
            name="variance of the sample instead of the batch",
            file="bnviz/norms/moments.py",
            old="return square / count",
            new="return square / (count - 1)",
            tests="tests/unit/test_norms.py -k variance",
        ),
    ]

`old` stands exactly once in the file; where the file moves on, the mutant is stale until its text is brought up to
date, and tests/mutants/test_mutants.py says so. `tests` are arguments for pytest, as narrow as they can be, so that a
fault takes seconds. Names are unique over all rooms.
"""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Mutant:
    """One fault: in `file`, `old` becomes `new`; `tests` must fail then."""

    name: str
    file: str
    old: str
    new: str
    tests: str

    def stale(self, root: Path = ROOT) -> str | None:
        """Say what keeps the fault from being planted, None if nothing does."""
        path = root / self.file
        if not path.is_file():
            return f"there is no {self.file}"
        found = path.read_text(encoding="utf-8").count(self.old)
        return None if found == 1 else f"its old text stands {found} times in {self.file}"


def all_mutants() -> dict[str, list[Mutant]]:
    """The faults of every room, by the room's name."""
    rooms = sorted(path.stem for path in Path(__file__).parent.glob("*.py"))
    rooms = [room for room in rooms if not room.startswith(("_", "test_"))]
    return {room: import_module(f"{__name__}.{room}").MUTANTS for room in rooms}
