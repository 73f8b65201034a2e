"""Cramér-Rao bounds: additivity, what nuisances cost, and estimates that reach them."""

from dataclasses import replace

import numpy as np
import pytest

from microbatt.engines import Settings
from microbatt.errors import ParameterError
from microbatt.inference.forward import native_request, sensitivities_at_depth, simulate_displaced
from microbatt.inference.identifiability.curve_bounds import (
    Readings,
    bounds,
    curve_information,
    inverse_information,
)

TERMS = native_request("doyle-1996-cell-1")
POINTS = [(0.5, 3.0), (2.3, 11.0)]
CURRENTS = [17.5, 35.0, 70.0]


@pytest.fixture(scope="module")
def known():
    return curve_information(TERMS, POINTS, CURRENTS, Readings())


def test_information_of_curves_adds_up(known):
    apart = [curve_information(TERMS, POINTS, [current], Readings()) for current in CURRENTS]
    assert sum(one.curves[:, 0] for one in apart) == pytest.approx(known.total())


def test_bounds_are_proportional_to_the_noise():
    exact = {"charge_error": 0.0, "capacity_error": 0.0, "reach": 0.9}
    quiet, loud = (
        bounds(curve_information(TERMS, POINTS, CURRENTS, Readings(noise=noise, **exact)).total())
        for noise in (1e-3, 5e-3)
    )
    assert loud.alpha == pytest.approx(5.0 * quiet.alpha)
    assert loud.correlation == pytest.approx(quiet.correlation)


def test_bounds_do_not_depend_on_how_finely_the_engine_solves(known):
    fine = Settings(tolerance=1e-6, mesh=4.0, particle_modes=16, max_steps=100_000)
    reference = curve_information(
        native_request("doyle-1996-cell-1", settings=fine), POINTS, CURRENTS, Readings()
    )
    # 0.3 % seen; the bounds are asked for to a percent
    assert bounds(known.total()).alpha == pytest.approx(bounds(reference.total()).alpha, rel=0.01)
    assert pytest.approx(bounds(reference.total()).S, rel=0.01) == bounds(known.total()).S


def test_what_is_unknown_beside_the_point_can_only_loosen_the_bounds(known):
    freed = curve_information(TERMS, POINTS, CURRENTS, Readings(), free=["contact_resistance"])
    assert np.all(bounds(freed.total()).alpha > bounds(known.total()).alpha)


def test_a_nuisance_known_almost_exactly_costs_nothing(known):
    nearly = curve_information(
        TERMS, POINTS, CURRENTS, Readings(), free={"contact_resistance": 1e-9}
    )
    assert bounds(nearly.total()).alpha == pytest.approx(bounds(known.total()).alpha, rel=1e-4)


def test_one_curve_and_three_unknowns_of_which_nothing_is_known_leave_no_bound():
    singular = np.ones((2, 3, 3)) + np.diag([1.0, 0.0, 0.0])
    found = bounds(singular)
    assert np.isinf(found.alpha).all()
    assert np.isnan(found.correlation).all()


def test_the_inverse_is_one_however_the_parameters_are_scaled():
    rng = np.random.default_rng(4)
    root = rng.normal(size=(5, 3, 3))
    units = np.diag([1e-6, 1.0, 1e5])
    information = root @ root.swapaxes(-1, -2)
    covariance = inverse_information(units @ information @ units)
    assert units @ covariance @ units @ information == pytest.approx(
        np.broadcast_to(np.eye(3), (5, 3, 3)), abs=1e-9
    )


def test_an_error_of_the_charge_is_an_unknown_that_stretches_each_curve():
    # one curve: the factor on its charge, known beforehand, as one more column of the Jacobian
    width = 3e-3
    plain = Readings(charge_error=0.0, capacity_error=0.0)
    charge = curve_information(TERMS, POINTS, [35.0], replace(plain, charge_error=width))
    seen = sensitivities_at_depth(simulate_displaced(TERMS, POINTS, [35.0]), plain.depth)
    columns = np.concatenate([seen.voltage_derivative, -seen.slope[..., None]], axis=-1)[:, 0]
    fisher = np.einsum("nmp,nmq->npq", columns, columns) / plain.noise**2
    one, other = bounds(charge.total()), bounds(fisher + np.diag([0.0, 0.0, width**-2.0]))
    for name in ("alpha", "S", "correlation"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), rel=1e-6)


def test_an_unknown_area_costs_more_than_an_unknown_charge():
    # it moves the current density too, which looks like alpha
    width = 0.02
    plain = Readings(charge_error=0.0, capacity_error=0.0)
    charge = curve_information(TERMS, POINTS, [35.0], replace(plain, charge_error=width))
    area = curve_information(TERMS, POINTS, [35.0], plain, free={"area_scale": width})
    one, other = bounds(charge.total()), bounds(area.total())
    assert not np.allclose(one.alpha, other.alpha, rtol=0.05)


def test_points_without_a_curve_tell_nothing():
    found = curve_information(TERMS, [(10.0, 0.3)], [1000.0], Readings())
    assert not found.curves.any()
    assert np.isnan(found.capacity).all()


def test_least_squares_estimates_scatter_as_the_bounds_say():
    readings = Readings(charge_error=0.0, capacity_error=0.0, reach=0.95)
    found = sensitivities_at_depth(simulate_displaced(TERMS, [POINTS[0]], CURRENTS), readings.depth)
    slopes = found.voltage_derivative.reshape(-1, 2)
    noise = np.random.default_rng(7).normal(0.0, readings.noise, size=(slopes.shape[0], 4000))
    errors = np.linalg.lstsq(slopes, noise, rcond=None)[0]
    expected = bounds(curve_information(TERMS, [POINTS[0]], CURRENTS, readings).total())
    # 4000 draws give a standard deviation to 1.1 %
    assert errors.std(axis=1) == pytest.approx([expected.alpha[0], expected.S[0]], rel=0.04)
    assert np.corrcoef(errors)[0, 1] == pytest.approx(expected.correlation[0], abs=0.04)


@pytest.mark.parametrize(
    ("name", "value"), [("noise", 0.0), ("noise", "1mV"), ("samples", 1), ("reach", 1.2)]
)
def test_readings_out_of_range_are_refused(name, value):
    with pytest.raises(ParameterError, match=name):
        Readings(**{name: value})
