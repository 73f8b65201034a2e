"""A protocol against time for screens: the voltage, and the current under it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from microbatt.constants import SECONDS_PER_HOUR
from microbatt.plots.protocol import run_title, shown_starts
from microbatt.plots.style.colours import PALETTE
from microbatt.plots.style.labels import POINTED, worded
from microbatt.quantities import quantity

if TYPE_CHECKING:
    import holoviews as hv
    import xarray as xr

_WIDTH, _HEIGHTS = 640, {"voltage": 300, "current": 180}


def over_time(simulation: xr.Dataset) -> hv.Layout:
    """Return voltage and current against time, one under the other, and where steps begin.

    Parameters
    ----------
    simulation : xarray.Dataset
        What `microbatt.engines.Simulation.to_dataset` returns.

    Returns
    -------
    holoviews.Layout
        Two figures with one axis of time.
    """
    import holoviews as hv

    hours = simulation["time"].to_numpy() / SECONDS_PER_HOUR
    labels = {
        "voltage": quantity("voltage").label,
        "current": f"Current [{quantity('current').pretty_units}]",
    }
    starts = [
        hv.VLine(float(start)).opts(color="lightgrey", line_width=1, level="underlay")
        for start in shown_starts(simulation)
    ]
    return hv.Layout(
        [
            hv.Overlay(
                [
                    hv.Curve(
                        (hours, simulation[name].to_numpy()),
                        worded("hours", "Time [h]"),
                        worded(name, label),
                    ).opts(color=colour, **POINTED),
                    *starts,
                ]
            ).opts(width=_WIDTH, height=_HEIGHTS[name], title=title)
            for (name, label), colour, title in zip(
                labels.items(), PALETTE, (run_title(simulation), ""), strict=False
            )
        ]
    ).cols(1)
