"""The periodic instability (claim 22): what counts as a spike, who has them, and the words about it."""

import numpy as np
import pandas as pd
import pytest

from bnviz import train
from bnviz.lessons.scale_decoupling import periodic_charts, periodic_verdicts
from bnviz.lessons.scale_decoupling.periodic import (
    DECAYED,
    PLAIN,
    WITHOUT,
    PeriodicTraining,
    periodic_summary,
    spike_starts,
    thinned,
)
from bnviz.styles import run_styles
from tests.wiring.pictures import picture

pytestmark = pytest.mark.slow


def no_report(step, losses):
    pass


@pytest.fixture(scope="module")
def trained():
    return PeriodicTraining().compute(no_report, lambda: False)


def spikes(frame: pd.DataFrame) -> dict[int, int]:
    return frame.groupby("run")["spike"].sum().to_dict()


class TestSpikes:
    def test_a_spike_is_counted_once_until_the_loss_is_calm_again(self):
        loss = np.ones(400)
        loss[150:155] = [11, 50, 8, 20, 2]
        loss[300] = 10.5
        assert spike_starts(loss).tolist() == [150, 300]

    @pytest.mark.parametrize("height", [9.9, 10.0])
    def test_what_stays_below_ten_medians_is_none(self, height):
        loss = np.ones(300)
        loss[200] = height
        assert len(spike_starts(loss)) == 0

    def test_a_loss_that_stays_high_is_one_spike_until_the_median_has_followed(self):
        loss = np.ones(600)
        loss[200:] = 100.0
        loss[500] = 2000.0
        assert spike_starts(loss).tolist() == [200, 500]

    @pytest.mark.parametrize("steps", [0, 1, 100])
    def test_a_record_without_enough_before_has_none(self, steps):
        assert len(spike_starts(np.ones(steps))) == 0

    def test_what_is_not_finite_is_no_spike(self):
        loss = np.ones(300)
        loss[200:] = np.nan
        assert len(spike_starts(loss)) == 0


class TestPeriodicTraining:
    def test_decay_under_batch_norm_jumps_again_and_again_and_neither_alone_does(self, trained):
        found = spikes(trained)
        assert 6 <= found[DECAYED] <= 8
        assert found[WITHOUT] == found[PLAIN] == 0

    def test_the_rate_rises_before_each_spike(self, trained):
        batch = periodic_summary(trained, 0.2).iloc[DECAYED]
        assert batch["rate_rise"] > 2
        assert 200 < batch["apart"] < 500

    def test_at_a_large_rate_there_are_more_and_the_plain_network_has_some_of_its_own(self):
        frame = PeriodicTraining(lr=0.5).compute(no_report, lambda: False)
        assert 14 <= spikes(frame)[DECAYED] <= 20
        assert spikes(frame)[WITHOUT] == 0
        assert spikes(frame)[PLAIN] > 0
        assert periodic_summary(frame, 0.5).iloc[PLAIN]["rate_rise"] < 1.5

    def test_with_hidden_weights_alone_there_are_fewer(self):
        frame = PeriodicTraining(lr=0.5, hidden_only=True).compute(no_report, lambda: False)
        assert 5 <= spikes(frame)[DECAYED] <= 7

    def test_the_runs_are_those_of_the_engine(self):
        task = PeriodicTraining(steps=30)
        frame = task.compute(no_report, lambda: False)
        history = train(task.experiment.model_copy(update={"records": 31}))
        for run in range(3):
            part = frame[frame["run"] == run]
            assert np.array_equal(part["loss"].to_numpy(np.float32), history.arrays["loss"][:, run, 0])
            lengths = history.arrays["weight_norm"][:, run, 0]
            assert np.allclose(part["weight_norm"], lengths, rtol=1e-6)

    def test_it_stops_when_asked_and_reports_until_then(self):
        seen = []
        frame = PeriodicTraining().compute(lambda step, losses: seen.append((step, len(losses))), lambda: len(seen) > 4)
        assert seen == [(step, 3) for step in range(5)]
        assert len(frame) == 15

    def test_it_may_be_stopped_before_it_began(self):
        frame = PeriodicTraining().compute(no_report, lambda: True)
        assert frame.empty
        assert thinned(frame).empty

    def test_thinning_loses_no_spike_and_no_peak(self, trained):
        kept = thinned(trained)
        assert spikes(kept) == spikes(trained)
        assert kept.groupby("run")["loss"].max().equals(trained.groupby("run")["loss"].max())
        assert len(kept) == 3 * 601


@pytest.mark.parametrize("quantity", ["loss", "weight_norm"])
def test_the_chart_marks_the_spikes_and_tells_the_runs_apart(trained, quantity):
    styles = run_styles(PeriodicTraining().experiment)
    spec = periodic_charts.plot_periodic(thinned(trained), styles, quantity=quantity, every=5).to_dict()
    lines, dots = spec["layer"]
    assert lines["encoding"]["y"]["field"] == quantity
    assert lines["encoding"]["y"]["scale"]["type"] == "log"
    assert "log scale" in lines["encoding"]["y"]["axis"]["title"]
    assert len(set(lines["encoding"]["color"]["scale"]["range"])) == 3
    marked = pd.DataFrame(spec["datasets"][dots["data"]["name"]])
    assert len(marked) == trained["spike"].sum()
    assert f"batch norm, decay {len(marked)}; batch norm, no decay 0" in spec["description"]
    dark = periodic_charts.plot_periodic(thinned(trained), styles, quantity=quantity, every=5, theme="dark").to_dict()
    assert dark != spec


