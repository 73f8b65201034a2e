"""What can be known of alpha and S from curves at all: Fisher information and Cramér-Rao bounds.

A reading is a voltage at a delivered capacity, with white noise σ; all capacities of a curve are
off by one factor, of standard deviation s.  With J the derivatives of the voltage with respect to
the parameters, curves add up to

    F = Σ Jᵀ C⁻¹ J + diag(1/σ_prior²),      C = diag(σ²) + s² (dV/d ln Q)(dV/d ln Q)ᵀ,

and no unbiased estimate has a covariance below F⁻¹ (Rao, Bull. Calcutta Math. Soc. 37 (1945) 81;
Cramér, Mathematical Methods of Statistics (1946)).  Nuisances are in F, so the bounds of alpha and
S count what is lost to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.checks import NOT_NEGATIVE, POSITIVE, Interval, check_integer, check_number
from microbatt.errors import ParameterError
from microbatt.inference.forward.binning import CHARGE
from microbatt.inference.forward.cell_errors import cell_doubts, check_cell_error
from microbatt.inference.forward.error_model import ENGINE_CAPACITY
from microbatt.inference.forward.finite_differences import simulate_displaced
from microbatt.inference.forward.priors import free_widths, make_priors
from microbatt.inference.forward.sensitivity import sensitivities_at_depth
from microbatt.inference.forward.unknowns import MICROSTRUCTURE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from microbatt.engines.contract import Request
    from microbatt.inference.forward.cell_errors import CellError
    from microbatt.inference.forward.sensitivity import Sensitivities

    Array = NDArray[np.float64]

_SINGULAR: Final = 1e-13
"""Smallest eigenvalue of the scaled information, below which rounding decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """What is read from each curve.

    Attributes
    ----------
    noise : float, default 1e-3
        Standard deviation of a voltage [V].
    samples : int, default 100
        Voltages a curve, at equal distances in capacity.
    reach : float, default 1
        Share of the delivered capacity up to which they are used.
    charge_error : float, default 1e-4
        Standard deviation of the factor by which all capacities of a curve are off, by its clock
        and its current [-].  It keeps the final fall, where a voltage says nothing that the
        capacity does not say, from outweighing the rest.
    capacity_error : float, default 1e-5
        The same of each reading by itself, over the delivered capacity [-].

    Notes
    -----
    Where measured curves are fitted, the same errors are allowed for.
    """

    noise: float = 1e-3
    samples: int = 100
    reach: float = 1.0
    charge_error: float = CHARGE
    capacity_error: float = ENGINE_CAPACITY

    def __post_init__(self) -> None:
        check_number(
            "noise", self.noise, POSITIVE, unit="V", remedy="Give a standard deviation in volts."
        )
        check_integer("samples", self.samples, low=2)
        check_number("reach", self.reach, Interval(0.0, 1.0, low_open=True))
        check_number("charge_error", self.charge_error, NOT_NEGATIVE)
        check_number("capacity_error", self.capacity_error, NOT_NEGATIVE)

    @property
    def depth(self) -> Array:
        """Shares of the delivered capacity at which the voltage is read, shape (samples,)."""
        return np.linspace(0.0, self.reach, self.samples)


