"""Cells and parts as people meet them: short at a prompt, a table in a notebook."""

from dataclasses import replace

import pytest

from microbatt.cells import ELECTROLYTE_FITS, OPEN_CIRCUIT_FITS, PARTS, available_cells, load_cell
from tests.markup import parsed


@pytest.fixture(params=available_cells())
def cell(request):
    return load_cell(request.param)


def test_a_cell_is_one_line_with_its_name_and_materials(cell):
    words = repr(cell)
    assert len(words) < 160
    assert "\n" not in words
    assert cell.name in words
    assert cell.positive.open_circuit.material in words


def test_a_part_is_one_line(cell):
    for name in PARTS:
        words = repr(getattr(cell, name))
        assert len(words) < 120
        assert words.startswith("<")
        assert "\n" not in words


@pytest.mark.parametrize("fits", [OPEN_CIRCUIT_FITS, ELECTROLYTE_FITS], ids=["ocp", "electrolyte"])
def test_a_fit_is_one_line_with_its_range_and_no_function(fits):
    for name, fit in fits.items():
        assert name in repr(fit)
        assert "function" not in repr(fit)
        assert len(repr(fit)) < 120


def test_in_a_notebook_a_cell_is_well_formed_and_short(cell):
    html = cell._repr_html_()
    assert len(html) < 4000
    table = parsed(html)
    assert len(table.findall(".//rect")) == 5
    assert f"{1e6 * cell.positive.thickness:.4g} µm" in html
    assert cell.electrolyte.fit.description in html


def test_layers_are_drawn_to_scale(cell):
    widths = [float(one.get("width")) for one in parsed(cell._repr_html_()).iter("rect")]
    layers = ("negative_collector", "negative", "separator", "positive", "positive_collector")
    ratio = [
        (width - 2.0) / getattr(cell, name).thickness
        for width, name in zip(widths, layers, strict=True)
    ]
    assert ratio == pytest.approx([ratio[1]] * 5, rel=0.01)  # to a tenth of a pixel


def test_in_a_notebook_a_part_shows_each_number_with_its_unit(cell):
    html = cell.positive._repr_html_()
    parsed(html)
    assert f"<td>{cell.positive.max_concentration:.6g} mol m⁻³</td>" in html
    assert cell.positive.open_circuit.name in html


def test_words_of_a_user_are_no_markup():
    wicked = replace(
        load_cell("doyle-1996-cell-1"), name="<script>alert(1)</script>", description="a < b & c"
    )
    html = wicked._repr_html_()
    parsed(html)
    assert "<script>" not in html
