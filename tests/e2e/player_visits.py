"""Pages with one player: a visit to one, and everything that went on behind it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

PAGE = Path(__file__).parent / "scripts" / "player_page.py"
PATIENCE = 30_000


@dataclass
class Visit:
    """One open page, and everything that went on behind it."""

    page: Page
    problems: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)
    frames: list[str] = field(default_factory=list)

    @property
    def player(self) -> Locator:
        return self.page.locator(".player")

    def wait_for_frames(self) -> None:
        """What was asked for is drawn with the browser's next picture, and the one after it shows that."""
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def data(self, name: str) -> str:
        self.wait_for_frames()
        return self.player.get_attribute(f"data-{name}") or ""

    def number(self, name: str) -> int:
        return int(self.data(name))

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def show_units(self) -> None:
        """Let the cells show histograms of all units."""
        self.player.get_by_label("all units pooled", exact=True).check(force=True)

    def picture(self, selector: str) -> str:
        """What a canvas shows, as a data URL."""
        self.wait_for_frames()
        return str(self.player.locator(selector).evaluate("canvas => canvas.toDataURL()"))

    def expect(self, name: str, value: str | int) -> None:
        expect(self.player).to_have_attribute(f"data-{name}", str(value), timeout=PATIENCE)

    def wait_for_draws(self, more: int) -> None:
        start = self.number("draws")
        self.page.wait_for_function(
            """wanted => {
                const host = document.querySelector("[data-testid=stBidiComponentIsolated]");
                return Number(host.shadowRoot.querySelector(".player").dataset.draws) >= wanted;
            }""",
            arg=start + more,
            timeout=PATIENCE,
        )


Open = Callable[..., Visit]


@pytest.fixture
def visit(browser: Browser, serve: Callable[[Path], str]) -> Iterator[Open]:
    """`visit(case, **context options)` opens the harness page; errors and foreign hosts fail the test at its end."""
    contexts = []
    visits: list[Visit] = []
    address = serve(PAGE)

    def start(
        case: str = "moons",
        *,
        headers: dict[str, str] | None = None,
        hold: Callable[[Route], None] | None = None,
        script: str | None = None,
        **options,
    ) -> Visit:
        context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        opened = Visit(page)
        visits.append(opened)
        page.on("console", lambda message: message.type == "error" and opened.problems.append(message.text))
        page.on("pageerror", lambda error: opened.problems.append(str(error)))
        page.on("request", lambda request: opened.hosts.add(urlsplit(request.url).hostname or ""))

        def listen(socket) -> None:
            socket.on("framesent", lambda _: opened.frames.append("sent"))
            socket.on("framereceived", lambda _: opened.frames.append("received"))

        page.on("websocket", listen)
        if script:
            page.add_init_script(script)
        if headers:

            def with_headers(route) -> None:
                response = route.fetch()
                route.fulfill(response=response, headers={**response.headers, **headers})

            page.route(re.compile(rf"^{address}/\?"), with_headers)
        if hold:
            page.route(re.compile(rf"^{address}/bnviz/recording/"), hold)
        page.goto(f"{address}/?case={case}")
        if hold:
            return opened
        expect(opened.player).not_to_have_attribute("data-draws", "0", timeout=PATIENCE)
        # Keys go to the player in view, and the browser tells it that it is in view after a picture or two.
        opened.wait_for_frames()
        return opened

    yield start
    for context in contexts:
        context.close()
    for opened in visits:
        assert opened.problems == []
        # Blob addresses, of the component's own module, have no host.
        assert opened.hosts <= {"127.0.0.1", ""}


def settle(opened: Visit) -> None:
    """Wait until Streamlit itself has nothing to say any more."""
    expect(opened.page.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=PATIENCE)
    opened.page.wait_for_timeout(500)
