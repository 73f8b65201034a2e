"""The map: a Bokeh figure of the plane of alpha and S, with what is selected on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from bokeh.models import (
    ColumnDataSource,
    FixedTicker,
    HoverTool,
    Image,
    PrintfTickFormatter,
    Quad,
    Scatter,
)

from microbatt.explorer.appearance import OF_NO_CURVE, colouring, empty_figure
from microbatt.explorer.cells import cell_edges, pixel_values
from microbatt.explorer.map_legend import ColourBars, ReasonLegend
from microbatt.explorer.map_marks import Marks
from microbatt.explorer.map_words import (
    reason_formatter,
    reason_words,
    title,
    tooltip,
    value_formatter,
    value_words,
)
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from bokeh.plotting import figure
    from numpy.typing import NDArray

    from microbatt.explorer.cells import Cells
    from microbatt.explorer.plane import Plane
    from microbatt.explorer.points import Prediction
    from microbatt.explorer.selection import Selection
    from microbatt.explorer.variables import MapVariable

_FEW = 12
"""An axis of so many steps has a tick at each."""
_MARKER = 9
"""Size of a scattered point [px]."""


class MapView:
    """The figure of the map and what changes on it.

    Parameters
    ----------
    plane
        Where the points lie.
    """

    def __init__(self, plane: Plane) -> None:
        scales = plane.scales
        left_right, bottom_top = extents(plane)
        self.figure = empty_figure(
            x_range=left_right,
            y_range=bottom_top,
            x_axis_type=scales[0],
            y_axis_type=scales[1],
            x_axis_label=_label("alpha"),
            y_axis_label=_label("S"),
            tools="wheel_zoom,reset",
            active_scroll=None,
            name="map",
        )
        self.figure.background_fill_color = OF_NO_CURVE
        self.figure.grid.grid_line_color = None
        _mark_steps(self.figure, plane)
        self._plane = plane
        self._cells = ColumnDataSource(data={"value": []}, name="cells")
        self._image = ColumnDataSource(data={"value": []}, name="image")
        self._pictures: dict[Any, Any] = {}
        self._bars = ColourBars(self.figure)
        self._glyphs = self._draw_cells()
        self._legend = ReasonLegend(self.figure)
        self._marks = Marks(self.figure, plane)
        self._hover = HoverTool(renderers=[self._glyphs], point_policy="follow_mouse")
        self._hover.formatters = {"@shown": value_formatter(), "@reason": reason_formatter()}
        self.figure.add_tools(self._hover)

    def show_cells(self, variable: MapVariable, cells: Cells, at: str, *, hatched: bool) -> None:
        """Draw one variable.

        Parameters
        ----------
        variable, cells
            What, and its numbers.
        at
            Words on which current it is shown at; empty if it depends on none.
        hatched
            Whether to hatch whole curves by how they ended, too.
        """
        columns: dict[str, Any] = {
            "alpha": cells.alpha,
            "S": cells.S,
            "value": cells.value,
            "reason": cells.reason,
            # Bokeh formats no NaN, and something has to be said of a missing value.
            "shown": np.where(np.isfinite(cells.value), cells.value, np.inf),
        }
        if self._plane.is_grid:
            columns |= cell_edges(self._plane, cells.stride)
            self._image.data = image_columns(self._plane, cells)
        colours = colouring(variable, cells.value)
        bar = not variable.flags and bool(np.isfinite(cells.value).any())
        self._paint(self._bars.show(colours, visible=bar))
        self._cells.data = columns
        self._marks.show_reasons(columns, cells, colours, hatches(variable, cells, every=hatched))
        self._legend.show(variable, cells, hatched=hatched)
        self._hover.tooltips = tooltip(variable)
        self._hover.formatters["@shown"].args = value_words(variable)
        self._hover.formatters["@reason"].args = reason_words(cells.reasons)
        self.figure.title.text = title(variable, at, cells.stride)

    def show_selection(self, selection: Selection, prediction: Prediction | None) -> None:
        """Mark the selected and the pinned point, and where a network puts the former."""
        self._marks.show_selection(selection, prediction)

    def _draw_cells(self) -> Any:  # noqa: ANN401 - a glyph renderer
        if not self._plane.is_grid:
            dots = Scatter(x="alpha", y="S", size=_MARKER, line_color=None)
            return self.figure.add_glyph(self._cells, dots)
        # Bokeh does not notice when an image gets another mapper, so there is one for each.
        for mapper in self._bars.mappers:
            image = Image(image="value", x="x", y="y", dw="dw", dh="dh", color_mapper=mapper)
            self._pictures[mapper] = self.figure.add_glyph(self._image, image)
        sides = {name: name for name in ("left", "right", "bottom", "top")}
        return self.figure.add_glyph(self._cells, Quad(**sides, fill_alpha=0, line_color=None))

    def _paint(self, mapper: Any) -> None:  # noqa: ANN401 - a colour mapper
        if self._plane.is_grid:
            for own, picture in self._pictures.items():
                picture.visible = own is mapper
        else:
            self._glyphs.glyph.fill_color = {"field": "value", "transform": mapper}


def _mark_steps(drawn_in: figure, plane: Plane) -> None:
    """Put ticks at the steps of an axis that has few."""
    for axes, steps in ((drawn_in.xaxis, plane.alpha_axis), (drawn_in.yaxis, plane.S_axis)):
        axes.formatter = PrintfTickFormatter(format="%g")
        if 0 < steps.size <= _FEW:
            axes.ticker = FixedTicker(ticks=steps.tolist())


def _label(name: str) -> str:
    found = quantity(name)
    return f"{found.label}, {found.symbol}" if found.symbol else found.label


def hatches(variable: MapVariable, cells: Cells, *, every: bool) -> NDArray[np.bool_]:
    """Return which cells with a value to hatch.

    Parameters
    ----------
    variable, cells
        What is shown.
    every
        Hatch every cell whose reason has a hatch; else only endings without a whole curve.
    """
    codes = list(cells.reasons) if every else [] if variable.name != "status" else _no_whole(cells)
    return np.isin(cells.reason, [c for c in codes if cells.reasons[c].hatch != "blank"])


def _no_whole(cells: Cells) -> list[int]:
    return [code for code, reason in cells.reasons.items() if not reason.is_whole]


def image_columns(plane: Plane, cells: Cells) -> dict[str, list[Any]]:
    """Return the cells of a grid as an image, which has no seams, in place."""
    (left, right), (bottom, top) = extents(plane)
    columns = {"x": left, "y": bottom, "dw": right - left, "dh": top - bottom}
    return {"value": [pixel_values(plane, cells)]} | {name: [at] for name, at in columns.items()}


def extents(plane: Plane) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the ends of the axes alpha and S: the outer edges of a grid's cells."""
    if not plane.is_grid:
        return _padded(plane.alpha), _padded(plane.S)
    found = cell_edges(plane, 1)
    return (
        (float(found["left"].min()), float(found["right"].max())),
        (float(found["bottom"].min()), float(found["top"].max())),
    )


def _padded(values: NDArray[np.float64]) -> tuple[float, float]:
    margin = 0.03 * (float(np.ptp(values)) or 1.0)
    return float(values.min()) - margin, float(values.max()) + margin
