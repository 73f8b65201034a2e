"""Settings that every test shares."""

import signal
import socket

import pytest
from hypothesis import settings

from tests.reference.beside import beside

# Cores are shared and the first call of a kernel compiles it: time says nothing about a claim.
# Everybody meets the same examples; `--hypothesis-profile explore` looks for others.
settings.register_profile("microbatt", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=2000)
settings.load_profile("microbatt")

# A shell starts what runs in its background deaf to interrupts, and so are all its children.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_runtest_setup(item):
    """Skip what needs reference data that are not there; all of it is one line of the summary."""
    for mark in item.iter_markers("beside"):
        beside(*mark.args)


@pytest.fixture(scope="session")
def s3():
    """An object store's own protocol, served on the loopback by moto."""
    pytest.importorskip("s3fs", reason="install microbatt[s3] to test object stores")
    server = pytest.importorskip("moto.server", reason="install moto[server] to test S3")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    moto = server.ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    moto.start()
    options = {
        "key": "test",
        "secret": "test",
        "endpoint_url": f"http://127.0.0.1:{port}",
        "max_concurrency": 1,  # or it asks for the size of each object first
    }
    import fsspec

    fsspec.filesystem("s3", **options).mkdir("cubes")
    yield options
    moto.stop()
