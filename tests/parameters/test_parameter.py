"""The vocabulary: every declared number of a cell has one name, derived from its declaration."""

from dataclasses import replace

import pytest

from microbatt.cells import PARTS, Cell, FitSpec, available_cells, load_cell, specs
from microbatt.checks import Interval
from microbatt.errors import ParameterError
from microbatt.parameters import PARAMETERS, parameter

CELL = load_cell("doyle-1996-cell-1")
UNSAID = (
    "electrode_area",
    "nominal_capacity",
    "lower_cutoff_voltage",
    "upper_cutoff_voltage",
    *(f"{e}_stoichiometry_{end}" for e in ("negative", "positive") for end in ("full", "empty")),
)
SAID = [name for name in PARAMETERS if name not in UNSAID]


def test_every_declared_number_has_exactly_one_name():
    declared = {
        (part, key)
        for part, kind in {"cell": Cell, **PARTS}.items()
        for key, (_, spec) in specs(kind).items()
        if not isinstance(spec, FitSpec)
    }
    assert {(one.part, one.key) for one in PARAMETERS.values()} == declared
    assert len(PARAMETERS) == len(declared)


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("alpha", ("positive", "alpha")),
        ("S", ("positive", "S")),
        ("negative_alpha", ("negative", "alpha")),
        ("negative_S", ("negative", "S")),
        ("separator_alpha", ("separator", "alpha")),
        ("positive_thickness", ("positive", "thickness")),
        ("electrolyte_conductivity_scale", ("electrolyte", "conductivity_scale")),
        ("initial_temperature", ("cell", "initial_temperature")),
        ("contact_resistance", ("cell", "contact_resistance")),
        ("negative_collector_thickness", ("negative_collector", "thickness")),
    ],
)
def test_a_name_is_the_part_and_the_key_of_a_cell_file(name, place):
    assert (parameter(name).part, parameter(name).key) == place
    assert name in PARAMETERS


@pytest.mark.parametrize("short", ["alpha", "S"])
def test_the_long_name_of_a_microstructure_means_the_short_one(short):
    assert parameter(f"positive_{short}") is PARAMETERS[short]
    assert f"positive_{short}" not in PARAMETERS


def test_range_and_unit_are_those_that_the_record_checks():
    for one in PARAMETERS.values():
        record = CELL if one.part == "cell" else getattr(CELL, one.part)
        with pytest.raises(ParameterError, match=f"`{one.key}`"):
            replace(record, **{one.key: one.allowed.low - 1.0})


def test_what_is_positive_and_spans_decades_is_fitted_as_a_logarithm():
    logs = {name for name, one in PARAMETERS.items() if one.transform == "log"}
    assert {"S", "positive_thickness", "negative_solid_diffusivity", "heat_capacity"} <= logs
    assert not {"alpha", "contact_resistance", "initial_temperature"} & logs
    assert not any(name.endswith(("fraction", "stoichiometry", "activation")) for name in logs)


def test_a_coordinate_comes_back_as_its_value():
    for name in SAID:
        one, value = parameter(name), CELL.value(name)
        assert one.from_coordinate(one.to_coordinate(value)) == pytest.approx(value, rel=1e-14)


def test_a_step_is_small_against_how_well_a_number_is_known():
    for name, one in PARAMETERS.items():
        assert one.step > 0.0
        if one.uncertainty is not None:
            assert one.step <= one.uncertainty, name


def test_a_convention_has_no_uncertainty_and_everything_else_has():
    assert {name for name, one in PARAMETERS.items() if one.uncertainty is None} == {
        "one_c_current",
        "electrode_pairs",
        "lower_cutoff_voltage",
        "upper_cutoff_voltage",
        "negative_salt_exponent",
        "positive_salt_exponent",
        *UNSAID[4:],
    }


def test_in_a_cell_the_fits_limit_the_range():
    inside = parameter("positive_initial_stoichiometry").range_in(CELL)
    assert inside == Interval(CELL.positive.open_circuit.lower, CELL.positive.open_circuit.upper)
    assert parameter("electrolyte_initial_concentration").range_in(CELL).high == 4300.0
    assert parameter("alpha").range_in(CELL) == parameter("alpha").allowed


@pytest.mark.parametrize("cell", available_cells())
def test_every_number_of_a_shipped_cell_lies_in_its_range(cell):
    loaded = load_cell(cell)
    for name in SAID:
        record = getattr(loaded, parameter(name).part, loaded)
        if parameter(name).key not in specs(record):
            continue  # of particles, which lithium metal has none of
        assert loaded.value(name) in parameter(name).range_in(loaded), name


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(
        ParameterError, match=r"no number `positive_thicknes`. Nearest: 'positive_t"
    ):
        parameter("positive_thicknes")


@pytest.mark.parametrize("name", UNSAID)
def test_what_a_cell_does_not_say_is_no_number(name):
    with pytest.raises(ParameterError, match=f"the cell says nothing of `{name}`"):
        CELL.value(name)
    assert CELL.with_values({name: 0.5}).value(name) == 0.5


def test_what_a_cell_states_of_an_error_comes_before_what_is_usual():
    stated = CELL.with_uncertainties({"positive_thickness": "5 %", "contact_resistance": 1e-3})
    thickness, contact = parameter("positive_thickness"), parameter("contact_resistance")
    assert thickness.uncertainty_in(stated) == pytest.approx(0.05)  # of a logarithm: relative
    assert contact.uncertainty_in(stated) == 1e-3  # in its unit
    assert thickness.uncertainty_in(CELL) == thickness.uncertainty
