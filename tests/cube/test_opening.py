"""A cube as a dataset: its schema, its labels, and what is refused."""

import json
import shutil
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import xarray as xr
import zarr

from microbatt.cube import VARIABLES, locate, open_cube
from microbatt.cube.contents.schema import consolidate
from microbatt.errors import StoreError
from microbatt.outcomes import Outcome


def test_every_variable_says_what_it_is_in_which_unit(cube):
    for name, variable in cube.variables.items():
        assert variable.attrs["units"], name
        assert variable.attrs["long_name"], name
        assert "symbol" in variable.attrs, name


def test_the_variables_are_those_of_the_schema_in_its_types(cube):
    assert {v.name: v.dtype for v in VARIABLES} == {
        name: str(variable.dtype) for name, variable in cube.data_vars.items()
    }
    assert cube.voltage.dims == ("alpha", "S", "current", "depth")
    assert cube.status.dims == ("alpha", "S", "current")
    assert cube.c_rate.dims == ("current",)
    np.testing.assert_allclose(cube.c_rate[:2], [1.0, 2.0])


def test_status_carries_cf_flags_for_every_outcome(cube):
    attrs = cube.status.attrs
    assert attrs["flag_values"] == [int(outcome) for outcome in Outcome]
    assert attrs["flag_meanings"].split() == [outcome.name.lower() for outcome in Outcome]
    for name in set(cube.data_vars) - {"status"}:
        assert cube[name].attrs["ancillary_variables"] == "status"


def test_curves_are_missing_exactly_where_the_status_says_there_is_none(cube):
    missing = np.isnan(cube.voltage)
    none = cube.status.isin([Outcome.NOT_RUN, Outcome.CUTOFF_AT_START, Outcome.CRASHED])
    assert bool((missing.all("depth") == none).all())
    assert bool((missing.any("depth") == none).all())


def test_scattered_points_are_a_dimension_with_their_coordinates(scattered):
    assert scattered.voltage.dims == ("point", "current", "depth")
    assert scattered.alpha.dims == scattered.S.dims == ("point",)
    assert scattered.attrs["seed"] == 1


def test_xarray_alone_opens_a_cube_without_a_warning(cube, store):
    plain = xr.open_zarr(store)
    assert set(plain.data_vars) == set(cube.data_vars)


def test_a_cube_of_nothing_yet_reads_as_not_run(tmp_path):
    from microbatt.campaign.plan import plan_campaign, prepare_store
    from tests.campaign.small import small_campaign

    prepare_store(plan_campaign(small_campaign(), locate(tmp_path / "a.zarr")))
    empty = open_cube(locate(tmp_path / "a.zarr"))
    assert bool((empty.status == Outcome.NOT_RUN).all())
    assert bool(np.isnan(empty.voltage).all())
    assert "none yet" in str(empty.microbatt.summary())
    assert "nan" not in str(empty.microbatt.summary()) + empty.microbatt._repr_html_()


def test_a_group_that_is_no_cube_is_refused(tmp_path):
    zarr.create_group(tmp_path / "other.zarr")
    with pytest.raises(StoreError, match="not a microbatt cube"):
        open_cube(locate(tmp_path / "other.zarr"))


def test_a_cube_of_a_newer_schema_is_refused(tmp_path):
    zarr.create_group(tmp_path / "newer.zarr", attributes={"microbatt_schema": 99})
    with pytest.raises(StoreError, match=r"schema 99.*Upgrade microbatt"):
        open_cube(locate(tmp_path / "newer.zarr"))


@pytest.mark.parametrize("kind", ["nothing", "an empty folder", "a file"])
def test_a_place_without_a_store_is_refused(kind, tmp_path):
    place = tmp_path / "a.zarr"
    if kind == "an empty folder":
        place.mkdir()
    if kind == "a file":
        place.write_text(json.dumps({}))
    with pytest.raises(StoreError, match=r"a\.zarr"):
        open_cube(locate(place))


def test_a_zipped_cube_opens_too(cube, store, tmp_path):
    archive = shutil.make_archive(str(tmp_path / "cube.zarr"), "zip", store)
    assert bool((open_cube(locate(archive)).status == cube.status).all())


def consolidated(_):
    store = zarr.storage.MemoryStore()
    root = zarr.open_group(store, mode="w", zarr_format=3)
    root.create_array("a", shape=(2,), dtype="f8")
    for _ in range(5):
        consolidate(store)
    return zarr.open_group(store, mode="r").metadata.consolidated_metadata is not None


def test_many_threads_consolidate_without_a_word():
    """One that puts older filters of warnings back takes away those that another relies on."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with ThreadPoolExecutor(16) as pool:
            assert all(pool.map(consolidated, range(48)))
