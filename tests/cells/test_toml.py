"""Cell files: what is wrong is told with file, key, value, range and remedy."""

import json
import os
import re
import warnings

import numpy as np
import pytest

from microbatt.cells import Cell, available_cells, load_cell, to_toml
from microbatt.cells.doubts import cell_doubts
from microbatt.cells.loading import cell_path
from microbatt.cells.toml import parse_cell
from microbatt.errors import CellFileError, ParameterError

GOOD = cell_path("doyle-1996-cell-1").read_text(encoding="utf-8")


@pytest.fixture
def edited(tmp_path):
    """A copy of cell 1 with one piece of text replaced, as a function."""

    def edit(old, new):
        assert GOOD.count(old) >= 1
        path = tmp_path / "mine.toml"
        path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
        return path

    return edit


THICKNESS = 'thickness = { value = 100, unit = "µm", source = "doyle1996" }'
RADIUS = 'particle_radius = { value = 12.5, unit = "µm", source = "doyle1996" }'
POROSITY = 'electrolyte_fraction = { value = 0.357, unit = "1", source = "doyle1996" }'
FIT = 'open_circuit = { fit = "petroleum-coke", source = "doyle1996" }'
STOICHIOMETRY = "initial_stoichiometry = { value = 0.5635"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            'value = 35.7, unit = "1"',
            "is 35.7; it must lie in [0.01, 1]. Divide a percentage by 100.",
        ),
        ('value = 1.42, unit = "1"', "in [0.01, 1]. It is a share of a whole, at most 1;"),
        (
            'value = 142, unit = "%"',
            "is 142 %; it must lie in [1, 100] %. It is a share of a whole,",
        ),
        ('value = 0.357, unit = "%"', 'in [1, 100] %. Give a fraction with `unit = "1"`.'),
    ],
)
def test_the_remedy_for_a_fraction_follows_how_it_was_written(edited, given, told):
    with pytest.raises(CellFileError) as error:
        load_cell(edited('value = 0.357, unit = "1"', given))
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "messages"),
    [
        pytest.param(
            "value = 0.357",
            "value = 35.7",
            ["`negative.electrolyte_fraction` is 35.7", "[0.01, 1]", "Divide a percentage by 100"],
            id="percentage",
        ),
        pytest.param(
            "value = 100, unit",
            "value = -100, unit",
            ["`negative.thickness` is -100 µm", "[0.1, 5000] µm"],
            id="negative thickness",
        ),
        pytest.param(
            "value = 0.146",
            "value = 0.7",
            ["in [negative]", "sum to 1.083", "at most 1", "Lower one of them"],
            id="fractions above one",
        ),
        pytest.param(
            '"petroleum-coke"',
            '"petroleum_coke"',
            ["`negative.open_circuit` is 'petroleum_coke'", "Nearest: 'petroleum-coke'"],
            id="unknown fit",
        ),
        pytest.param(
            "initial_stoichiometry = { value = 0.5635",
            "initial_stoichiometry = { value = 0.8",
            ["`initial_stoichiometry` is 0.8", "`petroleum-coke` holds in [0, 0.67]"],
            id="stoichiometry outside the fit",
        ),
        pytest.param(
            RADIUS,
            RADIUS.replace("particle_radius", "particle_radios"),
            ["in [negative]", "`particle_radios` is not a key", "Nearest: 'particle_radius'"],
            id="unknown key",
        ),
        pytest.param(RADIUS, "", ["`particle_radius` is missing", 'unit = "m"'], id="missing key"),
        pytest.param(
            THICKNESS,
            'thickness = { value = 100, unit = "kg", source = "doyle1996" }',
            ["`negative.thickness`", "the unit is `kg`", "give the value in `m`"],
            id="wrong unit",
        ),
        pytest.param(
            THICKNESS,
            'thickness = { value = 100, unit = "microns", source = "doyle1996" }',
            ["`negative.thickness`", "`microns` is not a unit known here"],
            id="unknown unit",
        ),
        pytest.param(
            POROSITY,
            'electrolyte_fraction = { value = 135, unit = "%", source = "doyle1996" }',
            ["`negative.electrolyte_fraction` is 135 %", "lie in [1, 100]"],
            id="more than all",
        ),
        pytest.param(
            POROSITY,
            'void_fraction = { value = 0.357, unit = "1", source = "doyle1996" }',
            ["in [negative]", "`void_fraction` is not a key", "called `electrolyte_fraction` here"],
            id="another word",
        ),
        pytest.param(
            THICKNESS,
            'thickness = { value = 100, unit = "°C", source = "doyle1996" }',
            ["`negative.thickness`", "`°C` is not a unit known here"],
            id="a temperature for a length",
        ),
        pytest.param(
            THICKNESS,
            'thickness = { value = 100, unit = "µm", uncertainty = -2, source = "doyle1996" }',
            ["`uncertainty of negative.thickness` is -2 µm", "standard deviation"],
            id="a negative uncertainty",
        ),
        pytest.param(
            THICKNESS,
            'thickness = { value = 100, source = "doyle1996" }',
            ["`negative.thickness.unit` is missing"],
            id="missing unit",
        ),
        pytest.param(
            THICKNESS,
            'thickness = { value = 100, unit = "µm" }',
            ["`negative.thickness.source` is missing"],
            id="missing source",
        ),
        pytest.param(
            THICKNESS,
            'thickness = { value = 100, unit = "µm", source = " " }',
            ["`negative.thickness.source` is ' '", "name where the value comes from"],
            id="empty source",
        ),
        pytest.param(
            THICKNESS,
            "thickness = 100",
            ["`negative.thickness` is 100", "write it as { value = "],
            id="bare number",
        ),
        pytest.param(
            THICKNESS,
            'thickness = { value = 100, units = "µm", source = "doyle1996" }',
            ["`negative.thickness.units` is not a key", "called `unit` here. Write"],
            id="unknown key of an entry",
        ),
        pytest.param(
            "value = 100, unit",
            "value = nan, unit",
            ["`negative.thickness` is nan µm", "[0.1, 5000] µm"],
            id="NaN",
        ),
        pytest.param(
            "value = 100, unit",
            'value = "100", unit',
            ["`negative.thickness` is '100'", "must be a number in [0.1, 5000] µm"],
            id="text for a number",
        ),
        pytest.param(
            "value = 100, unit", "value = , unit", ["not valid TOML", "line"], id="bad syntax"
        ),
        pytest.param("[separator]", "[seperator]", ["Nearest: 'separator'"], id="unknown section"),
        pytest.param("format = 1", "format = 2", ["`format` is 2", "reads `format = 1`"], id="new"),
        pytest.param("format = 1", "", ["`format` is None"], id="no format"),
        pytest.param(
            '"lipf6-ec-dmc-1-2-plastic"',
            '"lipf6"',
            ["`electrolyte.fit` is 'lipf6'", "'lipf6-ec-dmc-liquid'"],
            id="unknown electrolyte",
        ),
    ],
)
def test_a_mistake_is_told_with_file_key_value_range_and_remedy(edited, old, new, messages):
    path = edited(old, new)
    with pytest.raises(CellFileError) as error:
        load_cell(path)
    text = str(error.value)
    assert text.startswith(f"{path}: ")
    for message in messages:
        assert message in text
    assert "\n" not in text


