"""Cells to BPX files, version 1.1.

What another program would compute otherwise for want of a place in the standard is refused by its
name.  What changes no voltage, as the densities of the components, stands in the section
``User-defined``, where other programs may pass it over.
"""

from __future__ import annotations

import math
import re
from typing import Any, Final

import numpy as np

from microbatt.cells.electrolyte_fits import SALT_TOP
from microbatt.cells.functions import material_function
from microbatt.cells.parts import PARTS, number_name
from microbatt.cells.start import state_of_charge, window
from microbatt.constants import GAS_CONSTANT, REFERENCE_TEMPERATURE
from microbatt.errors import ParameterError

VERSION: Final = "1.1.0"
ELECTRODES: Final = {"negative": "Negative electrode", "positive": "Positive electrode"}
OWN: Final = "microbatt: "
"""Keys of ours in ``User-defined`` begin so."""
_OF_ELECTRODES: Final = ("polymer_fraction", "gas_fraction", "density", "solid_conductivity")
_OF_A_FILM: Final = "film_resistance_activation"
"""Means something where there is a film, which the standard cannot hold."""
BESIDE: Final = {
    "negative": (*_OF_ELECTRODES, _OF_A_FILM),
    "separator": ("polymer_fraction", "filler_fraction", "gas_fraction", "density"),
    "positive": (*_OF_ELECTRODES, _OF_A_FILM),
    "electrolyte": ("density",),
    "negative_collector": ("thickness", "density"),
    "positive_collector": ("thickness", "density"),
    "cell": ("polymer_density", "filler_density"),
}
"""Part → numbers that the standard has no place for, and that change no voltage."""
RANGE: Final = ("lower", "upper")
"""What follows the name of a function, to tell where it holds."""
BULK: Final = "follows from the bulk"
"""What follows the name of an effective conductivity that the cell does not state."""
DIVIDER: Final = " | "
"""Between the materials in the description of a file."""
_SPHERE: Final = 3.0
_STANDARD_EXPONENT: Final = 0.5
"""Of c_e in an exchange-current density."""
_TOLERANCE: Final = 1e-9
_SITES: Final = (0.0, 1.0)
"""Stoichiometries at which a function holds that says nothing else."""
_ENTROPY: Final = "Entropic change coefficient [V.K-1]"
_POTENTIALS: Final = 2001
_SALTS: Final = 1201
_FLOOR: Final = 0.01
"""Of a conductivity that turns negative: a share of its maximum, as the engine holds it."""
_SCALES: Final = ("conductivity_scale", "diffusivity_scale")
_FUNCTIONS: Final = frozenset({"exp", "tanh", "cosh"})
"""What every reader of the standard understands in an expression."""


def bpx_document(cell: Any) -> dict[str, Any]:  # noqa: ANN401 - a cell, whose module imports this
    """Return a cell as a BPX document.

    Parameters
    ----------
    cell : Cell
        Spheres, with the size of the cell and its cut-offs.

    Returns
    -------
    dict
        Ready for JSON.  Its numbers have their full precision; a fit with a name is written as a
        table of its values, an expression as it is.

    Raises
    ------
    ParameterError
        Naming everything that the standard cannot hold.
    """
    troubles = _troubles(cell)
    if troubles:
        raise ParameterError(
            f"this cell cannot be written as BPX: {'; '.join(troubles)}. Change these, or write a "
            "TOML file, which holds everything."
        )
    own = _own(cell)
    sections = {
        "Cell": _cell(cell),
        "Electrolyte": _electrolyte(cell.electrolyte, own),
        **{ELECTRODES[part]: _electrode(cell, part, own) for part in ELECTRODES},
        "Separator": _porous(cell.separator),
    }
    header = {"BPX": VERSION, "Model": "DFN", "Title": cell.description or cell.name}
    header["Description"] = DIVIDER.join(
        f"{title}: {words}"
        for title, words in (
            *((ELECTRODES[part], getattr(cell, part).open_circuit.material) for part in ELECTRODES),
            ("Electrolyte", cell.electrolyte.fit.description),
        )
    )
    if cell.references:
        header["References"] = "; ".join(cell.references)
    return {
        "Header": header,
        "Parameterisation": sections | {"User-defined": own},
        "State": {
            "Initial conditions": {
                "Initial state-of-charge": min(max(state_of_charge(cell) or 0.0, 0.0), 1.0),
                "Initial temperature [K]": cell.initial_temperature,
                "Initial electrolyte concentration [mol.m-3]": (
                    cell.electrolyte.initial_concentration
                ),
            },
            "Thermal environment": {"Ambient temperature [K]": cell.ambient_temperature},
        },
    }


