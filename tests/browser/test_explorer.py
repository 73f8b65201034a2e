"""The explorer in a real browser: taps bring curves, whatever the cube."""

import io
import json
import shutil

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from matplotlib.image import imread

from microbatt.cube import join_predictions, locate, open_cube
from microbatt.outcomes import Outcome
from microbatt.testing import made_predictions
from tests.browser.pages import BOXES, OFFERED, OVERHANG
from tests.explorer import cubes

pytestmark = pytest.mark.browser


def ends(page, kind):
    """The capacities at which the curves of a kind end."""
    return [curve[-1] for curve in page.data(f"{kind} curves", "xs")]


def capacities(store, alpha, S):
    return open_cube(locate(store), chunks=None).discharge_capacity.sel(alpha=alpha, S=S).to_numpy()


def shows(page, kind, expected):
    """Wait until the curves of a kind end where they are expected to."""

    def right():
        found = ends(page, kind)
        return len(found) == len(expected) and np.allclose(found, expected)

    return page.until(right)


def saved(folder, ending):
    """The file that was just downloaded, once it is whole."""
    found = [path for path in folder.glob(f"*.{ending}") if path.stat().st_size > 0]
    return found[0] if found else None


def test_a_demo_is_tapped_dragged_played_copied_and_saved(explore, demo_store, folder):
    page = explore(demo_store)
    assert "882 curves" in page.text()
    shows(page, "selected", capacities(demo_store, 2.5, 3.0))

    page.tap(8.0, 5.0)
    shows(page, "selected", capacities(demo_store, 8.0, 5.0))
    page.tap(1.0, 20.0)
    shows(page, "pinned", capacities(demo_store, 8.0, 5.0))
    shows(page, "selected", capacities(demo_store, 1.0, 20.0))
    words = page.text()
    assert "Selected α 1, S 20" in words
    assert "Pinned α 8, S 5" in words
    # The numbers are those of what was tapped, also per square centimetre.
    for capacity in capacities(demo_store, 1.0, 20.0):
        assert f"{capacity:.4g} {0.1 * capacity:.4g}" in words

    page.drag((1.0, 20.0), (6.0, 3.0), (4.0, 2.0))
    shows(page, "selected", capacities(demo_store, 4.0, 2.0))
    page.press("Release pinned")
    page.until(lambda: ends(page, "pinned") == [])

    page.choose("energy")
    whole = open_cube(locate(demo_store), chunks=None)
    expected = whole.energy.isel(current=3).to_numpy().ravel()
    page.until(lambda: np.allclose(page.data("tiles", "value"), expected))

    page.press("▶")
    page.until(lambda: page.data("selected point", "alpha")[0] >= 5.0)
    page.press("⏸")

    page.drag((6.0, 4.0), (2.0, 10.0))
    shows(page, "selected", capacities(demo_store, 2.0, 10.0))
    for words, ending in (("CSV", "csv"), ("netCDF", "nc"), ("PNG", "png")):
        page.press(words)
        page.until(lambda ending=ending: saved(folder, ending))
    table = pd.read_csv(io.StringIO(saved(folder, "csv").read_text()))
    assert table.groupby("current [A m-2]")["capacity [A h m-2]"].max().to_numpy() == pytest.approx(
        capacities(demo_store, 2.0, 10.0)
    )
    point = xr.load_dataset(saved(folder, "nc"))
    assert (float(point.alpha), float(point.S)) == (2.0, 10.0)
    picture = imread(saved(folder, "png"))
    assert picture.shape[1] > 1000
    # more than one colour in the map on the left and in the curves on the right
    for half in np.array_split(picture[:, :, :3], 2, axis=1):
        assert len(np.unique(half.reshape(-1, 3), axis=0)) > 50

    origin = page.script("return location.origin")
    page.browser.execute_cdp_cmd(
        "Browser.grantPermissions", {"origin": origin, "permissions": ["clipboardReadWrite"]}
    )
    page.press("Copy")
    read = "navigator.clipboard.readText().then(arguments[0])"
    assert page.browser.execute_async_script(read) == "ds.sel(alpha=2, S=10)"


