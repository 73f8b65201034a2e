"""Derivatives of curves by the numbers of a cell: what is known of them without any simulation."""

import numpy as np
import pytest
from scipy.interpolate import PchipInterpolator

from microbatt.cells import load_cell
from microbatt.engines import Lumped, Settings, simulate_discharge, simulate_discharges
from microbatt.errors import ParameterError

CELL = load_cell("doyle-1996-cell-1")
NAMES = (
    "alpha",
    "S",
    "negative_alpha",
    "positive_thickness",
    "electrolyte_conductivity_scale",
    "contact_resistance",
    "filler_density",
    "heat_capacity",
)
FINE = Settings(tolerance=1e-5, mesh=3.0, particle_modes=16, max_steps=100_000)


@pytest.fixture(scope="module")
def told():
    """A curve at 2 C with its derivatives."""
    return simulate_discharge(CELL, current=35.0, sensitivities=NAMES)


def of(discharge, name):
    """Derivatives of the voltage, of the capacity and of the energy by one number."""
    found = discharge.sensitivities
    place = found.names.index(name)
    return found.voltage[place], found.discharge_capacity[place], found.energy[place]


def test_the_curve_itself_is_the_same_with_and_without(told):
    plain = simulate_discharge(CELL, current=35.0)
    assert plain.sensitivities is None
    np.testing.assert_array_equal(told.voltage, plain.voltage)
    assert told.sensitivities.voltage.shape == (len(NAMES), plain.voltage.size)


def test_a_contact_resistance_lowers_the_voltage_by_the_current(told):
    voltage, capacity, _ = of(told, "contact_resistance")
    np.testing.assert_allclose(voltage, -35.0, rtol=1e-6)
    slope = PchipInterpolator(told.capacity, told.voltage).derivative()(told.discharge_capacity)
    assert capacity == pytest.approx(35.0 / slope, rel=0.05)


def test_a_density_changes_nothing_but_the_mass(told):
    voltage, capacity, energy = of(told, "filler_density")
    # Rounding of the voltage over the displacement of the density, a thousandth of its unit.
    np.testing.assert_allclose(voltage, 0.0, atol=1e-10)
    assert capacity == pytest.approx(0.0, abs=1e-9)
    heavier = CELL.with_values({"filler_density": 1.1 * CELL.filler_density})
    mass, more = CELL.mass_per_area, heavier.mass_per_area - CELL.mass_per_area
    assert energy == pytest.approx(
        -told.energy / mass * more / (0.1 * CELL.filler_density), rel=1e-4
    )


def test_a_heat_capacity_counts_where_the_temperature_moves(told):
    np.testing.assert_allclose(of(told, "heat_capacity")[0], 0.0, atol=1e-10)
    warm = simulate_discharge(
        CELL,
        current=35.0,
        thermal=Lumped(heat_transfer_coefficient=2.0),
        sensitivities=["heat_capacity"],
    )
    # More to heat up: a colder cell late in the discharge, and so a lower voltage.
    assert of(warm, "heat_capacity")[0][-10] < 0.0


@pytest.mark.parametrize(
    ("name", "step"),
    [("alpha", 0.1), ("S", 0.1), ("negative_alpha", 0.04), ("positive_thickness", 4e-6)],
)
def test_they_are_what_central_differences_of_finer_curves_say(name, step):
    own = {"alpha": 2.3, "S": 3.0}.get(name) or CELL.value(name)

    def at(value):
        return simulate_discharge(CELL.with_values({name: value}), current=35.0, settings=FINE)

    curve = simulate_discharge(CELL, current=35.0, settings=FINE, sensitivities=[name])
    capacity = np.linspace(0.02, 0.9, 60) * curve.discharge_capacity

    def difference(step):
        up, down = at(own + step), at(own - step)
        rise = [PchipInterpolator(one.capacity, one.voltage)(capacity) for one in (up, down)]
        ends = up.discharge_capacity - down.discharge_capacity
        return np.append(rise[0] - rise[1], ends) / (2.0 * step)

    # Richardson's extrapolation takes the first error of central differences away.
    right = (4.0 * difference(step) - difference(2.0 * step)) / 3.0
    voltage, end, _ = of(curve, name)
    found = PchipInterpolator(curve.capacity, voltage)(capacity)
    largest = np.abs(right[:-1]).max()
    # The differences themselves carry the engine's error at this tolerance, some 1e-5 V.
    np.testing.assert_allclose(found, right[:-1], atol=3e-3 * largest)
    assert end == pytest.approx(right[-1], rel=0.02)