# --- what cannot be written ----------------------------------------------------------------------


def _troubles(cell: Any) -> list[str]:  # noqa: ANN401 - a cell
    """Return what the standard cannot hold of a cell, each with what to do."""
    found = [
        f"it has no `{name}`"
        for name in (
            "electrode_area",
            "nominal_capacity",
            "lower_cutoff_voltage",
            "upper_cutoff_voltage",
        )
        if getattr(cell, name) is None
    ]
    if cell.area is not None and cell.nominal_capacity is not None:
        stated = cell.nominal_capacity / cell.area
        if not math.isclose(stated, cell.one_c_current, rel_tol=_TOLERANCE):
            found.append(
                f"1 C is `nominal_capacity` over the area there, {stated:.6g} A m⁻², and "
                f"`one_c_current` is {cell.one_c_current:.6g} A m⁻²"
            )
    if cell.electrode_pairs % 1.0 != 0.0:
        found.append(f"`electrode_pairs` is {cell.electrode_pairs:g}, and must be a whole number")
    if cell.contact_resistance:
        found.append("it has a `contact_resistance`")
    if cell.metal is not None:
        return [*found, "it is a half-cell, and the standard has two porous electrodes"]
    for part in ELECTRODES:
        found += _electrode_troubles(part, getattr(cell, part))
    return found + _electrolyte_troubles(cell.electrolyte) + _start_troubles(cell)


def _electrolyte_troubles(electrolyte: Any) -> list[str]:  # noqa: ANN401 - an electrolyte
    found = []
    salt = np.linspace(0.0, SALT_TOP, _SALTS)
    if np.any(np.abs(electrolyte.fit.thermodynamic_factor(salt) - 1.0) > _TOLERANCE):
        found.append("the thermodynamic factor of its electrolyte is not 1")
    if electrolyte.fit.transference_function is not None:
        found.append("the transference number of its electrolyte depends on the concentration")
    if electrolyte.fit.temperatures:
        found.append("its electrolyte depends on temperature by no Arrhenius factor")
    return found


def _electrode_troubles(part: str, e: Any) -> list[str]:  # noqa: ANN401 - an electrode
    found = []
    if not math.isclose(e.S, _SPHERE, rel_tol=_TOLERANCE):
        found.append(f"the {part} electrode has S = {e.S:g}, and all particles are spheres there")
    if e.film_resistance:
        found.append(f"the {part} electrode has a `film_resistance`")
    if e.exchange_current_shape is not None or e.salt_exponent != _STANDARD_EXPONENT:
        found.append(
            f"the exchange-current density of the {part} electrode is not of the standard form"
        )
    return found


def _start_troubles(cell: Any) -> list[str]:  # noqa: ANN401 - a cell
    ends = window(cell)
    if ends is None:
        return []  # no cut-offs, which is told
    shares = [
        (getattr(cell, part).initial_stoichiometry - empty) / (full - empty)
        for part, full, empty in zip(ELECTRODES, *ends, strict=True)
    ]
    if not math.isclose(*shares, rel_tol=0.0, abs_tol=_TOLERANCE):
        negative, positive = (f"{share:.6g}" for share in shares)
        return [f"its electrodes start at different states of charge, {negative} and {positive}"]
    if not -_TOLERANCE <= shares[1] <= 1.0 + _TOLERANCE:
        return [f"it starts at a state of charge of {shares[1]:.4g}, and not between 0 and 1"]
    return []


