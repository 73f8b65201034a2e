"""Cells from the parameter sets of an installed PyBaMM.

Its functions are Python, so their values are what is taken: they are sampled into tables, at
298.15 K, and the dependence on temperature is brought to the form E/R of an Arrhenius factor; that
of an electrolyte which has another form, to tables at several temperatures.
"""

from __future__ import annotations

import inspect
import math
import re
import warnings
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from microbatt.cells.cell import Cell
from microbatt.cells.doubts import tell_doubts
from microbatt.cells.electrolyte_fits import SALT_TOP
from microbatt.cells.stoichiometry_functions import LARGEST_ENTROPY, split_diffusivity
from microbatt.checks import check_choice, check_extra
from microbatt.constants import FARADAY, REFERENCE_TEMPERATURE
from microbatt.errors import ParameterError
from microbatt.pybamm_import import load_pybamm

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

PREFIX: Final = "pybamm:"
"""How the name of a set begins where a cell is asked for."""
_NODES: Final = 4001
_SALTS: Final = 1201
_TINY: Final = (0.0, 1e-6, 1e-4, 1e-3)
"""How far from 0 and 1 a potential is first finite [-]."""
_COLD_AND_WARM: Final = (278.15, 328.15)
_TEMPERATURES: Final = (278.15, 288.15, 308.15, 318.15, 328.15)
"""At which an Arrhenius factor is checked [K]."""
_SAME: Final = 1e-9
_ARRHENIUS: Final = 0.02
"""How far from an Arrhenius factor a property may be, or a warning says so [-]."""
_THERMAL: Final = tuple(float(T) for T in np.arange(253.15, 344.0, 2.5))
"""At which an electrolyte is taken that is further from one [K]."""
_FEWER_SALTS: Final = 401
_FROZEN: Final = 1e-6
"""Of the value at rest of an electrolyte's property: what is below ends its table [-]."""
_DENSITY: Final = 2500.0
_HEAT_CAPACITY: Final = 1000.0
"""Where a set says nothing of them: [kg m⁻³] and [J kg⁻¹ K⁻¹], usual for pouch cells."""
_LEAST_VOLTAGE: Final = 1e-3
"""Of a cut-off [V]."""
_SPHERE: Final = 3.0
_METAL: Final = "Exchange-current density for lithium metal electrode [A.m-2]"
_LITHIUM: Final = 1.3e-5
"""Molar volume of lithium [m³ mol⁻¹]."""
_KINETIC_NODES: Final = 801
_MARGIN: Final = 1e-3
"""How far from 0 and 1 kinetics and diffusivities are sampled [-]."""
_ACROSS: Final = np.linspace(0.02, 0.98, 49)
"""Stoichiometries at which dependences are looked for."""
_SALT_RANGE: Final = (10.0, 4000.0)
"""Concentrations between which a transference number is taken [mol m⁻³]."""
_LAYERS: Final = {
    "Negative current collector": "negative_collector",
    "Negative electrode": "negative",
    "Separator": "separator",
    "Positive electrode": "positive",
    "Positive current collector": "positive_collector",
}


def available_pybamm_sets() -> tuple[str, ...]:
    """Return the names of the parameter sets of the installed PyBaMM, sorted.

    Returns
    -------
    tuple of str
        Each, behind ``pybamm:``, may be given to `load_cell`, which refuses what it cannot serve.

    Raises
    ------
    MissingExtraError
        If PyBaMM is not installed.

    Examples
    --------
    >>> "Chen2020" in available_pybamm_sets()  # doctest: +SKIP
    True
    """
    check_extra("pybamm", extra="pybamm")
    return tuple(sorted(load_pybamm().parameter_sets))


