"""Text of any tester: its language, encoding, separator, numbers and headings."""

import numpy as np
import pytest

from microbatt.errors import MeasurementError
from microbatt.measured import Reading, read_file
from tests.measured.protocols import AREA, ONE_C, rate_test, voltage

TABLE = rate_test().frame()
FORMATS = {"time": ".3f", "voltage": ".4f", "ma": ".3f", "mv": ".1f", "capacity": ".7f"}


def clock(seconds):
    return f"{int(seconds // 3600)}:{int(seconds // 60 % 60):02d}:{seconds % 60:06.3f}"


def cells(name, *, decimal=".", thousands=""):
    """A column as text."""
    if name in {"word", "nothing"}:
        return list(TABLE["word"]) if name == "word" else [""] * len(TABLE)
    if name in {"clock", "step clock"}:
        return [clock(one) for one in TABLE["time" if name == "clock" else "step time"]]
    if name == "specific":
        return [f"{1e4 * one:.4f}".replace(".", decimal) for one in TABLE["capacity"]]
    scale = {"ma": ("current", 1e3), "mv": ("voltage", 1e3)}
    source, factor = scale.get(name, (name, 1.0))
    group = "," if thousands else ""
    texts = [f"{factor * one:{group}{FORMATS.get(name, 'g')}}" for one in TABLE[source]]
    swap = str.maketrans({",": thousands, ".": decimal})
    return [one.translate(swap) for one in texts]


def text(columns, separator, *, before="", after="", end="\n", quote=False, **numbers):
    written = [cells(name, **numbers) for name in columns]
    marks = '"' if quote else ""
    rows = [separator.join(f"{marks}{one}{marks}" for one in row) for row in zip(*written)]  # noqa: B905 - one length
    return before + end.join([separator.join(columns.values()), *rows]) + end + after


def check(path):
    """Both discharges are read as they are."""
    reading = read_file(path, Reading(area=AREA))
    assert [round(one.current, 1) for one in reading.measurements] == [ONE_C, 2 * ONE_C]
    for one in reading.measurements:
        seconds = one.capacity * 3600.0 / one.current
        steep = voltage(seconds, one.current) < 3.0  # where a rounded time moves the voltage
        np.testing.assert_allclose(
            one.voltage[~steep],
            voltage(seconds, one.current)[~steep],
            atol=2e-3,  # six times the noise, and half a last place
        )
    return reading


