"""Faults of the page on maps: in its wiring, its sentences and its charts."""

from tests.mutants import Mutant

PAGE, DRAWN, ROOM = "pages/5_why_not_affine.py", "bnviz/ui/lessons/why_not_affine.py", "bnviz/lessons/why_not_affine"
VIEW = "bnviz/ui/page/sweep_view.py"
MAPS, SUMS, MARKS = "bnviz/ui/lessons/why_not_affine_maps.py", "bnviz/ui/live/sums/maps.js", "bnviz/ui/live/cells.js"
ROOM_TESTS = "tests/wiring/test_why_not_affine.py -k"
FOLLOWS = "tests/wiring/test_why_not_affine.py -k 'first_sight or follows or settled or links or in_the_lab'"
VERDICTS, CHARTS = "tests/lessons/why_not_affine/test_verdicts.py", "tests/lessons/why_not_affine/test_charts.py"
LIVE = "tests/live/test_maps.py"


def _mutant(name: str, file: str, old: str, new: str, tests: str = FOLLOWS) -> Mutant:
    return Mutant(name=f"maps: {name}", file=file, old=old, new=new, tests=tests)


MUTANTS = [
    _mutant(
        "rate and scale of the cell swapped",
        PAGE,
        '{"lr": values["why_not_affine_rate"], "init_scale": values["why_not_affine_scale"]}',
        '{"lr": values["why_not_affine_scale"], "init_scale": values["why_not_affine_rate"]}',
    ),
    _mutant("settled at the default threshold", PAGE, "found.rows, threshold)\n    if", "found.rows, 0.85)\n    if"),
    _mutant(
        "maps of seed 0",
        PAGE,
        "map_experiment(ALWAYS, seed)",
        "map_experiment(ALWAYS, 0)",
        f"{ROOM_TESTS} another_seed",
    ),
    _mutant(
        "only one relative",
        PAGE,
        "map_experiment(added, seed)",
        "map_experiment(added[:1], seed)",
        f"{ROOM_TESTS} relatives",
    ),
    _mutant("everything is shown before there is a guess", DRAWN, "norms if shown else norms[:1]", "norms"),
    _mutant(
        "counts of affine and plain swapped",
        DRAWN,
        'for norm in ("none", "affine", "batch"))',
        'for norm in ("affine", "none", "batch"))',
    ),
    _mutant(
        "what happened to the other",
        DRAWN,
        "what_happened(plain, affine, batch)",
        "what_happened(plain, batch, affine)",
    ),
    _mutant("the usual scale is the smallest", DRAWN, "== USUAL_SCALE]", "== 0.01]"),
    _mutant(
        "a link to one run",
        DRAWN,
        "network_at(sweep.experiment, cell, runs)",
        "network_at(sweep.experiment, cell, runs[:1])",
    ),
    _mutant(
        "what diverged has an accuracy",
        MAPS,
        '-1.0 if row["status"] == "diverged"',
        '0.0 if row["status"] == "diverged"',
        LIVE,
    ),
    _mutant("half of the seeds are enough", SUMS, "2 * trained > networks", "2 * trained >= networks", LIVE),
    _mutant("above the threshold", SUMS, "accuracy >= threshold", "accuracy > threshold", LIVE),
    _mutant(
        "the cell of the column",
        SUMS,
        "scales.indexOf(values.scale) * rates.length",
        "scales.indexOf(values.scale)",
        LIVE,
    ),
    _mutant("rows from above", MARKS, "y: top + height - (row + 1) * high", "y: top + row * high", LIVE),
    _mutant(
        "the cell in the map is no cell",
        VIEW,
        "len(rows) else rows, threshold, cell)",
        "len(rows) else rows, threshold, None)",
        "tests/wiring/test_training_lab_sweep.py",
    ),
    _mutant("profiles along the other field", VIEW, "along=field, cell=cell", "along=[*cell][0], cell=cell"),
    *(
        _mutant(f"{new} for {old}", f"{ROOM}/verdicts.py", old, new, VERDICTS)
        for old, new in (
            ("CLOSE = 0.05", "CLOSE = 0.07"),
            ("CLEAR = 0.04", "CLEAR = 0.05"),
            ("first / 2", "first / 3"),
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
