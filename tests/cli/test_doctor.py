"""``microbatt doctor``: lines to paste into a bug report."""

import pytest
from click.testing import CliRunner

from microbatt.cli.commands import main
from microbatt.diagnosis import machine
from tests.cube.cubes import small_cube


@pytest.fixture
def call(monkeypatch):
    monkeypatch.setattr(machine, "is_installed", lambda _: False)  # TensorFlow takes seconds
    return lambda *words: CliRunner().invoke(main, ["doctor", *map(str, words)])


def test_every_topic_has_a_line(call):
    done = call()
    assert done.exit_code == 0, done.output
    topics = [line[2:].split("  ")[0] for line in done.output.splitlines()]
    for topic in (
        "microbatt",
        "python",
        "packages",
        "cores",
        "GPU",
        "kernels",
        "dualfoil",
        "cubes",
    ):
        assert topic in topics


def test_a_store_that_cannot_be_read_is_marked_and_makes_the_command_fail(call, tmp_path):
    small_cube(tmp_path)
    done = call(tmp_path / "cube.zarr", tmp_path / "none.zarr")
    assert done.exit_code == 1
    assert done.stdout.splitlines()[-1].startswith("! store")
    assert "trouble" in done.stderr


def test_the_home_folder_is_not_told(call, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    small_cube(tmp_path)
    done = call(tmp_path / "cube.zarr")
    assert str(tmp_path) not in done.output
    assert "~/cube.zarr" in done.output
