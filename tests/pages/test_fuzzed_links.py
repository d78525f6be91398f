"""Every page opened by links of arbitrary and of hostile values: none of them may break it."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bnviz.experiment import Experiment, Run
from bnviz.ui.page import settings as page_settings
from bnviz.ui.page.contents import PAGES

pytestmark = pytest.mark.slow

FILES = [page.file for page in PAGES]
HOSTILE = st.sampled_from(
    [
        *("", " ", "0", "-1", "1e999", "-1e999", "nan", "inf", "١٢", "0x10", "1_000", "9" * 5000, "None", "true", "on"),
        *("<script>alert(1)</script>", "**bold** $x$ :red[x]", "../../etc/passwd", "\x00", "\u202e", "🙂", "x" * 5000),
        *("[]", "{}", "a-b-c", "64-64", "-".join(["64"] * 300), "batch-batch", "full", "hidden", "__import__('os')"),
    ]
)
# A surrogate cannot be sent: a link is text.
ANYTHING = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
FIELDS = [*Experiment.model_fields, *(f"run{number}.{name}" for number in (1, 2, 9) for name in Run.model_fields)]


@pytest.mark.parametrize("file", FILES)
def test_no_link_breaks_a_page(open_page, file, monkeypatch):
    asked = set()
    start = page_settings.Settings._start

    def listen(self, name, values, default):
        asked.add(name)
        return start(self, name, values, default)

    with monkeypatch.context() as patched:
        patched.setattr(page_settings.Settings, "_start", listen)
        open_page(file)
    names = st.sampled_from(sorted({"seed", "runs", *asked, *(FIELDS if "lab" in file or not asked else ())}))
    links = st.dictionaries(names | ANYTHING.filter(bool), HOSTILE | ANYTHING, min_size=1, max_size=4)

    @settings(max_examples=12, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(links)
    def holds(link):
        app = open_page(file, **link)
        assert not app.exception
        assert len(app.title) == 1

    holds()
