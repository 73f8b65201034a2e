"""The colour language: one meaning, one colour, in every picture, printed or on a screen.

Currents go from dark to bright; amounts have the map cividis, errors and uncertainties magma from
light to dark, differences a diverging map about white. Outcomes, and what is true, predicted or
measured, have fixed colours from Okabe and Ito's palette. All of them can be told apart by
colour-blind eyes (a test says so), and the maps and the currents in grey as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.outcomes import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

PALETTE: Final = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9")
"""For things that have names and no order: networks, engines, cells."""

TRUTH: Final = "#222222"
"""What is true or expected: drawn as a solid line."""
PREDICTION: Final = "#d55e00"
"""What a network or a fit says: drawn dashed, or as points."""
MEASUREMENT: Final = "#0072b2"
"""What was measured: drawn as points."""
MISSING: Final = "#d9d9d9"
"""Where there is no number."""

AMOUNT_MAP: Final = "cividis"
"""For amounts: capacity, energy, power, temperature."""
ERROR_MAP: Final = "magma_r"
"""For errors, standard deviations and bounds: light is good."""
DIFFERENCE_MAP: Final = "RdBu_r"
"""For differences with a sign; centre it on zero."""

OUTCOME_COLOURS: Final = {
    Outcome.NOT_RUN: "#f2f2f2",
    Outcome.CUTOFF_REACHED: "#56b4e9",
    Outcome.SALT_EXHAUSTED: "#e69f00",
    Outcome.LITHIUM_EXHAUSTED: "#0072b2",
    Outcome.CUTOFF_AT_START: "#5a5a5a",
    Outcome.STEP_BUDGET: "#f0e442",
    Outcome.NO_CONVERGENCE: "#d55e00",
    Outcome.TIME_LIMIT: "#cc79a7",
    Outcome.CRASHED: "#000000",
    Outcome.UNPHYSICAL: "#5500cc",
    Outcome.UNRESOLVED_FALL: "#009e73",
}
"""Blue and amber for what the cell did, grey for no curve, warning colours for failures."""

_DARKEST, _LIGHTEST = 0.05, 0.85
_ERRORS: Final = ("_error", "_std", "_bound")


def current_colours(currents: Iterable[float]) -> dict[float, str]:
    """Give each current its colour: dark and cool for the smallest, bright for the largest.

    Parameters
    ----------
    currents : iterable of float
        Currents [A m⁻²], positive; repeats count once.

    Returns
    -------
    dict
        Current → hexadecimal colour, evenly spread by rank on viridis, which reads in grey and
        with colour-blind eyes.

    Examples
    --------
    >>> list(current_colours([35.0, 17.5]))
    [17.5, 35.0]
    """
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    ordered = sorted(set(currents))
    shades = colormaps["viridis"](np.linspace(_DARKEST, _LIGHTEST, len(ordered)))
    return {current: to_hex(shade) for current, shade in zip(ordered, shades, strict=True)}


def named_colours(names: Iterable[str]) -> dict[str, str]:
    """Give each name a colour of the palette, in the order in which they come.

    Examples
    --------
    >>> named_colours(["published", "curve"])
    {'published': '#0072b2', 'curve': '#e69f00'}
    """
    return {name: PALETTE[i % len(PALETTE)] for i, name in enumerate(dict.fromkeys(names))}


def colour_map(variable: str) -> str:
    """Return the name of the colour map for a variable of a cube.

    Parameters
    ----------
    variable : str
        Name of the variable.

    Returns
    -------
    str
        Of one of Matplotlib's colour maps.

    Examples
    --------
    >>> colour_map("energy"), colour_map("alpha_bound"), colour_map("bound_correlation")
    ('cividis', 'magma_r', 'RdBu_r')
    """
    if variable.endswith("correlation"):
        return DIFFERENCE_MAP
    return ERROR_MAP if variable.endswith(_ERRORS) else AMOUNT_MAP
