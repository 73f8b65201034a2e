"""What happens between two samples, and right after a kink or a jump of the current."""

import numpy as np
import pytest

from microbatt.cells import load_cell
from microbatt.engines import Adiabatic, MeasuredTemperature, Settings, simulate
from microbatt.protocols import Step, profile

FINE = Settings(tolerance=1e-6, particle_modes=20, max_steps=1_000_000)
WIDE = {"lower_voltage": 0.5, "upper_voltage": 6.0}


def worst(cell, samples, settings=FINE, **terms):
    """Largest difference from a finer solution, at the samples and between them [V]."""
    usual = simulate(cell, samples, **terms)
    fine = simulate(cell, samples, settings=settings, **terms)
    assert [step.outcome for step in usual.steps] == [step.outcome for step in fine.steps]
    end = min(usual.time[-1], fine.time[-1])
    times = np.union1d(np.linspace(0.0, end, 997), samples.time[samples.time < end])[1:-1]
    return float(np.abs(usual.voltage_at(times) - fine.voltage_at(times)).max())


@pytest.mark.parametrize(
    ("times", "rates"),
    [
        ([0.0, 25.0, 100.0], [0.0, 2.0, 2.0]),
        ([0.0, 3000.0, 3025.0, 3100.0], [0.0, 0.0, 2.0, 2.0]),
        ([0.0, 50.0, 100.0], [0.5, 2.0, -1.0]),
    ],
    ids=["from rest", "after a long rest", "up and down"],
)
def test_a_ramp_is_a_staircase_of_many_currents(times, rates):
    current = 17.5 * np.array(rates)
    ramp = simulate("doyle-1996-cell-1", profile(times, current=current))
    edges = np.union1d(np.linspace(times[-1] - 100.0, times[-1], 401), times)
    middle = 0.5 * (edges[1:] + edges[:-1])
    level = np.interp(middle, times, current)
    stairs = simulate(
        "doyle-1996-cell-1",
        profile(edges, current=np.append(level, level[-1]), between="hold"),
        settings=Settings(tolerance=2e-5),
    )
    late = middle > times[-1] - 100.0
    difference = ramp.voltage_at(middle[late]) - stairs.voltage_at(middle[late])
    assert np.abs(difference).max() < 6e-4


@pytest.mark.parametrize(
    ("cell", "spacing", "rates"),
    [
        ("marquis-2019", 0.025, [0.0, 2.0, -1.0, 2.0, 0.0]),
        ("doyle-1996-cell-1", 0.02, [-1.0, -0.4, 0.8, 0.7, 1.5, -0.8]),
        ("kim-2011", 0.02, [0.3, -0.7, 1.1, -0.2, 0.9, 0.0, 1.7, -0.9]),
        ("ecker-2015", 0.1, [0.0, 1.0, -1.0, 0.5, 0.0, 1.5, -0.5]),
        ("chen-2020", 100.0, [0.0, 1.0, -1.0, 1.0, 0.0]),
    ],
)
def test_samples_are_followed_at_any_spacing(cell, spacing, rates):
    current = load_cell(cell).one_c_current * np.array(rates)
    samples = profile(spacing * np.arange(current.size), current=current)
    assert worst(cell, samples, **WIDE) < 6e-4


def test_random_samples_of_a_hundredth_of_a_second_end_in_time():
    """A remainder of rounding before a sample was a step: one profile in forty did not converge."""
    rng = np.random.default_rng(4)
    cell = load_cell("doyle-1996-cell-1")
    for _ in range(40):
        times = np.cumsum(rng.exponential(0.02, 30))
        current = cell.one_c_current * rng.uniform(-1.0, 2.0, 30)
        simulated = simulate(cell, profile(times, current=current), **WIDE)
        assert [step.outcome.name for step in simulated.steps] == ["TIME"]


def test_the_voltage_after_a_current_turned_does_not_depend_on_the_tolerance():
    """Pores of a tortuosity of hundreds: the current density was off by 15 mV at once."""
    cell = load_cell("doyle-1996-cell-2").with_values({"alpha": 5.7, "S": 16.0})
    steps = [
        "Discharge at 15 A/m2 for 2000 s",
        "Charge at 13.6 A/m2 for 1 s",
        "Discharge at 23.757 A/m2 for 1 s",
    ]
    voltages = []
    for settings in (Settings(), Settings(tolerance=1e-6, max_steps=100_000)):
        turned = simulate(cell, steps, settings=settings).steps[2]
        voltages.append(turned.start_voltage)
    assert voltages[0] == pytest.approx(voltages[1], abs=2e-4)


def test_a_power_is_found_at_once_after_the_current_turned():
    cell = load_cell("doyle-1996-cell-2").with_values({"alpha": 5.7, "S": 16.0})
    steps = [
        "Discharge at 15 A/m2 for 2000 s",
        "Charge at 50 W/m2 for 1 s",
        "Discharge at 72 W/m2 for 1 s",
    ]
    turned = simulate(cell, steps).steps[2]
    assert turned.outcome.name == "TIME"
    assert turned.end_voltage * turned.end_current == pytest.approx(72.0, rel=1e-5)


