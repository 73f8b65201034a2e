"""Tables against the fits that they were sampled from."""

import numpy as np
import pytest

from microbatt.cells import ELECTROLYTE_FITS, OPEN_CIRCUIT_FITS, Electrolyte, load_cell
from microbatt.porous_electrode import cell_parameters
from microbatt.porous_electrode.conditions import conditions_at
from microbatt.porous_electrode.lookup import (
    CONDUCTIVITY_FLOOR,
    SALT_STEP,
    SALT_TOP,
    electrolyte_table,
    look_up_potential,
    open_circuit_table,
)

FITS = sorted(OPEN_CIRCUIT_FITS)


def with_fit(fit):
    return Electrolyte(initial_concentration=1000.0, fit=fit, density=1300.0)


def looked_up(table, thetas):
    return np.array([look_up_potential(table, theta) for theta in thetas]).T


@pytest.mark.parametrize("name", FITS)
def test_a_potential_read_from_its_table_is_that_of_the_fit(name):
    fit = OPEN_CIRCUIT_FITS[name]
    thetas = np.random.default_rng(1).uniform(fit.lower, fit.upper, 500)
    potential, slope = looked_up(open_circuit_table(fit), thetas)
    np.testing.assert_allclose(potential, fit.potential(thetas), rtol=0.0, atol=1e-8)
    np.testing.assert_allclose(slope, fit.slope(thetas), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", FITS)
def test_value_and_slope_read_from_a_table_belong_to_one_function(name):
    fit = OPEN_CIRCUIT_FITS[name]
    low, high = fit.limits
    thetas = np.random.default_rng(2).uniform(low + 1e-3, high - 1e-3, 200)
    table, step = open_circuit_table(fit), 1e-7
    above, below = looked_up(table, thetas + step)[0], looked_up(table, thetas - step)[0]
    slope = looked_up(table, thetas)[1]
    np.testing.assert_allclose(slope, (above - below) / (2.0 * step), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", FITS)
def test_a_table_is_continuous_across_its_segments(name):
    table = open_circuit_table(OPEN_CIRCUIT_FITS[name])
    for joint in (table[1, 0, 0], table[2, 0, 0]):
        (before, after), slopes = looked_up(table, [np.nextafter(joint, 0.0), joint])
        assert before == pytest.approx(after, rel=1e-12)
        assert slopes[0] == pytest.approx(slopes[1], rel=1e-6)


@pytest.mark.parametrize("name", sorted(ELECTROLYTE_FITS))
def test_an_electrolyte_table_holds_the_fit_inside_its_range(name):
    fit = ELECTROLYTE_FITS[name]
    table = electrolyte_table(with_fit(fit))
    c = np.arange(0.0, SALT_TOP + SALT_STEP, SALT_STEP)
    inside = c <= fit.upper
    np.testing.assert_array_equal(table[inside, 0], fit.conductivity(c)[inside])
    np.testing.assert_array_equal(table[inside, 2], fit.diffusivity(c)[inside])
    np.testing.assert_array_equal(table[inside, 4], fit.thermodynamic_factor(c)[inside])


@pytest.mark.parametrize("name", sorted(ELECTROLYTE_FITS))
def test_no_property_of_an_electrolyte_is_negative_anywhere_in_its_table(name):
    table = electrolyte_table(with_fit(ELECTROLYTE_FITS[name]))
    assert np.all(table[1:, (0, 2, 4)] > 0.0)  # without salt, row 0, a fit may conduct nothing
    assert np.all(table[0, (0, 2, 4)] >= 0.0)


def test_a_conductivity_that_plunges_below_zero_is_held_at_its_floor():
    fit = ELECTROLYTE_FITS["lipf6-ec-dmc-1-2-plastic"]
    table = electrolyte_table(with_fit(fit))
    assert fit.conductivity(SALT_TOP) < 0.0
    assert table[-1, 0] == CONDUCTIVITY_FLOOR * table[:, 0].max()
    assert table[-1, 1] == 0.0


def test_a_scaled_electrolyte_conducts_and_diffuses_in_proportion():
    cell = load_cell("doyle-1996-cell-1")
    scales = {"electrolyte_conductivity_scale": 1.25, "electrolyte_diffusivity_scale": 0.5}
    plain, scaled = (
        cell_parameters(one, heat_transfer_coefficient=None)
        for one in (cell, cell.with_values(scales))
    )
    np.testing.assert_array_equal(scaled.electrolyte, plain.electrolyte)
    here, there = (conditions_at(p, 310.0) for p in (plain, scaled))
    assert there.conductivity == 1.25 * here.conductivity
    assert there.diffusivity == 0.5 * here.diffusivity


def test_tables_of_a_fit_are_made_once():
    cell = load_cell("chen-2020")
    other = cell.with_values({"negative_thickness": 9e-5})
    one, two = (cell_parameters(c, heat_transfer_coefficient=None) for c in (cell, other))
    assert one.positive.open_circuit is two.positive.open_circuit
    assert one.electrolyte is two.electrolyte
