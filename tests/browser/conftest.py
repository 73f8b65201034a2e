"""A browser, and explorers of every kind of cube."""

import os
import shutil

import pytest

pytest.importorskip("selenium", reason="install microbatt[dev] to test in a browser")

from tests.browser.pages import Page, Server, chromium
from tests.explorer import cubes


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """Where downloads go."""
    return tmp_path_factory.mktemp("browser")


@pytest.fixture(scope="session")
def browser(folder):
    if shutil.which("chromium") is None or shutil.which("chromedriver") is None:
        if os.environ.get("MICROBATT_REQUIRE_BROWSER") == "1":
            pytest.fail("MICROBATT_REQUIRE_BROWSER is 1 and there is no chromium with a driver")
        pytest.skip("needs chromium and chromedriver")
    driver = chromium(folder)
    yield driver
    driver.quit()


@pytest.fixture(scope="session")
def demo_store(folder):
    return cubes.filled(cubes.demo_campaign(), folder / "demo.zarr")


@pytest.fixture(scope="session")
def demo(demo_store):
    """A server of the demo for all tests that ask no more of it: each starts in seconds."""
    server = Server(demo_store)
    yield server
    assert "Traceback" not in server.stop()


@pytest.fixture
def explore(browser, demo_store, demo):
    """Serve a store and open it; afterwards nobody may have complained."""
    servers, pages = [], []

    def open_page(store, program=None):
        shared = store == demo_store and program is None
        if not shared:
            servers.append(Server(store, program))
        pages.append(Page(browser, (demo if shared else servers[-1]).address))
        return pages[-1]

    yield open_page
    complaints = [word for page in pages for word in (*page.errors(), *page.foreign())]
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.get("about:blank")
    said = [server.stop() for server in servers]
    assert complaints == []
    assert not [words for words in said if "Traceback" in words]
