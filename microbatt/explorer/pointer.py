"""Taps and drags on the map.

They travel through a hidden text field rather than as Bokeh's events, because a notebook without
a server carries the former alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import panel as pn

from microbatt.explorer.assets import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Callable

_REPORT: Final = """
    const now = Date.now()
    if (cb_obj.event_name == "pan" && now - (window.mb_last_drag ?? 0) < PAUSE) return
    window.mb_last_drag = now
    let focused = document.activeElement  // Bokeh frames a figure that has been tapped
    while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement
    focused?.blur()
    pointer.value = [cb_obj.event_name, cb_obj.x, cb_obj.y, now].join(" ")
"""
_PAUSE: Final = 40
"""Between two reports of a drag [ms]."""


def follow_pointer(
    drawn: pn.pane.Bokeh,
    tapped: Callable[[float, float], None],
    dragged: Callable[[float, float], None],
) -> pn.widgets.TextInput:
    """Call back with alpha and S where a figure is tapped or dragged over.

    Parameters
    ----------
    drawn
        Pane of the figure.
    tapped, dragged
        What to call.

    Returns
    -------
    panel.widgets.TextInput
        The hidden field; it must be laid out beside the figure.
    """
    pointer = pn.widgets.TextInput(**HIDDEN)
    code = _REPORT.replace("PAUSE", str(_PAUSE))
    calls = {"tap": tapped, "pan": dragged, "panend": dragged}
    for event in calls:
        drawn.jscallback(args={"pointer": pointer}, **{f"event:{event}": code})

    def report(message: str) -> None:
        event, *numbers = message.split()
        if event in calls and len(numbers) == 3:
            calls[event](float(numbers[0]), float(numbers[1]))

    pointer.param.watch(lambda change: report(change.new), "value")
    return pointer
