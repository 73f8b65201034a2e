"""A cube at a glance: curves, what is left at each rate, and a map; and an answer beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib import colormaps
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator, ScalarFormatter

from microbatt.errors import ParameterError
from microbatt.plots.corner import draw_corner
from microbatt.plots.curves import spread
from microbatt.plots.fit import draw_fit
from microbatt.plots.maps import draw_map
from microbatt.plots.style.colours import AMOUNT_MAP

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import xarray as xr
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from microbatt.inference import Estimate

_ALPHA = "alpha, tortuosity exponent of the pores"
_SHAPE = "S, shape factor of the particles"
_LINES = 7
"""At most this many microstructures are drawn as lines."""


def draw_overview(cube: xr.Dataset, *, S: float = 3.0) -> Figure:
    """Draw what a sweep over alpha, S and current shows, in three panels.

    Parameters
    ----------
    cube : xarray.Dataset
        A grid of alpha, S and current.
    S : float, default 3
        Shape factor of the two panels of lines; the nearest in the cube is taken.

    Returns
    -------
    matplotlib.figure.Figure
        Curves at the current nearest to 1C, capacity against C-rate, and a map of capacity at the
        highest current.

    Raises
    ------
    ParameterError
        If the cube is no such grid.
    """
    if not {"alpha", "S", "current"} <= set(cube.dims):
        raise ParameterError(
            f"the cube has the dimensions {', '.join(map(str, cube.dims))}; give a grid of alpha, "
            "S and current."
        )
    figure = Figure(figsize=(12.6, 3.9), layout="constrained")
    curves, rates, plane = figure.subplots(1, 3, width_ratios=(1.0, 1.0, 1.15))
    alphas = spread(cube["alpha"].to_numpy(), _LINES)
    shape = float(cube["S"].sel(S=S, method="nearest"))
    colours = colormaps[AMOUNT_MAP](np.linspace(0.05, 0.85, alphas.size))
    lines = dict(zip(alphas.tolist(), colours, strict=True))
    _draw_curves(curves, cube, shape, lines)
    _draw_rates(rates, cube, shape, lines)
    fastest = float(cube["current"][-1])
    part = cube[["discharge_capacity", "status"]].sel(current=fastest).load()
    draw_map(plane, part["discharge_capacity"], status=part["status"])
    plane.set(xlabel=_ALPHA, ylabel=_SHAPE, yscale="log")
    shapes = spread(cube["S"].to_numpy(), 5)
    plane.set_yticks(shapes, [f"{value:g}" for value in shapes])
    plane.yaxis.set_minor_locator(NullLocator())
    figure.axes[-1].set_ylabel("Delivered capacity [A h m⁻²]")
    plane.set_title(f"every microstructure, at {_rate(cube, fastest)}", fontsize="medium")
    return figure


def _draw_curves(
    axes: Axes, cube: xr.Dataset, shape: float, lines: Mapping[float, Sequence[float]]
) -> None:
    current = float(cube["current"][_nearest_to_one_c(cube)])
    for alpha, colour in lines.items():
        curve = cube.microbatt.curve(alpha=alpha, S=shape, current=current)
        axes.plot(curve["capacity"], curve, color=colour, linewidth=1.6)
    axes.set(xlabel="Delivered capacity [A h m⁻²]", ylabel="Voltage [V]")
    axes.set_title(
        f"curves at {_rate(cube, current)}, S {shape:g}; a colour an alpha", fontsize="medium"
    )


def _draw_rates(
    axes: Axes, cube: xr.Dataset, shape: float, lines: Mapping[float, Sequence[float]]
) -> None:
    rates = _rates(cube)
    whole = cube["discharge_capacity"].where(cube.microbatt.ok()).sel(S=shape)
    for alpha, colour in lines.items():
        capacity = whole.sel(alpha=alpha).to_numpy()
        axes.plot(rates, capacity, "o-", color=colour, markersize=4, label=f"{alpha:g}")
    axes.set(xscale="log", xlabel="C-rate", ylabel="Delivered capacity [A h m⁻²]", ylim=(0.0, None))
    axes.set_xticks(rates)
    axes.xaxis.set_major_formatter(ScalarFormatter())
    axes.xaxis.set_minor_locator(NullLocator())
    axes.legend(title="alpha", fontsize="small", frameon=False, loc="lower left")  # of both panels
    axes.set_title(f"what is left at each rate, S {shape:g}", fontsize="medium")


def _rates(cube: xr.Dataset) -> NDArray[np.float64]:
    """Return the C-rates of a cube's currents, as its cell counts them."""
    if "c_rate" in cube.coords:
        return np.asarray(cube["c_rate"].to_numpy(), dtype=float)
    return np.asarray(cube["current"].to_numpy(), dtype=float)


def _nearest_to_one_c(cube: xr.Dataset) -> int:
    return int(np.abs(np.log(_rates(cube))).argmin())


def _rate(cube: xr.Dataset, current: float) -> str:
    """Say a current as people do."""
    if "c_rate" not in cube.coords:
        return f"{current:.4g} A m⁻²"
    return f"{float(cube['c_rate'].sel(current=current)):.3g}C"


def draw_answer(estimate: Estimate, *, truth: Mapping[str, float] | None = None) -> Figure:
    """Draw measured curves with their fit, and what they tell of alpha and S.

    Parameters
    ----------
    estimate : Estimate
        Of `microbatt.infer`.
    truth : mapping of str to float, optional
        True values by name, for curves that were made.

    Returns
    -------
    matplotlib.figure.Figure
        The curves to the left, the distribution of the unknowns to the right.
    """
    names = [one.name for one in estimate.parameters]
    figure = Figure(figsize=(12.6, 4.8), layout="constrained")
    left, right = figure.subfigures(1, 2, squeeze=False)[0]
    axes = draw_fit(left.subplots(), estimate.curves, one_c_current=estimate.cell.one_c_current)
    axes.set_title("measured and fitted", fontsize="medium")
    right.suptitle("what the curves tell of each unknown, and of each pair", fontsize="medium")
    true = None if truth is None else [truth[name] for name in names]
    panels = right.subplots(len(names), len(names), squeeze=False)
    draw_corner(panels, estimate.draws, names, level=estimate.level, truth=true)
    return figure
