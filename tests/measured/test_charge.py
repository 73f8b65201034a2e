"""The charge is the tester's own where it counts, and its error is what the file supports."""

import re

import numpy as np
import pandas as pd
import pytest
from scipy.interpolate import PchipInterpolator

from microbatt import load_cell, simulate
from microbatt.errors import MeasurementError
from microbatt.measured import Reading, read_file
from tests.measured.protocols import AREA, ONE_C, Protocol, rate_test, seconds_to, write

HEADINGS = {"time": "time [s]", "current": "current [A]", "voltage": "voltage [V]"}
COUNTED = HEADINGS | {"capacity": "capacity [Ah]"}


def read(path, table, headings=HEADINGS, *, area=AREA):
    return read_file(write(path / "a.csv", table, headings=headings), Reading(area=area))


def late(interval=30.0):
    """Each row of a step one interval after the one before, and none at its start."""
    protocol = Protocol().rest(600.0, interval)
    for current in (ONE_C, 2 * ONE_C):
        protocol.discharge(current, seconds_to(current, interval=interval)[1:])
        protocol.rest(600.0, interval)
    table = protocol.frame()
    return table[~((table["word"] == "Rest") & (table["step time"] == 0) & (table["time"] > 0))]


@pytest.mark.parametrize(
    "headings",
    [COUNTED, HEADINGS | {"step time": "Step Time [s]"}],
    ids=["by the counter", "by the time in the step"],
)
def test_charge_before_a_late_first_row_counts(tmp_path, headings):
    for one in read(tmp_path, late(), headings).measurements:
        assert one.capacity[0] == pytest.approx(one.current * 30.0 / 3600.0, rel=2e-3)
        assert one.start_error < 2e-3 * one.capacity[0]  # of the counter's rounding


def test_where_only_the_voltage_tells_the_start_it_is_known_as_well_as_that_tells(tmp_path):
    for one in read(tmp_path, late()).measurements:
        known = one.start_error
        assert 0.0 < known < 0.6 * one.current * 30.0 / 3600.0
        assert one.capacity[0] == pytest.approx(one.current * 30.0 / 3600.0, abs=1.7 * known)


@pytest.mark.parametrize("rate", [0.5, 2.0])
@pytest.mark.parametrize("late_by", [0.0, 0.4, 1.0])
def test_a_load_between_two_rows_of_a_grid_began_where_the_interval_says(tmp_path, rate, late_by):
    """Diffusion has gone through the particles of `chen-2020` between two rows at 2C."""
    curve = simulate(load_cell("chen-2020"), [f"Discharge at {rate}C until 2.7 V"])
    smooth = PchipInterpolator(curve.time, curve.voltage)
    seconds = np.arange(10.0 * late_by + 1e-3, curve.time[-1], 10.0)
    rest = np.arange(0.0, 600.0, 10.0)
    table = pd.DataFrame(
        {
            "time": np.append(rest, 600.0 + np.arange(seconds.size) * 10.0),
            "current": np.append(np.zeros(rest.size), np.full(seconds.size, -ONE_C * rate)),
            "voltage": np.append(np.full(rest.size, 4.19), smooth(seconds)).round(4),
        }
    )
    (one,) = read(tmp_path, table).measurements
    true = one.current * 10.0 * late_by / 3600.0
    assert one.start_error < 0.5 * one.current * 10.0 / 3600.0
    assert one.capacity[0] == pytest.approx(true, abs=2.5 * one.start_error + 0.02 * true)


@pytest.mark.parametrize("interval", [20.0, 60.0, 300.0])
def test_a_first_row_at_the_start_has_delivered_nothing(tmp_path, interval):
    protocol = Protocol().rest(1200.0, interval).discharge().rest(1200.0, interval)
    table = protocol.discharge(2 * ONE_C).frame().drop_duplicates("time", keep="last")
    for one in read(tmp_path, table).measurements:
        assert one.capacity[0] == 0.0


def test_a_start_that_the_file_does_not_tell_is_an_error_of_the_charge(tmp_path):
    """The load comes some time within the 7 s after the last row at rest."""
    protocol = Protocol().rest()
    protocol.now += 7.0
    table = protocol.discharge(ONE_C / 20, interval=900.0).frame()
    (one,) = read(tmp_path, table).measurements
    second = one.current / 3600.0
    assert 0.0 < one.capacity[0] < 3.5 * second  # testers often write a row at the start
    assert one.start_error == pytest.approx(7.0 / np.sqrt(12.0) * second, rel=0.25)
    assert any(re.search(r"[\d.]+ ± [\d.]+ s after the start", told) for told in one.remarks)


