"""Server CPU of every page: `python -m benchmarks.pages [--repeats N]`.

A visit is a new session that runs the page's script once, in the process of Streamlit's own `AppTest`; results are
kept from an earlier visit, as they are for every visitor but the first. The baseline is a visit of a page with a title
and a paragraph. A rerun is what one more run of the script in the same session costs, as after a click.
"""

import gc
import logging
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from streamlit.testing.v1 import AppTest

from benchmarks.report import Line
from benchmarks.timing import cpu_seconds, interleaved, print_lines, ratio
from bnviz.ui.page.contents import PAGES

APP = Path(__file__).resolve().parents[1] / "app.py"
PATIENCE = 300  # seconds


def bare() -> None:
    """A page with a title and a paragraph; AppTest runs its source alone."""
    import streamlit as st

    st.title("A title")
    st.write("A paragraph.")


def visit(file: str) -> AppTest:
    """Open a page of the app in a new session. Raises RuntimeError when it fails."""
    app = AppTest.from_file(str(APP), default_timeout=PATIENCE)
    if file != "app.py":
        app.switch_page(file)
    app.run()
    if app.exception:
        raise RuntimeError(f"{file} fails: {app.exception[0].message}")
    return app


def lines(repeats: int) -> Iterator[Line]:
    """For every page a visit, a rerun, and what the first visit costs on top, each against the bare page."""
    # AppTest has no browser and says so at every call. A level would not last: reading its configuration sets it anew.
    logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context").addFilter(lambda _record: False)
    AppTest.from_function(bare).run()
    first: dict[str, float] = {}
    for page in PAGES:
        first[page.file] = cpu_seconds(partial(visit, page.file))
    # As the server does after its warm-up, or each run would pay for a walk over all that torch brought.
    gc.collect()
    gc.freeze()
    for page in PAGES:
        session = visit(page.file)
        work: dict[str, Callable[[], object]] = {
            "bare": lambda: AppTest.from_function(bare).run(),
            "visit": partial(visit, page.file),
            "rerun": session.run,
        }
        seconds = interleaved(work, repeats)
        for name in ("visit", "rerun"):
            case = f"{page.title}: a {name}, in visits of a bare page"
            yield Line("pages", case, *ratio(seconds[name], seconds["bare"]))
        once = first[page.file]
        yield Line("pages", f"{page.title}: first visit, in later ones", *ratio([once] * repeats, seconds["visit"]))


if __name__ == "__main__":
    print_lines(__doc__, lines)
