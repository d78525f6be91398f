"""Faults in the page on same functions and in its lesson."""

from tests.mutants import Mutant

PAGE = "pages/2_same_functions.py"
DRAW = "bnviz/ui/lessons/same_functions.py"
LESSON = "bnviz/lessons/same_functions"
WIRED = "tests/wiring/test_same_functions.py"
EDGES = "tests/lessons/same_functions/test_edges.py"
DRAWN = "tests/lessons/same_functions/test_drawn.py"

MUTANTS = [
    Mutant(
        "the example is the next one",
        PAGE,
        'get("same_functions_example", 1)) - 1)',
        'get("same_functions_example", 1)))',
        f"{WIRED} -k 'follows and opens'",
    ),
    Mutant(
        "the walks are drawn up to their end",
        DRAW,
        'int(values["update"])',
        "60",
        f"{WIRED} -k 'follows and right'",
    ),
    Mutant(
        "the neuron starts at the angle of w",
        DRAW,
        'values["angle"], values["plane_rate"]',
        'values["w_angle"], values["plane_rate"]',
        f"{WIRED} -k 'follows and opens'",
    ),
    Mutant(
        "the plane ignores the seed",
        PAGE,
        "draw_planes(settings, seed)",
        "draw_planes(settings, 0)",
        f"{WIRED} -k seed",
    ),
    Mutant(
        "a prediction is not settled",
        DRAW,
        "        guess.settle(verdicts.what_parted(parted), verdicts.why_parted(parted))\n",
        "",
        f"{WIRED} -k 'follows and wrong'",
    ),
    Mutant(
        "the error at ε = 0 is that at the chosen ε",
        DRAW,
        "change_verdict(affine, exact)",
        "change_verdict(affine, batch)",
        f"{WIRED} -k 'follows and right'",
    ),
    Mutant(
        "the differences of two plain networks are swapped",
        DRAW,
        "same, other = difference(table, SAME_RATE), difference(table, OTHER_RATE)",
        "other, same = difference(table, SAME_RATE), difference(table, OTHER_RATE)",
        f"{WIRED} -k 'follows and opens'",
    ),
    Mutant("only a fifth counts as noticed", f"{LESSON}/verdicts.py", "NOTICED = 0.1 ", "NOTICED = 0.2 ", EDGES),
    Mutant(
        "more than two thirds are most",
        f"{LESSON}/verdicts.py",
        'row["changed"] <= row["examples"] / 2',
        'row["changed"] <= row["examples"] / 1.5',
        EDGES,
    ),
    Mutant(
        "who diverged got furthest",
        f"{LESSON}/verdicts.py",
        "key=lambda pair: pair[1].loss)",
        "key=lambda pair: -pair[1].loss)",
        "tests/lessons/same_functions/test_verdicts.py",
    ),
    Mutant(
        "a turn goes the long way",
        f"{LESSON}/verdicts.py",
        "+ 180) % 360 - 180)",
        "+ 180) % 360)",
        EDGES,
    ),
    Mutant(
        "the pulls of w and γ change axes",
        f"{LESSON}/charts.py",
        'y = alt.Y("weight_part:Q"',
        'y = alt.Y("gamma_part:Q"',
        DRAWN,
    ),
    Mutant(
        "folded and training mode change colors",
        f"{LESSON}/charts.py",
        '"folded": color_of(styles[1], theme)}',
        '"folded": PALETTES[theme].text}',
        DRAWN,
    ),
    Mutant(
        "γx + β moved as far as batch norm",
        f"{LESSON}/parting.py",
        'own["moved"][1]',
        'batch["moved"][1]',
        f"{LESSON.replace('bnviz', 'tests')}/test_experiments.py",
    ),
]
