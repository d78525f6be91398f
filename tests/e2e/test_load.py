"""The load benchmark with small numbers: readers, faults and attacks over real websockets, and no error."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


def test_the_app_holds_a_few_readers_and_all_attacks():
    command = [sys.executable, "-m", "benchmarks.load", "--quick"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=1200, check=False)
    assert ended.returncode == 0, ended.stderr
    assert "| all together | errors | 0 |" in ended.stdout
    for scenario in (
        "readers connect",
        "identical runs",
        "distinct runs",
        "beside a long run",
        "mid-run",
        "visits",
        "hostile frames",
        "restart",
    ):
        assert scenario in ended.stdout
