"""The player in a real browser, on recordings of the real engine."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Route, expect

from tests.e2e.player_visits import PATIENCE, Open, settle

pytestmark = pytest.mark.browser


def test_it_plays_by_itself_and_without_the_server(visit: Open):
    opened = visit()
    opened.expect("playing", "true")
    settle(opened)
    opened.press("Home")
    first = opened.picture(".images")
    opened.press(" ")
    opened.expect("playing", "true")
    opened.frames.clear()
    opened.wait_for_draws(30)
    assert opened.picture(".images") != first
    assert opened.number("frame") > 0
    opened.press(" ")
    opened.expect("playing", "false")
    assert opened.frames == []


def test_before_its_recording_has_arrived_it_is_accessible_and_does_nothing(visit: Open):
    held: list[Route] = []
    opened = visit(hold=lambda route: held.append(route))
    expect(opened.player).to_be_visible(timeout=PATIENCE)
    for name in ("Play", "To the end"):
        opened.player.get_by_role("button", name=name, exact=True).click()
    opened.player.get_by_role("slider", name="Recorded step").press("ArrowRight")
    opened.player.get_by_label("Speed").select_option("4")
    opened.player.locator(".images").dispatch_event("pointermove")
    found = Axe().run(opened.page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})
    assert [(item["id"], item["nodes"][0]["html"]) for item in found.response["violations"]] == []
    opened.expect("draws", 0)
    assert held
    for route in held:
        route.continue_()
    opened.expect("frame", 39)


def test_it_stops_at_the_end_and_starts_over(visit: Open):
    opened = visit()
    opened.player.get_by_label("Speed").select_option("4")
    opened.expect("frame", 39)
    opened.expect("playing", "false")
    opened.expect("step", 60)
    expect(opened.player.locator(".step")).to_have_text("step 60 of 60")
    opened.player.get_by_label("Speed").select_option("0.25")
    opened.player.get_by_role("button", name="Play", exact=True).click()
    opened.expect("playing", "true")
    assert opened.number("frame") < 39


def test_pause_really_pauses(visit: Open):
    opened = visit("race")
    opened.expect("playing", "true")
    opened.player.get_by_role("button", name="Pause", exact=True).click()
    opened.expect("playing", "false")
    opened.page.mouse.move(5, 5)
    opened.page.wait_for_timeout(100)
    draws, picture = opened.number("draws"), opened.picture(".images")
    opened.page.wait_for_timeout(700)
    assert opened.number("draws") == draws
    assert opened.picture(".images") == picture


def test_keys_move_one_frame_or_to_the_ends(visit: Open):
    opened = visit(reduced_motion="reduce")
    for key, frame in [("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("End", 39), ("Home", 0)]:
        opened.press(key)
        opened.expect("frame", frame)
    opened.press("ArrowRight")
    expect(opened.player.locator("[aria-live]")).to_have_text(re.compile(r"^Step 1 of 60\. plain: test loss \d"))


def test_keys_go_on_after_a_click_beside_the_player_and_on_its_pictures(visit: Open):
    opened = visit(reduced_motion="reduce")
    opened.page.get_by_test_id("stMain").click(position={"x": 30, "y": 400})
    opened.press("ArrowRight")
    opened.expect("frame", 1)
    opened.player.locator(".images").click(position={"x": 90, "y": 20})
    opened.press("ArrowRight")
    opened.expect("frame", 2)


def test_keys_typed_into_a_field_stay_there(visit: Open):
    opened = visit(reduced_motion="reduce")
    opened.press("ArrowRight")
    opened.expect("frame", 1)
    box = opened.page.get_by_label("A field of the page")
    box.click()
    box.press_sequentially("a b")
    for key in ("Home", "ArrowRight", "End"):
        opened.press(key)
    expect(box).to_have_value("a b")
    opened.page.wait_for_timeout(200)
    assert opened.data("frame") == "1"
    assert opened.data("playing") == "false"


def test_the_slider_scrubs_by_keyboard_and_says_the_step(visit: Open):
    opened = visit(reduced_motion="reduce")
    slider = opened.player.get_by_role("slider", name="Recorded step")
    slider.focus()
    opened.press("End")
    opened.expect("frame", 39)
    expect(slider).to_have_attribute("aria-valuetext", "step 60 of 60")
    opened.press("ArrowLeft")
    opened.expect("frame", 38)


def test_dragging_over_the_loss_scrubs(visit: Open):
    opened = visit(reduced_motion="reduce")
    curves = opened.player.locator(".curves")
    curves.scroll_into_view_if_needed()
    box = curves.bounding_box()
    assert box is not None
    height = box["y"] + 60
    opened.page.mouse.move(box["x"] + 60, height)
    opened.page.mouse.down()
    opened.page.mouse.move(box["x"] + box["width"] * 0.45, height, steps=4)
    middle = opened.number("frame")
    opened.page.mouse.move(box["x"] + box["width"], height, steps=4)
    opened.page.mouse.up()
    assert middle > 0
    opened.expect("step", 60)


def test_a_click_on_a_row_focuses_its_layer(visit: Open):
    opened = visit("race", reduced_motion="reduce")
    buttons = opened.player.get_by_role("group", name=re.compile("^Layer to look into")).get_by_role("button")
    expect(buttons.nth(4)).to_have_attribute("aria-pressed", "true")
    before = opened.picture(".trajectories")
    opened.player.locator(".images").click(position={"x": 100, "y": 30})
    expect(buttons.nth(0)).to_have_attribute("aria-pressed", "true")
    expect(opened.player.get_by_role("heading", name=re.compile("^Inside layer 1"))).to_be_visible()
    assert opened.picture(".trajectories") != before
    buttons.nth(2).click()
    expect(buttons.nth(2)).to_have_attribute("aria-pressed", "true")
    expect(buttons.nth(0)).to_have_attribute("aria-pressed", "false")


def test_the_stage_switch_changes_the_histograms(visit: Open):
    opened = visit(reduced_motion="reduce")
    expect(opened.player.get_by_role("group", name="Activations")).to_be_hidden()
    opened.show_units()
    stages = opened.player.get_by_role("radio")
    pictures = set()
    for name in ("before normalization", "normalized", "after the activation"):
        stages.and_(opened.player.get_by_label(name, exact=True)).check(force=True)
        expect(opened.player.locator(".histograms")).to_have_attribute("aria-label", re.compile(f"activations {name},"))
        pictures.add(opened.picture(".histograms"))
    assert len(pictures) == 3


def test_hovering_tells_the_numbers(visit: Open):
    opened = visit(reduced_motion="reduce")
    opened.show_units()
    opened.player.locator(".histograms").hover(position={"x": 200, "y": 40})
    tip = opened.player.locator(".tip")
    expect(tip).to_contain_text("plain, layer 1")
    expect(tip).to_contain_text(re.compile(r"mean −?\d+\.\d\d, sd \d"))
    opened.player.locator(".trajectories").hover(position={"x": 200, "y": 130})
    expect(tip).to_contain_text(re.compile(r"unit \d+: −?\d"))
    opened.page.mouse.move(1, 1)
    expect(tip).to_be_hidden()


def test_pointing_at_an_example_lifts_it_out_and_names_it(visit: Open):
    opened = visit("race", reduced_motion="reduce")
    opened.press("End")
    before = opened.picture(".images")
    box = opened.player.locator(".images").bounding_box()
    assert box is not None
    # In the plain network all examples of the last layer lie in the middle of their cell.
    opened.player.locator(".images").hover(position={"x": (box["width"] - 40) / 6, "y": box["height"] * 0.9})
    tip = opened.player.locator(".tip")
    expect(tip).to_contain_text(re.compile(r"plain, layer 5image \d+, a \dspread of a unit over the batch 0\.000\d+"))
    assert opened.picture(".images") != before
    opened.page.mouse.move(1, 1)
    expect(tip).to_be_hidden()
    assert opened.picture(".images") == before


def test_the_cells_show_examples_or_all_units(visit: Open):
    opened = visit(reduced_motion="reduce")
    expect(opened.player.locator(".images")).to_be_visible()
    expect(opened.player.locator(".images")).to_have_attribute("aria-label", re.compile(r"Spread of a unit.*plain \d"))
    expect(opened.player.locator(".shapes-caption")).to_contain_text("The same 64 test examples")
    opened.show_units()
    expect(opened.player.locator(".images")).to_be_hidden()
    expect(opened.player.locator(".histograms")).to_be_visible()
    expect(opened.player.locator(".shapes-caption")).to_contain_text("Shapes are scaled")
    opened.player.get_by_label("examples", exact=True).check(force=True)
    expect(opened.player.locator(".images")).to_be_visible()


@pytest.mark.parametrize("cells", ["one unit", "units one by one"])
def test_single_units_arrive_when_they_are_asked_for_play_and_pause(visit: Open, cells: str):
    opened = visit("race")
    opened.press(" ")
    opened.expect("playing", "false")
    opened.press("Home")
    asked: list[str] = []
    opened.page.on("request", lambda request: asked.append(request.url))
    with opened.page.expect_response(re.compile("bnviz/recording/")):
        opened.player.get_by_label(cells, exact=True).check(force=True)
    units = opened.player.locator(".units")
    expect(units).to_be_visible()
    expect(opened.player.locator(".images")).to_be_hidden()
    assert len(asked) == 1
    settle(opened)
    opened.frames.clear()
    first = opened.picture(".units")
    opened.player.get_by_role("button", name="Play", exact=True).click()
    opened.wait_for_draws(20)
    assert opened.picture(".units") != first
    opened.player.get_by_role("button", name="Pause", exact=True).click()
    opened.expect("playing", "false")
    opened.page.wait_for_timeout(100)
    draws, picture = opened.number("draws"), opened.picture(".units")
    opened.page.wait_for_timeout(500)
    assert (opened.number("draws"), opened.picture(".units")) == (draws, picture)
    other = "units one by one" if cells == "one unit" else "one unit"
    opened.player.get_by_label(other, exact=True).check(force=True)
    expect(units).to_have_attribute("aria-label", re.compile("^Histograms" if other != "one unit" else "^The same 64"))
    assert opened.picture(".units") != picture
    assert len(asked) == 1, "both pictures are of one recording"
    assert opened.frames == []


def test_the_unit_follows_its_slider_and_a_ridge_opens_its_unit(visit: Open):
    opened = visit("race", reduced_motion="reduce")
    opened.press("End")
    opened.player.get_by_label("one unit", exact=True).check(force=True)
    slider = opened.player.get_by_role("slider", name="Unit", exact=True)
    slider.focus()
    expect(slider).to_have_attribute("aria-valuetext", "unit 0 of 64 in layer 5")
    before = opened.picture(".units")
    opened.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "unit 4 of 64 in layer 5")
    assert opened.picture(".units") != before
    opened.player.get_by_label("units one by one", exact=True).check(force=True)
    expect(slider).to_be_hidden()
    units = opened.player.locator(".units")
    box = units.bounding_box()
    assert box is not None
    units.click(position={"x": 60, "y": (box["height"] - 42) / 5 * 2 - 10})
    expect(opened.player.get_by_label("one unit", exact=True)).to_be_checked()
    expect(slider).to_have_attribute("aria-valuetext", "unit 63 of 64 in layer 2")


def test_an_example_is_followed_with_keys_and_told(visit: Open):
    opened = visit("race", reduced_motion="reduce")
    opened.press("End")
    nothing = opened.picture(".images")
    slider = opened.player.get_by_role("slider", name="Example to follow")
    slider.focus()
    opened.press("ArrowRight")
    told = re.compile(r"^image 1, a (\d)\. Its 5 nearest in layer 5: plain all in one place; .*; batch norm \d of its")
    expect(slider).to_have_attribute("aria-valuetext", told)
    assert opened.picture(".images") != nothing
    name = opened.player.locator(".follow output")
    before = name.inner_text()
    opened.press("Enter")
    expect(name).to_have_text(re.compile(rf"^image (?!1,)\d+, {before.split(', ')[1]}$"))
    # Pointing goes before what is followed, and leaves it as it was.
    chosen = opened.picture(".images")
    opened.player.locator(".images").hover(position={"x": 900, "y": 40})
    opened.page.mouse.move(1, 1)
    assert opened.picture(".images") == chosen
    opened.press("Escape")
    expect(name).to_have_text("none")
    assert opened.picture(".images") == nothing
    opened.expect("step", 300)


def test_on_a_phone_all_runs_of_the_strip_are_seen_at_once(visit: Open):
    opened = visit("race", viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    heads = opened.player.locator(".head:visible")
    expect(heads).to_have_text(
        [re.compile(f"^{label}accuracy \\d+\\s%$") for label in ("plain", "γx \\+ β", "batch norm")]
    )
    boxes = [heads.nth(run).bounding_box() for run in range(3)]
    assert all(box is not None and box["x"] + box["width"] <= 390 for box in boxes)


def test_the_inside_of_one_layer_plays_alone_and_pauses(visit: Open):
    opened = visit("layer")
    expect(opened.player.locator(".histograms")).to_be_hidden()
    expect(opened.player.locator(".images")).to_be_hidden()
    expect(opened.player.locator(".curves")).to_be_hidden()
    opened.expect("playing", "true")
    settle(opened)
    opened.press("Home")
    first = opened.picture(".trajectories")
    opened.press(" ")
    opened.frames.clear()
    opened.wait_for_draws(30)
    assert opened.picture(".trajectories") != first
    opened.press(" ")
    opened.expect("playing", "false")
    opened.page.wait_for_timeout(100)
    draws, picture = opened.number("draws"), opened.picture(".trajectories")
    opened.page.wait_for_timeout(700)
    assert opened.number("draws") == draws
    assert opened.picture(".trajectories") == picture
    assert opened.frames == []


def test_the_inside_of_one_layer_follows_keys_slider_pointer_and_layer(visit: Open):
    opened = visit("layer", reduced_motion="reduce")
    for key, frame in [("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("Home", 0)]:
        opened.press(key)
        opened.expect("frame", frame)
    opened.player.get_by_role("slider", name="Recorded step").focus()
    opened.press("End")
    opened.expect("step", 300)
    lines = opened.player.locator(".trajectories")
    lines.hover(position={"x": 200, "y": 24 + 5 * 66 + 20})
    expect(opened.player.locator(".tip")).to_contain_text("batch standard deviation of the output y, after γ and β")
    lines.hover(position={"x": 200, "y": 24 + 4 * 66 + 20})
    expect(opened.player.locator(".tip")).to_contain_text(re.compile(r"unit \d+: −?\d"))
    opened.page.mouse.down()
    opened.page.mouse.up()
    assert 0 < opened.number("step") < 300
    before = opened.picture(".trajectories")
    layers = opened.player.get_by_role("group", name="Layer", exact=True).get_by_role("radio")
    expect(layers.last).to_be_checked()
    layers.first.check(force=True)
    expect(opened.player.get_by_role("heading", name=re.compile("^Inside layer 1"))).to_be_visible()
    assert opened.picture(".trajectories") != before
    expect(lines).to_have_attribute("aria-label", re.compile("mean and standard deviation of their output"))


def test_labels_are_text_and_never_markup(visit: Open):
    opened = visit(reduced_motion="reduce")
    expect(opened.player.get_by_text("<b>batch</b> norm")).not_to_have_count(0)
    expect(opened.player.locator("b")).to_have_count(0)


def test_reduced_motion_starts_paused(visit: Open):
    opened = visit(reduced_motion="reduce")
    settle(opened)
    assert opened.data("playing") == "false"
    assert opened.data("frame") == "0"


def test_a_rerun_with_the_same_history_goes_on_playing(visit: Open):
    opened = visit("race")
    opened.player.get_by_label("Speed").select_option("0.25")
    settle(opened)
    frame = opened.number("frame")
    opened.page.get_by_role("button", name="Rerun").click()
    settle(opened)
    assert opened.data("playing") == "true"
    assert opened.number("frame") > frame


def test_a_diverged_run_says_so(visit: Open):
    opened = visit("diverging", reduced_motion="reduce")
    opened.press("End")
    expect(opened.player.locator(".head").first).to_contain_text(re.compile(r"diverged at step \d+"))
    expect(opened.player.locator(".head").nth(1)).to_contain_text("accuracy")


def test_it_follows_the_theme(visit: Open):
    opened = visit(reduced_motion="reduce", color_scheme="light")
    light = opened.picture(".curves")
    opened.page.emulate_media(color_scheme="dark")
    expect(opened.player).to_have_css("color-scheme", "dark", timeout=PATIENCE)
    assert opened.picture(".curves") != light
    # The call with the new theme must not start the player over, nor leave a second one behind.
    opened.press("ArrowRight")
    opened.expect("frame", 1)


@pytest.mark.parametrize("case", ["race", "moons", "layer"])
def test_a_narrow_screen_shows_one_run_at_a_time(visit: Open, case: str):
    opened = visit(case, viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    widths = opened.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert widths[0] <= widths[1]
    inside = opened.player.evaluate(
        """root => {
            const right = root.getBoundingClientRect().right;
            return [...root.querySelectorAll("*")].every((node) => {
                const box = node.getBoundingClientRect();
                return box.width < 2 || box.right <= right + 1;
            });
        }"""
    )
    assert inside
    before = opened.picture(".trajectories")
    opened.player.get_by_role("group", name="Run", exact=True).get_by_role("radio").last.check(force=True)
    assert opened.picture(".trajectories") != before


def test_no_text_is_smaller_than_14_pixels(visit: Open):
    opened = visit(reduced_motion="reduce")
    smallest = opened.player.evaluate(
        """root => Math.min(...[root, ...root.querySelectorAll("*")].map(
            (node) => parseFloat(getComputedStyle(node).fontSize)))"""
    )
    assert smallest >= 14


@pytest.mark.parametrize("case", ["moons", "layer"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_passes_the_accessibility_audit(visit: Open, scheme: str, case: str):
    opened = visit(case, reduced_motion="reduce", color_scheme=scheme)
    results = Axe().run(
        opened.page,
        context=".stBidiComponent",
        options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    )
    assert results.violations_count == 0, results.generate_report()
    assert len(results.response["passes"]) > 5


def test_it_works_under_a_strict_content_security_policy(visit: Open):
    """Streamlit's own page has one inline script, hence 'unsafe-inline'; the player needs none."""
    policy = (
        "default-src 'self'; script-src 'self' blob: 'unsafe-inline' 'wasm-unsafe-eval'; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'"
    )
    opened = visit(headers={"content-security-policy": policy})
    opened.wait_for_draws(5)


def test_out_of_sight_it_stops_and_then_goes_on(visit: Open):
    opened = visit("race")
    opened.player.get_by_label("Speed").select_option("0.25")
    opened.expect("playing", "true")
    show = "display => document.querySelector('.stBidiComponent').parentElement.style.display = display"
    opened.page.evaluate(show, "none")
    opened.page.wait_for_timeout(300)
    draws = opened.number("draws")
    opened.page.wait_for_timeout(500)
    assert opened.number("draws") == draws
    opened.page.evaluate(show, "")
    opened.wait_for_draws(5)


def test_a_removed_player_leaves_nothing_running(visit: Open):
    opened = visit("race")
    opened.expect("playing", "true")
    root = opened.player.element_handle()
    assert root is not None
    opened.page.get_by_text("Show the player").click()
    expect(opened.player).to_have_count(0, timeout=PATIENCE)
    draws = root.get_attribute("data-draws")
    opened.press("End")
    opened.page.wait_for_timeout(500)
    assert root.get_attribute("data-draws") == draws
    opened.page.get_by_text("Show the player").click()
    expect(opened.player).not_to_have_attribute("data-draws", "0", timeout=PATIENCE)
    opened.wait_for_draws(5)
