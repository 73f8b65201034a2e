"""Files are bounded and regular; workbooks and Parquet hold what text holds."""

import gzip
import os
import struct
import sys
import zipfile
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from microbatt.errors import MeasurementError, MissingExtraError
from microbatt.measured import (
    Reading,
    bounds,
    curve_files,
    is_curve_file,
    read_cells,
    read_file,
    tables,
    tester_files,
)
from tests.measured.protocols import AREA, ONE_C, rate_test, write

TABLE = rate_test().frame()
NAMES = {"time": "time [s]", "current": "current [A]", "voltage": "voltage [V]"}
HOW = Reading(area=AREA)


def refused(path):
    with pytest.raises(MeasurementError) as caught:
        read_file(path, HOW)
    return str(caught.value)


def currents(path):
    return [round(one.current, 1) for one in read_file(path, HOW).measurements]


def test_a_pipe_and_a_device_are_refused_without_being_read(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    for path in (tmp_path / "pipe.csv", "/dev/zero"):
        assert "a pipe or a device" in refused(path)
    assert not is_curve_file(tmp_path / "pipe.csv")


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path):
    with (tmp_path / "a.csv").open("wb") as file:
        file.truncate(bounds.MOST_BYTES + 1)  # of holes: it takes no place
    assert "at most 512 MiB are read" in refused(tmp_path / "a.csv")


def test_a_small_file_that_unpacks_to_a_large_one_is_refused(tmp_path, monkeypatch):
    for module in (bounds, tables):
        monkeypatch.setattr(module, "MOST_BYTES", 2**20)
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"0" * (2**20 + 1)))
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * (2**20 + 1))
    for name in ("a.csv.gz", "a.xlsx"):
        assert (tmp_path / name).stat().st_size < 2**12
        assert "at most 1 MiB are read" in refused(tmp_path / name)


