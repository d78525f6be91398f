"""Experiments: frozen values, checked when made, with messages that say how to fix what is wrong."""

import json
import re

import pytest

from bnviz import Experiment, Intervention, InvalidExperiment, Run
from bnviz.limits import LIBRARY

RUN_NUMBERS = ["lr", "init_scale", "weight_decay", "momentum", "eps", "norm_momentum", "hidden_lr_factor", "dyt_alpha"]
RUN_NUMBERS += ["rmax", "dmax", "noise_mean", "noise_std"]
EXPERIMENT_NUMBERS = ["steps", "seed", "noise", "offset", "label_noise", "records"]


def problems(make, **fields) -> dict[str, str]:
    with pytest.raises(InvalidExperiment) as caught:
        make(**fields)
    assert isinstance(caught.value, ValueError)
    assert str(caught.value) == "\n".join(caught.value.problems.values())
    return caught.value.problems


def test_defaults_are_those_of_the_contract():
    given = Experiment()
    assert (given.dataset, given.widths, given.activation) == ("digits", (64, 64, 64), "relu")
    assert (given.steps, given.batch_size, given.seed) == (600, 64, 0)
    assert [run.norm for run in given.runs] == ["none", "affine", "batch"]
    assert (given.model, given.dtype, given.standardize, given.noise) == ("mlp", "float32", False, 0.1)
    assert (given.offset, given.label_noise, given.n_train, given.records) == (0.0, 0.0, None, 120)
    assert given.interventions == ()
    run = Run()
    assert (run.lr, run.init_scale, run.weight_decay, run.optimizer, run.momentum) == (0.1, 1.0, 0.0, "sgd", 0.0)
    assert (run.eps, run.norm_momentum, run.groups, run.hidden_lr_factor, run.decay_head) == (1e-5, 0.1, 4, 1.0, False)
    assert (run.train_affine, run.train_weights, run.train_head, run.label) == (True, True, True, None)
    assert (run.dyt_alpha, run.rmax, run.dmax) == (0.5, 3.0, 5.0)


@pytest.mark.parametrize("value", [Experiment(), Run(), Intervention(step=1, factor=2.0)])
def test_values_are_frozen_equal_and_hashable(value):
    name = next(iter(type(value).model_fields))
    with pytest.raises(ValueError, match="frozen"):
        setattr(value, name, getattr(value, name))
    twin = type(value)(**dict(value))
    assert twin == value
    assert hash(twin) == hash(value)


def test_lists_become_tuples_and_whole_numbers_become_floats():
    given = Experiment(widths=[8, 8], runs=[Run(lr=1)])
    assert given.widths == (8, 8)
    assert isinstance(given.runs[0].lr, float)


@pytest.mark.parametrize("name", RUN_NUMBERS)
def test_every_number_of_a_run_is_bounded(name):
    bound = LIBRARY[name]
    for inside in (bound.low, bound.high):
        assert getattr(Run(**{name: inside}), name) == inside
    for outside in (bound.low - 1 - abs(bound.low), bound.high * 2, float("nan"), float("inf"), float("-inf")):
        message = problems(Run, **{name: outside})[name]
        for part in (name, repr(outside), f"{bound.low:g}", f"{bound.high:g}", bound.fix):
            assert part in message


@pytest.mark.parametrize("name", EXPERIMENT_NUMBERS)
def test_every_number_of_an_experiment_is_bounded(name):
    bound = LIBRARY[name]
    for inside in (bound.low, bound.high):
        assert getattr(Experiment(**{name: type(Experiment.model_fields[name].default)(inside)}), name) == inside
    for outside in (bound.low - 1, bound.high + 1):
        outside = type(Experiment.model_fields[name].default)(outside)
        message = problems(Experiment, **{name: outside})[name]
        for part in (name, repr(outside), bound.fix):
            assert part in message
        named = re.search(r"must be from (\S+) to ([^\s;]+)", message)
        assert [float(number.replace(",", "")) for number in named.groups()] == [bound.low, bound.high]


@pytest.mark.parametrize("name", [*RUN_NUMBERS, "groups"])
@pytest.mark.parametrize("value", ["0.1", None, True, [1]])
def test_other_types_are_refused_as_numbers(name, value):
    message = problems(Run, **{name: value})[name]
    assert message.startswith(f"{name} = {value!r}: must be")


