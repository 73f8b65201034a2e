"""Cells as BPX files: they come back as they were, or what cannot is named."""

import json

import numpy as np
import pytest

from microbatt.cells import NUMBERS, available_cells, load_cell
from microbatt.engines import simulate_discharge
from microbatt.errors import OccupiedError, ParameterError
from tests.cells.test_bpx import CELL, N, P, read

SIZE = {
    "electrode_area": 0.1,
    "electrode_pairs": 4.0,
    "lower_cutoff_voltage": 2.8,
    "upper_cutoff_voltage": 4.2,
}


def writable(cell):
    """The cell without what the standard has no place for, and with a size."""
    values = SIZE | {
        "nominal_capacity": cell.one_c_current * 0.4,
        "contact_resistance": 0.0,
        "negative_film_resistance": 0.0,
        "positive_film_resistance": 0.0,
        "negative_S": 3.0,
        "S": 3.0,
    }
    return cell.with_values(values).starting_at(1.0)


def there_and_back(cell, folder):
    path = folder / f"{cell.name}.json"
    cell.to_bpx(path)
    return load_cell(path)


VARIANTS = {
    "as it is": CELL,
    "half full": CELL.starting_at(0.5),
    "plastic": CELL.with_values(
        {
            "positive_electrolyte_fraction": 0.2,
            "positive_polymer_fraction": 0.1,
            "positive_gas_fraction": 0.02,
            "positive_filler_fraction": 0.03,
            "separator_electrolyte_fraction": 0.37,
            "separator_polymer_fraction": 0.1,
            "separator_filler_fraction": 0.2,
            "separator_gas_fraction": 0.05,
            "polymer_density": 1234.0,
            "positive_collector_thickness": 2e-5,
        }
    ),
    "uncertain": CELL.with_uncertainties({"S": "3 %", "positive_thickness": 1e-6}),
    "with functions of lithium": read(
        (P, N, "Diffusivity [m2.s-1]", "1e-14*(1 + 4*exp(-3*x))"),
        (
            P,
            "Positive electrode",
            "Diffusivity [m2.s-1]",
            {"x": [0, 0.4, 1], "y": [3e-14, 2e-14, 1e-14]},
        ),
        (P, N, "Entropic change coefficient [V.K-1]", "1e-4*tanh(x - 0.5)"),
    ),
    "warm": CELL.with_values({"initial_temperature": 310.0, "ambient_temperature": 300.0}),
}


@pytest.mark.parametrize("cell", VARIANTS.values(), ids=VARIANTS)
def test_a_cell_comes_back_as_it_was(tmp_path, cell):
    again = there_and_back(cell, tmp_path)
    assert again == cell.with_values(
        {"positive_filler_fraction": again.positive.filler_fraction}  # 1 − 0.2 − 0.1 − … rounded
    )
    assert again.positive.filler_fraction == pytest.approx(cell.positive.filler_fraction, rel=1e-12)


# Some potentials end before a cut-off is reached, and a file does not say so.
@pytest.mark.filterwarnings("ignore:.*by its stoichiometries:UserWarning")
@pytest.mark.parametrize("name", available_cells())
def test_a_shipped_cell_comes_back_with_the_same_curve_or_says_why_not(tmp_path, name):
    cell = load_cell(name)
    try:
        there_and_back(cell, tmp_path)
    except ParameterError as error:
        assert "cannot be written as BPX: " in str(error)  # noqa: PT017
        if cell.metal:
            return
        cell = writable(cell)
        cell.to_bpx(tmp_path / f"{name}.json")
    again = load_cell(tmp_path / f"{name}.json")
    for electrode in ("negative", "positive"):
        fit, read = (getattr(one, electrode).open_circuit for one in (cell, again))
        theta = np.linspace(*fit.limits, 997)[1:-1]
        np.testing.assert_allclose(read.potential(theta), fit.potential(theta), atol=2e-5)
    assert again.mass_per_area == pytest.approx(cell.mass_per_area, rel=1e-9)
    curves = [simulate_discharge(one, current="1C") for one in (cell, again)]
    capacity = np.linspace(0.0, 0.97 * curves[0].discharge_capacity, 200)
    voltages = [np.interp(capacity, one.capacity, one.voltage) for one in curves]
    np.testing.assert_allclose(voltages[1], voltages[0], atol=5e-4)  # straight lines between steps
    assert curves[1].discharge_capacity == pytest.approx(curves[0].discharge_capacity, rel=2e-4)


