"""How the explorer's figures look: type, lines and the colours of values on a map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from microbatt.outcomes import Outcome
from microbatt.plots.colours import (
    AMOUNT_MAP,
    DIFFERENCE_MAP,
    ENDING_COLOURS,
    PALETTE,
    colour_map,
)

if TYPE_CHECKING:
    from bokeh.plotting import figure
    from numpy.typing import NDArray

    from microbatt.explorer.variables import MapVariable

FONT: Final = "Inter, 'Segoe UI', Helvetica, Arial, sans-serif"
INK: Final = "#1f2933"
"""Text and the frame of what is selected."""
FAINT: Final = "#7b8794"
"""Text of second rank."""
RULE: Final = "#e4e7eb"
"""Grid lines and borders."""
OF_NO_CURVE: Final = "#fafafa"
"""Behind the cells."""

HATCHES: Final = {
    Outcome.NOT_RUN: "dot",
    Outcome.CUTOFF_REACHED: "blank",
    Outcome.SALT_EXHAUSTED: "horizontal_line",
    Outcome.LITHIUM_EXHAUSTED: "right_diagonal_line",
    Outcome.CUTOFF_AT_START: "diagonal_cross",
    Outcome.STEP_BUDGET: "vertical_line",
    Outcome.NO_CONVERGENCE: "left_diagonal_line",
    Outcome.TIME_LIMIT: "cross",
    Outcome.CRASHED: "ring",
    Outcome.UNPHYSICAL: "criss_cross",
}
"""A hatch beside each ending's colour, for eyes and printers that see none."""

_MIDDLE: Final = 140.0
"""Brightness above which a colour is light."""
_DECADES: Final = 2.0
"""Errors and bounds that spread over more get logarithmic colours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Colouring:
    """Which colour a value gets.

    Attributes
    ----------
    palette
        Colours from the lowest to the highest value.
    low, high
        Those two values; what lies beyond gets the last colour.
    logarithmic
        Whether colours follow the logarithm.
    """

    palette: tuple[str, ...]
    low: float
    high: float
    logarithmic: bool = False


def colouring(variable: MapVariable, value: NDArray[np.float64]) -> Colouring:
    """Choose the colours of a map.

    Codes get a colour each, errors begin at zero and end where two in a hundred lie beyond,
    correlations are centred on zero, and amounts fill their range.
    """
    if variable.flags:
        return _flag_colouring(variable)
    finite = value[np.isfinite(value)]
    name = colour_map(variable.name)
    if name == DIFFERENCE_MAP:
        return Colouring(palette=palette(name), low=-1.0, high=1.0)
    if finite.size == 0:
        return Colouring(palette=palette(name), low=0.0, high=1.0)
    low, high = float(finite.min()), float(finite.max())
    if name == AMOUNT_MAP:
        return Colouring(palette=palette(name), low=low, high=_above(low, high))
    low, high = (float(q) for q in np.percentile(finite, [2, 98]))
    if low > 0 and np.log10(high / low) > _DECADES:
        return Colouring(palette=palette(name), low=low, high=high, logarithmic=True)
    return Colouring(palette=palette(name), low=0.0, high=_above(0.0, high))


def inks(colours: Colouring, value: NDArray[np.float64]) -> list[str]:
    """Return for each value what shows on its colour: ink on light, white on dark."""
    bright = np.array([brightness(colour) > _MIDDLE for colour in colours.palette])
    share = (value - colours.low) / (colours.high - colours.low)
    last = len(colours.palette) - 1
    index = np.clip(np.nan_to_num(share) * last, 0, last).astype(int)
    return [INK if light else "#ffffff" for light in bright[index]]


def brightness(colour: str) -> float:
    """Return how bright a hexadecimal colour looks, 0 to 255.

    Examples
    --------
    >>> brightness("#000000"), brightness("#ffffff")
    (0.0, 255.0)
    """
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return 0.3 * red + 0.6 * green + 0.1 * blue


def palette(name: str) -> tuple[str, ...]:
    """Return the 256 colours of one of Matplotlib's maps."""
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    return tuple(to_hex(colour) for colour in colormaps[name](np.linspace(0, 1, 256)))


def flag_colour(variable: MapVariable, code: int) -> str:
    """Return the colour of a code of a variable with flags."""
    if variable.name == "status" and code in ENDING_COLOURS:
        return ENDING_COLOURS[Outcome(code)]
    if variable.flags.get(code) == "predicted":
        return ENDING_COLOURS[Outcome.CUTOFF_REACHED]  # the ordinary case, as of endings
    return PALETTE[code % (len(PALETTE) - 1)]


def flag_hatch(variable: MapVariable, code: int) -> str:
    """Return the hatch of a code: of endings that leave no whole curve, none of the others."""
    is_ending = variable.name == "status" and code in ENDING_COLOURS
    return HATCHES[Outcome(code)] if is_ending and not Outcome(code).is_whole else "blank"


def empty_figure(**options: Any) -> figure:  # noqa: ANN401 - forwarded
    """Return a figure in the explorer's style that fills the place it is given."""
    from bokeh.plotting import figure

    made = figure(sizing_mode="stretch_both", min_height=240, **options)
    made.min_border_right = 16
    made.outline_line_color = None
    made.background_fill_color = "#ffffff"
    made.title.text_font = FONT
    made.title.text_font_size = "13px"
    made.title.text_font_style = "bold"
    made.title.text_color = INK
    made.grid.grid_line_color = RULE
    for axis in (*made.xaxis, *made.yaxis):
        axis.axis_label_text_font = axis.major_label_text_font = FONT
        axis.axis_label_text_font_style = "normal"
        axis.axis_label_text_font_size = "12px"
        axis.major_label_text_font_size = "11px"
        axis.axis_label_text_color = INK
        axis.major_label_text_color = INK
        axis.axis_line_color = axis.major_tick_line_color = FAINT
        axis.minor_tick_line_color = None
        axis.major_tick_in = 0
    made.toolbar.logo = None
    made.toolbar.autohide = True
    return made


def _flag_colouring(variable: MapVariable) -> Colouring:
    low, high = min(variable.flags), max(variable.flags)
    colours = tuple(flag_colour(variable, code) for code in range(low, high + 1))
    return Colouring(palette=colours, low=low - 0.5, high=high + 0.5)


def _above(low: float, high: float) -> float:
    """Return the upper end of a range, above the lower one even if all values are equal."""
    return high if high > low else low + max(abs(low) * 1e-3, 1e-9)
