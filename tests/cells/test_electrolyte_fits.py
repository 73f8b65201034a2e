"""Electrolyte fits: values, analytic slopes, ranges."""

import numpy as np
import pytest

from microbatt.cells import ELECTROLYTE_FITS

FITS = list(ELECTROLYTE_FITS.values())
PROPERTIES = ["conductivity", "diffusivity", "thermodynamic_factor"]


@pytest.mark.parametrize("fit", FITS, ids=lambda fit: fit.name)
@pytest.mark.parametrize("name", PROPERTIES)
def test_the_slope_is_the_derivative_of_the_property(fit, name):
    c, h = np.linspace(10.0, fit.upper - 10.0, 501), 1e-2
    function, slope = getattr(fit, name), getattr(fit, f"{name}_slope")
    difference = (function(c + h) - function(c - h)) / (2 * h)
    # rounding of the difference: 1e-16 of the value over h
    scale = np.abs(function(c)).max() / fit.upper
    np.testing.assert_allclose(slope(c), difference, rtol=1e-6, atol=1e-7 * scale)


@pytest.mark.parametrize("fit", FITS, ids=lambda fit: fit.name)
@pytest.mark.parametrize("name", PROPERTIES)
def test_properties_are_positive_over_the_whole_range(fit, name):
    c = np.linspace(fit.lower, fit.upper, 10_001)
    assert (getattr(fit, name)(c) > 0.0).all()


@pytest.mark.parametrize(
    ("name", "c", "conductivity"),
    [
        # the published polynomials, summed by hand
        ("lipf6-ec-dmc-1-2-plastic", 2000.0, 0.171039),
        ("lipf6-ec-dmc-2-1-plastic", 2000.0, 0.105406),
        ("lipf6-ec-dmc-liquid", 1000.0, 1.1046),
    ],
)
def test_published_coefficients_give_the_expected_conductivity(name, c, conductivity):
    assert float(ELECTROLYTE_FITS[name].conductivity(c)) == pytest.approx(conductivity, rel=2e-3)


def test_the_upper_end_of_each_range_is_where_the_polynomial_turns():
    for fit in FITS:
        below, above = fit.conductivity_slope(np.array([fit.upper - 30.0, fit.upper + 30.0]))
        assert below * above < 0.0


@pytest.mark.parametrize("fit", FITS, ids=lambda fit: fit.name)
@pytest.mark.parametrize("shape", [(), (4,), (2, 3)])
def test_shape_in_is_shape_out(fit, shape):
    c = np.full(shape, 1000.0)
    for name in PROPERTIES:
        assert np.shape(getattr(fit, name)(c)) == shape
        assert np.shape(getattr(fit, f"{name}_slope")(c)) == shape
