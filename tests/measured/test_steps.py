"""What a tester did is told by what it wrote, by signs, and by the turn of the voltage."""

import numpy as np
import pandas as pd
import pytest

from microbatt.engines import simulate_discharge
from microbatt.errors import MeasurementError
from microbatt.measured import Reading, read_file, read_measurements
from microbatt.measured.run import last_at_rest
from microbatt.measured.steps import _zigzag
from tests.measured.protocols import (
    AREA,
    ONE_C,
    REST_VOLTAGE,
    Protocol,
    rate_test,
    seconds_to,
    voltage,
    write,
)

HEADINGS = {"time": "time [s]", "current": "current [A]", "voltage": "voltage [V]"}


def read(path, protocol, *, unsigned=False, rests=True, word=None, name="Step Type"):
    table = protocol.frame()
    if unsigned:
        table["current"] = table["current"].abs()
    if not rests:
        table = table[table["current"] != 0.0]
    if word is not None:
        table["word"] = table["word"].map(word)
    headings = HEADINGS if word is None else HEADINGS | {"word": name}
    return read_file(write(path / "a.csv", table, headings=headings), Reading(area=AREA))


def currents(reading):
    return [round(one.current, 3) for one in reading.measurements]


def told(reading):
    return "; ".join(reading.remarks)


@pytest.mark.parametrize("rests", [True, False])
@pytest.mark.parametrize("unsigned", [True, False])
def test_charges_are_left_out_with_and_without_signs_and_rests(tmp_path, unsigned, rests):
    reading = read(tmp_path, rate_test(), unsigned=unsigned, rests=rests)
    assert currents(reading) == [ONE_C, 2 * ONE_C]
    assert "1 charge left out" in told(reading)


def test_a_state_that_never_changes_does_not_overrule_the_voltage(tmp_path):
    reading = read(
        tmp_path, rate_test(), unsigned=True, rests=False, word=lambda _: "C", name="State"
    )
    assert currents(reading) == [ONE_C, 2 * ONE_C]
    assert "the state column says `C` throughout" in told(reading)


def test_a_short_top_up_is_cut_from_the_discharge_after_it(tmp_path):
    protocol = Protocol().charge(ONE_C, 300.0, start=4.0, end=4.1).discharge()
    assert currents(read(tmp_path, protocol, unsigned=True)) == [ONE_C]


def test_a_slow_discharge_beside_a_fast_one_is_no_rest(tmp_path):
    protocol = Protocol().rest().discharge(ONE_C / 100, interval=1800.0)
    protocol.rest().discharge(5 * ONE_C, interval=5.0)
    assert currents(read(tmp_path, protocol)) == [0.175, 87.5]


def test_a_current_that_scatters_about_zero_is_a_rest(tmp_path):
    protocol = rate_test()
    rng = np.random.default_rng(1)
    protocol.rows = [
        (*row[:2], row[2] or 0.02 * rng.standard_normal(), *row[3:]) for row in protocol.rows
    ]
    assert currents(read(tmp_path, protocol)) == pytest.approx([ONE_C, 2 * ONE_C], rel=1e-3)


def gitt(protocol, *, pulses=8, regenerated=False):
    """Pulses of six minutes, or of ten seconds with a charge after each, on the way down."""
    begun = 0.0
    for _ in range(pulses):
        level = min(float(voltage(begun, ONE_C)) + 0.12, REST_VOLTAGE)
        if regenerated:
            protocol.discharge(3 * ONE_C, np.arange(0.0, 10.1), begun=begun / 3).rest(40, 10, level)
            protocol.add(np.arange(0.0, 10.1), 3 * ONE_C, level + 0.1, "Chg").rest(40, 10, level)
        protocol.discharge(ONE_C, np.arange(0.0, 361.0, 20.0), begun=begun)
        begun += 360.0
        protocol.rest(600.0, 60.0, float(voltage(begun, ONE_C)) + 0.1)
    return protocol


@pytest.mark.parametrize("regenerated", [False, True])
def test_pulses_after_discharges_are_left_out_by_name(tmp_path, regenerated):
    protocol = gitt(rate_test().charge().rest(), regenerated=regenerated)
    reading = read(tmp_path, protocol)
    assert currents(reading) == [ONE_C, 2 * ONE_C]
    assert "pulse of a series (GITT, HPPC)" in told(reading)
    assert sum(step.kind == "pulse" for step in reading.steps) == (16 if regenerated else 8)


def test_pulses_alone_are_refused_by_name(tmp_path):
    with pytest.raises(MeasurementError, match=r"8 × pulse .*GITT.*Give a file with"):
        read(tmp_path, gitt(Protocol().rest()))


@pytest.mark.parametrize("interval", [10.0, 60.0])
def test_a_hold_after_a_discharge_is_left_out_and_the_discharge_taken(tmp_path, interval):
    protocol = Protocol().rest().discharge(2 * ONE_C)
    whole = seconds_to(2 * ONE_C).size
    protocol.hold(float(protocol.rows[-1][3]), -2 * ONE_C, 2000.0, interval)
    reading = read(tmp_path, protocol)
    assert currents(reading) == [2 * ONE_C]
    assert len(reading.measurements[0]) == whole
    assert "1 hold at constant voltage left out" in told(reading)


