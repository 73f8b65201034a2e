"""The figure of the curves: what follows which stream."""

from __future__ import annotations

from functools import reduce
from operator import mul
from typing import TYPE_CHECKING

import holoviews as hv
import panel as pn

from microbatt.explorer.appearance import LEGEND, PANE, STYLE, designed
from microbatt.explorer.curve_elements import cutoff, ends, limits, line_hover, lines
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from microbatt.explorer.source import CubeSource


class CurveFigure:
    """Voltage against capacity of the points that streams name.

    Parameters
    ----------
    source
        The cube.
    points
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
