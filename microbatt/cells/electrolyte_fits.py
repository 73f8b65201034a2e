"""Electrolyte properties: fitted functions of salt concentration with slopes, source and range.

Every function takes concentrations in mol m⁻³ as an array of any shape and returns SI values at
298.15 K; one that depends on temperature in its own way is asked for those at another by
`ElectrolyteFit.at`. The sources print coefficients for mol L⁻¹; the formulas below keep those.

The conductivity polynomials are fits to measurements at moderate concentration and turn upwards,
then negative, beyond them. They are kept as published; `upper` tells where each stops making
sense, and how to continue from there is the engine's choice.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.polynomial import Polynomial
from numpy.typing import ArrayLike, NDArray

from microbatt.cells.functions import MaterialFunction, SlopeOf, material_function
from microbatt.cells.thermal_functions import (
    VARIABLES,
    ThermalFunction,
    is_thermal,
    thermal_function,
)
from microbatt.checks import Interval, check_number, suggestion
from microbatt.errors import ParameterError

Array = NDArray[np.float64]
Function = Callable[[ArrayLike], Array]

SALT_TOP = 12_000.0
"""Largest concentration that engines may meet [mol m⁻³]."""
PROPERTIES = ("conductivity", "diffusivity", "thermodynamic_factor")
"""Functions of the salt concentration."""
_TRANSFERENCE = Interval(0.0, 1.0, high_open=True)
_SAMPLES = 1025
_LEAST_TRANSFERENCE = 2.0
"""Below nought: measured ones of concentrated electrolytes go to about −1."""
NEAR_IN_TEMPERATURE = 2.0
"""So far outside the temperatures at which it is known an electrolyte is as at the nearest [K]."""
PER_LITRE = 1e3
"""mol m⁻³ in one mol L⁻¹."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ElectrolyteFit:
    """Fitted bulk properties of an electrolyte at 298.15 K.

    Attributes
    ----------
    name : str
        How cell files call it.
    description : str
        Salt, solvent and matrix.
    reference : str
        Key in docs/references.bib.
    lower : float
        Smallest concentration at which the fit makes sense [mol m⁻³].
    upper : float
        Largest concentration at which the fit makes sense [mol m⁻³].
    transference : float
        Cation transference number t₊ [-].
    conductivity : callable
        Function κ(c) [S m⁻¹].
    conductivity_slope : callable
        Function dκ/dc [S m² mol⁻¹].
    diffusivity : callable
        Diffusivity D(c) [m² s⁻¹].
    diffusivity_slope : callable
        Function dD/dc [m⁵ mol⁻¹ s⁻¹].
    thermodynamic_factor : callable
        Function 1 + ∂ln f/∂ln c [-].
    thermodynamic_factor_slope : callable
        Derivative of `thermodynamic_factor` by c [m³ mol⁻¹].
    transference_function : Constant, Expression, Table, ThermalFunction or None
        Function t₊(c), in the place of ``transference`` [-]; None where it is constant.
    """

    name: str
    description: str
    reference: str
    lower: float
    upper: float
    transference: float
    conductivity: Function
    conductivity_slope: Function
    diffusivity: Function
    diffusivity_slope: Function
    thermodynamic_factor: Function
    thermodynamic_factor_slope: Function
    transference_function: MaterialFunction | ThermalFunction | None = None

    def __repr__(self) -> str:
        return (
            f"<ElectrolyteFit {self.name!r}: {self.description}, "
            f"{self.lower:.6g} to {self.upper:.6g} mol m⁻³>"
        )

    @property
    def limits(self) -> tuple[float, float]:
        """Concentrations that engines may read, beyond the range that the fit is meant for."""
        return (0.0, SALT_TOP)

    @property
    def plain(self) -> dict[str, Any] | None:
        """Description in JSON's terms of properties of one's own; None for a named fit."""
        own = {name: getattr(self, name) for name in PROPERTIES}
        kinds = MaterialFunction | ThermalFunction
        plain = {name: one.plain() for name, one in own.items() if isinstance(one, kinds)}
        if len(plain) < len(own):
            return None
        function = self.transference_function
        transference = self.transference if function is None else function.plain()
        return {"description": self.description, "transference": transference} | plain

    @property
    def temperatures(self) -> tuple[float, ...]:
        """Temperatures at which properties are known that follow no Arrhenius factor, rising [K].

        Empty where there are none such.
        """
        own = [getattr(self, name) for name in (*PROPERTIES, "transference_function")]
        known = {T for one in own if isinstance(one, ThermalFunction) for T in one.temperatures}
        return tuple(sorted(known))

    @property
    def temperature_range(self) -> tuple[float, float]:
        """Temperatures between which all properties are known [K]; without end where they are."""
        own = [getattr(self, name) for name in (*PROPERTIES, "transference_function")]
        spans = [one.temperatures for one in own if isinstance(one, ThermalFunction)]
        return max((one[0] for one in spans), default=0.0), min(
            (one[-1] for one in spans), default=math.inf
        )

    def known_at(self, temperature: float) -> bool:
        """Return whether all properties are known at a temperature, or near enough to it.

        Parameters
        ----------
        temperature : float
            [K].

        Returns
        -------
        bool
            False for NaN.
        """
        low, high = self.temperature_range
        return low - NEAR_IN_TEMPERATURE <= temperature <= high + NEAR_IN_TEMPERATURE

    def at(self, temperature: float) -> "ElectrolyteFit":
        """Return the fit whose functions are those at a temperature.

        Parameters
        ----------
        temperature : float
            [K].

        Returns
        -------
        ElectrolyteFit
            The same one, where no function depends on temperature in its own way.
        """
        changed: dict[str, Any] = {}
        for name in PROPERTIES:
            own = getattr(self, name)
            if isinstance(own, ThermalFunction):
                changed[name] = own.at(temperature)
                changed[f"{name}_slope"] = SlopeOf(function=changed[name])
        if isinstance(self.transference_function, ThermalFunction):
            changed["transference_function"] = self.transference_function.at(temperature)
        return replace(self, **changed) if changed else self

    @property
    def functions(self) -> tuple[Function, ...]:
        """All that the fit computes."""
        function = self.transference_function
        warm = [self.at(T) for T in self.temperatures]
        return (
            _Constant(self.transference),
            self.conductivity,
            self.conductivity_slope,
            self.diffusivity,
            self.diffusivity_slope,
            self.thermodynamic_factor,
            self.thermodynamic_factor_slope,
            *(() if function is None else (function, SlopeOf(function=function))),
            *(getattr(one, name) for one in warm for name in PROPERTIES),
            *(one.transference_function for one in warm if one.transference_function is not None),
        )


