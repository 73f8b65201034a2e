"""A cell as a record: mass, microstructure, round trips, refusals."""

import json
from dataclasses import FrozenInstanceError, replace

import pytest
from hypothesis import given

from microbatt.cells import Cell, available_cells, to_toml
from microbatt.cells.loading import load_cell
from microbatt.cells.toml import parse_cell
from microbatt.errors import ParameterError
from tests.cells.strategies import cells


@pytest.fixture
def cell():
    return load_cell("doyle-1996-cell-1")


@given(cells(scaled=True))
def test_a_cell_survives_json(cell):
    assert Cell.from_dict(json.loads(json.dumps(cell.to_dict()))) == cell


@given(cells(scaled=True))
def test_a_cell_survives_its_own_file(cell):
    assert parse_cell(to_toml(cell, source="a random test")) == cell


@pytest.mark.parametrize("name", available_cells())
def test_every_catalog_cell_survives_json_and_its_own_file(name):
    cell = load_cell(name)
    assert Cell.from_dict(json.loads(json.dumps(cell.to_dict()))) == cell
    assert parse_cell(to_toml(cell, source="a test")) == cell


def test_the_mass_of_doyles_cell_1_is_the_published_one(cell):
    # 0.7549 kg m⁻² divides the published energies; four digits were printed
    assert cell.mass_per_area == pytest.approx(0.7549, abs=5e-5)


@given(cells())
def test_doubling_every_thickness_doubles_the_mass(cell):
    layers = ("negative", "separator", "positive", "negative_collector", "positive_collector")
    thick = {
        name: replace(part, thickness=2 * part.thickness)
        for name in layers
        for part in [getattr(cell, name)]
    }
    assert replace(cell, **thick).mass_per_area == pytest.approx(2 * cell.mass_per_area, rel=1e-12)


def test_the_microstructure_changes_the_positive_electrode_alone(cell):
    other = cell.with_microstructure(alpha=4.0, S=11.0)
    assert (other.positive.alpha, other.positive.S) == (4.0, 11.0)
    assert other.negative == cell.negative
    assert other.separator == cell.separator
    assert replace(other, positive=cell.positive) == cell


def test_a_cell_cannot_be_changed_in_place(cell):
    with pytest.raises(FrozenInstanceError):
        cell.contact_resistance = 1.0


def test_integers_are_stored_as_floats(cell):
    assert isinstance(replace(cell.positive, S=3).S, float)


def test_a_given_effective_conductivity_replaces_the_estimate(cell):
    # 3.8 S m⁻¹ × 0.37^1.5
    assert cell.positive.matrix_conductivity == pytest.approx(3.8 * 0.37**1.5, rel=1e-12)
    known = replace(cell.positive, effective_solid_conductivity=1.406)
    assert known.matrix_conductivity == 1.406


def test_the_area_density_of_doyles_positive_electrode_is_that_of_spheres(cell):
    assert cell.positive.area_density == pytest.approx(3 * 0.297 / 8.5e-6, rel=1e-12)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"electrolyte_fraction": 44.4}, r"`electrolyte_fraction` is 44\.4; .*\[0\.01, 1\]"),
        ({"electrolyte_fraction": 44.4}, "Divide a percentage by 100"),
        ({"thickness": -174e-6}, r"`thickness` is -0\.000174 m; it must lie in"),
        ({"filler_fraction": 0.5}, r"sum to 1\.13 \(electrolyte 0\.444 \+ polymer 0\.186"),
        ({"filler_fraction": 0.369}, "leave 0.001 for active material"),
        ({"initial_stoichiometry": 0.05}, r"`lmo-bellcore` holds in \[0\.17, 0\.998431\]"),
        ({"particle_radius": float("nan")}, "`particle_radius` is nan m"),
        ({"S": 0.0}, r"`S` is 0; .*A sphere has S = 3"),
        ({"alpha": -1.0}, "`alpha` is -1; it must lie in"),
        ({"density": "heavy"}, "`density` is 'heavy'; it must be a number"),
    ],
)
def test_an_electrode_refuses_what_cannot_be(cell, change, message):
    with pytest.raises(ParameterError, match=message):
        replace(cell.positive, **change)


