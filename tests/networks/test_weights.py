"""Weights come back from disk as they went, and what is damaged or newer is refused."""

import json
from dataclasses import asdict

import numpy as np
import pytest

from microbatt.errors import StoreError
from microbatt.networks import TrainingRecord, origin_of
from microbatt.networks.weights import (
    ARRAYS,
    DESCRIPTION,
    FORMAT,
    arrays_hash,
    curve_arrays,
    curve_network,
    read_arrays,
    read_description,
    record_of,
    write_weights,
)
from tests.networks.cubes import learnable_cube, learnable_tensors
from tests.networks.test_curve import NETWORK

RECORD = TrainingRecord(
    origin=origin_of(learnable_cube()), scores={"on": {"alpha": 1.0}}, version="0"
)


@pytest.fixture
def folder(tmp_path):
    write_weights(
        tmp_path, kind="curve", config=asdict(NETWORK.config), arrays=curve_arrays(NETWORK),
        record=RECORD,
    )  # fmt: skip
    return tmp_path


def test_a_network_comes_back_and_says_the_same(folder):
    described = read_description(folder)
    again = curve_network(described["config"], read_arrays(folder, described))
    tensors, _ = learnable_tensors()
    few = tensors.take(np.arange(30, 40))
    assert again.config == NETWORK.config
    # Many of the weights are kept in single precision.
    assert again.estimate(few).mean == pytest.approx(NETWORK.estimate(few).mean, rel=1e-4, abs=1e-4)
    assert record_of(described) == RECORD


def test_nothing_but_numbers_is_stored(folder):
    with np.load(folder / ARRAYS, allow_pickle=False) as stored:
        assert all(stored[name].dtype.kind == "f" for name in stored.files)


def test_a_newer_format_is_refused_with_the_remedy(folder):
    described = json.loads((folder / DESCRIPTION).read_text())
    (folder / DESCRIPTION).write_text(json.dumps(described | {"format": FORMAT + 1}))
    with pytest.raises(StoreError, match="Upgrade microbatt"):
        read_description(folder)


def test_an_older_format_is_refused_with_the_remedy(folder):
    described = json.loads((folder / DESCRIPTION).read_text())
    (folder / DESCRIPTION).write_text(json.dumps(described | {"format": FORMAT - 1}))
    with pytest.raises(StoreError, match="Train the network again"):
        read_description(folder)


def test_a_folder_without_weights_is_refused(tmp_path):
    with pytest.raises(StoreError, match="microbatt train --out"):
        read_description(tmp_path)


@pytest.mark.parametrize("content", ["{", "[]", '{"format": "x"}'])
def test_a_description_that_cannot_be_read_is_refused(tmp_path, content):
    (tmp_path / DESCRIPTION).write_text(content)
    with pytest.raises(StoreError, match="cannot be read"):
        read_description(tmp_path)


def test_weights_of_another_training_are_refused(folder):
    arrays = curve_arrays(NETWORK)
    arrays["decoder_mean"] = arrays["decoder_mean"] + 1e-6
    np.savez(folder / ARRAYS, **arrays)
    with pytest.raises(StoreError, match="different trainings"):
        read_arrays(folder, read_description(folder))


def test_a_file_cut_short_is_refused(folder):
    whole = (folder / ARRAYS).read_bytes()
    (folder / ARRAYS).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(StoreError, match="cannot be read"):
        read_arrays(folder, read_description(folder))


def test_the_hash_sees_every_bit_and_not_the_order():
    arrays = {"a": np.arange(3.0), "b": np.ones(2)}
    assert arrays_hash(arrays) == arrays_hash(dict(reversed(arrays.items())))
    assert arrays_hash(arrays) != arrays_hash(arrays | {"b": np.ones(2, np.float32)})
