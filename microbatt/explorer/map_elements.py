"""The plane of alpha and S as HoloViews elements: values, what covers them, what is selected."""

from __future__ import annotations

import re
from dataclasses import dataclass
from textwrap import fill
from typing import TYPE_CHECKING, Any, Final

import holoviews as hv
import numpy as np
from bokeh.core.property.vectorization import Field

from microbatt.explorer.appearance import (
    AREAL,
    AREAL_UNIT,
    FAINT,
    FONT,
    INK,
    STILL,
    hatch_colour,
    inks,
    named,
)
from microbatt.explorer.legend import flag_legend
from microbatt.explorer.predictions import spread_outline
from microbatt.explorer.tiles import drawn_edges
from microbatt.plots.style import PREDICTION, dimension
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from bokeh.models import CustomJSHover
    from holoviews.plotting.bokeh.element import ElementPlot
    from numpy.typing import NDArray

    from microbatt.explorer.appearance import Colouring
    from microbatt.explorer.legend import LegendEntry
    from microbatt.explorer.plane import Plane
    from microbatt.explorer.predictions import Prediction
    from microbatt.explorer.tiles import Tiles
    from microbatt.explorer.variables import MapVariable
    from microbatt.parameters import Customary

_MARKER: Final = 9
"""Size of a scattered point [px]."""
_STROKES: Final = (("#ffffff", 6.0), (INK, 2.5))
"""An outline that shows on any colour: white around ink."""
_INKS: Final = ("#ffffff", FAINT, INK)
"""Colours of hatches."""
_PREDICTED: Final = (("#ffffff", 4.0), (PREDICTION, 2.0))
_MARKS: Final = {
    "pinned": ("diamond", 22, _STROKES),
    "selected": ("circle", 18, _STROKES),
    "predicted": ("x", 12, _PREDICTED),
}
"""Shape, size [px] and strokes of marks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What a map shows at the moment.

    Parameters
    ----------
    variable, tiles : MapVariable or Tiles
        What, and its numbers.
    colours : Colouring
        Colours of the values.
    at : str
        Captions on which current it is shown at; empty if it depends on none.
    hatched : bool
        Whether to hatch whole curves by how they ended, too.
    """

    variable: MapVariable
    tiles: Tiles
    colours: Colouring
    at: str
    hatched: bool

    @property
    def has_bar(self) -> bool:
        """Whether there are values that a colour bar explains."""
        return not self.variable.flags and bool(np.isfinite(self.tiles.value).any())


def values(
    plane: Plane, picture: Picture, formatters: Mapping[str, CustomJSHover]
) -> hv.QuadMesh | hv.Points:
    """Return the values: a mesh on a grid, points where they are scattered."""
    tiles, colours = picture.tiles, picture.colours
    columns: dict[str, NDArray[Any]] = {
        "value": tiles.value,
        "reason": tiles.reason,
        "at_alpha": tiles.x,
        "at_S": tiles.y,
        # Bokeh formats no NaN, and something has to be said of a missing value.
        "shown": np.where(np.isfinite(tiles.value), tiles.value, np.inf),
    }
    dims = [hv.Dimension("value", range=(colours.low, colours.high)), *list(columns)[1:]]
    options = {
        "cmap": list(colours.palette),
        "clim": (colours.low, colours.high),
        "cnorm": "log" if colours.logarithmic else "linear",
        "clipping_colors": {"NaN": "transparent"},
        "colorbar": picture.has_bar,
        "colorbar_opts": _BAR,
        "cformatter": "%.4g",
        "title": title(picture.variable, picture.at, tiles.stride),
        "clabel": "",
        "tools": ["hover", "wheel_zoom", "reset"],
        "hover_tooltips": tooltip(picture.variable, plane),
        "hover_formatters": dict(formatters),
        "show_legend": False,
        **STILL,
    }
    if not plane.is_grid:
        table = {"alpha": tiles.x, "S": tiles.y} | columns
        return hv.Points(table, _axes(), dims).opts(
            color="value", size=_MARKER, hooks=[named("tiles")], **options
        )
    edges = drawn_edges(plane, tiles.stride)
    shape = tuple(ends.size - 1 for ends in edges)
    mesh = (*edges, *(column.reshape(shape).T for column in columns.values()))
    return hv.QuadMesh(mesh, _axes(), dims).opts(hooks=[named("tiles"), _without_seams], **options)


