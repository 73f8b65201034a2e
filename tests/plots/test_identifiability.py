"""Pictures of bounds and of proposed currents."""

import itertools

import numpy as np
import pytest
import xarray as xr

from microbatt.errors import ParameterError
from microbatt.inference.forward import native_request
from microbatt.inference.identifiability import propose_currents
from microbatt.plots.identifiability import (
    draw_bounds,
    draw_candidates,
    draw_choices,
    round_levels,
)

figure = pytest.importorskip("matplotlib.figure")


@pytest.fixture
def bounds():
    alpha, S = np.linspace(0.0, 10.0, 6), np.geomspace(1.0, 40.0, 5)
    shape = np.outer(1.0 + alpha, S)
    names = {
        "alpha_bound": 1e-3 * shape,
        "S_bound": 1e-2 * shape,
        "bound_correlation": 0.1 + 0 * shape,
    }
    return xr.Dataset(
        {name: (("alpha", "S"), values) for name, values in names.items()},
        coords={"alpha": alpha, "S": S},
    )


def test_three_panels_show_both_deviations_and_their_correlation(bounds):
    panels = draw_bounds(figure.Figure().subplots(1, 3), bounds, estimate=(2.3, 3.0))
    assert [axes.get_title().split()[0] for axes in panels] == [
        "Standard",
        "Standard",
        "Correlation",
    ]
    for axes in panels:
        marked = [line.get_xydata()[0].tolist() for line in axes.lines]
        assert [2.3, 3.0] in marked


def test_missing_and_infinite_bounds_leave_holes(bounds):
    bounds["alpha_bound"][0, 0] = np.inf
    bounds["S_bound"][0, 0] = np.nan
    drawn = figure.Figure()
    draw_bounds(drawn.subplots(1, 3), bounds)
    drawn.canvas.draw()


def test_scattered_bounds_are_refused(bounds):
    with pytest.raises(ParameterError, match="dimension"):
        draw_bounds(figure.Figure().subplots(1, 3), bounds.isel(alpha=0))


def test_proposed_currents_are_filled_and_each_further_curve_is_lower():
    proposal = propose_currents(
        native_request("doyle-1996-cell-1"), [(2.3, 3.0)], [1.75, 17.5, 70.0], max_curves=2
    )
    left, right = figure.Figure().subplots(1, 2)
    filled = draw_candidates(left, proposal).lines[1]
    assert filled.get_xdata().tolist() == list(proposal.best.currents)
    left.figure.draw_without_rendering()
    written = [word for word in left.get_xticklabels(which="both") if word.get_text()]
    ends = [word.get_window_extent() for word in written if 1.75 <= word.get_position()[0] <= 70]
    assert len(ends) > 3
    assert all(one.x1 < other.x0 for one, other in itertools.pairwise(ends))
    alpha = draw_choices(right, proposal).lines[0].get_ydata()
    assert alpha[1] < alpha[0]


@pytest.mark.parametrize("values", [[1e-4, 3.0], [0.5, 0.5], [np.nan, np.inf], [1e-9, 1e9]])
def test_levels_are_few_and_span_what_is_known(values):
    levels = round_levels(np.array(values))
    assert 2 <= levels.size <= 10
    assert np.all(np.diff(levels) > 0.0)
