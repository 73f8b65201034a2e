"""Charges, rests, pulses and measured temperatures as data of a fit."""

from functools import cache

import numpy as np
import pytest

import microbatt
from microbatt.cells import load_cell
from microbatt.engines import Lumped, Settings, simulate
from microbatt.errors import ParameterError
from microbatt.inference import InferenceOptions
from microbatt.inference.forward.forward_model import cell_response, respond
from microbatt.inference.infer import forward_model
from microbatt.measured import Experiment, MeasuredRun, Measurement

CELL = "lco-graphite"
TRUTH = {"alpha": 2.0, "S": 4.0}
PULSES = [
    "Rest for 5 minutes",
    "Discharge at C/2 for 15 minutes",
    "Rest for 10 minutes",
    "Discharge at 2C for 30 s",
    "Rest for 5 minutes",
    "Charge at 1C for 30 s",
    "Rest for 5 minutes",
]
NOISE = 1e-3


def with_noise(voltage, seed):
    return voltage + NOISE * np.random.default_rng(seed).standard_normal(voltage.size)


@cache
def pulses(seed=1, every=2.0):
    simulation = simulate(CELL, PULSES, settings=Settings(tolerance=2e-5, mesh=3.0), **TRUTH)
    time = np.arange(0.0, simulation.time[-1], every)
    before = np.clip(time - 1e-6, 0.0, None)
    return MeasuredRun(
        source="pulses",
        time=time,
        current=np.interp(before, simulation.time, simulation.current),
        voltage=with_noise(simulation.voltage_at(before), seed),
        rest_voltage=simulation.open_circuit_voltage,
    )


def discharge(c_rate, seed, **terms):
    cell = load_cell(CELL)
    simulation = simulate(
        CELL, f"Discharge at {c_rate}C until 3 V", settings=Settings(tolerance=2e-5, mesh=3.0),
        **terms, **TRUTH,
    )  # fmt: skip
    time = np.linspace(0.0, simulation.time[-1], 150)
    return Measurement(
        source=f"{c_rate}C",
        current=c_rate * cell.one_c_current,
        capacity=c_rate * cell.one_c_current * time / 3600.0,
        voltage=with_noise(simulation.voltage_at(time), seed),
        temperature=np.interp(time, simulation.time, simulation.temperature),
    )


def inferred(curves, **options):
    exact = {"noise": NOISE, "cell_error": 0.0, "network": False}
    return microbatt.infer(curves, CELL, **(exact | options))


def test_pulses_alone_tell_the_microstructure():
    estimate = inferred(pulses())
    assert estimate.curves == ()
    assert len(estimate.runs) == 1
    assert estimate.runs[0].residual_rms < 1.5 * NOISE
    for name, truth in TRUTH.items():
        assert abs(estimate[name].value - truth) < 4.0 * estimate[name].std
    assert estimate["alpha"].std < 0.1
    assert not estimate.diagnostics.misfit
    assert "as a run" in estimate.summary()
    assert any("pulses begins at" in one for one in estimate.assumptions)
    assert estimate.to_dataset().sizes["run"] == 1


def test_a_simulated_protocol_comes_back_as_it_was_made():
    simulation = simulate(CELL, PULSES, **TRUTH)
    estimate = inferred(simulation)
    assert len(estimate.runs) == 1
    assert estimate.runs[0].residual_rms < 0.2 * NOISE
    assert estimate.alpha == pytest.approx(TRUTH["alpha"], abs=2 * estimate["alpha"].std)
    assert pytest.approx(TRUTH["S"], rel=0.03) == estimate.S


def test_pulses_beside_a_discharge_narrow_what_it_tells():
    alone = inferred([discharge(1.0, 2)], network=False)
    both = inferred([discharge(1.0, 2), pulses()])
    assert both["alpha"].std < 0.8 * alone["alpha"].std
    shares = [one.information[0] for one in (*both.curves, *both.runs)]
    assert sum(shares) == pytest.approx(1.0)
    for name, truth in TRUTH.items():
        assert abs(both[name].value - truth) < 4.0 * both[name].std


def test_a_measured_temperature_drives_the_discharges_and_is_told():
    warm = discharge(3.0, 3, thermal=Lumped(heat_transfer_coefficient=1.0))
    assert np.ptp(warm.temperature) > 5.0
    followed = inferred([warm])
    for name, truth in TRUTH.items():
        assert abs(followed[name].value - truth) < 4.0 * followed[name].std
    assert not followed.diagnostics.misfit
    assert any("temperature that was measured drives" in one for one in followed.assumptions)
    assert "its measured temperature drives it" in followed.summary()


