"""What a training run leaves behind: arrays, the tidy frames made of them, and a file format.

Nothing here imports torch, so that charts, pages and the player can read a history without it.
Letters: T recorded steps, K runs, L hidden layers, S stages, N bins, C units (narrower layers are padded with NaN).
"""

import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from typing import IO, Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bnviz.datasets import DATASETS
from bnviz.experiment import Experiment, InvalidExperiment
from bnviz.norms import NORMS
from bnviz.shown import Shown

STAGES = ("pre_norm", "normalized", "post_affine", "post_activation")
"""z = W·h; what γ and β act on (x̂, or z again where nothing is normalized); y = γx̂ + β; φ(y)."""
BINS = 80
"""Bins of a histogram between the ends of its range; counts have two more, for what lies below and above."""
GRID = 32
"""Points along each side of the square on which decision regions are recorded."""
EXAMPLES = 64
"""Test examples that are followed through the layers: the first ones, which hold the classes in equal numbers."""
FOLLOWED = 16
"""Units of a layer, at most, whose values for these examples are kept: evenly spaced over the layer."""
SPLITS = ("train", "test")
PERCENTILES = (5, 15, 50, 85, 95)
RUNNING = "running"
"""Status of a run in a part of a training that goes on."""
FORMAT = "bnviz history"
VERSION = 1
MOST_HEADER = 2_000_000
"""Bytes of a file's header: the experiment and how its runs ended. A thousand runs fit in."""
_STATUS = re.compile(r"finished|(diverged|stopped) at step \d{1,7}")

_IN_THE_PLANE = ("decision", "grid_x", "grid_y", "points", "point_labels")
ARRAYS = (
    *("loss", "accuracy", "counts", "edges", "percentiles", "mean", "std", "gamma", "beta"),
    *("running_mean", "running_var", "weight_norm", "grad_norm", "effective_lr", *_IN_THE_PLANE),
)
"""Names of the arrays of a history; the last five for 2-D data only."""
EXAMPLE_ARRAYS = ("example_plane", "example_x", "example_y")
"""Names of those that a history has too unless its file was written before there were any."""
UNIT_ARRAYS = ("example_units",)
"""The same, and there are files that have those above and not these."""

File = str | PathLike[str] | IO[bytes]


