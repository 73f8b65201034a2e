"""What happens between two samples, and right after a kink or a jump of the current."""

import numpy as np
import pytest

from microbatt.cells import load_cell
from microbatt.engines import Settings, simulate
from microbatt.protocols import profile

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
