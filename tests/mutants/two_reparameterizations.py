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
    _mutant("never once more", PAGE, "angle, factor, again, turn_guess", "angle, factor, False, turn_guess"),
    _mutant(
        "the turn settled at the slider's angle",
        DRAWN,
        "dependence(done.result, ASKED_ANGLE, 1.0)",
        "dependence(done.result, angle, 1.0)",
    ),
    _mutant("the turn settled with a second draw", DRAWN, "ASKED_ANGLE, 1.0)", "ASKED_ANGLE, 1.0, again)"),
    _mutant("the verdict of the change, not of the turn", DRAWN, "    return asked\n", "    return found\n"),
    _mutant("exact variance of one draw", DRAWN, "exact.score / task.samples", "exact.score"),
    _mutant("variances swapped", DRAWN, "short(found.pathwise)", "short(found.score)"),
    _mutant("x̂ in the place of ε", DRAWN, 'quantity="noise"', 'quantity="normalized"'),
    _mutant(
        "norms of the right angles swapped",
        DRAWN,
        '("weight", "weight normalization"), ("batch", "batch norm")',
        '("batch", "weight normalization"), ("weight", "batch norm")',
    ),
    _mutant("the other prediction's guess", PAGE, "again, turn_guess)", "again, spread_guess)"),
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
