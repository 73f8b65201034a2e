"""Templates: filled for an executable, read back from its file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microbatt.cells import load_cell
from microbatt.engines.dualfoil.files.template import (
    NAMES,
    ExtraFile,
    check_template,
    fill_template,
    point_values,
    read_template,
    told,
)
from microbatt.errors import ParameterError

CELL = load_cell("doyle-1996-cell-1")


@given(st.floats(0.0, 10.0), st.floats(0.3, 40.0))
def test_what_is_filled_in_is_read_back(alpha, S):
    template = "{exponent}  ! exponent of the positive\n{area_density} {S}\n"
    cell = CELL.with_microstructure(alpha=alpha, S=S)
    point = point_values(read_template(template, fill_template(template, cell, 35.0)), cell)
    assert point["alpha"] == pytest.approx(alpha, abs=1e-9)
    assert point["S"] == S


def test_every_name_can_be_filled_in():
    text = fill_template(" ".join(f"{{{name}:.6g}}" for name in NAMES), CELL, 35.0)
    assert text == "2.3 3.3 3 104824 2.3 3.3 2.3 3.3 3 35"


def test_the_shape_factor_follows_from_the_area_too():
    one = CELL.with_microstructure(alpha=0.5, S=7.0)
    values = {"area_density": one.positive.area_density}
    assert point_values(values, CELL) == {"S": 7.0}


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{alfa}", ["cannot be filled", "Nearest: 'alpha'"]),
        ("{0}", ["cannot be filled"]),
        ("{alpha", ["cannot be filled"]),
        ("{alpha.real.nothing}", ["cannot be filled"]),
        ("3.3 3", ["passes nothing on", "alpha, exponent"]),
    ],
)
def test_a_template_that_cannot_be_filled_is_refused(template, words):
    with pytest.raises(ParameterError) as caught:
        check_template("extra_file.template", template)
    for word in ["`extra_file.template`", *words]:
        assert word in str(caught.value)


def test_an_extra_file_lies_beside_the_deck():
    with pytest.raises(ParameterError, match="working directory"):
        ExtraFile(name="../alpha.in", template="{alpha}")


def test_what_an_executable_is_told_follows_from_its_templates():
    assert told(()) == frozenset()
    assert told(("{exponent}",)) == {"alpha"}
    assert told(("{alpha:.3f}", "{area_density} {negative_S}")) == {"alpha", "S", "negative_S"}


def test_a_text_of_another_form_is_told():
    with pytest.raises(ParameterError, match="does not read as"):
        read_template("alpha {alpha}", "beta 3")
