"""Unit strings to SI: the border where customary units become SI, and nowhere else.

A unit is a product of powers: ``"µm"``, ``"cm² s⁻¹"``, ``"m2/s"``, ``"mAh/g"``, ``"W h kg-1"``.
A dimensionless number has the unit ``"1"``, or ``"%"``.  Degrees Celsius are a shifted scale, no
product of powers: `value_in_si` understands them where a temperature is wanted, `to_si` does not.
"""

import re
from dataclasses import dataclass
from functools import cache, reduce

from microbatt.errors import ParameterError

_BASES = ("kg", "m", "s", "A", "K", "mol")

_SYMBOLS: dict[str, tuple[float, tuple[int, ...]]] = {
    # symbol: factor to SI, exponents of kg, m, s, A, K, mol
    "g": (1e-3, (1, 0, 0, 0, 0, 0)),
    "m": (1.0, (0, 1, 0, 0, 0, 0)),
    "L": (1e-3, (0, 3, 0, 0, 0, 0)),
    "s": (1.0, (0, 0, 1, 0, 0, 0)),
    "min": (60.0, (0, 0, 1, 0, 0, 0)),
    "h": (3600.0, (0, 0, 1, 0, 0, 0)),
    "A": (1.0, (0, 0, 0, 1, 0, 0)),
    "K": (1.0, (0, 0, 0, 0, 1, 0)),
    "mol": (1.0, (0, 0, 0, 0, 0, 1)),
    "M": (1e3, (0, -3, 0, 0, 0, 1)),
    "C": (1.0, (0, 0, 1, 1, 0, 0)),
    "V": (1.0, (1, 2, -3, -1, 0, 0)),
    "Ω": (1.0, (1, 2, -3, -2, 0, 0)),
    "ohm": (1.0, (1, 2, -3, -2, 0, 0)),
    "S": (1.0, (-1, -2, 3, 2, 0, 0)),
    "J": (1.0, (1, 2, -2, 0, 0, 0)),
    "W": (1.0, (1, 2, -3, 0, 0, 0)),
    "Ah": (3600.0, (0, 0, 1, 1, 0, 0)),
    "Wh": (3600.0, (1, 2, -2, 0, 0, 0)),
    "%": (0.01, (0, 0, 0, 0, 0, 0)),
}
_CELSIUS = frozenset({"°C", "℃", "degC", "deg C", "celsius", "Celsius"})
_ICE = 273.15
"""Melting point of ice [K]."""
_PREFIXES = {"n": 1e-9, "µ": 1e-6, "u": 1e-6, "m": 1e-3, "c": 1e-2, "d": 1e-1, "k": 1e3, "M": 1e6}
_SPELLING = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻·*μΩ", "0123456789-  µΩ", "^")
_TERM = re.compile(r"(/?)\s*([A-Za-zµΩ]+|%)(-?\d+(?:\.\d+)?)?\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit: how many SI units it is, and of what dimension.

    Attributes
    ----------
    factor : float
        How many SI units it is.
    dimension : tuple of float
        Exponents of kg, m, s, A, K and mol.
    """

    factor: float
    dimension: tuple[float, ...]


@cache
def parse_unit(text: str) -> Unit:
    """Read a unit string.

    Parameters
    ----------
    text : str
        Product of powers, divisors after ``/``; ``"1"`` and ``"%"`` are dimensionless.

    Returns
    -------
    Unit
        Factor to SI and exponents of kg, m, s, A, K and mol.

    Raises
    ------
    ParameterError
        If a symbol is not known, or the text does not read as a product of powers.

    Examples
    --------
    >>> parse_unit("µm").factor
    1e-06
    >>> parse_unit("cm2/s") == parse_unit("cm² s⁻¹")
    True
    """
    if text.strip() == "1":
        return Unit(factor=1.0, dimension=(0.0,) * len(_BASES))
    rest = re.sub(r"^1\s*(?=/)", "", text.translate(_SPELLING).strip())
    terms = []
    while rest:
        match = _TERM.match(rest)
        if match is None:
            raise ParameterError(_unreadable(text))
        terms.append(_term(text, *match.groups()))
        rest = rest[match.end() :]
    if not terms:
        raise ParameterError(_unreadable(text))
    return reduce(_product, terms)


def to_si(value: float, unit: str, *, si_unit: str) -> float:
    """Convert a value to SI.

    Parameters
    ----------
    value : float
        The number given.
    unit : str
        Its unit.
    si_unit : str
        The SI unit expected.

    Returns
    -------
    float
        The value in `si_unit`.

    Raises
    ------
    ParameterError
        If the two units differ in dimension.

    Examples
    --------
    >>> to_si(148.0, "mAh/g", si_unit="C kg⁻¹")
    532800.0
    """
    given, wanted = parse_unit(unit), parse_unit(si_unit)
    if given.dimension != wanted.dimension:
        raise ParameterError(
            f"the unit is `{unit[:100]}`, which does not measure the same thing as `{si_unit}`; "
            f"give the value in `{si_unit}` or a multiple of it."
        )
    factor = given.factor / wanted.factor
    # a power of ten below one is not exact in binary, its inverse is: 100 µm is 1e-4 m
    return value * factor if factor >= 1.0 else value / (1.0 / factor)


def value_in_si(value: float, unit: str, *, si_unit: str) -> float:
    """Convert a value to SI, a temperature in degrees Celsius too.

    Parameters
    ----------
    value : float
        The number given; where kelvin is wanted, an absolute temperature.
    unit : str
        Its unit, or ``"°C"``.
    si_unit : str
        The SI unit expected.

    Returns
    -------
    float
        The value in `si_unit`.

    Raises
    ------
    ParameterError
        If the two units differ in dimension.

    See Also
    --------
    to_si : For what is no temperature, or a difference of two.

    Examples
    --------
    >>> value_in_si(25.0, "°C", si_unit="K")
    298.15
    """
    if is_celsius(unit) and si_unit == "K":
        return value + _ICE
    return to_si(value, unit, si_unit=si_unit)


def is_celsius(unit: str) -> bool:
    """Return whether a unit is the shifted scale of degrees Celsius.

    Parameters
    ----------
    unit : str
        As a person wrote it.

    Returns
    -------
    bool
        True for ``"°C"``, ``"degC"`` and ``"celsius"``.

    Examples
    --------
    >>> is_celsius("°C"), is_celsius("C")
    (True, False)
    """
    return unit.strip() in _CELSIUS


_LARGEST_POWER = 12.0
"""Of a symbol in a unit."""


def _term(text: str, slash: str, symbol: str, power: str | None) -> Unit:
    exponent = float(power or 1) * (-1 if slash else 1)
    if abs(exponent) > _LARGEST_POWER:
        raise ParameterError(_unreadable(text))
    factor, dimension = _symbol(text, symbol)
    return Unit(factor=factor**exponent, dimension=tuple(exponent * d for d in dimension))


def _symbol(text: str, symbol: str) -> tuple[float, tuple[int, ...]]:
    if symbol in _SYMBOLS:
        return _SYMBOLS[symbol]
    prefix, base = symbol[:1], symbol[1:]
    if prefix in _PREFIXES and base in _SYMBOLS:
        factor, dimension = _SYMBOLS[base]
        return _PREFIXES[prefix] * factor, dimension
    raise ParameterError(_unreadable(text))


def _product(a: Unit, b: Unit) -> Unit:
    dimension = tuple(x + y for x, y in zip(a.dimension, b.dimension, strict=True))
    return Unit(factor=a.factor * b.factor, dimension=dimension)


def _unreadable(text: str) -> str:
    printable = "".join(letter for letter in text[:100] if letter.isprintable())
    return (
        f"`{printable}` is not a unit known here; write a product of powers such as "
        "`µm`, `m² s⁻¹`, `mAh/g` or `1` for a plain number."
    )
