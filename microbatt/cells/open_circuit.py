"""Open-circuit potentials: fitted functions of stoichiometry with their slope, source and range.

Every function takes and returns an array of any shape and is finite on the fit's `limits`.
Potentials are against lithium at 298.15 K [V]; slopes are dU/dθ [V].
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from microbatt.cells.functions import MaterialFunction, SlopeOf, material_function
from microbatt.cells.records import USE_FRACTION, remedy_of
from microbatt.errors import ParameterError

Array = NDArray[np.float64]
Function = Callable[[ArrayLike], Array]

_FULL = (0.0, 1.0)
_LEAST_RANGE = 0.05
_INNER = 0.1
_RISE = 0.02
"""A potential that is higher by more [V], so far inside its upper end, is of something else."""
"""Of stoichiometries; engines sample both ends finely."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class OpenCircuitFit:
    """A fitted open-circuit potential.

    Attributes
    ----------
    name : str
        How cell files call it.
    material : str
        What was measured.
    reference : str
        Key in docs/references.bib.
    lower : float
        Smallest stoichiometry the fit is meant for.
    upper : float
        Largest stoichiometry the fit is meant for.
    potential : callable
        Potential U(θ) [V].
    slope : callable
        Function dU/dθ [V].
    limits : tuple of float
        Largest interval inside [0, 1] on which the formula is finite.
    """

    name: str
    material: str
    reference: str
    lower: float
    upper: float
    potential: Function
    slope: Function
    limits: tuple[float, float] = _FULL

    def __repr__(self) -> str:
        return (
            f"<OpenCircuitFit {self.name!r}: {self.material}, "
            f"stoichiometry {self.lower:.6g} to {self.upper:.6g}>"
        )

    @property
    def plain(self) -> dict[str, Any] | None:
        """Description in JSON's terms of a potential of one's own; None for a named fit."""
        if isinstance(self.potential, MaterialFunction):
            return self.potential.plain() | {"material": self.material}
        return None

    @property
    def functions(self) -> tuple[Function, ...]:
        """All that the fit computes."""
        return (self.potential, self.slope)

    def check_stoichiometry(self, name: str, value: float) -> None:
        """Refuse a stoichiometry outside the range that the fit is meant for.

        Parameters
        ----------
        name : str
            What the caller calls it.
        value : float
            The stoichiometry [-].

        Raises
        ------
        ParameterError
            If `value` lies outside [lower, upper].
        """
        if not self.lower <= value <= self.upper:
            raise ParameterError(
                f"`{name}` is {value:.6g}; the open-circuit fit `{self.name}` holds in "
                f"[{self.lower:.6g}, {self.upper:.6g}]. Start inside it, or use another fit."
            )


def _tanh_sum(x: Array, terms: Array) -> Array:
    """Σ a tanh((x − b)/w) over the rows (a, b, w) of `terms`."""
    a, b, w = terms.T
    return np.asarray(np.tanh((x[..., None] - b) / w) @ a)


def _tanh_sum_slope(x: Array, terms: Array) -> Array:
    """Slope of `_tanh_sum`."""
    a, b, w = terms.T
    return np.asarray((1.0 - np.tanh((x[..., None] - b) / w) ** 2) @ (a / w))


# --- carbons ---------------------------------------------------------------------------------


def petroleum_coke(theta: ArrayLike) -> Array:
    """Petroleum coke; Doyle et al. (1996)."""
    x = np.asarray(theta, dtype=float)
    return -0.132056 + 1.40854 * np.exp(-3.52312 * x)


def petroleum_coke_slope(theta: ArrayLike) -> Array:
    """Slope of `petroleum_coke`."""
    x = np.asarray(theta, dtype=float)
    return -3.52312 * 1.40854 * np.exp(-3.52312 * x)


def mcmb_2510(theta: ArrayLike) -> Array:
    """MCMB 2510 carbon of Bellcore; dualfoil."""
    x = np.asarray(theta, dtype=float)
    return -0.16 + 1.32 * np.exp(-3.0 * x) + 10.0 * np.exp(-2000.0 * x)


def mcmb_2510_slope(theta: ArrayLike) -> Array:
    """Slope of `mcmb_2510`."""
    x = np.asarray(theta, dtype=float)
    return -3.96 * np.exp(-3.0 * x) - 20_000.0 * np.exp(-2000.0 * x)


