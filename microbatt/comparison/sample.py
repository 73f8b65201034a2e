"""Which curves engines are compared on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.checks import check_integer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.cells import Cell

C_RATES: Final = (0.1, 0.5, 1.0, 2.0, 3.0, 4.0)
ALPHA: Final = (0.0, 10.0)
S: Final = (0.3, 40.0)


def random_points(cell: Cell, count: int, seed: int) -> NDArray[np.float64]:
    """Return random points, then the cell's own microstructure at every current.

    Random are alpha in [0, 10] and S in [0.3, 40], evenly, and one of six currents from C/10 to
    4 C.  The last six points are those that an engine with alpha and S built in can serve.

    Parameters
    ----------
    cell : Cell
        Whose currents and whose microstructure.
    count : int
        Of random points; may be 0.
    seed : int
        Of the random numbers.

    Returns
    -------
    ndarray, shape (count + 6, 3)
        Rows of alpha, S and current [A m⁻²].

    Raises
    ------
    ParameterError
        If `count` is no whole number, or negative.
    """
    check_integer("points", count, low=0)
    generator = np.random.default_rng(seed)
    currents = cell.one_c_current * np.array(C_RATES)
    scattered = np.column_stack(
        [
            generator.uniform(*ALPHA, count),
            generator.uniform(*S, count),
            generator.choice(currents, count),
        ]
    )
    own = np.column_stack(np.broadcast_arrays(cell.positive.alpha, cell.positive.S, currents))
    return np.vstack([scattered, own])
