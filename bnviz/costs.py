"""What an experiment costs, estimated before it is trained: work, memory, and what an app refuses for them.

The bounds themselves are in `bnviz.limits`.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from bnviz.experiment import Experiment
from bnviz.history import BINS, EXAMPLES, FOLLOWED, GRID, PERCENTILES, STAGES
from bnviz.limits import Bound

# What a layer costs besides its products of matrices, in multiply-adds that take as long (measured, 64 units wide).
_CALLS_OF_A_STEP = 4e5
_CALLS_OF_A_RECORD = 1e6
_RECORDED_VALUE = 200  # each value of a layer: four stages counted into bins, mean, sd, extremes
_VALUE_OF_A_STEP = 80  # each value of a layer, normalized and activated, forward and back


def work(experiment: Experiment) -> float:
    """The cost of a training with its recording, in multiply-adds of forward passes.

    steps × runs × (batch × weights + calls × layers), and for each recorded step and run what it takes to call the
    recorder and to count every value of every layer.
    """
    batch, layers = experiment.examples_per_step, len(experiment.widths)
    step = batch * _weights(experiment) + _CALLS_OF_A_STEP * layers
    record = _CALLS_OF_A_RECORD * layers + _RECORDED_VALUE * batch * sum(experiment.widths)
    records = min(experiment.records, experiment.steps + 1)
    return float(len(experiment.runs)) * (experiment.steps * step + records * record)


# What is kept of a record: bins and percentiles of each stage, and where examples lie, for a layer; what a followed
# unit has for each example; mean and sd at each stage, γ, β and two running statistics for a unit; probabilities on a
# grid for a class of 2-D data.
_BYTES_OF_A_LAYER = 4 * len(STAGES) * (BINS + 2 + len(PERCENTILES)) + 3 * 8 + 2 * 4 * EXAMPLES
_BYTES_OF_A_FOLLOWED_UNIT = 2 * EXAMPLES
_BYTES_OF_A_UNIT = 4 * (2 * len(STAGES) + 4)
_BYTES_OF_A_CLASS = 4 * GRID**2


def recording(experiment: Experiment) -> float:
    """The bytes of memory that its recording takes.

    records × runs × (layers × (bins + examples + statistics of the widest)), and the examples themselves.
    """
    widest = max(experiment.widths)
    layer = _BYTES_OF_A_LAYER + _BYTES_OF_A_FOLLOWED_UNIT * min(widest, FOLLOWED) + _BYTES_OF_A_UNIT * widest
    plane = _BYTES_OF_A_CLASS * experiment.classes if experiment.features == 2 else 0
    records = min(experiment.records, experiment.steps + 1)
    examples = 4 * EXAMPLES * experiment.features
    return float(records * len(experiment.runs) * (len(experiment.widths) * layer + plane) + examples)


# Measured: what a step holds at once, for each value of a layer, and the copies while a recording is put together.
_BYTES_OF_A_VALUE = 16 * 4
_COPIES_OF_A_RECORDING = 3


def memory(experiment: Experiment) -> float:
    """The bytes that its training takes at most: every value of every layer, forward and back, and the recording."""
    values = len(experiment.runs) * experiment.examples_per_step * sum(experiment.widths)
    return float(_BYTES_OF_A_VALUE * values) + _COPIES_OF_A_RECORDING * recording(experiment)


def app_problems(experiment: Experiment, bounds: Mapping[str, Bound]) -> dict[str, str]:
    """What an app with these bounds refuses about a valid experiment: field → message (empty when welcome)."""
    values = {
        "depth": len(experiment.widths),
        "width": max(experiment.widths),
        "steps": experiment.steps,
        "batch_size": experiment.examples_per_step,
        "n_train": experiment.examples,
        "records": experiment.records,
        "runs": len(experiment.runs),
        "interventions": len(experiment.interventions),
        "work": work(experiment),
        "recording": recording(experiment),
        "memory": memory(experiment),
    }
    found = {name: bounds[name].problem(name, value) for name, value in values.items()}
    return {name: message for name, message in found.items() if message}


def work_in_a_sweep(experiment: Experiment) -> float:
    """The cost of the same networks among many others, which share the calls, and with losses alone recorded.

    steps × runs × batch × (weights + what it takes to normalize and activate a value × units).
    """
    units = _weights(experiment) + _VALUE_OF_A_STEP * sum(experiment.widths)
    return float(len(experiment.runs)) * experiment.steps * experiment.examples_per_step * units


def _weights(experiment: Experiment) -> int:
    return sum(a * b for a, b in pairwise(experiment.sizes))


def sweep_problems(networks: Sequence[Experiment], seeds: int, bounds: Mapping[str, Bound]) -> dict[str, str]:
    """What an app with these bounds refuses about a sweep of valid networks, each from `seeds` seeds."""
    found: dict[str, str] = {}
    for network in networks:
        found |= app_problems(network, bounds)
    work_of_all = seeds * sum(work_in_a_sweep(network) for network in networks)
    values = {"networks": len(networks) * seeds, "sweep_work": work_of_all}
    totals = {name: bounds[name].problem(name, value) for name, value in values.items()}
    return found | {name: message for name, message in totals.items() if message}
