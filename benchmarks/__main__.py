"""Run all benchmarks and write one table: `python -m benchmarks [--only NAME …] [--repeats N] [--out FOLDER]`.

The table goes to results.md and results.json, with the machine described. Leave the machine alone meanwhile; ratios
forgive a slow machine, and less so a busy one.
"""

import argparse
import sys
import time
from importlib import import_module
from pathlib import Path

import torch

from benchmarks.report import HEADER, Line, machine, markdown, write
from benchmarks.timing import REPEATS

NAMES = ("engine", "numpy_by_hand", "sweep", "memory", "pages", "player")
"""Modules of this package with a function `lines(repeats)`."""


def main() -> int:
    """Measure, print each line as it is known, and write the table after each benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=NAMES, default=NAMES, metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--repeats", type=int, default=REPEATS)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results", metavar="FOLDER")
    options = parser.parse_args()
    torch.set_num_threads(1)
    described = machine()
    for name, value in described.items():
        print(f"{name}: {value}")
    print(f"\n{HEADER}")
    lines: list[Line] = []
    failed = []
    for name in options.only:
        start = time.monotonic()
        try:
            for line in import_module(f"benchmarks.{name}").lines(options.repeats):
                lines.append(line)
                print(markdown(line), flush=True)
        except Exception as error:  # noqa: BLE001 - one that cannot run here (no browser) must not cost the others
            failed.append(name)
            print(f"{name} failed: {error!r}".splitlines()[0], file=sys.stderr)
        write(lines, options.out, described)
        print(f"{name}: {time.monotonic() - start:.0f} s", file=sys.stderr)
    print(f"\nWritten to {options.out}.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
