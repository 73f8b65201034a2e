"""What cyclers export is read; what cannot be is refused by file, column, row and remedy."""

import numpy as np
import pandas as pd
import pytest

from microbatt.errors import MeasurementError
from microbatt.measured import Reading, read_files, read_measurements
from microbatt.measured.headings import read_heading
from microbatt.measured.numerals import rounding

CURRENT = 17.5
SECONDS = np.linspace(0.0, 3600.0, 61)
VOLTS = 4.1 - 0.5 * (SECONDS / 3600.0) - 1.2 * (SECONDS / 3600.0) ** 20
CAPACITY = CURRENT * SECONDS / 3600.0


def write(path, **columns):
    pd.DataFrame(columns).to_csv(path, index=False)
    return path


def plain(path, **changed):
    columns = {"time [s]": SECONDS, "voltage [V]": VOLTS, "current [A m-2]": CURRENT}
    return write(path, **(columns | changed))


def only(path, **terms):
    (one,) = read_measurements(path, Reading(**terms))
    return one


def refused(path, **terms):
    with pytest.raises(MeasurementError) as caught:
        read_measurements(path, Reading(**terms))
    return str(caught.value)


@pytest.mark.parametrize(
    ("headings", "factors"),
    [
        (("time [s]", "voltage [V]", "current [A m-2]"), (1.0, 1.0, 1.0)),
        (("Time (min)", "Cell pot(V)", "Curr den (A/m^2)"), (1 / 60, 1.0, 1.0)),
        (("Test Time / s", "Voltage / V", "Current / A"), (1.0, 1.0, -1e-4)),
        (("test_time_second", "voltage_volt", "current_ampere"), (1.0, 1.0, -1e-4)),
        (("time/s", "Ewe/V", "I/mA"), (1.0, 1.0, -0.1)),
        (("Total Time (h)", "Voltage(mV)", "Current (mA/cm²)"), (1 / 3600, 1e3, 0.1)),
    ],
)
def test_columns_are_known_by_name_and_unit(tmp_path, headings, factors):
    values = (SECONDS, VOLTS, np.full(SECONDS.size, CURRENT))
    columns = {h: f * v for h, f, v in zip(headings, factors, values, strict=True)}
    one = only(write(tmp_path / "a.csv", **columns), area=1e-4)
    assert one.current == pytest.approx(CURRENT)
    np.testing.assert_allclose(one.capacity, CAPACITY, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(one.voltage, VOLTS)


@pytest.mark.parametrize("ending", ["parquet", "xlsx"])
def test_parquet_and_excel_hold_the_same_curve_as_csv(tmp_path, ending):
    pytest.importorskip({"parquet": "pyarrow", "xlsx": "openpyxl"}[ending])
    frame = pd.read_csv(plain(tmp_path / "a.csv"))
    other = tmp_path / f"a.{ending}"
    frame.to_parquet(other) if ending == "parquet" else frame.to_excel(other, index=False)
    np.testing.assert_allclose(only(other).voltage, only(tmp_path / "a.csv").voltage)


def test_semicolons_decimal_commas_and_lines_before_the_headings_are_read(tmp_path):
    rows = [
        f"{t:.1f};{v:.5f};{CURRENT}".replace(".", ",") for t, v in zip(SECONDS, VOLTS, strict=True)
    ]
    text = "\n".join(["Prüfling;7", "Kanal 3", "time [s];voltage [V];current [A m-2]", *rows])
    (tmp_path / "a.csv").write_bytes(text.encode("latin-1"))
    np.testing.assert_allclose(only(tmp_path / "a.csv").voltage, VOLTS, atol=1e-5)


def test_rest_and_charge_are_left_out_and_each_current_is_a_curve(tmp_path):
    time = np.arange(0.0, 5 * 3660.0, 60.0)
    parts = [(VOLTS, -1.0), (VOLTS[::-1], 1.0), (VOLTS, 0.0), (VOLTS, -2.0), (VOLTS, -2.2)]
    path = write(
        tmp_path / "a.csv",
        **{
            "time [s]": time,
            "voltage [V]": np.concatenate([one for one, _ in parts]),
            "current [A m-2]": np.repeat([one for _, one in parts], SECONDS.size),
        },
    )
    assert [round(one.current, 3) for one in read_measurements(path)] == [1.0, 2.0, 2.2]


def test_steps_that_stand_three_times_are_read_once(tmp_path):
    """The published form: the start, then each step under a stale time and twice as it is."""
    minutes, volts = np.round(SECONDS / 60.0, 3), VOLTS
    stale = np.stack([minutes[:-1], minutes[1:], minutes[1:]], axis=1).ravel()
    path = write(
        tmp_path / "a.csv",
        **{
            "Time (min)": np.append(0.0, stale),
            "Cell pot(V)": np.append(volts[0], np.repeat(volts[1:], 3)),
            "Curr den (A/m^2)": CURRENT,
            "Capacity": 0.0,
        },
    )
    one = only(path)
    np.testing.assert_allclose(one.voltage, volts)
    np.testing.assert_allclose(one.capacity, CAPACITY)


def test_a_capacity_stands_in_for_the_time(tmp_path):
    path = write(tmp_path / "a.csv", **{"Q discharge [mAh/cm2]": CAPACITY / 10, "U [V]": VOLTS})
    one = only(path, current=CURRENT)
    np.testing.assert_allclose(one.capacity, CAPACITY)


def test_unknown_names_are_mapped_with_their_units(tmp_path):
    path = write(tmp_path / "a.csv", Zeit=SECONDS / 60, Spannung=VOLTS * 1e3)
    one = only(path, current=CURRENT, columns={"time": "Zeit:min", "voltage": "Spannung:mV"})
    np.testing.assert_allclose(one.voltage, VOLTS)
    np.testing.assert_allclose(one.capacity, CAPACITY)


def test_a_time_in_whole_minutes_is_known_to_be_rounded(tmp_path):
    assert rounding(np.array([0.0, 1.0, 2.0])) == 1.0
    one = only(
        write(tmp_path / "a.csv", **{"time [min]": SECONDS / 60, "V [V]": VOLTS}), current=1.0
    )
    assert one.capacity_step == pytest.approx(1.0 * 60.0 / 3600.0)


BAD = {
    "charging": ({"voltage [V]": VOLTS[::-1]}, ["row 2", "this is a charge", "Give the discharge"]),
    "millivolts": ({"voltage [V]": 1e3 * VOLTS}, ["row 2", "millivolts?", "voltage [mV]"]),
    "time unit": (
        {"capacity [A h m-2]": 60 * CAPACITY},
        ["row 62", "differ by 60", "the other two of current, time and capacity"],
    ),
    "capacity back": (
        {"capacity [A h m-2]": np.where(SECONDS == 1200.0, 0.0, CAPACITY)},
        ["row 22", "turns back", "leave the column out"],
    ),
    "gap": (
        {"voltage [V]": np.where(SECONDS == 600.0, np.nan, VOLTS)},
        ["row 12", "lacks a number", "--skip-bad-rows"],
    ),
    "time back": (
        {"time [s]": np.where(SECONDS == 1200.0, 900.0, SECONDS)},
        ["row 22", "goes back", "Sort the rows"],
    ),
    "repeated": (
        {"time [s]": np.where(SECONDS == 1200.0, 1140.0, SECONDS)},
        ["row 22", "repeats the time", "--skip-bad-rows"],
    ),
    "unsteady": (
        {"current [A m-2]": CURRENT * (1.0 + 0.1 * np.sin(SECONDS / 300.0))},
        ["not constant", "row"],
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_column_is_refused_with_row_and_remedy(tmp_path, name):
    changed, words = BAD[name]
    message = refused(plain(tmp_path / "a.csv", **changed))
    for word in ("a.csv", *words):
        assert word in message


def test_a_falling_capacity_is_refused_with_row_and_remedy(tmp_path):
    falling = np.where(SECONDS == 1200.0, 0.0, CAPACITY)
    path = write(tmp_path / "a.csv", **{"capacity [A h m-2]": falling, "voltage [V]": VOLTS})
    message = refused(path, current=CURRENT)
    assert "row 22" in message
    assert "--column capacity" in message


def test_bad_rows_are_left_out_on_request_and_said_to_be(tmp_path):
    path = plain(tmp_path / "a.csv", **{"voltage [V]": np.where(SECONDS == 600.0, np.nan, VOLTS)})
    one = only(path, skip_bad_rows=True)
    assert len(one) == SECONDS.size - 1
    assert "1 rows without a number left out" in one.remarks


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["empty", "Export"]),
        ("\n\n", ["empty", "Export"]),
        ("\x00\x01\x02", ["no text", "CSV, Parquet or Excel"]),
        ("1,2,3\n4,5,6\n", ["no line of headings", "row 1"]),
        ("time [s],voltage [V],current [A m-2]\n", ["no row below the headings"]),
        ("time [s],voltage [V],current [A m-2]\n0,4,1\n", ["1 samples", "at least 5"]),
        ("time [s],pressure [m]\n0,1\n", ["no column is a voltage", "--column voltage"]),
        ("time [s],voltage [V],current [A]\n0,4,1\n", ["not per area", "--area"]),
        ("time [s],voltage,current [A]\n0,4,1\n", ["`voltage` has no unit", "[V]"]),
        ("time [s],voltage [V]\n0,4\n", ["no column is a current", "--current"]),
    ],
)
def test_a_file_without_a_curve_is_refused_with_the_remedy(tmp_path, text, words):
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    message = refused(tmp_path / "a.csv")
    for word in words:
        assert word in message


