"""Faults in the page on what batch norm computes and in its lesson."""

from tests.mutants import Mutant

PAGE = "pages/1_what_it_computes.py"
DRAW = "bnviz/ui/lessons/what_it_computes.py"
LESSON = "bnviz/lessons/what_it_computes"
WIRED = "tests/wiring/test_what_it_computes.py"
EDGES = "tests/lessons/what_it_computes/test_edges.py"
SAID = "tests/lessons/what_it_computes/test_verdicts.py"

MUTANTS = [
    Mutant(
        "the prediction is settled by the first example",
        PAGE,
        "after_doubling(lesson.doubling(batch), settings.example)",
        "after_doubling(lesson.doubling(batch), 1)",
        f"{WIRED} -k 'follows and opens'",
    ),
    Mutant(
        "the figure follows the default example",
        DRAW,
        'example=state["what_it_computes_example"],',
        "example=3,",
        f"{WIRED} -k 'another and example'",
    ),
    Mutant(
        "variances are swapped",
        PAGE,
        "number(found.unbiased)",
        "number(found.var)",
        f"{WIRED} -k 'follows and opens'",
    ),
    Mutant(
        "β is γ",
        DRAW,
        "        settings.gamma,\n        settings.beta,",
        "        settings.gamma,\n        settings.gamma,",
        f"{WIRED} -k 'follows and opens'",
    ),
    Mutant(
        "the unit is always the first",
        DRAW,
        "columns[column_of(settings.unit)]",
        "columns[column_of(1)]",
        f"{WIRED} -k 'another and unit'",
    ),
    Mutant(
        "the button doubles the first unit",
        DRAW,
        '    unit = st.session_state["what_it_computes_unit"]\n    st.session_state["what_it_computes_edited"]',
        '    unit = 1\n    st.session_state["what_it_computes_edited"]',
        f"{WIRED} -k button",
    ),
    Mutant(
        "the example before the one that is taken is followed",
        DRAW,
        'int(chosen["example"])',
        'int(chosen["example"]) - 1',
        f"{WIRED} -k hand",
    ),
    Mutant("a tenth is negligible", f"{LESSON}/verdicts.py", "NEGLIGIBLE = 0.01", "NEGLIGIBLE = 0.1", EDGES),
    Mutant(
        "before and after are swapped",
        f"{LESSON}/verdicts.py",
        "number(found.before[example - 1]), number(found.after[example - 1])",
        "number(found.after[example - 1]), number(found.before[example - 1])",
        EDGES,
    ),
    Mutant(
        "a gap needs two standard deviations",
        f"{LESSON}/standardization.py",
        "return self.before > 1",
        "return self.before > 2",
        EDGES,
    ),
    Mutant(
        "y stays up to a tenth",
        f"{LESSON}/standardization.py",
        "STAYS = 0.01",
        "STAYS = 0.1",
        EDGES,
    ),
    Mutant(
        "the widest gap has less than a quarter on a side",
        f"{LESSON}/standardization.py",
        "gaps[quarter - 1 : size - quarter, 0]",
        "gaps[quarter - 1 :, 0]",
        EDGES,
    ),
    Mutant(
        "equal values are taken for the rule",
        f"{LESSON}/verdicts.py",
        '    if batch.constant:\n        return f"{together}',
        '    if False:\n        return f"{together}',
        SAID,
    ),
    Mutant(
        "what ε leaves of x̂ counts once, not squared",
        f"{LESSON}/standardization.py",
        "expected=(size - 2 + left_along**2) / size",
        "expected=(size - 2 + left_along) / size",
        SAID,
    ),
    Mutant(
        "doubled outputs are called spread",
        f"{LESSON}/verdicts.py",
        "    if found.doubles:\n",
        "    if False:\n",
        SAID,
    ),
    Mutant(
        "the figure does not wait for the guess",
        "bnviz/ui/lessons/what_it_computes.py",
        "held=not guess.shown",
        "held=False",
        f"{WIRED} -k 'follows and opens'",
    ),
    Mutant(
        "the tilt is taken before the mean",
        "bnviz/ui/live/sums/gradient_parts.js",
        "share(taken - 1) * along",
        "share(taken) * along",
        "tests/live/test_gradient_parts.py",
    ),
]
