"""Faults of the page on maps: in its wiring, its sentences and its charts."""

from tests.mutants import Mutant

PAGE, DRAWN, ROOM = "pages/5_why_not_affine.py", "bnviz/ui/lessons/why_not_affine.py", "bnviz/lessons/why_not_affine"
VIEW = "bnviz/ui/page/sweep_view.py"
FOLLOWS = (
    "tests/wiring/test_why_not_affine.py -k 'first_sight or threshold or rate or scale or prediction or links or folds'"
)
VERDICTS, CHARTS = "tests/lessons/why_not_affine/test_verdicts.py", "tests/lessons/why_not_affine/test_charts.py"


def _mutant(name: str, file: str, old: str, new: str, tests: str = FOLLOWS) -> Mutant:
    return Mutant(name=f"maps: {name}", file=file, old=old, new=new, tests=tests)


MUTANTS = [
    _mutant(
        "rate and scale of the cell swapped",
        PAGE,
        '{"lr": rate, "init_scale": scale}',
        '{"lr": scale, "init_scale": rate}',
    ),
    _mutant(
        "verdict at the default threshold", PAGE, "tell_maps(sweep, found, threshold,", "tell_maps(sweep, found, 0.85,"
    ),
    _mutant("guesses swapped", PAGE, "threshold, affine_guess, batch_guess)", "threshold, batch_guess, affine_guess)"),
    _mutant(
        "maps of seed 0", PAGE, "*added), seed)", "*added), 0)", "tests/wiring/test_why_not_affine.py -k another_seed"
    ),
    _mutant(
        "counts of affine and plain swapped",
        DRAWN,
        'for norm in ("none", "affine", "batch"))',
        'for norm in ("affine", "none", "batch"))',
    ),
    _mutant(
        "batch norm against plain",
        DRAWN,
        "verdicts.what_batch_did(affine, batch)",
        "verdicts.what_batch_did(plain, batch)",
        "tests/wiring/test_why_not_affine.py -k two_networks",
    ),
    _mutant("the usual scale is the smallest", DRAWN, "== USUAL_SCALE]", "== 0.01]"),
    _mutant(
        "links to another run",
        DRAWN,
        "network_at(sweep.experiment, cell, [run])",
        "network_at(sweep.experiment, cell, [0])",
    ),
    _mutant(
        "the cell in the map is no cell",
        VIEW,
        "len(rows) else rows, threshold, cell)",
        "len(rows) else rows, threshold, None)",
    ),
    _mutant("profiles along the other field", VIEW, "along=field, cell=cell", "along=[*cell][0], cell=cell"),
    *(
        _mutant(f"{new} for {old}", f"{ROOM}/verdicts.py", old, new, VERDICTS)
        for old, new in (
            ("CLOSE = 0.05", "CLOSE = 0.07"),
            ("FEW = 4", "FEW = 5"),
            ("CLEAR = 0.02", "CLEAR = 0.03"),
            ("MANY = 5.0", "MANY = 4.0"),
            ("first / 2", "first / 3"),
            ('0.9 * times["none"]', '0.8 * times["none"]'),
        )
    ),
    _mutant(
        "a cell with half of its seeds trains",
        f"{ROOM}/charts.py",
        'dots = alt.Chart(drawn[2 * drawn["trained"] > drawn["networks"]])',
        'dots = alt.Chart(drawn[2 * drawn["trained"] >= drawn["networks"]])',
        CHARTS,
    ),
    _mutant(
        "a diverged network counts",
        f"{ROOM}/maps.py",
        'rows["test_accuracy"].where(~gone)',
        'rows["test_accuracy"]',
        "tests/lessons/why_not_affine/test_experiments.py",
    ),
]
