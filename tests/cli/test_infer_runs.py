"""``microbatt infer`` of runs and of a cell's life; ``microbatt read`` says what a run is."""

import numpy as np
import pytest
import xarray as xr
from click.testing import CliRunner

from microbatt.cli.along import numbered_files, read_steps
from microbatt.cli.commands import main
from microbatt.errors import ParameterError
from tests.inference.test_along import life
from tests.measured.test_run import PULSES, table

CELL = "lco-graphite"
EXACT = ["--cell", CELL, "--noise", "1mV", "--cell-error", "0", "--no-network"]


def called(*arguments):
    return CliRunner().invoke(main, [str(one) for one in arguments])


@pytest.fixture(scope="module")
def pulses(tmp_path_factory):
    path = tmp_path_factory.mktemp("runs") / "pulses.csv"
    rows = table(PULSES, every=5.0, alpha=2.0, S=4.0)
    rows["voltage [V]"] += 1e-3 * np.random.default_rng(0).standard_normal(len(rows))
    rows.to_csv(path, index=False)
    return path


def test_a_file_of_pulses_is_fitted_as_a_run_and_reported(pulses, tmp_path):
    page = tmp_path / "a.html"
    done = called("infer", pulses, *EXACT, "--report", page)
    assert done.exit_code == 0, done.output
    assert "as a run" in done.output
    assert "Measured runs" in page.read_text("utf-8")
    found = xr.open_datatree(page.with_suffix(".nc"))
    assert found.ds.sizes["run"] == 1


def test_reading_says_that_all_of_a_file_is_a_run(pulses):
    done = called("read", pulses)
    assert done.exit_code == 0, done.output
    assert "infer would fit all of it, as a run" in done.output
    assert "with its temperature" in done.output


def test_discharges_alone_are_refused_in_a_file_of_pulses(pulses):
    done = called("infer", pulses, *EXACT, "--no-protocol")
    assert done.exit_code != 0
    assert "--protocol" in done.output


def test_the_life_of_a_cell_is_followed_from_one_file_that_numbers_cycles(tmp_path):
    rows = []
    for number, curves in life(4).items():
        if number not in (0.0, 200.0, 400.0):
            continue
        one = curves[1]
        rows.append(
            np.column_stack([one.time, np.full(100, 60.0), one.voltage, np.full(100, number)])
        )
    path = tmp_path / "life.csv"
    heading = "time [s],current [A m-2],voltage [V],cycle index"
    np.savetxt(path, np.concatenate(rows), delimiter=",", header=heading, comments="")
    picture, store = tmp_path / "life.png", tmp_path / "life.nc"
    done = called(
        "infer", path, *EXACT, "--along", "cycle", "--plot", picture, "--store", store
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert picture.exists()
    found = xr.open_dataset(store)
    assert found["cycle"].values.tolist() == [0.0, 200.0, 400.0]
    change = float(found["alpha"][-1] - found["alpha"][0])
    assert change == pytest.approx(0.4, abs=0.05)


def test_files_are_cycles_by_the_last_number_of_their_names(tmp_path):
    names = ["cell2_cycle100.csv", "cell2_cycle20.csv"]
    assert list(numbered_files([tmp_path / one for one in names])) == [20.0, 100.0]


def test_options_of_a_life_need_along():
    done = called("infer", "a.csv", *EXACT, "--step", "alpha=0.1")
    assert "--along" in done.output
    done = called("infer", "a.csv", *EXACT, "--along", "cycle", "--each")
    assert "--each" in done.output


def test_a_step_in_percent_is_refused_where_steps_are_not_relative():
    assert read_steps(["alpha=0.01", "S=1%"]) == {"alpha": 0.01, "S": 0.01}
    for text in ("alpha=1%", "temperature=1%"):
        name = text.partition("=")[0]
        with pytest.raises(ParameterError, match=f"step of {name} is one in its own unit"):
            read_steps([text])


def test_the_option_that_names_what_is_not_known_is_named():
    for option in ("unknown", "free"):
        done = called("infer", "a.csv", *EXACT, f"--{option}", "tortuosity")
        assert f"{option}` is 'tortuosity', which is not known" in done.output


def test_cycles_that_names_do_not_tell_apart_are_refused(tmp_path):
    names = ("cycle0_2C.csv", "cycle20_2C.csv", "cycle100_2C.csv")
    assert list(numbered_files([tmp_path / one for one in names])) == [0.0, 20.0, 100.0]
    with pytest.raises(ParameterError, match="tells them apart"):
        numbered_files([tmp_path / "a" / "cycle7.csv", tmp_path / "b" / "cycle7.csv"])


@pytest.mark.parametrize(
    "terms", [("--inventory", "area-only"), ("--thermal", "adiabatic"), ("--tails", "4")]
)
def test_a_network_is_not_asked_on_other_terms_than_its_training(tmp_path, pulses, terms):
    words = ["infer", str(pulses), "--cell", "lco-graphite", "--weights", str(tmp_path), *terms]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 2
    assert f"`{terms[0]}` is given with --weights" in done.output


def test_standard_tests_of_a_cell_that_starts_nearly_empty_are_ranked():
    # One doubt instead of all usual ones, each of which is simulated beside every test
    done = CliRunner().invoke(
        main, ["design", "--cell", CELL, "--protocols", "--cell-error", "thickness=2%"]
    )
    assert done.exit_code == 0, done.output
    assert "GITT" in done.output
