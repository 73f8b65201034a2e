"""From a deck to the cell that it describes, and what of the deck a cell cannot say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from microbatt.cells import Cell, Collector, Electrode, Electrolyte, Separator
from microbatt.constants import FARADAY, REFERENCE_TEMPERATURE, SECONDS_PER_HOUR
from microbatt.engines import Adiabatic, HeatOf, Isothermal, Lumped, Thermal
from microbatt.engines.dualfoil.files.activation import Activation
from microbatt.engines.dualfoil.files.deck import Heat, Mode
from microbatt.engines.dualfoil.materials import (
    BUILT_IN_S,
    ELECTROLYTES,
    LITHIUM_FOIL,
    NEGATIVES,
    POSITIVES,
    built_in_alpha,
)
from microbatt.errors import CellFileError, ParameterError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from microbatt.engines.dualfoil.files.deck import Deck

_ANY_DENSITY: Final = 900.0
"""Of a solid that is not there [kg m⁻³]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDischarge:
    """A discharge that a deck asks for.

    Attributes
    ----------
    current : float
        [A m⁻²].
    cutoff_voltage : float
        [V].
    minutes : float or None
        After which it ends even above the cut-off; None is never.
    """

    current: float
    cutoff_voltage: float
    minutes: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeckCell:
    """What a deck says in our terms.

    Attributes
    ----------
    cell : Cell
        The cell, with the exponent and the shape factor that public copies of dualfoil have built
        in unless others were given.
    thermal : Thermal
        What the deck does with the heat.
    discharge : PlannedDischarge or None
        The first constant-current discharge, if that is what the deck asks for.
    unmapped : tuple of str
        A sentence for each thing in the deck that a cell cannot say.
    """

    cell: Cell
    thermal: Thermal
    discharge: PlannedDischarge | None
    unmapped: tuple[str, ...]


def cell_from_deck(
    deck: Deck,
    activation: Activation | None = None,
    *,
    name: str = "from-a-deck",
    alpha: float | None = None,
    S: float | None = None,
    fits: Mapping[str, str] | None = None,
) -> DeckCell:
    """Return the cell that a deck describes, and what of the deck it cannot say.

    Parameters
    ----------
    deck : Deck
        Of 5.1 or 5.2.
    activation : Activation or None
        From ``li-ion-ebar.in``; none means no dependence on temperature.
    name : str
        For the cell.
    alpha, S : float or None
        Of the positive, which a deck does not hold; otherwise what public copies have built in.
    fits : mapping of str to str or None
        Names of fits to take instead: ``negative``, ``electrolyte`` or ``positive`` → fit.

    Returns
    -------
    DeckCell
        The cell and how it is discharged.

    Raises
    ------
    CellFileError
        If the deck describes no porous cell, or one of its values cannot be a cell's.
    ParameterError
        If there is no fit for one of its materials.
    """
    if deck.negative_nodes == 0 or deck.negative_material == LITHIUM_FOIL:
        raise CellFileError(
            "the negative is lithium foil (`n1` 0 or `nneg` 1), and a cell here has two porous "
            "electrodes; only dualfoil itself can run this deck."
        )
    instead = dict(fits or {})
    exponent = built_in_alpha(deck.electrolyte_material)
    energies = activation or Activation()
    negative_fit = NEGATIVES.fit_of(deck.negative_material, instead.get("negative"))
    positive_fit = POSITIVES.fit_of(deck.positive_material, instead.get("positive"))
    salt_fit = ELECTROLYTES.fit_of(deck.electrolyte_material, instead.get("electrolyte"))
    positive_alpha = exponent if alpha is None else alpha
    try:
        negative = _electrode(deck, "negative", energies, negative_fit, exponent, BUILT_IN_S)
        positive = _electrode(
            deck, "positive", energies, positive_fit, positive_alpha, BUILT_IN_S if S is None else S
        )
        cell = Cell(
            name=name,
            description=f"read from a dualfoil {deck.version} deck",
            negative=negative,
            separator=_separator(deck, exponent),
            positive=positive,
            electrolyte=Electrolyte(
                initial_concentration=deck.salt_concentration,
                fit=salt_fit,
                density=deck.electrolyte_density,
                conductivity_activation=energies.conductivity,
                diffusivity_activation=energies.salt_diffusivity,
            ),
            negative_collector=_collector(deck, "negative"),
            positive_collector=_collector(deck, "positive"),
            polymer_density=deck.polymer_density or _ANY_DENSITY,
            filler_density=deck.filler_density or _ANY_DENSITY,
            heat_capacity=deck.heat_capacity,
            initial_temperature=deck.temperature,
            ambient_temperature=deck.ambient_temperature,
            contact_resistance=deck.segments[0].resistance or 0.0,
            one_c_current=_one_c_current(negative, positive),
            references=("dualfoil",),
        )
    except ParameterError as error:
        raise CellFileError(f"the deck holds what no cell can have: {error}") from error
    return DeckCell(
        cell=cell,
        thermal=_thermal(deck),
        discharge=_discharge(deck),
        unmapped=tuple(_unmapped(deck, activation, exponent, alpha, S)),
    )


