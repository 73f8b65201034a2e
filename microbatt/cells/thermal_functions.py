"""Material functions of x and of temperature that no Arrhenius factor describes.

Each is known at some temperatures, as a function of x alone; between two of them every value
follows the Arrhenius factor that joins it at both, and beyond the last ones it stays.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from microbatt.cells.functions import MaterialFunction, check_formula, material_function
from microbatt.checks import Interval, check_number
from microbatt.constants import REFERENCE_TEMPERATURE
from microbatt.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

    Array = NDArray[np.float64]

TEMPERATURES: Final = "temperatures"
"""Key of a function that depends on temperature in its own way."""
_ALLOWED: Final = Interval(150.0, 500.0)
_MOST: Final = 64
_STEP: Final = 2.5
"""Between the temperatures at which a formula is taken, at most [K]."""
VARIABLES: Final = ("x", "T")
"""What a formula of a property of the electrolyte may depend on."""
_NAME: Final = re.compile(r"\bT\b")


@dataclass(frozen=True, slots=True)
class AtTemperature:
    """A thermal function at one temperature, as a function of x.

    Attributes
    ----------
    cooler, warmer : Constant, Expression or Table
        At the temperatures on both sides.
    share : float
        Of the way from the one to the other, in 1/T.
    """

    cooler: MaterialFunction
    warmer: MaterialFunction
    share: float

    def __call__(self, x: ArrayLike) -> Array:
        """Return the values at x."""
        return _between(self.cooler(x), self.warmer(x), self.share)

    def slope(self, x: ArrayLike) -> Array:
        """Return the exact derivative by x."""
        a, b = self.cooler(x), self.warmer(x)
        with np.errstate(divide="ignore", invalid="ignore"):
            rate = (1.0 - self.share) * self.cooler.slope(x) / a
            rate += self.share * self.warmer.slope(x) / b
            straight = (1.0 - self.share) * self.cooler.slope(x) + self.share * self.warmer.slope(x)
            return np.where((a > 0.0) & (b > 0.0), _between(a, b, self.share) * rate, straight)


def _between(a: Array, b: Array, share: float) -> Array:
    """Go from a to b along an Arrhenius factor, or straight where one of them is nought."""
    with np.errstate(divide="ignore", invalid="ignore"):
        along = a * np.exp(share * np.log(b / a))
    return np.where((a > 0.0) & (b > 0.0), along, (1.0 - share) * a + share * b)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ThermalFunction:
    """A function of x at several temperatures.

    Attributes
    ----------
    temperatures : tuple of float
        Rising [K].
    functions : tuple of Constant, Expression or Table
        One for each.
    text : str
        The formula in x and T that they come from; empty for tables.
    """

    temperatures: tuple[float, ...]
    functions: tuple[MaterialFunction, ...]
    text: str = ""

    def __repr__(self) -> str:
        low, high = self.temperatures[0], self.temperatures[-1]
        return f"<ThermalFunction from {low:.6g} to {high:.6g} K>"

    @property
    def lower(self) -> float:
        """Smallest argument at which it holds at all temperatures."""
        return max(one.lower for one in self.functions)

    @property
    def upper(self) -> float:
        """Largest argument at which it holds at all temperatures."""
        return min(one.upper for one in self.functions)

    def at(self, temperature: float) -> AtTemperature:
        """Return the function of x at a temperature [K]."""
        known = np.array(self.temperatures)
        held = min(max(temperature, known[0]), known[-1])
        k = min(max(int(np.searchsorted(known, held)), 1), known.size - 1)
        cool, warm = known[k - 1], known[k]
        share = float((1.0 / cool - 1.0 / held) / (1.0 / cool - 1.0 / warm))
        return AtTemperature(self.functions[k - 1], self.functions[k], share)

    def __call__(self, x: ArrayLike) -> Array:
        """Return the values at 298.15 K."""
        return self.at(REFERENCE_TEMPERATURE)(x)

    def slope(self, x: ArrayLike) -> Array:
        """Return the derivative by x at 298.15 K."""
        return self.at(REFERENCE_TEMPERATURE).slope(x)

    def plain(self) -> dict[str, Any]:
        """Describe it in JSON's terms."""
        if self.text:
            low, high = self.temperatures[0], self.temperatures[-1]
            return {
                "expression": self.text,
                "range": [self.lower, self.upper],
                TEMPERATURES: [low, high],
            }
        tables = [one.plain()["table"] for one in self.functions]
        return {TEMPERATURES: list(self.temperatures), "tables": tables}


