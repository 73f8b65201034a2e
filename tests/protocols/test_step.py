"""A step takes one sign in an amount, which says its direction."""

import pytest

from microbatt.cells import load_cell
from microbatt.errors import ParameterError
from microbatt.protocols import Step

CELL = load_cell("lco-graphite")


@pytest.mark.parametrize(
    ("current", "rate"), [("-C/2", -0.5), ("+C/2", 0.5), (" - 1C ", -1.0), ("-1e-1 C", -0.1)]
)
def test_one_sign_says_the_direction(current, rate):
    step = Step(current=current, duration=1.0)
    assert step.current_in(CELL) == pytest.approx(rate * CELL.one_c_current)
    assert step.is_discharge == (rate > 0.0)
    assert ("Charge" in str(step)) == (rate < 0.0)


@pytest.mark.parametrize(
    ("power", "held"), [("-25 W/m2", -25.0), ("- 25 W/m2", -25.0), ("+25 W/m2", 25.0)]
)
def test_one_sign_says_the_direction_of_a_power(power, held):
    assert Step(power=power, duration=1.0).power_in(CELL) == held


@pytest.mark.parametrize("current", ["--1C", "-C/-2", "C/-2", "-+1C", "+-5 A", "++1C", "- -1C"])
def test_two_signs_are_refused(current):
    with pytest.raises(ParameterError, match="one sign at most"):
        Step(current=current, duration=1.0)


def test_two_signs_are_refused_in_powers_and_endings_too():
    with pytest.raises(ParameterError, match="one sign at most, before the power"):
        Step(power="--25 W", duration=1.0)
    with pytest.raises(ParameterError, match="one sign at most, before the current"):
        Step(voltage=4.1, until_current="--C/20")
    with pytest.raises(ParameterError, match="one sign at most, before the capacity"):
        Step(current=1.0, until_capacity="--2 A h")
    with pytest.raises(ParameterError, match="above 0, without a sign"):
        Step(current=1.0, until_capacity="-2 A h")
