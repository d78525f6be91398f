"""Losses and accuracies of K runs, against PyTorch and argmax."""

import torch
from torch.nn import functional

from bnviz.engine.losses import accuracies, losses_and_accuracies
from bnviz.engine.units import AllUnits


def test_losses_and_accuracies_are_those_of_pytorch():
    generator = torch.Generator().manual_seed(0)
    logits = 30 * torch.randn(3, 4, 50, generator=generator, dtype=torch.float64)
    y = torch.randint(4, (50,), generator=generator)
    given = logits.clone()
    losses, right = losses_and_accuracies(logits, y)
    for k, of_run in enumerate(given):
        torch.testing.assert_close(losses[k], functional.cross_entropy(of_run.t(), y), rtol=1e-12, atol=1e-12)
        assert right[k] == (of_run.argmax(0) == y).double().mean().item()
    assert torch.equal(logits, given), "the logits are left as they are"


def test_of_equal_logits_the_first_counts_whatever_stands_beside():
    tied, infinite = torch.zeros(1, 3, 4), torch.full((1, 3, 4), -torch.inf)
    infinite[:, 2] = torch.inf
    y = torch.tensor([0, 1, 2, 0])
    assert accuracies(tied, y).tolist() == [0.5]
    assert accuracies(infinite, y).tolist() == [0.25]
    assert accuracies(torch.cat([tied, infinite]), y).tolist() == [0.5, 0.25]


def test_all_units_stand_by_layer_run_and_place():
    units = AllUnits.of((2, 1), 2)
    rows = list(zip(*(values.tolist() for values in units), strict=True))
    assert rows == [(0, 0, 0), (0, 0, 1), (0, 1, 0), (0, 1, 1), (1, 0, 0), (1, 1, 0)]
    assert units.of_runs(slice(1, 2)).tolist() == [2, 3, 5]
