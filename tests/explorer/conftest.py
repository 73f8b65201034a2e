"""Cubes that the tests of the explorer share."""

import pytest

from microbatt.explorer import CubeSource, opener
from tests.explorer import cubes


@pytest.fixture(scope="session")
def demo_store(tmp_path_factory):
    return cubes.filled(cubes.demo_campaign(), tmp_path_factory.mktemp("demo") / "demo.zarr")


@pytest.fixture(scope="session")
def source(demo_store):
    """The demo cube."""
    return CubeSource(opener(str(demo_store)))


@pytest.fixture(scope="session")
def predicted(demo_store, tmp_path_factory):
    """The demo cube with predictions."""
    copy = tmp_path_factory.mktemp("predicted") / "predicted.zarr"
    return CubeSource(opener(str(cubes.predicted(demo_store, copy))))


@pytest.fixture(scope="session")
def scattered(tmp_path_factory):
    """Scattered points."""
    store = tmp_path_factory.mktemp("scattered") / "scattered.zarr"
    return CubeSource(opener(str(cubes.filled(cubes.scattered_campaign(), store))))


@pytest.fixture(scope="session")
def all_failed(demo_store, tmp_path_factory):
    """A cube of nothing but failures."""
    copy = tmp_path_factory.mktemp("failed") / "failed.zarr"
    return CubeSource(opener(str(cubes.failed(demo_store, copy))))


@pytest.fixture
def half_store(demo_store, tmp_path):
    return cubes.half_filled(demo_store, tmp_path / "half.zarr")