_MCMB_2528 = np.array(
    [
        [0.0351, 0.286, 0.083],
        [-0.0045, 0.849, 0.119],
        [-0.035, 0.9233, 0.05],
        [-0.0147, 0.5, 0.034],
        [-0.102, 0.194, 0.142],
        [-0.022, 0.9, 0.0164],
        [-0.011, 0.124, 0.0226],
        [0.0155, 0.105, 0.029],
    ]
)


def mcmb_2528(theta: ArrayLike) -> Array:
    """MCMB 2528 graphite, measured by Bogatu in 2000; dualfoil."""
    x = np.asarray(theta, dtype=float)
    return 0.194 + 1.5 * np.exp(-120.0 * x) + _tanh_sum(x, _MCMB_2528)


def mcmb_2528_slope(theta: ArrayLike) -> Array:
    """Slope of `mcmb_2528`."""
    x = np.asarray(theta, dtype=float)
    return -180.0 * np.exp(-120.0 * x) + _tanh_sum_slope(x, _MCMB_2528)


# --- oxides ----------------------------------------------------------------------------------

_BELLCORE_POLE = 0.998432
_BELLCORE_UPPER = _BELLCORE_POLE - 1e-6


def lmo_bellcore(theta: ArrayLike) -> Array:
    """LiMn₂O₄ spinel of Bellcore; Doyle et al. (1996). Pole at θ = 0.998432."""
    y = np.asarray(theta, dtype=float)
    return (
        4.19829
        + 0.0565661 * np.tanh(-14.5546 * y + 8.60942)
        - 0.0275479 * ((_BELLCORE_POLE - y) ** -0.492465 - 1.90111)
        - 0.157123 * np.exp(-0.04738 * y**8)
        + 0.810239 * np.exp(-40.0 * (y - 0.133875))
    )


def lmo_bellcore_slope(theta: ArrayLike) -> Array:
    """Slope of `lmo_bellcore`."""
    y = np.asarray(theta, dtype=float)
    return (
        -14.5546 * 0.0565661 * (1.0 - np.tanh(-14.5546 * y + 8.60942) ** 2)
        - 0.492465 * 0.0275479 * (_BELLCORE_POLE - y) ** -1.492465
        + 8.0 * 0.04738 * 0.157123 * y**7 * np.exp(-0.04738 * y**8)
        - 40.0 * 0.810239 * np.exp(-40.0 * (y - 0.133875))
    )


_LITERATURE_POLE = 1.00167


def lmo_literature(theta: ArrayLike) -> Array:
    """LiMn₂O₄ spinel, upper plateau; Fuller, Doyle & Newman (1994). Pole above θ = 1."""
    y = np.asarray(theta, dtype=float)
    return (
        4.06279
        + 0.0677504 * np.tanh(-21.8502 * y + 12.8268)
        - 0.105734 * ((_LITERATURE_POLE - y) ** -0.379571 - 1.575994)
        - 0.045 * np.exp(-71.69 * y**8)
        + 0.01 * np.exp(-200.0 * (y - 0.19))
    )


def lmo_literature_slope(theta: ArrayLike) -> Array:
    """Slope of `lmo_literature`."""
    y = np.asarray(theta, dtype=float)
    return (
        -21.8502 * 0.0677504 * (1.0 - np.tanh(-21.8502 * y + 12.8268) ** 2)
        - 0.379571 * 0.105734 * (_LITERATURE_POLE - y) ** -1.379571
        + 8.0 * 71.69 * 0.045 * y**7 * np.exp(-71.69 * y**8)
        - 200.0 * 0.01 * np.exp(-200.0 * (y - 0.19))
    )


_LCO = np.array(
    # amplitude, centre, width; the source's a tanh(p − q y) is −a tanh((y − p/q)/(1/q))
    [
        [-0.07645, 30.834 / 54.4806, 1 / 54.4806],
        [-2.1581, 52.294 / 50.294, 1 / 50.294],
        [0.14169, 11.0923 / 19.8543, 1 / 19.8543],
        [-0.2051, 1.4684 / 5.4888, 1 / 5.4888],
        [-0.2531, 0.56478, 0.1316],
        [-0.02167, 0.525, 0.006],
    ]
)


def lco_dualfoil(theta: ArrayLike) -> Array:
    """LiCoO₂: Garcia's data above θ = 0.5, Doyle's fit below 0.4, joined in 2003; dualfoil."""
    y = np.asarray(theta, dtype=float)
    return 2.16216 + _tanh_sum(y, _LCO)


