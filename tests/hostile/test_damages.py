"""Thirty-six damages to a store: each is found, and what can be made again is."""

import json
import shutil

import numpy as np
import pytest
import xarray as xr
import zarr
from click.testing import CliRunner

from microbatt.campaign import campaign_of, run_campaign
from microbatt.cli.commands import main
from microbatt.cube import (
    check_store,
    join_predictions,
    join_variables,
    locate,
    open_cube,
    repair_store,
)
from microbatt.cube.contents import identity_hash, schema_of
from microbatt.cube.contents.schema import identity_digest
from microbatt.errors import StoreError
from microbatt.testing import made_predictions, stored_bytes
from tests.campaign import standin
from tests.campaign.small import small_campaign

CAMPAIGN = small_campaign()


@pytest.fixture(scope="module")
def filled(threads, tmp_path_factory):
    """A store with curves and with the predictions of two networks."""
    store = tmp_path_factory.mktemp("filled") / "a.zarr"
    run_campaign(CAMPAIGN, store, client=threads)
    predicted = made_predictions(open_cube(locate(store), chunks=None), ("curve", "other"), (0,))
    join_predictions(locate(store), predicted)
    run_campaign(CAMPAIGN, store, client=threads)
    return store


@pytest.fixture
def store(filled, tmp_path):
    """A copy of it to do damage to."""
    return shutil.copytree(filled, tmp_path / "a.zarr")


def flip(key, place=0.5):
    def damage(store):
        content = bytearray((store / key).read_bytes())
        content[int(place * (len(content) - 1))] ^= 1
        (store / key).write_bytes(bytes(content))

    return damage


def shorten(key):
    return lambda store: (store / key).write_bytes((store / key).read_bytes()[:-3])


def empty(key):
    return lambda store: (store / key).write_bytes(b"")


def lose(key):
    return lambda store: (store / key).unlink()


def exchange(first, second):
    def damage(store):
        one, other = (store / first).read_bytes(), (store / second).read_bytes()
        (store / first).write_bytes(other)
        (store / second).write_bytes(one)

    return damage


def exchange_blocks(store):
    for folder in sorted(store.glob("*/c")):
        depth = "/0" if folder.parent.name == "voltage" else ""
        first, second = (f"{folder.relative_to(store)}/{n}/0/0{depth}" for n in (0, 2))
        if (store / first).exists() and (store / second).exists():
            exchange(first, second)(store)
    exchange("blocks/digest/c/0/0/0", "blocks/digest/c/2/0/0")(store)


def change(name, factor):
    def damage(store):
        array = zarr.open_array(store / name, mode="r+")
        array[...] = np.asarray(array[...]) * factor

    return damage


def edit(**changes):
    """Edit attributes of the root; a function makes the new value of the old ones."""

    def damage(store):
        root = store / "zarr.json"
        content = json.loads(root.read_text())
        for name, value in changes.items():
            old = content["attributes"]
            old[name] = value(old) if callable(value) else value
        root.write_text(json.dumps(content))

    return damage


def thicker(attributes):
    cell = json.loads(json.dumps(attributes["cell"]))
    cell["positive"]["thickness"] = 1.1e-4
    return cell


HASHED = (
    "cell", "design", "engine", "inventory", "cutoff_voltage", "thermal", "settings",
    "depth_points", "cell_digest", "engine_version",
)  # fmt: skip


def own_hash(attributes):
    told = {name: attributes[name] for name in HASHED}
    return identity_hash(told | {"microbatt_schema": schema_of(attributes["design"])})


def describe(name, **changes):
    """Edit the metadata of an array and the root's copy of them alike."""

    def damage(store):
        path, root = store / name / "zarr.json", store / "zarr.json"
        array, content = json.loads(path.read_text()), json.loads(root.read_text())
        for one in (array, content["consolidated_metadata"]["metadata"][name]):
            one["attributes"] |= changes
        path.write_text(json.dumps(array))
        root.write_text(json.dumps(content))

    return damage


