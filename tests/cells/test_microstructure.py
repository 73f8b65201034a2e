"""Microstructure to effective properties: limits and monotony."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microbatt.cells.microstructure import area_density, matrix_factor, transport_factor

POROSITY = st.floats(0.01, 0.99)


@given(POROSITY)
def test_no_tortuosity_leaves_the_porosity(porosity):
    assert transport_factor(porosity, 0.0) == pytest.approx(porosity, rel=1e-14)


@given(POROSITY, st.floats(0.0, 10.0), st.floats(0.01, 5.0))
def test_more_tortuosity_means_less_transport(porosity, alpha, more):
    assert transport_factor(porosity, alpha + more) < transport_factor(porosity, alpha)


@given(st.floats(0.3, 40.0), st.floats(0.01, 0.9), st.floats(1e-8, 1e-4))
def test_area_is_proportional_to_the_shape_factor(S, active, radius):
    assert area_density(2 * S, active, radius) == pytest.approx(
        2 * area_density(S, active, radius), rel=1e-14
    )


def test_spheres_of_volume_fraction_one_have_the_area_of_a_sphere():
    r = 2e-6
    assert area_density(3.0, 1.0, r) == pytest.approx((4 * r**2) / (4 / 3 * r**3), rel=1e-14)


def test_a_matrix_without_pores_conducts_like_the_bulk():
    assert matrix_factor(0.0, 0.0) == 1.0
