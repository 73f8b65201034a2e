"""Properties of an active material that depend on the stoichiometry."""

from dataclasses import replace

import numpy as np
import pytest

from microbatt.cells import Cell, load_cell, to_toml
from microbatt.cells.stoichiometry_functions import (
    own_entropy,
    own_shape,
    split_diffusivity,
)
from microbatt.cells.toml import parse_cell
from microbatt.errors import ParameterError

CELL = load_cell("lco-graphite")
DIFFUSIVITY = "1e-14*(0.1 + exp(-5*x))"
ENTROPY = {"table": {"x": [0.0, 0.4, 1.0], "y": [-1e-4, 2e-4, 0.0]}}


def with_functions():
    split = split_diffusivity("D", {"expression": DIFFUSIVITY})
    electrode = replace(
        CELL.negative,
        solid_diffusivity=split["solid_diffusivity"],
        solid_diffusivity_shape=own_shape("D", split["solid_diffusivity_shape"]),
        entropic_change_coefficient=own_entropy("dU", ENTROPY),
        exchange_current_shape=own_shape("i", {"expression": "1 + 0.2*(x - 0.5)"}),
        salt_exponent=0.4,
    )
    return replace(CELL, negative=electrode)


def test_a_diffusivity_is_its_number_times_its_shape():
    split = split_diffusivity("D", {"expression": DIFFUSIVITY})
    shape = own_shape("D", split["solid_diffusivity_shape"])
    x = np.linspace(0.0, 1.0, 50)
    expected = 1e-14 * (0.1 + np.exp(-5.0 * x))
    np.testing.assert_allclose(split["solid_diffusivity"] * shape.value(x), expected, rtol=1e-12)
    assert shape.value(0.5) == pytest.approx(1.0, rel=1e-12)


def test_a_function_that_is_constant_is_a_number():
    assert split_diffusivity("D", {"expression": "1e-14 + 0*x"}) == {"solid_diffusivity": 1e-14}


@pytest.mark.parametrize("write", ["json", "toml"])
def test_a_cell_with_functions_survives_being_written(write):
    cell = with_functions()
    if write == "json":
        back = Cell.from_dict(cell.to_dict())
    else:
        back = parse_cell(to_toml(cell, source="a test"))
    assert back == cell
    assert back.digest == cell.digest != CELL.digest


def test_a_cell_file_may_give_a_diffusivity_as_a_function(tmp_path):
    text = to_toml(CELL, source="a test")
    number = f"solid_diffusivity = {{ value = {CELL.negative.solid_diffusivity!r}"
    (tmp_path / "d.csv").write_text("x, y\n0, 1e-13\n1, 2e-13\n")
    for written in (
        'solid_diffusivity = { expression = "1e-9*(1 + x)", unit = "cm2 s-1"',
        'solid_diffusivity = { table = "d.csv", unit = "m2 s-1"',
    ):
        assert number in text
        start = text.index(number)
        stop = text.index('unit = "m2 s-1"', start) + len('unit = "m2 s-1"')
        cell = parse_cell(text[:start] + written + text[stop:], tmp_path)
        assert cell.negative.solid_diffusivity == pytest.approx(1.5e-13)
        assert cell.negative.solid_diffusivity_shape.value(1.0) == pytest.approx(2.0 / 1.5)


def test_a_diffusivity_follows_its_number():
    """So that what varies a number of a cell varies a function with it."""
    cell = with_functions()
    doubled = cell.with_values(
        {"negative_solid_diffusivity": 2.0 * cell.value("negative_solid_diffusivity")}
    )
    assert doubled.negative.solid_diffusivity_shape == cell.negative.solid_diffusivity_shape


@pytest.mark.parametrize(
    ("make", "described", "message"),
    [
        (own_shape, {"expression": "x - 0.5"}, "must be positive"),
        (own_shape, {"table": {"x": [0, 50, 100], "y": [1, 1, 2]}}, "Divide a percentage by 100"),
        (own_shape, {"expression": "1/x"}, "not finite at x = 0"),
        (own_shape, {"value": float("nan")}, "nan"),
        (own_entropy, {"value": 0.2}, "Check its unit"),
        (own_entropy, {"expression": "exit(1)"}, "`exit` is not a function"),
    ],
)
def test_what_is_no_such_function_is_refused(make, described, message):
    with pytest.raises(ParameterError, match=message):
        make("f", described)
