"""Ranges hold every value once, and say so when they do not."""

import numpy as np
import pytest

from microbatt.errors import ParameterError
from microbatt.scoring import edges_that_hold, range_names, range_numbers


def test_a_range_holds_its_lower_edge_and_the_last_one_both():
    numbers = range_numbers([0.0, 0.5, 1.0, 1.5, 2.0], (0.0, 1.0, 2.0))
    assert numbers.tolist() == [0, 0, 1, 1, 1]
    assert range_names((0.0, 1.0, 2.0)) == ["0 to 1", "1 to 2"]


@pytest.mark.parametrize("value", [-0.1, 2.1, float("nan")])
def test_a_value_outside_all_ranges_is_not_left_out_in_silence(value):
    with pytest.raises(ParameterError, match="1 values lie outside"):
        range_numbers([1.0, value], (0.0, 1.0, 2.0))


@pytest.mark.parametrize("edges", [(1.0,), (2.0, 1.0), (1.0, 1.0), (0.0, float("nan"))])
def test_edges_that_do_not_increase_are_refused(edges):
    with pytest.raises(ParameterError, match="each larger"):
        range_numbers([1.0], edges)


def test_edges_are_added_where_values_lie_beyond():
    values = np.array([-1.0, 0.5, 12.0])
    assert edges_that_hold((0.0, 10.0), values) == (-1.0, 0.0, 10.0, 12.0)
    assert edges_that_hold((0.0, 10.0), [5.0]) == (0.0, 10.0)
