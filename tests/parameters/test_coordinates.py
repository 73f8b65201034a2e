"""Coordinates of a fit: alpha and S have one place, found by name."""

import numpy as np
import pytest

from microbatt.cells import load_cell
from microbatt.errors import ParameterError
from microbatt.parameters import POINT, Coordinates

FREE = Coordinates(
    names=("positive_thickness", "alpha", "contact_resistance", "S", "voltage_offset"),
    measured=("voltage_offset",),
)
NATURAL = np.array([174e-6, 2.3, 0.01, 11.0, -0.002])


def test_numbers_come_back_from_their_coordinates():
    x = FREE.coordinates(NATURAL)
    np.testing.assert_allclose(FREE.natural(x), NATURAL, rtol=1e-14)
    np.testing.assert_array_equal(x[[1, 2, 4]], NATURAL[[1, 2, 4]])
    np.testing.assert_allclose(x[[0, 3]], np.log(NATURAL[[0, 3]]))


def test_many_vectors_are_read_along_the_last_axis():
    x = np.tile(FREE.coordinates(NATURAL), (4, 3, 1))
    assert FREE.natural(x).shape == (4, 3, 5)
    assert FREE.point(x).shape == (4, 3, 2)
    assert FREE.others(x).shape == (4, 3, 3)


def test_alpha_and_the_logarithm_of_s_are_found_wherever_they_stand():
    x = FREE.coordinates(NATURAL)
    np.testing.assert_allclose(FREE.point(x), [2.3, np.log(11.0)])
    np.testing.assert_allclose(FREE.others(x), x[[0, 2, 4]])
    assert FREE.place("S") == 3


def test_its_values_make_a_cell():
    values = FREE.values(FREE.coordinates(NATURAL))
    assert "voltage_offset" not in values
    cell = load_cell("doyle-1996-cell-1").with_values(values)
    assert pytest.approx(11.0, rel=1e-14) == cell.positive.S
    assert (cell.positive.alpha, cell.contact_resistance) == (2.3, 0.01)


def test_nothing_given_is_changed():
    x = FREE.coordinates(NATURAL)
    before = x.copy()
    FREE.natural(x)
    np.testing.assert_array_equal(x, before)
    np.testing.assert_array_equal(NATURAL[3], 11.0)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("alpha", "alpha"), "`alpha` stands twice"),
        (("alpha", "positive_alpha"), "`alpha` stands twice"),
        (("alpha", "Thickness"), r"no number `Thickness`. It is called "),
    ],
)
def test_names_that_are_none_are_refused(names, message):
    with pytest.raises(ParameterError, match=message):
        Coordinates(names=names)


def test_what_is_not_free_has_no_place():
    with pytest.raises(ParameterError, match="`heat_capacity` is not free; free are alpha, S"):
        Coordinates(names=POINT).place("heat_capacity")
