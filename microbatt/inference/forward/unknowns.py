"""What measured curves depend on: the numbers of a cell, of the run and of the instrument.

The numbers of a cell, their names, ranges, coordinates, steps and usual uncertainties are those of
`microbatt.parameters`; what a measurement adds to them stands here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from microbatt.cells import TEMPERATURE, nearest_meaning
from microbatt.checks import Interval, shown
from microbatt.errors import ParameterError
from microbatt.parameters import PARAMETERS as VOCABULARY
from microbatt.parameters import customary, parameter, quantity_of
from microbatt.quantities import pretty_units

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from microbatt.cells import Cell
    from microbatt.quantities import Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One number that shapes measured curves.

    Attributes
    ----------
    name
        Of the vocabulary, or of a measurement.
    owner
        What it belongs to: the ``"microstructure"`` (alpha, S), the ``"cell"``, the ``"electrode"``
        whose area makes densities of currents and charges, or the ``"instrument"``, which sees the
        same simulated curve in another way.
    unit
        SI; ``"1"`` for a plain number.
    allowed
        Where an engine or an instrument can have it, in that unit.
    logarithmic
        Whether its coordinate is its logarithm.
    step
        Of a finite difference, in the coordinate.
    width
        Standard deviation with which it is usually known, in the coordinate; None for a
        convention, which cannot be wrong.
    neutral
        Value at which it changes nothing; None where the cell or the point has its own.
    """

    name: str
    owner: Literal["microstructure", "cell", "electrode", "instrument"]
    unit: str
    allowed: Interval
    logarithmic: bool
    step: float
    width: float | None
    neutral: float | None = None

    def coordinate(self, value: float) -> float:
        """Return the coordinate of a value: its logarithm, -inf for nothing, or itself."""
        if not self.logarithmic:
            return value
        return math.log(value) if value > 0.0 else -math.inf


MICROSTRUCTURE: Final = ("alpha", "S")
"""What every fit moves, unless it is told that one of them is known; free, they have a prior."""

_FRACTIONS: Final = (
    "electrolyte_fraction",
    "polymer_fraction",
    "filler_fraction",
    "gas_fraction",
)
_FILLED: Final = 0.95
"""Share of what is no pore that a volume fraction may take up."""

_OF_MEASUREMENT: Final = (
    Parameter(
        name="temperature",
        owner="cell",
        unit="K",
        allowed=TEMPERATURE,
        logarithmic=False,
        step=1.0,
        width=5.0,
    ),
    Parameter(
        name="voltage_offset",
        owner="instrument",
        unit="V",
        allowed=Interval(),
        logarithmic=False,
        step=1e-3,
        width=0.01,
        neutral=0.0,
    ),
    Parameter(
        name="area_scale",
        owner="electrode",
        unit="1",
        allowed=Interval(0.1, 10.0),
        logarithmic=False,
        step=1e-3,
        width=0.02,
        neutral=1.0,
    ),
)


def _of_vocabulary() -> dict[str, Parameter]:
    """Return the numbers of a cell; of alpha and S the coordinates of every fit."""
    return {
        name: Parameter(
            name=name,
            owner="microstructure" if name in MICROSTRUCTURE else "cell",
            unit=one.unit,
            allowed=one.allowed,
            logarithmic=one.transform == "log",
            step=one.step,
            width=one.uncertainty,
            neutral=0.0 if name == "contact_resistance" else None,
        )
        for name, one in VOCABULARY.items()
    }


PARAMETERS: Final = _of_vocabulary() | {one.name: one for one in _OF_MEASUREMENT}
"""Every parameter by name."""

_SILENT: Final = {*MICROSTRUCTURE, "electrode_area", "nominal_capacity"}
"""What moves no curve by itself, and what every fit moves."""

UNKNOWNS: Final = tuple(
    name for name, one in PARAMETERS.items() if name not in _SILENT and one.width is not None
)
"""What may be unknown beside alpha and S: numbers of the cell, then those of the measurement."""

OTHER_NAMES: Final = {
    "negative_stoichiometry": "negative_initial_stoichiometry",
    "positive_stoichiometry": "positive_initial_stoichiometry",
    "positive_alpha": "alpha",
    "positive_S": "S",
}
"""Names that are understood too → the name of the vocabulary."""


def known_name(name: str) -> str:
    """Return the name of the vocabulary that a name means.

    Raises
    ------
    ParameterError
        If it is a convention, which cannot be unknown.

    Examples
    --------
    >>> known_name("positive_stoichiometry")
    'positive_initial_stoichiometry'
    """
    meant = OTHER_NAMES.get(name, name)
    if meant in PARAMETERS and PARAMETERS[meant].width is None:
        raise ParameterError(
            f"`{name}` is a convention, which no curve depends on; it cannot be unknown."
        )
    if meant == "electrode_area":
        raise ParameterError(
            "`electrode_area` moves no curve by itself; free `area_scale`, the true over the "
            "stated area, which moves the current and the charge per area."
        )
    return meant


