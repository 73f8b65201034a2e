"""A discharge that does not start where the cell file starts is never taken for one that does."""

from dataclasses import replace

import numpy as np
import pytest

from microbatt.cells import load_cell
from microbatt.engines import simulate_discharge
from microbatt.errors import CurveError
from microbatt.measured import Experiment, Measurement, fullness, starting_full

CELL = load_cell("doyle-1996-cell-1")
HALF = CELL.with_values(
    {
        "positive_initial_stoichiometry": 0.5,
        "negative_initial_stoichiometry": CELL.negative.initial_stoichiometry - 0.24,
    }
)
"""The cell after a good part of its charge was drawn."""


def measured(cell, rate, rest=None, *, name="a.csv"):
    curve = simulate_discharge(cell, alpha=2.5, S=4.0, current=rate * CELL.one_c_current)
    capacity = np.linspace(0.0, curve.discharge_capacity, 200)
    voltage = np.interp(capacity, curve.capacity, curve.voltage)
    noisy = voltage + 5e-4 * np.random.default_rng(3).standard_normal(200)
    return Measurement(
        source=name, current=curve.current, capacity=capacity, voltage=noisy, rest_voltage=rest
    )


def judged(*measurements, free=()):
    return starting_full(Experiment(name="a", measurements=measurements), CELL, free=free)


@pytest.mark.parametrize("rate", [0.1, 1.0, 3.0])
@pytest.mark.parametrize("rested", [True, False])
def test_a_full_cell_is_taken_without_a_word(rate, rested):
    one = measured(CELL, rate, CELL.open_circuit_voltage if rested else None)
    assert judged(one).measurements[0] is one


@pytest.mark.parametrize("rate", [0.1, 1.0, 3.0])
def test_a_half_full_cell_is_left_out_by_the_voltage_of_its_rest(rate):
    full = measured(CELL, rate, CELL.open_circuit_voltage)
    half = measured(HALF, rate, HALF.open_circuit_voltage, name="half.csv")
    (kept,) = judged(full, half).measurements
    assert kept.source == "a.csv"
    assert any(
        "half.csv left out: it does not start from a full cell" in told for told in kept.remarks
    )


def test_half_full_cells_alone_are_refused_with_the_remedies():
    half = measured(HALF, 1.0, HALF.open_circuit_voltage)
    with pytest.raises(CurveError, match="--free negative_initial_stoichiometry"):
        judged(half)
    assert judged(half, free=("negative_initial_stoichiometry",)).measurements[0] is half


def test_a_slow_discharge_of_a_half_full_cell_is_known_without_a_rest():
    with pytest.raises(CurveError, match="does not start from a full cell"):
        judged(measured(HALF, 0.1))


def test_a_rest_that_is_not_that_of_the_cell_is_told_of_and_disbelieved():
    (kept,) = judged(measured(CELL, 1.0, 3.98)).measurements
    assert "its curve is that of a full cell" in kept.remarks[-1]


@pytest.mark.parametrize("area", [0.98, 1.02])
@pytest.mark.parametrize("rate", [0.5, 1.0, 2.0])
def test_a_full_cell_is_believed_although_the_area_is_stated_two_percent_off(rate, area):
    one = measured(CELL, rate, 3.98)
    off = replace(one, current=one.current / area, capacity=one.capacity / area)
    (kept,) = judged(off).measurements
    assert "its curve is that of a full cell" in kept.remarks[-1]


def test_with_a_free_stoichiometry_discharges_must_agree_with_each_other():
    half = HALF.open_circuit_voltage
    alike = judged(
        measured(HALF, 1.0, half),
        measured(HALF, 2.0, half),
        free=("negative_initial_stoichiometry",),
    )
    assert len(alike) == 2
    apart = judged(
        measured(CELL, 1.0, CELL.open_circuit_voltage),
        measured(HALF, 2.0, half, name="half.csv"),
        free=("positive_stoichiometry",),
    )
    assert len(apart) == 1


@pytest.mark.parametrize("below", [0.0005, 0.005, 0.02])
def test_what_a_rest_says_is_missing_of_a_full_cell_is_an_error_of_its_start(below):
    rest = CELL.open_circuit_voltage - below
    (one,) = judged(measured(CELL, 0.5, rest)).measurements
    told = [said for said in one.remarks if "may be missing at its start" in said]
    if below < 1e-3:
        assert one.start_error == 0.0
        assert not told
    else:
        held = fullness.charge_held(CELL)
        share = fullness.share_missing(CELL, rest + 1e-3)
        assert one.start_error == pytest.approx(share * held, rel=1e-6)
        assert len(told) == 1


def test_on_a_plateau_a_few_millivolts_are_as_much_charge_as_they_are():
    lfp = load_cell("prada-2013")
    drawn, truth = fullness.cell_drawn(lfp, 0.30), fullness.cell_drawn(lfp, 0.45)
    curve = simulate_discharge(truth, current="1C")
    one = Measurement(
        source="a.csv",
        current=curve.current,
        capacity=curve.capacity,
        voltage=curve.voltage,
        rest_voltage=truth.open_circuit_voltage,
    )
    (kept,) = starting_full(Experiment(name="a", measurements=(one,)), drawn).measurements
    assert kept.start_error > 0.1 * fullness.charge_held(drawn)
