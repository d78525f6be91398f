"""Runs can be told apart by label, and by color or dash."""

import pytest

from bnviz import Experiment, Run
from bnviz.norms import NORMS
from bnviz.styles import run_styles


def styles(*runs: Run):
    return run_styles(Experiment(runs=runs))


def test_a_run_looks_like_its_normalization():
    for key, norm in NORMS.items():
        (style,) = styles(Run(norm=key))
        assert (style.label, style.color, style.color_dark) == (norm.label, norm.color, norm.color_dark)
        assert style.dash == norm.dash


def test_runs_of_one_normalization_are_named_after_what_differs():
    labels = [style.label for style in styles(Run(lr=0.1), Run(lr=0.5), Run(norm="none", lr=0.5))]
    assert labels == ["batch norm, lr 0.1", "batch norm, lr 0.5", "plain"]


def test_own_labels_win():
    assert [style.label for style in styles(Run(label="fast"), Run(lr=0.5))] == ["fast", "batch norm, lr 0.5"]


@pytest.mark.parametrize(
    "runs",
    [
        (Run(), Run(), Run()),
        (Run(label="a"), Run(label="a"), Run(norm="none", label="a")),
        (Run(label="a"), Run(label="a"), Run(label="a (2)")),
        (Run(label="batch norm"), Run()),
        (Run(lr=0.5), Run(label="batch norm, lr 0.5")),
        (Run(label="a (1)"), Run(label="a"), Run(label="a"), Run(label="a (1) (1)")),
    ],
)
def test_labels_are_unique(runs):
    labels = [style.label for style in styles(*runs)]
    assert all(labels)
    assert len(set(labels)) == len(labels)


def test_the_networks_of_the_lessons_are_told_apart_without_color():
    dashes = [NORMS[key].dash for key in ("none", "affine", "batch")]
    assert len(set(dashes)) == len(dashes)


def test_up_to_four_runs_never_share_color_and_dash():
    looks = {(style.color, style.dash) for style in styles(Run(), Run(), Run(), Run())}
    assert len(looks) == 4
    for key in NORMS:
        looks = {style.dash for style in styles(*(Run(norm=key),) * 4)}
        assert len(looks) == 4, key