def test_a_capacity_that_is_left_may_fall_beside_a_time(tmp_path):
    one = only(plain(tmp_path / "a.csv", **{"capacity [A h m-2]": CAPACITY[::-1]}))
    np.testing.assert_allclose(one.capacity, CAPACITY)


def test_many_files_go_on_with_the_good_ones(tmp_path):
    good = plain(tmp_path / "good.csv")
    (tmp_path / "bad.csv").write_text("", encoding="utf-8")
    files, unread = read_files([tmp_path / "bad.csv", good, tmp_path / "none.csv"])
    assert [one.source for one in files] == ["good.csv"]
    assert [one.source.rpartition("/")[2] for one in unread] == ["bad.csv", "none.csv"]


@pytest.mark.parametrize(
    ("heading", "unit"),
    [
        ("Test (Min)", "min"),
        ("Time [S]", "s"),
        ("TIME (H)", "h"),
        ("Time/MIN.", "min"),
        ("VOLTAGE (MV)", "mV"),
        ("CURRENT (MA)", "mA"),
        ("Cap. [MAH]", "mAh"),
    ],
)
def test_a_unit_is_one_however_its_letters_are_set(heading, unit):
    assert read_heading(heading).unit == unit


def test_a_heading_that_is_only_a_word_has_no_unit():
    assert read_heading("Capacity").unit == ""
    assert read_heading("Step number").quantity == "step"
    assert read_heading("Step number").unit == ""
    assert read_heading("Remark").quantity is None


