"""`python -m tests.mutants`: plant every fault and see whether a test fails (the package says more)."""

import argparse
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.mutants import ROOT, Mutant, all_mutants

PATIENCE = 600
"""Seconds that one selection of tests may take; a fault that keeps it from ending is noticed too."""
LEFT_OUT = (
    ".git",
    ".venv",
    "venv",
    "node_modules",
    "__pycache__",
    ".*_cache",
    ".hypothesis",
    "*.egg-info",
    "build",
    "dist",
)
PASSED, FAILED = 0, 1


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--list", action="store_true", help="name the faults and their tests, and plant none")
    parser.add_argument("--only", metavar="NAME", default="", help="only faults with NAME in their room and name")
    parser.add_argument("--jobs", metavar="N", type=int, default=1, help="how many faults to plant at a time")
    options = parser.parse_args()
    chosen = {
        f"{room}: {mutant.name}": mutant
        for room, mutants in all_mutants().items()
        for mutant in mutants
        if options.only in f"{room}: {mutant.name}"
    }
    if options.list:
        for name, mutant in chosen.items():
            print(f"{name}\n    {mutant.file}: {mutant.tests}")
        return 0
    if not chosen:
        print(f"No fault has {options.only!r} in its name; --list names all of them.")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        copies = [Path(folder) / f"tree{number}" for number in range(options.jobs)]
        for copy in copies:
            shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*LEFT_OUT), symlinks=True)
        verdicts: dict[str, str] = {}
        with ThreadPoolExecutor(options.jobs) as pool:
            for part in pool.map(plant_all, copies, divided(chosen, options.jobs)):
                verdicts |= part
    survivors = [name for name, verdict in verdicts.items() if not verdict.startswith("killed")]
    print(f"{len(verdicts) - len(survivors)} of {len(verdicts)} faults were noticed.")
    return 1 if survivors else 0


def divided(chosen: dict[str, Mutant], parts: int) -> list[dict[str, Mutant]]:
    """Return the faults in as many parts of about one size; those that share tests stay together."""
    shares: list[dict[str, Mutant]] = [{} for _ in range(parts)]
    by_tests: dict[str, dict[str, Mutant]] = {}
    for name, mutant in chosen.items():
        by_tests.setdefault(mutant.tests, {})[name] = mutant
    for group in sorted(by_tests.values(), key=len, reverse=True):
        min(shares, key=len).update(group)
    return shares


def plant_all(copy: Path, chosen: dict[str, Mutant]) -> dict[str, str]:
    """Return what became of every fault, and print it as it is found."""
    sound: dict[str, bool] = {}
    verdicts = {}
    for name, mutant in chosen.items():
        start = time.monotonic()
        if reason := mutant.stale(copy):
            verdict = f"STALE: {reason}"
        else:
            if mutant.tests not in sound:
                sound[mutant.tests] = run(copy, mutant.tests) == PASSED
            verdict = plant(copy, mutant) if sound[mutant.tests] else "its tests fail or are missing without it"
        verdicts[name] = verdict
        print(f"{verdict:<9} {time.monotonic() - start:5.1f} s  {name}", flush=True)
    return verdicts


def plant(copy: Path, mutant: Mutant) -> str:
    path = copy / mutant.file
    sound = path.read_text(encoding="utf-8")
    path.write_text(sound.replace(mutant.old, mutant.new), encoding="utf-8")
    try:
        ended = run(copy, mutant.tests)
    finally:
        path.write_text(sound, encoding="utf-8")
    if ended in (FAILED, None):
        return "killed"
    return "SURVIVED" if ended == PASSED else f"pytest ended with {ended}, which says nothing of the fault"


def run(copy: Path, tests: str) -> int | None:
    """Return how pytest ended in the copy, None where it did not end in time.

    As under CI, a missing browser or node fails instead of being skipped.
    """
    # Compiled modules are told apart by their second and size, and two faults may share both.
    environment = {**os.environ, "CI": "1", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(copy)}
    command = [sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider", *shlex.split(tests)]
    try:
        return subprocess.run(command, cwd=copy, env=environment, capture_output=True, timeout=PATIENCE).returncode
    except subprocess.TimeoutExpired:
        return None


sys.exit(main())
