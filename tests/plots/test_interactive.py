"""Figures for screens: the same numbers as in print, as HoloViews objects that Bokeh draws."""

import re

import numpy as np
import pytest
from bokeh.models import HoverTool, Legend

import microbatt  # noqa: F401 - makes the accessor known
from microbatt.engines import simulate
from microbatt.errors import ParameterError
from microbatt.outcomes import Outcome
from microbatt.plots.pairs import pairs_of, predictions_of
from microbatt.plots.predictions import mean_errors
from microbatt.plots.style import OUTCOME_COLOURS, colour_map, current_colours
from microbatt.scoring import RANGES, edges_that_hold, relative_error
from tests.plots.cubes import CURRENTS, plotted_cube, scattered, with_bounds, with_predictions

hv = pytest.importorskip("holoviews")

ALPHA, S = (
    "Tortuosity exponent of the positive electrode",
    "Particle shape factor of the positive electrode",
)


@pytest.fixture
def cube():
    """With one curve at 35 A m⁻² that does not exist, so that each map there has a hole."""
    found = with_predictions(plotted_cube())
    here = {"alpha": 10.0, "S": 40.0, "current": 35.0}
    found["status"].loc[here] = Outcome.CUTOFF_AT_START
    for name in ("voltage", "discharge_capacity", "energy", "power"):
        found[name].loc[here] = np.nan
    return found


@pytest.fixture
def figures(cube):
    return cube.microbatt.plot.interactive


def drawn(figure):
    """Return Bokeh's figure, as a browser gets it."""
    return hv.render(figure, backend="bokeh")


def axes_of(figure):
    return figure.xaxis[0].axis_label, figure.yaxis[0].axis_label


def told(figure):
    """Return the words beside the values that the pointer shows, over all layers."""
    tools = figure.select(HoverTool)
    return {words for tool in tools for words, _ in tool.tooltips}


def legend_of(figure):
    return [item.label.value for legend in figure.select(Legend) for item in legend.items]


def colours_of(figure):
    """Return the colours of layers that have one."""
    colours = [one.glyph.fill_color for one in figure.renderers]
    return {one for one in colours if isinstance(one, str)}


def test_curves_have_a_colour_for_each_current_and_name_it(figures):
    figure = drawn(figures.curves(alpha=2.0, S=5.0))
    assert axes_of(figure) == ("Delivered capacity [A h m⁻²]", "Cell voltage [V]")
    assert legend_of(figure) == ["17.5 A m⁻²", "35 A m⁻²"]
    lines = [one.glyph.line_color for one in figure.renderers]
    assert lines == list(current_colours(CURRENTS).values())
    assert {"Cell voltage [V]", "Discharge current density [A m⁻²]"} <= told(figure)
    assert figure.title.text == "α 2, S 5"


def test_curves_are_those_of_the_currents_that_are_asked_for(figures):
    overlay = figures.curves(alpha=2.0, S=5.0, current=[36.0])
    assert [one.label for one in overlay] == ["35 A m⁻²"]


def test_a_curve_that_does_not_exist_is_named_as_such(figures):
    overlay = figures.curves(alpha=10.0, S=40.0)
    assert [one.label for one in overlay][-1] == "35 A m⁻²: no curve"


def test_a_map_has_a_slider_over_the_currents_and_the_values_of_the_cube(figures, cube):
    maps = figures.map("energy")
    assert list(maps.keys()) == CURRENTS
    mesh = maps[17.5].get(0)
    values = mesh.dimension_values(2, flat=False)
    np.testing.assert_array_equal(values, cube["energy"].sel(current=17.5).T)
    figure = drawn(maps[17.5])
    assert figure.title.text == "17.5 A m⁻²"
    assert axes_of(figure) == (ALPHA, S)
    assert {ALPHA, S, "Specific energy delivered [W h kg⁻¹]"} <= told(figure)
    assert mesh.opts.get().kwargs["cmap"] == colour_map("energy")


def test_a_map_shows_the_ending_where_there_is_no_value(figures):
    figure = drawn(figures.map("energy")[35.0])
    assert legend_of(figure) == ["cutoff at start (1)"]
    assert OUTCOME_COLOURS[Outcome.CUTOFF_AT_START] in colours_of(figure)
    assert "How the discharge ended" in told(figure)


def test_a_map_of_what_does_not_depend_on_the_current_has_no_slider(figures):
    assert not isinstance(figures.map("alpha_predicted"), hv.HoloMap)


def test_an_unknown_variable_is_answered_with_the_nearest(figures):
    with pytest.raises(ParameterError, match="energy"):
        figures.map("enrgy")


@pytest.mark.parametrize("kind", ["map", "outcomes"])
def test_scattered_points_are_shown_as_points(cube, kind):
    figures = scattered(cube).microbatt.plot.interactive
    maps = figures.map("energy") if kind == "map" else figures.outcomes()
    layers = maps[17.5].values()
    assert all(isinstance(one, hv.Points) for one in layers)
    assert sum(len(one) for one in layers) == 12


def test_endings_have_their_colours_and_are_counted(figures):
    figure = drawn(figures.outcomes()[35.0])
    assert legend_of(figure) == ["cutoff reached (11)", "cutoff at start (1)"]
    expected = {Outcome.CUTOFF_REACHED, Outcome.CUTOFF_AT_START}
    assert colours_of(figure) == {OUTCOME_COLOURS[one] for one in expected}
    assert {"How the discharge ended", "α", "S"} <= told(figure)


