"""The queue of the server, as the pages use it."""

import pytest
import streamlit as st

from bnviz import Experiment, Run, train
from bnviz.norms import NORMS
from bnviz.outcome import outcomes
from bnviz.ui.server.training import training_queue


def test_clearing_the_caches_of_streamlit_leaves_the_queue_alone():
    # Any browser may send that message.
    queue = training_queue()
    st.cache_resource.clear()
    st.cache_data.clear()
    assert training_queue() is queue


@pytest.mark.parametrize("norm", NORMS)
def test_divergence_is_told_in_words_for_every_normalization(norm):
    # Decay multiplies the weights by 1 - 1e6 at each step, which no normalization holds up.
    wild_run = Run(norm=norm, lr=1e6, weight_decay=1.0, decay_head=True)
    experiment = Experiment(dataset="moons", widths=(8, 8), steps=30, batch_size=32, runs=(wild_run, Run(norm="batch")))
    wild, tame = outcomes(train(experiment))
    assert wild.status.startswith("diverged at step "), wild
    assert wild.sentence == wild.status
    assert not wild.finished
    assert tame.finished
