"""Cubes that the tests share."""

import pytest

from microbatt.cube import SobolPoints, locate, open_cube
from tests.cube.cubes import small_cube


@pytest.fixture(scope="session")
def store(tmp_path_factory):
    """Where a cube of 36 curves lies: whole, failed, and without a curve."""
    folder = tmp_path_factory.mktemp("cube")
    small_cube(folder)
    return folder / "cube.zarr"


@pytest.fixture(scope="session")
def cube(store):
    """The cube there."""
    return open_cube(locate(store))


@pytest.fixture(scope="session")
def scattered(tmp_path_factory):
    """Eight scattered points at two currents."""
    design = SobolPoints(count=8, seed=1, alpha=(0.0, 5.0), S=(1.0, 9.0), current=(17.5, 35.0))
    return small_cube(tmp_path_factory.mktemp("scattered"), design=design)
