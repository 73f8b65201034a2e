"""A cube that grows is read again; one that does not is left alone."""

import shutil

import numpy as np
import pytest

from microbatt.errors import ParameterError, StoreError
from microbatt.explorer import CubeSource, opener
from microbatt.outcomes import Outcome
from tests.explorer import cubes


def looking(store):
    """A source that looks whenever it is asked to."""
    source = CubeSource(opener(str(store)))
    source._pause = 0.0
    return source


def test_a_cube_that_has_not_changed_is_not_read_again(half_store):
    source = looking(half_store)
    assert not source.look()
    assert source.version == 0


def test_what_a_campaign_adds_is_seen(half_store):
    source = looking(half_store)
    half = source.waiting
    assert half == 11 * len(cubes.S) * len(cubes.CURRENT)
    assert np.isnan(source.values("discharge_capacity")).any()
    cubes.filled(cubes.demo_campaign(), half_store)
    source._pause = 0.0
    assert source.look()
    assert source.version == 1
    assert source.waiting == 0
    assert np.isfinite(source.values("discharge_capacity")).all()


def test_predictions_that_are_joined_are_seen(demo_store, tmp_path):
    source = looking(shutil.copytree(demo_store, tmp_path / "a.zarr"))
    cubes.predicted(demo_store, tmp_path / "b.zarr")
    shutil.rmtree(tmp_path / "a.zarr")
    (tmp_path / "b.zarr").rename(tmp_path / "a.zarr")
    assert source.look()
    assert "alpha_predicted" in source.dataset


def test_a_store_that_is_being_replaced_has_not_changed(half_store):
    source = looking(half_store)
    half_store.rename(half_store.with_name("elsewhere.zarr"))
    assert not source.look()


def test_a_slow_store_is_asked_less_often(half_store):
    source = looking(half_store)
    source.look()
    assert source._pause > 0
    assert not source.look()


def test_a_part_of_a_cube_gets_its_dimensions_back(source):
    part = source.opened.sel(current=35.0).transpose("depth", "S", "alpha")
    seen = CubeSource(lambda: part)
    assert seen.dataset["voltage"].dims == ("alpha", "S", "current", "depth")
    np.testing.assert_array_equal(seen.status[:, 0], source.status[:, 3])
    np.testing.assert_array_equal(seen.voltage(7)[0], source.voltage(7)[3])


def test_one_scattered_point_is_enough(scattered):
    one = scattered.opened.isel(point=[3])
    assert CubeSource(lambda: one).plane.shape == (1,)


def test_wrong_names_and_places_are_refused_as_by_open_dataset(tmp_path):
    with pytest.raises(ParameterError, match="published-sweep"):
        opener("publishd-sweep")
    with pytest.raises(StoreError, match="there is no store"):
        opener(str(tmp_path / "none.zarr"))


def test_a_begun_cube_of_the_catalog_is_opened_as_far_as_it_is(tmp_path, monkeypatch):
    from microbatt.campaign import cached_store, load_campaign
    from microbatt.campaign.plan import plan_campaign, prepare_store
    from microbatt.cube import locate

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    campaign = load_campaign("demo")
    prepare_store(plan_campaign(campaign, locate(cached_store(campaign))))
    assert (opener("demo")().status == Outcome.NOT_RUN).all()
