"""Weights are for the cell, balance, cut-off and thermal mode that they were learned from."""

from dataclasses import replace

import pytest

from microbatt.errors import ParameterError
from microbatt.networks import origin_of
from microbatt.networks.origin import cell_hash, check_origin
from tests.networks.cubes import learnable_cube

ORIGIN = origin_of(learnable_cube())


def test_the_same_origin_passes_whatever_the_cube_is_called():
    check_origin(ORIGIN, replace(ORIGIN, cube="another", campaign_hash="1", engine="other"))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"inventory": "conserving"}, "'area-only' and not 'conserving'"),
        ({"cutoff_voltage": 2.5}, "2.0 and not 2.5"),
        ({"thermal_mode": "adiabatic"}, "'isothermal' and not 'adiabatic'"),
        ({"cell_hash": "x", "cell_name": "mine"}, "the cell 'doyle-1996-cell-1' and not 'mine'"),
        ({"cell_hash": "x"}, "with other values in its file"),
    ],
)
def test_another_one_is_refused_with_what_differs_and_the_remedy(changed, said):
    with pytest.raises(ParameterError, match="microbatt train") as refusal:
        check_origin(ORIGIN, replace(ORIGIN, **changed))
    assert said in str(refusal.value)


def test_a_cell_renamed_is_the_same_cell_and_one_changed_is_not():
    cell = learnable_cube().attrs["cell"]
    assert cell_hash(cell | {"name": "other", "description": ""}) == cell_hash(cell)
    thicker = cell | {"positive": cell["positive"] | {"thickness": 2e-4}}
    assert cell_hash(thicker) != cell_hash(cell)


def test_a_cube_without_attributes_is_refused():
    with pytest.raises(ParameterError, match="keep_attrs"):
        origin_of(learnable_cube().drop_attrs())
