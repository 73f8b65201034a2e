"""The electronically insulating layer between the electrodes."""

from dataclasses import dataclass

from microbatt.cells.display import record_html
from microbatt.cells.electrode import ALPHA, DENSITY, THICKNESS
from microbatt.cells.microstructure import transport_factor
from microbatt.cells.records import check_numbers, check_volume, fraction, number


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Separator:
    """Geometry and microstructure of the separator; SI units.

    Attributes
    ----------
    thickness : float
        Between the two electrodes [m].
    electrolyte_fraction, polymer_fraction, filler_fraction, gas_fraction : float
        Volume fractions [-]; what they leave is inert solid of `density`.
    density : float
        Of the inert solid [kg m⁻³].
    alpha : float
        Tortuosity exponent: D_eff = D ε^(1 + alpha) [-].
    """

    thickness: float = number(
        "m", THICKNESS, remedy="Give the thickness of the layer.", uncertainty=0.02
    )
    electrolyte_fraction: float = fraction(low=0.01)
    polymer_fraction: float = fraction(default=0.0)
    filler_fraction: float = fraction(default=0.0)
    gas_fraction: float = fraction(default=0.0)
    density: float = number("kg m-3", DENSITY, default=900.0, uncertainty=0.02)
    alpha: float = number(
        "1",
        ALPHA,
        remedy="alpha is the exponent on the porosity less one.",
        default=0.5,
        uncertainty=0.5,
    )

    def __post_init__(self) -> None:
        check_numbers(self)
        check_volume(self)

    def __repr__(self) -> str:
        return (
            f"<Separator: {1e6 * self.thickness:.4g} µm, porosity {self.porosity:.3g}, "
            f"alpha {self.alpha:g}>"
        )

    def _repr_html_(self) -> str:
        return record_html("Separator", self)

    @property
    def porosity(self) -> float:
        """Electrolyte and the polymer that it swells: what carries salt [-]."""
        return self.electrolyte_fraction + self.polymer_fraction

    @property
    def inert_fraction(self) -> float:
        """Volume fraction of inert solid [-]."""
        return 1.0 - self.porosity - self.filler_fraction - self.gas_fraction

    @property
    def transport_factor(self) -> float:
        """D_eff/D = κ_eff/κ in the pores [-]."""
        return transport_factor(self.porosity, self.alpha)