@dataclass(frozen=True, slots=True)
class _Constant:
    """A property that does not depend on concentration."""

    value: float

    def __call__(self, c: ArrayLike) -> Array:
        return np.full(np.shape(c), self.value)


@dataclass(frozen=True, slots=True)
class _PolynomialPerLitre:
    """A polynomial in mol L⁻¹, coefficients in ascending order, evaluated at mol m⁻³."""

    coefficients: tuple[float, ...]

    def __call__(self, c: ArrayLike) -> Array:
        return np.asarray(Polynomial(self.coefficients)(np.asarray(c, dtype=float) / PER_LITRE))

    def slope(self) -> "_PolynomialPerLitre":
        """Return the derivative by mol m⁻³."""
        rising = enumerate(self.coefficients[1:], start=1)
        return _PolynomialPerLitre(tuple(n * coefficient / PER_LITRE for n, coefficient in rising))


def liquid_diffusivity(c: ArrayLike) -> Array:
    """LiPF₆ in EC:DMC, liquid: 5.34e-10 exp(−0.65 c), c in mol L⁻¹ [m² s⁻¹]; dualfoil."""
    return np.asarray(5.34e-10 * np.exp(-0.65e-3 * np.asarray(c, dtype=float)))


def liquid_diffusivity_slope(c: ArrayLike) -> Array:
    """Slope of `liquid_diffusivity` [m⁵ mol⁻¹ s⁻¹]."""
    return -0.65e-3 * liquid_diffusivity(c)