def test_what_the_standard_cannot_hold_is_named_all_of_it():
    with pytest.raises(ParameterError) as caught:
        load_cell("doyle-1996-cell-1").with_values(
            {"S": 4.0, "contact_resistance": 1e-3, "electrode_pairs": 1.5}
        ).to_bpx("never.json")
    for words in (
        "no `electrode_area`",
        "no `lower_cutoff_voltage`",
        "a `contact_resistance`",
        "the negative electrode has a `film_resistance`",
        "the positive electrode has S = 4",
        "`electrode_pairs` is 1.5",
        "write a TOML file",
    ):
        assert words in str(caught.value)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"one_c_current": 30.0}, "1 C is `nominal_capacity` over the area there"),
        ({"negative_initial_stoichiometry": 0.5}, "start at different states of charge, 0.62"),
    ],
)
def test_a_cell_that_would_come_back_as_another_is_not_written(tmp_path, values, message):
    with pytest.raises(ParameterError, match=message):
        there_and_back(CELL.with_values(values), tmp_path)


def changed(cell, name):
    """The cell with another value of a number, in the range that it may have."""
    number = NUMBERS[name]
    try:
        old = cell.value(name)
    except ParameterError:
        old = 0.0
    low, high = number.spec.allowed.low, number.spec.allowed.high
    for value in (1.1 * old, 0.9 * old, 0.5 * (max(low, 1e-3) + min(high, 1.0)), 1e-5, 1e3):
        try:
            made = cell.with_values({name: value})
        except ParameterError:
            continue
        if made.value(name) != old:
            return made
    raise AssertionError(name)


TOLD = {
    "initial_stoichiometry": "different states of charge",
    "stoichiometry_full": "different states of charge",
    "salt_exponent": "the exchange-current density of the",
    "S": "electrode has S = ",
}
"""Keys that a refusal does not name → by which words it tells of them."""
FOLDED = {"electrolyte_conductivity_scale", "electrolyte_diffusivity_scale"}
"""Factors that are written into the function which they scale."""


@pytest.mark.filterwarnings("ignore::UserWarning")  # what is doubtful of the changed cell
@pytest.mark.parametrize("name", NUMBERS)
def test_no_number_of_a_cell_is_lost_without_a_word(tmp_path, name):
    cell = changed(VARIANTS["plastic"], name).with_uncertainties({name: "10 %"})
    try:
        again = there_and_back(cell, tmp_path)
    except ParameterError as error:
        key = NUMBERS[name].key
        assert TOLD.get(key, key) in str(error)  # noqa: PT017
        return
    if name in FOLDED:
        _, _, key = name.partition("_")
        fit = key.removesuffix("_scale")
        salt = np.linspace(100.0, 2500.0, 50)
        read, expected = (
            getattr(one.electrolyte, key) * getattr(one.electrolyte.fit, fit)(salt)
            for one in (again, cell)
        )
        np.testing.assert_allclose(read, expected, rtol=1e-5)  # between the points of a table
    else:
        assert again.value(name) == pytest.approx(cell.value(name), rel=1e-9)
    assert again.uncertainties[name] / again.value(name) == pytest.approx(0.1)


def test_the_bpx_package_reads_what_is_written(tmp_path):
    import bpx

    VARIANTS["plastic"].to_bpx(tmp_path / "mine.json")
    with pytest.warns(UserWarning, match="voltage cut-off"):  # of a made-up cell
        read = bpx.parse_bpx_file(str(tmp_path / "mine.json"))
    assert read.parameterisation.cell.nominal_cell_capacity == 5.0
    assert read.parameterisation.positive_electrode.porosity == pytest.approx(0.3)


def test_a_number_of_ours_that_nobody_knows_is_refused(tmp_path):
    path = tmp_path / "mine.json"
    CELL.to_bpx(path)
    document = json.loads(path.read_text("utf-8"))
    document["Parameterisation"]["User-defined"]["microbatt: positive_colour"] = 1.0
    path.write_text(json.dumps(document), "utf-8")
    with pytest.raises(ParameterError, match="positive_colour` is not known here"):
        load_cell(path)


def test_a_file_is_replaced_where_that_is_asked_for(tmp_path):
    for write, name in ((CELL.to_bpx, "mine.json"), (CELL.to_toml, "mine.toml")):
        write(tmp_path / name)
        with pytest.raises(OccupiedError, match="pass `overwrite=True`"):
            write(tmp_path / name)
        write(tmp_path / name, overwrite=True)
        assert load_cell(tmp_path / name) == CELL
        (tmp_path / name).write_text("{}", "utf-8")
        with pytest.raises(OccupiedError, match="a file of another kind"):
            write(tmp_path / name, overwrite=True)
        with pytest.raises(ParameterError, match=r"a file of this kind ends in \."):
            write(tmp_path / "mine.txt")
