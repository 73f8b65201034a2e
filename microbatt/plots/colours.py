"""The colour language: one meaning, one colour, in every picture."""

from collections.abc import Iterable

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import to_hex

_DARKEST, _LIGHTEST = 0.05, 0.85


def current_colours(currents: Iterable[float]) -> dict[float, str]:
    """Give each current its colour: dark and cool for the smallest, bright for the largest.

    Parameters
    ----------
    currents
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
    ordered = sorted(set(currents))
    shades = colormaps["viridis"](np.linspace(_DARKEST, _LIGHTEST, len(ordered)))
    return {current: to_hex(shade) for current, shade in zip(ordered, shades, strict=True)}