@pytest.mark.parametrize(
    "headings",
    [
        "Tiempo (s),Voltaje (V),Corriente (mA)",
        "Tempo [s],Tensione [V],Corrente [mA]",
        "経過時間(秒),電圧(V),電流(mA)",
        "시간(초),전압(V),전류(mA)",
        "TestTime/Sec.,Volt/V,Cur/mA",
    ],
)
def test_the_usual_columns_are_known_in_other_languages(headings):
    found = [read_heading(one) for one in headings.split(",")]
    assert [one.quantity for one in found] == ["time", "voltage", "current"]
    assert [one.unit for one in found] == ["s", "V", "mA"]


@pytest.mark.parametrize(
    "heading",
    [
        "Oberflächentemp. / °C",
        "Temperatur Zelle [°C]",
        "T [°C]",
        "Température de surface (°C)",
        "表面温度(℃)",
        "Temp Zelle in °C",
        "Zelle [°C]",
        "Aux_Temperature(C)_2",
    ],
)
def test_a_temperature_is_known_by_a_word_in_its_name_and_its_unit(tmp_path, heading):
    one = only(plain(tmp_path / "a.csv", **{heading: 10.0}))
    np.testing.assert_allclose(one.temperature, 283.15)
    assert "not used" not in " ".join(one.remarks)


