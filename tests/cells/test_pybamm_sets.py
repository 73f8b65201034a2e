"""PyBaMM's parameter sets: what becomes of them, and which are refused for what."""

import json
import warnings

import numpy as np
import pytest

from microbatt.cells import NUMBERS, Cell, load_cell, loading, pybamm_sets
from microbatt.cells.pybamm_sets import available_pybamm_sets
from microbatt.engines import simulate_discharge
from microbatt.errors import ParameterError

pybamm = pytest.importorskip("pybamm", reason="install microbatt[pybamm] to test its sets")

REFUSED = {
    "Bonkile2024": "several active materials in one electrode",
    "Chen2020_composite": "several active materials in one electrode",
    "ECM_Example": "it is an equivalent circuit",
    "MSMR_Example": r"sums over host sites \(MSMR\)",
    "Sulzer2019": "lead-acid battery",
}
SERVED = (
    "Ai2020", "Chayambuka2022", "Chen2020", "Ecker2015", "Ecker2015_graphite_halfcell",
    "Marquis2019", "Mohtat2020", "NCA_Kim2011", "OKane2022", "OKane2022_graphite_SiOx_halfcell",
    "ORegan2022", "Prada2013", "Ramadass2004", "Xu2019",
)  # fmt: skip
EMPTY = {"Mohtat2020", "Ecker2015_graphite_halfcell", "OKane2022_graphite_SiOx_halfcell"}
"""Sets that start where a discharge ends: they are discharged from a charge of 90 %."""


def load(name):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "PyBaMM's set")  # of dependences on temperature
        return load_cell(f"pybamm:{name}")


@pytest.mark.parametrize("name", available_pybamm_sets())
def test_a_set_is_served_or_refused_for_what_it_is(name):
    """A set that is neither here nor there is one of a later PyBaMM: put it where it belongs."""
    if name in REFUSED:
        with pytest.raises(ParameterError, match=f"PyBaMM's set {name}.*{REFUSED[name]}"):
            load(name)
        return
    assert name in SERVED
    cell = load(name)
    assert Cell.from_dict(json.loads(json.dumps(cell.to_dict()))) == cell
    start = cell.starting_at(0.9) if name in EMPTY else cell
    for current in ("C/10", "1C"):
        assert simulate_discharge(start, current=current).outcome.is_whole


def test_the_numbers_are_those_of_the_set():
    cell, values = load("Chen2020"), pybamm.ParameterValues("Chen2020")
    assert cell.area == pytest.approx(0.065 * 1.58)
    assert cell.current_density("5 A") == pytest.approx(cell.current_density("1C"))
    assert cell.positive.particle_radius == values["Positive particle radius [m]"]
    assert cell.positive.matrix_conductivity == pytest.approx(0.18)  # Bruggeman's exponent is 0
    # i_0 = m √(c_e c_s (c_max − c_s)), m = 3.42e-6 A m^2.5 mol^−1.5, E = 17800 J mol⁻¹
    assert cell.positive.rate_constant == pytest.approx(3.42e-6 / 96485.33, rel=1e-6)
    assert cell.positive.rate_constant_activation == pytest.approx(17800 / 8.314463, rel=1e-5)
    x = np.linspace(0.3, 0.9, 500)
    expected = (-0.8090 * x + 4.4875 - 0.0428 * np.tanh(18.5138 * (x - 0.5542))
                - 17.7326 * np.tanh(15.7890 * (x - 0.3117))
                + 17.5842 * np.tanh(15.9308 * (x - 0.3120)))  # fmt: skip
    np.testing.assert_allclose(cell.positive.open_circuit.potential(x), expected, atol=1e-7)


@pytest.mark.parametrize("temperature", [273.15, 300.65, 328.15])
@pytest.mark.parametrize("name", ["Ai2020", "ORegan2022"])
def test_an_electrolyte_that_follows_no_arrhenius_factor_is_the_sets_own(name, temperature):
    fit, values = load(name).electrolyte.fit.at(temperature), pybamm.ParameterValues(name)
    salt = np.linspace(100.0, 2500.0, 25)
    for ours, key in (
        (fit.conductivity, "Electrolyte conductivity [S.m-1]"),
        (fit.diffusivity, "Electrolyte diffusivity [m2.s-1]"),
        (fit.thermodynamic_factor, "Thermodynamic factor"),
    ):
        law = values[key]
        if callable(law):
            law = [values.evaluate(0.0 * pybamm.Scalar(1.0) + law(c, temperature)) for c in salt]
        np.testing.assert_allclose(ours(salt), law, rtol=1e-3)


def test_an_unknown_set_is_answered_with_the_nearest():
    with pytest.raises(ParameterError, match="Nearest: 'Chen2020'"):
        load_cell("pybamm:Chen2021")


CATALOG = {
    "chen-2020": "Chen2020",
    "ecker-2015": "Ecker2015",
    "xu-2019": "Xu2019",
    "kim-2011": "NCA_Kim2011",
    "marquis-2019": "Marquis2019",
    "prada-2013": "Prada2013",
}
"""Cells of the catalog → the sets in which their values were collected."""
UNLIKE = {"density", "heat_capacity", "solid_conductivity"}
"""What the catalog knows better, or the set counts otherwise; no isothermal voltage sees it."""


