import re

from streamlit.testing.v1 import AppTest

from bnviz.ui.page.contents import PAGES
from tests.pages.reading import components


def on_stage(app: AppTest) -> int:
    return len(components(app))


def test_the_race_is_on_stage_and_judged(open_page, said):
    app = open_page("app.py")
    assert not app.exception
    assert on_stage(app) == 1
    assert "Only batch norm learned." in said(app)
    assert "Trained by this server" in said(app)


def test_switching_an_equation_off_takes_its_run_out_of_race_and_link(open_page, said):
    app = open_page("app.py")
    app.toggle(key="the_question_affine").set_value(False).run()
    assert app.query_params["runs"] == "none-batch"
    scores = re.search("Test accuracy at the end: (.*?)[.]", said(app))
    assert re.fullmatch(r"the plain network \d+ %, batch norm \d+ %", scores[1])


def test_without_any_equation_the_page_asks_for_one(open_page, said):
    app = open_page("app.py")
    for norm in ("none", "affine", "batch"):
        app.toggle(key=f"the_question_{norm}").set_value(False)
    app.run()
    assert not app.exception
    assert "Switch on at least one equation." in said(app)
    assert on_stage(app) == 0


def test_every_short_answer_leads_to_the_page_that_shows_it(open_page):
    app = open_page("app.py")
    links = [link.proto.label for link in app.get("page_link") if link.proto.label.startswith("Watch it: ")]
    titles = [page.title for page in PAGES if page.group == "The question, answered"]
    assert len(links) == 5
    assert {link.removeprefix("Watch it: ") for link in links} < set(titles)


def test_a_link_names_seed_and_runs(open_page, said):
    app = open_page("app.py", runs="batch", seed="1")
    assert "with seed 1" in said(app)
    assert [app.toggle(key=f"the_question_{norm}").value for norm in ("none", "affine", "batch")] == [
        False,
        False,
        True,
    ]
