"""A stand-in for dualfoil: it reads dualfoil's files, runs the native engine, writes its output.

Of a deck it serves the first segment, a discharge from rest at constant current.  It writes
``dualfoil5.out``, and of the other files what dualfoil writes before its first row.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.cells import area_density
from microbatt.constants import FARADAY, SECONDS_PER_HOUR
from microbatt.engines import Inventory, simulate_discharge
from microbatt.engines.dualfoil.curve import CELSIUS
from microbatt.engines.dualfoil.files.activation import ACTIVATION_FILE, read_activation
from microbatt.engines.dualfoil.files.deck import DECK_FILE, ENTRIES, Mode, read_deck
from microbatt.engines.dualfoil.files.output import OUTPUT_FILE
from microbatt.engines.dualfoil.files.template import read_template
from microbatt.engines.dualfoil.materials import BUILT_IN_S, ELECTROLYTES, NEGATIVES, POSITIVES
from microbatt.engines.dualfoil.reading import cell_from_deck, with_dualfoils_heat
from microbatt.errors import ParameterError
from microbatt.outcomes import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from microbatt.cells import Cell, Electrode
    from microbatt.engines import Discharge, Thermal
    from microbatt.engines.dualfoil.files.deck import Deck, Segment
    from microbatt.engines.dualfoil.files.template import ExtraFile

_LOWEST_CUTOFF: Final = 0.1
"""A discharge that ends after a time is simulated down to here at most [V]."""
_TOLD_AS_THEY_ARE: Final = ("alpha", "S", "separator_alpha", "negative_alpha", "negative_S")
_HALF_CELLS: Final = (
    "  Time (min)    V neg      V pos       Cur (A/m2)    Temp (C)   Heat Gen (W/m3)\n"
)
_OTHER_FILES: Final = {
    "halfcells.out": _HALF_CELLS,
    "profiles.out": "",
    "resistances.out": "",
    "solidprof.out": "",
}
_HEADINGS: Final = (
    "   Time     Util N  Util P  Cell Pot   Uocp      Curr      Temp   heatgen",
    "   (min)       x       y      (V)       (V)      (A/m2)    (C)    (W/m2)",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How the stand-in is told alpha and S; as in the settings of the dualfoil engine.

    Attributes
    ----------
    extra_file : ExtraFile or None
        A file beside the deck.
    environment : tuple of tuple of str
        Environment variables, as pairs of name and template.
    """

    extra_file: ExtraFile | None = None
    environment: tuple[tuple[str, str], ...] = ()

    def values(self, folder: Path) -> dict[str, float]:
        """Return what is told, by the names of `microbatt.engines.dualfoil.files.template.NAMES`.

        Parameters
        ----------
        folder : Path
            Where the extra file lies.

        Returns
        -------
        dict of str to float
            Name → number.
        """
        values: dict[str, float] = {}
        extra = self.extra_file
        if extra is not None and (folder / extra.name).is_file():
            text = (folder / extra.name).read_text(encoding="utf-8", errors="replace")
            values |= read_template(extra.template, text)
        for name, template in self.environment:
            if name in os.environ:
                values |= read_template(template, os.environ[name])
        return values


def run_folder(folder: Path, told: Told | None = None) -> Discharge:
    """Do in a folder what dualfoil would do there.

    Parameters
    ----------
    folder : Path
        With ``dualfoil5.in`` and ``li-ion-ebar.in``.
    told : Told or None
        How alpha and S are told; otherwise they are those that public copies have built in.

    Returns
    -------
    Discharge
        What was written.

    Raises
    ------
    ParameterError
        If the deck asks for something else than a discharge at constant current from rest, or
        holds a material for which there is no fit.
    """
    deck = read_deck(folder / DECK_FILE)
    read = cell_from_deck(deck, read_activation(folder / ACTIVATION_FILE), name=folder.name)
    cell = _with_told(read.cell, (told or Told()).values(folder))
    discharge = _simulated(cell, deck.segments[0], read.thermal)
    (folder / OUTPUT_FILE).write_text(format_output(deck, cell, discharge), encoding="utf-8")
    for name, heading in _OTHER_FILES.items():
        (folder / name).write_text(heading, encoding="utf-8")
    return discharge


def format_output(deck: Deck, cell: Cell, discharge: Discharge) -> str:
    """Return the text of ``dualfoil5.out``."""
    lines = [*_echo(deck), "", *_HEADINGS, " ", *_table(cell, discharge)]
    if discharge.outcome.is_failure:
        lines += [f"{discharge.time.size:12d}  this time step did not converge", " "]
    if discharge.outcome is Outcome.CUTOFF_AT_START:
        lines += ["", "     this run just did not converge", ""]
    else:
        lines += _closing(cell, discharge)
    return "\n".join(lines) + "\n"


