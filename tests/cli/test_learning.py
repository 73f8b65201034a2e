"""``microbatt train`` and ``microbatt predict``, from a cube to predictions joined to it."""

import json
import re

import pytest
from click.testing import CliRunner

from microbatt.cli.commands import main
from tests.campaign.small import small_campaign

pytest.importorskip("tensorflow")

from microbatt.campaign import run_campaign


def said(*words, code=0):
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A cube of the stand-in engine: 48 points, three currents."""
    place = tmp_path_factory.mktemp("cube") / "small.zarr"
    run_campaign(small_campaign(S=(1.0, 2.0, 3.0, 5.0, 9.0, 14.0, 20.0, 30.0)), place)
    return place


@pytest.fixture(scope="module")
def trained(store, tmp_path_factory):
    out = tmp_path_factory.mktemp("trained")
    return out, said("train", store, "--epochs", 1, "--test", store, "--out", out)


def test_training_leaves_weights_scores_and_logs(trained):
    out, output = trained
    assert f"microbatt predict CUBE --weights {out}" in output
    described = json.loads((out / "network.json").read_text())
    assert described["kind"] == "curve"
    assert described["origin"]["cell_name"] == "doyle-1996-cell-1"
    assert described["settings"]["epochs"] == 1
    assert [name.split(",")[0] for name in described["scores"]] == ["small"]
    assert list((out / "logs" / "member-1").iterdir())


def test_the_same_training_is_finished_already_and_keeps_its_scores(trained, store):
    out, _ = trained
    before = json.loads((out / "network.json").read_text())
    said("train", store, "--epochs", 1, "--out", out)
    after = json.loads((out / "network.json").read_text())
    assert after["weights_hash"] == before["weights_hash"]
    assert after["scores"] == before["scores"]
    assert "of another training" in said("train", store, "--epochs", 2, "--out", out, code=2)


@pytest.mark.slow
def test_folds_leave_a_network_each_and_the_scores_of_points_never_seen(store, tmp_path):
    output = said("train", store, "--epochs", 1, "--folds", 2, "--out", tmp_path)
    assert f"microbatt predict CUBE --weights {tmp_path / 'random-folds'}" in output
    scores = json.loads((tmp_path / "network.json").read_text())["scores"]
    assert [name.split(",")[0] for name in scores] == ["random folds"]
    output = said("predict", store, "--weights", tmp_path / "random-folds", "--name", "folds")
    assert "by the network folds, each by a copy that never saw it" in output
    assert "folds, trained on small: points held out" in said("score", store, "--network", "folds")


def test_its_weights_predict_the_cube_and_join_it(trained, store):
    out, _ = trained
    output = said("predict", store, "--weights", out)
    assert "of 48 points by the network curve" in output
    assert "mean relative error L_s" in output
    scored = said("score", store)
    left_out = re.search(r"^(\d+) predictions do not count", scored, re.MULTILINE)
    counted = re.search(r"^all .* (\d+)\s*$", scored, re.MULTILINE)
    assert int(counted[1]) + (int(left_out[1]) if left_out else 0) == 48


def test_weights_of_another_kind_are_refused(trained, store):
    out, _ = trained
    assert "'curve' network" in said(
        "predict", store, "--weights", out, "--network", "published", code=2
    )


def test_the_published_network_has_no_shipped_weights_and_the_message_says_how_to_get_them(store):
    assert "microbatt train CUBE --network published" in said(
        "predict", store, "--network", "published", code=2
    )


def test_more_folds_than_points_are_refused_before_anything_is_trained(store, tmp_path):
    assert "48 points" in said("train", store, "--folds", 60, "--out", tmp_path, code=2)
    assert not list(tmp_path.rglob("*.npz"))


def test_noise_without_a_unit_is_refused(store):
    assert "--noise" in said("predict", store, "--noise", "1", code=2)


def test_a_folder_without_weights_is_refused(store, tmp_path):
    assert "has no `network.json`" in said("predict", store, "--weights", tmp_path, code=1)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("CUBE", "--cell", "chen-2020"), "either a CUBE to train on, or a `--cell`"),
        ((), "either a CUBE to train on, or a `--cell`"),
        (("CUBE", "--unknown", "alpha"), "`--unknown` belongs to --cell"),
        (("CUBE", "--size", "colour=2"), "the curve network has samples, members"),
        (("CUBE", "--size", "members=two"), "NAME=NUMBER"),
        (("--cell", "chen-2020", "--folds", "2"), "`--folds` belongs to a CUBE"),
        (("--cell", "chen-2020", "--network", "curve"), "with --cell it is joint"),
        (("--cell", "chen-2020", "--range", "alpha=3"), "NAME=LOW:HIGH"),
        (("--cell", "chen-2020", "--free", "area_scale"), "have the same currents"),
        (("--cell", "chen-2020", "--simulations", "5"), "simulations"),
    ],
)
def test_what_cannot_be_trained_is_refused_before_any_work(store, tmp_path, words, expected):
    asked = [str(store) if word == "CUBE" else word for word in words]
    output = said("train", *asked, "--out", tmp_path / "out", code=2)
    assert expected in " ".join(output.split())
    assert not (tmp_path / "out" / "simulations.zarr").exists()