@lru_cache(maxsize=16)
def read_pybamm_set(name: str) -> Cell:
    """Make a cell of a parameter set.

    Parameters
    ----------
    name : str
        One of `available_pybamm_sets`.

    Returns
    -------
    Cell
        S is 3, and alpha Bruggeman's exponent less one.  It starts where the set does.

    Raises
    ------
    ParameterError
        If there is no such set, or it holds something that is not served; what is named.
    MissingExtraError
        If PyBaMM is not installed.

    Warns
    -----
    UserWarning
        Where a property follows no Arrhenius factor.
    """
    check_choice("cell", name, available_pybamm_sets())
    values = _Set(name)
    _refuse_what_is_not_served(values)
    return Cell.from_dict(_described(values))


class _Set:
    """The values of a parameter set, its functions evaluated."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.pybamm = load_pybamm()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of keys that were renamed
            self.values = self.pybamm.ParameterValues(name)

    @property
    def is_half_cell(self) -> bool:
        """Whether lithium metal stands where a full cell has its negative electrode."""
        return _METAL in self.values and "Negative particle radius [m]" not in self.values

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def trouble(self, key: str, what: str) -> ParameterError:
        """Return the refusal of the set for one of its values."""
        return ParameterError(f"PyBaMM's set {self.name}: `{key}` {what}")

    def number(self, key: str, default: float | None = None) -> float:
        """Return a number; the default where the set says nothing."""
        if key not in self.values:
            if default is None:
                raise self.trouble(key, "is missing; a discharge needs it.")
            return default
        value = self.values[key]
        if isinstance(value, bool) or not isinstance(value, int | float | np.number):
            raise self.trouble(
                key, "is a function; only a number is served there. Give a cell file of your own."
            )
        return float(value)

    def at_reference(self, key: str, default: float | None = None) -> float:
        """Return a number, or a function at 298.15 K that depends on temperature alone."""
        value = self.values.get(key)
        if value is None or isinstance(value, int | float | np.number):
            return self.number(key, default)
        theta = np.linspace(0.05, 0.95, 19)
        sampled = {}
        for temperature in (REFERENCE_TEMPERATURE, *_COLD_AND_WARM):
            # whatever the inputs are called, they come in PyBaMM's order: the temperature last
            inputs: dict[str, Array | float] = {
                "stoichiometry": theta,
                "Temperature [K]": temperature,
            }
            count = len(inspect.signature(value).parameters)
            sampled[temperature] = self.sample(key, dict(list(inputs.items())[-count:]))
        here = sampled[REFERENCE_TEMPERATURE]
        if np.ptp(here) > _SAME * np.abs(here).max():
            raise self.trouble(key, "depends on the stoichiometry, which is not served.")
        if any(np.max(np.abs(one / here - 1.0)) > _ARRHENIUS for one in sampled.values()):
            _warn(self, key, "depends on temperature, and is taken at 298.15 K")
        return float(here[0])

    def sample(self, key: str, inputs: Mapping[str, Array | float]) -> Array:
        """Return the values of a function at points of one array."""
        if key not in self.values:
            raise self.trouble(key, "is missing; a discharge needs it.")
        sizes = [np.size(value) for value in inputs.values()]
        shaped = {
            name: self.pybamm.Vector(np.broadcast_to(value, max(sizes)))
            for name, value in inputs.items()
        }
        symbol = self.pybamm.FunctionParameter(key, shaped)
        with np.errstate(all="ignore"):
            found = np.asarray(self.values.process_symbol(symbol).evaluate(), dtype=float)
        return np.broadcast_to(found.ravel(), max(sizes)).copy()


# --- what is not served --------------------------------------------------------------------------


def _refuse_what_is_not_served(values: _Set) -> None:
    keys = list(values.values.keys())
    for sign, what in (
        ("Primary: ", "it has several active materials in one electrode (a blend)"),
        ("host site", "its potentials are sums over host sites (MSMR)"),
        ("ECM ", "it is an equivalent circuit"),
        ("Element-1 initial overpotential [V]", "it is an equivalent circuit"),
        ("lithiation OCP [V]", "its open-circuit potential has hysteresis"),
        ("area-weighted particle-size distribution", "it has several particle sizes"),
        ("electrode capacity [C.m-3]", "it is a lead-acid battery"),
    ):
        found = [key for key in keys if sign in key]
        if found:
            raise ParameterError(
                f"PyBaMM's set {values.name} cannot be served: {what}, as `{min(found)}` "
                "tells. Take a set with one material and one particle size in each electrode."
            )
    if values.number("Number of cells connected in series to make a battery", 1.0) != 1.0:
        raise values.trouble(
            "Number of cells connected in series to make a battery",
            "is not 1; one cell is simulated.",
        )


# --- what becomes of it --------------------------------------------------------------------------


def _described(values: _Set) -> dict[str, Any]:
    """Return the set in the form of plain numbers."""
    area = values.number("Electrode height [m]") * values.number("Electrode width [m]")
    pairs = values.number("Number of electrodes connected in parallel to make a cell", 1.0)
    capacity = values.number("Nominal cell capacity [A.h]")
    start = values.number("Initial temperature [K]", REFERENCE_TEMPERATURE)
    around = values.values.get("Ambient temperature [K]")
    density, heat = _masses(values)
    layers: dict[str, Any] = {
        "negative": (
            _metal(values, density)
            if values.is_half_cell
            else _electrode(values, "Negative", density)
        ),
        "separator": _porous(values, "Separator") | {"density": density},
        "positive": _electrode(values, "Positive", density),
        "electrolyte": _electrolyte(values, density),
    }
    for title, part in _LAYERS.items():
        if part.endswith("collector"):
            thickness = values.number(f"{title} thickness [m]", 0.0)
            layers[part] = {"thickness": thickness, "density": density}
    return {
        "name": values.name,
        "description": f"PyBaMM's parameter set {values.name}",
        "cell": {
            "polymer_density": density,
            "filler_density": density,
            "heat_capacity": heat,
            "initial_temperature": start,
            "ambient_temperature": around if isinstance(around, int | float) else start,
            "contact_resistance": values.number("Contact resistance [Ohm]", 0.0) * area * pairs,
            "one_c_current": capacity / (area * pairs),
            "electrode_area": area,
            "electrode_pairs": pairs,
            "nominal_capacity": capacity,
            "lower_cutoff_voltage": _cutoff(values, "Lower"),
            "upper_cutoff_voltage": _cutoff(values, "Upper"),
        },
        **layers,
    }


def _cutoff(values: _Set, which: str) -> float:
    """Return a cut-off; a thousandth of a volt where a half-cell stops at none."""
    return max(values.number(f"{which} voltage cut-off [V]"), _LEAST_VOLTAGE)


def _masses(values: _Set) -> tuple[float, float]:
    """Return one density and one heat capacity with which the sandwich is as heavy and as warm."""
    thickness, mass, heat = 0.0, 0.0, 0.0
    for title in _LAYERS:
        layer = values.number(f"{title} thickness [m]", 0.0)
        density = values.number(f"{title} density [kg.m-3]", _DENSITY)
        thickness += layer
        mass += layer * density
        heat += (
            layer
            * density
            * values.at_reference(f"{title} specific heat capacity [J.kg-1.K-1]", _HEAT_CAPACITY)
        )
    return mass / thickness, heat / mass


def _porous(values: _Set, title: str) -> dict[str, Any]:
    exponent = values.number(f"{title} Bruggeman coefficient (electrolyte)")
    if not exponent >= 1.0:
        raise values.trouble(
            f"{title} Bruggeman coefficient (electrolyte)",
            f"is {exponent:g}; pores conduct no better than their volume: it must be 1 or more.",
        )
    return {
        "thickness": values.number(f"{title} thickness [m]"),
        "electrolyte_fraction": values.number(f"{title} porosity"),
        "alpha": exponent - 1.0,
    }


def _electrode(values: _Set, side: str, density: float) -> dict[str, Any]:
    title = f"{side} electrode"
    layer = _porous(values, title)
    pores = layer["electrolyte_fraction"]
    active = values.number(f"{title} active material volume fraction")
    c_max = values.number(f"Maximum concentration in {title.lower()} [mol.m-3]")
    start = values.number(f"Initial concentration in {title.lower()} [mol.m-3]") / c_max
    conductivity = values.at_reference(f"{title} conductivity [S.m-1]")
    bruggeman = values.number(f"{title} Bruggeman coefficient (electrode)", 1.5)
    entropy = _entropy(values, side)
    return (
        layer
        | _diffusivity(values, side)
        | _kinetics(values, side, c_max)
        | ({"entropic_change_coefficient": entropy} if entropy else {})
        | {
            "filler_fraction": max(1.0 - pores - active, 0.0),
            "particle_radius": values.number(f"{side} particle radius [m]"),
            "max_concentration": c_max,
            "solid_conductivity": conductivity,
            "effective_solid_conductivity": conductivity * (1.0 - pores) ** bruggeman,
            "initial_stoichiometry": start,
            "density": density,
            "open_circuit": _potential(values, side),
            "S": _SPHERE,
        }
    )


def _potential(values: _Set, side: str) -> dict[str, Any]:
    """Return the open-circuit potential, brought from the set's reference temperature to ours."""
    key = f"{side} electrode OCP [V]"
    function = getattr(values.values[key], "__name__", "") if key in values else ""
    words = re.sub(r"_?(ocp|function)", " ", function).replace("_", " ").strip()
    sampled = _table(values, key, f"{side} particle stoichiometry")
    entropy = _entropy(values, side)
    warmer = REFERENCE_TEMPERATURE - values.number("Reference temperature [K]")
    if entropy and warmer:
        x = np.array(sampled["table"]["x"])
        shift = np.interp(x, entropy["table"]["x"], entropy["table"]["y"])
        sampled["table"]["y"] = (np.array(sampled["table"]["y"]) + warmer * shift).tolist()
    return sampled | {
        "material": " ".join(words.split()) or f"{side.lower()} electrode of {values.name}"
    }


