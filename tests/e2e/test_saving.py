"""What a reader saves in a browser: the files that arrive, opened by what they are for."""

from pathlib import Path
from urllib.parse import urlencode
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageColor
from playwright.sync_api import Browser, Locator, Page, expect

from bnviz import Experiment, Run
from bnviz.styles import run_styles
from tests.e2e.visiting import PATIENCE, ROOT, open_page, wait_until_idle

pytestmark = pytest.mark.browser

EXPERIMENT = Experiment(dataset="moons", widths=(4,), steps=6, n_train=64, runs=(Run(norm="none"), Run(norm="batch")))


def saved(page: Page, button: Locator, folder: Path) -> Path:
    """The file that a button gives, pressed by the keyboard."""
    with page.expect_download(timeout=PATIENCE) as download:
        button.press("Enter")
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def colors(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        assert image.format == "PNG"
        return np.asarray(image.convert("RGB")).astype(int)


def test_what_is_trained_is_saved_as_it_is_seen(browser: Browser, serve, tmp_path):
    page = open_page(browser, f"{serve(ROOT / 'app.py')}/training_lab?{urlencode(EXPERIMENT.to_query())}")
    step = page.locator(".player .step")
    expect(step).to_contain_text("of 6", timeout=PATIENCE)  # it plays by itself
    expect(page.get_by_role("button", name="Stop")).to_have_count(0, timeout=PATIENCE)
    pictures = []
    for action, said in (("To the start", "step 0 of 6"), ("To the end", "step 6 of 6")):
        page.get_by_role("button", name=action).press("Enter")
        expect(step).to_have_text(said, timeout=PATIENCE)
        picture = colors(saved(page, page.get_by_role("button", name="PNG"), tmp_path))
        for style in run_styles(EXPERIMENT):
            assert (np.abs(picture - ImageColor.getrgb(style.color)).sum(-1) < 30).any(), style.label
        pictures.append(picture)
    assert pictures[0].shape != pictures[1].shape or (pictures[0] != pictures[1]).any()

    wait_until_idle(page)
    page.get_by_test_id("stMain").get_by_role("button", name="Save", exact=True).press("Enter")
    menu = page.get_by_test_id("stPopoverBody")
    expect(menu.get_by_role("button", name="Animation (.gif)")).to_be_visible(timeout=PATIENCE)
    with Image.open(saved(page, menu.get_by_role("button", name="Animation (.gif)"), tmp_path)) as animation:
        assert animation.n_frames == 7
    assert len(pd.read_csv(saved(page, menu.get_by_role("button", name="Table (.csv)"), tmp_path))) == 2 * 2 * 7
    assert page.complaints == []
    page.context.close()


def test_a_live_figure_is_saved_as_it_stands(browser: Browser, serve, tmp_path):
    page = open_page(browser, f"{serve(ROOT / 'app.py')}/what_it_computes", scheme="dark")
    page.get_by_role("button", name="Just show me").click(timeout=PATIENCE)
    figure = page.locator(".live").first
    button = figure.get_by_role("button", name="PNG")
    expect(button).to_be_visible(timeout=PATIENCE)
    first = colors(saved(page, button, tmp_path))
    # It is much larger than a point, and on the ground of the dark theme.
    assert first.shape[0] > 200
    assert first[0, 0].max() < 60
    draws = figure.get_attribute("data-draws")
    figure.get_by_role("slider").first.press("ArrowRight")
    expect(figure).not_to_have_attribute("data-draws", draws)
    second = colors(saved(page, button, tmp_path))
    assert first.shape == second.shape
    assert (first != second).any()
    page.context.close()


def far(first: np.ndarray, second: np.ndarray) -> float:
    """How far two pictures of one size are from each other, seen from where letters cannot be told apart."""
    blocks = [Image.fromarray(each.astype(np.uint8)).reduce(12) for each in (first, second)]
    return float(np.abs(np.subtract(*(np.asarray(block).astype(float) for block in blocks))).mean())


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["what_it_computes", "learn_to_standardize", "training_lab"])
def test_the_lines_that_are_saved_show_what_the_dots_show(browser: Browser, serve, tmp_path, path: str, scheme: str):
    lab = path == "training_lab"
    query = f"?{urlencode(EXPERIMENT.to_query())}" if lab else ""
    page = open_page(browser, f"{serve(ROOT / 'app.py')}/{path}{query}", scheme=scheme)
    if lab:
        expect(page.locator(".player .step")).to_contain_text("of 6", timeout=PATIENCE)
        expect(page.get_by_role("button", name="Stop")).to_have_count(0, timeout=PATIENCE)
        page.get_by_role("button", name="To the end").press("Enter")
        expect(page.locator(".player .step")).to_have_text("step 6 of 6", timeout=PATIENCE)
    else:
        page.emulate_media(reduced_motion="reduce")  # it is saved twice, and must not glide between
        page.get_by_role("button", name="Just show me").click(timeout=PATIENCE)
    figure = page.locator(".player" if lab else ".live").first
    group = figure.get_by_role("group", name="Save picture")
    expect(group).to_be_visible(timeout=PATIENCE)
    wait_until_idle(page)
    dots = colors(saved(page, group.get_by_role("button", name="PNG"), tmp_path))
    lines = saved(page, group.get_by_role("button", name="SVG"), tmp_path)
    root = ElementTree.parse(lines).getroot()
    height, width, _ = dots.shape
    assert (root.get("width"), root.get("height")) == (str(width), str(height))
    words = {text.text for text in root.iter("{http://www.w3.org/2000/svg}text")}
    assert words >= ({"plain", "batch", "Loss"} if lab else {"0", "−4"})
    opened = page.context.new_page()
    opened.set_viewport_size({"width": width, "height": height})
    opened.goto(lines.as_uri())
    opened.screenshot(path=tmp_path / "drawn.png")
    drawn = colors(tmp_path / "drawn.png")
    ground = np.broadcast_to(dots[0, 0], dots.shape)
    assert far(ground, dots) > 1, "there is a picture"
    assert far(drawn, dots) < 0.05 * far(ground, dots)
    page.context.close()
