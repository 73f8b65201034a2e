"""Designs: which curves, in which order, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import qmc

from microbatt.cube import Grid, ListedPoints, SobolPoints
from microbatt.cube.contents import design_from_dict
from microbatt.cube.contents.design import curve_count
from microbatt.cube.writing import region_points
from microbatt.errors import ParameterError

GRID = Grid(alpha=(0.0, 0.5, 1.0), S=(1.0, 3.0), current=(17.5, 35.0))
SOBOL = SobolPoints(count=64, seed=5, alpha=(0.0, 10.0), S=(0.3, 40.0), current=(17.5, 35.0))
LISTED = ListedPoints(alpha=(0.5, 0.1), S=(3.0, 1.0), current=(17.5, 35.0))
DESIGNS = [GRID, SOBOL, LISTED]


@pytest.mark.parametrize("design", DESIGNS, ids=lambda design: design.kind)
def test_a_design_survives_the_way_through_a_dictionary(design):
    assert design_from_dict(design.to_dict()) == design


@pytest.mark.parametrize("design", DESIGNS, ids=lambda design: design.kind)
def test_the_points_of_a_region_are_those_that_the_labels_say(design):
    coordinates = design.coordinates()
    full = tuple(slice(0, n) for n in design.shape)
    points = region_points(design.dims, coordinates, full)
    assert points.shape == (curve_count(design), 3)
    for flat, index in enumerate(np.ndindex(*design.shape)):
        place = dict(zip(design.dims, index, strict=True))
        for column, name in enumerate(("alpha", "S", "current")):
            dim, values = coordinates[name]
            assert points[flat, column] == values[place[dim]]


def test_sobol_points_fill_the_box_evenly_and_depend_on_the_seed_alone():
    alpha, S = (SOBOL.coordinates()[name][1] for name in ("alpha", "S"))
    again = design_from_dict(SOBOL.to_dict()).coordinates()
    np.testing.assert_array_equal(again["alpha"][1], alpha)
    other = replace(SOBOL, seed=6).coordinates()
    assert not np.array_equal(other["alpha"][1], alpha)
    unit = qmc.scale(np.stack([alpha, S], 1), [0.0, 0.3], [10.0, 40.0], reverse=True)
    scattered = np.random.default_rng(0).random((64, 2))
    # A scrambled sequence fills the square far more evenly than independent points do.
    assert qmc.discrepancy(unit) < 0.2 * qmc.discrepancy(scattered)


@pytest.mark.parametrize(
    ("axes", "words"),
    [
        ({"alpha": (1.0, 0.5)}, "sort the axis"),
        ({"alpha": (0.5, 0.5)}, "sort the axis"),
        ({"S": ()}, "is empty"),
        ({"S": (0.0,)}, "must lie in"),
        ({"current": (float("nan"),)}, "must lie in"),
        ({"alpha": (-0.1,)}, "must lie in"),
        ({"alpha": ("x",)}, "must be a number"),
    ],
)
def test_an_axis_that_makes_no_sense_is_refused(axes, words):
    with pytest.raises(ParameterError, match=words):
        Grid(**{"alpha": (0.5,), "S": (3.0,), "current": (17.5,)} | axes)


def test_points_of_unequal_number_are_refused():
    with pytest.raises(ParameterError, match="one value of each per point"):
        ListedPoints(alpha=(0.5, 1.0), S=(3.0,), current=(17.5,))


def test_an_unknown_kind_is_answered_with_the_known_ones():
    with pytest.raises(ParameterError, match="'sobol'"):
        design_from_dict({"kind": "sobel"})
