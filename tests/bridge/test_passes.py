"""Passes: orders that the seed and the number of the pass decide, shared out to replicas."""

import numpy as np
import pytest

from microbatt.bridge.passes import Passes, pass_order, pass_seed
from microbatt.errors import ParameterError


@pytest.mark.parametrize(
    "terms", [{"epochs": range(0)}, {"shard": (2, 2)}, {"shard": (0, 0)}, {"shard": (-1, 2)}]
)
def test_passes_that_cannot_be_are_refused(terms):
    with pytest.raises(ParameterError):
        Passes(**terms)


def order(count, seed, epoch, **terms):
    pytest.importorskip("tensorflow")
    return pass_order(count, seed, epoch, Passes(**terms)).numpy()


def test_an_order_is_a_function_of_the_seed_and_of_the_number_of_the_pass():
    np.testing.assert_array_equal(order(50, 1, 7), order(50, 1, 7))
    assert not np.array_equal(order(50, 1, 7), order(50, 1, 8))
    assert not np.array_equal(order(50, 1, 7), order(50, 2, 7))
    np.testing.assert_array_equal(np.sort(order(50, 1, 7)), np.arange(50))


def test_without_a_shuffle_the_order_is_that_of_the_cube():
    assert order(4, 1, 7, shuffle=False).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("drop", [True, False])
@pytest.mark.parametrize("replicas", [1, 2, 3])
def test_replicas_know_how_much_they_take(replicas, drop):
    for which in range(replicas):
        passes = Passes(shard=(which, replicas), drop_remainder=drop)
        taken = order(10, 1, 0, shard=(which, replicas), drop_remainder=drop)
        assert passes.share_size(10) == taken.size
    assert Passes().share_size(10) == 10


def test_seeds_of_different_draws_differ():
    pytest.importorskip("tensorflow")
    seeds = {tuple(pass_seed(1, a, b).numpy()) for a in range(4) for b in range(4)}
    assert len(seeds) == 16
