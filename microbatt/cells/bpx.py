"""Cells from BPX files, the Battery Parameter eXchange standard, versions 0.x and 1.x.

The `bpx` package checks a file against the schema and brings 0.x into the form of 1.x.  It is given
the numbers only: to check voltage limits it would execute the file's expressions as Python, so they
are parsed here, by `microbatt.cells.expressions`, and stay out of its hands.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from microbatt.cells.bpx_checking import (
    ELECTRODES,
    ENTROPY,
    check_degradation,
    check_state,
    checked_document,
    parameterisation,
    refuse_what_is_not_served,
    version_doubts,
)
from microbatt.cells.bpx_writing import BESIDE, BULK, DIVIDER, OWN, RANGE
from microbatt.cells.cell import NUMBERS, Cell
from microbatt.cells.doubts import cell_doubts, tell_doubts
from microbatt.cells.electrolyte_fits import PROPERTIES, SALT_TOP
from microbatt.cells.faults import Faults
from microbatt.cells.functions import MaterialFunction, material_function
from microbatt.cells.microstructure import matrix_factor
from microbatt.cells.parts import UNCERTAINTIES
from microbatt.cells.stoichiometry_functions import own_entropy, split_diffusivity
from microbatt.checks import check_number
from microbatt.constants import GAS_CONSTANT, REFERENCE_TEMPERATURE
from microbatt.errors import CellFileError, ParameterError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_LARGEST_FILE: Final = 2**26
"""[byte]"""
_SPHERE: Final = 3.0
_SAMPLES: Final = 1201
_DIFFUSIVITY: Final = "Diffusivity [m2.s-1]"
_DEFAULT_DENSITY: Final = 2500.0
_DEFAULT_HEAT_CAPACITY: Final = 1000.0
_ANY_SALT: Final = 1000.0
"""Stands for a concentration that the file does not give, while its other faults are looked for."""
"""Where a file says nothing of them: [kg m⁻³] and [J kg⁻¹ K⁻¹], usual for pouch cells."""


def read_bpx(path: Path) -> Cell:
    """Read a BPX file.

    Parameters
    ----------
    path : Path
        A JSON file.

    Returns
    -------
    Cell
        At the file's initial state of charge, or full.

    Raises
    ------
    CellFileError
        If it is no BPX file, or holds something that is not served; what is named.
    """
    try:
        return cell_from_bpx(_document(path), name=path.stem)
    except OSError as error:
        raise CellFileError(f"{path}: cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise CellFileError(f"{path}: is not UTF-8 text.") from error
    except (json.JSONDecodeError, RecursionError) as error:
        raise CellFileError(f"{path}: is not valid JSON ({error}).") from error
    except ParameterError as error:
        raise CellFileError(f"{path}: {error}") from error


def cell_from_bpx(document: object, *, name: str) -> Cell:
    """Return the cell of a BPX document.

    Parameters
    ----------
    document : object
        As `json.load` gives it.
    name : str
        Of the cell.

    Returns
    -------
    Cell
        S is 3 in both electrodes, and alpha follows from porosity and transport efficiency.

    Raises
    ------
    ParameterError
        If it is no BPX document, or holds something that is not served; all that has to be mended
        is named.

    Warns
    -----
    UserWarning
        If the stoichiometric windows do not hold the same charge, their ends do not lie at the
        cut-off voltages, a formula has a pole, the electrolyte is unlike those of cells, or the
        version of the standard is not known here.
    """
    raw = parameterisation(document)
    refuse_what_is_not_served(raw)
    checked = checked_document(document, raw)
    state = checked.state.initial_conditions if checked.state else None
    around = checked.state.thermal_environment if checked.state else None
    given = checked.parameterisation
    faults = Faults()
    check_state(state, around, faults)
    check_degradation(checked.state, faults)
    start = _number_or(getattr(state, "initial_temperature", None), REFERENCE_TEMPERATURE)
    salt: Any = getattr(state, "initial_electrolyte_concentration", None)
    if salt is None:
        faults.add("the file gives no initial electrolyte concentration.")
    if faults.found:  # what is wrong with the rest is told all the same
        salt = _number_or(salt if salt and salt > 0.0 else None, _ANY_SALT)
    charge = _number_or(getattr(state, "initial_soc", None), 1.0)
    at = _Reference(_number_or(given.cell.reference_temperature, REFERENCE_TEMPERATURE))
    per_area = given.cell.electrode_area * given.cell.number_of_electrodes
    layers: dict[str, dict[str, Any]] = {}
    for part, title in ELECTRODES.items():
        with faults.noted():
            layer = getattr(given, f"{part}_electrode")
            layers[part] = _electrode(raw[title], layer, at, salt, charge, part, faults)
    with faults.noted():
        layers["separator"] = _porous("Separator", given.separator)
    electrolyte = _electrolyte(raw["Electrolyte"], given.electrolyte, at, salt, faults)
    faults.refuse()
    density, rest = _masses(given, per_area)
    for layer in layers.values():
        layer["density"] = density
    cell = Cell.from_dict(
        _with_own(
            {
                "name": name,
                "description": checked.header.title or "",
                "references": [one for one in (checked.header.references or "").split("; ") if one],
                "cell": {
                    "polymer_density": density,
                    "filler_density": density,
                    "heat_capacity": _number_or(
                        given.cell.specific_heat_capacity, _DEFAULT_HEAT_CAPACITY
                    ),
                    "initial_temperature": start,
                    "ambient_temperature": _number_or(
                        getattr(around, "ambient_temperature", None), start
                    ),
                    "one_c_current": _tidy(given.cell.nominal_cell_capacity / per_area),
                    "electrode_area": given.cell.electrode_area,
                    "electrode_pairs": given.cell.number_of_electrodes,
                    "nominal_capacity": given.cell.nominal_cell_capacity,
                    "lower_cutoff_voltage": given.cell.lower_voltage_cutoff,
                    "upper_cutoff_voltage": given.cell.upper_voltage_cutoff,
                },
                **layers,
                "electrolyte": electrolyte | {"density": density},
                "negative_collector": {"thickness": 0.5 * rest, "density": density},
                "positive_collector": {"thickness": 0.5 * rest, "density": density},
            },
            raw.get("User-defined"),
            checked.header.description or "",
        )
    )
    tell_doubts(name, (*version_doubts(document), *cell_doubts(cell)))
    return cell


def _document(path: Path) -> object:
    if path.stat().st_size > _LARGEST_FILE:
        raise ParameterError(f"is larger than {_LARGEST_FILE // 2**20} MiB, more than a cell.")
    text = path.read_text(encoding="utf-8")
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise
    except ValueError as error:  # a whole number of more digits than Python converts
        raise ParameterError(f"a number in it cannot be read ({error}).") from error


class _Reference:
    """Brings properties from a file's reference temperature to 298.15 K."""

    def __init__(self, temperature: float) -> None:
        self.warmth = temperature - REFERENCE_TEMPERATURE
        self.inverse_kelvin = 1.0 / temperature - 1.0 / REFERENCE_TEMPERATURE

    def factor(self, energy: float | None) -> float:
        """exp(E/R (1/T_file − 1/298.15 K)) of an activation energy [J mol⁻¹]."""
        return math.exp((energy or 0.0) / GAS_CONSTANT * self.inverse_kelvin)


