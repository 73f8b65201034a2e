"""Curves of a predicted microstructure, simulated on the terms of its cube, over those expected."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import compress
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.campaign import Campaign
from microbatt.engines import simulate_discharges
from microbatt.plots.curves import Curve, curves_in
from microbatt.plots.rows import Point, as_rows, nearest_row
from microbatt.plots.style.colours import TRUTH, current_colours
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from matplotlib.axes import Axes


PUBLISHED_CASES: Final = (
    Point(0.05, 1.0), Point(0.05, 40.0), Point(6.0, 1.0), Point(6.0, 40.0), Point(8.0, 5.0),
)  # fmt: skip
"""True (alpha, S) of the cases whose re-simulated voltage the published work shows."""
OWN_CASE: Final = Point(2.37, 11.12)
"""Our sixth case: what the published network made of measured curves (Doyle 1996, cell 1).

The published sixth panel compares that answer with the measurement, whose alpha and S nobody knows;
a pair of truth and prediction needs both, so here the answer itself is the truth.
"""
CASES: Final = (*PUBLISHED_CASES, OWN_CASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One microstructure: what is true, what was predicted, and the curves of both.

    Parameters
    ----------
    truth, predicted : Point
        alpha and S.
    expected, simulated : sequence of Curve
        Curves of the cube, and of the prediction, at the currents at which both have one.
    """

    truth: Point
    predicted: Point
    expected: Sequence[Curve]
    simulated: Sequence[Curve]


def resimulate(
    cube: xr.Dataset,
    predictions: xr.Dataset,
    near: Sequence[Point] = CASES,
) -> list[Case]:
    """Simulate the curves of predicted microstructures.

    Parameters
    ----------
    cube : xarray.Dataset
        With the attributes of a campaign.
    predictions : xarray.Dataset
        Predictions of the same points, along ``point``; see `microbatt.plots.pairs.predictions_in`.
    near : sequence of Point, default `CASES`
        Points of interest; the nearest point with a prediction is taken, distances relative
        to the extent of the cube.

    Returns
    -------
    list of Case
        One for each of `near`.
    """
    rows = as_rows(predictions).dropna("point")
    cubes = as_rows(cube)
    chosen = [nearest_row(rows, point._asdict()) for point in near]
    return [_case(cube, cubes, rows.isel(point=row)) for row in chosen]


def _case(cube: xr.Dataset, cubes: xr.Dataset, row: xr.Dataset) -> Case:
    truth = Point(float(row["alpha"]), float(row["S"]))
    predicted = Point(float(row["alpha_predicted"]), float(row["S_predicted"]))
    here = (cubes["alpha"] == truth.alpha) & (cubes["S"] == truth.S)
    stored = curves_in(cubes.isel(point=int(here.to_numpy().argmax())))
    expected = [curve for curve in stored if curve.capacity.size]
    simulated = _simulated(Campaign.from_dict(cube.attrs, engine="native"), predicted, expected)
    there = [curve.capacity.size > 0 for curve in simulated]
    return Case(
        truth=truth,
        predicted=predicted,
        expected=list(compress(expected, there)),
        simulated=list(compress(simulated, there)),
    )


def _simulated(campaign: Campaign, point: Point, like: Sequence[Curve]) -> list[Curve]:
    if not like:
        return []
    batch = simulate_discharges(
        campaign.cell,
        [(max(point.alpha, 0.0), point.S, curve.current) for curve in like],
        inventory=campaign.inventory,
        cutoff_voltage=campaign.cutoff_voltage,
        thermal=campaign.thermal,
        settings=campaign.settings,
    )
    return [Curve(d.current, d.capacity, d.voltage) for d in batch]


def draw_expected_and_predicted(
    axes: Axes, expected: Sequence[Curve], predicted: Sequence[Curve]
) -> Axes:
    """Draw expected curves as lines and predicted ones as dashes over them, a colour a current.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to draw.
    expected, predicted : sequence of Curve
        Curves at the same currents.

    Returns
    -------
    matplotlib.axes.Axes
        The same axes, with a legend of the two kinds of line.
    """
    from matplotlib.lines import Line2D

    colours = current_colours(curve.current for curve in [*expected, *predicted])
    for curve in expected:
        axes.plot(
            curve.capacity, curve.voltage, color=colours[curve.current], linewidth=2.6, alpha=0.45
        )
    for curve in predicted:
        axes.plot(
            curve.capacity, curve.voltage, color=colours[curve.current], linewidth=1.2,
            linestyle="--",
        )  # fmt: skip
    axes.set_xlabel(quantity("capacity").label)
    axes.set_ylabel(quantity("voltage").label)
    axes.legend(
        handles=[
            Line2D([], [], color=TRUTH, linewidth=2.6, alpha=0.45, label="expected"),
            Line2D([], [], color=TRUTH, linewidth=1.2, linestyle="--", label="predicted"),
        ],
        frameon=False,
        fontsize="small",
    )
    return axes


def voltage_difference(expected: Curve, predicted: Curve) -> float:
    """Return the root-mean-square difference of two curves of one current.

    Both are read at 200 capacities from zero to the smaller of the two ends.

    Parameters
    ----------
    expected, predicted : Curve
        Of shape (n,) each, not empty.

    Returns
    -------
    float
        Relative to the expected voltage [1].

    Examples
    --------
    >>> flat = Curve(1.0, np.array([0.0, 1.0]), np.array([4.0, 4.0]))
    >>> voltage_difference(flat, flat)
    0.0
    """
    end = min(float(expected.capacity[-1]), float(predicted.capacity[-1]))
    shared = np.linspace(0.0, end, 200)
    truth = np.interp(shared, expected.capacity, expected.voltage)
    guess = np.interp(shared, predicted.capacity, predicted.voltage)
    return float(np.sqrt(np.mean(((guess - truth) / truth) ** 2)))