DAY = 86400.0


@pytest.mark.parametrize("cell", ["chen-2020", "prada-2013", "doyle-1996-cell-1", "xu-2019"])
def test_a_slow_current_from_rest_is_not_passed_over(cell):
    """It is within a thousandth of the largest current from none, and in a week it is the cell."""
    times = np.arange(0.0, 7.0 * DAY + 1.0, 600.0)
    slow = load_cell(cell).one_c_current / 1000.0 * np.sin(np.pi * times / DAY) ** 2
    samples = profile(times, current=slow)
    simulated = simulate(cell, samples)
    charge = np.trapezoid(slow, times) / 3600.0
    assert simulated.capacity[-1] == pytest.approx(charge, rel=1e-9)
    assert worst(cell, samples, Settings(tolerance=5e-6)) < 2e-3


def test_a_slow_triangle_ends_at_the_limit_that_two_currents_meet():
    triangle = profile([0.0, 60.0 * DAY, 120.0 * DAY], current=[0.0, 0.048, 0.0])
    simulated = simulate("chen-2020", triangle)
    assert simulated.steps[0].outcome.name == "VOLTAGE_LIMIT"
    assert simulated.capacity[-1] == pytest.approx(49.65, abs=0.02)


def test_a_sampled_power_loses_no_energy():
    rng = np.random.default_rng(0)
    times = np.cumsum(rng.uniform(0.5, 30.0, 200))
    power = rng.uniform(-0.7, 0.7, 200) * 4.0 * 17.5
    steps = ["Discharge at C/2 for 20 min", profile(times, power=power)]
    sampled = simulate("doyle-1996-cell-1", steps).steps[1]
    asked = np.trapezoid(power, times) / 3600.0
    throughput = np.trapezoid(np.abs(power), times) / 3600.0
    assert sampled.energy == pytest.approx(asked, abs=2e-5 * throughput)


@pytest.mark.parametrize("between", ["hold", "line"])
def test_a_capacity_ends_samples_also_across_their_jumps(between):
    times = np.arange(0.0, 601.0, 60.0)
    current = np.where(np.arange(times.size) % 2 == 0, 20.0, 30.0)
    samples = profile(times, current=current, between=between)
    asked = simulate("lco-graphite", [Step(samples=samples, until_capacity=2.0)])
    assert [step.outcome.name for step in asked.steps] == ["CAPACITY"]
    assert asked.capacity[-1] == pytest.approx(2.0, rel=2e-5)


def test_a_measured_temperature_is_not_stepped_over():
    times, kelvin = (0.0, 4623.0, 4624.0, 4923.0, 4924.0), (298.0, 298.0, 273.0, 273.0, 298.0)
    cold = MeasuredTemperature(time=times, temperature=kelvin)
    whole = simulate("doyle-1996-cell-1", "Discharge at C/5 for 9000 s", thermal=cold)
    lengths = np.diff((*times, 9000.0))
    cut = simulate(
        "doyle-1996-cell-1",
        [f"Discharge at C/5 for {length:g} s" for length in lengths],
        thermal=cold,
    )
    at = [4000.0, 4700.0, 4800.0, 4922.0, 5500.0]
    np.testing.assert_allclose(whole.voltage_at(at), cut.voltage_at(at), atol=4e-4)
    rest = simulate("doyle-1996-cell-1", "Rest for 9000 s", thermal=cold)
    assert rest.temperature.min() == pytest.approx(273.0, abs=1e-6)


def test_the_heat_of_a_current_that_turns_is_that_of_its_staircase():
    one = 17.5
    times = 5.0 * np.arange(41)
    turning = one * np.where(np.arange(41) % 2 == 0, 1.0, -1.0)
    begin = "Discharge at C/2 for 20 min"

    def rise(samples):
        steps = [begin, samples]
        heated = simulate("doyle-1996-cell-1", steps, thermal=Adiabatic())
        kelvin = heated.temperature[heated.steps[1].points]
        return kelvin[-1] - kelvin[0]

    edges = np.linspace(0.0, 200.0, 1601)
    level = np.interp(0.5 * (edges[1:] + edges[:-1]), times, turning)
    stairs = profile(edges, current=np.append(level, level[-1]), between="hold")
    assert rise(profile(times, current=turning)) == pytest.approx(rise(stairs), rel=4e-3)


def test_an_edge_of_milliseconds_late_in_a_profile_is_followed():
    """At its end the voltage changes by no time at all, which was taken for a cliff."""
    current = 24.0 * np.array([0.0, 8.0, 8.0, -3.0, -3.0])
    edge = profile([0.0, 1.0, 60.0, 60.003, 70.003], current=current)
    steps = ["Discharge at C/2 for 20 min", edge]
    terms = {"lower_voltage": 1.0, "upper_voltage": 5.5}
    usual = simulate("marquis-2019", steps, **terms)
    fine = simulate("marquis-2019", steps, settings=FINE, **terms)
    times = 1260.0 + np.linspace(-0.01, 0.01, 500)
    np.testing.assert_allclose(usual.voltage_at(times), fine.voltage_at(times), atol=6e-4)


