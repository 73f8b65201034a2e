"""Longer axes for a cube: what it holds is copied, the rest is simulated, nothing is lost."""

import shutil

import numpy as np
import pytest
import xarray as xr

from microbatt.campaign import run_campaign
from microbatt.campaign.extension import (
    GROWING,
    REPLACED,
    recover_replacement,
    replace_by_larger,
)
from microbatt.cube import (
    check_store,
    join_predictions,
    join_variables,
    locate,
    open_cube,
    open_prediction_group,
)
from microbatt.cube.contents import UNREPEATABLE
from microbatt.cube.predicted import copies_in, predicted_by
from microbatt.errors import CampaignError, StoreError
from microbatt.testing import made_predictions, stored_bytes
from tests.campaign.small import lay_small, small_campaign

LONGER = {"alpha": (0.0, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5, 9.0), "S": (0.5, 1.0, 3.0)}
ALL_AXES = LONGER | {"current": (8.75, 17.5, 35.0, 70.0)}


@pytest.mark.parametrize("axes", [LONGER, ALL_AXES, {"alpha": ALL_AXES["alpha"]}])
def test_an_extended_cube_equals_one_made_at_once_and_simulates_only_what_is_new(
    axes, threads, tmp_path
):
    larger, heard = small_campaign(**axes), []
    lay_small(tmp_path / "a.zarr")
    run_campaign(larger, tmp_path / "a.zarr", client=threads, extend=True, listeners=[heard.append])
    run_campaign(larger, tmp_path / "b.zarr", client=threads)
    assert stored_bytes(tmp_path / "a.zarr") == stored_bytes(tmp_path / "b.zarr")
    shape = larger.design.shape
    assert heard[-1].simulated == shape[0] * shape[1] * shape[2] - 36
    assert {path.name for path in tmp_path.iterdir()} == {"a.zarr", "b.zarr"}


def test_a_cube_can_be_extended_again_and_again(threads, tmp_path):
    for highest in (1.0, 2.0, 3.0):
        alpha = (0.0, 0.5, highest) if highest == 1.0 else (0.0, 0.5, 1.0, 2.0, 3.0)
        campaign = small_campaign(alpha=tuple(a for a in alpha if a <= highest))
        cube = run_campaign(campaign, tmp_path / "a.zarr", client=threads, extend=True)
        assert float(cube.alpha.max()) == highest
        assert bool(cube.microbatt.ok().all())


def test_without_being_asked_to_extend_a_larger_campaign_is_refused(threads, tmp_path):
    lay_small(tmp_path / "a.zarr")
    with pytest.raises(CampaignError, match="--extend"):
        run_campaign(small_campaign(**LONGER), tmp_path / "a.zarr", client=threads)


def test_extending_never_drops_what_a_cube_holds(threads, tmp_path):
    lay_small(tmp_path / "a.zarr")
    with pytest.raises(CampaignError, match=r"alpha \[0\.0\]"):
        run_campaign(
            small_campaign(alpha=(0.5, 1.0, 1.5, 2.0, 2.5)),
            tmp_path / "a.zarr",
            client=threads,
            extend=True,
        )


def test_extending_never_mixes_campaigns(threads, tmp_path):
    lay_small(tmp_path / "a.zarr")
    with pytest.raises(CampaignError, match=r"cutoff_voltage: 2\.0 in the store, 2\.5"):
        run_campaign(
            small_campaign(**LONGER, cutoff_voltage=2.5),
            tmp_path / "a.zarr",
            client=threads,
            extend=True,
        )


def test_another_store_can_be_reused_and_stays_as_it_is(threads, tmp_path):
    lay_small(tmp_path / "a.zarr")
    before, heard = stored_bytes(tmp_path / "a.zarr"), []
    run_campaign(
        small_campaign(**LONGER),
        tmp_path / "b.zarr",
        client=threads,
        reuse=tmp_path / "a.zarr",
        listeners=[heard.append],
    )
    assert heard[-1].simulated == 8 * 3 * 3 - 36
    assert stored_bytes(tmp_path / "a.zarr") == before


def test_an_object_store_is_not_extended_in_place(threads):
    place = "memory://extended/a.zarr"
    run_campaign(small_campaign(), place, client=threads)
    with pytest.raises(StoreError, match="--reuse"):
        run_campaign(small_campaign(**LONGER), place, client=threads, extend=True)
    cube = run_campaign(
        small_campaign(**LONGER), "memory://extended/b.zarr", client=threads, reuse=place
    )
    assert bool(cube.microbatt.ok().all())


def test_replacing_twice_keeps_the_larger_cube(threads, tmp_path):
    store, larger = tmp_path / "a.zarr", small_campaign(**LONGER)
    lay_small(store)
    run_campaign(larger, store, client=threads, extend=True)
    replace_by_larger(locate(store))
    shutil.move(store, tmp_path / f"a.zarr{REPLACED}")
    recover_replacement(locate(store))
    assert run_campaign(larger, store, client=threads).sizes["alpha"] == 8


@pytest.mark.parametrize("moment", ["before the larger one moves", "before the old one goes"])
def test_a_replacement_cut_short_is_finished_at_the_next_run(moment, threads, tmp_path):
    store, larger = tmp_path / "a.zarr", small_campaign(**LONGER)
    lay_small(store)
    run_campaign(larger, tmp_path / f"a.zarr{GROWING}", client=threads)
    shutil.move(store, tmp_path / f"a.zarr{REPLACED}")
    if moment == "before the old one goes":
        shutil.move(tmp_path / f"a.zarr{GROWING}", store)
    recover_replacement(locate(store))
    assert [path.name for path in tmp_path.iterdir()] == ["a.zarr"]
    assert run_campaign(larger, store, client=threads).sizes["alpha"] == 8


def test_what_was_joined_goes_with_the_points_and_new_points_are_not_predicted(threads, tmp_path):
    place = locate(tmp_path / "a.zarr")
    smaller = run_campaign(small_campaign(), place.path, client=threads, chunks=None).load()
    join_predictions(place, made_predictions(smaller, ("curve", "other"), (0, 1, 2)))
    join_predictions(place, made_predictions(smaller, ("other", "more"), (3,)))
    elsewhere = smaller.isel(alpha=[1]).assign_attrs(name="elsewhere")
    join_predictions(place, made_predictions(elsewhere, ("curve",)), as_group=True)
    bounds = smaller["status"].isel(current=0, drop=True).astype(float)
    join_variables(
        place, bounds.to_dataset(name="bound").assign(bound_count=bounds.astype("int32"))
    )
    before = open_cube(place, chunks=None).load()

    after = run_campaign(small_campaign(**ALL_AXES), place.path, client=threads, extend=True)
    assert copies_in(after) == copies_in(before)
    kept = after.sel(alpha=before.alpha, S=before.S, current=before.current)
    for name in set(before.data_vars) - UNREPEATABLE:
        np.testing.assert_array_equal(kept[name], before[name])
    new = predicted_by(after, "curve", 0).sel(alpha=0.75)
    assert (new.prediction_status == 0).all()
    assert np.isnan(new.S_predicted).all()
    assert (after.bound_count.sel(alpha=0.75) == 0).all()
    beside = predicted_by(open_prediction_group(place, "elsewhere"))
    assert beside.alpha.values.tolist() == [0.5] * smaller.sizes["S"]
    assert check_store(place).damages == ()
    xr.open_datatree(place.url, engine="zarr")
