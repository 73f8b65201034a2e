"""What is handed out may be read by straight lines between its points."""

import numpy as np
import pytest
from scipy.interpolate import PchipInterpolator

import microbatt
from microbatt.cells import available_cells, load_cell
from microbatt.engines import ENGINE, simulate_discharges
from microbatt.engines.dense_output import VERTICAL, densify
from microbatt.engines.protocols import protocol
from microbatt.measured import Experiment, Measurement
from microbatt.protocols import profile

ALLOWED = 5e-5  # V; a curve is asked to keep 2e-5
POINTS = [(0.5, 1.0, 0.05), (3.0, 4.0, 0.5), (8.0, 10.0, 2.0)]  # the current in C


def requested(cell, **terms):
    return ENGINE.request(cell=cell, **terms)


@pytest.mark.parametrize("name", available_cells())
def test_chords_are_on_the_monotone_cubic_and_the_steps_among_the_points(name):
    cell = load_cell(name)
    points = np.array(POINTS) * [1.0, 1.0, cell.one_c_current]
    terms = {"thermal": microbatt.Adiabatic()}
    own = ENGINE.run(requested(cell, **terms), points)
    handed_out = simulate_discharges(cell, points, **terms)
    for steps, curve in zip(own, handed_out, strict=True):
        assert np.all(np.diff(curve.time) > 0.0)
        stands = np.searchsorted(curve.time, steps.time)
        for column in ("time", "voltage", "temperature"):
            np.testing.assert_array_equal(getattr(curve, column)[stands], getattr(steps, column))
        time = np.linspace(0.0, steps.time[-1], 20_000)
        before = np.clip(np.searchsorted(steps.time, time) - 1, 0, None)
        time = time[np.diff(steps.time)[before] > VERTICAL * time]  # a fall is a straight line
        for column, allowed in (("voltage", ALLOWED), ("temperature", 5e-3)):
            cubic = PchipInterpolator(steps.time, getattr(steps, column))(time)
            chords = np.interp(time, curve.time, getattr(curve, column))
            np.testing.assert_allclose(chords, cubic, rtol=0.0, atol=allowed)


def test_stretches_that_do_not_belong_together_know_nothing_of_each_other():
    rng = np.random.default_rng(4)
    sizes = [1, 2, 3, 40, 1, 17]
    times = [np.cumsum(rng.uniform(0.1, 3.0, size)) for size in sizes]
    values = [rng.standard_normal((2, size)) for size in sizes]
    together = np.ones(sum(sizes) - 1, dtype=bool)
    together[np.cumsum(sizes)[:-1] - 1] = False
    dense = densify(
        np.concatenate(times), np.concatenate(values, axis=1), np.array([1e-3]), together
    )
    ends = [*dense.place[np.cumsum([0, *sizes])[:-1]], dense.time.size]
    for time, rows, start, stop in zip(times, values, ends[:-1], ends[1:], strict=True):
        at, got = dense.time[start:stop], dense.columns[:, start:stop]
        if time.size == 1:
            np.testing.assert_array_equal(got, rows)
            continue
        cubic = PchipInterpolator(time, rows, axis=1)
        np.testing.assert_allclose(got, cubic(at), rtol=0.0, atol=1e-12)
        finely = np.linspace(time[0], time[-1], 5000)
        chords = np.interp(finely, at, got[0])
        np.testing.assert_allclose(chords, cubic(finely)[0], rtol=0.0, atol=1e-3)


def test_a_batch_hands_out_what_single_discharges_do():
    points = [(2.3, 3.0, 17.5), (10.0, 0.3, 2000.0), (4.0, 10.0, 70.0)]  # the second has no curve
    for one, point in zip(
        simulate_discharges("doyle-1996-cell-1", points, sensitivities=["alpha"]),
        points,
        strict=True,
    ):
        alone = microbatt.simulate_discharge("doyle-1996-cell-1", *point, sensitivities=["alpha"])
        np.testing.assert_array_equal(one.voltage, alone.voltage)
        np.testing.assert_array_equal(one.sensitivities.voltage, alone.sensitivities.voltage)
        assert one.sensitivities.voltage.shape == (1, one.time.size)
        np.testing.assert_array_equal(one.sensitivities.slope, alone.sensitivities.slope)
        assert one.sensitivities.slope.shape == one.time.shape


