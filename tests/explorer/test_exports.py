"""What is saved can be read back and is the cube's."""

import io
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from microbatt.explorer import CubeSource
from microbatt.explorer.exports import file_name, points_as_csv, points_as_netcdf
from microbatt.explorer.selection import Selection
from tests.explorer import cubes


def test_the_table_has_every_stored_point_of_every_curve(source):
    selection = Selection(number=10, pinned=33)
    table = pd.read_csv(io.StringIO(points_as_csv(source, selection)))
    assert list(table.columns)[:3] == ["alpha [1]", "S [1]", "current [A m-2]"]
    assert len(table) == 2 * len(cubes.CURRENT) * 32
    one = table[(table["current [A m-2]"] == 35.0) & (table["S [1]"] == source.plane.y[33])]
    stored = source.voltage(33)[3]
    np.testing.assert_allclose(one["voltage [V]"][-32:], stored, rtol=1e-5)
    assert set(table["outcome"]) == {"cutoff_reached"}


def test_a_curve_that_does_not_exist_is_a_row_with_its_outcome(all_failed):
    source = all_failed
    table = pd.read_csv(io.StringIO(points_as_csv(source, Selection(number=0))))
    assert len(table) == len(cubes.CURRENT)
    assert table["voltage [V]"].isna().all()
    assert set(table["outcome"]) == {"no_convergence"}


@pytest.mark.parametrize("pinned", [None, 33])
def test_netcdf_holds_the_selected_and_the_pinned_point_with_all_variables(source, pinned):
    content = points_as_netcdf(source, Selection(number=10, pinned=pinned))
    points = _read(content)
    assert set(points.data_vars) == set(source.opened.data_vars)
    numbers = [10] if pinned is None else [10, pinned]
    np.testing.assert_array_equal(np.atleast_1d(points.alpha), source.plane.x[numbers])
    np.testing.assert_array_equal(np.atleast_1d(points.S), source.plane.y[numbers])
    voltage = points.voltage.to_numpy().reshape(len(numbers), len(cubes.CURRENT), 32)
    for got, number in zip(voltage, numbers, strict=True):
        np.testing.assert_array_equal(got, source.voltage(number).astype(np.float32))


def test_each_of_two_points_is_saved_with_the_fold_that_predicted_it(source):
    cube = source.opened
    fold = np.arange(cube.sizes["alpha"] * cube.sizes["S"]).reshape(cube.sizes["alpha"], -1)
    told = CubeSource(lambda: cube.assign_coords(fold=(("alpha", "S"), fold)))
    points = _read(points_as_netcdf(told, Selection(number=10, pinned=33)))
    assert points.fold.to_numpy().tolist() == [10, 33]


def test_scattered_points_are_saved_too(scattered):
    points = _read(points_as_netcdf(scattered, Selection(number=1, pinned=2)))
    np.testing.assert_array_equal(points.alpha, scattered.plane.x[[1, 2]])


def test_a_file_is_named_after_the_cube_and_the_point_and_nothing_unsafe(source):
    assert file_name(source, Selection(number=0), "csv") == "demo-alpha-0-S-1.csv"
    odd = source.opened.assign_attrs(name="../x y")
    name = file_name(CubeSource(lambda: odd), Selection(number=0), "nc")
    assert "/" not in name
    assert " " not in name


def _read(content):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "points.nc"
        path.write_bytes(content)
        return xr.load_dataset(path, engine="netcdf4")
