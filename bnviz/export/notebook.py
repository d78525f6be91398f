"""An experiment as a notebook of plain PyTorch: what the script says, cell by cell, with its data inside.

A notebook is JSON; it is written here without a library for it. https://nbformat.readthedocs.io describes version 4.5.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from bnviz.datasets import DATASETS
from bnviz.export.script import script, sections
from bnviz.norms import NORMS
from bnviz.styles import run_styles

if TYPE_CHECKING:
    from bnviz.experiment import Experiment

_LINE = 116  # characters of the data in a line

_TRAIN_HEAD = '''def train(run: Run, stored: dict[str, np.ndarray]) -> list[float]:
    """Train one network, and return its loss on the mini-batch of every update, and on one more after the last."""
    network = Network(run, stored)
    groups = network.groups()
    optimizer = run.optimizer(groups) if groups else None
    x, y = torch.from_numpy(stored["x"]).to(torch.get_default_dtype()), torch.from_numpy(stored["y"])
    losses = []
'''

_TRAIN_LOOP = """    for step, (inputs, labels) in enumerate(mini_batches(x, y)):
        if step == STEPS:
            return [*losses, F.cross_entropy(network(inputs), labels).item()]
"""

_TRAIN_UPDATE = """        loss = F.cross_entropy(network(inputs), labels)
        losses.append(loss.item())
        network.zero_grad()
        loss.backward()
        if optimizer:
            optimizer.step()
    raise AssertionError("mini-batches never end")
"""

_RUN = """losses = [train(run, stored) for run in RUNS]
for run, found in zip(RUNS, losses):
    print(f"{run.name}: training loss {found[-1]:.6g}")
print(json.dumps({"loss": [found[-1] if math.isfinite(found[-1]) else None for found in losses]}))
"""

_PICTURE = """try:
    import matplotlib.pyplot as plt
except ImportError:
    print("With matplotlib installed this cell draws the losses: pip install matplotlib")
else:
    for run, found in zip(RUNS, losses):
        plt.semilogy(found, label=run.name)
    plt.xlabel("step (optimizer updates)")
    plt.ylabel("loss on the mini-batch")
    plt.legend()
    plt.show()
"""

_DATA = '''import base64
import io

# The training examples as the networks see them, and the initial weights: a file of numpy as text.
DATA = """
{data}
"""
stored = dict(np.load(io.BytesIO(base64.b64decode(DATA))))
x, y = stored["x"], stored["y"]
print(f"{{len(y)}} examples of {{x.shape[1]}} features in {{len(set(y.tolist()))}} classes")
'''


def notebook(experiment: Experiment) -> str:
    """Return the file as text. Its last printed line is that of the script: the training loss of each run."""
    text = sections(experiment, (_TRAIN_HEAD, _TRAIN_LOOP, _TRAIN_UPDATE))
    data = base64.b64encode(script(experiment).packed()).decode()
    lines = "\n".join(data[start : start + _LINE] for start in range(0, len(data), _LINE))
    cells = [
        _words(_begin(experiment)),
        _code(text.settings),
        _words("## Data and initial weights\n\nEvery network begins with these weights, and sees these examples."),
        _code(_DATA.format(data=lines), folded=True),
        _words(f"## What is compared\n\n{_runs(experiment)}"),
        *([_code(text.norms)] if text.norms.strip() else []),
        _code(text.runs),
        _words("## The network"),
        _code(text.network),
        _words("## Training\n\nAll networks see the same mini-batches."),
        _code(f"{text.batches}{text.training}"),
        _code(_RUN),
        _code(_PICTURE),
    ]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    book = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(book, ensure_ascii=False, indent=1) + "\n"


def _begin(experiment: Experiment) -> str:
    count = len(experiment.runs)
    networks = f"{count} networks" if count > 1 else "A network"
    named = DATASETS[experiment.dataset].label if experiment.dataset in DATASETS else "own data"
    widths = ", ".join(map(str, experiment.widths))
    return (
        f"# {networks} in plain PyTorch\n\n"
        f"An experiment of bnviz: {named}, hidden layers of {widths} units, {experiment.steps} steps, seed "
        f"{experiment.seed}. This notebook needs torch and numpy, and for the picture at its end matplotlib. It "
        "trains the same networks as bnviz does, and does not need it."
    )


def _runs(experiment: Experiment) -> str:
    """The runs as a list; texts of a reader's own as code, in which nothing is markup."""
    lines = []
    for run, style in zip(experiment.runs, run_styles(experiment), strict=True):
        name = style.label.replace("`", "'").replace("\n", " ")
        lines.append(f"- `{name}`: ${NORMS[run.norm].equation}$, {run.optimizer.upper()} at rate {run.lr:g}")
    return "\n".join(lines)


def _words(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": text.splitlines(keepends=True)}


def _code(text: str, folded: bool = False) -> dict[str, Any]:
    metadata = {"jupyter": {"source_hidden": True}} if folded else {}
    source = text.strip("\n").splitlines(keepends=True)
    return {"cell_type": "code", "execution_count": None, "metadata": metadata, "outputs": [], "source": source}
