"""The curves of a point as a HoloViews figure: lines, their ends, and what follows which stream."""

from __future__ import annotations

from functools import reduce
from operator import mul
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import holoviews as hv
import numpy as np
import panel as pn

from microbatt.explorer.appearance import (
    AREAL,
    AREAL_UNIT,
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
from microbatt.plots.style import OUTCOME_COLOURS, PREDICTION, current_colours, dimension
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bokeh.models import HoverTool
    from numpy.typing import NDArray

    from microbatt.explorer.source import CubeSource, Curve
    from microbatt.measured import Measurement

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


def measured_lines(data: Sequence[Measurement]) -> hv.Contours:
    """Return measured curves, the name of the file and the current at the pointer."""
    from bokeh.models import HoverTool

    hover = HoverTool(
        line_policy="nearest",
        tooltips=f'<div style="font:12px/1.45 {FONT};color:{INK}"><b>measured</b>, @source<br>'
        "@current</div>",
        visible=False,
    )
    paths = [
        {
            "capacity": thinned(curve.capacity),
            "voltage": thinned(curve.voltage),
            "source": Path(curve.source).name,
            "current": _words(curve.current),
        }
        for curve in data
    ]
    return hv.Contours(paths, _axes(), ["source", "current"]).opts(
        color=INK,
        line_width=1.4,
        line_dash="6 2 1 2",
        show_legend=False,
        tools=[hover],
        hooks=[named("measured curves")],
        **STILL,
    )


def thinned(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return samples of a curve, few enough for a page, both ends among them.

    Examples
    --------
    >>> thinned(np.arange(5.0)).size, thinned(np.arange(1e6)).size
    (5, 1500)
    """
    if samples.size <= _MOST_SAMPLES:
        return samples
    places = np.linspace(0, samples.size - 1, _MOST_SAMPLES).round().astype(int)
    return np.asarray(samples[places])


_MOST_SAMPLES: Final = 1500


def ends(curves: Iterable[Curve], kind: str) -> hv.Points:
    """Return a dot at the end of each curve in the colour of its outcome."""
    there = [curve for curve in curves if curve.capacity.size]
    # Columns of one type, empty or not: Bokeh warns of those that come and go.
    columns = {
        "capacity": np.array([curve.capacity[-1] for curve in there], dtype=float),
        "voltage": np.array([curve.voltage[-1] for curve in there], dtype=float),
        "outcome": np.array([outcome_name(curve.outcome) for curve in there], dtype=str),
    }
    return hv.Points(columns, _axes(), ["outcome"]).opts(
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


def limits(
    source: CubeSource, measured: Sequence[Measurement] = ()
) -> dict[str, tuple[float, float]]:
    """Return limits of the axes that span every curve of the cube, so that they stay."""
    capacity = _highest(source.values("discharge_capacity"), default=1.0)
    top = _highest(source.values("open_circuit_voltage"), default=4.5)
    bottom = float(source.opened.attrs.get("cutoff_voltage", 0.0))
    capacity = max([capacity, *(curve.discharge_capacity for curve in measured)])
    top = max([top, *(float(curve.voltage.max()) for curve in measured)])
    bottom = min([bottom, *(curve.end_voltage for curve in measured)])
    margin = 0.04 * (top - bottom)
    return {"xlim": (0.0, _ROOM * capacity), "ylim": (bottom - margin, top + margin)}


def differing(source: CubeSource, selected: int | None, other: int | None) -> list[Curve]:
    """Return the curves of a point that do not lie on those of the selected one."""
    if other is None or other == selected:
        return []
    curves = list(source.curves(other))
    if selected is None:
        return curves
    room = limits(source)["xlim"][1]
    pairs = zip(curves, source.curves(selected), strict=True)
    return [curve for curve, shown in pairs if not coincide(curve, shown, room)]


def line_hover(kind: str) -> HoverTool:
    """Return what the pointer tells of a line; one tool serves one figure."""
    from bokeh.models import CustomJSHover, HoverTool

    both = CustomJSHover(
        args={"areal": AREAL},
        code='return format == "areal" ? (areal * value).toFixed(3) : value.toFixed(2)',
    )
    return HoverTool(
        line_policy="interp",
        tooltips=(
            f'<div style="font:12px/1.45 {FONT};color:{INK}">'
            f"<b>{kind}</b>, @current<br>"
            f"$snap_y{{0.000}} V at $snap_x{{plain}} {quantity('capacity').pretty_units}, "
            f"$snap_x{{areal}} {AREAL_UNIT}<br>"
            "@outcome</div>"
        ),
        formatters={"$snap_x": both},
        visible=False,
    )


def coincide(one: Curve, other: Curve, room: float) -> bool:
    """Whether two curves lie on each other, as far as the width of a line shows.

    Parameters
    ----------
    one, other : Curve
        Of one current.
    room : float
        Length of the axis of capacity [A h m⁻²].
    """
    if not all(curve.capacity.size and curve.capacity[-1] > 0.0 for curve in (one, other)):
        return False
    if abs(one.capacity[-1] - other.capacity[-1]) > _SAME_CAPACITY * room:
        return False
    depth = np.linspace(0.0, 1.0, _LOOKED_AT)
    apart = [
        np.interp(depth, curve.capacity / curve.capacity[-1], curve.voltage)
        for curve in (one, other)
    ]
    return bool(np.abs(apart[0] - apart[1]).max() <= _SAME_VOLTAGE)


_SAME_CAPACITY: Final = 0.002
"""Share of the axis that a line is wide: a pixel or two of several hundred."""
_SAME_VOLTAGE: Final = 0.004
"""The same for voltages [V], of the two or three that the axis spans."""
_LOOKED_AT: Final = 60
"""Depths at which two curves are compared."""


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
        self._measured: hv.streams.Pipe = hv.streams.Pipe(data=[])
        self.pane = pn.pane.HoloViews(self.figure(), **PANE)

    def figure(self) -> hv.DynamicMap:
        """Return the figure: an overlay that follows the streams."""
        layers = [self._following(kind) for kind in self._points]
        over = hv.DynamicMap(measured_lines, streams=[self._measured])
        whole = reduce(mul, layers) * over * cutoff(self._source)
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
        if (now := limits(self._source, self._measured.data)) != self._limits:
            self._limits = now
            self.pane.object = self.figure()

    def lay_over(self, curves: Sequence[Measurement]) -> None:
        """Show what was measured over the simulated curves.

        Parameters
        ----------
        curves : sequence of Measurement
            In place of those that are shown.
        """
        self._measured.send(list(curves))
        self.fit()

    def _following(self, kind: str) -> hv.DynamicMap:
        hover = line_hover(kind)

        def draw(**numbers: int | None) -> hv.Contours | hv.Overlay:
            number = numbers[kind]
            curves = [] if number is None else self._source.curves(number)
            drawn = lines(curves, kind, self._source.currents, hover)
            return drawn * ends(curves, kind)

        def draw_predicted(predicted: int | None, selected: int | None) -> hv.Contours:
            curves = differing(self._source, selected, predicted)
            return lines(curves, kind, self._source.currents, hover)

        if kind == "predicted":
            streams = [self._points["predicted"], self._points["selected"]]
            return hv.DynamicMap(draw_predicted, streams=streams)
        return hv.DynamicMap(draw, streams=[self._points[kind]])
