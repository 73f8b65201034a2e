"""Stored curves: which are whole, and the same at other currents."""

import numpy as np
import pytest

from microbatt.errors import ParameterError
from microbatt.features import read_curves
from tests.features.cubes import made_cube, troubled_cube


def test_only_whole_finite_curves_count():
    curves = read_curves(troubled_cube())
    assert len(curves) == 20
    assert curves.whole.sum() == 60 - 3 - 3 - 1 - 1 - 1


def test_a_whole_curve_with_a_nan_planted_in_it_does_not_count():
    cube = made_cube()
    cube["voltage"][{"alpha": 1, "S": 2, "current": 0, "depth": 40}] = np.nan
    whole = read_curves(cube).whole
    assert not whole[6, 0]
    assert whole.sum() == 59


def test_curves_are_found_at_the_currents_asked_for_in_that_order():
    curves = read_curves(made_cube())
    other = curves.at_currents([35.0, 70.0, 5.0])
    assert other.current.tolist() == [35.0, 70.0, 5.0]
    np.testing.assert_array_equal(other.voltage[:, 0], curves.voltage[:, 2])
    np.testing.assert_array_equal(other.energy[:, 2], curves.energy[:, 0])
    assert other.whole.all(axis=0).tolist() == [True, False, True]
    assert np.isnan(other.voltage[:, 1]).all()


def test_asking_for_other_currents_changes_nothing_of_the_first():
    curves = read_curves(made_cube())
    curves.at_currents([70.0])
    assert np.isfinite(curves.voltage).all()


@pytest.mark.parametrize("currents", [[], [0.0], [float("nan")]])
def test_currents_that_are_none_are_refused(currents):
    with pytest.raises(ParameterError, match="current"):
        read_curves(made_cube()).at_currents(currents)


@pytest.mark.parametrize("name", ["voltage", "discharge_capacity"])
def test_a_cube_that_lacks_a_variable_is_refused_by_its_name(name):
    with pytest.raises(ParameterError, match=f"no variable `{name}`"):
        read_curves(made_cube().drop_vars(name))