def test_an_equal_value_in_another_unit_gives_the_same_cell(edited):
    path = edited('value = 100, unit = "µm"', 'value = 0.1, unit = "mm"')
    assert load_cell(path) == load_cell("doyle-1996-cell-1")


def test_a_path_is_taken_as_text_too(edited):
    path = edited('name = "doyle-1996-cell-1"', 'name = "mine"')
    assert load_cell(str(path)).name == "mine"


def test_a_cell_passes_through():
    cell = load_cell("lco-graphite")
    assert load_cell(cell) is cell


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(ParameterError, match="Nearest: 'doyle-1996-cell-1'"):
        load_cell("doyle-1996-cell1")


def test_all_that_is_missing_is_told_at_once(tmp_path):
    lines = GOOD.splitlines()
    kept = [one for one in lines if not one.startswith(("one_c_current", "thickness"))]
    path = tmp_path / "cell.toml"
    path.write_text("\n".join(kept), encoding="utf-8")
    with pytest.raises(CellFileError) as told:
        load_cell(path)
    words = str(told.value)
    gone = len(lines) - len(kept) - 2  # the foils may go
    assert f"{gone} values are missing" in words
    assert words.count("{ value = ..., unit = ") == gone
    assert "to [cell] `one_c_current = {" in words
    for named in ("negative", "separator", "positive"):
        assert f"to [{named}] `" in words
    path.write_text(GOOD.partition("[electrolyte]")[0], encoding="utf-8")
    with pytest.raises(CellFileError, match=r"`electrolyte` is missing"):
        load_cell(path)