@pytest.mark.parametrize(
    ("headings", "value"),
    [
        ("TempC Temp_C tempc TEMPC CellTempC TemperatureC TempDegC TempC_1 Cell_TempC", 25.0),
        ("TempF Temp_F tempf TEMPF CellTempF TemperatureF TempDegF TempF_1 Temp_CellF", 77.0),
        ("TempK Temp_K tempk CellTempK TemperaturK", 298.15),
    ],
)
def test_a_word_and_the_letter_of_a_unit_may_run_together(tmp_path, headings, value):
    for heading in headings.split():
        one = only(plain(tmp_path / f"{heading}.csv", **{heading: value}))
        np.testing.assert_allclose(one.temperature, 298.15, err_msg=heading)


@pytest.mark.parametrize(
    "heading",
    ["Template", "Temper", "TemplateC", "Temper C", "TempB", "Attempt_F", "TempBack", "NOTEF",
     "SetpointTempC", "TempRiseF", "ChannelC"],
)  # fmt: skip
def test_a_word_that_only_looks_like_a_temperature_is_none(tmp_path, heading):
    one = only(plain(tmp_path / "a.csv", **{heading: 25.0}))
    assert one.temperature is None
    assert f"not used: `{heading}`" in " ".join(one.remarks)


def test_letters_that_tell_channels_apart_are_no_units(tmp_path):
    headings = {f"Temp{letter}": 25.0 for letter in "ABCF"}
    assert only(plain(tmp_path / "a.csv", **headings)).temperature is None
    both = only(plain(tmp_path / "b.csv", TempC=25.0, TempF=77.0))
    np.testing.assert_allclose(both.temperature, 298.15)


@pytest.mark.parametrize(
    "headings", ["TestTimeS,VoltageV,CurrentmA", "TimeSec,CellVoltageV,CurrentmA"]
)
def test_other_quantities_may_run_together_with_their_units_too(headings):
    found = [read_heading(one) for one in headings.split(",")]
    assert [one.quantity for one in found] == ["time", "voltage", "current"]
    assert [one.unit for one in found] == ["s", "V", "mA"]


@pytest.mark.parametrize("heading", ["Cell charge (C)", "Notes", "Foo [kg]"])
def test_a_column_that_is_not_used_is_named(tmp_path, heading):
    one = only(plain(tmp_path / "a.csv", **{heading: 10.0}))
    assert one.temperature is None
    assert f"not used: `{heading}`" in one.remarks


def test_a_column_in_degrees_that_is_not_used_is_told_with_the_remedy(tmp_path):
    path = plain(tmp_path / "a.csv", **{"Setpoint temperature [°C]": 10.0, "Sensor 3 / °C": 10.0})
    (told,) = (one for one in only(path).remarks if one.startswith("not used"))
    assert told == (
        "not used: `Setpoint temperature [°C]`, `Sensor 3 / °C`; if `Setpoint temperature [°C]` is "
        "the cell's temperature, `--column temperature='Setpoint temperature [°C]'` takes it"
    )
    mapped = only(path, columns={"temperature": "Sensor 3 / °C"})
    np.testing.assert_allclose(mapped.temperature, 283.15)


def test_of_several_temperatures_the_cell_s_is_taken(tmp_path):
    headings = {"Ambient temperature [°C]": 30.0, "Temp. / °C": 20.0, "Oberflächentemp. / °C": 10.0}
    one = only(plain(tmp_path / "a.csv", **headings))
    np.testing.assert_allclose(one.temperature, 283.15)
    assert "not used: `Ambient temperature [°C]`, `Temp. / °C`" in one.remarks


def test_of_temperatures_alike_the_first_is_taken_and_the_remedy_told(tmp_path):
    path = plain(tmp_path / "a.csv", **{"Temp. oben [°C]": 10.0, "Temp. unten [°C]": 12.0})
    one = only(path)
    np.testing.assert_allclose(one.temperature, 283.15)
    assert "--column temperature='Temp. unten [°C]'" in " ".join(one.remarks)
    other = only(path, columns={"temperature": "Temp. unten [°C]"})
    np.testing.assert_allclose(other.temperature, 285.15)


