"""The lab in a browser: its result comes first and by itself, and its line is edited in place."""

import re
from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from bnviz import Experiment, Intervention, Run
from tests.e2e.test_edges import WIDER_THAN_THE_WINDOW
from tests.e2e.visiting import (
    PATIENCE,
    ROOT,
    SCREENS,
    open_page,
    part,
    set_in_the_line,
    until,
    wait_for_player,
    wait_until_idle,
)

pytestmark = pytest.mark.browser

KICKED = Experiment(
    dataset="moons",
    widths=(6,),
    steps=60,
    runs=(Run(norm="none"), Run(norm="batch")),
    interventions=(Intervention(step=30, factor=10.0),),
)
# A recipe with as many words as fit: four runs, other data, and settings that no part of the line opens.
LONG = Experiment(
    dataset="spirals",
    widths=(8, 16, 8, 16, 8),
    steps=1000,
    offset=5.0,
    label_noise=0.1,
    runs=tuple(Run(norm=norm, lr=rate, init_scale=8.0, momentum=0.5) for norm, rate in (
        ("batch_detached", 0.1), ("batch_renorm", 0.025), ("batch_frozen", 0.5), ("dynamic_tanh", 1e-5)
    )),
    interventions=(Intervention(step=30, factor=10.0), Intervention(step=60, factor=0.1)),
)  # fmt: skip
PLAYER = (
    "[...document.querySelectorAll('[data-testid=stMain] [data-testid=stBidiComponentIsolated]')]"
    ".flatMap(host => [host, ...host.children]).map(host => host.shadowRoot?.querySelector('.player')).find(Boolean)"
)


@pytest.fixture
def visit(browser: Browser, serve):
    """`visit(experiment, screen or size)` opens the lab by a link."""
    pages = []

    def visit(experiment: Experiment, screen: str = "desk", size: tuple[int, int] | None = None) -> Page:
        address = f"{serve(ROOT / 'app.py')}/training_lab?{urlencode(experiment.to_query())}"
        pages.append(open_page(browser, address, screen, size=size))
        return pages[-1]

    yield visit
    for page in pages:
        assert page.complaints == []
        page.context.close()


@pytest.mark.parametrize("screen", SCREENS)
def test_a_link_lands_on_the_playing_result_in_the_first_screen(visit, screen):
    page = visit(KICKED, screen)
    until(page, f"{PLAYER}?.dataset.playing === 'true' && Number({PLAYER}.dataset.frame) > 0")
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == 0
    top, height = page.evaluate(f"(box => [box.top, innerHeight])({PLAYER}.getBoundingClientRect())")
    assert top < {"desk": 320, "phone": 460}[screen]
    shapes = page.evaluate(f"{PLAYER}.querySelector('.histograms').getBoundingClientRect().top")
    assert shapes < 0.8 * height, "something that moves is in the first screen"


def test_a_part_of_the_line_edited_in_place_changes_the_run(visit):
    page = visit(KICKED)
    wait_for_player(page)
    set_in_the_line(page, "steps", "Steps", "40")
    expect(part(page, "steps")).to_contain_text("40 steps")
    until(page, "location.search.includes('steps=40')")
    expect(page.get_by_test_id("stTable")).to_contain_text("60")
    expect(page.get_by_text("Changed. Press Train to see it.")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_test_id("stTable")).to_contain_text("40", timeout=PATIENCE)
    until(page, f"{PLAYER}?.querySelector('.step').textContent.endsWith('of 40')")
    expect(page.get_by_text("Changed. Press Train to see it.")).to_have_count(0)


def test_a_part_stays_open_while_its_words_change(visit):
    page = visit(KICKED)
    wait_for_player(page)
    part(page, "runs").click()
    page.get_by_role("button", name="Copy run 2").click()
    expect(part(page, "runs")).to_contain_text("plain and 2 × batch norm", timeout=PATIENCE)
    wait_until_idle(page)
    expect(page.get_by_role("button", name="Copy run 3")).to_be_visible()
    part(page, "kick").click()
    page.get_by_role("button", name="Remove kick 1").click()
    expect(part(page, "kick")).to_contain_text("no kick", timeout=PATIENCE)
    wait_until_idle(page)
    expect(page.get_by_role("button", name="Add a kick to the weights")).to_have_count(1)


