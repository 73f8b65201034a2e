"""`microbatt simulate`: a row a step, a table, a picture; mistakes in a sentence."""

import csv

import numpy as np
import pytest
from click.testing import CliRunner
from matplotlib.image import imread

from microbatt.cli.commands import main
from microbatt.engines import simulate

CELL = "lco-graphite"
STEPS = ("Discharge at 1C for 60 s", "Rest for 60 s")


@pytest.fixture
def run():
    runner = CliRunner()
    return lambda *arguments: runner.invoke(main, ["simulate", *arguments])


def test_each_step_has_a_row_that_says_how_it_ended(run):
    result = run(CELL, *STEPS, "--repeat", "2", "--set", "initial_temperature=310")
    assert result.exit_code == 0
    assert result.output.count("Rest for 60 s") == 2
    assert "against lithium" in result.output


def test_points_and_picture_are_saved(run, tmp_path):
    table, picture = tmp_path / "points.csv", tmp_path / "cycle.png"
    assert run(CELL, *STEPS, "--csv", str(table), "--plot", str(picture)).exit_code == 0
    with table.open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    assert header[:4] == ["step", "time [s]", "current [A m-2]", "voltage [V]"]
    expected = simulate(CELL, STEPS)
    np.testing.assert_array_equal(np.array(rows, dtype=float)[:, 3], expected.voltage)
    assert imread(picture).std() > 0.01


def test_a_protocol_that_stops_early_is_shown_and_fails(run):
    result = run(CELL, "Charge at 1C for 10 hours", "Rest for 1 h", "--upper-voltage", "4.2")
    assert result.exit_code == 1
    assert "not run" in result.output
    assert "step 0" in result.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "give steps"),
        (("Rest for 1 bar",), "neither a time"),
        (("Rest for 1 s", "--set", "positive_thicknes=1"), "positive_thickness"),
        (("Rest for 1 s", "--set", "x"), "NAME=VALUE"),
        (("--profile", "drive.csv"), "--discharge-is"),
        (("Rest for 1 s", "--profile", "drive.csv"), "not both"),
    ],
)
def test_a_mistake_is_bad_input_in_a_sentence(run, arguments, words):
    result = run(CELL, *arguments)
    assert result.exit_code == 2
    assert words in " ".join(result.output.split())


def test_a_profile_is_followed(run, tmp_path):
    path = tmp_path / "drive.csv"
    path.write_text("Time [s],Current [A/m2]\n0,0\n10,-10\n20,0\n")
    result = run(CELL, "--profile", str(path), "--discharge-is", "negative")
    assert result.exit_code == 0
    assert "Follow 3 samples" in result.output