def _entropy(values: _Set, side: str) -> dict[str, Any]:
    """Return dU/dT as a table; nothing where it is zero everywhere."""
    key = f"{side} electrode OCP entropic change [V.K-1]"
    if key not in values:
        return {}
    x, y = (np.array(one) for one in _table(values, key, f"{side} particle stoichiometry")
            ["table"].values())  # fmt: skip
    kept = np.abs(y) <= LARGEST_ENTROPY  # polynomials leave all bounds at the ends
    if not np.any(y):
        return {}
    return {"table": {"x": x[kept].tolist(), "y": y[kept].tolist()}}


def _table(values: _Set, key: str, variable: str) -> dict[str, Any]:
    """Sample a function of the stoichiometry, its nodes crowding at both ends."""
    for margin in _TINY:
        x = _nodes(margin, _NODES)
        y = values.sample(key, {variable: x})
        if np.all(np.isfinite(y)):
            return {"table": {"x": x.tolist(), "y": y.tolist()}}
    raise values.trouble(key, "is not finite between stoichiometries of 0.001 and 0.999.")


def _nodes(margin: float, count: int) -> Array:
    return margin + (1.0 - 2.0 * margin) * 0.5 * (1.0 - np.cos(np.linspace(0.0, np.pi, count)))


def _diffusivity(values: _Set, side: str) -> dict[str, Any]:
    """Return D_s, a number or one that a function of the stoichiometry multiplies, and its E/R."""
    key = f"{side} particle diffusivity [m2.s-1]"

    def at(temperature: float, x: Array = _ACROSS) -> Array:
        variable = f"{side} particle stoichiometry"
        return values.sample(key, {variable: x, "Temperature [K]": temperature})

    here = at(REFERENCE_TEMPERATURE)
    energy = {"solid_diffusivity_activation": _activation(values, key, at)}
    if np.ptp(here) <= _SAME * np.abs(here).max():
        return {"solid_diffusivity": float(here[0])} | energy
    x = _nodes(_MARGIN, _KINETIC_NODES)
    table = {"x": x.tolist(), "y": at(REFERENCE_TEMPERATURE, x).tolist()}
    return split_diffusivity(f"{values.name}: {key}", {"table": table}) | energy