def _simulated(cell: Cell, segment: Segment, thermal: Thermal) -> Discharge:
    modes = (Mode.CURRENT_TO_A_CUTOFF, Mode.CURRENT_FOR_A_TIME)
    if segment.value <= 0.0 or segment.mode not in modes:
        raise ParameterError(
            f"the first segment has mode {int(segment.mode)} and the value {segment.value:g}; "
            "only a discharge at constant current (mode 1 or 2, value above 0) is served here. "
            "Run this deck with dualfoil itself."
        )
    timed = segment.mode is Mode.CURRENT_FOR_A_TIME
    discharge = simulate_discharge(
        cell,
        cell.positive.alpha,
        cell.positive.S,
        segment.value,
        inventory=Inventory.AREA_ONLY,
        cutoff_voltage=max(segment.low_cutoff if timed else segment.end, _LOWEST_CUTOFF),
        thermal=with_dualfoils_heat(thermal) if cell.positive.S <= BUILT_IN_S else thermal,
    )
    return _until(discharge, 60.0 * segment.end) if timed else discharge


def _until(discharge: Discharge, time: float) -> Discharge:
    """Cut a discharge off at a time [s]."""
    if discharge.time.size == 0 or time >= discharge.time[-1]:
        return discharge
    before = discharge.time < time

    def cut(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.append(values[before], np.interp(time, discharge.time, values))

    voltage, capacity = cut(discharge.voltage), cut(discharge.capacity)
    whole = float(np.trapezoid(discharge.voltage, discharge.capacity))
    energy = discharge.energy * float(np.trapezoid(voltage, capacity)) / whole
    return replace(
        discharge,
        time=np.append(discharge.time[before], time),
        voltage=voltage,
        capacity=capacity,
        temperature=cut(discharge.temperature),
        energy=energy,
        power=SECONDS_PER_HOUR * energy / time if time > 0.0 else np.nan,
        outcome=Outcome.CUTOFF_REACHED,
    )


def _with_told(cell: Cell, values: dict[str, float]) -> Cell:
    """Return a cell with the exponents and shape factors of a filled template."""
    numbers = {}
    for name, value in values.items():
        if name.endswith("exponent"):
            numbers[name.replace("exponent", "alpha")] = round(value - 1.0, 12)
        elif name == "area_density":
            positive = cell.positive
            one = area_density(1.0, positive.active_fraction, positive.particle_radius)
            numbers["S"] = value / one
    own = {name: value for name, value in values.items() if name in _TOLD_AS_THEY_ARE}
    return cell.with_values(numbers | own)


# --- the text ----------------------------------------------------------------------------------


def _echo(deck: Deck) -> Iterator[str]:
    for entry in ENTRIES[:-1]:
        yield f" {getattr(deck, entry.name):>12g}  {entry.symbol},  {entry.words}"
    yield " "
    yield f" {NEGATIVES.describe(deck.negative_material)}"
    yield f" {ELECTROLYTES.describe(deck.electrolyte_material)}"
    yield f" {POSITIVES.describe(deck.positive_material)}"
    yield " "
    yield f"      DUAL INSERTION CELL VERSION {deck.version}, computed by microbatt"


def _table(cell: Cell, discharge: Discharge) -> Iterator[str]:
    """Yield the rows, in the widths of dualfoil's."""
    x = _utilised(cell.negative, -1.0, discharge)
    y = _utilised(cell.positive, 1.0, discharge)
    rest = _potential(cell.positive, y) - _potential(cell.negative, x)
    heat = discharge.current * (rest - discharge.voltage)
    for i, time in enumerate(discharge.time):
        numbers = (
            _fixed(time / 60.0, 9, 3),
            _fixed(x[i], 6, 4),
            _fixed(y[i], 6, 4),
            _fixed(discharge.voltage[i], 8, 5),
            _fixed(rest[i], 8, 5),
            _fixed(discharge.current, 8, 2),
            _fixed(discharge.temperature[i] - CELSIUS, 6, 2),
            _fixed(heat[i], 6, 2),
        )
        yield ", ".join(numbers) + ", "


def _closing(cell: Cell, discharge: Discharge) -> Iterator[str]:
    delivered = discharge.energy * cell.mass_per_area
    yield ""
    yield f"            mass  = {_fixed(cell.mass_per_area, 7, 4)} kg/m2"
    yield f" specific energy segment = {_fixed(discharge.energy, 8, 2)} W-h/kg"
    yield f" specific power segment  = {_fixed(discharge.power, 8, 2)} W/kg"
    yield f" total energy = {_fixed(delivered, 15, 4)} W-h/m2"
    yield " "


def _utilised(electrode: Electrode, sign: float, discharge: Discharge) -> NDArray[np.float64]:
    """Return the mean stoichiometry that follows from the charge passed [-]."""
    full = electrode.active_fraction * electrode.thickness * electrode.max_concentration
    passed = discharge.current * discharge.time / FARADAY
    stoichiometry: NDArray[np.float64] = electrode.initial_stoichiometry + sign * passed / full
    return stoichiometry


def _potential(electrode: Electrode, stoichiometry: NDArray[np.float64]) -> NDArray[np.float64]:
    low, high = electrode.open_circuit.limits
    return electrode.open_circuit.potential(np.clip(stoichiometry, low, high))


def _fixed(value: float, width: int, digits: int) -> str:
    """Write a number into a field as Fortran does, asterisks if it does not fit."""
    text = f"{value:{width}.{digits}f}" if np.isfinite(value) else f"{'NaN':>{width}}"
    return text if len(text) <= width else "*" * width
