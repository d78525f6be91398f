"""A trained normalization layer folded into the linear layer before it: the same function with fewer symbols."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from bnviz.experiment import Experiment, Run
from bnviz.kept import remembered

if TYPE_CHECKING:
    from torch import Tensor

    from bnviz.engine.network import Network

NORMS = ("batch", "affine")
EXAMPLES = 60  # in a mini-batch: the 360 test examples of digits are six of them


def fold(
    weight: "Tensor", gamma: "Tensor", beta: "Tensor", mean: "Tensor", var: "Tensor", eps: float
) -> "tuple[Tensor, Tensor]":
    """Weight and bias of the one linear layer that computes γ·(Wh − μ)/√(σ² + ε) + β for fixed μ and σ².

    weight is `[…, out, in]`, all others `[…, out]`. With μ = 0, σ² = 1 and ε = 0 this merges γx + β into the layer.
    Folding after training is standard practice for inference; Ioffe & Szegedy 2015, section 3.1, note that the
    transform is linear there.
    """
    # s = γ/√(σ² + ε)
    scale = gamma / (var + eps) ** 0.5
    # W' = s·W,  b' = β − s·μ
    return scale[..., None] * weight, beta - scale * mean


@dataclass(frozen=True)
class Folding:
    """A batch-norm and a γx + β network are trained on digits, folded into linear layers, and asked the test set.

    Both are trained in float64. For the comparison in float32 the trained numbers are rounded once, and then both the
    network and its folded twin are computed in float32.
    """

    seed: int = 0
    steps: int = 200

    @property
    def experiment(self) -> Experiment:
        """The two networks: three hidden layers of 64 ReLUs."""
        runs = tuple(Run(norm=norm) for norm in NORMS)
        return Experiment(seed=self.seed, steps=self.steps, batch_size=EXAMPLES, dtype="float64", runs=runs)

    def compute(self, report: Callable[[int, Sequence[float]], None], should_stop: Callable[[], bool]) -> pd.DataFrame:
        """One row for each network, test example and class, for the networks as they are when `should_stop` ends them.

        run, norm        0 "batch", 1 "affine"
        example, label   place in the test set, and the digit that was written
        digit            the class that the row's outputs belong to
        original, folded             logits (no unit) in evaluation mode, float64
        original_single, folded_single  the same in float32
        training         logits in training mode, float64: μ and σ² of test batches of `EXAMPLES` (batch norm only)
        """
        import torch

        from bnviz.engine.batches import load_data, mini_batches
        from bnviz.engine.program import Program

        experiment = self.experiment
        torch.set_num_threads(1)
        with torch.inference_mode():
            split = load_data(experiment)
            batches = mini_batches(experiment, split, torch.float64)
            programs = [Program(experiment, [run], run) for run in range(len(NORMS))]
            for step in range(1, self.steps + 1):
                if should_stop():
                    break
                batch, losses = next(batches), []
                for program in programs:
                    losses += program.gradients(batch)
                    program.update()
                report(step, losses)
            examples = torch.from_numpy(split.x_test)
            answers = [self._answers(program.network, run, examples) for run, program in enumerate(programs)]
        index = pd.MultiIndex.from_product(
            [range(len(NORMS)), range(len(split.y_test)), range(split.classes)], names=["run", "example", "digit"]
        )
        frame = pd.DataFrame(
            {name: torch.cat([of_run[name].flatten() for of_run in answers]).numpy() for name in answers[0]},
            index=index,
        ).reset_index()
        return frame.assign(norm=frame["run"].map(dict(enumerate(NORMS))), label=split.y_test[frame["example"]])

    def _answers(self, network: "Network", run: int, examples: "Tensor") -> "dict[str, Tensor]":
        """Logits `[examples, classes]` of the network and its folded twin, each in both types."""
        import torch

        single = self._copy(network, run)
        found = {
            "original": network.forward(examples, training=False),
            "folded": self._folded(network, run).forward(examples, training=False),
            "original_single": single.forward(examples.float(), training=False),
            "folded_single": self._folded(single, run).forward(examples.float(), training=False),
        }
        with network.unchanged():
            parts = [network.forward(part, training=True) for part in examples.split(EXAMPLES)]
        found["training"] = torch.cat(parts, -1)
        return {name: logits[0].t() for name, logits in found.items()}

    def _copy(self, network: "Network", run: int) -> "Network":
        """The network with every number rounded to float32."""
        import torch

        from bnviz.engine.network import Network

        copy = Network(self.experiment, [self.experiment.runs[run]], torch.float32)
        copy.parameters.flat.copy_(network.parameters.flat)
        for group, trained in zip(copy.groups, network.groups, strict=True):
            group.running.copy_(trained.running)
        return copy

    def _folded(self, network: "Network", run: int) -> "Network":
        """A plain network, of linear layers and ReLUs alone, that computes what `network` does in evaluation mode."""
        from bnviz.engine.network import Network

        eps = self.experiment.runs[run].eps if NORMS[run] == "batch" else 0.0
        plain = Network(self.experiment, [Run(norm="none")], network.parameters.flat.dtype)
        for index, (layer, source) in enumerate(zip(plain.parameters.layers, network.parameters.layers, strict=True)):
            mean, var = network.running(index)
            weight, bias = fold(source.weight, source.gamma, source.beta, mean, var, eps)
            layer.weight.copy_(weight)
            layer.beta.copy_(bias)
        plain.parameters.head.weight.copy_(network.parameters.head.weight)
        plain.parameters.head.bias.copy_(network.parameters.head.bias)
        return plain


@remembered
def folding_summary(frame: pd.DataFrame) -> pd.DataFrame:
    """One row a network, over the whole test set.

    norm
    double, single       largest |folded − original| of any output, float64 and float32
    training             largest |training mode − evaluation mode| of any output, float64
    spread               standard deviation of the original's outputs, to compare these with
    examples             how many there are
    changed, changed_training   examples that get another answer when folded (float32), and in training mode
    became_right, became_wrong  examples among `changed_training`, by what became of their answer
    accuracy, accuracy_folded, accuracy_training   share of examples answered right
    """
    rows = []
    for norm, part in frame.groupby("norm", sort=False):
        label = part.groupby("example")["label"].first()
        answers = {
            name: part.pivot_table(index="example", columns="digit", values=name).idxmax(axis=1)
            for name in ("original", "original_single", "folded_single", "training")
        }
        right = {name: answers[name] == label for name in ("original", "training")}
        rows.append(
            {
                "norm": norm,
                "double": (part["folded"] - part["original"]).abs().max(),
                "single": (part["folded_single"] - part["original_single"]).abs().max(),
                "training": (part["training"] - part["original"]).abs().max(),
                "spread": part["original"].std(ddof=0),
                "examples": len(label),
                "changed": int((answers["folded_single"] != answers["original_single"]).sum()),
                "changed_training": int((answers["training"] != answers["original"]).sum()),
                "became_right": int((right["training"] & ~right["original"]).sum()),
                "became_wrong": int((right["original"] & ~right["training"]).sum()),
                "accuracy": right["original"].mean(),
                "accuracy_folded": (answers["folded_single"] == label).mean(),
                "accuracy_training": right["training"].mean(),
            }
        )
    return pd.DataFrame(rows)
