"""Clusters that the attacks share."""

import pytest

from microbatt.campaign import local_client
from tests.campaign.processes import end_all


@pytest.fixture(scope="session")
def threads():
    """A client of two threads of this process."""
    with local_client(2, dashboard=False) as client:
        yield client


@pytest.fixture(autouse=True)
def _nothing_survives():
    """End the processes of an attack with it."""
    yield
    end_all()