def test_all_that_has_to_be_mended_is_told_at_once(tmp_path):
    changes = {
        THICKNESS: 'thickness = { value = 100, unit = "kg", source = "doyle1996" }',
        RADIUS: RADIUS.replace("particle_radius", "particle_radios"),
        POROSITY: POROSITY.replace("0.357", "135"),
        FIT: FIT.replace("petroleum-coke", "petroleum_coke"),
        '"lipf6-ec-dmc-1-2-plastic"': '"lipf6"',
        "heat_capacity =": "heat =",
    }
    text = GOOD
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CellFileError, match=f"{len(changes)} things have to be mended") as told:
        load_cell(path)
    for words in (
        "the unit is `kg`",
        "`particle_radios` is not a key",
        "`negative.electrolyte_fraction` is 135",
        "`negative.open_circuit` is 'petroleum_coke'",
        "`electrolyte.fit` is 'lipf6'",
        "in [cell], `heat` is not a key",
    ):
        assert str(told.value).count(words) == 1


def test_the_keys_are_listed_once_whatever_number_is_unknown(tmp_path):
    changes = {
        RADIUS: RADIUS.replace("particle_radius", "zzz"),
        "filler_fraction": "thicknes",
        "initial_stoichiometry": "d50",
    }
    text = GOOD
    for old, new in changes.items():
        text = text.replace(old, new)  # in both electrodes, which have the same keys
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CellFileError) as told:
        load_cell(path)
    words = str(told.value)
    for named in (
        "in [negative], `zzz` is not a key here.\n",
        "in [negative], `thicknes` is not a key here. Nearest: 'thickness'. Known: 'S', 'alpha'",
        "in [positive], `thicknes` is not a key here. Nearest: 'thickness'.\n",
        "in [positive], `d50` is not a key here. It is called `particle_radius` here. Halve it.",
    ):
        assert words.count(named) == 1
    assert words.count("Known: ") == 1


def test_keys_that_stand_in_place_of_others_are_known(edited):
    """A meaning is offered only if the part takes it, and `fit` stands alone."""
    kappa = 'kappa = { value = 1, unit = "S/m", source = "a" }'
    with pytest.raises(CellFileError, match="called `conductivity` here"):
        load_cell(edited("[electrolyte]\n", f"[electrolyte]\n{kappa}\n"))
    sigma = kappa.replace("kappa", "conductivity")
    with pytest.raises(CellFileError, match="`fit` and `conductivity` are both given"):
        load_cell(edited("[electrolyte]\n", f"[electrolyte]\n{sigma}\n"))


def test_a_table_that_is_missing_hides_no_other_fault(tmp_path):
    before, _, rest = GOOD.partition("[separator]")
    text = before + rest[rest.index("[positive]") :]
    changes = {
        THICKNESS: 'thickness = { value = 100, unit = "kg", source = "doyle1996" }',
        RADIUS: RADIUS.replace("particle_radius", "particle_radios"),
        "heat_capacity =": "heat =",
        'name = "': 'notes = 3\nname = "',
        "initial_concentration = { value = 2000": "initial_concentration = { value = 9000",
    }
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CellFileError, match="6 things have to be mended") as told:
        load_cell(path)
    for words in (
        "`separator` is missing. A cell has name",
        "the unit is `kg`",
        "`particle_radios` is not a key",
        "in [cell], `heat` is not a key",
        "`notes` is not a part of a cell",
        "in [electrolyte], `initial_concentration` is 9000 mol m-3; the electrolyte fit",
    ):
        assert str(told.value).count(words) == 1


def without_masses(text):
    """A cell file without the numbers that only masses and heat balances need."""
    lines = text.partition("[negative_collector]")[0].splitlines()
    unused = ("heat_capacity", "density", "polymer_density", "filler_density")
    return "\n".join(line for line in lines if not line.startswith(unused))


def test_what_only_a_heat_balance_needs_may_be_left_out():
    cell = parse_cell(without_masses(GOOD))
    assert np.isnan(cell.mass_per_area)
    assert cell.heat_capacity is cell.positive.density is cell.negative_collector.thickness is None
    assert Cell.from_dict(json.loads(json.dumps(cell.to_dict()))) == cell
    assert parse_cell(to_toml(cell, source="a test")) == cell
    assert "negative collector" not in cell._repr_html_()
    with pytest.raises(ParameterError) as told:
        cell.check_heat()
    for words in (
        "a heat balance needs `heat_capacity`, `electrolyte_density`, `negative_density`,",
        'to [positive] `density = { value = ..., unit = "kg m-3", source = "..." }`',
        "to [negative_collector] `thickness = {",
    ):
        assert words in str(told.value)
    given = cell.with_values({"electrolyte_density": 1324.0, "negative_density": 1900.0})
    with pytest.raises(ParameterError, match="needs `positive_density`, of which"):
        given.with_values(
            {
                "negative_collector_thickness": 0.0,
                "positive_collector_thickness": 1e-5,
                "positive_collector_density": 2700.0,
            }
        ).check_heat(["heat_capacity"])


