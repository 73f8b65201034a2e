"""What every kind of store must keep: the same cube, the same going on, the same repair."""

import json
import uuid

import numpy as np
import pytest

import microbatt
from microbatt.campaign import campaign_of, local_client, run_campaign
from microbatt.cli.stores import read_options
from microbatt.cube import (
    check_store,
    copies_in,
    join_predictions,
    locate,
    open_cube,
    predicted_by,
    repair_store,
)
from microbatt.cube.location import delete_object, open_store, read_object, write_object
from microbatt.errors import CampaignError, StoreError
from tests.campaign.small import cube_bytes, small_campaign
from tests.cube.predicted import predicted_along


@pytest.fixture(scope="session")
def threads():
    with local_client(2) as client:
        yield client


@pytest.fixture(params=["folder", "s3", "memory"])
def place(request, tmp_path):
    """A place of one kind: its path or URL, and the options of its protocol."""
    if request.param == "folder":
        return tmp_path / "a.zarr", {}
    if request.param == "memory":
        return f"memory://{uuid.uuid4().hex}/a.zarr", {}
    return f"s3://cubes/{uuid.uuid4().hex}/a.zarr", request.getfixturevalue("s3")


def fill(place, client, campaign=None, **how):
    url, options = place
    return run_campaign(
        campaign or small_campaign(), url, client=client, storage_options=options, **how
    )


def test_a_cube_is_filled_and_opened(place, threads):
    cube = fill(place, threads)
    opened = microbatt.open_dataset(place[0], storage_options=place[1])
    assert bool(opened.microbatt.ok().all())
    np.testing.assert_array_equal(opened.voltage, cube.voltage)
    assert opened.attrs["campaign_hash"] == small_campaign().hash


def test_every_kind_of_store_holds_the_same_bytes(place, threads, tmp_path):
    fill(place, threads)
    run_campaign(small_campaign(), tmp_path / "b.zarr", client=threads)
    assert cube_bytes(*place) == cube_bytes(tmp_path / "b.zarr")


def test_an_unfinished_block_is_all_that_is_run_again(place, threads):
    fill(place, threads)
    before = cube_bytes(*place)
    delete_object(open_store(locate(*place), read_only=False), "status/c/1/0/0")
    heard = []
    fill(place, threads, listeners=[heard.append])
    assert heard[-1].simulated == 12
    assert cube_bytes(*place) == before


def test_damage_is_found_and_repaired(place, threads):
    fill(place, threads)
    location, before = locate(*place), cube_bytes(*place)
    store = open_store(location, read_only=False)
    damaged = bytearray(read_object(store, "voltage/c/2/0/0/0"))
    damaged[10] ^= 1
    write_object(store, "voltage/c/2/0/0/0", bytes(damaged))
    report = check_store(location)
    assert [found.key for found in report.damages] == ["voltage/c/2/0/0/0"]
    repair_store(location, report)
    fill(place, threads, campaign_of(location))
    assert cube_bytes(*place) == before


def test_predictions_are_joined_replaced_and_mended(place, threads):
    cube, location = fill(place, threads, chunks=None), locate(*place)
    join_predictions(location, predicted_along(cube, ("curve", "other")))
    join_predictions(location, predicted_along(cube, ("curve",), (1,), weights="new"))
    opened = open_cube(location, chunks=None)
    assert copies_in(opened) == {"curve": (0, 1), "other": (0,)}
    assert predicted_by(opened, "curve", 1).weights_hash == "new-curve-1"
    store = open_store(location, read_only=False)
    write_object(store, "alpha_predicted/c/1/0/0/0", b"no longer a chunk")
    repair_store(location, check_store(location))
    assert check_store(location).damages == ()
    status = open_cube(location, chunks=None).prediction_status.any(("alpha", "S"))
    assert status.values.tolist() == [[True, True], [False, False]]


def test_another_campaign_is_refused(place, threads):
    fill(place, threads)
    with pytest.raises(CampaignError, match="cutoff_voltage"):
        fill(place, threads, small_campaign(cutoff_voltage=2.5))


def test_a_larger_campaign_reuses_it(place, threads, tmp_path):
    fill(place, threads)
    url, options = place
    heard, larger = [], small_campaign(alpha=(0.0, 0.5, 0.7, 1.0, 1.5, 2.0, 2.5))
    new = (str(url).replace("a.zarr", "b.zarr"), options)
    fill(new, threads, larger, reuse=url, listeners=[heard.append])
    assert heard[-1].simulated == 6
    run_campaign(larger, tmp_path / "c.zarr", client=threads)
    assert cube_bytes(*new) == cube_bytes(tmp_path / "c.zarr")


def test_a_place_without_a_cube_is_told_in_a_sentence(place):
    with pytest.raises(StoreError, match=r"no cube at|no store at"):
        microbatt.open_dataset(place[0], storage_options=place[1])


def test_an_object_store_that_is_away_is_told_in_a_sentence(s3):
    away = s3 | {
        "endpoint_url": "http://127.0.0.1:9",
        "config_kwargs": {"retries": {"max_attempts": 0}},
    }
    with pytest.raises(StoreError, match=r"s3://cubes/a\.zarr"):
        microbatt.open_dataset("s3://cubes/a.zarr", storage_options=away)


def test_options_on_the_command_line_reach_the_protocol(s3):
    words = tuple(f"{key}={json.dumps(value)}" for key, value in s3.items())
    assert locate("s3://cubes/a", read_options(words)) == locate("s3://cubes/a", s3)
