"""A cube as a netCDF-4 file keeps everything, typed as CF wants it."""

import json

import netCDF4
import numpy as np
import pytest
import xarray as xr

from microbatt.errors import StoreError


def test_nothing_but_a_cube_is_replaced_and_a_cube_only_when_asked(cube, tmp_path):
    path = cube.microbatt.to_netcdf(tmp_path / "cube.nc")
    with pytest.raises(StoreError, match="overwrite=True"):
        cube.microbatt.to_netcdf(path)
    cube.microbatt.to_netcdf(path, overwrite=True)
    xr.Dataset({"mine": 1.0}).to_netcdf(tmp_path / "mine.nc")
    with pytest.raises(StoreError, match="a netCDF file of another program"):
        cube.microbatt.to_netcdf(tmp_path / "mine.nc", overwrite=True)


def test_nothing_is_lost_on_the_way_to_netcdf(cube, tmp_path):
    path = cube.microbatt.to_netcdf(tmp_path / "cube.nc")
    with xr.open_dataset(path) as back:
        for name in cube.variables:
            np.testing.assert_array_equal(back[name], cube[name])
            assert back[name].dtype == cube[name].dtype
        assert set(back.coords) == set(cube.coords)
        assert json.loads(back.attrs["cell"]) == cube.attrs["cell"]
        assert back.attrs["campaign_hash"] == cube.attrs["campaign_hash"]


def test_flag_values_have_the_type_of_their_variable(cube, tmp_path):
    path = cube.microbatt.to_netcdf(tmp_path / "cube.nc")
    with netCDF4.Dataset(path) as file:
        assert file.data_model == "NETCDF4"
        status = file["status"]
        assert status.dtype == np.int8
        assert status.flag_values.dtype == np.int8
        assert len(status.flag_meanings.split()) == len(status.flag_values)
        assert "_FillValue" not in status.ncattrs()
        assert file["voltage"].ancillary_variables == "status"
        assert "c_rate" in file["voltage"].coordinates


def test_writing_leaves_the_dataset_as_it_was(cube, tmp_path):
    before = {name: dict(cube[name].attrs) for name in cube.variables}
    cube.microbatt.to_netcdf(tmp_path / "cube.nc")
    assert {name: dict(cube[name].attrs) for name in cube.variables} == before


def test_scattered_points_go_to_netcdf_too(scattered, tmp_path):
    with xr.open_dataset(scattered.microbatt.to_netcdf(tmp_path / "points.nc")) as back:
        np.testing.assert_array_equal(back.alpha, scattered.alpha)
