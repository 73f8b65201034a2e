"""BPX files: what their values become, and what is refused by its name."""

import copy
import json
import warnings
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microbatt.cells import Cell, load_cell, to_toml
from microbatt.cells.bpx import cell_from_bpx
from microbatt.cells.toml import parse_cell
from microbatt.errors import CellFileError, ParameterError
from tests.cells.bpx_files import DOCUMENT, OCP_POSITIVE, document

P, N, E = "Parameterisation", "Negative electrode", "Electrolyte"


def read(*changes):
    return cell_from_bpx(document(*changes), name="mine")


CELL = read()


def test_transport_efficiency_is_the_porosity_to_one_plus_alpha():
    for layer in (CELL.negative, CELL.separator, CELL.positive):
        assert layer.alpha == pytest.approx(0.5, abs=1e-12)
        assert layer.transport_factor == pytest.approx(layer.porosity**1.5)


def test_the_area_is_that_of_spheres_and_what_they_leave_is_inert():
    e = CELL.negative
    assert (e.S, e.area_density) == (3.0, pytest.approx(390000))
    assert e.active_fraction == pytest.approx(390000 * 5e-6 / 3)
    assert e.filler_fraction == pytest.approx(1 - 0.3 - 0.65)


def test_the_conductivity_of_the_solid_is_effective():
    assert CELL.negative.matrix_conductivity == pytest.approx(0.3)


def test_the_exchange_current_at_rest_is_that_of_the_standard():
    """F K √(c_e/c_e0) √(θ (1 − θ)), ours F k c_max √(c_e θ (1 − θ))."""
    e = CELL.positive
    ours = e.rate_constant * e.max_concentration * np.sqrt(1000.0)
    assert ours == pytest.approx(5e-6, rel=1e-14)


def test_energies_are_divided_by_the_gas_constant():
    assert CELL.negative.solid_diffusivity_activation == pytest.approx(30000 / 8.314462618)
    assert CELL.electrolyte.conductivity_activation == pytest.approx(17100 / 8.314462618)
    assert CELL.electrolyte.diffusivity_activation == 0.0


def test_the_cell_starts_full_or_at_its_state_of_charge():
    assert CELL.negative.initial_stoichiometry == pytest.approx(0.8)
    assert CELL.positive.initial_stoichiometry == pytest.approx(0.476)
    half = read(("State", "Initial conditions", "Initial state-of-charge", 0.5))
    assert half.negative.initial_stoichiometry == pytest.approx(0.405)
    assert half.positive.initial_stoichiometry == pytest.approx(0.713)


def test_the_size_of_the_cell_turns_currents_into_densities():
    assert CELL.area == pytest.approx(0.16)
    assert CELL.current_density("5 A") == pytest.approx(CELL.current_density("1C"))
    assert (CELL.nominal_capacity, CELL.cutoff_voltage) == (5.0, 2.504)
    assert CELL.upper_cutoff_voltage == 4.07


def test_functions_are_those_of_the_file():
    x = np.linspace(0.0, 1.0, 50)
    expected = 4.3 - 0.9 * x - 0.2 * np.tanh((x - 0.9) / 0.05)
    np.testing.assert_allclose(CELL.positive.open_circuit.potential(x), expected, rtol=1e-14)
    c = np.array([500.0, 1000.0, 2000.0]) / 1000
    kappa = 0.1297 * c**3 - 2.51 * c**1.5 + 3.329 * c
    np.testing.assert_allclose(CELL.electrolyte.fit.conductivity(1000 * c), kappa, rtol=1e-13)
    np.testing.assert_allclose(CELL.electrolyte.fit.diffusivity([0, 1000]), [5e-10, 3e-10])