def window(part, full, empty):
    """Edit of a file that states where an electrode is full and empty."""
    written = "".join(
        f'stoichiometry_{end} = {{ value = {value}, unit = "1", source = "a test" }}\n'
        for end, value in (("full", full), ("empty", empty))
    )
    return f"[{part}]\n", f"[{part}]\n{written}"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            [("nominal_capacity = { value = 5,", "nominal_capacity = { value = 5000,")],
            r"nominal capacity is 5000 A h, and between full and empty the cell holds 5\.\d+ A h",
        ),
        (
            [window("negative", 0.9, 0.02), window("positive", 0.5, 0.9)],
            "the negative electrode takes .* one of the windows",
        ),
    ],
)
def test_what_contradicts_itself_is_told_of_a_file(tmp_path, changes, words):
    text = cell_path("chen-2020").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        load_cell(path)
    assert any(re.search(words, str(one.message)) for one in told)
    assert {one.filename for one in told} == {__file__}


@pytest.mark.parametrize("name", available_cells())
def test_a_cell_of_the_catalog_gives_no_doubt(name):
    assert cell_doubts(load_cell(name)) == ()


def test_a_missing_file_is_named(tmp_path):
    path = tmp_path / "none.toml"
    with pytest.raises(CellFileError, match=f"^{re.escape(str(path))}: cannot be read"):
        load_cell(path)


def test_a_file_that_is_not_text_is_named(tmp_path):
    path = tmp_path / "binary.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CellFileError, match="is not UTF-8 text"):
        load_cell(path)


def test_a_cell_named_twice_is_parsed_once():
    assert load_cell("doyle-1996-cell-1") is load_cell("doyle-1996-cell-1")


def test_an_edited_file_is_read_anew_whatever_its_size_and_time_stamp_say(tmp_path):
    path = tmp_path / "mine.toml"
    text = to_toml(load_cell("doyle-1996-cell-1"), source="doyle1996")
    path.write_text(text, encoding="utf-8")
    before, stamp = load_cell(path), path.stat()
    path.write_text(text.replace("value = 0.000174", "value = 0.000176"), encoding="utf-8")
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert path.stat().st_size == stamp.st_size
    assert (before.positive.thickness, load_cell(path).positive.thickness) == (174e-6, 176e-6)


EXPRESSION = (
    'open_circuit = { expression = "(-0.132056 + 1.40854*exp(-3.52312*x))*1000", '
    'range = [0, 0.67], unit = "mV", material = "petroleum coke", source = "doyle1996" }'
)
ELECTROLYTE = 'fit = { fit = "lipf6-ec-dmc-1-2-plastic", source = "doyle1996" }'
OWN_ELECTROLYTE = """
transference_number = { value = 0.363, unit = "1", source = "doyle1996" }
diffusivity = { value = 7.5e-7, unit = "cm2/s", source = "doyle1996" }
conductivity = { x = [0, 1000, 2000, 3000], y = [0.1, 2.9, 2.5, 1.8], unit = "mS/cm", source = "a" }
"""


def test_an_expression_in_a_file_is_the_fit_that_it_spells(edited):
    cell, fitted = load_cell(edited(FIT, EXPRESSION)), load_cell("doyle-1996-cell-1")
    theta = np.linspace(0.0, 0.67, 300)
    np.testing.assert_allclose(
        cell.negative.open_circuit.potential(theta),
        fitted.negative.open_circuit.potential(theta),
        rtol=0.0,
        atol=1e-14,
    )
    assert cell.negative.open_circuit.material == "petroleum coke"


