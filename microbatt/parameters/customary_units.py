"""Numbers of a cell as people read them: short words, and a length in micrometres."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.parameters.parameter import quantity_of
from microbatt.quantities import pretty_units

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_UNITS: Final = {"m": ("µm", 1e6), "m2": ("cm2", 1e4), "ohm m2": ("ohm cm2", 1e4)}
"""SI unit → the unit that people use for it in a cell, and how many of these it is."""
_DIGITS: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Customary:
    """How people write a number of the vocabulary.

    Attributes
    ----------
    name : str
        Of a parameter or a quantity.
    short : str
        Its name in few words, such as ``"positive thickness"``; the literature's letter of alpha.
    words : str
        What it is, ``"Thickness of the positive electrode"``.
    unit : str
        ``"µm"``; empty for a plain number.
    factor : float
        How many of that unit the SI unit is.
    """

    name: str
    short: str
    words: str
    unit: str
    factor: float

    @property
    def label(self) -> str:
        """Label of an axis: the words, then the unit in brackets unless there is none."""
        return f"{self.words} [{self.unit}]" if self.unit else self.words

    def values(self, values: ArrayLike) -> NDArray[np.float64]:
        """Return numbers in the customary unit.

        Parameters
        ----------
        values : array_like
            In the SI unit.

        Returns
        -------
        numpy.ndarray of float
            Of the same shape.
        """
        return np.asarray(values, dtype=float) * self.factor

    def number(self, value: float) -> str:
        """Write a number without its unit, by six digits.

        Parameters
        ----------
        value : float
            In the SI unit.

        Returns
        -------
        str
            Such as ``"70"``.
        """
        return f"{value * self.factor:.{_DIGITS}g}"

    def text(self, value: float) -> str:
        """Write a number with its unit.

        Parameters
        ----------
        value : float
            In the SI unit.

        Returns
        -------
        str
            Such as ``"70 µm"``.
        """
        return f"{self.number(value)} {self.unit}".rstrip()


def customary(name: str) -> Customary:
    """Return how people write a number of a cell, or a coordinate of a cube.

    Parameters
    ----------
    name : str
        As `quantity_of` takes it.

    Returns
    -------
    Customary
        Words, and the unit that is used for it.

    Raises
    ------
    ParameterError
        If it is neither a parameter nor a quantity.

    Examples
    --------
    >>> thickness = customary("positive_thickness")
    >>> thickness.short, thickness.text(7e-5), thickness.label
    ('positive thickness', '70 µm', 'Thickness of the positive electrode [µm]')
    >>> customary("negative_alpha").short, customary("alpha").text(2.3)
    ('negative α', '2.3')
    """
    known = quantity_of(name)
    unit, factor = _UNITS.get(known.units, (known.units, 1.0))
    words = [{"alpha": "α"}.get(word, word) for word in name.split("_")]
    return Customary(
        name=name,
        short=" ".join(words),
        words=known.long_name[0].upper() + known.long_name[1:],
        unit=pretty_units(unit),
        factor=factor,
    )
