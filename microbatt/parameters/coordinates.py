"""The coordinates of a fit: alpha and S first, whatever else is free behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.errors import ParameterError
from microbatt.parameters.parameter import Transform, parameter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

POINT: Final = ("alpha", "S")
"""The two numbers of a microstructure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coordinates:
    """Names of free numbers, and where each stands in a vector of coordinates.

    A vector ``x`` has one entry a name along its last axis, in the order of `names`.  Entries are
    coordinates: the logarithm of S, alpha itself, of any other name what its parameter says.

    Attributes
    ----------
    names : tuple of str
        Parameters of a cell, each once; those of a measurement may stand among them, as they are.
    measured : tuple of str
        Which of the names are not numbers of a cell, such as ``voltage_offset``.
    """

    names: tuple[str, ...]
    measured: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        checked = tuple(
            name if name in self.measured else parameter(name).name for name in self.names
        )
        for name in checked:
            if checked.count(name) > 1:
                raise ParameterError(f"`{name}` stands twice among the unknowns; name each once.")
        object.__setattr__(self, "names", checked)

    def __len__(self) -> int:
        return len(self.names)

    @property
    def logarithmic(self) -> NDArray[np.bool_]:
        """Which entries are logarithms, shape (p,)."""
        return np.array(
            [
                name not in self.measured and parameter(name).transform is Transform.LOG
                for name in self.names
            ],
            dtype=bool,
        )

    def natural(self, x: ArrayLike) -> NDArray[np.float64]:
        """Return the numbers at some coordinates.

        Parameters
        ----------
        x : array_like, shape (..., p)
            Coordinates.

        Returns
        -------
        ndarray, shape (..., p)
            Numbers in SI units.

        Examples
        --------
        >>> Coordinates(names=POINT).natural([2.3, 0.0])
        array([2.3, 1. ])
        """
        values = np.array(x, dtype=float)
        where = self.logarithmic
        values[..., where] = np.exp(values[..., where])
        return values

    def coordinates(self, values: ArrayLike) -> NDArray[np.float64]:
        """Return the coordinates of some numbers, the inverse of `natural`.

        Parameters
        ----------
        values : array_like, shape (..., p)
            Numbers in SI units.

        Returns
        -------
        ndarray, shape (..., p)
            Coordinates.
        """
        x = np.array(values, dtype=float)
        where = self.logarithmic
        x[..., where] = np.log(x[..., where])
        return x

    def place(self, name: str) -> int:
        """Return where a name stands.

        Parameters
        ----------
        name : str
            One of `names`.

        Returns
        -------
        int
            Its index along the last axis.

        Raises
        ------
        ParameterError
            If it is not free.
        """
        if name not in self.names:
            raise ParameterError(f"`{name}` is not free; free are {', '.join(self.names)}.")
        return self.names.index(name)

    def point(self, x: ArrayLike) -> NDArray[np.float64]:
        """Return the entries of alpha and S.

        Parameters
        ----------
        x : array_like, shape (..., p)
            Coordinates.

        Returns
        -------
        ndarray, shape (..., 2)
            alpha and ln S.

        Examples
        --------
        >>> free = Coordinates(names=("contact_resistance", "alpha", "S"))
        >>> free.point([0.01, 2.3, 1.1])
        array([2.3, 1.1])
        """
        return np.asarray(x, dtype=float)[..., [self.place(name) for name in POINT]]

    def others(self, x: ArrayLike) -> NDArray[np.float64]:
        """Return the entries of all but alpha and S, in order.

        Parameters
        ----------
        x : array_like, shape (..., p)
            Coordinates.

        Returns
        -------
        ndarray, shape (..., p - 2)
            The rest.
        """
        rest = [place for place, name in enumerate(self.names) if name not in POINT]
        return np.asarray(x, dtype=float)[..., rest]

    def values(self, x: ArrayLike) -> Mapping[str, float]:
        """Return the numbers of a cell at one vector, as `Cell.with_values` takes them.

        Parameters
        ----------
        x : array_like, shape (p,)
            Coordinates.

        Returns
        -------
        mapping of str to float
            Name → number in SI units, without those of the measurement.
        """
        pairs = zip(self.names, self.natural(x).tolist(), strict=True)
        return {name: value for name, value in pairs if name not in self.measured}
