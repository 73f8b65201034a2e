"""An electrolyte that depends on temperature in its own way, in the engine."""

from dataclasses import replace

import numpy as np
import pytest

import microbatt as m
from microbatt.cells.electrolyte_fits import own_electrolyte

ENERGY = 1800.0
LAW = f"0.9*x/1000*exp(-x/1800)*exp({ENERGY}*(1/298.15 - 1/T))"
CHEN = m.load_cell("chen-2020")


def electrolyte(conductivity, activation=0.0):
    fit = own_electrolyte(
        "electrolyte",
        {"transference": 0.3, "conductivity": conductivity, "diffusivity": {"value": 3e-10}},
    )
    return replace(
        CHEN.electrolyte,
        fit=fit,
        conductivity_activation=activation,
        diffusivity_activation=0.0,
    )


OWN = replace(CHEN, electrolyte=electrolyte({"expression": LAW, "temperatures": [253.15, 453.15]}))
ARRHENIUS = replace(
    CHEN, electrolyte=electrolyte({"expression": "0.9*x/1000*exp(-x/1800)"}, ENERGY)
)
HEATED = {
    "isothermal, cold": ({"initial_temperature": 278.0}, m.Isothermal()),
    "lumped": ({}, m.Lumped(heat_transfer_coefficient=5.0)),
    "adiabatic, cold": ({"initial_temperature": 278.0}, m.Adiabatic()),
}


@pytest.mark.parametrize("heated", HEATED)
def test_an_arrhenius_law_written_as_a_function_of_temperature_is_the_same_cell(heated):
    values, thermal = HEATED[heated]
    one, other = (
        m.simulate_discharge(cell.with_values(values), current="2C", thermal=thermal)
        for cell in (OWN, ARRHENIUS)
    )
    assert other.discharge_capacity == pytest.approx(one.discharge_capacity, rel=1e-5)
    at = np.linspace(0.0, 0.97 * one.discharge_capacity, 200)
    volts = [np.interp(at, c.capacity, c.voltage) for c in (one, other)]
    assert np.max(np.abs(volts[0] - volts[1])) < 2e-5
    assert one.end_temperature == pytest.approx(other.end_temperature, abs=1e-3)


def test_curves_do_not_know_what_was_simulated_before_them():
    points = [(1.0, 3.0, 100.0), (0.5, 3.0, 50.0), (1.0, 3.0, 100.0)]
    batch = m.simulate_discharges(OWN, points, thermal=m.Adiabatic())
    first, last = batch[0], batch[2]
    np.testing.assert_array_equal(first.voltage, last.voltage)
    np.testing.assert_array_equal(first.time, last.time)


def test_a_protocol_and_a_measured_temperature_use_it():
    steps = ["Discharge at 2C for 10 minutes", "Rest for 5 minutes"]
    measured = m.engines.MeasuredTemperature(time=[0.0, 900.0], temperature=[283.15, 303.15])
    one, other = (m.simulate(cell, steps, thermal=measured) for cell in (OWN, ARRHENIUS))
    at = np.linspace(1.0, 890.0, 300)
    volts = [np.interp(at, s.time, s.voltage) for s in (one, other)]
    assert np.max(np.abs(volts[0] - volts[1])) < 1e-4


def test_derivatives_are_those_of_the_same_law():
    derivatives = [
        m.simulate_discharge(
            cell.with_values({"initial_temperature": 283.15}),
            current="1C",
            settings=m.engines.Settings(tolerance=1e-5, mesh=2.0),
            sensitivities=["alpha", "initial_temperature"],
        )
        for cell in (OWN, ARRHENIUS)
    ]
    at = np.linspace(0.05, 0.9, 100) * derivatives[0].discharge_capacity
    for k in range(2):
        a, b = (np.interp(at, d.capacity, d.sensitivities.voltage[k]) for d in derivatives)
        assert np.max(np.abs(a - b)) < 1e-3 * np.max(np.abs(b))


def test_a_transference_number_of_its_temperature_is_that_of_the_table_there():
    x = [0.0, 1000.0, 3000.0]
    cold, warm = {"x": x, "y": [0.4, 0.3, -0.1]}, {"x": x, "y": [0.45, 0.38, 0.2]}
    plain = {"conductivity": {"value": 0.9}, "diffusivity": {"value": 3e-10}}

    def cell(transference):
        fit = own_electrolyte("electrolyte", plain | {"transference": transference})
        electrolyte = replace(
            CHEN.electrolyte, fit=fit, conductivity_activation=0.0, diffusivity_activation=0.0
        )
        return replace(CHEN, electrolyte=electrolyte, initial_temperature=280.0)

    both = {"temperatures": [280.0, 320.0], "tables": [cold, warm]}
    tight = m.engines.Settings(tolerance=1e-5)
    one, other = (
        m.simulate_discharge(cell(t), current="2C", settings=tight) for t in (both, {"table": cold})
    )
    at = np.linspace(0.0, 0.97 * one.discharge_capacity, 200)
    volts = [np.interp(at, c.capacity, c.voltage) for c in (one, other)]
    assert np.max(np.abs(volts[0] - volts[1])) < 2e-5
    warmed = cell(both).with_values({"initial_temperature": 320.0})
    assert m.simulate_discharge(warmed, current="2C").energy > 1.001 * one.energy


def test_a_cell_that_warms_beyond_is_told_of():
    narrow = electrolyte({"expression": LAW, "temperatures": [283.15, 303.15]})
    cell = replace(CHEN, electrolyte=narrow)
    with pytest.warns(UserWarning, match=r"leaves the temperatures .* 283\.15 to 303\.15 K"):
        m.simulate_discharge(cell, current="4C", thermal=m.Adiabatic())
    with pytest.warns(UserWarning, match="leaves the temperatures"):
        m.simulate(cell, ["Discharge at 4C for 5 minutes"], thermal=m.Adiabatic())