def record(what):
    def damage(store):
        what(str(next(store.glob("runs/*/zarr.json")).relative_to(store)))(store)

    return damage


def more_curves(key):
    def damage(store):
        content = json.loads((store / key).read_text())
        content["attributes"]["curves"] = 10**6
        (store / key).write_text(json.dumps(content))

    return damage


VOLTAGE, STATUS, ENERGY = "voltage/c/1/0/0/0", "status/c/1/0/0", "energy/c/1/0/0"
HEALED = {
    "a bit of a curve": flip(VOLTAGE),
    "the first bit of a number": flip(ENERGY, 0.0),
    "the last bit of a number": flip(ENERGY, 1.0),
    "a bit of a status": flip(STATUS),
    "a curve cut short": shorten(VOLTAGE),
    "a number cut short": shorten(ENERGY),
    "a status cut short": shorten(STATUS),
    "an empty curve": empty(VOLTAGE),
    "an empty number": empty(ENERGY),
    "an empty status": empty(STATUS),
    "a lost curve": lose(VOLTAGE),
    "a lost number": lose(ENERGY),
    "a lost digest": lose("blocks/digest/c/1/0/0"),
    "a bit of a digest": flip("blocks/digest/c/1/0/0"),
    "chunks of two blocks": exchange(ENERGY, "energy/c/0/0/0"),
    "curves of two blocks": exchange(VOLTAGE, "voltage/c/0/0/0/0"),
    "chunks of two variables": exchange(ENERGY, "power/c/1/0/0"),
    "two blocks with their digests": exchange_blocks,
    "other numbers in sound chunks": change("energy", 1.01),
    "other curves in sound chunks": change("voltage", 1.0001),
    "other steps in sound chunks": change("steps", 2),
    "a lost coordinate": lose("alpha/c/0"),
    "an empty coordinate": empty("current/c/0"),
    "a bit of a coordinate": flip("S/c/0"),
    "a coordinate with other numbers": change("alpha", 1.01),
    "a depth axis with other numbers": change("depth", 0.999),
    "metadata of an array cut short": shorten("voltage/zarr.json"),
    "metadata of an array lost": lose("energy/zarr.json"),
    "a record of a run that is empty": record(empty),
    "a record of a run cut short": record(shorten),
    "a record of a run that is lost": record(lose),
    "a record of a run with other numbers": record(more_curves),
}  # fmt: skip
"""What is made again, to the last bit."""
TOLD = {
    "another cell": edit(cell=thicker),
    "another cell with the digest beside it": edit(cell=thicker, identity_digest=identity_digest),
    "another cell with both hashes beside it": edit(
        cell=thicker, campaign_hash=own_hash, identity_digest=identity_digest
    ),
    "another cut-off with its digest": edit(cutoff_voltage=2.5, identity_digest=identity_digest),
    "another hash": edit(campaign_hash="0" * 64),
    "other units": describe("voltage", units="mV"),
}
"""What was edited: the store says so, and is not patched."""
ALIKE = {
    "the last bit of a number", "a number cut short", "a status cut short", "an empty curve",
    "an empty number", "a lost number", "chunks of two variables", "other steps in sound chunks",
    "an empty coordinate", "a record of a run cut short", "a record of a run that is lost",
    "a slab cut short", "a bit of the bounds", "an empty slab",
}  # fmt: skip
"""Left to the long tests: another of the same kind, or to the same kind of object, is tried."""
CLI = CliRunner()


def each(damages):
    """All of them, those that have their like only among the long tests."""
    return [pytest.param(what, marks=pytest.mark.slow if what in ALIKE else ()) for what in damages]


def test_there_are_as_many_damages_as_were_found():
    assert len(HEALED) + len(TOLD) >= 36
    assert {*HEALED, *JOINED} >= ALIKE


def test_a_sound_store_is_not_called_damaged(store):
    assert check_store(locate(store)).damages == ()


