"""The native engine's face: many as one, what it refuses, how it says that it failed."""

import dataclasses
import threading
import time

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from microbatt.cells import available_cells, load_cell, to_toml
from microbatt.engines import (
    Adiabatic,
    DischargeBatch,
    Isothermal,
    Lumped,
    Settings,
    simulate_discharge,
    simulate_discharges,
)
from microbatt.errors import ParameterError, SimulationError
from microbatt.outcomes import Outcome
from tests.engines.idealised import CELL
from tests.engines.own_steps import own_steps

POINTS = np.random.default_rng(5).uniform([0.0, 0.3, 1.75], [10.0, 40.0, 122.5], (70, 3))
FIELDS = [f.name for f in dataclasses.fields(DischargeBatch) if f.name != "sensitivities"]


def assert_same_bits(one, other):
    for name in FIELDS:
        left, right = getattr(one, name), getattr(other, name)
        assert left.dtype == right.dtype, name
        assert left.tobytes() == right.tobytes(), name


@pytest.fixture(scope="module")
def batch():
    return simulate_discharges(CELL, POINTS)


@pytest.mark.parametrize("thermal", [Isothermal(), Adiabatic()], ids=repr)
@pytest.mark.parametrize("inventory", ["area-only", "conserving"])
def test_many_discharges_are_the_same_as_one_by_one_to_the_last_bit(inventory, thermal):
    terms = {"inventory": inventory, "thermal": thermal}
    together = simulate_discharges(CELL, POINTS[:20], **terms)
    for i, (alpha, S, current) in enumerate(POINTS[:20]):
        alone = simulate_discharge(CELL, alpha, S, current, **terms)
        for field in dataclasses.fields(alone):
            value, expected = getattr(together[i], field.name), getattr(alone, field.name)
            np.testing.assert_array_equal(value, expected, err_msg=field.name)


@pytest.mark.parametrize("threads", [2, 5])
def test_threads_change_no_bit(batch, threads):
    assert_same_bits(simulate_discharges(CELL, POINTS, threads=threads), batch)


def test_other_threads_run_on_while_the_engine_works():
    worker = threading.Thread(target=simulate_discharges, args=(CELL, np.tile(POINTS, (5, 1))))
    worker.start()
    ticks = 0
    while worker.is_alive():
        time.sleep(1e-3)
        ticks += 1
    # Some hundred milliseconds of work; with the interpreter locked there would be one or two.
    assert ticks > 20


def test_the_order_of_the_points_changes_no_curve(batch):
    backwards = simulate_discharges(CELL, POINTS[::-1])
    for i in range(len(POINTS)):
        np.testing.assert_array_equal(backwards[len(POINTS) - 1 - i].voltage, batch[i].voltage)


def test_the_same_call_gives_the_same_bits(batch):
    assert_same_bits(simulate_discharges(CELL, POINTS), batch)


def test_a_table_of_points_is_read_by_its_names(batch):
    columns = {"current": POINTS[:3, 2], "S": POINTS[:3, 1], "alpha": POINTS[:3, 0]}
    dataset = xr.Dataset({name: ("point", values) for name, values in columns.items()})
    for table in (columns, pd.DataFrame(columns), dataset):
        read = simulate_discharges(CELL, table)
        np.testing.assert_array_equal(read[2].voltage, batch[2].voltage)


def test_no_points_give_no_discharges():
    none = simulate_discharges(CELL, np.empty((0, 3)))
    assert len(none) == 0
    assert list(none) == []
    assert none.to_dataset().sizes["point"] == 0


