"""A runner that stood still while another cube took the place of its own writes nothing into it."""

import fcntl
import os
import shutil
import signal
import threading
import time

import numpy as np
import pytest

from microbatt.campaign import run_campaign
from microbatt.campaign.reading import read_campaign
from microbatt.cube import check_store, locate, open_cube
from microbatt.cube.store import alone
from microbatt.cube.writing import open_blocks
from microbatt.errors import StoreChangedError, StoreError
from microbatt.testing import stored_bytes
from tests.campaign import standin
from tests.campaign.processes import curves_done, finish, kill_tree, start_run, wait_until
from tests.campaign.small import lay_small, small_campaign, write_campaign

LONGER = {"alpha": (0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 2.5)}
"""As many alphas to a chunk, and every chunk but the first has others than before."""


def test_a_block_that_was_made_before_an_extension_is_not_written_after_it(threads, tmp_path):
    store = tmp_path / "a.zarr"
    lay_small(store)
    late = open_blocks(locate(store))
    block = late.blocks()[-1]
    rows = late.read(block)
    run_campaign(small_campaign(**LONGER), store, client=threads, extend=True)
    extended = stored_bytes(store)
    with pytest.raises(StoreChangedError, match="another cube lies there now"):
        late.write(block, rows)
    assert stored_bytes(store) == extended
    assert check_store(locate(store)).damages == ()


def test_a_run_that_is_overtaken_while_it_simulates_ends_with_a_sentence(
    threads, tmp_path, monkeypatch
):
    store, simulate = tmp_path / "a.zarr", standin._batch
    overtaking = threading.Lock()

    def overtaken(*arguments):
        if overtaking.acquire(blocking=False):
            larger = tmp_path / "larger.zarr"
            monkeypatch.setattr(standin, "_batch", simulate)
            run_campaign(small_campaign(**LONGER), larger)
            store.rename(tmp_path / "old.zarr")
            larger.rename(store)
        return simulate(*arguments)

    monkeypatch.setattr(standin, "_batch", overtaken)
    with pytest.raises(StoreChangedError, match="was not written"):
        run_campaign(small_campaign(), store, client=threads)
    monkeypatch.undo()
    run_campaign(small_campaign(**LONGER), tmp_path / "b.zarr", client=threads)
    assert stored_bytes(store) == stored_bytes(tmp_path / "b.zarr")


def test_chunks_of_another_cube_are_found_although_each_is_whole(threads, tmp_path):
    lay_small(tmp_path / "old.zarr")
    run_campaign(small_campaign(**LONGER), tmp_path / "a.zarr", client=threads)
    for name in ("voltage", "energy", "discharge_capacity", "status"):
        chunk = f"{name}/c/1/0/0" + ("/0" if name == "voltage" else "")
        shutil.copy(tmp_path / "old.zarr" / chunk, tmp_path / "a.zarr" / chunk)
    (found,) = check_store(locate(tmp_path / "a.zarr")).damages
    assert found.what == "the curves are not those that were written there for this cube"


def test_exchanged_blocks_of_one_cube_are_found(tmp_path):
    lay_small(tmp_path / "a.zarr")
    store = open_blocks(locate(tmp_path / "a.zarr"))
    for name in store.arrays:
        first, last = (tmp_path / "a.zarr" / store.key(name, store.blocks()[i]) for i in (0, -1))
        content = first.read_bytes()
        first.write_bytes(last.read_bytes())
        last.write_bytes(content)
    assert len(check_store(locate(tmp_path / "a.zarr")).damages) == 2


