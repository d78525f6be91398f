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
        PAGE,
        "at_ten, standardized = needed(10.0, 1.0)",
        "at_ten, standardized = needed(st.session_state.get(f'{ROOM}_mean', 10.0), 1.0)",
        f"{WIRED} -k asked_for",
    ),
    Mutant(
        "the reason of a settled prediction is the slider's",
        PAGE,
        "needed(0.0, 1.0)",
        "needed(0.0, st.session_state.get(f'{ROOM}_spread', 1.0))",
        f"{WIRED} -k asked_for",
    ),
    Mutant(
        "the drift is of the size of the spread",
        PAGE,
        "drift.Drift(size, seed, raw)",
        "drift.Drift(2 * size, seed, raw)",
        f"{WIRED} -k 'follows and opens'",
    ),
    Mutant(
        "the frozen network learns at the rate of the held one",
        PAGE,
        "frozen_experiment(rate, seed)",
        "frozen_experiment(0.1, seed)",
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
        "the curve of steps is of spread 1",
        PAGE,
        "conditioning.Conditioning(mean, spread, seed)",
        "conditioning.Conditioning(mean, 1.0, seed)",
        f"{WIRED} -k 'follows and wide'",
    ),
    Mutant(
        "the picture does not wait for a guess",
        DRAW,
        "held=not guess.shown",
        "held=False",
        f"{WIRED} -k held",
    ),
    Mutant(
        "a link does not open the fold of the rates held",
        PAGE,
        'settings.fold("held_rate")',
        "settings.fold()",
        f"{WIRED} -k link",
    ),
    Mutant(
        "what waits in a closed fold is taken for a stranger",
        PAGE,
        'settings.fold("drift", "size", "raw")',
        'settings.fold("size", "raw")',
        f"{WIRED} -k link",
    ),
    Mutant(
        "the control of the told is the run beside it",
        f"{LESSON}/verdicts.py",
        "for run in (TOLD, COMPUTED, UNFORESEEN)",
        "for run in (TOLD, UNFORESEEN, COMPUTED)",
        EDGES,
    ),
    Mutant(
        "the ball on the floor of the ravine loses twice as much in a step",
        "bnviz/ui/live/sums/bowl.js",
        "steps * Math.log1p(-low / high)",
        "2 * steps * Math.log1p(-low / high)",
        "tests/live/test_bowl.py",
    ),
    Mutant(
        "the bowl is drawn with its steep side across",
        "bnviz/ui/live/sums/bowl.js",
        "steep: Math.PI / 2 - shape.angle",
        "steep: shape.angle",
        "tests/live/test_bowl_drawn.py",
    ),
    Mutant(
        "two places are swapped",
        PAGE,
        "        draw_bias(reserve_figure",
        "        draw_detached(reserve_figure(f'{ROOM}_again'), Detached(rate=0.1))\n        draw_bias(reserve_figure",
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