@pytest.mark.parametrize("peak", [5.0, 20.0])
def test_short_pulses_of_power_are_not_lost_beside_a_burst(peak):
    """They are within a thousandth of the burst, and in eight hours they are the charge."""
    one = load_cell("chen-2020").one_c_current
    times = np.arange(4.0 * 3600.0)
    power = np.where(np.arange(times.size) % 10 == 5, 1.85, 0.0)
    burst = profile([0.0, 1.0, 2.0], power=[0.0, 3.7 * peak * one, 0.0])
    steps = ["Discharge at C/2 for 10 min", burst, profile(times, power=power)]
    asleep = simulate("chen-2020", steps, **WIDE).steps[2]
    assert asleep.energy == pytest.approx(np.trapezoid(power, times) / 3600.0, rel=5e-4)


@pytest.mark.parametrize("spacing", [0.1, 1.0 / 3.0])
def test_a_duration_that_ends_at_a_jump_ends_before_it(spacing):
    times = np.arange(10) * spacing
    current = np.where(np.arange(10) < 5, 30.0, -30.0)
    samples = profile(times, current=current, between="hold")
    for rows in range(1, 6):
        cut = Step(samples=samples, duration=rows * spacing)
        assert simulate("lco-graphite", [cut]).steps[0].end_current == 30.0


def test_a_capacity_is_met_between_samples_that_a_step_would_pass_over():
    times = 10.0 * np.arange(2000)
    current = 0.015 * (np.sin(np.pi * np.arange(2000) / 4.0) + 0.002)
    asked = Step(samples=profile(times, current=current), until_capacity=1.3e-4)
    steps = ["Discharge at 1C for 600 s", asked]
    assert simulate("lco-graphite", steps).steps[1].duration == pytest.approx(3558.7, abs=1.0)


def test_a_temperature_bends_where_its_record_begins():
    record = MeasuredTemperature(time=(3600.0, 3660.0), temperature=(298.15, 283.15))
    steps = "Discharge at C/20 for 90 min"
    usual = simulate("doyle-1996-cell-1", steps, thermal=record)
    fine = simulate("doyle-1996-cell-1", steps, thermal=record, settings=FINE)
    times = np.concatenate([np.linspace(1.0, 3599.0, 100), np.linspace(3600.0, 3700.0, 200)])
    np.testing.assert_allclose(usual.voltage_at(times), fine.voltage_at(times), atol=1.5e-3)
    assert 3600.0 in usual.time


def test_a_jump_is_met_though_a_point_follows_within_a_picosecond():
    rng = np.random.default_rng(5)
    times = np.cumsum(rng.exponential(0.075, 60))
    current = rng.normal(0.1, 0.8, 60) * load_cell("doyle-1996-decks").one_c_current
    held = profile(times, current=current, between="hold")
    run = simulate("doyle-1996-decks", ["Discharge at C/5 for 30 min", held], **WIDE)
    asked = (times - times[0])[1:-1] + run.steps[1].start
    np.testing.assert_allclose(run.current_at(asked), current[:-2], rtol=1e-9)


@pytest.mark.parametrize("share", [0.7, 0.9, 0.999])
def test_a_capacity_is_met_before_the_current_turns(share):
    one = load_cell("doyle-1996-cell-1").one_c_current
    samples = profile([0.0, 10.0, 20.0, 30.0], current=0.01 * one * np.array([0.0, -1, 1, 0]))
    most = 7.5 * 0.01 * one / 3600.0  # when the current is none, after 15 s
    asked = Step(samples=samples, until_capacity=share * most)
    steps = ["Discharge at C/5 for 60 min", "Rest for 1 hour", asked]
    met = simulate("doyle-1996-cell-1", steps).steps[2]
    assert met.outcome.name == "CAPACITY"
    # what is left to 15 s goes with the square of the time to it
    left = np.sqrt(2.0 * (1.0 - share) * 7.5 / 0.2)
    assert met.duration == pytest.approx(15.0 - left, abs=2e-3)


def test_a_step_of_a_measured_temperature_is_followed_within_itself():
    """The points between those of the engine went by a root of the time: 13 mV off."""
    record = MeasuredTemperature(time=(1162.7, 1172.7), temperature=(303.6, 285.0))
    steps = ["Discharge at C/2 for 20 min", "Rest for 5 min"]
    usual = simulate("marquis-2019", steps, thermal=record)
    fine = simulate("marquis-2019", steps, thermal=record, settings=FINE)
    times = np.linspace(1162.0, 1174.0, 400)
    np.testing.assert_allclose(usual.voltage_at(times), fine.voltage_at(times), atol=1e-3)
