"""A machine that loses its power: what never reached the disk is made again by the same command."""

import contextlib
import json
import shutil

import numpy as np
import pytest
from click.testing import CliRunner

from microbatt.campaign import run_campaign
from microbatt.cli.commands import main
from microbatt.cube import check_store, locate, open_cube, read_runs
from microbatt.cube.store import location
from microbatt.errors import CampaignError, StoreError
from microbatt.testing import stored_bytes
from tests.campaign.small import small_campaign
from tests.hostile.crashing import crashing, remove
from tests.hostile.test_damages import mended

CAMPAIGN = small_campaign()
LARGER = small_campaign(alpha=(0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 2.5))


@pytest.fixture(scope="module")
def calm(threads, tmp_path_factory):
    """A store that was filled in peace."""
    store = tmp_path_factory.mktemp("calm") / "a.zarr"
    run_campaign(CAMPAIGN, store, client=threads)
    return store


@pytest.fixture
def store(calm, tmp_path):
    """A copy of it, on a machine that is about to lose its power."""
    return shutil.copytree(calm, tmp_path / "a.zarr")


def empty(*paths):
    """Leave the names of files whose content never reached the disk."""
    for path in paths:
        for one in path.rglob("*") if path.is_dir() else [path]:
            if one.is_file():
                one.write_bytes(b"")


def cut_short(store):
    """Have no run of a store say that it ended, neither in its record nor in the root's copy."""
    root = json.loads((store / "zarr.json").read_text())
    for name, told in root["consolidated_metadata"]["metadata"].items():
        if name.startswith("runs/"):
            told["attributes"]["ended"] = ""
            record = store / name / "zarr.json"
            content = json.loads(record.read_text())
            content["attributes"]["ended"] = ""
            record.write_text(json.dumps(content))
    (store / "zarr.json").write_text(json.dumps(root))


def assert_as_in_peace(store, calm):
    assert stored_bytes(store) == stored_bytes(calm)
    assert check_store(locate(store)).damages == ()


def test_a_young_store_whose_files_are_all_empty_is_begun_again(store, calm, threads):
    empty(store)
    run_campaign(CAMPAIGN, store, client=threads)
    assert_as_in_peace(store, calm)


def test_checking_a_store_without_a_root_says_how_it_comes_back(store):
    empty(store)
    ended = CliRunner().invoke(main, ["check", str(store), "--repair"])
    assert ended.exit_code == 1
    assert "run its campaign again" in ended.output


def last_moments(store):
    """Lose what an older store wrote last: its last block, the record of the run, the root."""
    empty(*(store / name / "c/2" for name in ("voltage", "energy", "status", "steps")))
    empty(store / "blocks/digest/c/2", store / "zarr.json", *store.glob("runs/*/zarr.json"))


def test_an_older_store_that_lost_its_last_moments_goes_on(store, calm, threads):
    last_moments(store)
    run_campaign(CAMPAIGN, store, client=threads)
    assert_as_in_peace(store, calm)
    assert [bool(record.ended) for record in read_runs(locate(store))] == [True]


@pytest.mark.parametrize(
    "lost",
    ["status/c/1", "runs", "voltage/zarr.json", "alpha/c", "depth/zarr.json", "blocks", "energy"],
)
def test_whatever_is_lost_below_the_root_the_same_command_goes_on(lost, store, calm, threads):
    cut_short(store)
    empty(store / lost)
    run_campaign(CAMPAIGN, store, client=threads)
    assert_as_in_peace(store, calm)


@pytest.mark.parametrize(
    "lost", ["status/c/1", "runs", "alpha/c", "voltage/c/2", "blocks/digest/c"]
)
def test_whatever_is_lost_below_the_root_checking_repairs_it(lost, store, calm, threads):
    empty(store / lost)
    mended(store, threads)
    assert_as_in_peace(store, calm)


def test_readers_of_what_was_lost_get_a_sentence(store):
    empty(store / "voltage/zarr.json", store / "alpha/c/0")
    with pytest.raises(StoreError, match=r"microbatt check"):
        open_cube(locate(store))


