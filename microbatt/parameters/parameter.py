"""The numbers of a cell that can vary, by their one name, derived from what the records declare.

``alpha`` and ``S`` are those of the positive electrode; every other name is the part and the key
that a cell file has, ``negative_alpha`` or ``electrolyte_conductivity_scale``, and a key alone for
the cell's own, ``contact_resistance``.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from microbatt.cells import NUMBERS, number_of
from microbatt.checks import Interval
from microbatt.quantities import QUANTITIES, Quantity, quantity

if TYPE_CHECKING:
    from microbatt.cells import Cell, Number


class Transform(enum.StrEnum):
    """Of which function of a number a fit is made."""

    IDENTITY = "identity"
    LOG = "log"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One number of a cell that can vary.

    Attributes
    ----------
    name : str
        As `Cell.with_values`, axes of campaigns and coordinates of cubes call it.
    part : str
        Of the cell; ``"cell"`` where it is the cell's own.
    key : str
        In that part, as in a cell file.
    unit : str
        SI; ``"1"`` for a plain number.
    allowed : Interval
        Where it may lie, in that unit.
    transform : Transform
        The coordinate in which it is fitted: its logarithm where it is positive and spans decades.
    step : float
        Of a finite difference, in the coordinate.
    uncertainty : float or None
        Standard deviation with which it is usually known, in the coordinate: 0.02 of a logarithm
        is 2 %.  None for a convention such as what counts as 1 C.
    """

    name: str
    part: str
    key: str
    unit: str
    allowed: Interval
    transform: Transform
    step: float
    uncertainty: float | None

    @property
    def quantity(self) -> Quantity:
        """What a cube or a picture says of it: its words, its unit, its symbol."""
        if self.name in QUANTITIES:
            return QUANTITIES[self.name]
        words = _WORDS.get(self.key, self.key.replace("_", " "))
        part = "" if self.part == "cell" else f" of the {self.part.replace('_', ' ')}"
        electrode = " electrode" if self.part in _ELECTRODES else ""
        return Quantity(
            name=self.name,
            symbol=self.name,
            units=self.unit,
            long_name=f"{words}{part}{electrode}",
        )

    @property
    def shapes_curves(self) -> bool:
        """Whether a discharge depends on it, rather than what is counted or stated of the cell."""
        return self.key not in _STATED

    def to_coordinate(self, value: float) -> float:
        """Return the coordinate of a value.

        Parameters
        ----------
        value : float
            In `unit`.

        Returns
        -------
        float
            Its natural logarithm, or the value itself.

        Examples
        --------
        >>> parameter("S").to_coordinate(1.0)
        0.0
        """
        return math.log(value) if self.transform is Transform.LOG else value

    def from_coordinate(self, coordinate: float) -> float:
        """Return the value at a coordinate.

        Parameters
        ----------
        coordinate : float
            As `to_coordinate` returns it.

        Returns
        -------
        float
            In `unit`.

        Examples
        --------
        >>> parameter("S").from_coordinate(0.0)
        1.0
        """
        return math.exp(coordinate) if self.transform is Transform.LOG else coordinate

    def uncertainty_in(self, cell: Cell) -> float | None:
        """Return how well it is known of a cell: as the cell states it, else as usual.

        Parameters
        ----------
        cell : Cell
            Whose `uncertainties` are standard deviations in SI units.

        Returns
        -------
        float or None
            Standard deviation in the coordinate, as `uncertainty`: that of a logarithm is relative.

        Examples
        --------
        >>> from microbatt.cells import load_cell
        >>> cell = load_cell("doyle-1996-cell-1").with_uncertainties({"S": 0.3})
        >>> round(parameter("S").uncertainty_in(cell), 9)
        0.1
        """
        stated = cell.uncertainties.get(self.name)
        if stated is None:
            return self.uncertainty
        return stated / cell.value(self.name) if self.transform is Transform.LOG else stated

    def range_in(self, cell: Cell) -> Interval:
        """Return where it may lie in a cell: inside the range of its fits too.

        Parameters
        ----------
        cell : Cell
            Whose fits limit stoichiometries and the salt concentration.

        Returns
        -------
        Interval
            In `unit`.

        Examples
        --------
        >>> from microbatt.cells import load_cell
        >>> cell = load_cell("doyle-1996-cell-1")
        >>> print(parameter("negative_initial_stoichiometry").range_in(cell))
        [0, 0.67]
        """
        if self.key == "initial_stoichiometry":
            fit = getattr(cell, self.part).open_circuit
        elif self.key == "initial_concentration":
            fit = cell.electrolyte.fit
        else:
            return self.allowed
        return Interval(max(self.allowed.low, fit.lower), min(self.allowed.high, fit.upper))


_ELECTRODES: Final = ("negative", "positive")
_WORDS: Final = {"alpha": "tortuosity exponent", "S": "particle shape factor"}
_STATED: Final = frozenset(
    {
        "one_c_current",
        "electrode_area",
        "electrode_pairs",
        "nominal_capacity",
        "lower_cutoff_voltage",
        "upper_cutoff_voltage",
    }
)
"""What a cell file states beside the sandwich itself: no discharge per area depends on it."""


def quantity_of(name: str) -> Quantity:
    """Return what is to be said of a coordinate or variable of a cube.

    Parameters
    ----------
    name : str
        Of a parameter, or of a quantity that `microbatt.quantities` lists.

    Returns
    -------
    Quantity
        Its symbol, unit and words.

    Raises
    ------
    ParameterError
        If it is neither.

    Examples
    --------
    >>> quantity_of("positive_thickness").label
    'Thickness of the positive electrode [m]'
    >>> quantity_of("current").pretty_units
    'A m⁻²'
    """
    return quantity(name) if name in QUANTITIES else parameter(name).quantity


def parameter(name: str) -> Parameter:
    """Return a parameter by name.

    Parameters
    ----------
    name : str
        One of `PARAMETERS`; ``positive_alpha`` and ``positive_S`` mean ``alpha`` and ``S``.

    Returns
    -------
    Parameter
        Its place, unit, range, coordinate and usual uncertainty.

    Raises
    ------
    ParameterError
        If a cell has no such number; the nearest are offered.

    See Also
    --------
    microbatt.Cell : Its method ``with_values`` returns a cell with other numbers.

    Examples
    --------
    >>> thickness = parameter("positive_thickness")
    >>> thickness.unit, thickness.transform.value, thickness.uncertainty
    ('m', 'log', 0.02)
    """
    return PARAMETERS[number_of(name).name]


def _derived(number: Number) -> Parameter:
    spec = number.spec
    return Parameter(
        name=number.name,
        part=number.part,
        key=number.key,
        unit=spec.unit,
        allowed=spec.allowed,
        transform=Transform.LOG if spec.logarithmic else Transform.IDENTITY,
        step=spec.step,
        uncertainty=spec.uncertainty,
    )


PARAMETERS: Final = {name: _derived(number) for name, number in NUMBERS.items()}
"""Every parameter by name."""
