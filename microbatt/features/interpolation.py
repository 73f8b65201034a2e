"""Many curves on one axis: monotone cubic interpolation and its integral, compiled.

Piecewise cubic Hermite with the slopes of Fritsch & Butland (SIAM J. Sci. Stat. Comput. 5 (1984)
300), as `microbatt.cube.contents.depth` rebuilds one curve, for millions of them.

numba's cache notices a change only in the file of the kernel that is called, and in the values that
it closes over: so all kernels stay in this file, and the two that are called close over the digest
of the law that is not in it.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from microbatt.monotone_cubic import end_slope, inner_slope, source_digest

_kernel = numba.njit(error_model="numpy", nogil=True)
_entry_kernel = numba.njit(error_model="numpy", nogil=True, cache=True)
_inner_slope = _kernel(inner_slope)
_end_slope = _kernel(end_slope)

Rows = NDArray[Any]
"""Curves, one a row, in single or double precision."""


@_kernel
def _places(
    x: NDArray[np.float64], at: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the interval of `x` in which each position lies, and how far through it, 0 to 1."""
    interval = np.empty(at.size, dtype=np.int64)
    share = np.empty(at.size)
    for k in range(at.size):
        j = min(max(np.searchsorted(x, at[k]) - 1, 0), x.size - 2)
        interval[k] = j
        share[k] = min(max((at[k] - x[j]) / (x[j + 1] - x[j]), 0.0), 1.0)
    return interval, share


@_kernel
def _finite(row: Rows) -> bool:
    for value in row:  # noqa: SIM110 - a plain loop is what numba compiles best
        if not np.isfinite(value):
            return False
    return True


@_kernel
def _fill_slopes(widths: NDArray[np.float64], row: Rows, slopes: NDArray[np.float64]) -> None:
    last = widths.size
    before = (float(row[1]) - float(row[0])) / widths[0]
    if last == 1:
        slopes[0] = slopes[1] = before
        return
    for j in range(1, last):
        after = (float(row[j + 1]) - float(row[j])) / widths[j]
        slopes[j] = _inner_slope(widths[j - 1], widths[j], before, after)
        if j == 1:
            slopes[0] = _end_slope(widths[0], widths[1], before, after)
        if j == last - 1:
            slopes[last] = _end_slope(widths[j], widths[j - 1], after, before)
        before = after


@_kernel
def _resample(
    x: NDArray[np.float64], rows: Rows, at: NDArray[np.float64], out: NDArray[np.float32]
) -> None:
    """Fill `out`; see `resample_rows`."""
    widths = x[1:] - x[:-1]
    interval, share = _places(x, at)
    slopes = np.empty(x.size)
    for i in range(rows.shape[0]):
        row = rows[i]
        if not _finite(row):
            out[i] = np.nan
            continue
        _fill_slopes(widths, row, slopes)
        for k in range(at.size):
            j, t = interval[k], share[k]
            h, rise = widths[j], float(row[j + 1]) - float(row[j])
            left, right = h * slopes[j], h * slopes[j + 1]
            curvature = 3.0 * rise - 2.0 * left - right
            out[i, k] = row[j] + t * (left + t * (curvature + t * (left + right - 2.0 * rise)))


@_kernel
def _integrate(x: NDArray[np.float64], rows: Rows, out: NDArray[np.float64]) -> None:
    """Fill `out`; see `integrate_rows`."""
    widths = x[1:] - x[:-1]
    slopes = np.empty(x.size)
    for i in range(rows.shape[0]):
        row = rows[i]
        if not _finite(row):
            out[i] = np.nan
            continue
        _fill_slopes(widths, row, slopes)
        total = 0.0
        for j in range(widths.size):
            h = widths[j]
            total += 0.5 * h * (float(row[j]) + float(row[j + 1]))
            total += h * h * (slopes[j] - slopes[j + 1]) / 12.0
        out[i] = total


def _entries(law: int):  # type: ignore[no-untyped-def]  # noqa: ANN202 - numba's types
    @_entry_kernel
    def resample_rows(
        x: NDArray[np.float64], rows: Rows, at: NDArray[np.float64], out: NDArray[np.float32]
    ) -> int:
        """Fill each row of `out` with the interpolant of that row at positions `at`.

        Parameters
        ----------
        x
            Increasing, shape (n,), n at least 2.
        rows
            Values at `x`, shape (m, n).
        at
            Where they are wanted, shape (k,); beyond the ends the value there is held.
        out
            Shape (m, k); a row that is not finite throughout becomes NaN.
        """
        _resample(x, rows, at, out)
        return law

    @_entry_kernel
    def integrate_rows(x: NDArray[np.float64], rows: Rows, out: NDArray[np.float64]) -> int:
        """Fill `out` with the integral of each row's interpolant; NaN if it is not finite."""
        _integrate(x, rows, out)
        return law

    return resample_rows, integrate_rows


resample_rows, integrate_rows = _entries(source_digest())
