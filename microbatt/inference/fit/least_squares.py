"""Least squares inside bounds: Gauss and Newton's step, damped after Levenberg and Marquardt.

Residuals cost a curve each and derivatives many.  So derivatives are asked for only where a step
was taken, and after short steps they are mended by what the step has shown (Broyden 1965) and asked
for again at the end.  A step is not even tried if it promises too little, and a place without a
curve is a step that is not taken; `scipy.optimize.least_squares` asks for the residuals of its last
step before it stops, and for derivatives at every place.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
from scipy.optimize import lsq_linear

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Jacobian: TypeAlias = Array | Callable[[], Array | None]
    """Derivatives of residuals, or what finds them; None where there are none."""
    Evaluate: TypeAlias = Callable[[Array], "tuple[Array, Jacobian] | None"]
    """Coordinates → residuals in units of their standard deviation and their Jacobian."""

_LOG = logging.getLogger(__name__)
_FIRST_DAMPING: Final = 1e-3
_SMALLEST_DAMPING: Final = 1e-9
_LARGEST_DAMPING: Final = 1e8
_NO_ROOM: Final = 1e-12
"""Between bounds so near each other a coordinate is held, relative."""
_ROUNDS: Final = 3
"""Changes of which bounds are active, for each coordinate, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Economy:
    """How derivatives are saved.

    Attributes
    ----------
    near
        How far from where it was found a Jacobian is mended rather than found again, shape (p,);
        None always finds it again.
    reach
        Longest step, shape (p,); None for any.
    last
        Whether the Jacobian of the minimum is always found there.
    first
        The Jacobian at the beginning, if it is nearly known.
    """

    near: Array | None = None
    reach: Array | None = None
    last: bool = True
    first: Array | None = None


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
    promised
        By how much one more step promises to lower the sum of squares.
    """

    x: Array
    residual: Array
    jacobian: Array
    iterations: int
    converged: bool
    promised: float = 0.0

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
    economy: Economy = Economy(),
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
    economy
        How to save derivatives; all are found if nothing is said.

    Returns
    -------
    Minimum or None
        None if the function has no value at the beginning, or no derivatives on its way.
    """
    x = np.clip(x, low, high)
    here = evaluate(x)
    if here is None:
        return None
    place = _Place(x=x, residual=here[0], source=here[1], jacobian=economy.first, found_at=None)
    if place.jacobian is None:
        place = place.exact()
    damping, calls, converged = _FIRST_DAMPING, 1, False
    while place.jacobian is not None and calls < most and damping < _LARGEST_DAMPING:
        step, promised = _step(place, *_box(place.x, low, high, economy.reach), damping)
        if promised < gain and (place.is_exact or not economy.last):
            converged = True
            break
        if promised < gain:
            place = place.exact()
            continue
        calls += 1
        _LOG.info("step %d", calls)
        there = evaluate(place.x + step)
        if there is not None and there[0] @ there[0] < place.residual @ place.residual:
            place = place.moved(step, *there, near=economy.near)
            damping = max(damping / 10.0, _SMALLEST_DAMPING)
        elif there is None or place.is_exact:
            damping *= 10.0
        else:  # a mended Jacobian may be to blame
            place = place.exact()
    place = place if place.is_exact or not economy.last else place.exact()
    return None if place.jacobian is None else _minimum(place, low, high, calls, converged)


def _minimum(place: _Place, low: Array, high: Array, calls: int, converged: bool) -> Minimum:  # noqa: FBT001
    _, promised = _step(place, low, high, _SMALLEST_DAMPING)
    return Minimum(
        x=place.x,
        residual=place.residual,
        jacobian=np.asarray(place.jacobian),
        iterations=calls,
        converged=converged,
        promised=promised,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a search stands: residuals, what finds their Jacobian, the one in use, and whence."""

    x: Array
    residual: Array
    source: Jacobian
    jacobian: Array | None
    found_at: Array | None

    @property
    def is_exact(self) -> bool:
        """Whether the Jacobian was found here."""
        return self.found_at is self.x

    def exact(self) -> _Place:
        """Return the same place with the Jacobian found there."""
        return replace(self, jacobian=_found(self.source), found_at=self.x)

    def moved(
        self, step: Array, residual: Array, source: Jacobian, *, near: Array | None
    ) -> _Place:
        """Return the place a step away."""
        there = replace(self, x=self.x + step, residual=residual, source=source)
        found_at = self.x if self.found_at is None else self.found_at
        if near is None or self.jacobian is None or np.any(np.abs(there.x - found_at) > near):
            return there.exact()
        mended = _mended(self.jacobian, step, residual - self.residual, near)
        return replace(there, jacobian=mended, found_at=found_at)


def _box(x: Array, low: Array, high: Array, reach: Array | None) -> tuple[Array, Array]:
    """Return the bounds of a step."""
    if reach is None:
        return low, high
    return np.maximum(low, x - reach), np.minimum(high, x + reach)


def _found(jacobian: Jacobian) -> Array | None:
    return jacobian() if callable(jacobian) else jacobian


def _mended(jacobian: Array, step: Array, change: Array, scale: Array) -> Array:
    """Return the nearest Jacobian that tells what a step has shown, coordinates over `scale`."""
    weighed = step if np.isinf(scale).any() else step / scale**2
    missing = change - jacobian @ step
    return np.asarray(jacobian + np.outer(missing, weighed / (weighed @ step)))


def _step(place: _Place, low: Array, high: Array, damping: float) -> tuple[Array, float]:
    """Return the best damped step inside the bounds, and by how much it promises to lower the sum.

    A step that ends outside, cut at the bounds, may lead uphill where unknowns go together; so the
    best one inside is found.
    """
    x, residual, jacobian = place.x, place.residual, np.asarray(place.jacobian)
    curvature, gradient = jacobian.T @ jacobian, jacobian.T @ residual
    scale = np.diag(curvature) + 1e-12 * np.trace(curvature)
    damped = curvature + damping * np.diag(scale)
    room = high - low > _NO_ROOM * (1.0 + np.abs(x))
    step = np.zeros_like(x)
    if room.any():
        block, slope = damped[np.ix_(room, room)], gradient[room]
        least, most = (low - x)[room], (high - x)[room]
        best = np.linalg.solve(block, -slope)
        if not ((best >= least) & (best <= most)).all():
            best = _inside(block, slope, least, most)
        step[room] = best
    after = residual + jacobian @ step
    return step, float(residual @ residual - after @ after)


def _inside(curvature: Array, gradient: Array, low: Array, high: Array) -> Array:
    """Return where a paraboloid, (p, p) and (p,), is least between bounds; low < high."""
    size = 1.0 / np.sqrt(np.diag(curvature))
    unit = curvature * np.outer(size, size)
    root = np.linalg.cholesky(unit + _SMALLEST_DAMPING * np.eye(size.size))
    target = np.linalg.solve(root, -gradient * size)
    bounds = (low / size, high / size)
    found = lsq_linear(root.T, target, bounds, method="bvls", max_iter=_ROUNDS * size.size)
    return np.asarray(np.clip(found.x * size, low, high))
