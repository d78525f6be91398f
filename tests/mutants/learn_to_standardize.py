"""Faults in the page on learning to standardize and in its lesson."""

from tests.mutants import Mutant

PAGE = "pages/3_learn_to_standardize.py"
DRAW = "bnviz/ui/lessons/learn_to_standardize.py"
LESSON = "bnviz/lessons/learn_to_standardize"
WIRED = "tests/wiring/test_learn_to_standardize.py"
EDGES = "tests/lessons/learn_to_standardize/test_edges.py"
DRAWN = "tests/lessons/learn_to_standardize/test_drawn.py"

MUTANTS = [
    Mutant(
        "a prediction is settled by the slider's row instead of the one asked about",
        DRAW,
        "settle(guess, verdicts.what_it_needed(at_ten)",
        "settle(guess, verdicts.what_it_needed(now)",
        f"{WIRED} -k asked_for",
    ),
    Mutant(
        "the reason of a settled prediction is the slider's",
        DRAW,
        "verdicts.why_it_needed(at_ten, easy)",
        "verdicts.why_it_needed(now, easy)",
        f"{WIRED} -k asked_for",
    ),
    Mutant(
        "the drift is of the size of the spread",
        PAGE,
        "drift.Drift(size, seed)",
        "drift.Drift(spread, seed)",
        f"{WIRED} -k 'follows and opens'",
    ),
    Mutant(
        "the frozen network learns at the rate of the held one",
        PAGE,
        "frozen_experiment(frozen_rate, seed)",
        "frozen_experiment(held_rate, seed)",
        f"{WIRED} -k 'follows and opens'",
    ),
    Mutant(
        "the bias ignores the seed",
        PAGE,
        "DriftingBias(seed)",
        "DriftingBias()",
        f"{WIRED} -k seed",
    ),
    Mutant(
        "the losses of the drift are of the first one",
        DRAW,
        'losses = summary[summary["drift"] == drift]',
        'losses = summary[summary["drift"] == "sine"]',
        f"{WIRED} -k 'follows and right'",
    ),
    Mutant(
        "the descents of raw and standardized inputs are swapped",
        DRAW,
        '(left, raw, "Inputs as they are", (mean, spread)),',
        '(left, raw, "Inputs as they are", (spread, mean)),',
        f"{WIRED} -k 'follows and wide'",
    ),
    Mutant(
        "two places are swapped",
        PAGE,
        "draw_bias(bias_stage,",
        "draw_bias(frozen_stage,",
        f"{WIRED} -k order",
    ),
    Mutant(
        "a chart that does not follow the theme",
        DRAW,
        'field="std_error", theme=theme())',
        'field="std_error")',
        f"{WIRED} -k theme",
    ),
    Mutant(
        "the larger of two losses is said to be the lower",
        f"{LESSON}/verdicts.py",
        "return DRIFT_ANSWERS[0] if affine < batch else DRIFT_ANSWERS[1]",
        "return DRIFT_ANSWERS[0] if affine > batch else DRIFT_ANSWERS[1]",
        EDGES,
    ),
    Mutant("κ counts as easy up to 4", f"{LESSON}/verdicts.py", "EASY = 3.0", "EASY = 4.0", EDGES),
    Mutant("losses are alike up to 1.3", f"{LESSON}/verdicts.py", "ALIKE = 1.25", "ALIKE = 1.3", EDGES),
    Mutant(
        "only the mean decides whether the told got there",
        f"{LESSON}/verdicts.py",
        'if max(told["mean_error"], told["std_error"]) <= THERE',
        'if told["mean_error"] <= THERE',
        EDGES,
    ),
    Mutant(
        "the path of the descent is drawn with β across",
        f"{LESSON}/charts.py",
        'alt.X("gamma:Q", scale',
        'alt.X("beta:Q", scale',
        DRAWN,
    ),
    Mutant(
        "the target of a tracked number is the number",
        f"{LESSON}/charts.py",
        'alt.Y(f"{target}:Q"',
        'alt.Y(f"{field}:Q"',
        DRAWN,
    ),
    Mutant(
        "the summary takes the first half",
        f"{LESSON}/drift.py",
        'late = frame[frame["step"] >= STEPS // 2]',
        'late = frame[frame["step"] <= STEPS // 2]',
        f"{WIRED} -k 'follows and opens'",
    ),
]