def test_a_chart_of_nothing_says_so():
    nothing = pd.DataFrame({"step": [0], "run": [0], "loss": [np.nan], "weight_norm": [np.nan], "spike": [False]})
    styles = run_styles(PeriodicTraining().experiment)
    assert (
        "no step" in periodic_charts.plot_periodic(nothing, styles, quantity="loss", every=5).to_dict()["description"]
    )


def summary(batch: int, without: int, plain: int, rise: float = 1.1) -> pd.DataFrame:
    rows = [(0, batch, 147.0, 3.5), (1, without, np.nan, np.nan), (2, plain, 266.0, rise)]
    return pd.DataFrame(rows, columns=["run", "spikes", "apart", "rate_rise"])


@pytest.mark.parametrize(("count", "answer"), [(0, 0), (1, 1), (2, 1), (3, 2), (19, 2)])
def test_the_answer_counts_the_spikes(count, answer):
    assert periodic_verdicts.what_the_loss_did(count) == periodic_verdicts.ANSWERS[answer]


@pytest.mark.parametrize(
    ("counts", "beginning"),
    [
        ((7, 0, 0), "**Here it takes both, batch norm and decay.**"),
        ((0, 0, 3), "**No spike under batch norm with decay here.**"),
        ((7, 2, 0), "**Not decay alone.**"),
        ((19, 0, 8), "**Without decay batch norm stays calm, but it is not alone in jumping.**"),
    ],
)
def test_the_verdict_follows_the_counts(counts, beginning):
    words = periodic_verdicts.periodic_verdict(summary(*counts), 0.5)
    assert words.startswith(beginning)
    assert "batch norm with decay {}, batch norm without decay {}, plain with decay {}.".format(*counts) in words


def test_the_plain_network_is_told_apart_by_its_rate_only_where_that_holds():
    assert "rises only 1.1 times" in periodic_verdicts.periodic_verdict(summary(19, 0, 8), 0.5)
    assert "rises only" not in periodic_verdicts.periodic_verdict(summary(19, 0, 8, 5.0), 0.5)
    assert "rises only" not in periodic_verdicts.periodic_verdict(summary(19, 0, 1, np.nan), 0.5)


def test_the_reason_names_how_far_the_rate_rose():
    assert "3.5 times its lowest value" in periodic_verdicts.why_it_jumps(summary(7, 0, 0).iloc[0])
    hardly = summary(7, 0, 0).assign(rate_rise=1.2).iloc[0]
    assert "rises only 1.2 times, so a rising rate does not explain them" in periodic_verdicts.why_it_jumps(hardly)
    assert "decay shortens W" not in periodic_verdicts.why_it_jumps(hardly)
    assert periodic_verdicts.why_it_jumps(summary(0, 0, 0).iloc[1]) == "Spikes in this run: 0."


@pytest.mark.parametrize(("rise", "hardly"), [(1.49, True), (1.51, False)])
def test_a_rate_that_hardly_rises_explains_no_jump(rise, hardly):
    words = periodic_verdicts.why_it_jumps(summary(7, 0, 0).assign(rate_rise=rise).iloc[0])
    assert ("does not explain them here" in words) == hardly
    assert words.startswith("Between two of its 7 spikes, 147 steps apart on average, ")
    said = periodic_verdicts.periodic_verdict(summary(19, 0, 8, rise), 0.5)
    assert ("for another reason: there η/‖W‖² rises only" in said) == hardly
    assert "At η = 0.5 the plain network" in said


@pytest.mark.parametrize(("rise", "cause"), [(1.51, False), (1.99, False), (2.01, True)])
def test_a_rate_that_doubles_is_called_the_cause(rise, cause):
    words = periodic_verdicts.why_it_jumps(summary(7, 0, 0).assign(rate_rise=rise).iloc[0])
    assert ("decay shortens W" in words) == cause
    assert ("in this run too little to call it the cause" in words) != cause


@pytest.mark.parametrize(("height", "spikes"), [(9.99, 0), (10.01, 1)])
def test_a_spike_is_ten_medians_high_and_over_below_one_and_a_half(height, spikes):
    loss = np.ones(400)
    loss[200] = height
    assert len(spike_starts(loss)) == spikes
    loss[201], loss[202] = 1.51, 11.0
    assert len(spike_starts(loss)) == 1
    loss[201] = 1.49
    assert len(spike_starts(loss)) == 1 + spikes


def test_a_summary_counts_steps_and_rises_from_spike_to_spike():
    lengths = np.array([1.0, 2.0, 4.0, 1.0, 2.0, 5.0, 1.0, 3.0])
    starts = np.isin(np.arange(8), [0, 3, 6])
    frame = pd.DataFrame({"step": range(8), "run": 0, "loss": 1.0, "weight_norm": lengths, "spike": starts})
    (row,) = periodic_summary(frame, 0.5).to_dict("records")
    assert (row["spikes"], row["apart"]) == (3, 3.0)
    assert row["rate_rise"] == pytest.approx(np.median([16.0, 25.0]))
    assert row["rate_at_spike"] == 0.5
    assert periodic_summary(frame.assign(spike=False), 0.5)["apart"].isna().all()


def test_the_chart_draws_each_run_by_its_name(trained):
    styles = run_styles(PeriodicTraining().experiment)
    kept = thinned(trained)
    for quantity in ("loss", "weight_norm"):
        lines, dots = picture(periodic_charts.plot_periodic(kept, styles, quantity=quantity, every=5)).layers
        for layer, rows in ((lines, kept), (dots, kept[kept["spike"]])):
            drawn = layer.drawn("x", "y", "color")
            assert np.allclose(drawn["x"], rows["step"])
            assert np.allclose(drawn["y"], rows[quantity])
            assert drawn["color"].tolist() == [styles[run].label for run in rows["run"]]
