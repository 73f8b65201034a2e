"""Anti-aliased strokes, compiled: lines of straight pieces onto small pictures.

All kernels stay in this file: numba's cache notices a change only in the file of the kernel that
is called.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numba
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_kernel = numba.njit(error_model="numpy", nogil=True, cache=True)


@_kernel
def draw_curves(
    ends: NDArray[np.float64],
    rows: NDArray[np.float64],
    mask: NDArray[np.bool_],
    colours: NDArray[np.float64],
    half_width: float,
    images: NDArray[np.uint8],
) -> None:
    """Fill each image with the curves of a point, in the order of their currents.

    Parameters
    ----------
    ends : numpy.ndarray of float
        Where each curve ends to the right [pixels], shape (n, c); it starts at 0.
    rows : numpy.ndarray of float
        Height at equally spaced places from 0 to its end [pixels from the top], (n, c, k).
    mask : numpy.ndarray of bool
        Which curves there are, (n, c).
    colours : numpy.ndarray of float
        Red, green and blue of each curve, 0 to 1, (c, 3).
    half_width : float
        Half the width of a stroke [pixels].
    images : numpy.ndarray of uint8
        Filled, (n, height, width, 3); the paper is white.
    """
    height, width = images.shape[1], images.shape[2]
    paper = np.empty((height, width, 3))
    cover = np.empty((height, width))
    for i in range(images.shape[0]):
        paper[:] = 1.0
        for c in range(mask.shape[1]):
            if mask[i, c]:
                cover[:] = 0.0
                _cover_curve(ends[i, c], rows[i, c], half_width, cover)
                _lay_over(cover, colours[c], paper)
        for row in range(height):
            for column in range(width):
                for k in range(3):
                    images[i, row, column, k] = np.uint8(255.0 * paper[row, column, k] + 0.5)


@_kernel
def _cover_curve(
    end: float, rows: NDArray[np.float64], half_width: float, cover: NDArray[np.float64]
) -> None:
    step = end / (rows.size - 1)
    for k in range(rows.size - 1):
        _cover_piece(k * step, rows[k], step, rows[k + 1] - rows[k], half_width, cover)


@_kernel
def _cover_piece(
    x: float, y: float, dx: float, dy: float, half_width: float, cover: NDArray[np.float64]
) -> None:
    """Raise `cover` where the stroke of one straight piece covers more of a pixel.

    The share covered is taken from the distance of the pixel's centre to the piece: all of it
    within half a width less half a pixel, nothing beyond half a width and half a pixel.
    """
    height, width = cover.shape
    reach = half_width + 0.5
    top = max(math.floor(min(y, y + dy) - reach), 0)
    bottom = min(math.ceil(max(y, y + dy) + reach), height)
    left = max(math.floor(min(x, x + dx) - reach), 0)
    right = min(math.ceil(max(x, x + dx) + reach), width)
    length = dx * dx + dy * dy
    for row in range(top, bottom):
        down = row + 0.5 - y
        for column in range(left, right):
            along = column + 0.5 - x
            share = (along * dx + down * dy) / length if length > 0.0 else 0.0
            share = min(max(share, 0.0), 1.0)
            gap_x, gap_y = along - share * dx, down - share * dy
            squared = gap_x * gap_x + gap_y * gap_y
            if squared < reach * reach:
                covered = min(reach - math.sqrt(squared), 1.0)
                cover[row, column] = max(cover[row, column], covered)


@_kernel
def _lay_over(
    cover: NDArray[np.float64], colour: NDArray[np.float64], paper: NDArray[np.float64]
) -> None:
    for row in range(cover.shape[0]):
        for column in range(cover.shape[1]):
            share = cover[row, column]
            if share > 0.0:
                for k in range(3):
                    paper[row, column, k] += share * (colour[k] - paper[row, column, k])
