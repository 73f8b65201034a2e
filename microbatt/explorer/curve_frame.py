"""What stands still in the figure of the curves: the cut-off, the currents, a place for words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from bokeh.models import ColumnDataSource, Label, Legend, LegendItem, Line, Span

from microbatt.explorer.appearance import FAINT, FONT, INK
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from bokeh.plotting import figure

    from microbatt.explorer.source import CubeSource


def message(drawn_in: figure) -> Label:
    """Return the text in the middle of a figure without a curve."""
    label = Label(
        x=20,
        y=40,
        x_units="screen",
        y_units="screen",
        text="",
        text_font=FONT,
        text_font_size="14px",
        text_color=FAINT,
        name="why no curve",
    )
    drawn_in.add_layout(label)
    return label


def mark_cutoff(drawn_in: figure, source: CubeSource) -> None:
    """Draw the voltage at which a discharge ends."""
    cutoff = source.opened.attrs.get("cutoff_voltage")
    if cutoff is not None:
        line = Span(location=float(cutoff), dimension="width", line_color=FAINT, line_dash="dotted")
        drawn_in.add_layout(line)


def name_currents(drawn_in: figure, colours: dict[float, str]) -> None:
    """Name the currents in their colours and in their order."""
    unit = quantity("current").pretty_units
    nowhere = ColumnDataSource(data={"nowhere": [np.nan]})
    items = []
    for current, colour in colours.items():
        swatch = drawn_in.add_glyph(
            nowhere, Line(x="nowhere", y="nowhere", line_color=colour, line_width=3)
        )
        items.append(LegendItem(label={"value": f"{current:g} {unit}"}, renderers=[swatch]))
    legend = Legend(
        items=items,
        location="top_right",
        border_line_color=None,
        background_fill_alpha=0.75,
        label_text_font=FONT,
        label_text_font_size="11px",
        label_text_color=INK,
        glyph_width=18,
        glyph_height=14,
        spacing=0,
        padding=4,
    )
    drawn_in.add_layout(legend)
