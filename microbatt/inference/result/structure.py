"""An estimate in the terms of electrode engineering, and written back into the cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from microbatt.cells import area_density, transport_factor
from microbatt.inference.forward.unknowns import PARAMETERS, cell_with_values

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.cells import Cell
    from microbatt.inference.result.records import EstimateRecord, ParameterEstimate

    Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivedNumber:
    """A number that follows from alpha, S and the cell.

    Attributes
    ----------
    name : str
        ``"tortuosity"``, ``"macmullin_number"`` or ``"area_per_volume"``.
    label : str
        What it is, in words.
    units : str
        UDUNITS string; ``"1"`` for a plain number.
    value, std, low, high : float
        Median, standard deviation and ends of the interval, of the posterior's draws.
    """

    name: str
    label: str
    units: str
    value: float
    std: float
    low: float
    high: float


def structure_numbers(estimate: EstimateRecord) -> tuple[DerivedNumber, ...]:
    """Return what alpha and S mean for the pores and particles of the positive electrode.

    The tortuosity τ = ε^(-alpha), the MacMullin number N = τ/ε of the electrolyte in the pores
    (Landesfeind et al. 2016), and the area of active material per volume of electrode, S ε_a/r.
    Porosity and radius are drawn too where the estimate doubts them.

    Parameters
    ----------
    estimate : Estimate
        What `microbatt.infer` returned.

    Returns
    -------
    tuple of DerivedNumber
        Tortuosity, MacMullin number and area per volume [m⁻¹].
    """
    positive = estimate.cell.positive
    moved = _drawn(estimate, "positive_electrolyte_fraction", positive.electrolyte_fraction)
    moved = moved - positive.electrolyte_fraction
    porosity = positive.porosity + moved
    active = positive.active_fraction - moved
    radius = _drawn(estimate, "positive_particle_radius", positive.particle_radius)
    alpha = _drawn(estimate, "alpha", positive.alpha)
    S = _drawn(estimate, "S", positive.S)
    factor = np.vectorize(transport_factor, otypes=[float])(porosity, alpha)
    area = np.vectorize(area_density, otypes=[float])(S, active, radius)
    return (
        _summary(estimate, "tortuosity", "tortuosity of the pores", "1", porosity / factor),
        _summary(estimate, "macmullin_number", "MacMullin number of the pores", "1", 1.0 / factor),
        _summary(estimate, "area_per_volume", "area of active material per volume", "m-1", area),
    )


def estimated_cell(estimate: EstimateRecord) -> Cell:
    """Return the cell with the medians of everything that was inferred.

    Parameters
    ----------
    estimate : Estimate
        What `microbatt.infer` returned.

    Returns
    -------
    Cell
        With alpha, S, what was free and the doubted values as the data leave them, and with their
        standard deviations where a cell can say them: of what is fitted by its logarithm that of
        the logarithm, times the value, so that the cell is doubted as the posterior doubts it.
    """
    every = [*estimate.parameters, *estimate.cell_values]
    own = [one for one in every if one.name not in {"voltage_offset", "area_scale"}]
    cell = cell_with_values(estimate.cell, {one.name: one.value for one in own})
    stated = {
        one.name: _deviation(estimate, one)
        for one in own
        if one.std > 0.0 and one.name != "temperature"
    }
    with_uncertainties = getattr(cell, "with_uncertainties", None)
    if with_uncertainties is None:
        return cell
    changed: Cell = with_uncertainties(stated)
    return changed


def _deviation(estimate: EstimateRecord, one: ParameterEstimate) -> float:
    """Return a standard deviation as a cell states it, see `Parameter.uncertainty_in`."""
    if not PARAMETERS[one.name].logarithmic:
        return one.std
    return one.value * float(np.log(_drawn(estimate, one.name, one.value)).std())


def _drawn(estimate: EstimateRecord, name: str, value: float) -> Array:
    """Return the draws of a number, or the cell's value as often."""
    if name in estimate.names:
        return np.asarray(estimate.draws[:, estimate.names.index(name)])
    if name in estimate.doubted:
        return np.asarray(estimate.cell_value_draws[:, estimate.doubted.index(name)])
    return np.full(len(estimate.draws), value)


def _summary(
    estimate: EstimateRecord, name: str, label: str, units: str, draws: Array
) -> DerivedNumber:
    tail = 0.5 * (1.0 - estimate.level)
    median, low, high = np.quantile(draws, [0.5, tail, 1.0 - tail])
    return DerivedNumber(
        name=name,
        label=label,
        units=units,
        value=float(median),
        std=float(draws.std()),
        low=float(low),
        high=float(high),
    )
