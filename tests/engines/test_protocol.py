"""What a protocol must keep, whatever its steps: lithium, continuity, limits, and its word."""

from dataclasses import replace

import numpy as np
import pytest

from microbatt.cells import HIGHEST_VOLTAGE, load_cell
from microbatt.cells.open_circuit import own_potential
from microbatt.engines import (
    Adiabatic,
    Lumped,
    MeasuredTemperature,
    Settings,
    simulate,
    simulate_discharge,
    simulate_many,
    summary_dataset,
)
from microbatt.errors import ParameterError, SimulationError
from microbatt.outcomes import StepOutcome
from microbatt.protocols import Step, cccv, gitt, hppc, profile
from tests.engines.protocol_fuzz import faults_of, random_case, run_case

CELL = load_cell("lco-graphite")
HALF = "Discharge at C/2 for 30 minutes"


def names(simulation):
    return [step.outcome.name for step in simulation.steps]


def open_circuit(cell, simulation):
    """Open-circuit voltage of the mean stoichiometries at the end [V]."""
    positive = cell.positive.open_circuit.potential(simulation.mean_positive_stoichiometry[-1])
    negative = cell.negative.open_circuit.potential(simulation.mean_negative_stoichiometry[-1])
    return float(positive - negative)


def test_a_charge_returns_what_a_discharge_took():
    both = simulate(CELL, [HALF, "Charge at C/2 for 30 minutes", "Rest for 20 hours"])
    assert names(both) == ["TIME"] * 3
    assert both.capacity[-1] == pytest.approx(0.0, abs=1e-9)
    for part, mean in (
        (CELL.negative, both.mean_negative_stoichiometry),
        (CELL.positive, both.mean_positive_stoichiometry),
    ):
        assert mean[-1] == pytest.approx(part.initial_stoichiometry, rel=1e-9)
    assert both.voltage[-1] == pytest.approx(CELL.open_circuit_voltage, abs=2e-6)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_long_rest_ends_at_the_open_circuit_voltage_of_the_mean_stoichiometries(sign):
    current = sign * CELL.one_c_current
    rested = simulate(
        CELL, [Step(current=current, duration=600.0), "Rest for 40 hours"], upper_voltage=4.5
    )
    assert abs(rested.voltage[-1] - rested.open_circuit_voltage) > 0.01
    assert rested.voltage[-1] == pytest.approx(open_circuit(CELL, rested), abs=1e-6)
    assert rested.min_salt_concentration[-1] == pytest.approx(
        CELL.electrolyte.initial_concentration, rel=1e-6
    )


def test_the_first_millisecond_of_a_pulse_knows_nothing_of_diffusion():
    drops = {}
    for factor in (0.1, 1.0):
        numbers = {
            "negative_solid_diffusivity": factor * CELL.negative.solid_diffusivity,
            "positive_solid_diffusivity": factor * CELL.positive.solid_diffusivity,
            "electrolyte_diffusivity_scale": factor * CELL.electrolyte.diffusivity_scale,
        }
        pulse = simulate(CELL, "Discharge at 1C for 100 s", **numbers)
        drops[factor] = [pulse.resistance(0, at) for at in (0.0, 1e-3, 50.0)]
    at_once, first, late = np.array([drops[0.1], drops[1.0]]).T
    # √t: the surfaces have moved by at most 0.2 % of what they have after 50 s
    np.testing.assert_allclose(first, at_once[1], rtol=0.02)
    assert at_once[0] == pytest.approx(at_once[1], rel=1e-6)
    assert late[0] > 1.5 * late[1]


def test_the_voltage_at_once_is_that_of_a_discharge():
    pulse = simulate(CELL, "Discharge at 1C for 1 s")
    expected = simulate_discharge(CELL, current="1C", cutoff_voltage=3.0)
    assert pulse.voltage[0] == pytest.approx(expected.initial_voltage, abs=1e-6)


def test_voltage_and_current_go_on_from_constant_current_to_constant_voltage():
    charge = simulate(CELL, ["Discharge at 1C for 10 min", *cccv(voltage=4.1, rest=60.0)])
    assert names(charge) == ["TIME", "VOLTAGE", "CURRENT", "TIME"]
    one, two = charge.steps[1].points, charge.steps[2].points
    # the landing is within 1e-5 V of 4.1 V, which is worth 5e-4 of the current
    assert charge.voltage[one.stop - 1] == pytest.approx(4.1, abs=1e-5)
    assert charge.current[two.start] == pytest.approx(charge.current[one.stop - 1], rel=1e-3)
    np.testing.assert_allclose(charge.voltage[two], 4.1, atol=5e-6)
    assert np.all(np.diff(charge.current[two]) > -1e-3 * CELL.one_c_current)
    assert charge.current[two.stop - 1] == pytest.approx(-CELL.one_c_current / 20.0, rel=1e-4)


