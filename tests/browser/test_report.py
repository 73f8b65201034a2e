"""The report of an estimate in a real browser."""

import pytest

from microbatt.report.nearby_bounds import bounds_around, bounds_at
from microbatt.report.page import render_page
from tests.report.estimates import made_estimate

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(folder):
    estimate = made_estimate()
    page = folder / "report.html"
    page.write_text(
        render_page(estimate, bounds_around(estimate, steps=3), bounds_at(estimate)), "utf-8"
    )
    return page.as_uri()


@pytest.fixture
def shown(browser, address):
    browser.get("about:blank")
    browser.get_log("browser")
    browser.get(address)
    yield browser
    browser.set_window_size(1280, 900)
    assert browser.get_log("browser") == []


@pytest.mark.parametrize("width", [360, 800, 1600])
def test_nothing_has_to_be_scrolled_sideways(shown, width):
    shown.set_window_size(width, 900)
    needed, given = shown.execute_script(
        "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert needed <= given


def test_five_pictures_are_drawn_with_their_words(shown):
    shown.set_window_size(1000, 900)
    heights = shown.execute_script(
        "return [...document.querySelectorAll('svg')].map(e => e.getBoundingClientRect().height)"
    )
    words = shown.execute_script("return document.querySelectorAll('svg text').length")
    assert len(heights) == 5
    assert min(heights) > 100
    assert words > 50


def test_nothing_is_asked_of_another_place(shown):
    asked = shown.execute_script("return performance.getEntriesByType('resource').map(e => e.name)")
    assert asked == []


def test_dark_and_light_readers_get_their_colours(shown):
    seen = {}
    for scheme in ("light", "dark"):
        shown.execute_cdp_cmd(
            "Emulation.setEmulatedMedia",
            {"features": [{"name": "prefers-color-scheme", "value": scheme}]},
        )
        seen[scheme] = shown.execute_script(
            "const s = getComputedStyle(document.body); return [s.color, s.backgroundColor]"
        )
    shown.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    assert seen["light"] != seen["dark"]
    assert seen["light"][1] == "rgb(255, 255, 255)"
