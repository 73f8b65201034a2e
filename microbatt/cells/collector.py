"""A metal foil that carries the current away."""

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
    thickness : float
        Of the foil [m].
    density : float
        Of its metal [kg m⁻³].
    """

    thickness: float = number("m", Interval(0.0, 1e-2), uncertainty=1e-6)
    density: float = number("kg m-3", DENSITY, uncertainty=0.02)

    def __post_init__(self) -> None:
        check_numbers(self)

    def __repr__(self) -> str:
        return f"<Collector: {1e6 * self.thickness:.4g} µm, {self.density:.6g} kg m⁻³>"

    def _repr_html_(self) -> str:
        return record_html("Collector", self)

    @property
    def mass_per_area(self) -> float:
        """[kg m⁻²]."""
        return self.thickness * self.density
