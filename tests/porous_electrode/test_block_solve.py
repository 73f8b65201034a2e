"""The direct solver against a dense one."""

import numpy as np
import pytest

from microbatt.porous_electrode.block_solve import solve_blocks

# Where `block` holds the coupling (row, column) of an element: its (c, c), (j, c), (j, j) entries.
COUPLINGS = {
    (0, 1): (0, 6, 7),
    (0, 2): (1, 8, 9),
    (1, 0): (2, 10, 11),
    (1, 2): (3, 12, 13),
    (2, 0): (4, 14, 15),
    (2, 1): (5, 16, 17),
}


def dense_matrix(diagonal, block):
    """The matrix that `solve_blocks` is given in pieces."""
    n = len(diagonal)
    matrix = np.zeros((n, 2, n, 2))
    for i in range(n):
        matrix[i, :, i, :] = diagonal[i].reshape(2, 2)
    for e, element in enumerate(block):
        for (row, column), (cc, jc, jj) in COUPLINGS.items():
            coupling = [[element[cc], 0.0], [element[jc], element[jj]]]
            matrix[2 * e + row, :, 2 * e + column, :] = coupling
    return matrix.reshape(2 * n, 2 * n)


@pytest.mark.parametrize("elements", [1, 2, 7, 40])
def test_the_solution_is_that_of_a_dense_solver(elements):
    rng = np.random.default_rng(elements)
    n = 2 * elements + 1
    block = rng.normal(size=(elements, 18))
    # Heavy diagonals keep the condition number below some hundreds, as no pivoting is done.
    diagonal = rng.normal(size=(n, 4)) + np.array([12.0, 0.0, 0.0, 12.0])
    rhs = rng.normal(size=(n, 2))
    expected = np.linalg.solve(dense_matrix(diagonal, block), rhs.ravel()).reshape(n, 2)

    solve_blocks(diagonal, block, np.zeros((elements, 8)), rhs, elements)

    np.testing.assert_allclose(rhs, expected, rtol=0.0, atol=1e-13)  # rounding times condition
