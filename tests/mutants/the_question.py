"""Faults of the first page: in what races, with which seed, and what is said of it."""

from tests.mutants import Mutant

RACE = "tests/wiring/test_the_question.py"

MUTANTS = [
    Mutant("race: the same seed again", "app.py", "str(seed + 1)", "str(seed)", f"{RACE} -k another_seed"),
    Mutant(
        "race: always all three",
        "app.py",
        "racing = race(chosen, seed)",
        "racing = race(('none', 'affine', 'batch'), seed)",
        RACE,
    ),
    Mutant(
        "race: the lab opens seed 0",
        "app.py",
        "query_params=race(chosen, seed).to_query()",
        "query_params=race(chosen).to_query()",
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
        "race: the guess is written above the others",
        "app.py",
        "run.norm in LEARN[guess]",
        "run.norm not in LEARN[guess]",
        "tests/e2e/test_home.py -k guess_is_written",
    ),
    Mutant("race: it never waits for a guess", "app.py", "held = guess is None and", "held = False and", RACE),
    Mutant("race: it waits for ever", "app.py", "held = guess is None and", "held =", RACE),
    Mutant("race: the end is told at once", "app.py", "and seen and", "and", RACE),
    Mutant(
        "race: the end of any race settles this one",
        "app.py",
        "seen = st.session_state.get(SEEN) == job_key(racing)",
        "seen = st.session_state.get(SEEN) is not None",
        "tests/pages/test_the_question.py -k another_race",
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
    Mutant(
        "a network that has learned nothing is counted",
        "bnviz/lessons/the_question/scales.py",
        "> LEARNED)",
        "> LEARNED - 0.1)",
        "tests/lessons/the_question/test_scales.py -m 'not slow'",
    ),
    Mutant(
        "networks are shown in the order in which they arrived",
        "bnviz/ui/lessons/the_question_scales.py",
        'rows[norm].sort_values("init_scale") if',
        "rows[norm] if",
        "tests/lessons/the_question/test_scales.py -m 'not slow'",
    ),
    Mutant(
        "an answer stands on its card before its page was visited",
        "bnviz/ui/lessons/the_question.py",
        "        if seen and",
        "        if",
        "tests/pages/test_the_question.py -k visited",
    ),
]
