"""What the player says in words is what the history says in numbers."""

import numpy as np
import pytest

from bnviz.history import STAGES
from bnviz.styles import run_styles
from tests.player.conftest import Record
from tests.player.node import Node
from tests.player.test_round_trip import pooled

STAGE_WORDS = ("before normalization", "normalized", "after γ and β", "after the activation")
EVERY = pytest.mark.parametrize("case", ["plane", "classes", "digits", "trained, stopped", "trained, diverging"])


@pytest.fixture
def form(node: Node):
    """`form(function, value)` writes a number as the player does, from the precision that it has."""
    return lambda function, value: node.ask("format", function, float(np.float32(value))) if np.isfinite(value) else "–"


def scores(form, history, run: int, record: int) -> str:
    if record >= history.recorded[run]:
        return history.status[run]
    loss, accuracy = (history.arrays[name][record, run, 1] for name in ("loss", "accuracy"))
    words = f"test loss {form('formatNumber', loss)}, accuracy {form('formatPercent', accuracy)}"
    ended = record == len(history.steps) - 1 and history.status[run] != "finished"
    return words + (f", {history.status[run]}" if ended else "")


@EVERY
def test_scores_of_every_run_at_every_record(node: Node, record: Record, form, case: str):
    recorded = record(case)
    history = recorded.history
    for at in range(len(history.steps)):
        wanted = [scores(form, history, run, at) for run in range(len(history.status))]
        for run, words in enumerate(wanted):
            assert node.ask("words", "describeScores", recorded.packed, run, at) == words
        labels = [style.label for style in run_styles(history.experiment)]
        told = ". ".join(f"{label}: {words}" for label, words in zip(labels, wanted, strict=True))
        said = node.ask("words", "describeRecord", recorded.packed, at)
        assert said == f"Step {history.steps[at]} of {history.steps[-1]}. {told}."


@EVERY
@pytest.mark.parametrize("view", ["training", "layer"])
def test_canvases_are_named_by_what_they_show(node: Node, record: Record, form, case: str, view: str):
    recorded = record(case, view=view)
    history = recorded.history
    labels = [style.label for style in run_styles(history.experiment)]
    means, sds = pooled(history)
    columns = list(range(len(labels)))[::-1]
    for at in (0, 2, len(history.steps) - 1):
        for stage in range(len(STAGES)):
            for layer in range(len(history.experiment.widths)):
                state = {"stage": stage, "layer": layer, "columns": columns}
                named = node.ask("words", "describeCanvases", recorded.packed, state, at)
                moments = []
                for run in columns:
                    there = min(at, history.recorded[run] - 1)
                    mean, sd = (form("formatMoment", each[there, run, layer, stage]) for each in (means, sds))
                    moments.append(f"{labels[run]}: mean {mean}, sd {sd}")
                assert f"activations {STAGE_WORDS[stage]}, one row a layer" in named[".histograms"]
                assert named[".histograms"].endswith(
                    f"at step {history.steps[at]}. layer {layer + 1}: {'; '.join(moments)}."
                )
                said = node.ask("words", "describeRecord", recorded.packed, at)
                assert named[".curves"] == f"Loss and accuracy over the steps of {', '.join(labels)}. {said}"
                assert f"units of layer {layer + 1} " in named[".trajectories"]
                assert ("their output" in named[".trajectories"]) == (view == "layer")
                assert (f"for {', '.join(labels)}." in named[".trajectories"]) == (view == "layer")
                assert named[".decisions"].endswith(f"for {', '.join(labels)}.")


def test_captions_say_what_is_drawn_and_what_is_cut(node: Node, record: Record):
    for case, view in [("plane", "training"), ("classes", "training"), ("classes", "layer"), ("clipped", "training")]:
        recorded = record(case, view=view)
        history = recorded.history
        for layer, width in enumerate(history.experiment.widths):
            for stage in range(len(STAGES)):
                state = {"stage": stage, "layer": layer, "columns": [0]}
                said = node.ask("words", "describeCaptions", recorded.packed, state)
                zeros = history.experiment.activation == "relu" and stage == len(STAGES) - 1
                assert ("share of the bin at 0" in said[".shapes-caption"]) == zeros
                assert said[".inside-title"] == f"Inside layer {layer + 1}: every line is one unit"
                assert f"{min(width, 32)} of {width} units drawn." in said[".inside-caption"]
                assert ("y the output" in said[".inside-caption"]) == (view == "layer")
                # μ and σ of that history rush off in the first layer and σ in the second.
                cut = case == "clipped" and layer in (0, 1)
                assert ("drawn at their edge" in said[".inside-caption"]) == cut


def test_how_far_a_training_has_come(node: Node, record: Record):
    def said(path=None, **news):
        return node.ask("describeTraining", news, path)

    whole = record("plane").packed  # of 60 steps
    assert said(kind="waiting", ahead=2) == "waiting, 2 before"
    assert said(kind="waiting", ahead=0) == "waiting"
    assert said(kind="running", step=0) == "loading"
    assert said(whole, kind="running", step=0) == "training 0 %"
    assert said(whole, kind="running", step=59) == "training 98 %"
    assert said(whole, kind="running", step=60) == "training 100 %"
    assert said(whole, kind="waiting", ahead=1) == "waiting, 1 before"