def covers(plane: Plane, picture: Picture) -> hv.Rectangles | hv.Points:
    """Return what covers tiles without a value, and hatches those that are to be hatched."""
    tiles = picture.tiles
    codes, legend, covered, shown = _to_show(picture)
    rows = np.flatnonzero(shown)
    rows = rows[np.argsort(codes[rows], kind="stable")]  # the legend names them in this order
    swatches = np.unique(codes[shown & ~covered]).tolist()  # on no cell: grey on white, to be seen
    over = [legend[code] for code in (*swatches, *codes[rows].tolist())]
    ink = [hatch_colour(entry.colour) for entry in over[len(swatches) :]]
    ink = np.where(covered[rows], ink, inks(picture.colours, tiles.value[rows])).tolist()
    columns = _places(plane, tiles, rows, above=len(swatches)) | {
        "reason": np.array([entry.name for entry in over], dtype=object),
        "cover": np.array([0.0] * len(swatches) + covered[rows].astype(float).tolist()),
        "ink": np.array(
            [_INKS.index(colour) for colour in [FAINT] * len(swatches) + ink], dtype=float
        ),
    }
    counts = {entry.name: int((codes[rows] == code).sum()) for code, entry in legend.items()}
    options = {
        "color": "reason",
        "cmap": {entry.name: entry.colour for entry in legend.values()},
        "fill_alpha": "cover" if over else 1.0,
        "line_alpha": "ink" if over else 0.0,  # for `_hatched`: a column of the glyph's own
        "legend_labels": {
            words: with_share(words, count, tiles.value.size) for words, count in counts.items()
        },
        "show_legend": True,
        "hooks": [named("covers"), _hatched(_patterns(picture, legend.values()))],
        **STILL,
    }
    told = ["reason", "cover", "ink"]
    if not plane.is_grid:
        return hv.Points(columns, _axes(), told).opts(size=_MARKER, **options)
    return hv.Rectangles(columns, ["left", "bottom", "right", "top"], told).opts(**options)


def mark(kind: str, place: tuple[float, float] | None) -> hv.Points:
    """Return the mark of the ``selected``, the ``pinned`` or the ``predicted`` point, if any.

    Parameters
    ----------
    kind : str
        Which.
    place : tuple of float or None
        Its alpha and S.
    """
    marker, size, strokes = _MARKS[kind]
    shown = [] if place is None else strokes
    # Columns of one type, empty or not: Bokeh warns of those that come and go.
    columns = {
        "alpha": np.full(len(shown), np.nan if place is None else place[0]),
        "S": np.full(len(shown), np.nan if place is None else place[1]),
        "ink": np.array([ink for ink, _ in shown], dtype=str),
        "width": np.array([width for _, width in shown], dtype=float),
    }
    return hv.Points(columns, _axes(), ["ink", "width"]).opts(
        marker=marker,
        size=size,
        fill_alpha=0,
        show_legend=False,
        line_color="ink",
        line_width="width",
        hooks=[named(f"{kind} point")],
        **STILL,
    )


def miss(start: tuple[float, float], prediction: Prediction | None) -> hv.Contours:
    """Return the way from a point to where a network puts it, and how sure that is.

    Parameters
    ----------
    start : tuple of float
        Alpha and S of the point.
    prediction : Prediction or None
        Of it.
    """
    nowhere = np.full(2, np.nan)
    # Ways that are nowhere, where there is none: Bokeh warns of columns that come and go.
    paths: list[dict[str, Any]] = [
        {"alpha": nowhere, "S": nowhere, "ink": ink, "width": width} for ink, width in _PREDICTED
    ]
    if prediction is not None and prediction.nearest is not None:
        way = ([start[0], prediction.alpha], [start[1], prediction.S])
        paths = [
            {"alpha": alpha, "S": S, "ink": ink, "width": width}
            for ink, width in _PREDICTED
            for alpha, S in (way, spread_outline(prediction))
            if len(alpha)
        ]
    return hv.Contours(paths, _axes(), ["ink", "width"]).opts(
        color="ink", line_width="width", show_legend=False, hooks=[named("miss")], **STILL
    )


_BAR: Final = {
    "width": 12,
    "padding": 8,
    "label_standoff": 6,
    "border_line_color": None,
    "bar_line_color": None,
    "major_tick_line_color": None,
    "major_label_text_font": FONT,
    "major_label_text_font_size": "11px",
    "major_label_text_color": INK,
}


def _axes() -> list[hv.Dimension]:
    return [dimension("alpha"), dimension("S")]


def _to_show(
    picture: Picture,
) -> tuple[NDArray[np.int64], Mapping[int, LegendEntry], NDArray[np.bool_], NDArray[np.bool_]]:
    """Return codes, their legend, which tiles to cover and which to cover or to hatch."""
    tiles = picture.tiles
    there = np.isfinite(tiles.value)
    if picture.variable.flags:
        codes = tiles.codes
        return codes, flag_legend(picture.variable, codes), there, there
    every = np.isin(tiles.reason, [c for c, r in tiles.legend.items() if r.hatch != "blank"])
    return tiles.reason.astype(int), tiles.legend, ~there, ~there | (every & picture.hatched)


def _patterns(picture: Picture, entries: Iterable[LegendEntry]) -> dict[str, str]:
    every = picture.hatched or not picture.variable.flags
    return {e.name: e.hatch if every or not e.is_whole else "blank" for e in entries}


