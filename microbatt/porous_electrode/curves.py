"""Curves between their points: monotone cubic interpolation and its integral.

Piecewise cubic Hermite with the slopes of `microbatt.monotone_cubic`: no overshoot on a cliff.  The
same interpolant gives the energy and fills the cube.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from microbatt.monotone_cubic import end_slope as end_slope_law
from microbatt.monotone_cubic import inner_slope as inner_slope_law
from microbatt.porous_electrode.compilation import entry_kernel, kernel, source_digest
from microbatt.porous_electrode.lookup import hermite

Array = NDArray[np.float64]


inner_slope = kernel(inner_slope_law)
end_slope = kernel(end_slope_law)


@kernel
def slope_at(x: Array, y: Array, i: int) -> float:
    """Slope of the interpolant at point `i`."""
    last = x.size - 1
    if last == 1:
        return (y[1] - y[0]) / (x[1] - x[0])
    k = min(max(i, 1), last - 1)
    h0, h1 = x[k] - x[k - 1], x[k + 1] - x[k]
    d0, d1 = (y[k] - y[k - 1]) / h0, (y[k + 1] - y[k]) / h1
    if i == 0:
        return end_slope(h0, h1, d0, d1)
    if i == last:
        return end_slope(h1, h0, d1, d0)
    return inner_slope(h0, h1, d0, d1)


@kernel
def integral(x: Array, y: Array) -> float:
    """Integral of the interpolant over all of its points."""
    total = 0.0
    if x.size < 2:
        return total
    left = slope_at(x, y, 0)
    for i in range(x.size - 1):
        h = x[i + 1] - x[i]
        right = slope_at(x, y, i + 1)
        total += 0.5 * h * (y[i] + y[i + 1]) + h * h * (left - right) / 12.0
        left = right
    return total


@kernel
def interpolate(x: Array, y: Array, at: Array, out: Array) -> None:
    """Fill `out` with the interpolant at the increasing positions `at`."""
    i, last = 0, x.size - 2
    left, right = slope_at(x, y, 0), slope_at(x, y, 1)
    for k in range(at.size):
        while i < last and at[k] > x[i + 1]:
            i += 1
            left, right = slope_at(x, y, i), slope_at(x, y, i + 1)
        h = x[i + 1] - x[i]
        value, _ = hermite(y[i], h * left, y[i + 1], h * right, (at[k] - x[i]) / h)
        out[k] = value


def _make_resample(digest: int):  # type: ignore[no-untyped-def]  # noqa: ANN202 - numba's type
    @entry_kernel
    def resample(
        time: Array, voltage: Array, offsets: NDArray[np.int64], depth: Array, out: Array
    ) -> int:
        """Fill row i of `out` with curve i at `depth` times its end; NaN where there is none."""
        scaled = np.empty(depth.size)
        for i in range(offsets.size - 1):
            start, stop = offsets[i], offsets[i + 1]
            if stop - start < 2:
                out[i] = np.nan
                continue
            scaled[:] = depth * time[stop - 1]
            interpolate(time[start:stop], voltage[start:stop], scaled, out[i])
        return digest

    return resample


resample = _make_resample(source_digest())