def test_properties_at_another_reference_temperature_are_brought_to_ours():
    warm = read((P, "Cell", "Reference temperature [K]", 308.15))
    factor = np.exp(30000 / 8.314462618 * (1 / 308.15 - 1 / 298.15))
    assert warm.negative.solid_diffusivity == pytest.approx(3e-14 * factor)
    ratio = warm.electrolyte.fit.conductivity(1000.0) / CELL.electrolyte.fit.conductivity(1000.0)
    assert ratio == pytest.approx(np.exp(17100 / 8.314462618 * (1 / 308.15 - 1 / 298.15)))


def test_the_mass_is_that_of_the_whole_cell_where_the_file_tells_it():
    told = read((P, "Cell", "Volume [m3]", 1e-4), (P, "Cell", "Density [kg.m-3]", 2000.0))
    assert told.mass_per_area * told.area == pytest.approx(1e-4 * 2000.0)


def old(*changes):
    """The same cell in the form of version 0.x."""
    changed = document(*changes)
    del changed["State"]
    changed["Header"]["BPX"] = 0.4
    cell = changed[P]["Cell"]
    cell["Ambient temperature [K]"] = cell["Initial temperature [K]"] = 298.15
    changed[P][E]["Initial concentration [mol.m-3]"] = 1000
    return changed


def test_a_file_of_version_0_is_the_same_cell():
    assert cell_from_bpx(old(), name="mine") == CELL


def test_a_cell_survives_json_and_our_own_file():
    assert Cell.from_dict(json.loads(json.dumps(CELL.to_dict()))) == CELL
    again = parse_cell(to_toml(CELL, source="a test"))
    assert again == CELL
    assert again.digest == CELL.digest


def test_it_is_loaded_by_its_path(tmp_path):
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(DOCUMENT), encoding="utf-8")
    assert load_cell(path) == load_cell(str(path)) == CELL
    assert load_cell(path).name == "mine"


def test_potentials_that_hold_in_the_window_only_are_taken_there():
    cell = read((P, N, "OCP [V]", "0.1 - 0.05*log(x/(1-x))"))
    assert cell.negative.open_circuit.limits == (0.01, 0.8)


def test_a_conductivity_that_turns_negative_is_held_before_it_does():
    cell = read((P, E, "Conductivity [S.m-1]", "1.5*x/1000 - 0.0003*(x/1000)**2*1000"))
    kappa = cell.electrolyte.fit.conductivity(np.linspace(0.0, 12_000.0, 500))
    assert np.all(kappa[1:] > 0.0)


def test_entropy_is_read_and_brings_potentials_to_our_reference_temperature():
    entropy = (P, N, "Entropic change coefficient [V.K-1]", "1e-4*x")
    cell = read(entropy)
    x = np.linspace(0.05, 0.75, 20)
    np.testing.assert_allclose(cell.negative.entropic_change_coefficient.value(x), 1e-4 * x)
    np.testing.assert_array_equal(
        cell.negative.open_circuit.potential(x), CELL.negative.open_circuit.potential(x)
    )
    warm = read(entropy, (P, "Cell", "Reference temperature [K]", 308.15))
    np.testing.assert_allclose(
        warm.negative.open_circuit.potential(x),
        CELL.negative.open_circuit.potential(x) - 10.0 * 1e-4 * x,
        atol=1e-6,
    )