def mended(store, client):
    """Do what the command does to repair a store, on threads, which start at once."""
    location = locate(store)
    report = check_store(location)
    assert report.damages
    repair_store(location, report)
    run_campaign(campaign_of(location), store, client=client)


def test_the_command_repairs_and_looks_again(store):
    for what in ("an empty curve", "a record of a run that is empty", "a lost coordinate"):
        HEALED[what](store)
    ended = CLI.invoke(main, ["check", str(store), "--repair"])
    assert ended.exit_code == 0, ended.output
    assert ended.output.endswith("repaired\n")
    assert check_store(locate(store)).damages == ()


def test_a_block_behind_damaged_metadata_is_made_again_in_the_same_call(store, filled):
    lose("S/zarr.json")(store)
    empty(VOLTAGE)(store)
    ended = CLI.invoke(main, ["check", str(store), "--repair"])
    assert ended.exit_code == 0, ended.output
    assert stored_bytes(store) == stored_bytes(filled)


@pytest.mark.parametrize("what", each(HEALED))
def test_a_damage_is_found_and_what_it_hit_made_again(what, store, filled, threads):
    HEALED[what](store)
    mended(store, threads)
    assert check_store(locate(store)).damages == ()
    if "record" not in what:
        assert stored_bytes(store) == stored_bytes(filled)


def joined(store, cube):
    """Join what the store of these tests holds beside its curves: predictions, and a count."""
    place = locate(store)
    join_predictions(place, made_predictions(cube, ("curve", "other"), (0, 1)))
    bounds = {"bound": cube["status"].astype(float), "count": xr.full_like(cube["status"], 2)}
    join_variables(place, xr.Dataset(bounds, attrs=cube.attrs))


@pytest.fixture(scope="module")
def with_joined(filled, tmp_path_factory):
    place = shutil.copytree(filled, tmp_path_factory.mktemp("joined") / "a.zarr")
    joined(place, open_cube(locate(place), chunks=None).load())
    return place


def relabel(store):
    labels = zarr.open_array(store / "network", mode="r+")
    labels[...] = np.array(["curve", "another"], dtype=object)


SLAB, LATER = "S_predicted/c/0/0/0/0", "S_predicted/c/1/1/0/0"
JOINED = {
    "other predictions in sound chunks": change("alpha_predicted", 1.01),
    "slabs of two networks": exchange(SLAB, LATER),
    "a lost slab": lose(SLAB),
    "a bit of a slab": flip(SLAB),
    "a slab cut short": shorten(LATER),
    "an empty slab": empty("held_out/c/0/1/0/0"),
    "another network's name": relabel,
    "other bounds in sound chunks": change("bound", 1.01),
    "a bit of the bounds": flip("bound/c/0/0/0"),
    "lost bounds": lose("bound/c/0/0/0"),
}
"""Damages to what was joined to a cube: dropped, so that what made it makes it again."""


@pytest.mark.parametrize("what", each(JOINED))
def test_a_damage_to_what_was_joined_is_found_dropped_and_made_again(what, with_joined, tmp_path):
    store = shutil.copytree(with_joined, tmp_path / "a.zarr")
    assert check_store(locate(store)).damages == ()
    cube = open_cube(locate(store), chunks=None).load()
    JOINED[what](store)
    found = check_store(locate(store)).damages
    assert found
    assert all(one.joined and one.block is None for one in found)
    repair_store(locate(store), check_store(locate(store)))
    assert check_store(locate(store)).damages == ()
    np.testing.assert_array_equal(open_cube(locate(store), chunks=None).voltage, cube.voltage)
    joined(store, cube.drop_dims(["network", "fold"]))
    assert stored_bytes(store) == stored_bytes(with_joined)


