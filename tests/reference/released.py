"""The cell of the released example of the published work, and its curves where they are at hand.

What it was computed with is known, for the public dualfoil 5.2 gives the six curves to 0.05–0.09
mV rms with these: the values of cell 1; alpha 2.3, since the exponent 3.3 is built into its
electrolyte 7; an area of S = 1 in the ``area-only`` balance; adiabatic, 700 J kg⁻¹ K⁻¹; E/R = 4000
K on all but solid diffusion, as in the file of activation energies that it brings; a positive of
0.990 × 148 mAh g⁻¹ at 4140 kg m⁻³, whose solid conducts 3.8 S m⁻¹ × 0.37; kinetics without limit;
no film but a resistance of foils and tabs of 0.00974 Ω m², which the released energies subtract
once more, and a quarter of which lies outside the heat balance; nodes and largest step of the deck
that it brings, as the released times show.

Two things that dualfoil 5.2 does are not in the equations.  Where two layers meet it takes 1.5 for
the exponent 3.3, which with its 40 + 40 + 80 nodes is worth −0.00002 Ω m² and is counted here.  And
it rescales the salt, which in a cell with a polymer phase raises the voltage by up to 3.5 mV; that
is not: see docs/results/comparison.md.
"""

import csv
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from microbatt.cells import load_cell
from microbatt.constants import FARADAY, SECONDS_PER_HOUR
from tests.reference.beside import FOLDER

PUBLISHED = "published_example"
"""Its folder among the reference data beside the project."""
FILES = {
    1.75: "set1_0,1Crate.csv",
    8.75: "set1_0,5Crate.csv",
    17.5: "set1_1Crate.csv",
    35.0: "set1_2Crate.csv",
    52.5: "set1_3Crate.csv",
    70.0: "set1_4Crate.csv",
}
ALPHA, S = 2.3, 1.0
RESISTANCE = 0.00974
"""[Ω m²]."""
EXTERNAL_RESISTANCE = RESISTANCE / 4.0
BOUNDARIES = -1.9e-5
"""[Ω m²]; interval over conductivity of the two intervals right of a boundary between layers, as
dualfoil 5.2 has it less as it should be: 0.42 − 2.30, in 10⁻⁵, at 25 °C."""
POSITIVE_CAPACITY = 0.990 * 148.0
"""[mAh g⁻¹]; a mAh g⁻¹ is an A h kg⁻¹."""


class Released(NamedTuple):
    """One released discharge.

    Attributes
    ----------
    capacity, voltage
        The curve: [A h m⁻²], [V].
    end
        Capacity at its end, one step beyond the curve where the last row has a stale time.
    energy, power
        [W h kg⁻¹], [W kg⁻¹]; the energy is that of the curve, the power is over the time to the
        end.
    """

    capacity: np.ndarray
    voltage: np.ndarray
    end: float
    energy: float
    power: float


def released_cell():
    """Cell 1 as the release has it, without the resistance outside it."""
    cell = load_cell("doyle-1996-cell-1")
    density = cell.positive.density
    fast = {"rate_constant": 1e-3, "film_resistance": 0.0}
    return replace(
        cell,
        negative=replace(cell.negative, **fast),
        positive=replace(
            cell.positive,
            max_concentration=POSITIVE_CAPACITY * SECONDS_PER_HOUR * density / FARADAY,
            effective_solid_conductivity=1.406,
            **fast,
        ),
        contact_resistance=RESISTANCE - EXTERNAL_RESISTANCE + BOUNDARIES,
    )


def released_curve(current):
    """Read one; every step but the first stands three times, first with the time before it."""
    with (FOLDER / PUBLISHED / FILES[current]).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    minutes, voltage = (
        np.array([float(row[name]) for row in rows]) for name in ("Time (min)", "Cell pot(V)")
    )
    steps = np.unique(minutes)
    last_stands_once = len(rows) % 3 == 2
    end = 2.0 * steps[-1] - steps[-2] if last_stands_once else steps[-1]
    kept = np.r_[0, 3 : len(rows) : 3]
    fresh = np.diff(minutes[kept], prepend=-1.0) > 0.0  # times are given to 0.001 min
    return Released(
        capacity=current * minutes[kept][fresh] / 60.0,
        voltage=voltage[kept][fresh],
        end=current * float(end) / 60.0,
        energy=float(rows[0]["Energy"]),
        power=float(rows[0]["Power"]),
    )
