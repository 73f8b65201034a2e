"""Cells from BPX files, the Battery Parameter eXchange standard, versions 0.x and 1.x.

The `bpx` package checks a file against the schema and brings 0.x into the form of 1.x.  It is given
the numbers only: to check voltage limits it would execute the file's expressions as Python, so they
are parsed here, by `microbatt.cells.expressions`, and stay out of its hands.
"""

from __future__ import annotations

import copy
import json
import math
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from microbatt.cells.bpx_writing import BESIDE, BULK, DIVIDER, OWN, RANGE
from microbatt.cells.cell import NUMBERS, TEMPERATURE, Cell
from microbatt.cells.electrolyte_fits import PROPERTIES, SALT_TOP
from microbatt.cells.functions import MaterialFunction, material_function
from microbatt.cells.microstructure import matrix_factor
from microbatt.cells.parts import UNCERTAINTIES
from microbatt.cells.records import ACTIVATION, USE_FRACTION
from microbatt.cells.start import window_doubts
from microbatt.cells.stoichiometry_functions import own_entropy, split_diffusivity
from microbatt.checks import FINITE, FRACTION, POSITIVE, Interval, check_number
from microbatt.constants import GAS_CONSTANT, REFERENCE_TEMPERATURE
from microbatt.errors import CellFileError, ParameterError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_LARGEST_FILE: Final = 2**26
"""[byte]"""
_ELECTRODES: Final = {"negative": "Negative electrode", "positive": "Positive electrode"}
_SPHERE: Final = 3.0
_SAMPLES: Final = 1201
_DIFFUSIVITY: Final = "Diffusivity [m2.s-1]"
_ENTROPY: Final = "Entropic change coefficient [V.K-1]"
_SECTIONS: Final = ("Cell", "Electrolyte", "Separator", *_ELECTRODES.values())
_ENERGY: Final = Interval(0.0, ACTIVATION.high * GAS_CONSTANT)
_ALLOWED: Final = (
    dict.fromkeys(
        (
            "Electrode area [m2]",
            "Number of electrode pairs connected in parallel to make a cell",
            "Maximum concentration [mol.m-3]",
            "Particle radius [m]",
            "Initial concentration [mol.m-3]",
            "Initial electrolyte concentration [mol.m-3]",
        ),
        POSITIVE,
    )
    | dict.fromkeys(
        (
            "Diffusivity activation energy [J.mol-1]",
            "Conductivity activation energy [J.mol-1]",
            "Reaction rate constant activation energy [J.mol-1]",
        ),
        _ENERGY,
    )
    | dict.fromkeys(
        ("Reference temperature [K]", "Initial temperature [K]", "Ambient temperature [K]"),
        TEMPERATURE,
    )
)
"""Numbers that others are divided by, or that stand in an exponent → where they may lie."""
_FUNCTIONS: Final = {
    "Electrolyte": frozenset({"Conductivity [S.m-1]", "Diffusivity [m2.s-1]"}),
} | dict.fromkeys(_ELECTRODES.values(), frozenset({"Diffusivity [m2.s-1]", "OCP [V]", _ENTROPY}))
"""What may be an expression or a table; everything else is a number."""
_PLAIN: Final = frozenset(
    {
        "Porosity",
        "Transport efficiency",
        "Cation transference number",
        "Minimum stoichiometry",
        "Maximum stoichiometry",
        "Number of electrode pairs connected in parallel to make a cell",
    }
)
"""Numbers without a unit."""
_CHARGE: Final = "Initial state-of-charge"
_NOT_SERVED: Final = {
    "Particle": "several active materials in one electrode (a blend)",
    "OCP (lithiation) [V]": "hysteresis of the open-circuit potential",
    "OCP (delithiation) [V]": "hysteresis of the open-circuit potential",
    "OCP hysteresis decay constant": "hysteresis of the open-circuit potential",
}
_DEFAULT_DENSITY: Final = 2500.0
_DEFAULT_HEAT_CAPACITY: Final = 1000.0
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
        If the stoichiometric windows do not hold the same charge, or their ends do not lie at the
        cut-off voltages.
    """
    raw = _parameterisation(document)
    _refuse_what_is_not_served(raw)
    checked = _checked(document, raw)
    state = checked.state.initial_conditions if checked.state else None
    around = checked.state.thermal_environment if checked.state else None
    given = checked.parameterisation
    faults = _Faults()
    _check_state(state, around, faults)
    _refuse_degradation(checked.state, faults)
    start = _number_or(getattr(state, "initial_temperature", None), REFERENCE_TEMPERATURE)
    salt: Any = getattr(state, "initial_electrolyte_concentration", None)
    if salt is None:
        faults.add("the file gives no initial electrolyte concentration.")
    faults.refuse()
    charge = _number_or(getattr(state, "initial_soc", None), 1.0)
    at = _Reference(_number_or(given.cell.reference_temperature, REFERENCE_TEMPERATURE))
    per_area = given.cell.electrode_area * given.cell.number_of_electrodes
    layers: dict[str, dict[str, Any]] = {}
    for part, title in _ELECTRODES.items():
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
    for doubt in window_doubts(cell):
        warnings.warn(f"{name}: {doubt}", UserWarning, stacklevel=2)
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


# --- what the file says --------------------------------------------------------------------------


def _parameterisation(document: object) -> dict[str, Any]:
    """Return the sections of a BPX document."""
    header = document.get("Header") if isinstance(document, dict) else None
    raw = document.get("Parameterisation") if isinstance(document, dict) else None
    if not isinstance(header, dict) or "BPX" not in header or not isinstance(raw, dict):
        raise ParameterError(
            "is no BPX file: it has no `Header` with a `BPX` version, or no `Parameterisation`. A "
            "cell file of microbatt's own form ends in .toml."
        )
    missing = [f"`{name}`" for name in _SECTIONS if not isinstance(raw.get(name), dict)]
    if missing:
        model = str(header.get("Model", ""))
        raise ParameterError(
            f"has no section {', '.join(missing)}; a discharge needs {', '.join(_SECTIONS)}. A "
            f"file for the model {model!r} may lack them: take one for DFN."
        )
    return raw


class _Faults:
    """What is wrong with a file, so that all of it is told at once."""

    def __init__(self) -> None:
        self._told: dict[str, str] = {}

    def add(self, fault: str, place: str = "") -> None:
        """Note a fault; of one place the first is kept."""
        self._told.setdefault(place or fault, fault)

    @contextmanager
    def noted(self, place: str = "") -> Iterator[None]:
        """Note what is refused inside."""
        try:
            yield
        except ParameterError as error:
            self.add(str(error), place)

    def refuse(self) -> None:
        """Refuse the file if anything is wrong with it."""
        if not self._told:
            return
        told = list(self._told.values())
        if len(told) == 1:
            raise ParameterError(told[0])
        listed = "\n".join(f"  {fault}" for fault in told[:_MOST_FAULTS])
        more = "" if len(told) <= _MOST_FAULTS else f"\n  and {len(told) - _MOST_FAULTS} more"
        raise ParameterError(f"{len(told)} things have to be mended:\n{listed}{more}")


_MOST_FAULTS: Final = 30


def _refuse_what_is_not_served(raw: Mapping[str, Any]) -> None:
    faults = _Faults()
    for title in _ELECTRODES.values():
        for key, what in _NOT_SERVED.items():
            if raw[title].get(key) is not None:
                faults.add(f"`{title}` has `{key}`: {what} is not served yet.")
    faults.refuse()


def _refuse_degradation(state: Any, faults: _Faults) -> None:  # noqa: ANN401 - a pydantic section
    """Refuse a state of health other than new: lithium or material that is lost."""
    aged = getattr(state, "degradation", None)
    lost = {} if aged is None else aged.model_dump(by_alias=True)
    for key, value in lost.items():
        if value != 0.0:
            faults.add(
                f"`State: Degradation` has `{key}` = {value}: an aged cell is not served. Give the "
                "stoichiometric windows and the active area of the aged cell, and 0 here."
            )


def _check_numbers(raw: Mapping[str, Any], faults: _Faults) -> None:
    """Note what is no finite number, and what lies out of the range that a cell may have."""
    for section in _SECTIONS:
        for key, value in raw[section].items():
            is_number = isinstance(value, bool | int | float)
            named = "[" in key or key in _PLAIN
            if value is None or not (is_number or named):
                continue  # what is none of the standard's is for the schema to refuse
            if is_number or not _is_function(section, key):
                allowed, remedy = _allowed(section, key)
                place = f"{section}: {key}"
                with faults.noted(place):
                    check_number(place, value, allowed, remedy=remedy)


def _allowed(section: str, key: str) -> tuple[Interval, str]:
    """Return where a number may lie, and what to do if it does not; as our records declare it."""
    part = _PARTS.get(section)
    own = None if part is None else _DECLARED.get(key)
    place = NUMBERS.get(f"{part}_{own}")
    if place is None:
        return _ALLOWED.get(key, FINITE), "Check its unit."
    return place.spec.allowed, place.spec.remedy


_PARTS: Final = {title: part for part, title in _ELECTRODES.items()} | {"Separator": "separator"}
_DECLARED: Final = {
    "Thickness [m]": "thickness",
    "Porosity": "electrolyte_fraction",
    "Particle radius [m]": "particle_radius",
    "Maximum concentration [mol.m-3]": "max_concentration",
    "Minimum stoichiometry": "stoichiometry_full",
    "Maximum stoichiometry": "stoichiometry_full",
}
"""Numbers that become a cell's as they are → the key whose range they share."""


