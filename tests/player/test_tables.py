"""The tables below the player hold the history's numbers, at records spread over every run."""

import numpy as np
import pytest

from bnviz.history import STAGES
from bnviz.styles import run_styles
from bnviz.ui.player import layer_table, player_table
from tests.player.conftest import Record
from tests.player.test_round_trip import pooled

EVERY = pytest.mark.parametrize("case", ["plane", "classes", "digits", "clipped", "first", "trained, stopped"])
ROWS = pytest.mark.parametrize("rows", [2, 3, 6, 100])


def require_spread(records: list[int], length: int, rows: int) -> None:
    """The first and the last record of a run are there, the others lie evenly between them."""
    assert len(records) == min(rows, length)
    assert (records[0], records[-1]) == (0, max(0, length - 1))
    gaps = np.diff(records)
    assert gaps.size == 0 or (gaps.min() > 0 and gaps.max() - gaps.min() <= 1)


@EVERY
@ROWS
@pytest.mark.parametrize("stage", STAGES)
def test_the_table_of_scores_and_moments(record: Record, case: str, rows: int, stage: str):
    history = record(case).history
    styles = run_styles(history.experiment)
    table = player_table(history, stage=stage, rows=rows)
    means, sds = (each[..., STAGES.index(stage)] for each in pooled(history))
    record_of = {step: index for index, step in enumerate(history.steps)}
    assert table["step"].is_monotonic_increasing
    for run, style in enumerate(styles):
        ours = table[table["run"] == style.label]
        records = [record_of[step] for step in ours["step"]]
        require_spread(records, history.recorded[run], rows)
        assert ours["status"].tolist() == ["running"] * (len(ours) - 1) + [history.status[run]]
        for split, name in enumerate(("batch", "test")):
            for score in ("loss", "accuracy"):
                np.testing.assert_allclose(ours[f"{score}, {name}"], history.arrays[score][records, run, split])
        for layer in range(len(history.experiment.widths)):
            np.testing.assert_allclose(
                ours[f"layer {layer + 1} mean"], means[records, run, layer], rtol=1e-5, atol=1e-6
            )
            np.testing.assert_allclose(ours[f"layer {layer + 1} sd"], sds[records, run, layer], rtol=1e-5)
    assert len(table) == sum(min(rows, length) for length in history.recorded)
    assert len(table.columns) == 7 + 2 * len(history.experiment.widths)
    for _, rows_of_step in table.groupby("step"):
        assert rows_of_step["run"].is_monotonic_increasing


def test_the_table_shows_the_output_of_the_layers_unless_asked_otherwise(record: Record):
    history = record("plane").history
    assert player_table(history).equals(player_table(history, stage="post_affine", rows=6))


@EVERY
@ROWS
def test_the_table_of_layers(record: Record, case: str, rows: int):
    history = record(case).history
    before, after = STAGES.index("pre_norm"), STAGES.index("post_affine")
    arrays = history.arrays
    wanted = {
        "γ": arrays["gamma"],
        "β": arrays["beta"],
        "μ": arrays["mean"][..., before, :],
        "σ": arrays["std"][..., before, :],
        "mean of y": arrays["mean"][..., after, :],
        "sd of y": arrays["std"][..., after, :],
    }
    table = layer_table(history, rows=rows)
    record_of = {step: index for index, step in enumerate(history.steps)}
    assert list(table.columns) == ["step", "run", "layer", *wanted]
    assert len(table) == len(history.experiment.widths) * sum(min(rows, length) for length in history.recorded)
    for run, style in enumerate(run_styles(history.experiment)):
        for layer, width in enumerate(history.experiment.widths):
            ours = table[(table["run"] == style.label) & (table["layer"] == layer + 1)]
            records = [record_of[step] for step in ours["step"]]
            require_spread(records, history.recorded[run], rows)
            for name, values in wanted.items():
                truth = values[records, run, layer, :width].astype(float).mean(-1)
                np.testing.assert_allclose(ours[name], truth, rtol=1e-5, atol=1e-6, err_msg=name)
    assert table[["step", "run", "layer"]].equals(table[["step", "run", "layer"]].sort_values(["step", "run", "layer"]))
    assert layer_table(history).equals(layer_table(history, rows=6))
