"""What people call the parts and numbers of a cell, and what these are called here.

An unknown key is answered with the one that means the same; only where no meaning is known, with
those that are spelt alike.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from microbatt.checks import suggestion

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

_SAME: Final[dict[str, tuple[str, ...]]] = {
    # --- parts
    "negative": ("anode", "negative_electrode", "neg", "n"),
    "positive": ("cathode", "positive_electrode", "pos", "p"),
    "separator": ("sep", "membrane"),
    "electrolyte": ("salt", "solution", "liquid"),
    "negative_collector": (
        "negative_current_collector", "anode_collector", "copper", "negative_foil", "cu",
    ),
    "positive_collector": (
        "positive_current_collector", "cathode_collector", "aluminium", "aluminum",
        "positive_foil", "al",
    ),
    "cell": ("battery", "general", "global"),
    # --- layers
    "thickness": ("length", "width", "l", "electrode_thickness", "layer_thickness", "height"),
    "electrolyte_fraction": (
        "porosity", "pore_fraction", "void_fraction", "eps", "epsilon", "eps_e", "epsilon_e",
        "electrolyte_volume_fraction", "porosities", "void",
    ),
    "polymer_fraction": ("polymer", "gel_fraction", "polymer_volume_fraction"),
    "filler_fraction": (
        "binder_fraction", "binder", "carbon_fraction", "additive_fraction", "inert_fraction",
        "active_fraction", "active_material_volume_fraction", "active_material_fraction", "eps_s",
        "epsilon_s", "solid_fraction",
    ),
    "particle_radius": (
        "radius", "r_p", "rp", "r", "particle_size", "grain_radius", "particle_diameter",
        "diameter", "d50", "r_s",
    ),
    "solid_diffusivity": (
        "d_s", "ds", "diffusivity", "diffusion_coefficient", "diffusion", "particle_diffusivity",
        "solid_diffusion_coefficient", "solid_phase_diffusivity", "d",
    ),
    "max_concentration": (
        "c_max", "cmax", "cs_max", "c_s_max", "maximum_concentration", "csmax",
        "saturation_concentration", "total_concentration", "ct",
    ),
    "solid_conductivity": (
        "sigma", "electronic_conductivity", "electrode_conductivity", "conductivity",
        "electrical_conductivity", "matrix_conductivity",
    ),
    "effective_solid_conductivity": ("effective_conductivity", "sigma_eff"),
    "initial_stoichiometry": (
        "stoichiometry", "theta", "theta_0", "theta0", "sto", "initial_sto", "x0", "y0", "x_0",
        "y_0", "start_stoichiometry", "lithiation", "initial_concentration",
        "initial_lithium_concentration",
    ),
    "stoichiometry_full": (
        "stoichiometry_at_100_percent", "theta_100", "sto_100", "x100", "y100", "x_100", "y_100",
    ),
    "stoichiometry_empty": (
        "stoichiometry_at_0_percent", "theta_0_percent", "sto_0", "x_empty", "y_empty",
    ),
    "rate_constant": (
        "k", "k0", "k_0", "reaction_rate", "reaction_rate_constant", "kinetic_constant",
        "exchange_current_density", "i0", "i_0", "j0",
    ),
    "film_resistance": ("sei_resistance", "r_film", "r_sei", "surface_resistance", "sei"),
    "open_circuit": (
        "ocv", "ocp", "u", "open_circuit_potential", "open_circuit_voltage", "potential",
        "equilibrium_potential", "material",
    ),
    "alpha": (
        "bruggeman", "bruggeman_exponent", "bruggeman_coefficient", "brug", "tortuosity",
        "tortuosity_exponent", "transport_efficiency",
    ),
    "S": ("shape_factor", "shape", "s", "specific_area_factor", "surface_factor"),
    "solid_diffusivity_activation": ("diffusivity_activation_energy", "ea_d", "ea_ds"),
    "rate_constant_activation": ("reaction_rate_constant_activation_energy", "ea_k", "ea_r"),
    "density": ("rho", "mass_density"),
    # --- electrolyte
    "initial_concentration": (
        "c_e", "c0", "c_0", "c_e0", "ce0", "salt_concentration", "molarity",
        "electrolyte_concentration", "initial_electrolyte_concentration",
    ),
    "transference_number": (
        "t_plus", "tplus", "t+", "transference", "cation_transference_number", "transport_number",
    ),
    "conductivity": ("kappa", "ionic_conductivity", "electrolyte_conductivity"),
    "thermodynamic_factor": ("activity_coefficient", "tdf", "activity", "1+dlnf/dlnc"),
    # --- cell
    "heat_capacity": ("cp", "c_p", "specific_heat", "specific_heat_capacity"),
    "initial_temperature": ("temperature", "t", "t0", "start_temperature"),
    "ambient_temperature": ("t_amb", "surroundings", "environment_temperature", "t_ambient"),
    "contact_resistance": ("r_contact", "resistance", "r_c", "internal_resistance", "r0"),
    "one_c_current": ("c_rate", "1c", "one_c", "1c_current", "c_rate_current"),
    "electrode_area": ("area", "cross_section", "cross_sectional_area", "a"),
    "electrode_pairs": (
        "layers", "pairs", "number_of_layers", "n_layers", "number_of_electrode_pairs", "parallel",
        "number_of_electrode_pairs_connected_in_parallel_to_make_a_cell",
    ),
    "nominal_capacity": (
        "capacity", "nominal_cell_capacity", "rated_capacity", "cell_capacity", "q_nom",
    ),
    "lower_cutoff_voltage": (
        "cutoff", "cutoff_voltage", "cut_off", "lower_voltage_cut_off", "v_min", "vmin",
        "minimum_voltage", "lower_cutoff", "end_voltage", "lower_voltage_cutoff",
    ),
    "upper_cutoff_voltage": (
        "v_max", "vmax", "maximum_voltage", "charge_voltage", "upper_cutoff",
        "upper_voltage_cut_off", "upper_voltage_cutoff",
    ),
    # --- entries of a file
    "value": ("val", "v", "number", "mean"),
    "unit": ("units", "dimension"),
    "source": ("reference", "ref", "citation", "from", "cite"),
    "note": ("comment", "remark", "notes", "description"),
    "uncertainty": (
        "std", "sigma", "error", "sd", "stddev", "standard_deviation", "tolerance", "plus_minus",
        "±", "err",
    ),
    "expression": ("formula", "function", "equation", "expr"),
    "table": ("file", "csv", "data", "path"),
    "range": ("limits", "valid", "domain", "bounds", "validity"),
    "fit": ("name", "curve", "fits", "material_name"),
}  # fmt: skip
"""What it is called here → what people call it."""
_REMARKS: Final = {
    "diameter": "Halve it.",
    "particle_diameter": "Halve it.",
    "d50": "Halve it.",
    "active_fraction": "The active material is what all other fractions leave.",
    "active_material_volume_fraction": "The active material is what all other fractions leave.",
    "active_material_fraction": "The active material is what all other fractions leave.",
    "solid_fraction": "The active material is what all other fractions leave.",
    "eps_s": "The active material is what all other fractions leave.",
    "epsilon_s": "The active material is what all other fractions leave.",
    "bruggeman": "alpha is Bruggeman's exponent less one.",
    "bruggeman_exponent": "alpha is Bruggeman's exponent less one.",
    "bruggeman_coefficient": "alpha is Bruggeman's exponent less one.",
    "brug": "alpha is Bruggeman's exponent less one.",
    "tortuosity": "The tortuosity is ε^(−alpha).",
    "transport_efficiency": "It is ε^(1 + alpha).",
    "initial_concentration": "Divide it by max_concentration.",
    "initial_lithium_concentration": "Divide it by max_concentration.",
    "diffusivity_activation_energy": "Divide an energy in J mol⁻¹ by 8.314.",
    "reaction_rate_constant_activation_energy": "Divide an energy in J mol⁻¹ by 8.314.",
    "exchange_current_density": "i_0 = F k c_max √(c_e θ (1 − θ)).",
    "i0": "i_0 = F k c_max √(c_e θ (1 − θ)).",
    "i_0": "i_0 = F k c_max √(c_e θ (1 − θ)).",
    "internal_resistance": "It is per area of separator.",
    "r0": "It is per area of separator.",
    "c_rate": "Give the current per area that counts as one C.",
}
"""What people write → how its number differs from what is wanted here."""


_MANY: Final = 40
"""More names hide what is near among them."""
_PARTS: Final = ("negative", "positive", "separator", "electrolyte")
_PREFIXES: Final = sorted(
    ((part, said) for part in _PARTS for said in (part, *_SAME[part]) if len(said) > 1),
    key=lambda pair: -len(pair[1]),
)
"""Part, and what stands before a number of it, the longest first."""
_KEYS: Final = {"conductivity_scale": "conductivity", "diffusivity_scale": "solid_diffusivity"}
"""Numbers of a cell that scale a fit, and whose other names mean them too."""


def nearest_meaning(word: object, known: Collection[str]) -> str:
    """Return a sentence that offers the known name which means the same as a word.

    Parameters
    ----------
    word : object
        What somebody wrote.
    known : collection of str
        The names that are understood in its place.

    Returns
    -------
    str
        Where no meaning is known, names that are spelt alike and then all known names; many are
        listed only if none is spelt alike.

    Examples
    --------
    >>> nearest_meaning("porosity", ["filler_fraction", "electrolyte_fraction"])
    'It is called `electrolyte_fraction` here.'
    >>> nearest_meaning("filer", ["filler_fraction", "electrolyte_fraction"])
    "Nearest: 'filler_fraction'. Known: 'electrolyte_fraction', 'filler_fraction'."
    """
    meant = called(word, known)
    if meant:
        return meant
    near = suggestion(word, known, listed=False) if len(known) > _MANY else ""
    return near or suggestion(word, known)


def called(word: object, known: Collection[str]) -> str:
    """Return a sentence that offers the known name which means the same as a word, if there is one.

    Parameters
    ----------
    word, known
        As for `nearest_meaning`.

    Returns
    -------
    str
        Empty where no meaning is known.

    Examples
    --------
    >>> called("d50", ["particle_radius", "thickness"])
    'It is called `particle_radius` here. Halve it.'
    """
    plain = _plain(word)
    names = _meant(plain, known)
    if not names:
        return ""
    remark = "" if plain in names else f" {_REMARKS.get(_without_part(plain), '')}".rstrip()
    return f"It is called {' or '.join(f'`{name}`' for name in names)} here.{remark}"


def unknown_names(words: Iterable[tuple[str, str]], known: Collection[str]) -> Iterator[str]:
    """Yield a sentence for each unknown name; all known ones are listed once.

    Parameters
    ----------
    words : iterable of (str, str)
        Each name, and the sentence that tells that it is unknown.
    known : collection of str
        The names that are understood in their place.

    Yields
    ------
    str
        The sentence, then what the name is called here or what is spelt alike.  The first name
        whose meaning is not known has the list.
    """
    listed = False
    for name, sentence in words:
        meant = called(name, known)
        yield f"{sentence} {meant or suggestion(name, known, listed=not listed)}".rstrip()
        listed = listed or not meant


def _meant(plain: str, known: Collection[str]) -> list[str]:
    """Return the known names that mean the same as a plain word."""
    found = [name for name in known if plain == name.lower()]
    found += [name for name in known if plain in _SAME.get(name, ()) and name not in found]
    if found:
        return found
    for part, said in _PREFIXES:
        rest = plain.removeprefix(f"{said}_")
        if rest != plain:
            return _of_part(part, rest, known)
    several = [_of_part(part, plain, known) for part in _PARTS]
    return [name for names in several for name in names]


def _of_part(part: str, plain: str, known: Collection[str]) -> list[str]:
    """Return the known names of a part of the cell that mean the same as a key of it."""
    keys = [name.removeprefix(f"{part}_") for name in known if _is_of(name, part)]
    # the positive electrode's alpha and S have no part before them
    short = ["alpha", "S"] if part == "positive" and "alpha" in known else []
    called = {name: _KEYS.get(name, name) for name in (*keys, *short)}
    named = [name for name, key in called.items() if plain in (name.lower(), key.lower())]
    named += [name for name, key in called.items() if plain in _SAME.get(key, ())]
    return [key if key in short else f"{part}_{key}" for key in dict.fromkeys(named)]


def _is_of(name: str, part: str) -> bool:
    return name.startswith(f"{part}_")


def _without_part(plain: str) -> str:
    for _, said in _PREFIXES:
        if plain.startswith(f"{said}_"):
            return plain.removeprefix(f"{said}_")
    return plain


def _plain(word: object) -> str:
    """Return a word in small letters, without the unit that stands in brackets behind it."""
    text = re.sub(r"\s*[\[(].*[\])]\s*$", "", str(word)).strip().lower()
    return re.sub(r"[\s\-]+", "_", text)
