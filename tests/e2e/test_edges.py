"""The edges of the pages: any width of the window, the menu over a small one, the keyboard, and a screen reader."""

import re
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from bnviz import Experiment, Run
from bnviz.ui.page.contents import PAGES
from tests.e2e.visiting import (
    PATHS,
    PATIENCE,
    ROOT,
    open_page,
    part,
    until,
    wait_for_player,
    wait_until_idle,
    wait_until_settled,
)

pytestmark = pytest.mark.browser

SMALL = Experiment(dataset="moons", widths=(6,), steps=20, runs=(Run(norm="layer"), Run(norm="batch")))
WIDER_THAN_THE_WINDOW = """() => {
    const main = document.querySelector('[data-testid=stMain]');
    const over = [];
    const look = root => root.querySelectorAll('*').forEach(node => {
        if (node.shadowRoot) look(node.shadowRoot);
        const box = node.getBoundingClientRect();
        if (box.width < 2 || box.height < 2 || box.right <= innerWidth + 1 || !node.checkVisibility()) return;
        for (let holder = node; holder && holder !== main; holder = holder.parentElement ?? holder.getRootNode().host) {
            if (getComputedStyle(holder).overflowX !== 'visible') return;
        }
        over.push(node.dataset?.testid ?? node.getAttribute('class') ?? node.tagName);
    });
    look(main);
    if (main.scrollWidth > main.clientWidth) over.push(`main ${main.scrollWidth}`);
    if (document.scrollingElement.scrollWidth > innerWidth) over.push('page');
    return over;
}"""
# What has the focus: whether it is seen, whether a line is drawn around it, and what lies over its middle.
FOCUSED = """() => {
    let node = document.activeElement;
    while (node.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
    const name = node.getAttribute('aria-label') ?? (node.closest('label') ?? node).textContent.trim().slice(0, 40);
    const drawn = node.closest('label, .options label') ?? node;
    const slider = node.closest('[data-testid=stSlider]') && node.closest('[style*=absolute][data-rac]');
    const shown = slider || (node.matches('input[type=checkbox], input[type=radio]') ? drawn : node);
    const lines = [shown, ...shown.querySelectorAll('span, div')].map(each => getComputedStyle(each)).filter(
        style => style.outlineStyle === 'solid' && parseFloat(style.outlineWidth) >= 3);
    let opacity = 1;
    for (let each = shown; each; each = each.parentElement) opacity *= getComputedStyle(each).opacity;
    const box = shown.getBoundingClientRect();
    const [x, y] = [box.x + box.width / 2, box.y + Math.min(box.height, innerHeight) / 2];
    let top = document.elementFromPoint(x, y);
    while (top?.shadowRoot?.elementFromPoint(x, y)) top = top.shadowRoot.elementFromPoint(x, y);
    // What lies in a component of the page lies in the page too.
    const holds = (outer, inner) => {
        while (inner && inner !== outer) inner = inner.parentNode ?? inner.host;
        return Boolean(inner);
    };
    const field = node.matches('input:not([type=checkbox], [type=radio], [type=range]), textarea');
    return {
        name: `${node.tagName} ${name}`,
        body: node === document.body,
        seen: box.width > 0 && opacity > 0.5 && getComputedStyle(shown).visibility === 'visible'
            && Boolean(top) && (holds(shown, top) || holds(top, shown)),
        line: field || lines.length > 0,
    };
}"""

IDLE = "document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'"


@pytest.fixture(scope="module")
def address(serve):
    return serve(ROOT / "app.py")


@pytest.fixture
def visit(browser: Browser, address: str):
    """A function that opens a path of the app in a window of its own."""
    contexts = []

    def visit(path: str, size: tuple[int, int] = (1440, 900)) -> Page:
        page = open_page(browser, f"{address}/{path}", size=size)
        contexts.append(page.context)
        return page

    yield visit
    for context in contexts:
        context.close()


def menu_is_open(page: Page) -> bool:
    return page.get_by_test_id("stSidebar").get_attribute("data-collapsed") == "false"


