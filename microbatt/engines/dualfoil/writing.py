"""From a cell to its deck, and what the deck cannot say of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from microbatt.cells import matrix_factor
from microbatt.constants import FARADAY, SECONDS_PER_HOUR
from microbatt.engines import Isothermal, Lumped, Thermal
from microbatt.engines.dualfoil.files.activation import Activation
from microbatt.engines.dualfoil.files.deck import Deck, Heat, Mode, Segment
from microbatt.engines.dualfoil.materials import (
    BUILT_IN_S,
    ELECTROLYTES,
    NEGATIVES,
    POSITIVES,
    built_in_alpha,
)
from microbatt.errors import ParameterError

if TYPE_CHECKING:
    from microbatt.cells import Cell, Electrode
    from microbatt.engines.dualfoil.files.deck import Version

LOWEST_CUTOFF: Final = -100.0
"""Ends no discharge: a step that falls below the low cut-off of its segment ends it unprinted."""
HIGHEST_CUTOFF: Final = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Numerics:
    """What a deck says of the solution rather than of the cell.

    Attributes
    ----------
    nodes : tuple of int
        In the negative, the separator and the positive.
    particle_nodes : int
        In a particle, where its diffusivity varies.
    iteration_limit, solid_iteration_limit : int
        Newton's, in a step and in the solid.
    largest_step : float
        [s].
    """

    nodes: tuple[int, int, int] = (60, 30, 60)
    particle_nodes: int = 60
    iteration_limit: int = 100
    solid_iteration_limit: int = 20
    largest_step: float = 5.0


def deck_from_cell(
    cell: Cell,
    segments: tuple[Segment, ...],
    *,
    thermal: Thermal | None = None,
    numerics: Numerics | None = None,
) -> Deck:
    """Return the deck of a cell; its exponents and shape factors are not in it.

    Parameters
    ----------
    cell : Cell
        Its separator's filler is counted to the inert solid, at equal mass.
    segments : tuple of Segment
        What to do with it; see `galvanostatic`.
    thermal : Thermal or None
        Isothermal if not given.
    numerics : Numerics or None
        How to solve.

    Returns
    -------
    Deck
        Ready for `format_deck`.

    Raises
    ------
    ParameterError
        If dualfoil does not have one of its materials, or has it as it is only.
    """
    _refuse_factors(cell)
    how = numerics or Numerics()
    negative, positive = _electrode_values(cell.negative), _electrode_values(cell.positive)
    return Deck(
        iteration_limit=how.iteration_limit,
        negative_nodes=how.nodes[0],
        separator_nodes=how.nodes[1],
        positive_nodes=how.nodes[2],
        particle_nodes=how.particle_nodes,
        solid_iteration_limit=how.solid_iteration_limit,
        largest_step=how.largest_step,
        **{f"negative_{name}": value for name, value in negative.items()},
        **{f"positive_{name}": value for name, value in positive.items()},
        **_separator_values(cell),
        **_whole_cell_values(cell),
        **_heat_values(thermal or Isothermal()),
        **_SWITCHED_OFF,
        negative_material=NEGATIVES.number_of(cell.negative.open_circuit),
        electrolyte_material=ELECTROLYTES.number_of(cell.electrolyte.fit),
        positive_material=POSITIVES.number_of(cell.positive.open_circuit),
        segments=segments,
    )


def _refuse_factors(cell: Cell) -> None:
    """Refuse what is scaled here and built into dualfoil."""
    for name in ("conductivity_scale", "diffusivity_scale"):
        value = getattr(cell.electrolyte, name)
        if value != 1.0:
            raise ParameterError(
                f"`electrolyte_{name}` is {value:g}, and dualfoil has the electrolyte's properties "
                "built in. Take the native engine, or leave it at 1."
            )


def galvanostatic(
    current: float, cutoff_voltage: float, *, version: Version = "5.1", resistance: float = 0.0
) -> tuple[Segment, ...]:
    """Return the profile of one discharge down to a cut-off.

    Parameters
    ----------
    current : float
        Discharge current [A m⁻²].
    cutoff_voltage : float
        Where it ends [V].
    version : str
        Of dualfoil: only 5.2 takes a resistance.
    resistance : float
        Of foils and tabs [Ω m²].

    Returns
    -------
    tuple of Segment
        One segment.
    """
    segment = Segment(
        value=current,
        end=cutoff_voltage,
        mode=Mode.CURRENT_TO_A_CUTOFF,
        low_cutoff=LOWEST_CUTOFF,
        high_cutoff=HIGHEST_CUTOFF,
        resistance=resistance if version == "5.2" else None,
    )
    return (segment,)


def activation_from_cell(cell: Cell) -> Activation:
    """Return the activation energies of a cell.

    Those of the films change their sign: dualfoil's resistances fall with temperature where they
    are positive, ours rise.

    Parameters
    ----------
    cell : Cell
        The cell.

    Returns
    -------
    Activation
        Energies over R [K].
    """
    negative, positive = cell.negative, cell.positive
    return Activation(
        negative_solid_diffusivity=negative.solid_diffusivity_activation,
        positive_solid_diffusivity=positive.solid_diffusivity_activation,
        conductivity=cell.electrolyte.conductivity_activation,
        salt_diffusivity=cell.electrolyte.diffusivity_activation,
        negative_kinetics=negative.rate_constant_activation,
        positive_kinetics=positive.rate_constant_activation,
        negative_film=-negative.film_resistance_activation,
        positive_film=-positive.film_resistance_activation,
    )


def not_in_a_deck(cell: Cell, version: Version) -> tuple[str, ...]:
    """Return a sentence for each thing of a cell that its deck cannot say.

    Parameters
    ----------
    cell : Cell
        The cell.
    version : str
        Of dualfoil.

    Returns
    -------
    tuple of str
        Empty where the deck says everything.
    """
    exponent = built_in_alpha(ELECTROLYTES.number_of(cell.electrolyte.fit))
    electrodes = {"negative": cell.negative, "positive": cell.positive}
    alphas = {part: one.alpha for part, one in electrodes.items()}
    sentences = [
        f"{part}: alpha is {alpha:g}; public copies of dualfoil have {exponent:g} built in."
        for part, alpha in (alphas | {"separator": cell.separator.alpha}).items()
        if alpha != exponent
    ]
    sentences += [
        f"{part}: S is {one.S:g}; public copies of dualfoil have 3 built in."
        for part, one in electrodes.items()
        if one.S != BUILT_IN_S
    ]
    if activation_from_cell(cell) != Activation():
        sentences.append(
            "activation energies: this cell's properties are those at 298.15 K, dualfoil takes "
            "them for those at 298 K; 0.7 % of a property with 4000 K."
        )
    if cell.contact_resistance and version == "5.1":
        sentences.append(
            f"contact resistance: {cell.contact_resistance:g} Ω m²; only 5.2 takes it. Subtract "
            "its drop from the voltage."
        )
    return tuple(sentences)


_SWITCHED_OFF: Final[dict[str, Any]] = {
    "negative_variable_diffusivity": 0,
    "positive_variable_diffusivity": 0,
    "cells_in_stack": 1,
    "long_printout": 0,
    "print_nodes": 10,
    "print_steps": 1,
    "electrolyte_everywhere": 1,
    "impedance": 0,
    "negative_capacitance": 0.0,
    "positive_capacitance": 0.0,
    "power_peaks": 0,
    "profile_node": 0,
    "side_reactions": 0,
    "negative_side_rate_1": 0.0,
    "positive_side_rate_1": 0.0,
    "negative_side_rate_2": 0.0,
    "positive_side_rate_2": 0.0,
    "negative_side_rate_3": 0.0,
    "positive_side_rate_3": 0.0,
}
"""What a discharge does not need, and a row for every step."""
_ANY_DENSITY: Final = 1000.0
_ANY_HEAT_CAPACITY: Final = 1000.0
"""Stand for what a cell does not state: no voltage of an isothermal discharge depends on them."""


def _electrode_values(electrode: Electrode) -> dict[str, Any]:
    matrix = matrix_factor(electrode.porosity, electrode.gas_fraction)
    effective = electrode.effective_solid_conductivity
    density = electrode.density or _ANY_DENSITY
    capacity = electrode.max_concentration * FARADAY / (SECONDS_PER_HOUR * density)
    return {
        "thickness": electrode.thickness,
        "stoichiometry": electrode.initial_stoichiometry,
        "solid_diffusivity": electrode.solid_diffusivity,
        "radius": electrode.particle_radius,
        "electrolyte_fraction": electrode.electrolyte_fraction,
        "polymer_fraction": electrode.polymer_fraction,
        "filler_fraction": electrode.filler_fraction,
        "gas_fraction": electrode.gas_fraction,
        "solid_conductivity": (
            electrode.solid_conductivity if effective is None else effective / matrix
        ),
        "rate_constant": electrode.rate_constant,
        "film_resistance": electrode.film_resistance,
        "coulombic_capacity": capacity,
        "density": density,
    }


def _separator_values(cell: Cell) -> dict[str, Any]:
    separator = cell.separator
    inert, filler = separator.inert_fraction, separator.filler_fraction
    mass = inert * separator.density + filler * cell.filler_density
    return {
        "separator_thickness": separator.thickness,
        "separator_electrolyte_fraction": separator.electrolyte_fraction,
        "separator_polymer_fraction": separator.polymer_fraction,
        "separator_gas_fraction": separator.gas_fraction,
        "separator_density": mass / (inert + filler) if filler > 0.0 else separator.density,
    }


def _whole_cell_values(cell: Cell) -> dict[str, Any]:
    return {
        "negative_collector_thickness": cell.negative_collector.thickness or 0.0,
        "positive_collector_thickness": cell.positive_collector.thickness or 0.0,
        "negative_collector_density": cell.negative_collector.density or _ANY_DENSITY,
        "positive_collector_density": cell.positive_collector.density or _ANY_DENSITY,
        "temperature": cell.initial_temperature,
        "ambient_temperature": cell.ambient_temperature,
        "heat_capacity": cell.heat_capacity or _ANY_HEAT_CAPACITY,
        "salt_concentration": cell.electrolyte.initial_concentration,
        "electrolyte_density": cell.electrolyte.density or _ANY_DENSITY,
        "filler_density": cell.filler_density,
        "polymer_density": cell.polymer_density,
    }


def _heat_values(thermal: Thermal) -> dict[str, Any]:
    if isinstance(thermal, Isothermal):
        return {"heat": Heat.ISOTHERMAL, "heat_transfer_coefficient": 0.0}
    given = thermal.heat_transfer_coefficient if isinstance(thermal, Lumped) else 0.0
    return {"heat": Heat.USE_COEFFICIENT, "heat_transfer_coefficient": given}
