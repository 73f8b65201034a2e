"""Properties of an electrolyte that depend on temperature by no Arrhenius factor."""

from dataclasses import replace

import numpy as np
import pytest

from microbatt.cells import load_cell, to_toml
from microbatt.cells.electrolyte_fits import own_electrolyte
from microbatt.cells.thermal_functions import thermal_function
from microbatt.cells.toml import parse_cell
from microbatt.errors import ParameterError
from microbatt.porous_electrode import cell_parameters

FORMULA = "x/1000*(0.5 + 0.01*(T - 273.15))*exp(-x/1500)"
FORMULA_ENTRY = {"expression": FORMULA, "temperatures": [263.15, 333.15]}
SALT = np.linspace(0.0, 4000.0, 33)


def conductivity(x, T):
    return x / 1000 * (0.5 + 0.01 * (T - 273.15)) * np.exp(-x / 1500)


def own(**changed):
    described = {
        "transference": 0.3,
        "conductivity": FORMULA_ENTRY,
        "diffusivity": {"value": 3e-10},
    }
    return own_electrolyte("electrolyte", described | changed)


def cell_with(fit, **values):
    cell = load_cell("chen-2020")
    electrolyte = replace(
        cell.electrolyte, fit=fit, conductivity_activation=0.0, diffusivity_activation=0.0
    )
    return replace(cell, electrolyte=electrolyte, **values)


@pytest.mark.parametrize("T", [263.15, 273.15, 291.0, 298.15, 333.15])
def test_a_formula_in_x_and_temperature_is_what_it_says(T):
    fit = own().at(T)
    np.testing.assert_allclose(fit.conductivity(SALT), conductivity(SALT, T), rtol=2e-3)
    h = 1e-3
    slope = (conductivity(SALT + h, T) - conductivity(SALT - h, T)) / (2 * h)
    np.testing.assert_allclose(fit.conductivity_slope(SALT), slope, rtol=3e-3, atol=1e-7)


def test_at_the_temperatures_of_tables_it_is_the_tables_and_between_them_an_arrhenius_factor():
    x, cold, warm = [0.0, 1000.0, 2000.0], [0.0, 0.5, 0.4], [0.0, 1.5, 1.0]
    f = thermal_function(
        "kappa",
        {
            "temperatures": [273.15, 313.15],
            "tables": [{"x": x, "y": cold}, {"x": x, "y": warm}],
        },
        lower=0.0,
        upper=12_000.0,
    )
    np.testing.assert_allclose(f.at(273.15)(x), cold, rtol=1e-14)
    np.testing.assert_allclose(f.at(313.15)(x), warm, rtol=1e-14)
    energy = np.log(1.5 / 0.5) / (1 / 273.15 - 1 / 313.15)
    at = 0.5 * np.exp(energy * (1 / 273.15 - 1 / 290.0))
    assert f.at(290.0)(1000.0) == pytest.approx(at, rel=1e-13)
    assert f.at(250.0)(1000.0) == pytest.approx(0.5)  # stays beyond the last


def test_it_is_written_and_read_back_as_the_same_cell():
    for entry in (
        FORMULA_ENTRY,
        {
            "temperatures": [273.15, 313.15],
            "tables": [
                {"x": [0.0, 2000.0], "y": [0.1, 0.5]},
                {"x": [0.0, 2000.0], "y": [0.2, 0.9]},
            ],
        },
    ):
        cell = cell_with(own(conductivity=entry))
        again = parse_cell(to_toml(cell, source="a test"))
        assert again.digest == cell.digest
        assert again.electrolyte == cell.electrolyte
    other = cell_with(own(conductivity=FORMULA_ENTRY | {"expression": FORMULA + " + 0*T + 1e-4*T"}))
    assert other.digest != cell_with(own()).digest