def test_values_that_a_killed_prediction_left_are_found_and_dropped(store, filled):
    predicted = zarr.open_group(store, mode="r+")["prediction_status"]
    place, fold = np.argwhere(predicted[...].any(axis=tuple(range(2, predicted.ndim))))[0]
    (store / "prediction_status" / "c" / str(place) / str(fold)).joinpath(
        *["0"] * (predicted.ndim - 2)
    ).unlink()  # what vouches is written last, so that this is what a kill before it leaves
    report = check_store(locate(store))
    keys = {damage.key.split("/")[0] for damage in report.damages}
    assert {"alpha_predicted", "S_predicted"} <= keys
    assert all(damage.joined and "killed" in damage.what for damage in report.damages)
    done = CliRunner().invoke(main, ["check", str(store)])
    assert done.exit_code == 1
    done = CliRunner().invoke(main, ["check", str(store), "--repair"])
    assert done.exit_code == 0, done.output
    assert "run `microbatt predict`" in done.output
    assert check_store(locate(store)).damages == ()
    networks = ("curve", "other")
    made = made_predictions(open_cube(locate(store), chunks=None), networks, (0,))
    join_predictions(locate(store), made)
    assert stored_bytes(store) == stored_bytes(filled)


def test_the_command_says_what_to_make_again_of_what_was_joined(with_joined, tmp_path):
    store = shutil.copytree(with_joined, tmp_path / "a.zarr")
    JOINED["other predictions in sound chunks"](store)
    ended = CLI.invoke(main, ["check", str(store), "--repair"])
    assert ended.exit_code == 0, ended.output
    assert "of 'curve', fold 1, are not those that were made; predict again" in ended.output
    assert "`microbatt predict` or `microbatt map` again" in ended.output


def test_predictions_from_before_there_were_digests_are_not_called_damaged(with_joined, tmp_path):
    store = shutil.copytree(with_joined, tmp_path / "a.zarr")
    path, root = store / "prediction_status/zarr.json", store / "zarr.json"
    array, content = json.loads(path.read_text()), json.loads(root.read_text())
    for one in (array, content["consolidated_metadata"]["metadata"]["prediction_status"]):
        for copies in one["attributes"]["provenance"].values():
            for facts in copies.values():
                del facts["digest"]
    path.write_text(json.dumps(array))
    root.write_text(json.dumps(content))
    assert check_store(locate(store)).damages == ()


@pytest.mark.parametrize("what", TOLD)
def test_an_edited_store_is_told_from_a_sound_one(what, store):
    TOLD[what](store)
    assert check_store(locate(store)).damages, what
    ended = CLI.invoke(main, ["check", str(store), "--repair"])
    assert ended.exit_code in {1, 2}, ended.output
    assert "not foreseen" not in ended.output


def test_a_lost_status_counts_as_not_run(store, filled, threads):
    (store / STATUS).unlink()
    report = check_store(locate(store))
    assert (report.finished, report.blocks) == (2, 3)
    run_campaign(CAMPAIGN, store, client=threads)
    assert stored_bytes(store) == stored_bytes(filled)


def test_a_root_cut_short_says_how_it_comes_back(store):
    shorten("zarr.json")(store)
    with pytest.raises(StoreError, match="run its campaign again"):
        check_store(locate(store))


@pytest.mark.parametrize("stage", ["_write_digest", "_write"])
def test_a_retry_that_is_killed_is_not_called_damaged(stage, threads, tmp_path, monkeypatch):
    from microbatt.cube.writing import block_store

    campaign, place = small_campaign(S=(1.0, standin.BROKEN_S)), tmp_path / "a.zarr"
    run_campaign(campaign, place, client=threads)
    whole = getattr(block_store, stage, None) or getattr(block_store.BlockStore, stage)
    owner = block_store if hasattr(block_store, stage) else block_store.BlockStore
    seen = []

    def killed(*arguments):
        seen.append(arguments)
        if len(seen) > 1:
            raise ZeroDivisionError
        return whole(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(owner, stage, killed)
        with pytest.raises(ZeroDivisionError):
            run_campaign(campaign, place, client=threads, retry_failed=True)
    assert check_store(locate(place)).damages == ()