def test_curves_of_another_campaign_do_not_pass_for_ones_own_when_the_root_is_lost(
    store, threads, tmp_path
):
    empty(store / "zarr.json")
    cube = run_campaign(LARGER, store, client=threads)
    assert bool(cube.microbatt.ok().all())
    run_campaign(LARGER, tmp_path / "b.zarr", client=threads)
    assert stored_bytes(store) == stored_bytes(tmp_path / "b.zarr")


def test_a_root_of_another_campaign_is_not_taken_for_a_lost_one(store, threads):
    with pytest.raises(CampaignError, match="belongs to another campaign"):
        run_campaign(LARGER, store, client=threads)


def test_predictions_survive_a_lost_root(store, threads):
    from microbatt.cube import join_predictions
    from microbatt.cube.predicted import copies_in
    from microbatt.testing import made_predictions

    cube = open_cube(locate(store), chunks=None)
    join_predictions(locate(store), made_predictions(cube, ("curve",), (0,)))
    empty(store / "zarr.json")
    run_campaign(CAMPAIGN, store, client=threads)
    assert copies_in(open_cube(locate(store))) == {"curve": (0,)}


class Disk:
    """A disk that holds only what it was asked to write down; the rest is lost with the power."""

    def __init__(self, store):
        self.store, self.volatile = store, set()

    def written(self, key):
        self.volatile.add(self.store / key)

    def synced(self, path):
        self.volatile.discard(path)

    def lose_power(self, rng):
        """Lose what is not on the disk: its content, or its name too."""
        for path in sorted(self.volatile):
            if path.exists():
                path.write_bytes(b"") if rng.random() < 0.6 else path.unlink()


@contextlib.contextmanager
def volatile(monkeypatch, store):
    """Do something on such a disk."""
    from zarr.storage import LocalStore

    disk, put, sync = Disk(store), LocalStore.set, location.put_on_disk

    async def noted(self, key, value):
        await put(self, key, value)
        disk.written(key)

    def noting(path):
        sync(path)
        disk.synced(path)

    with monkeypatch.context() as patch:
        patch.setattr(LocalStore, "set", noted)
        patch.setattr(location, "put_on_disk", noting)
        yield disk


SMALL = small_campaign(alpha=(0.0, 1.0), S=(3.0,), current=(17.5, 35.0), curves_per_task=2)


def losses(monkeypatch, folder, threads, every):
    """Lose the power at every so many of the moments of a run; yield what is left of the store."""
    with crashing(monkeypatch) as calm:
        run_campaign(SMALL, folder / "calm/a.zarr", client=threads)
    for moment in range(0, calm.writes + 1, every):
        store = folder / str(moment) / "a.zarr"
        with volatile(monkeypatch, store) as disk, crashing(monkeypatch, moment):
            run_campaign(SMALL, store, client=threads)
        if store.exists():
            disk.lose_power(np.random.default_rng(moment))
        yield moment, store
        remove(store.parent)


@pytest.mark.parametrize("every", [17, pytest.param(1, marks=pytest.mark.slow)])
def test_the_power_goes_at_any_write_and_the_same_command_ends_as_in_peace(
    every, threads, tmp_path, monkeypatch
):
    seen = 0
    for moment, store in losses(monkeypatch, tmp_path, threads, every):
        run_campaign(SMALL, store, client=threads)
        assert stored_bytes(store) == stored_bytes(tmp_path / "calm/a.zarr"), moment
        assert check_store(locate(store)).damages == (), moment
        seen += 1
    assert seen >= 50 // every


def test_no_status_vouches_for_what_is_not_on_the_disk(threads, tmp_path, monkeypatch):
    from zarr.storage import LocalStore

    store, premature, put = tmp_path / "a.zarr", [], LocalStore.set
    with volatile(monkeypatch, store) as disk:
        noted = LocalStore.set

        async def watched(self, key, value):
            if key.startswith("status/c/"):
                block = key.removeprefix("status/c/")
                premature.extend(p for p in disk.volatile if f"/c/{block}" in str(p))
            await noted(self, key, value)

        monkeypatch.setattr(LocalStore, "set", watched)
        run_campaign(CAMPAIGN, store, client=threads)
    assert put
    assert premature == []
