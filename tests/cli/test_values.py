"""Values as people write them: shares, widths and names of numbers."""

import pytest

from microbatt.cells import load_cell
from microbatt.cli.values import read_cell_errors, read_free, with_numbers
from microbatt.errors import ParameterError
from microbatt.inference import Prior


def test_a_width_in_percent_is_one_of_the_logarithm():
    assert read_free(("negative_thickness=3%", "temperature", "contact_resistance=1mohm m2")) == {
        "negative_thickness": Prior(kind="log-normal", width=0.03),
        "temperature": None,
        "contact_resistance": 1e-3,
    }


CELL = load_cell("doyle-1996-cell-1")


def test_any_number_of_a_cell_is_set_in_si_or_in_its_unit():
    cell = with_numbers(CELL, ("positive_thickness=70µm", "separator_alpha=1.5"), alpha=4.0, S=None)
    expected = {"positive_thickness": 70e-6, "separator_alpha": 1.5, "alpha": 4.0}
    assert cell == CELL.with_values(expected)


def test_the_surroundings_follow_the_temperature_at_the_start_unless_they_are_set():
    def temperatures(*texts, cell=CELL):
        made = with_numbers(cell, texts)
        return made.initial_temperature, made.ambient_temperature

    assert temperatures("initial_temperature=310") == (310.0, 310.0)
    assert temperatures("initial_temperature=310", "ambient_temperature=300") == (310.0, 300.0)
    assert temperatures("ambient_temperature=300") == (298.15, 300.0)
    cooling = CELL.with_values({"initial_temperature": 320.0})
    assert temperatures("initial_temperature=310", cell=cooling) == (310.0, 298.15)


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (("positive_thickness",), "NAME=VALUE"),
        (("positive_thickness=1..2",), "NAME=VALUE with a number"),
        (("positive_thickness=3kg",), "does not measure the same thing"),
        (("positive_thicknes=1",), "Nearest: 'positive_thickness'"),
        (("thickness=70",), "`negative_thickness` or `positive_thickness`.* as in .*=70µm"),
        (("positive_thickness=70",), "without a unit is in m: .*as in positive_thickness=70µm"),
        (("initial_temperature=25",), "is in K: .* as in initial_temperature=25°C"),
        (("electrolyte_initial_concentration=1.2e-3",), "must lie in"),
        (("separator_alpha=1", "separator_alpha=2"), "`separator_alpha` twice"),
        (("positive_alpha=1",), "`--alpha` sets it"),
    ],
)
def test_a_number_that_cannot_be_set_is_refused(texts, words):
    with pytest.raises(ParameterError, match=words):
        with_numbers(CELL, texts, alpha=None, S=None)


def test_a_cell_error_is_one_share_or_one_for_each_name():
    assert read_cell_errors(()) is None
    assert read_cell_errors(("usual",)) == "usual"
    with pytest.raises(ParameterError, match="NAME=SHARE"):
        read_cell_errors(("2%", "alpha=0.1"))
