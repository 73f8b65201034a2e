"""Files that are no discharges: read as runs, from their first row to their last."""

import numpy as np
import pandas as pd
import pytest

from microbatt.cells import load_cell
from microbatt.engines import simulate
from microbatt.errors import CurveError, MeasurementError, ParameterError
from microbatt.measured import (
    MeasuredRun,
    Reading,
    as_runs,
    begin_run,
    cell_from,
    gather,
    read_file,
)
from microbatt.measured.run import AT_ONCE

CELL = "lco-graphite"
PULSES = ["Rest for 10 minutes", ("Discharge at 1C for 4 minutes", "Rest for 10 minutes") * 4]
DISCHARGE = ["Rest for 2 minutes", "Discharge at 1C until 3 V", "Rest for 5 minutes"]


def table(protocol, *, every=10.0, **values):
    simulation = simulate(CELL, protocol, **values)
    time = np.arange(0.0, simulation.time[-1], every)
    before = np.clip(time - 1e-6, 0.0, None)
    return pd.DataFrame(
        {
            "time [s]": time,
            "voltage [V]": simulation.voltage_at(before),
            "current [A m-2]": -np.interp(before, simulation.time, simulation.current),
            "temperature [K]": np.interp(before, simulation.time, simulation.temperature),
        }
    )


@pytest.fixture(scope="module")
def pulses(tmp_path_factory):
    path = tmp_path_factory.mktemp("runs") / "pulses.csv"
    table(PULSES).to_csv(path, index=False)
    return path


def test_a_file_of_pulses_is_a_run_where_runs_are_wanted(pulses):
    file = read_file(pulses, Reading(runs="auto"))
    assert file.measurements == ()
    assert len(file.run) == len(table(PULSES))
    assert file.run.current.max() > 0.0
    assert file.run.rest_voltage == pytest.approx(load_cell(CELL).open_circuit_voltage, abs=1e-3)
    assert file.run.temperature is not None


def test_a_file_of_pulses_is_no_run_where_discharges_are_wanted(pulses):
    with pytest.raises(MeasurementError, match="--protocol"):
        read_file(pulses)


def test_a_plain_discharge_with_its_rests_stays_a_discharge(tmp_path):
    path = tmp_path / "a.csv"
    table(DISCHARGE).to_csv(path, index=False)
    file = read_file(path, Reading(runs="auto"))
    assert file.run is None
    assert len(file.measurements) == 1
    assert file.measurements[0].temperature.shape == file.measurements[0].voltage.shape
    assert read_file(path, Reading(runs="always")).run is not None


def test_a_charge_is_a_run_that_begins_where_its_rest_says(tmp_path):
    path = tmp_path / "charge.csv"
    cell = load_cell(CELL)
    part = simulate(CELL, "Discharge at 1C for 30 minutes")
    states = {
        "negative_initial_stoichiometry": float(part.mean_negative_stoichiometry[-1]),
        "positive_initial_stoichiometry": float(part.mean_positive_stoichiometry[-1]),
    }
    table(["Rest for 5 minutes", "Charge at C/2 for 20 minutes"], **states).to_csv(path)
    run = read_file(path, Reading(runs="auto")).run
    assert run.current.min() < 0.0
    start = begin_run(run, cell)
    drawn = part.capacity[-1] / start.charge
    assert start.drawn == pytest.approx(drawn, abs=2e-3)


def test_the_tester_switches_between_the_rows():
    run = MeasuredRun(
        source="one",
        time=np.arange(8.0),
        current=[0.0, 0.0, 0.0, 9.0, 9.0, 9.0, 9.0, 9.0],
        voltage=np.full(8, 4.0),
    )
    time, current = run.drive()
    assert time.tolist() == [0.0, 1.0, 2.0, 2.5, 2.5, 3.0, 4.0, 5.0, 6.0, 7.0]
    assert current.tolist() == [0.0, 0.0, 0.0, 0.0, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0]


