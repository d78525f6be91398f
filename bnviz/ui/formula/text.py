"""Numbers as a reader would write them, in text and in LaTeX."""

import re

_DIGITS, _RAISED = "-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"
_SUPERSCRIPTS, _BASELINE = str.maketrans(_DIGITS, _RAISED), str.maketrans(_RAISED, _DIGITS)
ROUNDING = 1e-12  # sums of a few numbers of size 1 come out this far from 0


def number(value: float, *, rounding: float = ROUNDING) -> str:
    """Return `value` with two decimals, or two significant digits where those would hide it, with a power of ten
    if it is very small or large.

    What is below `rounding` is shown as 0; pass 0 to see rounding errors too.
    """
    size = abs(value)
    if size <= rounding:
        return "0"
    if 0.01 <= size < 1e5:
        text = f"{value:.2f}"
    elif 1e-3 <= size < 0.01:
        text = f"{value:.2g}"
    else:
        mantissa, exponent = f"{value:.1e}".split("e")
        mantissa = mantissa.removesuffix(".0")
        power = "10" + str(int(exponent)).translate(_SUPERSCRIPTS)
        text = f"{mantissa.removesuffix('1')}{power}" if mantissa in ("1", "-1") else f"{mantissa}·{power}"
    return text.replace("-", "−")


def tex(value: float) -> str:
    """Return the same in LaTeX."""
    text = re.sub(f"[{_RAISED}]+", lambda power: f"^{{{power[0].translate(_BASELINE)}}}", number(value))
    return text.replace("−", "-").replace("·", r" \cdot ")