def test_the_file_takes_units_and_tables_beside_it(tmp_path):
    (tmp_path / "cold.csv").write_text("c,kappa\n0,1\n2000,5\n")
    (tmp_path / "warm.csv").write_text("c,kappa\n0,2\n2000,9\n")
    text = to_toml(cell_with(own()), source="a test")
    line = next(one for one in text.splitlines() if one.startswith("conductivity = "))
    changed = (
        'conductivity = { temperatures = [273.15, 313.15], tables = ["cold.csv", "warm.csv"], '
        'unit = "mS/cm", source = "ours" }'
    )
    fit = parse_cell(text.replace(line, changed), tmp_path).electrolyte.fit
    np.testing.assert_allclose(fit.at(313.15).conductivity([0.0, 2000.0]), [0.2, 0.9], rtol=1e-14)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"expression": FORMULA}, r"depends on T; give `temperatures = \[low, high\]`"),
        (FORMULA_ENTRY | {"temperatures": [300.0, 280.0]}, "it must rise"),
        (FORMULA_ENTRY | {"temperatures": [10.0, 60.0]}, "must lie in"),
        (FORMULA_ENTRY | {"temperatures": 300.0}, "must be two to 64 numbers"),
        (FORMULA_ENTRY | {"temperatures": [273.0, 290.0, 300.0]}, "two temperatures between"),
        (FORMULA_ENTRY | {"expression": "x*(T - 300)"}, "it must be positive"),
        ({"temperatures": [273.0, 293.0], "tables": []}, "2 temperatures and 0 tables"),
        ({"temperatures": [273.0, 293.0], "value": 1.0}, "stands an `expression` in x and T"),
    ],
)
def test_what_is_wrong_is_said(entry, message):
    with pytest.raises(ParameterError, match=message):
        own(conductivity=entry)


def test_a_cell_does_not_start_outside_and_has_no_second_factor():
    with pytest.raises(ParameterError, match="are known from 263"):
        cell_with(own(), initial_temperature=250.0)
    two = own(diffusivity={"expression": "3e-10 + 0*T", "temperatures": [288.15, 308.15]})
    with pytest.raises(ParameterError, match=r"known from 288\.15 to 308\.15 K"):
        cell_with(two, initial_temperature=273.15, ambient_temperature=273.15)
    cell = cell_with(own())
    with pytest.raises(ParameterError, match="Give the one or the other"):
        replace(cell.electrolyte, conductivity_activation=1000.0)


def test_properties_without_a_common_temperature_are_refused_as_such():
    cold = {"expression": "3e-10 + 0*T", "temperatures": [298.15, 318.15]}
    tables = [{"x": [0.0, 2000.0], "y": [0.1 * k, 0.5 * k]} for k in (1, 2)]
    warm = {"temperatures": [320.15, 330.15], "tables": tables}
    told = (
        r"`diffusivity` is given from 298.15 to 318.15 K and "
        r"`conductivity` is given from 320.15 to 330.15 K, which have no temperature"
    )
    with pytest.raises(ParameterError, match=told):
        own(diffusivity=cold, conductivity=warm)


def test_other_cells_have_no_levels():
    prepared = cell_parameters(load_cell("chen-2020"), heat_transfer_coefficient=None)
    assert prepared.electrolyte_levels.size == 0


def test_the_identity_holds_the_temperatures():
    tables = [{"x": [0.0, 2000.0], "y": [0.1 * k, 0.5 * k]} for k in (1, 2)]
    cells = [
        cell_with(own(conductivity={"temperatures": [low, 318.15], "tables": tables}))
        for low in (278.15, 288.15)
    ]
    assert cells[0].digest != cells[1].digest


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("0.1 + 0.001*t*x", "`t` is not known; .*`T`, the temperature in kelvin; .*Is `T` meant?"),
        ("0.1*c*T", "at column 5, `c` is not known; the variables are `x` and `T`.*Is `x` meant?"),
        ("0.1*x*temp", "`temp` is not known; .*Is `T` meant?"),
    ],
)
@pytest.mark.parametrize("more", [{}, {"temperatures": [280.0, 300.0]}])
def test_an_unknown_name_is_answered_with_the_variables_and_the_likely_one(text, told, more):
    if "T" in text and not more:
        told = "depends on T; give `temperatures"
    with pytest.raises(ParameterError, match=told):
        own(conductivity={"expression": text} | more)
