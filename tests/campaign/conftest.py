"""Clusters that the tests of campaigns share."""

import pytest

from microbatt.campaign import local_client
from tests.campaign.processes import end_all


@pytest.fixture(scope="session")
def threads():
    """A client of two threads of this process."""
    with local_client(2) as client:
        yield client


@pytest.fixture(autouse=True)
def _nothing_survives():
    """End the processes of a test with it: a failure or an interrupt must not leave them behind."""
    yield
    end_all()
