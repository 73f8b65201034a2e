"""A sheet of lithium metal, the counter-electrode of a half-cell."""

from dataclasses import dataclass
from typing import Any

from microbatt.cells.display import record_html
from microbatt.cells.electrode import DENSITY
from microbatt.cells.records import activation, check_numbers, number
from microbatt.checks import Interval
from microbatt.errors import ParameterError

MATERIAL = "lithium metal"
_DENSITY_OF_LITHIUM = 534.0


class HalfCellError(ParameterError, AttributeError):
    """A half-cell was given where a full cell is needed."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class LithiumMetal:
    """A planar electrode at 0 V that gives as much lithium as is asked of it; SI units.

    It stands where a full cell has its negative electrode. The other electrode is the one that
    works, whichever it is: a discharge puts lithium into it.

    Attributes
    ----------
    exchange_current_density : float
        Density i_0 at the salt concentration at rest and 298.15 K, per area of separator
        [A m⁻²].
    salt_exponent : float
        Power of the salt concentration c_e in i_0 [-].
    film_resistance : float
        Of what covers the metal [Ω m²].
    thickness : float
        Of the sheet [m]; it counts for the mass of the cell only.
    density : float
        Of the metal [kg m⁻³].
    exchange_current_density_activation, film_resistance_activation : float
        E/R of the Arrhenius factors [K].
    """

    exchange_current_density: float = number(
        "A m-2",
        Interval(0.0, 1e6, low_open=True),
        remedy="Give it per area of separator.",
        uncertainty=1.0,
    )
    salt_exponent: float = number("1", Interval(0.0, 2.0), default=0.5)
    film_resistance: float = number(
        "ohm m2", Interval(0.0, 100.0), default=0.0, uncertainty=0.02, step=5e-4
    )
    thickness: float = number("m", Interval(0.0, 5e-3), default=0.0, uncertainty=0.02)
    density: float = number("kg m-3", DENSITY, default=_DENSITY_OF_LITHIUM, uncertainty=0.02)
    exchange_current_density_activation: float = activation()
    film_resistance_activation: float = activation()

    def __post_init__(self) -> None:
        check_numbers(self)

    def __repr__(self) -> str:
        return f"<LithiumMetal: i_0 {self.exchange_current_density:.4g} A m⁻²>"

    def _repr_html_(self) -> str:
        return record_html("Lithium metal", self)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - always raises
        if name.startswith("_"):
            raise AttributeError(name)
        raise HalfCellError(
            f"the cell is a half-cell, whose lithium metal has no `{name}`; what was asked for "
            "needs a cell with two porous electrodes."
        )

    @property
    def mass_per_area(self) -> float:
        """[kg m⁻²]."""
        return self.thickness * self.density
