"""How the parts of the explorer are arranged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import panel as pn

from microbatt.explorer.words import text
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from microbatt.explorer.controls import AxisSlider, VariableChoice
    from microbatt.explorer.words import Words

_CARD: Final = {
    "background": "#ffffff",
    "border": "1px solid #e4e7eb",
    "border-radius": "10px",
    "padding": "10px 14px",
    "flex": "1 1 0",
    "min-width": "0",
}
_HINT: Final = "Tap for curves, tap another to pin it, drag to follow."
_BOTH: Final = {"sizing_mode": "stretch_both"}
_WIDTH: Final = {"sizing_mode": "stretch_width"}


def arranged(
    map_card: pn.Column, curve_card: pn.Column, words: Words, network: pn.widgets.Select
) -> pn.Column:
    """Return the whole explorer: a header over the two cards."""
    header = pn.Row(
        words.description,
        pn.Spacer(**_WIDTH),
        network,
        words.progress,
        words.dashboard,
        margin=(2, 6),
        **_WIDTH,
    )
    return pn.Column(
        header,
        pn.Row(map_card, curve_card, **_BOTH),
        min_height=660,
        min_width=1000,
        styles={"background": "#f5f7fa", "padding": "6px"},
        **_BOTH,
    )


def map_card(
    drawn: pn.pane.HoloViews, choice: VariableChoice, sliders: Iterable[AxisSlider]
) -> pn.Column:
    """Return the map with what it is steered with."""
    label = text(f'<p class="mb-label">{quantity("current").label}</p>', above=7)
    return pn.Column(
        pn.Row(choice.variable, pn.Column(label, choice.current), **_WIDTH),
        drawn,
        pn.Row(
            text(f'<p class="mb-label">{_HINT}</p>'), pn.Spacer(**_WIDTH), choice.hatched, **_WIDTH
        ),
        pn.Row(*(slider.row for slider in sliders), **_WIDTH),
        styles=_CARD,
        margin=6,
        **_BOTH,
    )


def curve_card(drawn: pn.pane.HoloViews, words: Words, saving: pn.Row) -> pn.Column:
    """Return the curves with the words above and below them."""
    return pn.Column(
        pn.Row(words.chips, words.release, height=words.height, **_WIDTH),
        drawn,
        words.table,
        saving,
        styles=_CARD,
        margin=6,
        **_BOTH,
    )
