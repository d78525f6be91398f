"""Copy link: what it copies opens the same picture on another server, in a frame, and below another path."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Server
from tests.e2e.visiting import PATHS, PATIENCE, ROOT, open_page, until, wait_until_idle, wait_until_settled

pytestmark = pytest.mark.browser

# A training of a moment, in place of the lab's own.
LAB = "training_lab?dataset=digits&widths=16-16&steps=40&run1.norm=none&run2.norm=batch"
# Of each canvas of a player or a live figure its size and a number that its pixels give.
PICTURES = """() => {
    const hosts = [...document.querySelectorAll('[data-testid=stMain] [data-testid=stBidiComponentIsolated]')];
    const roots = hosts.flatMap(place => [place, ...place.children]).map(each => each.shadowRoot).filter(Boolean);
    const shown = roots.flatMap(root => [...root.querySelectorAll('.player canvas, .live canvas')]);
    return shown.filter(canvas => canvas.offsetWidth && canvas.width).map(canvas => {
        let number = 0;
        for (const letter of canvas.toDataURL()) number = (number * 31 + letter.charCodeAt(0)) | 0;
        return `${canvas.className} ${canvas.width} x ${canvas.height}: ${number}`;
    }).join(', ');
}"""


STILL = """async () => {
    const host = document.querySelector('[data-testid=stMain] [data-testid=stBidiComponentIsolated]');
    const root = [host, ...host.children].map(each => each.shadowRoot).find(Boolean);
    const values = () => root.querySelector('.live')?.dataset.values;
    const before = values();
    await new Promise(done => setTimeout(done, 400));
    return values() === before;
}"""


@pytest.fixture(scope="module")
def another(tmp_path_factory) -> Iterator[Server]:
    """A server that nobody has visited, below a path of its host."""
    server = Server(ROOT / "app.py", tmp_path_factory.mktemp("another") / "log.txt", base="/class/bnviz")
    yield server
    server.stop()


@pytest.fixture
def visit(browser: Browser):
    """A function that opens an address in a window of its own, and waits until all of it is drawn."""
    contexts = []

    def visit(address: str, screen: str = "desk") -> Page:
        page = open_page(browser, address, screen)
        contexts.append(page.context)
        settle(page)
        return page

    yield visit
    for context in contexts:
        context.close()


def settle(page: Page) -> None:
    wait_until_settled(page)
    expect(page.locator(".bnviz-watch")).to_have_count(0, timeout=PATIENCE)
    # Until all of a training has arrived, its axes reach as far as what has.
    expect(page.locator(".player.waiting")).to_have_count(0, timeout=PATIENCE)
    wait_until_idle(page)


def copied(page: Page) -> str:
    """The link that the page's button gives."""
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("dialog", name="Link to this page")).to_be_visible()
    return page.get_by_role("textbox", name="Link", exact=True).input_value()


def elsewhere(link: str, server: Server) -> str:
    """The same link to another server."""
    parts = urlsplit(link)
    return f"{server.url}{parts.path}?{parts.query}"


def act(page: Page) -> None:
    """Bring the page to where nobody starts: its player in the middle, its figure at the second step."""
    skip = page.get_by_role("button", name="Just show me")
    if skip.count():
        skip.first.click()
        expect(skip).to_have_count(0, timeout=PATIENCE)
        settle(page)
        until(page, f"({STILL})()")  # what the guess was about may glide to where it is settled
    if page.locator(".player").count():
        page.locator(".scrub").first.fill("9")
        page.locator(".layer-buttons button").first.click()
    else:
        page.locator(".step-button").nth(1).click()
        # At its end the step has moved a control, which the server writes into the address.
        until(page, "location.search.length > 1")
        page.locator(".handles").first.dispatch_event("pointerleave")  # puts out what the step lights up
    settle(page)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path or "home")
def test_a_copied_link_shows_the_same_picture_on_a_fresh_server_below_a_path(visit, serve, another, path):
    sender = visit(f"{serve(ROOT / 'app.py')}/{LAB if path == 'training_lab' else path}")
    act(sender)
    link = copied(sender)
    expected = sender.evaluate(PICTURES)
    assert expected
    assert any(name.endswith(".step") for name in parse_qs(urlsplit(link).query))
    receiver = visit(elsewhere(link, another))
    until(receiver, f"({PICTURES})() === {expected!r}")
    assert receiver.complaints == []


def test_the_dialog_copies_shows_a_code_and_leaves_as_it_came(visit, serve):
    page = visit(f"{serve(ROOT / 'app.py')}/scale_decoupling?factor=0.001")
    button = page.get_by_role("button", name="Copy link")
    button.press("Enter")
    code = page.get_by_role("img", name="QR code of this link")
    expect(code).to_be_visible(timeout=PATIENCE)
    assert until(page, "document.querySelector('.bnviz-copy-link').shadowRoot.querySelector('img').naturalWidth") > 0
    expect(page.get_by_role("status").filter(has_text="Copied.")).to_be_visible()
    link = page.get_by_role("textbox", name="Link", exact=True)
    assert link.input_value().endswith("/scale_decoupling?factor=0.001&open=scaling")
    page.get_by_role("checkbox", name="As it looks now").uncheck()
    expect(link).to_have_value(page.url)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(button).to_be_focused()
    assert page.complaints == []


def test_a_frame_shows_a_link_and_so_does_the_page_when_it_is_loaded_again(visit, serve):
    query = "w_length=2&w_angle=290&guess=shown&figure.step=2"
    whole = visit(f"{serve(ROOT / 'app.py')}/scale_decoupling?{query}")
    step = whole.locator(".step-button").nth(1)
    expect(step).to_have_attribute("aria-pressed", "true")
    picture = whole.evaluate(PICTURES)
    whole.reload()
    settle(whole)
    until(whole, f"({PICTURES})() === {picture!r}")
    framed = visit(f"{serve(ROOT / 'app.py')}/scale_decoupling?{query}&embed=true", "phone")
    expect(framed.locator(".step-button").nth(1)).to_have_attribute("aria-pressed", "true")
    framed.get_by_role("button", name="Copy link").click()
    expect(framed.get_by_role("textbox", name="Link", exact=True)).to_have_value(whole.url)
    assert whole.complaints == framed.complaints == []
