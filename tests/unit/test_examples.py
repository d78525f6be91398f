"""The examples run as the README says, and print what their docstrings promise."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted(path.stem for path in (ROOT / "examples").glob("*.py"))


def run(name: str) -> str:
    """What `python -m examples.<name>` prints; anything on its error output fails the test."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-W", "error", "-m", f"examples.{name}"]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", timeout=120, check=False
    )
    assert done.stderr == ""
    assert done.returncode == 0
    return done.stdout


def numbers_after(word: str, text: str) -> list[float]:
    """The numbers of the first line that begins with `word`."""
    line = next(line for line in text.splitlines() if line.split()[:1] == [word])
    return [float(number) for number in line.split()[1:]]


def test_every_example_is_tested():
    assert EXAMPLES == ["invariance", "race", "save_and_load"]


def test_race_is_won_by_batch_norm():
    printed = run("race")
    for norm in ("none", "affine"):
        assert max(numbers_after(norm, printed)) < 0.2
    assert min(numbers_after("batch", printed)) > 0.9


def test_invariance_shows_a_kick_that_only_the_plain_network_notices():
    printed = run("invariance")
    plain_before, batch_before = numbers_after("300", printed)
    plain_after, batch_after = numbers_after("301", printed)
    assert plain_after > 1000 * plain_before
    assert batch_after < 3 * batch_before


def test_save_and_load_gives_back_what_was_saved():
    assert run("save_and_load").count("True") == 3