def _kinetics(values: _Set, side: str, c_max: float) -> dict[str, Any]:
    """Return k, its E/R, and what makes i_0 another than F k c_max √(c_e θ (1 − θ))."""
    key = f"{side} electrode exchange-current density [A.m-2]"
    initial = values.number("Initial concentration in electrolyte [mol.m-3]")

    def at(temperature: float, theta: Array = _ACROSS, salt: float = initial) -> Array:
        """i_0 over the standard form with k = 1."""
        found = values.sample(
            key,
            {
                "Electrolyte concentration [mol.m-3]": np.full(theta.shape, salt),
                f"{side} particle surface concentration [mol.m-3]": theta * c_max,
                f"{side} particle maximum concentration [mol.m-3]": c_max,
                "Temperature [K]": temperature,
            },
        )
        return np.asarray(found / (FARADAY * c_max * np.sqrt(salt * theta * (1.0 - theta))))

    here = at(REFERENCE_TEMPERATURE)
    described: dict[str, Any] = {"rate_constant_activation": _activation(values, key, at)}
    exponent = _salt_exponent(
        values, key, initial, lambda salt: at(REFERENCE_TEMPERATURE, salt=salt)
    )
    if abs(exponent) > _SAME:
        described["salt_exponent"] = 0.5 + exponent
    if np.ptp(here) <= 1e-6 * here.max():
        return described | {"rate_constant": float(here.mean())}
    x = _nodes(_MARGIN, _KINETIC_NODES)
    middle = float(at(REFERENCE_TEMPERATURE, np.array([0.5]))[0])
    shape = at(REFERENCE_TEMPERATURE, x) / middle
    return described | {
        "rate_constant": middle,
        "exchange_current_shape": {"table": {"x": x.tolist(), "y": shape.tolist()}},
    }


