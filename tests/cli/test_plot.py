"""`microbatt plot`: a cube becomes a picture, or a sentence says why not."""

import pytest
from click.testing import CliRunner
from matplotlib.image import imread

from microbatt.cli.commands import main
from microbatt.cube import SobolPoints
from tests.cube.cubes import small_cube


@pytest.fixture
def folder(tmp_path):
    small_cube(tmp_path)
    return tmp_path


def call(*words):
    return CliRunner().invoke(main, ["plot", *map(str, words)])


def test_a_cube_with_failures_and_missing_curves_is_drawn(folder):
    done = call(folder / "cube.zarr", folder / "sweep.png")
    assert done.exit_code == 0, done.output
    assert imread(folder / "sweep.png").std() > 0.01
    assert "sweep.png shows curves across alpha and S" in done.output


def test_of_scattered_points_a_dozen_are_shown(tmp_path):
    design = SobolPoints(count=8, seed=1, alpha=(0.0, 5.0), S=(1.0, 9.0), current=(17.5, 35.0))
    small_cube(tmp_path, design=design)
    done = call(tmp_path / "cube.zarr", tmp_path / "sweep.png")
    assert done.exit_code == 0, done.output
    assert "curves across listed points" in done.output


def test_axes_and_places_are_chosen_by_their_names(folder):
    done = call(folder / "cube.zarr", folder / "a.png", "--across", "S", "alpha")
    assert "curves across S and alpha" in done.output, done.output
    for wrong, words in [
        ("alfa=2", "Nearest: 'alpha'"),
        ("alpha", "NAME=VALUE"),
        ("S=3m", "the unit is `m`"),
        ("alpha=2", "along which the panels lie"),
        ("alpha=2 alpha=3", "names an axis twice"),
    ]:
        places = [word for one in wrong.split() for word in ("--at", one)]
        done = call(folder / "cube.zarr", folder / "b.png", *places)
        assert done.exit_code == 2
        assert words in done.stderr


def test_what_is_no_cube_is_refused(tmp_path):
    done = call(tmp_path / "none.zarr", tmp_path / "sweep.png")
    assert done.exit_code in {1, 2}
    assert done.stderr.startswith("Error: ")
    assert "Traceback" not in done.output


def test_a_folder_that_does_not_exist_is_made(folder):
    done = call(folder / "cube.zarr", folder / "none" / "sweep.png")
    assert done.exit_code == 0, done.output
    assert (folder / "none" / "sweep.png").stat().st_size > 0
