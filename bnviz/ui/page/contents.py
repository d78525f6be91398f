"""The pages of the app, in reading order: the one table behind navigation and tests."""

from __future__ import annotations

from dataclasses import dataclass

LAB = "pages/12_training_lab.py"


@dataclass(frozen=True)
class Page:
    """One page. `file` is relative to the folder of `app.py`; `icon` names a Material symbol."""

    file: str
    title: str
    icon: str
    group: str


PAGES: tuple[Page, ...] = (
    Page("app.py", "The question", ":material/help:", "Start here"),
    Page("pages/1_what_it_computes.py", "What does it compute?", ":material/function:", "The question, answered"),
    Page(
        "pages/2_same_functions.py",
        "Redundant, or another walk?",
        ":material/call_split:",
        "The question, answered",
    ),
    Page("pages/3_learn_to_standardize.py", "Could γ and β learn it?", ":material/tune:", "The question, answered"),
    Page("pages/4_moving_statistics.py", "μ and σ move: does it hurt?", ":material/moving:", "The question, answered"),
    Page("pages/5_why_not_affine.py", "Why not γx + β?", ":material/grid_on:", "The question, answered"),
    Page(
        "pages/6_scale_decoupling.py",
        "What if W is ten times larger?",
        ":material/straighten:",
        "The question, answered",
    ),
    Page(
        "pages/10_two_reparameterizations.py",
        "Is it the VAE trick?",
        ":material/compare_arrows:",
        "The question, answered",
    ),
    Page(LAB, "Training lab", ":material/science:", "Try it yourself"),
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