def _kelvin(energy: float | None) -> float:
    """E/R of an activation energy [J mol⁻¹]."""
    return _tidy((energy or 0.0) / GAS_CONSTANT)


def _between(empty: float, full: float, charge: float) -> float:
    """Return the stoichiometry at a state of charge; exact at both ends."""
    if charge in (0.0, 1.0):
        return full if charge else empty
    return _tidy(charge * full + (1.0 - charge) * empty)


def _electrode(
    raw: Mapping[str, Any],
    given: Any,  # noqa: ANN401 - a section of a pydantic model
    at: _Reference,
    salt: float,
    charge: float,
    part: str,
    faults: Faults,
) -> dict[str, Any]:
    title = ELECTRODES[part]
    layer: dict[str, Any] = {}
    with faults.noted():
        layer = _porous(title, given)
    active = given.surface_area_per_unit_volume * given.particle_radius / _SPHERE
    inert = 1.0 - given.porosity - active
    if not inert > -_ROUNDING:
        faults.add(
            f"`{title}` has a porosity of {given.porosity:g} and spheres of "
            f"{given.particle_radius:g} m with {given.surface_area_per_unit_volume:g} m⁻¹, which "
            f"fill {active:.4g} of it: more than there is."
        )
    window = (given.minimum_stoichiometry, given.maximum_stoichiometry)
    if not window[0] < window[1]:
        raise ParameterError(
            f"`{title}` has a minimum stoichiometry of {window[0]:g} and a maximum of "
            f"{window[1]:g}; exchange the two, or check them."
        )
    empty, full = window if part == "negative" else window[::-1]
    matrix = matrix_factor(given.porosity, 0.0)
    rate = given.reaction_rate_constant / (given.maximum_concentration * math.sqrt(salt))
    entropy: dict[str, Any] = {}
    own: dict[str, Any] = {}
    with faults.noted():
        entropy = _entropy(title, raw, window)
    with faults.noted():
        own = _diffusivity(title, raw, window, at.factor(given.diffusivity_activation_energy))
    own |= entropy
    return (
        layer
        | own
        | {
            "filler_fraction": max(_tidy(inert), 0.0),
            "particle_radius": given.particle_radius,
            "max_concentration": given.maximum_concentration,
            "solid_conductivity": given.conductivity / matrix,
            "effective_solid_conductivity": given.conductivity,
            "initial_stoichiometry": _between(empty, full, charge),
            "stoichiometry_full": full,
            "stoichiometry_empty": empty,
            "rate_constant": _tidy(
                rate * at.factor(given.reaction_rate_constant_activation_energy)
            ),
            "open_circuit": _potential(title, raw["OCP [V]"], window, at, entropy),
            "S": _SPHERE,
            "solid_diffusivity_activation": _kelvin(given.diffusivity_activation_energy),
            "rate_constant_activation": _kelvin(given.reaction_rate_constant_activation_energy),
        }
    )