def check_unknowns(names: Iterable[str], *, option: str = "free") -> tuple[str, ...]:
    """Return the names of the vocabulary if each is that of an unknown and stands once.

    Parameters
    ----------
    names : iterable of str
        Names of the vocabulary, or others that are understood.
    option : str, default "free"
        By which they were given, for messages.

    Returns
    -------
    tuple of str
        In the order given.

    Raises
    ------
    ParameterError
        If one is not known; the nearest are offered.

    Examples
    --------
    >>> check_unknowns(["contact_resistance"])
    ('contact_resistance',)
    """
    known = (*MICROSTRUCTURE, *UNKNOWNS)
    checked = tuple(_check_known(option, known_name(name), known) for name in names)
    for name in checked:
        if checked.count(name) > 1:
            raise ParameterError(f"`{option}` names {name!r} twice; name each once.")
    return checked


def _check_known(option: str, name: str, known: Collection[str]) -> str:
    if name in known:
        return name
    raise ParameterError(
        f"`{option}` is {shown(name)}, which is not known. {nearest_meaning(name, known)}"
    )


def unknown_quantity(name: str) -> Quantity:
    """Return name, unit and label of an unknown.

    Parameters
    ----------
    name : str
        A name of the vocabulary.

    Returns
    -------
    Quantity
        As axes and datasets show it.

    Examples
    --------
    >>> unknown_quantity("positive_thickness").label
    'Thickness of the positive electrode [m]'
    """
    return quantity_of(name)


def in_words(name: str, value: float, digits: int = 4) -> str:
    """Return a value with its unit.

    Examples
    --------
    >>> in_words("positive_thickness", 1e-4)
    '100 µm'
    """
    factor, unit = as_shown(name)
    return f"{value * factor:.{digits}g} {unit}".rstrip()


def as_shown(name: str) -> tuple[float, str]:
    """Return the unit in which people read an unknown, and how many of it the SI unit is.

    Returns
    -------
    tuple of (float, str)
        A length in µm, everything else in the SI unit, in which it is given too.

    Examples
    --------
    >>> as_shown("positive_thickness"), as_shown("contact_resistance"), as_shown("alpha")
    ((1000000.0, 'µm'), (1.0, 'Ω m²'), (1.0, ''))
    """
    unit = PARAMETERS[name].unit
    if unit == "m":
        shown = customary(name)
        return shown.factor, shown.unit
    return 1.0, "" if unit == "1" else pretty_units(unit)


def value_in_cell(cell: Cell, name: str) -> float:
    """Return what a cell says of a parameter of its own.

    Examples
    --------
    >>> from microbatt.cells import load_cell
    >>> value_in_cell(load_cell("doyle-1996-cell-1"), "positive_stoichiometry")
    0.1705
    """
    if name == "temperature":
        return cell.initial_temperature
    return cell.value(known_name(name))


def range_in_cell(cell: Cell, name: str) -> Interval:
    """Return where a parameter of a cell may lie: inside the range of its fits, and of volumes."""
    known = None if name == "temperature" else parameter(known_name(name))
    allowed = PARAMETERS[name].allowed if known is None else known.range_in(cell)
    if known is None or known.key.endswith("_temperature"):
        low, high = cell.electrolyte.fit.temperature_range
        return Interval(max(allowed.low, low), min(allowed.high, high))
    if known.key not in _FRACTIONS:
        return allowed
    record = getattr(cell, known.part)
    room = _FILLED * (1.0 - sum(getattr(record, key) for key in _FRACTIONS))
    return Interval(allowed.low, min(allowed.high, getattr(record, known.key) + max(room, 0.0)))


def cell_with(cell: Cell, name: str, value: float) -> Cell:
    """Return a cell with another value of one of its parameters; see `cell_with_values`.

    Examples
    --------
    >>> from microbatt.cells import load_cell
    >>> cell_with(load_cell("doyle-1996-cell-1"), "temperature", 308.15).ambient_temperature
    308.15
    """
    return cell_with_values(cell, {name: value})


def cell_with_values(cell: Cell, values: Mapping[str, float]) -> Cell:
    """Return a cell with other values of its parameters.

    A temperature is that of the cell at the start and of its surroundings.

    Raises
    ------
    ParameterError
        If the cell cannot have a value, or has no such parameter.
    """
    changed: dict[str, float] = {}
    for name, value in values.items():
        if name == "temperature":
            changed |= {"initial_temperature": value, "ambient_temperature": value}
        else:
            changed[known_name(name)] = value
    return cell.with_values(changed)
