"""bnviz: train small networks in lock-step and see what batch normalization does.

Importing this package does not import torch: :func:`train`, :func:`steps`, :class:`History` and :func:`sweep` load
their modules on first use, so that charts, pages and a server's first script run stay light.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

from bnviz.experiment import Experiment, Intervention, InvalidExperiment, Run

if TYPE_CHECKING:
    from bnviz.engine.steps import steps
    from bnviz.history import History
    from bnviz.sweeps import sweep
    from bnviz.training import train

__all__ = ["Experiment", "History", "Intervention", "InvalidExperiment", "Run", "steps", "sweep", "train"]

_LAZY = {
    "train": "bnviz.training",
    "steps": "bnviz.engine.steps",
    "History": "bnviz.history",
    "sweep": "bnviz.sweeps",
}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'bnviz' has no attribute {name!r}")
