"""The line under the curves: the selection as Python, and buttons that copy and save it."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import panel as pn

from microbatt.explorer.assets import HIDDEN, STYLED, asset
from microbatt.explorer.exports import file_name, points_as_csv, points_as_netcdf

if TYPE_CHECKING:
    from collections.abc import Callable

    from microbatt.explorer.selection import Selection
    from microbatt.explorer.source import CubeSource


def expression_field() -> pn.widgets.TextInput:
    """Return the field that shows the selection as Python, to read and to copy."""
    return pn.widgets.TextInput(
        sizing_mode="stretch_width", min_width=180, margin=(4, 4, 4, 10), **STYLED
    )


def saving_row(
    expression: pn.widgets.TextInput,
    caption: pn.widgets.TextInput,
    source: CubeSource,
    selection: Callable[[], Selection],
) -> pn.Row:
    """Return the line that shows the selection and saves it.

    Parameters
    ----------
    expression
        From `expression_field`.
    caption
        Hidden field with the words over a picture.
    source
        The cube.
    selection
        Tells what is selected when a button is pressed.
    """
    # Panel's own button for downloads listens to its words alone, not to the space around them.
    sent = pn.widgets.TextInput(**HIDDEN)
    sent.jscallback(args={"sent": sent}, value=asset("save_file.js"))
    return pn.Row(
        expression,
        _copy_button(expression),
        _picture_button(caption),
        _file_button("CSV", "csv", sent, source, selection),
        _file_button("netCDF", "nc", sent, source, selection),
        sent,
        caption,
        sizing_mode="stretch_width",
    )


def button(words: str) -> pn.widgets.Button:
    """Return a button in the explorer's style."""
    return pn.widgets.Button(label=words, margin=(4, 4), **STYLED)


def _copy_button(expression: pn.widgets.TextInput) -> pn.widgets.Button:
    copy = button("Copy")
    copy.js_on_click(args={"field": expression, "button": copy}, code=asset("copy.js"))
    return copy


def _picture_button(caption: pn.widgets.TextInput) -> pn.widgets.Button:
    picture = button("PNG")
    picture.js_on_click(args={"caption": caption}, code=asset("save_view.js"))
    return picture


def _file_button(
    words: str,
    ending: str,
    sent: pn.widgets.TextInput,
    source: CubeSource,
    selection: Callable[[], Selection],
) -> pn.widgets.Button:
    pressed = button(words)
    pressed.on_click(lambda event: _send(sent, ending, event.new, source, selection()))
    return pressed


def _send(
    sent: pn.widgets.TextInput,
    ending: str,
    count: int,
    source: CubeSource,
    selection: Selection,
) -> None:
    """Give a file to the browser to save."""
    if ending == "csv":
        content = points_as_csv(source, selection).encode()
    else:
        content = points_as_netcdf(source, selection)
    name = file_name(source, selection, ending)
    sent.value = f"{count} {name} {base64.b64encode(content).decode()}"
