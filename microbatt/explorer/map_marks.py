"""What lies on top of a map's cells: how curves ended, and which points are selected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from bokeh.models import ColumnDataSource, Line, Patch, Quad, Scatter

from microbatt.explorer.appearance import INK, inks
from microbatt.explorer.map_legend import hatch_colour
from microbatt.explorer.points import spread_outline
from microbatt.plots.colours import PREDICTION

if TYPE_CHECKING:
    from bokeh.plotting import figure
    from numpy.typing import NDArray

    from microbatt.explorer.appearance import Colouring
    from microbatt.explorer.cells import Cells
    from microbatt.explorer.plane import Plane
    from microbatt.explorer.points import Prediction
    from microbatt.explorer.selection import Selection

_RING = 18
"""Size of the mark of the selected point [px]."""


class Marks:
    """The layers above the cells."""

    def __init__(self, drawn_in: figure, plane: Plane) -> None:
        self._plane = plane
        self._reasons = ColumnDataSource(data={}, name="reasons")
        self._points = {
            name: ColumnDataSource(data={"alpha": [], "S": []}, name=f"{name} point")
            for name in ("selected", "pinned", "predicted", "path", "spread")
        }
        self._draw_reasons(drawn_in)
        self._draw_points(drawn_in)

    def show_reasons(
        self, columns: dict[str, Any], cells: Cells, colours: Colouring, hatched: NDArray[np.bool_]
    ) -> None:
        """Cover cells without a value by the reason, and hatch those that are to be hatched."""
        hole = ~np.isfinite(cells.value)
        shown = hole | hatched
        reasons = [cells.reasons[int(code)] for code in cells.reason[shown]]
        covered = hole[shown]
        over = [hatch_colour(reason.colour) for reason in reasons]
        self._reasons.data = {
            **{name: np.asarray(column)[shown] for name, column in columns.items()},
            "colour": [reason.colour for reason in reasons],
            "fill": covered.astype(float),
            "hatch": [reason.hatch for reason in reasons],
            "ink": np.where(covered, over, inks(colours, cells.value[shown])).tolist(),
        }

    def show_selection(self, selection: Selection, prediction: Prediction | None) -> None:
        """Mark the selected and the pinned point, and where a network puts the former."""
        at = self._at(selection.number)
        self._points["selected"].data = at
        pinned = selection.pinned
        self._points["pinned"].data = _nowhere() if pinned is None else self._at(pinned)
        if prediction is None or prediction.nearest is None:
            for name in ("predicted", "path", "spread"):
                self._points[name].data = _nowhere()
            return
        there = {"alpha": [prediction.alpha], "S": [prediction.S]}
        self._points["predicted"].data = there
        self._points["path"].data = {name: [*at[name], *there[name]] for name in at}
        alpha, S = spread_outline(prediction)
        self._points["spread"].data = {"alpha": alpha, "S": S}

    def _at(self, number: int) -> dict[str, list[float]]:
        return {"alpha": [float(self._plane.alpha[number])], "S": [float(self._plane.S[number])]}

    def _draw_reasons(self, drawn_in: figure) -> None:
        style: dict[str, Any] = {
            "fill_color": "colour",
            "fill_alpha": "fill",
            "line_color": "colour",
            "line_alpha": "fill",
            "hatch_pattern": "hatch",
            "hatch_color": "ink",
            "hatch_alpha": 0.55,
            "hatch_scale": 9,
            "hatch_weight": 0.8,
        }
        if self._plane.is_grid:
            cells: Any = Quad(left="left", right="right", bottom="bottom", top="top", **style)
        else:
            cells = Scatter(x="alpha", y="S", size=9, **style)
        drawn_in.add_glyph(self._reasons, cells)

    def _draw_points(self, drawn_in: figure) -> None:
        for colour, width in (("#ffffff", 4), (PREDICTION, 2)):
            stroke = {"line_color": colour, "line_width": width}
            spread = Patch(x="alpha", y="S", fill_color=PREDICTION, fill_alpha=0.1, **stroke)
            drawn_in.add_glyph(self._points["spread"], spread)
            drawn_in.add_glyph(self._points["path"], Line(x="alpha", y="S", **stroke))
            cross = Scatter(x="alpha", y="S", marker="x", size=12, **stroke)
            drawn_in.add_glyph(self._points["predicted"], cross)
        for name, marker, size in (("pinned", "diamond", _RING + 4), ("selected", "circle", _RING)):
            for ring in _rings(marker, size):
                drawn_in.add_glyph(self._points[name], ring)


def _rings(marker: str, size: int) -> list[Scatter]:
    """Return an outline that shows on any colour: white around ink."""
    shape = {"x": "alpha", "y": "S", "marker": marker, "size": size, "fill_alpha": 0}
    return [
        Scatter(line_color=colour, line_width=width, **shape)
        for colour, width in (("#ffffff", 6), (INK, 2.5))
    ]


def _nowhere() -> dict[str, list[float]]:
    return {"alpha": [], "S": []}
