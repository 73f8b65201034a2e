"""``microbatt infer`` from files to words, a store and an exit code."""

import importlib
import shutil

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from click.testing import CliRunner

from microbatt.cli.commands import main
from tests.inference.experiments import CELL, experiment


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two experiments of a cell, a folder each, and a third without a curve."""
    place = tmp_path_factory.mktemp("experiments")
    for name, alpha in (("one", 3.0), ("two", 5.0)):
        write(place / name, experiment(alpha, 4.0))
    (place / "void").mkdir()
    (place / "void" / "empty.csv").touch()
    return place


def write(folder, one):
    """Write the curves of an experiment, a file each."""
    folder.mkdir()
    for m in one.measurements:
        table = {"time [s]": m.time, "voltage [V]": m.voltage, "current [A m-2]": m.current}
        table["remark"] = "a word"
        pd.DataFrame(table).to_csv(folder / f"{m.current:g}.csv", index=False)


def run(*arguments):
    return CliRunner().invoke(
        main, ["infer", *map(str, arguments), "--cell", CELL, "--noise", "1mV", "--cell-error", "0"]
    )


def test_files_of_one_cell_give_alpha_and_s_a_store_and_what_was_read(folder, tmp_path):
    store, page = tmp_path / "out.nc", tmp_path / "page.html"
    done = run(
        folder / "one",
        "--no-network",
        "--store",
        store,
        "--report",
        page,
        "--free",
        "voltage_offset=5mV",
    )
    assert done.exit_code == 0, done.output
    assert "The cell file explains the data" in done.output
    with xr.open_dataset(store) as found:
        assert float(found["value"].sel(parameter="alpha")) == pytest.approx(3.0, abs=0.05)
        read = found.attrs["what_was_read"]
    assert "17.5.csv: " in read
    assert "columns: " in read
    assert "read 17.5.csv: " in done.output
    for told in (done.output, read, page.read_text("utf-8")):
        assert "not used: `remark`" in told
    assert "1 read as discharge" in done.output
    assert "What was read in the files" in page.read_text(encoding="utf-8")


def test_a_bad_file_is_told_at_the_end_and_the_others_are_used(folder):
    done = run(*sorted((folder / "one").iterdir()), folder / "void" / "empty.csv", "--no-network")
    assert done.exit_code == 2
    assert "alpha" in done.output
    assert "the file is empty" in done.output


def test_a_curve_that_is_not_the_cell_s_is_left_out_and_told(folder, tmp_path):
    table = pd.read_csv(folder / "one" / "17.5.csv")
    table["time [s]"] /= 60.0
    table.to_csv(tmp_path / "minutes.csv", index=False)
    done = run(*sorted((folder / "one").iterdir()), tmp_path / "minutes.csv", "--no-network")
    assert done.exit_code == 2
    assert "3 curves of doyle-1996-cell-1" in done.output
    assert "minutes where the heading says seconds" in done.output


@pytest.fixture
def _causes_not_sought(monkeypatch):
    """Leave out which fault explains a misfit, a fit each: tests/inference/result asks that."""
    module = importlib.import_module("microbatt.inference.infer")
    monkeypatch.setattr(module, "misfit_causes", lambda *_: ())


@pytest.mark.usefixtures("_causes_not_sought")
def test_an_estimate_that_says_not_to_use_it_has_an_exit_code_of_its_own(folder, tmp_path):
    shutil.copytree(folder / "one", tmp_path / "moved")
    third, *others = sorted((tmp_path / "moved").iterdir())
    third.unlink()  # two curves tell as well that something is amiss, sooner
    for number, path in enumerate(others):
        table = pd.read_csv(path)
        table["voltage [V]"] += (-1) ** number * 0.02  # what no microstructure does
        table.to_csv(path, index=False)
    done = run(tmp_path / "moved", "--no-network")
    assert done.exit_code == 4, done.output
    assert "alpha" in done.stdout
    assert "Do not rely on this estimate" in done.stderr
    many = run(tmp_path, "--no-network")
    assert many.exit_code == 4, many.output
    assert "moved: Do not rely on this estimate" in many.stderr


def test_a_folder_of_experiments_goes_on_after_one_that_fails(folder, tmp_path):
    store = tmp_path / "many.nc"
    done = run(folder, "--no-network", "--store", store)
    assert done.exit_code == 2
    with xr.open_dataset(store) as found:
        alpha = found["alpha"].sel(experiment=["one", "two", "void"]).to_numpy()
    np.testing.assert_allclose(alpha[:2], [3.0, 5.0], atol=0.05)
    assert np.isnan(alpha[2])


def test_curves_beyond_what_the_network_learned_are_told(tmp_path):
    currents = (1.75, 8.75, 17.5, 35.0, 52.5, 70.0)
    write(tmp_path / "far", experiment(10.5, 45.0, currents, inventory="area-only"))
    done = run(tmp_path / "far", "--inventory", "area-only")
    assert "the shipped network was not trained" in done.output
    listed = run(tmp_path, "--inventory", "area-only")
    assert "(out of range)" in listed.output


def test_workers_and_schedulers_are_for_many_cells(folder):
    done = run(folder / "one", "--workers", "2")
    assert done.exit_code == 2
    assert "for many cells, and this is one" in done.output
    both = run(folder, "--workers", "2", "--scheduler", "tcp://127.0.0.1:9")
    assert both.exit_code == 2
    assert "give one of the two" in both.output


@pytest.mark.parametrize(
    ("option", "words"),
    [
        (("--noise", "1"), "a number and its unit"),
        (("--offset-error", "5"), "a number and its unit"),
        (("--column", "voltage"), "QUANTITY=HEADING"),
        (("--store", "out.csv"), ".nc or .zarr"),
        (("--free", "contact"), "contact_resistance"),
    ],
)
def test_a_wrong_option_is_told_in_a_sentence(folder, option, words):
    done = CliRunner().invoke(main, ["infer", str(folder / "one"), "--cell", CELL, *option])
    assert done.exit_code == 2
    assert words in done.output


@pytest.mark.slow
def test_the_inference_of_the_first_page_ends_well(tmp_path):
    curves = tmp_path / "measured.csv"
    words = ["discharge", "chen-2020", "--alpha", "1.5", "--S", "4", "--current", "C/5"]
    made = CliRunner().invoke(main, [*words, "--current", "2C", "--csv", str(curves)])
    assert made.exit_code == 0, made.output
    words = ["infer", str(curves), "--cell", "chen-2020", "--noise", "1mV"]
    done = CliRunner().invoke(main, [*words, "--free", "contact_resistance"])
    assert done.exit_code == 0, done.output
    assert "not settled" not in done.output