def test_a_row_under_the_time_zero_of_its_step_is_dropped_by_number(tmp_path):
    table = rate_test().frame()
    table.loc[table["step time"] == 0.0, "time"] = 0.0
    reading = read(tmp_path, table)
    first = reading.measurements[0]
    assert first.capacity[0] == pytest.approx(ONE_C * 20.0 / 3600.0, rel=2e-3)
    assert any("13, 189" in one and "left out" in one for one in reading.remarks)


def test_an_outage_is_believed_to_the_counter_and_refused_without_one(tmp_path):
    table = Protocol().rest().discharge().frame()
    table.loc[60:, "time"] += 300.0
    (one,) = read(tmp_path, table, COUNTED).measurements
    (whole,) = read(tmp_path, Protocol().rest().discharge().frame(), COUNTED).measurements
    np.testing.assert_allclose(one.capacity, whole.capacity, rtol=1e-6)
    with pytest.raises(MeasurementError, match=r"no row for 320 s before row 62.*capacity"):
        read(tmp_path, table)
    cut = table.iloc[:60]  # the other remedy: the rows before
    assert len(read(tmp_path, cut).measurements) == 1


def test_rows_missing_while_the_voltage_goes_on_falling_are_no_outage(tmp_path):
    table = Protocol().rest().discharge().frame().drop(index=range(60, 75))
    (one,) = read(tmp_path, table).measurements
    assert one.discharge_capacity == pytest.approx(ONE_C * 3500.0 / 3600.0, rel=2e-3)


def rounded():
    """A small cell whose tester writes four decimals of an ampere: 0.0027 for 0.002695."""
    table = rate_test().frame()
    scale = 1.54e-4 / AREA
    table["current"] = (scale * table["current"]).round(4)
    table["capacity"] = (scale * table["capacity"]).round(7)
    return table


def test_a_rounded_current_is_an_error_of_the_charge(tmp_path):
    for one in read(tmp_path, rounded(), area=1.54e-4).measurements:
        step = 1e-4 / 1.54e-4
        assert one.charge_error == pytest.approx(step / np.sqrt(12.0) / one.current, rel=1e-6)
        assert abs(one.current / (ONE_C if one.current < 20 else 2 * ONE_C) - 1) < 2e-3


@pytest.mark.parametrize(("written", "step"), [("5", 0.0), ("0.5", 0.0), ("0.05", 0.01)])
def test_a_current_that_a_person_wrote_is_the_one_that_was_set(tmp_path, written, step):
    table = Protocol().rest().discharge().frame()
    table["current"] = [written if one else "0" for one in table["current"]]
    (one,) = read(tmp_path, table).measurements
    assert one.charge_error == pytest.approx(step / np.sqrt(12.0) / float(written))
    assert any("export it in a smaller unit" in told for told in one.remarks) == (step > 0.0)


def test_a_rounded_current_is_an_error_of_the_charge_of_a_run_too(tmp_path):
    path = write(tmp_path / "a.csv", rounded(), headings=HEADINGS)
    run = read_file(path, Reading(area=1.54e-4, runs="always")).run
    each = 1e-4 / np.sqrt(12.0) / 0.0027  # rows of another current are off by something else
    assert 0.4 * each < run.charge_error < 0.7 * each
    assert "the currents are rounded, so that the charge is known to 0.5% only" in run.remarks


def test_a_discharge_behind_a_charge_is_told_to_be_taken_as_even(tmp_path):
    protocol = Protocol().rest().discharge().rest().charge().rest().discharge(2 * ONE_C).rest()
    first, second = read(tmp_path, protocol.frame()).measurements
    said = ["from an even cell" in " ".join(one.remarks) for one in (first, second)]
    assert said == [False, True]


def test_a_counter_of_few_digits_is_an_error_of_the_charge(tmp_path):
    table = rounded()
    true = read(tmp_path, table, COUNTED, area=1.54e-4).measurements[0].discharge_capacity
    table["capacity"] = table["capacity"].round(4)
    table["current"] = table["current"].round(3)  # of fewer digits still
    one = read(tmp_path, table, COUNTED, area=1.54e-4).measurements[0]
    step = 1e-4 / 1.54e-4
    assert one.charge_error == pytest.approx(step / np.sqrt(6.0) / true, rel=0.05)
    assert one.start_error == pytest.approx(step / np.sqrt(12.0), rel=0.05)
    assert one.discharge_capacity == pytest.approx(true, rel=2.0 * one.charge_error)
    assert any("so the charge is known to 1.6% only" in told for told in one.remarks)


