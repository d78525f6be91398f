"""What the browser shows is what the history holds, whichever record, stage, layer and run is chosen, and no other."""

import re
from functools import cache

import numpy as np
import pytest
from playwright.sync_api import Page, Route, expect

from bnviz import History, train
from bnviz.styles import run_styles
from tests.e2e.player_visits import PATIENCE, Open, Visit, settle
from tests.e2e.scripts.player_cases import CASES
from tests.player.drawing import NUMBER, number

pytestmark = pytest.mark.browser

STAGES = ("before normalization", "normalized", "after γ and β", "after the activation")
# Notes the texts that each canvas shows, with their places in CSS pixels, since it was last cleared.
NOTE_TEXTS = """
const { clearRect, fillText } = CanvasRenderingContext2D.prototype;
Object.assign(CanvasRenderingContext2D.prototype, {
  clearRect(...box) { this.canvas.texts = []; clearRect.apply(this, box); },
  fillText(text, x, y) { this.canvas.texts?.push({ text, x, y }); fillText.call(this, text, x, y); },
});
"""


@cache
def history_of(case: str) -> History:
    """The same training as the page's, bit by bit."""
    return train(CASES[case])


def texts(opened: Visit, selector: str) -> list[dict]:
    """What a canvas says, column by column."""
    opened.wait_for_frames()
    found = opened.player.locator(selector).evaluate("canvas => canvas.texts")
    return sorted(found, key=lambda text: (round(text["x"]), text["y"]))


def pooled(history: History, record: int, run: int, layer: int, stage: int) -> tuple[float, float]:
    """Mean and sd over all values of a layer."""
    width = history.experiment.widths[layer]
    means, sds = (history.arrays[name][record, run, layer, stage, :width].astype(float) for name in ("mean", "std"))
    return means.mean(), np.sqrt((sds**2).mean() + means.var())


def go_to(opened: Visit, record: int) -> None:
    opened.player.get_by_role("slider", name="Recorded step").fill(str(record))
    opened.expect("frame", record)


def require_scores(opened: Visit, history: History, record: int) -> None:
    """The heads, the step and the words for screen readers tell the scores of this record."""
    step, last = history.steps[record], history.steps[-1]
    expect(opened.player.locator(".step")).to_have_text(f"step {step} of {last}")
    opened.expect("step", int(step))
    heads = opened.player.locator(".head").all_inner_texts()
    told = opened.player.locator(".curves").get_attribute("aria-label") or ""
    assert f"Step {step} of {last}." in told
    for run, style in enumerate(run_styles(history.experiment)):
        label, words = heads[run].strip().split("\n")
        assert label.strip() == style.label
        assert f"{style.label}: {words}" in told
        if record >= history.recorded[run]:
            assert words == history.status[run]
            continue
        found = re.fullmatch(r"test loss (\S+), accuracy (.+\s%)", words)
        assert found
        loss, accuracy = (history.arrays[name][record, run, 1] for name in ("loss", "accuracy"))
        assert number(found[1]) == pytest.approx(loss, abs=0.0051, rel=0.06)
        assert number(found[2]) == pytest.approx(accuracy, abs=0.0101)


def require_moments(opened: Visit, history: History, record: int, stage: int, runs: list[int]) -> None:
    """Each histogram has the mean and the sd of its run and layer written beside it."""
    written = [text["text"] for text in texts(opened, ".histograms")]
    written = [text for text in written if re.match(r"mean | ?−?[\d.]+ ± ", text)]
    cells = [(run, layer) for run in runs for layer in range(len(history.experiment.widths))]
    assert len(written) == len(cells)
    for (run, layer), text in zip(cells, written, strict=True):
        shown = [number(part) for part in re.findall(NUMBER, text)]
        truth = pooled(history, min(record, history.recorded[run] - 1), run, layer, stage)
        assert shown == pytest.approx(truth, abs=0.0051, rel=0.06), (run, layer, text)


