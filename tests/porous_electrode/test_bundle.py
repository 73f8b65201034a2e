"""Curves that march in lanes have the bits of curves alone."""

import itertools

import numpy as np
import pytest

from microbatt.cells import load_cell
from microbatt.engines import Settings, simulate_discharges
from microbatt.outcomes import Outcome
from microbatt.porous_electrode import (
    cell_parameters,
    fits_lanes,
    numerics,
    simulate_bundles,
    simulate_many,
    with_curves,
)

DEFAULT = Settings()
RESOLUTION = numerics(
    tolerance=DEFAULT.tolerance,
    mesh=DEFAULT.mesh,
    particle_modes=DEFAULT.particle_modes,
    max_steps=DEFAULT.max_steps,
)
CONSERVING, AREA_ONLY = True, False
HEAT = {"isothermal": None, "adiabatic": 0.0, "lumped": 10.0}


def points_of(cell, count, seed):
    """Random points of the whole box, C/200 to 6 C."""
    rng = np.random.default_rng(seed)
    rates = np.exp(rng.uniform(np.log(0.005), np.log(6.0), count))
    alpha, S = rng.uniform(0.0, 10.0, count), rng.uniform(0.3, 40.0, count)
    return np.column_stack([alpha, S, cell.one_c_current * rates])


def together_and_alone(parameters, points, conserving, cutoff=2.5):
    """The same points in lanes, completed as the engine does, and one after the other."""
    alone, _ = simulate_many(parameters, RESOLUTION, points, conserving, cutoff)
    lanes, left, _ = simulate_bundles(parameters, RESOLUTION, points, conserving, cutoff)
    others, _ = simulate_many(parameters, RESOLUTION, points[left], conserving, cutoff)
    return with_curves(lanes, left, others), alone, left


def assert_same(batch, other):
    """No bit differs."""
    for name in batch._fields:
        np.testing.assert_array_equal(getattr(batch, name), getattr(other, name), err_msg=name)


def each_heat_and_balance():
    """Every heat on both balances, each with one cell; the long tests try all cells with them."""
    for number, (heat, conserving) in enumerate(itertools.product(HEAT, (AREA_ONLY, CONSERVING))):
        for place, name in enumerate(("doyle-1996-cell-1", "lco-graphite", "lmo-mcmb")):
            long = () if place == number % 3 else pytest.mark.slow
            yield pytest.param(name, heat, conserving, marks=long)


@pytest.mark.parametrize(("name", "heat", "conserving"), list(each_heat_and_balance()))
def test_a_curve_has_the_same_bits_in_lanes_as_alone(name, heat, conserving):
    cell = load_cell(name)
    parameters = cell_parameters(cell, heat_transfer_coefficient=HEAT[heat])
    assert fits_lanes(parameters)
    points = points_of(cell, 24, seed=sum(map(ord, name + heat)))
    lanes, alone, left = together_and_alone(parameters, points, conserving)
    assert_same(lanes, alone)
    assert left.mean() < 0.5


@pytest.mark.parametrize("conserving", [False, True])
def test_the_balance_of_a_negative_electrode_that_is_no_sphere_is_that_of_a_curve_alone(conserving):
    cell = load_cell("doyle-1996-cell-1").with_values({"negative_S": 10.0})
    parameters = cell_parameters(cell, heat_transfer_coefficient=None)
    lanes, alone, _ = together_and_alone(parameters, points_of(cell, 12, seed=8), conserving)
    assert_same(lanes, alone)


def test_a_curve_does_not_depend_on_those_beside_it():
    cell = load_cell("doyle-1996-cell-1")
    parameters = cell_parameters(cell, heat_transfer_coefficient=None)
    points = points_of(cell, 30, seed=1)
    batch, _, _ = simulate_bundles(parameters, RESOLUTION, points, CONSERVING, 2.0)
    order = np.random.default_rng(2).permutation(30)[:19]
    some, _, _ = simulate_bundles(parameters, RESOLUTION, points[order], CONSERVING, 2.0)
    np.testing.assert_array_equal(some.scalars, batch.scalars[order])
    for k, i in enumerate(order):
        curve = some.curves[:, some.offsets[k] : some.offsets[k + 1]]
        other = batch.curves[:, batch.offsets[i] : batch.offsets[i + 1]]
        np.testing.assert_array_equal(curve, other)


def test_a_front_is_followed_in_lanes_too():
    cell = load_cell("doyle-1996-cell-1")
    parameters = cell_parameters(cell, heat_transfer_coefficient=None)
    rng = np.random.default_rng(5)
    alpha, S = rng.uniform(5.0, 10.0, 24), rng.uniform(1.0, 40.0, 24)
    points = np.column_stack([alpha, S, np.full(24, 17.5)])
    lanes, alone, left = together_and_alone(parameters, points, CONSERVING, 2.0)
    assert_same(lanes, alone)
    passes = alone.counters[:, 1] / alone.counters[:, 0]
    assert (passes > 4.0).any()  # Newton's work of all passes over the steps of the last
    assert not left.any()


def test_curves_that_run_out_of_steps_or_do_not_start_end_in_lanes_as_alone():
    cell = load_cell("doyle-1996-cell-1")
    parameters = cell_parameters(cell, heat_transfer_coefficient=None)
    points = points_of(cell, 16, seed=6)
    few = RESOLUTION._replace(max_steps=40)
    alone, _ = simulate_many(parameters, few, points, AREA_ONLY, 2.0)
    lanes, left, _ = simulate_bundles(parameters, few, points, AREA_ONLY, 2.0)
    assert (alone.outcome == Outcome.STEP_BUDGET).all()
    assert_same(lanes, alone)
    high, alone, left = together_and_alone(parameters, points, AREA_ONLY, 4.15)
    assert_same(high, alone)
    assert (alone.outcome[left] == Outcome.CUTOFF_AT_START).any()


def test_the_engine_gives_many_points_the_bits_of_each():
    cell = load_cell("doyle-1996-cell-1")
    points = points_of(cell, 8, seed=7)
    batch = simulate_discharges(cell, points)
    for i, point in enumerate(points):
        one = simulate_discharges(cell, [point])[0]
        np.testing.assert_array_equal(batch[i].voltage, one.voltage)
        assert (batch[i].energy, batch[i].outcome) == (one.energy, one.outcome)


@pytest.mark.parametrize("name", ["ecker-2015", "xu-2019"])
def test_a_cell_that_needs_more_than_lanes_have_is_simulated_alone(name):
    parameters = cell_parameters(load_cell(name), heat_transfer_coefficient=None)
    assert not fits_lanes(parameters)
