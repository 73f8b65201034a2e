"""Points from whatever has their names."""

import numpy as np
import pandas as pd
import pytest

from microbatt.cells import load_cell
from microbatt.engines.contract.points import as_points
from microbatt.errors import ParameterError

CELL = load_cell("lco-graphite")


def test_rows_stay_rows():
    rows = [(0.5, 3.0, 17.5), (4.0, 10.0, 70.0)]
    np.testing.assert_array_equal(as_points(rows, CELL), rows)


def test_the_points_are_a_copy_in_the_layout_of_the_kernels():
    given = np.asfortranarray([(0.5, 3.0, 17.5), (4.0, 10.0, 70.0)])
    read = as_points(given, CELL)
    assert read.flags.c_contiguous
    assert read.dtype == np.float64
    assert not np.shares_memory(read, given)


def test_one_value_of_a_column_serves_all_rows():
    read = as_points({"alpha": [0.5, 2.3, 4.0], "S": 3, "current": 17.5}, CELL)
    np.testing.assert_array_equal(read, [(0.5, 3, 17.5), (2.3, 3, 17.5), (4.0, 3, 17.5)])


def test_a_dict_that_says_nothing_of_alpha_or_s_means_the_cells_own():
    read = as_points({"current": [30.0, 60.0]}, CELL)
    np.testing.assert_array_equal(read, [(0.5, 3.0, 30.0), (0.5, 3.0, 60.0)])


@pytest.mark.parametrize(
    ("points", "message"),
    [
        (np.zeros((4, 2)), r"has the shape \(4, 2\); it must be \(n, 3\)"),
        (np.ones((4, 3, 1)), r"has the shape \(4, 3, 1\); it must be \(n, 3\)"),
        ([], r"it must be \(n, 3\), a row of alpha, S and current"),
        ({"alpha": [1], "S": [2]}, r"`points` has no 'current'; it must have 'alpha', 'S' and"),
        ({"Alpha": [1], "current": [2]}, r"`points` has 'Alpha', which is not known. Nearest: 'al"),
        (pd.DataFrame({"S": [1], "current": [2]}), r"`points` has no 'alpha'"),
        (
            {"alpha": [1, 2], "S": [2, 3, 4], "current": 17.5},
            r"have the shapes \(2,\), \(3,\), \(\); give columns of equal length",
        ),
        ([(1, 3, 17.5), (1, np.nan, 17.5)], r"`S` is nan in row 1"),
        ([(1, 3, 17.5), (21, 3, 17.5)], r"`alpha` is 21 in row 1; it must lie in \[0, 20\]"),
        ([(1, 3, 0.0)], r"`current` is 0 A m⁻² in row 0; it must lie in \(0, 100000\]"),
    ],
)
def test_points_that_are_none_are_refused(points, message):
    with pytest.raises(ParameterError, match=message):
        as_points(points, CELL)