def test_a_cube_of_failures_says_what_happened(explore, demo_store, tmp_path):
    page = explore(cubes.failed(demo_store, tmp_path / "failed.zarr"))
    assert page.data("covers", "color") == ["no convergence"] * (len(cubes.ALPHA) * len(cubes.S))
    groups = page.script(OFFERED)
    assert groups[0] == "What the cell delivers"
    assert groups[-1] == "Solver counters"
    page.tap(8.0, 5.0)
    page.until(lambda: "Selected α 8, S 5" in page.text())
    assert ends(page, "selected") == []
    assert "Newton's iteration did not converge" in page.text()
    assert page.title("curves") == "No curve here: no convergence."
    page.choose("status")
    page.until(lambda: set(page.data("tiles", "value")) == {int(Outcome.NO_CONVERGENCE)})


def test_a_half_filled_cube_is_followed_while_a_campaign_fills_it(explore, demo_store, tmp_path):
    store = cubes.half_filled(demo_store, tmp_path / "half.zarr")
    page = explore(store)
    assert "420 of 882 curves run, 48 %" in page.text()
    page.tap(8.0, 5.0)
    page.until(lambda: "Selected α 8, S 5" in page.text())
    assert ends(page, "selected") == []
    assert "not run yet" in page.text()
    assert page.data("covers", "color").count("not run") == 11 * len(cubes.S)

    cubes.filled(cubes.demo_campaign(), store)
    page.until(lambda: "882 curves" in page.text().replace("of 882 curves", ""))
    shows(page, "selected", capacities(store, 8.0, 5.0))
    page.until(lambda: page.data("covers", "color") == [])


def test_predictions_stand_beside_the_truth(explore, demo_store, tmp_path):
    store = cubes.predicted(demo_store, tmp_path / "predicted.zarr")
    page = explore(store)
    page.choose("S_error")
    page.until(lambda: page.title("map") == "Relative error of the predicted S [%]")
    page.tap(2.0, 5.0)
    shows(page, "selected", capacities(store, 2.0, 5.0))
    shows(page, "predicted", capacities(store, 2.5, 5.0))
    assert page.data("predicted point", "alpha") == pytest.approx([2.5, 2.5])
    assert "Predicted α 2.5 ± 0.4, S 5.5 ± 0.5" in page.text()
    page.drag((2.0, 5.0), (2.0, 1.0))
    page.until(lambda: "Predicted none: no curves" in page.text())
    assert ends(page, "predicted") == []


def test_no_dashes_lie_on_the_curves_that_are_selected(explore, demo_store, tmp_path):
    cube = open_cube(locate(demo_store), chunks=None)
    copy = tmp_path / "exact.zarr"
    shutil.copytree(demo_store, copy)
    join_predictions(locate(copy), made_predictions(cube, ("curve",), (0,), off=0.01))
    page = explore(copy)
    page.tap(8.0, 5.0)
    shows(page, "selected", capacities(demo_store, 8.0, 5.0))
    page.until(lambda: "nearest stored: the selected one" in page.text())
    assert page.data("predicted point", "alpha") == pytest.approx([8.08, 8.08])
    assert ends(page, "predicted") == []


def test_scattered_points_are_tapped_where_they_lie(explore, tmp_path):
    store = cubes.filled(cubes.scattered_campaign(), tmp_path / "scattered.zarr")
    whole = open_cube(locate(store), chunks=None)
    page = explore(store)
    page.tap(float(whole.alpha[7]), float(whole.S[7]))
    shows(page, "selected", whole.discharge_capacity[7].to_numpy())
    assert page.until(lambda: "Point: 7" in page.text())


@pytest.mark.parametrize("width", [500, 800])
def test_a_narrow_window_shows_map_and_curves_on_its_first_screen(width, explore, demo_store):
    page = explore(demo_store)
    page.resize(width)
    page.until(lambda: page.script(BOXES)[0][2] < width)
    page.tap(8.0, 5.0)
    shows(page, "selected", capacities(demo_store, 8.0, 5.0))
    (left, top, wide, high), (other_left, other_top, other_wide, other_high) = page.script(BOXES)
    assert min(high, other_high) > 270
    if width < 740:  # below each other, and the curves begin on the first screen
        assert left == other_left
        assert top + high < other_top < page.script("return innerHeight") - 100
        assert min(wide, other_wide) > 0.8 * width
    else:  # beside each other, wholly on the first screen
        assert other_left > left + wide
        assert max(top + high, other_top + other_high) < page.script("return innerHeight")
        assert min(wide, other_wide) > 0.4 * width
    # Nothing has to be scrolled sideways, the table with its widest rows neither.
    assert page.script(OVERHANG) == []
    page.until(lambda: "cutoff reached" in page.text())
    page.tap(1.0, 20.0)
    page.until(lambda: "Change" in page.text())
    assert page.script(OVERHANG) == []
    for words in ("▶", "Copy", "netCDF"):
        assert page.reached(words)