def _one_c_current(negative: Electrode, positive: Electrode) -> float:
    """Return the current that empties or fills the limiting electrode in an hour [A m⁻²]."""
    capacity = held_capacity(negative, positive)
    if not capacity > 0.0:  # nothing left to discharge: of electrodes half full then
        capacity = held_capacity(
            replace(negative, initial_stoichiometry=0.5),
            replace(positive, initial_stoichiometry=0.5),
        )
    return float(f"{capacity:.3g}")


def with_dualfoils_heat(thermal: Thermal) -> Thermal:
    """Return a heat balance that reads the open-circuit potentials where dualfoil does.

    It takes the composition that follows from the charge passed; at S = 3 it makes no difference.

    Parameters
    ----------
    thermal : Isothermal, Adiabatic or Lumped
        A heat balance.

    Returns
    -------
    Isothermal, Adiabatic or Lumped
        The same, with the heat of the charge.
    """
    return thermal if isinstance(thermal, Isothermal) else replace(thermal, heat_of=HeatOf.CHARGE)


def _electrode(
    deck: Deck,
    side: str,
    energies: Activation,
    fit: Any,  # noqa: ANN401 - one of our fits
    alpha: float,
    S: float,
) -> Electrode:
    def value(name: str) -> float:
        return float(getattr(deck, f"{side}_{name}"))

    charge = value("coulombic_capacity") * SECONDS_PER_HOUR * value("density")
    return Electrode(
        thickness=value("thickness"),
        electrolyte_fraction=value("electrolyte_fraction"),
        polymer_fraction=value("polymer_fraction"),
        filler_fraction=value("filler_fraction"),
        gas_fraction=value("gas_fraction"),
        particle_radius=value("radius"),
        solid_diffusivity=value("solid_diffusivity"),
        max_concentration=charge / FARADAY,
        solid_conductivity=value("solid_conductivity"),
        initial_stoichiometry=value("stoichiometry"),
        rate_constant=value("rate_constant"),
        film_resistance=value("film_resistance"),
        density=value("density"),
        open_circuit=fit,
        alpha=alpha,
        S=S,
        solid_diffusivity_activation=getattr(energies, f"{side}_solid_diffusivity"),
        rate_constant_activation=getattr(energies, f"{side}_kinetics"),
        film_resistance_activation=max(-getattr(energies, f"{side}_film"), 0.0),
    )


def _separator(deck: Deck, alpha: float) -> Separator:
    return Separator(
        thickness=deck.separator_thickness,
        electrolyte_fraction=deck.separator_electrolyte_fraction,
        polymer_fraction=deck.separator_polymer_fraction,
        gas_fraction=deck.separator_gas_fraction,
        density=deck.separator_density or _ANY_DENSITY,
        alpha=alpha,
    )


def _collector(deck: Deck, side: str) -> Collector:
    return Collector(
        thickness=getattr(deck, f"{side}_collector_thickness"),
        density=getattr(deck, f"{side}_collector_density") or _ANY_DENSITY,
    )


def _thermal(deck: Deck) -> Thermal:
    if deck.heat is not Heat.USE_COEFFICIENT:
        return Isothermal()
    if deck.heat_transfer_coefficient == 0.0:
        return Adiabatic()
    per_cell = deck.heat_transfer_coefficient / max(deck.cells_in_stack, 1)
    return Lumped(heat_transfer_coefficient=per_cell)


