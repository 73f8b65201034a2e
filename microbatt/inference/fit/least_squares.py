"""Least squares inside bounds: Gauss and Newton's step, damped after Levenberg and Marquardt.

Residuals and their derivatives come from one call, because the engine computes them together;
that, and bounds on which a solution may lie, is why this is not `scipy.optimize.least_squares`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Evaluate: TypeAlias = Callable[[Array], "tuple[Array, Array] | None"]
    """Coordinates → residuals in units of their standard deviation and their Jacobian."""

_FIRST_DAMPING: Final = 1e-3
_SMALLEST_DAMPING: Final = 1e-9
_LARGEST_DAMPING: Final = 1e8


@dataclass(frozen=True, slots=True, kw_only=True)
class Minimum:
    """Where a sum of squares is least.

    Attributes
    ----------
    x
        Coordinates, shape (p,).
    residual, jacobian
        There, shapes (m,) and (m, p).
    iterations
        Calls of the function.
    converged
        Whether no step promised a gain.
    """

    x: Array
    residual: Array
    jacobian: Array
    iterations: int
    converged: bool

    @property
    def chi_square(self) -> float:
        """Sum of the squared residuals."""
        return float(self.residual @ self.residual)

    @property
    def covariance(self) -> Array:
        """Inverse of JᵀJ, shape (p, p)."""
        return np.asarray(np.linalg.pinv(self.jacobian.T @ self.jacobian, hermitian=True), float)


def minimise(
    evaluate: Evaluate,
    x: Array,
    low: Array,
    high: Array,
    *,
    gain: float = 1e-2,
    most: int = 30,
) -> Minimum | None:
    """Minimise a sum of squares inside bounds.

    Parameters
    ----------
    evaluate
        The function; None where it has no value, and steps there are not taken.
    x
        Where to begin, shape (p,).
    low, high
        Bounds, shape (p,).
    gain
        Stop when a step promises to lower the sum by less.
    most
        Calls of the function at most.

    Returns
    -------
    Minimum or None
        None if the function has no value at the beginning.
    """
    x = np.clip(x, low, high)
    here = evaluate(x)
    if here is None:
        return None
    damping, calls, converged = _FIRST_DAMPING, 1, False
    while calls < most and damping < _LARGEST_DAMPING:
        step, promised = _step(x, *here, low, high, damping)
        if promised < gain:
            converged = True
            break
        calls += 1
        there = evaluate(x + step)
        if there is not None and there[0] @ there[0] < here[0] @ here[0]:
            x, here = x + step, there
            damping = max(damping / 10.0, _SMALLEST_DAMPING)
        else:
            damping *= 10.0
    return Minimum(x=x, residual=here[0], jacobian=here[1], iterations=calls, converged=converged)


def _step(
    x: Array, residual: Array, jacobian: Array, low: Array, high: Array, damping: float
) -> tuple[Array, float]:
    """Return a step that stays inside the bounds, and by how much it promises to lower the sum.

    What would leave the bounds goes to them, and the step of the others is found again.
    """
    curvature, gradient = jacobian.T @ jacobian, jacobian.T @ residual
    scale = np.diag(curvature) + 1e-12 * np.trace(curvature)
    damped = curvature + damping * np.diag(scale)
    step = np.zeros_like(x)
    free = ~(((x <= low) & (gradient > 0.0)) | ((x >= high) & (gradient < 0.0)))
    while free.any():
        pull = -gradient[free] - damped[np.ix_(free, ~free)] @ step[~free]
        step[free] = np.linalg.solve(damped[np.ix_(free, free)], pull)
        inside = np.clip(x + step, low, high) - x
        outside = free & (inside != step) & (np.abs(inside - step) > 1e-12 * (1.0 + np.abs(x)))
        step = inside
        if not outside.any():
            break
        free &= ~outside
    after = residual + jacobian @ step
    return step, float(residual @ residual - after @ after)