def _salt_exponent(values: _Set, key: str, initial: float, at: Callable[[float], Array]) -> float:
    """Return the power of the salt concentration in a property; refuse one that has no one."""
    here = at(initial)
    found = [np.log(at(factor * initial) / here) / np.log(factor) for factor in (0.3, 0.7, 1.6)]
    if not np.ptp(found) <= 1e-6:
        raise values.trouble(key, "does not follow one power of the salt concentration.")
    return float(np.mean(found))


def _metal(values: _Set, density: float) -> dict[str, Any]:
    """Return the lithium metal of a half-cell."""
    initial = values.number("Initial concentration in electrolyte [mol.m-3]")
    lithium = 1.0 / values.number("Lithium metal partial molar volume [m3.mol-1]", _LITHIUM)

    def at(temperature: float, salt: float = initial) -> Array:
        return values.sample(
            _METAL,
            {
                "Electrolyte concentration [mol.m-3]": np.array([salt]),
                "Lithium metal concentration [mol.m-3]": lithium,
                "Temperature [K]": temperature,
            },
        )

    exponent = _salt_exponent(values, _METAL, initial, lambda salt: at(REFERENCE_TEMPERATURE, salt))
    return {
        "exchange_current_density": float(at(REFERENCE_TEMPERATURE)[0]),
        "exchange_current_density_activation": _activation(values, _METAL, at),
        "salt_exponent": exponent,
        "thickness": values.number("Negative electrode thickness [m]", 0.0),
        "density": density,
    }


