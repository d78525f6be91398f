"""The live figure of the page *Could γ and β learn it?*: the loss over γ and β, and a ball that descends it."""

from __future__ import annotations

from bnviz.lessons.learn_to_standardize.bowl import FARTHEST, UPDATES, WIDEST, task
from bnviz.styles import SYMBOL_COLORS, RunStyle, Theme
from bnviz.ui.live.scene import (
    Axis,
    Handle,
    Input,
    Panel,
    Scene,
    Step,
    bowl,
    bracket,
    dots,
    flag,
    goal,
    path,
    point,
    segment,
    stones,
    words,
)

INPUTS = {
    "mean": (Input("mean", "initial mean of x", 0, FARTHEST, 0.1, "m", "mean"), FARTHEST),
    "spread": (Input("spread", "spread of x", 0.1, WIDEST, 0.1, "s", "var"), 1.0),
    "roll": (Input("roll", "rolled so far (%)", 0, 100, 1, format="count"), 100.0),
    "time": (Input("time", "updates as m moves", 0, UPDATES, 1, format="count"), 0.0),
}
"""Name → input and where it begins."""
_SHADES: dict[Theme, dict[str, str]] = {
    "light": {"field_low": "#ffffff", "field_high": "#8592a0"},
    "dark": {"field_low": "#14171a", "field_high": "#7d8b99"},
}
_GAMMA = Axis(-3, 7, "γ")
_RAISED = 36  # pixels from a rail to its bracket
_ABOVE, _BELOW = _RAISED + 34, 32
STEPS = [
    Step(
        "Standardized",
        "Mean 0, spread 1. Each point of the plane is a pair of β and γ, its shade their loss. The bowl is round: one "
        "step down the slope ends at its lowest point.",
        {"mean": 0, "spread": 1, "roll": 100},
        "mean",
        first={"time": 0},
    ),
    Step(
        "Shifted",
        "The same task, with inputs shifted by 3. The lowest point moves to β = ½ − 2m, and the bowl becomes a ravine: "
        "a change of γ looks almost like a change of β.",
        {"mean": 3, "spread": 1, "roll": 100},
        "mean",
        first={"time": 0},
    ),
    Step(
        "Ten away",
        "One step down to the floor of the ravine, then along it: it is nearly flat. The numbers count steps, until "
        "the loss is 0.001. Batch norm has subtracted m, and needs one.",
        {"roll": 100},
        "mean",
        first={"mean": 10, "spread": 1, "roll": 0, "time": 0},
        duration=2500,
    ),
    Step(
        "Now m moves",
        "γ and β were found, for m = 0. Now m moves to 10 within 300 updates, and their goal runs away. They follow "
        "like a dog on a leash. Batch norm's goal stands still.",
        {"time": UPDATES},
        "mean",
        first={"mean": 0, "spread": 1, "roll": 100, "time": 1},
        duration=5000,
    ),
]


def bowls(affine: RunStyle, batch: RunStyle, guess: int) -> Scene:
    """Dots with mean and spread to drag, and below them the plane of β and γ; beside it the same for batch norm.

    `guess` is the number of steps after which the reader thought that the ball arrives, 0 for none.
    """
    raw, own = ("goal_beta", "goal_gamma"), ("own_goal_beta", "own_goal_gamma")
    marks = [
        bracket("x", "now_mean", "spread", color="var", tick="mean", raised=_RAISED, names=("m", "s")),
        dots("x", "x", "x"),
        dots("normalized", "normalized", "normalized"),
        bowl("affine", raw, angle="steep", high="high", low="low"),
        path("affine", "way_beta", "way_gamma", color="affine"),
        segment("affine", ("ball_beta", "ball_gamma"), ("leash_beta", "leash_gamma"), dash=(3, 5)),
        stones("affine", "stone_beta", "stone_gamma", counts="stones", color="affine"),
        flag("affine", ("guess_beta", "guess_gamma"), name=f"your guess: {guess:,}"),
        goal("affine", raw, name="goal"),
        point("affine", "ball_beta", "ball_gamma", color="affine"),
        words("affine", "step {now:count} of {steps:count}", color="affine", when="still"),
        words("affine", "β is {behind} behind, loss {loss}", color="affine", when="moving"),
        bowl("batch", own, angle=0, high=1, low=1),
        path("batch", "own_way_beta", "own_way_gamma", color="batch"),
        goal("batch", own, name="goal"),
        point("batch", "own_beta", "own_gamma", color="batch"),
        words("batch", "step {own_now:count} of 1", color="batch", when="still"),
        words("batch", "loss {own_loss}", color="batch", when="moving"),
    ]
    runs = {"affine": affine, "batch": batch}
    colors: dict[Theme, dict[str, str]] = {
        "light": SYMBOL_COLORS["light"] | _SHADES["light"] | {name: run.color for name, run in runs.items()},
        "dark": SYMBOL_COLORS["dark"] | _SHADES["dark"] | {name: run.color_dark for name, run in runs.items()},
    }
    return Scene(
        inputs=[given for given, _ in INPUTS.values()],
        rows=[
            [
                Panel("x", "x", Axis(-5, 15), above=_ABOVE, below=_BELOW, share=2.5),
                Panel("normalized", "x̂", Axis(-5, 5), above=_ABOVE, below=_BELOW),
            ],
            [
                Panel("affine", affine.label, Axis(-21, 3, "β"), _GAMMA, even=True),
                Panel("batch", batch.label, Axis(-4, 4, "β"), _GAMMA, even=True),
            ],
        ],
        marks=marks,
        handles=[
            Handle("x", ("mean",), "now_mean", base="moved", raised=_RAISED),
            Handle("x", ("spread",), "spread_end", base="now_mean", raised=_RAISED),
        ],
        colors=colors,
        steps=STEPS,
        alternative="The loss over β and γ, with a ball that descends, for γx + β and for batch norm. Inputs of mean "
        "{now_mean} and spread {spread}: the largest over the smallest curvature of the loss is {condition:count} for "
        "γx + β, 1 for batch norm. [still: Steps that γx + β needs: {steps:count}, taken: {now:count}; that batch norm "
        "needs: 1.][moving: The mean moves: β of γx + β is {behind} behind what it needs.] "
        "The loss of γx + β is {loss}, that of batch norm {own_loss}.",
        sums="bowl",
        given=task(guess),
    )
