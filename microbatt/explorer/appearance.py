"""How the explorer looks: its style sheet and programs, type, lines, and the colours of values."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import holoviews as hv
import holoviews.plotting.bokeh
import numpy as np

from microbatt.outcomes import Outcome
from microbatt.plots.style import AMOUNT_MAP, DIFFERENCE_MAP, colour_map

if TYPE_CHECKING:
    from collections.abc import Callable

    from holoviews.plotting.bokeh.element import ElementPlot
    from numpy.typing import NDArray

    from microbatt.explorer.variables import MapVariable

_FOLDER: Final = Path(__file__).parent / "browser"


@cache
def asset(name: str) -> str:
    """Return the text of a file of the folder ``browser``."""
    return (_FOLDER / name).read_text(encoding="utf-8")


HIDDEN: Final[dict[str, Any]] = {"visible": False, "width": 10, "margin": 0}
"""Options of a widget that carries messages only."""

STYLED: Final[dict[str, Any]] = {"stylesheets": [asset("style.css")]}
"""Options of a Panel widget or pane in the explorer's style."""


hv.Store.set_current_backend("bokeh")

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
    Outcome.UNRESOLVED_FALL: "vertical_wave",
}
"""A hatch beside each outcome's colour, for eyes and printers that see none."""

PANE: Final[dict[str, Any]] = {
    "sizing_mode": "stretch_both",
    "margin": (5, 0),
    "linked_axes": False,
    "backend": "bokeh",
}
"""Panel options of the pane of a figure."""
STYLE: Final[dict[str, Any]] = {
    "responsive": True,
    "min_height": 280,
    "default_tools": [],
    "active_tools": [],
    "normalize": False,  # limits and colours are given: nothing need be searched for its range
}
"""HoloViews options of every figure."""
STILL: Final[dict[str, Any]] = {
    "apply_ranges": False,
    "default_tools": [],
    "fontsize": {"title": "14px", "labels": "12px", "ticks": "11px"},
}
"""HoloViews options of every element: the figure has the limits, one element the tools."""
LEGEND: Final = {
    "border_line_color": None,
    "label_text_font": FONT,
    "label_text_font_size": "11px",
    "label_text_color": INK,
    "glyph_width": 18,
    "glyph_height": 14,
    "spacing": 0,
    "padding": 4,
}
"""Options of every legend."""

AREAL: Final = 0.1
"""mA h cm⁻² in one A h m⁻²: the unit in which cell makers give capacities."""
AREAL_UNIT: Final = "mA h cm⁻²"
_MIDDLE: Final = 140.0
"""Brightness above which a colour is light."""
_DECADES: Final = 2.0
"""Errors and bounds that spread over more get logarithmic colours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Colouring:
    """Which colour a value gets.

    Parameters
    ----------
    palette : tuple of str
        Colours from the lowest to the highest value.
    low, high : float
        Those two values; what lies beyond gets the last colour.
    logarithmic : bool, default False
        Whether colours follow the logarithm.
    """

    palette: tuple[str, ...]
    low: float
    high: float
    logarithmic: bool = False


def colouring(variable: MapVariable, value: NDArray[np.float64]) -> Colouring:
    """Choose the colours of a map.

    Errors begin at zero and end where two in a hundred lie beyond,
    correlations are centred on zero, and amounts fill their range.
    """
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


def hatch_colour(colour: str) -> str:
    """Return a hatch colour that shows on a fill: white on dark, grey on light.

    Examples
    --------
    >>> hatch_colour("#000000"), hatch_colour("#f2f2f2")
    ('#ffffff', '#7b8794')
    """
    return "#ffffff" if brightness(colour) < _MIDDLE else FAINT


def designed(name: str) -> Callable[[ElementPlot, hv.Element], None]:
    """Return a hook for HoloViews that gives a figure the explorer's style and a name."""
    from bokeh.models import CustomJS

    def design(plot: ElementPlot, _element: hv.Element) -> None:
        made = plot.state
        if made.name == name:  # it has it already
            return
        made.update(name=name, min_border_right=16, outline_line_color=None)
        for event in ("tap", "panend"):
            made.js_on_event(event, CustomJS(code=asset("unframe.js")))
        made.grid.grid_line_color = RULE
        made.toolbar.update(logo=None, autohide=True)
        made.title.update(text_font=FONT, text_font_style="bold", text_color=INK)
        for axis in (*made.xaxis, *made.yaxis):
            axis.update(
                axis_label_text_font=FONT,
                axis_label_text_font_style="normal",
                axis_label_text_color=INK,
                major_label_text_font=FONT,
                major_label_text_color=INK,
                axis_line_color=FAINT,
                major_tick_line_color=FAINT,
                major_tick_in=0,
                minor_tick_line_color=None,
            )

    return design


def named(name: str) -> Callable[[ElementPlot, hv.Element], None]:
    """Return a hook for HoloViews that names the data of an element for programs in the page."""

    def give_name(plot: ElementPlot, _element: hv.Element) -> None:
        plot.handles["cds"].name = name

    return give_name


def _above(low: float, high: float) -> float:
    """Return the upper end of a range, above the lower one even if all values are equal."""
    return high if high > low else low + max(abs(low) * 1e-3, 1e-9)
