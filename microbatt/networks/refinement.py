"""The last layers of the curve network: Gauss–Newton steps against its own decoder.

An observation is a voltage at a delivered capacity.  The decoder gives a curve over depth, and its
whole capacity Q_d; with a measured capacity Q, observation i lies at depth d_i Q/Q_d of that curve,
so a curve that was cut short is no special case.  With J the derivatives of the observations with
respect to x = (u, v, offset, contact resistance, capacity scale), R their variances, and a prior of
mean p and covariance C, each step solves

    (JᵀR⁻¹J + C⁻¹) Δx = JᵀR⁻¹(y - f) - C⁻¹(x - p),

damped after Levenberg and Marquardt.  The inverse of the matrix is the covariance of the estimate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from microbatt.networks.decoder import CAPACITY_SCALE
from microbatt.networks.measurement import LEAST_NOISE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.features import CurveTensors
    from microbatt.networks.decoder import Decoder
    from microbatt.networks.measurement import MeasurementNoise

STEPS: Final = 12
CAPACITY_SPREAD: Final = 1e-4
"""Standard deviation of an observed capacity, over the capacity [-]."""
_FURTHEST: Final = 0.4
"""Largest change of ln capacity by which a decoded curve is stretched."""
_LEAST_DAMPING: Final = 1e-9
_FIRST_DAMPING: Final = 1e-3
_STRONGEST_DAMPING: Final = 1e6
_SETTLED: Final = 1e-6
"""A step that lowers the cost by less moves an estimate by less than 0.1 % of its spread."""
_UNKNOWNS: Final = 5
_TARGETS: Final = slice(0, 2)
_OFFSET, _RESISTANCE, _SCALE = 2, 3, 4
_NUISANCES: Final = slice(2, 5)
"""Places of the unknowns in x: u and v, then what the measurement added."""
_FIELDS: Final = ("mean", "covariance", "cost", "misfit", "residual")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refined:
    """Where the steps led.

    Parameters
    ----------
    mean : numpy.ndarray of float
        Targets (u, v), shape (n, 2).
    covariance : numpy.ndarray of float
        Covariance of them, shape (n, 2, 2).
    cost : numpy.ndarray of float
        -2 ln of the posterior density, up to a constant, shape (n,).
    misfit : numpy.ndarray of float
        Mean over the observations of squared residual over variance, shape (n,); about 1 is good.
    residual : numpy.ndarray of float
        Root mean square of the residuals, each weighted by its variance, shape (n,) [V].
    """

    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]
    cost: NDArray[np.float64]
    misfit: NDArray[np.float64]
    residual: NDArray[np.float64]

    def part(self, points: slice) -> Refined:
        """Return some of the points."""
        return Refined(**{name: getattr(self, name)[points] for name in _FIELDS})

    def improved(self, points: NDArray[np.int64], other: Refined) -> Refined:
        """Return this with other results of some of its points where they cost less."""
        better = other.cost < self.cost[points]
        fields = {name: getattr(self, name).copy() for name in _FIELDS}
        for name, values in fields.items():
            values[points[better]] = getattr(other, name)[better]
        return Refined(**fields)


@dataclass(slots=True, kw_only=True)
class _Step:
    """The problem made linear at one place, for each of n points."""

    cost: NDArray[np.float64]
    misfit: NDArray[np.float64]
    residual: NDArray[np.float64]
    normal: NDArray[np.float64]
    gradient: NDArray[np.float64]

    def take(self, better: NDArray[np.bool_], other: _Step) -> None:
        """Replace the points that are better elsewhere."""
        for name in ("cost", "misfit", "residual", "normal", "gradient"):
            getattr(self, name)[better] = getattr(other, name)[better]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Problem:
    """What is given: curves, what is known beforehand, and the forward map."""

    decoder: Decoder
    tensors: CurveTensors
    noise: MeasurementNoise

    @property
    def prior(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean and inverse variance of x, shape (5,) each."""
        low, high = self.decoder.box
        mean = np.concatenate([0.5 * (low + high), np.zeros(3)])
        spread = np.concatenate([high - low, np.maximum(self.noise.nuisances, 1e-9)])
        return mean, spread**-2.0


def refine(
    decoder: Decoder,
    tensors: CurveTensors,
    noise: MeasurementNoise,
    start: NDArray[np.float64],
    *,
    steps: int = STEPS,
) -> Refined:
    """Refine estimates of the targets of n points.

    Parameters
    ----------
    decoder : Decoder
        The forward map.
    tensors : CurveTensors
        Their curves, at the decoder's currents.
    noise : MeasurementNoise
        What the measurement added.
    start : numpy.ndarray of float
        Targets to begin with, shape (n, 2).
    steps : int, default 12
        How many at most; the last ones are left out when no point moves any more.
    """
    problem = _Problem(decoder=decoder, tensors=tensors, noise=noise)
    low, high = decoder.box
    x = np.concatenate([np.clip(start, low, high), np.zeros((len(start), _UNKNOWNS - 2))], axis=1)
    damping = np.full(len(x), _FIRST_DAMPING)
    here = _linearised(problem, x)
    for _ in range(steps):
        diagonal = np.diagonal(here.normal, axis1=1, axis2=2)
        damped = here.normal + (damping[:, None] * diagonal)[:, :, None] * np.eye(_UNKNOWNS)
        tried = x + np.linalg.solve(damped, here.gradient[:, :, None])[:, :, 0]
        tried[:, _TARGETS] = np.clip(tried[:, _TARGETS], low, high)
        there = _linearised(problem, tried)
        better = there.cost <= here.cost
        still = ~(better & (here.cost - there.cost < _SETTLED))
        x[better] = tried[better]
        here.take(better, there)
        damping = np.clip(np.where(better, 0.1, 10.0) * damping, _LEAST_DAMPING, _STRONGEST_DAMPING)
        if not still.any():
            break
    covariance: NDArray[Any] = np.linalg.inv(here.normal)[:, _TARGETS, _TARGETS]
    return Refined(
        mean=x[:, _TARGETS],
        covariance=covariance,
        cost=here.cost,
        misfit=here.misfit,
        residual=here.residual,
    )


