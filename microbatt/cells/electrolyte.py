"""The electrolyte that fills the pores of all three layers."""

from dataclasses import dataclass, replace

from microbatt.cells.display import record_html
from microbatt.cells.electrode import DENSITY
from microbatt.cells.electrolyte_fits import ELECTROLYTE_FITS, ElectrolyteFit, own_electrolyte
from microbatt.cells.records import activation, check_numbers, factor, number, one_of
from microbatt.cells.thermal_functions import ThermalFunction
from microbatt.checks import Interval
from microbatt.errors import ParameterError


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Electrolyte:
    """Salt, its concentration at rest, and its transport properties; SI units.

    Attributes
    ----------
    initial_concentration : float
        Of salt, everywhere, before discharge [mol m⁻³].
    fit : ElectrolyteFit
        Conductivity, diffusivity, transference number and thermodynamic factor.
    conductivity_scale, diffusivity_scale : float
        Factors on the fit's conductivity and diffusivity [-].
    density : float or None
        Of salt and solvent together [kg m⁻³]; None where the cell does not say.
    conductivity_activation, diffusivity_activation : float
        E/R of the Arrhenius factors [K].
    """

    initial_concentration: float = number(
        "mol m-3",
        Interval(1.0, 1e4),
        remedy="Give the salt concentration of the cell at rest.",
        uncertainty=0.02,
    )
    fit: ElectrolyteFit = one_of(ELECTROLYTE_FITS, build=own_electrolyte)
    conductivity_scale: float = factor(uncertainty=0.1)
    diffusivity_scale: float = factor(uncertainty=0.3)
    density: float | None = number("kg m-3", DENSITY, default=None, uncertainty=0.02)
    conductivity_activation: float = activation()
    diffusivity_activation: float = activation()

    def __post_init__(self) -> None:
        check_numbers(self)
        if not self.fit.lower <= self.initial_concentration <= self.fit.upper:
            raise ParameterError(
                f"`initial_concentration` is {self.initial_concentration:.6g} mol m-3; the "
                f"electrolyte fit `{self.fit.name}` holds in [{self.fit.lower:.6g}, "
                f"{self.fit.upper:.6g}] mol m-3. Start inside it, or use another fit."
            )
        for name in ("conductivity", "diffusivity"):
            own = isinstance(getattr(self.fit, name), ThermalFunction)
            if own and getattr(self, f"{name}_activation"):
                raise ParameterError(
                    f"`{name}` is a function of temperature and `{name}_activation` is given "
                    "beside it. Give the one or the other."
                )

    def at(self, temperature: float) -> "Electrolyte":
        """Return the electrolyte whose fit is that at a temperature.

        Parameters
        ----------
        temperature : float
            [K].

        Returns
        -------
        Electrolyte
            Its own Arrhenius factors, about 298.15 K, are left as they are.
        """
        return replace(self, fit=self.fit.at(temperature))

    @property
    def transference(self) -> float:
        """Cation transference number t₊ at rest [-]."""
        function = self.fit.transference_function
        if function is None:
            return self.fit.transference
        return float(function(self.initial_concentration))

    def __repr__(self) -> str:
        return f"<Electrolyte {self.fit.description}: {self.initial_concentration:.6g} mol m⁻³>"

    def _repr_html_(self) -> str:
        return record_html("Electrolyte", self)
