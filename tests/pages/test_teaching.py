"""What the guide for teachers says is so: its links open as they are written, its answers are those of the app."""

import re
import time
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from bnviz.experiment import Experiment
from bnviz.lessons.the_question.race import NORMS_IN_RACE, race
from bnviz.outcome import outcomes
from bnviz.training import train
from bnviz.ui.page.contents import PAGES
from bnviz.ui.page.guesses import ASKING
from bnviz.ui.page.stage import Stage
from bnviz.ui.server.training import job_key
from tests.e2e.visiting import path_of

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/teaching.md").read_text(encoding="utf-8")
LINKS = sorted(set(re.findall(r"`/([a-z_]*(?:\?[^`]*)?)`", GUIDE)))
FILES = {path_of(page.file): page.file for page in PAGES}
SEEDS = (0, 1, 2)
WAIT = 300  # seconds that all trainings of a page may take
NAMES = {"plain": "none", "γx + β": "affine", "batch norm": "batch"}


def section(title: str) -> str:
    (found,) = re.findall(rf"^## {title}\n(.*?)(?=^## |\Z)", GUIDE, flags=re.MULTILINE | re.DOTALL)
    return found


def row(first: str) -> str:
    """The second cell of the row of the expected answers with this first one."""
    (found,) = re.findall(rf"^\| {re.escape(first)} \| (.+) \|$", section("Expected answers"), flags=re.MULTILINE)
    return found


def require_bounds(text: str, measured: dict[str, float], unit: str = "") -> None:
    """Require of what was measured, norm → number, all that the text says: "plain at most 12 %"."""
    bounds = re.findall(rf"(plain|γx \+ β|batch norm) at (least|most) (\d+){unit}", text)
    assert {NAMES[name] for name, _, _ in bounds} == measured.keys()
    for name, side, number in bounds:
        value, bound = measured[NAMES[name]], float(number)
        assert value >= bound if side == "least" else value <= bound, (name, value, text)


@cache
def trained(experiment: Experiment) -> tuple[tuple[str, ...], dict[str, float]]:
    """How the networks of an experiment end, and their test accuracies in percent: norm → accuracy."""
    history = train(experiment)
    ends = zip([run.norm for run in experiment.runs], outcomes(history), strict=True)
    return tuple(history.status), {norm: 100 * outcome.test_accuracy for norm, outcome in ends}


def query_of(link: str) -> dict[str, str]:
    return dict(parse_qsl(link.partition("?")[2]))


def test_every_page_is_in_the_guide():
    assert {link.partition("?")[0] for link in LINKS} == FILES.keys()


@pytest.mark.parametrize("link", LINKS)
def test_a_link_opens_with_its_values(open_page, said, monkeypatch, link):
    monkeypatch.setattr(Stage, "obtain", lambda *arguments, **named: None)
    monkeypatch.setattr(Stage, "obtain_in_turn", lambda *arguments, **named: ([], None))
    monkeypatch.setattr(Stage, "show", lambda *arguments, **named: None)
    path, query = link.partition("?")[0], query_of(link)
    app = open_page(FILES[path], **{name.replace(".", "__"): value for name, value in query.items()})
    assert not app.exception
    assert not app.error
    assert "left out of its link" not in said(app)
    assert "were ignored" not in said(app)
    kept = {name: value if isinstance(value, str) else value[-1] for name, value in app.query_params.items()}
    assert kept.pop("answers", None) == query.pop("answers", None)
    if path == "training_lab":
        assert Experiment.from_query(kept) == Experiment.from_query(query)
    else:
        assert kept == query


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("file", ASKING)
def test_the_expected_answer_is_what_happens(file, seed):
    expected = row(f"`/{path_of(file)}`").replace("\\|", "|")
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)  # with its folds closed: they train as well
    if file != "app.py":
        app.switch_page(file)
    if seed:
        app.query_params["seed"] = str(seed)
    app.run()
    if file == "app.py":
        app.session_state["the_question_seen"] = job_key(race(seed=seed))
        app.radio(key="the_question_guess").set_value(expected).run()
    else:
        app.radio[0].set_value(expected).run()
    deadline = time.monotonic() + WAIT
    while app.session_state["guesses"][file].happened is None:
        assert time.monotonic() < deadline
        time.sleep(0.2)
        app.run()
    assert app.session_state["guesses"][file].happened == expected
    if file == "pages/5_why_not_affine.py":
        (told,) = [each.value for each in app.markdown if "of 49 plain networks" in each.value]
        counts = map(float, re.findall(r"(\d+) of 49", told))
        require_bounds(row("`/why_not_affine`, of 49 networks each"), dict(zip(NORMS_IN_RACE, counts, strict=True)))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_race_ends_as_the_guide_says(seed):
    experiment = race(seed=seed)
    require_bounds(row("the race, `/`"), trained(experiment)[1], " %")
    runs = tuple(run.model_copy(update={"init_scale": 8.0}) for run in experiment.runs)
    require_bounds(
        row("the race from initial weights × 8"), trained(experiment.model_copy(update={"runs": runs}))[1], " %"
    )


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("link", [link for link in LINKS if link.startswith("training_lab?")])
def test_an_experiment_of_the_lab_ends_as_the_guide_says(link, seed):
    experiment = Experiment.from_query(query_of(link) | {"seed": str(seed)})
    require_bounds(row(f"`/{link}`"), trained(experiment)[1], " %")


def test_the_plain_network_diverges_where_the_guide_says():
    (link, bound) = re.findall(
        r"In\s+`/(training_lab[^`]+)` the plain network does so within the first\s+(\d+) steps",
        section("When a run surprises"),
    )[0]
    for seed in SEEDS:
        (plain, batch), _ = trained(Experiment.from_query(query_of(link) | {"seed": str(seed)}))
        assert int(plain.removeprefix("diverged at step ")) <= int(bound)
        assert batch == "finished"


def test_the_buttons_that_the_guide_names_are_there(open_page):
    app = open_page("pages/3_learn_to_standardize.py", answers="hidden")
    labels = [button.label for button in app.button]
    for label in ("Reveal the answer", "Repeat all with seed 1"):
        assert label in labels
        assert label in GUIDE
    home = open_page("app.py")
    assert "Race again with another seed" in [button.label for button in home.button]
    assert "Race again with another seed" in " ".join(GUIDE.split())
