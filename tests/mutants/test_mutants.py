"""The planted faults themselves: each can be planted, and the script tells the killed from the survivors."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutants import ROOT, Mutant, all_mutants

EVERY = [mutant for mutants in all_mutants().values() for mutant in mutants]


@pytest.mark.parametrize("mutant", EVERY, ids=[mutant.name for mutant in EVERY])
def test_every_fault_can_be_planted(mutant: Mutant):
    assert mutant.stale() is None
    assert mutant.old != mutant.new
    assert (ROOT / mutant.tests.split()[0].split("::")[0]).exists()


def test_names_are_unique():
    assert len({mutant.name for mutant in EVERY}) == len(EVERY)


def test_a_fault_whose_text_is_gone_or_stands_twice_is_stale(tmp_path: Path):
    (tmp_path / "code.py").write_text("a = 1\nb = 1\n")
    assert Mutant("", "code.py", "a = 1", "a = 2", "").stale(tmp_path) is None
    assert "2 times" in str(Mutant("", "code.py", " = 1", " = 2", "").stale(tmp_path))
    assert "0 times" in str(Mutant("", "code.py", "c = 1", "c = 2", "").stale(tmp_path))
    assert "no other.py" in str(Mutant("", "other.py", "a", "b", "").stale(tmp_path))


ROOM = """from tests.mutants import Mutant

MUTANTS = [
    Mutant("seen", "shown.py", "return 1", "return 2", "test_shown.py"),
    Mutant("unseen", "shown.py", "return 3", "return 4", "test_shown.py"),
    Mutant("gone", "shown.py", "return 5", "return 6", "test_shown.py"),
    Mutant("broken", "shown.py", "return 3", "return 4", "test_broken.py"),
    Mutant("nowhere", "shown.py", "return 3", "return 4", "test_shown.py -k nothing"),
]
"""


@pytest.mark.slow
def test_the_script_reports_every_kind_of_fault_and_leaves_the_tree_alone(tmp_path: Path):
    files = {
        "shown.py": "def seen():\n    return 1\n\ndef unseen():\n    return 3\n",
        "test_shown.py": "from shown import seen\n\ndef test_seen():\n    assert seen() == 1\n",
        "test_broken.py": "def test_broken():\n    assert False\n",
        "tests/mutants/room.py": ROOM,
        **{
            f"tests/mutants/{name}": (ROOT / "tests/mutants" / name).read_text()
            for name in ("__init__.py", "__main__.py")
        },
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    command = [sys.executable, "-m", "tests.mutants"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    verdicts = dict(line.rsplit("  room: ", 1)[::-1] for line in done.stdout.splitlines() if "room: " in line)
    assert done.returncode == 1, done.stderr
    assert verdicts["seen"].startswith("killed ")
    assert verdicts["unseen"].startswith("SURVIVED ")
    assert verdicts["gone"].startswith("STALE: its old text stands 0 times")
    assert verdicts["broken"].startswith("its tests fail or are missing")
    assert verdicts["nowhere"].startswith("its tests fail or are missing")
    for name, text in files.items():
        assert (tmp_path / name).read_text() == text
    only = subprocess.run([*command, "--only", "seen", "--list"], cwd=tmp_path, capture_output=True, text=True)
    assert [line for line in only.stdout.splitlines() if line[0] != " "] == ["room: seen", "room: unseen"]
    killed = subprocess.run([*command, "--only", ": seen"], cwd=tmp_path, capture_output=True, text=True)
    assert (killed.returncode, killed.stdout.splitlines()[-1]) == (0, "1 of 1 faults were noticed.")
