"""Half of the curve network: alpha and S → the curves that they would give.

A layer of cubic B-splines over the targets (u, v), each product with as many weights as there are
principal components of the numbers of a curve (its voltages and ln capacity):

    y(u, v) = m + Σ_ab B_a(u) B_b(v) w_ab · P.

It is linear in its weights, so they are found in one step: least squares with a small penalty on
their third differences, which fills gaps between training points smoothly (P-splines: Eilers &
Marx, Statist. Sci. 11 (1996) 89).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.networks.splines import DEGREE, basis_count, clamped_knots, local_basis

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from microbatt.features import CurveTensors

CAPACITY_SCALE: Final = 0.5
"""Volts that count as much as one unit of ln capacity."""
PENALTY: Final = 1e-9
"""Weight of the squared third differences, per training point."""
_NEAR: Final = np.arange(DEGREE + 1)
_LEAST_SPREAD: Final = 1e-6
_MEDIAN_TO_SPREAD: Final = 1.4826
"""Standard deviation of a normal distribution over its median distance from the mean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoder:
    """The forward map, learned.

    Parameters
    ----------
    knots_u, knots_v : numpy.ndarray of float
        Knots of the splines.
    weights : numpy.ndarray of float
        Shape (basis functions in u, in v, k).
    mean : numpy.ndarray of float
        Mean of the numbers of a curve, shape (c, r).
    components : numpy.ndarray of float
        Orthonormal, shape (c, r, k).
    spread : numpy.ndarray of float
        Typical size of what the decoder misses of each of them in training, shape (c, r).
    """

    knots_u: NDArray[np.float64]
    knots_v: NDArray[np.float64]
    weights: NDArray[np.float64]
    mean: NDArray[np.float64]
    components: NDArray[np.float64]
    spread: NDArray[np.float64]

    @property
    def box(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Lowest and highest targets, shape (2,) each."""
        ends = np.array([[knots[0], knots[-1]] for knots in (self.knots_u, self.knots_v)])
        return ends[:, 0], ends[:, 1]

    def decode(
        self, targets: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the numbers of curves and their derivatives.

        Parameters
        ----------
        targets : numpy.ndarray of float
            u and v, shape (n, 2).

        Returns
        -------
        curves, derivatives
            Shapes (n, c, r) and (n, 2, c, r).
        """
        u, v = targets.T
        first_u, values_u, slopes_u = local_basis(self.knots_u, u)
        first_v, values_v, slopes_v = local_basis(self.knots_v, v)
        near = self.weights[
            (first_u[:, None] + _NEAR)[:, :, None], (first_v[:, None] + _NEAR)[:, None, :]
        ]
        pairs = ((values_u, values_v), (slopes_u, values_v), (values_u, slopes_v))
        basis = np.stack([in_u[:, :, None] * in_v[:, None, :] for in_u, in_v in pairs], axis=1)
        flat = basis.reshape(len(targets), 3, -1)
        codes = flat @ near.reshape(len(targets), flat.shape[2], -1)
        decoded = np.tensordot(codes, self.components, axes=(2, 2))
        return decoded[:, 0] + self.mean, decoded[:, 1:]


def decoder_inputs(tensors: CurveTensors) -> NDArray[np.float64]:
    """Return curves as the decoder is fitted to them, shape (n, c, samples + 1).

    The voltages of each curve, then its scaled ln capacity.

    Parameters
    ----------
    tensors : CurveTensors
        n points; a missing curve is 0.
    """
    capacity = np.where(tensors.mask, tensors.capacity, 1.0).astype(float)
    scaled = CAPACITY_SCALE * np.log(capacity)
    joined: NDArray[np.float64] = np.concatenate([tensors.voltage, scaled[..., None]], axis=-1)
    return joined


def fit_decoder(
    targets: NDArray[np.float64],
    curves: NDArray[np.float64],
    *,
    components: int,
    breaks: tuple[int, int],
) -> Decoder:
    """Fit the decoder to simulated curves.

    Parameters
    ----------
    targets : numpy.ndarray of float
        u and v, shape (n, 2).
    curves : numpy.ndarray of float
        From `decoder_inputs`, of points whose curves all exist, shape (n, c, r).
    components : int
        How many principal components to keep, at most.
    breaks : tuple of int
        How many breakpoints the splines have in u and in v, at most; they lie where the points do.
    """
    mean = curves.mean(axis=0)
    flat = (curves - mean).reshape(len(curves), -1)
    _, vectors = np.linalg.eigh(flat.T @ flat)
    kept = vectors[:, : -components - 1 : -1]
    knots_u, knots_v = (
        clamped_knots(breakpoints(column, count))
        for column, count in zip(targets.T, breaks, strict=True)
    )
    decoder = Decoder(
        knots_u=knots_u,
        knots_v=knots_v,
        weights=_penalised_fit(targets, flat @ kept, knots_u, knots_v),
        mean=mean,
        components=kept.reshape(*mean.shape, -1),
        spread=np.zeros_like(mean),
    )
    missed = np.median(np.abs(decoder.decode(targets)[0] - curves), axis=0)
    return replace(decoder, spread=np.maximum(_MEDIAN_TO_SPREAD * missed, _LEAST_SPREAD))


def breakpoints(values: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Return at most `count` breakpoints, spread as the distinct values are.

    Examples
    --------
    >>> breakpoints(np.array([0.0, 1.0, 1.0, 2.0, 4.0]), 3)
    array([0. , 1.5, 4. ])
    """
    distinct = np.unique(np.round(values, 12))
    if distinct.size <= count:
        return distinct
    return np.quantile(distinct, np.linspace(0.0, 1.0, count))


def _penalised_fit(
    targets: NDArray[np.float64],
    codes: NDArray[np.float64],
    knots_u: NDArray[np.float64],
    knots_v: NDArray[np.float64],
) -> NDArray[np.float64]:
    from scipy.sparse import eye_array, kron
    from scipy.sparse.linalg import splu

    count_u, count_v = basis_count(knots_u), basis_count(knots_v)
    design = _design(targets, knots_u, knots_v)
    rough = kron(_roughness(knots_u), eye_array(count_v))
    rough = rough + kron(eye_array(count_u), _roughness(knots_v))
    normal = design.T @ design + PENALTY * len(targets) * rough
    weights: NDArray[np.float64] = splu(normal.tocsc()).solve(design.T @ codes)
    return weights.reshape(count_u, count_v, -1)


def _design(
    targets: NDArray[np.float64], knots_u: NDArray[np.float64], knots_v: NDArray[np.float64]
) -> csr_array:
    """Return the value of every product of splines at every point, sparse, shape (n, a b)."""
    from scipy.sparse import csr_array

    count_u, count_v = basis_count(knots_u), basis_count(knots_v)
    u, v = targets.T
    first_u, values_u, _ = local_basis(knots_u, u)
    first_v, values_v, _ = local_basis(knots_v, v)
    place_u, place_v = first_u[:, None] + _NEAR, first_v[:, None] + _NEAR
    columns = place_u[:, :, None] * count_v + place_v[:, None, :]
    values = values_u[:, :, None] * values_v[:, None, :]
    rows = np.repeat(np.arange(len(targets)), _NEAR.size**2)
    shape = (len(targets), count_u * count_v)
    return csr_array((values.ravel(), (rows, columns.ravel())), shape=shape)


def _roughness(knots: NDArray[np.float64]) -> csr_array:
    """Return the matrix of the squared third differences of weights, sparse.

    Divided by the distances between the middles of their splines, in units of the mean distance.
    """
    from scipy.sparse import csr_array

    count = basis_count(knots)
    middles = np.array([knots[i + 1 : i + 1 + DEGREE].mean() for i in range(count)])
    middles *= count / (middles[-1] - middles[0])
    differences = np.eye(count)
    for order in range(1, min(DEGREE, count - 1) + 1):
        distances = middles[order:] - middles[:-order]
        differences = np.diff(differences, axis=0) / distances[:, None]
    return csr_array(differences.T @ differences)
