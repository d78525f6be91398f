"""How numbers are written for readers."""

from math import isfinite, isnan

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def short(value: float, digits: int = 3) -> str:
    """Write a number as readers do: 0.0123, −250, 2.2·10⁻¹⁶, and 10⁻⁵ for a bare power of ten."""
    if not isfinite(value):
        return "undefined" if isnan(value) else "∞"
    return f"−{_unsigned(-value, digits)}" if value < 0 else _unsigned(value, digits)


def _unsigned(value: float, digits: int) -> str:
    if value == 0 or 1e-3 <= value < 1e5:
        return f"{value:.{digits}g}" if value < 10**digits - 0.5 else f"{value:,.0f}"
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    power = "10" + str(int(exponent)).translate(_RAISED)
    return power if mantissa == "1" else f"{mantissa}·{power}"
