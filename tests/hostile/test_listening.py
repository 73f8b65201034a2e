"""What a run listens to can be opened by nobody else; what is open to look at takes no orders."""

import contextlib
import http.client

import psutil
import pytest
from distributed import Client
from distributed.security import Security

from microbatt.campaign import local_client
from microbatt.campaign.cluster import dashboard_link
from tests.campaign.processes import curves_done, kill_tree, start_run, wait_until
from tests.campaign.small import write_campaign

REFUSAL = r"[Tt]imed out|connect|expected|reset by peer|certificate does not match"
"""What a stranger hears: nothing, a reset connection, or that the certificate is another one; which
of them depends on who is first to close."""
MANY = tuple(float(a) for a in range(20))


def listening(process):
    """Return the addresses at which a process and all that it started wait for connections."""
    found = []
    for one in (process, *process.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):
            found += [c.laddr for c in one.net_connections(kind="inet") if c.status == "LISTEN"]
    return found


def run_and_look(folder, *options, engine, seconds_per_curve=0.0):
    """Start a run, and return where it listens once it has stored something."""
    campaign, store = write_campaign(folder, alpha=MANY, engine=engine), folder / "a.zarr"
    run = start_run(campaign, store, *options, seconds_per_curve=seconds_per_curve)
    seen = []

    def stored():
        seen.extend(listening(psutil.Process(run.pid)))
        return curves_done(store) > 0

    wait_until(stored, run)
    alive = kill_tree(run)
    return seen, alive


def test_worker_processes_of_a_run_listen_on_the_loopback_only(tmp_path):
    seen, alive = run_and_look(tmp_path, engine="tests.campaign.standin:simulator",
                               seconds_per_curve=0.05)  # fmt: skip
    assert alive
    assert {address.ip for address in seen} == {"127.0.0.1"}


@pytest.mark.parametrize("dashboard", [False, True])
def test_threads_listen_to_nothing_but_a_dashboard_that_was_asked_for(dashboard):
    before = {*listening(psutil.Process())}
    with local_client(2, dashboard=dashboard) as client:
        opened = {*listening(psutil.Process())} - before
        assert client.scheduler.address.startswith("inproc://")
        assert [address.ip for address in opened] == ["127.0.0.1"] * dashboard


def test_nobody_without_the_certificate_of_a_cluster_can_send_it_work():
    with local_client(1, processes=True, dashboard=False) as client:
        address = client.scheduler.address
        assert address.startswith("tls://127.0.0.1:")
        (worker,) = client.nthreads()
        assert client.submit(abs, -1).result() == 1
        for place in (address, worker):
            plain = place.replace("tls://", "tcp://")
            for stranger, security in ((plain, None), (place, Security.temporary())):
                with pytest.raises(OSError, match=REFUSAL):
                    Client(stranger, security=security, timeout=2, set_as_default=False)


def handshake(port, origin):
    """Ask the dashboard for a websocket as a page of some origin does; return its status."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    headers = {
        "Connection": "Upgrade", "Upgrade": "websocket", "Origin": origin,
        "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    }  # fmt: skip
    connection.request("GET", "/status/ws", headers=headers)
    status = connection.getresponse().status
    connection.close()
    return status


def test_the_dashboard_talks_to_its_own_page_alone():
    pytest.importorskip("bokeh")
    with local_client(1, dashboard=True) as client:
        link = dashboard_link(client)
        port = int(link.rsplit(":", 1)[1].split("/")[0])
        assert link == f"http://localhost:{port}/status"
        strangers = ("http://evil.example", f"http://evil.example:{port}", "null",
                     "http://localhost:1", f"http://127.0.0.1.evil.example:{port}")  # fmt: skip
        for origin in strangers:
            assert handshake(port, origin) == 403, origin
        # Its own page is not refused for where it comes from, but for want of a session.
        assert handshake(port, f"http://localhost:{port}") != 403


def test_the_native_engine_runs_without_a_single_open_port(tmp_path):
    campaign, store = write_campaign(tmp_path, alpha=MANY, engine="native"), tmp_path / "a.zarr"
    from tests.campaign.processes import start

    run = start("microbatt", "run", campaign, "--store", store)
    seen = []

    def over():
        with contextlib.suppress(psutil.NoSuchProcess):
            seen.extend(listening(psutil.Process(run.pid)))
        return run.poll() is not None

    wait_until(over)
    assert run.returncode == 0, run.communicate()[0]
    assert seen == []
