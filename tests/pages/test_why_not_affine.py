import pytest
from streamlit.testing.v1 import AppTest

from bnviz import Experiment
from bnviz.lessons.why_not_affine.maps import RATES, SCALES, gather, map_experiment, map_tasks, shares
from bnviz.lessons.why_not_affine.verdicts import AFFINE_ANSWERS, BATCH_ANSWERS
from bnviz.ui.server.jobs import Done
from bnviz.ui.server.training import job_key, prepare, training_queue
from tests.pages.reading import judged, metrics

PAGE = "pages/5_why_not_affine.py"
AXES = (("lr", RATES), ("init_scale", SCALES))
NORMS = ("none", "affine", "batch")


@pytest.fixture
def page(open_page):
    return open_page(PAGE)


def links(app: AppTest) -> list[str]:
    return [element.proto.query_string for element in app.get("page_link")]


def rows(seeds=1):
    results = [training_queue().result(job_key(task)).result for task in map_tasks(map_experiment(NORMS), AXES, seeds)]
    return gather(results, len(NORMS))


def test_the_first_sight_is_three_maps_and_a_verdict_from_their_rows(page):
    assert not page.exception
    assert len(page.get("vega_lite_chart")) == 3 + 2
    counted = shares(rows(), 0.85).set_index("run")["trained"]
    shown = metrics(page)
    assert list(shown.values()) == [f"{trained} of 49" for trained in counted]
    assert counted[2] >= 6 * max(counted[0], counted[1])
    said = judged(page)
    assert "Batch norm is less picky, and not immune." in said
    assert "What happened: too few to tell." in said
    usual = shares(rows().query("init_scale == 1"), 0.85)["trained"].tolist()
    assert f"plain {usual[0]} of 7, γx + β {usual[1]} of 7, batch norm {usual[2]} of 7." in said
    assert "What happened: in more than five times as many." in said
    assert page.caption[0].value.startswith("All maps together: 147 networks × 200 updates, about 3·10¹⁰ multiply-adds")
    assert not [button for button in page.button if "networks" in button.label]


def test_what_happened_is_folded_away_under_two_names_until_it_was_predicted(page):
    folds = [fold.label for fold in page.expander if fold.label.startswith("What happened")]
    assert [fold.partition("?")[0] for fold in folds] == ["What happened with γx + β", "What happened with batch norm"]


def test_predictions_are_settled_by_the_run(page):
    page.radio(key="why_not_affine_affine_prediction").set_value(AFFINE_ANSWERS[0])
    page.radio(key="why_not_affine_batch_prediction").set_value(BATCH_ANSWERS[3]).run()
    said = judged(page)
    assert "You predicted *in more*; what happened is *too few to tell*." in said
    assert "You predicted *in more than five times as many*, and that is what happened." in said


def test_a_threshold_that_nobody_reaches_often_changes_the_numbers_and_trains_nothing(page):
    before = metrics(page)
    page.select_slider(key="why_not_affine_threshold").set_value(0.5).run()
    assert not page.exception
    counted = shares(rows(), 0.5)["trained"].tolist()
    assert [int(value.split()[0]) for value in metrics(page).values()] == counted
    assert metrics(page) != before
    assert page.query_params["threshold"] == "0.5"


def test_the_chosen_cell_is_in_the_link_and_opens_in_the_lab_as_it_was_trained(page):
    page.select_slider(key="why_not_affine_rate").set_value(2.2)
    page.select_slider(key="why_not_affine_scale").set_value(0.01).run()
    assert page.query_params["rate"] == "2.2"
    assert page.query_params["scale"] == "0.01"
    opened = [Experiment.from_query(dict(part.split("=") for part in link.split("&"))) for link in links(page) if link]
    assert [[run.norm for run in each.runs] for each in opened] == [["none"], ["affine"], ["batch"], list(NORMS)]
    assert {(run.lr, run.init_scale) for each in opened for run in each.runs} == {(2.2, 0.01)}
    chosen = rows().query("lr == 2.2 and init_scale == 0.01")
    assert page.table[0].value["test accuracy"].tolist() == [f"{value:.3f}" for value in chosen["test_accuracy"]]


def test_a_cell_that_diverged_says_when(page):
    page.select_slider(key="why_not_affine_rate").set_value(10.0).run()
    ends = page.table[0].value
    assert ends["end"].iloc[0].startswith("diverged at step")
    assert ends["test accuracy"].iloc[0] == "none"


def test_one_more_map_is_trained_at_once(page):
    page.toggle(key="why_not_affine_layer").set_value(True).run()
    assert not page.exception
    assert len(metrics(page)) == 4
    assert page.query_params["layer"] == "on"
    assert len(page.get("vega_lite_chart")) == 4 + 2


def test_what_takes_longer_is_behind_a_button_that_states_what_is_left(open_page):
    page = open_page(PAGE, seeds="2", threshold="0.9")
    assert not page.exception
    assert "294 networks" in page.caption[0].value
    assert metrics(page)
    (button,) = [button for button in page.button if "networks" in button.label]
    assert button.label == "Train the other 147 networks"
    for task in map_tasks(map_experiment(NORMS), AXES, 2)[3:]:
        prepare(task)
    page.run()  # what others have trained by now is there
    assert not [button for button in page.button if "networks" in button.label]
    assert all(value.endswith("of 98") for value in metrics(page).values())


def test_sigmoids_and_depths_wait_for_the_reader_and_then_tell(page):
    assert "First recorded step" not in judged(page)
    page.toggle(key="why_not_affine_sigmoids").set_value(True)
    page.toggle(key="why_not_affine_depths").set_value(True).run()
    assert not page.exception
    said = judged(page)
    assert "Batch norm is there long before the others." in said
    assert "Depth is where it tells." in said
    assert "no clear advantage here" in said
    assert len(page.get("vega_lite_chart")) == 3 + 2 + 2


def test_another_seed_is_in_the_link_and_in_every_network(page):
    before = page.table[0].value
    next(button for button in page.button if "seed 1" in button.label).click().run()
    assert not page.exception
    assert page.query_params["seed"] == "1"
    assert page.table[0].value["seed"].tolist() == ["1"] * 3
    assert not page.table[0].value.equals(before)


def test_maps_that_were_stopped_keep_their_cells_and_give_no_verdict(open_page):
    first, *_ = map_tasks(map_experiment(NORMS, seed=5), AXES, 1)
    whole = first.compute(lambda *_: None, lambda: False)
    part = Done("stopped", "part of the map", whole.head(20))
    training_queue()._results.keep(part.key, part, 1)
    app = open_page(PAGE)
    app.session_state["why_not_affine_ended_early"] = (job_key(first), "part of the map")
    app.query_params["seed"] = "5"
    app.run()
    assert not app.exception
    assert not app.metric
    assert "You stopped this training." in app.info[0].value
    assert app.table[0].value.index.tolist() in (["plain"], [])
    assert len(app.get("vega_lite_chart")) >= 3


def test_a_high_threshold_leaves_counts_and_no_verdict_on_a_single_network(open_page):
    page = open_page(PAGE, threshold="0.95")
    plain, affine, batch = shares(rows(), 0.95)["trained"].tolist()
    assert max(plain, affine) < 4
    said = judged(page)
    assert f"Batch norm: {batch} of 49 networks train; γx + β: {affine} of 49; plain: {plain} of 49." in said
    assert ("Only batch norm trains" in said) == (plain == affine == 0)
    assert "What happened: too few to tell." in said
