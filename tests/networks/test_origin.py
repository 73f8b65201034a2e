"""Weights are for the cell, balance, cut-off and thermal mode that they were learned from."""

from dataclasses import replace

import pytest

from microbatt.cells import load_cell
from microbatt.errors import ParameterError
from microbatt.networks import origin_of
from microbatt.networks.origin import Origin, check_origin
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
        ({"cell_digest": "x", "cell_name": "mine"}, "the cell 'doyle-1996-cell-1' and not 'mine'"),
        ({"cell_digest": "x"}, "with other numbers or fits"),
    ],
)
def test_another_one_is_refused_with_what_differs_and_the_remedy(changed, said):
    with pytest.raises(ParameterError, match="microbatt train") as refusal:
        check_origin(ORIGIN, replace(ORIGIN, **changed))
    assert said in str(refusal.value)


def test_a_cell_renamed_is_the_same_cell_and_one_changed_is_not():
    terms = {"inventory": "area-only", "cutoff_voltage": 2.0}
    cell = load_cell("doyle-1996-cell-1")
    origin = Origin.of_cell(cell, **terms)
    renamed = replace(cell, name="other", description="")
    thicker = replace(cell, positive=replace(cell.positive, thickness=1e-4))
    assert Origin.of_cell(renamed, **terms).cell_digest == origin.cell_digest
    assert Origin.of_cell(thicker, **terms).cell_digest != origin.cell_digest


def test_a_cube_says_itself_what_the_fits_of_its_cell_computed():
    cube = learnable_cube()
    assert origin_of(cube).cell_digest == load_cell("doyle-1996-cell-1").digest
    older = cube.assign_attrs(cell_digest="of fits that have been edited since")
    with pytest.raises(ParameterError, match="with other numbers or fits"):
        check_origin(origin_of(cube), origin_of(older))


def test_a_cube_without_attributes_is_refused():
    with pytest.raises(ParameterError, match="keep_attrs"):
        origin_of(learnable_cube().drop_attrs())
