"""One discharge is the same whichever kernel computes it.

The file runs early, so that one process compiles all kernels, which share most of their code, and
the others find them compiled.
"""

import numpy as np
import pytest

from microbatt.cells import load_cell
from microbatt.engines import simulate, simulate_discharge, simulate_discharges
from microbatt.protocols import Step
from tests.porous_electrode.end_states import discharged

CELL = load_cell("lco-graphite")
ALPHA, S, CURRENT, CUTOFF = 2.0, 4.0, 30.0, 3.0


@pytest.fixture(scope="module")
def alone():
    return simulate_discharge(CELL, alpha=ALPHA, S=S, current=CURRENT, cutoff_voltage=CUTOFF)


def test_in_lanes_it_has_the_same_bits(alone):
    rows = [(ALPHA, S, CURRENT)] * 9
    for curve in simulate_discharges(CELL, rows, cutoff_voltage=CUTOFF):
        np.testing.assert_array_equal(curve.voltage, alone.voltage)
        np.testing.assert_array_equal(curve.time, alone.time)


# In lanes where a cell fits them, as one against lithium does not
@pytest.mark.parametrize("cell", [CELL, load_cell("xu-2019")], ids=lambda cell: cell.name)
def test_with_derivatives_it_has_the_same_bits(cell):
    alone, told = (
        simulate_discharge(cell, alpha=ALPHA, S=S, current=CURRENT, sensitivities=names)
        for names in ((), ("positive_thickness",))
    )
    np.testing.assert_array_equal(told.voltage, alone.voltage)
    assert np.isfinite(told.sensitivities.voltage).all()


def test_where_its_end_is_looked_at_it_has_the_same_bits(alone):
    end = discharged(CELL, ALPHA, S, CURRENT, conserving=True, cutoff=CUTOFF)
    # Its steps are all there; a discharge is handed out with points between them.
    assert np.isin(end.time, alone.time).all()
    assert np.isin(end.voltage, alone.voltage).all()
    assert end.time[-1] == alone.time[-1]


def test_as_a_step_of_a_protocol_it_ends_at_the_same_time(alone):
    run = simulate(CELL, Step(current=CURRENT, until_voltage=CUTOFF), alpha=ALPHA, S=S)
    # Its steps and its mesh are chosen anew; both keep the tolerance of 1e-4.
    assert run.time[-1] == pytest.approx(alone.time[-1], rel=1e-3)
