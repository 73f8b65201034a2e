"""What a simulation tells at a time: at a switch what was before it, for all rounding."""

import numpy as np
import pytest

from microbatt.cells import load_cell
from microbatt.engines import simulate, simulate_many, summary_dataset
from microbatt.errors import ParameterError
from microbatt.protocols import evaluate_pulse, profile

CELL = load_cell("lco-graphite")
FOUR = [
    "Rest for 60 s",
    "Discharge at 2C for 18.1 s",
    "Rest for 40.3 s",
    "Charge at 1C for 10.7 s",
]


def last_of_each_step(simulation, name):
    return np.array([getattr(simulation, name)[step.points][-1] for step in simulation.steps])


def test_a_switch_is_met_although_its_time_was_rounded():
    four = simulate(CELL, FOUR)
    assert four.steps[3].start < 118.4  # by rounding: 60 + 18.1 + 40.3
    at = [60.0, 78.1, 118.4, 129.1]
    np.testing.assert_array_equal(four.current_at(at), [0.0, 60.0, 0.0, -30.0])
    np.testing.assert_array_equal(four.voltage_at(at), last_of_each_step(four, "voltage"))
    told = summary_dataset([four], at=at)["voltage"].to_numpy()[0]
    np.testing.assert_array_equal(told, four.voltage_at(at))


def test_two_hundred_switches_are_met_at_the_multiples_of_their_spacing():
    steps = ["Discharge at 1C for 0.1 s", "Rest for 0.1 s"] * 100
    many = simulate(CELL, steps[:199])
    at = np.arange(1, 200) * 0.1
    expected = np.where(np.arange(199) % 2 == 0, CELL.one_c_current, 0.0)
    np.testing.assert_array_equal(many.current_at(at), expected)


def test_switches_of_random_durations_and_the_end_are_met():
    rng = np.random.default_rng(5)
    durations = np.round(rng.uniform(0.1, 60.0, 40), 1)
    verbs = ["Rest", "Discharge at 1C", "Rest", "Charge at 1C"] * 10
    steps = [f"{verb} for {one} s" for verb, one in zip(verbs, durations, strict=True)]
    run = simulate(CELL, steps, upper_voltage=5.0)
    at = np.round(np.cumsum(durations), 1)
    assert np.any(at != [step.start + step.duration for step in run.steps])
    expected = CELL.one_c_current * np.array([0.0, 1.0, 0.0, -1.0] * 10)
    np.testing.assert_array_equal(run.current_at(at), expected)
    assert np.isnan(run.current_at(at[-1] + 1e-6))


TWO = simulate_many(CELL, "Rest for 1 s", {"alpha": [1.0, 2.0]})


def test_one_value_in_a_summary_is_that_of_all():
    summary = summary_dataset(TWO, {"alpha": [1.0, 2.0], "S": 3.0}, at=0.5)
    assert summary["alpha"].to_numpy().tolist() == [1.0, 2.0]
    assert summary["S"].to_numpy().tolist() == [3.0, 3.0]
    assert summary["voltage"].shape == (2, 1)


@pytest.mark.parametrize(
    ("simulations", "given", "reason"),
    [
        (TWO, {"values": {"alpha": [1.0, 2.0, 3.0]}}, r"`alpha` has the shape \(3,\).*for 2"),
        (TWO, {"values": {"alpha": [[1.0, 2.0]]}}, r"`alpha` has the shape \(1, 2\)"),
        (TWO, {"values": [1.0, 2.0]}, "give columns by name"),
        (TWO, {"values": {"step": [1.0, 2.0]}}, "a name of the table itself"),
        (TWO, {"at": [[1.0, 2.0]]}, "`at` has the shape"),
        (TWO, {"at": "soon"}, "`at` is no row of numbers"),
        (TWO[0], {}, "give several"),
        ([1, 2], {}, "give several"),
        ([], {}, "give some"),
    ],
)
def test_a_summary_of_what_does_not_fit_is_refused(simulations, given, reason):
    with pytest.raises(ParameterError, match=reason):
        summary_dataset(simulations, **given)


def test_a_time_soon_after_a_switch_is_no_switch():
    # even after months: 10⁻¹⁰ of the time is 3 ms here, and the first points lie closer
    late = simulate(CELL, ["Rest for 30000000 s", "Discharge at 1C for 60 s"])
    first = late.time[late.steps[1].points][1]
    assert late.current_at(late.steps[1].start) == 0.0
    assert late.current_at(first) == CELL.one_c_current
    soon = simulate(CELL, FOUR)
    np.testing.assert_array_equal(
        soon.current_at([60.0 + 1e-6, 78.1 + 1e-6]), [2.0 * CELL.one_c_current, 0.0]
    )


def test_a_jump_between_samples_is_a_switch_too():
    samples = profile([0.0, 0.7, 0.7, 1.3], current=[0.0, 0.0, 30.0, 30.0])
    run = simulate(CELL, ["Rest for 0.1 s", samples])
    assert run.current_at(0.1 + 0.7) == 0.0
    assert run.current_at(0.1 + 0.7 + 1e-9) == 30.0


@pytest.mark.parametrize("rest", [60.3, 40.3, 0.7])
def test_the_resistance_at_the_end_of_a_step_is_told_although_its_length_was_rounded(rest):
    run = simulate(CELL, [f"Rest for {rest} s", "Discharge at 1C for 10 s", "Rest for 10 s"])
    pulse = run.steps[1].points
    lost = run.open_circuit_voltage - run.voltage[pulse][-1]
    assert run.resistance(1, 10.0) == pytest.approx(lost / CELL.one_c_current, rel=1e-12)
    read = evaluate_pulse(run.time, run.current, run.voltage)
    assert dict(read.resistances)[10.0] == pytest.approx(run.resistance(1, 10.0), rel=1e-12)
    assert np.isnan(run.resistance(1, 10.001))
