"""Running a campaign: the cube it fills, going on, refusing, repeating."""

import numpy as np
import pytest
import xarray as xr

import microbatt
from microbatt.campaign import run_campaign
from microbatt.campaign.events import BlockFinished, CampaignFinished, CampaignStarted
from microbatt.cube import locate, read_runs
from microbatt.cube.store.location import delete_object, open_store
from microbatt.errors import CampaignError, StoreError
from microbatt.outcomes import Outcome
from microbatt.testing import stored_bytes
from tests.campaign.small import lay_small, small_campaign
from tests.campaign.standin import BROKEN_S, SLOW_S


def forget(folder, block):
    """Make a block unfinished, as if the run had been killed before its status was written."""
    delete_object(open_store(locate(folder), read_only=False), f"status/c/{block}")


def test_every_curve_is_run_and_stored_where_its_labels_say(threads, tmp_path):
    cube = run_campaign(small_campaign(), tmp_path / "a.zarr", client=threads)
    assert bool(cube.microbatt.ok().all())
    one = run_campaign(
        small_campaign(alpha=(1.5,), S=(3.0,), current=(35.0,)), tmp_path / "b.zarr", client=threads
    )
    same = cube.sel(alpha=[1.5], S=[3.0], current=[35.0])
    for name in set(cube.data_vars) - {"solve_time"}:
        np.testing.assert_array_equal(same[name], one[name])


def test_the_events_add_up_to_the_cube(threads, tmp_path):
    heard = []
    run_campaign(small_campaign(), tmp_path / "a.zarr", client=threads, listeners=[heard.append])
    assert isinstance(heard[0], CampaignStarted)
    assert isinstance(heard[-1], CampaignFinished)
    assert (heard[0].curves, heard[0].done) == (36, 0)
    blocks = [event for event in heard if isinstance(event, BlockFinished)]
    assert sum(event.curves for event in blocks) == 36
    assert heard[-1].simulated == 36
    assert heard[-1].remaining == 0
    assert heard[-1].outcomes == {Outcome.CUTOFF_REACHED: 36}


def test_a_finished_campaign_has_nothing_left_to_do(threads, tmp_path):
    heard = []
    lay_small(tmp_path / "a.zarr")
    run_campaign(small_campaign(), tmp_path / "a.zarr", client=threads, listeners=[heard.append])
    assert [type(event) for event in heard] == [CampaignStarted, CampaignFinished]
    assert heard[0].done == 36


def test_going_on_runs_what_is_left_and_gives_the_same_bytes(threads, tmp_path):
    lay_small(tmp_path / "a.zarr")
    undisturbed = stored_bytes(tmp_path / "a.zarr")
    forget(tmp_path / "a.zarr", "1/0/0")
    heard = []
    run_campaign(small_campaign(), tmp_path / "a.zarr", client=threads, listeners=[heard.append])
    assert heard[0].done == 24
    assert heard[-1].simulated == 12
    assert stored_bytes(tmp_path / "a.zarr") == undisturbed


def test_a_store_whose_creation_was_cut_short_is_completed(threads, tmp_path):
    lay_small(tmp_path / "a.zarr")
    undisturbed = stored_bytes(tmp_path / "a.zarr")
    (tmp_path / "a.zarr" / "zarr.json").unlink()
    (tmp_path / "a.zarr" / "voltage" / "zarr.json").unlink()
    run_campaign(small_campaign(), tmp_path / "a.zarr", client=threads)
    assert stored_bytes(tmp_path / "a.zarr") == undisturbed


def test_failures_stay_until_they_are_retried(threads, tmp_path, monkeypatch):
    campaign = small_campaign(S=(1.0, BROKEN_S))
    store = tmp_path / "a.zarr"
    cube = run_campaign(campaign, store, client=threads)
    assert cube.microbatt.outcomes() == {"cutoff_reached": 18, "no_convergence": 18}
    whole = cube.sel(S=1.0).load()
    monkeypatch.setenv("STANDIN_CONVERGES", "1")
    assert not bool(run_campaign(campaign, store, client=threads).microbatt.ok().all())
    heard = []
    again = run_campaign(
        campaign, store, client=threads, retry_failed=True, listeners=[heard.append]
    )
    assert bool(again.microbatt.ok().all())
    assert heard[-1].simulated == 18
    xr.testing.assert_identical(again.sel(S=1.0).load().drop_attrs(), whole.drop_attrs())
    run_campaign(campaign, tmp_path / "b.zarr", client=threads)
    assert stored_bytes(store) == stored_bytes(tmp_path / "b.zarr")


def test_a_time_limit_is_an_outcome_like_any_other(threads, tmp_path):
    campaign = small_campaign(S=(1.0, SLOW_S), time_limit=1.0)
    cube = run_campaign(campaign, tmp_path / "a.zarr", client=threads)
    assert cube.microbatt.outcomes() == {"cutoff_reached": 18, "time_limit": 18}
    assert set(cube.microbatt.failures()["outcome"]) == {"time_limit"}


def test_another_campaigns_store_is_refused_with_both_hashes_and_what_differs(threads, tmp_path):
    first, second = small_campaign(), small_campaign(cutoff_voltage=2.5)
    run_campaign(first, tmp_path / "a.zarr", client=threads)
    with pytest.raises(CampaignError) as caught:
        run_campaign(second, tmp_path / "a.zarr", client=threads)
    for words in (first.hash[:12], second.hash[:12], "cutoff_voltage: 2.0 in the store, 2.5"):
        assert words in str(caught.value)


def test_a_folder_of_other_things_is_refused(threads, tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(StoreError, match=r"thesis\.tex"):
        run_campaign(small_campaign(), tmp_path, client=threads)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_without_a_client_threads_of_this_process_do_the_work(tmp_path):
    cube = run_campaign(small_campaign(), tmp_path / "a.zarr")
    assert bool(cube.microbatt.ok().all())


def test_a_listener_that_is_interrupted_leaves_a_store_to_go_on_with(threads, tmp_path):
    store = tmp_path / "a.zarr"

    def interrupt(event):
        if isinstance(event, BlockFinished):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_campaign(small_campaign(), store, client=threads, listeners=[interrupt])
    runs = read_runs(locate(store))
    assert [bool(run.ended) for run in runs] == [True]
    assert bool(run_campaign(small_campaign(), store, client=threads).microbatt.ok().all())
    run_campaign(small_campaign(), tmp_path / "b.zarr", client=threads)
    assert stored_bytes(store) == stored_bytes(tmp_path / "b.zarr")


def test_the_report_of_dask_is_saved(threads, tmp_path):
    pytest.importorskip("bokeh")
    report = tmp_path / "report.html"
    run_campaign(small_campaign(), tmp_path / "a.zarr", client=threads, report=report)
    assert "<html" in report.read_text(encoding="utf-8").lower()


def test_reopening_tells_exactly_what_made_a_cube(threads, tmp_path):
    campaign = small_campaign()
    run_campaign(campaign, tmp_path / "a.zarr", client=threads)
    attrs = microbatt.open_dataset(tmp_path / "a.zarr").attrs
    assert attrs["campaign_hash"] == campaign.hash
    assert attrs["cell"] == campaign.cell.to_dict()
    assert attrs["design"] == campaign.design.to_dict()
    assert (attrs["inventory"], attrs["thermal_mode"]) == ("conserving", "isothermal")
    assert attrs["settings"] == campaign.settings.to_dict()
    assert attrs["engine_version"] == "stand-in 1"
    assert attrs["packages"]["numpy"] == np.__version__
    assert attrs["started"] <= attrs["ended"]
    assert attrs["host_count"] == 1
