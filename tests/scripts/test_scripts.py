"""The tests of the scripts in node's own runner, one file each: what needs no browser and no array of Python's."""

import subprocess
from pathlib import Path

import pytest

from tests.player.node import executable

FILES = sorted(Path(__file__).parent.glob("*.test.js"))


@pytest.mark.parametrize("file", FILES, ids=[path.name.removesuffix(".test.js") for path in FILES])
def test_scripts_in_node(file: Path):
    done = subprocess.run([executable(), "--test", str(file)], capture_output=True, encoding="utf-8", timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_there_are_such_tests():
    assert FILES