@pytest.mark.parametrize(("late", "mixed", "jump"), [(True, [3, 5], 3.0), (False, [2, 4], 2.0)])
def test_a_row_with_the_voltage_of_the_other_side_of_a_switch_tells_when_the_tester_switched(
    late, mixed, jump
):
    current = np.zeros(40)
    current[3:5] = 9.0
    seen = np.roll(current, 1 if late else -1)
    run = MeasuredRun(
        source="one", time=np.arange(40.0), current=current, voltage=4.0 - 0.01 * seen
    )
    assert run.mixed_rows.tolist() == mixed
    time, current = run.drive()
    (up,) = np.flatnonzero((np.diff(time) == 0.0) & (np.diff(current) > 0.0))
    assert time[up] == jump


def test_rows_of_a_pulse_that_answers_at_once_are_all_kept():
    assert gather(table(PULSES), Reading(runs="auto")).runs[0].mixed_rows.size == 0
    plain = simulate(CELL, PULSES)
    time = np.arange(0.0, plain.time[-1], 10.0)  # rows fall on switches
    on_switches = MeasuredRun(
        source="simulated",
        time=time,
        current=np.interp(time, plain.time, plain.current),
        voltage=plain.voltage_at(time),
    )
    assert on_switches.mixed_rows.size == 8


def test_a_voltage_at_rest_that_the_cell_never_has_is_refused():
    run = MeasuredRun(
        source="odd", time=np.arange(6.0), current=np.ones(6), voltage=np.full(6, 2.0),
        rest_voltage=5.5,
    )  # fmt: skip
    with pytest.raises(CurveError, match="no such open circuit"):
        begin_run(run, load_cell(CELL))


def test_a_run_under_load_that_cannot_begin_full_asks_for_its_start():
    run = MeasuredRun(
        source="odd", time=np.arange(6.0), current=-np.ones(6), voltage=np.full(6, 3.5)
    )
    with pytest.raises(CurveError, match=r"below .* `--start-voltage 3.5V`") as told:
        begin_run(run, load_cell(CELL))
    advised = float(str(told.value).partition("--start-voltage ")[2].partition("V`")[0])
    assert begin_run(run, load_cell(CELL), start_voltage=advised).drawn > 0.3


@pytest.mark.parametrize(
    "steps",
    [
        ["Discharge at C/2 until 3.2 V"],
        ["Discharge at C/2 for 20 minutes", "Rest for 10 minutes"],
        ["Rest for 5 minutes", "Discharge at C/2 until 3.2 V"],
    ],
)
def test_a_discharge_that_does_not_begin_full_is_a_run_from_where_it_begins(steps):
    cell = load_cell(CELL)
    partly = cell.starting_at(cell_drawn_voltage(cell))
    experiment = gather(simulate(partly, steps), Reading(runs="auto"))
    assert len(experiment.measurements) == 1
    (run,) = as_runs(experiment).runs
    assert run.rest_voltage == pytest.approx(partly.open_circuit_voltage, abs=1e-3)
    assert any("read as a run" in one for one in run.remarks)
    start = begin_run(run, cell)
    assert cell_from(cell, start.drawn).open_circuit_voltage == pytest.approx(
        partly.open_circuit_voltage, abs=2e-3
    )


def test_what_begins_nobody_knows_where_is_no_run():
    table = pd.DataFrame(
        {"time [s]": np.arange(40.0), "voltage [V]": 3.9 - 0.01 * np.arange(40), "I [A m-2]": 10.0}
    )
    assert as_runs(gather(table, Reading(runs="auto"))) is None