def own_electrolyte(key: str, described: Mapping[str, Any]) -> ElectrolyteFit:
    """Make the properties of an electrolyte of one's own.

    Parameters
    ----------
    key : str
        What the caller calls it, for messages.
    described : mapping of str to Any
        ``transference``, a number or a function; ``conductivity``, ``diffusivity`` and, unless it
        is 1, ``thermodynamic_factor``, functions described as for
        `microbatt.cells.material_function`, or of x and temperature as for
        `microbatt.cells.thermal_functions`, in SI units, x being the salt concentration
        [mol m⁻³]; and a ``description`` in words.

    Returns
    -------
    ElectrolyteFit
        Beyond their ranges the functions keep their values.

    Raises
    ------
    ParameterError
        If one is missing, unknown or no function, or is not positive somewhere on its range.
    """
    known = ("description", "transference", *PROPERTIES)
    for name in described:
        if name not in known:
            raise ParameterError(f"`{key}` has no `{name}`. {suggestion(name, known)}")
    for name in ("transference", "conductivity", "diffusivity"):
        if name not in described:
            raise ParameterError(f"`{key}` has no `{name}`; an electrolyte needs one.")
    plain = {"thermodynamic_factor": {"value": 1.0}} | dict(described)
    own = {name: _property(f"{key}.{name}", plain[name]) for name in PROPERTIES}
    transference, function = _transference(f"{key}.transference", plain["transference"])
    _check_temperatures(own | {"transference": function})
    slopes = {f"{name}_slope": SlopeOf(function=one) for name, one in own.items()}
    return ElectrolyteFit(
        name="of its own",
        description=str(plain.get("description", "an electrolyte of its own")),
        reference="",
        lower=max(one.lower for one in own.values()),
        upper=min(one.upper for one in own.values()),
        transference=transference,
        transference_function=function,
        **own,
        **slopes,
    )


def _check_temperatures(own: Mapping[str, MaterialFunction | ThermalFunction | None]) -> None:
    """Refuse properties that are known at no temperature together."""
    spans = {
        name: (one.temperatures[0], one.temperatures[-1])
        for name, one in own.items()
        if isinstance(one, ThermalFunction)
    }
    if not spans:
        return
    latest = max(spans, key=lambda name: spans[name][0])
    soonest = min(spans, key=lambda name: spans[name][1])
    if spans[latest][0] > spans[soonest][1]:
        told = [
            f"`{name}` is given from {spans[name][0]:.6g} to {spans[name][1]:.6g} K"
            for name in (soonest, latest)
        ]
        raise ParameterError(
            f"{told[0]} and {told[1]}, which have no temperature in common. Give both at the "
            "temperatures of the cell."
        )


def _transference(
    key: str, described: object
) -> tuple[float, MaterialFunction | ThermalFunction | None]:
    """Return t₊: a number, or its mean over where it holds and a function that says more."""
    if not isinstance(described, Mapping):
        number = check_number(key, described, _TRANSFERENCE, remedy="It is a fraction.")
        return number, None
    function: MaterialFunction | ThermalFunction
    if is_thermal(described):
        function = thermal_function(key, described, lower=0.0, upper=SALT_TOP)
        parts = function.functions
    else:
        function = material_function(key, described, lower=0.0, upper=SALT_TOP, variables=VARIABLES)
        parts = (function,)
    salt = np.linspace(function.lower, function.upper, _SAMPLES)
    values = np.array([part(salt) for part in parts])
    for value in (float(values.min()), float(values.max())):
        if not -_LEAST_TRANSFERENCE <= value < 1.0:
            raise ParameterError(
                f"`{key}` goes to {value:.4g}; a transference number must lie in "
                f"[-{_LEAST_TRANSFERENCE:g}, 1). Give the `range` of concentrations in which it "
                "holds."
            )
    return float(function(salt).mean()), function