_ROUNDING: Final = 1e-3
"""Of volume fractions that a file prints with three digits."""


def _porous(title: str, given: Any) -> dict[str, Any]:  # noqa: ANN401 - a section of a pydantic model
    """Return thickness, pores and alpha: B = ε^(1 + alpha)."""
    pores, efficiency = given.porosity, given.transport_efficiency
    if pores == efficiency == 1.0:  # nothing but electrolyte, in which alpha means nothing
        return {"thickness": given.thickness, "electrolyte_fraction": pores}
    if not 0.0 < efficiency <= pores < 1.0:
        raise ParameterError(
            f"`{title}` has a transport efficiency of {efficiency:g} at a porosity of {pores:g}; "
            "it must be positive and at most the porosity, which must be below 1."
        )
    alpha = max(_tidy(math.log(efficiency) / math.log(pores) - 1.0), 0.0)
    return {"thickness": given.thickness, "electrolyte_fraction": pores, "alpha": alpha}


def _electrolyte(
    raw: Mapping[str, Any],
    given: Any,  # noqa: ANN401 - a section of a pydantic model
    at: _Reference,
    salt: float,
    faults: Faults,
) -> dict[str, Any]:
    conducting, diffusing = (
        given.conductivity_activation_energy,
        given.diffusivity_activation_energy,
    )
    fit: dict[str, Any] = {"transference": given.cation_transference_number}
    for key, name, energy in (
        ("conductivity", "Conductivity [S.m-1]", conducting),
        ("diffusivity", "Diffusivity [m2.s-1]", diffusing),
    ):
        with faults.noted():
            fit[key] = _positive(raw, name, at.factor(energy))
    return {
        "initial_concentration": salt,
        "fit": fit,
        "conductivity_activation": _kelvin(conducting),
        "diffusivity_activation": _kelvin(diffusing),
    }


