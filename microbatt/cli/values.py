"""Values as people write them on a command line: ``1mV``, ``0.5:6``, ``17.5,35,70``."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeVar

import click

from microbatt.errors import ParameterError
from microbatt.quantities import pretty_units
from microbatt.units import to_si, value_in_si

if TYPE_CHECKING:
    from microbatt.inference import Prior

if TYPE_CHECKING:
    from microbatt.cells import Cell, Number

_Command = TypeVar("_Command", bound=Callable[..., object])

_WRITTEN: Final = re.compile(r"\s*([-+]?[\d.]+(?:[eE][-+]?\d+)?)\s*(.*?)\s*")


def free_option(command: _Command) -> _Command:
    """Give a command the option ``--free``, read by `read_free`."""
    return click.option(
        "--free",
        multiple=True,
        metavar="NAME[=WIDTH]",
        help="Value that is not known exactly, and its standard deviation, with a unit or in "
        "percent; may be repeated. contact_resistance, voltage_offset, area_scale, temperature, or "
        "any number of a cell, such as negative_thickness.",
    )(command)


def set_option(command: _Command) -> _Command:
    """Give a command the option ``--set``, read by `with_numbers`."""
    return click.option(
        "--set",
        "numbers",
        multiple=True,
        metavar="NAME=VALUE",
        help="Another number of the cell, in SI units or with its unit, such as "
        "positive_thickness=70µm; may be repeated. The surroundings follow initial_temperature, "
        "where the cell had theirs.",
    )(command)


def cell_error_option(command: _Command) -> _Command:
    """Give a command the option ``--cell-error``, read by `read_cell_errors`."""
    return click.option(
        "--cell-error",
        "cell_errors",
        multiple=True,
        metavar="[NAME=]SHARE",
        help="How well the cell file is known: 2% of every value, 0 for exact, 'usual', or a share "
        "for a name or kind of value, which may be repeated.  [default: what the cell states, else "
        "usual]",
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


def read_value(option: str, text: str) -> tuple[str, float]:
    """Read a number of a cell, ``NAME=VALUE`` with its unit.

    Returns
    -------
    tuple of (str, float)
        The name, and the value in its SI unit.

    Raises
    ------
    ParameterError
        If there is no such number, or the value has no unit or a wrong one.

    Examples
    --------
    >>> read_value("--at", "positive_thickness=70µm"), read_value("--at", "alpha=2.3")
    (('positive_thickness', 7e-05), ('alpha', 2.3))
    """
    from microbatt.parameters import quantity_of

    given, equals, value = text.partition("=")
    if not equals:
        raise ParameterError(f"`{option}` is {text!r}; write NAME=VALUE.")
    name = given.strip()
    return name, read_measured(f"{option} {name}", value, quantity_of(name).units)


def with_numbers(cell: Cell, texts: tuple[str, ...], **point: float | None) -> Cell:
    """Return a cell with the numbers of ``--set``, and alpha and S where they are given.

    The surroundings of a cell that had their temperature follow its initial temperature, as they do
    in a cell file, unless they are set too.

    Parameters
    ----------
    cell
        As it was read.
    texts
        ``NAME=VALUE`` each, in SI units or with a unit.
    point
        What options of their own give, None where they do not.

    Raises
    ------
    ParameterError
        If there is no such number, it is given twice, or its value is not one or not allowed.

    Examples
    --------
    >>> from microbatt.cells import load_cell
    >>> cell = with_numbers(load_cell("doyle-1996-cell-1"), ("initial_temperature=35°C",))
    >>> cell.initial_temperature, cell.ambient_temperature
    (308.15, 308.15)
    """
    from microbatt.cells import number_of

    values: dict[str, float] = {}
    for text in texts:
        given, equals, value = text.partition("=")
        if not equals:
            raise ParameterError(f"`--set` is {text!r}; write NAME=VALUE.")
        try:
            number = number_of(given.strip())
        except ParameterError as error:
            raise ParameterError(
                f"`--set` is {text!r}: {error} Its value may have a unit, as in "
                "positive_thickness=70µm; without one it is in SI units."
            ) from error
        if number.name in point:
            raise ParameterError(f"`--set` is {text!r}; `--{number.name}` sets it.")
        if number.name in values:
            raise ParameterError(f"`--set` gives `{number.name}` twice; give it once.")
        values[number.name] = _in_si(text, value, number)
    if cell.ambient_temperature == cell.initial_temperature and "initial_temperature" in values:
        values.setdefault("ambient_temperature", values["initial_temperature"])
    return cell.with_values(
        values | {name: value for name, value in point.items() if value is not None}
    )


def _in_si(text: str, value: str, number: Number) -> float:
    """Read the value of ``--set``: a plain number in SI units, or one with its unit."""
    unit = number.spec.unit
    match = _WRITTEN.fullmatch(value)
    numbers = None if match is None else _numbers([match[1]])
    if match is None or numbers is None:
        raise ParameterError(
            f"`--set` is {text!r}; write NAME=VALUE with a number, in SI units or with its unit."
        )
    try:
        in_si = value_in_si(numbers[0], match[2] or unit, si_unit=unit)
    except ParameterError as error:
        raise ParameterError(f"`--set` is {text!r}: {error}") from error
    meant = "" if match[2] or in_si in number.spec.allowed else _unit_meant(numbers[0], number)
    if meant:
        written = f"{number.name}={match[1]}{meant}"
        raise ParameterError(
            f"`--set` is {text!r}, and a number without a unit is in {pretty_units(unit)}: "
            f"`{number.name}` must lie in {number.spec.allowed} {pretty_units(unit)}. Write its "
            f"unit, as in {repr(written) if ' ' in written else written}."
        )
    return in_si


_PEOPLES: Final = {
    "m": ("µm", "nm", "mm"),
    "m2": ("cm2",),
    "K": ("°C",),
    "A h": ("mAh",),
    "ohm m2": ("ohm cm2",),
    "m2 s-1": ("cm2/s",),
    "S m-1": ("mS/cm",),
    "mol m-3": ("mol/L",),
    "kg m-3": ("g/cm3",),
}
"""SI unit → what people have such a number in, the likeliest first."""


def _unit_meant(value: float, number: Number) -> str:
    """Return a unit with which a number that is not allowed would be; empty where there is none."""
    spec = number.spec
    for unit in _PEOPLES.get(spec.unit, ()):
        if unit == "°C" and not spec.allowed.low > 0.0:
            continue  # of an energy over R, which is no temperature
        if value_in_si(value, unit, si_unit=spec.unit) in spec.allowed:
            return unit
    return ""


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


def read_currents(option: str, text: str, cell: Cell) -> list[float]:
    """Read currents with commas between them, each as `Cell.current_density` takes it.

    Returns
    -------
    list of float
        Per area of separator [A m⁻²].

    Raises
    ------
    ParameterError
        If one is no current, or is one of a cell whose area nobody knows.

    Examples
    --------
    >>> from microbatt.cells import load_cell
    >>> read_currents("--currents", "8.75, 1C, 2C", load_cell("doyle-1996-cell-1"))
    [8.75, 17.5, 35.0]
    """
    try:
        return [cell.current_density(one) for one in text.split(",")]
    except ParameterError as error:
        raise ParameterError(
            f"`{option}` is {text!r}; write currents with commas between them: {error}"
        ) from error


def read_free(texts: tuple[str, ...]) -> dict[str, float | Prior | None]:
    """Read freed numbers: ``NAME``, or ``NAME=WIDTH`` with the width's unit, or in percent.

    Returns
    -------
    dict
        Name → standard deviation of what is known beforehand, in the number's own unit; None for
        what is usual; a log-normal prior for percents.

    Raises
    ------
    ParameterError
        If a number cannot be free or a width cannot be read.

    Examples
    --------
    >>> read_free(("voltage_offset=5mV",))
    {'voltage_offset': 0.005}
    """
    from microbatt.inference import Prior
    from microbatt.inference.forward import check_unknowns, unknown_quantity

    free: dict[str, float | Prior | None] = {}
    for text in texts:
        given, equals, width = text.partition("=")
        name = check_unknowns([*free, given], option="--free")[-1]
        if not equals:
            free[name] = None
        elif width.strip().endswith("%"):
            share = read_share(f"--free {name}", width)
            free[name] = Prior(kind="log-normal", width=share)
        else:
            free[name] = read_measured(f"--free {name}", width, unknown_quantity(name).units)
    return free


def read_share(option: str, text: str) -> float:
    """Read a share: ``2%``, or a fraction.

    Raises
    ------
    ParameterError
        If it is neither.

    Examples
    --------
    >>> read_share("--cell-error", "2%"), read_share("--cell-error", "0.02")
    (0.02, 0.02)
    """
    written = text.strip()
    values = _numbers([written.removesuffix("%")])
    if values is None:
        raise ParameterError(f"`{option}` is {text!r}; write a share, such as 2% or 0.02.")
    return values[0] / 100.0 if written.endswith("%") else values[0]


def read_cell_errors(texts: tuple[str, ...]) -> float | str | dict[str, float] | None:
    """Read how well a cell file is known: ``2%``, ``usual``, or several ``NAME=2%``.

    Raises
    ------
    ParameterError
        If one is none of these, or both a share of all and one of some are given.

    Examples
    --------
    >>> read_cell_errors(("2%",)), read_cell_errors(("thickness=2%", "alpha=0.3"))
    (0.02, {'thickness': 0.02, 'alpha': 0.3})
    """
    if not texts:
        return None
    if all("=" in text for text in texts):
        pairs = [text.partition("=") for text in texts]
        return {
            name.strip(): read_share(f"--cell-error {name.strip()}", width)
            for name, _, width in pairs
        }
    if len(texts) > 1:
        raise ParameterError(
            f"`--cell-error` is {', '.join(texts)}; give one share of every value, or NAME=SHARE "
            "as often as you like."
        )
    return texts[0] if texts[0] == "usual" else read_share("--cell-error", texts[0])


def _numbers(texts: list[str]) -> list[float] | None:
    try:
        return [float(text) for text in texts]
    except ValueError:
        return None
