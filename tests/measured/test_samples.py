"""All samples of a file stay at hand: rests, charges, temperatures."""

import numpy as np
import pytest

from microbatt.errors import MeasurementError
from microbatt.measured import Reading, inspect_file, read_file
from tests.measured.protocols import AREA, Protocol, rate_test, write

NAMES = {"time": "time [s]", "current": "current [A]", "voltage": "voltage [V]"}
HOW = Reading(area=AREA)


def test_samples_hold_every_step_with_the_current_positive_on_discharge(tmp_path):
    table = rate_test().frame()
    read = read_file(write(tmp_path / "a.csv", table, headings=NAMES), HOW)
    assert len(read.samples) == len(table)
    assert [step.kind for step in read.steps] == [
        "rest", "discharge", "charge", "rest", "discharge",
    ]  # fmt: skip
    np.testing.assert_allclose(read.samples.current, -table["current"] / AREA)
    np.testing.assert_allclose(read.samples.time, table["time"] - table["time"].iloc[0])


def test_currents_without_signs_get_those_of_their_steps(tmp_path):
    table = rate_test().frame()
    unsigned = write(tmp_path / "a.csv", table.assign(current=table["current"].abs()))
    np.testing.assert_allclose(
        read_file(unsigned, HOW).samples.current, -table["current"] / AREA, atol=1e-9
    )


@pytest.mark.parametrize(
    ("heading", "shift"),
    [("Temperature (C)", 0.0), ("T1(℃)", 0.0), ("temperature_kelvin", 273.15), ("Temp", 0.0)],
)
def test_the_temperature_is_kept_in_kelvin(tmp_path, heading, shift):
    table = rate_test().frame().assign(warm=lambda one: 25.0 + shift + one["time"] * 1e-4)
    read = read_file(write(tmp_path / "a.csv", table, headings=NAMES | {"warm": heading}), HOW)
    assert read.columns["temperature"][0] == heading
    np.testing.assert_allclose(read.samples.temperature, 298.15 + table["time"] * 1e-4, rtol=1e-6)


def test_a_sensor_that_is_not_connected_is_told_of_and_ignored(tmp_path):
    table = rate_test().frame().assign(warm=-999.0)
    read = read_file(write(tmp_path / "a.csv", table, headings=NAMES | {"warm": "T [°C]"}), HOW)
    assert read.samples.temperature is None


def test_a_look_at_a_file_goes_on_where_reading_it_for_use_ends(tmp_path):
    path = write(tmp_path / "a.csv", Protocol().rest().charge().rest().frame(), headings=NAMES)
    with pytest.raises(MeasurementError, match="this is a charge"):
        read_file(path, HOW)
    (found,) = inspect_file(path, HOW)
    assert "this is a charge" in found.refusal
    assert [step.kind for step in found.steps] == ["rest", "charge", "rest"]