@dataclass(frozen=True, eq=False)
class History(Shown):
    """The record of one training.

    experiment   what made it
    status       one a run: "finished", "diverged at step k" or "stopped at step k"
    steps        [T] updates completed at each record
    recorded     [K] how many leading records of each run are valid; later entries are NaN (counts: 0)
    arrays       by name:
        loss, accuracy [T, K, 2]: mini-batch of that step, whole test set; nats, share of examples
        counts [T, K, L, S, N + 2]: histogram of all units and examples, below the range first, above it last
        edges [S, N + 1]: the bins' edges, the same at every step
        percentiles [T, K, L, S, 5]: PERCENTILES, interpolated in the bins, infinite outside of the range
        mean, std [T, K, L, S, C]: of each unit over the mini-batch; std is biased
        gamma, beta [T, K, L, C]: NaN where a run has none
        running_mean, running_var [T, K, L, C]: NaN where a run keeps none
        weight_norm, grad_norm, effective_lr [T, K, L]: Frobenius norms of W and ∂L/∂W; η/‖W‖²
        decision [T, K, classes, G, G], grid_x, grid_y [G], points [n, 2], point_labels [n]: 2-D data only
        example_plane [T, K, L, E, 2]: φ(y) of test examples in evaluation mode, centered, in the plane of the layer's
            two principal directions, which is turned to follow the record before
        example_units [T, K, L, U, E]: y of these in evaluation mode, for the `followed_units` of each layer; float16,
            infinite beyond its range
        example_x [E, features], example_y [E]: these examples, neither standardized nor shifted, and their classes
    """

    experiment: Experiment
    status: tuple[str, ...]
    steps: NDArray[np.int32]
    recorded: NDArray[np.int32]
    arrays: Mapping[str, NDArray]

    def losses(self) -> pd.DataFrame:
        """step, run, norm, split ("train" or "test"), loss (nats), accuracy (share)."""
        return self._frame(("loss", "accuracy"), {"split": SPLITS})

    def histograms(self) -> pd.DataFrame:
        """step, run, norm, layer, stage, bin_left, bin_right, count; out-of-range rows have an infinite edge."""
        edges = self.arrays["edges"]
        infinite = np.full((len(edges), 1), np.inf)
        bounds = np.concatenate([-infinite, edges, infinite], axis=1)
        bins = bounds.shape[1] - 1
        frame = self._frame({"counts": "count"}, {"layer": self._layers, "stage": STAGES, "bin": range(bins)})
        stage, place = frame["stage"].cat.codes.to_numpy(), frame.pop("bin").to_numpy()
        frame.insert(len(frame.columns) - 1, "bin_left", bounds[stage, place])
        frame.insert(len(frame.columns) - 1, "bin_right", bounds[stage, place + 1])
        return frame

    def percentiles(self) -> pd.DataFrame:
        """step, run, norm, layer, stage, percentile, value (infinite where it lies outside of the histogram)."""
        index = {"layer": self._layers, "stage": STAGES, "percentile": PERCENTILES}
        return self._frame({"percentiles": "value"}, index)

    def affine(self) -> pd.DataFrame:
        """step, run, norm, layer, unit, gamma, beta, for the runs that have both."""
        index = {"layer": self._layers, "unit": self._units}
        has_both = [k for k, run in enumerate(self.experiment.runs) if len(NORMS[run.norm].trains) == 2]
        return self._frame(("gamma", "beta"), index, has_both)

    def moments(self) -> pd.DataFrame:
        """step, run, norm, layer, unit, stage, mean, std: of each unit over that step's mini-batch; std is biased."""
        index = {"layer": self._layers, "stage": STAGES, "unit": self._units}
        frame = self._frame(("mean", "std"), index)
        return frame[["step", "run", "norm", "layer", "unit", "stage", "mean", "std"]]

    def running(self) -> pd.DataFrame:
        """step, run, norm, layer, unit, mean, var (unbiased), for the runs that keep running statistics."""
        index = {"layer": self._layers, "unit": self._units}
        keeps = [k for k, run in enumerate(self.experiment.runs) if NORMS[run.norm].running]
        return self._frame({"running_mean": "mean", "running_var": "var"}, index, keeps)

    def weights(self) -> pd.DataFrame:
        """step, run, norm, layer, weight_norm, grad_norm, effective_lr (NaN unless SGD and scale-invariant)."""
        return self._frame(("weight_norm", "grad_norm", "effective_lr"), {"layer": self._layers})

    def examples(self) -> pd.DataFrame:
        """step, run, norm, layer, example, label, x, y: test examples in the plane of a layer's principal directions.

        Raises ValueError where a file was written before examples were recorded.
        """
        if "example_plane" not in self.arrays:
            raise ValueError("this recording has no examples; train its experiment again.")
        plane, labels = self.arrays["example_plane"], self.arrays["example_y"]
        columns = {"label": np.broadcast_to(labels, plane.shape[:-1]), "x": plane[..., 0], "y": plane[..., 1]}
        index = {"layer": self._layers, "example": range(len(labels))}
        return self._tidy(columns, index, range(len(self.status)))

    def decision(self) -> pd.DataFrame:
        """2-D data: step, run, norm, x, y and a column probability_0, probability_1, … for each class.

        Raises ValueError for other data.
        """
        if "decision" not in self.arrays:
            planes = [name for name, data in DATASETS.items() if data.features == 2]
            raise ValueError(
                f"dataset = {self.experiment.dataset!r}: must have two inputs for a decision region; choose "
                f"{', '.join(planes[:-1])} or {planes[-1]}."
            )
        by_class = np.moveaxis(self.arrays["decision"], 2, -1)
        columns = {f"probability_{c}": by_class[..., c] for c in range(by_class.shape[-1])}
        index = {"y": self.arrays["grid_y"], "x": self.arrays["grid_x"]}
        frame = self._tidy(columns, index, range(len(self.status)))
        return frame[["step", "run", "norm", "x", "y", *columns]]

    @cached_property
    def _layers(self) -> range:
        return range(len(self.experiment.widths))

    @cached_property
    def _units(self) -> range:
        return range(max(self.experiment.widths))

    def _frame(
        self,
        names: Iterable[str] | Mapping[str, str],
        index: Mapping[str, Iterable],
        runs: Iterable[int] | None = None,
    ) -> pd.DataFrame:
        renamed = names if isinstance(names, Mapping) else {name: name for name in names}
        columns = {column: self.arrays[name] for name, column in renamed.items()}
        return self._tidy(columns, index, range(len(self.status)) if runs is None else runs)

    def _tidy(self, columns: Mapping[str, NDArray], index: Mapping[str, Iterable], runs: Iterable[int]) -> pd.DataFrame:
        """Long rows of arrays [T, K, …]: only valid records of `runs`, and only units that a layer has."""
        runs = list(runs)
        levels: dict[str, Sequence | NDArray] = {"step": self.steps, "run": np.array(runs, dtype=np.int64)}
        levels |= {name: list(values) for name, values in index.items()}
        shape = tuple(len(level) for level in levels.values())
        keep = np.arange(len(self.steps))[:, None] < self.recorded[runs]
        mask = np.broadcast_to(keep.reshape(*keep.shape, *(1,) * (len(shape) - 2)), shape)
        if "unit" in index:
            exists = np.arange(len(self._units)) < np.array(self.experiment.widths)[:, None]
            place = [len(levels[name]) if name in ("layer", "unit") else 1 for name in levels]
            mask = mask & exists.reshape(place)
        where = np.nonzero(mask)
        frame: dict[str, Any] = {}
        for (name, level), codes in zip(levels.items(), where, strict=True):
            frame[name] = _column(level, codes)
            if name == "run":
                frame["norm"] = _column([self.experiment.runs[k].norm for k in runs], codes)
        frame |= {name: values[:, runs][where] for name, values in columns.items()}
        return pd.DataFrame(frame)

    def save(self, path: File) -> None:
        """Write everything to one compressed .npz file, without pickle."""
        header = {
            "format": FORMAT,
            "version": VERSION,
            "experiment": self.experiment.to_json(),
            "status": list(self.status),
        }
        text = np.frombuffer(json.dumps(header).encode(), dtype=np.uint8)
        arrays = {f"array_{name}": values for name, values in self.arrays.items()}
        np.savez_compressed(path, allow_pickle=False, header=text, steps=self.steps, recorded=self.recorded, **arrays)

    @classmethod
    def load(cls, path: File) -> Self:
        """Read a file that :meth:`save` wrote.

        Raises ValueError for a damaged file, one of another program or of another version. Never unpickles.
        """
        mend = "Save it again from bnviz."
        try:
            with np.load(path, allow_pickle=False) as stored:
                if "header" not in stored.files:
                    raise ValueError("it was not written by bnviz")
                if stored.zip.getinfo("header.npy").file_size > MOST_HEADER:
                    raise ValueError("its header is too long")
                header = json.loads(bytes(stored["header"]).decode())
                if not isinstance(header, dict) or header.get("format") != FORMAT:
                    raise ValueError("it was not written by bnviz")
                if header.get("version") != VERSION:
                    mend = "Open it with the bnviz that saved it, or train its experiment again."
                    raise ValueError(
                        f"its version is {header.get('version')!r}, and this bnviz reads version {VERSION}"
                    )
                experiment = Experiment.from_json(header["experiment"], files=False)
                names = ARRAYS if experiment.features == 2 else ARRAYS[: -len(_IN_THE_PLANE)]
                if any(f"array_{name}" in stored.files for name in EXAMPLE_ARRAYS):
                    names += EXAMPLE_ARRAYS
                if any(f"array_{name}" in stored.files for name in UNIT_ARRAYS):
                    names += UNIT_ARRAYS
                lacking = [name for name in ("steps", "recorded") if name not in stored.files]
                lacking += [name for name in names if f"array_{name}" not in stored.files]
                if lacking:
                    raise ValueError(f"it lacks {' and '.join(lacking)}")
                history = cls(
                    experiment,
                    tuple(str(status) for status in header["status"]),
                    stored["steps"],
                    stored["recorded"],
                    {name: stored[f"array_{name}"] for name in names},
                )
            history._check_shapes()
            return history
        except FileNotFoundError:
            raise
        except InvalidExperiment as error:
            reason = f"its experiment is not valid: {error}".removesuffix(".")
        except (KeyError, AttributeError, TypeError):
            reason = "it is not laid out as a history"
        except Exception as error:  # noqa: BLE001 - zipfile, zlib and numpy's parser each have their own on damaged bytes
            reason = str(error).removesuffix(".") or "it is damaged"
        raise ValueError(f"This file is not a bnviz history that can be read: {reason}. {mend}")

    def _check_shapes(self) -> None:
        """Raise ValueError unless the arrays are those of the experiment."""
        t, k, n = len(self.steps), len(self.experiment.runs), len(self.experiment.widths)
        per_unit = (t, k, n, max(self.experiment.widths))
        bins = self.arrays["edges"].shape[-1] - 1
        wanted = {
            "loss": (t, k, 2),
            "accuracy": (t, k, 2),
            "counts": (t, k, n, len(STAGES), bins + 2),
            "edges": (len(STAGES), bins + 1),
            "percentiles": (t, k, n, len(STAGES), len(PERCENTILES)),
            "mean": (*per_unit[:3], len(STAGES), per_unit[3]),
            "std": (*per_unit[:3], len(STAGES), per_unit[3]),
            **dict.fromkeys(("gamma", "beta", "running_mean", "running_var"), per_unit),
            **dict.fromkeys(("weight_norm", "grad_norm", "effective_lr"), (t, k, n)),
        }
        if self.experiment.features == 2:
            grid = (len(self.arrays["grid_y"]), len(self.arrays["grid_x"]))
            points = len(self.arrays["points"])
            wanted |= {"decision": (t, k, self.experiment.classes, *grid), "grid_y": grid[:1], "grid_x": grid[1:]}
            wanted |= {"points": (points, 2), "point_labels": (points,)}
        if "example_plane" in self.arrays:
            examples = len(self.arrays["example_y"])
            wanted |= {"example_plane": (t, k, n, examples, 2), "example_y": (examples,)}
            wanted |= {"example_x": (examples, self.experiment.features)}
        if "example_units" in self.arrays:
            followed = max(len(followed_units(width)) for width in self.experiment.widths)
            wanted |= {"example_units": (t, k, n, followed, len(self.arrays["example_y"]))}
        steps, recorded = self.steps, self.recorded
        if {steps.dtype.kind, recorded.dtype.kind} != {"i"} or steps.shape != (t,):
            raise ValueError("its steps are not numbered")
        if t == 0 or steps[0] < 0 or steps[-1] > self.experiment.steps or (np.diff(steps) <= 0).any():
            raise ValueError("its steps are not those of its experiment")
        if len(self.status) != k or recorded.shape != (k,) or recorded.min() < 0 or recorded.max() > t:
            raise ValueError("its runs do not fit its experiment")
        for name, shape in wanted.items():
            if self.arrays[name].shape != shape or self.arrays[name].dtype.kind not in "iuf" or 0 in shape:
                raise ValueError(f"its array {name!r} does not fit its experiment")
        if bins < 1 or not (np.diff(self.arrays["edges"]) > 0).all() or self.arrays["counts"].min() < 0:
            raise ValueError("its histograms are not those of its experiment")
        if not all(_STATUS.fullmatch(status) for status in self.status):
            raise ValueError("its runs ended in ways that bnviz does not know")

    def to_bytes(self) -> bytes:
        """The file of :meth:`save`, for a download."""
        file = io.BytesIO()
        self.save(file)
        return file.getvalue()


def followed_units(width: int) -> NDArray:
    """The numbers of at most FOLLOWED units, evenly spaced over a layer."""
    return np.unique(np.linspace(0, width - 1, min(width, FOLLOWED)).round().astype(int))


def _column(level: Sequence | NDArray, codes: NDArray) -> Any:
    """level[codes]; texts as a categorical column with the categories in the order of `level`."""
    if not (len(level) and isinstance(level[0], str)):
        return np.asarray(level)[codes]
    categories = list(dict.fromkeys(level))
    return pd.Categorical.from_codes(np.array([categories.index(text) for text in level])[codes], categories)  # type: ignore[call-overload]
