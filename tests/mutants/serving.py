"""Faults in how the server shares its interpreter among readers, and in what it mends of Streamlit."""

from tests.mutants import Mutant

PRIVATE = "bnviz/ui/private.py"
TURNS = "bnviz/ui/server/turns.py"

TEST_PRIVATE = "tests/unit/test_private.py"
TEST_TURNS = "tests/unit/test_turns.py"

MUTANTS = [
    Mutant("who lost its turn gives it away", TURNS, "if self._present is mine:", "if True:", TEST_TURNS),
    Mutant(
        "after their patience all compute at once",
        TURNS,
        "if self._left() <= 0 and self._waiting[:1] == [mine]:",
        "if mine in self._waiting:",
        TEST_TURNS,
    ),
    Mutant(
        "a turn lasts as long as it likes",
        TURNS,
        "self._left() <= 0 and self._waiting[:1] == [mine]",
        "False",
        TEST_TURNS,
    ),
    Mutant(
        "what a script says is heard with what it said before",
        PRIVATE,
        "                sender.said = None  # what has been said so far is heard before this, what follows after it\n",
        "                pass\n",
        TEST_PRIVATE,
    ),
    Mutant("the loop is called for each word", PRIVATE, "if len(said) == 1:", "if True:", TEST_PRIVATE),
    Mutant("a word that comes too late is not heard", PRIVATE, "while said:", "for _ in list(said):", TEST_PRIVATE),
    Mutant(
        "one section of the theme stands for all",
        PRIVATE,
        "cache(config.get_options_for_section)",
        "lambda _, found=config.get_options_for_section('theme'): found",
        TEST_PRIVATE,
    ),
]
