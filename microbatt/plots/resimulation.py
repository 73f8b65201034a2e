"""Curves of a predicted microstructure, simulated on the terms of the cube that it came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from microbatt.campaign import Campaign
from microbatt.engines import simulate_discharges
from microbatt.plots.curves import curves_in
from microbatt.plots.rows import as_rows, nearest_row

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr

    from microbatt.plots.curves import Curve

PUBLISHED_CASES: Final = ((0.05, 1.0), (0.05, 40.0), (6.0, 1.0), (6.0, 40.0), (8.0, 5.0))
"""True (alpha, S) of the cases whose re-simulated voltage the published work shows."""
OWN_CASE: Final = (2.37, 11.12)
"""Our sixth case: what the published network made of measured curves (Doyle 1996, cell 1).

The published sixth panel compares that answer with the measurement, whose alpha and S nobody knows;
a pair of truth and prediction needs both, so here the answer itself is the truth.
"""
CASES: Final = (*PUBLISHED_CASES, OWN_CASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One microstructure: what is true, what was predicted, and the curves of both.

    Attributes
    ----------
    truth, predicted
        (alpha, S).
    expected, simulated
        Curves of the cube, and of the prediction, at the currents at which both have one.
    """

    truth: tuple[float, float]
    predicted: tuple[float, float]
    expected: Sequence[Curve]
    simulated: Sequence[Curve]


def resimulate(
    cube: xr.Dataset,
    predictions: xr.Dataset,
    near: Sequence[tuple[float, float]] = CASES,
) -> list[Case]:
    """Simulate the curves of predicted microstructures.

    Parameters
    ----------
    cube
        With the attributes of a campaign.
    predictions
        Of the same points, along ``point``; see `microbatt.plots.predictions.predictions_in`.
    near
        (alpha, S) of interest; the nearest point with a prediction is taken, distances relative
        to the extent of the cube.

    Returns
    -------
    list of Case
        One for each of `near`.
    """
    rows = as_rows(predictions).dropna("point")
    cubes = as_rows(cube)
    return [_case(cube, cubes, rows.isel(point=nearest_row(rows, point))) for point in near]


def _case(cube: xr.Dataset, cubes: xr.Dataset, row: xr.Dataset) -> Case:
    truth = float(row["alpha"]), float(row["S"])
    predicted = float(row["alpha_predicted"]), float(row["S_predicted"])
    here = (cubes["alpha"] == truth[0]) & (cubes["S"] == truth[1])
    expected = [c for c in curves_in(cubes.isel(point=int(here.to_numpy().argmax()))) if c[1].size]
    simulated = _simulated(Campaign.from_dict(cube.attrs), predicted, expected)
    both = [one for one in zip(expected, simulated, strict=True) if one[1][1].size]
    return Case(
        truth=truth,
        predicted=predicted,
        expected=[one for one, _ in both],
        simulated=[one for _, one in both],
    )


def _simulated(
    campaign: Campaign, point: tuple[float, float], like: Sequence[Curve]
) -> list[Curve]:
    if not like:
        return []
    batch = simulate_discharges(
        campaign.cell,
        [(max(point[0], 0.0), point[1], current) for current, _, _ in like],
        inventory=campaign.inventory,
        cutoff_voltage=campaign.cutoff_voltage,
        thermal=campaign.thermal,
        settings=campaign.settings,
    )
    return [(d.current, d.capacity, d.voltage) for d in batch]
