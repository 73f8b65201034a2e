"""How well a cell file is known is told by the file, by one share, or by what is usual."""

from dataclasses import replace

import pytest

from microbatt.cells import load_cell
from microbatt.engines import Adiabatic, Isothermal
from microbatt.errors import ParameterError
from microbatt.inference.forward.cell_errors import cell_doubts, check_cell_error
from microbatt.parameters import PARAMETERS

CELL = load_cell("doyle-1996-cell-1")


def widths(given, cell=CELL, thermal=Isothermal()):
    return cell_doubts(cell, given, thermal).widths


def test_a_share_is_relative_in_the_coordinate_of_each_value():
    found = widths(0.02)
    assert found["negative_thickness"] == 0.02  # of the logarithm
    assert found["separator_alpha"] == pytest.approx(0.02 * 2.3)
    assert found["positive_initial_stoichiometry"] == pytest.approx(0.02 * 0.1705)


def test_what_is_usual_is_what_the_vocabulary_says_and_the_default():
    found = widths(None)
    assert found == widths("usual")
    assert len(found) >= 24
    assert all(width == PARAMETERS[name].uncertainty for name, width in found.items())
    assert "usual" in cell_doubts(CELL, None, Isothermal()).sentence


def test_an_exact_file_has_nothing_in_doubt():
    assert widths(0.0) == {}


def test_what_is_not_there_is_not_in_doubt():
    assert "positive_film_resistance" not in widths(None)
    assert "contact_resistance" not in widths(None)
    resistive = replace(CELL, positive=replace(CELL.positive, film_resistance=0.01))
    assert "positive_film_resistance" in widths(None, resistive)


def test_heat_makes_activation_energies_count():
    name = "positive_rate_constant_activation"
    assert name not in widths(None)
    assert name in widths(None, thermal=Adiabatic())


def test_a_kind_of_value_stands_for_all_of_it_and_a_name_for_one():
    found = widths({"thickness": 0.05, "positive_thickness": 0.01})
    assert found == {
        "negative_thickness": 0.05,
        "separator_thickness": 0.05,
        "positive_thickness": 0.01,
    }


@pytest.mark.parametrize("given", [0.9, -0.1, "sometimes", {"thicknes": 0.02}, {"thickness": -1.0}])
def test_an_error_that_cannot_be_meant_is_refused(given):
    with pytest.raises(ParameterError):
        check_cell_error(given)


def test_a_file_that_states_one_width_says_that_all_others_are_exact_and_how_they_need_not_be():
    stated = replace(CELL, uncertainties={"positive_alpha": 0.1, "negative_thickness": 1e-6})
    found = cell_doubts(stated, None, Isothermal())
    assert set(found.widths) == {"negative_thickness"}
    assert "it says nothing of" in found.sentence
    assert "and 21 more, which are taken as exact" in found.sentence
    assert "--cell-error usual" in found.sentence
    filled = widths("usual", stated)
    assert filled["negative_thickness"] == found.widths["negative_thickness"]
    assert filled["positive_thickness"] == PARAMETERS["positive_thickness"].uncertainty
    assert len(filled) == len(widths(None))
