"""A metal foil that carries the current away."""

import math
from dataclasses import dataclass

from microbatt.cells.display import record_html
from microbatt.cells.electrode import DENSITY
from microbatt.cells.records import check_numbers, number
from microbatt.checks import Interval


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Collector:
    """Thickness and density of a current collector; it counts for the mass of the cell only.

    Attributes
    ----------
    thickness : float or None
        Of the foil [m]; None where the cell does not say.
    density : float or None
        Of its metal [kg m⁻³]; None where the cell does not say.
    """

    thickness: float | None = number("m", Interval(0.0, 1e-2), default=None, uncertainty=1e-6)
    density: float | None = number("kg m-3", DENSITY, default=None, uncertainty=0.02)

    def __post_init__(self) -> None:
        check_numbers(self)

    def __repr__(self) -> str:
        thickness = "? µm" if self.thickness is None else f"{1e6 * self.thickness:.4g} µm"
        density = "? kg m⁻³" if self.density is None else f"{self.density:.6g} kg m⁻³"
        return f"<Collector: {thickness}, {density}>"

    def _repr_html_(self) -> str:
        return record_html("Collector", self)

    @property
    def mass_per_area(self) -> float:
        """[kg m⁻²]; NaN where the cell does not say."""
        if self.thickness == 0.0:
            return 0.0
        if self.thickness is None or self.density is None:
            return math.nan
        return self.thickness * self.density
