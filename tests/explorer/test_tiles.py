"""Tiles carry values and the reason where there is none."""

import numpy as np

from microbatt.explorer import CubeSource, opener
from microbatt.explorer.legend import NOT_STORED
from microbatt.explorer.plane import grid_plane
from microbatt.explorer.tiles import drawn_edges, drawn_points, extents, map_tiles
from microbatt.explorer.variables import KEPT, map_variables
from microbatt.outcomes import Outcome
from tests.explorer import cubes


def tiles_of(source, name, current=0):
    every = {v.name: v for group in map_variables(source.dataset).values() for v in group}
    return map_tiles(source, every[name], current)


def test_a_whole_cube_has_a_value_in_every_tile(source):
    tiles = tiles_of(source, "discharge_capacity", 3)
    np.testing.assert_array_equal(tiles.value, source.values("discharge_capacity")[:, 3])
    assert set(tiles.reason) == {Outcome.CUTOFF_REACHED}


def test_what_has_not_been_run_says_so(half_store):
    tiles = tiles_of(CubeSource(opener(str(half_store))), "energy")
    waiting = tiles.x >= cubes.ALPHA[10]
    assert np.isnan(tiles.value[waiting]).all()
    assert set(tiles.reason[waiting]) == {Outcome.NOT_RUN}
    assert np.isfinite(tiles.value[~waiting]).all()
    assert tiles.legend[Outcome.NOT_RUN].sentence == "not run yet"


def test_a_kept_capacity_without_a_lowest_current_says_what_happened_there(source):
    broken = source.opened.copy(deep=True)
    broken["status"][0, 0, 0] = Outcome.CRASHED
    tiles = tiles_of(CubeSource(lambda: broken), KEPT, 3)
    assert np.isnan(tiles.value[0])
    assert tiles.reason[0] == Outcome.CRASHED


def test_a_value_that_nobody_stored_is_told_from_a_failure(source):
    bound = source.opened.status.isel(current=0, drop=True) * np.nan
    joined = source.opened.assign(alpha_bound=bound)
    tiles = tiles_of(CubeSource(lambda: joined), "alpha_bound")
    assert set(tiles.reason) == {NOT_STORED}


def test_what_a_network_cannot_say_has_the_networks_reason(predicted):
    tiles = tiles_of(predicted, "alpha_error")
    nothing = ~np.isfinite(tiles.value)
    assert {tiles.legend[int(code)].name for code in tiles.reason[nothing]} == {"no curves"}
    assert {tiles.legend[int(code)].name for code in tiles.reason[~nothing]} == {"predicted"}


def test_the_tiles_of_a_grid_fill_the_plane(source):
    alpha, S = drawn_edges(source.plane, 1)
    assert (alpha.size, S.size) == (len(cubes.ALPHA) + 1, len(cubes.S) + 1)
    assert (np.diff(alpha) > 0).all()
    assert (np.diff(S) > 0).all()
    assert extents(source.plane) == {"xlim": (alpha[0], alpha[-1]), "ylim": (S[0], S[-1])}


def test_each_value_lies_inside_its_own_tile():
    plane = grid_plane(np.array([3.0]), np.array([1.0, 2.0, 5.0, 10.0]))
    alpha, S = drawn_edges(plane, 1)
    assert plane.scales == ("linear", "log")
    assert alpha.tolist() == [2.5, 3.5]
    assert (S[:-1] < plane.y_axis).all()
    assert (S[1:] > plane.y_axis).all()


def test_a_fine_grid_is_thinned_for_the_browser_and_still_fills_the_plane():
    plane = grid_plane(np.linspace(0, 10, 1001), np.linspace(1, 40, 400))
    number, stride = drawn_points(plane)
    alpha, S = drawn_edges(plane, stride)
    assert number.size == (alpha.size - 1) * (S.size - 1) <= 12_000
    assert np.isclose(alpha[-1], 10.005)
    assert np.array_equal(np.unique(plane.x[number]), plane.x_axis[::stride])
