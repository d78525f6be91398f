"""The file that plays a recording by itself: what is in it, what no text breaks out of, and how it stays small."""

import base64
import gzip
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from bnviz import Experiment, Intervention, Run, train
from bnviz.history import STAGES
from bnviz.ui.player import offline
from bnviz.ui.player.offline import heading, in_a_frame, offline_html, recipe, thinned
from bnviz.ui.player.payload import pack
from bnviz.ui.player.unit_values import pack_units

HOSTILE = "</script><script>alert(1)</script><!-- \" ' & $title ${x}"
EXPERIMENT = Experiment(
    dataset="moons",
    widths=(4, 4),
    steps=12,
    records=13,
    batch_size=20,
    n_train=40,
    seed=7,
    runs=(Run(norm="none", lr=0.25), Run(norm="batch", lr=0.25, label=HOSTILE)),
    interventions=(Intervention(step=6, factor=2),),
)


@pytest.fixture(scope="module")
def history():
    return train(EXPERIMENT)


class Elements(HTMLParser):
    """The elements of a page with their attributes, and the texts of its scripts and headings."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        self._inside = tag
        self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag):
        self._inside = ""

    def handle_data(self, data):
        if self._inside:
            self.texts[self._inside][-1] += data


def carried(page: str) -> dict:
    return json.loads(Elements(page).texts["script"][0])


def unzipped(text: str) -> bytes:
    return gzip.decompress(base64.b64decode(text))


def test_the_file_carries_what_the_player_of_the_app_gets(history):
    inside = carried(offline_html(history))
    assert unzipped(inside["recording"]) == pack(history)
    assert unzipped(inside["units"]) == pack_units(history)
    assert inside["more_units"]
    assert (inside["step"], inside["layer"], inside["stage"]) == (None, None, None)
    assert offline_html(history) == offline_html(history)


def test_its_state_travels_inside_of_it(history):
    inside = carried(offline_html(history, step=5, layer=1, stage="pre_norm"))
    assert (inside["step"], inside["layer"], inside["stage"]) == (5, 1, "pre_norm")


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({"step": 13}, "from 0 to 12"),
        ({"step": -1}, "from 0 to 12"),
        ({"layer": 2}, "from 0 to 1"),
        ({"stage": "loud"}, "pre_norm, normalized"),
    ],
)
def test_a_state_that_the_recording_does_not_have_is_refused(history, state, said):
    with pytest.raises(ValueError, match=said):
        offline_html(history, **state)


@pytest.mark.parametrize("title", [None, HOSTILE])
def test_no_text_of_a_reader_breaks_out(history, title):
    page = Elements(offline_html(history, title=title))
    counts = {tag: len(texts) for tag, texts in page.texts.items()}
    assert (counts["script"], counts["style"], counts["title"], counts["h1"]) == (2, 1, 1, 1)
    shown = title or heading(history)
    assert HOSTILE in shown
    assert (page.texts["title"], page.texts["h1"]) == ([shown], [shown])
    assert "alert" not in page.texts["script"][1]


def test_only_its_own_script_may_run_and_it_may_ask_for_nothing(history):
    page = Elements(offline_html(history))
    policies = [each["content"] for tag, each in page.found if each.get("http-equiv") == "Content-Security-Policy"]
    digest = base64.b64encode(hashlib.sha256(page.texts["script"][1].encode()).digest()).decode()
    assert policies == [f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'"]
    assert not [tag for tag, each in page.found if {"src", "href", "srcset"} & each.keys()]


def test_it_says_what_was_trained_with_the_seed(history):
    assert recipe(history) == (
        "Layers: 2 × 4 ReLU; learning rate 0.25; 12 steps of 20; weights ×2 at step 6; recorded steps 13. Seed 7."
    )
    (noscript,) = re.findall(r"<noscript>(.*?)</noscript>", offline_html(history))
    loss = history.losses().query("run == 0 and split == 'test' and step == 12")["loss"].item()
    assert f"plain: finished, at step 12 test loss {offline.number(loss)}" in noscript


def test_what_is_too_large_loses_its_single_units_and_then_records_and_says_so(history):
    whole = len(offline.zipped_recording(history)) * 4 / 3
    without = offline_html(history, most_bytes=int(whole + 100))
    assert carried(without)["units"] is None
    assert not carried(without)["more_units"]
    assert "single units are left out" in without
    assert "of 13 recorded steps" not in without
    few = offline_html(history, most_bytes=int(0.7 * whole))
    assert len(carried(few)["recording"]) <= 0.7 * whole + 4
    count = int(re.search(r"it has (\d+) of 13 recorded steps", few)[1])
    assert 2 <= count < 13


def test_fewer_records_keep_the_first_the_last_and_the_end_of_each_run(history):
    kept = thinned(history, 5)
    assert kept.steps.tolist() == [0, 5, 10, 12]
    np.testing.assert_array_equal(kept.arrays["loss"], history.arrays["loss"][[0, 5, 10, 12]])
    assert kept.arrays["edges"] is history.arrays["edges"]
    assert kept.recorded.tolist() == [4, 4]
    ended = replace(history, recorded=np.array([8, 13], np.int32), status=("diverged at step 8", "finished"))
    kept = thinned(ended, 5)
    assert kept.steps.tolist() == [0, 5, 7, 10, 12]
    assert kept.recorded.tolist() == [3, 5]
    kept._check_shapes()
    assert thinned(history, 1) is history


def test_a_frame_holds_the_whole_page_as_one_attribute(history):
    page = Elements(in_a_frame(history, step=3, stage=STAGES[0]))
    ((tag, attributes),) = page.found
    assert (tag, attributes["sandbox"]) == ("iframe", "allow-scripts allow-downloads")
    assert attributes["title"] == heading(history)
    inside = carried(attributes["srcdoc"])
    assert (inside["step"], inside["units"]) == (3, None)


def test_a_file_of_an_earlier_version_plays_without_single_units(history):
    arrays = {name: each for name, each in history.arrays.items() if name != "example_units"}
    page = offline_html(replace(history, arrays=arrays))
    assert not carried(page)["more_units"]
    assert "single units are left out" not in page


def test_where_a_file_of_one_s_own_lies_is_not_told(history):
    for place in ("csv:/home/me/cells.csv", "csv:C:\\me\\cells.csv", "csv:/home/me/cells.csv#a/b"):
        own = replace(history, experiment=EXPERIMENT.model_copy(update={"dataset": place}))
        assert heading(own).endswith(" on cells.csv, training examples 40")
