"""Values as people write them on a command line: ``1mV``, ``0.5:6``, ``17.5,35,70``."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, TypeVar

import click

from microbatt.errors import ParameterError
from microbatt.units import to_si

_Command = TypeVar("_Command", bound=Callable[..., object])

FREE: Final = (
    "contact_resistance",
    "voltage_offset",
    "area_scale",
    "negative_stoichiometry",
    "positive_stoichiometry",
    "temperature",
)
"""What may be freed, said without importing what frees it; a test holds it to the truth."""
_WRITTEN: Final = re.compile(r"\s*([-+]?[\d.]+(?:[eE][-+]?\d+)?)\s*(.*?)\s*")


def free_option(command: _Command) -> _Command:
    """Give a command the option ``--free``, read by `read_free`."""
    return click.option(
        "--free",
        multiple=True,
        metavar="NAME[=WIDTH]",
        help="Value that is not known exactly, and its standard deviation; may be repeated. One of "
        f"{', '.join(FREE)}.",
    )(command)


def read_measured(option: str, text: str, unit: str) -> float:
    """Read a number with its unit.

    Parameters
    ----------
    option
        What the value belongs to, for the message.
    text
        Such as ``"1mV"``.
    unit
        In which the number is wanted.

    Raises
    ------
    ParameterError
        If it is no number, has no unit, or one that measures something else.

    Examples
    --------
    >>> read_measured("--noise", "1mV", "V")
    0.001
    """
    match = _WRITTEN.fullmatch(text)
    if match is None or (unit != "1" and not match[2]):
        raise ParameterError(
            f"`{option}` is {text!r}; write a number and its unit, in {unit} or a multiple of it."
            if unit != "1"
            else f"`{option}` is {text!r}; write a plain number."
        )
    try:
        return to_si(float(match[1]), match[2] or "1", si_unit=unit)
    except ParameterError as error:
        raise ParameterError(f"`{option}` is {text!r}: {error}") from error


def read_range(option: str, text: str) -> list[float]:
    """Read one number, or two with a colon between them.

    Raises
    ------
    ParameterError
        If it is neither.

    Examples
    --------
    >>> read_range("--alpha", "0.5:6"), read_range("--alpha", "2.3")
    ([0.5, 6.0], [2.3])
    """
    values = _numbers(text.split(":"))
    if values is None or len(values) > 2:
        raise ParameterError(f"`{option}` is {text!r}; write one number, or LOW:HIGH.")
    return values


def read_list(option: str, text: str) -> list[float]:
    """Read numbers with commas between them.

    Raises
    ------
    ParameterError
        If one is no number.

    Examples
    --------
    >>> read_list("--currents", "17.5, 35,70")
    [17.5, 35.0, 70.0]
    """
    values = _numbers(text.split(","))
    if values is None:
        raise ParameterError(f"`{option}` is {text!r}; write numbers with commas between them.")
    return values


def read_free(texts: tuple[str, ...]) -> dict[str, float]:
    """Read freed nuisances: ``NAME``, or ``NAME=WIDTH`` with the width's unit.

    Returns
    -------
    dict
        Name → standard deviation of what is known beforehand, in the nuisance's own unit.

    Raises
    ------
    ParameterError
        If a nuisance is not known or a width cannot be read.

    Examples
    --------
    >>> read_free(("voltage_offset=5mV",))
    {'voltage_offset': 0.005}
    """
    from microbatt.inference import WIDTHS, check_unknowns
    from microbatt.quantities import quantity

    free: dict[str, float] = {}
    for text in texts:
        name, equals, width = text.partition("=")
        check_unknowns([*free, name])
        unit = quantity(name).units
        free[name] = read_measured(f"--free {name}", width, unit) if equals else WIDTHS[name]
    return free


def _numbers(texts: list[str]) -> list[float] | None:
    try:
        return [float(text) for text in texts]
    except ValueError:
        return None