def test_they_are_smooth_in_the_numbers_of_the_cell():
    names = ["negative_thickness", "S"]
    thickness = CELL.negative.thickness * (1.0 + 1e-5 * np.arange(5))
    ends = []
    for value in thickness:
        cell = CELL.with_values({"negative_thickness": float(value)})
        ends.append(simulate_discharge(cell, current=35.0, sensitivities=names).sensitivities)
    capacity = np.array([one.discharge_capacity for one in ends])
    assert np.abs(np.diff(capacity, axis=0)).max() < 2e-3 * np.abs(capacity).max()


def test_a_batch_tells_the_same_as_one_by_one(told):
    points = [(2.3, 3.0, 35.0), (1.0, 6.0, 17.5)]
    batch = simulate_discharges(CELL, points, sensitivities=NAMES)
    np.testing.assert_array_equal(batch[0].sensitivities.voltage, told.sensitivities.voltage)
    assert batch[1].sensitivities.energy.shape == (len(NAMES),)


def test_a_dataset_labels_them_by_name(told):
    dataset = told.to_dataset()
    along = dataset.voltage_sensitivity.sel(parameter="contact_resistance")
    np.testing.assert_allclose(along, -35.0, rtol=1e-6)


def test_what_cannot_be_differentiated_is_refused():
    with pytest.raises(ParameterError, match="Nearest: 'positive_thickness'"):
        simulate_discharge(CELL, sensitivities=["positive_thicknes"])
    with pytest.raises(ParameterError, match="no discharge per area depends"):
        simulate_discharge(CELL, sensitivities=["electrode_pairs"])
    with pytest.raises(ParameterError, match="can move neither up"):
        simulate_discharge(CELL, sensitivities=["separator_filler_fraction"])
    with pytest.raises(ParameterError, match="twice"):
        simulate_discharge(CELL, sensitivities=["alpha", "positive_alpha"])
    with pytest.raises(ParameterError, match="vary"):
        simulate_discharges(
            CELL, {"current": 17.5, "positive_thickness": [1e-4, 2e-4]}, sensitivities=["S"]
        )


def test_where_there_is_no_curve_there_is_no_derivative():
    none = simulate_discharge(CELL, current=3000.0, sensitivities=["alpha"])
    assert none.voltage.size == 0
    assert np.isnan(none.sensitivities.discharge_capacity).all()


def test_at_a_fixed_share_of_the_capacity_the_end_stays_where_it_is(told):
    # The voltage at the end is the cut-off whatever the cell, so nothing moves it.
    voltage, capacity, _ = of(told, "alpha")
    slope, end = told.sensitivities.slope, told.discharge_capacity
    at_share = voltage + capacity / end * slope
    assert abs(at_share[-1]) < 1e-6 * np.abs(slope[-1] * capacity / end)
    smooth = PchipInterpolator(told.capacity, told.voltage).derivative()
    share = told.capacity / end
    inside = (share > 0.02) & (share < 0.5)
    expected = told.capacity[inside] * smooth(told.capacity[inside])
    np.testing.assert_allclose(slope[inside], expected, rtol=0.05, atol=2e-4)


def test_a_fraction_without_room_above_is_displaced_downwards():
    # The separator of this cell is full: electrolyte and polymer sum to one.
    assert CELL.separator.electrolyte_fraction + CELL.separator.polymer_fraction == 1.0
    name = "separator_electrolyte_fraction"
    found = simulate_discharge(CELL, current=35.0, sensitivities=[name])
    less = CELL.with_values({name: CELL.separator.electrolyte_fraction - 1e-3})
    beside = simulate_discharge(less, current=35.0, settings=FINE).discharge_capacity
    here = simulate_discharge(CELL, current=35.0, settings=FINE).discharge_capacity
    assert of(found, name)[1] == pytest.approx((here - beside) / 1e-3, rel=0.02)
