"""The map of bounds: labelled, lazy, the numbers of the plain function."""

import json

import numpy as np
import pytest
import xarray as xr

from microbatt.campaign import Campaign
from microbatt.cells import load_cell
from microbatt.cube import Grid, ListedPoints
from microbatt.errors import ParameterError
from microbatt.inference.forward import native_request
from microbatt.inference.identifiability import Readings
from microbatt.inference.identifiability.bound_map import (
    VARIABLES,
    bound_map,
    cube_bounds,
    point_bounds,
)

TERMS = native_request("doyle-1996-cell-1")
ALPHA, S, CURRENTS = [0.0, 0.5, 2.3], [1.0, 3.0], [17.5, 70.0]


@pytest.fixture(scope="module")
def found():
    return bound_map(TERMS, ALPHA, S, CURRENTS)


def test_the_map_is_lazy_and_holds_what_the_plain_function_gives(found):
    assert all(found[name].chunks for name in VARIABLES)
    plain = point_bounds(TERMS, [(a, s) for a in ALPHA for s in S], CURRENTS)
    computed = found.compute()
    for column, name in zip(plain.T, VARIABLES, strict=True):
        assert computed[name].to_numpy().ravel() == pytest.approx(column, rel=1e-12)


def test_every_variable_says_what_it_holds_for(found):
    for name in VARIABLES:
        assert found[name].attrs["noise_voltage"] == 1e-3
        assert found[name].attrs["currents"].tolist() == CURRENTS
        assert found[name].attrs["free"] == "nothing"
        assert found[name].attrs["units"] == "1"


def test_the_map_survives_netcdf(found, tmp_path):
    found.to_netcdf(tmp_path / "map.nc")
    with xr.open_dataset(tmp_path / "map.nc") as read:
        xr.testing.assert_allclose(read, found.compute())


def test_points_without_curves_are_missing_and_counted():
    lost = bound_map(TERMS, [10.0], [0.3], [1000.0]).compute()
    assert np.isnan(lost["alpha_bound"]).all()
    assert lost["bound_curves"].item() == 0


@pytest.mark.parametrize(
    "design",
    [
        Grid(alpha=(0.5, 2.3), S=(3.0,), current=(17.5, 70.0)),
        ListedPoints(alpha=(0.5, 2.3), S=(3.0, 3.0), current=(17.5, 70.0)),
    ],
)
def test_a_cube_is_mapped_at_its_own_points_and_terms(design, found):
    campaign = Campaign(name="small", cell=load_cell("doyle-1996-cell-1"), design=design)
    coords = {name: (dim, values) for name, (dim, values) in design.coordinates().items()}
    cube = xr.Dataset(coords=coords, attrs=json.loads(json.dumps(campaign.to_dict())))
    mapped = cube_bounds(cube).compute()
    assert mapped["alpha_bound"].dims == design.dims[:-1]
    expected = found.compute()["alpha_bound"].sel(S=3.0, alpha=[0.5, 2.3]).to_numpy()
    assert mapped["alpha_bound"].to_numpy().ravel() == pytest.approx(expected, rel=1e-12)


def test_maps_of_other_noise_are_other_maps():
    loud = bound_map(TERMS, [2.3], [3.0], CURRENTS, Readings(noise=5e-3)).compute()
    quiet = bound_map(TERMS, [2.3], [3.0], CURRENTS, Readings(noise=1e-3)).compute()
    assert loud["alpha_bound"].item() > 3.0 * quiet["alpha_bound"].item()


def test_a_dataset_that_is_no_cube_is_refused():
    with pytest.raises(ParameterError, match="bound_map"):
        cube_bounds(xr.Dataset())