def _discharge(deck: Deck) -> PlannedDischarge | None:
    first = deck.segments[0]
    if first.value <= 0.0:
        return None
    if first.mode is Mode.CURRENT_TO_A_CUTOFF:
        return PlannedDischarge(current=first.value, cutoff_voltage=first.end)
    if first.mode is Mode.CURRENT_FOR_A_TIME:
        return PlannedDischarge(
            current=first.value, cutoff_voltage=first.low_cutoff, minutes=first.end
        )
    return None


def _unmapped(
    deck: Deck,
    activation: Activation | None,
    exponent: float,
    alpha: float | None,
    S: float | None,
) -> Iterator[str]:
    if alpha is None:
        yield (
            f"alpha: not in a deck; taken as {exponent:g}, which public copies have built in for "
            f"electrolyte {deck.electrolyte_material}. Give it if your executable has another."
        )
    if S is None:
        yield "S: not in a deck; taken as 3, which public copies have built in."
    yield (
        "1 C: not in a deck; taken as the current that the limiting electrode lasts an hour with."
    )
    if activation is None:
        yield "activation energies: no li-ion-ebar.in was given; taken as 0."
    else:
        yield from _unmapped_energies(deck, activation)
    if deck.version == "5.2":
        yield "rate constants: taken as they stand; 5.2 decks may have them in another unit."
    yield from _unmapped_switches(deck)
    yield from _unmapped_profile(deck)


def _unmapped_energies(deck: Deck, activation: Activation) -> Iterator[str]:
    if max(activation.negative_film, activation.positive_film) > 0.0:
        yield (
            "`Ebarr1` or `Ebarr3`: a film resistance that falls with temperature; "
            "taken as constant."
        )
    warm = deck.heat is Heat.USE_COEFFICIENT or deck.temperature != REFERENCE_TEMPERATURE
    if warm and activation != Activation():
        yield (
            "activation energies: dualfoil's properties are those at 298 K, here those at "
            "298.15 K; 0.7 % of a property with 4000 K."
        )


def _unmapped_switches(deck: Deck) -> Iterator[str]:
    switches = {
        "`mvdc1` or `mvdc3`: a diffusivity that varies with concentration; taken as constant.": (
            deck.negative_variable_diffusivity or deck.positive_variable_diffusivity
        ),
        "`lht` 1: a heat transfer that keeps the temperature; taken as isothermal.": (
            deck.heat is Heat.COMPUTE_COEFFICIENT
        ),
        "`ncell`: heat transfer divided by the number of cells in the stack.": (
            deck.cells_in_stack > 1 and deck.heat_transfer_coefficient
        ),
        "`lflag` 0: electrolyte in the separator only; taken as everywhere.": (
            not deck.electrolyte_everywhere
        ),
        "`capp1` or `capp3`: double-layer capacitance; left out.": (
            deck.negative_capacitance or deck.positive_capacitance
        ),
        "`nside`: side reactions; left out.": deck.side_reactions,
        "`imp` or `lpow`: impedance or power peaks; left out.": deck.impedance or deck.power_peaks,
    }
    yield from (words for words, present in switches.items() if present)


def _unmapped_profile(deck: Deck) -> Iterator[str]:
    first = deck.segments[0]
    if _discharge(deck) is None:
        yield f"segment 1: mode {int(first.mode)}, {first.value:g}: no constant-current discharge."
    elif first.mode is Mode.CURRENT_FOR_A_TIME:
        yield f"segment 1: ends after {first.end:g} min even above the cut-off; left out."
    if len(deck.segments) > 1:
        yield f"segments 2 to {len(deck.segments)}: a cell here discharges once, from rest."


def held_capacity(negative: Electrode, positive: Electrode) -> float:
    """Return what the limiting electrode can give or take with whole spheres [A h m⁻²].

    The smaller of F ε L c_max x at the negative and F ε L c_max (1 − y) at the positive.
    """
    return min(
        _full_capacity(negative) * negative.initial_stoichiometry,
        _full_capacity(positive) * (1.0 - positive.initial_stoichiometry),
    )


def _full_capacity(electrode: Electrode) -> float:
    held = electrode.active_fraction * electrode.thickness * electrode.max_concentration
    return FARADAY * held / SECONDS_PER_HOUR
