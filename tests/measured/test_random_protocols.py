"""Protocols nobody thought of: discharges, charges with holds, rests, pulses, in any export."""

import numpy as np
import pytest

from microbatt.measured import Reading, read_file
from tests.measured.circuit import Circuit
from tests.measured.protocols import AREA, ONE_C, write

NAMES = {"time": "time [s]", "current": "current [A]", "voltage": "voltage [V]"}
WORDS = {
    "long": {"rest": "Rest", "discharge": "CC DChg", "charge": "CC Chg", "hold": "CV Chg"},
    "letters": {"rest": "R", "discharge": "D", "charge": "C", "hold": "C"},
}
RATES = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 3.0)
KINDS_APART = 0.03
"""Share of the samples at the edges of steps that may be taken for the step beside."""


def protocol(rng):
    """Return a cell that went through a random protocol, and the currents of its discharges."""
    cell = Circuit().rest(interval=float(rng.choice([10.0, 60.0, 300.0])))
    wanted = []
    for _ in range(rng.integers(1, 4)):
        rate = float(rng.choice(RATES))
        cell.discharge(rate, float(rng.choice([5.0, 10.0, 20.0, 60.0])) / max(rate, 0.3))
        wanted.append(rate * ONE_C)
        if rng.random() < 0.7:
            cell.rest(interval=float(rng.choice([10.0, 60.0])))
        cell.charge(float(rng.choice([0.2, 0.5, 1.0]))).hold().rest(1800.0)
    if rng.random() < 0.4:
        for _ in range(rng.integers(4, 9)):
            cell.pulse(float(rng.choice([0.5, 1.0, 2.0]))).rest(120.0, 10.0)
            if rng.random() < 0.5:
                cell.pulse(-0.75, 10.0).rest(60.0, 10.0)
            cell.pulse(1.0, 300.0, 10.0).rest(600.0, 60.0)
    return cell, wanted


def exported(cell, rng):
    """Return the rows as some tester writes them, and the headings."""
    table, names = cell.frame(rng), dict(NAMES)
    table["time"] = table["time"].round(int(rng.choice([0, 3])))
    if rng.random() < 0.3:
        table["current"] = table["current"].round(4)
    if rng.random() < 0.3:
        table["voltage"] = table["voltage"].round(3)
    if rng.random() < 0.5:
        table["current"] = table["current"].abs()
    words = rng.choice(["", *WORDS])
    if words:
        table["word"], names["word"] = table["word"].map(WORDS[words]), "State"
    others = {"capacity": "Capacity [Ah]", "step": "Step"}
    names |= {column: heading for column, heading in others.items() if rng.random() < 0.5}
    return table, names


@pytest.mark.parametrize("seed", range(25))
def test_a_random_protocol_is_cut_into_its_steps(tmp_path, seed):
    rng = np.random.default_rng(seed)
    cell, wanted = protocol(rng)
    table, names = exported(cell, rng)
    read = read_file(write(tmp_path / "a.csv", table, headings=names), Reading(area=AREA))
    rounded = 0.06  # 0.1 mA of 0.9 mA, the slowest
    assert [one.current for one in read.measurements] == pytest.approx(wanted, rel=rounded)
    kinds = {"pulse": "discharge"}
    found = [kinds.get(read.steps[i].kind, read.steps[i].kind) for i in read.samples.step]
    true = np.array(cell.steps)[table["step"].to_numpy()[read.samples.rows - 2] - 1]
    assert np.mean(np.array(found) != true) < KINDS_APART