def _property(key: str, described: object) -> MaterialFunction | ThermalFunction:
    if not isinstance(described, Mapping):
        raise ParameterError(f"`{key}` is {described!r}; describe a function, by a table of keys.")
    if is_thermal(described):
        thermal = thermal_function(key, described, lower=0.0, upper=SALT_TOP)
        for T, one in zip(thermal.temperatures, thermal.functions, strict=True):
            _check_positive(f"{key} at {T:.6g} K", one)
        return thermal
    function = material_function(key, described, lower=0.0, upper=SALT_TOP, variables=VARIABLES)
    _check_positive(key, function)
    return function


def _check_positive(key: str, function: MaterialFunction) -> None:
    salt = np.linspace(function.lower, function.upper, _SAMPLES)[1:]
    for at in salt[~(function(salt) > 0.0)]:
        raise ParameterError(
            f"`{key}` is {float(function(at)):.4g} at x = {at:.6g} mol m⁻³; it must be positive. "
            "Give the `range` of concentrations in which it holds."
        )


_ONE, _ZERO = _Constant(1.0), _Constant(0.0)
_PLASTIC_DIFFUSIVITY = _Constant(7.5e-11)

_PLASTIC_1_2 = _PolynomialPerLitre((1.0793e-2, 0.67461, -0.52245, 0.13605, -0.011724))
_PLASTIC_2_1 = _PolynomialPerLitre((4.1253e-2, 0.5007, -0.47212, 0.15094, -0.016018))
_LIQUID = _PolynomialPerLitre((0.0911, 1.9101, -1.052, 0.1554))

_ALL = (
    ElectrolyteFit(
        name="lipf6-ec-dmc-1-2-plastic",
        description="LiPF6 in EC:DMC 1:2 in a p(VdF-HFP) matrix",
        reference="doyle1996",
        lower=0.0,
        upper=4300.0,  # last maximum before the polynomial plunges below zero
        transference=0.363,
        conductivity=_PLASTIC_1_2,
        conductivity_slope=_PLASTIC_1_2.slope(),
        diffusivity=_PLASTIC_DIFFUSIVITY,
        diffusivity_slope=_ZERO,
        thermodynamic_factor=_ONE,
        thermodynamic_factor_slope=_ZERO,
    ),
    ElectrolyteFit(
        name="lipf6-ec-dmc-2-1-plastic",
        description="LiPF6 in EC:DMC 2:1 in a p(VdF-HFP) matrix",
        reference="doyle1996",
        lower=0.0,
        upper=3460.0,  # last maximum before the polynomial plunges below zero
        transference=0.363,
        conductivity=_PLASTIC_2_1,
        conductivity_slope=_PLASTIC_2_1.slope(),
        diffusivity=_PLASTIC_DIFFUSIVITY,
        diffusivity_slope=_ZERO,
        thermodynamic_factor=_ONE,
        thermodynamic_factor_slope=_ZERO,
    ),
    ElectrolyteFit(
        name="lipf6-ec-dmc-liquid",
        description="LiPF6 in liquid EC:DMC",
        reference="dualfoil",
        lower=0.0,
        upper=3230.0,  # minimum beyond which the cubic rises without end
        transference=0.4,
        conductivity=_LIQUID,
        conductivity_slope=_LIQUID.slope(),
        diffusivity=liquid_diffusivity,
        diffusivity_slope=liquid_diffusivity_slope,
        thermodynamic_factor=_ONE,
        thermodynamic_factor_slope=_ZERO,
    ),
)

ELECTROLYTE_FITS = {fit.name: fit for fit in _ALL}
"""Every electrolyte fit by name."""
