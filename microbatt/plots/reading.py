"""A tester's file: voltage and current over time, the steps coloured by what became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.constants import SECONDS_PER_HOUR
from microbatt.plots.style.colours import MEASUREMENT, MISSING, PALETTE
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from microbatt.measured import FileReading

_COLOURS: Final = {
    "used": MEASUREMENT,
    "discharge left out": PALETTE[4],
    "pulse": PALETTE[3],
    "charge": PALETTE[2],
    "hold": PALETTE[1],
    "rest": "#8a8a8a",
}
"""Colour of each kind of step."""
_MOST: Final = 20_000
"""Samples drawn; of more, every so many-th."""


def draw_reading(voltage: Axes, current: Axes, reading: FileReading) -> tuple[Axes, Axes]:
    """Draw the samples of a file, and shade what a fit would use.

    Parameters
    ----------
    voltage : matplotlib.axes.Axes
        Where to draw the voltage.
    current : matplotlib.axes.Axes
        Where to draw the current.
    reading : FileReading
        What was read.

    Returns
    -------
    voltage : matplotlib.axes.Axes
        The same axes.
    current : matplotlib.axes.Axes
        The same axes.
    """
    samples = reading.samples
    if samples is None or not len(samples):
        voltage.set_title("no samples", fontsize="medium")
        return voltage, current
    across = np.arange(len(samples)) if samples.time is None else samples.time / SECONDS_PER_HOUR
    kinds = [_kind(step.kind, taken=step.taken) for step in reading.steps]
    every = max(1, len(samples) // _MOST)
    edges = np.flatnonzero(np.diff(samples.step, prepend=-1, append=-1))
    for kind, colour in _COLOURS.items():
        mine = np.isin(samples.step, [i for i, one in enumerate(kinds) if one == kind])
        if not mine.any():
            continue
        for axes, values in ((voltage, samples.voltage), (current, samples.current)):
            shown = np.where(mine, values, np.nan)
            axes.plot(across[::every], shown[::every], ".-", color=colour, markersize=2.0,
                      linewidth=0.9, label=kind)  # fmt: skip
    for first, last in zip(edges[:-1], edges[1:] - 1, strict=True):
        if kinds[samples.step[first]] == "used":
            for axes in (voltage, current):
                axes.axvspan(across[first], across[last], color=MISSING, alpha=0.5, linewidth=0)
    voltage.set_ylabel(quantity("voltage").label)
    current.set_ylabel(f"Discharge current [{reading.units[0]}]")
    current.set_xlabel("Row" if samples.time is None else "Time [h]")
    voltage.set_title(reading.source, fontsize="medium")
    voltage.legend(frameon=False, fontsize="small")
    return voltage, current


def _kind(kind: str, *, taken: bool) -> str:
    if taken:
        return "used"
    return "discharge left out" if kind == "discharge" else kind
