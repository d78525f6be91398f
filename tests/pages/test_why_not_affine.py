import pytest

from bnviz.lessons.why_not_affine.maps import RATES, SCALES, gather, map_experiment, map_tasks, shares
from bnviz.ui.server.jobs import Done
from bnviz.ui.server.training import job_key, training_queue
from tests.pages.reading import judged, metrics

pytestmark = pytest.mark.slow

PAGE = "pages/5_why_not_affine.py"
AXES = (("lr", RATES), ("init_scale", SCALES))
NORMS = ("none", "affine", "batch")


@pytest.fixture
def page(open_page):
    return open_page(PAGE)


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