def assert_same_numbers(ours, theirs):
    for number in NUMBERS.values():
        unlike = number.key in UNLIKE or number.key.endswith("_density")
        if number.part == "electrolyte" and number.key.endswith("activation"):
            unlike |= bool(theirs.electrolyte.fit.temperatures)  # another law than such a factor
        if unlike or number.part.endswith("collector"):
            continue
        try:
            expected = theirs.value(number.name)
        except ParameterError:  # the set says nothing, or it is one of lithium metal's
            continue
        near = 3e-3 if number.key.endswith("activation") else 1e-5
        value = ours.value(number.name)
        assert value == pytest.approx(expected, rel=near, abs=1e-18), number.name


@pytest.mark.parametrize(("name", "collected"), CATALOG.items())
def test_a_cell_of_the_catalog_has_the_values_of_the_set_where_they_were_collected(name, collected):
    ours, theirs = load_cell(name), load(collected)
    assert_same_numbers(ours, theirs)
    for side in ("positive",) if ours.metal else ("negative", "positive"):
        fits = [getattr(cell, side).open_circuit for cell in (ours, theirs)]
        theta = np.linspace(max(f.lower for f in fits), min(f.upper for f in fits), 500)[1:-1]
        expected = fits[1].potential(theta)
        np.testing.assert_allclose(fits[0].potential(theta), expected, rtol=1e-5, atol=2e-6)
        shapes = [getattr(cell, side).solid_diffusivity_shape for cell in (ours, theirs)]
        assert (shapes[0] is None) == (shapes[1] is None)
        if shapes[0] is not None:
            theta = np.linspace(0.01, 0.99, 200)
            np.testing.assert_allclose(shapes[0].value(theta), shapes[1].value(theta), rtol=1e-4)
        entropies = [getattr(cell, side).entropic_change_coefficient for cell in (ours, theirs)]
        assert (entropies[0] is None) == (entropies[1] is None)
        if entropies[0] is not None:
            np.testing.assert_allclose(
                *(one.value(np.linspace(0.0, 1.0, 300)) for one in entropies), atol=2e-8
            )
    if ours.metal:
        assert ours.metal.exchange_current_density == pytest.approx(
            theirs.metal.exchange_current_density, rel=1e-6
        )
        assert ours.metal.salt_exponent == pytest.approx(theirs.metal.salt_exponent)
    salt = np.linspace(50.0, 3000.0, 60)
    for of_salt in ("conductivity", "diffusivity"):
        values = [getattr(cell.electrolyte.fit, of_salt)(salt) for cell in (ours, theirs)]
        np.testing.assert_allclose(values[0], values[1], rtol=1e-4)


def pybamm_curve(name, cell, current):
    """Charge [A h] and voltage of PyBaMM's own discharge on a mesh three times as fine as usual."""
    values = pybamm.ParameterValues(name)
    values["Current function [A]"] = current
    for title, e in (("negative", cell.negative), ("positive", cell.positive)):
        if e is cell.metal:
            continue
        values[f"Initial concentration in {title} electrode [mol.m-3]"] = (
            e.initial_stoichiometry * e.max_concentration
        )
    simulation = pybamm.Simulation(
        pybamm.lithium_ion.DFN({"working electrode": "positive"} if cell.metal else {}),
        parameter_values=values,
        var_pts={"x_n": 60, "x_s": 30, "x_p": 60, "r_n": 60, "r_p": 60},
        solver=pybamm.IDAKLUSolver(rtol=1e-6, atol=1e-8, on_extrapolation="ignore"),
    )
    solved = simulation.solve([0.0, 1.6 * 3600.0 * cell.nominal_capacity / current])
    return [solved[key].entries for key in ("Discharge capacity [A.h]", "Terminal voltage [V]")]


@pytest.mark.slow
@pytest.mark.parametrize("rate", [0.1, 0.5, 1.0, 2.0])
@pytest.mark.parametrize("name", SERVED)
def test_a_set_discharges_as_in_pybamm(name, rate):
    cell = load(name)
    cell = cell.starting_at(0.9) if name in EMPTY else cell
    current = rate * cell.nominal_capacity
    charge, voltage = pybamm_curve(name, cell, current)
    ours = simulate_discharge(cell, current=f"{current} A")
    capacity = ours.capacity * cell.area
    assert capacity[-1] == pytest.approx(charge[-1], rel=2e-3)
    common = np.linspace(0.0, 0.98 * charge[-1], 400)
    gap = np.interp(common, capacity, ours.voltage) - np.interp(common, charge, voltage)
    assert np.sqrt(np.mean(gap**2)) < 2e-3


def test_a_set_is_doubted_as_a_file_is(monkeypatch):
    described = pybamm_sets._described

    def in_millisiemens_per_centimetre(values):
        plain = described(values)
        plain["electrolyte"]["fit"]["conductivity"] = {"value": 9.5}
        return plain

    monkeypatch.setattr(pybamm_sets, "_described", in_millisiemens_per_centimetre)
    monkeypatch.setattr(loading, "read_pybamm_set", pybamm_sets.read_pybamm_set.__wrapped__)
    with pytest.warns(UserWarning, match="^pybamm:Chen2020: the conductivity .* is 9.5 S") as told:
        load_cell("pybamm:Chen2020")
    assert {one.filename for one in told} == {__file__}
