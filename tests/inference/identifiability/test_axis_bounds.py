"""Bounds over any two numbers of a cell: those of the cells that have these numbers."""

import numpy as np
import pytest
import xarray as xr

from microbatt.errors import ParameterError
from microbatt.inference.forward import native_request
from microbatt.inference.identifiability import axis_bounds, bound_map
from microbatt.inference.identifiability.bound_map import point_bounds

CELL, CURRENTS = "doyle-1996-cell-1", [17.5, 70.0]
TERMS = native_request(CELL)


def test_over_alpha_and_s_it_is_the_map_of_both():
    axes = {"S": [1.0, 3.0], "alpha": [0.5, 2.3]}
    found = axis_bounds(TERMS, axes, CURRENTS).compute()
    plain = bound_map(TERMS, axes["alpha"], axes["S"], CURRENTS).compute()
    assert found["alpha_bound"].dims == ("S", "alpha")
    for name in ("alpha_bound", "S_bound", "bound_curves"):
        xr.testing.assert_allclose(found[name].transpose("alpha", "S"), plain[name], rtol=1e-9)


def test_each_place_has_the_bounds_of_its_own_cell():
    axes = {"positive_thickness": [150e-6, 190e-6], "alpha": [1.0, 2.3]}
    found = axis_bounds(TERMS, axes, CURRENTS, free=["contact_resistance"])
    assert found["alpha_bound"].chunks is not None
    found = found.compute()
    for thickness in axes["positive_thickness"]:
        cell = TERMS.cell.with_values({"positive_thickness": thickness})
        points = [(alpha, cell.positive.S) for alpha in axes["alpha"]]
        plain = point_bounds(native_request(cell), points, CURRENTS, free=["contact_resistance"])
        there = found.sel(positive_thickness=thickness)
        assert there["alpha_bound"].to_numpy() == pytest.approx(plain[:, 0])
        assert there["S_bound"].to_numpy() == pytest.approx(plain[:, 1])


def test_what_is_free_has_a_bound_too_and_less_is_known_with_it():
    axes = {"temperature": [298.15, 318.15]}
    alone = axis_bounds(TERMS, axes, CURRENTS).compute()
    found = axis_bounds(TERMS, axes, CURRENTS, free={"contact_resistance": 0.02}).compute()
    assert (found["contact_resistance_bound"] < 0.02).all()
    assert found["contact_resistance_bound"].attrs["units"] == "ohm m2"
    assert (found["alpha_bound"] > alone["alpha_bound"]).all()
    assert np.isfinite(found["alpha_bound"]).all()


@pytest.mark.parametrize(
    ("axes", "words"),
    [
        ({"thicknes": [1e-4]}, "thickness"),
        ({}, "`axes` is empty"),
        ({"voltage_offset": [0.0]}, "voltage_offset"),
        ({"alpha": [-3.0]}, "it must lie in"),
        ({"positive_thickness": [-1e-4]}, "positive"),
    ],
)
def test_what_cannot_be_an_axis_is_refused_at_once(axes, words):
    with pytest.raises(ParameterError, match=words):
        axis_bounds(TERMS, axes, CURRENTS)
