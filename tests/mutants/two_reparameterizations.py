"""Faults of the page on two reparameterizations: in its wiring, its sentences and its charts."""

from tests.mutants import Mutant

PAGE, ROOM = "pages/10_two_reparameterizations.py", "bnviz/lessons/two_reparameterizations"
DRAWN = "bnviz/ui/lessons/two_reparameterizations.py"
WIRING = "tests/wiring/test_two_reparameterizations.py"
VERDICTS = "tests/lessons/two_reparameterizations/test_verdicts.py"


def _mutant(name: str, file: str, old: str, new: str, tests: str = WIRING) -> Mutant:
    return Mutant(name=f"reparameterizations: {name}", file=file, old=old, new=new, tests=tests)


MUTANTS = [
    _mutant("mean and sd swapped", PAGE, "(function, mean, sd, samples, seed)", "(function, sd, mean, samples, seed)"),
    _mutant("one draw always", PAGE, "mean, sd, samples, seed)", "mean, sd, 1, seed)"),
    _mutant("right angles of seed 0", PAGE, "RightAngles(seed)", "RightAngles(0)"),
    _mutant("never once more", PAGE, "angle, factor, again\n", "angle, factor, False\n"),
    _mutant("the turn of seed 0", PAGE, "settle_the_turn(guess, seed)", "settle_the_turn(guess, 0)"),
    _mutant("the figure does not wait", PAGE, "held=not guess.shown", "held=False"),
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
