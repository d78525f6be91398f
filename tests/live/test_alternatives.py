"""What a screen reader is told of a picture: what it shows, in the numbers that it shows, and no more than that."""

import json

import pytest

from bnviz.lessons.learn_to_standardize import bowl
from bnviz.styles import RunStyle
from bnviz.ui.lessons import learn_to_standardize_bowls as bowls_page
from bnviz.ui.lessons import moving_statistics_kinks as kinks_page
from bnviz.ui.lessons import scale_decoupling_hand as hand_page
from bnviz.ui.lessons import two_reparameterizations_line as line_page
from bnviz.ui.lessons.same_functions_fold import folding
from bnviz.ui.lessons.what_it_computes import EPSILONS
from bnviz.ui.lessons.what_it_computes_rails import rails
from tests.live.test_fold import FRAME
from tests.live.test_fold import STYLES as FOLD_STYLES

AFFINE, BATCH = RunStyle("γx + β", "#a87400", "#f2c14e", ()), RunStyle("batch norm", "#0072b2", "#62bdf0", ())
PLAIN = RunStyle("plain", "#d55e00", "#ff8f4d", ())
START = {
    "bowls": {name: default for name, (_, default) in bowls_page.INPUTS.items()},
    "hand": {name: default for name, (_, default) in hand_page.INPUTS.items()},
    "line": dict(line_page.START),
    "kinks": dict(kinks_page.START),
    "rails": {"x1": 3.0, "x2": 5.0, "gamma": 1.5, "beta": 0.5, "eps": 1e-5, "example": 2},
}
SCENES = {
    "bowls": lambda: bowls_page.bowls(AFFINE, BATCH, 0),
    "hand": lambda: hand_page.hand((PLAIN, BATCH), 0, None),
    "line": lambda: line_page.last_line(0),
    "kinks": lambda: kinks_page.kinks_scene(0),
    "rails": lambda: rails([3.0, 5.0], 1, reach=3.0, epsilons=EPSILONS),
}


def told(ask, name, **values):
    scene, values = SCENES[name](), {**START[name], **values}
    found = ask("sums", scene.sums, values, json.loads(json.dumps(dict(scene.given))))
    return ask("sentence", scene.alternative, {**values, **found})


def test_what_is_in_brackets_is_said_where_its_number_is_not_zero(ask):
    words = "Here[walk:  and {walk:whole} on][rest: , at rest]."
    assert ask("sentence", words, {"walk": 0, "rest": 1}) == "Here, at rest."
    assert ask("sentence", words, {"walk": 3, "rest": 0}) == "Here and 3 on."


@pytest.mark.parametrize("name", SCENES)
def test_no_number_is_left_out_of_the_words(ask, name):
    words = told(ask, name)
    assert not set("{}[]") & set(words)
    assert words.endswith(".")
    assert len(words.split(". ")) >= 2


def test_the_bowls_tell_the_steps_or_how_far_beta_is_behind(ask):
    still, moving = told(ask, "bowls"), told(ask, "bowls", mean=0.0, time=300.0)
    assert "Steps that γx + β needs: 39,167, taken: 39,167; that batch norm needs: 1." in still
    assert "behind" not in still
    assert "steps" not in moving
    ball = bowl.chase(0.0, 1.0, 300)[-1]
    assert f"β of γx + β is {abs(bowl.lowest(10.0, 1.0)[1] - ball[1]):.2f} behind" in moving


def test_the_hand_tells_of_a_walk_once_there_is_one(ask):
    assert "updates" not in told(ask, "hand")
    assert told(ask, "hand", walk=1).count("after update 1 loss") == 2


def test_the_last_line_tells_what_moved(ask):
    assert told(ask, "line").endswith("ε has moved by up to 0, x̂ by up to 0.")
    turned = told(ask, "line", turn=95.0)
    assert "ε has moved by up to 0, x̂ by up to " in turned
    assert not turned.endswith("by up to 0.")
    assert "ε has moved by up to 0," not in told(ask, "line", roll=4)


def test_the_rails_tell_of_all_values_and_of_the_one_that_is_followed(ask):
    words = told(ask, "rails", x2=9.0)
    assert words.startswith("2 examples as dots on three rails")
    assert "x has mean μ 6.00 and spread σ 3.00; x̂ has mean 0 and spread 1.00; γ is 1.50, β is 0.50." in words
    assert words.endswith("Example 2: x 9.00, x̂ 1.00, y 2.00.")


def test_of_the_folded_network_nothing_is_told_before_it_is_drawn(ask):
    template = folding(FRAME, FOLD_STYLES, 3).alternative
    arrays = {"example": 1, "label": 4, "answer_original": 7, "answer_folded": 8, "answer_training": 9}
    still = ask("sentence", template, {**arrays, "fold": 0, "mode": 0})
    assert "slid into W" not in still
    assert still.endswith("Batch norm's answer is 7.")
    folded = ask("sentence", template, {**arrays, "fold": 1, "mode": 0})
    assert ". Batch norm has slid into W. Test example 1" in folded
    assert folded.endswith("answer is 7, that of the folded network 8.")
    assert ask("sentence", template, {**arrays, "fold": 0, "mode": 1}).endswith("is 7, in training mode 9.")
