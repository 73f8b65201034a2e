"""Trained networks come back from disk with where they come from and what they saw."""

from dataclasses import replace

import numpy as np
import pytest

from microbatt.errors import StoreError
from microbatt.networks import (
    Record,
    fold_folder,
    load_copies,
    load_network,
    origin_of,
    save_network,
    trained_network,
)
from tests.networks.cubes import learnable_cube
from tests.networks.test_curve import NETWORK

POINTS = np.array([[0.1 + 0.2, 1.0], [2.0, 3.0]])
RECORD = Record(
    origin=origin_of(learnable_cube()), settings={"split": "random"}, scores={}, version="0"
)
TRAINED = trained_network(NETWORK, RECORD, POINTS)


def test_a_network_written_comes_back_with_its_points(tmp_path):
    save_network(tmp_path, TRAINED)
    again = load_network(tmp_path)
    assert again.record == RECORD
    assert again.weights_hash == TRAINED.weights_hash
    np.testing.assert_array_equal(again.points, POINTS)
    save_network(tmp_path, again)
    assert load_network(tmp_path).weights_hash == TRAINED.weights_hash


def test_it_knows_the_points_that_it_saw_whatever_their_last_digit():
    asked = np.array([[0.3, 1.0], [2.0, 3.0], [2.0, 3.1]])
    assert TRAINED.never_saw(asked).tolist() == [False, False, True]
    assert not replace(TRAINED, points=None).never_saw(asked).any()


def test_the_folder_of_one_network_is_fold_zero(tmp_path):
    save_network(tmp_path, TRAINED)
    assert list(load_copies(tmp_path)) == [0]


def test_a_folder_of_folds_gives_every_copy_by_its_number(tmp_path):
    for number in (2, 10):
        save_network(fold_folder(tmp_path, number), TRAINED)
    assert list(load_copies(tmp_path)) == [2, 10]


def test_folds_of_different_trainings_are_refused(tmp_path):
    other = replace(TRAINED, record=replace(RECORD, settings={"split": "blocked"}))
    save_network(fold_folder(tmp_path, 1), TRAINED)
    save_network(fold_folder(tmp_path, 2), other)
    with pytest.raises(StoreError, match="2 different trainings"):
        load_copies(tmp_path)


def test_a_folder_without_weights_is_refused(tmp_path):
    for load in (load_network, load_copies):
        with pytest.raises(StoreError, match="it has no"):
            load(tmp_path / "nothing")