def test_any_column_can_be_mapped_to_the_temperature(tmp_path):
    path = plain(tmp_path / "a.csv", Sensor7=283.15)
    np.testing.assert_allclose(only(path, columns={"temperature": "Sensor7:K"}).temperature, 283.15)
    assert "holds no temperatures of a cell in °C" in refused(
        path, columns={"temperature": "Sensor7"}
    )


@pytest.mark.parametrize("heading", ["Temperature [°F]", "Cell temp (degF)", "Temp. / Fahrenheit"])
def test_a_temperature_may_be_in_degrees_fahrenheit(tmp_path, heading):
    one = only(plain(tmp_path / "a.csv", **{heading: 77.0}))
    np.testing.assert_allclose(one.temperature, 298.15)


@pytest.mark.parametrize(
    ("heading", "values", "unit"),
    [
        ("Temperature [°C]", 298.15, "K"),
        ("Temperature", 298.15, "K"),
        ("Temperature [K]", 25.0, "degC"),
        ("Temperature [K]", 185.0, "degF"),
    ],
)
def test_temperatures_in_another_unit_are_told_with_the_mapping_that_takes_them(
    tmp_path, heading, values, unit
):
    path = plain(tmp_path / "a.csv", **{heading: values})
    one = only(path)
    assert one.temperature is None
    hint = f"`--column temperature='{heading}:{unit}'` takes it in another unit"
    assert hint in " ".join(one.remarks)
    mapped = only(path, columns={"temperature": f"{heading}:{unit}"})
    expected = {"K": 298.15, "degC": 298.15, "degF": 358.15}[unit]
    np.testing.assert_allclose(mapped.temperature, expected)
    assert f"'{heading}:{unit}'" in refused(path, columns={"temperature": heading})


@pytest.mark.parametrize(
    ("clock", "counter"),
    [
        ("Programmdauer [h]", "Ladung [Ah]"),
        ("Prüfdauer [h]", "Ladung / Ah"),
        ("Prog Time [h]", "Entladene Ladung [Ah]"),
        ("Dauer (h)", "Quantité de charge (Ah)"),
    ],
)
def test_charges_and_durations_have_more_names(tmp_path, clock, counter):
    late = 1.01 * CAPACITY * 1e-4  # told from current × time
    table = {clock: SECONDS / 3600.0, "Spannung [V]": VOLTS, "Strom [A]": CURRENT * 1e-4}
    one = only(write(tmp_path / "a.csv", **table, **{counter: late}), area=1e-4)
    np.testing.assert_allclose(one.capacity, 1.01 * CAPACITY, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("heading", ["Menge [Ah]", "Menge / Ah", "Menge (Ah)", "Menge in Ah"])
def test_a_mapped_column_has_the_unit_of_its_heading_though_its_name_is_unknown(tmp_path, heading):
    path = plain(tmp_path / "a.csv", **{heading: 1.01e-4 * CAPACITY})
    one = only(path, area=1e-4, columns={"capacity": heading})
    np.testing.assert_allclose(one.capacity, 1.01 * CAPACITY, rtol=1e-6, atol=1e-6)


def test_a_mapped_column_of_another_unit_is_refused_by_that_unit(tmp_path):
    path = plain(tmp_path / "a.csv", **{"Menge [kg]": CAPACITY})
    told = refused(path, area=1e-4, columns={"capacity": "Menge [kg]"})
    assert "`Menge [kg]` is in `kg`, which is not a unit of capacity" in told


@pytest.mark.parametrize("heading", ["TT7 (°R)", "Pressure [bar]"])
def test_a_column_of_another_unit_is_no_temperature(tmp_path, heading):
    path = plain(tmp_path / "a.csv", **{heading: 77.0})
    with pytest.raises(MeasurementError, match="temperature="):
        only(path, columns={"temperature": heading})


@pytest.mark.parametrize("name", ["cell.toml", "cell.json"])
def test_a_cell_file_in_place_of_curves_is_told_to_be_exchanged(tmp_path, name):
    path = tmp_path / name
    path.write_text("format = 1\n", encoding="utf-8")
    with pytest.raises(MeasurementError, match=f"`--cell {name}`, and the curves alone"):
        read_measurements(path)