def test_a_stray_cell_at_the_far_corner_of_a_sheet_costs_nothing(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(list(NAMES.values()))
    for row in TABLE[list(NAMES)].itertuples(index=False):
        sheet.append([float(one) for one in row])
    sheet.cell(row=1_048_576, column=16_384, value=1.0)
    book.save(tmp_path / "a.xlsx")
    assert currents(tmp_path / "a.xlsx") == [ONE_C, 2 * ONE_C]


@pytest.mark.parametrize("heading", [" " * 30_000, "x/" * 20_000, "time [s]" + "(" * 30_000])
def test_a_monstrous_heading_is_one_more_unknown_column(tmp_path, heading):
    table = TABLE.assign(odd=1)
    path = write(tmp_path / "a.csv", table, headings=NAMES | {"odd": heading})
    assert currents(path) == [ONE_C, 2 * ONE_C]


def test_neware_s_own_files_are_read_by_its_reader(tmp_path, monkeypatch):
    """A stand-in for the reader returns the columns and types that it documents."""
    table = pd.DataFrame(
        {
            "Index": np.arange(1, len(TABLE) + 1),
            "Cycle": 1,
            "Step": TABLE["step"],
            "Status": TABLE["word"].map({"Rest": "Rest", "CC DChg": "CC_DChg", "CC Chg": "CC_Chg"}),
            "Time": TABLE["step time"],
            "Voltage": TABLE["voltage"],
            "Current(mA)": 1e3 * TABLE["current"],
            "Charge_Capacity(mAh)": np.where(TABLE["current"] > 0, 1e3 * TABLE["capacity"], 0.0),
            "Discharge_Capacity(mAh)": np.where(TABLE["current"] < 0, 1e3 * TABLE["capacity"], 0.0),
            "Timestamp": pd.Timestamp("2024-01-01") + pd.to_timedelta(TABLE["time"], unit="s"),
        }
    )
    stand_in = SimpleNamespace(read=lambda _path, **_options: table)
    monkeypatch.setitem(sys.modules, "NewareNDA", stand_in)
    monkeypatch.setattr(tester_files, "check_extra", lambda *_names, **_extra: None)
    (tmp_path / "a.ndax").write_bytes(b"PK")
    assert currents(tmp_path / "a.ndax") == [ONE_C, 2 * ONE_C]


def test_a_damaged_file_of_neware_is_refused_in_a_sentence(tmp_path):
    pytest.importorskip("NewareNDA")
    (tmp_path / "a.nda").write_bytes(b"not at all")
    assert "Export it as text" in refused(tmp_path / "a.nda")


def modular_file(path, columns):
    """Write columns as EC-Lab does: modules of settings and of data, columns by number."""
    numbers = {"time": (4, "<f8"), "Ewe": (6, "<f4"), "Ece": (9, "<f4"), "dq": (7, "<f8")}
    kinds = [(name, numbers[name][1]) for name in columns]
    rows = np.zeros(len(columns["time"]), dtype=kinds)
    for name, values in columns.items():
        rows[name] = values
    head = struct.pack("<IB", rows.size, len(columns))
    head += b"".join(struct.pack("<H", numbers[name][0]) for name in columns)
    content = b"BIO-LOGIC MODULAR FILE\x1a".ljust(48) + bytes(4)
    for short, body in ((b"VMP Set", b""), (b"VMP data", head.ljust(405, b"\0") + rows.tobytes())):
        names = short.ljust(10) + short.ljust(25)
        content += b"MODULE" + names + struct.pack("<II", len(body), 2) + b"01/02/24" + body
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("reference", [0.0, 0.5])
def test_a_file_of_biologic_is_read_with_the_current_that_its_charge_says(tmp_path, reference):
    pytest.importorskip("galvani")
    passed = np.diff(TABLE["time"], prepend=0.0)
    columns = {"time": TABLE["time"], "Ewe": TABLE["voltage"] + reference}
    columns["dq"] = 1e3 * TABLE["current"] * passed / 3600.0
    if reference:
        columns["Ece"] = np.full(len(TABLE), reference)
    reading = read_file(modular_file(tmp_path / "a.mpr", columns), HOW)
    assert [one.current for one in reading.measurements] == pytest.approx([ONE_C, 2 * ONE_C])
    assert "BioLogic" in reading.format
    text = read_file(write(tmp_path / "a.csv", TABLE, headings=NAMES), HOW)
    for one, other in zip(reading.measurements, text.measurements, strict=True):
        np.testing.assert_allclose(one.voltage, other.voltage, atol=2e-6)  # of single precision
        np.testing.assert_allclose(one.capacity, other.capacity, rtol=1e-6, atol=1e-9)


def test_a_file_of_arbin_is_read_in_the_order_in_which_it_was_recorded(tmp_path, monkeypatch):
    """A stand-in for the reader of databases returns columns as that does, pages in any order."""
    moved = TABLE["capacity"]
    table = pd.DataFrame(
        {
            "Test_ID": 7,
            "Data_Point": np.arange(1, len(TABLE) + 1),
            "Test_Time": TABLE["time"],
            "Step_Time": TABLE["step time"],
            "DateTime": 44326.4 + TABLE["time"] / 86400.0,
            "Step_Index": TABLE["step"],
            "Current": TABLE["current"],
            "Voltage": TABLE["voltage"],
            "Charge_Capacity": np.where(TABLE["current"] > 0, moved, 0.0),
            "Discharge_Capacity": np.where(TABLE["current"] < 0, moved, 0.0),
        }
    ).sample(frac=1.0, random_state=1)
    stand_in = SimpleNamespace(
        AccessParser=lambda _path: SimpleNamespace(parse_table=lambda _name: table.to_dict("list"))
    )
    monkeypatch.setitem(sys.modules, "access_parser", stand_in)
    monkeypatch.setattr(tester_files, "check_extra", lambda *_names, **_extra: None)
    (tmp_path / "a.res").write_bytes(b"\0\1")
    assert currents(tmp_path / "a.res") == [ONE_C, 2 * ONE_C]
    monkeypatch.setattr(tester_files, "MOST_ARBIN_BYTES", 1)
    assert "at most 0 MiB are read" in refused(tmp_path / "a.res")


@pytest.mark.parametrize(
    ("name", "package", "program"),
    [("a.mpr", "galvani", "EC-Lab"), ("a.res", "access_parser", "MITS")],
)
def test_a_damaged_binary_file_is_refused_in_a_sentence(tmp_path, name, package, program):
    pytest.importorskip(package)
    (tmp_path / name).write_bytes(b"BIO-LOGIC MODULAR FILE\x1a")
    message = refused(tmp_path / name)
    assert program in message
    assert "Export it as text" in message


def test_a_package_that_is_missing_is_named_with_its_extra(tmp_path, monkeypatch):
    from microbatt import checks

    monkeypatch.setattr(checks, "is_installed", lambda _name: False)
    for name, extra in (("a.mpr", "biologic"), ("a.res", "files"), ("a.nda", "files")):
        (tmp_path / name).write_bytes(b"\0\1")
        with pytest.raises(MissingExtraError, match=rf"pip install 'microbatt\[{extra}\]'"):
            read_file(tmp_path / name, HOW)


def test_a_damaged_workbook_parquet_or_archive_is_refused_in_a_sentence(tmp_path):
    for name in ("a.xlsx", "a.parquet", "a.csv.gz"):
        (tmp_path / name).write_bytes(b"PK\x03\x04 not at all")
        assert refused(tmp_path / name).startswith(f"{name}: it cannot be ")


def test_sheets_that_go_on_are_joined_and_statistics_left_alone(tmp_path):
    pytest.importorskip("openpyxl")
    named = TABLE[list(NAMES)].rename(columns=NAMES)
    with pd.ExcelWriter(tmp_path / "a.xlsx") as book:
        pd.DataFrame({"Test": ["a name"]}).to_excel(book, sheet_name="Info", index=False)
        named.iloc[:300].to_excel(book, sheet_name="Channel_1", index=False)
        named.iloc[300:].to_excel(book, sheet_name="Channel_2", index=False)
        named.iloc[:2].rename(columns={"time [s]": "Test Time [s]"}).to_excel(
            book, sheet_name="Statistics", index=False
        )
    assert currents(tmp_path / "a.xlsx") == [ONE_C, 2 * ONE_C]
    assert "`Channel_1`, `Channel_2`" in read_file(tmp_path / "a.xlsx", HOW).format


def test_times_of_parquet_and_excel_are_seconds(tmp_path):
    pytest.importorskip("pyarrow")
    named = TABLE[list(NAMES)].rename(columns=NAMES).drop(columns="time [s]")
    named["Total Time"] = pd.to_timedelta(TABLE["time"], unit="s")
    named.to_parquet(tmp_path / "a.parquet")
    named["Total Time"] = (pd.Timestamp("2024-01-01") + named["Total Time"]).dt.time
    named.to_excel(tmp_path / "b.xlsx", index=False)
    for name in ("a.parquet", "b.xlsx"):
        first = read_file(tmp_path / name, HOW).measurements[0]
        assert first.time[-1] == pytest.approx(3500.0, rel=2e-3)


def test_a_folder_offers_packed_files_too(tmp_path):
    for name in ("a.csv", "b.csv.gz", "c.gz", "d.png", ".e.csv"):
        (tmp_path / name).write_bytes(b"x")
    assert [one.name for one in curve_files(tmp_path)] == ["a.csv", "b.csv.gz"]


def test_several_cells_below_each_other_are_told_apart_by_their_names(tmp_path):
    below = pd.concat([TABLE.assign(cell="A1"), TABLE.assign(cell="A2")])
    path = write(tmp_path / "a.csv", below, headings=NAMES | {"cell": "Cell ID"})
    message = refused(path)
    assert "`A1`, `A2`" in message
    assert "--part 'A1'" in message
    assert [one.name for one in read_cells(path, HOW)] == ["A1", "A2"]
    chosen = read_file(path, replace(HOW, part="A2"))
    assert chosen.steps[0].rows[0] == len(TABLE) + 2
    alone = write(tmp_path / "c.csv", TABLE.assign(cell="A1"), headings=NAMES | {"cell": "Cell"})
    assert currents(alone) == [ONE_C, 2 * ONE_C]


def test_a_column_that_counts_samples_names_no_cells(tmp_path):
    numbered = TABLE.assign(cell=np.arange(len(TABLE)))
    path = write(tmp_path / "a.csv", numbered, headings=NAMES | {"cell": "Sample"})
    assert currents(path) == [ONE_C, 2 * ONE_C]


@pytest.mark.parametrize("mangled", [False, True])
def test_several_cells_side_by_side_are_told_apart(tmp_path, mangled):
    named = TABLE[list(NAMES)].rename(columns=NAMES)
    shorter = named.iloc[: len(named) - 40].copy()
    shorter["voltage [V]"] -= 0.1
    beside = pd.concat([named, shorter], axis=1)
    if mangled:
        beside.columns = [*named.columns, *(f"{one}.1" for one in named.columns)]
    beside.to_csv(tmp_path / "a.csv", index=False)
    assert "--part 'block 1'" in refused(tmp_path / "a.csv")
    first, second = read_cells(tmp_path / "a.csv", HOW)
    assert first.currents == second.currents == (ONE_C, 2 * ONE_C)
    apart = first.measurements[0].voltage - second.measurements[0].voltage
    np.testing.assert_allclose(apart, 0.1)


def test_two_voltages_under_one_heading_and_one_current_are_refused(tmp_path):
    beside = TABLE[list(NAMES)].rename(columns=NAMES)
    beside.insert(3, "voltage [V]", beside["voltage [V]"] - 0.1, allow_duplicates=True)
    beside.to_csv(tmp_path / "b.csv", index=False)
    assert "both called `voltage [V]`" in refused(tmp_path / "b.csv")


def test_a_current_in_two_units_that_say_different_things_is_refused_by_name(tmp_path):
    rows = [(60.0 * i, 4.1 - 0.02 * i, -0.01, -10.0) for i in range(40)]
    path = tmp_path / "a.csv"
    head = "time [s],voltage [V],Current(A),Current(mA)\n"
    path.write_text(head + "".join(f"{t},{v},{a},{ma}\n" for t, v, a, ma in rows))
    same = read_file(path, Reading(area=1e-3))
    path.write_text(head + "".join(f"{t},{v},{a},{2 * ma}\n" for t, v, a, ma in rows))
    words = r"Current\(mA\).*differ, in row 2.*--column"
    with pytest.raises(MeasurementError, match=words) as told:
        read_file(path, Reading(area=1e-3))
    remedy = str(told.value).partition("--column current='")[2].partition("'")[0]
    chosen = read_file(path, Reading(area=1e-3, columns={"current": remedy}))
    assert chosen.measurements[0].current == same.measurements[0].current == pytest.approx(10.0)


def test_a_sheet_of_a_workbook_is_chosen_by_its_name(tmp_path):
    pytest.importorskip("openpyxl")
    named = TABLE[list(NAMES)].rename(columns=NAMES)
    with pd.ExcelWriter(tmp_path / "a.xlsx") as book:
        named.to_excel(book, sheet_name="Cell 1", index=False)
        named.iloc[:230].to_excel(book, sheet_name="Cell 2", index=False)
    chosen = read_file(tmp_path / "a.xlsx", replace(HOW, part="Cell 2"))
    assert len(chosen.samples) == 230