def test_a_diffusivity_may_depend_on_the_stoichiometry():
    for function in ("1e-14*(1+x)", {"x": [0, 1], "y": [1e-14, 2e-14]}):
        electrode = read((P, N, "Diffusivity [m2.s-1]", function)).negative
        assert electrode.solid_diffusivity == pytest.approx(1.5e-14)
        x = np.array([0.0, 0.5, 1.0])
        np.testing.assert_allclose(
            electrode.solid_diffusivity * electrode.solid_diffusivity_shape.value(x),
            [1e-14, 1.5e-14, 2e-14],
        )
    assert CELL.negative.solid_diffusivity_shape is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ([(P, N, "Particle", {"a": {}, "b": {}})], "`Particle`: several active materials in one"),
        (
            [(P, N, "OCP (lithiation) [V]", "1-x")],
            "hysteresis of the open-circuit potential is not",
        ),
        ([(P, N, "Diffusivity [m2.s-1]", "1e-14*(0.5-x)")], "a diffusivity must be positive"),
        ([(P, E, None)], "has no section `Electrolyte`"),
        ([("Header", None)], "is no BPX file: it has no `Header`"),
        (
            [(P, N, "Porosity", None)],
            r"`Negative electrode: Porosity` is missing, by version 1\.1\.0 of BPX",
        ),
        ([(P, N, "Colour", "x")], "`Negative electrode: Colour` is not known there"),
        ([(P, N, "Porosity", "0.3*")], "Porosity|porosity"),
        ([(P, N, "Transport efficiency", 0.4)], "transport efficiency of 0.4 at a porosity of 0.3"),
        ([(P, N, "Surface area per unit volume [m-1]", 9e5)], "more than there is"),
        (
            [(P, N, "Thickness [m]", 60.0)],
            r"`Negative electrode: Thickness \[m\]` is 60; it must lie in \[1e-07, 0.005\]",
        ),
        ([(P, N, "OCP [V]", "exit(0)")], "`exit` is not a function"),
        ([(P, N, "OCP [V]", {"x": [0, 1], "y": [1]})], "2 x and 1 y"),
        ([(P, N, "OCP [V]", [1, 2])], r"`Negative electrode: OCP \[V\]` is refused"),
        ([(P, E, "Conductivity [S.m-1]", "-x")], "not positive"),
        ([("State", None)], "no initial electrolyte concentration"),
        ([("State", "Initial conditions", "Initial state-of-charge", 80)], r"lie in \[0, 1\]"),
        ([("Header", "BPX", "two")], "BPX"),
        (
            [(P, "Cell", "Electrode area [m2]", "0.016")],
            r"`Cell: Electrode area \[m2\]` is '0.016'; it must be a number",
        ),
        ([(P, N, "Porosity", {"x": [0, 1], "y": [0.3, 0.3]})], "Porosity` is .* must be a number"),
        ([(P, "Cell", "Reference temperature [K]", 25)], r"25; it must lie in \[200, 400\]"),
        ([("State", "Initial conditions", "Initial temperature [K]", 25)], r"\[200, 400\]"),
        ([("State", "Thermal environment", "Ambient temperature [K]", 2e5)], r"\[200, 400\]"),
        (
            [(P, N, "Diffusivity activation energy [J.mol-1]", 1e9)],
            r"energy \[J.mol-1\]` is 1e\+09; it must lie in \[0, 249434\]",
        ),
        (
            [
                (
                    "State",
                    "Degradation",
                    {"LLI": 0.1, "LAM: Positive electrode": 0, "LAM: Negative electrode": 0},
                )
            ],
            "`State: Degradation` has `LLI` = 0.1: an aged cell is not served",
        ),
    ],
    ids=lambda case: str(case)[:50],
)
def test_what_cannot_be_served_is_refused_by_name(changes, message):
    with pytest.raises(ParameterError, match=message):
        read(*changes)


def test_nothing_of_a_file_is_executed(tmp_path):
    """The `bpx` package would run an open-circuit expression as Python."""
    trap = tmp_path / "sprung"
    for text in (f"open('{trap}', 'w')", "exit(0)", "quit()", "breakpoint(x)", "print(x)"):
        with pytest.raises(ParameterError):
            read((P, N, "OCP [V]", text))
        with pytest.raises(ParameterError):
            read((P, E, "Diffusivity [m2.s-1]", text))
    assert not trap.exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is not valid JSON"),
        (b"{", "is not valid JSON"),
        (b"\xff\xfe\x00", "is not UTF-8 text"),
        (b"[" * 100_000, "is not valid JSON"),
        (b"[1, 2]", "is no BPX file"),
        (b"null", "is no BPX file"),
        (json.dumps(DOCUMENT).encode()[:800], "is not valid JSON"),
    ],
)
def test_a_file_that_is_none_is_named(tmp_path, content, message):
    path = tmp_path / "mine.json"
    path.write_bytes(content)
    with pytest.raises(CellFileError, match=message) as caught:
        load_cell(path)
    assert str(path) in str(caught.value)


