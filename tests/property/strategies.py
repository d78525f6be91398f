"""Generated experiments: any that are allowed for the round trips, small ones for training."""

from hypothesis import strategies as st

from bnviz import Experiment, Intervention, Run
from bnviz.activations import ACTIVATIONS
from bnviz.datasets import DATASETS
from bnviz.limits import LIBRARY
from bnviz.norms import NORMS
from bnviz.optimizers import OPTIMIZERS

PLANE = tuple(name for name, data in DATASETS.items() if data.features == 2)
WIDTHS = (2, 3, 5, 7, 8, 16, 17, 32, 33)
BATCHES = (2, 3, 5, 7, 8, 13, 16, 17, 31, 32, 33, 64)


def within(name: str) -> st.SearchStrategy[float]:
    """Any number that the bounds of `name` allow."""
    bound = LIBRARY[name]
    return st.floats(bound.low, bound.high)


@st.composite
def any_runs(draw: st.DrawFn) -> Run:
    """A run with every field drawn from all that is allowed."""
    numbers = ("lr", "init_scale", "weight_decay", "momentum", "eps", "norm_momentum", "hidden_lr_factor")
    numbers += ("dyt_alpha", "rmax", "dmax", "noise_mean", "noise_std")
    switches = ("decay_head", "train_affine", "train_weights", "train_head")
    return Run(
        norm=draw(st.sampled_from(list(NORMS))),
        optimizer=draw(st.sampled_from(list(OPTIMIZERS))),
        groups=draw(st.sampled_from([1, 2, 4])),
        label=draw(st.none() | st.text(max_size=60)),
        **{name: draw(within(name)) for name in numbers},
        **{name: draw(st.booleans()) for name in switches},
    )


@st.composite
def any_experiments(draw: st.DrawFn) -> Experiment:
    """An experiment with every field drawn from all that is allowed."""
    dataset = draw(st.sampled_from(list(DATASETS)))
    depth, steps = draw(st.integers(1, 6)), draw(st.integers(1, 1_000_000))
    n_train = draw(st.none() | st.integers(DATASETS[dataset].classes, DATASETS[dataset].examples))
    largest_batch = DATASETS[dataset].examples if n_train is None else n_train
    some_layers = st.lists(st.integers(0, depth - 1), min_size=1, max_size=depth).map(tuple)
    interventions = st.builds(
        Intervention,
        step=st.integers(0, min(steps - 1, 999_999)),
        factor=within("factor"),
        layers=st.just("hidden") | some_layers,
    )
    return Experiment(
        dataset=dataset,
        widths=draw(st.lists(st.sampled_from([4, 8, 64, 4096]), min_size=depth, max_size=depth)),
        activation=draw(st.sampled_from(list(ACTIVATIONS))),
        steps=steps,
        batch_size=draw(st.none() | st.integers(2, largest_batch)),
        seed=draw(st.integers(0, 2**32 - 1)),
        runs=draw(st.lists(any_runs(), min_size=1, max_size=4)),
        dtype=draw(st.sampled_from(["float32", "float64"])),
        standardize=draw(st.booleans()),
        noise=draw(within("noise")),
        offset=draw(within("offset")),
        label_noise=draw(within("label_noise")),
        n_train=n_train,
        records=draw(st.integers(2, 10_000)),
        interventions=draw(st.lists(interventions, max_size=3)),
    )


@st.composite
def small_runs(draw: st.DrawFn, width_divisor: int) -> Run:
    """A run of a tiny experiment; one in a few has a rate at which most networks diverge."""
    return Run(
        norm=draw(st.sampled_from(list(NORMS))),
        lr=draw(st.sampled_from([0.01, 0.1, 0.5, 1e9])),
        init_scale=draw(st.sampled_from([1.0, 0.3, 7.0, 1e6])),
        weight_decay=draw(st.sampled_from([0.0, 0.01])),
        optimizer=draw(st.sampled_from(["sgd", *OPTIMIZERS])),
        momentum=draw(st.sampled_from([0.0, 0.0, 0.9])),
        eps=draw(st.sampled_from([1e-5, 1e-3])),
        norm_momentum=draw(st.sampled_from([0.1, 0.37])),
        groups=draw(st.sampled_from([g for g in range(1, width_divisor + 1) if width_divisor % g == 0])),
        hidden_lr_factor=draw(st.sampled_from([1.0, 1.0, 3.0])),
        decay_head=draw(st.booleans()),
        train_affine=draw(st.sampled_from([True, True, False])),
        train_weights=draw(st.sampled_from([True, True, False])),
        dyt_alpha=draw(st.sampled_from([0.5, 1.3])),
    )


@st.composite
def small_experiments(draw: st.DrawFn, runs: st.SearchStrategy[int] | None = None) -> Experiment:
    """A tiny experiment with odd sizes, mixed normalizations and neighbors that diverge."""
    dataset = draw(st.sampled_from([*PLANE, "digits"]))
    same_width = draw(st.sampled_from([None, *WIDTHS]))
    depth = draw(st.integers(1, 3))
    widths = [same_width or draw(st.sampled_from(WIDTHS)) for _ in range(depth)]
    divisor = same_width or 1
    count = draw(st.integers(2, 6) if runs is None else runs)
    steps = draw(st.integers(1, 12))
    kick = st.builds(Intervention, step=st.integers(0, steps - 1), factor=st.sampled_from([0.5, 10.0]))
    full = draw(st.sampled_from([False, False, False, True]))
    return Experiment(
        dataset=dataset,
        widths=widths,
        activation=draw(st.sampled_from(list(ACTIVATIONS))),
        steps=steps,
        batch_size=None if full else draw(st.sampled_from(BATCHES)),
        seed=draw(st.integers(0, 1000)),
        runs=draw(st.lists(small_runs(divisor), min_size=count, max_size=count)),
        dtype=draw(st.sampled_from(["float32", "float64"])),
        n_train=draw(st.integers(64, 90)),
        records=draw(st.integers(2, 14)),
        interventions=draw(st.lists(kick, max_size=1)),
    )