def test_a_pause_ends_a_discharge_and_what_follows_is_left_out(tmp_path):
    times = seconds_to(ONE_C)
    half = times.size // 2
    protocol = Protocol().rest().discharge(ONE_C, times[:half]).rest(600, 60, 3.8)
    protocol.discharge(ONE_C, times[half:] - times[half], begun=times[half])
    reading = read(tmp_path, protocol)
    assert [len(one) for one in reading.measurements] == [half]
    assert "does not start from a full cell" in told(reading)


def test_a_discharge_that_starts_half_full_is_left_out_by_name(tmp_path):
    protocol = Protocol().rest().discharge().charge(2 * ONE_C, 3500.0).rest(600, 60, 3.85)
    protocol.discharge(2 * ONE_C, seconds_to(2 * ONE_C)[:40], begun=600.0)
    reading = read(tmp_path, protocol)
    assert currents(reading) == [ONE_C]
    assert "3.85 V before the load where the discharge of row 13 has 4.08 V" in told(reading)


def test_changing_currents_are_left_out_where_there_is_a_discharge(tmp_path):
    times = np.arange(0.0, 600.0, 5.0)
    wild = -ONE_C * (1.0 + 0.5 * np.sin(times / 40.0))
    protocol = rate_test().charge().rest().add(times, wild, 4.0 - times / 2000.0, "Drive")
    reading = read(tmp_path, protocol)
    assert currents(reading) == [ONE_C, 2 * ONE_C]


def drive(protocol, level=3.9):
    """A cycle of many currents, some of them for a few rows."""
    rng = np.random.default_rng(3)
    for _ in range(40):
        size = ONE_C * float(rng.choice([0.2, 0.6, 1.0, 2.0, 2.5]))
        times = np.arange(1.0, 1.0 + int(rng.integers(2, 12)))
        level -= 0.004
        protocol.add(times, -size, level - 0.002 * size + 0.0 * times, "Drive")
    return protocol


def test_a_drive_cycle_is_no_discharge_at_constant_current(tmp_path):
    with pytest.raises(MeasurementError, match=r"no whole discharge .* \(changing current"):
        read(tmp_path, drive(Protocol().rest()))
    protocol = drive(rate_test().charge().rest())
    assert currents(read(tmp_path, protocol)) == [ONE_C, 2 * ONE_C]


def test_a_current_that_needs_a_row_to_rise_starts_its_discharge_there(tmp_path):
    """The row at half the current lies 2 s before the first at the whole one."""
    times = seconds_to(ONE_C)
    protocol = Protocol().rest(600.0, 20.0, REST_VOLTAGE)
    protocol.add(np.array([0.01]), -ONE_C / 2, 4.06, "D")
    protocol.now += 2.0
    protocol.discharge(ONE_C, times)
    (one,) = read(tmp_path, protocol).measurements
    assert len(one) == times.size
    assert one.capacity[0] == pytest.approx(ONE_C * 2.0 / 3600.0, rel=0.05)
    assert one.rest_voltage == pytest.approx(REST_VOLTAGE, abs=2e-3)


def test_a_rise_within_a_discharge_is_refused_with_a_remedy_that_works(tmp_path):
    """A warming cell recovers slowly; nothing says whether such a rise at first is a charge."""
    times = seconds_to(ONE_C)
    volts = voltage(times, ONE_C) + 0.06 * np.minimum(times / 400.0, 1.0) - 0.06
    protocol = Protocol().add(times, -ONE_C, volts - 0.3 * np.exp(-times / 300.0), "D")
    with pytest.raises(MeasurementError, match=r"rises by .* give the rows from \d+ on") as caught:
        read(tmp_path, protocol)
    row = int(str(caught.value).rpartition("rows from ")[2].partition(" ")[0])
    protocol.rows = protocol.rows[row - 2 :]
    assert currents(read(tmp_path, protocol)) == [ONE_C]


def test_every_step_says_what_became_of_it(tmp_path):
    reading = read(tmp_path, rate_test())
    assert [step.kind for step in reading.steps] == [
        "rest",
        "discharge",
        "charge",
        "rest",
        "discharge",
    ]
    assert [step.taken for step in reading.steps] == [False, True, False, False, True]
    assert reading.steps[1].charge == pytest.approx(
        reading.measurements[0].discharge_capacity, rel=1e-3
    )
    for words in ("columns:", "`voltage [V]`", "rows 13–188: discharge"):
        assert words in reading.summary()
    assert len(repr(reading)) < 120
    assert "<table>" in reading._repr_html_()