LEAVES = [
    *((P, section, key) for section, values in DOCUMENT[P].items() for key in values),
    (P, "Cell", "Density [kg.m-3]"),
    (P, "Cell", "Volume [m3]"),
    (P, "Cell", "Specific heat capacity [J.K-1.kg-1]"),
    *(("State", section, key) for section, values in DOCUMENT["State"].items() for key in values),
    ("Header", "BPX"),
    ("Header", "Title"),
]
ODD = st.one_of(
    st.none(), st.booleans(), st.floats(), st.integers(-(10**400), 10**400), st.text(max_size=20),
    st.lists(st.floats(), max_size=4),
    st.dictionaries(st.sampled_from("xyz"), st.lists(st.floats(), max_size=3)),
)  # fmt: skip


@given(st.sampled_from(LEAVES), ODD)
def test_odd_values_are_refused_or_make_a_cell(leaf, value):
    changed = document((*leaf, value)) if value is not None else copy.deepcopy(DOCUMENT)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.filterwarnings("ignore", "odd: ", UserWarning)  # doubts of the cell are told
            cell = cell_from_bpx(changed, name="odd")
    except ParameterError:
        return
    assert np.isfinite(cell.open_circuit_voltage)


def test_another_title_is_the_same_cell_by_content():
    other = read(("Header", "Title", "another"))
    assert other.digest == CELL.digest
    assert replace(other, description=CELL.description) == CELL
    assert OCP_POSITIVE in json.dumps(CELL.to_dict())


def test_all_that_has_to_be_mended_is_told_at_once():
    with pytest.raises(ParameterError, match="4 things have to be mended:") as caught:
        read(
            (P, N, "Thickness [m]", "thin"),
            (P, N, "Porosity", 30),
            (P, "Positive electrode", "Conductivity [S.m-1]", None),
            (P, "Cell", "Electrode area [m2]", -1),
        )
    told = str(caught.value)
    for words in (
        r"`Negative electrode: Thickness [m]` is 'thin'; it must be a number in [1e-07, 0.005].",
        r"`Negative electrode: Porosity` is 30; it must lie in [0.01, 1]. Divide a percentage",
        r"`Positive electrode: Conductivity [S.m-1]` is missing",
        r"`Cell: Electrode area [m2]` is -1",
    ):
        assert told.count(words) == 1
    assert len(told.splitlines()) == 5
    with pytest.raises(ParameterError, match="3 things") as caught:  # that only show when built
        read(
            (P, N, "OCP [V]", "exit(0)"),
            (P, "Positive electrode", "OCP [V]", "4 - x +"),
            (P, E, "Conductivity [S.m-1]", "-x"),
        )
    assert "`exit` is not a function" in str(caught.value)
    with pytest.raises(ParameterError, match="5 things") as caught:  # of all kinds together
        read(
            (P, N, "Porosity", 30),
            (P, N, "OCP [V]", "exit(0)"),
            (P, E, "Diffusivity [m2.s-1]", {"x": [0, 1], "y": [1e-10]}),
            (P, "Positive electrode", "Conductivity [S.m-1]", None),
            ("State", "Initial conditions", "Initial state-of-charge", 80),
        )
    for words in ("`exit` is not", "has 2 x and 1 y", "`Initial state-of-charge` is 80"):
        assert str(caught.value).count(words) == 1
    with pytest.raises(ParameterError, match="2 things") as caught:
        read(
            (P, N, "OCP [V]", "exit(0)"),
            ("State", "Initial conditions", "Initial state-of-charge", 1.2),
        )
    assert "`Initial state-of-charge` is 1.2" in str(caught.value)