# --- what microbatt wrote beside the standard ----------------------------------------------------


def _with_own(cell: dict[str, Any], own: object, words: str) -> dict[str, Any]:
    """Return a cell with what `microbatt.cells.bpx_writing` wrote into ``User-defined``."""
    ours = {
        key.removeprefix(OWN): check_number(f"User-defined: {key}", value, remedy=_OURS)
        for key, value in (own.items() if isinstance(own, dict) else ())
        if key.startswith(OWN)
    }
    stated = {key.removeprefix(_STATED): ours.pop(key) for key in list(ours) if _is_stated(key)}
    for name, value in ours.items():
        of, _, what = name.partition(" ")
        place = NUMBERS.get(name)
        if place is not None and place.key in BESIDE.get(place.part, ()):
            cell[place.part][place.key] = value
        elif of in _RANGED and what in RANGE:
            _set_range(cell, *_RANGED[of], end=what, value=value)
        elif of in _EFFECTIVE and what == BULK:
            del cell[_EFFECTIVE[of]]["effective_solid_conductivity"]
        else:
            raise ParameterError(f"`User-defined: {OWN}{name}` is not known here. {_OURS}")
    _share_volume(cell)
    if ours:
        _name_materials(cell, words)
    return cell | {UNCERTAINTIES: stated}


_OURS: Final = "Take it out, or write the file anew."
_STATED: Final = "uncertainty of "
_RANGED: Final = {
    **{
        f"{part}_{name}": (part, key)
        for part in ELECTRODES
        for name, key in (
            ("open_circuit", "open_circuit"),
            ("solid_diffusivity", "solid_diffusivity_shape"),
            ("entropic_change_coefficient", "entropic_change_coefficient"),
        )
    },
    **{f"electrolyte_{name}": ("electrolyte", "fit", name) for name in PROPERTIES},
}
"""Functions whose range may be stated → where they stand in the form of plain numbers."""
_EFFECTIVE: Final = {f"{part}_effective_solid_conductivity": part for part in ELECTRODES}


def _is_stated(key: str) -> bool:
    return key.startswith(_STATED)


def _set_range(cell: dict[str, Any], *path: str, end: str, value: float) -> None:
    place: Any = cell
    for one in path:
        place = place[one]
    if "range" in place:
        place["range"][RANGE.index(end)] = value


def _share_volume(cell: dict[str, Any]) -> None:
    """Take the polymer out of the pores, and the gas out of what is inert."""
    for part in ("negative", "separator", "positive"):
        layer = cell[part]
        pores = layer["electrolyte_fraction"]
        layer["electrolyte_fraction"] = _tidy(pores - layer.get("polymer_fraction", 0.0))
        if part in ELECTRODES and "gas_fraction" in layer:
            layer["filler_fraction"] = max(
                _tidy(layer["filler_fraction"] - layer["gas_fraction"]), 0.0
            )


def _name_materials(cell: dict[str, Any], words: str) -> None:
    """Take the names of the materials out of the description that we wrote."""
    said = dict(one.split(": ", 1) for one in words.split(DIVIDER) if ": " in one)
    for part, title in ELECTRODES.items():
        if title in said:
            cell[part]["open_circuit"]["material"] = said[title]
    if "Electrolyte" in said:
        cell["electrolyte"]["fit"]["description"] = said["Electrolyte"]


def _tidy(value: float) -> float:
    """Round off the last digits of what is computed, so that a cell that is written comes back."""
    return float(f"{value:.12g}")


# --- its functions -------------------------------------------------------------------------------


def _described(key: str, value: object) -> dict[str, Any]:
    """Return a number, an expression or a table of BPX as `material_function` takes it."""
    if isinstance(value, str):
        return {"expression": value}
    if isinstance(value, dict):
        return {"table": value}
    if isinstance(value, int | float) and not isinstance(value, bool):
        return {"value": value}
    raise ParameterError(f"`{key}` is {value!r}; it must be a number, an expression or a table.")


