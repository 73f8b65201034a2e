"""``microbatt score``: a table a person can read, and a file a program can."""

import pandas as pd
import pytest
from click.testing import CliRunner

from microbatt.cli.commands import main
from microbatt.testing import made_predictions
from tests.features.cubes import made_cube
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


def test_numbers_are_whole_on_a_narrow_terminal_and_in_a_pipe(store):
    tables = [
        CliRunner().invoke(main, ["score", str(store)], env={"COLUMNS": width}).output.splitlines()
        for width in ("40", "200")
    ]
    assert not any("…" in line for line in tables[0])
    # As many columns in every row of numbers, and the same words on a wide terminal.
    rows = [[line.split() for line in lines if line.startswith(("all", "S "))] for lines in tables]
    assert rows[0] == rows[1]


def test_each_network_and_each_set_of_folds_has_tables_of_its_own(tmp_path):
    cube = made_cube()
    join = cube.merge(made_predictions(cube, ("curve", "other"), (0, 1, 2)))
    join.to_zarr(tmp_path / "cube.zarr", zarr_format=3, consolidated=False)
    csv = tmp_path / "scores.csv"
    words = ["score", str(tmp_path / "cube.zarr"), "--csv", str(csv)]
    output = CliRunner().invoke(main, words).output
    titles = [line for line in output.splitlines() if "trained on made-up" in line]
    held_out = ": points held out, each by the copy that never saw it"
    assert titles == [
        f"{name}, trained on made-up{end}" for name in ("curve", "other") for end in ("", held_out)
    ]
    table = pd.read_csv(csv).query("score == 'count'")
    assert set(zip(table.network, table.fold, strict=True)) == {
        (name, fold) for name in ("curve", "other") for fold in ("0", "held_out")
    }
    one = CliRunner().invoke(main, [*words, "--overwrite", "--network", "other"]).output
    assert "curve, trained" not in one
    assert "other, trained" in one


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
