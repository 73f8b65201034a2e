"""What every kind of store must keep: the same cube, the same going on, the same repair."""

import contextlib
import json
import socket
import subprocess
import uuid

import numpy as np
import pytest

import microbatt
from microbatt.campaign.checking import campaign_of, check_store, repair_store
from microbatt.campaign.cluster import local_client
from microbatt.campaign.execution import run_campaign
from microbatt.campaign.reading import read_campaign
from microbatt.cli.stores import read_options
from microbatt.cube.location import Location, locate, open_store
from microbatt.cube.objects import delete_object, list_objects, read_object, write_object
from microbatt.cube.variables import UNREPEATABLE
from microbatt.errors import CampaignError, StoreError
from tests.campaign.processes import finish, kill_tree, start_run
from tests.campaign.small import small_campaign, write_campaign


@pytest.fixture(scope="session")
def threads():
    with local_client(2) as client:
        yield client


@pytest.fixture(scope="session")
def s3():
    """An object store's own protocol, served on the loopback by moto."""
    pytest.importorskip("s3fs", reason="install microbatt[s3] to test object stores")
    server = pytest.importorskip("moto.server", reason="install moto[server] to test S3")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    moto = server.ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    moto.start()
    options = {
        "key": "test",
        "secret": "test",
        "endpoint_url": f"http://127.0.0.1:{port}",
    }
    import fsspec

    fsspec.filesystem("s3", **options).mkdir("cubes")
    yield options
    moto.stop()


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


def repeatable(location: Location):
    """Every object of a cube that a second run has to repeat."""
    store = open_store(location, read_only=True)
    skipped = {"runs", "zarr.json", *UNREPEATABLE}
    return {
        key: read_object(store, key)
        for key in list_objects(store)
        if key.split("/")[0] not in skipped
    }


def test_a_cube_is_filled_and_opened(place, threads):
    cube = fill(place, threads)
    opened = microbatt.open_dataset(place[0], storage_options=place[1])
    assert bool(opened.microbatt.ok().all())
    np.testing.assert_array_equal(opened.voltage, cube.voltage)
    assert opened.attrs["campaign_hash"] == small_campaign().hash


def test_every_kind_of_store_holds_the_same_bytes(place, threads, tmp_path):
    fill(place, threads)
    run_campaign(small_campaign(), tmp_path / "b.zarr", client=threads)
    assert repeatable(locate(*place)) == repeatable(locate(tmp_path / "b.zarr"))


def test_an_unfinished_block_is_all_that_is_run_again(place, threads):
    fill(place, threads)
    before = repeatable(locate(*place))
    delete_object(open_store(locate(*place), read_only=False), "status/c/1/0/0")
    heard = []
    fill(place, threads, listeners=[heard.append])
    assert heard[-1].simulated == 12
    assert repeatable(locate(*place)) == before


def test_damage_is_found_and_repaired(place, threads):
    fill(place, threads)
    location, before = locate(*place), repeatable(locate(*place))
    store = open_store(location, read_only=False)
    damaged = bytearray(read_object(store, "voltage/c/2/0/0/0"))
    damaged[10] ^= 1
    write_object(store, "voltage/c/2/0/0/0", bytes(damaged))
    report = check_store(location)
    assert [found.key for found in report.damages] == ["voltage/c/2/0/0/0"]
    repair_store(location, report)
    fill(place, threads, campaign_of(location))
    assert repeatable(location) == before


def test_a_process_tree_killed_while_it_fills_an_object_store_is_resumed(s3, tmp_path):
    campaign = write_campaign(tmp_path, alpha=[float(a) for a in range(12)])
    run_campaign(read_campaign(campaign), tmp_path / "b.zarr")
    url = f"s3://cubes/{uuid.uuid4().hex}/a.zarr"
    options = [f"--storage-option={key}={json.dumps(value)}" for key, value in s3.items()]
    for moment in (2.5, 4.0):
        process = start_run(campaign, url, *options, seconds_per_curve=0.05)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=moment)
        kill_tree(process)
    status, said = finish(start_run(campaign, url, *options))
    assert status == 0, said
    assert repeatable(locate(url, s3)) == repeatable(locate(tmp_path / "b.zarr"))


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
    assert repeatable(locate(*new)) == repeatable(locate(tmp_path / "c.zarr"))


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
