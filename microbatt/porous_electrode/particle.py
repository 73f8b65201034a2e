"""Diffusion in a spherical particle, reduced to a handful of exponentials.

In dimensionless time (t D_s/r²) the surface of a sphere answers an outward flux f with

    θ_surf(s)/f(s) = −(3/s + Σ_k 2/(s + λ_k²)),     tan λ_k = λ_k,

the mean and an infinite sum of decaying modes (Crank, *The Mathematics of Diffusion*, 1975,
§ 6.3).  Keeping the first few modes would lose the square-root-of-time start.  The rational
Krylov projection below keeps as few modes, but places their rates where a discharge needs
them: the answer is interpolated at real shifts spread over the rates that matter.  Rates and
weights stay positive, so the reduced particle is as stable as the sphere, and the mean is
carried apart, so lithium is conserved exactly.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SPHERE_MODES = 20_000
FASTEST_SHIFT = 1.0e6
SLOWEST_SHIFT = 10.0


class ParticleModes(NamedTuple):
    """Rates and surface weights of a reduced sphere, shape (n_modes,), dimensionless."""

    rates: NDArray[np.float64]
    weights: NDArray[np.float64]


@cache
def sphere_eigenvalues(count: int) -> NDArray[np.float64]:
    """The squares of the first `count` positive roots of tan λ = λ."""
    offset = (np.arange(1, count + 1) + 0.5) * np.pi
    roots = offset - 1.0 / offset
    for _ in range(6):
        # Newton on λ = offset − arctan(1/λ), written for the distance below the asymptote
        roots = roots - (roots - offset + np.arctan(1.0 / roots)) / (1.0 - 1.0 / (1.0 + roots**2))
    return np.asarray(roots**2)


@cache
def reduced_sphere(
    n_modes: int, *, slowest: float = SLOWEST_SHIFT, fastest: float = FASTEST_SHIFT
) -> ParticleModes:
    """Reduce the sphere to `n_modes` exponentials by rational Krylov projection.

    Parameters
    ----------
    n_modes
        Number of decaying modes kept, at least 2.
    slowest, fastest
        Range of the rates that matter, dimensionless.

    Returns
    -------
    ParticleModes
        Positive rates and weights; Σ weights/rates = 1/5, the steady surface depletion.
    """
    eigenvalues = sphere_eigenvalues(SPHERE_MODES)
    shifts = np.concatenate([[0.0], np.geomspace(slowest, fastest, n_modes - 1)])
    # Columns (Λ + s)⁻¹ b, scaled to unit length so that the QR factors stay well conditioned.
    columns = np.sqrt(2.0) / (eigenvalues[:, None] + shifts)
    basis, _ = np.linalg.qr(columns / np.linalg.norm(columns, axis=0))
    rates, vectors = np.linalg.eigh(basis.T @ (eigenvalues[:, None] * basis))
    weights = (vectors.T @ (basis.T @ np.full(eigenvalues.size, np.sqrt(2.0)))) ** 2
    # The finite sum stops short of Σ 2/λ² = 1/5: the fastest mode takes the rest.
    weights[-1] += rates[-1] * (0.2 - (weights / rates).sum())
    return ParticleModes(rates, weights)
