"""What a refusal advises works: each remedy is tried on the file that was refused."""

import numpy as np
import pandas as pd
import pytest

from microbatt.errors import MeasurementError
from microbatt.measured import Reading, read_file
from tests.measured.protocols import AREA, ONE_C, rate_test, write

TABLE = rate_test().frame()
NAMES = {"time": "time [s]", "current": "current [A]", "voltage": "voltage [V]"}


def refused(path, words, **how):
    with pytest.raises(MeasurementError, match=words) as caught:
        read_file(path, Reading(**how))
    return str(caught.value)


def works(path, **how):
    assert [round(one.current, 1) for one in read_file(path, Reading(**how)).measurements] == [
        ONE_C,
        2 * ONE_C,
    ]


def test_a_missing_area_is_given(tmp_path):
    path = write(tmp_path / "a.csv", TABLE, headings=NAMES)
    assert "--area" in refused(path, "not per area")
    works(path, area=AREA)


@pytest.mark.parametrize(
    ("quantity", "heading", "unit"),
    [("voltage", "Uz", "V"), ("voltage", "U", "V"), ("current", "Ic", "A"), ("time", "zt", "s")],
)
def test_a_column_that_is_not_known_is_mapped(tmp_path, quantity, heading, unit):
    path = write(tmp_path / "a.csv", TABLE, headings=NAMES | {quantity: heading})
    message = refused(path, "--column|neither a time", area=AREA)
    assert f"--column {quantity}=" in message or quantity == "time"
    works(path, area=AREA, columns={quantity: f"{heading}:{unit}"})


def test_a_wrong_unit_is_corrected_by_mapping(tmp_path):
    wrong = TABLE.assign(voltage=1e3 * TABLE["voltage"])
    path = write(tmp_path / "a.csv", wrong, headings=NAMES)
    assert "--column voltage='NAME:mV'" in refused(path, "millivolts", area=AREA)
    works(path, area=AREA, columns={"voltage": "voltage [V]:mV"})


def test_a_time_of_nanoseconds_is_refused_and_mapped(tmp_path):
    wrong = TABLE.assign(time=(1e9 * TABLE["time"]).astype("int64") + 1_700_000_000 * 10**9)
    path = write(tmp_path / "a.csv", wrong, headings=NAMES)
    assert "--column time='NAME:UNIT'" in refused(path, "more than any test has", area=AREA)
    works(path, area=AREA, columns={"time": "time [s]:ns"})


def test_bad_rows_are_skipped(tmp_path):
    holes = TABLE.copy()
    holes.loc[40, "voltage"] = np.nan
    path = write(tmp_path / "a.csv", holes, headings=NAMES)
    assert "--skip-bad-rows" in refused(path, "lacks a number", area=AREA)
    works(path, area=AREA, skip_bad_rows=True)


def test_a_missing_current_is_given(tmp_path):
    discharge = TABLE[TABLE["step"] == 2]
    path = write(tmp_path / "a.csv", discharge, headings={"time": "t [s]", "voltage": "U [V]"})
    assert "--current '17.5 A/m2'" in refused(path, "no column is a current")
    (one,) = read_file(path, Reading(current=17.5)).measurements
    assert one.current == 17.5


def test_the_rows_of_a_damaged_time_are_left_out_by_hand(tmp_path):
    broken = TABLE.copy()
    broken["time"] = broken["time"].astype(float)
    broken.loc[len(broken) - 1, "time"] = 1e300
    path = write(tmp_path / "a.csv", broken, headings=NAMES)
    refused(path, f"row {len(broken) + 1} is 1e\\+300 s", area=AREA)
    works(write(tmp_path / "b.csv", broken.iloc[:-1], headings=NAMES), area=AREA)


def test_one_of_several_cells_is_chosen(tmp_path):
    both = pd.concat([TABLE.assign(cell="A1"), TABLE.assign(cell="A2")])
    path = write(tmp_path / "a.csv", both, headings=NAMES | {"cell": "Channel"})
    assert "--part 'A1'" in refused(path, "holds 2 cells", area=AREA)
    works(path, area=AREA, part="A1")


def test_a_table_beyond_the_bounds_is_refused_before_it_is_read(tmp_path):
    (tmp_path / "a.csv").write_text(",".join(["time [s]"] * 2000) + "\n", "utf-8")
    refused(tmp_path / "a.csv", "2000 columns; at most 10000000 rows of 1000 columns")
    n = 30_000
    noise = pd.DataFrame({"time": np.arange(n), "voltage": 3.7, "current": 0.01})
    noise.loc[::2, "current"] = -0.01
    path = write(tmp_path / "b.csv", noise, headings=NAMES)
    refused(path, "29999 changes of the current in it; at most 20000", area=AREA)


def test_currents_of_charge_and_of_discharge_that_both_flow_are_told_apart(tmp_path):
    twice = TABLE.assign(again=TABLE["current"])
    both = NAMES | {"current": "discharge current [A]", "again": "charge current [A]"}
    path = write(tmp_path / "a.csv", twice, headings=both)
    message = refused(path, "both hold a current, the same in row", area=AREA)
    assert "--column current='discharge current [A]'" in message
    works(path, area=AREA, columns={"current": "discharge current [A]"})
