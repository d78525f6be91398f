"""Experiments through JSON, through a URL, and through URLs that nobody should trust."""

import json
from collections.abc import Callable
from urllib.parse import parse_qs, urlencode

from hypothesis import given
from hypothesis import strategies as st

from bnviz import Experiment, InvalidExperiment, Run
from bnviz.links import read_query
from tests.property.strategies import any_experiments


@given(any_experiments())
def test_json_round_trip(experiment):
    assert Experiment.from_json(experiment.to_json()) == experiment


@given(any_experiments())
def test_url_round_trip(experiment):
    """Through the text of a real URL, as a browser sends it."""
    query = experiment.to_query()
    assert all(isinstance(text, str) for pair in query.items() for text in pair)
    assert Experiment.from_query(query) == experiment
    assert Experiment.from_query(parse_qs(urlencode(query), keep_blank_values=True)) == experiment
    assert read_query(query) == (experiment, {})


fields = [*Experiment.model_fields, *(f"run{n}.{name}" for n in (0, 1, 2, 9999) for name in Run.model_fields)]
fields += ["run.", "run1.", "intervention1.step", "intervention1.factor", "intervention1.layers", "self", "__init__"]
texts = st.text(st.characters(codec=None, exclude_categories=()), max_size=20)
values = (
    st.sampled_from(["1", "0", "-1", "1e400", "nan", "true", "full", "hidden", "8-8", "-", "batch", "group"]) | texts
)
queries = st.dictionaries(st.sampled_from(fields) | texts, values | st.lists(values, max_size=3), max_size=8)


def refusal(make: Callable[[], Experiment]) -> InvalidExperiment | None:
    """What is wrong, or None. Any other error is a bug."""
    try:
        make()
    except InvalidExperiment as error:
        return error
    return None


@given(queries)
def test_any_query_is_an_experiment_or_a_report(query):
    error = refusal(lambda: Experiment.from_query(query))
    experiment, ignored = read_query(query)
    if error is None:
        assert (experiment, ignored) == (Experiment.from_query(query), {})
    else:
        assert ignored
        assert error.problems.items() <= ignored.items()
        assert Experiment.from_query(experiment.to_query()) == experiment


names = st.sampled_from([*Experiment.model_fields, *Run.model_fields, "self", "__class__"]) | st.text(max_size=5)
scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["batch", "adam"])
)
documents = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4), max_leaves=12
)


@given(st.text() | documents.map(json.dumps) | st.dictionaries(names, documents, max_size=5).map(json.dumps))
def test_any_text_is_an_experiment_or_refused_with_a_reason(text):
    error = refusal(lambda: Experiment.from_json(text))
    assert error is None or str(error).strip()
