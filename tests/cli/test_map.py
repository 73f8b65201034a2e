"""``microbatt map``: bounds in the cube, a picture, or a sentence."""

import pytest
from click.testing import CliRunner

from microbatt.cli.commands import main
from microbatt.cube import ListedPoints, locate, open_cube
from tests.cube.cubes import small_cube


def call(*words):
    return CliRunner().invoke(main, ["map", *map(str, words)])


def test_the_cube_holds_the_bounds_afterwards(tmp_path):
    small_cube(tmp_path)
    done = call(tmp_path / "cube.zarr", "--noise", "5mV", "--plot", tmp_path / "map.png")
    assert done.exit_code == 0, done.output
    cube = open_cube(locate(tmp_path / "cube.zarr"), chunks=None)
    assert cube["alpha_bound"].attrs["noise_voltage"] == 5e-3
    assert (cube["alpha_bound"].where(cube["bound_curves"] > 0) > 0.0).any()
    assert "alpha ±" in done.output
    assert (tmp_path / "map.png").stat().st_size > 1000


def test_scattered_points_are_mapped_and_not_drawn(tmp_path):
    design = ListedPoints(alpha=(0.5, 2.3), S=(3.0, 4.0), current=(17.5, 35.0))
    small_cube(tmp_path, design=design)
    refused = call(tmp_path / "cube.zarr", "--plot", tmp_path / "map.png")
    assert refused.exit_code == 2
    assert call(tmp_path / "cube.zarr", "--currents", "17.5").exit_code == 0


@pytest.mark.parametrize("words", [["--noise", "1"], ["--free", "colour"], ["--currents", "-3"]])
def test_bad_input_is_refused_before_anything_is_computed(tmp_path, words):
    small_cube(tmp_path)
    assert call(tmp_path / "cube.zarr", *words).exit_code == 2
