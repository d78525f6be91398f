"""Text of a visitor, shown as it is where Streamlit would read it as markdown."""

import re

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


def literal(text: str) -> str:
    """Return markdown that displays `text` character by character, without links, formulas, colors or icons."""
    return _PUNCTUATION.sub(r"\\\1", " ".join(text.split()))
