"""What the colours of a map mean: colour bars for values, a legend for endings and other codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from bokeh.models import (
    BasicTicker,
    ColorBar,
    ColumnDataSource,
    Legend,
    LegendItem,
    LinearColorMapper,
    LogColorMapper,
    LogTicker,
    PrintfTickFormatter,
    Quad,
)

from microbatt.explorer.appearance import (
    FAINT,
    FONT,
    INK,
    brightness,
    flag_colour,
    flag_hatch,
)

if TYPE_CHECKING:
    from bokeh.plotting import figure
    from numpy.typing import NDArray

    from microbatt.explorer.appearance import Colouring
    from microbatt.explorer.cells import Cells
    from microbatt.explorer.variables import MapVariable

_SWATCH = 14
_COLUMNS = 3


class ColourBars:
    """A linear and a logarithmic colour bar, of which at most one is seen."""

    def __init__(self, drawn_in: figure) -> None:
        clear = "rgba(0, 0, 0, 0)"
        self._mappers: dict[bool, LinearColorMapper | LogColorMapper] = {
            False: LinearColorMapper(palette=["#ffffff"], low=0, high=1, nan_color=clear),
            True: LogColorMapper(palette=["#ffffff"], low=1, high=10, nan_color=clear),
        }
        self._bars = {False: _bar(self._mappers[False], BasicTicker(desired_num_ticks=6))}
        self._bars[True] = _bar(self._mappers[True], LogTicker(desired_num_ticks=6))
        for bar in self._bars.values():
            drawn_in.add_layout(bar, "right")

    @property
    def mappers(self) -> list[LinearColorMapper | LogColorMapper]:
        """What `show` may return."""
        return list(self._mappers.values())

    def show(self, colours: Colouring, *, visible: bool) -> LinearColorMapper | LogColorMapper:
        """Set the colours and return what maps values to them."""
        mapper = self._mappers[colours.logarithmic]
        mapper.update(palette=list(colours.palette), low=colours.low, high=colours.high)
        for logarithmic, bar in self._bars.items():
            bar.visible = visible and logarithmic == colours.logarithmic
        return mapper


class ReasonLegend:
    """Names the reasons, or the codes, that occur on the map, with their share of it."""

    def __init__(self, drawn_in: figure) -> None:
        self._figure = drawn_in
        self._nowhere = ColumnDataSource(data={"nowhere": [np.nan]})
        self._swatches: dict[tuple[str, str], Any] = {}
        self._legend = Legend(
            items=[],
            ncols=_COLUMNS,
            border_line_color=None,
            background_fill_alpha=0,
            label_text_font=FONT,
            label_text_font_size="11px",
            label_text_color=INK,
            glyph_width=_SWATCH,
            glyph_height=_SWATCH,
            padding=2,
            spacing=4,
            margin=4,
            name="legend",
        )
        drawn_in.add_layout(self._legend, "below")

    def show(self, variable: MapVariable, cells: Cells, *, hatched: bool) -> None:
        """Name what is there to be named."""
        items = _code_items(variable, cells) if variable.flags else _reason_items(cells, hatched)
        self._legend.items = [
            LegendItem(label={"value": words}, renderers=[self._swatch(colour, hatch)])
            for colour, hatch, words in items
        ]
        self._legend.visible = bool(items)

    def _swatch(self, colour: str, hatch: str) -> Any:  # noqa: ANN401 - a glyph renderer
        key = (colour, hatch)
        if key not in self._swatches:
            square = Quad(
                **dict.fromkeys(("left", "right", "bottom", "top"), "nowhere"),
                fill_color=colour,
                line_color="#9aa5b1",
                hatch_pattern=hatch,
                hatch_color=hatch_colour(colour),
                hatch_scale=6,
            )
            self._swatches[key] = self._figure.add_glyph(self._nowhere, square)
        return self._swatches[key]


def hatch_colour(colour: str) -> str:
    """Return a hatch colour that shows on a fill: white on dark, grey on light.

    Examples
    --------
    >>> hatch_colour("#000000"), hatch_colour("#f2f2f2")
    ('#ffffff', '#7b8794')
    """
    return "#ffffff" if brightness(colour) < 140 else FAINT


def _code_items(variable: MapVariable, cells: Cells) -> list[tuple[str, str, str]]:
    return [
        (
            flag_colour(variable, code),
            flag_hatch(variable, code),
            _with_share(variable.flags.get(code, f"code {code}"), count, cells.value.size),
        )
        for code, count in _counted(cells.value[np.isfinite(cells.value)])
    ]


def _reason_items(cells: Cells, hatched: bool) -> list[tuple[str, str, str]]:  # noqa: FBT001
    shown = cells.reason if hatched else cells.reason[~np.isfinite(cells.value)]
    found = [(cells.reasons[code], count) for code, count in _counted(shown)]
    return [
        (
            "#ffffff" if reason.is_whole else reason.colour,
            reason.hatch,
            _with_share(reason.words, count, cells.reason.size),
        )
        for reason, count in found
    ]


def _counted(codes: NDArray[Any]) -> list[tuple[int, int]]:
    found, counts = np.unique(codes, return_counts=True)
    return [(int(code), int(count)) for code, count in zip(found, counts, strict=True)]


def _with_share(words: str, count: int, of: int) -> str:
    """Return words and a share in percent, with room to the next column of a legend."""
    percent = 100 * count / of
    return f"{words} {percent:.0f} %\u2003" if percent >= 10 else f"{words} {percent:.2g} %\u2003"


def _bar(mapper: LinearColorMapper | LogColorMapper, ticker: Any) -> ColorBar:  # noqa: ANN401
    return ColorBar(
        color_mapper=mapper,
        ticker=ticker,
        formatter=PrintfTickFormatter(format="%.4g"),
        width=12,
        padding=8,
        border_line_color=None,
        bar_line_color=None,
        major_tick_line_color=None,
        major_label_text_font=FONT,
        major_label_text_font_size="11px",
        major_label_text_color=INK,
        label_standoff=6,
        visible=False,
    )