def _places(
    plane: Plane, tiles: Tiles, rows: NDArray[np.intp], *, above: int
) -> dict[str, NDArray[np.float64]]:
    """Return the sides of some tiles, or where points lie, below so many rows that lie nowhere."""
    if plane.is_grid:
        alpha, S = drawn_edges(plane, tiles.stride)
        i, j = np.unravel_index(rows, (alpha.size - 1, S.size - 1))
        sides = {"left": alpha[i], "bottom": S[j], "right": alpha[i + 1], "top": S[j + 1]}
    else:
        sides = {"alpha": tiles.x[rows], "S": tiles.y[rows]}
    nowhere = np.full(above, np.nan)
    return {name: np.concatenate([nowhere, side]) for name, side in sides.items()}


def _without_seams(plot: ElementPlot, _element: hv.Element) -> None:
    """Draw the outline of each cell in its colour, so that nothing shines through between two."""
    glyph = plot.handles["glyph"]
    glyph.update(line_color=glyph.fill_color, line_alpha=1.0)


def _hatched(patterns: Mapping[str, str]) -> Callable[[ElementPlot, hv.Element], None]:
    """Return a hook that hatches by the reason, for which HoloViews has no option."""
    from bokeh.transform import factor_hatch, linear_cmap

    def hatch(plot: ElementPlot, _element: hv.Element) -> None:
        ink = plot.handles["glyph"].line_alpha
        is_column = isinstance(ink, Field)
        plot.handles["glyph"].update(
            hatch_pattern=factor_hatch("color", list(patterns.values()), list(patterns)),
            hatch_color=linear_cmap(ink.field, list(_INKS), -0.5, 2.5)
            if is_column
            else _INKS[int(ink)],
            hatch_alpha=0.55,
            hatch_scale=9,
            hatch_weight=0.8,
            line_color=None,
        )

    return hatch


def title(variable: MapVariable, at: str, stride: int) -> str:
    """Return the title of a map.

    Parameters
    ----------
    variable : MapVariable
        What it shows.
    at : str
        Captions on the current.
    stride : int
        Stride of the points drawn; more than one is said.
    """
    words = f"{variable.label}, {at}" if variable.per_current and at else variable.label
    whole = words if stride == 1 else f"{words} (one point in {stride} along each axis)"
    apart = re.sub(r"\[.*?\]", lambda unit: unit[0].replace(" ", "\u00a0"), whole)
    return fill(apart, _LINE)


_LINE: Final = 42
"""Most letters in a line of the title, so that it fits over a map in a narrow window."""


def tooltip(variable: MapVariable, plane: Plane) -> str:
    """Return what the pointer tells of a cell, in HTML with Bokeh's column references."""
    across, up = (axis.short for axis in plane.written)
    value = "" if variable.name == "status" else "<b>@{shown}{custom}</b><br>"
    return (
        '<div style="max-width:260px;font:12px/1.45 Inter,Helvetica,Arial,sans-serif;'
        f'color:#1f2933"><span style="color:#616e7c">{across} @{{at_alpha}}{{custom}}, '
        f"{up} @{{at_S}}{{custom}}</span>"
        f"<br>{value}@{{reason}}{{custom}}</div>"
    )


def hover_formatters(picture: Picture, plane: Plane) -> dict[str, CustomJSHover]:
    """Return what writes places, values and reasons: digits and the unit, or the words of a code.

    Infinity stands for no value. They serve one figure.
    """
    from bokeh.models import CustomJSHover

    variable, legend = picture.variable, picture.tiles.legend
    units = "" if variable.units == "1" else f" {variable.units}"
    value = CustomJSHover(
        args={
            "words": _listed(variable.flags),
            "units": units,
            "areal": AREAL if variable.units == quantity("capacity").pretty_units else 0.0,
            "areal_unit": AREAL_UNIT,
        },
        code="""
        if (!Number.isFinite(value)) return "no value"
        const told = (number) => Number(number.toPrecision(4))
        const also = areal ? `, ${told(areal * value)} ${areal_unit}` : ""
        return words[value] ?? `${told(value)}${units}${also}`
        """,
    )
    reason = CustomJSHover(
        args={"words": _listed({code + 1: entry.sentence for code, entry in legend.items()})},
        code="return words[value + 1] ?? `code ${value}`",
    )
    across, up = map(_place_formatter, plane.written)
    return {"@{shown}": value, "@{reason}": reason, "@{at_alpha}": across, "@{at_S}": up}


def _place_formatter(axis: Customary) -> CustomJSHover:
    from bokeh.models import CustomJSHover

    return CustomJSHover(
        args={"factor": axis.factor, "unit": f" {axis.unit}" if axis.unit else ""},
        code="return `${Number((factor * value).toPrecision(6))}${unit}`",
    )


def with_share(words: str, count: int, of: int) -> str:
    """Return words and a share in percent, with room to the next column of a legend."""
    percent = 100 * count / of
    return f"{words} {percent:.0f} %\u2003" if percent >= 10 else f"{words} {percent:.2g} %\u2003"


def _listed(words: Mapping[int, str]) -> list[str | None]:
    """Return words at the places of their codes."""
    return [words.get(code) for code in range(max(words, default=-1) + 1)]
