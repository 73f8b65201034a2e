"""When a tester switched and where a run began: what that does to it, and what a fit finds."""

from dataclasses import replace

import numpy as np
import pytest

from microbatt.cells import load_cell
from microbatt.engines import Settings, simulate
from microbatt.inference import InferenceOptions
from microbatt.inference.forward.forward_model import beside
from microbatt.inference.forward.runs import centred_run, run_voltage
from microbatt.inference.infer import forward_model
from microbatt.measured import Experiment, MeasuredRun, Reading, gather

CELL, TRUTH = "lco-graphite", {"alpha": 2.0, "S": 4.0}
STEPS = [
    "Rest for 5 minutes",
    ("Discharge at 1C for 10 minutes", "Rest for 10 minutes", "Charge at C/2 for 5 minutes") * 2,
    "Rest for 5 minutes",
]
EVERY = 10.0
NOISE = 1e-4
X = np.array([2.0, np.log(4.0)])


def run_after(late):
    """Rows of a tester that switches `late` seconds after a row."""
    fine = Settings(tolerance=2e-6, mesh=1.0)
    simulation = simulate(CELL, STEPS, settings=fine, **TRUTH)
    time = np.arange(0.0, simulation.time[-1] - EVERY, EVERY)
    seen = np.where(time > 0.0, time + (EVERY - late if late else 0.0), 0.0)
    return MeasuredRun(
        source="one",
        time=time,
        current=simulation.current_at(seen),
        voltage=simulation.voltage_at(seen),
        rest_voltage=simulation.open_circuit_voltage,
    )


def model_of(run):
    chosen = InferenceOptions(noise=NOISE, network=False, cell_error=0.0)
    experiment = Experiment(name="one", measurements=(), runs=(run,))
    return beside(forward_model(experiment, load_cell(CELL), chosen, NOISE), X)


def test_a_switch_moves_what_comes_after_it_roughly_as_the_engine_says():
    """Columns are a first guess; the next test has the fit go on from them to the switches."""
    model = model_of(run_after(3.0))
    (run,) = model.runs
    here = run_voltage(model, X, run)
    count = len(run.switches)
    assert count == 7
    assert run.switching.shape == (run.voltage.size, 1 + count)
    for i in range(count):
        shares = np.full(count, 0.5)
        shares[i] = 0.4
        moved = run_voltage(model, X, replace(run, drive=run.measured.drive(shares)))
        expected = (moved - here) / (0.1 * np.sqrt(12.0))
        off = run.switching[:, 1 + i] - expected
        next_one = run.time > run.switches[i, 0] + 2.0 * EVERY  # the row behind it bends
        # what earlier switches still do is taken for the last one's: most for the last of all
        assert np.sqrt(np.mean(off[next_one] ** 2)) < 0.5 * np.sqrt(np.mean(expected**2)), i


@pytest.mark.parametrize("late", [0.0, 3.0, 9.0])
def test_a_fit_finds_when_the_tester_switched(late):
    model = model_of(run_after(late))
    for _ in range(2):
        residual = model.whiten(model.measured - run_voltage(model, X, model.runs[0]))
        (expected,) = model.expected_of_runs(residual)
        model = beside(replace(model, runs=(centred_run(model.runs[0], *expected),)), X)
    (run,) = model.runs
    assert run.shares == pytest.approx(np.full(run.shares.size, late / EVERY), abs=0.08)
    assert np.abs(model.measured - run_voltage(model, X, run)).max() < 10.0 * NOISE


def test_rows_that_tell_when_the_tester_switched_leave_nothing_open():
    simulation = simulate(CELL, STEPS, **TRUTH)
    read = gather(simulation, Reading(runs="always")).runs[0]
    assert read.unseen_switches.size == 0
    (binned,) = model_of(read).runs
    assert not binned.switching.any()
    one_of_two = np.append(True, np.diff(read.time) > 2e-6)
    run = replace(
        read,
        temperature=None,
        time=read.time[one_of_two],
        current=read.current[one_of_two],
        voltage=read.voltage[one_of_two],
    )
    assert run.unseen_switches.size == 7
