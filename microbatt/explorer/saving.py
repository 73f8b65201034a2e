"""The line under the curves: the selection as Python, and buttons that copy and save it."""

from __future__ import annotations

import io
from functools import partial
from typing import TYPE_CHECKING, Any

import panel as pn

from microbatt.explorer.assets import STYLED, asset
from microbatt.explorer.exports import file_name, points_as_csv, points_as_netcdf

if TYPE_CHECKING:
    from collections.abc import Callable

    from microbatt.explorer.selection import Selection
    from microbatt.explorer.source import CubeSource


def expression_field() -> Any:  # noqa: ANN401 - a widget
    """Return the field that shows the selection as Python, to read and to copy."""
    return pn.widgets.TextInput(sizing_mode="stretch_width", min_width=180, margin=(4, 4), **STYLED)


def saving_row(
    expression: Any,  # noqa: ANN401 - a widget
    drawn: list[Any],
    source: CubeSource,
    selection: Callable[[], Selection],
) -> Any:  # noqa: ANN401 - a Panel row
    """Return the line that shows the selection and saves it.

    Parameters
    ----------
    expression
        From `expression_field`.
    drawn
        Panes of the figures that a picture shows.
    source
        The cube.
    selection
        Tells what is selected when a button is pressed.
    """
    return pn.Row(
        expression,
        _copy_button(expression),
        _picture_button(expression, drawn),
        _file_button("CSV", "csv", source, selection),
        _file_button("netCDF", "nc", source, selection),
        sizing_mode="stretch_width",
    )


def button(words: str) -> Any:  # noqa: ANN401 - a widget
    """Return a button in the explorer's style."""
    return pn.widgets.Button(label=words, margin=(4, 4), **STYLED)


def _copy_button(expression: Any) -> Any:  # noqa: ANN401
    copy = button("Copy")
    copy.js_on_click(args={"field": expression, "button": copy}, code=asset("copy.js"))
    return copy


def _picture_button(expression: Any, drawn: list[Any]) -> Any:  # noqa: ANN401
    picture = button("PNG")
    picture.js_on_click(
        args={"figures": [pane.object for pane in drawn], "caption": expression},
        code=asset("save_view.js"),
    )
    return picture


def _file_button(
    words: str, ending: str, source: CubeSource, selection: Callable[[], Selection]
) -> Any:  # noqa: ANN401
    made = pn.widgets.FileDownload(
        label=words, filename=f"point.{ending}", embed=False, auto=True, margin=(4, 4), **STYLED
    )
    made.callback = partial(_file, made, ending, source, selection)
    return made


def _file(
    pressed: Any,  # noqa: ANN401
    ending: str,
    source: CubeSource,
    selection: Callable[[], Selection],
) -> io.BytesIO:
    chosen = selection()
    pressed.filename = file_name(source, chosen, ending)
    if ending == "csv":
        return io.BytesIO(points_as_csv(source, chosen).encode())
    return io.BytesIO(points_as_netcdf(source, chosen))