def test_a_measured_temperature_is_left_alone_where_it_is_not_wanted():
    warm = discharge(3.0, 3, thermal=Lumped(heat_transfer_coefficient=1.0))
    experiment = Experiment(name="one", measurements=(warm,))
    found = []
    for wanted in (True, False):
        chosen = InferenceOptions(cell_error=0.0, measured_temperature=wanted)
        model = forward_model(experiment, load_cell(CELL), chosen, NOISE)
        x = np.array([TRUTH["alpha"], np.log(TRUTH["S"])])
        off = respond(model, x).voltage - model.measured
        flat = ~model.curves[0].steep
        found.append(np.sqrt(np.mean(off[flat] ** 2)))
    assert found[0] < 1.3 * NOISE < 2.0 * NOISE < found[1], found


def test_a_temperature_that_was_measured_is_not_to_be_found():
    with pytest.raises(ParameterError, match="measured_temperature=False"):
        inferred([discharge(1.0, 2)], free="temperature")


def model_of(run, **options):
    chosen = InferenceOptions(noise=NOISE, network=False, **options)
    experiment = Experiment(name="one", measurements=(), runs=(run,))
    return forward_model(experiment, load_cell(CELL), chosen, NOISE)


def test_derivatives_of_a_run_are_those_of_fine_solutions():
    model = model_of(pulses(), free=["contact_resistance"], cell_error={"thickness": 0.02})
    x = model.priors.mean.copy()
    x[:2] = [2.0, np.log(4.0)]
    n = model.priors.asked
    asked = respond(model.of_file(x), x[:n]).jacobian
    found = np.concatenate([asked, cell_response(model, x)], axis=1)
    (run,) = model.runs

    def fine(place):
        values = {name: model.priors.value(place, i) for i, name in enumerate(model.priors.names)}
        simulation = simulate(
            CELL,
            microbatt.protocols.profile(run.drive[0], current=run.drive[1]),
            lower_voltage=1.0,
            settings=Settings(tolerance=1e-5, mesh=1.5),
            **values,
        )
        return run.average(simulation.voltage_at(run.sample_time))

    steps = 0.5 * np.minimum(model.priors.std, 0.1)
    steps[2] = 1e-3
    for i, step in enumerate(steps):
        up, down = x.copy(), x.copy()
        up[i] += step
        down[i] = max(down[i] - step, model.priors.low[i])
        expected = (fine(up) - fine(down)) / (up[i] - down[i])
        off = step * np.sqrt(np.mean((found[:, i] - expected) ** 2))
        size = step * np.sqrt(np.mean(expected**2))
        assert off < 0.06 * size + 1e-5, model.priors.names[i]  # 0.01 mV: steps in time differ


def test_what_moves_a_run_alike_has_the_same_derivative():
    # On the conserving balance S and the rate constant are one number to a cell without films.
    model = model_of(pulses(every=10.0), cell_error={"rate_constant": 1.0})
    x = model.priors.mean.copy()
    x[:2] = [2.0, np.log(4.0)]
    found = cell_response(model, x)
    rate = found[:, model.priors.doubted.index("positive_rate_constant")]
    area = respond(model.of_file(x), x[:2]).jacobian[:, 1]
    assert np.abs(area).max() > 1e-3
    assert np.abs(rate - area).max() < 0.01 * np.abs(area).max()


def test_rows_on_the_switches_of_a_simulation_do_no_harm():
    simulation = simulate(CELL, PULSES, settings=Settings(tolerance=2e-5, mesh=3.0), **TRUTH)
    time = np.arange(0.0, simulation.time[-1], 10.0)
    run = MeasuredRun(
        source="on switches",
        time=time,
        current=np.interp(time, simulation.time, simulation.current),
        voltage=with_noise(simulation.voltage_at(time), 4),
        rest_voltage=simulation.open_circuit_voltage,
    )
    estimate = inferred(run)
    assert not estimate.diagnostics.misfit
    assert estimate.runs[0].residual_rms < 1.5 * NOISE
    for name, truth in TRUTH.items():
        assert abs(estimate[name].value - truth) < 4.0 * estimate[name].std
    assert any("rows at a switch" in one for one in estimate.runs[0].remarks)


def test_many_samples_of_a_changing_current_are_smoothed_and_what_that_costs_is_told():
    rng = np.random.default_rng(5)
    time = np.arange(0.0, 3000.0)
    current = np.repeat(rng.normal(15.0, 10.0, 1000), 3)
    voltage = np.full(time.size, 3.9)
    (run,) = model_of(MeasuredRun(source="d", time=time, current=current, voltage=voltage)).runs
    assert run.smoothed is not None
    assert run.smoothed[0].size < 500
    moved = [np.trapezoid(i, t) for t, i in (run.drive, run.smoothed)]
    assert moved[0] == pytest.approx(moved[1], rel=0.01)


@pytest.mark.slow
def test_intervals_of_pulses_hold_the_truth():
    held = 0
    for seed in range(20):
        estimate = inferred(pulses(seed=seed + 100, every=5.0))
        held += estimate["alpha"].low <= TRUTH["alpha"] <= estimate["alpha"].high
    assert held >= 14  # 18 of 20 are expected; fewer than 14 have a chance of 0.2 %
