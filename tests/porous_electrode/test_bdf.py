"""The formulas of the time step, on polynomials, where they must be exact."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microbatt.porous_electrode.bdf import backward_euler, bdf2, extrapolation_weights

# Steps as the engine takes them: each between a fifth and twice the one before.
STEP = st.floats(0.2, 2.0)


def stepped(formula, power, h, h1):
    """The formula's answer at t = h to y' = (t**power)', from exact values at 0 and −h1."""
    newest, older = 0.0**power, (-h1) ** power
    slope = power * h ** (power - 1)
    return formula.newest * newest + formula.older * older + formula.step * slope


def extrapolated(weights, power, h1, h2):
    """The polynomial through the values at 0, −h1 and −h1 − h2."""
    return weights[0] * 0.0**power + weights[1] * (-h1) ** power + weights[2] * (-h1 - h2) ** power


@given(h=STEP, h1=STEP, h2=STEP)
def test_the_second_order_formula_is_exact_on_parabolas(h, h1, h2):
    for power in (1, 2):
        assert stepped(bdf2(h, h1, h2), power, h, h1) == pytest.approx(h**power, rel=1e-13)


@given(h=STEP, h1=STEP)
def test_the_first_order_formula_is_exact_on_lines_and_not_on_parabolas(h, h1):
    formula = backward_euler(h, h1)
    assert stepped(formula, 1, h, h1) == pytest.approx(h, rel=1e-15)
    assert stepped(formula, 2, h, h1) == pytest.approx(2.0 * h**2, rel=1e-15)


@given(h=STEP, h1=STEP, h2=STEP)
def test_three_levels_extrapolate_parabolas_and_two_levels_lines(h, h1, h2):
    parabola = extrapolation_weights(h, h1, h2)
    line = extrapolation_weights(h, h1, 0.0)
    assert sum(parabola) == pytest.approx(1.0, abs=1e-12)
    for power in (1, 2):
        assert extrapolated(parabola, power, h1, h2) == pytest.approx(h**power, rel=1e-11)
    assert extrapolated(line, 1, h1, 0.0) == pytest.approx(h, rel=1e-14)


@given(h=STEP, h1=STEP, h2=STEP)
def test_the_error_estimate_is_exact_where_the_next_derivative_is_constant(h, h1, h2):
    second, parabola = bdf2(h, h1, h2), extrapolation_weights(h, h1, h2)
    y = stepped(second, 3, h, h1)
    estimate = second.error * abs(y - extrapolated(parabola, 3, h1, h2))
    assert estimate == pytest.approx(abs(y - h**3), rel=1e-9)

    first, line = backward_euler(h, h1), extrapolation_weights(h, h1, 0.0)
    y = stepped(first, 2, h, h1)
    estimate = first.error * abs(y - extrapolated(line, 2, h1, 0.0))
    assert estimate == pytest.approx(abs(y - h**2), rel=1e-12)


def test_halving_the_step_quarters_the_error_of_the_second_order_formula():
    def error(steps):
        h = 1.0 / steps
        formula = bdf2(h, h, h)
        y = [1.0, np.exp(-h)]
        while len(y) <= steps:
            y.append((formula.newest * y[-1] + formula.older * y[-2]) / (1.0 + formula.step))
        return abs(y[-1] - np.exp(-1.0))

    # The next term of the error is of relative size h.
    assert error(200) / error(400) == pytest.approx(4.0, rel=0.02)
