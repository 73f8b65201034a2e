"""Blocks are whole chunks, read a window at a time, and told where one cannot be read."""

import numpy as np
import pytest

pytest.importorskip("tensorflow")

from microbatt.bridge import Passes
from microbatt.bridge.streaming import Source, cut_into_blocks, read_blocks, samples_of
from microbatt.errors import StoreError
from microbatt.features import arranged, read_curves, scalars_by_point, true_values, wanted_features
from tests.bridge.batches import STREAMED, batches, targets
from tests.features.cubes import made_cube, scattered_cube, troubled_cube


def test_python_runs_once_a_window_and_never_once_a_sample(monkeypatch):
    calls = []
    read = Source.window
    monkeypatch.setattr(Source, "window", lambda self, n: calls.append(n) or read(self, n))
    cube = made_cube(alpha=np.linspace(0, 5, 50)).chunk({"alpha": 10})
    terms = {"split": np.arange(200), "batch": 8}
    targets(cube, passes=Passes(epochs=range(4)), **STREAMED, **terms)
    looks = 2  # the first block, for its size and for its types
    assert len(calls) == looks + 4 * 5
    calls.clear()
    targets(cube, passes=Passes(epochs=range(4)), **terms)
    assert len(calls) == 1


def test_a_larger_allowance_makes_larger_windows(monkeypatch):
    sizes = []
    read = Source.window
    monkeypatch.setattr(Source, "window", lambda self, n: sizes.append(len(n)) or read(self, n))
    cube = made_cube(alpha=np.linspace(0, 5, 100)).chunk({"alpha": 2})
    sample = 3 * 80 * 4  # three curves of 80 stored points in single precision
    targets(cube, memory=10 * 8 * sample * 5, batch=8)
    assert sizes == [1, 1] + 10 * [5]


def test_a_damaged_chunk_is_told_with_its_place(tmp_path):
    import tensorflow as tf
    import xarray as xr

    made_cube().to_zarr(
        tmp_path / "cube.zarr",
        encoding={"voltage": {"chunks": (2, 4, 3, 80)}},
        zarr_format=3,
        consolidated=False,
    )
    (tmp_path / "cube.zarr/voltage/c/1/0/0/0").write_bytes(b"not a chunk")
    opened = xr.open_zarr(tmp_path / "cube.zarr", chunks=None, consolidated=False)
    words = "alpha 2 to 3, S 0 to 3 cannot be read.*microbatt check"
    with pytest.raises(StoreError, match=words):
        batches(opened)
    with pytest.raises(tf.errors.OpError, match=words):
        batches(opened, **STREAMED)


CHUNKS = [None, {"alpha": 2}, {"alpha": 3, "S": 3, "current": 1}, {"S": 1, "depth": 7}]


def cut(cube, chunks):
    return cube if chunks is None else cube.chunk(chunks)


@pytest.mark.parametrize("chunks", CHUNKS)
def test_blocks_hold_every_point_wanted_once_and_its_curves(chunks):
    full = arranged(cut(troubled_cube(), chunks))
    wanted = np.array([1, 2, 3, 7, 11, 19])
    blocks = cut_into_blocks(full, wanted)
    points = np.concatenate([block.points for block in blocks])
    np.testing.assert_array_equal(np.sort(points), wanted)
    curves = read_blocks(full, blocks, scalars_by_point(full))
    whole = read_curves(troubled_cube())
    np.testing.assert_array_equal(curves.voltage, whole.voltage[points])
    np.testing.assert_array_equal(curves.whole, whole.whole[points])


def test_a_block_is_a_chunk_of_dask():
    blocks = cut_into_blocks(arranged(troubled_cube().chunk({"alpha": 2, "S": 4})), np.arange(20))
    assert [block.points.size for block in blocks] == [8, 8, 4]


def test_a_block_is_a_chunk_of_the_store_when_read_without_dask():
    cube = troubled_cube()
    cube["voltage"].encoding["preferred_chunks"] = {"alpha": 3, "S": 2}
    blocks = cut_into_blocks(arranged(cube), np.arange(20))
    assert [block.points.size for block in blocks] == [6, 6, 4, 4]


def test_blocks_without_a_point_wanted_are_not_read():
    full = arranged(scattered_cube().chunk({"point": 5}))
    assert len(cut_into_blocks(full, np.array([0, 19]))) == 2


def test_samples_have_the_arrays_of_all_features_and_the_targets_side_by_side():
    cube = made_cube()
    samples = samples_of(
        read_curves(cube),
        true_values(cube).astype(np.float32),
        wanted_features(["curves", "energies"]),
    )
    assert set(samples) == {"voltage", "capacity", "current", "mask", "energies", "targets"}
    assert samples["voltage"].shape == (20, 3, 100)
    np.testing.assert_array_equal(samples["targets"][7], true_values(cube)[7])
