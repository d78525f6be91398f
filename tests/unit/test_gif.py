"""A recording as GIF: decoded frame by frame, and measured."""

import io
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image, ImageColor, ImageDraw, ImageSequence

from bnviz import Experiment, History, Intervention, Run, train
from bnviz.charts.theme import PALETTES
from bnviz.command import main
from bnviz.export.gif import FIRST, FRAME, LAST, _Drawing, gif
from bnviz.export.panels import MOST_LAYERS, MOST_RUNS, STAGE, WIDTH, Layout, still

EXPERIMENT = Experiment(
    dataset="moons", widths=(6, 4), steps=20, n_train=64, runs=(Run(norm="none", lr=0.3), Run(lr=0.3))
)


@pytest.fixture(scope="module")
def history() -> History:
    return train(EXPERIMENT)


@pytest.fixture(scope="module")
def light(history) -> bytes:
    return gif(history)


def decoded(data: bytes) -> tuple[list[np.ndarray], list[int], Image.Image]:
    """The frames, how long each is shown, and the file as it was opened."""
    file = Image.open(io.BytesIO(data))
    assert file.format == "GIF"
    frames, durations = [], []
    for frame in ImageSequence.Iterator(file):
        durations.append(frame.info["duration"])
        frames.append(np.asarray(frame.convert("RGB")).astype(int))
    return frames, durations, file


def test_each_record_is_a_frame_and_no_two_are_alike(history, light):
    frames, durations, file = decoded(light)
    assert len(frames) == len(history.steps)
    assert durations == [FIRST, *[FRAME] * (len(frames) - 2), LAST]
    assert file.info["loop"] == 0  # for ever
    for first, second in pairwise(frames):
        assert (first != second).any()


def test_frames_are_bounded_and_reach_from_the_first_record_to_the_last(history, light):
    all_frames, _, _ = decoded(light)
    few, _, _ = decoded(gif(history, most_frames=3))
    assert len(few) == 3
    for found, wanted in ((few[0], all_frames[0]), (few[2], all_frames[-1])):
        assert np.abs(found - wanted).mean() < 1  # each file has a palette of its own
    with pytest.raises(ValueError, match="most_frames = 1"):
        gif(history, most_frames=1)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_cursor_stands_at_the_step_on_the_ground_of_the_theme(history, theme):
    layout = Layout(history, theme)
    frames, _, _ = decoded(gif(history, theme))
    text = np.array(ImageColor.getrgb(layout.palette.text))
    for frame, step in zip(frames, history.steps, strict=True):
        assert tuple(frame[0, 0]) == ImageColor.getrgb(PALETTES[theme].page)
        box = layout.loss
        line = frame[int(box.top) : int(box.top + box.height), round(float(box.across(step)))]
        assert np.abs(line - text).mean() < 12


def test_a_histogram_is_as_high_as_its_bins(history, light):
    """In the columns of pixels over the middle of a bin, its color reaches as high as its share of the fullest bin."""
    layout = Layout(history, "light")
    frames, _, _ = decoded(light)
    for record in (0, 10):
        for run, column in enumerate(layout.cells):
            color = np.array(ImageColor.getrgb(layout.color(run)))
            for box, layer in zip(column, layout.layers, strict=True):
                counts = history.arrays["counts"][record, run, layer, STAGE, 1:-1]
                fullest = int(counts.argmax())
                x = round(box.left + box.width * (fullest + 0.5) / len(counts))
                pixels = frames[record][int(box.top) : int(box.top + box.height), x - 1 : x + 2]
                near = (np.abs(pixels - color).sum(-1) < 90).any(1)
                assert near.argmax() == pytest.approx(6, abs=3)
                empty = np.flatnonzero(counts == 0)
                if len(empty):
                    x = round(box.left + box.width * (empty[0] + 0.5) / len(counts))
                    assert not (np.abs(frames[record][int(box.top) + 4, x] - color).sum() < 90)


def test_a_run_that_diverges_pales_and_a_kick_is_marked():
    experiment = Experiment(
        dataset="moons", widths=(4,) * 8, steps=6, n_train=64, interventions=(Intervention(step=2, factor=3.0),),
        runs=(Run(norm="none", lr=1e12, init_scale=100.0, label="<b>&"), *[Run(norm="affine")] * MOST_RUNS),
    )  # fmt: skip
    history = train(experiment)
    layout = Layout(history, "light")
    assert (len(layout.cells), len(layout.layers)) == (MOST_RUNS, MOST_LAYERS)
    assert layout.layers[-1] == 7
    frames, _, file = decoded(gif(history))
    assert file.size == (WIDTH, layout.height)
    assert len(frames) == 7
    svg = still(layout, True)
    assert "1 more run not drawn" in svg
    assert "&lt;b&gt;&amp;" in svg
    assert 'stroke-dasharray="2 3"' in svg
    assert "nan" not in svg
    box = layout.cells[0][0]
    cell = [
        frame[int(box.top) : int(box.top + box.height), int(box.left) : int(box.left + box.width)] for frame in frames
    ]
    assert cell[-1].mean() > cell[0].mean()  # paler


def test_each_frame_says_its_step_and_the_accuracy_on_the_test_set(monkeypatch):
    history = train(Experiment(**{**EXPERIMENT.model_dump(), "records": 5}))
    said = []
    write = ImageDraw.ImageDraw.text
    monkeypatch.setattr(
        ImageDraw.ImageDraw, "text", lambda pen, xy, text, **look: (said.append(text), write(pen, xy, text, **look))
    )
    drawing = _Drawing(history, "light")
    accuracy = history.arrays["accuracy"]
    for record, step in enumerate(history.steps):
        said.clear()
        drawing.frame(record)
        shares = [f"test accuracy {100 * share:.0f} %" for share in accuracy[record, :, 1]]
        assert said == [f"step {step} of 20", *shares]
    assert history.steps.tolist() != list(range(len(history.steps)))
    assert (accuracy[..., 0] != accuracy[..., 1]).any()


def test_a_run_that_explodes_does_not_flatten_the_others(history):
    arrays = {name: history.arrays[name].copy() for name in ("loss", "gamma", "beta")}
    arrays["loss"][1:, 0] *= 1e6
    exploded = replace(history, arrays={**history.arrays, **arrays})
    (low, high), first = Layout(exploded, "light").loss.y, np.log10(arrays["loss"][0, :, 0].min())
    assert low < high <= first + 1 + 1e-6
    runs = Experiment(dataset="moons", widths=(6,), steps=5, n_train=64, runs=(Run(norm="affine"), Run()))
    calm = train(runs)
    gamma = calm.arrays["gamma"].copy()
    gamma[2:, 0] = 1e6
    assert max(Layout(replace(calm, arrays={**calm.arrays, "gamma": gamma}), "light").affine.y) < 10


def test_the_command_writes_the_animation(history, light, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    history.save("run.npz")
    assert main(["export", "run.npz", "--gif", "run.gif"]) == 0
    assert (tmp_path / "run.gif").read_bytes() == light
    history.to_gif("dark.gif", theme="dark")
    assert (tmp_path / "dark.gif").read_bytes() == gif(history, "dark")
    assert f"{len(history.steps)} recorded steps in run.gif" in capsys.readouterr().out
