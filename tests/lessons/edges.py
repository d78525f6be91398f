"""Where a sentence changes: what is said just below, at, and just above a threshold."""

from collections.abc import Callable

HAIR = 1e-6


def require_edge(say: Callable[[float], str], at: float, below: str, above: str, *, counts_below: bool = True) -> None:
    """Assert that `say` changes from `below` to `above` at a threshold, which itself counts as below, or as above.

    `below` or `above` may be empty where a sentence says more on one side and nothing else on the other.
    """
    for value, is_below in ((at * (1 - HAIR), True), (at, counts_below), (at * (1 + HAIR), False)):
        word, other = (below, above) if is_below else (above, below)
        text = say(value)
        assert word in text, f"at {value}: {text}"
        assert not other or other not in text, f"at {value}: {text}"
