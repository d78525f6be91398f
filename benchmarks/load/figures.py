"""What was measured, with its target beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Figure:
    """One measured number; `target` is the most that it may be, None where there is none."""

    scenario: str
    what: str
    value: float
    unit: str = ""
    target: float | None = None

    @property
    def row(self) -> str:
        """The figure as a row of a Markdown table."""
        unit = f" {self.unit}" if self.unit else ""
        target = "" if self.target is None else f"≤ {_short(self.target)}{unit}"
        met = "" if self.target is None else "met" if self.value <= self.target else "**missed**"
        return f"| {self.scenario} | {self.what} | {_short(self.value)}{unit} | {target} | {met} |"


@dataclass
class Report:
    """All figures of one benchmark, and every error that occurred on the way."""

    figures: list[Figure] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def table(self) -> str:
        """The figures as a Markdown table."""
        head = "| scenario | figure | measured | target | |\n|---|---|---|---|---|"
        return "\n".join([head, *(figure.row for figure in self.figures)])


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value below or at which `share` of the values lie: one of the values, NaN for none."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def _short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.2g}"
