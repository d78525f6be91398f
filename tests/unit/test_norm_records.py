"""The registry as the reader meets it: complete, legible, and light to import."""

import re
import subprocess
import sys

import pytest

from bnviz.norms import NORMS

KEYS = (
    *("none", "affine", "standardize", "center", "batch", "batch_detached", "batch_frozen", "batch_renorm"),
    *("batch_noisy", "layer", "rms", "group", "weight", "dynamic_tanh"),
)
DARK_PAGE = "#0e1117"


def luminance(color: str) -> float:
    """WCAG 2's relative luminance of #rrggbb."""
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_computed_as_wcag_says():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#ffffff", "#767676") == pytest.approx(4.54, abs=0.01)


def test_the_keys_are_those_of_the_contract():
    assert tuple(NORMS) == KEYS


@pytest.mark.parametrize("key", KEYS)
def test_records_are_complete(key):
    norm = NORMS[key]
    for text in (norm.label, norm.equation, norm.axes, norm.paper, norm.explanation):
        assert text.strip() == text != ""
    assert norm.equation.startswith("y = ")
    assert norm.equation.count("{") == norm.equation.count("}")
    assert norm.explanation.endswith(".")
    assert set(norm.trains) <= {"gamma", "beta"}
    assert all(length > 0 for length in norm.dash)
    assert len(norm.dash) % 2 == 0


@pytest.mark.parametrize("key", KEYS)
def test_colors_are_legible_on_both_pages(key):
    norm = NORMS[key]
    assert re.fullmatch(r"#[0-9A-Fa-f]{6}", norm.color)
    assert re.fullmatch(r"#[0-9A-Fa-f]{6}", norm.color_dark)
    assert contrast(norm.color, "#ffffff") >= 3
    assert contrast(norm.color_dark, DARK_PAGE) >= 3


def test_no_two_normalizations_look_the_same():
    for field in ("label", "color", "color_dark"):
        values = [getattr(norm, field) for norm in NORMS.values()]
        assert len(set(values)) == len(values), field


@pytest.mark.parametrize(
    "code",
    [
        "import bnviz; bnviz.Experiment()",
        "from bnviz.norms import NORMS; [norm.equation for norm in NORMS.values()]",
        "from bnviz.activations import ACTIVATIONS; [record.label for record in ACTIVATIONS.values()]",
        "from bnviz.optimizers import OPTIMIZERS; [record.label for record in OPTIMIZERS.values()]",
        "import bnviz.history, bnviz.styles, bnviz.links, bnviz.limits, bnviz.costs, bnviz.grid, bnviz.datasets",
        "import bnviz.charts",
        "from bnviz import History",
    ],
)
def test_light_imports_do_not_load_torch(code):
    check = f"import sys; {code}; print(sorted({{'torch', 'streamlit', 'sklearn'}} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
