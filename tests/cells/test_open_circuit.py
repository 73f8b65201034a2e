"""Open-circuit fits: values, analytic slopes, ranges."""

from math import exp, tanh

import numpy as np
import pytest

from microbatt.cells import OPEN_CIRCUIT_FITS
from microbatt.errors import ParameterError

FITS = list(OPEN_CIRCUIT_FITS.values())


def interior(fit, margin=1e-3, count=2001):
    """Points well inside the range that the fit is meant for."""
    return np.linspace(fit.lower + margin, min(fit.upper, fit.limits[1]) - margin, count)


@pytest.mark.parametrize("fit", FITS, ids=lambda fit: fit.name)
def test_the_slope_is_the_derivative_of_the_potential(fit):
    theta, h = interior(fit), 1e-6
    # fourth-order differences: error ~ h⁴ U⁗ plus rounding 1e-15/h
    u = [fit.potential(theta + k * h) for k in (-2, -1, 1, 2)]
    difference = (u[0] - 8 * u[1] + 8 * u[2] - u[3]) / (12 * h)
    np.testing.assert_allclose(fit.slope(theta), difference, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("fit", FITS, ids=lambda fit: fit.name)
def test_potential_and_slope_are_finite_on_the_limits(fit):
    theta = np.linspace(*fit.limits, 100_001)
    assert np.isfinite(fit.potential(theta)).all()
    assert np.isfinite(fit.slope(theta)).all()


@pytest.mark.parametrize("fit", FITS, ids=lambda fit: fit.name)
def test_the_range_lies_inside_the_limits_and_the_limits_inside_zero_to_one(fit):
    assert 0.0 <= fit.limits[0] <= fit.lower < fit.upper <= fit.limits[1] <= 1.0


@pytest.mark.parametrize("fit", FITS, ids=lambda fit: fit.name)
def test_inserting_lithium_never_raises_the_potential_in_range(fit):
    # the published graphite fit wobbles on its plateau, rising 3 mV per unit of θ at θ = 0.32
    steepest_rise = 0.004 if fit.name == "mcmb-2528" else 0.0
    assert fit.slope(interior(fit)).max() <= steepest_rise


@pytest.mark.parametrize("fit", FITS, ids=lambda fit: fit.name)
@pytest.mark.parametrize("shape", [(), (3,), (2, 5)])
def test_shape_in_is_shape_out(fit, shape):
    theta = np.full(shape, 0.5)
    assert np.shape(fit.potential(theta)) == shape
    assert np.shape(fit.slope(theta)) == shape


def coke(x):
    return -0.132056 + 1.40854 * exp(-3.52312 * x)


def bellcore(y):
    return (
        4.19829
        + 0.0565661 * tanh(-14.5546 * y + 8.60942)
        - 0.0275479 * (1 / (0.998432 - y) ** 0.492465 - 1.90111)
        - 0.157123 * exp(-0.04738 * y**8)
        + 0.810239 * exp(-40 * (y - 0.133875))
    )


def cobalt_oxide(y):
    return (
        2.16216
        + 0.07645 * tanh(30.834 - 54.4806 * y)
        + 2.1581 * tanh(52.294 - 50.294 * y)
        - 0.14169 * tanh(11.0923 - 19.8543 * y)
        + 0.2051 * tanh(1.4684 - 5.4888 * y)
        + 0.2531 * tanh((-y + 0.56478) / 0.1316)
        - 0.02167 * tanh((y - 0.525) / 0.006)
    )


def graphite(x):
    return (
        0.194
        + 1.5 * exp(-120 * x)
        + 0.0351 * tanh((x - 0.286) / 0.083)
        - 0.0045 * tanh((x - 0.849) / 0.119)
        - 0.035 * tanh((x - 0.9233) / 0.05)
        - 0.0147 * tanh((x - 0.5) / 0.034)
        - 0.102 * tanh((x - 0.194) / 0.142)
        - 0.022 * tanh((x - 0.9) / 0.0164)
        - 0.011 * tanh((x - 0.124) / 0.0226)
        + 0.0155 * tanh((x - 0.105) / 0.029)
    )


@pytest.mark.parametrize(
    ("name", "as_printed"),
    [
        ("petroleum-coke", coke),
        ("lmo-bellcore", bellcore),
        ("lco-dualfoil", cobalt_oxide),
        ("mcmb-2528", graphite),
    ],
)
def test_fits_agree_with_the_formula_as_it_is_printed(name, as_printed):
    fit = OPEN_CIRCUIT_FITS[name]
    theta = interior(fit, count=101)
    np.testing.assert_allclose(
        fit.potential(theta), [as_printed(float(t)) for t in theta], rtol=1e-12, atol=1e-13
    )


def test_the_bellcore_spinel_drops_through_any_cutoff_before_its_pole():
    fit = OPEN_CIRCUIT_FITS["lmo-bellcore"]
    assert float(fit.potential(fit.limits[1])) < 0.0
    assert fit.limits[1] < 0.998432


def test_a_stoichiometry_outside_the_range_is_refused_naming_fit_and_range():
    with pytest.raises(ParameterError, match=r"`x` is 0\.95; .*`mcmb-2528` holds in \[0\.01, 0\.9"):
        OPEN_CIRCUIT_FITS["mcmb-2528"].check_stoichiometry("x", 0.95)


def test_nan_is_in_no_range():
    with pytest.raises(ParameterError):
        OPEN_CIRCUIT_FITS["mcmb-2528"].check_stoichiometry("x", float("nan"))
