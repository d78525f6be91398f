"""A recording in a file of its own, in Chromium without a network."""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from bnviz import Experiment, Run, train
from bnviz.styles import SYMBOL_COLORS
from bnviz.ui.live.family import Family
from bnviz.ui.live.notebook import figure, figure_html
from bnviz.ui.live.scene import Axis, Handle, Input, Panel, Scene, band, dots
from bnviz.ui.player.offline import offline_html, page_parts, player_module, zipped_recording, zipped_units

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60_000
HOSTILE = "</script><script>document.title = 'broken out'</script>"
EXPERIMENT = Experiment(
    dataset="moons",
    widths=(8, 8),
    steps=200,
    records=100,
    batch_size=20,
    n_train=60,
    runs=(Run(norm="none"), Run(norm="batch", label=HOSTILE)),
)


@pytest.fixture(scope="module")
def history():
    return train(EXPERIMENT)


@pytest.fixture
def alone(browser: Browser) -> Iterator[Page]:
    """A page without a network; whatever goes wrong on it or is asked for besides the file fails the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, offline=True)
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: message.type in ("error", "warning") and problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda request: request.url.startswith(("file:", "blob:")) or problems.append(request.url))
    yield page
    context.close()
    assert problems == []


def opened(page: Page, folder: Path, text: str) -> Locator:
    """The player in a file with that text, once it has drawn."""
    file = folder / "page.html"
    file.write_text(text, encoding="utf-8")
    page.goto(file.as_uri())
    player = page.locator(".player")
    expect(player).not_to_have_attribute("data-draws", "0", timeout=PATIENCE)
    return player


def picture(player: Locator, canvas: str = ".images") -> str:
    """What a canvas shows once what was asked for is drawn."""
    return str(
        player.locator(canvas).evaluate(
            """canvas => new Promise(done =>
                requestAnimationFrame(() => requestAnimationFrame(() => done(canvas.toDataURL()))))"""
        )
    )


def test_a_file_plays_pauses_and_shows_single_units_without_a_network(alone: Page, history, tmp_path):
    player = opened(alone, tmp_path, offline_html(history))
    expect(player).to_have_attribute("data-playing", "true", timeout=PATIENCE)
    alone.keyboard.press("Home")
    expect(player).to_have_attribute("data-step", "0", timeout=PATIENCE)
    start = picture(player)
    alone.keyboard.press(" ")
    expect(player).not_to_have_attribute("data-step", "0", timeout=PATIENCE)
    alone.keyboard.press(" ")
    expect(player).to_have_attribute("data-playing", "false", timeout=PATIENCE)
    paused, step = picture(player), player.get_attribute("data-step")
    assert paused != start
    alone.wait_for_timeout(300)
    assert (picture(player), player.get_attribute("data-step")) == (paused, step)
    player.get_by_label("one unit", exact=True).check(force=True)
    expect(player.locator(".unit-choice output")).to_have_text("0 of 8", timeout=PATIENCE)
    assert HOSTILE in player.locator(".legend").inner_text()
    assert alone.title() != "broken out"


def test_a_file_opens_at_the_state_that_it_carries_in_the_colors_of_the_reader(alone: Page, history, tmp_path):
    page = offline_html(history, step=int(history.steps[40]), layer=0, stage="normalized", title="Monday's run")
    player = opened(alone, tmp_path, page)
    expect(player).to_have_attribute("data-frame", "40", timeout=PATIENCE)
    expect(player).to_have_attribute("data-playing", "false")
    expect(alone.get_by_role("heading", name="Monday's run")).to_be_visible()
    expect(player.get_by_label("normalized", exact=True)).to_be_checked()
    expect(player.locator(".inside-title")).to_have_text("Inside layer 1: every line is one unit")
    light = picture(player, ".histograms")
    alone.emulate_media(color_scheme="dark")
    expect(alone.locator(".bnviz-host")).to_have_attribute("data-theme", "dark", timeout=PATIENCE)
    assert picture(player, ".histograms") != light
    assert player.evaluate("each => getComputedStyle(each).color") == "rgb(250, 250, 250)"


STUB = """async ([script, values, bytes, late]) => {
  // What a notebook hands over: a view into a larger buffer.
  const view = (text) => {
    const whole = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    const larger = new Uint8Array(whole.length + 8);
    larger.set(whole, 5);
    return new DataView(larger.buffer, 5, whole.length);
  };
  const all = { ...values, units: null };
  for (const name of ["recording", "family"]) if (bytes[name]) all[name] = view(bytes[name]);
  const listeners = {};
  window.saved = [];
  window.model = {
    get: (name) => all[name],
    set(name, value) {
      if (all[name] === value) return;
      all[name] = value;
      for (const listener of listeners[`change:${name}`] ?? []) listener();
    },
    on: (event, listener) => (listeners[event] ??= new Set()).add(listener),
    off: (event, listener) => listeners[event]?.delete(listener),
    save_changes() {
      window.saved.push({ ...all, recording: null, units: null });
      if (all.units_wanted && !all.units) window.model.set("units", view(bytes.units));
    },
  };
  window.listening = () => Object.values(listeners).reduce((sum, each) => sum + each.size, 0);
  const module = await import(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
  document.body.innerHTML = "<textarea></textarea><div id=cell style='background: #202020'></div>";
  const el = document.getElementById("cell");
  // JupyterLab draws a second view before it gives it a place.
  if (late) el.remove();
  window.leave = await module.default.render({ model: window.model, el });
  document.body.append(el);
}"""


def test_the_module_of_the_widget_is_in_step_with_a_notebook_s_model(alone: Page, history):
    """As anywidget calls it, with a stub of its model."""
    steps = history.steps.tolist()
    values = {**page_parts(), "more_units": True, "units_wanted": False, "page_keys": False}
    values |= {"step": steps[3], "layer": None, "stage": None}
    packed = {"recording": zipped_recording(history), "units": zipped_units(history)}
    encoded = {name: base64.b64encode(each).decode() for name, each in packed.items()}
    alone.evaluate(STUB, [player_module(), values, encoded])
    player = alone.locator(".player")
    expect(player).to_have_attribute("data-frame", "3", timeout=PATIENCE)
    expect(player).to_have_attribute("data-playing", "false")
    expect(alone.locator(".bnviz-host")).to_have_attribute("data-theme", "dark")
    assert alone.evaluate("['step', 'layer', 'stage'].map(model.get)") == [steps[3], 1, "post_affine"]
    alone.evaluate("step => model.set('step', step)", steps[20] + 1)
    expect(player).to_have_attribute("data-frame", "20" if steps[21] > steps[20] + 1 else "21", timeout=PATIENCE)
    alone.evaluate("model.set('layer', 0)")
    expect(player.locator(".inside-title")).to_have_text("Inside layer 1: every line is one unit", timeout=PATIENCE)
    # Keys are the notebook's, except in the player.
    frame = player.get_attribute("data-frame")
    alone.locator("body").press("End")
    assert player.get_attribute("data-frame") == frame
    player.get_by_role("button", name="To the end", exact=True).click()
    alone.wait_for_function("step => saved.at(-1)?.step === step", arg=steps[-1], timeout=PATIENCE)
    player.get_by_label("units one by one", exact=True).check(force=True)
    expect(player).to_have_class("player wide strip by-unit", timeout=PATIENCE)
    alone.evaluate("leave()")
    assert (alone.locator(".player").count(), alone.evaluate("listening()")) == (0, 0)


PLACES = np.array([[0.0, 1.0], [0.5, 1.5], [1.0, 3.0], [4.0, 3.5]])
FAMILY = Family(
    {"time": (0.0, 0.25, 0.5, 1.0)}, {"place": PLACES, "middle": PLACES[:, 0]}, frozenset({"place", "middle"})
)
SCENE = Scene(
    inputs=[Input("time", "time", 0, 1, 0.05, symbol="t", color="x")],
    rows=[[Panel("x", "x", Axis(-1, 5))]],
    marks=[band("x", ("middle", 0), 1, color="var", tick="mean"), dots("x", "place", "x")],
    handles=[Handle("x", ("time",), ("middle", 0))],
    colors=SYMBOL_COLORS,
    alternative="The two at time {time}.",
)


def test_a_live_figure_in_a_file_answers_the_hand_without_a_network(alone: Page, tmp_path):
    file = tmp_path / "figure.html"
    file.write_text(figure_html(SCENE, {"time": 0.5}, FAMILY, title="Two <b>examples</b>"), encoding="utf-8")
    alone.goto(file.as_uri())
    live = alone.locator(".live")
    expect(live).to_have_attribute("data-values", '{"time":0.5}', timeout=PATIENCE)
    expect(alone.get_by_role("heading", name="Two <b>examples</b>")).to_be_visible()
    start = picture(live, "canvas")
    live.get_by_role("slider").press("End")
    expect(live).to_have_attribute("data-values", '{"time":1}', timeout=PATIENCE)
    expect(live.locator("canvas")).to_have_attribute("aria-label", "The two at time 1.00.", timeout=PATIENCE)
    assert picture(live, "canvas") != start


@pytest.mark.parametrize("late", [False, True])
def test_the_module_of_a_live_figure_is_in_step_with_a_notebook_s_model(alone: Page, late):
    widget = figure(SCENE, {"time": 0.5}, FAMILY)
    values = {name: getattr(widget, name) for name in ("markup", "looks", "scene", "values")}
    alone.evaluate(STUB, [widget._esm, values, {"family": base64.b64encode(widget.family).decode()}, late])
    live = alone.locator(".live")
    expect(alone.locator(".bnviz-host")).to_have_attribute("data-theme", "dark", timeout=PATIENCE)
    expect(live).to_have_attribute("data-values", '{"time":0.5}', timeout=PATIENCE)
    live.get_by_role("slider").press("Home")
    alone.wait_for_function("saved.at(-1)?.values.time === 0", timeout=PATIENCE)
    alone.evaluate("model.set('values', { time: 1 })")
    expect(live).to_have_attribute("data-values", '{"time":1}', timeout=PATIENCE)
    alone.evaluate("leave()")
    assert (live.count(), alone.evaluate("listening()")) == (0, 0)
    bundle = widget._repr_mimebundle_()[0]
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert bundle["text/html"].startswith("<iframe")


@pytest.mark.slow
def test_the_example_notebook_runs_and_plays_without_its_kernel(alone: Page, tmp_path):
    notebook = executed(ROOT / "examples" / "player.ipynb", tmp_path)
    shown = {cell["id"]: cell["outputs"] for cell in notebook["cells"] if cell["cell_type"] == "code"}
    data = {name: outputs[0]["data"] for name, outputs in shown.items() if name in ("show", "player", "at")}
    for name in ("show", "player"):
        assert {"application/vnd.jupyter.widget-view+json", "text/html", "text/plain"} <= data[name].keys()
    assert "batch" in "".join(data["at"]["text/plain"])
    assert [output["name"] for output in shown["write"]] == ["stdout"]
    # As a reader of notebooks puts it on a page when no kernel runs.
    html = "".join(data["player"]["text/html"])
    (tmp_path / "saved.html").write_text(f"<!doctype html><meta charset='utf-8'>{html}", encoding="utf-8")
    alone.goto((tmp_path / "saved.html").as_uri())
    player = alone.frame_locator("iframe").locator(".player")
    # The last record up to step 100.
    expect(player).to_have_attribute("data-step", "98", timeout=PATIENCE)
    expect(player.locator(".inside-title")).to_have_text("Inside layer 5: every line is one unit")
    start = picture(player)
    player.get_by_role("button", name="To the end", exact=True).click()
    expect(player).to_have_attribute("data-step", "200", timeout=PATIENCE)
    assert picture(player) != start


def executed(path: Path, folder: Path) -> dict:
    """The notebook with the outputs of its cells, run by a kernel of its own in another process."""
    code = (
        "import sys, nbformat\n"
        "from nbclient import NotebookClient\n"
        "notebook = nbformat.read(sys.argv[1], as_version=4)\n"
        "NotebookClient(notebook, timeout=300, kernel_name='python3').execute()\n"
        "nbformat.write(notebook, sys.argv[2])\n"
    )
    out = folder / "executed.ipynb"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", code, str(path), str(out)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(out.read_text(encoding="utf-8"))
