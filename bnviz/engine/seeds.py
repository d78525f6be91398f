"""One independent stream of random numbers for each purpose, all fixed by the experiment's seed."""

from typing import Literal

import numpy as np
import torch

# Fixed forever: changing a number changes every recorded experiment.
_PURPOSES = {"weights": 0x77656967, "batches": 0x62617463, "noise": 0x6E6F6973}


def seeded_generator(seed: int, purpose: Literal["weights", "batches", "noise"]) -> torch.Generator:
    """A new generator for one purpose; more noise, say, must not change the weights."""
    (state,) = np.random.SeedSequence([seed, _PURPOSES[purpose]]).generate_state(1)
    return torch.Generator().manual_seed(int(state))
