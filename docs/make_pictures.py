"""Make the pictures of the README from the running app: `python -m docs.make_pictures`.

Needs the packages of requirements-dev.txt and Chromium. Writes race.gif, lab-light.png and lab-dark.png beside this
file.
"""

import io
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal
from urllib.parse import urlencode

from PIL import Image
from playwright.sync_api import Browser, FloatRect, Locator, Page, sync_playwright

from bnviz import Experiment, Run

HERE = Path(__file__).parent
ROOT = HERE.parent
EVERY = 4  # recorded steps from one picture of the GIF to the next
PICTURE, FIRST, LAST = 180, 1000, 3000  # milliseconds on the screen
COLORS = 128
MARGIN = 16  # pixels around the player
SPIRALS = Experiment(
    dataset="spirals",
    widths=(32, 32, 32),
    offset=5.0,
    steps=1000,
    runs=tuple(Run(norm=norm, lr=0.03) for norm in ("none", "affine", "batch")),
)
PATIENCE = 120_000  # milliseconds

Scheme = Literal["light", "dark"]

SEEK = """(scrub, record) => {
    scrub.value = record;
    scrub.dispatchEvent(new Event("input"));
    return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""


@contextmanager
def serving() -> Iterator[str]:
    """The address of the app while it runs."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true"]
    command += ["--server.address=127.0.0.1", f"--server.port={port}"]
    server = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "OMP_NUM_THREADS": "1"}, stdout=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(f"{address}/_stcore/health")
        yield address
    finally:
        server.terminate()
        server.wait()


def wait_for(address: str) -> None:
    """Try until `address` answers; TimeoutError after a minute."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(address).close()
            return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    raise TimeoutError(f"no answer from {address}")


def open_page(browser: Browser, address: str, scheme: Scheme) -> Page:
    """A page, high enough to need no scrolling, with a finished training that does not play by itself."""
    page = browser.new_page(viewport={"width": 1440, "height": 3000}, color_scheme=scheme, reduced_motion="reduce")
    page.goto(address)
    page.locator(".player .step").filter(has_text="step 0 of").wait_for(timeout=PATIENCE)
    page.get_by_role("button", name="Stop").wait_for(state="detached", timeout=PATIENCE)
    return page


def seek(page: Page, record: int) -> None:
    """Move the player to a record and let it draw."""
    page.locator(".player .scrub").evaluate(SEEK, record)


def box(part: Locator) -> FloatRect:
    """Where `part` is on the page."""
    found = part.bounding_box()
    assert found is not None
    return found


def picture(page: Page, first: Locator) -> Image.Image:
    """The page from the upper edge of `first` down to the player's lower edge, without the sidebar."""
    player = box(page.locator(".player"))
    top, bottom = box(first)["y"] - MARGIN, player["y"] + player["height"] + MARGIN
    width = player["width"] + 2 * MARGIN
    clip: FloatRect = {"x": player["x"] - MARGIN, "y": top, "width": width, "height": bottom - top}
    return Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("RGB")


def race(browser: Browser, address: str) -> None:
    """The race of the first page, scrubbed from the first record to the last."""
    page = open_page(browser, address, "light")
    page.get_by_role("button", name="Just show me").click()
    page.locator(".player .play").wait_for()
    last = int(page.locator(".player .scrub").get_attribute("max") or 0)
    pictures = []
    for record in [*range(0, last, EVERY), last]:
        seek(page, record)
        pictures.append(picture(page, page.locator(".player")))
    # One palette for all, so that no color flickers: in mid-training there are strong lines and faint ones.
    palette = pictures[len(pictures) // 2].quantize(COLORS, dither=Image.Dither.NONE)
    first, *others = [image.quantize(palette=palette, dither=Image.Dither.NONE) for image in pictures]
    durations = [FIRST, *[PICTURE] * (len(others) - 1), LAST]
    first.save(HERE / "race.gif", save_all=True, append_images=others, duration=durations, loop=0, optimize=True)
    page.close()


def lab(browser: Browser, address: str, scheme: Scheme) -> None:
    """The training lab at the end of a training."""
    page = open_page(browser, f"{address}/training_lab?{urlencode(SPIRALS.to_query())}", scheme)
    seek(page, int(page.locator(".player .scrub").get_attribute("max") or 0))
    picture(page, page.locator("h1")).quantize(256).save(HERE / f"lab-{scheme}.png", optimize=True)
    page.close()


def main() -> None:
    """Serve the app and make every picture."""
    with serving() as address, sync_playwright() as playwright:
        executable = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        race(browser, address)
        lab(browser, address, "light")
        lab(browser, address, "dark")
        browser.close()


if __name__ == "__main__":
    main()