def test_windows_that_do_not_agree_are_told_with_figures():
    with pytest.warns(UserWarning, match="mine: ") as told:
        read((P, "Positive electrode", "Minimum stoichiometry", 0.3))
    charge, voltage = (str(one.message) for one in told)
    # F c_max L ε_s Δθ / 3600 s/h of each
    negative, positive = (
        96485.33212 * c * 6e-5 * 0.65 * window / 3600
        for c, window in ((30_000, 0.79), (50_000, 0.65))
    )
    assert f"negative electrode takes {negative:.4g} A h m⁻² and the positive {positive:.4g}" in (
        charge
    )
    assert "full by its stoichiometries the cell rests at 4.23" in voltage
    with pytest.raises(ParameterError, match=r"minimum stoichiometry of 0\.97 and"):
        read((P, "Positive electrode", "Minimum stoichiometry", 0.97))


def test_a_nominal_capacity_of_another_unit_is_told():
    with pytest.warns(UserWarning, match=r"nominal capacity is 5000 A h, and .* holds 3.964"):
        read((P, "Cell", "Nominal cell capacity [A.h]", 5000.0))


def test_exchanged_cutoffs_and_a_potential_in_millivolts_are_refused():
    lower = (P, "Cell", "Lower voltage cut-off [V]", 4.2)
    upper = (P, "Cell", "Upper voltage cut-off [V]", 2.5)
    with pytest.raises(ParameterError, match=r"lower cut-off is 4.2 V and the upper 2.5 V"):
        read(lower, upper)
    with pytest.raises(ParameterError, match=r"at most 10 V. Check the unit"):
        read((P, "Positive electrode", "OCP [V]", f"1000 * ({OCP_POSITIVE})"))
    with pytest.raises(ParameterError, match=r"rises from .* Where x is a state of charge"):
        read((P, "Positive electrode", "OCP [V]", "3.2 + x"))


@pytest.mark.parametrize(
    ("term", "place"),
    [
        ("1e-5/(x - 0.70011)", 0.70011),
        ("1e-9/(x - 0.70011)**2", 0.70011),
        ("1e-5/(x - 0.97)", 0.97),
    ],
)
def test_a_pole_of_a_potential_is_told_with_its_place(term, place):
    with pytest.warns(UserWarning, match=r"positive electrode is .* has a pole there") as told:
        read((P, "Positive electrode", "OCP [V]", f"{OCP_POSITIVE} + {term}"))
    (words,) = (str(one.message) for one in told if "pole" in str(one.message))
    found = float(words.partition("stoichiometry of ")[2].partition(":")[0])
    assert found == pytest.approx(place, abs=1e-5)


def test_a_steep_potential_is_no_pole():
    read((P, "Positive electrode", "OCP [V]", f"{OCP_POSITIVE} - exp(150*(x - 0.98))"))


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("Conductivity [S.m-1]", 9.5, r"conductivity of the electrolyte is 9\.5 S m⁻¹ .* mS cm⁻¹"),
        ("Conductivity [S.m-1]", "0.0013*x*(1 - x/4000)*1000", "conductivity of the electrolyte"),
        ("Diffusivity [m2.s-1]", 3e-6, r"diffusivity of the electrolyte is 3e-06 .* cm² s⁻¹"),
    ],
)
def test_an_electrolyte_in_other_units_is_told(key, value, words):
    with pytest.warns(UserWarning, match=words):
        read((P, E, key, value))


@pytest.mark.parametrize("version", ["2.0.0", "0.1.0", "1.0.0"])
def test_an_unknown_version_is_told(version):
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            read(("Header", "BPX", version))
        except ParameterError:
            assert version == "0.1.0"  # in which other keys are needed
    assert [("version 2.0.0 of BPX" in str(one.message)) for one in told] == [True] * (
        version == "2.0.0"
    )


def test_a_doubt_is_told_at_the_line_that_reads_the_file(tmp_path):
    path = tmp_path / "cell.json"
    path.write_text(json.dumps(document((P, E, "Conductivity [S.m-1]", 9.5))), "utf-8")
    with pytest.warns(UserWarning, match="conductivity") as told:
        load_cell(path)
    assert told[0].filename == __file__