@pytest.mark.parametrize("size", [(390, 844), (820, 1180)], ids=["phone", "tablet"])
def test_the_menu_opens_over_the_page_and_gives_way_to_the_page_that_was_chosen(visit, size):
    page = visit("", size)
    wait_for_player(page)
    wide = "document.querySelector('[data-testid=stMain]').clientWidth"
    assert page.evaluate(wide) == size[0]
    until(page, "document.querySelector('[data-testid=stSidebar]').dataset.collapsed === 'true'")
    menu = page.get_by_test_id("stExpandSidebarButton")
    menu.click()
    expect(page.get_by_test_id("stSidebar")).to_have_attribute("data-collapsed", "false")
    assert page.evaluate(wide) == size[0]
    page.get_by_test_id("stSidebar").get_by_role("link", name=PAGES[-1].title).click()
    expect(page.get_by_test_id("stSidebar")).to_have_attribute("data-collapsed", "true", timeout=PATIENCE)
    expect(page.locator("h1")).to_contain_text("Change one thing", timeout=PATIENCE)
    menu.click()
    page.get_by_test_id("stMain").click(position={"x": size[0] - 20, "y": 500})
    expect(page.get_by_test_id("stSidebar")).to_have_attribute("data-collapsed", "true")
    menu.click()
    page.get_by_test_id("stSidebar").get_by_role("link").first.focus()
    page.keyboard.press("Escape")
    expect(menu).to_be_focused()


def test_on_a_desk_the_menu_stands_beside_the_page_also_after_a_narrow_window(visit):
    page = visit("two_reparameterizations")
    until(page, "document.documentElement.classList.contains('bnviz-menu-minded')")
    assert menu_is_open(page)
    page.set_viewport_size({"width": 1000, "height": 800})
    expect(page.get_by_test_id("stSidebar")).to_have_attribute("data-collapsed", "true")
    page.set_viewport_size({"width": 1440, "height": 900})
    expect(page.get_by_test_id("stSidebar")).to_have_attribute("data-collapsed", "false")


@pytest.mark.parametrize("width", [768, 820, 1024, 1180])
def test_from_768_pixels_on_the_networks_stand_side_by_side(visit, width):
    page = visit("", (width, 1000))
    wait_for_player(page)
    player = page.locator(".player").first
    for _ in ("closed", "open"):
        expect(player.locator(".head:visible")).to_have_count(3, timeout=PATIENCE)
        expect(player.locator(".run-switch")).to_be_hidden()
        assert player.evaluate("root => root.querySelector('.head').getBoundingClientRect().width") > 180
        if not menu_is_open(page):
            page.get_by_test_id("stExpandSidebarButton").click()


@pytest.mark.slow
@pytest.mark.parametrize("path", PATHS, ids=[path or "home" for path in PATHS])
def test_nothing_sticks_out_at_any_width(visit, path):
    page = visit(path, (320, 900))
    wait_until_settled(page)
    for player in page.locator(".player").all():
        player.scroll_into_view_if_needed()
        expect(player).not_to_have_attribute("data-draws", "0", timeout=PATIENCE)
    found = {}
    for width in range(320, 1921, 20):
        page.set_viewport_size({"width": width, "height": 900})
        for _ in range(15):  # charts follow a little later
            page.wait_for_timeout(100)
            if not (over := page.evaluate(WIDER_THAN_THE_WINDOW)):
                break
        else:
            found[width] = over
    assert found == {}


def test_a_phone_does_not_scroll_sideways_before_the_recording_arrives(browser, address):
    page = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
    page.route(lambda url: "/media/" in url and "/static/" not in url, lambda route: None)
    page.goto(address)
    expect(page.locator(".player")).to_be_attached(timeout=PATIENCE)
    assert page.evaluate(WIDER_THAN_THE_WINDOW) == []
    page.context.close()


@pytest.mark.parametrize(
    ("path", "size"),
    [("", (1280, 720)), ("", (390, 844)), ("same_functions?scale=2&eps=0&w_angle=330", (1366, 768))],
    ids=["home", "home-phone", "charts"],
)
def test_the_focus_is_always_seen(visit, path, size):
    page = visit(path, size)
    wait_until_settled(page)
    for player in page.locator(".player").all():
        expect(player).not_to_have_attribute("data-draws", "0", timeout=PATIENCE)
    hidden, names = [], []
    for key in ("Tab", "Shift+Tab"):
        for _ in range(70):
            page.keyboard.press(key)
            page.wait_for_timeout(60)
            stop = page.evaluate(FOCUSED)
            if stop["body"]:
                break
            names.append(stop["name"])
            if not (stop["seen"] and stop["line"]):
                hidden.append((key, stop))
    assert len(names) > 60
    assert hidden == []


