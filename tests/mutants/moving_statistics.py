"""Faults in the page on moving statistics and in its lesson."""

from tests.mutants import Mutant

PAGE = "pages/4_moving_statistics.py"
DRAW = "bnviz/ui/lessons/moving_statistics.py"
LESSON = "bnviz/lessons/moving_statistics"
WIRED = "tests/wiring/test_moving_statistics.py"
EDGES = "tests/lessons/moving_statistics/test_edges.py"
SHOVE = "tests/lessons/moving_statistics/test_shove.py"
SAID = "tests/lessons/moving_statistics/test_verdicts.py"
LIVE = "tests/live/test_shove.py"
SUMS = "bnviz/ui/live/sums/shove.js"
DRAWN = "tests/lessons/moving_statistics/test_drawn.py"

MUTANTS = [
    Mutant(
        "one kick more than the slider says",
        PAGE,
        "DeepKick(seed), kind, kicks)",
        "DeepKick(seed), kind, min(kicks + 1, MOST_KICKS))",
        f"{WIRED} -k 'follows and opens'",
    ),
    Mutant(
        "the descent is at the default rate", PAGE, "Descent(rate, seed)", "Descent(seed=seed)", f"{WIRED} -k right"
    ),
    Mutant(
        "the agreement ignores how long the networks trained",
        PAGE,
        "Agreement(updates, seed)",
        "Agreement(50, seed)",
        f"{WIRED} -k 'follows and wrong'",
    ),
    Mutant(
        "the button starts over one kick early",
        PAGE,
        "% (MOST_KICKS + 1)",
        "% MOST_KICKS",
        f"{WIRED} -k button",
    ),
    Mutant(
        "ε of the reason is the other run's default",
        DRAW,
        "experiment.runs[1].eps",
        "1e-5",
        f"{WIRED} -k 'follows and wrong'",
    ),
    Mutant(
        "the two networks are swapped",
        f"{LESSON}/shove_verdicts.py",
        'for norm in ("affine", "batch"))',
        'for norm in ("batch", "affine"))',
        SHOVE,
    ),
    Mutant(
        "the shallowest layer counts as the deepest",
        f"{LESSON}/verdicts.py",
        'layers["layer"] == layers["layer"].max()',
        'layers["layer"] == layers["layer"].min()',
        EDGES,
    ),
    Mutant(
        "the player shows the training, not the layer",
        DRAW,
        'view="layer"',
        'view="training"',
        f"{WIRED} -k 'follows and opens'",
    ),
    Mutant("a hundredth counts as unmoved", f"{LESSON}/verdicts.py", "UNMOVED = 0.001", "UNMOVED = 0.01", EDGES),
    Mutant("a kick hurts from 1.5 on", f"{LESSON}/verdicts.py", "HURT = 1.25", "HURT = 1.5", EDGES),
    Mutant(
        "a tenth of the updates is less than a tenth",
        f"{LESSON}/verdicts.py",
        "1 if share < 0.1 else 2",
        "1 if share <= 0.1 else 2",
        EDGES,
    ),
    Mutant(
        "kept statistics hurt if one of two moved more",
        f"{LESSON}/verdicts.py",
        "if min(times, spread) <= 1:",
        "if max(times, spread) <= 1:",
        EDGES,
    ),
    Mutant(
        "the mean of z is told of the plain network",
        f"{LESSON}/verdicts.py",
        "{short(batch['z_move'], 2)} σ, and that of y",
        "{short(row_of(summary, 'none')['z_move'], 2)} σ, and that of y",
        SAID,
    ),
    Mutant(
        "the control is what batch norm's own batches say",
        f"{LESSON}/agreement.py",
        "held.network.prepare(x)",
        "held.network.prepare(x[:64])",
        "tests/lessons/moving_statistics/test_descent.py",
    ),
    Mutant(
        "in evaluation the batch's own statistics are told",
        f"{LESSON}/shove_verdicts.py",
        "_mean_and_spread(shove, 'batch', seed)",
        "_mean_and_spread(training, 'batch', seed)",
        SHOVE,
    ),
    Mutant(
        "the settlement is that of evaluation",
        f"{LESSON}/shove_verdicts.py",
        'replace(shove, evaluating=0).outputs("batch"',
        'shove.outputs("batch"',
        SHOVE,
    ),
    Mutant(
        "the unit is shoved though a link has moved it",
        DRAW,
        ' and "mean" not in settings.asked',
        "",
        "tests/pages/test_moving_statistics.py -k link",
    ),
    Mutant(
        "the batch is standardized by all inputs",
        SUMS,
        "evaluating ? running : meanAndSpread(own)",
        "evaluating ? running : meanAndSpread(x)",
        LIVE,
    ),
    Mutant(
        "a batch is the one after it",
        SUMS,
        "?.[which - 1] ?? everyone",
        "?.[which % 12] ?? everyone",
        LIVE,
    ),
    Mutant(
        "a line bends where the cloud at rest is",
        "bnviz/ui/live/sums/kinks.js",
        '["batch", moved]',
        '["batch", cloud]',
        LIVE,
    ),
    Mutant(
        "the bar of the spread is half as long",
        "bnviz/ui/live/swarms.js",
        "[onRail(box, middle - half).at, onRail(box, middle + half).at]",
        "[onRail(box, middle - half / 2).at, onRail(box, middle + half / 2).at]",
        LIVE,
    ),
    Mutant(
        "crosses stand where the loss fell",
        f"{LESSON}/charts.py",
        'rises = drawn[drawn["decrease"] < 0]',
        'rises = drawn[drawn["decrease"] > 0]',
        DRAWN,
    ),
    Mutant(
        "the band ends at the mean",
        f"{LESSON}/charts.py",
        'alt.Y2("high:Q"), color)',
        'alt.Y2("mean:Q"), color)',
        DRAWN,
    ),
    Mutant(
        "the points of tiny steps are those of whole ones",
        f"{LESSON}/charts.py",
        'alt.Y("tiny:Q"',
        'alt.Y("shown:Q"',
        DRAWN,
    ),
    Mutant(
        "steps without change count as rises",
        f"{LESSON}/descent.py",
        "(steps < 0).sum()",
        "(steps > 0).sum()",
        f"{WIRED} -k 'follows and opens'",
    ),
]