def _potential(
    title: str,
    value: object,
    window: tuple[float, float],
    at: _Reference,
    entropy: Mapping[str, Any],
) -> dict[str, Any]:
    """Return an open-circuit potential at 298.15 K."""
    key = f"{title}: OCP [V]"
    function = _of_stoichiometry(key, value, window)
    plain = function.plain()
    if entropy and at.warmth:
        coefficient = own_entropy(key, entropy["entropic_change_coefficient"])
        theta = np.linspace(function.lower, function.upper, _SAMPLES)
        shifted = function(theta) - at.warmth * coefficient.value(theta)
        plain = {"table": {"x": theta.tolist(), "y": shifted.tolist()}}
    return plain | {"material": f"{title.split(maxsplit=1)[0].lower()} of the file"}


def _of_stoichiometry(key: str, value: object, window: tuple[float, float]) -> MaterialFunction:
    """Return a function from 0 to 1, or on the stoichiometric window if it is finite there only."""
    described = _described(key, value)
    try:
        return material_function(key, described, lower=0.0, upper=1.0)
    except ParameterError:
        low, high = window
        return material_function(key, described, lower=low, upper=high)


def _positive(raw: Mapping[str, Any], name: str, factor: float) -> dict[str, Any]:
    """Return a property of the electrolyte, as far from no salt as it is finite and positive."""
    key = f"Electrolyte: {name}"
    described = _described(key, raw.get(name))
    if "expression" not in described:
        return material_function(key, described, lower=0.0, upper=SALT_TOP, factor=factor).plain()
    refusal: ParameterError | None = None
    for low in (0.0, 1.0):
        try:
            function = material_function(key, described, lower=low, upper=SALT_TOP, factor=factor)
        except ParameterError as error:
            refusal = error
            continue
        salt = np.linspace(low, SALT_TOP, _SAMPLES)
        falls = np.flatnonzero(~(function(salt[1:]) > 0.0))
        high = float(salt[falls[0]]) if falls.size else SALT_TOP
        if not high > low:
            raise ParameterError(f"`{key}` is not positive where there is little salt.")
        return function.plain() | {"range": [low, high]}
    raise refusal or ParameterError(f"`{key}` cannot be read.")


def _diffusivity(
    title: str, raw: Mapping[str, Any], window: tuple[float, float], factor: float
) -> dict[str, Any]:
    """Return D_s, a number or a function of the stoichiometry, at 298.15 K."""
    key = f"{title}: {_DIFFUSIVITY}"
    split = split_diffusivity(key, _of_stoichiometry(key, raw.get(_DIFFUSIVITY), window).plain())
    return split | {"solid_diffusivity": factor * split["solid_diffusivity"]}


def _entropy(title: str, raw: Mapping[str, Any], window: tuple[float, float]) -> dict[str, Any]:
    """Return dU/dT, where the file says something of it."""
    value = raw.get(ENTROPY)
    if value in (None, 0):
        return {}
    function = _of_stoichiometry(f"{title}: {ENTROPY}", value, window)
    return {"entropic_change_coefficient": function.plain()}


def _masses(given: Any, per_area: float) -> tuple[float, float]:  # noqa: ANN401 - a pydantic model
    """Return the density of everything, and how thick what is not a layer would be [m].

    A file tells the mass of the whole cell at most; foils and case are counted as collectors of
    the same density, so that energy per mass is that of the cell.
    """
    density = _number_or(given.cell.density, _DEFAULT_DENSITY)
    layers = (given.negative_electrode, given.separator, given.positive_electrode)
    thickness = sum(layer.thickness for layer in layers)
    volume = given.cell.volume
    rest = 0.0 if volume is None else volume / per_area - thickness
    return density, max(rest, 0.0)


def _number_or(value: float | None, default: float) -> float:
    return default if value is None else float(value)