# --- the sections --------------------------------------------------------------------------------


def _cell(cell: Any) -> dict[str, Any]:  # noqa: ANN401 - a cell
    layers = ("negative_collector", "negative", "separator", "positive", "positive_collector")
    thickness = sum(getattr(cell, layer).thickness or 0.0 for layer in layers)
    written = {
        "Electrode area [m2]": cell.electrode_area,
        "Number of electrode pairs connected in parallel to make a cell": int(cell.electrode_pairs),
        "Lower voltage cut-off [V]": cell.lower_cutoff_voltage,
        "Upper voltage cut-off [V]": cell.upper_cutoff_voltage,
        "Nominal cell capacity [A.h]": cell.nominal_capacity,
        "Reference temperature [K]": REFERENCE_TEMPERATURE,
        "Specific heat capacity [J.K-1.kg-1]": cell.heat_capacity,
        "Density [kg.m-3]": cell.mass_per_area / thickness,
        "Volume [m3]": thickness * cell.area,
    }
    return {
        key: value for key, value in written.items() if value is not None and not math.isnan(value)
    }


def _porous(layer: Any) -> dict[str, Any]:  # noqa: ANN401 - an electrode or the separator
    return {
        "Thickness [m]": layer.thickness,
        "Porosity": layer.porosity,
        "Transport efficiency": layer.transport_factor,
    }


def _electrode(cell: Any, part: str, own: dict[str, float]) -> dict[str, Any]:  # noqa: ANN401 - a cell
    e, salt = getattr(cell, part), cell.electrolyte.initial_concentration
    row = list(ELECTRODES).index(part)
    ends = sorted(end[row] for end in window(cell) or ())
    written = _porous(e) | {
        "Particle radius [m]": e.particle_radius,
        "Diffusivity [m2.s-1]": _solid_diffusivity(part, e, own),
        "OCP [V]": _potential(part, e.open_circuit, own),
        "Conductivity [S.m-1]": e.matrix_conductivity,
        "Surface area per unit volume [m-1]": e.area_density,
        "Reaction rate constant [mol.m-2.s-1]": (
            e.rate_constant * e.max_concentration * math.sqrt(salt)
        ),
        "Minimum stoichiometry": ends[0],
        "Maximum stoichiometry": ends[1],
        "Maximum concentration [mol.m-3]": e.max_concentration,
    }
    if e.entropic_change_coefficient is not None:
        entropy = e.entropic_change_coefficient
        written[_ENTROPY] = _written(
            f"{part}_entropic_change_coefficient", entropy.plain, entropy.value, _SITES, own
        )
    for key, energy in (
        ("Diffusivity", e.solid_diffusivity_activation),
        ("Reaction rate constant", e.rate_constant_activation),
    ):
        if energy:
            written[f"{key} activation energy [J.mol-1]"] = energy * GAS_CONSTANT
    return written


def _electrolyte(salt: Any, own: dict[str, float]) -> dict[str, Any]:  # noqa: ANN401 - an electrolyte
    written = {"Cation transference number": salt.fit.transference}
    for key, name, unit, scale, energy in (
        ("Conductivity", "conductivity", "S.m-1", salt.conductivity_scale,
         salt.conductivity_activation),
        ("Diffusivity", "diffusivity", "m2.s-1", salt.diffusivity_scale,
         salt.diffusivity_activation),
    ):  # fmt: skip
        written[f"{key} [{unit}]"] = _of_salt(name, getattr(salt.fit, name), scale, own)
        if energy:
            written[f"{key} activation energy [J.mol-1]"] = energy * GAS_CONSTANT
    return written