def test_fractions_that_fill_the_volume_exactly_are_allowed_in_a_separator(cell):
    assert cell.separator.inert_fraction == pytest.approx(0.0, abs=1e-12)


def test_exchanged_electrodes_are_refused(cell):
    with pytest.raises(ParameterError, match="Check that the electrodes are not exchanged"):
        replace(cell, negative=cell.positive, positive=cell.negative)


def test_a_salt_concentration_beyond_the_fit_is_refused(cell):
    with pytest.raises(ParameterError, match=r"holds in \[0, 4300\] mol m-3"):
        replace(cell.electrolyte, initial_concentration=6000.0)


def test_an_unknown_key_of_a_dictionary_is_answered_with_the_nearest(cell):
    values = cell.to_dict()
    values["positive"]["thicknes"] = values["positive"].pop("thickness")
    with pytest.raises(ParameterError, match=r"in \[positive\], `thicknes`.*Nearest: 'thickness'"):
        Cell.from_dict(values)


def test_a_missing_part_of_a_dictionary_is_named(cell):
    values = cell.to_dict()
    del values["separator"]
    with pytest.raises(ParameterError, match="`separator` is missing"):
        Cell.from_dict(values)


def test_values_of_several_parts_are_changed_at_once_and_nothing_else(cell):
    other = cell.with_values(
        {"positive_thickness": 1e-4, "alpha": 2.0, "separator_alpha": 0.5, "heat_capacity": 900.0}
    )
    assert (other.positive.thickness, other.positive.alpha) == (1e-4, 2.0)
    assert (other.separator.alpha, other.heat_capacity) == (0.5, 900.0)
    back = {"positive_thickness": 174e-6, "alpha": 2.3, "separator_alpha": 2.3}
    assert other.with_values(back | {"heat_capacity": 700.0}) == cell


def test_fractions_are_checked_together_as_a_file_is(cell):
    swapped = {"positive_electrolyte_fraction": 0.2, "positive_filler_fraction": 0.6}
    assert cell.with_values(swapped).positive.filler_fraction == 0.6  # either alone is too much
    with pytest.raises(ParameterError, match=r"in \[positive\], the volume fractions sum to 1\.2"):
        cell.with_values({"positive_filler_fraction": 0.6})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"positive_thicknes": 1e-4}, r"`positive_thicknes`. Nearest: 'positive_thickness'"),
        ({"alfa": 2.0}, r"no number `alfa`. Nearest: 'alpha'"),
        ({"positive_thickness": 100.0}, r"in \[positive\], `thickness` is 100 m; .* its collector"),
        ({"alpha": float("nan")}, r"in \[positive\], `alpha` is nan; it must lie in \[0, 20\]"),
        ({"negative_S": "3"}, r"in \[negative\], `S` is '3'; it must be a number"),
        ({"contact_resistance": -1e-3}, r"in \[cell\], `contact_resistance` is -0\.001 ohm m2"),
        ({"negative_initial_stoichiometry": 0.9}, r"fit `petroleum-coke` holds in \[0, 0\.67\]"),
        ({"alpha": 1.0, "positive_alpha": 2.0}, "`positive_alpha` is given twice"),
    ],
)
def test_a_value_that_no_file_could_have_is_refused_with_its_name(cell, values, message):
    with pytest.raises(ParameterError, match=message):
        cell.with_values(values)


def test_a_value_that_follows_from_others_is_told(cell):
    assert cell.value("positive_effective_solid_conductivity") == cell.positive.matrix_conductivity
    assert cell.value("positive_alpha") == cell.value("alpha") == 2.3


def test_a_factor_of_one_is_not_written_and_another_is(cell):
    assert "conductivity_scale" not in cell.to_dict()["electrolyte"]
    scaled = cell.with_values({"electrolyte_conductivity_scale": 1.1})
    assert Cell.from_dict(scaled.to_dict()) == scaled
    assert parse_cell(to_toml(scaled, source="a test")) == scaled
