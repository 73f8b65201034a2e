"""Butler–Volmer kinetics and their inverse."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microbatt.constants import FARADAY, GAS_CONSTANT
from microbatt.porous_electrode.kinetics import (
    ALWAYS_OPEN,
    exchange_current_density,
    openness,
    overpotential,
)

THERMAL_VOLTAGE = 2.0 * GAS_CONSTANT * 298.15 / FARADAY
CURRENT_DENSITY = st.floats(-1e3, 1e3)
EXCHANGE = st.floats(1e-6, 1e3)


@given(j=CURRENT_DENSITY, i_0=EXCHANGE)
def test_the_overpotential_drives_the_current_it_was_asked_for(j, i_0):
    eta, _, _ = overpotential(j, i_0, THERMAL_VOLTAGE)
    # An error of one rounding in η is one of η·F/2RT, at most some tens, in j.
    assert 2.0 * i_0 * np.sinh(eta / THERMAL_VOLTAGE) == pytest.approx(
        j, rel=1e-13, abs=1e-12 * i_0
    )


@given(j=CURRENT_DENSITY, i_0=EXCHANGE)
def test_the_overpotential_is_odd_in_the_current(j, i_0):
    forth, slope_forth, log_forth = overpotential(j, i_0, THERMAL_VOLTAGE)
    back, slope_back, log_back = overpotential(-j, i_0, THERMAL_VOLTAGE)
    assert (forth, slope_forth, log_forth) == (-back, slope_back, -log_back)


@pytest.mark.parametrize("j", [-30.0, -0.01, 0.0, 0.5, 200.0])
def test_the_derivatives_are_those_of_the_overpotential(j):
    i_0, step = 1.3, 1e-5
    _, by_current, by_log_exchange = overpotential(j, i_0, THERMAL_VOLTAGE)

    def eta(j, i_0):
        return overpotential(j, i_0, THERMAL_VOLTAGE)[0]

    difference = (eta(j + step, i_0) - eta(j - step, i_0)) / (2.0 * step)
    assert by_current == pytest.approx(difference, rel=1e-6)  # a central difference's accuracy
    difference = (eta(j, i_0 * np.exp(step)) - eta(j, i_0 * np.exp(-step))) / (2.0 * step)
    assert by_log_exchange == pytest.approx(difference, rel=1e-6, abs=1e-12)


def test_the_exchange_current_vanishes_without_salt_or_with_a_full_or_empty_surface():
    assert exchange_current_density(2e-11, 0.0, 0.5, 0.5, 2e4) == 0.0
    assert exchange_current_density(2e-11, 1e3, 0.0, 1.0, 2e4) == 0.0
    assert exchange_current_density(2e-11, 1e3, 1.0, 0.0, 2e4) == 0.0
    half = exchange_current_density(2e-11, 1e3, 0.5, 0.5, 2e4)
    assert half == pytest.approx(FARADAY * 2e-11 * 2e4 * np.sqrt(1e3) / 2.0, rel=1e-15)


@pytest.mark.parametrize("j", [-2.0, 2.0])
@pytest.mark.parametrize("left", [1e-5, 4e-4, 0.03])
def test_kinetics_close_at_an_end_of_a_potential_that_the_current_leads_to(j, left):
    """Like a root at the end, with a continuous slope away from it, and not for the way back."""
    width, per_stretch, step = 0.4, 1e3, 1e-9

    def factor(left, j):
        rooms = (left, width - left) if j > 0.0 else (width - left, left)
        return openness(j, *rooms, per_stretch, per_stretch)

    value, slope = factor(left, j)
    assert value == pytest.approx(1.0 - max(0.0, 1.0 - left * per_stretch) ** 2, rel=1e-14)
    towards = np.copysign(1.0, j)  # what is left grows with θ where the particle is emptied
    difference = towards * (factor(left + step, j)[0] - factor(left - step, j)[0]) / (2.0 * step)
    assert slope == pytest.approx(difference, rel=1e-6, abs=1e-6)
    back = (left, width - left) if j < 0.0 else (width - left, left)
    assert openness(j, *back, per_stretch, per_stretch) == (1.0, 0.0)
    assert openness(j, left, width - left, ALWAYS_OPEN, ALWAYS_OPEN) == (1.0, 0.0)