def test_a_current_of_a_thousand_levels_is_cut_into_as_many_steps(tmp_path):
    protocol = Protocol().rest().discharge(ONE_C).rest(level=3.1)
    levels = ONE_C * 0.98 ** (np.arange(6000) // 6 % 40) * (1.0 + np.arange(6000) // 240 * 0.02)
    times = np.arange(6000.0)
    protocol.add(times, -levels, 3.9 - 1e-4 * times, "Sim")
    read = read_file(write(tmp_path / "a.csv", protocol.frame()), Reading(area=AREA))
    assert [one.current for one in read.measurements] == pytest.approx([ONE_C])
    assert len(read.steps) > 900


@pytest.mark.parametrize("sign", [-1.0, 1.0])
@pytest.mark.parametrize("row", [1, 40, 90, -2, -1])
def test_one_outlier_turns_no_current_without_a_sign(tmp_path, row, sign):
    protocol = Protocol().rest().discharge().rest(level=3.3)
    first = next(i for i, one in enumerate(protocol.rows) if one[2])
    drawn = sum(one[2] != 0.0 for one in protocol.rows)
    i = first + row % drawn
    now, since, current, volts, *rest = protocol.rows[i]
    protocol.rows[i] = (now, since, current, volts + sign * 0.02, *rest)
    found = read(tmp_path, protocol, unsigned=True)
    assert [step.kind for step in found.steps] == ["rest", "discharge", "rest"]
    assert (found.samples.current[found.samples.step == 1] > 0.0).all()
    assert [len(one) for one in found.measurements] == [drawn]


@pytest.mark.parametrize("scatter", [0.0, 1e-4, 5e-4])
def test_a_long_hold_is_one_step(tmp_path, scatter):
    charge, hold, discharge = 2000, 20_000, 4000
    random = np.random.default_rng(3)
    current = np.concatenate(
        [
            np.ones(charge),
            np.exp(-np.arange(hold) / 6000.0),
            np.zeros(500),
            -np.ones(discharge),
        ]
    )
    volts = np.concatenate(
        [
            np.linspace(3.5, 4.2, charge),
            4.2 + scatter * random.standard_normal(hold),
            np.full(500, 4.19),
            np.linspace(4.1, 3.0, discharge),
        ]
    )
    path = tmp_path / "held.csv"
    rows = "".join(
        f"{t},{v:.5f},{i:.6f}\n" for t, (v, i) in enumerate(zip(volts, current, strict=True))
    )
    path.write_text(f"time [s],voltage [V],current [A]\n{rows}", "utf-8")
    steps = read_file(path, Reading(area=AREA)).steps
    assert [one.kind for one in steps] == ["charge", "hold", "rest", "discharge"]
    assert abs(steps[1].rows[0] - charge) < 80  # the current falls by 1 % within 60 rows


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("scale", [1e-3, 4e-3, 2e-2])
def test_turns_are_those_of_every_row(seed, scale):
    values = np.cumsum(np.random.default_rng(seed).normal(0.0, scale, 3000)).round(3)
    assert _zigzag(values, 0.015) == _turns_row_by_row(values, 0.015)


def _turns_row_by_row(values, threshold):
    turns, low, high, rising = [], 0, 0, None
    for i in range(1, values.size):
        high = i if values[i] > values[high] else high
        low = i if values[i] < values[low] else low
        if rising is not False and values[high] - values[i] > threshold:
            turns += [high] if rising else []
            rising, low = False, i
        elif rising is not True and values[i] - values[low] > threshold:
            turns += [low] if rising is False else []
            rising, high = True, i
    return turns


@pytest.mark.parametrize("resting", [0, 6])
def test_a_rest_row_with_the_voltage_of_the_load_does_not_tell_the_rest(tmp_path, resting):
    """Rows of one rounded time: current 0, 0, I, the second with the voltage of the load."""
    curve = simulate_discharge("chen-2020", current="1C")
    time = np.arange(0.0, curve.time[-1], 10.0)
    loaded = np.interp(time, curve.time, curve.voltage)
    rest, start = curve.open_circuit_voltage, 10.0 * resting
    before = 10.0 * np.arange(resting)
    table = pd.DataFrame(
        {
            "Time [s]": np.concatenate([before, [start, start], start + time]),
            "Voltage [V]": np.concatenate([np.full(resting + 1, rest), loaded[:1], loaded]),
            "Current [A/m2]": np.append(np.zeros(resting + 2), np.full(time.size, curve.current)),
        }
    )
    path = tmp_path / "rounded.csv"
    table.to_csv(path, index=False)
    (one,) = read_measurements(path)
    assert one.rest_voltage == pytest.approx(rest)
    assert one.voltage[0] == pytest.approx(loaded[0])
    run = read_file(path, Reading(runs="always")).run
    assert run.rest_voltage == pytest.approx(rest)


def test_rows_of_one_time_that_rest_are_a_rest():
    voltage, time = np.array([4.03, 4.18, 4.03, 4.0]), np.array([0.0, 0.0, 0.0, 10.0])
    assert last_at_rest(voltage, time, 0, 1) == 1
    assert last_at_rest(voltage, None, 0, 1) == 1