def test_a_table_beside_the_file_is_read_with_its_unit_and_read_anew_when_it_changes(edited):
    entry = 'open_circuit = { table = "coke.csv", unit = "mV", source = "measured" }'
    path = edited(FIT, entry)
    table = path.with_name("coke.csv")
    table.write_text("stoichiometry, potential\n0, 1276\n0.3; 357\n0.67 0.9\n", encoding="utf-8")
    fit = load_cell(path).negative.open_circuit
    assert (fit.lower, fit.upper) == (0.0, 0.67)
    np.testing.assert_allclose(fit.potential([0.0, 0.3, 0.67]), [1.276, 0.357, 0.0009])
    table.write_text("0, 1276\n0.3, 400\n0.67, 0.9\n", encoding="utf-8")
    assert load_cell(path).negative.open_circuit.potential(0.3) == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("x,U [mV]", r'y in `mV`; the cell file reads it in `V`. Give `unit = "mV"` there'),
        ("x U (mV)", "y in `mV`"),
        ("theta [%];U [V]", "x in `%`; the cell file reads it in `1`. Convert the column"),
        ("theta [-], U [V] ", None),
        ("stoichiometry\tpotential", None),
        ("x (of LiCoO2), U (vs. Li)", None),
    ],
)
def test_the_heading_of_a_table_may_not_contradict_the_unit_of_the_file(edited, heading, words):
    entry = 'open_circuit = { table = "coke.csv", unit = "V", source = "measured" }'
    path = edited(FIT, entry)
    rows = "0, 1.276\n0.3, 0.357\n0.67, 0.0009\n"
    path.with_name("coke.csv").write_text(f"{heading}\n{rows}", encoding="utf-8")
    if words is None:
        assert load_cell(path).negative.open_circuit.potential(0.0) == pytest.approx(1.276)
        return
    with pytest.raises(CellFileError, match=re.escape(words) if '"' in words else words):
        load_cell(path)
    if "mV" in words:  # the remedy works
        other = path.read_text("utf-8").replace('coke.csv", unit = "V"', 'coke.csv", unit = "mV"')
        path.write_text(other, "utf-8")
        path.with_name("coke.csv").write_text(
            f"{heading}\n0, 1276\n0.3, 357\n0.67, 0.9\n", encoding="utf-8"
        )
        assert load_cell(path).negative.open_circuit.potential(0.0) == pytest.approx(1.276)


def test_functions_stand_in_place_of_an_electrolytes_fit(edited):
    salt = load_cell(edited(ELECTROLYTE, OWN_ELECTROLYTE)).electrolyte.fit
    assert salt.transference == 0.363
    assert salt.diffusivity(2000.0) == pytest.approx(7.5e-11)
    np.testing.assert_allclose(salt.conductivity([1000.0, 9000.0]), [0.29, 0.18])
    assert salt.thermodynamic_factor(500.0) == 1.0


def test_functions_of_ones_own_survive_json_and_the_file(edited):
    cell = load_cell(edited(FIT, EXPRESSION))
    path = edited(ELECTROLYTE, OWN_ELECTROLYTE)
    for one in (cell, load_cell(path)):
        assert Cell.from_dict(json.loads(json.dumps(one.to_dict()))) == one
        assert parse_cell(to_toml(one, source="a test")) == one
        assert parse_cell(to_toml(one, source="a test")).digest == one.digest


@pytest.mark.parametrize(
    ("old", "new", "messages"),
    [
        (
            FIT,
            EXPRESSION.replace("exp(", "eval("),
            ["`negative.open_circuit`", "`eval` is not"],
        ),
        (FIT, EXPRESSION.replace('"mV"', '"A"'), ["`negative.open_circuit`", "unit is `A`"]),
        (FIT, EXPRESSION.replace("range", "rang"), ["`negative.open_circuit.rang`", "'range'"]),
        (
            FIT,
            'open_circuit = { table = "none.csv", unit = "V", source = "a" }',
            ["`negative.open_circuit.table`", "none.csv cannot be read"],
        ),
        (
            FIT,
            'open_circuit = { x = [0, 0.3], y = [1.2, 0.3, 0.1], unit = "V", source = "a" }',
            ["`negative.open_circuit.table` has 2 x and 3 y"],
        ),
        (
            ELECTROLYTE,
            OWN_ELECTROLYTE.replace("diffusivity", "diffusivty"),
            ["in [electrolyte]", "`diffusivty`"],
        ),
        (
            ELECTROLYTE,
            OWN_ELECTROLYTE.replace("value = 0.363", "value = 36.3"),
            ["`electrolyte.transference_number` is 36.3", "It is a fraction"],
        ),
        (
            ELECTROLYTE,
            'transference_number = { value = 0.4, unit = "1", source = "a" }',
            ["has no `conductivity`; an electrolyte needs one"],
        ),
    ],
)
def test_a_mistake_in_a_function_is_told_with_its_key(edited, old, new, messages):
    path = edited(old, new)
    with pytest.raises(CellFileError) as caught:
        load_cell(path)
    for message in (str(path), *messages):
        assert message in str(caught.value)