def test_two_discharges_of_half_the_length_equal_one():
    whole = simulate(CELL, "Discharge at C/2 for 1 hour")
    halves = simulate(CELL, [HALF, HALF])
    times = np.linspace(1.0, 3600.0, 50)
    # the step restarts in between: within the tolerance of 0.2 mV
    np.testing.assert_allclose(halves.voltage_at(times), whole.voltage_at(times), atol=2e-4)
    assert halves.capacity[-1] == pytest.approx(whole.capacity[-1], rel=1e-12)


@pytest.mark.parametrize("name", ["doyle-1996-cell-1", "lco-graphite", "lmo-mcmb"])
def test_a_discharge_is_that_of_the_fast_path(name):
    cell = load_cell(name)
    one = simulate_discharge(cell, current="1C")
    two = simulate(cell, f"Discharge at 1C until {cell.cutoff_voltage:g} V")
    assert two.capacity[-1] == pytest.approx(one.discharge_capacity, rel=1e-4)
    inside = one.time < 0.95 * one.time[-1]  # where it falls, time tells more than voltage
    np.testing.assert_allclose(two.voltage_at(one.time[inside]), one.voltage[inside], atol=1e-3)


def test_a_power_is_what_is_held():
    held = simulate(CELL, "Discharge at 100 W/m2 for 20 min")
    np.testing.assert_allclose(held.voltage * held.current, 100.0, rtol=1e-5)
    assert held.steps[0].energy == pytest.approx(100.0 / 3.0, rel=1e-5)


def test_a_sampled_power_is_followed():
    time = np.arange(0.0, 301.0, 5.0)
    power = 80.0 * np.sin(time / 40.0)
    sampled = simulate(CELL, profile(time, power=power), upper_voltage=5.0)
    given = np.interp(sampled.time, time, power)
    np.testing.assert_allclose(sampled.voltage * sampled.current, given, atol=2e-3)


def test_samples_of_one_current_are_that_current():
    one = CELL.one_c_current
    steady = simulate(CELL, "Discharge at 1C for 10 min")
    sampled = simulate(CELL, profile(np.arange(601.0), current=np.full(601, one)))
    times = np.linspace(1.0, 600.0, 40)
    np.testing.assert_allclose(sampled.voltage_at(times), steady.voltage_at(times), atol=3e-4)


def test_a_profile_loses_no_charge_and_follows_its_finer_solution():
    rng = np.random.default_rng(2)
    time = np.cumsum(rng.exponential(3.0, 300))
    current = CELL.one_c_current * rng.normal(0.3, 1.0, time.size)
    samples = profile(time, current=current)
    sampled = simulate(CELL, samples, upper_voltage=5.0)
    charge = np.trapezoid(current, time) / 3600.0
    assert sampled.capacity[-1] == pytest.approx(charge, rel=1e-12)
    fine = simulate(CELL, samples, upper_voltage=5.0, settings=Settings(tolerance=1e-6))
    at = samples.time
    error = sampled.voltage_at(at) - fine.voltage_at(at)
    # the tolerance is 0.2 mV; jumps of 1 C between samples move the surfaces by millivolts
    assert np.sqrt(np.mean(error**2)) < 5e-4


def test_a_jump_between_samples_is_a_jump_between_steps():
    one = CELL.one_c_current
    held = profile([0.0, 60.0, 120.0], current=[one, -one, 0.0], between="hold")
    sampled = simulate(CELL, held)
    steps = simulate(CELL, ["Discharge at 1C for 60 s", "Charge at 1C for 60 s"])
    assert sampled.voltage[-1] == pytest.approx(steps.voltage[-1], abs=2e-4)
    assert names(sampled) == ["TIME"]


def test_a_measured_temperature_drives_the_cell():
    warm = MeasuredTemperature(time=(0.0, 600.0), temperature=(318.15, 318.15))
    driven = simulate(CELL, "Discharge at 1C for 10 min", thermal=warm)
    stated = simulate(CELL, "Discharge at 1C for 10 min", initial_temperature=318.15)
    np.testing.assert_allclose(driven.voltage, stated.voltage, rtol=1e-12)
    rising = MeasuredTemperature(time=(0.0, 600.0), temperature=(298.15, 318.15))
    between = simulate(CELL, "Discharge at 1C for 10 min", thermal=rising)
    np.testing.assert_allclose(between.temperature, 298.15 + between.time / 30.0, rtol=1e-12)
    cold = simulate(CELL, "Discharge at 1C for 10 min")
    assert between.voltage[0] == pytest.approx(cold.voltage[0], abs=1e-9)
    assert abs(between.voltage[-1] - driven.voltage[-1]) < 0.3 * abs(
        cold.voltage[-1] - driven.voltage[-1]
    )


def test_heat_comes_from_charging_and_discharging_alike_and_leaves_at_rest():
    steps = ["Discharge at 2C for 5 min", "Charge at 2C for 5 min"]
    hot = simulate(CELL, steps, thermal=Adiabatic())
    first, second = (hot.temperature[step.points.stop - 1] for step in hot.steps)
    assert CELL.initial_temperature < first < second
    cooling = Lumped(heat_transfer_coefficient=5.0)
    rested = simulate(CELL, [*steps, "Rest for 100 hours"], thermal=cooling)
    assert rested.temperature.max() > CELL.ambient_temperature + 1.0
    assert rested.temperature[-1] == pytest.approx(CELL.ambient_temperature, abs=1e-3)


def test_a_step_that_leaves_the_range_ends_the_protocol_and_the_rest_say_so():
    simulation = simulate(
        CELL, ["Charge at 1C for 10 hours", "Rest for 1 h", HALF], upper_voltage=4.2
    )
    assert names(simulation) == ["VOLTAGE_LIMIT", "NOT_RUN", "NOT_RUN"]
    assert simulation.voltage[-1] == pytest.approx(4.2, abs=1e-5)
    assert simulation.stopped is simulation.steps[0]
    assert "upper_voltage" in simulation.stopped.outcome.message
    with pytest.raises(SimulationError, match="step 0"):
        simulate(CELL, "Charge at 1C for 10 h", upper_voltage=4.2, raise_on_failure=True)


@pytest.mark.parametrize("values", [{"current": [5.0, -5.0, -5.0]}, {"power": [9.0, -9.0, -9.0]}])
def test_samples_that_turn_to_charge_above_the_upper_limit_end_there(values):
    """Its voltage at rest lies above, so that there is none at which the step could end."""
    assert CELL.open_circuit_voltage > 4.0
    drive = profile([0.0, 10.0, 20.0], **values)
    run = simulate(CELL, [drive, "Rest for 1 s"], upper_voltage=4.0)
    assert names(run) == ["VOLTAGE_LIMIT", "NOT_RUN"]
    assert run.steps[0].duration == pytest.approx(5.0, abs=1e-3)
    assert 0.0 <= run.current[-1] < 1e-3


def test_a_step_that_is_at_its_end_already_takes_no_time_and_the_next_is_run():
    simulation = simulate(CELL, ["Charge at C/2 until 3.5 V", HALF])
    assert names(simulation) == ["ALREADY", "TIME"]
    assert simulation.steps[0].duration == 0.0
    assert simulation.steps[1].start == 0.0


def test_a_voltage_outside_the_range_of_the_cell_is_refused():
    for text in ("Charge at 1C until 4.5 V", "Hold at 4.5 V for 1 h"):
        with pytest.raises(ParameterError, match="upper_voltage"):
            simulate(CELL, [HALF, text], upper_voltage=4.2)


@pytest.mark.parametrize("name", ["lower_voltage", "upper_voltage"])
@pytest.mark.parametrize("value", ["a", "upper cut-off", [4.2], True, np.nan, -np.inf])
def test_a_limit_that_is_no_voltage_is_refused(name, value):
    with pytest.raises(ParameterError, match=f"`{name}`"):
        simulate(CELL, HALF, **{name: value})
    with pytest.raises(ParameterError, match=f"`{name}`"):
        simulate_many(CELL, HALF, {"alpha": [1.0, 2.0]}, **{name: value})


@pytest.mark.parametrize("thermal", [None, "isothermal", Adiabatic])
def test_what_is_no_heat_balance_is_answered_with_all_that_there_are(thermal):
    with pytest.raises(ParameterError, match=r"Adiabatic\(\), Lumped.* or MeasuredTemperature\("):
        simulate(CELL, HALF, thermal=thermal)
    assert len(simulate(CELL, HALF, thermal=Adiabatic())) > 1


def test_a_measured_temperature_is_for_protocols_alone():
    measured = MeasuredTemperature(time=(0.0,), temperature=(300.0,))
    with pytest.raises(ParameterError, match="for `simulate` alone"):
        simulate_discharge(CELL, thermal=measured)


@pytest.mark.parametrize(
    ("time", "temperature", "reason"),
    [
        (("a", 1), (300, 300), "`time` is no row of numbers"),
        ((0, 1), ("a", 300), "`temperature` is no row of numbers"),
        ((0, 1), (None, 300), "`temperature` is nan"),
        (0, 300, r"`time` has the shape \(\)"),
        ((0, 1), 300, r"`temperature` has the shape \(\)"),
        ([[0, 1]], [[300, 300]], "must be a single row"),
    ],
)
def test_a_measured_temperature_that_is_none_is_refused(time, temperature, reason):
    with pytest.raises(ParameterError, match=reason):
        MeasuredTemperature(time=time, temperature=temperature)


def test_columns_without_names_are_refused():
    with pytest.raises(ParameterError, match="give columns by name"):
        simulate_many(CELL, HALF, [1.0, 2.0])


def test_a_current_that_the_cell_cannot_carry_is_told():
    simulation = simulate(CELL, ["Discharge at 3000C for 1 s", HALF], lower_voltage=0.0)
    assert simulation.steps[0].outcome in (StepOutcome.UNREACHABLE, StepOutcome.VOLTAGE_LIMIT)
    assert simulation.steps[1].outcome is StepOutcome.NOT_RUN


def test_a_capacity_ends_a_step():
    simulation = simulate(CELL, ["Discharge at 1C until 5 A h/m2", "Rest for 1 s"])
    assert names(simulation) == ["CAPACITY", "TIME"]
    assert simulation.steps[0].capacity == pytest.approx(5.0, rel=1e-9)


def test_an_amount_of_a_whole_cell_needs_its_size():
    with pytest.raises(ParameterError, match="electrode_area"):
        simulate("doyle-1996-cell-1", "Discharge at 5 W for 1 s")


def test_the_same_protocol_gives_the_same_numbers_alone_and_among_others():
    values = {"alpha": [0.5, 2.0], "S": [3.0, 5.0]}
    many = simulate_many(CELL, [HALF, "Rest for 60 s"], values, threads=2)
    alone = simulate(CELL, [HALF, "Rest for 60 s"], alpha=2.0, S=5.0)
    np.testing.assert_array_equal(many[1].voltage, alone.voltage)


def test_ready_protocols_run_to_their_ends():
    titration = simulate(CELL, gitt(pulses=2, pulse=300.0, rest=600.0))
    assert names(titration) == ["TIME"] * 4
    pulses = simulate(CELL, hppc(levels=2, rest=600.0))
    assert names(pulses) == ["TIME"] * 12
    assert pulses.resistance(0, 10.0) > pulses.resistance(0, 1e-3) > 0.0


def test_a_hold_that_follows_a_charge_to_its_voltage_tells_no_resistance():
    """Neither voltage nor current jumped; from rest both do."""
    steps = [HALF, "Charge at C/2 until 4 V", "Hold at 4 V for 60 s", "Rest for 60 s"]
    run = simulate(CELL, [*steps, "Hold at 4 V for 60 s"])
    assert [np.isnan(run.resistance(k, 10.0)) for k in range(5)] == [
        False,
        False,
        True,
        False,
        False,
    ]
    assert run.resistance(4, 1.0) == pytest.approx(run.resistance(3, 1.0), rel=0.1)


def test_lithium_may_plate_in_a_fast_charge_and_not_in_a_slow_one():
    slow = simulate(CELL, "Charge at C/20 for 10 min", upper_voltage=5.0)
    fast = simulate(CELL, "Charge at 6C for 10 min", upper_voltage=5.0)
    assert slow.lithium_overpotential.min() > 0.0 > fast.lithium_overpotential.min()


def test_points_and_steps_are_labelled():
    dataset = simulate(CELL, [HALF, "Rest for 60 s"]).to_dataset()
    assert dataset["voltage"].dims == ("point",)
    assert dataset["voltage"].attrs["units"] == "V"
    assert dataset["step_outcome"].to_numpy().tolist() == [1, 1]
    drop = CELL.open_circuit_voltage - dataset["voltage"].to_numpy()[0]
    resistance = dataset["step_resistance"].sel(step=0, after=1e-3)
    assert float(resistance) == pytest.approx(drop / (0.5 * CELL.one_c_current), rel=0.02)


def test_many_cells_stand_beside_each_other():
    values = {"alpha": [0.5, 2.0, 4.0], "S": 3.0}
    many = simulate_many(CELL, [HALF, "Rest for 60 s"], values)
    summary = summary_dataset(many, values, at=[0.0, 900.0, 1e6])
    assert dict(summary.sizes) == {"point": 3, "step": 2, "after": 3, "sample": 3}
    assert summary["alpha"].to_numpy().tolist() == values["alpha"]
    assert np.all(np.diff(summary["step_end_voltage"].sel(step=0)) < 0.0)
    assert np.isnan(summary["voltage"].isel(sample=2)).all()
    with pytest.raises(ParameterError, match="of one protocol"):
        summary_dataset([*many, simulate(CELL, HALF)])


def test_a_time_limit_ends_a_protocol():
    long = [("Discharge at 1C for 60 s", "Charge at 1C for 60 s")] * 2000
    simulation = simulate(CELL, long, time_limit=0.3)
    outcomes = [step.outcome for step in simulation.steps]
    assert StepOutcome.TIME_LIMIT in outcomes
    assert outcomes[-1] is StepOutcome.NOT_RUN
    assert simulation.stopped.outcome is StepOutcome.TIME_LIMIT


def test_a_cell_rests_though_its_salt_all_but_ran_out():
    """Where i_0 is next to nothing Newton's method alone overshoots when the current stops."""
    steps = ["Discharge at 1C for 10 minutes", "Rest for 10 hours"]
    simulation = simulate("lco-graphite", steps, alpha=3.5, S=2.0)
    assert simulation.min_salt_concentration.min() < 0.1
    assert [step.outcome for step in simulation.steps] == [StepOutcome.TIME] * 2
    voltage = simulation.voltage[simulation.steps[1].points]
    assert (np.diff(voltage) > -1e-5).all()
    slow = simulate("lco-graphite", ["Discharge at C/100 for 1000 minutes", steps[1]], S=2.0)
    assert voltage[-1] == pytest.approx(slow.voltage[-1], abs=1e-3)


@pytest.mark.parametrize(
    "power", ["Discharge at 10 W/m2 for 0.4 s", "Charge at 50 W/m2 for 0.01 s"]
)
def test_a_voltage_is_held_after_a_power(power):
    simulation = simulate(
        "chen-2020", ["Discharge at 1C for 60 s", power, "Hold at 3.4 V for 60 s"]
    )
    assert [step.outcome for step in simulation.steps] == [StepOutcome.TIME] * 3
    held = simulation.steps[2].points
    assert simulation.voltage[held] == pytest.approx(3.4, abs=1e-5)
    alone = simulate("chen-2020", ["Discharge at 1C for 60 s", "Hold at 3.4 V for 60 s"])
    assert simulation.steps[2].end_current == pytest.approx(alone.steps[1].end_current, rel=1e-3)


@pytest.mark.parametrize("cut", [False, True], ids=["as shipped", "potentials that end"])
def test_random_protocols_end_for_a_physical_reason_and_lose_neither_lithium_nor_salt(cut):
    for seed in range(30):
        assert not faults_of(*run_case(seed, cut=cut)), seed


@pytest.mark.slow
@pytest.mark.parametrize("cut", [False, True], ids=["as shipped", "potentials that end"])
@pytest.mark.parametrize("start", range(0, 5000, 500))
def test_five_thousand_random_protocols_end_for_a_physical_reason_and_lose_nothing(start, cut):
    for seed in range(start, start + 500):
        assert not faults_of(*run_case(seed, cut=cut)), seed


def with_table(electrode, low, high, size):
    """The electrode with a table between two stoichiometries for its potential, inside which it
    starts.
    """
    x = np.linspace(low, high, size)
    table = {"table": {"x": x.tolist(), "y": electrode.open_circuit.potential(x).tolist()}}
    return replace(
        electrode,
        open_circuit=own_potential("open_circuit", table),
        initial_stoichiometry=min(max(electrode.initial_stoichiometry, low), high),
    )


def lfp_from_a_table(low, high):
    """LFP|graphite with a measured curve of the positive electrode, which ends inside (0, 1)."""
    cell = load_cell("prada-2013")
    return replace(cell, positive=with_table(cell.positive, low, high, 200))


@pytest.mark.parametrize("alpha", [0.5, 4.0])
@pytest.mark.parametrize("low", [0.02, 0.005])
def test_a_charge_goes_beyond_the_voltage_at_which_a_table_ends(low, alpha):
    cell = lfp_from_a_table(low, 1.0 - low)
    assert cell.open_circuit_voltage < 3.6  # at the end of the table
    steps = ["Discharge at 1C for 30 min", "Charge at 1C until 3.6 V", "Hold at 3.6 V until C/50"]
    usual, finer = (
        simulate(cell, steps, alpha=alpha, settings=settings)
        for settings in (Settings(), Settings(mesh=2.0, tolerance=1e-4))
    )
    assert names(usual) == names(finer) == ["TIME", "VOLTAGE", "CURRENT"]
    for step, other in zip(usual.steps, finer.steps, strict=True):
        assert step.capacity == pytest.approx(other.capacity, rel=2e-3, abs=2e-3)
    np.testing.assert_allclose(usual.voltage[usual.steps[2].points], 3.6, atol=5e-5)
    # What is charged is what was discharged, and no more than the table has left
    assert usual.capacity[-1] == pytest.approx(0.0, abs=0.02)


@pytest.mark.parametrize("electrode", ["positive", "negative"])
def test_a_cell_may_start_where_its_table_does(electrode):
    """Kinetics that close at the end of a table are open for the current that leads away."""
    cell = load_cell("prada-2013")
    full = getattr(cell, electrode).initial_stoichiometry

    def from_a_table(beyond):
        ends = (full - beyond, 0.99) if electrode == "positive" else (0.005, full + beyond)
        x = np.linspace(*ends, 3000)
        table = {"x": x, "y": getattr(cell, electrode).open_circuit.potential(x)}
        potential = own_potential("open_circuit", {"table": {k: list(v) for k, v in table.items()}})
        return replace(
            cell, **{electrode: replace(getattr(cell, electrode), open_circuit=potential)}
        )

    at_end, inside = (
        simulate_discharge(from_a_table(beyond), current="1C") for beyond in (0, 2e-3)
    )
    assert at_end.voltage[0] == pytest.approx(inside.voltage[0], abs=1e-3)
    assert at_end.discharge_capacity == pytest.approx(inside.discharge_capacity, rel=1e-4)
    run = simulate(from_a_table(0), ["Discharge at 1C for 10 min", "Rest for 1 h"])
    assert names(run) == ["TIME", "TIME"]


TOPS = {"prada-2013": 3.5, "chen-2020": 4.1}


def held(cell, rate, **terms):
    """A charge at a rate [C] and a hold behind it."""
    steps = ["Discharge at 1C for 20 min", f"Charge at {rate}C until {TOPS[cell]} V"]
    return simulate(cell, [*steps, f"Hold at {TOPS[cell]} V until C/50"], **terms)


@pytest.mark.parametrize("cell", TOPS)
def test_the_current_of_a_hold_is_as_good_as_its_charge(cell):
    usual, close = (
        held(cell, 2, settings=settings).steps[-1]
        for settings in (Settings(), Settings(tolerance=2e-6))
    )
    assert usual.energy == pytest.approx(TOPS[cell] * usual.capacity, rel=1e-6)
    assert usual.capacity == pytest.approx(close.capacity, rel=2e-3)
    # How long it takes to a small current says how well the current is known there
    assert usual.duration == pytest.approx(close.duration, rel=0.01)


@pytest.mark.parametrize("cell", TOPS)
def test_the_points_of_a_hold_hold_its_charge(cell):
    run = held(cell, 1)
    last = run.steps[-1]
    gone = np.trapezoid(run.current[last.points], run.time[last.points]) / 3600.0
    assert gone == pytest.approx(last.capacity, rel=0.01)


@pytest.mark.parametrize("alpha", [0.5, 5.0])
def test_a_hold_goes_on_where_the_particles_alone_decide_what_flows(alpha):
    """An electrode that is all but empty gives what diffuses to its surfaces, at any voltage."""
    steps, given = "Hold at 2.2 V until C/500", {"negative_initial_stoichiometry": 0.01}
    hold = simulate("doyle-1996-cell-1", steps, alpha=alpha, **given)
    assert names(hold) == ["CURRENT"]
    assert len(hold) < 1000
    np.testing.assert_allclose(hold.voltage, 2.2, atol=2e-4)
    assert (np.diff(hold.current) < 1e-6 * hold.current[0]).all()
    close = simulate(
        "doyle-1996-cell-1", steps, alpha=alpha, settings=Settings(tolerance=2e-5), **given
    )
    assert hold.capacity[-1] == pytest.approx(close.capacity[-1], rel=2e-3)
    assert hold.duration == pytest.approx(close.duration, rel=0.01)


@pytest.mark.parametrize(
    ("cell", "alpha", "steps"),
    [
        ("chen-2020", 5.0, ["Discharge at 1C until 2.5 V", "Hold at 2.5 V until C/3"]),
        ("ecker-2015", 0.5, ["Hold at 2.5 V until 1C"]),
        ("tio2-lithium", 0.5, ["Hold at lower cut-off until C/20", "Rest for 10 s"]),
    ],
    ids=["no salt beyond a front", "salt that runs out", "full surfaces of finite voltage"],
)
def test_a_hold_goes_on_through_exhaustion_as_its_finer_solution_does(cell, alpha, steps):
    usual, finer = (
        simulate(cell, steps, alpha=alpha, settings=settings)
        for settings in (Settings(), Settings(mesh=2.0, tolerance=1e-4))
    )
    assert usual.stopped is None
    assert finer.stopped is None
    held = next(k for k, step in enumerate(steps) if step.startswith("Hold"))
    inside = usual.steps[held].points
    # A tenth of what a step is solved to: particles whose diffusivity varies are linear in Newton's
    np.testing.assert_allclose(usual.voltage[inside], usual.steps[held].end_voltage, atol=5e-5)
    # Beyond a front charge is known as well as the front is placed
    assert usual.capacity[-1] == pytest.approx(finer.capacity[-1], rel=0.01)


def test_a_voltage_that_falls_vertically_is_followed_down_or_says_what_ran_out():
    """The last surfaces of an electrode run empty within a ten-millionth of the time."""
    steps = "Discharge at 3.267 A/m2 until 2.6 V"
    low = simulate("doyle-1996-decks", steps, alpha=0.8, S=3.6).steps[0]
    assert low.outcome is StepOutcome.LITHIUM_EXHAUSTED or low.end_voltage == pytest.approx(
        2.6, abs=2e-4
    )
    assert low.as_asked


def test_a_charge_of_a_cell_without_an_upper_cutoff_ends_with_a_reason():
    charge = simulate("doyle-1996-cell-1", ["Charge at 1C for 10 hours", "Rest for 1 s"])
    assert names(charge) == ["VOLTAGE_LIMIT", "NOT_RUN"]
    assert charge.voltage.max() == pytest.approx(5.0, abs=1e-4)
    with pytest.raises(ParameterError, match=r"outside the range .*\[2, 5\]"):
        simulate("doyle-1996-cell-1", "Charge at 1C until 5.5 V")


def test_a_charge_at_constant_current_and_voltage_goes_to_the_cutoffs_of_the_cell():
    cycle = simulate("chen-2020", ["Discharge at 1C for 20 min", *cccv(rest=1.0, discharge="1C")])
    ends = [step.end_voltage for step in cycle.steps]
    assert ends[1:3] == pytest.approx([4.2, 4.2], abs=2e-5)
    assert ends[4] == pytest.approx(2.5, abs=2e-5)
    with pytest.raises(
        ParameterError, match=r"step 0 .*goes to the upper cut-off.*`upper_voltage`"
    ):
        simulate("lco-graphite", cccv())
    narrow = simulate("lco-graphite", [HALF, *cccv(rest=1.0)], upper_voltage=4.0)
    assert narrow.steps[1].end_voltage == pytest.approx(4.0, abs=2e-5)


def test_a_hold_ends_where_its_current_goes_through_the_least_one():
    """It turns its sign within a fraction of a second; a later return is no ending."""
    steps = ["Hold at 2.5 V for 10 s", "Hold at 3.585 V until C/1000"]
    found = simulate("lco-graphite", steps, alpha=0.65, S=10.0)
    assert found.time[-1] - 10.0 < 1.0
    assert abs(found.current[-1]) == pytest.approx(
        load_cell("lco-graphite").one_c_current / 1000.0, rel=1e-3
    )


@pytest.mark.parametrize(
    ("cell", "steps"),
    [
        ("prada-2013", ["Hold at 3.6 V until C/1000"]),
        ("kim-2011", ["Hold at 4.1 V until C/1000"]),
        ("ecker-2015", ["Hold at 4.05 V until C/1000"]),
        ("lco-graphite", [HALF, "Charge at C/2 until 4.05 V", "Hold at 4.05 V until C/1000"]),
    ],
    ids=["steep", "at once", "varying diffusivity", "after a charge"],
)
def test_a_hold_near_rest_follows_its_small_current(cell, steps):
    """It drops a twentieth of a millivolt at its end; the time says how well it is known."""
    usual, close = (
        simulate(cell, steps, settings=settings).steps[-1]
        for settings in (Settings(), Settings(tolerance=2e-6, max_steps=20_000))
    )
    assert usual.outcome is close.outcome is StepOutcome.CURRENT
    assert usual.duration == pytest.approx(close.duration, rel=0.006)
    assert usual.capacity == pytest.approx(close.capacity, rel=5e-4)


@pytest.mark.parametrize(
    ("negative", "positive", "size", "voltage", "hours"),
    [
        ((0.2, 0.95), (0.2, 0.7), 1000, 3.0, 3),
        ((0.2, 0.95), (0.2, 0.7), 200, 2.6, 12),
        ((0.1, 0.95), (0.2, 0.8), 200, 3.0, 6),
        ((0.05, 0.92), (0.25, 0.75), 50, 2.6, 3),
        ((0.05, 0.92), (0.25, 0.75), 1000, 2.6, 6),
    ],
)
def test_a_cell_rests_after_hours_at_a_voltage_beyond_that_of_its_surfaces(
    negative, positive, size, voltage, hours
):
    """They hold 10⁻²⁸ of their sites then, far less than a stoichiometry can tell from none."""
    cell = load_cell("chen-2020")
    cell = replace(
        cell,
        negative=with_table(cell.negative, *negative, size),
        positive=with_table(cell.positive, *positive, size),
    )
    steps = [
        "Discharge at C/2 until 3 V",
        f"Hold at {voltage} V for {hours} hours",
        "Rest for 1 hour",
        "Charge at C/10 for 10 min",
    ]
    run = simulate(cell, steps, lower_voltage=2.5)
    assert names(run)[1:] == ["TIME"] * 3
    resting = run.steps[2].points
    mean = run.mean_positive_stoichiometry[resting]
    np.testing.assert_allclose(mean, mean[0], rtol=0.0, atol=1e-12)
    assert run.steps[2].end_voltage == pytest.approx(
        float(
            cell.positive.open_circuit.potential(mean[-1])
            - cell.negative.open_circuit.potential(run.mean_negative_stoichiometry[resting][-1])
        ),
        abs=1e-3,
    )


SWITCHED = [
    "Discharge at C/3 for 30 min",
    "Rest for 10 min",
    "Discharge at C/10 for 10 min",
    "Rest for 30 s",
    "Discharge at 1C for 10 s",
    "Rest for 40 s",
    "Charge at 1C for 10 s",
    "Rest for 10 min",
]
SINCE = np.concatenate([np.geomspace(1e-3, 1.0, 40), np.geomspace(1.1, 9.9, 20)])  # s


def after_switches(run):
    """Voltages at `SINCE` each switch of the current, shape (steps, times) [V]."""
    return np.array([run.voltage_at(step.start + SINCE) for step in run.steps])


def at_switches(run):
    """Voltages just after each switch of the current, shape (steps, 1) [V]."""
    return np.array([run.voltage[step.points][:1] for step in run.steps])


@pytest.mark.parametrize("cell", ["chen-2020", "doyle-1996-cell-1", "lco-graphite", "prada-2013"])
def test_the_first_seconds_after_a_switch_are_known_to_a_twentieth_of_a_millivolt(cell):
    usual = simulate(cell, SWITCHED)
    close = simulate(cell, SWITCHED, settings=Settings(tolerance=1e-6, max_steps=50_000))
    voltages = after_switches(usual), after_switches(close)
    changes = voltages[0] - at_switches(usual), voltages[1] - at_switches(close)
    np.testing.assert_allclose(changes[0][:, SINCE <= 1.0], changes[1][:, SINCE <= 1.0], atol=5e-5)
    # The state itself, at the end of a long step, is as good as the tolerance of its steps
    np.testing.assert_allclose(voltages[0], voltages[1], rtol=0.0, atol=1.5e-4)


@pytest.mark.parametrize("cell", ["chen-2020", "prada-2013"])
@pytest.mark.parametrize("noise", [0.0, 1e-4])
def test_pulses_that_are_given_as_samples_are_those_of_steps(cell, noise):
    """Rows of a tester that logs every ten seconds, and twice where the current is switched."""
    one, rng = load_cell(cell).one_c_current, np.random.default_rng(0)
    time = np.concatenate([np.arange(0.0, 1801.0, 10.0) + 1800.0 * k for k in range(4)])
    current = np.repeat([0.1 * one, 0.0, 0.1 * one, 0.0], 181)
    current *= 1.0 + noise * rng.standard_normal(current.size)
    sampled = simulate(cell, profile(time, current=current))
    steps = ["Discharge at C/10 for 30 min", "Rest for 30 min"] * 2
    close = simulate(cell, steps, settings=Settings(tolerance=1e-6, max_steps=50_000))
    at = np.unique(time) + 1.0
    np.testing.assert_allclose(
        sampled.voltage_at(at[:-1]), close.voltage_at(at[:-1]), rtol=0.0, atol=1e-4 + 0.1 * noise
    )


def test_a_charge_without_a_limit_ends_before_it_leaves_what_cells_have():
    """The salt runs out: the voltage went to 1e297 V, and its points took all memory."""
    cell = load_cell("chen-2020").starting_at(0.1)
    steps = ["Rest for 5 minutes", "Charge at C/2 for 1 hour"]
    limited = simulate(cell, steps, alpha=5.0, S=30.0, upper_voltage=np.inf)
    assert limited.voltage.max() == pytest.approx(HIGHEST_VOLTAGE, abs=1e-4)
    assert len(limited) < 20_000
    assert limited.steps[1].outcome is StepOutcome.VOLTAGE_LIMIT


@pytest.mark.parametrize("seed", [22749, 23745, 24163])
def test_a_power_that_only_a_finer_mesh_reaches_is_reached(seed):
    cell, protocol, values, terms = random_case(seed)
    steps = simulate(cell, protocol, **values, **terms).steps
    assert {step.outcome for step in steps}.isdisjoint(
        {StepOutcome.UNREACHABLE, StepOutcome.NOT_RUN}
    )
