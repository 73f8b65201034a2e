"""A cluster that does nothing is told after seconds, and does not hold anybody for ever."""

import os
import re
import signal
import time
from itertools import pairwise

import pytest
from distributed import Client, SpecCluster

from microbatt.campaign import run_campaign, waiting
from microbatt.campaign.cluster import SilentScheduler, SilentWorker
from microbatt.campaign.events import BlockFinished, WorkersAwaited
from microbatt.errors import CampaignError
from tests.campaign.processes import finish, kill_tree, start, start_run, wait_until
from tests.campaign.small import small_campaign, write_campaign
from tests.campaign.test_kill import free_port


@pytest.fixture
def hasty(monkeypatch):
    """Look, and say something, after tenths of seconds."""
    for name, seconds in {"TICK": 0.05, "FIRST_WORD": 0.3, "_LOOK": 0.1}.items():
        monkeypatch.setattr(waiting, name, seconds)


@pytest.fixture
def idle():
    """A scheduler without any worker, in this process."""
    here = {"protocol": "inproc://"}
    with (
        SpecCluster(
            scheduler={"cls": SilentScheduler, "options": here},
            worker={"cls": SilentWorker, "options": here | {"nthreads": 1}},
        ) as cluster,
        Client(cluster) as client,
    ):
        yield cluster, client


@pytest.mark.usefixtures("hasty")
def test_no_worker_at_all_is_told_and_the_time_out_ends_it(idle, tmp_path):
    _, client = idle
    heard = []
    with pytest.raises(CampaignError, match=r"gave up after .*no worker is registered.*--timeout"):
        run_campaign(
            small_campaign(), tmp_path / "a.zarr", client=client, listeners=[heard.append],
            timeout=1.5,
        )  # fmt: skip
    words = [event for event in heard if isinstance(event, WorkersAwaited)]
    assert words
    assert (words[0].workers, words[0].answering) == (0, 0)
    assert all(before.waited < after.waited for before, after in pairwise(words))


@pytest.mark.usefixtures("hasty")
def test_workers_that_come_late_are_used_at_once_and_all_of_them(idle, tmp_path):
    cluster, client = idle
    heard = []

    def hear(event):
        heard.append(event)
        if isinstance(event, WorkersAwaited):
            cluster.scale(2)

    campaign = small_campaign(alpha=tuple(float(a) for a in range(6)))
    cube = run_campaign(
        campaign, tmp_path / "a.zarr", client=client, listeners=[hear], timeout=60.0
    )
    assert bool(cube.microbatt.ok().all())
    assert any(isinstance(event, WorkersAwaited) for event in heard)


def test_a_frozen_worker_is_told_from_one_that_computes(monkeypatch, tmp_path):
    monkeypatch.setenv("STANDIN_SECONDS_PER_CURVE", "0.02")
    monkeypatch.setattr(waiting, "FIRST_WORD", 1.0)
    heard, frozen = [], []
    from microbatt.campaign import local_client

    with local_client(1, processes=True, dashboard=False) as client:
        (pid,) = client.run(os.getpid).values()

        def hear(event):
            heard.append(event)
            if isinstance(event, BlockFinished) and not frozen:
                os.kill(pid, signal.SIGSTOP)
                frozen.append(pid)

        campaign = small_campaign(alpha=tuple(float(a) for a in range(12)))
        try:
            with pytest.raises(CampaignError, match=r"0 of 1 workers answer.*suspended"):
                run_campaign(
                    campaign, tmp_path / "a.zarr", client=client, listeners=[hear], timeout=2.0
                )
        finally:
            os.kill(pid, signal.SIGCONT)
        cube = run_campaign(campaign, tmp_path / "a.zarr", client=client, timeout=60.0)
    assert bool(cube.microbatt.ok().all())


@pytest.mark.usefixtures("hasty")
def test_a_worker_that_computes_for_long_is_waited_for(threads, tmp_path, monkeypatch):
    monkeypatch.setenv("STANDIN_SECONDS_PER_CURVE", "0.2")
    heard = []
    campaign = small_campaign(alpha=(0.0, 0.5), curves_per_task=12)  # one block of 2.4 s
    cube = run_campaign(
        campaign, tmp_path / "a.zarr", client=threads, listeners=[heard.append], timeout=1.0
    )
    assert bool(cube.microbatt.ok().all())
    assert not any(isinstance(event, WorkersAwaited) for event in heard)


def test_the_command_says_without_a_terminal_what_is_missing_and_ends(tmp_path):
    port = free_port()
    scheduler = start("dask", "scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard")
    address = f"tcp://127.0.0.1:{port}"
    try:
        campaign = write_campaign(tmp_path)
        run = start_run(campaign, tmp_path / "a.zarr", "--scheduler", address, "--timeout", "7")
        status, said = finish(run)
    finally:
        kill_tree(scheduler)
    assert status == 2, said
    assert re.search(r"waiting for \d s: no worker is registered", " ".join(said.split())), said
    assert "gave up" in said
    assert "Traceback" not in said


@pytest.mark.slow
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_a_run_whose_scheduler_is_frozen(end, tmp_path):
    port = free_port()
    scheduler = start("dask", "scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard")
    address = f"tcp://127.0.0.1:{port}"
    try:
        campaign, store = write_campaign(tmp_path), tmp_path / "a.zarr"
        run = start_run(campaign, store, "--scheduler", address)
        wait_until((store / "zarr.json").exists, run)
        time.sleep(1.0)
        os.kill(scheduler.pid, signal.SIGSTOP)
        time.sleep(2.0)
        os.killpg(run.pid, end)
        begun = time.monotonic()
        status, said = finish(run)
    finally:
        os.kill(scheduler.pid, signal.SIGCONT)
        kill_tree(scheduler)
    assert status == 130, said
    assert time.monotonic() - begun < 30.0
    assert "Traceback" not in said


@pytest.mark.slow
@pytest.mark.parametrize("where", ["worker", "scheduler"])
def test_what_cannot_import_the_package_is_told_in_a_sentence(where, tmp_path):
    half = tmp_path / "half"
    (half / "microbatt").mkdir(parents=True)
    (half / "microbatt/__init__.py").write_text("raise ImportError('half installed')\n")
    broken = {"cwd": half, "PYTHONPATH": str(half)}
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    scheduler = start(
        "dask", "scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard",
        **(broken if where == "scheduler" else {}),
    )  # fmt: skip
    worker = start(
        "dask", "worker", address, "--nthreads", 1, "--no-nanny", "--no-dashboard",
        **(broken if where == "worker" else {}),
    )  # fmt: skip
    try:
        campaign = write_campaign(tmp_path)
        how = ("--scheduler", address, "--timeout", "20")
        status, said = finish(start_run(campaign, tmp_path / "a.zarr", *how))
    finally:
        for process in (worker, scheduler):
            kill_tree(process)
    assert status == 2, said
    assert "cannot import" in said
    assert "Traceback" not in said