def cell_drawn_voltage(cell):
    return f"{cell_from(cell, 0.25).open_circuit_voltage:.4f} V"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"time": [0.0, 1.0, 1.0, 2.0, 3.0, 4.0]}, "does not rise"),
        ({"current": np.zeros(6)}, "zero in every"),
        ({"voltage": [4.0] * 5 + [np.nan]}, "voltage of sample 5"),
        ({"voltage": [4.0] * 5}, "shape"),
    ],
)
def test_samples_that_are_no_run_are_refused_by_name(changed, words):
    good = {"time": np.arange(6.0), "current": np.ones(6), "voltage": np.full(6, 4.0)}
    with pytest.raises(MeasurementError, match=words):
        MeasuredRun(source="bad", **(good | changed))


def test_runs_and_discharges_are_gathered_together(pulses):
    run = read_file(pulses, Reading(runs="auto")).run
    found = gather([run, table(DISCHARGE)])
    assert len(found.runs) == 1
    assert len(found) == 1
    assert "1 run" in repr(found)


def test_another_word_for_runs_is_refused():
    with pytest.raises(ParameterError, match="runs"):
        Reading(runs="sometimes")


def test_pieces_that_do_not_follow_each_other_are_no_run(tmp_path):
    """Two discharges from a full cell that was charged off the record, then pulses."""

    def rest(volts, rows=5):
        return [(60.0, volts, 0.0)] * rows

    def discharge(current, low, rows=60):
        return [(20.0, 3.95 + (low - 3.95) * k / (rows - 1), current) for k in range(rows)]

    pulses = [row for k in range(4) for row in discharge(17.5, 3.9 - 0.01 * k, 5) + rest(3.95)]
    rows = rest(4.0) + discharge(17.5, 2.0) + rest(3.3) + rest(4.0) + discharge(35.0, 2.0)
    steps, volts, current = np.array(rows + rest(3.3) + rest(4.0) + pulses).T
    written = pd.DataFrame(
        {"time [s]": np.cumsum(steps), "voltage [V]": volts, "current [A m-2]": current}
    )
    written.to_csv(tmp_path / "pieces.csv", index=False)
    found = read_file(tmp_path / "pieces.csv", Reading(runs="auto"))
    assert found.run is None
    assert [one.current for one in found.measurements] == [17.5, 35.0]


def test_a_flat_cell_that_rests_between_two_discharges_is_a_run():
    """LFP tells by 30 mV that a third is gone; that nothing was charged meanwhile the rows tell."""
    steps = ["Rest for 1 minute", "Discharge at C/2 for 20 minutes", "Rest for 30 minutes"]
    simulation = simulate("prada-2013", [*steps, "Discharge at 1C for 10 minutes", "Rest for 1 h"])
    found = gather(simulation, Reading(runs="auto"))
    assert [run.rest_voltage for run in found.runs] == pytest.approx(
        [simulation.open_circuit_voltage], abs=1e-3
    )
    plain = gather(simulation)
    became = [one.became for file in plain.reading for one in file.steps]
    drawn = [one for one in became if one == "read" or one.startswith("goes on")]
    assert drawn[0] == "read"
    assert drawn[1].startswith("goes on after the discharge")


def test_a_simulation_tells_the_voltage_from_which_it_began():
    cell = load_cell("lco-graphite").starting_at("3.75 V")
    charge = simulate(cell, ["Charge at C/2 until 4.0 V", "Rest for 10 minutes"])
    (run,) = gather(charge, Reading(runs="auto")).runs
    assert run.rest_voltage == pytest.approx(3.75)


def own_rows(protocol=PULSES, **changes):
    """A simulation's own rows: two of one time wherever the tester switches."""
    simulation = simulate(CELL, protocol)
    table = {
        "time [s]": simulation.time,
        "voltage [V]": simulation.voltage,
        "current [A m-2]": simulation.current,
    }
    return pd.DataFrame(table | {k: v(simulation) for k, v in changes.items()}), simulation


