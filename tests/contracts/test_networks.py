"""Every kind of network keeps the contract that ships with the package."""

import numpy as np
import pytest

from microbatt.networks import TrainingRecord, origin_of, trained_network
from microbatt.testing import NetworkContract
from tests.networks.cubes import learnable_cube
from tests.networks.test_curve import NETWORK

SEEN = np.array([[0.0, 1.0], [6.0, 20.0]])


def trained_on(cube, network):
    """A network that says that it comes from a cube, and saw two of its points."""
    record = TrainingRecord(origin=origin_of(cube), settings={}, scores={}, version="0")
    return trained_network(network, record, SEEN)


class TestCurve(NetworkContract):
    @pytest.fixture(scope="class")
    @classmethod
    def cube(cls):
        return learnable_cube(alphas=4, shapes=4)

    @pytest.fixture(scope="class")
    @classmethod
    def trained(cls, cube):
        return trained_on(cube, NETWORK)


class TestPublished(NetworkContract):
    @pytest.fixture(scope="class")
    @classmethod
    def cube(cls):
        return learnable_cube(alphas=3, shapes=3)

    @pytest.fixture(scope="class")
    @classmethod
    def trained(cls, cube):
        pytest.importorskip("keras", reason="install microbatt[learn] for published networks")
        from tests.networks.test_published import small_network

        return trained_on(cube, small_network())