def test_a_cell_may_be_named_or_read_from_a_file_or_given(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(to_toml(CELL, source="doyle1996"), encoding="utf-8")
    voltages = [simulate_discharge(cell).voltage for cell in ("doyle-1996-cell-1", path, CELL)]
    np.testing.assert_array_equal(voltages[0], voltages[1])
    np.testing.assert_array_equal(voltages[0], voltages[2])


@pytest.mark.parametrize("name", available_cells())
def test_every_cell_of_the_catalog_discharges_to_the_cut_off(name):
    d = simulate_discharge(name)
    assert d.outcome.is_whole
    assert d.discharge_capacity > 1.0  # A h m⁻²
    assert np.all(np.isfinite(d.voltage))


@pytest.mark.parametrize("name", available_cells())
def test_what_the_caller_leaves_out_is_the_cells_own(name):
    # under 2.3 and 3 `lco-graphite` would deliver 13.4 instead of 21.3 A h m⁻² at 60 A m⁻²
    cell = load_cell(name)
    d = simulate_discharge(name)
    point = (cell.positive.alpha, cell.positive.S, cell.one_c_current)
    assert (d.alpha, d.S, d.current) == point
    one = simulate_discharges(cell, {"current": 60.0})[0]
    assert (one.alpha, one.S, one.current) == (*point[:2], 60.0)


def test_lithium_is_conserved_where_the_caller_says_nothing():
    # in `area-only` a capacity far from the rate limit would follow S
    d = simulate_discharge(CELL, S=1.0, current=1.75)
    kept = simulate_discharge(CELL, S=1.0, current=1.75, inventory="conserving")
    np.testing.assert_array_equal(d.voltage, kept.voltage)
    assert d.discharge_capacity > 15.0  # A h m⁻²; half of the electrode's would be 9


@pytest.mark.parametrize(("text", "amps"), [("2C", 35.0), ("C/2", 8.75), ("35 A/m2", 35.0)])
def test_a_current_may_be_a_c_rate_or_have_a_unit(text, amps):
    given, plain = simulate_discharge(CELL, current=text), simulate_discharge(CELL, current=amps)
    np.testing.assert_array_equal(given.voltage, plain.voltage)


def test_a_discharge_ends_at_the_cells_own_cut_off_where_the_caller_says_none():
    cell = dataclasses.replace(CELL, lower_cutoff_voltage=3.0)
    assert simulate_discharge(cell).voltage[-1] == pytest.approx(3.0)
    assert simulate_discharge(cell, cutoff_voltage=2.5).voltage[-1] == pytest.approx(2.5)
    assert simulate_discharges(cell, {"current": 17.5})[0].voltage[-1] == pytest.approx(3.0)


CASES = [
    ({"inventory": "conserve"}, r"`inventory` is 'conserve'.*Nearest: 'conserving'"),
    ({"inventory": None}, r"`inventory` is 'None', which is not known"),
    ({"thermal": "adiabatic"}, r"`thermal` is 'adiabatic'; it must be Isothermal\(\), Adiabatic"),
    ({"thermal": Adiabatic}, r"`thermal` is <class .*; it must be Isothermal\(\)"),
    ({"alpha": np.nan}, r"`alpha` is nan; it must lie in \[0, 20\]"),
    ({"alpha": -0.1}, r"`alpha` is -0\.1; it must lie in \[0, 20\]"),
    ({"alpha": "2.3"}, r"`alpha` is '2\.3'; it must be a number in \[0, 20\]"),
    ({"alpha": [1.0, 2.0]}, r"`alpha` is \[1\.0, 2\.0\]; it must be a number"),
    ({"S": 0.0}, r"`S` is 0; it must lie in \[0\.01, 1000\]"),
    ({"current": -17.5}, r"`current` is -17\.5 A m⁻²; it must lie in \(0, 100000\]"),
    ({"current": np.inf}, r"`current` is inf A m⁻²"),
    ({"current": "fast"}, r"`current` is 'fast', which is no current\. Give A m⁻² as a number"),
    ({"current": "5 A"}, r"does not say how large it is"),
    ({"settings": 3}, r"`settings` is 3.*must be Settings"),
    ({"settings": {"mesh": 2.0}}, r"`settings` is \{'mesh': 2\.0\}.*Settings\.from_dict"),
    ({"cell": 5}, r"`cell` is 5; it must be a name"),
    ({"cutoff_voltage": 0.0}, r"`cutoff_voltage` is 0 V; it must lie in \(0, inf\) V"),
    ({"cutoff_voltage": -1.0}, r"`cutoff_voltage` is -1 V"),
    ({"cutoff_voltage": np.nan}, r"`cutoff_voltage` is nan V"),
    ({"cell": "doyle-1996-cell-4"}, r"'doyle-1996-cell-4', which is not known. Nearest: "),
]


@pytest.mark.parametrize(("arguments", "message"), CASES, ids=lambda case: str(case)[:40])
def test_a_bad_argument_is_refused_saying_what_came_and_what_is_allowed(arguments, message):
    with pytest.raises(ParameterError, match=message):
        simulate_discharge(**arguments)


def test_a_bad_number_of_threads_is_refused():
    with pytest.raises(ParameterError, match="`threads` is 0; it must be a whole number at least"):
        simulate_discharges(CELL, POINTS, threads=0)


def test_a_cut_off_above_the_first_voltage_gives_no_curve_and_says_why():
    d = simulate_discharge(CELL, cutoff_voltage=5.0)
    assert d.outcome is Outcome.CUTOFF_AT_START
    assert d.time.size == 0
    assert d.steps == 0
    assert d.initial_voltage < d.open_circuit_voltage < 5.0


def test_a_failure_is_raised_where_that_is_asked_for():
    with pytest.raises(SimulationError, match="below the cut-off as soon as the current flows"):
        simulate_discharge(CELL, cutoff_voltage=5.0, raise_on_failure=True)
    with pytest.raises(SimulationError, match=r"17\.5 A m⁻²: the step budget was spent"):
        simulate_discharge(CELL, settings=Settings(max_steps=10), raise_on_failure=True)


def test_a_spent_step_budget_leaves_the_curve_so_far():
    d = own_steps(CELL, settings=Settings(max_steps=20))
    assert d.outcome is Outcome.STEP_BUDGET
    assert d.outcome.is_failure
    assert d.steps + d.rejected_steps == 20
    assert d.time.size == d.steps + 1
    assert np.all(np.isfinite(d.voltage))


def test_a_whole_discharge_raises_nothing():
    d = simulate_discharge(CELL, raise_on_failure=True)
    assert d.outcome is Outcome.CUTOFF_REACHED


def test_a_higher_cut_off_ends_the_same_curve_earlier():
    low, high = (simulate_discharge(CELL, cutoff_voltage=cutoff) for cutoff in (2.0, 3.2))
    assert high.discharge_capacity < low.discharge_capacity
    expected = np.interp(high.discharge_capacity, low.capacity, low.voltage)
    # Linear interpolation on the steps of the longer curve
    assert high.voltage[-1] == pytest.approx(expected, abs=5e-3)
    assert high.voltage[-1] == pytest.approx(3.2, abs=1e-4)


def test_more_tortuosity_or_current_never_delivers_more():
    alphas = [simulate_discharge(CELL, alpha, 3.0, 70.0).discharge_capacity for alpha in range(10)]
    assert np.all(np.diff(alphas) < 0.0)
    currents = [
        simulate_discharge(CELL, 2.3, 3.0, amps).discharge_capacity
        for amps in (5.0, 20.0, 60.0, 120.0)
    ]
    assert np.all(np.diff(currents) < 0.0)


def test_the_thermal_mode_reaches_the_engine():
    lumped = Lumped(heat_transfer_coefficient=0.0)
    warm = simulate_discharge(CELL, thermal=lumped)
    assert warm.end_temperature > CELL.initial_temperature + 10.0
