"""A protocol against time: the voltage, and the current under it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.constants import SECONDS_PER_HOUR
from microbatt.cube.contents import varied_in
from microbatt.plots.rows import check_reach
from microbatt.plots.style.colours import PALETTE
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import xarray as xr
    from matplotlib.axes import Axes

_MOST_LINES: Final = 60
"""Beginnings of so many steps are drawn; more would hide the curve."""


def run_in(dataset: xr.Dataset, at: Mapping[str, float]) -> xr.Dataset:
    """Return one run of a protocol: of a cube the nearest to some values, else what is given."""
    if not at and "status" not in dataset:
        return dataset
    for name in at:
        if name in dataset.coords:
            check_reach(name, at[name], dataset[name])
    run: xr.Dataset = dataset.microbatt.run(method="nearest", **at)
    return run


def draw_simulation(axes: Sequence[Axes], simulation: xr.Dataset) -> Sequence[Axes]:
    """Draw voltage against time, the current under it, and where steps begin.

    Parameters
    ----------
    axes : sequence of matplotlib.axes.Axes
        Two: for the voltage and for the current.
    simulation : xarray.Dataset
        What `microbatt.engines.Simulation.to_dataset` returns.

    Returns
    -------
    sequence of matplotlib.axes.Axes
        The same axes.
    """
    hours = simulation["time"].to_numpy() / SECONDS_PER_HOUR
    upper, lower = axes
    upper.plot(hours, simulation["voltage"].to_numpy(), color=PALETTE[0])
    lower.plot(hours, simulation["current"].to_numpy(), color=PALETTE[1])
    for start in shown_starts(simulation):
        for one in axes:
            one.axvline(float(start), color="0.85", linewidth=0.8, zorder=0)
    upper.set_ylabel(quantity("voltage").label)
    lower.set_ylabel(f"Current [{quantity('current').pretty_units}]")
    lower.set_xlabel("Time [h]")
    upper.tick_params(labelbottom=False)
    upper.set_title(run_title(simulation))
    return axes


def run_title(simulation: xr.Dataset) -> str:
    """Return the cell of a run, and of one of a cube the numbers at its point."""
    named = [name for name in varied_in(simulation) if simulation[name].ndim == 0]
    numbers = [f"{name} {float(simulation[name]):.4g}" for name in named]
    return ", ".join([str(simulation.attrs.get("cell", "")), *numbers])


def shown_starts(simulation: xr.Dataset) -> Sequence[float]:
    """Return when steps begin [h], where there are not too many to draw."""
    starts = simulation["step_start"].to_numpy() / SECONDS_PER_HOUR
    starts = starts[np.isfinite(starts) & (starts > 0.0)]
    return list(map(float, starts)) if starts.size <= _MOST_LINES else ()
