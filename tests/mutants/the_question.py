"""Faults of the first page: in what races, with which seed, and what is said of it."""

from tests.mutants import Mutant

RACE = "tests/wiring/test_the_question.py"

MUTANTS = [
    Mutant("race: the same seed again", "app.py", "str(seed + 1)", "str(seed)", f"{RACE} -k another_seed"),
    Mutant(
        "race: always all three",
        "app.py",
        ".show(race(chosen, seed))",
        ".show(race(('none', 'affine', 'batch'), seed))",
        RACE,
    ),
    Mutant(
        "race: the lab opens seed 0",
        "app.py",
        "race(tuple(ended), seed).to_query()",
        "race(tuple(ended)).to_query()",
        RACE,
    ),
    Mutant(
        "race: another guess",
        "app.py",
        "compared_with_guess(guess, ended)",
        "compared_with_guess(GUESSES[0], ended)",
        RACE,
    ),
    Mutant(
        "race: close is a tenth",
        "bnviz/lessons/the_question/verdicts.py",
        "CLOSE = 0.05",
        "CLOSE = 0.1",
        "tests/unit/test_outcome.py",
    ),
    Mutant(
        "race: the worst of the others",
        "bnviz/lessons/the_question/verdicts.py",
        "best = max(",
        "best = min(",
        "tests/unit/test_outcome.py",
    ),
]