def test_the_focus_stays_when_the_lab_draws_its_controls_anew(visit):
    page = visit(f"training_lab?{urlencode(SMALL.to_query())}")
    wait_for_player(page)
    wait_until_idle(page)
    for opened, name, said, after in [
        ("runs", "Copy run 2", "layer norm and 2 × batch norm", "Copy run 2"),
        ("runs", "Remove run 2", "layer norm and batch norm", "Remove run 2"),
        ("runs", "Add a run", "layer norm and 2 × batch norm", "Add a run"),
        ("runs", "Copy run 2", "layer norm and 3 × batch norm", "Normalization, run 2"),
        ("runs", "Remove run 4", "layer norm and 2 × batch norm", "Remove run 3"),
        ("kick", "Add a kick to the weights", "weights ×10 at step 10", "Add a kick to the weights"),
        ("kick", "Remove kick 1", "no kick", "no kick"),
    ]:
        if part(page, opened).get_attribute("aria-expanded") == "false":
            page.keyboard.press("Escape")
            part(page, opened).focus()
            page.keyboard.press("Enter")
            until(page, f"({FOCUSED})().name.startsWith('DIV')")
        page.get_by_role("button", name=name).focus()
        page.keyboard.press("Enter")
        expect(part(page, opened)).to_contain_text(said, timeout=PATIENCE)
        wait_until_idle(page)
        until(page, f"({FOCUSED})().name.endsWith('{after}') && {IDLE}")


def test_who_opens_a_part_of_the_line_by_a_key_goes_on_in_it_and_comes_back(visit):
    page = visit(f"training_lab?{urlencode(SMALL.to_query())}")
    wait_for_player(page)
    part(page, "rate").focus()
    page.keyboard.press("Enter")
    until(page, f"({FOCUSED})().name === 'DIV rate 0.1'")
    expect(page.get_by_role("dialog", name="rate 0.1", exact=True)).to_be_focused()
    expect(page.get_by_role("spinbutton", name="Learning rate η")).to_be_visible()
    for _ in range(2):  # past what explains the field
        page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED)["name"] == "INPUT Learning rate η"
    page.keyboard.press("Escape")
    until(page, f"({FOCUSED})().name.startsWith('BUTTON rate 0.1')")


def test_fields_of_several_runs_have_names_of_their_own(visit):
    apart = SMALL.model_copy(update={"runs": (Run(norm="layer", lr=0.2), Run(norm="batch"))})
    page = visit(f"training_lab?{urlencode(apart.to_query())}")
    wait_for_player(page)
    part(page, "rate").click()
    for number in (1, 2):
        expect(page.get_by_role("spinbutton", name=f"Learning rate η, run {number}", exact=True)).to_have_count(1)
    page.keyboard.press("Escape")
    page.get_by_text("More settings").click()
    expect(page.get_by_role("spinbutton", name="Initial scale, run 2", exact=True)).to_have_count(1)
    names = page.evaluate(
        """() => [...document.querySelectorAll('[data-testid=stMain] :is(button, input, summary):not([tabindex="-1"])')]
            .filter(each => !each.closest('[inert], [data-testid=stElementToolbar], [data-testid=stButtonGroup]'))
            .filter(each => each.checkVisibility())
            .map(each => each.getAttribute('aria-label') ?? (each.closest('label') ?? each).innerText)"""
    )
    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_a_training_that_begins_and_ends_is_announced(visit):
    # The browser takes a few seconds to load what listens.
    runs = tuple(Run(norm=norm) for norm in ("batch", "layer", "none"))
    long = Experiment(widths=(16,) * 20, steps=5000, records=60, seed=77, runs=runs)
    page = visit(f"training_lab?{urlencode(long.to_query())}")
    said = page.locator("[role=status].bnviz-spoken")
    expect(said).to_have_text("Training.", timeout=PATIENCE)
    page.get_by_test_id("stMain").get_by_role("button", name="Stop").click()
    expect(said).to_have_text("The training has ended.", timeout=PATIENCE)
    assert said.count() == 1


def test_a_screen_reader_hears_the_description_of_a_chart_and_no_fields(visit):
    page = visit("same_functions")
    page.get_by_role("button", name="Show it anyway").click()
    wait_until_settled(page)
    chart = page.get_by_test_id("stVegaLiteChart").first
    expect(chart).to_have_attribute("aria-label", re.compile("Distance from batch norm"))
    expect(chart.locator("svg")).to_be_visible()
    assert chart.locator("svg [aria-label]:not(.role-title-text, .role-title-subtitle)").count() == 0


@pytest.mark.parametrize("path", ["", "training_lab"], ids=["home", "lab"])
def test_the_headings_of_a_page_skip_no_level(visit, path):
    page = visit(path)
    wait_for_player(page)
    expect(page.locator(".inside-title[aria-level='2']")).to_have_count(1, timeout=PATIENCE)


def test_without_the_server_the_reader_is_told_what_the_page_does(browser, server):
    page = open_page(browser, f"{server.url.replace('127.0.0.1', 'localhost')}/two_reparameterizations")
    wait_until_settled(page)
    server.kill()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible(timeout=PATIENCE)
    expect(dialog).to_contain_text("This page tries again by itself")
    expect(dialog.get_by_text("Is Streamlit still running")).to_be_hidden()
    page.context.close()
    server.start()
