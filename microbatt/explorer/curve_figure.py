"""The curves of a point as a HoloViews figure: lines, their ends, and what follows which stream."""

from __future__ import annotations

from functools import reduce
from operator import mul
from typing import TYPE_CHECKING, Any, Final

import holoviews as hv
import numpy as np
import panel as pn

from microbatt.explorer.appearance import (
    FAINT,
    FONT,
    INK,
    LEGEND,
    PANE,
    STILL,
    STYLE,
    designed,
    named,
)
from microbatt.explorer.legend import outcome_name
from microbatt.plots import OUTCOME_COLOURS, PREDICTION, current_colours, dimension
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bokeh.models import HoverTool

    from microbatt.explorer.source import CubeSource, Curve

KINDS: Final[dict[str, dict[str, Any]]] = {
    "pinned": {"line_dash": "2 3", "line_width": 1.8},
    "selected": {"line_dash": "solid", "line_width": 2.4},
    "predicted": {"line_dash": "7 3", "line_width": 1.6},
}
"""What curves are shown for, and how their lines look; the last is drawn on top."""

_TOOLS: Final = ("pan", "wheel_zoom", "box_zoom", "reset")
_ROOM: Final = 1.04
"""Length of an axis over what must fit."""


def lines(
    curves: Sequence[Curve], kind: str, currents: Iterable[float], hover: HoverTool
) -> hv.Contours:
    """Return curves as those of the ``selected``, the ``pinned`` or the ``predicted`` point.

    Parameters
    ----------
    curves : sequence of Curve
        Curves of one point.
    kind : str
        Key of `KINDS`.
    currents : iterable of float
        All that the cube has [A m⁻²], for a colour each.
    hover : bokeh.models.HoverTool
        Tells of the line under the pointer; from `line_hover`.
    """
    paths = [
        {
            "capacity": curve.capacity,
            "voltage": curve.voltage,
            "current": _words(curve.current),
            "outcome": outcome_name(curve.outcome),
        }
        for curve in curves
        if curve.capacity.size
    ]
    colours = {_words(current): c for current, c in current_colours(currents).items()}
    colour = {"color": PREDICTION} if kind == "predicted" else {"color": "current", "cmap": colours}
    return hv.Contours(paths, _axes(), ["current", "outcome"]).opts(
        **colour,
        **KINDS[kind],
        show_legend=kind == "selected",
        **({"title": heading(curves)} if kind == "selected" else {}),
        tools=[hover, *_TOOLS] if kind == "selected" else [hover],
        hooks=[named(f"{kind} curves")],
        **STILL,
    )


def ends(curves: Iterable[Curve], kind: str) -> hv.Points:
    """Return a dot at the end of each curve in the colour of its outcome."""
    there = [curve for curve in curves if curve.capacity.size]
    rows = [(curve.capacity[-1], curve.voltage[-1], outcome_name(curve.outcome)) for curve in there]
    return hv.Points(rows, _axes(), ["outcome"]).opts(
        color="outcome",
        cmap={outcome_name(outcome): colour for outcome, colour in OUTCOME_COLOURS.items()},
        size=9 if kind == "selected" else 6,
        line_color=INK,
        line_width=1.2,
        show_legend=False,
        hooks=[named(f"{kind} ends")],
        **STILL,
    )


def cutoff(source: CubeSource) -> hv.HLine:
    """Return the voltage at which a discharge ends."""
    at = float(source.opened.attrs.get("cutoff_voltage", np.nan))
    return hv.HLine(at, kdims=_axes()).opts(color=FAINT, line_dash="dotted", line_width=1, **STILL)


def heading(curves: Sequence[Curve]) -> str:
    """Return the title of the curves of a point, or why it has none."""
    if any(curve.capacity.size for curve in curves):
        return "Discharge curves"
    outcomes = dict.fromkeys(outcome_name(curve.outcome) for curve in curves)
    return f"No curve here: {', '.join(outcomes)}."


def limits(source: CubeSource) -> dict[str, tuple[float, float]]:
    """Return limits of the axes that span every curve of the cube, so that they stay."""
    capacity = _highest(source.values("discharge_capacity"), default=1.0)
    top = _highest(source.values("open_circuit_voltage"), default=4.5)
    bottom = float(source.opened.attrs.get("cutoff_voltage", 0.0))
    margin = 0.04 * (top - bottom)
    return {"xlim": (0.0, _ROOM * capacity), "ylim": (bottom - margin, top + margin)}


def line_hover(kind: str) -> HoverTool:
    """Return what the pointer tells of a line; one tool serves one figure."""
    from bokeh.models import HoverTool

    return HoverTool(
        line_policy="interp",
        tooltips=(
            f'<div style="font:12px/1.45 {FONT};color:{INK}">'
            f"<b>{kind}</b>, @current<br>"
            f"$snap_y{{0.000}} V at $snap_x{{0.00}} {quantity('capacity').pretty_units}<br>"
            "@outcome</div>"
        ),
        visible=False,
    )


def _words(current: float) -> str:
    return f"{current:g} {quantity('current').pretty_units}"


def _axes() -> list[hv.Dimension]:
    return [dimension("capacity"), dimension("voltage")]


def _highest(values: np.ndarray[Any, Any], default: float) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.max()) if finite.size and finite.max() > 0 else default


class CurveFigure:
    """Voltage against capacity of the points that streams name.

    Parameters
    ----------
    source : CubeSource
        The cube.
    points : mapping of str to holoviews.streams.Stream
        Kind → stream whose parameter of that name is the number of a point of the cube, or None;
        the kinds are those of `curve_elements.KINDS`.

    Attributes
    ----------
    pane
        Shows the figure.
    """

    def __init__(self, source: CubeSource, points: Mapping[str, hv.streams.Stream]) -> None:
        self._source = source
        self._points = points
        self._limits = limits(source)
        self.pane = pn.pane.HoloViews(self.figure(), **PANE)

    def figure(self) -> hv.DynamicMap:
        """Return the figure: an overlay that follows the streams."""
        layers = [self._following(kind, point) for kind, point in self._points.items()]
        whole = reduce(mul, layers) * cutoff(self._source)
        return whole.opts(
            hv.opts.Overlay(
                **self._limits,
                xlabel=quantity("capacity").label,
                ylabel=quantity("voltage").label,
                show_grid=True,
                legend_position="top_right",
                legend_opts={**LEGEND, "background_fill_alpha": 0.75},
                **STYLE,
                hooks=[designed("curves")],
            )
        )

    def fit(self) -> None:
        """Let the axes span what the cube holds now."""
        if (now := limits(self._source)) != self._limits:
            self._limits = now
            self.pane.object = self.figure()

    def _following(self, kind: str, point: hv.streams.Stream) -> hv.DynamicMap:
        hover = line_hover(kind)

        def draw(**numbers: int | None) -> hv.Contours | hv.Overlay:
            number = numbers[kind]
            curves = [] if number is None else self._source.curves(number)
            drawn = lines(curves, kind, self._source.currents, hover)
            return drawn if kind == "predicted" else drawn * ends(curves, kind)

        return hv.DynamicMap(draw, streams=[point])