BAD_FIELDS = {
    "norm": (Run, {"norm": "batchnorm"}, ["norm = 'batchnorm'", "none, affine", "choose"]),
    "norm of another type": (Run, {"norm": 3}, ["norm = 3", "must be one of"]),
    "optimizer": (Run, {"optimizer": "lion"}, ["optimizer = 'lion'", "'sgd'", "'adam'", "choose"]),
    "switch": (Run, {"train_head": "yes"}, ["train_head = 'yes'", "boolean"]),
    "whole number": (Run, {"groups": 2.0}, ["groups = 2.0", "whole number"]),
    "unknown field": (Run, {"learning_rate": 0.1}, ["learning_rate", "no such field", "remove"]),
    "long label": (Run, {"label": "x" * 61}, ["label", "60"]),
    "dataset": (Experiment, {"dataset": "cats"}, ["dataset = 'cats'", "moons", "mnist1d", "choose"]),
    "activation": (Experiment, {"activation": "swish"}, ["activation = 'swish'", "'gelu'", "choose"]),
    "model": (Experiment, {"model": "cnn"}, ["model = 'cnn'", "'mlp'"]),
    "dtype": (Experiment, {"dtype": "float16"}, ["dtype = 'float16'", "'float32' or 'float64'"]),
    "no layers": (Experiment, {"widths": ()}, ["depth = 0", "from 1 to 200 hidden layers", "width for each"]),
    "narrow layer": (Experiment, {"widths": (8, 1)}, ["widths = 1", "from 2 to 4096 units"]),
    "fractional width": (Experiment, {"widths": (8.5,)}, ["widths.0 = 8.5", "whole number"]),
    "no runs": (Experiment, {"runs": ()}, ["runs = 0", "from 1 to 1024", "at least one run"]),
    "data set's own limit": (
        Experiment,
        {"n_train": 1438},
        ["n_train = 1438", "from 10 to 1437", "digits", "None for all"],
    ),
    "fewer examples than classes": (Experiment, {"n_train": 9, "batch_size": None}, ["n_train = 9", "from 10 to 1437"]),
    "batch larger than the data": (
        Experiment,
        {"batch_size": 300, "n_train": 200},
        ["batch_size = 300", "from 1 to 200", "number of training examples", "None for the full batch"],
    ),
    "batch of none": (Experiment, {"batch_size": 0}, ["batch_size = 0", "from 1 to", "smaller"]),
    "batch of one": (
        Experiment,
        {"batch_size": 1},
        ["batch_size = 1", "at least 2", "run3 (batch)", "own mean", "larger batch"],
    ),
    "groups": (
        Experiment,
        {"widths": (8, 6), "runs": (Run(), Run(norm="group", groups=4))},
        ["run2.groups = 4", "divide every width", "6", "divisor"],
    ),
    "late intervention": (
        Experiment,
        {"steps": 5, "interventions": (Intervention(step=5, factor=2.0),)},
        ["intervention1.step = 5", "from 0 to 4", "last update", "earlier"],
    ),
    "layer that is not there": (
        Experiment,
        {"interventions": (Intervention(step=5, factor=2.0, layers=(3,)),)},
        ["intervention1.layers = (3,)", "from 0 to 2", '"hidden"'],
    ),
    "no layer": (
        Intervention,
        {"step": 5, "factor": 2.0, "layers": ()},
        ["layers = ()", '"hidden" or indices', "at least one"],
    ),
    "layers in words": (Intervention, {"step": 5, "factor": 2.0, "layers": "first"}, ["layers = 'first'", "indices"]),
    "factor of nothing": (Intervention, {"step": 5, "factor": 0.0}, ["factor = 0.0", "from 1e-12", "positive"]),
    "step before the start": (Intervention, {"step": -1, "factor": 2.0}, ["step = -1", "from 0"]),
}


@pytest.mark.parametrize(("make", "fields", "words"), BAD_FIELDS.values(), ids=BAD_FIELDS)
def test_messages_name_field_value_range_and_fix(make, fields, words):
    (message,) = problems(make, **fields).values()
    assert [word for word in words if word not in message] == []


def test_every_bad_field_is_named_at_once():
    found = problems(Experiment, steps=0, activation="x", runs=[{"norm": "batch"}, {"lr": -1.0, "eps": "a"}], nosuch=1)
    assert set(found) == {"steps", "activation", "run2.lr", "run2.eps", "nosuch"}
    assert found["run2.lr"].startswith("run2")


def test_norms_without_batch_statistics_take_a_batch_of_one():
    for norm in ("none", "affine", "layer", "rms", "group", "weight", "dynamic_tanh"):
        assert Experiment(batch_size=1, runs=(Run(norm=norm),)).examples_per_step == 1


def test_group_sizes_matter_to_group_norm_only():
    Experiment(widths=(5, 7), runs=(Run(norm="batch", groups=4),))


def test_sizes_follow_data_and_batch():
    given = Experiment(dataset="moons", batch_size=None, n_train=77, runs=(Run(),))
    assert (given.features, given.classes, given.examples, given.examples_per_step) == (2, 2, 77, 77)
    assert Experiment(dataset="digits").examples == 1437


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "not an experiment"),
        ("null", "not an experiment"),
        ('{"steps": 1e999}', "steps = inf"),
        ('{"steps": "5"}', "steps = '5'"),
        ('{"self": 1}', "self: there is no such field"),
        ('{"runs": [{"self": 1}]}', "self: there is no such field"),
        ('{"runs": [3]}', "run1 = 3"),
        ('{"runs": {"norm": "batch"}}', "runs = "),
        ('{"runs": [{"label": "\\ud800"}]}', "label"),
    ],
)
def test_text_that_is_no_experiment_is_refused(text, words):
    with pytest.raises(InvalidExperiment) as caught:
        Experiment.from_json(text)
    assert words in str(caught.value)


def test_a_byte_order_mark_is_no_part_of_the_text():
    assert Experiment.from_json("\ufeff" + Experiment(steps=7).to_json()).steps == 7


def test_json_is_readable_and_complete():
    data = json.loads(Experiment().to_json())
    assert set(data) == set(Experiment.model_fields) - {"data"}, "which is there where a reader's own data are"
    assert set(data["runs"][0]) == set(Run.model_fields)


def test_json_may_leave_defaults_out():
    assert Experiment.from_json('{"steps": 7}') == Experiment(steps=7)
