"""How much memory a sweep takes: `python -m benchmarks.memory`.

Each sweep runs in a process of its own, on two threads, and its peak is compared with a sweep of 100 networks there.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.report import Line
from benchmarks.timing import print_lines, spread

ROOT = Path(__file__).resolve().parents[1]
NETWORKS = (100, 1_000, 10_000)
CODE = """
import json, resource, sys
from pathlib import Path
from bnviz import Experiment, Run, sweep
count = int(sys.argv[1])
experiment = Experiment(dataset="moons", widths=(8, 8), steps=20, records=5, batch_size=16, runs=(Run(norm="batch"),))
rows = sweep(experiment, {"lr": [0.1 * (1 + k / count) for k in range(count // 10)]}, seeds=range(10))
status = Path("/proc/self/status")
if status.exists():
    # Linux passes ru_maxrss on from the process that started this one, however large that was.
    (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    most = int(line.split()[1]) * 1024
else:
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print(json.dumps([len(rows), most / 1e6]))
"""


def peak(networks: int) -> float:
    """Peak of the resident memory, in MB, of a process that sweeps so many networks. Not on Windows."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", CODE, str(networks)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    rows, megabytes = json.loads(done.stdout)
    assert rows == networks
    return megabytes


def lines(repeats: int) -> Iterator[Line]:
    """The peak at each number of networks; most of it is torch."""
    for networks in NETWORKS:
        target = "≤ 1000 MB" if networks == max(NETWORKS) else ""
        peaks = [peak(networks) for _ in range(min(repeats, 3) if networks < max(NETWORKS) else 1)]
        yield Line("memory", f"sweep of {networks:,} networks 2-8-8-2", *spread(peaks), unit="MB", target=target)


if __name__ == "__main__":
    print_lines(__doc__, lines)
