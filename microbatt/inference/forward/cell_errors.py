"""How well the values of a cell file are known: stated by the file, one share, or what is usual."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from microbatt.checks import Interval, check_choice, check_number
from microbatt.engines import Isothermal
from microbatt.errors import ParameterError
from microbatt.inference.forward.unknowns import (
    MICROSTRUCTURE,
    PARAMETERS,
    UNKNOWNS,
    known_name,
    value_in_cell,
)

if TYPE_CHECKING:
    from microbatt.cells import Cell
    from microbatt.engines import Thermal

CellError: TypeAlias = "float | str | Mapping[str, float] | None"
"""A share of every value; ``"usual"``; name or kind → width; None for what the file states."""

USUAL: Final = "usual"
"""What the cell file states, and where it says nothing the widths of `microbatt.parameters`."""
_SHARE: Final = Interval(0.0, 0.5)
_NAMED: Final = 3
"""Values of which a file says nothing that are named."""

SOURCES: Final = {
    "thickness": "micrometre screw or cross-section, a few micrometres of a coating",
    "electrolyte_fraction": "from coating weight and densities, or mercury porosimetry",
    "particle_radius": "one radius for a distribution; d50 of a supplier's data sheet",
    "max_concentration": "from the crystal's density and composition",
    "initial_stoichiometry": "electrode balance from open-circuit curves",
    "solid_diffusivity": "GITT, EIS and fits differ by factors (Ecker 2015, Wang 2022)",
    "rate_constant": "EIS and fits differ by factors (Ecker 2015, Wang 2022)",
    "solid_conductivity": "four-point probes on coatings, pressure matters (Wang 2022)",
    "effective_solid_conductivity": "four-point probes on coatings, pressure matters (Wang 2022)",
    "film_resistance": "from impedance spectra, of the order of the value itself",
    "alpha": "tortuosity by blocking-electrolyte impedance (Landesfeind 2016)",
    "S": "spheres taken for particles of other shapes",
    "initial_concentration": "how the salt was weighed",
    "conductivity_scale": "published conductivities of one electrolyte, temperature included",
    "diffusivity_scale": "published salt diffusivities of one electrolyte scatter most",
}
"""Kind of value → how it is measured, and so how well it is known; widths are the vocabulary's."""
_WARM: Final = {
    "heat_capacity": "calorimetry",
    "solid_diffusivity_activation": "Arrhenius fits over few temperatures",
    "rate_constant_activation": "Arrhenius fits over few temperatures",
    "film_resistance_activation": "Arrhenius fits over few temperatures",
    "conductivity_activation": "Arrhenius fits over few temperatures",
    "diffusivity_activation": "Arrhenius fits over few temperatures",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubts:
    """Which values of a cell file are in doubt, and by how much.

    Attributes
    ----------
    widths
        Name → standard deviation in the coordinate; empty for a file whose values are true.
    sentence
        Where the widths come from, in words.
    """

    widths: dict[str, float]
    sentence: str


def check_cell_error(given: CellError) -> CellError:
    """Return how well a cell file is known, checked.

    Raises
    ------
    ParameterError
        If it is no share, no known word, or names what no cell file has.
    """
    if given is None:
        return None
    if isinstance(given, str):
        return check_choice("cell_error", given, [USUAL])
    if isinstance(given, Mapping):
        kinds = {*SOURCES, *_WARM}
        checked = {}
        for name, width in given.items():
            meant = name if name in kinds else known_name(name)
            check_choice("cell_error", meant, [*kinds, *UNKNOWNS])
            checked[meant] = check_number(
                f"cell_error of {name}", width, Interval(0.0, 10.0), remedy="0.02 is 2 %."
            )
        return checked
    return check_number("cell_error", given, _SHARE, remedy="0.02 is 2 % of every value.")


def cell_doubts(cell: Cell, given: CellError, thermal: Thermal) -> Doubts:
    """Return which values of a cell file are in doubt.

    Parameters
    ----------
    cell
        The cell; what it states of its own uncertainties is taken where nothing is given.
    given
        A share of every value, 0 for a file that is true; ``"usual"``; name or kind → width in the
        coordinate; or None.
    thermal
        Heat balance: activation energies and heat capacities count only where there is one.

    Returns
    -------
    Doubts
        Without values that are zero: they say that there is no such thing.
    """
    if isinstance(given, int | float) and given == 0.0:
        return Doubts(widths={}, sentence="The values of the cell file are taken as exact.")
    names = _values(cell, thermal)
    stated = _stated(cell)
    if isinstance(given, Mapping):
        found = {name: _of_kind(given, name) for name in names}
        told = "The values of the cell file are known as was given."
    elif isinstance(given, str) or (given is None and not stated):
        found = {name: stated.get(name, PARAMETERS[name].width or 0.0) for name in names}
        why = "where" if stated else "since"
        told = (
            f"The values of the cell file are known as well as is usual for their kind, {why} "
            "the file does not say: thickness 2 %, particle radius 20 %, diffusivities in solids "
            "and rate constants to a factor e, and so on; `--cell-error 2%` states another."
        )
    elif given is None:
        found = {name: stated.get(name, 0.0) for name in names}
        told = f"The values of the cell file are known as it states{_exact(found)}."
    else:
        found = {name: _share(cell, name, float(given)) for name in names}
        told = f"Each value of the cell file is known to {100.0 * float(given):.3g} %"
        loose = sorted({_kind_of(name) for name, width in found.items() if _is_loose(name, width)})
        if loose:
            *first, last = (one.replace("_", " ") for one in loose)
            told += (
                f"; so are {', '.join(first)}{' and ' if first else ''}{last}, which are usually "
                "known to a factor only: `--cell-error usual` takes what is usual"
            )
        told += "."
    return Doubts(widths={name: one for name, one in found.items() if one > 0.0}, sentence=told)


_FACTOR: Final = 0.5
"""A logarithm that is usually known no better than this is known to a factor."""


def _is_loose(name: str, width: float) -> bool:
    """Tell whether a value is taken as far better known than is usual for its kind."""
    usual = PARAMETERS[name].width or 0.0
    return PARAMETERS[name].logarithmic and usual >= _FACTOR > width


def _kind_of(name: str) -> str:
    """Return the kind of a value, in whatever part of a cell."""
    return name.partition("_")[2]


def _exact(found: Mapping[str, float]) -> str:
    """Say of which values a file that states some uncertainties says nothing."""
    silent = [name.replace("_", " ") for name, width in found.items() if not width > 0.0]
    if not silent:
        return ""
    more = f" and {len(silent) - _NAMED} more" if len(silent) > _NAMED else ""
    return (
        f"; it says nothing of {', '.join(silent[:_NAMED])}{more}, which are taken as exact: "
        "`--cell-error usual` takes what is usual for them"
    )


def _values(cell: Cell, thermal: Thermal) -> tuple[str, ...]:
    """Return the names of values that shape curves and are there."""
    kinds = dict(SOURCES) if isinstance(thermal, Isothermal) else SOURCES | _WARM
    names = []
    for name in UNKNOWNS:
        key = name.partition("_")[2] if name != "heat_capacity" else name
        if name == "temperature" or key not in kinds or name in MICROSTRUCTURE:
            continue
        if name.partition("_")[0] not in {"negative", "positive", "separator", "electrolyte"}:
            continue
        if not _there(cell, name):
            continue
        names.append(name)
    return tuple(names)


def _there(cell: Cell, name: str) -> bool:
    """Tell whether the cell has such a value, and it is the one that counts."""
    part, _, key = name.partition("_")
    record = getattr(cell, part)
    try:
        if key == "effective_solid_conductivity":
            return getattr(record, key) is not None
        if key == "solid_conductivity" and record.effective_solid_conductivity is not None:
            return False
        return value_in_cell(cell, name) != 0.0
    except ParameterError:  # lithium metal has none of this
        return False


def _stated(cell: Cell) -> dict[str, float]:
    """Return what a cell states of its own uncertainties, in coordinates."""
    stated: Mapping[str, float] = getattr(cell, "uncertainties", None) or {}
    found = {}
    for name, width in stated.items():
        of_log = name in PARAMETERS and PARAMETERS[name].logarithmic
        found[name] = float(width) / value_in_cell(cell, name) if of_log else float(width)
    return found


def _of_kind(given: Mapping[str, float], name: str) -> float:
    """Return the width that was given for a value by name, or for its kind."""
    return float(given.get(name, given.get(name.partition("_")[2], 0.0)))


def _share(cell: Cell, name: str, share: float) -> float:
    """Return a share of a value in its coordinate."""
    return share if PARAMETERS[name].logarithmic else share * abs(value_in_cell(cell, name))