def lco_dualfoil_slope(theta: ArrayLike) -> Array:
    """Slope of `lco_dualfoil`."""
    return _tanh_sum_slope(np.asarray(theta, dtype=float), _LCO)


def own_potential(key: str, described: Mapping[str, Any]) -> OpenCircuitFit:
    """Make an open-circuit potential of one's own: a constant, an expression or a table.

    Parameters
    ----------
    key : str
        What the caller calls it, for messages.
    described : mapping of str to Any
        As for `microbatt.cells.material_function`, in volts, x being the stoichiometry; and the
        ``material`` in words.

    Returns
    -------
    OpenCircuitFit
        Engines read it on its own range: an electrode is exhausted at the end of a table.

    Raises
    ------
    ParameterError
        If it describes no function, or one that holds beyond stoichiometries from 0 to 1.
    """
    words = {"material": "a material of its own"} | dict(described)
    material = str(words.pop("material"))
    function = material_function(key, words, lower=0.0, upper=1.0)
    low, high = function.lower, function.upper
    if not 0.0 <= low < high - _LEAST_RANGE or not high <= 1.0:
        raise ParameterError(
            f"`{key}` holds from x = {low:.6g} to {high:.6g}; x is a stoichiometry, and must span "
            f"more than {_LEAST_RANGE:g} inside [0, 1]. {remedy_of(USE_FRACTION, high)}"
        )
    _check_falls(key, function, low, high)
    return OpenCircuitFit(
        name="of its own",
        material=material,
        reference="",
        lower=low,
        upper=high,
        potential=function,
        slope=SlopeOf(function=function),
        limits=(low, high),
    )


def _check_falls(key: str, function: Callable[[Array], Array], low: float, high: float) -> None:
    """Refuse a potential that rises as lithium is taken up: it is one of the state of charge."""
    few, much = (low + share * (high - low) for share in (_INNER, 1.0 - _INNER))
    first, last = np.asarray(function(np.array([few, much])), dtype=float)
    if last > first + _RISE:
        raise ParameterError(
            f"`{key}` rises from {first:.4g} V at x = {few:.4g} to {last:.4g} V at x = {much:.4g}; "
            "the potential of an electrode falls as it takes up lithium, and x is the share of its "
            "sites that are full. Where x is a state of charge, write 1 - x, or what the window of "
            "stoichiometries makes of it."
        )


_ALL = (
    OpenCircuitFit(
        name="petroleum-coke",
        material="petroleum coke, LixC6",
        reference="doyle1996",
        lower=0.0,
        upper=0.67,  # positive against lithium up to here
        potential=petroleum_coke,
        slope=petroleum_coke_slope,
    ),
    OpenCircuitFit(
        name="mcmb-2510",
        material="MCMB 2510 carbon, LixC6",
        reference="dualfoil",
        lower=0.0,
        upper=0.7,  # positive against lithium up to here
        potential=mcmb_2510,
        slope=mcmb_2510_slope,
    ),
    OpenCircuitFit(
        name="mcmb-2528",
        material="MCMB 2528 graphite, LixC6",
        reference="dualfoil",
        lower=0.01,
        upper=0.9,
        potential=mcmb_2528,
        slope=mcmb_2528_slope,
    ),
    OpenCircuitFit(
        name="lmo-bellcore",
        material="LiyMn2O4 spinel, Bellcore",
        reference="doyle1996",
        lower=0.17,
        upper=_BELLCORE_UPPER,
        potential=lmo_bellcore,
        slope=lmo_bellcore_slope,
        limits=(0.0, _BELLCORE_UPPER),
    ),
    OpenCircuitFit(
        name="lmo-literature",
        material="LiyMn2O4 spinel, upper plateau",
        reference="fuller1994",
        lower=0.2,
        upper=1.0,
        potential=lmo_literature,
        slope=lmo_literature_slope,
    ),
    OpenCircuitFit(
        name="lco-dualfoil",
        material="LiyCoO2",
        reference="dualfoil",
        lower=0.0,
        upper=0.99,
        potential=lco_dualfoil,
        slope=lco_dualfoil_slope,
    ),
)

OPEN_CIRCUIT_FITS = {fit.name: fit for fit in _ALL}
"""Every open-circuit fit by name."""
