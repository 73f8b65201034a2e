"""Discharge curves on axes: one colour a current, labelled with units."""

from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure

from microbatt.engines import simulate_discharge
from microbatt.errors import ParameterError
from microbatt.plots import draw_discharges, draw_sweep, sweep_shape
from microbatt.plots.curves import spread
from microbatt.plots.style import current_colours


def curve(current, n=5):
    capacity = np.linspace(0.0, 17.0, n)
    return SimpleNamespace(current=current, capacity=capacity, voltage=4.0 - 0.1 * capacity)


@pytest.fixture
def axes():
    return Figure().add_subplot()


def test_the_axes_given_are_the_axes_returned_and_are_labelled_with_units(axes):
    assert draw_discharges(axes, [curve(17.5)]) is axes
    assert axes.get_xlabel() == "Delivered capacity [A h m⁻²]"
    assert axes.get_ylabel() == "Cell voltage [V]"


def test_curves_are_drawn_as_they_are_from_the_smallest_current_up(axes):
    curves = [curve(35.0), curve(17.5)]
    draw_discharges(axes, curves)
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == ["17.5 A m⁻²", "35 A m⁻²"]
    np.testing.assert_array_equal(axes.lines[0].get_xdata(), curves[1].capacity)
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), curves[1].voltage)


def test_a_discharge_without_a_curve_is_named_in_the_legend(axes):
    draw_discharges(axes, [curve(17.5), curve(105.0, n=0)])
    assert axes.get_legend().get_texts()[1].get_text() == "105 A m⁻²: no curve"


def test_a_legend_tells_the_c_rate_where_1_c_is_known(axes, cube):
    draw_discharges(axes, [curve(17.5), curve(105.0, n=0)], one_c_current=35.0)
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == ["17.5 A m⁻² (0.5C)", "105 A m⁻² (3C): no curve"]
    rates = cube["current"].to_numpy() / 17.5
    cube = cube.assign_coords(c_rate=("current", rates))
    drawn = cube.microbatt.plot.curves(alpha=1.0, S=3.0)
    told = [text.get_text() for text in drawn.get_legend().get_texts()]
    assert [f"({rate:.3g}C)" in text for rate, text in zip(rates, told, strict=True)] == [
        True
    ] * rates.size


def test_a_discharge_draws_itself_with_its_point_as_the_title(axes):
    discharge = simulate_discharge("lco-graphite", current="1C", alpha=1.0)
    assert discharge.plot(axes) is axes
    np.testing.assert_array_equal(axes.lines[0].get_xdata(), discharge.capacity)
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), discharge.voltage)
    assert axes.get_title() == "α 1, S 3"
    pulse = simulate_discharge("lco-graphite", current="3000C")
    assert pulse.plot().get_legend().get_texts()[0].get_text().endswith(": no curve")
    with pytest.raises(ParameterError, match=r"a cube is drawn by `plot\.curves`"):
        xr.Dataset({"voltage": ("x", [1.0])}).microbatt.plot.discharge()


def test_a_current_has_one_colour_whatever_the_order_and_repeats():
    assert current_colours([1.0, 2.0, 3.0]) == current_colours([3.0, 1.0, 2.0, 1.0])


def test_colours_brighten_with_the_current():
    colours = current_colours([1.75, 8.75, 17.5, 35.0, 52.5, 70.0]).values()
    red, green, blue = (np.array([int(c[i : i + 2], 16) for c in colours]) for i in (1, 3, 5))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    assert (np.diff(luminance) > 0).all()


ALPHAS, SHAPES, CURRENTS = [0.0, 1.0, 2.0, 5.0, 10.0], [1.0, 3.0, 40.0], [17.5, 35.0]
DEPTH = np.linspace(0.0, 1.0, 7)


@pytest.fixture
def cube():
    """Curves that tell where they come from: V = 4 − depth, Q = 100 alpha + 10 S + current."""
    alpha, S, current = np.meshgrid(ALPHAS, SHAPES, CURRENTS, indexing="ij")
    voltage = np.broadcast_to(4.0 - DEPTH, (*alpha.shape, DEPTH.size))
    return xr.Dataset(
        {
            "voltage": (("alpha", "S", "current", "depth"), voltage),
            "discharge_capacity": (("alpha", "S", "current"), 100 * alpha + 10 * S + current),
        },
        coords={"alpha": ALPHAS, "S": SHAPES, "current": CURRENTS, "depth": DEPTH},
    )


@pytest.fixture
def panels():
    return Figure().subplots(2, 3, squeeze=False)


