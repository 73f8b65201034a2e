"""A spherical particle on a few elements, for a D_s that depends on the stoichiometry.

Elements of third order on Gauss–Lobatto points (spectral elements) with widths that grow from the
surface inwards, by Lobatto's quadrature: the mass matrix is diagonal and fluxes cancel between
nodes.  What remains of the error of the surface's answer to a flux, from the slowest rates of a
discharge to where the first element ends, is some 1e-4 of it.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

OUTERMOST = 0.01
BRIEF_OUTERMOST = 2e-3
_POINTS = np.array([-1.0, -np.sqrt(0.2), np.sqrt(0.2), 1.0])
_WEIGHTS = np.array([1.0, 5.0, 5.0, 1.0]) / 6.0


def _slopes() -> Array:
    """∂(Lagrange polynomial l)/∂x at point q, as [q, l]."""
    powers = np.vander(_POINTS, 4, increasing=True)
    derived = np.zeros((4, 4))
    derived[:, 1:] = powers[:, :3] * np.arange(1.0, 4.0)
    return np.asarray(derived @ np.linalg.inv(powers))


def element_edges(count: int, outermost: float) -> Array:
    """Radii of the ends of `count` elements, each so many times as wide as the next one outwards.

    Parameters
    ----------
    count
        At least 2.
    outermost
        Width of the element at the surface, less than 1/count; dimensionless as all of this.

    Returns
    -------
    ndarray, shape (count + 1,)
        From 0 to 1.
    """
    low, high = 1.0, 1.0 / outermost
    for _ in range(200):
        ratio = 0.5 * (low + high)
        total = outermost * np.sum(ratio ** np.arange(count))
        low, high = (ratio, high) if total < 1.0 else (low, ratio)
    widths = outermost * ratio ** np.arange(count)
    edges = 1.0 - np.concatenate([[0.0], np.cumsum(widths)])[::-1]
    edges[0] = 0.0
    return np.asarray(edges)


@cache
def radial_elements(count: int, *, outermost: float = OUTERMOST) -> Array:
    """Masses and stiffness of the elements of a sphere of radius 1.

    Parameters
    ----------
    count, outermost
        As in `element_edges`.

    Returns
    -------
    ndarray, shape (count, 14)
        Of each element, from the centre: its share of ∫ ρ² dρ at its four nodes, and the upper
        triangle of ∫ ρ² ∂φ_k/∂ρ ∂φ_l/∂ρ dρ, row by row.
    """
    slopes, edges = _slopes(), element_edges(count, outermost)
    table = np.empty((count, 14))
    upper = np.triu_indices(4)
    for e in range(count):
        half = 0.5 * (edges[e + 1] - edges[e])
        rho = edges[e] + half * (1.0 + _POINTS)
        table[e, :4] = half * _WEIGHTS * rho**2
        stiffness = slopes.T @ (slopes * (_WEIGHTS * rho**2 / half)[:, None])
        table[e, 4:] = stiffness[upper]
    return table