def test_the_fold_stays_open_while_its_fields_change(visit):
    page = visit(KICKED)
    wait_for_player(page)
    page.get_by_text("More settings").click()
    scale = page.get_by_role("spinbutton", name="Initial scale, run 2")
    scale.fill("8")
    scale.press("Enter")
    expect(page.get_by_text("with initial scale 8 (batch norm)")).to_be_visible(timeout=PATIENCE)
    expect(scale).to_be_visible()


def test_an_example_is_opened_and_plays(visit):
    page = visit(KICKED)
    wait_for_player(page)
    page.get_by_role("combobox", name="Start from").click()
    page.get_by_role("option", name="Where little is gained").click()
    expect(part(page, "data")).to_contain_text("standardize the inputs", timeout=PATIENCE)
    expect(page.get_by_text("Is there a difference in test accuracy that matters?")).to_be_visible()
    until(page, f"{PLAYER}?.dataset.playing === 'true' && {PLAYER}.querySelectorAll('.head').length === 3")


@pytest.mark.parametrize("experiment", [KICKED, LONG], ids=["short", "long"])
@pytest.mark.parametrize("width", [320, 390, 820])
def test_nothing_of_the_line_sticks_out(visit, experiment, width):
    page = visit(experiment, size=(width, 844))
    wait_for_player(page)
    assert page.evaluate(WIDER_THAN_THE_WINDOW) == []
    for name in ("runs", "data", "network", "rate", "steps", "kick", "seed"):
        part(page, name).click()
        body = page.get_by_test_id("stPopoverBody")
        expect(body).to_be_visible()
        box = body.bounding_box()
        assert box["x"] >= 0, name
        assert box["x"] + box["width"] <= width, name
        page.keyboard.press("Escape")
        expect(body).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_line_is_accessible_when_parts_are_open(browser, serve, scheme):
    page = open_page(
        browser, f"{serve(ROOT / 'app.py')}/training_lab?{urlencode(LONG.to_query())}", "desk", scheme=scheme
    )
    wait_for_player(page)
    names = []
    for name in ("runs", "data", "network", "rate", "steps", "kick", "seed"):
        part(page, name).click()
        opened = page.get_by_test_id("stPopoverBody")
        expect(opened).to_be_visible()
        until(page, "!document.querySelector('[data-testid=stPopoverBody]').getAttribute('aria-label').includes('*')")
        names.append(opened.get_attribute("aria-label"))
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})
        assert [(item["id"], item["nodes"][0]["html"]) for item in found.response["violations"]] == []
        page.keyboard.press("Escape")
        expect(opened).to_have_count(0)
    assert names[2:5] == ["8-16-8-16-8 ReLU", "rate 0.1, 0.025, 0.5 and 10⁻⁵", "1,000 steps of 64"]
    page.context.close()


def test_no_number_is_written_as_programs_write_it(visit):
    runs = (Run(norm="none", lr=1e4), Run(norm="batch", lr=1e-5))
    page = visit(Experiment(widths=(8,), steps=60, activation="linear", runs=runs, interventions=KICKED.interventions))
    wait_for_player(page)
    expect(page.get_by_test_id("stTable")).to_be_visible(timeout=PATIENCE)
    wait_until_idle(page)
    page.get_by_text("Figures to read values from").click()
    found = []
    for tab in ("Loss", "γ and β", "μ and σ", "Weights and rates", "Percentiles"):
        page.get_by_role("tab", name=tab, exact=True).click()
        expect(page.get_by_test_id("stVegaLiteChart").first).to_be_visible(timeout=PATIENCE)
        wait_until_idle(page)
        page.get_by_test_id("stVegaLiteChart").first.scroll_into_view_if_needed()
        page.wait_for_timeout(500)
        found += page.get_by_test_id("stMain").locator("svg text").all_text_contents()
    found.append(page.get_by_test_id("stMain").inner_text())
    texts = "\n".join(found)
    assert "10⁻⁵" in texts
    assert any(re.fullmatch(r"10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", text) for text in found), "ticks of an axis"
    assert re.findall(r"\d\.?\d*e[+-−]?\d+", texts) == []
