"""The survey tells how many points are left out, and why."""

import numpy as np
import pytest

from microbatt.bridge import select_points
from microbatt.errors import ParameterError
from microbatt.outcomes import Outcome
from tests.features.cubes import end, made_cube, scattered_cube, troubled_cube


def test_points_without_a_curve_are_left_out_and_missing_curves_are_counted_by_reason():
    found = select_points(troubled_cube())
    assert len(found) == 20
    assert found.left_out == {"no_convergence": 1, "not_run": 1}
    assert found.hidden == {"crashed": 1, "cutoff_at_start": 1, "damaged": 1}
    assert np.setdiff1d(np.arange(20), found.usable).tolist() == [0, 5]


def test_points_that_must_be_complete_are_left_out_for_one_missing_curve():
    found = select_points(troubled_cube(), complete=True)
    assert found.usable.size == 15
    assert sum(found.left_out.values()) == 5
    assert found.left_out["damaged"] == 1
    assert found.hidden == {}


def test_printing_it_says_all_of_that():
    text = str(select_points(troubled_cube()))
    assert "18 of 20 points can be learned from" in text
    assert "left out, not_run: 1 points" in text
    assert "masked, cutoff_at_start: 1 curves" in text


def test_a_sound_cube_leaves_nothing_out():
    for cube in (made_cube(), scattered_cube(), made_cube().chunk()):
        found = select_points(cube)
        assert found.usable.size == 20
        assert found.left_out == found.hidden == {}


def test_a_cube_without_a_whole_curve_is_refused_with_the_reasons():
    cube = made_cube()
    end(cube, Outcome.NOT_RUN, alpha=slice(None))
    with pytest.raises(ParameterError, match=r"no whole curve \(60 not_run\).*microbatt status"):
        select_points(cube)


def test_a_cube_without_a_complete_point_is_refused_differently():
    cube = made_cube()
    end(cube, Outcome.CUTOFF_AT_START, current=2)
    with pytest.raises(ParameterError, match=r"every current \(20 cutoff_at_start\)"):
        select_points(cube, complete=True)


def test_labels_that_are_no_numbers_are_refused_before_anything_runs():
    cube = scattered_cube()
    cube["S"][7] = np.nan
    with pytest.raises(ParameterError, match="1 points is not a number, the first at point 7"):
        select_points(cube)


def test_what_is_no_cube_is_refused():
    with pytest.raises(ParameterError, match="not a microbatt cube"):
        select_points(made_cube().drop_vars("status"))
