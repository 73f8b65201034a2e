"""Splits: every point is tested once, and blocked folds hold whole regions out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microbatt.bridge.splits import blocked_folds, given_split, random_folds
from microbatt.errors import ParameterError

GRID = np.stack(
    np.meshgrid(np.linspace(0, 10, 21), np.arange(1.0, 41.0), indexing="ij"), axis=-1
).reshape(-1, 2)


def assert_every_point_is_tested_once(splits, points):
    tested = np.sort(np.concatenate([split.test for split in splits]))
    np.testing.assert_array_equal(tested, points)
    for split in splits:
        np.testing.assert_array_equal(np.union1d(split.train, split.test), points)
        assert np.intersect1d(split.train, split.test).size == 0


@given(st.integers(2, 60), st.integers(2, 12), st.integers(0, 5))
def test_random_folds_test_every_point_once_and_are_of_one_size(points, folds, seed):
    if points < folds:
        with pytest.raises(ParameterError, match=f"{points} points with curves for {folds} folds"):
            random_folds(points, folds, seed=seed)
        return
    splits = random_folds(points, folds, seed=seed)
    assert_every_point_is_tested_once(splits, np.arange(points))
    sizes = [split.test.size for split in splits]
    assert max(sizes) - min(sizes) <= 1


def test_the_numbers_of_points_that_are_given_are_those_that_are_shared_out():
    points = np.array([3, 5, 8, 13, 21])
    assert_every_point_is_tested_once(random_folds(points, 2), points)


def test_the_seed_decides_and_another_one_decides_otherwise():
    one, same, other = (random_folds(100, 5, seed=seed)[0].test for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


def test_blocked_folds_test_every_point_once():
    splits = blocked_folds(GRID, 10, seed=3)
    assert_every_point_is_tested_once(splits, np.arange(len(GRID)))
    assert min(split.test.size for split in splits) > 0.5 * len(GRID) / 10


def nearest_other(points, others):
    """Steps of the grid from each point to the nearest of the others."""
    a, S = (points[:, None, :] - others[None]).transpose(2, 0, 1)
    return np.max([np.abs(a) / 0.5, np.abs(S)], axis=0).min(axis=1)


def test_a_blocked_fold_is_farther_from_its_training_points_than_a_random_one():
    blocked, random = blocked_folds(GRID, 10)[0], random_folds(len(GRID), 10)[0]
    far, near = (nearest_other(GRID[split.test], GRID[split.train]) for split in (blocked, random))
    assert near.max() <= 2
    assert far.mean() > 1.5
    assert far.max() >= 2


def test_blocked_folds_of_some_points_leave_the_others_alone():
    some = np.arange(0, len(GRID), 3)
    assert_every_point_is_tested_once(blocked_folds(GRID, 4, points=some, regions=(2, 3)), some)


def test_fewer_boxes_than_folds_are_refused():
    with pytest.raises(ParameterError, match="6 boxes for 10 folds"):
        blocked_folds(GRID, 10, regions=(2, 3))


def test_a_split_that_is_given_trains_on_the_rest():
    split = given_split([4, 2], 6)
    assert split.test.tolist() == [2, 4]
    assert split.train.tolist() == [0, 1, 3, 5]
    with pytest.raises(ParameterError, match="1 numbers that are no points, the first 9"):
        given_split([4, 9], 6)


@pytest.mark.parametrize("points", [[0.5, 1.5], [[1, 2]], -1])
def test_what_is_no_list_of_points_is_refused(points):
    with pytest.raises(ParameterError, match="points"):
        random_folds(points, 2)