@dataclass(frozen=True, slots=True, kw_only=True)
class Information:
    """What each curve tells.

    Attributes
    ----------
    parameters
        alpha, S, then the other unknowns: p names.
    points
        Rows of alpha and S, shape (n, 2).
    currents
        Shape (k,) [A m⁻²].
    curves
        Fisher information of each curve, shape (n, k, p, p); zero where there is no whole curve.
    prior
        Information known beforehand, shape (p, p).
    capacity
        Delivered at the end of each curve, shape (n, k) [A h m⁻²]; NaN without a whole one.
    """

    parameters: tuple[str, ...]
    points: Array
    currents: Array
    curves: Array
    prior: Array
    capacity: Array

    def total(self, chosen: Sequence[int] | None = None) -> Array:
        """Return the information of some curves, by number, or of all, shape (n, p, p)."""
        curves = self.curves if chosen is None else self.curves[:, list(chosen)]
        return np.asarray(self.prior + curves.sum(axis=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Smallest standard deviations that an unbiased estimate can have; infinite if it has none.

    Attributes
    ----------
    alpha, S
        Shape (...,) [-].
    correlation
        Of the two, shape (...,); NaN where one is infinite.
    """

    alpha: Array
    S: Array
    correlation: Array


def curve_information(
    request: Request,
    points: ArrayLike,
    currents: ArrayLike,
    readings: Readings,
    *,
    free: Iterable[str] | Mapping[str, float] = (),
    cell_error: CellError = 0.0,
    threads: int = 1,
) -> Information:
    """Find what each curve tells of alpha, S and the other unknowns.

    Parameters
    ----------
    request
        Of which cell, on which terms; see `microbatt.inference.forward.native_request`.
    points
        Rows of alpha and S, shape (n, 2).
    currents
        Shape (k,) [A m⁻²].
    readings
        What is read from each curve.
    free
        Unknowns beside alpha and S and the same for all curves: names, or name → standard
        deviation of what is known beforehand; see `microbatt.inference.forward.priors.WIDTHS`.
    cell_error
        How well the cell file is known, as for `microbatt.infer`; 0 counts its values as exact.
    threads
        How many share the curves.

    Raises
    ------
    ParameterError
        If a point or a current is out of range, or an unknown is not known.
    """
    doubts = cell_doubts(request.cell, check_cell_error(cell_error), request.thermal)
    priors = make_priors(request.cell, free, doubted=doubts.widths)
    known = [name for name in MICROSTRUCTURE if name in free_widths(free)]
    if known:
        raise ParameterError(
            f"`free` gives {known[0]} a prior; bounds are of alpha and S that nothing is known of. "
            "Leave it out."
        )
    others = priors.names[len(MICROSTRUCTURE) :]
    neighbours = simulate_displaced(request, points, currents, free=others, threads=threads)
    found = sensitivities_at_depth(neighbours, readings.depth)
    return Information(
        parameters=found.parameters,
        points=neighbours.points,
        currents=neighbours.currents,
        curves=_fisher(found, readings),
        prior=np.diag(priors.std**-2.0),
        capacity=found.capacity,
    )


def bounds(information: ArrayLike) -> Bounds:
    """Return the Cramér-Rao bounds of alpha and S.

    Parameters
    ----------
    information
        Fisher information, alpha and S first, shape (..., p, p).

    Examples
    --------
    >>> found = bounds([[4.0, 0.0], [0.0, 25.0]])
    >>> float(found.alpha), float(found.S), float(found.correlation)
    (0.5, 0.2, 0.0)
    """
    covariance = inverse_information(np.asarray(information, dtype=float))
    alpha, S = (np.sqrt(covariance[..., i, i]) for i in range(len(MICROSTRUCTURE)))
    with np.errstate(invalid="ignore"):
        correlation = covariance[..., 0, 1] / (alpha * S)
    return Bounds(alpha=alpha, S=S, correlation=correlation)


def inverse_information(information: Array) -> Array:
    """Return the covariance that belongs to an information; infinite where it is singular.

    Parameters
    ----------
    information
        Symmetric, shape (..., p, p).

    Returns
    -------
    numpy.ndarray
        Shape (..., p, p).
    """
    scale = np.sqrt(np.einsum("...ii->...i", information))
    blind = ~(scale > 0.0)
    unit = np.where(blind, 1.0, scale)
    scaled = information / (unit[..., :, None] * unit[..., None, :])
    values, vectors = np.linalg.eigh(scaled)
    regular = np.all(values > _SINGULAR, axis=-1, keepdims=True)[..., None]
    inverse = np.einsum(
        "...ik,...k,...jk->...ij", vectors, 1.0 / np.maximum(values, _SINGULAR), vectors
    )
    covariance = inverse / (unit[..., :, None] * unit[..., None, :])
    return np.where(regular, covariance, np.inf)


def _fisher(found: Sensitivities, readings: Readings) -> Array:
    """Return Jᵀ C⁻¹ J of each curve, shape (n, k, p, p); zero where there is none.

    C is diagonal but for one factor, so that Sherman & Morrison's formula inverts it.
    """
    deviation = _deviation(found, readings)[..., None]
    J = np.nan_to_num(found.voltage_derivative / deviation)
    charge = np.nan_to_num(readings.charge_error * found.slope[..., None] / deviation)
    seen = np.einsum("nkmp,nkmc->nkpc", J, charge)
    length = 1.0 + np.einsum("nkmc,nkmc->nk", charge, charge)[..., None, None]
    fisher: Array = np.einsum("nkmp,nkmq->nkpq", J, J) - seen @ seen.swapaxes(-1, -2) / length
    return fisher


def _deviation(found: Sensitivities, readings: Readings) -> Array:
    """Return the standard deviation of each reading, shape (n, k, m) [V]."""
    with np.errstate(divide="ignore", invalid="ignore"):
        per_depth = np.where(readings.depth > 0.0, found.slope / readings.depth, 0.0)
    return np.asarray(np.hypot(readings.noise, per_depth * readings.capacity_error))
