"""What a measured curve depends on: alpha, S, and what may be unknown beside them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from microbatt.cells import TEMPERATURE
from microbatt.checks import FRACTION, Interval, check_choice
from microbatt.engines import ALLOWED
from microbatt.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from microbatt.cells import Cell, OpenCircuitFit


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One number that shapes measured curves.

    Attributes
    ----------
    name
        Also the name of its quantity.
    owner
        What it belongs to: the ``"microstructure"`` (alpha, S), the ``"cell"``, the ``"electrode"``
        whose area makes densities of currents and charges, or the ``"instrument"``, which sees the
        same simulated curve in another way.
    allowed
        Where an engine or an instrument can have it.
    step
        Of a finite difference; absolute, but for S relative.
    neutral
        Value at which it changes nothing; None where the cell or the point has its own.
    """

    name: str
    owner: Literal["microstructure", "cell", "electrode", "instrument"]
    allowed: Interval
    step: float
    neutral: float | None = None


_ALL: Final = (
    Parameter(name="alpha", owner="microstructure", allowed=ALLOWED["alpha"], step=0.05),
    Parameter(name="S", owner="microstructure", allowed=ALLOWED["S"], step=0.01),
    Parameter(
        name="contact_resistance", owner="cell", allowed=Interval(0.0, 1.0), step=5e-4, neutral=0.0
    ),
    Parameter(name="negative_stoichiometry", owner="cell", allowed=FRACTION, step=2e-3),
    Parameter(name="positive_stoichiometry", owner="cell", allowed=FRACTION, step=2e-3),
    Parameter(name="temperature", owner="cell", allowed=TEMPERATURE, step=1.0),
    Parameter(
        name="voltage_offset", owner="instrument", allowed=Interval(), step=1e-3, neutral=0.0
    ),
    Parameter(
        name="area_scale",
        owner="electrode",
        allowed=Interval(0.1, 10.0),
        step=1e-3,
        neutral=1.0,
    ),
)

PARAMETERS: Final = {parameter.name: parameter for parameter in _ALL}
"""Every parameter by name."""

MICROSTRUCTURE: Final = ("alpha", "S")
"""What every inference asks for."""

UNKNOWNS: Final = tuple(name for name in PARAMETERS if name not in MICROSTRUCTURE)
"""What may be unknown beside them."""


def check_unknowns(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names if each is that of an unknown and stands once.

    Raises
    ------
    ParameterError
        If one is not known; the nearest are offered.

    Examples
    --------
    >>> check_unknowns(["contact_resistance"])
    ('contact_resistance',)
    """
    checked = tuple(check_choice("free", name, UNKNOWNS) for name in names)
    for name in checked:
        if checked.count(name) > 1:
            raise ParameterError(f"`free` names {name!r} twice; name each once.")
    return checked


def value_in_cell(cell: Cell, name: str) -> float:
    """Return what a cell says of a parameter of its own.

    Examples
    --------
    >>> from microbatt.cells import load_cell
    >>> value_in_cell(load_cell("doyle-1996-cell-1"), "positive_stoichiometry")
    0.1705
    """
    values = {
        "contact_resistance": cell.contact_resistance,
        "negative_stoichiometry": cell.negative.initial_stoichiometry,
        "positive_stoichiometry": cell.positive.initial_stoichiometry,
        "temperature": cell.initial_temperature,
    }
    return values[check_choice("parameter of a cell", name, values)]


def range_in_cell(cell: Cell, name: str) -> Interval:
    """Return where a parameter of a cell may lie: also inside the range of its fits."""
    if name == "negative_stoichiometry":
        return _fitted(cell.negative.open_circuit)
    if name == "positive_stoichiometry":
        return _fitted(cell.positive.open_circuit)
    return PARAMETERS[name].allowed


def cell_with(cell: Cell, name: str, value: float) -> Cell:
    """Return a cell with another value of one of its parameters.

    A temperature is that of the cell at the start and of its surroundings.

    Raises
    ------
    ParameterError
        If the cell cannot have the value.

    Examples
    --------
    >>> from microbatt.cells import load_cell
    >>> cell_with(load_cell("doyle-1996-cell-1"), "temperature", 308.15).ambient_temperature
    308.15
    """
    check_choice("parameter of a cell", name, [p.name for p in _ALL if p.owner == "cell"])
    if name == "contact_resistance":
        return replace(cell, contact_resistance=value)
    if name == "temperature":
        return replace(cell, initial_temperature=value, ambient_temperature=value)
    if name == "negative_stoichiometry":
        return replace(cell, negative=replace(cell.negative, initial_stoichiometry=value))
    return replace(cell, positive=replace(cell.positive, initial_stoichiometry=value))


def _fitted(fit: OpenCircuitFit) -> Interval:
    return Interval(fit.lower, fit.upper)