def test_cells_of_endings_fill_the_plane_without_overlap(figures):
    cells = figures.outcomes()[17.5].get(0)
    left, bottom, right, top = (cells.dimension_values(i) for i in range(4))
    area = np.sum((right - left) * (top - bottom))
    np.testing.assert_allclose(area, (12.0 - -1.0) * (57.5 - -1.0))


def test_a_ragone_plot_shows_whole_curves_alone_and_where_each_comes_from(figures):
    clouds = figures.ragone()
    assert [one.label for one in clouds] == ["17.5 A m⁻²", "35 A m⁻²"]
    assert [len(one) for one in clouds] == [12, 11]
    figure = drawn(clouds)
    assert axes_of(figure) == (
        "Mean specific power [W kg⁻¹]",
        "Specific energy delivered [W h kg⁻¹]",
    )
    assert {"Discharge current density [A m⁻²]", ALPHA, S} <= told(figure)
    assert figure.y_range.start == 0.0


def test_a_few_microstructures_have_a_line_each(cube):
    few = cube.sel(alpha=[0.0, 2.0], S=[1.0]).microbatt.plot.interactive.ragone()
    assert {one.label for one in few} == {"α 0, S 1", "α 2, S 1"}
    assert any(isinstance(one, hv.Curve) for one in few)


def test_parity_shows_every_prediction_with_its_error(figures, cube):
    overlay = figures.parity("S")
    points = overlay.get(1)
    shown = pairs_of(predictions_of(cube), "S")
    np.testing.assert_array_equal(points["true"], shown.truth)
    np.testing.assert_array_equal(points["predicted"], shown.predicted)
    np.testing.assert_allclose(points["error"], relative_error(shown.truth, shown.predicted))
    figure = drawn(overlay)
    assert axes_of(figure) == ("True S", "Predicted S")
    assert figure.title.text.endswith(", 12 points")
    assert {"True S", "Predicted S", "Relative error [%]"} <= told(figure)


def test_residuals_are_shown_against_the_truth_as_density_and_as_quantiles(figures):
    against_truth, density, quantiles = figures.residuals("alpha")
    points = against_truth.get(1)
    np.testing.assert_allclose(points["residual"], points["predicted"] - points["true"])
    heights, edges = density.dimension_values("density"), density.edges
    np.testing.assert_allclose(np.sum(heights * np.diff(edges)), 1.0)
    line, sorted_points = quantiles.get(0), quantiles.get(1)
    assert len(line) == len(sorted_points) == 12
    labels = [axes_of(drawn(one)) for one in (against_truth, density, quantiles)]
    assert labels[0] == ("True alpha", "Predicted less true alpha")
    assert labels[1] == ("Predicted less true alpha", "Density")
    assert labels[2][0] == "Normal quantile [standard deviations]"


def test_errors_by_range_are_the_scores_of_each_range(figures, cube):
    figure = figures.errors_by_range("S")
    (row,) = figure.values()
    shown = pairs_of(predictions_of(cube), "S")
    scores = mean_errors(shown, edges_that_hold(RANGES["S"], shown.truth))
    np.testing.assert_array_equal(row["mean_relative_error"], scores)
    plotted = drawn(figure)
    assert axes_of(plotted) == ("Range of true S", "Mean relative error of S, L_s [%]")
    assert list(plotted.x_range.factors) == list(row["range"])


def test_bounds_are_three_maps_of_which_the_deviations_are_logarithmic(cube):
    maps = with_bounds(cube).microbatt.plot.interactive.identifiability()
    alpha, of_S, correlation = maps
    np.testing.assert_allclose(of_S.dimension_values(2).max(), 100 * 0.001 * 11)
    assert alpha.opts.get().kwargs["logz"]
    low, high = correlation.opts.get().kwargs["clim"]
    assert low == -high
    figure = drawn(of_S)
    assert "Smallest possible standard deviation of S [% of S]" in told(figure)
    assert figure.title.text == "Standard deviation of S, % of S"


def test_a_cube_without_bounds_is_told_how_to_get_them(figures):
    with pytest.raises(ParameterError, match=r"`alpha_bound`.*microbatt map STORE"):
        figures.identifiability()


def test_a_figure_becomes_a_page_that_needs_no_network(figures, tmp_path):
    hv.save(figures.outcomes()[35.0], tmp_path / "outcomes.html", resources="inline")
    page = (tmp_path / "outcomes.html").read_text("utf-8")
    assert "cutoff at start (1)" in page
    loaded = re.findall(r'<script[^>]+src="|<link[^>]+stylesheet"', page)
    assert loaded == []


def test_a_protocol_is_drawn_against_time_with_its_current_under_it():
    dataset = simulate("lco-graphite", ["Discharge at 1C for 60 s", "Rest for 60 s"]).to_dataset()
    voltage, current = dataset.microbatt.plot.interactive.simulation()
    for part, name, label in (
        (voltage, "voltage", "Cell voltage [V]"),
        (current, "current", "Current [A m⁻²]"),
    ):
        (curve,) = part.Curve
        np.testing.assert_array_equal(curve.dimension_values(0), dataset["time"] / 3600.0)
        np.testing.assert_array_equal(curve.dimension_values(1), dataset[name])
        (start,) = part.VLine
        assert start.data == pytest.approx(60.0 / 3600.0)
        assert axes_of(drawn(part)) == ("Time [h]", label)


def test_each_kind_of_figure_for_print_is_there_for_screens():
    from microbatt.plots.accessor import CubePlots
    from microbatt.plots.interactive import InteractivePlots

    kinds = {name for name in vars(CubePlots) if not name.startswith("_")} - {"interactive"}
    assert kinds == {name for name in vars(InteractivePlots) if not name.startswith("_")}
