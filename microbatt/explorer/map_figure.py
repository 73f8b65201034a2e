"""The figure of the map: what follows which stream, and taps and drags on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import holoviews as hv
import panel as pn

from microbatt.explorer.appearance import LEGEND, OF_NO_CURVE, PANE, STYLE, colouring, designed
from microbatt.explorer.legend import flag_colouring
from microbatt.explorer.map_elements import Picture, covers, hover_formatters, mark, miss, values
from microbatt.explorer.predictions import point_prediction
from microbatt.explorer.tiles import extents, map_tiles
from microbatt.parameters import POINT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bokeh.models import CustomJSTickFormatter
    from holoviews.plotting.bokeh.element import ElementPlot

    from microbatt.explorer.source import CubeSource
    from microbatt.explorer.variables import MapVariable
    from microbatt.parameters import Customary

_FEW: Final = 12
"""An axis of so many steps has a tick at each."""


class MapFigure:
    """One variable over a plane, such as that of alpha and S, with marks of what is selected.

    Parameters
    ----------
    source : CubeSource
        The cube.
    points : mapping of str to holoviews.streams.Stream
        Kind → stream whose parameter of that name is the number of a point of the cube, or None.
    tapped, dragged : callable
        Called with alpha and S.

    Attributes
    ----------
    pane
        Shows the figure.
    on_top
        The mark of the selected point, of which taps and drags are reported.
    """

    def __init__(
        self,
        source: CubeSource,
        points: Mapping[str, hv.streams.Stream],
        tapped: Callable[[float, float], None],
        dragged: Callable[[float, float], None],
    ) -> None:
        self._source = source
        self._picture = hv.streams.Pipe()
        self._points = points
        self._kind: tuple[Any, ...] = ()
        self.on_top = self._marking("selected")
        self._report(hv.streams.SingleTap, tapped)
        self._report(hv.streams.Draw, dragged)
        self._range = hv.streams.RangeXY(source=self.on_top)
        self.pane = pn.pane.HoloViews(**PANE)

    def show(self, variable: MapVariable, current: int, at: str, *, hatched: bool) -> None:
        """Show a variable at a current (its index), of which `at` are the words."""
        tiles = map_tiles(self._source, variable, current)
        if variable.flags:
            colours = flag_colouring(variable, tiles.codes)
        else:
            colours = colouring(variable, tiles.value)
        picture = Picture(variable=variable, tiles=tiles, colours=colours, at=at, hatched=hatched)
        kind = (variable, colours.logarithmic, picture.has_bar)
        if kind == self._kind:
            self._picture.send(picture)
        else:  # another scale of colours, or another tooltip, is another figure
            self._kind = kind
            self._picture.update(data=picture)
            self.pane.object = self.figure()

    def figure(self) -> hv.DynamicMap:
        """Return the figure: an overlay that follows the streams."""
        plane = self._source.plane
        whole_plane = extents(plane)
        seen = {"xlim": self._range.x_range, "ylim": self._range.y_range}
        across, up = plane.written
        formatters = hover_formatters(self._picture.data, plane)

        def drawn(data: Picture) -> hv.Overlay:
            return values(plane, data, formatters) * covers(plane, data)

        ticks = {
            name: steps.tolist()
            for name, steps in (("xticks", plane.x_axis), ("yticks", plane.y_axis))
            if 0 < steps.size <= _FEW
        }
        whole = hv.DynamicMap(drawn, streams=[self._picture])
        if "predicted" in self._points:
            whole *= hv.DynamicMap(self._prediction, streams=[self._points["selected"]])
        return (whole * self._marking("pinned") * self.on_top).opts(
            hv.opts.Overlay(
                **{name: seen[name] or limits for name, limits in whole_plane.items()},
                **ticks,
                xlabel=_label(across),
                ylabel=_label(up),
                logx=plane.scales[0] == "log",
                logy=plane.scales[1] == "log",
                xformatter=_ticks(across),
                yformatter=_ticks(up),
                bgcolor=OF_NO_CURVE,
                legend_position="bottom",
                legend_cols=3,
                legend_opts={**LEGEND, "glyph_width": 14, "margin": 0, "background_fill_alpha": 0},
                **STYLE,
                hooks=[designed("map"), _reset_to(whole_plane)],
            )
        )

    def _marking(self, kind: str) -> hv.DynamicMap:
        plane = self._source.plane

        def draw(**numbers: int | None) -> hv.Points:
            number = numbers[kind]
            place = None if number is None else (plane.x[number], plane.y[number])
            return mark(kind, place)

        return hv.DynamicMap(draw, streams=[self._points[kind]])

    def _prediction(self, selected: int | None) -> hv.Overlay:
        """Show where a network puts the selected point."""
        plane, number = self._source.plane, selected or 0
        said = None if selected is None else point_prediction(self._source, selected)
        cross = mark("predicted", None if said is None else said.place)
        return miss((plane.x[number], plane.y[number]), said) * cross

    def _report(self, kind: type[hv.streams.Stream], tell: Callable[[float, float], None]) -> None:
        """Call back with where the pointer is, while it is inside the axes."""

        def report(x: float | None = None, y: float | None = None, **_: object) -> None:
            if x is not None and y is not None:
                tell(float(x), float(y))

        kind(source=self.on_top).add_subscriber(report)


def _label(axis: Customary) -> str:
    return f"{axis.label}, {axis.short}" if axis.name in POINT else axis.label


def _ticks(axis: Customary) -> CustomJSTickFormatter:
    """Return what writes the ticks of an axis in its customary unit, by six digits."""
    from bokeh.models import CustomJSTickFormatter

    return CustomJSTickFormatter(
        args={"factor": axis.factor}, code="return String(Number((factor * tick).toPrecision(6)))"
    )


def _reset_to(limits: dict[str, tuple[float, float]]) -> Callable[[ElementPlot, hv.Element], None]:
    """Return a hook for HoloViews that lets the reset button show the whole plane."""

    def set_reset(plot: ElementPlot, _element: hv.Element) -> None:
        for axis, (start, end) in (("x", limits["xlim"]), ("y", limits["ylim"])):
            plot.handles[f"{axis}_range"].update(reset_start=start, reset_end=end)

    return set_reset
