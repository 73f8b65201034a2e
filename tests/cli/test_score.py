"""``microbatt score``: a table a person can read, and a file a program can."""

import pandas as pd
import pytest
from click.testing import CliRunner

from microbatt.cli.main import main
from tests.scoring.cubes import predicted_cube


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Where a cube with predictions lies."""
    place = tmp_path_factory.mktemp("scored") / "cube.zarr"
    cube = predicted_cube()
    cube["prediction_status"][{"alpha": 4, "S": 3}] = 3
    cube.to_zarr(place, zarr_format=3, consolidated=False)
    return place


def test_scores_are_shown_whole_and_by_range(store):
    result = CliRunner().invoke(main, ["score", str(store)], env={"COLUMNS": "120"})
    assert result.exit_code == 0
    assert "made-up" in result.output.splitlines()[0]
    lines = result.output.splitlines()
    assert sum(line.startswith("all ") for line in lines) == 2
    assert any(line.startswith("alpha 0 to 0.3") and "–" in line for line in lines)
    assert "L_s counts where alpha is above 0" in result.output
    assert "L_s counts where S is above 0" not in result.output
    assert "1 predictions do not count" in result.output


def test_all_scores_are_written_to_a_file(store, tmp_path):
    target = tmp_path / "scores.csv"
    result = CliRunner().invoke(main, ["score", str(store), "--csv", str(target)])
    assert result.exit_code == 0
    table = pd.read_csv(target).set_index(["score", "parameter"])
    assert table.loc[("count", "alpha"), "value"].item() == 19


def test_a_cube_without_predictions_is_bad_input(tmp_path):
    cube = predicted_cube().drop_vars("alpha_predicted")
    cube.to_zarr(tmp_path / "cube.zarr", zarr_format=3, consolidated=False)
    result = CliRunner().invoke(main, ["score", str(tmp_path / "cube.zarr")])
    assert result.exit_code == 2
    assert "microbatt predict CUBE" in result.output