def test_curves_of_four_axes_begin_on_the_first_screen_of_a_narrow_window(explore, tmp_path):
    page = explore(cubes.filled(cubes.four_axes_campaign(), tmp_path / "four.zarr"))
    page.resize(500)
    page.until(lambda: page.script(BOXES)[0][2] < 500)
    (left, top, wide, high), (other_left, other_top, other_wide, _) = page.script(BOXES)
    assert left == other_left
    assert top + high < other_top < page.script("return innerHeight") - 60
    assert min(wide, other_wide) > 0.8 * 500
    assert page.script(OVERHANG) == []


def test_a_measured_file_is_laid_over_the_curves_and_read_alone(explore, demo_store, tmp_path):
    curve = open_cube(locate(demo_store), chunks=None).microbatt.curve(alpha=2.5, S=3, current=35)
    time = 3600.0 * curve.capacity.to_numpy() / 35.0
    measured, broken = tmp_path / "cell 7.csv", tmp_path / "broken.csv"
    table = pd.DataFrame({"Time [s]": time[::4], "Voltage [V]": curve[::4], "Current [A/m2]": 35.0})
    table.to_csv(measured, index=False)
    broken.write_text("import os; os.remove('cell 7.csv')\n")
    page = explore(demo_store)
    page.give(measured)
    shows(page, "measured", [float(curve.capacity[-1])])
    assert "cell 7.csv: 35 A m⁻²" in page.text()
    page.tap(8.0, 5.0)
    shows(page, "selected", capacities(demo_store, 8.0, 5.0))
    assert ends(page, "measured") == pytest.approx([float(curve.capacity[-1])])
    large = tmp_path / "large.csv"
    long = np.linspace(0.0, time[-1], 600_000)  # more than Bokeh takes unasked
    voltage = np.interp(long, time, curve)
    pd.DataFrame({"Time [s]": long, "Voltage [V]": voltage, "Current [A/m2]": 35.0}).to_csv(
        large, index=False
    )
    assert large.stat().st_size > 16e6
    page.give(large)
    page.until(lambda: "large.csv: 35 A m⁻²" in page.text())
    page.give(broken)
    page.until(lambda: "broken.csv" in page.text())
    assert measured.exists()
    page.press("Clear measured")
    page.until(lambda: ends(page, "measured") == [])


TWO = """
import sys
import panel as pn
import microbatt
from microbatt.explorer import app
cube = microbatt.open_dataset(sys.argv[1], chunks=None)
server = pn.serve(
    lambda: pn.Column(app(cube), app(cube)), port=0, address="127.0.0.1", show=False, start=False,
    websocket_origin="*", verbose=False,
)
print(f"http://localhost:{server.port}/; two of them", flush=True)
server.start()
server.io_loop.start()
"""
BOTH = """
const [name, x, y] = arguments
const views = Bokeh.index.query((view) => view.model.name == name)
return JSON.stringify(Array.from(views, (view) => {
  const box = view.el.getBoundingClientRect()
  return [box.left + view.frame.x_scale.compute(x), box.top + view.frame.y_scale.compute(y)]
}))
"""
MARKED = """
const all = [...Bokeh.documents[0]._all_models.values()]
return JSON.stringify(all.filter((model) => model.name == "selected point").map(
  (model) => [Array.from(model.data.alpha)[0], Array.from(model.data.S)[0]]))
"""


def test_two_explorers_of_one_page_keep_their_own_points(explore, demo_store):
    page = explore(demo_store, TWO)
    page.resize(1280, 1700)

    def places():
        found = json.loads(page.script(BOTH, "map", 8.0, 5.0))
        return found if len(found) == 2 and found[1][1] < 1700 else None

    mouse = page._mouse()
    mouse.w3c_actions.pointer_action.move_to_location(*map(round, page.until(places)[1])).click()
    mouse.perform()

    def points():
        return sorted({tuple(point) for point in json.loads(page.script(MARKED))})

    page.until(lambda: points() == [(2.5, 3.0), (8.0, 5.0)])
