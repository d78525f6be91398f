"""Faults of the page on two reparameterizations: in its wiring, its sentences and its charts."""

from tests.mutants import Mutant

PAGE, ROOM = "pages/10_two_reparameterizations.py", "bnviz/lessons/two_reparameterizations"
DRAWN = "bnviz/ui/lessons/two_reparameterizations.py"
WIRING = "tests/wiring/test_two_reparameterizations.py"
VERDICTS = "tests/lessons/two_reparameterizations/test_verdicts.py"


def _mutant(name: str, file: str, old: str, new: str, tests: str = WIRING) -> Mutant:
    return Mutant(name=f"reparameterizations: {name}", file=file, old=old, new=new, tests=tests)


MUTANTS = [
    _mutant("mean and sd swapped", DRAWN, 'values["mean"], values["sd"]', 'values["sd"], values["mean"]'),
    _mutant("one draw always", DRAWN, 'int(values["samples"])', "1"),
    _mutant("arrows of the other function", DRAWN, "estimators(function, seed,", 'estimators("square", seed,'),
    _mutant("the arrows do not wait", PAGE, "function, seed, held=not guess.shown", "function, seed, held=False"),
    _mutant(
        "the die takes the place of the batch",
        f"{ROOM}/graph_charts.py",
        'Edge("weights w", "x, μ, σ"),\n        Edge("weights w", "x, μ, σ"),',
        'Edge("weights w", "β"),\n        Edge("weights w", "γ"),',
        "tests/lessons/two_reparameterizations/test_graphs.py",
    ),
    _mutant(
        "the score function without its σ",
        "bnviz/ui/live/sums/estimates.js",
        "(value(at(noise), wave) * noise) / sd",
        "value(at(noise), wave) * noise",
        "tests/live/test_estimates.py",
    ),
    _mutant(
        "the mean of all rolls for that of this one",
        "bnviz/ui/live/sums/estimates.js",
        "means[roll - 1]",
        "middle",
        "tests/live/test_estimates.py",
    ),
    _mutant(
        "no gradient where the graph turns",
        "bnviz/ui/live/graphs.js",
        "alpha: strength, width: 3",
        "alpha: 1, width: 3",
        "tests/live/test_graphs.py",
    ),
    _mutant(
        "the batch has the pips of a die",
        "bnviz/ui/live/graphs.js",
        "which ? drawBatch : drawSmallDie",
        "drawSmallDie",
        "tests/live/test_graphs.py",
    ),
    _mutant("right angles of seed 0", PAGE, "RightAngles(seed)", "RightAngles(0)"),
    _mutant("never once more", PAGE, "angle, factor, again\n", "angle, factor, False\n"),
    _mutant("the turn of seed 0", PAGE, "settle_the_turn(guess, seed)", "settle_the_turn(guess, 0)"),
    _mutant(
        "the figure does not wait",
        DRAWN,
        "on_release=settings.take, held=not guess.shown",
        "on_release=settings.take, held=False",
    ),
    _mutant(
        "the guess of another rail",
        "bnviz/ui/lessons/two_reparameterizations_line.py",
        '(("normalized",), ("noise",), ',
        '(("noise",), ("normalized",), ',
        "tests/live/test_last_line.py -k guessed",
    ),
    _mutant(
        "the arrows are drawn before their guess",
        DRAWN,
        "shown=not held",
        "shown=True",
        f"{WIRING} -k wait_for_the_guess",
    ),
    _mutant(
        "another roll with the turn",
        f"{ROOM}/last_line.py",
        "self.at(turn=START_TURN + by)",
        "self.at(roll=2, turn=START_TURN + by)",
        "tests/lessons/two_reparameterizations/test_driven.py -k turn",
    ),
    _mutant(
        "another batch has another first example",
        f"{ROOM}/last_line.py",
        "        batches[:, 0] = batches[0, 0]\n",
        "",
        "tests/lessons/two_reparameterizations/test_driven.py -k turn",
    ),
    _mutant(
        "the exact variance is that of one draw",
        f"{ROOM}/verdicts.py",
        "exact.score / samples",
        "exact.score",
        VERDICTS,
    ),
    _mutant("x̂ in the place of ε", DRAWN, 'quantity="noise"', 'quantity="normalized"'),
    *(
        _mutant(f"{new} for {old}", f"{ROOM}/verdicts.py", old, new, VERDICTS)
        for old, new in (
            ("FAR, ALIKE = 10.0, 1.25", "FAR, ALIKE = 9.0, 1.25"),
            ("FAR, ALIKE = 10.0, 1.25", "FAR, ALIKE = 10.0, 1.2"),
            ("ROUNDING = 1e-9", "ROUNDING = 2e-9"),
            ("RIGHT_ANGLE = 1e-6", "RIGHT_ANGLE = 2e-6"),
            ("max(errors) <= 4", "max(errors) <= 5"),
            ("max(errors) <= 4", "min(errors) <= 4"),
        )
    ),
    _mutant(
        "before and after swapped",
        f"{ROOM}/charts.py",
        'f"{quantity}_before", f"{quantity}_after"',
        'f"{quantity}_after", f"{quantity}_before"',
        VERDICTS,
    ),
    _mutant(
        "measured of the other estimator",
        f"{ROOM}/gradient_estimates.py",
        'float(variances["score"]), float(variances["pathwise"])',
        'float(variances["pathwise"]), float(variances["score"])',
        VERDICTS,
    ),
]