@pytest.mark.parametrize("first", [10.0, 30.0, 60.0])
def test_a_file_that_begins_under_load_may_count_its_time_from_the_load(tmp_path, first):
    protocol = Protocol().discharge(ONE_C, np.arange(first, 3300.0, 60.0))
    table = protocol.frame()
    table["time"] = table["step time"]
    (one,) = read(tmp_path, table).measurements
    true = ONE_C * first / 3600.0
    assert one.capacity[0] == pytest.approx(true, abs=2.0 * one.start_error + 2e-3 * true)
    assert one.start_error < 0.6 * ONE_C * first / 3600.0


def test_a_current_that_varies_was_read_however_few_its_digits(tmp_path):
    table = Protocol().rest().discharge().frame()
    wave = 4.05 + 0.04 * np.sin(np.arange(len(table)))
    table["current"] = np.where(table["current"] == 0, 0.0, -wave.round(1))
    (one,) = read(tmp_path, table, area=0.2).measurements
    assert one.charge_error == pytest.approx(0.1 / np.sqrt(12.0) / 4.05, rel=0.05)


@pytest.mark.parametrize("offset", [-0.02, -0.1, -0.5])
@pytest.mark.parametrize("way", [1.0, -1.0])
def test_a_net_counter_passes_zero_and_does_not_begin_again(tmp_path, offset, way):
    table = Protocol().rest().discharge().frame()
    table["capacity"] = way * (table["capacity"] + offset * table["capacity"].max())
    (one,) = read(tmp_path, table, COUNTED).measurements
    (known,) = read(tmp_path, Protocol().rest().discharge().frame(), COUNTED).measurements
    np.testing.assert_allclose(one.capacity, known.capacity, rtol=1e-3, atol=1e-3)
    assert not any("begins again" in told for told in one.remarks)


def test_current_and_time_tell_the_charge_where_the_counter_has_few_digits(tmp_path):
    table = Protocol().rest().discharge().frame()
    table["current"] *= 1.0004  # of more digits
    (known,) = read(tmp_path, table).measurements
    table["capacity"] = table["capacity"].round(3)
    (one,) = read(tmp_path, table, COUNTED).measurements
    np.testing.assert_allclose(one.capacity, known.capacity, rtol=1e-9, atol=1e-9)
    assert any("more digits than the capacity column" in told for told in one.remarks)
    assert one.start_error > 0.0


def test_a_counter_corrects_a_current_that_was_only_set(tmp_path):
    table = Protocol().rest().discharge().frame()
    flowed = np.abs(table["current"]).max()
    table["current"] = [-0.9 if one else 0.0 for one in table["current"]]
    area = AREA * 0.92 / flowed / 1.0
    table["capacity"] *= 0.92 / flowed
    (one,) = read(tmp_path, table, COUNTED, area=area).measurements
    assert one.current * area == pytest.approx(0.92, rel=2e-3)


def test_a_hold_before_a_discharge_leaves_a_cell_uneven_too(tmp_path):
    protocol = Protocol().hold(4.2, -5.0).rest().discharge()
    (one,) = read(tmp_path, protocol.frame()).measurements
    assert one.after_charge


def test_a_rest_is_no_less_than_another_s_first_row_under_load(tmp_path):
    """The second discharge begins from the same full cell, and its first row comes later."""
    protocol = Protocol().discharge().charge().rest()
    late = seconds_to(ONE_C)[3:]
    table = protocol.discharge(ONE_C, late, begun=late[0]).rest().frame()
    assert len(read(tmp_path, table).measurements) == 2


def test_varying_currents_are_off_by_less_than_each_of_them(tmp_path):
    time = np.arange(2000.0)
    true = 0.6 + 0.4 * np.sin(time / 7.0) + 0.3 * np.sin(time / 3.1)
    frame = pd.DataFrame({"time [s]": time, "current [A]": true.round(1), "voltage [V]": 3.7})
    frame.loc[:20, "current [A]"] = 0.0
    frame.to_csv(tmp_path / "a.csv", index=False)
    run = read_file(tmp_path / "a.csv", Reading(area=0.1, runs="always")).run
    off = abs(abs(run.current.sum()) * 0.1 / true[21:].sum() - 1.0)
    assert off < 3.0 * run.charge_error < 0.015


def test_the_counter_gives_the_current_where_it_is_finer(tmp_path):
    found = read(tmp_path, rounded(), COUNTED, area=1.54e-4).measurements
    assert [one.current for one in found] == pytest.approx([ONE_C, 2 * ONE_C], rel=5e-5)
    assert [one.charge_error for one in found] == [0.0, 0.0]