def test_words_and_units_that_people_write_are_understood(edited):
    """The polymer is part of the porosity: 0.357 + 0.146."""
    entry = 'porosity = { value = 50.3, unit = "%", source = "doyle1996" }'
    assert load_cell(edited(POROSITY, entry)).negative.electrolyte_fraction == pytest.approx(0.357)
    warm = edited('initial_temperature = { value = 298.15, unit = "K"',
                  'initial_temperature = { value = 35, unit = "°C"')  # fmt: skip
    assert load_cell(warm).initial_temperature == pytest.approx(308.15)
    micro = edited('value = 100, unit = "µm"', 'value = 100, unit = "um"')
    assert load_cell(micro) == load_cell("doyle-1996-cell-1")


@pytest.mark.parametrize(
    ("given", "expected"), [("2", 2e-6), ('"2 %"', 2e-6), ('"± 3 µm"', 3e-6), ('"0.002 mm"', 2e-6)]
)
def test_a_value_carries_its_uncertainty(edited, given, expected):
    entry = THICKNESS.replace("source", f"uncertainty = {given}, source")
    cell = load_cell(edited(THICKNESS, entry))
    assert cell.uncertainties == {"negative_thickness": pytest.approx(expected)}
    assert parse_cell(to_toml(cell, source="a test")) == cell
    assert Cell.from_dict(json.loads(json.dumps(cell.to_dict()))) == cell
    assert cell.digest == load_cell("doyle-1996-cell-1").digest


def test_a_file_may_say_at_which_charge_or_voltage_it_starts(edited):
    head = "[cell]\n"
    at = edited(head, f'{head}start = {{ value = 3900, unit = "mV", source = "a" }}\n')
    assert load_cell(at).open_circuit_voltage == pytest.approx(3.9)
    charge = edited(head, f'{head}start = {{ value = 80, unit = "%", source = "a" }}\n')
    with pytest.raises(CellFileError, match="does not say when it is full"):
        load_cell(charge)


KNOWN_AREA = {"nominal_capacity": 5.0, "electrode_area": 0.1, "electrode_pairs": 2.0}


def test_1_c_follows_the_nominal_capacity_that_it_was():
    cell = load_cell("doyle-1996-cell-1").with_values(KNOWN_AREA | {"one_c_current": 25.0})
    assert cell.with_values({"nominal_capacity": 6.0}).one_c_current == 30.0
    assert cell.with_values({"electrode_area": 0.05}).one_c_current == 50.0
    assert cell.with_values({"nominal_capacity": 6.0, "one_c_current": 7.0}).one_c_current == 7.0
    own = cell.with_values({"one_c_current": 17.5})
    assert own.with_values({"nominal_capacity": 6.0}).one_c_current == 17.5
    with pytest.raises(ParameterError, match="nominal_capacity"):
        cell.with_values({"nominal_capacity": -6.0})


def test_1_c_follows_in_a_file_that_was_written_and_edited(tmp_path):
    cell = load_cell("doyle-1996-cell-1").with_values(KNOWN_AREA | {"one_c_current": 25.0})
    written = tmp_path / "cell.toml"
    cell.to_toml(written, source="test")
    assert load_cell(written) == cell
    text = written.read_text("utf-8")
    assert "one_c_current" not in text
    written.write_text(text.replace('value = 5.0, unit = "A h"', 'value = 6.0, unit = "A h"'))
    assert load_cell(written).one_c_current == 30.0
    cell.with_values({"one_c_current": 17.5}).to_toml(tmp_path / "own.toml", source="test")
    assert load_cell(tmp_path / "own.toml").one_c_current == 17.5


def test_a_cell_rests_at_the_temperature_that_surrounds_it_unless_that_is_given():
    lines = to_toml(load_cell("chen-2020"), source="a test").splitlines()
    kept = [one for one in lines if not one.startswith("ambient_temperature")]
    text = "\n".join(
        'initial_temperature = { value = 10, unit = "°C", source = "a test" }'
        if one.startswith("initial_temperature")
        else one
        for one in kept
    )
    assert parse_cell(text).ambient_temperature == pytest.approx(283.15)
