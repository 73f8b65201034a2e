"""A porous insertion electrode with particles of one size."""

from dataclasses import dataclass

from microbatt.cells.display import record_html
from microbatt.cells.microstructure import area_density, matrix_factor, transport_factor
from microbatt.cells.open_circuit import OPEN_CIRCUIT_FITS, OpenCircuitFit, own_potential
from microbatt.cells.records import (
    activation,
    check_numbers,
    check_volume,
    end_of_window,
    fraction,
    number,
    one_of,
)
from microbatt.cells.stoichiometry_functions import (
    StoichiometryFunction,
    own_entropy,
    own_shape,
)
from microbatt.checks import Interval
from microbatt.errors import ParameterError

THICKNESS = Interval(1e-7, 5e-3)
DENSITY = Interval(1.0, 3e4)
ALPHA = Interval(0.0, 20.0)
SHAPE_FACTOR = Interval(0.01, 1000.0)

_MIN_ACTIVE = 0.01


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Electrode:
    """Geometry, microstructure and material of one electrode; SI units.

    Attributes
    ----------
    thickness : float
        Of the porous layer, without its foil [m].
    electrolyte_fraction, polymer_fraction, filler_fraction, gas_fraction : float
        Volume fractions [-]; what they leave is active material. The polymer is swollen with
        electrolyte and conducts as part of the pores.
    particle_radius : float
        Radius r_p of the particles of active material [m].
    solid_diffusivity : float
        D_s of lithium in the particles [m² s⁻¹].
    max_concentration : float
        Lithium in the full material [mol m⁻³].
    solid_conductivity : float
        Conductivity σ of the bulk solid [S m⁻¹].
    effective_solid_conductivity : float or None
        Conductivity σ_eff of the porous matrix if known [S m⁻¹]; otherwise it follows from σ.
    initial_stoichiometry : float
        Lithium over its maximum, θ, at rest before discharge [-], inside the range of the
        open-circuit fit.
    stoichiometry_full, stoichiometry_empty : float or None
        Stoichiometry at 100 % and at 0 % of the cell's state of charge, if it is known [-].
    rate_constant : float
        Factor k in i_0 = F k c_max √(c_e θ (1 − θ)) [m^2.5 mol^−0.5 s⁻¹].
    exchange_current_shape : StoichiometryFunction or None
        What that i_0 is multiplied by beside, a function of the stoichiometry [-].
    salt_exponent : float
        Power of c_e over that at rest in i_0, 1/2 in the standard form [-].
    film_resistance : float
        R_film [Ω m² of particle area].
    density : float or None
        Of the active material [kg m⁻³]; None where the cell does not say.
    open_circuit : OpenCircuitFit
        Fitted open-circuit potential at 298.15 K.
    solid_diffusivity_shape : StoichiometryFunction or None
        What D_s is multiplied by, a function of the stoichiometry [-]; None where it is constant.
    entropic_change_coefficient : StoichiometryFunction or None
        How it changes with temperature, dU/dT [V K⁻¹]; None where nobody knows, which counts as 0.
    alpha : float
        Tortuosity exponent: D_eff = D ε^(1 + alpha) [-].
    S : float
        Particle shape factor: area density a = S ε_active / r_p [-]; a sphere has 3.
    solid_diffusivity_activation, rate_constant_activation, film_resistance_activation : float
        E/R of the Arrhenius factors [K].
    """

    thickness: float = number(
        "m",
        THICKNESS,
        remedy=(
            "Give the thickness of the layer, without its collector: 70e-6 in metres, or with its "
            "unit, as '70 µm'."
        ),
        uncertainty=0.02,
    )
    electrolyte_fraction: float = fraction(low=0.01)
    polymer_fraction: float = fraction(default=0.0)
    filler_fraction: float = fraction(default=0.0)
    gas_fraction: float = fraction(default=0.0)
    particle_radius: float = number(
        "m",
        Interval(1e-9, 1e-3),
        remedy="Give the radius, half the diameter.",
        uncertainty=0.2,
    )
    solid_diffusivity: float = number("m2 s-1", Interval(1e-24, 1e-6), uncertainty=1.0)
    max_concentration: float = number("mol m-3", Interval(100.0, 2e5), uncertainty=0.02)
    solid_conductivity: float = number("S m-1", Interval(1e-6, 1e9), uncertainty=0.7)
    effective_solid_conductivity: float | None = number(
        "S m-1", Interval(1e-6, 1e9), default=None, uncertainty=0.7
    )
    initial_stoichiometry: float = fraction(step=2e-3)
    stoichiometry_full: float | None = end_of_window()
    stoichiometry_empty: float | None = end_of_window()
    rate_constant: float = number(
        "m2.5 mol-0.5 s-1", Interval(0.0, 1.0, low_open=True), uncertainty=1.0
    )
    exchange_current_shape: StoichiometryFunction | None = one_of(
        {}, build=own_shape, unit="1", optional=True
    )
    salt_exponent: float = number("1", Interval(0.0, 2.0), default=0.5, rare=True)
    film_resistance: float = number(
        "ohm m2", Interval(0.0, 100.0), default=0.0, uncertainty=0.02, step=5e-4
    )
    density: float | None = number("kg m-3", DENSITY, default=None, uncertainty=0.02)
    open_circuit: OpenCircuitFit = one_of(OPEN_CIRCUIT_FITS, build=own_potential, unit="V")
    solid_diffusivity_shape: StoichiometryFunction | None = one_of(
        {}, build=own_shape, unit="1", optional=True
    )
    entropic_change_coefficient: StoichiometryFunction | None = one_of(
        {}, build=own_entropy, unit="V K-1", optional=True
    )
    alpha: float = number(
        "1",
        ALPHA,
        remedy="alpha is the exponent on the porosity less one.",
        default=0.5,
        uncertainty=0.5,
    )
    S: float = number("1", SHAPE_FACTOR, remedy="A sphere has S = 3.", default=3.0, uncertainty=0.5)
    solid_diffusivity_activation: float = activation()
    rate_constant_activation: float = activation()
    film_resistance_activation: float = activation()

    def __post_init__(self) -> None:
        check_numbers(self)
        check_volume(self)
        if not self.active_fraction >= _MIN_ACTIVE:
            raise ParameterError(
                f"the volume fractions leave {self.active_fraction:.6g} for active material; "
                f"at least {_MIN_ACTIVE} is needed. Lower one of them."
            )
        self.open_circuit.check_stoichiometry("initial_stoichiometry", self.initial_stoichiometry)

    def __repr__(self) -> str:
        return (
            f"<Electrode of {self.open_circuit.material}: {1e6 * self.thickness:.4g} µm, porosity "
            f"{self.porosity:.3g}, alpha {self.alpha:g}, S {self.S:g}>"
        )

    def _repr_html_(self) -> str:
        return record_html("Electrode", self)

    @property
    def porosity(self) -> float:
        """Electrolyte and the polymer that it swells: what carries salt [-]."""
        return self.electrolyte_fraction + self.polymer_fraction

    @property
    def active_fraction(self) -> float:
        """Volume fraction of active material [-]."""
        return 1.0 - self.porosity - self.filler_fraction - self.gas_fraction

    @property
    def transport_factor(self) -> float:
        """D_eff/D = κ_eff/κ in the pores [-]."""
        return transport_factor(self.porosity, self.alpha)

    @property
    def area_density(self) -> float:
        """Area of active material per volume of electrode [m⁻¹]."""
        return area_density(self.S, self.active_fraction, self.particle_radius)

    @property
    def matrix_conductivity(self) -> float:
        """σ_eff of the porous matrix: as given, or from the bulk value [S m⁻¹]."""
        if self.effective_solid_conductivity is not None:
            return self.effective_solid_conductivity
        return self.solid_conductivity * matrix_factor(self.porosity, self.gas_fraction)
