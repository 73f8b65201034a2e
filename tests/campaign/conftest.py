"""Clusters that the tests of campaigns share."""

import pytest

from microbatt.campaign import local_client


@pytest.fixture(scope="session")
def threads():
    """A client of two threads of this process."""
    with local_client(2) as client:
        yield client
