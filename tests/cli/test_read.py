"""`microbatt read`: what is in a tester's file, without fitting anything."""

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from matplotlib.image import imread

from microbatt.cli.commands import main
from microbatt.measured import Reading, read_file
from tests.measured.protocols import AREA, ONE_C, Protocol, rate_test, write

NAMES = {"time": "time [s]", "current": "current [A]", "voltage": "voltage [V]"}


def call(*words):
    return CliRunner().invoke(main, ["read", *map(str, words)])


@pytest.fixture
def file(tmp_path):
    return write(tmp_path / "a.csv", rate_test().frame())


def test_everything_read_is_shown_without_an_area_in_ampere(file):
    done = call(file)
    assert done.exit_code == 0, done.output
    for words in (
        "text between commas, UTF-8",
        "voltage `voltage [V]` in V",
        "discharge, 0.0175 A",
        "charge, 0.0175 A",
        "infer would use:",
        "0.035 A:",
        "V before the load",
        "--area '1.54 cm2'",
    ):
        assert words in done.stdout


def test_the_options_it_offers_are_those_that_infer_takes(file):
    done = call(file, "--area", "10 cm2")
    assert "17.5 A m⁻²:" in done.stdout
    assert "--area" not in done.stdout


def test_a_column_that_could_be_taken_instead_is_offered_as_an_option_that_works(tmp_path):
    table = rate_test().frame().assign(other=lambda one: one["voltage"] - 0.1)
    path = write(tmp_path / "a.csv", table, headings=NAMES | {"other": "Ewe/V"})
    offered = "--column voltage='Ewe/V'"
    assert offered in call(path).stdout
    mapped = call(path, "--column", "voltage=Ewe/V")
    assert "voltage `Ewe/V` in V" in mapped.stdout
    assert mapped.exit_code == 0


def test_a_file_of_pulses_is_shown_as_the_run_that_would_be_fitted(tmp_path):
    protocol = Protocol().rest()
    for number in range(8):
        protocol.discharge(ONE_C, np.arange(0.0, 101.0, 20.0), begun=100.0 * number)
        protocol.rest(level=4.0 - 0.02 * number)
    done = call(write(tmp_path / "a.csv", protocol.frame()), "--area", "10 cm2")
    assert done.exit_code == 0
    assert done.stdout.count("pulse, 17.5 A m⁻²") == 8
    assert "infer would fit all of it, as a run" in done.stdout


def test_the_picture_shows_every_step(file, tmp_path):
    done = call(file, "--plot", tmp_path / "a.png")
    assert done.exit_code == 0, done.output
    assert imread(tmp_path / "a.png").std() > 0.01
    assert call(file, "--plot", tmp_path / "a.png").exit_code == 2  # it is there already


def test_several_cells_are_shown_each_and_one_is_chosen_by_name(tmp_path):
    table = rate_test((ONE_C,)).frame()
    both = pd.concat([table.assign(cell="A1"), table.assign(cell="A2")])
    path = write(tmp_path / "a.csv", both, headings=NAMES | {"cell": "Cell ID"})
    assert call(path).stdout.count("infer would use") == 2
    assert call(path, "--part", "A2").stdout.count("infer would use") == 1
    wrong = call(path, "--part", "A3")
    assert wrong.exit_code == 2
    assert "`A1`, `A2`" in wrong.stderr


@pytest.mark.parametrize("ending", ["bdf.csv", "bdf.parquet"])
def test_a_bdf_file_that_is_written_reads_back_to_the_same_curves(file, tmp_path, ending):
    path = tmp_path / f"a.{ending}"
    done = call(file, "--area", "10 cm2", "--bdf", path)
    assert done.exit_code == 0, done.output
    how = Reading(area=AREA)
    one, other = read_file(file, how), read_file(path, how)
    for before, after in zip(one.measurements, other.measurements, strict=True):
        assert after.current == pytest.approx(before.current, rel=1e-6)
        assert after.capacity == pytest.approx(before.capacity, abs=1e-6)
        assert after.voltage == pytest.approx(before.voltage)


@pytest.mark.usefixtures("file")
def test_a_file_that_cannot_be_read_does_not_hide_the_others(tmp_path):
    (tmp_path / "b.csv").write_text("a,b\n1,2\n", "utf-8")
    done = call(tmp_path)
    assert done.exit_code == 2
    assert "infer would use" in done.stdout
    assert "no column is a voltage" in done.stderr


def test_read_and_infer_take_the_same_options_of_reading():
    """What `read` or a refusal advises, `infer` must take."""
    shown = [CliRunner().invoke(main, [name, "--help"]).stdout for name in ("read", "infer")]
    for option in ("--area", "--current", "--column", "--skip-bad-rows", "--part"):
        assert all(option in text for text in shown)


def test_without_an_area_remarks_are_in_ampere_too(tmp_path):
    volts = np.linspace(4.1, 3.4, 61)
    table = {"time [s]": np.arange(61) * 60.0, "voltage [V]": volts, "current [A]": 0.21}
    path = tmp_path / "a.csv"
    pd.DataFrame(table).to_csv(path, index=False)
    told = call(path).stdout
    assert "the current is rounded to 0.01 A, so the charge" in told
    assert "m⁻²" not in told
    assert "the current is rounded to 1e+02 A m⁻², so" in call(path, "--area", "1 cm2").stdout


def pulse(*, begins=(0.0,), ends=(10.0, 0.0)):
    """Return a pulse from 300 to 310 s between rests, with rows of one time at its switches."""
    times = [300.0] * len(begins), [310.0] * len(ends)
    time = np.r_[0.0:300.0:2.0, times[0], 300.5:310.0:0.5, times[1], 311.0:600.0:2.0]
    current = np.r_[np.zeros(150), begins, np.full(19, 10.0), ends, np.zeros(145)]
    volts = 4.1 - 0.005 * current - 1e-5 * np.arange(time.size)
    return pd.DataFrame({"time [s]": time, "voltage [V]": volts, "current [A]": current})


@pytest.mark.parametrize(
    ("switches", "row", "samples"),
    [
        ({"ends": (10.0, 10.0, 0.0)}, 173, 20),
        ({"begins": (0.0, 10.0, 10.0)}, 154, 21),
    ],
)
def test_rows_of_one_time_at_a_switch_of_the_current_are_left_out_and_told(
    tmp_path, switches, row, samples
):
    path = tmp_path / "a.csv"
    pulse(**switches).to_csv(path, index=False)
    done = call(path)
    assert done.exit_code == 0, done.output
    assert f"1 repeated row at a switch of the current left out (row {row})" in done.stdout
    assert f"{samples} samples" in done.stdout


def test_rows_of_one_time_elsewhere_are_refused(tmp_path):
    table = pulse()
    table.loc[160, "time [s]"] = table.loc[159, "time [s]"]
    path = tmp_path / "a.csv"
    table.to_csv(path, index=False)
    done = call(path)
    assert done.exit_code == 2
    assert "repeats the time of the row before with another voltage" in done.stdout