def is_thermal(described: Mapping[str, Any]) -> bool:
    """Whether a description is of a function of x and temperature."""
    text = described.get("expression")
    return TEMPERATURES in described or (isinstance(text, str) and bool(_NAME.search(text)))


def thermal_function(
    key: str, described: Mapping[str, Any], *, lower: float, upper: float, factor: float = 1.0
) -> ThermalFunction:
    """Return a function of x and temperature from its description.

    Parameters
    ----------
    key : str
        What the caller calls it, for messages.
    described : mapping of str to Any
        An ``expression`` in ``x`` and ``T`` [K], with the ``temperatures`` from and to which it
        holds and, if need be, the ``range`` of x; or ``temperatures`` and as many ``tables``.
    lower, upper : float
        Where it is to hold in x if it says nothing else.
    factor : float
        Turns its values into SI units.

    Returns
    -------
    ThermalFunction
        A formula is taken every 2.5 K or closer.

    Raises
    ------
    ParameterError
        If temperatures are missing, do not rise or are out of range, or a function is none.
    """
    if TEMPERATURES not in described:
        raise ParameterError(
            f"`{key}` depends on T; give `{TEMPERATURES} = [low, high]`, between which it holds, "
            "in kelvin."
        )
    temperatures = _temperatures(f"{key}.{TEMPERATURES}", described[TEMPERATURES])
    rest = {name: value for name, value in described.items() if name != TEMPERATURES}
    if "tables" in rest:
        tables = rest.pop("tables")
        if rest or not isinstance(tables, list | tuple) or len(tables) != len(temperatures):
            count = len(tables) if isinstance(tables, list | tuple) else 0
            raise ParameterError(
                f"`{key}` has {len(temperatures)} temperatures and {count} tables"
                f"{' beside ' + ', '.join(rest) if rest else ''}; give one table for each."
            )
        functions = [
            material_function(
                f"{key}.tables[{k}]", {"table": one}, lower=lower, upper=upper, factor=factor
            )
            for k, one in enumerate(tables)
        ]
        return ThermalFunction(temperatures=temperatures, functions=tuple(functions))
    text = rest.get("expression")
    if not isinstance(text, str) or len(temperatures) != 2:
        raise ParameterError(
            f"`{key}` has `{TEMPERATURES}`; beside them stands an `expression` in x and T, and two "
            "temperatures between which it holds, or one of `tables` for each temperature."
        )
    check_formula(key, text, VARIABLES)
    scaled = text if factor == 1.0 else f"{factor!r}*({text})"
    low, high = temperatures
    steps = max(1, int(np.ceil((high - low) / _STEP)))
    known = tuple(float(T) for T in np.linspace(low, high, steps + 1))
    return ThermalFunction(
        temperatures=known,
        functions=tuple(
            material_function(
                key, rest | {"expression": _NAME.sub(f"({T!r})", scaled)}, lower=lower, upper=upper
            )
            for T in known
        ),
        text=scaled,
    )


def _temperatures(key: str, given: object) -> tuple[float, ...]:
    if not isinstance(given, list | tuple) or not 2 <= len(given) <= _MOST:
        raise ParameterError(f"`{key}` is {given!r}; it must be two to {_MOST} numbers, in kelvin.")
    checked = [
        check_number(f"{key}[{k}]", one, _ALLOWED, unit="K", remedy="Give kelvin.")
        for k, one in enumerate(given)
    ]
    for one, other in pairwise(checked):
        if not one < other:
            raise ParameterError(f"`{key}` goes from {one:g} to {other:g} K; it must rise.")
    return tuple(checked)