def test_the_tester_switches_between_two_rows_of_one_time():
    table, simulation = own_rows()
    run = gather(table, Reading(runs="always")).runs[0]
    switched = np.cumsum([step.duration for step in simulation.steps])[:-1]
    time, current = run.drive()
    jumps = time[1:][(np.diff(time) == 0.0) & (np.diff(current) != 0.0)]
    assert jumps == pytest.approx(switched, abs=2e-6)
    assert run.unseen_switches.size == 0
    assert run.mixed_rows.size == 0
    # the voltage jumps there too: the first row behind a switch is the loaded cell
    behind = np.searchsorted(run.time, switched[0], side="right")
    assert run.voltage[behind] < run.voltage[behind - 1] - 0.01


def test_rows_of_a_clock_in_whole_seconds_tell_no_switch():
    table, _ = own_rows(**{"time [s]": lambda one: np.floor(one.time)})
    run = gather(table, Reading(runs="always")).runs[0]
    assert np.diff(run.time).min() >= 1.0
    assert any("repeated times left out" in one for one in run.remarks)
    assert run.unseen_switches.size == 8


def test_repeated_times_behind_a_switch_stay_in_order_however_near_the_next_row_is():
    time = np.array([0.0, 10.0, 20.0, 20.0, 20.0 + 1e-9, 30.0, 40.0, 40.0, 40.0])
    current = [0.0, 0.0, 0.0, 9.0, 9.0, 9.0, 9.0, 0.0, 0.0]
    table = pd.DataFrame({"time [s]": time, "voltage [V]": 3.9, "current [A m-2]": current})
    run = gather(table, Reading(runs="always")).runs[0]
    assert np.all(np.diff(run.time) > 0.9 * AT_ONCE)
    assert len(run) == 7  # the row of a nanosecond later says nothing that the one before does not
    driven, flows = run.drive()
    assert driven[np.abs(flows) == 9.0][0] == pytest.approx(20.0, abs=AT_ONCE)


def test_rows_that_an_engine_writes_at_once_behind_a_switch_are_one():
    """They were compared with the voltage before it: 0.4 V off at a fall."""
    simulated = simulate("chen-2020", ["Rest for 1 minute", "Discharge at 1C for 1 minute"])
    table = pd.DataFrame(
        {
            "time [s]": simulated.time,
            "voltage [V]": simulated.voltage,
            "current [A m-2]": simulated.current,
        }
    )
    run = gather(table, Reading(runs="always")).runs[0]
    behind = run.time - run.time[0] - 60.0
    near = np.abs(behind) < 2.0 * AT_ONCE
    assert np.count_nonzero(near) == 2
    loaded = simulated.steps[1].start_voltage
    assert run.voltage[near] == pytest.approx([simulated.voltage[0], loaded], abs=1e-4)


def test_a_pulse_of_a_single_row_is_no_ramp():
    current = np.zeros(12)
    current[5] = 9.0
    run = MeasuredRun(
        source="one", time=np.arange(12.0), current=current, voltage=4.0 - 0.1 * (current > 0.0)
    )
    time, flows = run.drive()
    assert np.trapezoid(flows, time) == pytest.approx(9.0)
    assert sorted(set(flows)) == [0.0, 9.0]
    assert run.unseen_switches.tolist() == [4, 5]
    assert np.trapezoid(*run.drive(np.array([0.0, 1.0]))[::-1]) == pytest.approx(18.0)


def test_of_three_rows_at_one_time_the_last_is_what_goes_on():
    """The first current after the old one was taken to flow on: 175 C m⁻² of a run."""
    time = np.array([0.0, 5.0, 10.0, 10.0, 10.0, 20.0, 30.0, 40.0])
    current = [0.0, 0.0, 0.0, 17.5, -17.5, -17.5, -17.5, 0.0]
    table = pd.DataFrame({"time [s]": time, "voltage [V]": 3.9, "current [A m-2]": current})
    run = gather(table, Reading(runs="always")).runs[0]
    at, flows = run.drive(1.0)
    assert abs(np.trapezoid(flows, at)) == pytest.approx(17.5 * 30.0, abs=1e-3)
