"""The table that benchmarks make, and the machine on which they made it."""

import json
import os
import platform
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal

PACKAGES = ("torch", "numpy", "pandas", "streamlit", "scikit-learn")


@dataclass(frozen=True)
class Line:
    """One figure: the median over repeats and the smallest and the largest.

    unit: "×" is a ratio of CPU times (more is better for bnviz unless `target` says "≤"), "%" an extra share (1 is
    100 %); others are absolute and depend on the machine.
    """

    benchmark: str
    case: str
    median: float
    smallest: float
    largest: float
    unit: Literal["×", "%", "MB", "s", "1/s", ""] = "×"
    target: str = ""

    def cells(self) -> list[str]:
        """The line as texts of a table."""
        figures = [self._text(value) for value in (self.median, self.smallest, self.largest)]
        return [self.benchmark, self.case, self.target, *figures]

    def _text(self, value: float) -> str:
        if self.unit == "%":
            return f"{value:.0%}"
        number = f"{value:.3g}" if value < 100 else f"{value:.0f}"
        return f"{number}{' ' if self.unit not in ('×', '') else ''}{self.unit}"


HEADER = "| benchmark | case | target | median | smallest | largest |\n|---|---|---|---|---|---|"


def markdown(line: Line) -> str:
    """One row of the table under HEADER."""
    return f"| {' | '.join(line.cells())} |"


def machine() -> dict[str, str | int | float]:
    """What the figures depend on: processor, cores, memory, system, versions; and how busy the machine is now."""
    described: dict[str, str | int | float] = {
        "processor": _processor(),
        "cores": os.cpu_count() or 0,
        "system": f"{platform.system()} {platform.release()} ({platform.machine()})",
        "python": platform.python_version(),
        **{name: version(name) for name in PACKAGES},
    }
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        described["memory in GB"] = round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9, 1)
    if hasattr(os, "getloadavg"):
        described["load of the last minute"] = round(os.getloadavg()[0], 2)
    return described


def _processor() -> str:
    file = Path("/proc/cpuinfo")
    if file.exists():
        for line in file.read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or "unknown"


def write(lines: Iterable[Line], folder: Path, described: dict[str, str | int | float]) -> None:
    """Write results.md and results.json into `folder`, which is made where it is missing."""
    lines = list(lines)
    folder.mkdir(parents=True, exist_ok=True)
    facts = "\n".join(f"- {name}: {value}" for name, value in described.items())
    table = "\n".join([HEADER, *map(markdown, lines)])
    text = f"# Benchmarks\n\n{facts}\n\n{table}\n"
    (folder / "results.md").write_text(text, encoding="utf-8")
    stored = {"machine": described, "lines": [asdict(line) for line in lines]}
    (folder / "results.json").write_text(json.dumps(stored, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
