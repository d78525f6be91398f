"""The pages of the app, in reading order: the one table behind navigation, cards and tests."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    """One page. `file` is relative to the folder of `app.py`; `icon` names a Material symbol."""

    file: str
    title: str
    icon: str
    group: str
    summary: str


PAGES: tuple[Page, ...] = (
    Page(
        "app.py",
        "The question",
        ":material/help:",
        "Start here",
        "Why normalize if γ and β may undo it? Three networks race while you watch.",
    ),
    Page(
        "pages/1_what_it_computes.py",
        "What it computes",
        ":material/function:",
        "The question, answered",
        "One small batch, forward and back: change a number and watch every symbol of the formula answer.",
    ),
    Page(
        "pages/2_same_functions.py",
        "Same functions, different coordinates",
        ":material/call_split:",
        "The question, answered",
        "Fold batch norm into plain layers: the same outputs. Train both from there: two different walks.",
    ),
    Page(
        "pages/3_learn_to_standardize.py",
        "Could γ and β learn it?",
        ":material/tune:",
        "The question, answered",
        "γ and β may standardize by themselves: how many steps that takes, and what happens when the inputs move.",
    ),
    Page(
        "pages/4_moving_statistics.py",
        "μ and σ move: does it hurt?",
        ":material/moving:",
        "The question, answered",
        "Watch μ and σ drift while γ and β are learned, kick the layers below, and count how often the loss rises.",
    ),
    Page(
        "pages/5_why_not_affine.py",
        "Why not γx + β?",
        ":material/grid_on:",
        "The question, answered",
        "A hundred networks and more on maps of learning rate and initial scale: where does each kind train at all?",
    ),
    Page(
        "pages/6_scale_decoupling.py",
        "Scale leaves the weights",
        ":material/straighten:",
        "The question, answered",
        "Multiply W by a thousand: what happens to the output, to the gradient, and to a training in mid-run?",
    ),
    Page(
        "pages/10_two_reparameterizations.py",
        "Is it the VAE trick?",
        ":material/compare_arrows:",
        "The question, answered",
        "A shift plus a scale times something standardized, twice: what is drawn, what is computed, what it is for.",
    ),
    Page(
        "pages/12_training_lab.py",
        "Training lab",
        ":material/science:",
        "Try it yourself",
        "Every control of an experiment, up to four runs side by side, and kicks to the weights in mid-training.",
    ),
)


def page_named(file: str) -> Page:
    """Return the page of `file`. Raises KeyError for a file that is not in the table."""
    return {page.file: page for page in PAGES}[file]


def neighbors(page: Page) -> tuple[Page | None, Page | None]:
    """Return the pages before and after `page` in reading order, None at either end."""
    place = PAGES.index(page)
    before = PAGES[place - 1] if place else None
    after = PAGES[place + 1] if place + 1 < len(PAGES) else None
    return before, after