@pytest.mark.parametrize("case", ["moons", "race"])
def test_every_record_stage_and_layer_shows_its_own_numbers(visit: Open, case: str):
    opened = visit(case, reduced_motion="reduce", script=NOTE_TEXTS)
    opened.show_units()
    history = history_of(case)
    runs = list(range(len(history.status)))
    last = len(history.steps) - 1
    for record in (0, 1, last // 2, last - 1, last):
        go_to(opened, record)
        require_scores(opened, history, record)
        require_moments(opened, history, record, 2, runs)
        done = opened.player.locator(".scrub").evaluate("slider => slider.style.getPropertyValue('--done')")
        assert float(done) == pytest.approx(record / last)
    go_to(opened, 3)
    for stage, words in enumerate(STAGES):
        opened.player.get_by_label(words, exact=True).check(force=True)
        require_moments(opened, history, 3, stage, runs)
        name = opened.player.locator(".histograms").get_attribute("aria-label") or ""
        assert f"activations {words}, " in name
    layers = opened.player.get_by_role("group", name=re.compile("^Layer to look into")).get_by_role("button")
    for layer in range(len(history.experiment.widths)):
        layers.nth(layer).click()
        expect(opened.player.locator(".inside-title")).to_have_text(f"Inside layer {layer + 1}: every line is one unit")
        name = opened.player.locator(".histograms").get_attribute("aria-label") or ""
        for run, style in enumerate(run_styles(history.experiment)):
            found = re.search(rf"layer {layer + 1}: .*?{re.escape(style.label)}: mean (\S+), sd (\S+?)[;.]( |$)", name)
            assert found
            truth = pooled(history, 3, run, layer, 3)
            assert (number(found[1]), number(found[2])) == pytest.approx(truth, abs=0.0051, rel=0.06)


def test_a_diverged_run_keeps_its_status_and_its_last_numbers(visit: Open):
    opened = visit("diverging", reduced_motion="reduce")
    history = history_of("diverging")
    ends = int(history.recorded[0])
    assert 0 < ends < len(history.steps)
    for record in (ends - 1, ends, len(history.steps) - 1):
        go_to(opened, record)
        require_scores(opened, history, record)
        ended = opened.player.locator(".head-scores").evaluate_all(
            "all => all.map(each => each.classList.contains('ended'))"
        )
        assert ended == [record >= ends, False]


def test_buttons_of_layers_lie_beside_their_histograms(visit: Open):
    opened = visit("race", reduced_motion="reduce", script=NOTE_TEXTS)
    opened.show_units()
    moments = [text for text in texts(opened, ".histograms") if text["text"].startswith("mean")][:5]
    canvas = opened.player.locator(".histograms").bounding_box()
    assert canvas is not None
    for layer, text in enumerate(moments):
        box = opened.player.locator(".layer-buttons button").nth(layer).bounding_box()
        assert box is not None
        assert box["y"] < canvas["y"] + text["y"] < box["y"] + box["height"]


def test_runs_wear_their_colors_and_dashes(visit: Open):
    opened = visit("race", reduced_motion="reduce", color_scheme="light")
    styles = run_styles(history_of("race").experiment)
    look = """lines => lines.map(line => [line.style.stroke, line.getAttribute("stroke-dasharray")])"""

    def wanted(colors: list[str]) -> list[list[str]]:
        parts = [[int(color[at : at + 2], 16) for at in (1, 3, 5)] for color in colors]
        return [
            [f"rgb({r}, {g}, {b})", " ".join(map(str, style.dash))]
            for (r, g, b), style in zip(parts, styles, strict=True)
        ]

    for group in (".run-switch", ".heads", ".legend"):
        lines = opened.player.locator(f"{group} .swatch line")
        assert lines.evaluate_all(look) == wanted([style.color for style in styles])
    opened.page.emulate_media(color_scheme="dark")
    expect(opened.player).to_have_css("color-scheme", "dark", timeout=PATIENCE)
    for group in (".run-switch", ".heads", ".legend"):
        lines = opened.player.locator(f"{group} .swatch line")
        assert lines.evaluate_all(look) == wanted([style.color_dark for style in styles])
    assert opened.player.locator(".legend li").all_inner_texts() == [style.label for style in styles]


def test_the_pointer_goes_to_the_step_that_the_axis_names(visit: Open):
    opened = visit("race", reduced_motion="reduce", script=NOTE_TEXTS)
    history = history_of("race")
    for selector, inside in ((".curves", 60), (".trajectories", 50)):
        canvas = opened.player.locator(selector)
        foot = max(text["y"] for text in texts(opened, selector))
        ticks = [text for text in texts(opened, selector) if text["y"] == foot and re.fullmatch(r"\d+", text["text"])]
        # The outermost lie on the frame, where a click may miss the panel.
        inner = [tick for tick in ticks if 0 < int(tick["text"]) < history.steps[-1]]
        assert len(inner) >= 2
        start = next(tick["x"] for tick in ticks if tick["text"] == "0")
        pixels = (inner[0]["x"] - start) / int(inner[0]["text"])  # a step is as wide
        for tick in inner:
            canvas.click(position={"x": tick["x"], "y": inside})
            # A click falls on a whole pixel.
            reached = [step for step in history.steps if abs(step - int(tick["text"])) * pixels <= 1]
            nearest = history.steps[np.abs(history.steps - int(tick["text"])).argmin()]
            expect(opened.player).to_have_attribute(
                "data-step", re.compile("^(" + "|".join(map(str, [*reached, nearest])) + ")$"), timeout=PATIENCE
            )


def test_a_narrow_page_shows_the_chosen_run(visit: Open):
    opened = visit("race", viewport={"width": 390, "height": 844}, reduced_motion="reduce", script=NOTE_TEXTS)
    opened.show_units()
    history = history_of("race")
    go_to(opened, 20)
    runs = opened.player.get_by_role("group", name="Run", exact=True).get_by_role("radio")
    for run, style in enumerate(run_styles(history.experiment)):
        runs.nth(run).check(force=True)
        require_moments(opened, history, 20, 2, [run])
        shown = opened.player.locator(".head:visible")
        expect(shown).to_have_count(1)
        expect(shown).to_contain_text(style.label)
    opened.page.set_viewport_size({"width": 1440, "height": 900})
    expect(opened.player.locator(".head:visible")).to_have_count(3)
    require_moments(opened, history, 20, 2, [0, 1, 2])


@pytest.mark.parametrize("speed", ["0.25", "0.5", "1", "2", "4"])
def test_the_chosen_speed_is_the_playbacks(visit: Open, speed: str):
    """The page's clock stands still but for the second that the test lets pass."""
    opened = visit("race", reduced_motion="reduce")
    settle(opened)
    opened.player.get_by_label("Speed").select_option(speed)
    opened.page.clock.install()
    opened.page.clock.pause_at(opened.page.evaluate("Date.now() + 1000"))
    opened.player.get_by_role("button", name="Play", exact=True).click()
    start = float(opened.player.get_attribute("data-frame") or "")
    opened.page.clock.run_for(2000)
    passed = float(opened.player.get_attribute("data-frame") or "") - start
    assert passed == pytest.approx(24 * float(speed), abs=1 + float(speed))


def test_without_autoplay_it_waits(visit: Open):
    opened = visit("moons&autoplay=no")
    settle(opened)
    assert (opened.data("playing"), opened.data("frame")) == ("false", "0")


def choose_case(opened: Visit, case: str) -> None:
    opened.page.get_by_role("radiogroup", name="Case").get_by_text(case, exact=True).click()


def test_the_same_recording_again_does_not_start_over(visit: Open):
    """A change of the theme hands the same recording over once more."""
    opened = visit(reduced_motion="reduce", color_scheme="light")
    opened.show_units()
    go_to(opened, 7)
    opened.player.get_by_label("normalized", exact=True).check(force=True)
    for scheme in ("dark", "light"):
        draws = opened.number("draws")
        opened.page.emulate_media(color_scheme=scheme)
        expect(opened.player).to_have_css("color-scheme", scheme, timeout=PATIENCE)
        settle(opened)
        assert opened.number("draws") > draws
        assert (opened.data("frame"), opened.data("playing")) == ("7", "false")
        require_scores(opened, history_of("moons"), 7)
        expect(opened.player.get_by_label("normalized", exact=True)).to_be_checked()


def test_another_recording_in_the_same_place_is_shown_from_its_start(visit: Open):
    opened = visit("moons", reduced_motion="reduce", script=NOTE_TEXTS)
    opened.show_units()
    go_to(opened, 7)
    for case in ("race", "diverging", "moons"):
        choose_case(opened, case)
        history = history_of(case)
        expect(opened.player.locator(".step")).to_have_text(f"step 0 of {history.steps[-1]}", timeout=PATIENCE)
        require_scores(opened, history, 0)
        require_moments(opened, history, 0, 2, list(range(len(history.status))))
        go_to(opened, len(history.steps) - 1)
        require_scores(opened, history, len(history.steps) - 1)
        expect(opened.player.locator(".decisions")).to_be_visible(visible=case == "moons")
        go_to(opened, 5)


def test_a_late_recording_is_not_drawn_in_place_of_the_one_asked_for_since(visit: Open):
    held: list[Route] = []
    opened = visit("moons", hold=lambda route: held.append(route), reduced_motion="reduce")
    wait_for(opened.page, lambda: len(held) >= 1)
    late = list(held)
    choose_case(opened, "race")
    wait_for(opened.page, lambda: len({route.request.url for route in held}) >= 2)
    for route in held[len(late) :]:
        route.continue_()
    expect(opened.player.locator(".step")).to_have_text("step 0 of 300", timeout=PATIENCE)
    for route in late:
        with opened.page.expect_response(route.request.url):
            route.continue_()
    settle(opened)
    require_scores(opened, history_of("race"), 0)
    go_to(opened, 9)
    require_scores(opened, history_of("race"), 9)


def wait_for(page: Page, arrived) -> None:
    """Let the browser go on until something has reached this process."""
    for _ in range(PATIENCE // 50):
        if arrived():
            return
        page.wait_for_timeout(50)
    raise AssertionError("nothing arrived")
