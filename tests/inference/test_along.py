"""One cell over its life: known trends, made by the engine with noise, and how intervals hold."""

import re
from functools import cache

import numpy as np
import pandas as pd
import pytest

from microbatt import simulate_discharge
from microbatt.cells import load_cell
from microbatt.engines import Settings
from microbatt.errors import MeasurementError, ParameterError
from microbatt.inference import InferenceOptions, infer_along
from microbatt.inference.along import with_potential_errors
from microbatt.inference.forward.potential_errors import WAVES
from microbatt.inference.infer import forward_model
from microbatt.measured import Experiment, Measurement

CELL = "lco-graphite"
CYCLES = np.array([0.0, 50.0, 100.0, 200.0, 300.0, 400.0])
ALPHA = 1.5 + 0.001 * CYCLES
AREA = 4.0 * (1.0 - 0.0005 * CYCLES)
FINE = Settings(tolerance=2e-5, mesh=3.0)


@cache
def curve(alpha, S, current, thickness=1.0):
    cell = load_cell(CELL)
    value = thickness * cell.positive.thickness
    return simulate_discharge(
        cell.with_values({"positive_thickness": value}),
        alpha=alpha, S=S, current=current, cutoff_voltage=3.0, settings=FINE,
    )  # fmt: skip


def life(seed, *, thickness=1.0, noise=1e-3):
    rng = np.random.default_rng(seed)
    found = {}
    for number, alpha, S in zip(CYCLES, ALPHA, AREA, strict=True):
        curves = []
        for current in (30.0, 60.0):
            whole = curve(alpha, S, current, thickness)
            depth = np.linspace(0.0, 1.0, 100) * whole.discharge_capacity
            volts = np.interp(depth, whole.capacity, whole.voltage)
            curves.append(
                Measurement(
                    source=f"cycle {number:g} at {current:g}",
                    current=current,
                    capacity=depth,
                    voltage=volts + noise * rng.standard_normal(100),
                )
            )
        found[float(number)] = curves
    return found


def begun_and_ended(seed, **terms):
    """Three cycles of a life, where nothing hangs on how many there are."""
    return {number: curves for number, curves in life(seed, **terms).items() if number % 200 == 0}


def followed(cycles, **options):
    exact = {"noise": 1e-3, "cell_error": 0.0, "network": False}
    return infer_along(cycles, CELL, **(exact | options))


def test_a_known_trend_is_found_with_its_interval():
    found = followed(life(1))
    for name, truth in (("alpha", ALPHA), ("S", AREA)):
        trend = found[name]
        assert np.all(np.abs(trend.value - truth) < 4.0 * trend.std)
        change = truth[-1] - truth[0]
        assert trend.change_low - 0.02 < change < trend.change_high + 0.02
    assert found.usable
    assert found["alpha"].low[0] < found["alpha"].high[0]
    assert "400" in found.summary()
    assert found.to_dataset()["alpha"].sizes == {"cycle": 6}


def test_a_value_of_the_file_that_is_off_shifts_a_trend_and_not_its_slope():
    options = {"cell_error": {"positive_thickness": 0.02}, "model_error": 0.0}
    found = followed(begun_and_ended(2, thickness=1.02), **options)
    alpha = found["alpha"]
    spread = (alpha.change_high - alpha.change_low) / 3.29
    assert abs(alpha.change - 0.4) < 4.0 * spread
    assert spread < 0.5 * alpha.std[0] or alpha.std[0] < 0.02


def test_a_stated_small_step_holds_a_trend_flat_and_the_rest_is_told():
    found = followed(begun_and_ended(3), drifting=["alpha", "S"], step={"alpha": 1e-6})
    assert abs(found["alpha"].change) < 0.01
    assert not found.usable


@pytest.mark.slow
def test_intervals_of_trends_hold_the_truth():
    held = []
    for seed in range(20):
        trend = followed(life(100 + seed))["alpha"]
        held += ((trend.low <= ALPHA) & (trend.high >= ALPHA)).tolist()
    assert np.mean(held) > 0.75  # 90 % of 120, which hang together within a life


def test_a_single_cycle_is_no_life():
    with pytest.raises(MeasurementError, match="at least 2"):
        followed({0.0: life(1)[0.0]})


def test_what_is_known_cannot_drift():
    with pytest.raises(ParameterError, match="drifting"):
        followed(life(1), drifting=["contact_resistance"])


def test_an_error_of_a_potential_counts_as_the_same_at_every_cycle():
    """Cycles deliver other charges; the part of an error is one of the same stoichiometries."""
    chosen = InferenceOptions(
        noise=1e-3, cell_error={"thickness": 0.02}, model_error=3e-3, network=False
    )
    cycles = list(life(3).values())[:6:5]
    models = [
        forward_model(
            Experiment(name="one", measurements=tuple(one)), load_cell(CELL), chosen, 1e-3
        )
        for one in cycles
    ]
    places = []
    for model, alpha, S in zip(models, ALPHA[:6:5], AREA[:6:5], strict=True):
        x = model.priors.mean.copy()
        x[:2] = alpha, np.log(S)
        places.append(x)
    found = with_potential_errors(models, np.array(places))
    parts = [model.potentials for model in found]
    assert parts[0].shape[1] == parts[1].shape[1] == 2 * WAVES
    at_rest = [part[:3].mean(axis=0) for part in parts]  # slow and full: the same potentials
    assert np.abs(at_rest[0]).max() > 0.1
    assert at_rest[0] == pytest.approx(at_rest[1], abs=0.05)
    assert all(model.shared.shape == found[0].shared.shape for model in found)


def test_what_reading_supposed_of_some_cycles_is_told(tmp_path):
    """One cycle was logged every ten seconds, the others each second."""
    cell, rng = "chen-2020", np.random.default_rng(0)
    rows, begin = [], 0.0
    for number, apart in enumerate((10.0, 1.0, 1.0), start=1):
        curve = simulate_discharge(cell, alpha=1.0 + 0.1 * number, current="1C")
        time = np.arange(0.0, curve.time[-1], apart)
        rest = np.arange(0.0, 60.0, apart)
        voltage = np.concatenate(
            [
                np.full(rest.size, curve.open_circuit_voltage),
                np.interp(time, curve.time, curve.voltage),
            ]
        )
        load = np.append(np.zeros(rest.size), np.full(time.size, curve.current))
        at = begin + np.append(rest, 60.0 + time)
        rows.append(
            np.column_stack(
                [at, voltage + 1e-3 * rng.standard_normal(at.size), load, np.full(at.size, number)]
            )
        )
        begin = at[-1] + 600.0
    table = pd.DataFrame(
        np.concatenate(rows), columns=["Time [s]", "Voltage [V]", "Current [A/m2]", "Cycle"]
    )
    table.to_csv(tmp_path / "life.csv", index=False)
    found = infer_along(tmp_path / "life.csv", cell, noise=1e-3, cell_error=0.0, network=False)
    told = found.summary()
    assert re.search(r"on reading cycle 1(, 2)?: the first row", told)
    assert re.search(r"on reading cycle 3: the first row comes 0\.\d+ ± 0\.\d+ s after", told)
    assert "columns" not in told
    assert found.to_dataset().attrs["remarks"] in told
