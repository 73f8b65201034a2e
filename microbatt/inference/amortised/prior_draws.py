"""Cells drawn from what is known of one: the truths that a network of its own learns from.

What is asked for is spread evenly over a range, since a network must be told where to look; what
is free, and what is in doubt in the cell file, follow the priors that `microbatt.infer` has.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.stats import norm, qmc, t

from microbatt.errors import ParameterError
from microbatt.inference.forward.cell_errors import cell_doubts
from microbatt.inference.forward.priors import make_priors, shape_factors
from microbatt.inference.forward.unknowns import PARAMETERS, known_name
from microbatt.parameters import PARAMETERS as VOCABULARY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from microbatt.cells import Cell
    from microbatt.inference.forward.priors import Priors
    from microbatt.inference.options import InferenceOptions

    Array = NDArray[np.float64]

RANGES: Final = {"alpha": (0.0, 5.0), "S": (1.0, 20.0)}
"""Where a network looks for alpha and S unless somebody says otherwise [-]."""
_WIDTHS: Final = 3.0
"""Half the range of other numbers that are asked for, in the widths that are usual for them."""
_REACH: Final = 4.0
"""Half the range of what is free, in standard deviations of its prior."""
_OF_CURRENTS: Final = "area_scale"
"""An unknown that moves the currents, which all points of a cube share."""
_TEMPERATURES: Final = ("initial_temperature", "ambient_temperature")


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnCells:
    """Cells drawn from the priors.

    Attributes
    ----------
    priors
        Of all unknowns, flat ones within their ranges; held ones too.
    x
        Coordinates of the cells, shape (n, p).
    """

    priors: Priors
    x: Array

    @property
    def targets(self) -> tuple[str, ...]:
        """What a network can answer of them: numbers of the cell that are asked for or free."""
        names = [self.priors.names[i] for i in self.priors.shown]
        return tuple(name for name in names if name in VOCABULARY)

    @property
    def box(self) -> tuple[Array, Array]:
        """Lowest and highest coordinates of the targets, shape (k,) each."""
        places = [self.priors.names.index(name) for name in self.targets]
        return self.priors.low[places], self.priors.high[places]

    @property
    def offset(self) -> Array:
        """Voltage offset of each cell's tester, shape (n,) [V]."""
        if "voltage_offset" not in self.priors.names:
            return np.zeros(len(self.x))
        return self.x[:, self.priors.names.index("voltage_offset")]

    @property
    def numbers(self) -> dict[str, Array]:
        """Numbers of a cell that vary → values in SI units, shape (n,) each."""
        values = self.priors.natural(self.x)
        found: dict[str, Array] = {}
        for i, name in enumerate(self.priors.names):
            if name == "temperature":
                found |= dict.fromkeys(_TEMPERATURES, values[:, i])
            elif name in VOCABULARY and name not in self.priors.held:
                found[name] = values[:, i]
        return found


def network_priors(
    cell: Cell, options: InferenceOptions, ranges: Mapping[str, tuple[float, float]]
) -> Priors:
    """Return the priors of `microbatt.infer`, each with ends.

    Parameters
    ----------
    cell
        What is known of the cell.
    options
        What is asked for, what is free and how well the cell file is known.
    ranges
        Name of what is asked for → lowest and highest value, in SI units.

    Raises
    ------
    ParameterError
        If a range is none, or of a number that is not asked for; or if something is free that the
        cells of a cube cannot differ in.
    """
    if _OF_CURRENTS in {*options.unknown, *options.free}:
        raise ParameterError(
            f"`{_OF_CURRENTS}` cannot be unknown to a network: all cells that it learns from have "
            "the same currents. Leave it out here; `microbatt infer --free` knows it."
        )
    doubts = cell_doubts(cell, options.cell_error, options.thermal)
    priors = make_priors(
        cell,
        options.free,
        shape_factors(options.inventory, options.thermal),  # type: ignore[arg-type]
        unknown=options.unknown,
        doubted=doubts.widths,
    )
    given = {known_name(name): ends for name, ends in ranges.items()}
    flat = [n for n, std in zip(priors.names, priors.std, strict=True) if np.isinf(std)]
    for name in given:
        if name not in flat:
            raise ParameterError(
                f"`range` is given for {name!r}, which has no flat prior; it can be given for "
                f"{', '.join(flat)}."
            )
    low, high = priors.low.copy(), priors.high.copy()
    for i, name in enumerate(priors.names):
        ends = _ends(priors, i, given.get(name))
        low[i], high[i] = max(low[i], ends[0]), min(high[i], ends[1])
        if not low[i] < high[i]:
            raise ParameterError(
                f"`range` of {name} is {given.get(name)}; it must go from a lower to a higher "
                f"value, and lie where {name} may: {priors.low[i]:g} to {priors.high[i]:g} in the "
                "coordinate of the fit."
            )
    return replace(priors, low=low, high=high)


def _ends(priors: Priors, i: int, given: tuple[float, float] | None) -> tuple[float, float]:
    """Return where a network looks for an unknown, in its coordinate."""
    name, std, mean = priors.names[i], float(priors.std[i]), float(priors.mean[i])
    if np.isfinite(std):
        return (mean - _REACH * std, mean + _REACH * std) if i < priors.asked else (-np.inf, np.inf)
    pair = given or RANGES.get(name)
    if pair is None:
        width = _WIDTHS * float(PARAMETERS[name].width or 0.0)
        return mean - width, mean + width
    if not priors.by_logarithm(i):
        return pair
    if not min(pair) > 0.0:
        raise ParameterError(
            f"`range` of {name} is {pair}; it is looked for by its logarithm, so both ends must "
            "lie above 0."
        )
    return float(np.log(pair[0])), float(np.log(pair[1]))


def draw_cells(priors: Priors, count: int, seed: int) -> DrawnCells:
    """Draw cells from priors, as evenly as a scrambled Sobol sequence is.

    Parameters
    ----------
    priors
        From `network_priors`.
    count
        How many.
    seed
        Of the scrambling, and of the order.

    Returns
    -------
    DrawnCells
        In random order.
    """
    rng = np.random.default_rng(seed)
    size = len(priors.names)
    power = int(np.ceil(np.log2(max(count, 2))))
    share = qmc.Sobol(size, rng=rng).random_base2(power)[:count]
    x = np.empty((count, size))
    for i in range(size):
        x[:, i] = _quantiles(priors, i, share[:, i])
    return DrawnCells(priors=priors, x=x[rng.permutation(count)])


def _quantiles(priors: Priors, i: int, share: Array) -> Array:
    """Return values of an unknown below which given shares of its prior lie, within its ends."""
    low, high, mean, std = (float(v[i]) for v in (priors.low, priors.high, priors.mean, priors.std))
    if priors.names[i] in priors.held:
        return np.full(share.size, mean)
    if np.isinf(std):
        return low + (high - low) * share
    tails = np.inf if priors.tails is None else float(priors.tails[i])
    spread = t(tails) if np.isfinite(tails) else norm()
    below, above = spread.cdf((low - mean) / std), spread.cdf((high - mean) / std)
    inner = spread.ppf(below + (above - below) * share)
    return np.asarray(np.clip(mean + std * inner, low, high))
