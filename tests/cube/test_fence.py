"""Whoever writes proves that the store is still its own; whoever changes it as a whole is alone."""

import json
import shutil
import threading
import time
import uuid

import numpy as np
import pytest

from microbatt.cube import locate
from microbatt.cube.store import alone, fence
from microbatt.cube.store.fence import check_fence, fence_of, fenced, read_fence
from microbatt.cube.store.location import open_store, write_object
from microbatt.cube.writing import block_store, open_blocks
from microbatt.errors import StoreChangedError, StoreError
from tests.campaign.small import lay_small


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    store = tmp_path_factory.mktemp("whole") / "cube.zarr"
    lay_small(store)
    return store


@pytest.fixture
def place(whole, tmp_path):
    return locate(shutil.copytree(whole, tmp_path / "cube.zarr"))


@pytest.fixture
def hasty(monkeypatch):
    """Leases and locks that are given up after a moment."""
    for name, seconds in {"PATIENCE": 0.6, "RENEWAL": 0.05, "DEAD": 0.3, "_SETTLE": 0.02}.items():
        monkeypatch.setattr(fence, name, seconds)


def exchanged(place, **attributes):
    """Put other words into the root of a cube, as another cube there would have them."""
    root = place.path / "zarr.json"
    content = json.loads(root.read_text())
    content["attributes"] |= attributes
    root.write_text(json.dumps(content))


@pytest.mark.parametrize(
    "change",
    [{"campaign_hash": "other"}, {"chunks": [1, 1, 1]}, {"design": {"kind": "grid"}}],
    ids=lambda change: next(iter(change)),
)
def test_a_fence_tells_cubes_apart_whose_chunks_mean_other_curves(change, place):
    before = read_fence(place)
    exchanged(place, **change)
    assert read_fence(place) != before
    with pytest.raises(StoreChangedError, match="another cube lies there now"):
        check_fence(place, before)


def test_words_about_a_cube_are_no_other_cube(place):
    before = read_fence(place)
    exchanged(place, title="other words", ended="2026-01-01")
    check_fence(place, before)


def test_a_store_that_is_gone_is_told_from_one_that_is_another(place):
    before = read_fence(place)
    place.path.rename(place.path.with_name("elsewhere"))
    with pytest.raises(StoreChangedError, match="gone"), fenced(place, before):
        pass


def first_block(place):
    store = open_blocks(place)
    block = store.blocks()[0]
    return store, block, store.read(block)


@pytest.mark.parametrize("locks", [True, False], ids=["with locks", "without"])
def test_a_block_for_another_cube_is_not_written(locks, place, monkeypatch):
    monkeypatch.setattr(fence, "_LOCKS", locks)
    store, block, rows = first_block(place)
    exchanged(place, campaign_hash="other")
    before = {path: path.read_bytes() for path in place.path.rglob("c/*") if path.is_file()}
    rows["energy"] = rows["energy"] + 1
    with pytest.raises(StoreChangedError):
        store.write(block, rows)
    with pytest.raises(StoreChangedError):
        store.reopen(block, np.ones(len(rows["energy"]), dtype=bool))
    with pytest.raises(StoreChangedError):
        store.forget(block)
    assert {p: p.read_bytes() for p in place.path.rglob("c/*") if p.is_file()} == before


def test_without_locks_a_block_that_came_too_late_counts_as_not_run(place, monkeypatch):
    monkeypatch.setattr(fence, "_LOCKS", False)
    store, block, rows = first_block(place)
    write = block_store._write

    def overtaken(array, region, column):
        write(array, region, column)
        exchanged(place, campaign_hash="other")

    with monkeypatch.context() as patched:
        patched.setattr(block_store, "_write", overtaken)
        with pytest.raises(StoreChangedError):
            store.write(block, rows)
    assert (open_blocks(place).status(block) == 0).all()


@pytest.mark.usefixtures("hasty")
def test_with_locks_nobody_takes_the_place_while_a_block_is_written(place):
    with fenced(place, read_fence(place)), pytest.raises(StoreError, match="writing to"):
        in_another_thread(lambda: alone(place))


def test_curves_are_not_copied_from_a_cube_that_has_taken_anothers_place(place):
    store = open_blocks(place)
    exchanged(place, chunks=[1, 1, 1])
    with pytest.raises(StoreChangedError):
        store.select(tuple(np.array([0]) for _ in store.blocks()[0].number))


def in_another_thread(entering):
    """Enter and leave a context in another thread; raise here what it raises there."""
    raised = []

    def enter():
        try:
            with entering():
                pass
        except StoreError as error:
            raised.append(error)

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    if raised:
        raise raised[0]


KINDS = ["folder", "folder without locks", "memory"]


@pytest.fixture(params=KINDS)
def changed_as_a_whole(request, tmp_path, monkeypatch):
    request.getfixturevalue("hasty")
    if request.param == "memory":
        location = locate(f"memory://{uuid.uuid4().hex}/a.zarr")
        write_object(open_store(location, read_only=False), "zarr.json", b"{}")
        return location
    monkeypatch.setattr(fence, "_LOCKS", request.param == "folder")
    (tmp_path / "a.zarr").mkdir()
    return locate(tmp_path / "a.zarr")


def test_only_one_at_a_time_changes_a_store_as_a_whole(changed_as_a_whole):
    inside, most = [], []

    def change():
        with alone(changed_as_a_whole):
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.05)
            inside.pop()

    threads = [threading.Thread(target=change) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1, 1, 1]


def test_somebody_who_does_not_let_go_is_told_of(changed_as_a_whole):
    with (
        alone(changed_as_a_whole),
        pytest.raises(StoreError, match=r"writing to|being changed by"),
    ):
        in_another_thread(lambda: alone(changed_as_a_whole))


def test_within_itself_a_change_does_not_wait_for_itself(changed_as_a_whole):
    with alone(changed_as_a_whole), alone(changed_as_a_whole):
        pass
    with alone(changed_as_a_whole):
        pass


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("kind", ["folder", "memory"])
def test_the_lease_of_a_dead_process_is_taken_over(kind, tmp_path, monkeypatch):
    monkeypatch.setattr(fence, "_LOCKS", False)
    place = f"memory://{uuid.uuid4().hex}/a.zarr" if kind == "memory" else tmp_path / "a.zarr"
    location = locate(place)
    lease = open_store(location.beside(".lease"), read_only=False)
    write_object(lease, "owner.json", b'{"owner": "host 1 dead", "renewed": 0}')
    start = time.monotonic()
    with alone(location):
        assert time.monotonic() - start > 0.3
    if kind == "folder":
        assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("hasty")
def test_who_was_taken_for_dead_does_not_end_well():
    location = locate(f"memory://{uuid.uuid4().hex}/a.zarr")
    lease = open_store(location.beside(".lease"), read_only=False)
    with pytest.raises(StoreError, match="at the same time"), alone(location):
        write_object(lease, "owner.json", b'{"owner": "host 2 other", "renewed": 0}')


def test_a_fence_is_the_same_for_the_same_campaign():
    attributes = {"campaign_hash": "a", "design": {"kind": "grid"}, "chunks": [1, 2, 3]}
    assert fence_of(attributes) == fence_of(dict(reversed(attributes.items())))