def _check_state(state: Any, around: Any, faults: _Faults) -> None:  # noqa: ANN401 - pydantic sections
    for section in (state, around):
        for name, field in type(section).model_fields.items() if section is not None else ():
            value = getattr(section, name)
            if isinstance(value, int | float):
                allowed = FRACTION if field.alias == _CHARGE else _ALLOWED.get(field.alias, FINITE)
                remedy = USE_FRACTION if field.alias == _CHARGE else "Check its unit."
                with faults.noted():
                    check_number(field.alias, value, allowed, remedy=remedy)


def _checked(document: Any, raw: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON in, a pydantic model out
    """Check a document against the schema, with numbers in place of its functions."""
    import pydantic

    faults = _Faults()
    _check_numbers(raw, faults)
    skeleton = {key: copy.deepcopy(document[key]) for key in ("Header", "State") if key in document}
    skeleton["Parameterisation"] = {
        section: {
            key: 1.0 if _is_function(section, key) and _is_text(value) else copy.deepcopy(value)
            for key, value in values.items()
        }
        for section, values in raw.items()
        if section != "User-defined" and isinstance(values, dict)
    }
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of pyparsing's, and of versions brought up to date
            import bpx

            checked = bpx.parse_bpx_obj(skeleton)
    except pydantic.ValidationError as error:
        version = str(document["Header"]["BPX"])[:20]
        for one in error.errors():
            steps = [str(step) for step in one["loc"] if step != "Parameterisation"]
            place = ": ".join(steps[:2])
            faults.add(f"`{place}` {_asked(one)}, by version {version} of BPX.", place)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        faults.add(f"is no BPX file of its version: {error}.")
    faults.refuse()
    return checked


def _asked(error: Mapping[str, Any]) -> str:
    """Say what the schema asks for, in our words where it says it of keys."""
    words = {"missing": "is missing", "extra_forbidden": "is not known there"}
    return words.get(error["type"], f"is refused ({error['msg']})")


def _is_function(section: str, key: str) -> bool:
    return key in _FUNCTIONS.get(section, ())


def _is_text(value: object) -> bool:
    """Whether a value is an expression or a table, and not a number."""
    return isinstance(value, str | dict)


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
    faults: _Faults,
) -> dict[str, Any]:
    title = _ELECTRODES[part]
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
    faults: _Faults,
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
        for part in _ELECTRODES
        for name, key in (
            ("open_circuit", "open_circuit"),
            ("solid_diffusivity", "solid_diffusivity_shape"),
            ("entropic_change_coefficient", "entropic_change_coefficient"),
        )
    },
    **{f"electrolyte_{name}": ("electrolyte", "fit", name) for name in PROPERTIES},
}
"""Functions whose range may be stated → where they stand in the form of plain numbers."""
_EFFECTIVE: Final = {f"{part}_effective_solid_conductivity": part for part in _ELECTRODES}


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
        if part in _ELECTRODES and "gas_fraction" in layer:
            layer["filler_fraction"] = max(
                _tidy(layer["filler_fraction"] - layer["gas_fraction"]), 0.0
            )


def _name_materials(cell: dict[str, Any], words: str) -> None:
    """Take the names of the materials out of the description that we wrote."""
    said = dict(one.split(": ", 1) for one in words.split(DIVIDER) if ": " in one)
    for part, title in _ELECTRODES.items():
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
    value = raw.get(_ENTROPY)
    if value in (None, 0):
        return {}
    function = _of_stoichiometry(f"{title}: {_ENTROPY}", value, window)
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
