"""Files that failed before, where they are at hand: the curves that made them come out."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from microbatt.engines import simulate_discharge
from microbatt.errors import MeasurementError
from microbatt.measured import Reading, read_experiment

FOLDER = next(
    (
        one / "shared" / "cases"
        for one in Path(__file__).resolve().parents
        if (one / "shared" / "cases").is_dir()
    ),
    Path("../shared/cases"),
)

CURRENTS = {
    "01_row_at_time_zero.bdf.csv": (35.0,),
    "02_first_row_late.csv": (17.5, 35.0, 70.0),
    "03_three_electrodes.mpt.gz": (17.5, 35.0, 70.0),
    "04_pulses_after_discharges.csv": (17.5, 35.0),
    "06_slow_beside_fast.csv": (0.875, 17.5, 52.5),
    "07_copied_twice.csv": (17.5, 35.0, 70.0),
    "09_german_numbers.csv": (17.5,),
    "09_thousands_separator.txt": (17.5,),
    "10_arbin_tab.csv": (35.0,),
    "10_maccor.txt": (35.0,),
    "10_modulobat_de.mpt": (35.0,),
    "10_neware.csv": (35.0,),
    "10_specific.csv": (35.0,),
    "10_utf16.txt": (35.0,),
    "11_top_up_before_discharge.csv": (17.5,),
    "11_unsigned_charge_then_discharge.csv": (17.5,),
    "12_outage_with_capacity.csv": (17.5, 35.0, 70.0),
    "14_current_of_four_decimals.csv": (17.5, 35.0, 70.0),
    "22_discharge_with_hold.csv": (35.0,),
    "22_paused_discharge.csv": (35.0,),
}
NOISE = 5e-4
"""Of the voltages in the files [V]."""


@cache
def simulated(current):
    """The curve that the file was made of."""
    return simulate_discharge(
        "doyle-1996-cell-1", alpha=3.0, S=4.0, current=current, inventory="area-only"
    )


def read(name):
    if not (FOLDER / name).is_file():
        pytest.skip(f"{FOLDER / name} is not at hand")
    area = 1.54e-4 if name.startswith("14") else 1e-3
    return read_experiment([FOLDER / name] * 2, Reading(area=area))


@pytest.mark.parametrize("name", CURRENTS)
def test_the_curves_that_made_a_file_come_out_of_it(name):
    """Given twice: the second time each is a copy.

    Away from cliffs, where a rounded time moves the voltage, what is left is the noise.
    """
    experiment = read(name)
    assert experiment.currents == pytest.approx(CURRENTS[name], rel=1e-4)
    for one in experiment.measurements:
        curve = simulated(round(one.current, 3))
        held = one.capacity < curve.discharge_capacity
        left = one.voltage[held] - np.interp(one.capacity[held], curve.capacity, curve.voltage)
        slope = np.abs(np.gradient(one.voltage[held], one.capacity[held]))
        flat = slope * one.discharge_capacity < 5.0
        assert np.sqrt(np.mean(left[flat] ** 2)) < 1.5 * NOISE
        assert one.start_error < 2e-3 * one.discharge_capacity


def test_pulses_alone_are_refused_by_name():
    with pytest.raises(MeasurementError, match="GITT"):
        read("04_gitt_only.csv")


def test_measured_discharges_of_a_real_cell_are_read_and_its_drive_cycle_refused():
    """Curves of an NMC pouch cell by About:Energy Limited (CC BY-SA 4.0), where at hand."""
    folder = FOLDER.parent / "reference" / "real_nmc_pouch"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not at hand")
    how = Reading(area=1.0)
    for name, current in (("1C", 12.5), ("2C", 25.0)):
        (one,) = read_experiment(folder / f"NMC_25degC_{name}.csv.gz", how).measurements
        assert one.current == pytest.approx(current, rel=1e-3)
        assert 4.18 < one.rest_voltage < 4.2
        assert one.end_voltage == pytest.approx(2.7, abs=1e-3)
        assert one.discharge_capacity == pytest.approx(12.9, abs=0.2)
    with pytest.raises(MeasurementError, match="changing current"):
        read_experiment(folder / "NMC_25degC_DriveCycle.csv.gz", how)
