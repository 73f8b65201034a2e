"""Threads of a worker share the curves of a block."""

import threading

import numpy as np
import pytest

from microbatt.campaign import local_client
from microbatt.campaign.tasks import in_thread_pool


@pytest.fixture(scope="module")
def client():
    with local_client(3, dashboard=False) as client:
        yield client


def points(count):
    return np.arange(3.0 * count).reshape(count, 3)


def doubled(part):
    return 2 * part


@pytest.mark.parametrize("count", [1, 2, 3, 64, 65, 1000])
def test_parts_keep_the_order_of_the_points(client, count):
    parts = client.submit(in_thread_pool, doubled, points(count), pure=False).result()
    np.testing.assert_array_equal(np.concatenate(parts), 2 * points(count))


together = threading.Barrier(3, timeout=20)


def meet(part):
    together.wait()  # breaks unless three threads come at once
    return len(part)


def test_no_part_is_empty_or_large(client):
    parts = client.submit(in_thread_pool, len, points(1000), pure=False).result()
    assert sum(parts) == 1000
    assert min(parts) > 0
    assert max(parts) <= 64


def test_every_thread_of_the_worker_takes_part(client):
    assert client.submit(in_thread_pool, meet, points(3), pure=False).result() == [1, 1, 1]


def test_an_error_reaches_whoever_waits_for_the_block(client):
    def fail(part):
        if part[0, 0] > 0:
            raise RuntimeError("the second part")
        return part

    with pytest.raises(RuntimeError, match="the second part"):
        client.submit(in_thread_pool, fail, points(2), pure=False).result()


def test_outside_of_a_worker_the_points_stay_together():
    assert in_thread_pool(len, points(1000)) == [1000]


def test_a_process_that_was_suspended_for_long_goes_on(client):
    # Its threads stood still with the scheduler; they would be removed, and nothing starts others
    assert client.cluster.scheduler.worker_ttl is None