def test_each_panel_shows_the_curves_its_title_names(cube, panels):
    draw_sweep(panels, cube)
    for i, S in enumerate((1.0, 40.0)):
        for j, alpha in enumerate((0.0, 2.0, 10.0)):
            axes = panels[i, j]
            assert axes.get_title() == f"α {alpha:g}, S {S:g}"
            ends = [line.get_xdata()[-1] for line in axes.lines]
            np.testing.assert_allclose(ends, [100 * alpha + 10 * S + c for c in CURRENTS])


def test_one_legend_serves_all_panels(cube, panels):
    draw_sweep(panels, cube)
    shown = [axes.get_legend() is not None for axes in panels.flat]
    assert shown == [False, False, True, False, False, False]


def test_shared_axes_show_every_curve_to_its_end(cube):
    panels = Figure().subplots(2, 3, squeeze=False, sharex=True, sharey=True)
    draw_sweep(panels, cube)
    left, right = panels[0, 0].get_xlim()
    assert left == 0.0
    assert right >= float(cube["discharge_capacity"].sel(alpha=ALPHAS, S=[1.0, 40.0]).max())


def test_a_curve_that_does_not_exist_is_left_empty(cube, panels):
    missing = {"alpha": 10.0, "S": 1.0, "current": 35.0}
    cube = cube.copy(deep=True)
    cube["discharge_capacity"].loc[missing] = np.nan
    draw_sweep(panels, cube)
    assert [line.get_xdata().size for line in panels[0, 2].lines] == [DEPTH.size, 0]


def test_of_scattered_points_some_are_shown_and_named(cube, panels):
    scattered = cube.stack(point=["alpha", "S"], create_index=False).transpose("point", ...)
    draw_sweep(panels, scattered)
    last = scattered.isel(point=-1)
    assert panels[-1, -1].get_title() == f"α {float(last.alpha):g}, S {float(last.S):g}"
    ends = [line.get_xdata()[-1] for line in panels[-1, -1].lines]
    np.testing.assert_allclose(ends, last.discharge_capacity)
    with pytest.raises(ParameterError, match="lie on no axis"):
        draw_sweep(panels, scattered, across=("alpha", "S"))


def test_any_two_axes_are_shown_in_the_units_that_people_use(cube):
    others = cube.rename(alpha="positive_thickness", S="negative_alpha")
    others = others.assign_coords(positive_thickness=1e-5 * (1 + others.positive_thickness))
    assert sweep_shape(others, (3, 2), ("negative_alpha", "positive_thickness")) == (3, 2)
    panels = Figure().subplots(3, 2, squeeze=False)
    draw_sweep(panels, others, across=("negative_alpha", "positive_thickness"))
    assert panels[2, 1].get_title() == "negative α 40,\npositive thickness 110 µm"
    ends = [line.get_xdata()[-1] for line in panels[2, 1].lines]
    np.testing.assert_allclose(ends, [1000 + 400 + c for c in CURRENTS])
    with pytest.raises(ParameterError, match="Nearest: 'negative_alpha'"):
        draw_sweep(panels, others, across=("negative_alfa", "positive_thickness"))


def test_what_all_panels_share_stands_over_all_of_them(cube):
    four = cube.expand_dims(positive_thickness=[6e-5, 7e-5, 8e-5], negative_alpha=[0.5, 1.0])
    panels = Figure(figsize=(8.4, 4.4), layout="constrained").subplots(2, 3, squeeze=False)
    draw_sweep(panels, four, across=("positive_thickness", "negative_alpha"), at={"alpha": 0.0})
    figure = panels[0, 0].figure
    assert panels[1, 2].get_title() == "negative α 1,\npositive thickness 80 µm"
    assert figure.get_suptitle().startswith("α 0, S ")
    figure.canvas.draw()
    boxes = [axes.title.get_window_extent() for axes in panels.flat]
    pairs = [(one, other) for i, one in enumerate(boxes) for other in boxes[:i]]
    assert not any(one.overlaps(other) for one, other in pairs)


def test_one_axis_is_one_row(cube):
    line = cube.isel(S=0, drop=True)
    assert sweep_shape(line, (3, 4)) == (1, 4)
    panels = Figure().subplots(1, 4, squeeze=False)
    assert draw_sweep(panels, line)[0, 0].get_title() == "α 0"


def test_a_short_axis_is_shown_whole():
    np.testing.assert_array_equal(spread(np.array([1.0, 2.0]), 5), [1.0, 2.0])