@pytest.mark.parametrize(
    "counter",
    [
        lambda q, _: q,
        lambda q, _: 0.02 - q,
        lambda q, n: q + 0.5 * n,
    ],
    ids=["of the step", "what is left", "going on from step to step"],
)
def test_a_counter_is_read_whichever_way_it_counts(tmp_path, counter):
    table = rate_test().frame()
    table["capacity"] = counter(table["capacity"], table["step"])
    for one in read(tmp_path, table, COUNTED).measurements:
        assert one.capacity[0] == pytest.approx(0.0, abs=1e-9)
        assert one.discharge_capacity == pytest.approx(one.current * one.time[-1] / 3600.0)
        assert one.discharge_capacity > 16.0


@pytest.mark.parametrize(
    ("name", "factor", "unit"),
    [
        ("current", 1000.0, "mA"),
        ("capacity", 1000.0, "mAh"),
        ("time", 1.0 / 60.0, "min"),
        ("time", 1.0 / 3600.0, "h"),
    ],
)
def test_a_column_in_another_unit_than_its_heading_says_is_named(tmp_path, name, factor, unit):
    table = rate_test().frame()
    table[name] *= factor
    with pytest.raises(MeasurementError, match=f"as if the {name} were stored in {unit} ") as told:
        read(tmp_path, table, COUNTED)
    assert f"--column {name}='NAME:{unit}'" in str(told.value)
    mapped = {name: f"{COUNTED[name]}:{unit}"}
    found = read_file(tmp_path / "a.csv", Reading(area=AREA, columns=mapped))
    assert [one.current for one in found.measurements] == pytest.approx(
        [ONE_C, 2 * ONE_C], rel=1e-3
    )


def test_a_counter_that_begins_again_within_a_discharge_is_counted_on(tmp_path):
    table = rate_test().frame()
    whole = read(tmp_path, table, COUNTED).measurements
    drawn = table.index[table["current"] < 0.0]
    for at in (60, 100, 103):
        table.loc[drawn[at] :, "capacity"] -= table.loc[drawn[at], "capacity"] * (
            table.loc[drawn[at] :, "step"] == table.loc[drawn[at], "step"]
        )
    reading = read(tmp_path, table, COUNTED)
    for one, other in zip(reading.measurements, whole, strict=True):
        np.testing.assert_allclose(one.capacity, other.capacity, rtol=1e-4, atol=1e-9)
    assert "begins again at zero in rows" in "; ".join(reading.measurements[0].remarks)


def test_a_row_that_is_cut_short_at_the_end_of_a_file_is_left_out(tmp_path):
    text = write(tmp_path / "a.csv", rate_test().frame(), headings=HEADINGS).read_text("utf-8")
    (tmp_path / "a.csv").write_text(text.rstrip().rpartition(",")[0], "utf-8")
    reading = read_file(tmp_path / "a.csv", Reading(area=AREA))
    assert [round(one.current, 2) for one in reading.measurements] == [ONE_C, 2 * ONE_C]
    assert "the last row is cut short" in "; ".join(reading.remarks)


def test_a_current_is_rounded_as_finely_as_any_of_its_numbers_shows(tmp_path):
    """Some write -0.01 for -0.01000: the charge was said to be known to 29 % only."""
    time = np.arange(0.0, 4000.0, 10.0)
    current = np.where(time < 100.0, 0.0, -0.01)
    late = time > 3000.0
    current[late] = 0.00416 - 1e-5 * np.arange(late.sum())
    voltage = np.where(late, 3.8 + 1e-4 * (time - 3000.0), 4.1 - 1e-4 * time)
    table = pd.DataFrame(
        {"Test_Time(s)": time, "Current(A)": np.round(current, 5), "Voltage(V)": voltage}
    )
    path = tmp_path / "one.csv"
    table.to_csv(path, index=False)
    read = read_file(path, Reading(area=22e-4))
    assert "rounded" not in read.summary()


@pytest.mark.parametrize("unit", ["(F)", "[degF]", "(°F)"])
def test_a_temperature_may_be_in_fahrenheit_by_any_of_its_signs(tmp_path, unit):
    time = np.arange(0.0, 3000.0, 10.0)
    table = pd.DataFrame(
        {
            "Test_Time(s)": time,
            "Current(A)": np.where(time < 100.0, 0.0, -0.01),
            "Voltage(V)": 4.1 - 1e-4 * time,
            f"Aux_Temperature_1 {unit}": 77.0,
        }
    )
    path = tmp_path / "one.csv"
    table.to_csv(path, index=False)
    read = read_file(path, Reading(area=22e-4))
    assert read.measurements[0].temperature == pytest.approx(298.15)
