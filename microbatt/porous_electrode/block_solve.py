"""Direct solution of the element-by-element system of 2×2 blocks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from microbatt.porous_electrode.compilation import kernel, node_kernel

Array = NDArray[np.float64]


@node_kernel
def condense(  # noqa: PLR0915 - a product of 2×2 blocks, written out
    diagonal: Array, block: Array, kept: Array, rhs: Array, e: int
) -> None:
    """Eliminate the middle node of element `e`, whose nodes are a = 2e, m and b.

    Couplings between nodes have no (c, j) entry: each is [[s, 0], [u, v]].  On return the end
    nodes' diagonals and right-hand sides are updated, ``kept`` holds what recovers the middle
    node, and ``block[:8]`` the couplings (row a, column b) and (row b, column a).
    """
    a, m, b = 2 * e, 2 * e + 1, 2 * e + 2
    am_s, am_u, am_v = block[e, 0], block[e, 6], block[e, 7]
    ab_s, ab_u, ab_v = block[e, 1], block[e, 8], block[e, 9]
    ma_s, ma_u, ma_v = block[e, 2], block[e, 10], block[e, 11]
    mb_s, mb_u, mb_v = block[e, 3], block[e, 12], block[e, 13]
    ba_s, ba_u, ba_v = block[e, 4], block[e, 14], block[e, 15]
    bm_s, bm_u, bm_v = block[e, 5], block[e, 16], block[e, 17]
    d00, d01, d10, d11 = diagonal[m, 0], diagonal[m, 1], diagonal[m, 2], diagonal[m, 3]
    inverse = 1.0 / (d00 * d11 - d01 * d10)
    # x_m = r − A x_a − B x_b
    a00 = (d11 * ma_s - d01 * ma_u) * inverse
    a01 = -d01 * ma_v * inverse
    a10 = (d00 * ma_u - d10 * ma_s) * inverse
    a11 = d00 * ma_v * inverse
    b00 = (d11 * mb_s - d01 * mb_u) * inverse
    b01 = -d01 * mb_v * inverse
    b10 = (d00 * mb_u - d10 * mb_s) * inverse
    b11 = d00 * mb_v * inverse
    r0 = (d11 * rhs[m, 0] - d01 * rhs[m, 1]) * inverse
    r1 = (d00 * rhs[m, 1] - d10 * rhs[m, 0]) * inverse
    kept[e, 0], kept[e, 1], kept[e, 2], kept[e, 3] = a00, a01, a10, a11
    kept[e, 4], kept[e, 5], kept[e, 6], kept[e, 7] = b00, b01, b10, b11
    rhs[m, 0], rhs[m, 1] = r0, r1
    diagonal[a, 0] -= am_s * a00
    diagonal[a, 1] -= am_s * a01
    diagonal[a, 2] -= am_u * a00 + am_v * a10
    diagonal[a, 3] -= am_u * a01 + am_v * a11
    rhs[a, 0] -= am_s * r0
    rhs[a, 1] -= am_u * r0 + am_v * r1
    diagonal[b, 0] -= bm_s * b00
    diagonal[b, 1] -= bm_s * b01
    diagonal[b, 2] -= bm_u * b00 + bm_v * b10
    diagonal[b, 3] -= bm_u * b01 + bm_v * b11
    rhs[b, 0] -= bm_s * r0
    rhs[b, 1] -= bm_u * r0 + bm_v * r1
    block[e, 0] = ab_s - am_s * b00
    block[e, 1] = -am_s * b01
    block[e, 2] = ab_u - am_u * b00 - am_v * b10
    block[e, 3] = ab_v - am_u * b01 - am_v * b11
    block[e, 4] = ba_s - bm_s * a00
    block[e, 5] = -bm_s * a01
    block[e, 6] = ba_u - bm_u * a00 - bm_v * a10
    block[e, 7] = ba_v - bm_u * a01 - bm_v * a11


@kernel
def solve_blocks(diagonal: Array, block: Array, kept: Array, rhs: Array, elements: int) -> None:
    """Solve in place by condensing the middle nodes, then block elimination (Thomas).

    Parameters
    ----------
    diagonal
        Shape (2 · elements + 1, 4): [cc, cj, jc, jj] of each node; overwritten.
    block
        Shape (elements, 18): couplings as `microbatt.porous_electrode.equations` fills them;
        overwritten.
    kept
        Scratch, shape (elements, 8).
    rhs
        Shape (2 · elements + 1, 2); overwritten with the solution.
    """
    for e in range(elements):
        condense(diagonal, block, kept, rhs, e)
    for e in range(elements + 1):
        i = 2 * e
        d00, d01, d10, d11 = diagonal[i, 0], diagonal[i, 1], diagonal[i, 2], diagonal[i, 3]
        r0, r1 = rhs[i, 0], rhs[i, 1]
        if e > 0:
            l00, l01 = block[e - 1, 4], block[e - 1, 5]
            l10, l11 = block[e - 1, 6], block[e - 1, 7]
            u00, u01 = block[e - 1, 0], block[e - 1, 1]
            u10, u11 = block[e - 1, 2], block[e - 1, 3]
            s0, s1 = rhs[i - 2, 0], rhs[i - 2, 1]
            d00 -= l00 * u00 + l01 * u10
            d01 -= l00 * u01 + l01 * u11
            d10 -= l10 * u00 + l11 * u10
            d11 -= l10 * u01 + l11 * u11
            r0 -= l00 * s0 + l01 * s1
            r1 -= l10 * s0 + l11 * s1
        inverse = 1.0 / (d00 * d11 - d01 * d10)
        rhs[i, 0] = (d11 * r0 - d01 * r1) * inverse
        rhs[i, 1] = (d00 * r1 - d10 * r0) * inverse
        if e < elements:
            v00, v01, v10, v11 = block[e, 0], block[e, 1], block[e, 2], block[e, 3]
            block[e, 0] = (d11 * v00 - d01 * v10) * inverse
            block[e, 1] = (d11 * v01 - d01 * v11) * inverse
            block[e, 2] = (d00 * v10 - d10 * v00) * inverse
            block[e, 3] = (d00 * v11 - d10 * v01) * inverse
    for e in range(elements - 1, -1, -1):
        a, m, b = 2 * e, 2 * e + 1, 2 * e + 2
        x0, x1 = rhs[b, 0], rhs[b, 1]
        y0 = rhs[a, 0] - block[e, 0] * x0 - block[e, 1] * x1
        y1 = rhs[a, 1] - block[e, 2] * x0 - block[e, 3] * x1
        rhs[a, 0], rhs[a, 1] = y0, y1
        rhs[m, 0] -= kept[e, 0] * y0 + kept[e, 1] * y1 + kept[e, 4] * x0 + kept[e, 5] * x1
        rhs[m, 1] -= kept[e, 2] * y0 + kept[e, 3] * y1 + kept[e, 6] * x0 + kept[e, 7] * x1