def _linearised(problem: _Problem, x: NDArray[np.float64]) -> _Step:
    tensors, noise = problem.tensors, problem.noise
    predicted, jacobian, doubt = _prediction(problem.decoder, tensors, x)
    variance = max(noise.voltage, LEAST_NOISE) ** 2 + doubt
    exists = np.broadcast_to(tensors.mask[..., None], variance.shape)
    weight = exists / variance
    residual = tensors.voltage - predicted
    columns = jacobian.reshape(len(x), -1, _UNKNOWNS)
    weighted = (jacobian * weight[..., None]).reshape(columns.shape).transpose(0, 2, 1)
    mean, precision = problem.prior
    away = x - mean
    squares = weight * residual**2
    cost = (squares + exists * np.log(variance)).sum(axis=(1, 2)) + (precision * away**2).sum(1)
    pull = (weighted @ residual.reshape(len(x), -1, 1))[..., 0]
    return _Step(
        cost=cost,
        misfit=squares.sum(axis=(1, 2)) / np.maximum(exists.sum(axis=(1, 2)), 1),
        residual=np.sqrt(squares.sum(axis=(1, 2)) / weight.sum(axis=(1, 2))),
        normal=weighted @ columns + np.diag(precision),
        gradient=pull - precision * away,
    )


def _prediction(
    decoder: Decoder, tensors: CurveTensors, x: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the voltages at the measured capacities, their derivatives, and doubt about them.

    Returns
    -------
    predicted, jacobian, doubt
        Shapes (n, c, samples), (n, c, samples, 5) and (n, c, samples): [V], per unit of x, and a
        variance [V²] of what the decoder, the interpolation and the observation of capacities miss.
    """
    decoded, derivatives = decoder.decode(x[:, _TARGETS])
    measured = np.log(np.where(tensors.mask, tensors.capacity, 1.0).astype(float))
    stretch = np.clip(measured - decoded[..., -1] / CAPACITY_SCALE, -_FURTHEST, _FURTHEST)
    depth = np.linspace(0.0, 1.0, decoded.shape[-1] - 1) * np.exp(stretch)[..., None]
    voltage, slope, bend = _interpolated(decoded[..., :-1], depth)
    fall = slope * depth
    jacobian = np.empty((*voltage.shape, _UNKNOWNS))
    moved = derivatives[..., :-1] - fall[:, None] * derivatives[..., -1:] / CAPACITY_SCALE
    jacobian[..., _TARGETS] = np.moveaxis(moved, 1, -1)
    jacobian[..., _OFFSET] = 1.0
    jacobian[..., _RESISTANCE] = -tensors.current[..., None]
    jacobian[..., _SCALE] = -fall
    added = np.einsum("ncri,ni->ncr", jacobian[..., _NUISANCES], x[:, _NUISANCES])
    doubt = decoder.spread[:, :-1] ** 2 + bend**2 + (fall * CAPACITY_SPREAD) ** 2
    return voltage + added, jacobian, doubt


def _interpolated(
    curves: NDArray[np.float64], depth: NDArray[np.float64]
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Return curves at other depths, a parabola through three neighbours, and beyond their ends.

    Returns
    -------
    voltage, slope, bend
        [V], [V] per unit of depth, and how far the parabola leaves the straight line [V].
    """
    steps = curves.shape[-1] - 1
    before = 2.0 * curves[..., :1] - curves[..., 1:2]
    after = curves[..., -1:] - end_slopes(curves)[..., None] / steps
    padded = np.concatenate([before, curves, after], axis=-1)
    near = np.clip(np.rint(depth * steps), 0, steps).astype(np.int64)
    t = depth * steps - near
    low, here, high = (np.take_along_axis(padded, near + k, axis=-1) for k in range(3))
    first, second = 0.5 * (high - low), high - 2.0 * here + low
    bend = 0.5 * t * second
    return here + t * (first + bend), (first + t * second) * steps, t * bend


def end_slopes(voltage: NDArray[Any]) -> NDArray[Any]:
    """Return how fast curves fall at their ends, per unit of depth, shape (..., c) [V].

    The fall over the last step, extrapolated by how much steeper it is than the one before.

    Parameters
    ----------
    voltage : numpy.ndarray
        At equally spaced depths from 0 to 1, shape (..., c, samples) [V].
    """
    last, before = (np.maximum(voltage[..., i - 1] - voltage[..., i], 1e-4) for i in (-1, -2))
    steeper = np.clip(last / before, 1.0, 100.0)
    slope: NDArray[Any] = last * (voltage.shape[-1] - 1) * steeper
    return slope
