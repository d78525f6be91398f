"""What multiplying a layer's weights by a does to its output, its gradient and its next step."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from bnviz.experiment import Experiment, Run
from bnviz.kept import remembered

SCALES = tuple(float(f"{digit}e{power}") for power in range(-3, 4) for digit in (1, 2, 5))[:-2]
"""The factors a, from 0.001 to 1000; 1 is among them."""
EPSILONS = (0.0, 1e-5, 1e-3, 1e-1, 1.0)
NORMS = ("none", "batch")


class ScaleEffect(NamedTuple):
    """One row of the frame of :class:`ScaleSweep`."""

    output_sd: float
    output_difference: float
    gradient_ratio: float
    relative_step_ratio: float
    cosine: float


@dataclass(frozen=True)
class ScaleSweep:
    """One hidden layer W on one mini-batch of digits, with W multiplied by every a of `SCALES`, in float64.

    Batch norm with ε = 0: BN(aWu) = BN(Wu), and therefore ∂L/∂(aW) = (1/a)·∂L/∂W. With ε the variance a²σ² competes
    with ε, and for a → 0 the output shrinks like any other. Source: Ioffe & Szegedy 2015, section 3.3.
    """

    seed: int = 0
    width: int = 64
    examples: int = 128

    @property
    def steps(self) -> int:
        """How many steps `report` counts."""
        return len(NORMS) * len(EPSILONS)

    def compute(
        self, report: Callable[[int, Sequence[float]], None], should_stop: Callable[[], bool] | None = None
    ) -> pd.DataFrame:
        """One row for each run, ε and a.

        run, norm           0 "none", 1 "batch"
        eps, scale          ε and a
        output_sd           standard deviation of y over the batch, mean over the units
        output_difference   largest |y(a) − y(1)| of any unit and example
        gradient_ratio      ‖∂L/∂W‖ at aW over that at W
        relative_step_ratio ‖∂L/∂W‖/‖W‖, the length of an update relative to W, over that at a = 1
        cosine              cos(W, ∂L/∂W), both taken as one long vector

        It takes some hundredths of a second, so `should_stop` is not asked.
        """
        blocks = []
        for run, norm in enumerate(NORMS):
            for eps in EPSILONS:
                rows = self._rows(norm, eps)
                blocks.append(rows.assign(run=run, norm=norm, eps=eps))
                report(len(blocks), ())
        return pd.concat(blocks, ignore_index=True)

    def _rows(self, norm: str, eps: float) -> pd.DataFrame:
        import torch

        from bnviz.engine.batches import load_data, mini_batches
        from bnviz.engine.program import make_programs

        experiment = Experiment(
            widths=(self.width,),
            batch_size=self.examples,
            seed=self.seed,
            dtype="float64",
            runs=tuple(Run(norm=norm, eps=eps, init_scale=scale) for scale in SCALES),
        )
        torch.set_num_threads(1)
        with torch.inference_mode():
            batch = next(mini_batches(experiment, load_data(experiment), torch.float64))
            programs, order = make_programs(experiment)
            outputs, weights, gradients = [], [], []
            for program in programs:
                program.gradients(batch)
                outputs.append(program.tape.layers[0].post_affine)
                weights.append(program.network.parameters.layers[0].weight.flatten(1))
                gradients.append(program.network.gradients.layers[0].weight.flatten(1))
            place = torch.tensor(order).argsort()
            output, weight, gradient = (torch.cat(parts)[place] for parts in (outputs, weights, gradients))
            unscaled = SCALES.index(1.0)
            length = torch.linalg.vector_norm(gradient, dim=1)
            relative = length / torch.linalg.vector_norm(weight, dim=1)
            columns = {
                "output_sd": output.std(-1, correction=0).mean(-1),
                "output_difference": (output - output[unscaled]).abs().flatten(1).amax(1),
                "gradient_ratio": length / length[unscaled],
                "relative_step_ratio": relative / relative[unscaled],
                "cosine": torch.cosine_similarity(weight, gradient, dim=1),
            }
            return pd.DataFrame({"scale": SCALES, **{name: values.numpy() for name, values in columns.items()}})


@remembered
def effect(frame: pd.DataFrame, norm: str, eps: float, scale: float) -> ScaleEffect:
    """The row of the frame for this normalization, ε and a. Raises ValueError when there is none."""
    row = frame[(frame["norm"] == norm) & (frame["eps"] == eps) & (frame["scale"] == scale)]
    if row.empty:
        raise ValueError(
            f"norm, eps, scale = {norm!r}, {eps!r}, {scale!r}: must be in the frame; choose them from NORMS, "
            "EPSILONS and SCALES."
        )
    return ScaleEffect(*(float(row[name].iloc[0]) for name in ScaleEffect._fields))
