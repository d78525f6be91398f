"""How numbers are written for readers, in text and in LaTeX."""

import re
from decimal import ROUND_HALF_UP, Context, Decimal
from math import floor, inf, isfinite, isnan

ROUNDING = 1e-12  # sums of a few numbers of size 1 come out this far from 0

_LARGEST = 1e20
_CENT, _TWO_DIGITS = Decimal("0.01"), Context(prec=2, rounding=ROUND_HALF_UP)
_DIGITS, _SUPERSCRIPTS = "-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"
_MINUS = re.compile(r"(?<![\w.])-(?=\d)")
_POWER = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)e([+-]\d+)")
_RAISED, _LOWERED = str.maketrans(_DIGITS, _SUPERSCRIPTS), str.maketrans(_SUPERSCRIPTS, _DIGITS)


def short(value: float, digits: int = 3) -> str:
    """Write a number as readers do: 0.0123, −250, 2.2·10⁻¹⁶, and 10⁻⁵ for a bare power of ten."""
    if not isfinite(value):
        return "undefined" if isnan(value) else "∞"
    return f"−{_unsigned(-value, digits)}" if value < 0 else _unsigned(abs(value), digits)  # −0.0 is no less than 0


def percent(share: float) -> str:
    """Write a share as the player does: 47 %, and < 1 % or > 99 % where rounding would say nothing or all.

    Its spaces do not break, so that no line begins with the sign.
    """
    if not isfinite(share):
        return "undefined"
    if 0 < share < 0.01:
        return "<\u00a01\u00a0%"
    if 0.99 < share < 1:
        return ">\u00a099\u00a0%"
    return f"{floor(100 * share + 0.5)}\u00a0%"


def typeset(text: str) -> str:
    """Write the numbers in a sentence as readers do: −19.1 for -19.1, and 4.2·10⁻¹⁷ for 4.2e-17."""
    return _MINUS.sub("−", _POWER.sub(_power, text))


def _power(found: re.Match[str]) -> str:
    power = "10" + str(int(found[2])).translate(_RAISED)
    return power if found[1] == "1" else f"{found[1]}·{power}"


def bounded(value: float, digits: int = 3) -> str:
    """Write a number that may have blown up: beyond 10²⁰ its digits say nothing more."""
    return "more than 10²⁰" if _LARGEST < value < inf else short(value, digits)


def _unsigned(value: float, digits: int) -> str:
    if value == 0 or 1e-3 <= value < 1e5:
        return f"{value:.{digits}g}" if value < 10**digits - 0.5 else f"{value:,.0f}"
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    power = "10" + str(int(exponent)).translate(_RAISED)
    return power if mantissa == "1" else f"{mantissa}·{power}"


def number(value: float, *, rounding: float = ROUNDING) -> str:
    """Return `value` with two decimals, or two significant digits where those would hide it, with a power of ten
    if it is very small or large.

    What is below `rounding` is shown as 0; pass 0 to see rounding errors too. `formatNumber` of the scripts
    (bnviz/ui/player/drawing.js) gives the same texts: half is rounded up, as browsers do.
    """
    size = abs(value)
    if not isfinite(size):
        return "–"
    if size <= rounding:
        return "0"
    if 0.01 <= size < 1e5:
        text = str(Decimal(float(value)).quantize(_CENT, ROUND_HALF_UP))
    elif 1e-3 <= size < 0.01:
        text = f"{value:.2g}"
    else:
        mantissa, exponent = f"{_TWO_DIGITS.create_decimal(float(value)):.1e}".split("e")
        mantissa = mantissa.removesuffix(".0")
        power = "10" + str(int(exponent)).translate(_RAISED)
        text = f"{mantissa.removesuffix('1')}{power}" if mantissa in ("1", "-1") else f"{mantissa}·{power}"
    return text.replace("-", "−")


def tex(value: float) -> str:
    """Return the same in LaTeX."""
    text = re.sub(f"[{_SUPERSCRIPTS}]+", lambda power: f"^{{{power[0].translate(_LOWERED)}}}", number(value))
    return text.replace("−", "-").replace("·", r" \cdot ")
