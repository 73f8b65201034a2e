"""Times of every kind are seconds, and what is none is refused."""

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from microbatt.engines import MeasuredTemperature, simulate
from microbatt.errors import MeasurementError, ParameterError
from microbatt.measured import MeasuredRun
from microbatt.protocols import Samples, Step, evaluate_pulse, gitt, profile
from microbatt.times import in_seconds

SECONDS = [0.0, 60.0, 120.0]
START = dt.datetime(2024, 5, 1, 12)  # noqa: DTZ001 - testers tell no zone
DATES = [START + dt.timedelta(seconds=one) for one in SECONDS]
DURATIONS = [dt.timedelta(seconds=one) for one in SECONDS]
UNITS = ("W", "D", "h", "m", "s", "ms", "us", "ns", "ps")


def durations_of(unit):
    return np.array([0, 1, 2], dtype=f"timedelta64[{unit}]")


KINDS = {
    "seconds": SECONDS,
    "python durations": DURATIONS,
    "pandas durations": pd.to_timedelta(SECONDS, unit="s"),
    "a column of durations": pd.Series(pd.to_timedelta(SECONDS, unit="s")),
    "numpy minutes": durations_of("m"),
    "a list of numpy minutes": list(durations_of("m")),
}
DATED = {
    "python dates": DATES,
    "pandas dates": pd.date_range(START, periods=3, freq="60s"),
    "dates with a zone": pd.date_range(START, periods=3, freq="60s", tz="Europe/Berlin"),
    "a column of dates": pd.Series(pd.date_range(START, periods=3, freq="60s")),
    "numpy dates in minutes": np.datetime64("2024-05-01T12:00", "m") + durations_of("m"),
    "numpy dates in ns": np.datetime64("2024-05-01T12:00", "ns") + 60 * durations_of("s"),
}


@pytest.mark.parametrize("time", [*KINDS.values(), *DATED.values()], ids=[*KINDS, *DATED])
def test_a_profile_lasts_as_long_in_every_kind_of_time(time):
    assert profile(time, current=[0.0, 1.0, 2.0]).time.tolist() == SECONDS
    assert Samples(time=time, value=[0.0, 1.0, 2.0]).time.tolist() == SECONDS
    measured = MeasuredTemperature(time=time, temperature=[298.0, 299.0, 300.0])
    assert measured.time == tuple(SECONDS)


@pytest.mark.parametrize("unit", UNITS)
def test_a_duration_of_numpy_has_its_unit(unit):
    second = {"W": 604800.0, "D": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0}
    second |= {"ms": 1e-3, "us": 1e-6, "ns": 1e-9, "ps": 1e-12}
    np.testing.assert_allclose(
        in_seconds("time", durations_of(unit)), second[unit] * np.arange(3), rtol=1e-15
    )


@pytest.mark.parametrize("unit", ["M", "Y"])
def test_a_month_is_no_number_of_seconds(unit):
    with pytest.raises(ParameterError, match="no number of seconds"):
        in_seconds("time", durations_of(unit))


@pytest.mark.parametrize("time", KINDS.values(), ids=KINDS)
def test_a_simulation_is_asked_in_every_kind_of_time(time):
    run = simulate("lco-graphite", "Discharge at 1C for 2 min")
    np.testing.assert_array_equal(run.voltage_at(time), run.voltage_at(SECONDS))
    np.testing.assert_array_equal(run.current_at(time), run.current_at(SECONDS))
    after = run.resistance(0, DURATIONS[1])
    assert after == run.resistance(0, 60.0) == run.resistance(0, np.timedelta64(1, "m"))


@pytest.mark.parametrize("dates", DATED.values(), ids=DATED)
def test_a_simulation_has_no_dates(dates):
    run = simulate("lco-graphite", "Discharge at 1C for 2 min")
    with pytest.raises(ParameterError, match="since the start"):
        run.voltage_at(dates)


@pytest.mark.parametrize(
    "two_minutes",
    [dt.timedelta(minutes=2), np.timedelta64(2, "m"), pd.Timedelta(minutes=2)],
    ids=["python", "numpy", "pandas"],
)
def test_a_step_lasts_a_duration(two_minutes):
    assert Step(current="1C", duration=two_minutes).duration == 120.0
    assert [step.duration for step in gitt(pulse=two_minutes, rest=two_minutes, pulses=1)] == [
        120.0,
        120.0,
    ]


def test_a_duration_is_no_number():
    with pytest.raises(ParameterError, match="must be a number"):
        simulate("lco-graphite", "Rest for 1 s", time_limit=np.timedelta64(2, "m"))
    with pytest.raises(ParameterError, match="no row of numbers"):
        profile(SECONDS, current=durations_of("s"))
    with pytest.raises(ParameterError, match="no row of numbers"):
        profile(SECONDS, current=[1.0 + 1.0j] * 3)


def test_a_masked_sample_is_refused():
    masked, whole = np.ma.masked_greater([1.0, 99.0, 2.0], 10.0), np.ma.array([1.0, 3.0, 2.0])
    assert profile(SECONDS, current=whole).value.tolist() == [1.0, 3.0, 2.0]
    for given in ({"time": masked, "current": SECONDS}, {"time": SECONDS, "current": masked}):
        with pytest.raises(ParameterError, match="1 masked samples, the first at 1"):
            profile(**given)
    with pytest.raises(ParameterError, match="masked"):
        MeasuredTemperature(time=SECONDS, temperature=masked)
    with pytest.raises(ParameterError, match="masked"):
        evaluate_pulse(SECONDS, [0.0, 1.0, 0.0], masked)


@pytest.mark.parametrize(
    "time",
    [
        [DATES[0], DURATIONS[1], DATES[2]],
        [DATES[0], DATES[1].replace(tzinfo=dt.UTC), DATES[2]],
        [0.0, DURATIONS[1], DURATIONS[2]],
        [pd.NaT, *DURATIONS[1:]],
        [[0.0], [1.0, 2.0]],
        ["a", "b", "c"],
    ],
    ids=["kinds", "zones", "numbers", "none", "lengths", "words"],
)
def test_what_is_no_row_of_times_is_refused_in_a_sentence(time):
    with pytest.raises(ParameterError, match="`time`"):
        profile(time, current=SECONDS)


def test_the_hour_of_a_changed_clock_is_no_hour():
    berlin = ZoneInfo("Europe/Berlin")  # on 31 March 2024 two o'clock was three o'clock
    before = dt.datetime(2024, 3, 31, 1, 59, tzinfo=berlin)
    around = [before, before.replace(hour=3, minute=1)]
    assert profile(around, current=[0.0, 1.0]).time.tolist() == [0.0, 120.0]


def test_a_measured_run_has_every_kind_of_time():
    columns = {"current": [0.0, 0.0, 1.0, 1.0, 0.0], "voltage": [4.1, 4.1, 4.0, 3.9, 4.0]}
    dates = pd.date_range(START, periods=5, freq="60s")
    run = MeasuredRun(source="dated", time=dates, **columns)
    assert run.time.tolist() == [0.0, 60.0, 120.0, 180.0, 240.0]
    with pytest.raises(MeasurementError, match="dated: `voltage` has 5 masked"):
        MeasuredRun(
            source="dated",
            time=dates,
            current=columns["current"],
            voltage=np.ma.masked_all(5),
        )
