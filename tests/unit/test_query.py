"""Experiments in a URL: readable, complete, and lenient in a way that hides nothing."""

import pytest

from bnviz import Experiment, Intervention, InvalidExperiment, Run
from bnviz.links import read_query


def test_defaults_make_an_empty_query():
    assert Experiment().to_query() == {}
    assert Experiment.from_query({}) == Experiment()


def test_parameters_are_readable():
    given = Experiment(
        widths=(32, 16),
        batch_size=None,
        standardize=True,
        runs=(Run(norm="batch"), Run(norm="none", lr=0.5, label="plain & slow")),
        interventions=(Intervention(step=10, factor=3.0, layers=(0, 1)), Intervention(step=20, factor=0.5)),
    )
    query = {
        "widths": "32-16",
        "batch_size": "full",
        "standardize": "true",
        "run1.norm": "batch",
        "run2.norm": "none",
        "run2.lr": "0.5",
        "run2.label": "plain & slow",
        "intervention1.step": "10",
        "intervention1.factor": "3.0",
        "intervention1.layers": "0-1",
        "intervention2.step": "20",
        "intervention2.factor": "0.5",
    }
    assert given.to_query() == query
    assert Experiment.from_query(query) == given


@pytest.mark.parametrize("label", ["full", "hidden", "true", "12", "1-2", "", "γ & β = ?#", "run1.lr"])
def test_labels_stay_text(label):
    given = Experiment(runs=(Run(label=label),))
    assert Experiment.from_query(given.to_query()) == given


def test_the_last_of_repeated_parameters_counts():
    assert Experiment.from_query({"steps": ["5", "7"]}).steps == 7


def test_strict_reading_lists_every_bad_field():
    with pytest.raises(InvalidExperiment) as caught:
        Experiment.from_query({"steps": "many", "run1.lr": "-3", "zoom": "2", "seed": "4"})
    assert set(caught.value.problems) == {"steps", "run1.lr", "zoom"}


def test_lenient_reading_keeps_what_is_right_and_names_what_is_not():
    query = {"steps": "many", "seed": "4", "run1.norm": "layer", "run1.lr": "-3", "run2.norm": "rms", "zoom": "2"}
    given, ignored = read_query(query)
    assert given == Experiment(seed=4, runs=(Run(norm="layer"), Run(norm="rms")))
    assert set(ignored) == {"steps", "run1.lr", "zoom"}
    assert "'many'" in ignored["steps"]
    assert "-3" in ignored["run1.lr"]
    assert "no such field" in ignored["zoom"]


def test_lenient_reading_of_a_good_query_ignores_nothing():
    given = Experiment(seed=3, runs=(Run(norm="rms", lr=0.01),))
    assert read_query(given.to_query()) == (given, {})


def test_lenient_reading_names_what_does_not_fit_together():
    given, ignored = read_query({"batch_size": "300", "n_train": "200", "seed": "4"})
    assert given == Experiment(seed=4, n_train=200)
    assert set(ignored) == {"batch_size"}
    given, ignored = read_query({"run1.norm": "group", "run1.groups": "7", "steps": "50"})
    assert given == Experiment(steps=50, runs=(Run(norm="group"),))
    assert set(ignored) == {"run1.groups"}


HOSTILE = {
    "a name of Python's": {"self": "1"},
    "a name of Python's in a run": {"run1.self": "1"},
    "an attribute of the model": {"model_config": "x", "__class__": "x", "model_fields": "y"},
    "an empty name": {"": "1"},
    "a run without a field": {"run1.": "batch"},
    "a run without a number": {"run.norm": "batch"},
    "runs with a gap": {"run1.norm": "batch", "run3.norm": "none"},
    "run number zero": {"run0.norm": "batch"},
    "a very large run number": {"run99999999999999999999.norm": "batch"},
    "all runs at once": {"runs": "batch"},
    "markup": {"dataset": "<script>alert(1)</script>", "run1.norm": "'; drop table"},
    "no number": {"steps": "nan", "run1.lr": "inf", "run1.eps": "-inf"},
    "a very long number": {"steps": "9" * 5000, "run1.lr": "9" * 5000},
    "a very long text": {"activation": "x" * 100_000},
    "zero bytes": {"steps\x00": "5", "dataset": "\x00"},
    "half a character": {"run1.label": "\ud800", "\udfff": "1"},
    "no values": {"steps": []},
    "widths": {"widths": "64--64"},
    "negative widths": {"widths": "-64"},
    "many layers": {"widths": "-".join(["64"] * 10_000)},
    "layers": {"intervention1.step": "3", "intervention1.factor": "2", "intervention1.layers": "first"},
    "no layers": {"intervention1.step": "3", "intervention1.factor": "2", "intervention1.layers": ""},
    "half an intervention": {"intervention1.factor": "2"},
    "one run twice": {"run1.norm": "batch", "run01.lr": "x"},
}


def test_widths_that_cannot_be_read_are_told_how_to_be_written():
    given, ignored = read_query({"widths": "4-a", "steps": "30"})
    assert given == Experiment(steps=30)
    assert ignored == {"widths": "widths = '4-a': must be a list of whole numbers, in a link 64-64-64."}


@pytest.mark.parametrize("query", HOSTILE.values(), ids=HOSTILE)
def test_hostile_queries_are_reported_and_nothing_else(query):
    given, ignored = read_query(query | {"seed": "4"})
    assert isinstance(given, Experiment)
    assert ignored
    assert all(message.strip() for message in ignored.values())
    assert max(map(len, ignored.values())) < 500, "a message quotes the beginning of what was sent, not all of it"