def _electrolyte(values: _Set, density: float) -> dict[str, Any]:
    initial = values.number("Initial concentration in electrolyte [mol.m-3]")
    fit: dict[str, Any] = {
        "description": f"electrolyte of PyBaMM's {values.name}",
        "transference": _transference(values),
    }
    activations = {}
    for name, key in (
        ("conductivity", "Electrolyte conductivity [S.m-1]"),
        ("diffusivity", "Electrolyte diffusivity [m2.s-1]"),
        ("thermodynamic_factor", "Thermodynamic factor"),
    ):

        def at(temperature: float, key: str = key) -> Array:
            return _of_salt(values, key, initial * np.array([0.5, 1.0, 1.5]), temperature)

        energy, worst = _arrhenius(at)
        thermal = worst > _ARRHENIUS or (energy > 0.0 and name == "thermodynamic_factor")
        known = _THERMAL if thermal else (REFERENCE_TEMPERATURE,)
        salt = np.linspace(0.0, SALT_TOP, _FEWER_SALTS if thermal else _SALTS)
        tables = [
            _while_positive(values, key, salt, _of_salt(values, key, salt, T), initial)
            for T in known
        ]
        if thermal:
            fit[name] = {"temperatures": list(known), "tables": tables}
        else:
            fit[name] = {"table": tables[0]}
        if name != "thermodynamic_factor":
            activations[name] = 0.0 if thermal else energy
    return {
        "initial_concentration": initial,
        "fit": fit,
        "density": density,
        **{f"{name}_activation": value for name, value in activations.items()},
    }


def _of_salt(values: _Set, key: str, salt: Array, temperature: float) -> Array:
    return values.sample(
        key, {"Electrolyte concentration [mol.m-3]": salt, "Temperature [K]": temperature}
    )


def _transference(values: _Set) -> float | dict[str, Any]:
    """Return t₊, a number, a table, or tables at several temperatures."""
    key, salt = "Cation transference number", np.linspace(*_SALT_RANGE, _SALTS // 3)
    sampled = [_of_salt(values, key, salt, T) for T in _THERMAL]
    tables = [{"x": salt.tolist(), "y": one.tolist()} for one in sampled]
    if np.ptp(sampled, axis=0).max() > _SAME:
        return {"temperatures": list(_THERMAL), "tables": tables}
    if np.ptp(sampled[0]) <= _SAME:
        return float(sampled[0][0])
    return {"table": tables[0]}


def _while_positive(
    values: _Set, key: str, salt: Array, sampled: Array, initial: float
) -> dict[str, list[float]]:
    """Return a table from no salt to where a property stops being finite, or is next to nought."""
    at_rest = np.interp(initial, salt, sampled)
    good = np.isfinite(sampled) & (sampled > _FROZEN * at_rest)
    first = 0 if np.isfinite(sampled[0]) else 1
    bad = np.flatnonzero(~good[1:]) + 1
    last = int(bad[0]) if bad.size else sampled.size
    if last < 2 + first:
        raise values.trouble(key, "is not positive where there is little salt.")
    kept = slice(first, last)
    return {"x": salt[kept].tolist(), "y": np.maximum(sampled[kept], 0.0).tolist()}


def _activation(values: _Set, key: str, at: Callable[[float], Array]) -> float:
    """Return E/R of the Arrhenius factor of a property; warn where it has another form."""
    energy, worst = _arrhenius(at)
    if worst > _ARRHENIUS:
        _warn(
            values,
            key,
            "does not follow an Arrhenius factor: away from 298.15 K it is off by up to "
            f"{100 * worst:.2g} % between 278 and 328 K",
        )
    return energy


def _arrhenius(at: Callable[[float], Array]) -> tuple[float, float]:
    """Return E/R of the Arrhenius factor nearest to a property, and how far off it is at most."""
    here = at(REFERENCE_TEMPERATURE)
    cold, warm = (at(temperature) for temperature in _COLD_AND_WARM)
    span = 1.0 / _COLD_AND_WARM[0] - 1.0 / _COLD_AND_WARM[1]
    energy = float(np.mean(np.log(warm / cold))) / span
    if abs(energy) < 1.0:
        energy = 0.0
    worst = max(
        float(np.max(np.abs(at(T) / here / _warmed(max(energy, 0.0), T) - 1.0)))
        for T in _TEMPERATURES
    )
    return max(energy, 0.0), worst


def _warmed(energy: float, temperature: float) -> float:
    return math.exp(energy * (1.0 / REFERENCE_TEMPERATURE - 1.0 / temperature))


def _warn(values: _Set, key: str, what: str) -> None:
    tell_doubts(f"PyBaMM's set {values.name}", [f"`{key}` {what}"])