LAYOUTS = {
    "german": (
        {"time": "Zeit [s]", "voltage": "Spannung [V]", "ma": "Strom [mA]"},
        ";",
        {"decimal": ",", "before": "Prüfling;7\n"},
        "latin-1",
    ),
    "german thousands": (
        {"time": "Prüfzeit [s]", "mv": "Zellspannung [mV]", "ma": "Strom [mA]"},
        ";",
        {"decimal": ",", "thousands": "."},
        "cp1252",
    ),
    "decimal commas between commas": (
        {"time": "Zeit (s)", "voltage": "Spannung (V)", "ma": "Strom (mA)"},
        ",",
        {"decimal": ",", "quote": True},
        "utf-8",
    ),
    "french": (
        {"time": "Temps (s)", "voltage": "Tension (V)", "ma": "Courant (mA)"},
        ";",
        {"decimal": ",", "thousands": "\u202f"},
        "utf-8",
    ),
    "swiss": (
        {"time": "Zeit/s", "voltage": "U/V", "ma": "I/mA"},
        "\t",
        {"thousands": "'"},
        "utf-8",
    ),
    "thousands": (
        {"time": "Time (s)", "mv": "Voltage (mV)", "ma": "Current (mA)"},
        "\t",
        {"thousands": ","},
        "utf-8",
    ),
    "chinese": (
        {"word": "工步类型", "clock": "总时间", "ma": "电流(mA)", "voltage": "电压(V)"},
        ",",
        {},
        "gb18030",
    ),
    "neware": (
        {
            "step": "Step Index",
            "word": "Step Type",
            "step clock": "Time",
            "clock": "Total Time",
            "ma": "Current(mA)",
            "voltage": "Voltage(V)",
        },
        ",",
        {},
        "utf-8-sig",
    ),
    "maccor": (
        {
            "step": "Step",
            "time": "Test (Sec)",
            "step time": "Step (Sec)",
            "capacity": "Amp-hr",
            "current": "Amps",
            "voltage": "Volts",
            "word": "State",
        },
        "\t",
        {"before": "Today's Date:\t1/2/2020\tDate of Test:\t1/1/2020\r\n\r\n", "end": "\r\n"},
        "utf-8",
    ),
    "arbin without units": (
        {
            "step": "Step_Index",
            "time": "Test_Time",
            "step time": "Step_Time",
            "current": "Current",
            "voltage": "Voltage",
            "nothing": "Data_Point",
        },
        ",",
        {},
        "utf-8",
    ),
    "ec-lab": (
        {"time": "time/s", "voltage": "Ecell/V", "ma": "<I>/mA", "nothing": "(Q-Qo)/C"},
        "\t",
        {"before": "EC-Lab ASCII FILE\nNb header lines : 300\n" + "x : y (V)\n" * 297},
        "latin-1",
    ),
    "landt": (
        {"time": "Time/s", "ma": "Current/mA", "specific": "SpeCap/mAh/g", "voltage": "Voltage/V"},
        "\t",
        {"end": "\r\n"},
        "utf-16",
    ),
    "big-endian without a mark": (
        {"time": "Time/s", "ma": "Current/mA", "voltage": "Voltage/V"},
        "\t",
        {},
        "utf-16-be",
    ),
    "blanks": ({"time": "time/s", "voltage": "U/V", "ma": "I/mA"}, " ", {}, "utf-8"),
    "words below": (
        {"ma": "Current in mA", "voltage": "Volts", "time": "Time in seconds"},
        ",",
        {"after": "\n\nEnd of test,,\n"},
        "utf-8",
    ),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_layouts_of_testers_are_read(tmp_path, name):
    columns, separator, options, encoding = LAYOUTS[name]
    path = tmp_path / "a.txt"
    path.write_bytes(text(columns, separator, **options).encode(encoding))
    check(path)


def test_a_tab_before_a_date_is_no_separator(tmp_path):
    rows = [
        f"{i},\t09/20/2024 08:32:34.558,{one.time:.3f},{one.current:.6f},{one.voltage:.4f}"
        for i, one in enumerate(TABLE.itertuples())
    ]
    heading = "Data Point,Date Time,Test Time (s),Current (A),Voltage (V)"
    (tmp_path / "a.csv").write_text("\n".join(["\ufeff" + heading, *rows]), encoding="utf-8")
    check(tmp_path / "a.csv")


def test_units_may_stand_in_a_row_of_their_own(tmp_path):
    body = text({"time": "Time", "voltage": "Voltage", "ma": "Current"}, ",")
    heading, _, rows = body.partition("\n")
    (tmp_path / "a.csv").write_text(f"{heading}\ns,(V),[mA]\n{rows}", encoding="utf-8")
    check(tmp_path / "a.csv")


def test_an_optional_column_that_cannot_be_used_is_told(tmp_path):
    columns = {"time": "time/s", "voltage": "Ewe/V", "ma": "I/mA", "specific": "Capacity (mAh/g)"}
    (tmp_path / "a.csv").write_text(text(columns, ","), encoding="utf-8")
    told = check(tmp_path / "a.csv").remarks
    assert any("`Capacity (mAh/g)` ignored" in one for one in told)


@pytest.mark.parametrize(
    ("time", "volts", "words"),
    [
        ("1,000", "3.3000", None),  # a thousand beside decimal points
        ("1,000", "3,3000", ["`1,000`", "column `time [s]`", "row 52", "one decimal sign"]),
        ("1000.5", "3,3000", ["`1000.5`", "`3,9000`", "one decimal sign"]),
    ],
)
def test_a_file_has_one_decimal_sign_or_is_refused(tmp_path, time, volts, words):
    """Thousands are told by their smaller neighbours, decimals by what cannot be a thousand."""
    sign = "," if "," in volts else "."
    rows = [f"{20 * i}\t{3.9 - 0.01 * i:.4f}\t-17" for i in range(50)]
    rows = [one.replace(".", sign) for one in rows] + [f"{time}\t{volts}\t-17"]
    path = tmp_path / "a.txt"
    path.write_text("\n".join(["time [s]\tvoltage [V]\tcurrent [mA]", *rows]), encoding="utf-8")
    if words is None:
        (one,) = read_file(path, Reading(area=AREA)).measurements
        assert one.time[-1] == pytest.approx(1000.0, rel=1e-6)
        return
    with pytest.raises(MeasurementError) as caught:
        read_file(path, Reading(area=AREA))
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize("rest", ["0", "5"])
def test_a_current_of_three_decimals_beside_whole_ones_is_no_thousand(tmp_path, rest):
    """A column of thousands passes three digits on its way from 5 to 1.361, or is round."""
    rows = [f"{10 * i}.0,{3.9 - 0.005 * i:.4f},{rest}" for i in range(10)]
    rows += [f"{10 * i}.0,{3.9 - 0.005 * i:.4f},-1.361" for i in range(10, 80)]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(["time_s,voltage_V,current_A", *rows]), encoding="utf-8")
    current = np.abs(read_file(path, Reading(area=1.0)).samples.current)
    assert current[-1] == pytest.approx(1.361)


