"""What this server trains for a visitor: its bounds, and the nearest experiment within them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bnviz.costs import app_problems, memory, recording, work
from bnviz.experiment import Experiment, InvalidExperiment
from bnviz.limits import Bound
from bnviz.ui.server import own_data
from bnviz.ui.server.configuration import configuration


def bounds() -> Mapping[str, Bound]:
    """Return the bounds of this server."""
    return configuration().bounds


def refused(experiment: Experiment) -> dict[str, str]:
    """Return what this server refuses about a visitor's valid experiment: field → message."""
    not_here = own_data.problem(experiment)
    return too_large(experiment) | ({"dataset": not_here} if not_here else {})


def too_large(experiment: Experiment) -> dict[str, str]:
    """Return what is out of this server's bounds: field → message."""
    return app_problems(experiment, bounds())


def share_of_budget(experiment: Experiment) -> float:
    """Return the estimated work of the experiment over the most that this server does for one training."""
    return work(experiment) / bounds()["work"].high


def nearest_allowed(experiment: Experiment) -> Experiment | None:
    """Return the experiment with every size cut to its bound, and then as many steps as the bound on work leaves.

    Where the recording is too large, fewer steps are recorded. Where a single step is too much work or takes too much
    memory, batches are halved until it is not. Interventions after the last step are dropped. None where that leaves
    nothing valid, such as a width that is no multiple of its groups.
    """
    most = {name: int(bound.high) for name, bound in bounds().items()}
    examples = min(experiment.examples, most["n_train"])
    batch = min(experiment.examples_per_step, examples, most["batch_size"])
    try:
        smaller = _changed(
            experiment,
            widths=tuple(min(width, most["width"]) for width in experiment.widths[: most["depth"]]),
            steps=min(experiment.steps, most["steps"]),
            n_train=experiment.n_train if examples == experiment.examples else examples,
            batch_size=experiment.batch_size if batch == experiment.examples_per_step else batch,
            records=min(experiment.records, most["records"]),
            runs=experiment.runs[: most["runs"]],
            interventions=experiment.interventions[: most["interventions"]],
        )
        if recording(smaller) > most["recording"]:
            records = min(smaller.records, smaller.steps + 1)
            smaller = _changed(smaller, records=int(records * most["recording"] / recording(smaller)))
        return _with_less_work(smaller, most["work"], most["memory"])
    except InvalidExperiment:
        return None


def with_steps(experiment: Experiment, steps: int) -> Experiment:
    """Return the experiment with other steps; interventions after the last one are dropped."""
    return _changed(experiment, steps=steps)


def _with_less_work(experiment: Experiment, most: float, most_memory: float) -> Experiment | None:
    while work(_changed(experiment, steps=1)) > most or memory(experiment) > most_memory:
        if experiment.examples_per_step < 4:
            return None
        experiment = _changed(experiment, batch_size=experiment.examples_per_step // 2)
    fits, too_many = 1, experiment.steps + 1
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        if work(_changed(experiment, steps=middle)) <= most:
            fits = middle
        else:
            too_many = middle
    return _changed(experiment, steps=fits if fits < 100 or fits == experiment.steps else fits // 50 * 50)


def _changed(experiment: Experiment, **changes: Any) -> Experiment:
    fields = dict(experiment) | changes
    fields["interventions"] = tuple(kick for kick in fields["interventions"] if kick.step < fields["steps"])
    return Experiment(**fields)
