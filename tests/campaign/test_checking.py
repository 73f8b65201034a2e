"""Damage done by hand is found, whatever it hits, and repaired."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

from microbatt.campaign import campaign_of, run_campaign
from microbatt.cube import check_store, locate, open_cube, repair_store
from microbatt.errors import CampaignError, StoreError
from microbatt.testing import stored_bytes
from tests.campaign.small import lay_small, small_campaign


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A sound store, filled once; nobody touches it."""
    store = tmp_path_factory.mktemp("filled") / "a.zarr"
    lay_small(store)
    return store


@pytest.fixture
def store(filled, tmp_path):
    """A copy of it to do damage to."""
    return shutil.copytree(filled, tmp_path / "a.zarr")


def flip_a_bit(path, place=None):
    content = bytearray(path.read_bytes())
    content[len(content) // 2 if place is None else place] ^= 1
    path.write_bytes(bytes(content))


def cut_short(path):
    path.write_bytes(path.read_bytes()[:-3])


def empty(path):
    path.write_bytes(b"")


def repaired(store, client):
    location = locate(store)
    repair_store(location, check_store(location))
    return run_campaign(campaign_of(location), store, client=client)


def test_a_sound_store_has_no_damage(store):
    report = check_store(locate(store))
    assert (report.blocks, report.finished, report.damages) == (3, 3, ())


@pytest.mark.parametrize(
    ("damage", "chunk"),
    [
        (flip_a_bit, "voltage/c/1/0/0/0"),
        (cut_short, "status/c/1/0/0"),
        (empty, "energy/c/0/0/0"),
        (flip_a_bit, "steps/c/2/0/0"),
    ],
)
def test_a_damaged_chunk_is_found_and_recomputed(damage, chunk, store, threads):
    sound = stored_bytes(store)
    damage(store / chunk)
    report = check_store(locate(store))
    assert [found.key for found in report.damages] == [chunk]
    repaired(store, threads)
    assert stored_bytes(store) == sound
    assert check_store(locate(store)).damages == ()


def test_no_flipped_bit_anywhere_in_a_chunk_goes_unnoticed(threads, tmp_path):
    store = tmp_path / "a.zarr"
    run_campaign(small_campaign(alpha=(0.0, 0.5)), store, client=threads)  # one block to read again
    path = store / "voltage/c/0/0/0/0"
    sound = path.read_bytes()
    for place in np.linspace(0, len(sound) - 1, 40, dtype=int):
        flip_a_bit(path, place)
        assert len(check_store(locate(store)).damages) == 1
        path.write_bytes(sound)


def test_a_lost_chunk_of_a_finished_block_is_found_and_recomputed(store, threads):
    sound = stored_bytes(store)
    (store / "power/c/0/0/0").unlink()
    (found,) = check_store(locate(store)).damages
    assert "missing" in found.what
    repaired(store, threads)
    assert stored_bytes(store) == sound


def test_a_whole_curve_with_a_hole_is_found(store):
    import zarr

    voltage = zarr.open_array(store, path="voltage", mode="r+")
    voltage[0, 0, 0, 5] = np.nan
    (found,) = check_store(locate(store)).damages
    assert found.what == "1 curves contradict their status"


@pytest.mark.parametrize("key", ["alpha/c/0", "depth/c/0", "voltage/zarr.json"])
def test_damaged_coordinates_and_metadata_are_mended(key, store, threads):
    sound = stored_bytes(store)
    cut_short(store / key)
    assert [found.key for found in check_store(locate(store)).damages] == [key]
    repaired(store, threads)
    assert open_cube(locate(store)).sizes["alpha"] == 6
    assert stored_bytes(store).keys() == sound.keys()
    assert check_store(locate(store)).damages == ()


def test_what_a_killed_process_left_is_harmless_and_removed(store):
    left = store / "voltage/c/1/0/0/0.123.partial"
    left.write_bytes(b"half a chunk")
    report = check_store(locate(store))
    assert report.damages == ()
    assert report.leftovers == ("voltage/c/1/0/0/0.123.partial",)
    repair_store(locate(store), report)
    assert not left.exists()


def test_running_on_a_damaged_status_simulates_its_block_again(store, threads):
    sound = stored_bytes(store)
    flip_a_bit(store / "status/c/1/0/0")
    run_campaign(small_campaign(), store, client=threads)
    assert stored_bytes(store) == sound


def test_a_cube_of_another_engine_version_is_not_patched_with_todays(store, monkeypatch):
    from tests.campaign import standin

    newer = replace(standin.simulator, version=lambda _: "stand-in 2")
    monkeypatch.setattr("microbatt.campaign.campaign.load_engine", lambda _: newer)
    with pytest.raises(CampaignError, match="engine_version: 'stand-in 1' in the store"):
        campaign_of(locate(store))


def test_an_unreadable_root_says_what_to_do(store, threads):
    sound = stored_bytes(store)
    cut_short(store / "zarr.json")
    with pytest.raises(StoreError, match=r"run its campaign again into it"):
        check_store(locate(store))
    run_campaign(small_campaign(), store, client=threads)
    assert stored_bytes(store) == sound