def test_chords_of_a_protocol_are_on_the_monotone_cubic_of_each_step(monkeypatch):
    steps = ["Discharge at 1C until 3 V", "Rest for 1 hour", "Hold at 3.9 V until C/20"]
    dense = microbatt.simulate("lco-graphite", steps)
    monkeypatch.setattr(
        protocol, "with_points_between", lambda _, curves, __: (curves.points, curves.last)
    )
    own = microbatt.simulate("lco-graphite", steps)
    assert len(own) < len(dense)
    for theirs, ours in zip(own.steps, dense.steps, strict=True):
        time, new = own.time[theirs.points], dense.time[ours.points]
        assert theirs.outcome is ours.outcome
        assert theirs.energy == pytest.approx(ours.energy, rel=1e-3)
        assert np.isin(time, new).all()
        since = np.append(np.geomspace(1e-6, 1.0, 2000), np.linspace(1.0, theirs.duration, 5000))
        finely = np.sort(time[0] + since[since < theirs.duration])
        largest = np.abs(own.current).max()
        root, fine_root = np.sqrt(time - time[0]), np.sqrt(finely - time[0])
        for column, allowed in (("voltage", ALLOWED), ("current", 2e-4 * largest)):
            cubic = PchipInterpolator(root, getattr(own, column)[theirs.points])(fine_root)
            chords = np.interp(finely, new, getattr(dense, column)[ours.points])
            np.testing.assert_allclose(chords, cubic, rtol=0.0, atol=allowed)


def test_what_moves_like_the_root_of_time_is_met_from_few_points():
    """As the voltage after a switch does; each stretch knows its own start."""
    time = np.append(0.0, 1e-3 * 2.0 ** np.arange(12))
    both = np.concatenate([time, 10.0 + time])
    moved = np.concatenate([np.sqrt(time), -2.0 * np.sqrt(time)])[None, :]
    together = np.arange(both.size - 1) != time.size - 1
    rooted = np.ones(both.size, dtype=bool)
    for allowed in (1e-3, 1e-5):
        dense = densify(both, moved, np.array([allowed]), together, rooted)
        np.testing.assert_array_equal(dense.time[dense.place], both)
        assert np.all(np.diff(dense.time) > 0.0)
        finely = np.geomspace(1e-9, time[-1], 20_000)
        for start, factor in ((0.0, 1.0), (10.0, -2.0)):
            own = (dense.time >= start) & (dense.time < start + 5.0)
            chords = np.interp(start + finely, dense.time[own], dense.columns[0, own])
            np.testing.assert_allclose(chords, factor * np.sqrt(finely), rtol=0.0, atol=allowed)


def test_a_kink_between_samples_is_no_bend_of_the_curve_before_it():
    """A straight current for an hour, then its turn: the voltage before knows nothing of it."""
    time, current = [0.0, 3000.0, 3001.0, 4000.0], [10.0, 10.0, -5.0, -5.0]
    turned = microbatt.simulate("lco-graphite", profile(time, current=current))
    straight = microbatt.simulate("lco-graphite", profile([0.0, 3000.0], current=[10.0, 10.0]))
    at = np.linspace(0.0, 2999.0, 500)
    np.testing.assert_allclose(turned.voltage_at(at), straight.voltage_at(at), rtol=0.0, atol=5e-5)
    np.testing.assert_array_equal(
        np.interp(turned.time, time, current).round(9), turned.current.round(9)
    )


def test_a_step_that_follows_samples_keeps_its_straight_lines():
    time, current = [0.0, 60.0, 120.0, 300.0], [0.0, 30.0, -10.0, 20.0]
    simulation = microbatt.simulate("lco-graphite", profile(time, current=current))
    np.testing.assert_allclose(
        simulation.current, np.interp(simulation.time, time, current), atol=0.05
    )


def test_inference_of_curves_that_were_read_by_straight_lines_finds_what_made_them():
    """With the engine's steps alone S came out at 3.993 ± 0.001 for 4."""
    rng, measured = np.random.default_rng(0), []
    for rate in ("C/20", "1C", "3C"):
        curve = microbatt.simulate_discharge(
            "doyle-1996-cell-1", 3.0, 4.0, rate, inventory="area-only"
        )
        capacity = np.linspace(0.0, curve.discharge_capacity, 400)
        voltage = np.interp(capacity, curve.capacity, curve.voltage)
        measured.append(
            Measurement(
                source=rate,
                current=curve.current,
                capacity=capacity,
                voltage=voltage + 5e-4 * rng.standard_normal(400),
            )
        )
    estimate = microbatt.infer(
        Experiment(name="read by straight lines", measurements=tuple(measured)),
        "doyle-1996-cell-1",
        noise=5e-4,
        inventory="area-only",
        cell_error=0.0,
        network=False,
    )
    for name, truth in (("alpha", 3.0), ("S", 4.0)):
        assert abs(estimate[name].value - truth) < 3.0 * estimate[name].std
    assert estimate["S"].std < 2e-3
