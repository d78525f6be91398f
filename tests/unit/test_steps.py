"""A training state by state: the bits of `train`, open to who looks on and to who takes part."""

import math

import numpy as np
import pytest
import torch

from bnviz import Experiment, Intervention, Run, steps, train
from bnviz.engine.program import make_programs, one_program_a_run
from bnviz.norms import NORMS

KICKS = (Intervention(step=3, factor=4.0), Intervention(step=5, factor=0.5, layers=(1,)))


def small(**changes) -> Experiment:
    fields = {"dataset": "digits", "widths": (12, 8), "n_train": 200, "batch_size": 32, "steps": 9, "records": 10}
    return Experiment(**fields | changes)


def in_inference_mode_or_not(function):
    """Run a test in both modes: a caller need not know."""

    @pytest.mark.parametrize("mode", [True, False], ids=["inference", "ordinary"])
    def test(mode):
        with torch.inference_mode(mode):
            function()

    return test


@pytest.mark.parametrize("divide", [one_program_a_run, lambda given: make_programs(given)[0]], ids=["each", "together"])
def test_losses_and_lengths_are_those_of_train(divide):
    runs = (*(Run(norm=norm) for norm in NORMS), Run(optimizer="adam", lr=0.01), Run(norm="none", lr=1e9))
    given = small(runs=runs, interventions=KICKS)
    reported: list[list[float]] = []
    history = train(given, on_progress=lambda step, losses: reported.append(losses))
    programs = divide(given)
    for state in steps(given, programs):
        assert state.losses == pytest.approx(reported[state.step], rel=0, abs=0, nan_ok=True)
        for program in programs:
            lengths = program.network.parameters.layers[0].weight.flatten(1).norm(dim=1)
            for run, length in zip(program.places, lengths.tolist(), strict=True):
                if run in state.alive:
                    assert length == pytest.approx(history.arrays["weight_norm"][state.step, run, 0], rel=1e-6)
    assert state.step == 9
    assert history.status[-1].startswith("diverged")
    assert state.alive == tuple(range(len(runs) - 1))


@in_inference_mode_or_not
def test_the_update_comes_when_the_next_state_is_asked_for():
    given = small(runs=(Run(norm="batch", lr=0.5),), dtype="float64")
    states = steps(given)
    first = next(states)
    (program,) = first.programs
    weight, gradient = (vector.layers[0].weight for vector in (program.network.parameters, program.network.gradients))
    assert gradient.abs().max() > 0
    expected = weight - 0.5 * gradient
    second = next(states)
    assert (first.step, second.step) == (0, 1)
    torch.testing.assert_close(weight, expected, rtol=0, atol=1e-15)


@in_inference_mode_or_not
def test_what_is_changed_in_between_is_part_of_the_update():
    given = small(runs=(Run(norm="affine"), Run(norm="affine")))
    for _, _, programs, _, alive in steps(given):
        for run in alive:
            programs[run].network.parameters.layers[0].gamma.fill_(2 - run)
            programs[run].network.gradients.layers[0].gamma.zero_()
    gammas = [program.network.parameters.layers[0].gamma for program in programs]
    assert [set(gamma.flatten().tolist()) for gamma in gammas] == [{2.0}, {1.0}]


def test_the_tape_shows_the_mini_batch():
    given = small(runs=(Run(norm="batch"),), dtype="float64")
    for state in steps(given):
        (program,) = state.programs
        expected = program.network.parameters.layers[0].weight @ state.batch.x.T
        torch.testing.assert_close(program.tape.layers[0].pre_norm, expected, rtol=1e-12, atol=1e-12)
        break


def test_a_training_ends_with_its_last_run():
    given = small(runs=(Run(norm="none", lr=1e9), Run(norm="none", lr=1e10)), steps=100)
    states = [(state.step, state.alive, state.losses) for state in steps(given)]
    ends = [int(status.removeprefix("diverged at step ")) for status in train(given).status]
    assert [step for step, _, _ in states] == list(range(max(ends)))
    for step, alive, losses in states:
        assert alive == tuple(run for run, end in enumerate(ends) if step < end)
        assert [math.isnan(loss) for loss in losses] == [run not in alive for run in range(2)]


def test_the_first_mini_batch_is_shown_to_norms_that_keep_it():
    given = small(runs=(Run(norm="batch_frozen"),))
    last = [state.losses[0] for state in steps(given)][-1]
    np.testing.assert_array_equal(last, train(given).arrays["loss"][-1, 0, 0])
