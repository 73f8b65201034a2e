"""A dualfoil 5.1 executable as a peer: the deck of one isothermal discharge, and its run.

dualfoil takes no arguments: it reads and writes fixed names in its working directory.  Its shape
factor is 3 and its exponent is compiled in, so it serves only the points that have these.
"""

from __future__ import annotations

import resource
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from microbatt.constants import FARADAY, SECONDS_PER_HOUR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from microbatt.cells.cell import Cell
    from microbatt.cells.electrode import Electrode

NODES = (60, 30, 60)
PARTICLE_NODES = 60
MATERIALS = {
    "petroleum-coke": 2,
    "lmo-bellcore": 9,
    "lipf6-ec-dmc-1-2-plastic": 7,
}
EXPONENT = {7: 3.3}
ACTIVATION_ENERGIES = 14
COLUMNS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of the executable.

    Attributes
    ----------
    seconds
        CPU time of the process.
    time, voltage
        The curve: [s], [V].
    ended
        Whether it says that it reached the cut-off.
    """

    seconds: float
    time: NDArray[np.float64]
    voltage: NDArray[np.float64]
    ended: bool


def run_dualfoil(executable: Path, cell: Cell, current: float, *, time_limit: float = 120.0) -> Run:
    """Discharge `cell` with `executable` in a scratch folder.

    Raises
    ------
    subprocess.TimeoutExpired
        If it runs longer than `time_limit` seconds.
    """
    with tempfile.TemporaryDirectory() as folder:
        there = Path(folder)
        (there / "dualfoil5.in").write_text("\n".join(_deck(cell, current)) + "\n")
        (there / "li-ion-ebar.in").write_text("0.0\n" * ACTIVATION_ENERGIES)
        start = _children_seconds()
        subprocess.run(
            [str(executable.resolve())],
            cwd=there,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=time_limit,
            check=False,
        )
        seconds = _children_seconds() - start
        text = (there / "dualfoil5.out").read_text(errors="replace")
    rows = np.array(list(_rows(text)), dtype=float).reshape(-1, COLUMNS)
    seconds_run = 60.0 * rows[:, 0]
    fresh = np.diff(seconds_run, prepend=-1.0) > 0.0
    return Run(
        seconds=seconds,
        time=seconds_run[fresh],
        voltage=rows[fresh, 3],
        ended="specific energy" in text.lower(),
    )


def _children_seconds() -> float:
    """CPU time of all finished child processes [s]."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _rows(text: str) -> Iterator[list[float]]:
    """The lines of the table: eight numbers between commas."""
    for line in text.splitlines():
        parts = line.rstrip(", ").split(",")
        if len(parts) == COLUMNS:
            try:
                yield [float(part) for part in parts]
            except ValueError:
                continue


def _capacity(electrode: Electrode) -> float:
    """Coulombic capacity [mAh g⁻¹] that gives the maximum concentration."""
    return electrode.max_concentration * FARADAY / (SECONDS_PER_HOUR * electrode.density)


def _largest_step(current: float) -> float:
    """[s]"""
    if current > 20.0:
        return 2.0
    return 5.0 if current > 5.0 else 30.0


def _deck(cell: Cell, current: float) -> list[str]:
    """The lines of ``dualfoil5.in``: one value each, in dualfoil's order."""
    neg, sep, pos, salt = cell.negative, cell.separator, cell.positive, cell.electrolyte
    materials = [MATERIALS[fit.name] for fit in (neg.open_circuit, salt.fit, pos.open_circuit)]
    if max(pos.alpha, neg.alpha, sep.alpha) + 1.0 != EXPONENT[materials[1]] or pos.S != 3.0:
        raise ValueError(f"dualfoil has S = 3 and the exponent {EXPONENT[materials[1]]} built in")
    collectors = (cell.negative_collector, cell.positive_collector)
    values: list[float | int | str] = [
        100,
        *(layer.thickness for layer in (neg, sep, pos)),
        *(collector.thickness for collector in collectors),
        *NODES,
        PARTICLE_NODES,
        *(0, 0),  # constant solid diffusivity
        20,
        cell.initial_temperature,
        salt.initial_concentration,
        *(e.initial_stoichiometry for e in (neg, pos)),
        _largest_step(current),
        *(e.solid_diffusivity for e in (neg, pos)),
        *(e.particle_radius for e in (neg, pos)),
        *(neg.electrolyte_fraction, neg.polymer_fraction, neg.filler_fraction, neg.gas_fraction),
        *(sep.electrolyte_fraction, sep.polymer_fraction, sep.gas_fraction),
        *(pos.electrolyte_fraction, pos.polymer_fraction, pos.filler_fraction, pos.gas_fraction),
        *(e.solid_conductivity for e in (neg, pos)),
        *(e.rate_constant for e in (neg, pos)),
        *(e.film_resistance for e in (neg, pos)),
        *(_capacity(e) for e in (neg, pos)),
        *(salt.density, neg.density, pos.density, cell.filler_density, cell.polymer_density),
        sep.density,
        *(collector.density for collector in collectors),
        *(0.0, 2000.0, cell.ambient_temperature, 1),
        2,  # isothermal
        *(0, 10, 1),  # short print-out, every step
        *(1, 0, 0.0, 0.0, 0, 0),
        *(0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),  # no side reactions
        *materials,
        1,
        f"{current!r} 2.0 2 1.5 4.8",  # to the cut-off
    ]
    return [str(value) for value in values]
