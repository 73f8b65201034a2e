"""Workers show whose numbers they would give, and those with others get no work."""

import shutil
from dataclasses import replace
from pathlib import Path

import cloudpickle
import pytest

import microbatt
from microbatt.campaign import run_campaign, simulation, tasks
from microbatt.cells import load_cell
from microbatt.errors import CampaignError
from tests.campaign import standin
from tests.campaign.processes import curves_done, finish, kill_tree, start, start_run
from tests.campaign.small import ROOT, small_campaign, write_campaign
from tests.campaign.test_kill import free_port

PACKAGE = Path(microbatt.__file__).parent


def test_a_worker_whose_engine_gives_other_numbers_is_refused(threads, tmp_path, monkeypatch):
    def other_on_the_worker(_):
        return replace(standin.simulator, version=lambda _: "stand-in 1, exchange current x 1.05")

    monkeypatch.setattr(simulation, "load_engine", other_on_the_worker)
    monkeypatch.setattr(
        "microbatt.campaign.execution.numbers_of", lambda *_: "stand-in 1, cell as here"
    )
    with pytest.raises(CampaignError, match=r"worker on .* exchange current x 1\.05.*client"):
        run_campaign(small_campaign(), tmp_path / "a.zarr", client=threads)
    assert curves_done(tmp_path / "a.zarr") == 0


def test_numbers_are_told_apart_by_the_engine_and_by_the_fits_of_the_cell(monkeypatch):
    campaign = small_campaign()
    other = small_campaign(cell=load_cell("lco-graphite"))
    told = tasks.numbers_of(campaign.engine, campaign.request)
    assert tasks.numbers_of(other.engine, other.request) != told
    newer = replace(standin.simulator, version=lambda _: "stand-in 2")
    monkeypatch.setattr(simulation, "load_engine", lambda _: newer)
    assert tasks.numbers_of(campaign.engine, campaign.request) != told


def test_a_task_travels_with_its_check():
    sent = cloudpickle.dumps(tasks.with_own_numbers(tasks.run_task))
    assert b"would give other" in sent  # the words of the check, not only its name


@pytest.mark.slow
def test_a_worker_with_another_exchange_current_stores_nothing(tmp_path):
    # Found: curves of such a worker were stored under the version of the client.
    shutil.copytree(PACKAGE, tmp_path / "microbatt", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(PACKAGE.parent / "catalogs", tmp_path / "catalogs")
    kinetics = tmp_path / "microbatt/porous_electrode/kinetics.py"
    kinetics.write_text(kinetics.read_text(encoding="utf-8") + "\nFASTER = 1.05\n", "utf-8")
    campaign = write_campaign(tmp_path, alpha=(0.5,), S=(1.0,), engine="native")
    port = free_port()
    common = ("--no-dashboard",)
    scheduler = start("dask", "scheduler", "--host", "127.0.0.1", "--port", port, *common)
    worker = start(
        "dask", "worker", f"tcp://127.0.0.1:{port}", "--nthreads", 1, "--no-nanny", *common,
        PYTHONPATH=f"{tmp_path}:{ROOT}",
        cwd=tmp_path,
    )  # fmt: skip
    try:
        run = start_run(campaign, tmp_path / "a.zarr", "--scheduler", f"tcp://127.0.0.1:{port}")
        status, said = finish(run)
    finally:
        for process in (worker, scheduler):
            kill_tree(process)
    assert status == 2, said
    assert "would give other numbers than this client" in said
    assert "Traceback" not in said
    assert curves_done(tmp_path / "a.zarr") == 0
