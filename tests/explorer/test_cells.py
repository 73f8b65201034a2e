"""Cells carry values and the reason where there is none."""

import numpy as np

from microbatt.explorer.cells import cell_edges, drawn_points, map_cells, pixel_values
from microbatt.explorer.opening import opener
from microbatt.explorer.plane import grid_plane
from microbatt.explorer.reasons import NOT_STORED
from microbatt.explorer.source import CubeSource
from microbatt.explorer.variables import KEPT, map_variables
from microbatt.outcomes import Outcome
from tests.explorer import cubes


def cells_of(source, name, current=0):
    every = {v.name: v for group in map_variables(source.dataset).values() for v in group}
    return map_cells(source, every[name], current)


def test_a_whole_cube_has_a_value_in_every_cell(source):
    cells = cells_of(source, "discharge_capacity", 3)
    np.testing.assert_array_equal(cells.value, source.values("discharge_capacity")[:, 3])
    assert set(cells.reason) == {Outcome.CUTOFF_REACHED}


def test_what_has_not_been_run_says_so(half_store):
    cells = cells_of(CubeSource(opener(str(half_store))), "energy")
    waiting = cells.alpha >= cubes.ALPHA[10]
    assert np.isnan(cells.value[waiting]).all()
    assert set(cells.reason[waiting]) == {Outcome.NOT_RUN}
    assert np.isfinite(cells.value[~waiting]).all()
    assert cells.reasons[Outcome.NOT_RUN].sentence == "not run yet"


def test_a_kept_capacity_without_a_lowest_current_says_what_happened_there(source):
    broken = source.opened.copy(deep=True)
    broken["status"][0, 0, 0] = Outcome.CRASHED
    cells = cells_of(CubeSource(lambda: broken), KEPT, 3)
    assert np.isnan(cells.value[0])
    assert cells.reason[0] == Outcome.CRASHED


def test_a_value_that_nobody_stored_is_told_from_a_failure(source):
    bound = source.opened.status.isel(current=0, drop=True) * np.nan
    joined = source.opened.assign(alpha_bound=bound)
    cells = cells_of(CubeSource(lambda: joined), "alpha_bound")
    assert set(cells.reason) == {NOT_STORED}


def test_what_a_network_cannot_say_has_the_networks_reason(predicted):
    cells = cells_of(predicted, "alpha_error")
    nothing = ~np.isfinite(cells.value)
    assert {cells.reasons[int(code)].words for code in cells.reason[nothing]} == {"no curves"}
    assert {cells.reasons[int(code)].words for code in cells.reason[~nothing]} == {"predicted"}


def test_the_cells_of_a_grid_fill_the_plane_without_overlap(source):
    ends = cell_edges(source.plane, 1)
    area = (ends["right"] - ends["left"]) * (ends["top"] - ends["bottom"])
    whole = (ends["right"].max() - ends["left"].min()) * (ends["top"].max() - ends["bottom"].min())
    assert np.isclose(area.sum(), whole)


def test_a_fine_grid_is_thinned_for_the_browser_and_still_fills_the_plane():
    plane = grid_plane(np.linspace(0, 10, 1001), np.linspace(1, 40, 400))
    number, stride = drawn_points(plane)
    ends = cell_edges(plane, stride)
    assert number.size == ends["left"].size <= 12_000
    assert np.isclose(ends["right"].max(), 10.005)
    assert np.array_equal(np.unique(plane.alpha[number]), plane.alpha_axis[::stride])


def test_pixels_of_an_even_grid_are_its_cells(source):
    plane = grid_plane(np.arange(3.0), np.arange(1.0, 5.0))
    cells = cells_of(source, "energy")
    values = np.arange(12.0)
    even = type(cells)(
        number=np.arange(12), alpha=plane.alpha, S=plane.S, value=values,
        reason=np.ones(12, dtype=np.int8), reasons=cells.reasons, stride=1,
    )  # fmt: skip
    np.testing.assert_array_equal(pixel_values(plane, even), values.reshape(3, 4).T)


def test_pixels_of_an_uneven_grid_show_the_cell_that_they_lie_in(source):
    cells = cells_of(source, "energy", 1)
    pixels = pixel_values(source.plane, cells)
    assert pixels.shape[1] == len(cubes.ALPHA)
    columns = cells.value.reshape(len(cubes.ALPHA), len(cubes.S))
    for column, of_alpha in zip(pixels.T, columns, strict=True):
        changes = np.flatnonzero(np.diff(column)) + 1
        assert np.array_equal(column[[0, *changes]], of_alpha)
