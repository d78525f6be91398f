"""Weight decay on a batch-norm neuron of two weights: mini-batch steps push w outwards, decay draws it in.

The live figure's twin is bnviz/ui/live/sums/settling.js.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bnviz.lessons.same_functions.plane import Floats, Neuron, neurons

UPDATES, BATCH = 800, 8
RATES = (0.1, 0.3, 1.0)
DECAYS = (0.0, 0.003, 0.01, 0.03, 0.1)
REACH, SHORTEST = 1.6, 0.1  # the planes are drawn from −REACH to REACH; a start is no shorter than SHORTEST
_ORDER = 0x73657474


class Settled(NamedTuple):
    """Lengths and turns of a walk, over its second half.

    length        mean of ‖w‖
    balance       (η/(2λ)·mean of ‖g̃‖²)^¼ with g̃ = ‖w‖·g: where decay and steps would balance; NaN without decay
    turn          root mean square of the angle of an update, degrees
    turn_balance  √(2ηλ), degrees
    """

    length: float
    balance: float
    turn: float
    turn_balance: float


def batches(seed: int) -> NDArray[np.int64]:
    """The examples of each update `[UPDATES, BATCH]`, every one once an epoch."""
    generator = np.random.default_rng([seed, _ORDER])
    count = len(neurons(seed)[1].targets)
    epochs = -(-UPDATES * BATCH // count)
    order = np.concatenate([generator.permutation(count) for _ in range(epochs)])
    return order[: UPDATES * BATCH].reshape(UPDATES, BATCH)


def examples(seed: int) -> dict[str, list]:
    """What the live figure is given: inputs `u1`, `u2` and targets `t` of each example, and `batches`, flat."""
    neuron = neurons(seed)[1]
    u1, u2 = neuron.inputs.T
    return {
        "u1": u1.tolist(),
        "u2": u2.tolist(),
        "t": neuron.targets.tolist(),
        "batches": batches(seed).ravel().tolist(),
    }


def walk(angle: float, length: float, lr: float, decay: float, seed: int) -> tuple[Floats, Floats]:
    """Mini-batch descent with decay, w' = w − η(g + λw), from an angle (degrees) and a length.

    Returns w before each update and at the end `[UPDATES + 1, 2]`, and the g of each update `[UPDATES, 2]`.
    """
    neuron = neurons(seed)[1]
    path = [length * np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])]
    gradients = []
    for chosen in batches(seed):
        gradients.append(Neuron("batch", neuron.inputs[chosen], neuron.targets[chosen]).gradient(path[-1]))
        # w' = w − η(g + λw)
        path.append(path[-1] - lr * (gradients[-1] + decay * path[-1]))
    return np.array(path), np.array(gradients)


def settled(angle: float, length: float, lr: float, decay: float, seed: int) -> Settled:
    """Where the walk has come to, and where decay and steps balance by the gradients that it met."""
    path, gradients = walk(angle, length, lr, decay, seed)
    late = slice(UPDATES // 2, UPDATES)
    before, after = path[:-1][late], path[1:][late]
    lengths = np.hypot(*before.T)
    # ‖g̃‖² with g̃ = ‖w‖·g
    strength = (lengths**2 * (gradients[late] ** 2).sum(-1)).mean()
    across = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
    turns = np.arctan2(across, (before * after).sum(-1))
    return Settled(
        length=float(lengths.mean()),
        balance=float((lr / (2 * decay) * strength) ** 0.25) if decay else float("nan"),
        turn=float(np.degrees(np.sqrt((turns**2).mean()))),
        turn_balance=float(np.degrees(np.sqrt(2 * lr * decay))),
    )
