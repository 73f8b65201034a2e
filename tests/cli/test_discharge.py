"""`microbatt discharge`: a summary, a table, a picture; mistakes in a sentence."""

import csv
import sys

import numpy as np
import pytest
from click.testing import CliRunner
from matplotlib.image import imread

from microbatt.cells import load_cell
from microbatt.cli.commands import main
from microbatt.engines import Adiabatic, HeatOf, simulate_discharge

CELL = "doyle-1996-cell-1"


@pytest.fixture
def run():
    runner = CliRunner()
    return lambda *arguments: runner.invoke(main, ["discharge", *arguments])


def test_one_c_is_the_default_and_the_summary_names_point_ending_and_numbers(run):
    result = run(CELL)
    assert result.exit_code == 0
    expected = simulate_discharge(CELL, current=17.5)
    text = " ".join(result.output.split())
    assert "alpha 2.3, S 3, conserving, isothermal, down to 2 V" in text
    for number in (17.5, expected.discharge_capacity, expected.energy, expected.power):
        assert f"{number:.4g}" in text
    assert "cutoff reached" in text


def test_the_csv_holds_the_curves_as_the_engine_gives_them(run, tmp_path):
    path = tmp_path / "curves.csv"
    result = run(CELL, "--alpha", "4", "--current", "17.5", "--current", "35", "--csv", str(path))
    assert result.exit_code == 0
    with path.open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    assert header == [
        "current [A m-2]",
        "time [s]",
        "voltage [V]",
        "capacity [A h m-2]",
        "temperature [K]",
    ]
    table = np.array(rows, dtype=float)
    for current in (17.5, 35.0):
        expected = simulate_discharge(CELL, alpha=4.0, current=current)
        curve = table[table[:, 0] == current]
        np.testing.assert_array_equal(curve[:, 1], expected.time)
        np.testing.assert_array_equal(curve[:, 2], expected.voltage)


def test_any_other_number_of_the_cell_is_set(run):
    result = run(CELL, "--set", "positive_thickness=70µm", "--set", "initial_temperature=310")
    assert result.exit_code == 0
    cell = load_cell(CELL).with_values(
        {"positive_thickness": 70e-6, "initial_temperature": 310.0, "ambient_temperature": 310.0}
    )
    assert f"{simulate_discharge(cell).discharge_capacity:.4g}" in result.output


def test_a_discharge_starts_at_a_charge_or_a_voltage_and_tells_capacity_in_usual_units(run):
    result = run("prada-2013", "--current", "1C", "--start", "50%")
    assert result.exit_code == 0
    expected = simulate_discharge(load_cell("prada-2013").starting_at(0.5), current="1C")
    text = " ".join(result.output.split())
    for number in (0.1 * expected.discharge_capacity, 0.18 * expected.discharge_capacity):
        assert f"{number:.4g}" in text
    assert "mA h cm⁻²" in text
    refused = run("prada-2013", "--start", "9V")
    assert refused.exit_code == 2
    assert "at rest the cell has from" in refused.output


def test_the_picture_is_drawn(run, tmp_path):
    path = tmp_path / "curve.png"
    assert run(CELL, "--plot", str(path)).exit_code == 0
    assert imread(path).std() > 0.01


def test_without_matplotlib_a_picture_is_refused_before_anything_is_simulated(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    result = run(CELL, "--plot", "curve.png")
    assert result.exit_code == 1
    assert "pip install 'microbatt[plot]'" in result.stderr


def test_a_point_without_a_curve_is_shown_as_what_it_is(run):
    # 5 C through ten micrometre pores of exponent 11: the drop exceeds the voltage at once
    result = run(CELL, "--alpha", "10", "--S", "0.3", "--current", "5000")
    assert result.exit_code == 1
    assert "below the cut-off as soon as the current flows" in " ".join(result.stderr.split())
    assert "–" in result.stdout


def test_a_curve_that_fails_is_saved_as_far_as_it_is_and_the_exit_code_says_so(run, tmp_path):
    path = tmp_path / "curves.csv"
    few = ("--setting", "max_steps=10", "--current", "17.5", "--current", "35")
    result = run(CELL, *few, "--csv", str(path))
    assert result.exit_code == 1
    told = " ".join(result.stderr.split())
    assert "2 of 2 discharges gave no whole curve" in told
    assert "35 A m⁻²: the step budget was spent" in told
    assert "step budget" in result.stdout
    assert len(path.read_text(encoding="utf-8").splitlines()) > 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["doyle-1996-cell1"], "Nearest: 'doyle-1996-cell-1'"),
        ([CELL, "--S", "0"], "`S` is 0"),
        ([CELL, "--alpha", "nan"], "`alpha` is nan"),
        ([CELL, "--current", "-5"], "`current`"),
        ([CELL, "--cutoff", "-1"], "`cutoff_voltage` is -1 V"),
        (["none.toml"], "none.toml: cannot be read"),
    ],
)
def test_bad_input_is_a_sentence_and_exit_code_2(run, arguments, message):
    result = run(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert "Traceback" not in result.output


def test_a_lumped_cell_that_loses_no_heat_is_adiabatic(run, tmp_path):
    ends = []
    for name, options in {
        "lumped": ["--thermal", "lumped", "--heat-transfer", "0"],
        "adiabatic": ["--thermal", "adiabatic"],
    }.items():
        path = tmp_path / f"{name}.csv"
        assert run(CELL, *options, "--csv", str(path)).exit_code == 0
        ends.append(path.read_text(encoding="utf-8"))
    assert ends[0] == ends[1]


def test_the_heat_is_taken_where_asked(run, tmp_path):
    path = tmp_path / "curves.csv"
    asked = ("--S", "1", "--inventory", "area-only", "--thermal", "adiabatic")
    assert run(CELL, *asked, "--heat-of", "charge", "--csv", str(path)).exit_code == 0
    with path.open(newline="", encoding="utf-8") as file:
        *_, last = csv.reader(file)
    expected, other = (
        simulate_discharge(CELL, S=1.0, inventory="area-only", thermal=Adiabatic(heat_of=heat_of))
        for heat_of in (HeatOf.CHARGE, HeatOf.PARTICLES)
    )
    assert float(last[4]) == pytest.approx(expected.temperature[-1], abs=0.01)
    assert abs(expected.temperature[-1] - other.temperature[-1]) > 0.1


def test_a_current_may_be_a_c_rate(run):
    first, second = run(CELL, "--current", "2C"), run(CELL, "--current", "35")
    assert first.exit_code == 0
    assert first.output == second.output
