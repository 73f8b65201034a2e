"""Axes in campaign files: tables of values, of evenly spaced values, or of a range."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from microbatt.checks import (
    FINITE,
    POSITIVE,
    check_choice,
    check_integer,
    check_number,
    shown,
    suggestion,
)
from microbatt.cube import LogUniform, Normal
from microbatt.cube.contents import MOST_VALUES, check_bound
from microbatt.errors import ParameterError
from microbatt.units import is_celsius, value_in_si

if TYPE_CHECKING:
    from collections.abc import Mapping

    from microbatt.cube.contents import Marginal

_FORMS: Final = (
    "`{ values = [...] }`, `{ start = ..., stop = ..., step = ... }` or "
    "`{ start = ..., stop = ..., count = ... }`"
)
_SPREADS: Final = (
    '`{ low = ..., high = ... }`, the same with `distribution = "log-uniform"`, or '
    '`{ distribution = "normal", mean = ..., std = ... }`'
)
_DIGITS: Final = 10
"""Evenly spaced values are rounded to this many decimals, so that 0.3 is 0.3."""
_SIGNIFICANT: Final = 12
"""Small ones, such as a thickness in metres, to this many digits."""
_NOISE: Final = 1e-9
"""What rounding may change, relative to a value."""


def read_axis(name: str, table: object, unit: str) -> tuple[float, ...]:
    """Read an axis.

    Parameters
    ----------
    name : str
        Of the key, for messages.
    table : object
        One of the forms above, with a ``unit`` unless the axis is a plain number.
    unit : str
        SI unit of the axis.

    Returns
    -------
    tuple of float
        In the SI unit.

    Raises
    ------
    ParameterError
        If the table has another form, or a value is not a number.

    Examples
    --------
    >>> read_axis("alpha", {"start": 0, "stop": 0.3, "step": 0.1}, "1")
    (0.0, 0.1, 0.2, 0.3)
    """
    if isinstance(table, list):
        with_unit = "" if unit == "1" else f', unit = "{unit}"'
        raise ParameterError(
            f"`{name}` is {shown(table)}; write it as `{{ values = {shown(table)}{with_unit} }}`."
        )
    if not isinstance(table, dict):
        raise ParameterError(f"`{name}` is {shown(table)}; write it as {_FORMS}.")
    _check_unit(name, table, unit)
    values = _values(name, {key: value for key, value in table.items() if key != "unit"})
    return _rounded([_in_si(value, table, unit) for value in values])


def _rounded(values: list[float]) -> tuple[float, ...]:
    largest = max((abs(value) for value in values), default=0.0)
    digits = _DIGITS
    if 0.0 < largest < 10.0 ** (_DIGITS - _SIGNIFICANT):
        digits = _SIGNIFICANT - math.floor(math.log10(largest))
    # Rounding takes away what arithmetic added, never a value that somebody wrote.
    near = [(value, round(value, digits)) for value in values]
    return tuple(short if abs(short - v) <= _NOISE * abs(v) else v for v, short in near)


def read_spread(name: str, table: object, unit: str) -> Marginal:
    """Read how a number is spread over points that are drawn.

    Parameters
    ----------
    name : str
        Of the key, for messages.
    table : object
        ``{ low, high }``, with ``distribution = "log-uniform"`` or without; or ``{ distribution =
        "normal", mean, std }``; with a ``unit`` unless it is a plain number.
    unit : str
        SI unit of the number.

    Returns
    -------
    tuple, LogUniform or Normal
        In the SI unit.

    Raises
    ------
    ParameterError
        If the table has another form.

    Examples
    --------
    >>> read_spread("alpha", {"low": 0, "high": 10}, "1")
    (0.0, 10.0)
    >>> read_spread("thickness", {"low": 50, "high": 100, "unit": "µm"}, "m")
    (5e-05, 0.0001)
    """
    if not isinstance(table, dict):
        raise ParameterError(f"`{name}` is {shown(table)}; write it as {_SPREADS}.")
    kind = table.get("distribution", "uniform")
    check_choice(f"{name}.distribution", kind, ["uniform", "log-uniform", "normal"])
    keys = ("mean", "std") if kind == "normal" else ("low", "high")
    if {*table} - {"unit", "distribution"} != {*keys}:
        raise ParameterError(f"`{name}` is {shown(table)}; write it as {_SPREADS}.")
    _check_unit(name, table, unit)
    first, second = (
        _rounded([_in_si(check_number(f"{name}.{key}", table[key]), table, unit)])[0]
        for key in keys
    )
    if kind == "normal":
        if is_celsius(str(table.get("unit", unit))):
            second = float(table["std"])  # a difference, of as many kelvin
        return Normal(mean=first, std=second)
    return LogUniform(low=first, high=second) if kind == "log-uniform" else (first, second)


def read_quantity(name: str, table: object, unit: str) -> float:
    """Read a number with its unit, ``{ value = ..., unit = "..." }``.

    Raises
    ------
    ParameterError
        If the table has another form, or the unit another dimension.

    Examples
    --------
    >>> read_quantity("time_limit", {"value": 2, "unit": "min"}, "s")
    120.0
    """
    if not isinstance(table, dict) or set(table) != {"value", "unit"}:
        raise ParameterError(
            f'`{name}` is {shown(table)}; write it as `{{ value = ..., unit = "{unit}" }}`.'
        )
    _check_unit(name, table, unit)
    return _in_si(check_number(f"{name}.value", table["value"]), table, unit)


def _check_unit(name: str, table: Mapping[str, object], unit: str) -> None:
    given = table.get("unit", "1" if unit == "1" else None)
    if not isinstance(given, str):
        raise ParameterError(f'`{name}` has no unit; add for example `unit = "{unit}"`.')
    try:
        value_in_si(1.0, given, si_unit=unit)
    except ParameterError as error:
        raise ParameterError(f"`{name}`: {error}") from error


def _in_si(value: float, table: Mapping[str, object], unit: str) -> float:
    return value_in_si(value, str(table.get("unit", unit)), si_unit=unit)


def _values(name: str, table: Mapping[str, object]) -> list[float]:
    match set(table):
        case keys if keys == {"values"}:
            return _listed(name, table["values"])
        case keys if keys == {"start", "stop", "step"}:
            return _stepped(name, table)
        case keys if keys == {"start", "stop", "count"}:
            return _counted(name, table)
        case keys if keys == {"start", "stop", "count", "spacing"}:
            check_choice(f"{name}.spacing", table["spacing"], ["linear", "log"])
            return _counted(name, table, logarithmic=table["spacing"] == "log")
        case keys:
            known = {"values", "start", "stop", "step", "count", "spacing", "unit"}
            strange = [key for key in keys if key not in known]
            hint = f" {suggestion(strange[0], known)}" if strange else ""
            raise ParameterError(
                f"`{name}` has the keys {sorted(keys)}; write it as {_FORMS}.{hint}"
            )


def _listed(name: str, values: object) -> list[float]:
    if not isinstance(values, list):
        raise ParameterError(f"`{name}.values` is {shown(values)}; it must be a list of numbers.")
    return [check_number(f"{name}.values", value, FINITE) for value in values]


def _stepped(name: str, table: Mapping[str, object]) -> list[float]:
    start, stop = _ends(name, table)
    step = check_number(f"{name}.step", table["step"], POSITIVE)
    steps = (stop - start) / step
    check_bound(f"`{name}.step`", steps + 1.0, MOST_VALUES, "Take a larger step.")
    if abs(steps - round(steps)) > 1e-6:
        raise ParameterError(
            f"`{name}` goes from {start:g} to {stop:g}, which is not a whole number of steps of "
            f"{step:g}; change one of the three, or give `count`."
        )
    return [start + i * step for i in range(round(steps) + 1)]


def _counted(name: str, table: Mapping[str, object], *, logarithmic: bool = False) -> list[float]:
    start, stop = _ends(name, table)
    count = check_integer(f"{name}.count", table["count"], low=2)
    check_bound(f"`{name}.count`", float(count), MOST_VALUES, "Take fewer.")
    if logarithmic:
        check_number(f"{name}.start", start, POSITIVE, remedy="Decades begin above zero.")
        return [start * (stop / start) ** (i / (count - 1)) for i in range(count)]
    return [start + i * (stop - start) / (count - 1) for i in range(count)]


def _ends(name: str, table: Mapping[str, object]) -> tuple[float, float]:
    start = check_number(f"{name}.start", table["start"])
    stop = check_number(f"{name}.stop", table["stop"])
    if not start <= stop:
        raise ParameterError(f"`{name}` goes from {start:g} down to {stop:g}; swap them.")
    return start, stop
