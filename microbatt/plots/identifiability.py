"""What curves can tell at all: bounds over alpha and S, and what each added curve buys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.errors import ParameterError
from microbatt.inference.identifiability import typical_bounds
from microbatt.plots.maps import check_plane
from microbatt.plots.style.colours import DIFFERENCE_MAP, ERROR_MAP, MISSING, PALETTE, PREDICTION
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from numpy.typing import NDArray

    from microbatt.inference.identifiability import Choice, Proposal

    Array = NDArray[np.float64]

BOUNDS: Final = ("alpha_bound", "S_bound", "bound_correlation")
"""What `microbatt map` joins to a cube for this picture."""
_ROUND: Final = np.array([1.0, 2.0, 5.0])
_MOST_LEVELS: Final = 10
_CORRELATIONS: Final = (-1.0, -0.9, -0.6, -0.3, 0.0, 0.3, 0.6, 0.9, 1.0)


def bounds_in(cube: xr.Dataset) -> xr.Dataset:
    """Return the bounds that were joined to a cube.

    Raises
    ------
    ParameterError
        If there are none; the message says how to get them.
    """
    missing = [name for name in BOUNDS if name not in cube]
    if missing:
        raise ParameterError(
            f"the cube has no variable `{missing[0]}`; join the bounds to it first: "
            "microbatt map STORE."
        )
    return cube[list(BOUNDS)].load()


def draw_bounds(
    panels: Sequence[Axes],
    bounds: xr.Dataset,
    *,
    estimate: tuple[float, float] | None = None,
) -> Sequence[Axes]:
    """Draw what can be known over alpha and S: two standard deviations and their correlation.

    Parameters
    ----------
    panels : sequence of matplotlib.axes.Axes
        Three axes: for alpha, for S as a share of S, and for their correlation.
    bounds : xarray.Dataset
        A grid from `microbatt.inference.identifiability.bound_map`.
    estimate : tuple of float, optional
        The alpha and S of an estimate, marked in every panel.

    Returns
    -------
    sequence of matplotlib.axes.Axes
        The same axes.

    Raises
    ------
    ParameterError
        If the bounds are not on a grid of alpha and S.
    """
    relative = 100.0 * bounds["S_bound"] / bounds["S"]
    _draw_levels(panels[0], bounds["alpha_bound"], bounds, "{:g}")
    panels[0].set_title("Standard deviation of alpha")
    _draw_levels(panels[1], relative, bounds, "{:g} %")
    panels[1].set_title("Standard deviation of S, % of S")
    _draw_correlation(panels[2], bounds["bound_correlation"], bounds)
    panels[2].set_title("Correlation of the two")
    for axes in panels:
        if estimate is not None:
            mark_estimate(axes, *estimate)
    return panels


def mark_estimate(axes: Axes, alpha: float, S: float) -> Axes:
    """Mark an estimate on a map over alpha and S.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Axes of the map.
    alpha, S : float
        The estimate [-].

    Returns
    -------
    matplotlib.axes.Axes
        The same axes.
    """
    axes.plot(
        alpha, S, marker="o", markersize=9, markerfacecolor="none", markeredgecolor="white",
        markeredgewidth=3.5, zorder=5,
    )  # fmt: skip
    axes.plot(
        alpha, S, marker="o", markersize=9, markerfacecolor="none", markeredgecolor=PREDICTION,
        markeredgewidth=1.8, zorder=6,
    )  # fmt: skip
    axes.plot(alpha, S, marker=".", markersize=3, color=PREDICTION, zorder=6)
    return axes


def draw_choices(axes: Axes, proposal: Proposal) -> Axes:
    """Draw what each added curve buys: uncertainty against the number of curves.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to draw.
    proposal : Proposal
        From `microbatt.inference.identifiability.propose_currents`.

    Returns
    -------
    matplotlib.axes.Axes
        The same axes: the median over the points where the cell may be as a line, four fifths of
        them as a band, and all candidates together as a level.
    """
    counts = [len(choice.currents) for choice in proposal.choices]
    for name, colour in _COLOURS.items():
        spreads = [_spread(choice, proposal.points, name) for choice in proposal.choices]
        low, middle, high = np.array(spreads).T
        axes.fill_between(counts, low, high, color=colour, alpha=0.15, linewidth=0, label=_BAND)
        axes.plot(counts, middle, marker="o", color=colour, label=_LABELS[name])
        axes.axhline(
            _spread(proposal.everything, proposal.points, name)[1],
            color=colour, linestyle=":", linewidth=1.2, label=_ALL,
        )  # fmt: skip
    axes.set_yscale("log")
    _round_ticks(axes.yaxis)
    axes.set_xticks(counts, [_listed(choice) for choice in proposal.choices])
    axes.margins(x=0.15)
    axes.set_xlabel("best currents [A m⁻²]")
    axes.set_ylabel("smallest standard deviation")
    axes.set_title("What each further curve buys")
    _explain(axes)
    return axes


def draw_candidates(axes: Axes, proposal: Proposal) -> Axes:
    """Draw what each candidate current tells by itself.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to draw.
    proposal : Proposal
        From `microbatt.inference.identifiability.propose_currents`.

    Returns
    -------
    matplotlib.axes.Axes
        The same axes; the proposed currents are filled, the others hollow.
    """
    currents = np.array(proposal.candidates)
    taken = np.isin(currents, proposal.best.currents)
    for name, colour in _COLOURS.items():
        spreads = np.array([_spread(choice, proposal.points, name) for choice in proposal.alone])
        middle = np.where(np.isfinite(spreads[:, 1]), spreads[:, 1], np.nan)
        axes.plot(currents, middle, color=colour, linewidth=1.2, label=_LABELS[name])
        axes.plot(currents[taken], middle[taken], "o", color=colour)
        axes.plot(currents[~taken], middle[~taken], "o", color=colour, markerfacecolor="white")
    axes.set_xscale("log")
    axes.set_yscale("log")
    _round_ticks(axes.xaxis)
    _round_ticks(axes.yaxis)
    axes.set_xlabel(quantity("current").label)
    axes.set_ylabel("smallest standard deviation")
    axes.set_title("What each curve tells alone")
    axes.plot([], [], "o", color="0.4", label="proposed")
    axes.plot([], [], "o", color="0.4", markerfacecolor="white", label="not proposed")
    axes.legend(frameon=False, fontsize="small")
    return axes


_BAND: Final = "four fifths of the region"
_ALL: Final = "all candidates together"
_COLOURS: Final = {"alpha": PALETTE[0], "S": PALETTE[1]}
_LABELS: Final = {"alpha": "alpha, median over the region", "S": "S relative to S, median"}


def _spread(choice: Choice, points: Array, name: str) -> tuple[float, float, float]:
    """Return the lowest tenth, the median and the highest tenth over the points."""
    found = typical_bounds(choice, points)[name]
    return found.low, found.middle, found.high


def _explain(axes: Axes) -> None:
    """Add a legend in which what both colours mean stands once."""
    handles, labels = axes.get_legend_handles_labels()
    once = dict(zip(labels, handles, strict=True))
    axes.legend(once.values(), once.keys(), frameon=False, fontsize="small")


def _listed(choice: Choice) -> str:
    return "\n".join(f"{current:g}" for current in choice.currents)


def _draw_levels(axes: Axes, values: xr.DataArray, bounds: xr.Dataset, form: str) -> None:
    """Fill between round levels and name them at a colour bar."""
    check_plane(values)
    grid = values.transpose("S", "alpha").to_numpy()
    levels = round_levels(grid)
    # Contours bend as they should between the points of a coarse grid if drawn in logarithms.
    _fill(
        axes,
        bounds,
        np.log10(np.where(np.isfinite(grid), grid, np.nan)),
        {float(np.log10(level)): form.format(level) for level in levels},
        ERROR_MAP,
    )


def _draw_correlation(axes: Axes, values: xr.DataArray, bounds: xr.Dataset) -> None:
    check_plane(values)
    grid = values.transpose("S", "alpha").to_numpy()
    _fill(axes, bounds, grid, {level: f"{level:g}" for level in _CORRELATIONS}, DIFFERENCE_MAP)


def _fill(
    axes: Axes, bounds: xr.Dataset, grid: Array, levels: Mapping[float, str], colours: str
) -> None:
    x, y, steps = bounds["alpha"].to_numpy(), bounds["S"].to_numpy(), list(levels)
    axes.set_facecolor(MISSING)
    filled = axes.contourf(x, y, grid, levels=steps, cmap=colours)
    axes.contour(
        x, y, grid, levels=steps, colors="black", linewidths=0.4, linestyles="-", alpha=0.5
    )
    bar = axes.figure.colorbar(filled, ax=axes, ticks=steps)
    bar.ax.set_yticklabels(list(levels.values()))
    if y.min() > 0.0 and y.max() > 8.0 * y.min():
        axes.set_yscale("log")
        _round_ticks(axes.yaxis)
    axes.set_xlabel("alpha")
    axes.set_ylabel("S")


def _round_ticks(axis: Axis) -> None:
    """Write 1, 2, 5, 10, … at a logarithmic axis and nothing between, so that none overlap."""
    from matplotlib.ticker import LogLocator, NullFormatter

    axis.set_major_locator(LogLocator(subs=_ROUND.tolist()))
    axis.set_major_formatter("{x:g}")
    axis.set_minor_formatter(NullFormatter())


def round_levels(values: Array) -> Array:
    """Choose levels 1, 2, 5, 10, … that span some positive values, at most ten.

    Parameters
    ----------
    values : numpy.ndarray of float
        Of any shape; what is not finite and positive is left out.

    Returns
    -------
    numpy.ndarray
        Increasing, at least two.

    Examples
    --------
    >>> round_levels(np.array([0.003, 0.04]))
    array([0.002, 0.005, 0.01 , 0.02 , 0.05 ])
    """
    known = values[np.isfinite(values) & (values > 0.0)]
    if known.size == 0:
        return np.array([0.1, 1.0])
    first, last = np.floor(np.log10([known.min(), known.max()])).astype(int)
    decades: Array = 10.0 ** np.arange(first, last + 2)
    every = (decades[:, None] * _ROUND).ravel()
    low = np.searchsorted(every, known.min(), side="right") - 1
    high = np.searchsorted(every, known.max(), side="left") + 1
    levels = every[low : max(high, low + 2)]
    if levels.size <= _MOST_LEVELS:
        return np.asarray(levels)
    chosen = np.linspace(0, decades.size - 1, min(_MOST_LEVELS, decades.size)).round()
    return np.asarray(decades[chosen.astype(int)])
