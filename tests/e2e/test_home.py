"""The first page: it waits for a guess, keeps the end to itself until it was seen, and fits on the first screen."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from bnviz.lessons.the_question.verdicts import GUESSES
from tests.e2e.visiting import PATIENCE, until, wait_until_settled

pytestmark = pytest.mark.browser

SIZES = pytest.mark.parametrize("size", [(1440, 900), (1280, 720), (390, 844)], ids=str)
PLAYER = """[...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')]
    .map(host => host.shadowRoot?.querySelector('.player')).find(player => player?.querySelector('.images'))"""


@pytest.fixture
def home(visit_app: Callable[..., Page]) -> Callable[..., Page]:
    """`home(size, scheme, path)` opens the first page with its race; see `visit_app`."""

    def start(size: tuple[int, int] = (1440, 900), scheme: str = "light", path: str = "") -> Page:
        page = visit_app(path, scheme=scheme, size=size)
        until(page, f"() => ({PLAYER})?.dataset.draws > 0")
        until(page, f"() => !({PLAYER}).classList.contains('waiting')")  # no more of it will come
        wait_until_settled(page)
        return page

    return start


def step(page: Page) -> int:
    return int(page.evaluate(f"() => ({PLAYER}).dataset.step"))


def playing(page: Page) -> bool:
    return page.evaluate(f"() => ({PLAYER}).dataset.playing") == "true"


def press(page: Page, action: str) -> None:
    """Press one of the player's buttons; the keys belong to what was clicked last, such as a guess."""
    page.locator(f".player [data-action={action}]").click()


def guess(page: Page, words: str) -> None:
    page.get_by_test_id("stRadio").get_by_text(words, exact=True).click()


def test_it_stands_still_until_there_is_a_guess(home):
    page = home()
    for key in ("ArrowRight", "End", " "):
        page.keyboard.press(key)
    page.wait_for_timeout(700)
    assert (step(page), playing(page)) == (0, False)
    expect(page.locator(".player .scrub")).to_be_hidden()
    expect(page.locator(".player .images")).not_to_have_attribute("aria-label", re.compile("Spread"))
    guess(page, GUESSES[0])
    until(page, f"() => ({PLAYER}).dataset.step > 0")
    assert playing(page)
    expect(page.locator(".player .skip")).to_be_hidden()


def test_what_was_fetched_early_is_used_and_not_fetched_again(home):
    """The browser itself warns of that, but late, and on a busy machine without need (`open_page` does not hear it)."""
    home()  # the server has the race by then
    page = home()
    fetched = page.evaluate("""() => performance.getEntriesByType("resource")
        .filter(({ name }) => name.includes("/bnviz/recording/"))
        .map(({ name, initiatorType }) => [name, initiatorType])""")
    early = {name for name, how in fetched if how == "link"}
    assert len(early) == 1
    assert [how for name, how in fetched if name in early] == ["link"]


def test_who_wants_no_guess_is_shown_at_once(home):
    page = home()
    page.get_by_role("button", name="Just show me").click()
    until(page, f"() => ({PLAYER}).dataset.step > 0")
    wait_until_settled(page)
    before = step(page)
    until(page, f"() => ({PLAYER}).dataset.step > {before}")
    page.keyboard.press(" ")
    until(page, f"() => ({PLAYER}).dataset.playing === 'false'")
    rests = step(page)
    page.wait_for_timeout(500)
    assert step(page) == rests


def test_the_guess_is_settled_when_the_end_was_seen_and_not_before(home):
    page = home()
    words = page.locator(".st-key-the_question_words")
    place = words.bounding_box()
    expect(words).to_have_text(re.compile("Where do 64 test images end up"))
    guess(page, GUESSES[2])
    until(page, f"() => ({PLAYER}).dataset.step > 0")
    wait_until_settled(page)
    press(page, "toggle")
    assert not playing(page)
    expect(words).not_to_have_text(re.compile("You guessed"))
    press(page, "end")
    expect(words).to_have_text(re.compile("^You guessed only batch norm, and that is what happened"), timeout=PATIENCE)
    assert step(page) == 300
    after = words.bounding_box()
    assert place is not None
    assert after is not None
    assert after["height"] == place["height"], "nothing below it moves"


@SIZES
def test_the_guess_is_written_above_each_network_and_moves_nothing(home, size: tuple[int, int]):
    page = home(size)
    marks, cells = page.locator(".player .head-guess"), page.locator(".player .images")
    expect(marks).to_have_text(["", "", ""])
    before = cells.bounding_box()
    guess(page, GUESSES[1])
    expect(marks).to_have_text(["your guess: no", "your guess: yes", "your guess: yes"], timeout=PATIENCE)
    assert cells.bounding_box() == before
    guess(page, GUESSES[3])
    expect(marks).to_have_text(["your guess: no"] * 3, timeout=PATIENCE)


def test_lines_end_where_the_race_has_come_until_the_end_was_seen(home):
    page = home()
    curves = f"() => ({PLAYER}).querySelector('.curves').toDataURL()"
    page.get_by_role("button", name="Just show me").click()
    until(page, f"() => ({PLAYER}).dataset.step > 0")
    for key in (" ", "Home"):
        page.keyboard.press(key)
    page.wait_for_timeout(300)
    unseen = page.evaluate(curves)
    page.keyboard.press("End")
    page.wait_for_timeout(300)
    page.keyboard.press("Home")
    page.wait_for_timeout(300)
    assert step(page) == 0
    assert page.evaluate(curves) != unseen


@SIZES
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_question_guess_and_all_cells_stand_on_the_first_screen(home, size: tuple[int, int], scheme: str):
    page = home(size, scheme)
    bar = page.locator(".player .transport").bounding_box()
    cells = page.locator(".player .images").bounding_box()
    assert bar is not None
    assert cells is not None
    assert page.locator("h1").bounding_box()["y"] > 0
    assert cells["x"] + cells["width"] <= size[0]
    assert cells["y"] + cells["height"] <= bar["y"] + 8
    assert bar["y"] + bar["height"] <= size[1] + 1
    expect(page.locator(".player .head:visible")).to_have_count(3)
    widths = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert widths[0] <= widths[1]


def test_a_link_with_fewer_networks_plays_by_itself(home):
    page = home(path="?runs=none-batch&seed=3")
    until(page, f"() => ({PLAYER}).dataset.step > 0")
    expect(page.locator(".player .head:visible")).to_have_count(2)


def test_another_seed_plays_and_is_settled_anew(home):
    page = home()
    guess(page, GUESSES[2])
    until(page, f"() => ({PLAYER}).dataset.step > 0")
    press(page, "end")
    words = page.locator(".st-key-the_question_words")
    expect(words).to_have_text(re.compile("You guessed"), timeout=PATIENCE)
    wait_until_settled(page)
    page.get_by_role("button", name="Race again").click()
    expect(words).not_to_have_text(re.compile("You guessed"), timeout=PATIENCE)
    expect(page.get_by_text("with seed 1")).to_be_visible(timeout=PATIENCE)
    until(page, f"() => !({PLAYER}).classList.contains('waiting')")
    press(page, "end")
    expect(words).to_have_text(re.compile("You guessed"), timeout=PATIENCE)


def test_other_weights_train_once_their_slider_is_moved(home):
    page = home(path="?seed=3")
    figure = page.locator(".live")
    picture = figure.locator("canvas")
    expect(figure).to_have_class(re.compile("held"))
    guess(page, GUESSES[2])
    expect(figure).not_to_have_class(re.compile("held"), timeout=PATIENCE)
    expect(picture).to_have_attribute("aria-label", re.compile("Nothing is trained yet"))
    figure.get_by_role("button", name="Eight times as large").click()
    ended = re.compile(r"times 8\.00 it ends at: plain 0\.\d+, γx \+ β 0\.\d+, batch norm 0\.\d+\.$")
    expect(picture).to_have_attribute("aria-label", ended, timeout=4 * PATIENCE)
    expect(page.get_by_text(re.compile("of 7 scales: plain from"))).to_be_visible(timeout=PATIENCE)


def test_another_seed_takes_the_other_weights_along(home):
    page = home(path="?seed=4&guess=shown")
    sentence = page.get_by_text(re.compile("^21 networks"))
    page.locator(".live").get_by_role("button", name="Half as large").click()
    expect(sentence).to_have_count(0, timeout=4 * PATIENCE)
    page.get_by_role("button", name="Race again").click()
    expect(sentence).to_be_visible(timeout=PATIENCE)
