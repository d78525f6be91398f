"""The tests of the scripts in node's own runner, one file each: what needs no browser and no array of Python's."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.player.node import executable

ROOT = Path(__file__).parents[2]
FILES = sorted(Path(__file__).parent.glob("*.test.js"))


@pytest.mark.parametrize("file", FILES, ids=[path.name.removesuffix(".test.js") for path in FILES])
def test_scripts_in_node(file: Path):
    done = subprocess.run([executable(), "--test", str(file)], capture_output=True, encoding="utf-8", timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_there_are_such_tests():
    assert FILES


def test_the_lock_file_leaves_open_where_the_packages_come_from():
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    wanted = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    assert lock["packages"][""]["devDependencies"] == wanted
    assert all(version[0].isdigit() for version in wanted.values()), "versions are pinned"
    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []
