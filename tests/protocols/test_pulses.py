"""A pulse is read as a textbook does, and only where there is one."""

import math

import numpy as np
import pytest

from microbatt.engines import simulate
from microbatt.errors import ParameterError
from microbatt.protocols import evaluate_pulse, gitt

TIME = [0.0, 10.0, 10.0, 30.0, 30.0, 90.0]
CURRENT = [0.0, 0.0, 2.0, 2.0, 0.0, 0.0]
VOLTAGE = [4.0, 4.0, 3.9, 3.8, 3.9, 3.96]


def test_resistance_and_diffusivity_are_those_of_the_formula():
    pulse = evaluate_pulse(TIME, CURRENT, VOLTAGE, particle_radius=6e-6, S=3.0)
    assert (pulse.current, pulse.duration) == (2.0, 20.0)
    assert (pulse.voltage_before, pulse.voltage_after) == (4.0, 3.96)
    assert dict(pulse.resistances)[10.0] == pytest.approx(0.075)
    # 4/(π τ) (r/S)² (ΔE_s/ΔE_τ)², with 40 mV from rest to rest and 100 mV during the pulse
    expected = 4.0 / (math.pi * 20.0) * (2e-6 * 0.04 / 0.1) ** 2
    assert pulse.diffusivity == pytest.approx(expected, rel=1e-9)


def test_each_of_several_pulses_is_the_one_that_stands_alone():
    run = simulate("lco-graphite", ["Rest for 1 s", *gitt(pulses=3, pulse=600.0, rest=3600.0)])
    columns = (run.time, run.current, run.voltage)
    with pytest.raises(ParameterError, match=r"there are 3 pulses, the second from 4201 s on"):
        evaluate_pulse(*columns, particle_radius=8e-6)
    for number in range(3):
        around = np.isin(run.step, [2 * number, 2 * number + 1, 2 * number + 2])
        alone = evaluate_pulse(*(one[around] for one in columns), particle_radius=8e-6)
        assert evaluate_pulse(*columns, particle_radius=8e-6, number=number) == alone
        assert alone.duration == pytest.approx(600.0, rel=1e-12)
        assert alone.voltage_after < alone.voltage_before
    with pytest.raises(ParameterError, match="from 0 to 2"):
        evaluate_pulse(*columns, number=3)


def test_a_discharge_and_a_charge_without_a_rest_between_are_no_pulse():
    run = simulate(
        "lco-graphite",
        ["Rest for 5 s", "Discharge at 1C for 10 s", "Charge at 1C for 10 s", "Rest for 60 s"],
    )
    with pytest.raises(ParameterError, match="turns from discharge to the other at 15 s"):
        evaluate_pulse(run.time, run.current, run.voltage)


@pytest.mark.parametrize(
    ("place", "column", "value", "reason"),
    [
        (2, 0, 5.0, "`time` falls from 10 to 5 s at sample 2"),
        (1, 1, math.nan, "`current` is nan at sample 1"),
        (3, 2, math.inf, "`voltage` is inf at sample 3"),
        (0, 0, math.nan, "`time` is nan at sample 0"),
        (0, 1, 2.0, "no pulse begins from a rest"),
    ],
)
def test_samples_that_cannot_be_read_are_named(place, column, value, reason):
    columns = [list(TIME), list(CURRENT), list(VOLTAGE)]
    columns[column][place] = value
    with pytest.raises(ParameterError, match=reason):
        evaluate_pulse(*columns, particle_radius=6e-6)


def test_a_pulse_of_one_sample_tells_no_diffusivity():
    pulse = evaluate_pulse([0, 10, 20], [0, 2, 0], [4.0, 3.9, 3.95], particle_radius=6e-6)
    assert math.isnan(pulse.diffusivity)
    at_once = evaluate_pulse([0, 1, 1, 9], [0, 2, 2, 0], [4, 3.9, 3.8, 4], particle_radius=6e-6)
    assert math.isnan(at_once.diffusivity)


def test_a_radius_that_is_none_is_refused_also_without_a_rest():
    with pytest.raises(ParameterError, match="particle_radius"):
        evaluate_pulse(TIME[:4], CURRENT[:4], VOLTAGE[:4], particle_radius=-1.0)
