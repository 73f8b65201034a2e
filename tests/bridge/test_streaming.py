"""Streaming reads whole chunks, a window at a time, and says which of them it cannot read."""

import numpy as np
import pytest

pytest.importorskip("tensorflow")

from microbatt.bridge import Passes
from microbatt.bridge.streaming import Source
from microbatt.errors import StoreError
from tests.bridge.batches import STREAMED, batches, targets
from tests.features.cubes import made_cube


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
