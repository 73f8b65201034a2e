"""Engines side by side: time of a curve, and what separates them from a refined solution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from matplotlib.axes import Axes

_MARKERS: Final = ("o", "^", "s", "D", "v")
_COLOURS: Final = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9")
_FLOOR: Final = 1e-3
"""Smaller differences are drawn here: zero has no place on a logarithmic axis."""


def draw_comparison(axes: Sequence[Axes], comparison: xr.Dataset) -> Sequence[Axes]:
    """Draw a comparison of engines in three panels.

    CPU time of a curve against how many take at most that; voltage and capacity differences
    against alpha.

    Parameters
    ----------
    axes : sequence of matplotlib.axes.Axes
        Three.
    comparison : xarray.Dataset
        From `microbatt.comparison.compare_engines`.

    Returns
    -------
    sequence of matplotlib.axes.Axes
        The same axes.
    """
    times, voltages, capacities = axes
    for place, name in enumerate(comparison["engine"].to_numpy().tolist()):
        runs = comparison.sel(engine=name)
        look = {"color": _COLOURS[place % 5], "label": name}
        _draw_times(times, runs, look)
        points = look | {"marker": _MARKERS[place % 5], "linestyle": "none", "markersize": 3.5}
        for target, variable, factor in (
            (voltages, "voltage_difference", 1e3),
            (capacities, "capacity_difference", 1e2),
        ):
            size = np.maximum(factor * np.abs(runs[variable].to_numpy()), _FLOOR)
            target.plot(runs["alpha"].to_numpy(), size, alpha=0.7, **points)
    times.set(xscale="log", xlabel="CPU time of a curve [ms]", ylabel="share of the curves")
    voltages.set(yscale="log", xlabel="alpha", ylabel="voltage difference, rms [mV]")
    capacities.set(yscale="log", xlabel="alpha", ylabel="capacity difference [%]")
    times.legend(frameon=False)
    return axes


def _draw_times(axes: Axes, runs: xr.Dataset, look: dict[str, Any]) -> None:
    seconds = runs["cpu_time"].dropna("point").to_numpy()
    axes.step(1e3 * np.sort(seconds), np.arange(1, seconds.size + 1) / seconds.size, **look)