def _own(cell: Any) -> dict[str, float]:  # noqa: ANN401 - a cell
    """Return the numbers beside the standard, and the uncertainties."""
    own = {}
    for part in ("cell", *PARTS):
        record = cell if part == "cell" else getattr(cell, part)
        for key in BESIDE[part]:
            value = getattr(record, key)
            if value is not None and not (key == _OF_A_FILM and value == 0.0):
                own[f"{OWN}{number_name(part, key)}"] = value
    for part in ELECTRODES:
        if getattr(cell, part).effective_solid_conductivity is None:
            own[f"{OWN}{part}_effective_solid_conductivity {BULK}"] = 1.0
    scales = {f"electrolyte_{key}": getattr(cell.electrolyte, key) for key in _SCALES}
    own |= {  # a scale is written into its function, and is 1 when it is read
        f"{OWN}uncertainty of {name}": value / scales.get(name, 1.0)
        for name, value in cell.uncertainties.items()
    }
    return own


# --- its functions -------------------------------------------------------------------------------


def _solid_diffusivity(part: str, e: Any, own: dict[str, float]) -> Any:  # noqa: ANN401 - JSON
    """Return D_s, which is a number times its shape, as the standard has it."""
    if e.solid_diffusivity_shape is None:
        return e.solid_diffusivity
    shape, number = e.solid_diffusivity_shape, e.solid_diffusivity
    product = material_function(
        part, shape.plain, lower=shape.lower, upper=shape.upper, factor=number
    )
    return _written(f"{part}_solid_diffusivity", product.plain(), product, _SITES, own)


def _potential(part: str, fit: Any, own: dict[str, float]) -> Any:  # noqa: ANN401 - JSON
    plain = {key: value for key, value in (fit.plain or {}).items() if key != "material"}
    low, high = fit.limits
    if plain:
        return _written(f"{part}_open_circuit", plain, fit.potential, _SITES, own)
    theta = low + (high - low) * 0.5 * (1.0 - np.cos(np.linspace(0.0, np.pi, _POTENTIALS)))
    return {"x": theta.tolist(), "y": np.asarray(fit.potential(theta)).tolist()}


def _of_salt(name: str, function: Any, scale: float, own: dict[str, float]) -> Any:  # noqa: ANN401 - JSON
    plain = function.plain() if hasattr(function, "plain") else {}
    if plain and scale == 1.0:
        return _written(f"electrolyte_{name}", plain, function, (0.0, SALT_TOP), own)
    salt = np.linspace(0.0, SALT_TOP, _SALTS)
    values = np.broadcast_to(np.asarray(function(salt), dtype=float), salt.shape)
    peak = int(values.argmax())
    fallen = np.logical_or.accumulate(values[peak:] < _FLOOR * values[peak])
    held = values.copy()
    held[peak:] = np.where(fallen, _FLOOR * values[peak], values[peak:])
    if np.ptp(held) == 0.0:
        return float(scale * held[0])
    return {"x": salt.tolist(), "y": (scale * held).tolist()}


def _written(
    name: str,
    plain: dict[str, Any],
    function: Any,  # noqa: ANN401 - a material function
    everywhere: tuple[float, float],
    own: dict[str, float],
) -> Any:  # noqa: ANN401 - JSON
    """Return a function of one's own in the standard's form, and note where it holds."""
    if "value" in plain:
        return plain["value"]
    if "table" in plain:
        return plain["table"]
    text, (low, high) = plain["expression"], plain["range"]
    if not set(re.findall(r"[A-Za-z_]\w*", re.sub(r"\d\.?[eE]", "1", text))) <= {"x", *_FUNCTIONS}:
        x = low + (high - low) * 0.5 * (1.0 - np.cos(np.linspace(0.0, np.pi, _POTENTIALS)))
        return {"x": x.tolist(), "y": np.asarray(function(x)).tolist()}
    if (low, high) != everywhere:
        own |= {f"{OWN}{name} {end}": value for end, value in zip(RANGE, (low, high), strict=True)}
    return text
