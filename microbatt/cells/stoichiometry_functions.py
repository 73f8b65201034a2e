"""Properties of an active material that depend on how much lithium is in it.

How D_s changes with the stoichiometry, and the entropic coefficient dU/dT: constants, expressions
or tables in x, the stoichiometry, that an electrode may have and most do not.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from microbatt.cells.functions import Expression, MaterialFunction, SlopeOf, material_function
from microbatt.cells.records import USE_FRACTION, remedy_of
from microbatt.errors import ParameterError

Array = NDArray[np.float64]

HALF_FULL = 0.5
"""Stoichiometry at which a D_s that is a function is told as a number."""
LARGEST_ENTROPY = 0.1
"""Of dU/dT [V K⁻¹]: a hundred times what insertion materials have."""
_SAMPLES = 1025


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class StoichiometryFunction:
    """A function of the stoichiometry; outside its range it keeps the value at the nearer end.

    Attributes
    ----------
    function : Constant, Expression or Table
        What computes it.
    """

    function: MaterialFunction

    def __repr__(self) -> str:
        return (
            f"<StoichiometryFunction {type(self.function).__name__.lower()}, "
            f"stoichiometry {self.lower:.6g} to {self.upper:.6g}>"
        )

    @property
    def name(self) -> str:
        """How it is called."""
        return "of its own"

    @property
    def lower(self) -> float:
        """Smallest stoichiometry at which it holds."""
        return self.function.lower

    @property
    def upper(self) -> float:
        """Largest stoichiometry at which it holds."""
        return self.function.upper

    @property
    def limits(self) -> tuple[float, float]:
        """Where it is sampled to tell it from others."""
        return (self.lower, self.upper)

    @property
    def plain(self) -> dict[str, Any]:
        """Description in JSON's terms."""
        return self.function.plain()

    @property
    def functions(self) -> tuple[Any, ...]:
        """All that it computes."""
        return (self.function, SlopeOf(function=self.function))

    def value(self, theta: ArrayLike) -> Array:
        """Return the values at stoichiometries.

        Parameters
        ----------
        theta : array_like
            Stoichiometries [-], of any shape.

        Returns
        -------
        numpy.ndarray
            Of the same shape, in the unit of the function.
        """
        return np.asarray(self.function(theta))

    def slope(self, theta: ArrayLike) -> Array:
        """Return the derivatives by the stoichiometry.

        Parameters
        ----------
        theta : array_like
            Stoichiometries [-], of any shape.

        Returns
        -------
        numpy.ndarray
            Of the same shape, in the unit of the function.
        """
        return np.asarray(self.function.slope(theta))


def own_shape(key: str, described: Mapping[str, Any]) -> StoichiometryFunction:
    """Make what a solid diffusivity is multiplied by, a positive function of the stoichiometry.

    Parameters
    ----------
    key : str
        What the caller calls it, for messages.
    described : mapping of str to Any
        As for `microbatt.cells.material_function`.

    Returns
    -------
    StoichiometryFunction
        Positive on its whole range.

    Raises
    ------
    ParameterError
        If it describes no function, leaves [0, 1], or is not positive somewhere.
    """
    function = _own(key, described)
    theta = np.linspace(function.lower, function.upper, _SAMPLES)
    for at in theta[~(function.value(theta) > 0.0)]:
        raise ParameterError(
            f"`{key}` is {float(function.value(at)):.4g} at x = {at:.6g}; a diffusivity must be "
            "positive. Give the `range` of stoichiometries in which it holds."
        )
    return function


def own_entropy(key: str, described: Mapping[str, Any]) -> StoichiometryFunction:
    """Make an entropic coefficient dU/dT [V K⁻¹] of one's own.

    Parameters
    ----------
    key : str
        What the caller calls it, for messages.
    described : mapping of str to Any
        As for `microbatt.cells.material_function`, in V K⁻¹.

    Returns
    -------
    StoichiometryFunction
        Within `LARGEST_ENTROPY` on its whole range.

    Raises
    ------
    ParameterError
        If it describes no function, leaves [0, 1], or is implausibly large.
    """
    function = _own(key, described)
    theta = np.linspace(function.lower, function.upper, _SAMPLES)
    for at in theta[~(np.abs(function.value(theta)) <= LARGEST_ENTROPY)]:
        raise ParameterError(
            f"`{key}` is {float(function.value(at)):.4g} V K⁻¹ at x = {at:.6g}; at most "
            f"{LARGEST_ENTROPY:g} V K⁻¹ either way is allowed. Check its unit: mV K⁻¹ are usual."
        )
    return function


def split_diffusivity(key: str, described: Mapping[str, Any]) -> dict[str, Any]:
    """Split a D_s(θ) [m² s⁻¹] into a number and what it is multiplied by.

    Parameters
    ----------
    key : str
        What the caller calls it, for messages.
    described : mapping of str to Any
        As for `microbatt.cells.material_function`, in m² s⁻¹.

    Returns
    -------
    dict
        ``solid_diffusivity``, D_s at θ = 0.5, and ``solid_diffusivity_shape`` in JSON's terms
        unless D_s is constant: what `microbatt.cells.Electrode` takes.

    Raises
    ------
    ParameterError
        As `own_shape` does.
    """
    function = own_shape(key, described)
    factored = _factored(function.function)
    if factored is not None:
        return factored
    half = _tidy(float(function.value(HALF_FULL)))
    theta = np.linspace(function.lower, function.upper, _SAMPLES)
    if np.ptp(function.value(theta)) <= _SAME * half:
        return {"solid_diffusivity": half}
    shape = material_function(
        key, function.plain, lower=function.lower, upper=function.upper, factor=1.0 / half
    ).plain()
    if "table" in shape:
        shape["table"]["y"] = [_tidy(y) for y in shape["table"]["y"]]
    return {"solid_diffusivity": half, "solid_diffusivity_shape": shape}


def _factored(function: MaterialFunction) -> dict[str, Any] | None:
    """Take apart what is written as a number times a function that is 1 at θ = 0.5."""
    if not isinstance(function, Expression):
        return None
    match = _PRODUCT.fullmatch(function.text)
    if match is None:
        return None
    try:
        inner = Expression(text=match[2], lower=function.lower, upper=function.upper)
    except ParameterError:
        return None  # its parentheses are two pairs
    if abs(float(inner(HALF_FULL)) - 1.0) > _SAME:
        return None
    return {"solid_diffusivity": float(match[1]), "solid_diffusivity_shape": inner.plain()}


def _tidy(value: float) -> float:
    """Round off the last digits of what is computed, so that a cell that is written comes back."""
    return float(f"{value:.12g}")


_PRODUCT = re.compile(r"([0-9.]+(?:e[-+]?[0-9]+)?)\*\((.*)\)")


_SAME = 1e-9
"""Relative differences that are none."""


def _own(key: str, described: Mapping[str, Any]) -> StoichiometryFunction:
    function = material_function(key, described, lower=0.0, upper=1.0)
    if not 0.0 <= function.lower < function.upper <= 1.0:
        raise ParameterError(
            f"`{key}` holds from x = {function.lower:.6g} to {function.upper:.6g}; x is a "
            f"stoichiometry and must stay inside [0, 1]. {remedy_of(USE_FRACTION, function.upper)}"
        )
    return StoichiometryFunction(function=function)