def test_the_remedy_for_mixed_signs_works(tmp_path):
    """The message says: points throughout, and no sign between thousands."""
    path = tmp_path / "a.csv"
    path.write_text(text({"time": "time [s]", "voltage": "voltage [V]", "ma": "I [mA]"}, ","))
    check(path)


def test_the_cell_voltage_is_taken_rather_than_an_electrode_s(tmp_path):
    TABLE["ewe"], TABLE["ece"] = TABLE["voltage"] + 0.1, 0.1
    both = {"ewe": "Ewe/V", "ece": "Ece/V", "time": "time/s", "ma": "I/mA"}
    for columns, taken in (
        (both, "Ewe/V − Ece/V"),
        (both | {"voltage": "Ewe-Ece/V"}, "Ewe-Ece/V"),
    ):
        (tmp_path / "a.csv").write_text(text(columns, ","), encoding="utf-8")
        reading = check(tmp_path / "a.csv")
        assert reading.columns["voltage"] == (taken, "V")
        assert any(taken in one for one in reading.measurements[0].remarks)


@pytest.mark.parametrize("repeats", [1, 40])
def test_records_below_the_lines_of_their_cycles_and_steps_are_read(tmp_path, repeats):
    """As one of Neware's exports has them; a long file is read in another way than a short one."""
    lines = ["Cycle,Cap(Ah)", ",Step,Type,Cap(Ah)", ",,Point,Time,Current(A),Voltage(V)"]
    lines.append("1,0.0175")
    table, now = rate_test().frame(), 0.0
    for _ in range(repeats):
        for (number, word), rows in table.groupby(["step", "word"], sort=False):
            lines.append(f",{number},{word},{rows['capacity'].iloc[-1]}")
            columns = rows[["time", "current", "voltage"]].to_numpy()
            lines += [f",,{i},{clock(now + t)},{a},{v}" for i, (t, a, v) in enumerate(columns)]
        now += float(table["time"].iloc[-1]) + 10.0
    (tmp_path / "a.csv").write_text("\n".join(lines) + "\n", "utf-8")
    reading = read_file(tmp_path / "a.csv", Reading(area=AREA))
    assert [round(one.current, 2) for one in reading.measurements[:2]] == [ONE_C, 2 * ONE_C]
    assert lines[reading.steps[1].rows[0] - 1].split(",")[4] == "-0.0175"


def test_the_decimals_of_a_current_that_has_two_columns_are_those_of_its_text(tmp_path):
    rows = [f"{36 * i:.2f},{4.1 - 0.01 * i:.5f},0.00000,2.50000" for i in range(60)]
    head = "Time(s),Voltage(V),Charge Current(A),Discharge Current(A)"
    path = tmp_path / "two.csv"
    path.write_text("\n".join([head, *rows]), encoding="utf-8")
    (one,) = read_file(path, Reading(area=0.1027)).measurements
    assert not any("rounded" in remark for remark in one.remarks)
