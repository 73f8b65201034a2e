"""Tangents of a discharge against the same discharge solved again with displaced numbers."""

import numpy as np
import pytest

from microbatt.cells import load_cell
from microbatt.porous_electrode import cell_parameters, follow, lead, numerics, tangents
from microbatt.porous_electrode.tangent import ROWS, column_of, shares_tables

NUMERICS = numerics(tolerance=2e-4, mesh=1.0, particle_modes=10, max_steps=10_000)
NAMES = (
    "negative_alpha",
    "positive_thickness",
    "negative_solid_diffusivity",
    "electrolyte_conductivity_scale",
    "positive_initial_stoichiometry",
    "positive_salt_exponent",
    "initial_temperature",
)
DISPLACEMENT, OF_FOLLOWERS = 1e-6, 1e-5
CONSERVING, AREA_ONLY = True, False
ROUNDING = 1e-10
"""Of the followers: their tolerance [V]."""
SMALL = 1e-4
"""Beside RT/F, by which logarithms bend: squared, for central differences [V]."""


def displaced(cell, heat, name, share):
    """A cell with one number larger by a share of itself."""
    other = cell.with_values({name: cell.value(name) * (1.0 + share)})
    return cell_parameters(other, heat_transfer_coefficient=heat)


@pytest.mark.parametrize("heat", [None, 2.0])
@pytest.mark.parametrize("cell", ["doyle-1996-cell-1", "chen-2020"])
def test_they_are_the_central_differences_of_followers(cell, heat):
    loaded = load_cell(cell)
    p = cell_parameters(loaded, heat_transfer_coefficient=heat)
    point = np.array([2.3, 4.0, loaded.one_c_current])
    others = [displaced(loaded, heat, name, DISPLACEMENT) for name in NAMES]
    assert all(shares_tables(p, other) for other in others)
    columns = [column_of(other, point, CONSERVING) for other in others]
    columns.append(column_of(p, point, CONSERVING))
    cutoff = loaded.cutoff_voltage
    told, _ = tangents(p, NUMERICS, point, CONSERVING, cutoff, np.stack(columns, axis=1))
    track, time, leader, _ = lead(p, NUMERICS, point, CONSERVING, cutoff)
    assert told.solved
    np.testing.assert_array_equal(told.time, time)
    np.testing.assert_allclose(told.voltage, leader.voltage, rtol=0.0, atol=1e-8)
    # A number that is not displaced changes nothing, to the last bit
    np.testing.assert_array_equal(told.moved[:, -1], told.voltage)
    for k, name in enumerate(NAMES):
        more, less = (displaced(loaded, heat, name, sign * OF_FOLLOWERS) for sign in (1, -1))
        up, _ = follow(more, NUMERICS, point, CONSERVING, track)
        down, _ = follow(less, NUMERICS, point, CONSERVING, track)
        there = (up.voltage - down.voltage) / (2.0 * OF_FOLLOWERS)
        here = (told.moved[:, k] - told.voltage) / DISPLACEMENT
        # Where the voltage falls by far a follower's displacement is no longer small
        small = np.abs(up.voltage - leader.voltage) < SMALL
        assert small.mean() > 0.9, name
        largest = np.abs(there[small]).max()
        allowed = 1e-4 * largest + ROUNDING / OF_FOLLOWERS
        np.testing.assert_allclose(here[small], there[small], atol=allowed, rtol=0.0, err_msg=name)


def test_they_are_linear_however_far_a_number_is_displaced():
    loaded = load_cell("doyle-1996-cell-1")
    p = cell_parameters(loaded, heat_transfer_coefficient=None)
    point = np.array([2.3, 3.0, 35.0])
    column = column_of(p, point, AREA_ONLY)
    columns = np.tile(column[:, None], 8)
    stretch = DISPLACEMENT * np.array([1e-3, 1e-2, 1e-1, 1.0, 2.0, 4.0, 8.0, 0.0])
    columns[-1] = stretch  # as far as the discretised time is linear
    told, _ = tangents(p, NUMERICS, point, AREA_ONLY, 3.0, np.ascontiguousarray(columns))
    slopes = (told.moved - told.voltage[:, None])[:, 2:7] / stretch[2:7]
    np.testing.assert_allclose(slopes.T, np.tile(slopes[:, 1], (5, 1)), rtol=1e-3, atol=1e-5)
    assert columns.shape[0] == ROWS


def test_a_cell_with_other_functions_does_not_share_its_tables():
    p = cell_parameters(load_cell("doyle-1996-cell-1"), heat_transfer_coefficient=None)
    other = cell_parameters(load_cell("doyle-1996-cell-2"), heat_transfer_coefficient=None)
    assert not shares_tables(p, other)
