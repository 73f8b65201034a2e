"""The curves of the selected point: voltage against capacity, with what they are compared to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from bokeh.models import ColumnDataSource, HoverTool, MultiLine, Range1d, Scatter

from microbatt.explorer.appearance import INK, empty_figure
from microbatt.explorer.curve_frame import mark_cutoff, message, name_currents
from microbatt.explorer.reasons import ending_words
from microbatt.plots.colours import ENDING_COLOURS, PREDICTION, current_colours
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from bokeh.plotting import figure

    from microbatt.explorer.points import Curve
    from microbatt.explorer.source import CubeSource

KINDS: Final = {
    "pinned": {"line_dash": [2, 3], "line_width": 1.8},
    "selected": {"line_dash": "solid", "line_width": 2.4},
    "predicted": {"line_dash": [7, 3], "line_width": 1.6},
}
"""What curves are shown for, and how their lines look; the last is drawn on top."""
_ROOM: Final = 1.04
"""Length of an axis over what must fit."""


class CurveView:
    """The figure of the curves and what changes on it.

    Parameters
    ----------
    source
        The cube.
    """

    def __init__(self, source: CubeSource) -> None:
        self._colours = current_colours(source.currents.tolist())
        self.figure = empty_figure(
            x_axis_label=quantity("capacity").label,
            y_axis_label=quantity("voltage").label,
            x_range=Range1d(0, 1),
            y_range=Range1d(0, 1),
            tools="pan,wheel_zoom,box_zoom,reset",
            active_scroll=None,
            active_drag=None,
            name="curves",
        )
        self._lines = {name: _lines(self.figure, name) for name in KINDS}
        self._ends = {name: _ends(self.figure, name) for name in ("pinned", "selected")}
        self._message = message(self.figure)
        mark_cutoff(self.figure, source)
        name_currents(self.figure, self._colours)
        self.fit(source)

    def fit(self, source: CubeSource) -> None:
        """Let the axes span every curve of the cube, so that they stay while points change."""
        capacity = _highest(source.values("discharge_capacity"), default=1.0)
        top = _highest(source.values("open_circuit_voltage"), default=4.5)
        cutoff = float(source.opened.attrs.get("cutoff_voltage", 0.0))
        margin = 0.04 * (top - cutoff)
        _set(self.figure.x_range, 0.0, _ROOM * capacity)
        _set(self.figure.y_range, cutoff - margin, top + margin)

    def show(self, name: str, curves: list[Curve]) -> None:
        """Show curves as those of the ``selected``, the ``pinned`` or the ``predicted`` point."""
        there = [curve for curve in curves if curve.capacity.size]
        predicted = name == "predicted"
        self._lines[name].data = {
            "capacity": [curve.capacity for curve in there],
            "voltage": [curve.voltage for curve in there],
            "current": [curve.current for curve in there],
            "colour": [PREDICTION if predicted else self._colours[c.current] for c in there],
            "ending": [ending_words(curve.outcome) for curve in there],
        }
        if name in self._ends:
            self._ends[name].data = {
                "capacity": [curve.capacity[-1] for curve in there],
                "voltage": [curve.voltage[-1] for curve in there],
                "colour": [ENDING_COLOURS[curve.outcome] for curve in there],
                "ending": [ending_words(curve.outcome) for curve in there],
                "reason": [curve.outcome.message for curve in there],
            }
        if name == "selected":
            self._message.text = "" if there else _why_none(curves)


def _lines(drawn_in: figure, name: str) -> ColumnDataSource:
    source = ColumnDataSource(
        data={"capacity": [], "voltage": [], "current": [], "colour": [], "ending": []},
        name=f"{name} curves",
    )
    lines = drawn_in.add_glyph(
        source,
        MultiLine(
            xs="capacity", ys="voltage", line_color="colour", line_join="round", **KINDS[name]
        ),
    )
    hover = HoverTool(
        renderers=[lines],
        line_policy="interp",
        tooltips=(
            '<div style="font:12px/1.45 sans-serif;color:#1f2933">'
            f"<b>{name}</b>, @current{{0.[00]}} {quantity('current').pretty_units}<br>"
            f"$snap_y{{0.000}} V at $snap_x{{0.00}} {quantity('capacity').pretty_units}<br>"
            "@ending</div>"
        ),
        visible=False,
    )
    drawn_in.add_tools(hover)
    return source


def _ends(drawn_in: figure, name: str) -> ColumnDataSource:
    """Draw a dot at the end of each curve in the colour of its ending."""
    columns: dict[str, Any] = {
        "capacity": [], "voltage": [], "colour": [], "ending": [], "reason": []
    }  # fmt: skip
    source = ColumnDataSource(data=columns, name=f"{name} ends")
    dots = Scatter(
        x="capacity",
        y="voltage",
        size=9 if name == "selected" else 6,
        fill_color="colour",
        line_color=INK,
        line_width=1.2,
    )
    drawn_in.add_glyph(source, dots)
    return source


def _why_none(curves: list[Curve]) -> str:
    endings = dict.fromkeys(ending_words(curve.outcome) for curve in curves)
    return f"No curve here: {', '.join(endings)}."


def _highest(values: np.ndarray[Any, Any], default: float) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.max()) if finite.size and finite.max() > 0 else default


def _set(target: Any, start: float, end: float) -> None:  # noqa: ANN401 - any Bokeh range
    target.update(start=start, end=end, reset_start=start, reset_end=end)