def test_a_killed_retry_is_not_called_damaged(threads, tmp_path, monkeypatch):
    campaign, store = small_campaign(S=(1.0, standin.BROKEN_S)), tmp_path / "a.zarr"
    run_campaign(campaign, store, client=threads)

    def killed(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(standin, "_batch", killed)
    with pytest.raises(ZeroDivisionError):
        run_campaign(campaign, store, client=threads, retry_failed=True)
    monkeypatch.undo()
    assert check_store(locate(store)).damages == ()


def test_curves_are_not_reused_from_a_store_that_changes_meanwhile(threads, tmp_path, monkeypatch):
    source, simulate = tmp_path / "a.zarr", standin._batch
    lay_small(source)
    shutil.copytree(source, tmp_path / "copy.zarr")
    run_campaign(small_campaign(**LONGER), tmp_path / "copy.zarr", client=threads, extend=True)
    exchanging = threading.Lock()

    def exchanged(*arguments):
        if exchanging.acquire(blocking=False):
            source.rename(tmp_path / "old.zarr")
            (tmp_path / "copy.zarr").rename(source)
        return simulate(*arguments)

    monkeypatch.setattr(standin, "_batch", exchanged)
    more = (0.0, 0.1, 0.2, 0.3, 0.4, 0.45, 0.5, 1.0, 1.5, 2.0, 2.5)
    larger = small_campaign(alpha=more, curves_per_task=6)
    try:
        cube = run_campaign(larger, tmp_path / "b.zarr", client=threads, reuse=source)
    except StoreError as error:
        assert "another cube" in str(error)  # noqa: PT017 - either of the two is right
        monkeypatch.undo()
        cube = run_campaign(larger, tmp_path / "b.zarr", client=threads)
    monkeypatch.undo()
    run_campaign(larger, tmp_path / "calm.zarr", client=threads)
    assert bool(cube.microbatt.ok().all())
    assert stored_bytes(tmp_path / "b.zarr") == stored_bytes(tmp_path / "calm.zarr")


def suspend_between_blocks(run, store):
    """Suspend all processes of a run at a moment at which none of them writes a block."""
    while True:
        os.killpg(run.pid, signal.SIGSTOP)
        time.sleep(0.1)  # until the signal has reached them
        descriptor = os.open(store, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.killpg(run.pid, signal.SIGCONT)
            time.sleep(0.2)
        else:
            return
        finally:
            os.close(descriptor)


MANY = tuple(float(a) for a in np.round(np.arange(0, 3, 0.1), 10))
"""30 alphas × 2 S × 3 currents make 180 curves in 15 blocks."""


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_suspended_runner_writes_nothing_into_the_cube_that_was_extended_meanwhile(
    workers, tmp_path
):
    # Found with a suspended runner: 96 of 384 curves carried another alpha's values.
    store, larger = tmp_path / "a.zarr", tuple(sorted({*MANY, 0.05, 1.05, 9.0}))
    (tmp_path / "larger").mkdir()
    smaller_file = write_campaign(tmp_path, alpha=MANY)
    larger_file = write_campaign(tmp_path / "larger", alpha=larger)
    run = start_run(smaller_file, store, "--workers", workers, seconds_per_curve=0.1)
    try:
        wait_until(lambda: curves_done(store) > 0, run)
        suspend_between_blocks(run, store)
        run_campaign(read_campaign(larger_file), store, extend=True)
        os.killpg(run.pid, signal.SIGCONT)
        status, said = finish(run)
    finally:
        kill_tree(run)
    assert status == 1, said
    assert "another cube lies there now" in said
    assert "Traceback" not in said
    run_campaign(read_campaign(larger_file), tmp_path / "calm.zarr")
    assert stored_bytes(store) == stored_bytes(tmp_path / "calm.zarr")
    assert check_store(locate(store)).damages == ()


@pytest.mark.slow
def test_two_that_extend_the_same_cube_end_well(tmp_path):
    store, larger = tmp_path / "a.zarr", tuple(sorted({*MANY, 0.05, 1.05, 9.0}))
    (tmp_path / "larger").mkdir()
    run_campaign(read_campaign(write_campaign(tmp_path, alpha=MANY)), store)
    larger_file = write_campaign(tmp_path / "larger", alpha=larger)
    runs = [start_run(larger_file, store, "--workers", "1", "--extend") for _ in range(2)]
    ends = [finish(run) for run in runs]
    assert [status for status, _ in ends] == [0, 0], ends
    run_campaign(read_campaign(larger_file), tmp_path / "calm.zarr")
    assert stored_bytes(store) == stored_bytes(tmp_path / "calm.zarr")
    assert {path.name for path in tmp_path.iterdir() if path.suffix != ".toml"} == {
        "a.zarr",
        "calm.zarr",
        "larger",
    }


def test_an_extension_waits_for_whoever_writes_a_block(threads, tmp_path):
    store = tmp_path / "a.zarr"
    lay_small(store)
    writing = threading.Event()

    def write_slowly():
        with alone(locate(store)):
            writing.set()
            time.sleep(0.5)
            assert open_cube(locate(store)).sizes["alpha"] == 6

    thread = threading.Thread(target=write_slowly)
    thread.start()
    writing.wait()
    cube = run_campaign(small_campaign(**LONGER), store, client=threads, extend=True)
    assert not thread.is_alive()
    assert cube.sizes["alpha"] == 7
