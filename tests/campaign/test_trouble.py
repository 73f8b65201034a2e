"""Disks that are full, stores that cannot be written, clusters that are not there."""

import os
import subprocess

import pytest

from microbatt.campaign import local_client, remote_client, run_campaign
from microbatt.campaign.events import BlockRetried
from microbatt.cube.writing import BlockStore
from microbatt.errors import CampaignError, ParameterError, StoreError
from microbatt.testing import stored_bytes
from tests.campaign.small import small_campaign

LARGE = {"alpha": tuple(float(a) for a in range(18)), "depth_points": 2000}
"""108 curves, about 0.8 MB in ten blocks."""


@pytest.fixture
def mount(tmp_path):
    """Mount a small file system in memory; give the folder and a way to mount it again."""
    folder = tmp_path / "mounted"
    folder.mkdir()

    def remount(options):
        command = ["/bin/mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"mounting a file system needs root: {done.stderr.strip()}")

    remount("size=400k")
    yield folder, remount
    subprocess.run(["/bin/umount", str(folder)], check=True)


def test_a_full_disk_is_told_in_a_sentence_and_the_store_resumes(mount, threads, tmp_path):
    folder, remount = mount
    store, campaign = folder / "a.zarr", small_campaign(**LARGE)
    with pytest.raises(StoreError, match="The disk is full"):
        run_campaign(campaign, store, client=threads)
    assert not list(store.rglob("*.partial"))
    remount("remount,size=20m")
    cube = run_campaign(campaign, store, client=threads)
    assert bool(cube.microbatt.ok().all())
    run_campaign(campaign, tmp_path / "b.zarr", client=threads)
    assert stored_bytes(store) == stored_bytes(tmp_path / "b.zarr")


def test_a_read_only_store_is_told_in_a_sentence_and_resumes_when_it_can(mount, threads):
    folder, remount = mount
    remount("remount,size=20m")
    store = folder / "a.zarr"
    run_campaign(small_campaign(), store, client=threads)
    larger = small_campaign(alpha=(0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0))
    remount("remount,ro")
    assert bool(run_campaign(small_campaign(), store, client=threads).microbatt.ok().all())
    with pytest.raises(StoreError, match="read-only"):
        run_campaign(larger, store, client=threads, extend=True)
    remount("remount,rw")
    run_campaign(larger, store, client=threads, extend=True)


def test_a_folder_without_permission_is_told_in_a_sentence(threads, tmp_path):
    if os.geteuid() == 0:
        place = "/proc/a.zarr"  # root may write anywhere else
    else:
        (tmp_path / "locked").mkdir(mode=0o500)
        place = tmp_path / "locked" / "a.zarr"
    with pytest.raises(StoreError, match=r"a\.zarr"):
        run_campaign(small_campaign(), place, client=threads)


def test_trouble_that_passes_is_tried_again(threads, tmp_path, monkeypatch):
    troubles = iter([ConnectionError("the network is away"), None])
    write = BlockStore.write

    def write_or_not(*arguments):
        trouble = next(troubles, None)
        if trouble:
            raise trouble
        write(*arguments)

    monkeypatch.setattr(BlockStore, "write", write_or_not)
    heard = []
    cube = run_campaign(
        small_campaign(), tmp_path / "a.zarr", client=threads, listeners=[heard.append]
    )
    assert bool(cube.microbatt.ok().all())
    retried = [event for event in heard if isinstance(event, BlockRetried)]
    assert [(event.attempt, event.reason) for event in retried] == [(2, "the network is away")]


def test_trouble_that_stays_ends_the_run_after_some_attempts(threads, tmp_path, monkeypatch):
    from microbatt.campaign import runner

    def never(*_):
        raise ConnectionError("the network is away")

    monkeypatch.setattr(BlockStore, "write", never)
    monkeypatch.setattr(runner, "ATTEMPTS", 2)
    with pytest.raises(StoreError, match="the network is away"):
        run_campaign(small_campaign(), tmp_path / "a.zarr", client=threads)


def test_a_mistake_of_an_engine_is_not_tried_again(threads, tmp_path, monkeypatch):
    from tests.campaign import standin

    calls = []

    def mistaken(*arguments):
        calls.append(arguments)
        raise ZeroDivisionError("a mistake")

    monkeypatch.setattr(standin, "_batch", mistaken)
    heard = []
    with pytest.raises(ZeroDivisionError):
        run_campaign(
            small_campaign(), tmp_path / "a.zarr", client=threads, listeners=[heard.append]
        )
    assert not any(isinstance(event, BlockRetried) for event in heard)


def test_a_scheduler_that_does_not_answer_is_told_in_a_sentence():
    with (
        pytest.raises(CampaignError, match=r"no Dask scheduler answers at 'tcp://127\.0\.0\.1:9'"),
        remote_client("tcp://127.0.0.1:9", timeout=0.5),
    ):
        pass


def test_no_worker_at_all_is_refused():
    with pytest.raises(ParameterError, match="workers"), local_client(0):
        pass
