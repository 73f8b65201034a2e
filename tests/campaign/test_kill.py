"""Whatever is killed, whenever: no curve is lost, and none half-written is taken for whole."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import time
import uuid
from pathlib import Path

import numpy as np
import psutil
import pytest

from microbatt.campaign import local_client, run_campaign
from microbatt.campaign.events import BlockFinished, BlockSplit, CurveCrashed
from microbatt.campaign.reading import read_campaign
from microbatt.cube import has_cube, locate, read_runs
from microbatt.outcomes import Outcome
from microbatt.testing import stored_bytes
from tests.campaign.processes import (
    cluster_by_hand,
    curves_done,
    finish,
    kill_tree,
    start_run,
    wait_until,
)
from tests.campaign.small import small_campaign, write_campaign
from tests.campaign.standin import KILLER_ALPHA

MANY_ALPHAS = tuple(float(a) for a in np.round(np.arange(0, 6, 0.2), 10))
MANY_CURVES = 180
"""30 alphas × 2 S × 3 currents, in 15 blocks."""


@pytest.fixture(params=["folder", pytest.param("s3", marks=pytest.mark.slow)])
def place(request, tmp_path):
    """Where a cube is filled: its path or URL, and the options of its protocol."""
    if request.param == "folder":
        return tmp_path / "a.zarr", {}
    return on_s3(request.getfixturevalue("s3"))


def on_s3(options):
    """A new place in an object store."""
    return f"s3://cubes/{uuid.uuid4().hex}/a.zarr", options


def words(options):
    """Say the options of a protocol on the command line."""
    return [f"--storage-option={key}={json.dumps(value)}" for key, value in options.items()]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """A campaign file, and the bytes of the cube that it gives when nothing happens."""
    folder = tmp_path_factory.mktemp("undisturbed")
    path = write_campaign(folder, alpha=MANY_ALPHAS)
    run_campaign(read_campaign(path), folder / "a.zarr")
    return path, stored_bytes(folder / "a.zarr")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def assert_finished_blocks_are_whole(place, expected):
    """Every block whose status is there has all its chunks, as they must be."""
    found = stored_bytes(*place)
    for key in found:
        if key.startswith("status/c/"):
            block = key.removeprefix("status/c/")
            for name in {key.split("/")[0] for key in expected if "/c/" in key}:
                chunk = f"{name}/c/{block}{'/0' if name == 'voltage' else ''}"
                if chunk in expected:
                    assert found[chunk] == expected[chunk], chunk


def kill_again_and_again(campaign, expected, place, *, moments, seconds_per_curve):
    """Kill the whole process tree at each moment after its start, then let it finish.

    Returns
    -------
    int
        How many of the runs were alive when they were killed.
    """
    (store, options), killed = place, 0
    for moment in moments:
        process = start_run(campaign, store, *words(options), seconds_per_curve=seconds_per_curve)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=moment)
        killed += kill_tree(process)
        if has_cube(locate(*place)):
            assert_finished_blocks_are_whole(place, expected)
    complete(campaign, place, expected)
    return killed


def complete(campaign, place, expected):
    """Let what is left of a campaign run here, where it costs no new process."""
    store, options = place
    run_campaign(read_campaign(campaign), store, storage_options=options)
    assert stored_bytes(*place) == expected


def test_a_process_tree_killed_at_random_moments_leaves_a_store_that_resumes(undisturbed, place):
    moments = np.random.default_rng(1).uniform(0.6, 3.0, size=3)
    killed = kill_again_and_again(*undisturbed, place, moments=moments, seconds_per_curve=0.04)
    assert killed == 3


@pytest.mark.slow  # the folder's is above; what an object store goes on with is in tests/contracts
def test_a_process_tree_killed_while_it_fills_an_object_store_leaves_one_that_resumes(
    undisturbed, s3
):
    assert kill_again_and_again(*undisturbed, on_s3(s3), moments=[3.0], seconds_per_curve=0.07) == 1


@pytest.mark.slow
def test_a_process_tree_killed_at_twenty_random_moments_leaves_a_store_that_resumes(
    undisturbed, place
):
    # Startup takes one to two seconds of each run, so that the moments fall on either side.
    moments = np.random.default_rng(2).uniform(0.5, 3.5, size=24)
    killed = kill_again_and_again(*undisturbed, place, moments=moments, seconds_per_curve=0.14)
    assert killed >= 20


def test_workers_killed_one_after_the_other_cost_nothing(undisturbed, place, monkeypatch):
    (campaign, expected), (store, options) = undisturbed, place
    monkeypatch.setenv("STANDIN_SECONDS_PER_CURVE", "0.02")
    rng, deaths = np.random.default_rng(3), []

    with local_client(2, processes=True) as client:

        def kill_a_worker(event):
            if isinstance(event, BlockFinished) and len(deaths) < 3 and rng.random() < 0.3:
                deaths.append(int(rng.choice(list(client.run(os.getpid).values()))))
                os.kill(deaths[-1], signal.SIGKILL)

        cube = run_campaign(
            read_campaign(campaign),
            store,
            client=client,
            listeners=[kill_a_worker],
            storage_options=options,
        )
    assert len(deaths) == 3
    assert bool(cube.microbatt.ok().all())
    assert stored_bytes(*place) == expected


def test_a_killed_scheduler_is_told_in_a_sentence_and_the_next_one_goes_on(undisturbed, place):
    (campaign, expected), (store, options) = undisturbed, place
    with cluster_by_hand(free_port(), workers=1) as (address, scheduler, _):
        run = start_run(campaign, store, "--scheduler", address, *words(options))
        wait_until(lambda: curves_done(*place) > 0, run)
        kill_tree(scheduler)
        status, said = finish(run)
    assert_finished_blocks_are_whole(place, expected)
    assert status == 2, said
    assert "run again" in said
    assert "Traceback" not in said
    with cluster_by_hand(free_port(), workers=1) as (address, _, _):
        again = start_run(campaign, store, "--scheduler", address, *words(options))
        status, said = finish(again)
    assert status == 0, said
    assert stored_bytes(*place) == expected


def test_a_curve_that_kills_its_worker_is_found_and_the_others_are_whole(tmp_path):
    alpha, current = (0.0, 1.0, KILLER_ALPHA, 7.0), (17.5,)  # each death costs a worker's start
    campaign, heard = small_campaign(alpha=alpha, S=(3.0,), current=current), []
    with local_client(2, processes=True) as client:
        cube = run_campaign(campaign, tmp_path / "a.zarr", client=client, listeners=[heard.append])
    crashed = cube.status == Outcome.CRASHED
    assert bool((crashed == (cube.alpha == KILLER_ALPHA)).all())
    assert bool((cube.microbatt.ok() == (cube.alpha != KILLER_ALPHA)).all())
    assert sum(isinstance(event, CurveCrashed) for event in heard) == 1
    assert any(isinstance(event, BlockSplit) for event in heard)


@pytest.mark.slow
def test_a_worker_that_dies_again_and_again_is_started_again_and_again():
    # Long enough that a cluster that gives up a worker seen missing twice would have done so.
    until = time.monotonic() + 40
    with local_client(1, processes=True, dashboard=False) as client:
        deaths = 0
        while time.monotonic() < until:
            for pid in client.run(os.getpid).values():
                os.kill(pid, signal.SIGKILL)
                deaths += 1
            time.sleep(0.2)
        assert deaths >= 5
        assert client.submit(abs, -1, retries=5).result(timeout=60) == 1


def test_two_runners_on_one_store_do_no_harm_and_share_the_work(undisturbed, place):
    (campaign, expected), (store, options) = undisturbed, place
    how = ("--workers", "1", *words(options))
    runs = [start_run(campaign, store, *how, seconds_per_curve=0.02) for _ in range(2)]
    for run in runs:
        status, said = finish(run)
        assert status == 0, said
    assert stored_bytes(*place) == expected
    simulated = [record.curves for record in read_runs(locate(*place))]
    assert len(simulated) == 2
    # Both may simulate the blocks that they hold at the same moment, but not the whole campaign.
    assert sum(simulated) < 2 * MANY_CURVES


def either(first, second):
    """Both signals, of which the second is left to the long tests: they are answered alike."""
    return pytest.mark.parametrize("end", [first, pytest.param(second, marks=pytest.mark.slow)])


@either(signal.SIGINT, signal.SIGTERM)
def test_an_interrupt_ends_cleanly_and_says_how_to_go_on(end, undisturbed, place):
    (campaign, expected), (store, options) = undisturbed, place
    run = start_run(campaign, store, *words(options), seconds_per_curve=0.1)
    wait_until(lambda: curves_done(*place) > 0, run)
    os.killpg(run.pid, end)
    status, said = finish(run)
    assert status == 130, said
    assert "go on with: microbatt run" in said
    assert "Traceback" not in said
    assert 0 < curves_done(*place) < MANY_CURVES
    assert MANY_CURVES - curves_done(*place) <= int(re.search(r"at most (\d+) curves", said)[1])
    complete(campaign, place, expected)


@either(signal.SIGTERM, signal.SIGINT)
def test_an_interrupt_before_there_is_a_store_says_so(end, tmp_path):
    campaign = write_campaign(tmp_path)
    run = start_run(campaign, tmp_path / "a.zarr")
    wait_until(lambda: hears(run.pid, signal.SIGTERM), run)  # it has begun
    os.kill(run.pid, end)
    status, said = finish(run)
    assert status == 130, said
    assert not (tmp_path / "a.zarr").exists()
    # The one from when it has read the campaign, the other before
    stopped = "Error: stopped; nothing was simulated yet; go on with: microbatt run"
    assert said.startswith((stopped, "Error: interrupted\n"))


def hears(process, number):
    """Whether a process has a handler of its own for a signal."""
    status = Path(f"/proc/{process}/status").read_text("utf-8")
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt"))
    return bool(int(caught.split()[1], 16) >> (number - 1) & 1)


@either(signal.SIGTERM, signal.SIGINT)
def test_an_interrupt_while_workers_start_ends_cleanly_too(end, undisturbed, tmp_path):
    campaign, _ = undisturbed
    run = start_run(campaign, tmp_path / "a.zarr", seconds_per_curve=0.05)
    # The two workers, and what Python starts beside them to keep track of their resources.
    wait_until(lambda: len(psutil.Process(run.pid).children()) > 1, run)
    os.killpg(run.pid, end)
    status, said = finish(run)
    assert status == 130, said
    assert "go on with: microbatt run" in said
    assert "Traceback" not in said
