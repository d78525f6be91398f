"""What a reader saves in a browser: the files that arrive, opened by what they are for."""

from pathlib import Path
from urllib.parse import urlencode

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
        picture = colors(saved(page, page.get_by_role("button", name="Save picture"), tmp_path))
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
    button = figure.get_by_role("button", name="Save picture")
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
