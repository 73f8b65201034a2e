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


@pytest.fixture
def explore(browser):
    """Serve a store and open it; afterwards nobody may have complained."""
    opened = []

    def open_page(store):
        server = Server(store)
        opened.append((server, page := Page(browser, server.address)))
        return page

    yield open_page
    for server, page in opened:
        errors, foreign = page.errors(), page.foreign()
        page.browser.get("about:blank")
        assert "Traceback" not in server.stop()
        assert errors == []
        assert foreign == []
