"""Words and numbers as sentences and labels have them: lists, counts, numbers in few characters.

>>> f"{counted(3, 'class', 'classes')}: {listed(['cat', 'dog', 'ship'])}"
'3 classes: cat, dog and ship'
"""

from collections.abc import Iterable

_RAISED = str.maketrans("0123456789-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻")
_LOWERED = str.maketrans("0123456789-−", "₀₁₂₃₄₅₆₇₈₉₋₋")


def listed(parts: Iterable[object], last: str = "and") -> str:
    """Return parts as a sentence lists them; the empty text if there are none.

    >>> listed(["SGD"]), listed(["SGD", "Adam"]), listed([1, 2, 3], last="or")
    ('SGD', 'SGD and Adam', '1, 2 or 3')
    """
    *first, end = [str(part) for part in parts] or [""]
    return f"{', '.join(first)} {last} {end}" if first else end


def counted(n: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun, which gets an s in the plural unless ``many`` is given.

    >>> counted(1, "input"), counted(1234, "weight"), counted(0, "bias", "biases")
    ('1 input', '1,234 weights', '0 biases')
    """
    return f"{n:,} {plural(n, one, many)}"


def plural(n: int, one: str, many: str | None = None) -> str:
    """Return the noun alone, as it stands after the number ``n``.

    >>> plural(1, "step"), plural(2, "step")
    ('step', 'steps')
    """
    return one if n == 1 else many or f"{one}s"


def minus(text: str) -> str:
    """Return a number's text with a true minus sign, and without one before a zero.

    >>> minus("-0.5"), minus("-0.00"), minus("-0%"), minus("1e-05")
    ('−0.5', '0.00', '0%', '1e−05')
    """
    is_zero = text.startswith("-") and not text.strip("-0.%")
    return (text[1:] if is_zero else text).replace("-", "−")


def short(value: float) -> str:
    """Return a number in at most six characters beside its sign; what rounding left of a zero (below 1e-12) is 0.

    >>> short(-0.1234), short(0.01234), short(1.0), short(1.6e-5), short(12345.0)
    ('−0.12', '0.012', '1', '2e−05', '1e+04')
    """
    size = abs(value)
    if size < 1e-12:
        return "0"
    if size >= 1000 or size < 0.0001:
        return minus(f"{value:.0e}")
    if value == round(value) or size >= 9.995:
        return minus(f"{value:.0f}")
    decimals = 2 if size >= 0.0995 else 3 if size >= 0.00095 else 4
    return minus(f"{value:.{decimals}f}")


def rounded(value: float, decimals: int = 2) -> str:
    """Return a number with at most ``decimals`` decimals, without trailing zeros.

    >>> rounded(1.5), rounded(-2.0), rounded(-0.001)
    ('1.5', '−2', '0')
    """
    text = f"{value:.{decimals}f}"
    return minus(text.rstrip("0").rstrip(".") if "." in text else text)


def digits(value: float, n: int = 3) -> str:
    """Return a number with ``n`` significant digits, with a power of ten where it is very small or large.

    >>> digits(0.123456), digits(-12345.6), digits(1e-12)
    ('0.123', '−1.23·10⁴', '10⁻¹²')
    """
    factor, _, exponent = f"{value:.{n}g}".partition("e")
    if not exponent:
        return minus(factor)
    times = {"1": "", "-1": "-"}.get(factor, f"{factor}·")
    return minus(f"{times}10{raised(int(exponent))}")


def metric(value: float) -> str:
    """Return a loss or an accuracy with three decimals, or with three digits where it is small or large.

    >>> metric(0.41234), metric(0.0005), metric(12345.678)
    ('0.412', '0.0005', '1.23e+04')
    """
    return f"{value:.3f}" if 0.01 <= abs(value) < 1000 else f"{value:.3g}"


def raised(n: int) -> str:
    """Return an integer as an exponent: ``raised(-12)`` is ``"⁻¹²"``."""
    return str(n).translate(_RAISED)


def lowered(n: int) -> str:
    """Return an integer as an index: ``lowered(12)`` is ``"₁₂"``."""
    return str(n).translate(_LOWERED)
