"""Many experiments at once: what goes wrong with one stays with it, wherever it is computed."""

import os
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from click.testing import CliRunner
from distributed import Client, LocalCluster
from distributed.diagnostics.plugin import WorkerPlugin

from microbatt.campaign import local_client
from microbatt.cli.commands import main
from microbatt.errors import MeasurementError
from microbatt.inference import InferenceOptions, Inferred, experiments_dataset, infer
from microbatt.inference import batch as batch_stage
from microbatt.inference.batch import experiment_files, infer_folder, infer_many
from tests.inference.experiments import CELL, experiment

TRUTH = {"one": 3.0, "two": 5.0}
OPTIONS = InferenceOptions(noise=1e-3, cell_error=0.0, network=False)


def treacherous(experiment, cell, options):
    """Infer, but do with some experiments what nobody foresaw."""
    if experiment.name == "deadly":
        os._exit(1)
    if experiment.name == "surprising":
        raise ZeroDivisionError("nobody foresaw this")
    return infer(experiment, cell, options)


class Treacherous(WorkerPlugin):
    """Makes every worker process infer so, also one that starts anew."""

    def setup(self, worker):
        del worker
        batch_stage.infer = treacherous


def write(folder, alpha, *, rising=False):
    """Write the curves of an experiment, charges if they are to rise."""
    folder.mkdir()
    for m in experiment(alpha, 4.0).measurements:
        voltage = m.voltage[::-1] if rising else m.voltage
        table = {"time [s]": m.time, "voltage [V]": voltage, "current [A m-2]": m.current}
        pd.DataFrame(table).to_csv(folder / f"{m.current:g}.csv", index=False)


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    """A folder of experiments: two good ones, of which one has an empty file, and two bad ones."""
    place = tmp_path_factory.mktemp("line")
    for name, alpha in TRUTH.items():
        write(place / name, alpha)
    write(place / "charged", 3.0, rising=True)
    for name in ("two", "void"):
        (place / name).mkdir(exist_ok=True)
        (place / name / "empty.csv").touch()
    (place / ".cache").mkdir()
    return place


@pytest.fixture(scope="module")
def cluster():
    """A cluster of two worker processes, as Dask makes it if nobody says otherwise."""
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0"
    ) as made:
        yield made


def assert_good_and_bad(found):
    assert list(found["experiment"].values) == ["charged", "one", "two", "void"]
    alpha = found["alpha"].sel(experiment=list(TRUTH)).to_numpy()
    np.testing.assert_allclose(alpha, list(TRUTH.values()), atol=0.05)
    assert np.isnan(found["alpha"].sel(experiment=["charged", "void"])).all()
    failure = dict(zip(found["experiment"].values, found["failure"].values, strict=True))
    assert "it begins under a charge" in failure["charged"]
    assert "the file is empty" in failure["void"]
    assert failure["one"] == failure["two"] == ""
    assert "the file is empty" in str(found["unread"].sel(experiment="two").values)
    assert str(found["unread"].sel(experiment="one").values) == ""


def test_worker_processes_of_a_cluster_infer_a_folder_and_bad_experiments_harm_no_good_one(
    line, cluster
):
    with Client(cluster) as client:
        found = infer_folder(line, CELL, OPTIONS, client=client)
        assert_good_and_bad(found)
        own = client.run(os.getpid).values()
    assert os.getpid() not in own
    here = infer(experiment(3.0, 4.0), CELL, OPTIONS)
    # through files of full precision, in another process: the same numbers
    assert float(found["alpha"].sel(experiment="one")) == pytest.approx(here.alpha, rel=1e-6)
    assert float(found["alpha_std"].sel(experiment="one")) == pytest.approx(
        here["alpha"].std, rel=1e-3
    )


def test_the_command_uses_a_scheduler_that_runs_already(line, cluster, tmp_path):
    store = tmp_path / "line.nc"
    done = CliRunner().invoke(
        main,
        [
            *(
                "infer",
                str(line),
                "--cell",
                CELL,
                "--noise",
                "1mV",
                "--no-network",
                "--cell-error",
                "0",
            ),
            *("--scheduler", cluster.scheduler_address, "--store", str(store)),
        ],
    )
    assert done.exit_code == 2, done.output
    assert "these experiments failed:\n  charged: " in done.output
    assert "these were left out:\n  " in done.output
    with xr.open_dataset(store) as found:
        assert_good_and_bad(found)


def test_threads_of_this_process_do_where_there_is_no_cluster(line):
    assert_good_and_bad(infer_folder(line, CELL, OPTIONS))


def test_an_error_that_nobody_foresaw_is_told_and_harms_no_other(line, monkeypatch):
    monkeypatch.setattr(batch_stage, "infer", treacherous)
    files = experiment_files(line)
    experiments = {"surprising": files["one"], "one": files["one"]}
    bad, good = infer_many(experiments, CELL, OPTIONS)
    assert bad.failure == "ZeroDivisionError: nobody foresaw this"
    assert good.estimate is not None


@pytest.mark.slow
def test_an_experiment_that_kills_its_worker_takes_no_other_with_it(line):
    files = experiment_files(line)
    experiments = dict.fromkeys(("a", "deadly", "b", "c"), files["one"])
    with local_client(2, processes=True) as client:
        client.register_plugin(Treacherous())
        many = infer_many(experiments, CELL, OPTIONS, client=client)
        found = {one.name: one for one in many}
    assert "KilledWorker" in found["deadly"].failure
    assert all(found[name].estimate is not None for name in "abc")


def test_experiments_are_named_after_their_folders_and_files(line, tmp_path):
    assert list(experiment_files(line)) == ["charged", "one", "two", "void"]
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "1C.csv").touch()
    alike = [tmp_path / folder / "1C.csv" for folder in ("a", "b")]
    assert list(experiment_files(*alike)) == [str(one) for one in alike]
    with pytest.raises(MeasurementError, match="there is no such file or folder"):
        experiment_files(tmp_path / "missing")
    (tmp_path / "hollow").mkdir()
    with pytest.raises(MeasurementError, match="there is no experiment here"):
        experiment_files(tmp_path / "hollow")


def test_flags_and_sentences_of_each_experiment_stand_in_the_dataset():
    estimate = infer(experiment(3.0, 4.0), CELL, OPTIONS)
    doubtful = replace(
        estimate,
        diagnostics=replace(estimate.diagnostics, out_of_range=True, range_sentence="Too far."),
    )
    found = experiments_dataset(
        [Inferred(name="a", estimate=doubtful), Inferred(name="b", failure="empty")]
    )
    assert found["out_of_range"].to_numpy().tolist() == [True, False]
    assert found["range_sentence"].to_numpy().tolist() == ["Too far.", ""]
    assert found["failure"].to_numpy().tolist() == ["", "empty"]
